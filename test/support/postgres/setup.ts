import { randomBytes } from 'node:crypto';
import type { TestProject } from 'vitest/node';
import { findPostgres, runSql, startPostgres } from './server.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The URL of a database from which others can be made; undefined where the tests run on SQLite. */
    readonly postgres: string | undefined;
    /** What the names of the databases begin with that this run of the tests makes. */
    readonly postgresPrefix: string;
  }
}

/** Starts one server for all tests that run on PostgreSQL, or takes the one that HOGA_TEST_POSTGRES names. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['HOGA_TEST_POSTGRES'];
  const folder = findPostgres();
  const server = given !== undefined || folder === undefined ? undefined : await startPostgres(folder);
  const prefix = `hoga_${randomBytes(4).toString('hex')}_`;
  project.provide('postgres', given ?? server?.url('postgres'));
  project.provide('postgresPrefix', prefix);
  return async () => {
    await server?.stop();
    if (given !== undefined) await dropDatabases(given, prefix);
  };
}

async function dropDatabases(url: string, prefix: string): Promise<void> {
  const made = await runSql(url, `select datname from pg_database where datname like '${prefix}%'`);
  await runSql(url, ...made.map(({ datname }) => `drop database ${datname} with (force)`));
}
