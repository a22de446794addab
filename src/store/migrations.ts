import { type Kysely, sql } from 'kysely';
import { DEFAULT_MIGRATION_TABLE, type Migration, Migrator } from 'kysely/migration';
import { AppError } from '../errors.ts';
import { up as addAlertSessions } from './migrations/0014-alert-sessions.ts';
import { up as addReports } from './migrations/0015-reports.ts';
import { up as addEvents } from './migrations/0016-events.ts';
import { up as addOrderCards } from './migrations/0017-order-cards.ts';
import { up as addCandleAlerts } from './migrations/0018-candle-alerts.ts';
import { up as addCluster } from './migrations/0019-cluster.ts';
import { up as addSharedWrites } from './migrations/0020-shared-writes.ts';

/**
 * Run in the order of their names. Once released, no migration is changed or removed. They use the types and
 * constraints that SQLite and PostgreSQL share: so ids are counted by Hoga, because auto-increment is written
 * differently in each, and no trigger keeps the append-only tables append-only.
 */
const migrations: Readonly<Record<string, Migration>> = {
  '0001-ledger': { up: createLedger },
  '0002-alerts': { up: createAlerts },
  '0003-people': { up: createPeople },
  '0004-reconciler': { up: createSeenOrders },
  '0005-quiet-hours': { up: addHeldMessages },
  '0006-watchlists': { up: createWatchedIssues },
  '0007-alert-conditions': { up: addAlertConditions },
  '0009-alert-events': { up: addAlertEvents },
  '0010-order-parts': { up: addOrderParts },
  '0011-message-subjects': { up: addMessageSubjects },
  '0012-accounts': { up: addAccounts },
  '0013-alert-accounts': { up: addAlertAccounts },
  '0014-alert-sessions': { up: addAlertSessions },
  '0015-reports': { up: addReports },
  '0016-events': { up: addEvents },
  '0017-order-cards': { up: addOrderCards },
  '0018-candle-alerts': { up: addCandleAlerts },
  '0019-cluster': { up: addCluster },
  '0020-shared-writes': { up: addSharedWrites },
};

/**
 * Brings the tables up to date, on PostgreSQL those of a schema, which is made if need be.
 * @throws AppError `store.newer` when a newer version wrote the file, `store.migration-failed`, and whatever SQLite
 * throws for a file that it cannot read.
 */
export async function migrate<T>(db: Kysely<T>, schema?: string): Promise<void> {
  const run = await migrationsOf(db, schema);
  // Most starts find nothing to do. Kysely's migrator would look at every table three times to find that out.
  if (run !== undefined && pendingOf(run).length === 0) return;
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrations }) },
    ...(schema === undefined ? {} : { migrationTableSchema: schema }),
  });
  const { error, results } = await migrator.migrateToLatest();
  if (error !== undefined) {
    const failed = results?.find((result) => result.status === 'Error')?.migrationName;
    throw new AppError('store.migration-failed', { migration: failed }, { cause: error });
  }
}

/**
 * The migrations that were run; undefined where no table was made yet.
 * @throws AppError `store.newer` when this version does not know one of them.
 */
export async function migrationsOf<T>(db: Kysely<T>, schema?: string): Promise<readonly string[] | undefined> {
  const tables = await db.introspection.getTables({ withInternalKyselyTables: true });
  const isOurs = (table: (typeof tables)[number]): boolean => schema === undefined || table.schema === schema;
  if (!tables.some((table) => table.name === DEFAULT_MIGRATION_TABLE && isOurs(table))) return undefined;
  const { rows } = await sql<{ name: string }>`select name from ${sql.table(DEFAULT_MIGRATION_TABLE)}`.execute(db);
  const run = rows.map(({ name }) => name);
  const later = run.find((name) => migrations[name] === undefined);
  if (later !== undefined) throw new AppError('store.newer', { migration: later });
  return run;
}

/** The migrations of this version that are not among those that were run. */
export function pendingOf(run: readonly string[]): readonly string[] {
  return Object.keys(migrations).filter((name) => !run.includes(name));
}

async function createLedger(db: Kysely<unknown>): Promise<void> {
  await createOrders(db);
  await createNotices(db);
  await createOutbox(db);
  await db.schema
    .createTable('settings')
    .addColumn('name', 'text', (column) => column.primaryKey().notNull())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute();
}

async function createOrders(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('proposals')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('person_id', 'text', (column) => column.notNull())
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('chat_id', 'text', (column) => column.notNull())
    .addColumn('command', 'text', (column) => column.notNull())
    .addColumn('plan', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('orders')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('sequence', 'bigint', (column) => column.notNull().unique())
    .addColumn('proposal_id', 'text', (column) => column.notNull().references('proposals.id'))
    .addColumn('position', 'integer', (column) => column.notNull())
    .addColumn('person_id', 'text', (column) => column.notNull())
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('chat_id', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('intent', 'text', (column) => column.notNull())
    .addColumn('day', 'text', (column) => column.notNull())
    .addColumn('amount', 'bigint', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('order_number', 'text')
    .addColumn('branch', 'text')
    .addColumn('filled_quantity', 'bigint', (column) => column.notNull())
    .addColumn('filled_amount', 'bigint', (column) => column.notNull())
    .addColumn('code', 'text')
    .addColumn('text', 'text')
    .addColumn('confirmed_at', 'bigint', (column) => column.notNull())
    .addColumn('updated_at', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('orders_position_unique', ['proposal_id', 'position'])
    .addCheckConstraint('orders_amount_positive', sql`amount >= 0`)
    .execute();
  await db.schema.createIndex('orders_day').on('orders').columns(['day', 'order_number']).execute();
  await db.schema.createIndex('orders_status').on('orders').column('status').execute();

  await db.schema
    .createTable('order_events')
    .addColumn('order_id', 'text', (column) => column.notNull().references('orders.id'))
    .addColumn('sequence', 'integer', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('data', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('order_events_key', ['order_id', 'sequence'])
    .execute();
}

async function createNotices(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('execution_notices')
    .addColumn('day', 'text', (column) => column.notNull())
    .addColumn('fingerprint', 'text', (column) => column.notNull())
    .addColumn('number', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('quantity', 'bigint', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('execution_notices_key', ['day', 'fingerprint'])
    .execute();
  await db.schema
    .createIndex('execution_notices_number')
    .on('execution_notices')
    .columns(['day', 'number', 'kind'])
    .execute();
}

async function createOutbox(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('outbox')
    .addColumn('id', 'bigint', (column) => column.primaryKey().notNull())
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('chat_id', 'text', (column) => column.notNull())
    .addColumn('edits', 'text')
    .addColumn('key', 'text')
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('error', 'text')
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('sent_at', 'bigint')
    .addColumn('reference', 'text')
    .execute();
  await db.schema.createIndex('outbox_state').on('outbox').columns(['state', 'channel', 'chat_id', 'id']).execute();
  await db.schema.createIndex('outbox_key').on('outbox').columns(['channel', 'chat_id', 'key']).execute();
}

async function createPeople(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('people')
    .addColumn('identity', 'text', (column) => column.primaryKey().notNull())
    .addColumn('person_id', 'text', (column) => column.notNull())
    .addColumn('role', 'text', (column) => column.notNull())
    .execute();
}

async function createAlerts(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('alerts')
    .addColumn('id', 'text', (column) => column.primaryKey().notNull())
    .addColumn('person_id', 'text', (column) => column.notNull())
    .addColumn('channel', 'text', (column) => column.notNull())
    .addColumn('chat_id', 'text', (column) => column.notNull())
    .addColumn('symbol', 'text', (column) => column.notNull())
    .addColumn('direction', 'text', (column) => column.notNull())
    .addColumn('price', 'bigint', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('fired_at', 'bigint')
    .execute();
  await db.schema.createIndex('alerts_state').on('alerts').columns(['state', 'created_at']).execute();
}

async function createSeenOrders(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('proposals')
    .addColumn('shown', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
  await db.schema
    .createTable('seen_orders')
    .addColumn('day', 'text', (column) => column.notNull())
    .addColumn('number', 'text', (column) => column.notNull())
    .addColumn('position', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('seen_orders_key', ['day', 'number'])
    .execute();
  await db.schema
    .alterTable('orders')
    .addColumn('seen_position', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  // Until then the status of an accepted cancel was that of an accepted order.
  await sql`update orders set status = 'done' where kind = 'cancel' and status = 'accepted'`.execute(db);
}

async function addHeldMessages(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('outbox').addColumn('held_for', 'text').execute();
  await db.schema.alterTable('outbox').addColumn('held_until', 'bigint').execute();
}

async function createWatchedIssues(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('watched_issues')
    .addColumn('person_id', 'text', (column) => column.notNull())
    .addColumn('symbol', 'text', (column) => column.notNull())
    .addColumn('position', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('watched_issues_key', ['person_id', 'symbol'])
    .execute();
}

/** Until then an alert was a price and a direction. */
async function addAlertConditions(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('alerts')
    .addColumn('condition', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
  await db.schema
    .alterTable('alerts')
    .addColumn('repeats', 'integer', (column) => column.notNull().defaultTo(0))
    .execute();
  await db.schema.alterTable('alerts').addColumn('until', 'text').execute();
  await db.schema.alterTable('alerts').addColumn('level', 'text').execute();
  await db.schema
    .alterTable('alerts')
    .addColumn('level_day', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
  await sql`update alerts set
    condition = '{"kind":"price","direction":"' || direction || '","price":' || price || '}',
    level = '{"metric":"price","direction":"' || direction || '","value":' || price || '}'`.execute(db);
  await db.schema.alterTable('alerts').dropColumn('direction').execute();
  await db.schema.alterTable('alerts').dropColumn('price').execute();
}

async function addAlertEvents(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('alert_events')
    .addColumn('alert_id', 'text', (column) => column.notNull())
    .addColumn('sequence', 'integer', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('data', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('alert_events_key', ['alert_id', 'sequence'])
    .execute();
  await db.schema.alterTable('outbox').addColumn('alert_id', 'text').execute();
  await db.schema.createIndex('outbox_alert').on('outbox').column('alert_id').execute();
}

/** Until then an order could only be changed or cancelled as a whole. */
async function addOrderParts(db: Kysely<unknown>): Promise<void> {
  for (const name of ['cancelled_quantity', 'replaced_quantity']) {
    await db.schema
      .alterTable('orders')
      .addColumn(name, 'bigint', (column) => column.notNull().defaultTo(0))
      .execute();
  }
}

/** Until then the messages of a chat were sent strictly in order. */
async function addMessageSubjects(db: Kysely<unknown>): Promise<void> {
  await db.schema.alterTable('outbox').addColumn('about', 'text').execute();
}

/** Before, a ledger was of one account, which is called main since. */
async function addAccounts(db: Kysely<unknown>): Promise<void> {
  for (const table of ['proposals', 'orders']) {
    await db.schema
      .alterTable(table)
      .addColumn('account', 'text', (column) => column.notNull().defaultTo('main'))
      .execute();
  }
  await db.schema.dropIndex('orders_day').execute();
  await db.schema.createIndex('orders_day').on('orders').columns(['account', 'day', 'order_number']).execute();
  // A key cannot be changed in place, so these tables are written anew.
  await db.schema.alterTable('execution_notices').renameTo('notices_before').execute();
  await db.schema.dropIndex('execution_notices_number').execute();
  await createAccountNotices(db);
  await sql`insert into execution_notices (account, day, fingerprint, number, kind, quantity, at)
    select 'main', day, fingerprint, number, kind, quantity, at from notices_before`.execute(db);
  await db.schema.dropTable('notices_before').execute();
  await db.schema.alterTable('seen_orders').renameTo('seen_before').execute();
  await createAccountSeenOrders(db);
  await sql`insert into seen_orders (account, day, number, position)
    select 'main', day, number, position from seen_before`.execute(db);
  await db.schema.dropTable('seen_before').execute();
}

/** Before, an average cost was that of the first account, whatever the chat worked with. */
async function addAlertAccounts(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .alterTable('alerts')
    .addColumn('account', 'text', (column) => column.notNull().defaultTo('main'))
    .execute();
}

async function createAccountNotices(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('execution_notices')
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('day', 'text', (column) => column.notNull())
    .addColumn('fingerprint', 'text', (column) => column.notNull())
    .addColumn('number', 'text', (column) => column.notNull())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('quantity', 'bigint', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('account_notices_key', ['account', 'day', 'fingerprint'])
    .execute();
  await db.schema
    .createIndex('execution_notices_number')
    .on('execution_notices')
    .columns(['account', 'day', 'number', 'kind'])
    .execute();
}

async function createAccountSeenOrders(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('seen_orders')
    .addColumn('account', 'text', (column) => column.notNull())
    .addColumn('day', 'text', (column) => column.notNull())
    .addColumn('number', 'text', (column) => column.notNull())
    .addColumn('position', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('account_seen_orders_key', ['account', 'day', 'number'])
    .execute();
}
