import { systemClock } from '../../src/clock.ts';
import { runSql } from '../support/postgres/server.ts';
import { type Aim, type Measured, median } from './bench.ts';
import type { Usage } from './bot-worker.ts';
import { Bots } from './bots.ts';

const settleMs = 4_000;
const restMs = 10_000;
const pressMs = 15_000;

export interface Place {
  readonly name: string;
  readonly storeUrl: string;
  /** What a write of one row takes there, in milliseconds. */
  readonly bareMs: number;
  /** The URL for questions to the server; undefined on SQLite. */
  readonly server: string | undefined;
}

/** What the server counts: rows of leases that were written, and bytes of WAL. */
async function serverCounts(server: string | undefined): Promise<{ readonly leases: number; readonly wal: number }> {
  if (server === undefined) return { leases: 0, wal: 0 };
  const [counts] = await runSql(
    server,
    `select (select coalesce(sum(n_tup_upd), 0) from pg_stat_user_tables where relname = 'leases')::float8 as leases,
      (pg_current_wal_lsn() - '0/0'::pg_lsn)::float8 as wal`,
  );
  return { leases: Number(counts?.['leases']), wal: Number(counts?.['wal']) };
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** What the bots use a second while nothing is asked of them: of all processes together. */
async function atRest(bots: Bots, { server }: Place) {
  await systemClock.sleep(settleMs);
  const [before, countsBefore, began] = [await bots.usage(), await serverCounts(server), performance.now()];
  await systemClock.sleep(restMs);
  const [after, counts, seconds] = [
    await bots.usage(),
    await serverCounts(server),
    (performance.now() - began) / 1_000,
  ];
  const used = (of: (usage: Usage) => number): number => (sum(after.map(of)) - sum(before.map(of))) / seconds;
  return {
    memory: sum(after.map(({ memory }) => memory)) / 1e6,
    cpu: used(({ cpuMs }) => cpuMs),
    statements: used((usage) => usage.statements),
    leases: (counts.leases - countsBefore.leases) / seconds,
    wal: (counts.wal - countsBefore.wal) / seconds,
  };
}

/** All figures of so many accounts in so many processes, by what they are of. */
async function measureBots(place: Place, accounts: number, processes: number) {
  const bots = await Bots.start(place.storeUrl, accounts, processes);
  const rest = await atRest(bots, place);
  const carrier = await bots.press(pressMs, 'carrier');
  const other = processes > 1 ? await bots.press(pressMs, 'other') : undefined;
  await bots.stop();
  return { start: Math.max(...bots.startMs) / 1_000, ...rest, carrier, other };
}

type Figures = Awaited<ReturnType<typeof measureBots>>;

/** @param one The same with one account. */
function rowsOf(work: string, place: Place, figures: Figures, one: Figures): readonly Measured[] {
  const row = (what: string, unit: Measured['unit'], of: keyof Figures & keyof typeof most): Measured => {
    const [figure, baseline] = [figures[of], one[of]];
    return { work: `${work}, ${what}`, unit, figure, baseline, spread: undefined, aim: most[of] };
  };
  const presses = [
    ['', figures.carrier],
    [' to another process', figures.other],
  ] as const;
  return [
    row('start', 's', 'start'),
    row('memory at rest', 'MB', 'memory'),
    row('processor at rest', 'ms/s', 'cpu'),
    row('statements at rest', 'statements/s', 'statements'),
    ...(place.server === undefined
      ? []
      : [row('leases renewed', 'leases/s', 'leases'), row('WAL at rest', 'B/s', 'wal')]),
    ...presses.flatMap(([where, took = []]): readonly Measured[] => {
      if (took.length === 0) return [];
      const at = (part: number): number => took.toSorted((a, b) => a - b)[Math.floor(took.length * part)] ?? Number.NaN;
      const spread = [Math.min(...took), Math.max(...took)] as const;
      const shared = { unit: 'ms', baseline: place.bareMs, spread } as const;
      const name = `${work}, press${where} → POST`;
      return [
        { ...shared, work: `${name}, p50 of ${took.length}`, figure: median(took), aim: { of: 'figure', atMost: 100 } },
        { ...shared, work: `${name}, p99`, figure: at(0.99), aim: { of: 'figure', atMost: 500 } },
      ];
    }),
  ];
}

/** What a figure may come to; what grows with accounts is told by its ratio to one account. */
const most = {
  start: { of: 'figure', atMost: 60 },
  memory: { of: 'figure', atMost: 4_000 },
  cpu: { of: 'figure', atMost: 500 },
  statements: { of: 'figure', atMost: 40 },
  leases: { of: 'figure', atMost: 600 },
  wal: { of: 'figure', atMost: 100_000 },
} as const satisfies Record<string, Aim>;

/**
 * Whole bots over one ledger, with more and more accounts that each have an app key of their own: how they start, what
 * they use while nothing is asked of them, and how long it takes from a press to the order's request at the venue, one
 * press at a time. `placeOf` makes an empty ledger.
 */
export async function measureGrowth(
  placeOf: () => Promise<Place>,
  processes: number,
  accounts: readonly number[],
): Promise<readonly Measured[]> {
  const rows: Measured[] = [];
  let one: Figures | undefined;
  for (const count of accounts) {
    const place = await placeOf();
    const figures = await measureBots(place, count, processes);
    one ??= figures;
    const work = `${place.name}, ${processes === 1 ? 'one process' : `${processes} processes`}, accounts: ${count}`;
    rows.push(...rowsOf(work, place, figures, one));
    if (process.stderr.isTTY) process.stderr.write(`measured ${work}\n`);
  }
  return rows;
}
