import type { Chat } from '../chat/create-chat.ts';
import type { Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { type ReadyAnswer, startHttpServer } from '../http-server.ts';
import type { Kis } from '../kis/kis.ts';
import type { Log } from '../log.ts';
import { readFigures } from '../metrics/figures.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { Ledger } from '../ports/ledger/ledger.ts';
import type { LedgerWatch } from '../services/health/ledger-watch.ts';
import { readLiveness } from '../services/health/read-health.ts';
import type { Observed } from './observe.ts';

/** How long it is remembered whether the ledger could be written: whoever reaches the port asks as often as they like. */
const triedMs = 5_000;

export interface HttpParts {
  readonly venues: readonly [Kis, ...Kis[]];
  readonly chat: Chat;
  readonly ledger: Ledger;
  readonly ledgerWatch: LedgerWatch;
  readonly cluster: Cluster;
  readonly metrics: Observed['metrics'];
}

/** Serves `/health`, `/ready`, `/metrics` and the webhooks of channels, where a port is set. */
export async function startHttp(
  options: {
    readonly config: Config;
    readonly clock: Clock;
    readonly log: Log;
    readonly version: string;
    readonly readOnly?: boolean;
  },
  parts: HttpParts,
) {
  const { config, clock, log, version, readOnly } = options;
  if (config.httpPort === undefined || readOnly === true) return undefined;
  const { venues, chat, ledger, metrics, cluster } = parts;
  let hasBegun = false;
  const ready = readiness(clock, parts, () => hasBegun);
  const feeds = [...new Map(venues.map((kis) => [kis.feed, kis])).values()];
  const sources = {
    clock,
    ledger,
    cluster,
    channels: [...chat.channels.keys()],
    keys: feeds.map((kis) => ({ feed: () => kis.feed.status(), waiting: () => kis.lane().waiting })),
  };
  const server = await startHttpServer({
    port: config.httpPort,
    health: async () => ({ ...(await readLiveness(parts)), venue: venues[0].broker.venue.kind, version }),
    ready,
    ...(metrics && {
      metrics: async () => metrics.text(await readFigures(sources, (await ready()).ready)),
    }),
    hooks: [...chat.channels.values()].flatMap(({ hook }) => hook ?? []),
    clock,
    log,
  });
  return {
    stop: () => server.stop(),
    /** This process has begun, and seeks its duties: it can take work. */
    begun: (): void => {
      hasBegun = true;
    },
  };
}

/** Tells whether this process can take work: it has begun, and the ledger can be read and written. */
function readiness(
  clock: Clock,
  { ledger, ledgerWatch }: Pick<HttpParts, 'ledger' | 'ledgerWatch'>,
  hasBegun: () => boolean,
): () => Promise<ReadyAnswer> {
  let tried: { readonly at: number; readonly written: Promise<boolean> } | undefined;
  const canWrite = (): Promise<boolean> => {
    const now = clock.now();
    if (tried === undefined || Math.abs(now - tried.at) >= triedMs) {
      const late = new AbortController();
      const written = Promise.race([
        ledger.tryWriting(now).then(() => true),
        clock.sleep(triedMs, late.signal).then(() => false),
      ])
        .catch(() => false)
        .finally(() => late.abort());
      tried = { at: now, written };
    }
    return tried.written;
  };
  return async () => {
    const written = await canWrite();
    const reasons: string[] = hasBegun() ? [] : ['starting'];
    if (!written || ledgerWatch.trouble !== undefined) reasons.push(ledgerWatch.trouble?.code ?? 'store.cannot-write');
    return { ready: reasons.length === 0, reasons };
  };
}
