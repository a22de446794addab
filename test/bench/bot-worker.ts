import { DatabaseSync, StatementSync } from 'node:sqlite';
import pg from 'pg';
import type { App } from '../../src/app.ts';
import type { Button, Incoming } from '../../src/chat/channel.ts';
import { systemClock } from '../../src/clock.ts';
import { openCluster } from '../../src/cluster/open-cluster.ts';
import type { Config, Environ } from '../../src/config.ts';
import { dutyOfKey } from '../../src/kis/remote/key-place.ts';
import type { Cluster } from '../../src/ports/cluster.ts';
import { localIdentity } from '../../src/services/people.ts';
import { configOf, startRealBot } from '../support/shared/real-bot.ts';
import { sharedMs } from './shared-clock.ts';

/** What the bench asks of a bot in a process of its own. Each is answered by one `Told` of the same kind. */
export type Asked =
  | { readonly kind: 'start'; readonly environ: Environ; readonly self: string }
  | { readonly kind: 'usage' }
  | { readonly kind: 'hand'; readonly input: Incoming['input']; readonly id: string }
  | { readonly kind: 'stop' };

export type Told =
  /** `readMs`: reading the settings; `ms`: from then until people may speak. */
  | { readonly kind: 'start'; readonly readMs: number; readonly ms: number }
  | ({ readonly kind: 'usage' } & Usage)
  /** When it was given to the app, by the clock that all processes of a machine share. */
  | { readonly kind: 'hand'; readonly atMs: number }
  | { readonly kind: 'stop' }
  /** A message with buttons was shown or edited. Nobody asked for it. */
  | { readonly kind: 'buttons'; readonly buttons: readonly Button[] };

/** What the process has used since it began. */
export interface Usage {
  /** Resident, after a collection of garbage, in bytes. */
  readonly memory: number;
  /** Milliseconds of processor time. */
  readonly cpuMs: number;
  /** Statements for a database, those of transactions themselves among them. */
  readonly statements: number;
  /** The accounts, by their position, whose key this process carries. */
  readonly carries: readonly number[];
}

let statements = 0;
let app: App | undefined;
let cluster: Cluster | undefined;
let config: Config | undefined;

const tell = (told: Told): void => void process.send?.(told);

/** Has each call of a method counted as a statement. */
function count(of: object, name: string): void {
  const method = Reflect.get(of, name) as (...given: unknown[]) => unknown;
  Reflect.set(of, name, function counted(this: unknown, ...given: unknown[]) {
    statements += 1;
    return method.apply(this, given);
  });
}

async function start(environ: Environ, self: string): Promise<Told> {
  const began = performance.now();
  config = configOf(environ);
  const readMs = performance.now() - began;
  const { store } = config;
  const show = ({ buttons = [] }: { readonly buttons?: readonly (readonly Button[])[] }): void => {
    if (buttons.length > 0) tell({ kind: 'buttons', buttons: buttons.flat() });
  };
  let shown = 0;
  app = await startRealBot(config, (log) => ({
    self,
    ...('url' in store && {
      joinCluster: async (ledger) => {
        const place = { url: store.url.reveal(), schema: store.schema };
        cluster = await openCluster({ ledger, ...place, self, clock: systemClock, log });
        return cluster;
      },
    }),
    channels: () => [
      {
        name: 'console',
        start: async () => undefined,
        async send(_chatId, message) {
          show(message);
          shown += 1;
          return `${self} ${shown}`;
        },
        edit: async (_chatId, _reference, message) => show(message),
        stop: async () => undefined,
      },
    ],
  }));
  return { kind: 'start', readMs, ms: performance.now() - began - readMs };
}

function usage(): Told {
  globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const accounts = config?.accounts ?? [];
  const carries = accounts.flatMap(({ kis }, position) =>
    cluster === undefined || cluster.holds(dutyOfKey(kis.key, kis.environment)) ? [position] : [],
  );
  return {
    kind: 'usage',
    memory: process.memoryUsage.rss(),
    cpuMs: (user + system) / 1_000,
    statements,
    carries,
  };
}

async function answer(asked: Asked): Promise<void> {
  if (asked.kind === 'start') tell(await start(asked.environ, asked.self));
  else if (asked.kind === 'usage') tell(usage());
  else if (asked.kind === 'hand') {
    const { id, input } = asked;
    const from = { channel: 'console', chatId: 'local', identity: localIdentity, alone: true };
    const atMs = sharedMs();
    const done = app?.receive({ ...from, id, input, at: systemClock.now() });
    tell({ kind: 'hand', atMs });
    await done;
  } else {
    await app?.stop();
    tell({ kind: 'stop' });
    process.disconnect();
  }
}

for (const name of ['get', 'all', 'run', 'iterate']) count(StatementSync.prototype, name);
count(DatabaseSync.prototype, 'exec');
count(pg.Client.prototype, 'query');
process.on('message', (asked: Asked) => void answer(asked));
