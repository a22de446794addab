import { randomBytes } from 'node:crypto';
import { describe, expect, inject, onTestFinished } from 'vitest';
import { runSql } from './server.ts';

/** The server on which the tests of this file run; undefined where they run on SQLite. */
export const server = inject('postgres');

/** By test file, because files may share a process. */
const databases = new Map<string, { readonly url: Promise<string>; readonly emptied: Place[] }>();
let schemas = 0;

/** The URL of a database that is this test file's alone. It goes with the server, or at the end of the run. */
export function ownDatabase(): Promise<string> {
  return own().url;
}

function own() {
  const file = expect.getState().testPath ?? '';
  const known = databases.get(file) ?? { url: makeDatabase(), emptied: [] };
  databases.set(file, known);
  return known;
}

/** Where a ledger may be on PostgreSQL. */
export interface Place {
  readonly url: string;
  readonly schema: string;
}

/** A place for a ledger that has no tables yet. */
export async function newPlace(): Promise<Place> {
  schemas += 1;
  const schema = `hoga_${schemas}`;
  return { url: await ownDatabase(), schema };
}

/** A place for a ledger that may have tables, with nothing in them: to make them takes longer than most tests. */
export async function emptyPlace(): Promise<Place> {
  const { emptied } = own();
  const place = emptied.pop() ?? (await newPlace());
  onTestFinished(async () => {
    await runSql(place.url, `set search_path to ${place.schema}`, emptyTables);
    emptied.push(place);
  });
  return place;
}

const emptyTables = `do $$
  declare named text;
  begin
    for named in select tablename from pg_tables where schemaname = current_schema() and tablename not like 'kysely%'
      order by case tablename when 'order_events' then 1 when 'orders' then 2 else 3 end
    loop execute format('delete from %I', named); end loop;
  end $$`;

async function makeDatabase(): Promise<string> {
  if (server === undefined) throw new Error('there is no PostgreSQL');
  const name = `${inject('postgresPrefix')}${randomBytes(4).toString('hex')}`;
  // Another language's order of letters than the one that the code points have.
  await runSql(server, `create database ${name} template template0 locale_provider icu icu_locale 'en-US'`).catch(() =>
    runSql(server, `create database ${name}`),
  );
  return new URL(`/${name}`, server).href;
}

/** Tests that need PostgreSQL. Where there is none they are skipped, and their name says why. */
export function describeOnPostgres(name: string, tests: () => void): void {
  const isHere = server !== undefined;
  describe.skipIf(!isHere)(isHere ? name : `${name} (skipped: no PostgreSQL server is installed here)`, tests);
}
