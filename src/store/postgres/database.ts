import {
  type DataTypeNode,
  HandleEmptyInListsPlugin,
  Kysely,
  PostgresDialect,
  PostgresQueryCompiler,
  type QueryCompiler,
  replaceWithNoncontingentExpression,
  sql,
} from 'kysely';
import { AppError } from '../../errors.ts';
import { migrate, migrationsOf, pendingOf } from '../migrations.ts';
import type { Tables } from '../schema.ts';
import { openPool, type PoolOptions } from './pool.ts';
import { postgresTrouble } from './troubles.ts';

/** Where a ledger is on PostgreSQL. */
export interface PostgresPlace {
  /** `postgres://…`, with the password. */
  readonly url: string;
  /** The schema of its tables, which is made if need be: a database may hold the ledgers of several venues. */
  readonly schema: string;
}

/** Whether statements may take as long as they need. */
type Haste = Pick<PoolOptions, 'unhurried'>;

/** Orders text as SQLite does, by its code points, whatever language the database was made for. */
class PlainTextCompiler extends PostgresQueryCompiler {
  protected override visitDataType(node: DataTypeNode): void {
    super.visitDataType(node);
    if (node.dataType === 'text') this.append(' collate "C"');
  }
}

class PlainTextDialect extends PostgresDialect {
  override createQueryCompiler(): QueryCompiler {
    return new PlainTextCompiler();
  }
}

function databaseOn<T>(options: PoolOptions): Kysely<T> {
  return new Kysely<T>({
    dialect: new PlainTextDialect({ pool: openPool(options) }),
    // In SQLite a list may be empty.
    plugins: [new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression })],
  });
}

/**
 * Opens the ledger's database and brings its schema up to date. Of processes that start at once one does that, and the
 * others wait.
 * @throws AppError `store.cannot-connect`, `store.not-durable`, `store.newer`, `store.migration-failed`.
 */
export function openPostgres(place: PostgresPlace, haste: Haste = {}): Promise<Kysely<Tables>> {
  return explained(place, async () => {
    const unhurried = databaseOn<Tables>({ ...place, durability: 'full', unhurried: true, most: 1 });
    try {
      await migrate(unhurried, place.schema);
      await countOn(unhurried);
    } finally {
      await unhurried.destroy();
    }
    return databaseOn<Tables>({ ...place, ...haste, durability: 'full' });
  });
}

/**
 * Opens the ledger's database so that the server refuses every write. Undefined where no bot has made the tables yet.
 * @throws AppError `store.cannot-connect`, `store.newer`, `store.older`.
 */
export function openPostgresForReading(place: PostgresPlace, haste: Haste = {}): Promise<Kysely<Tables> | undefined> {
  return explained(place, async () => {
    const db = databaseOn<Tables>({ ...place, ...haste, durability: 'full', readOnly: true, most: 3 });
    const run = await migrationsOf(db, place.schema).catch(async (error: unknown) => {
      await db.destroy();
      throw error;
    });
    const [pending] = run === undefined ? [] : pendingOf(run);
    if (run !== undefined && pending === undefined) return db;
    await db.destroy();
    if (pending !== undefined) throw new AppError('store.older', { migration: pending });
    return undefined;
  });
}

/** Rows that were copied from another database have numbers that PostgreSQL did not count. */
async function countOn(db: Kysely<Tables>): Promise<void> {
  for (const [table, column] of [
    ['orders', 'sequence'],
    ['outbox', 'id'],
  ] as const) {
    const numbers = `${table}_numbers`;
    await sql`select setval(${numbers}, newest) from ${sql.table(numbers)},
      (select max(${sql.ref(column)}) as newest from ${sql.table(table)}) as there
      where newest > last_value`.execute(db);
  }
}

/** @throws AppError `store.cannot-connect` where the server cannot be reached, or `open` fails otherwise than by an AppError. */
export async function explained<T>(place: PostgresPlace, open: () => Promise<T>): Promise<T> {
  const path = addressOf(place);
  try {
    return await open();
  } catch (error) {
    const isAway = postgresTrouble(error instanceof AppError ? error.cause : error) === 'store.away';
    if (error instanceof AppError && !isAway) {
      throw new AppError(error.code, { ...error.context, path }, { cause: error.cause });
    }
    throw new AppError('store.cannot-connect', { path }, { cause: error instanceof AppError ? error.cause : error });
  }
}

/** What of a place may be shown: the server and the database, and not who asks. */
export function addressOf({ url }: Pick<PostgresPlace, 'url'>): string {
  const { hostname, port, pathname, searchParams } = new URL(url);
  return `${searchParams.get('host') ?? hostname}${port === '' ? '' : `:${port}`}${pathname}`;
}
