/** The outbox key of a ticket's message, by which it can be edited. */
export const ticketKey = (proposalId: string): string => `ticket:${proposalId}`;

/** The proposal's id in a ticket's outbox key; undefined for any other key. */
export const ticketIn = (key: string | undefined): string | undefined =>
  key?.startsWith('ticket:') === true ? key.slice('ticket:'.length) : undefined;
