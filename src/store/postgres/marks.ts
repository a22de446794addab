import { randomUUID } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { systemClock } from '../../clock.ts';
import type { Tables } from '../schema.ts';
import { isPostgres } from './is-postgres.ts';

/** For how long to ask what became of a transaction, in milliseconds. */
const askMs = 10_000;
const askAgainMs = 200;

/** What a transaction leaves behind where it is committed. */
export interface Mark {
  /** The row that it leaves it in. No two transactions have the same one at a time. */
  readonly slot: string;
  readonly token: string;
}

/**
 * Tells what became of a transaction whose connection broke while it was committed. Every transaction writes a token of
 * its own into a row of `write_marks`; a process has as many rows as it has transactions at a time. PostgreSQL's own
 * `pg_xact_status` is not enough for that: after a crash it gives the number of a lost transaction to another one.
 */
export class Marks {
  readonly #db: Kysely<Tables>;
  readonly #process = randomUUID();
  readonly #free: string[] = [];
  #slots = 0;
  #tokens = 0;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  take(): Mark {
    this.#tokens += 1;
    return { slot: this.#free.pop() ?? this.#newSlot(), token: String(this.#tokens) };
  }

  /** Once the transaction has ended, whatever came of it. The slot of one that may still run is used no more. */
  giveBack({ slot }: Mark): void {
    this.#free.push(slot);
  }

  /** The first statement of a transaction: leaves the mark, and waits for its turn where it has one. */
  async leave(transaction: Kysely<Tables>, { slot, token }: Mark, turn: string | undefined): Promise<void> {
    const leave = sql`insert into write_marks (slot, token, at)
      values (${slot}, ${token}, cast(extract(epoch from clock_timestamp()) * 1000 as bigint))
      on conflict (slot) do update set token = excluded.token, at = excluded.at`;
    await (turn === undefined ? leave : sql`with mark as (${leave}) select ${turnLock(turn)}`).execute(transaction);
  }

  /**
   * Whether the transaction was committed. While the server still works at it this waits: the same row cannot be
   * written twice at a time.
   * @throws the database's error when it does not say so for some time.
   */
  async hasLanded({ slot, token }: Mark): Promise<boolean> {
    const until = systemClock.now() + askMs;
    for (;;) {
      try {
        const { rows } = await sql<{ token: string }>`insert into write_marks (slot, token, at) values (${slot}, '', 0)
          on conflict (slot) do update set at = write_marks.at returning token`.execute(this.#db);
        return rows[0]?.token === token;
      } catch (error) {
        if (systemClock.now() >= until) throw error;
        await systemClock.sleep(askAgainMs);
      }
    }
  }

  #newSlot(): string {
    this.#slots += 1;
    return `${this.#process}:${this.#slots}`;
  }
}

/** Forgets the rows of processes that have been gone since before a moment. */
export async function forgetMarks(db: Kysely<Tables>, before: number): Promise<void> {
  if (isPostgres(db)) await sql`delete from write_marks where at < ${before}`.execute(db);
}

/** Waits until no other transaction of this schema holds the name, and holds it until its own transaction ends. */
export function turnLock(name: string) {
  return sql`pg_advisory_xact_lock(hashtextextended(current_schema() || ' ' || ${name}, 0))`;
}
