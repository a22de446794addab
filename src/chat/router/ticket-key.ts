/** The key under which a ticket's message can be edited. */
export const ticketKey = (proposalId: string): string => `ticket:${proposalId}`;

/** The id of the proposal whose ticket's key it is. */
export const ticketIn = (key: string | undefined): string | undefined =>
  key?.startsWith('ticket:') === true ? key.slice('ticket:'.length) : undefined;
