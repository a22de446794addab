import type { QueuedMessage } from '../ports/ledger/outbox-store.ts';

/**
 * Of a chat's messages, oldest first, the one that goes next while some rest after a failure: what tells of one thing
 * keeps its order, and so does all that tells of nothing in particular; past those that rest goes what is about
 * something else. A message, its edits and what is about the same belong together.
 */
export function nextToGo(line: readonly QueuedMessage[], isResting: (id: number) => boolean): number | undefined {
  const groups = groupsOf(line);
  const blocked = new Set<string>();
  for (const message of line) {
    const group = groups(message);
    if (blocked.has(group)) continue;
    if (!isResting(message.id)) return message.id;
    blocked.add(group);
  }
  return undefined;
}

/** The group of those that are about nothing. */
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
