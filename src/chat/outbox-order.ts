import type { QueuedMessage } from '../ports/ledger/outbox-store.ts';

/**
 * Picks the message of a chat that is sent next while other messages of it wait to be repeated after a failure.
 * Messages about the same subject (a ticket, an order, an alert) keep their order, and so do all messages without a
 * subject. A message about another subject may overtake those that wait. A message and its edits always belong
 * together. Edits in place come after all messages, which must not wait for them. `line` is the chat's queue, oldest first.
 */
export function nextToSend(line: readonly QueuedMessage[], waitsForRetry: (id: number) => boolean): number | undefined {
  const groups = groupsOf(line);
  const blocked = new Set<string>();
  const [messages, edits] = [line.filter(({ inPlace }) => inPlace !== true), line.filter(({ inPlace }) => inPlace)];
  for (const message of [...messages, ...edits]) {
    const group = groups(message);
    if (blocked.has(group)) continue;
    if (!waitsForRetry(message.id)) return message.id;
    blocked.add(group);
  }
  return undefined;
}

/** The group of all messages without a subject. */
const talk = 'talk';

function groupsOf(line: readonly QueuedMessage[]): (message: QueuedMessage) => string {
  const parents = new Map<string, string>();
  const rootOf = (name: string): string => {
    const parent = parents.get(name);
    return parent === undefined ? name : rootOf(parent);
  };
  const about = new Set<string>();
  for (const message of line) {
    const [first, ...others] = namesOf(message).map(rootOf);
    if (first === undefined) continue;
    for (const other of others) if (other !== first && rootOf(other) !== first) parents.set(rootOf(other), first);
  }
  for (const message of line) if (message.about !== undefined) about.add(rootOf(`about ${message.about}`));
  return (message) => {
    const [name] = namesOf(message);
    const root = name === undefined ? talk : rootOf(name);
    return about.has(root) ? root : talk;
  };
}

function namesOf({ about, key, edits }: QueuedMessage): readonly string[] {
  return [
    ...(about === undefined ? [] : [`about ${about}`]),
    ...(key === undefined ? [] : [`message ${key}`]),
    ...(edits === undefined ? [] : [`message ${edits}`]),
  ];
}
