import type { Clock } from '../clock.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { FeedStatus } from '../ports/feed.ts';
import type { FigureStore } from '../ports/ledger/figures.ts';

/** How the bot is at a moment. Ages are in milliseconds. */
export interface Figures {
  readonly ready: boolean;
  /** Undefined while the ledger cannot be read or written. */
  readonly ledger:
    | {
        readonly unknownOrders: number;
        readonly openAlerts: number;
        readonly outbox: readonly { readonly channel: string; readonly count: number; readonly oldestMs: number }[];
      }
    | undefined;
  /** `held`: by this process, or by another. */
  readonly duties: readonly { readonly kind: string; readonly held: 'here' | 'elsewhere'; readonly count: number }[];
  /** App keys by their position in the settings, from 1 on. */
  readonly keys: readonly {
    readonly key: string;
    /** Undefined while it is not connected. */
    readonly connectedMs: number | undefined;
    readonly silentMs: number | undefined;
    /** Since the process began. */
    readonly gaps: number;
    readonly trades: number;
    /** Calls that wait for their turn. */
    readonly waiting: number;
  }[];
}

/** A database that does not answer must not keep the other figures back: it is waited for no longer than this. */
const ledgerWaitMs = 2_000;

export interface FigureSources {
  readonly clock: Clock;
  readonly ledger: FigureStore;
  readonly cluster: Pick<Cluster, 'self' | 'holders'>;
  /** The channels that run here: each has a figure, also where nothing waits. */
  readonly channels: readonly string[];
  readonly keys: readonly { readonly feed: () => FeedStatus; readonly waiting: () => number }[];
}

/** Reads all of it. Never throws: what cannot be read is missing. */
export async function readFigures({ clock, ...from }: FigureSources, ready: boolean): Promise<Figures> {
  const now = clock.now();
  const [ledger, holders] = await Promise.all([
    within(clock, from.ledger.figures()),
    within(clock, from.cluster.holders()),
  ]);
  const since = (at: number | undefined): number | undefined => (at === undefined ? undefined : Math.max(0, now - at));
  const waiting = (channel: string) => (ledger?.outbox ?? []).filter((one) => one.channel === channel);
  const channels = new Set([...from.channels, ...(ledger?.outbox ?? []).map(({ channel }) => channel)]);
  return {
    ready,
    ledger: ledger && {
      ...ledger,
      outbox: [...channels].map((channel) => ({
        channel,
        count: waiting(channel).reduce((sum, { queued }) => sum + queued, 0),
        oldestMs: Math.max(0, ...waiting(channel).map(({ oldestAt }) => since(oldestAt) ?? 0)),
      })),
    },
    duties: (holders ?? []).map(({ duty, holder }) => ({
      kind: duty.split(':', 1)[0] ?? '',
      held: holder === from.cluster.self ? 'here' : 'elsewhere',
      count: 1,
    })),
    keys: from.keys.map(({ feed, waiting: inLane }, position) => {
      const { connectedAt, lastMessageAt, gaps, trades } = feed();
      const [connectedMs, silentMs] = [since(connectedAt), since(lastMessageAt)];
      return { key: String(position + 1), connectedMs, silentMs, gaps, trades, waiting: inLane() };
    }),
  };
}

async function within<T>(clock: Clock, asked: Promise<T>): Promise<T | undefined> {
  const late = new AbortController();
  return Promise.race([asked, clock.sleep(ledgerWaitMs, late.signal).then(() => undefined)])
    .catch(() => undefined)
    .finally(() => late.abort());
}
