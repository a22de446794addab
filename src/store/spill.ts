import { ledgerTrouble } from '../domain/ledger-trouble.ts';
import type { ChatAddress } from '../domain/people/chat-address.ts';
import type { Ledger } from '../ports/ledger/ledger.ts';
import type { OutboxEntry } from '../ports/ledger/outbox-store.ts';
import { openLedger } from './ledger.ts';

/** Ids of messages in memory begin here; on disk nobody counts that far. */
const memoryIds = 2 ** 40;
/** What waits beyond these would fill the memory too, while no chat takes anything. */
const mostWaiting = 1_000;

/** More than could be under way while a list of what waits is read. */
const mostRemembered = 1_000;

/** A ledger whose messages go out also while it cannot be written. */
export interface SpillingLedger {
  readonly ledger: Ledger;
  /** Writes down what came of messages while that could not be done. @throws AppError `LedgerTrouble`. */
  catchUp(): Promise<void>;
  /** Messages that nobody will be told, since the last time it was asked. */
  takeLost(): number;
}

/**
 * Keeps messages in memory that the disk does not take, and in mind which of those on disk are out though the disk was
 * not told: what is said must neither stay away nor come twice because nothing can be written. What is left at the end
 * goes to disk if it can.
 */
export function spillToMemory(disk: Ledger): SpillingLedger {
  let opened: Promise<Ledger> | undefined;
  let lost = 0;
  /** By id, of messages on disk that are over: what is to be written about them. */
  const unwritten = new Map<number, () => Promise<void>>();
  /** Those that this process wrote and has not sent: what is on disk cannot always be read again. */
  const fresh = new Map<number, OutboxEntry>();

  /** Messages that are over, the newest: a list whose reading began before they were must not bring them again. */
  const over = new Set<number>();
  const noteOver = (id: number): void => {
    over.add(id);
    const [oldest] = over;
    if (over.size > mostRemembered && oldest !== undefined) over.delete(oldest);
  };

  const inMemory = (): Promise<Ledger> => {
    opened ??= openLedger({ url: 'sqlite::memory:' });
    return opened;
  };

  /** Writes what came of a message, or keeps that in mind: it is over in any case. */
  const conclude = async (id: number, write: () => Promise<void>): Promise<void> => {
    fresh.delete(id);
    noteOver(id);
    try {
      await write();
      unwritten.delete(id);
    } catch {
      // Whatever it was that failed: it must not be sent again for that.
      unwritten.set(id, write);
    }
  };

  const heads = async (address?: ChatAddress): Promise<readonly OutboxEntry[]> => {
    const known = [...fresh.values()].filter((entry) => address === undefined || isSame(entry.address, address));
    const onDisk = await unlessTroubled(disk.outboxHeads(address, [...unwritten.keys()]), known);
    if (opened === undefined) return onDisk.filter(({ id }) => !over.has(id));
    const spilt = (await (await opened).outboxHeads(address)).map(spiltEntry);
    const first = new Map<string, OutboxEntry>();
    for (const entry of [...onDisk, ...spilt].filter(({ id }) => !over.has(id))) {
      const chat = `${entry.address.channel}:${entry.address.chatId}`;
      const other = first.get(chat);
      if (other === undefined || entry.createdAt < other.createdAt) first.set(chat, entry);
    }
    return [...first.values()];
  };

  /** Of messages in memory, where there are any, and of those on disk. */
  const sum = async (ofDisk: Promise<number>, ofMemory: (memory: Ledger) => Promise<number>): Promise<number> =>
    (await ofDisk) + (opened === undefined ? 0 : await ofMemory(await opened));

  const ledger: Ledger = {
    ...disk,
    enqueue: async (draft, now) => {
      try {
        const entry = await disk.enqueue(draft, now);
        if (draft.hold === undefined) fresh.set(entry.id, entry);
        return entry;
      } catch {
        // Whatever it was that failed: who is to be told must be told.
        const memory = await inMemory();
        const waiting = await memory.outboxPending();
        const entry = spiltEntry(await memory.enqueue(draft, now));
        if (waiting >= mostWaiting) {
          lost += 1;
          await memory.markFailed(entry.id - memoryIds, 'too many', true);
        }
        return entry;
      }
    },
    outboxHeads: heads,
    outboxLine: async (address) => {
      const known = [...fresh.values()].filter((entry) => isSame(entry.address, address));
      const onDisk = (await unlessTroubled(disk.outboxLine(address), known)).filter(({ id }) => !unwritten.has(id));
      const spilt = (await (await opened)?.outboxLine(address)) ?? [];
      const all = [...onDisk, ...spilt.map((message) => ({ ...message, id: message.id + memoryIds }))];
      return all.toSorted((one, other) => one.createdAt - other.createdAt);
    },
    outboxEntry: async (id) => {
      if (id <= memoryIds) return unlessTroubled(disk.outboxEntry(id), fresh.get(id));
      const entry = await (await inMemory()).outboxEntry(id - memoryIds);
      return entry && spiltEntry(entry);
    },
    markSent: async (id, reference, now) => {
      if (id > memoryIds) {
        noteOver(id);
        await (await inMemory()).markSent(id - memoryIds, reference, now);
      } else await conclude(id, () => disk.markSent(id, reference, now));
    },
    markFailed: async (id, error, final) => {
      if (id > memoryIds) await (await inMemory()).markFailed(id - memoryIds, error, final);
      else if (final) await conclude(id, () => disk.markFailed(id, error, final));
      else {
        const entry = fresh.get(id);
        if (entry !== undefined) fresh.set(id, { ...entry, attempts: entry.attempts + 1 });
        await unlessTroubled(disk.markFailed(id, error, final), undefined);
      }
    },
    supersede: async (id) => {
      if (id > memoryIds) return (await inMemory()).supersede(id - memoryIds);
      const needless = await unlessTroubled(disk.supersede(id), false);
      if (needless) fresh.delete(id);
      return needless;
    },
    sumUpDead: async (address, now, draft) => {
      await unlessTroubled(disk.sumUpDead(address, now, draft), undefined);
      await (await opened)?.sumUpDead(address, now, draft);
    },
    sentReference: async (address, key) =>
      (await (await opened)?.sentReference(address, key)) ??
      unlessTroubled(disk.sentReference(address, key), undefined),
    releaseHeld: async (now) => {
      const next = await (await opened)?.releaseHeld(now);
      const onDisk = await disk.releaseHeld(now);
      return next === undefined || (onDisk !== undefined && onDisk < next) ? onDisk : next;
    },
    outboxPending: () => sum(unlessTroubled(disk.outboxPending(), 0), (memory) => memory.outboxPending()),
    outboxHeld: () => sum(disk.outboxHeld(), (memory) => memory.outboxHeld()),
    deadLetters: (now) => sum(disk.deadLetters(now), (memory) => memory.deadLetters(now)),
    prune: async (before, beforeDay) => {
      await (await opened)?.prune(before, beforeDay);
      await disk.prune(before, beforeDay);
    },
    moveChat: async (from, toChatId) => {
      await (await opened)?.moveChat(from, toChatId);
      await disk.moveChat(from, toChatId);
    },
    close: async () => {
      const memory = await opened;
      if (memory !== undefined) {
        await writeUnsent(memory, disk).catch(() => undefined);
        await memory.close();
      }
      await disk.close();
    },
  };

  return {
    ledger,
    catchUp: async () => {
      for (const [id, write] of unwritten) {
        await unlessOther(write());
        unwritten.delete(id);
      }
    },
    takeLost: () => {
      const count = lost;
      lost = 0;
      return count;
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

/** @throws AppError `LedgerTrouble` alone: what fails otherwise will not do better the next time. */
async function unlessOther(written: Promise<void>): Promise<void> {
  try {
    await written;
  } catch (error) {
    if (ledgerTrouble(error) !== undefined) throw error;
  }
}

/** The next process sends what this one did not. */
async function writeUnsent(memory: Ledger, disk: Ledger): Promise<void> {
  await memory.releaseHeld(Number.MAX_SAFE_INTEGER);
  for (;;) {
    const heads = await memory.outboxHeads();
    if (heads.length === 0) return;
    for (const head of heads) {
      await disk.enqueue(head, head.createdAt);
      await memory.markSent(head.id, undefined, head.createdAt);
    }
  }
}
