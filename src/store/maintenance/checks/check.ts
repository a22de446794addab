import type { Kysely } from 'kysely';
import type { LedgerCheckResult, LedgerFault, LedgerFinding } from '../../../domain/ledger-check.ts';
import type { ErrorContext } from '../../../errors.ts';
import type { Tables } from '../../schema.ts';
import { batchesOf, type Database, type LedgerTable } from '../tables.ts';

/** What a check looks at: one moment of a ledger. */
export interface Looked {
  readonly db: Kysely<Tables>;
  readonly database: Database;
  /** Milliseconds. */
  readonly now: number;
}

export type Check = (looked: Looked) => Promise<Omit<LedgerCheckResult, 'name'>>;

/** Gathers what is wrong, and counts what was looked at. */
export class Findings {
  readonly #findings: LedgerFinding[] = [];
  #looked = 0;

  count(rows: number): void {
    this.#looked += rows;
  }

  add(fault: LedgerFault, facts: ErrorContext): void {
    this.#findings.push({ fault, facts });
  }

  get result(): Omit<LedgerCheckResult, 'name'> {
    return { looked: this.#looked, findings: this.#findings };
  }
}

/** The rows of a table in the order of their key, in batches. */
export function rowsOf<Table extends LedgerTable>(
  { db, database }: Looked,
  table: Table,
): AsyncGenerator<readonly Tables[Table][]> {
  return batchesOf(db, database, table) as unknown as AsyncGenerator<readonly Tables[Table][]>;
}
