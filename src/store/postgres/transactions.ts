import { type ControlledTransaction, type Kysely, sql } from 'kysely';
import { systemClock } from '../../clock.ts';
import type { Tables } from '../schema.ts';
import {
  type DatabaseTraits,
  type Transactions,
  translated,
  type Work,
  type WriteOptions,
} from '../tables/transactions.ts';
import { Lanes } from './lanes.ts';
import { type Mark, Marks } from './marks.ts';
import { postgresTrouble, sqlState } from './troubles.ts';

/** PostgreSQL's own clock, as it goes on within a transaction. */
const postgresTraits: DatabaseTraits = {
  now: () => sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`,
  locksRows: true,
};

/** How often a transaction is tried that PostgreSQL took back so that another could go on. */
const mostTries = 5;
const retryMs = 20;
/**
 * How soon a broken connection has to be noticed for the same to be tried on another. One that lay idle while the
 * server was restarted breaks at once. Where the network is gone, whoever waits must not wait twice as long.
 */
const brokeAtOnceMs = 1_000;

/** What came of a transaction that was tried. */
type Attempt<T> =
  | { readonly kind: 'done'; readonly result: T }
  | { readonly kind: 'taken-back'; readonly error: unknown }
  /** The connection broke during the commit. */
  | { readonly kind: 'unknown'; readonly result: T; readonly mark: Mark; readonly error: unknown };

/**
 * Transactions on PostgreSQL, of which several processes run many at a time. They are `read committed`, and a write in
 * turn holds an advisory lock from before its first statement until it has ended. So what a claim goes by (its ticket,
 * and the open orders and the amounts of its account) can change only before the claim has read it or after the claim
 * was committed, as in SQLite. Without that lock two claims could each find room under the daily cap and together
 * exceed it. `serializable` would prevent that too, but would also turn down claims of accounts that have nothing to do
 * with each other and merely share a page of an index.
 */
export function createPostgresTransactions(db: Kysely<Tables>): Transactions {
  const marks = new Marks(db);
  const lanes = new Lanes();
  const named = (turn: string | undefined): Transactions => ({
    ...postgresTraits,
    inTurn: named,
    read: (operation, work) => translated(operation, postgresTrouble, () => readOnce(db, work)),
    write: (operation, work, options = {}) =>
      translated(operation, postgresTrouble, () =>
        lanes.run(options.lane?.() ?? turn, () => write(db, marks, turn, work, options)),
      ),
  });
  return named(undefined);
}

/** Reads, once more where the connection turns out to be a broken one. */
async function readOnce<T>(db: Kysely<Tables>, work: (db: Kysely<Tables>) => Promise<T>): Promise<T> {
  const since = systemClock.now();
  try {
    return await work(db);
  } catch (error) {
    if (!brokeAtOnce(error, since)) throw error;
    return work(db);
  }
}

async function write<T>(
  db: Kysely<Tables>,
  marks: Marks,
  turn: string | undefined,
  work: Work<T>,
  { whenUnknown = 'ask' }: WriteOptions,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    const since = systemClock.now();
    const tried = await runOnce(db, marks, turn, work);
    const attempt = tried.kind === 'unknown' && whenUnknown === 'ask' ? await findOut(marks, tried) : tried;
    if (attempt.kind === 'done') return attempt.result;
    if (attempt.kind === 'unknown' || tries >= mostTries) throw attempt.error;
    const gaveWay = ['40001', '40P01'].includes(sqlState(attempt.error) ?? '');
    // One that was found out about took longer, but it is as certain that nothing of it was written.
    const broke = tries === 1 && (tried.kind === 'unknown' || brokeAtOnce(attempt.error, since));
    if (!gaveWay && !broke) throw attempt.error;
    await systemClock.sleep(retryMs * tries);
  }
}

/** Never throws: also what `work` throws is returned, because the transaction has been taken back by then. */
async function runOnce<T>(
  db: Kysely<Tables>,
  marks: Marks,
  turn: string | undefined,
  work: Work<T>,
): Promise<Attempt<T>> {
  let transaction: ControlledTransaction<Tables>;
  try {
    // Whatever the server's default is: every statement has to see what was committed before it.
    transaction = await db.startTransaction().setIsolationLevel('read committed').execute();
  } catch (error) {
    return { kind: 'taken-back', error };
  }
  const mark = marks.take();
  let result: T;
  try {
    await marks.leave(transaction, mark, turn);
    result = await work(transaction);
  } catch (error) {
    await takeBack(transaction);
    marks.giveBack(mark);
    return { kind: 'taken-back', error };
  }
  try {
    await transaction.commit().execute();
    marks.giveBack(mark);
    return { kind: 'done', result };
  } catch (error) {
    await takeBack(transaction);
    // Any other error is the server's answer: that it has taken the transaction back.
    if (postgresTrouble(error) === 'store.away') return { kind: 'unknown', result, mark, error };
    marks.giveBack(mark);
    return { kind: 'taken-back', error };
  }
}

async function findOut<T>(marks: Marks, unknown: Extract<Attempt<T>, { kind: 'unknown' }>): Promise<Attempt<T>> {
  const { result, mark, error } = unknown;
  const landed = await marks.hasLanded(mark).catch(() => undefined);
  if (landed === undefined) return unknown;
  marks.giveBack(mark);
  return landed ? { kind: 'done', result } : { kind: 'taken-back', error };
}

/** Frees the connection. A transaction whose connection is broken is taken back by the server. */
async function takeBack(transaction: ControlledTransaction<Tables>): Promise<void> {
  await transaction
    .rollback()
    .execute()
    .catch(() => undefined);
}

function brokeAtOnce(error: unknown, since: number): boolean {
  return postgresTrouble(error) === 'store.away' && systemClock.now() - since < brokeAtOnceMs;
}
