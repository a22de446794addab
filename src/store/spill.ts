import { ledgerTrouble } from '../domain/ledger-trouble.ts';
import type { ChatAddress } from '../domain/people/chat-address.ts';
import type { Ledger } from '../ports/ledger/ledger.ts';
import type { OutboxEntry } from '../ports/ledger/outbox-store.ts';
import { openLedger } from './ledger.ts';

/** Messages in memory get ids above this one; on disk nobody counts that far. */
const memoryIds = 2 ** 40;
/** How many messages may wait in memory. More would fill it while no chat takes any. */
const mostWaiting = 1_000;
/** How many finished messages are remembered: more than can finish while one list of what waits is read. */
const mostRemembered = 1_000;

/** A ledger whose messages are sent also while it cannot be written. */
export interface SpillingLedger {
  readonly ledger: Ledger;
  /**
   * Writes what became of messages while the disk could not be written, and those that failed for good, so that they are
   * told of even if this process dies. @throws AppError `LedgerTrouble`.
   */
  catchUp(): Promise<void>;
  /** How many messages were dropped since this was last asked, because too many waited in memory. */
  takeLost(): number;
}

/**
 * Keeps in memory the messages that the disk does not take, and remembers which of those on disk were sent though the
 * disk could not be told. So no message is lost or sent twice because the disk cannot be written. What is unsent at the
 * end of the process goes to disk if it can; if not, `onLost` is called with how many messages that were. `sends` tells
 * whether this process sends the messages of a channel: those of others go to disk as soon as it can be written, because
 * only there another process finds them.
 */
export function spillToMemory(
  disk: Ledger,
  sends: (channel: string) => boolean = () => true,
  onLost: (messages: number) => void = () => undefined,
): SpillingLedger {
  const parts: Parts = { disk, memory: new MemoryOutbox(), remembered: new Remembered(sends) };
  return {
    ledger: {
      ...disk,
      ...queueMethods(parts),
      ...deliveryMethods(parts),
      ...upkeepMethods(parts, onLost),
      showCard: showCardOf(disk, parts),
      account(name, fence) {
        const own = disk.account(name, fence);
        return { ...own, showCard: showCardOf(own, parts) };
      },
    },
    async catchUp() {
      await parts.remembered.catchUp();
      const opened = await parts.memory.ledger;
      if (opened === undefined) return;
      await writeUnsent(opened, disk, ({ channel }) => !sends(channel));
      await writeDead(opened, disk);
    },
    takeLost: () => parts.memory.takeLost(),
  };
}

interface Parts {
  readonly disk: Ledger;
  readonly memory: MemoryOutbox;
  readonly remembered: Remembered;
}

/** A ledger in memory for the messages that the disk does not take. It is opened when the first one comes. */
class MemoryOutbox {
  #ledger: Promise<Ledger> | undefined;
  #lost = 0;

  /** Undefined as long as every message could be written to disk. */
  get ledger(): Promise<Ledger> | undefined {
    return this.#ledger;
  }

  open(): Promise<Ledger> {
    this.#ledger ??= openLedger({ url: 'sqlite::memory:' });
    return this.#ledger;
  }

  async enqueue(draft: Parameters<Ledger['enqueue']>[0], now: number): Promise<OutboxEntry> {
    const ledger = await this.open();
    const waiting = await ledger.outboxPending();
    const entry = await ledger.enqueue(draft, now);
    if (waiting >= mostWaiting) {
      this.#lost += 1;
      await ledger.markFailed(entry.id, 'too many', true);
    }
    return spiltEntry(entry);
  }

  takeLost(): number {
    const lost = this.#lost;
    this.#lost = 0;
    return lost;
  }
}

/** What this process knows of messages on disk that the disk itself may not be able to take or to tell. */
class Remembered {
  readonly #sends: (channel: string) => boolean;
  /** Those that this process wrote and has not sent, because the disk cannot always be read again. */
  readonly #unsent = new Map<number, OutboxEntry>();
  /** Those that are over while the disk does not say so: by id, the write that would tell it. */
  readonly #unwritten = new Map<number, () => Promise<unknown>>();
  /** The newest that are over. A list whose reading began before they were must not bring them up again. */
  readonly #over = new Set<number>();

  constructor(sends: (channel: string) => boolean) {
    this.#sends = sends;
  }

  wrote(entry: OutboxEntry): void {
    // Of what another process sends this one never hears that it was sent.
    if (!this.#over.has(entry.id) && this.#sends(entry.address.channel)) this.#unsent.set(entry.id, entry);
  }

  /** Unsent messages of one chat, or of all. */
  unsent(address?: ChatAddress): readonly OutboxEntry[] {
    return [...this.#unsent.values()].filter((entry) => address === undefined || isSame(entry.address, address));
  }

  unsentEntry(id: number): OutboxEntry | undefined {
    return this.#unsent.get(id);
  }

  failed(id: number): void {
    const entry = this.#unsent.get(id);
    if (entry !== undefined) this.#unsent.set(id, { ...entry, attempts: entry.attempts + 1 });
  }

  forget(id: number): void {
    this.#unsent.delete(id);
  }

  isOver(id: number): boolean {
    return this.#over.has(id);
  }

  /** Messages that are over and that the disk still lists. */
  get unwritten(): readonly number[] {
    return [...this.#unwritten.keys()].filter((id) => id <= memoryIds);
  }

  noteOver(id: number): void {
    this.#over.add(id);
    const [oldest] = this.#over;
    if (this.#over.size > mostRemembered && oldest !== undefined) this.#over.delete(oldest);
  }

  /** Writes what became of a message, or remembers to write it later. The message is over in either case. */
  async conclude<T>(id: number, write: () => Promise<T>): Promise<T | undefined> {
    this.#unsent.delete(id);
    this.noteOver(id);
    try {
      const written = await write();
      this.#unwritten.delete(id);
      return written;
    } catch {
      // Whatever the reason, a message must not be sent again because its end could not be written.
      this.#unwritten.set(id, write);
      return undefined;
    }
  }

  async catchUp(): Promise<void> {
    for (const [id, write] of this.#unwritten) {
      await ignoringAllButTrouble(write());
      this.#unwritten.delete(id);
    }
  }
}

/** The answer to a press is remembered: it is told also where the disk fails right after it was queued. */
function showCardOf(ledger: Ledger, { remembered }: Parts): Ledger['showCard'] {
  return async (ticketId, now, draw) => {
    const entries = await ledger.showCard(ticketId, now, draw);
    for (const entry of entries) if (entry.outdated !== true && entry.inPlace !== true) remembered.wrote(entry);
    return entries;
  };
}

/** Messages that wait. */
function queueMethods({
  disk,
  memory,
  remembered,
}: Parts): Pick<Ledger, 'enqueue' | 'outboxHeads' | 'outboxLine' | 'outboxEntry' | 'supersede' | 'releaseHeld'> {
  return {
    enqueue: async (draft, now) => {
      try {
        const entry = await disk.enqueue(draft, now);
        if (draft.hold === undefined && entry.outdated !== true) remembered.wrote(entry);
        return entry;
      } catch {
        // Whatever the reason, people must be told.
        return memory.enqueue(draft, now);
      }
    },
    outboxHeads: (address) => outboxHeads({ disk, memory, remembered }, address),
    outboxLine: async (address) => {
      const known = remembered.unsent(address);
      const listed = await unlessTroubled(disk.outboxLine(address), known);
      const over = new Set(remembered.unwritten);
      const onDisk = listed.filter(({ id }) => !over.has(id));
      const spilt = (await (await memory.ledger)?.outboxLine(address)) ?? [];
      const all = [...onDisk, ...spilt.map((message) => ({ ...message, id: message.id + memoryIds }))];
      return all.toSorted((one, other) => one.createdAt - other.createdAt);
    },
    outboxEntry: async (id) => {
      if (id <= memoryIds) return unlessTroubled(disk.outboxEntry(id), remembered.unsentEntry(id));
      const entry = await (await memory.open()).outboxEntry(id - memoryIds);
      return entry && spiltEntry(entry);
    },
    supersede: async (id) => {
      if (id > memoryIds) return (await memory.open()).supersede(id - memoryIds);
      const needless = await unlessTroubled(disk.supersede(id), false);
      if (needless) remembered.forget(id);
      return needless;
    },
    releaseHeld: async (now) => {
      const next = await (await memory.ledger)?.releaseHeld(now);
      const onDisk = await disk.releaseHeld(now);
      return next === undefined || (onDisk !== undefined && onDisk < next) ? onDisk : next;
    },
  };
}

/** The first message of each chat, whether it is on disk or in memory. */
async function outboxHeads(
  { disk, memory, remembered }: Parts,
  address: ChatAddress | undefined,
): Promise<readonly OutboxEntry[]> {
  const known = remembered.unsent(address);
  const onDisk = await unlessTroubled(disk.outboxHeads(address, remembered.unwritten), known);
  const opened = memory.ledger;
  if (opened === undefined) return onDisk.filter(({ id }) => !remembered.isOver(id));
  const spilt = (await (await opened).outboxHeads(address)).map(spiltEntry);
  const first = new Map<string, OutboxEntry>();
  for (const entry of [...onDisk, ...spilt].filter(({ id }) => !remembered.isOver(id))) {
    const chat = `${entry.address.channel}:${entry.address.chatId}`;
    const other = first.get(chat);
    if (other === undefined || entry.createdAt < other.createdAt) first.set(chat, entry);
  }
  return [...first.values()];
}

/** What became of messages. */
function deliveryMethods({
  disk,
  memory,
  remembered,
}: Parts): Pick<Ledger, 'markSent' | 'markFailed' | 'dropEdit' | 'sumUpDead' | 'sentReference'> {
  return {
    markSent: async (id, reference, now) => {
      if (id > memoryIds) {
        remembered.noteOver(id);
        const opened = await memory.open();
        const sent = await opened.outboxEntry(id - memoryIds);
        await opened.markSent(id - memoryIds, reference, now);
        const { edits, address } = sent ?? {};
        if (edits === undefined || address === undefined) return false;
        // Another process may have shown meanwhile how orders stand, and the message now shows this instead.
        return (await remembered.conclude(id, () => disk.showCardAgain(address, edits))) ?? false;
      }
      return (await remembered.conclude(id, () => disk.markSent(id, reference, now))) ?? false;
    },
    markFailed: async (id, error, final) => {
      if (id > memoryIds) return (await memory.open()).markFailed(id - memoryIds, error, final);
      const write = (): Promise<boolean> => disk.markFailed(id, error, final);
      if (final) return (await remembered.conclude(id, write)) ?? false;
      remembered.failed(id);
      return unlessTroubled(write(), false);
    },
    // What shows how orders stand is written with the orders, so it is always on disk.
    dropEdit: async (id, error, gone) => {
      await remembered.conclude(id, () => disk.dropEdit(id, error, gone));
    },
    sumUpDead: async (address, now, draft) => {
      await unlessTroubled(disk.sumUpDead(address, now, draft), undefined);
      await (await memory.ledger)?.sumUpDead(address, now, draft);
    },
    sentReference: async (address, key) =>
      (await (await memory.ledger)?.sentReference(address, key)) ??
      unlessTroubled(disk.sentReference(address, key), undefined),
  };
}

/** Counts of messages, and what is done to all of them. */
function upkeepMethods(
  { disk, memory, remembered }: Parts,
  onLost: (messages: number) => void,
): Pick<Ledger, 'outboxPending' | 'outboxHeld' | 'deadLetters' | 'figures' | 'prune' | 'moveChat' | 'close'> {
  /** The count on disk and, where any message went to memory, the count there. */
  const sum = async (ofDisk: Promise<number>, ofMemory: (ledger: Ledger) => Promise<number>): Promise<number> => {
    const onDisk = await ofDisk;
    const opened = await memory.ledger;
    return onDisk + (opened === undefined ? 0 : await ofMemory(opened));
  };
  return {
    outboxPending: () => sum(unlessTroubled(disk.outboxPending(), 0), (ledger) => ledger.outboxPending()),
    outboxHeld: () => sum(disk.outboxHeld(), (ledger) => ledger.outboxHeld()),
    deadLetters: (now) => sum(disk.deadLetters(now), (ledger) => ledger.deadLetters(now)),
    figures: async () => {
      const onDisk = await disk.figures();
      const inMemory = await (await memory.ledger)?.figures();
      return { ...onDisk, outbox: [...onDisk.outbox, ...(inMemory?.outbox ?? [])] };
    },
    prune: async (before, beforeDay) => {
      await (await memory.ledger)?.prune(before, beforeDay);
      await disk.prune(before, beforeDay);
    },
    moveChat: async (from, toChatId) => {
      await (await memory.ledger)?.moveChat(from, toChatId);
      await disk.moveChat(from, toChatId);
    },
    close: async () => {
      await remembered.catchUp().catch(() => undefined);
      const opened = await memory.ledger;
      if (opened !== undefined) {
        await opened.releaseHeld(Number.MAX_SAFE_INTEGER);
        try {
          await writeUnsent(opened, disk, () => true);
          await writeDead(opened, disk);
        } catch {
          onLost((await opened.outboxPending()) + (await opened.untoldDead()).length);
        }
        await opened.close();
      }
      await disk.close();
    },
  };
}

function isSame(one: ChatAddress, other: ChatAddress): boolean {
  return one.channel === other.channel && one.chatId === other.chatId;
}

function spiltEntry(entry: OutboxEntry): OutboxEntry {
  return { ...entry, id: entry.id + memoryIds };
}

async function unlessTroubled<T>(asked: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    if (ledgerTrouble(error) === undefined) throw error;
    return otherwise;
  }
}

/** Ignores every failure but a `LedgerTrouble`, which it throws: any other write would fail the next time as well. */
async function ignoringAllButTrouble(written: Promise<unknown>): Promise<void> {
  try {
    await written;
  } catch (error) {
    if (ledgerTrouble(error) !== undefined) throw error;
  }
}

/** Moves unsent messages from memory to disk, so that another process sends them. */
async function writeUnsent(memory: Ledger, disk: Ledger, isMoved: (address: ChatAddress) => boolean): Promise<void> {
  for (;;) {
    const heads = (await memory.outboxHeads()).filter(({ address }) => isMoved(address));
    if (heads.length === 0) return;
    for (const head of heads) {
      // Where the disk has by now how orders stand, an answer that waited in memory is older than that.
      await disk.enqueue({ ...head, ...(head.edits === undefined ? {} : { passing: true }) }, head.createdAt);
      await memory.markSent(head.id, undefined, head.createdAt);
    }
  }
}

/** Moves messages that failed for good from memory to disk: their chat is told of them with the next one that it takes. */
async function writeDead(memory: Ledger, disk: Ledger): Promise<void> {
  for (const dead of await memory.untoldDead()) {
    const { id } = await disk.enqueue({ address: dead.address, body: dead.body }, dead.createdAt);
    await disk.markFailed(id, 'failed while it was in memory', true);
    await memory.markSent(dead.id, undefined, dead.createdAt);
  }
}
