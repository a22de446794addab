// @ts-nocheck
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { vi } from 'vitest';

/** SQLite's result codes: the disk is full, or does not answer. */
export const sqliteFull = 13;
export const sqliteIoError = 10;

/** What the disk does to statement `number` (1 for the first since it was armed): fails it with this code, or nothing. */
export type FaultPlan = (number: number, sql: string) => number | undefined;

/** A disk under the ledger that fails statements as a test wants; files in memory and the cache are left alone. */
export class DiskFaults {
  /** The statements since it was armed, or until it was mended. */
  seen: string[] = [];
  /** All statements there ever were. */
  count = 0;
  #armed = false;
  #plan: FaultPlan = () => undefined;

  constructor(fileName: string) {
    const faults = this;
    const { prepare, exec } = DatabaseSync.prototype;
    vi.spyOn(DatabaseSync.prototype, 'exec').mockImplementation(function (this: DatabaseSync, sql) {
      if (isOf(this, fileName)) faults.#step(sql);
      return exec.call(this, sql);
    });
    vi.spyOn(DatabaseSync.prototype, 'prepare').mockImplementation(function (this: DatabaseSync, sql, ...rest) {
      const statement = prepare.call(this, sql, ...rest);
      return isOf(this, fileName) ? faults.#watched(statement, sql) : statement;
    });
  }

  arm(plan: FaultPlan): void {
    this.seen = [];
    this.#armed = true;
    this.#plan = plan;
  }

  mend(): void {
    this.#armed = false;
    this.#plan = () => undefined;
  }

  #watched(statement: StatementSync, sql: string): StatementSync {
    return new Proxy(statement, {
      get: (target, name) => {
        const method: unknown = Reflect.get(target, name, target);
        if (typeof method !== 'function') return method;
        return (...args: unknown[]): unknown => {
          if (name === 'run' || name === 'all' || name === 'get' || name === 'iterate') this.#step(sql);
          return Reflect.apply(method, target, args);
        };
      },
    });
  }

  #step(sql: string): void {
    this.count += 1;
    if (!this.#armed || /^pragma/i.test(sql)) return;
    this.seen.push(sql);
    const errcode = this.#plan(this.seen.length, sql);
    if (errcode === undefined) return;
    throw Object.assign(new Error('the disk failed'), { code: 'ERR_SQLITE_ERROR', errcode });
  }
}

function isOf(database: DatabaseSync, fileName: string): boolean {
  return database.location()?.endsWith(fileName) === true;
}

/** Whether a full disk fails a statement: what only reads, begins or takes back needs no room. */
export function needsRoom(sql: string): boolean {
  return /^(?:insert|update|delete|commit)/i.test(sql);
}
