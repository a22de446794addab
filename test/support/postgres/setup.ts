import type { TestProject } from 'vitest/node';
import { findPostgres, startPostgres } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The URL of a database from which others can be made; undefined where the tests run on SQLite. */
    readonly postgres: string | undefined;
  }
}

/** Starts one server for all tests that run on PostgreSQL, or takes the one that HOGA_TEST_POSTGRES names. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['HOGA_TEST_POSTGRES'];
  const folder = findPostgres();
  const server = given !== undefined || folder === undefined ? undefined : await startPostgres(folder);
  project.provide('postgres', given ?? server?.url('postgres'));
  return async () => server?.stop();
}
