import type { SQLInputValue } from 'node:sqlite';
import type { PostgresPlace } from '../postgres/database.ts';

/** Where a cache is: in a file, which is not the ledger's, or in a schema of PostgreSQL. */
export type CachePlace = { readonly path: string } | PostgresPlace;

/** Columns by name. */
export type CacheRow = Readonly<Record<string, unknown>>;

/** A table that may be lost. In its statements `?` stands for the next value; they are the same for both databases. */
export interface CacheTable {
  readonly dialect: 'sqlite' | 'postgres';
  rows(statement: string, ...values: readonly SQLInputValue[]): Promise<readonly CacheRow[]>;
  /** Returns how many rows were changed. */
  change(statement: string, ...values: readonly SQLInputValue[]): Promise<number>;
  /** Closing it twice is harmless. */
  close(): Promise<void>;
}
