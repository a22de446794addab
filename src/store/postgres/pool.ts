import { Socket } from 'node:net';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import { Client, type ClientBase, type ClientConfig, Pool, type PoolClient, types } from 'pg';
import { systemClock } from '../../clock.ts';
import { AppError } from '../../errors.ts';
import type { Durability } from '../sqlite.ts';
import { Reach } from './reach.ts';
import { sqlState } from './troubles.ts';

/**
 * How long the server may work at a statement or wait for a lock, in milliseconds. It is less than what this process
 * waits for the answer: so an answer that does not come means that the network is gone, not that the server is busy.
 */
const serverPatienceMs = 4_000;
const answerMs = 4_500;
const connectMs = 4_000;
/**
 * How long a transaction may do nothing. A process that is paused in the middle of one keeps the others waiting for so
 * long; the server ends the transaction then.
 */
const idleInTransactionMs = 3_000;
const keepAliveMs = 5_000;
const idleMs = 60_000;
const farewellMs = 1_000;
/** The types of numbers that the driver gives as texts: bigint, and numeric, which is the sum of some. */
const int8 = 20;
const numeric = 1700;

export interface PoolOptions {
  /** `postgres://…`, with the password. */
  readonly url: string;
  /** The schema of the tables. */
  readonly schema: string;
  /** `full`: commits survive a power cut. `normal`: the last commits may be lost. */
  readonly durability: Durability;
  /** Whether the server is to refuse every write. */
  readonly readOnly?: boolean | undefined;
  /** Whether statements may take as long as they need, as a migration does. */
  readonly unhurried?: boolean | undefined;
  /** The most connections at a time. */
  readonly most?: number | undefined;
}

/**
 * Connections to PostgreSQL as Kysely's dialect takes them. A connection whose answer does not come in time is cut, so
 * that a network that is gone is noticed within 5 seconds.
 * @throws AppError `store.not-durable`, from `connect`, where the server does not keep what it has confirmed.
 */
export function openPool(options: PoolOptions): PostgresPool {
  const { unhurried = false } = options;
  const sockets = new Set<Socket>();
  const connection: ClientConfig = {
    stream: () => {
      const socket = new Socket();
      sockets.add(socket.once('close', () => sockets.delete(socket)));
      return socket;
    },
    connectionString: options.url,
    application_name: 'hoga',
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: keepAliveMs,
    types: { getTypeParser: parserOf },
  };
  const reach = new Reach(() => tryConnection(connection));
  const pool = new Pool({
    ...connection,
    max: options.most ?? 10,
    idleTimeoutMillis: idleMs,
    onConnect: (client) => within(client, answerMs, () => prepare(client as PoolClient, options), reach),
  });
  // The pool has dropped the connection by then, and whatever was asked on it has failed with the same error.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
    reach.made(client);
  });
  return {
    options: {},
    connect: async () => hurried(await acquire(pool, reach), unhurried ? undefined : answerMs, reach),
    end: async () => {
      reach.end();
      // A server that cannot be reached does not say goodbye.
      const cancel = systemClock.timer(farewellMs, () => sockets.forEach((socket) => void socket.destroy()));
      await pool.end().finally(cancel);
    },
  };
}

async function acquire(pool: Pool, reach: Reach): Promise<PoolClient> {
  for (;;) {
    reach.require();
    try {
      const client = await pool.connect();
      if (!reach.isOld(client)) return client;
      client.release(true);
    } catch (error) {
      if (tookTooLong(error)) reach.lost(error);
      throw error;
    }
  }
}

/** Makes a connection that nobody uses. */
async function tryConnection(connection: ClientConfig): Promise<void> {
  const client = new Client(connection);
  client.on('error', () => undefined);
  await client.connect();
  void client.end();
}

/** Whether a connection could not be made in time. The pool's own words for too many that wait are others. */
function tookTooLong(error: unknown): boolean {
  return (
    error instanceof Error &&
    /^(?:connection terminated due to connection timeout|timeout expired)/i.test(error.message)
  );
}

const parserOf: typeof types.getTypeParser = (oid: number, format?: unknown) =>
  oid === int8 || oid === numeric ? toNumber : types.getTypeParser(oid, format as 'text');

/** @throws AppError `store.malformed` for a number that is not exact as a JavaScript number. */
function toNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new AppError('store.malformed', { number: text });
  return value;
}

/** Makes the settings of a new connection. */
async function prepare(client: PoolClient, options: PoolOptions): Promise<void> {
  const { schema, durability, readOnly = false, unhurried = false } = options;
  const patience = unhurried ? 0 : serverPatienceMs;
  await client.query(`
    set search_path to "${schema}";
    set statement_timeout = ${patience};
    set lock_timeout = ${patience};
    set idle_in_transaction_session_timeout = ${unhurried ? 0 : idleInTransactionMs};
    set default_transaction_read_only = ${readOnly ? 'on' : 'off'}`);
  if (durability === 'full') await keepCommits(client);
  else await client.query('set synchronous_commit = off');
}

/**
 * Lets a commit be confirmed only when it is on disk, and reads the settings back. Where the server waits even for its
 * standby to have applied it, that stays.
 * @throws AppError `store.not-durable`.
 */
async function keepCommits(client: PoolClient): Promise<void> {
  await client.query(`select set_config('synchronous_commit', 'on', false)
    where current_setting('synchronous_commit') <> 'remote_apply'`);
  const { rows } = await client.query<{ fsync: string; synchronous_commit: string }>(
    "select current_setting('fsync') as fsync, current_setting('synchronous_commit') as synchronous_commit",
  );
  for (const [pragma, actual] of Object.entries(rows[0] ?? {})) {
    if (actual !== 'on' && actual !== 'remote_apply') {
      throw new AppError('store.not-durable', { pragma, expected: 'on', actual, server: true });
    }
  }
}

/** The connection, which is cut when an answer takes longer. */
function hurried(client: PoolClient, mostMs: number | undefined, reach: Reach): PostgresPoolClient {
  let isUseless = false;
  const query = async (text: string, parameters: readonly unknown[] = []): Promise<unknown> => {
    try {
      return await within(client, mostMs, () => client.query(text, parameters.map(storable)), reach);
    } catch (error) {
      // A server that has become a standby: the next connection may lead to the one that took its place.
      if (sqlState(error) === '25006') isUseless = true;
      throw error;
    }
  };
  return {
    query: query as PostgresPoolClient['query'],
    release: (destroy) => client.release(destroy === true || isUseless),
  };
}

/** PostgreSQL has no text with the character 0, which somebody may send to a chat all the same. */
export function storable<T>(value: T): T | string {
  return typeof value === 'string' ? value.replaceAll('\0', '\uFFFD') : value;
}

/** Runs statements on a connection and cuts it when they take longer, so that they fail. */
async function within<T>(
  client: ClientBase,
  mostMs: number | undefined,
  run: () => Promise<T>,
  reach: Reach,
): Promise<T> {
  let isCut = false;
  // With a statement on its way, ending a session cuts its connection at once.
  const cut = (): void => {
    isCut = true;
    void (client as Client).end();
  };
  const cancel = mostMs === undefined ? () => undefined : systemClock.timer(mostMs, cut);
  try {
    return await run();
  } catch (error) {
    if (isCut) reach.lost(error);
    throw error;
  } finally {
    cancel();
  }
}
