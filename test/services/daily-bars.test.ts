import { beforeEach, expect, onTestFinished, test } from 'vitest';
import type { Bar } from '../../src/domain/market/quote.ts';
import { AppError } from '../../src/errors.ts';
import type { BarStore } from '../../src/ports/bars.ts';
import type { BarOptions } from '../../src/ports/read-options.ts';
import { DailyBars, type FiguresDays } from '../../src/services/daily-bars.ts';
import { openBarStore } from '../../src/store/daily-bars.ts';
import { JumpClock } from '../support/clock.ts';

const never = new AbortController().signal;
const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
/** While the 24th trades, and once it is over. */
const trading: FiguresDays = { now: '20261124', final: '20261123' };
const over: FiguresDays = { now: '20261124', final: '20261124' };

/** What the venue would tell, oldest first. */
let venue: Bar[];
let asked: (BarOptions & { readonly symbol: string })[];
let store: BarStore;
let bars: DailyBars;
/** Before it answers. */
let hold: () => Promise<void>;

const bar = (start: string, close: number): Bar => ({ start, open: close, high: close, low: close, close, volume: 10 });
const days = (through: string): string[] => venue.map(({ start }) => start).filter((day) => day <= through);
const startsOf = (list: readonly Bar[] = []): readonly string[] => list.map(({ start }) => start);

beforeEach(async () => {
  venue = [bar('20261119', 1_000), bar('20261120', 1_100), bar('20261123', 1_200), bar('20261124', 1_300)];
  asked = [];
  hold = async () => undefined;
  store = await openBarStore({ path: ':memory:' });
  onTestFinished(() => store.close());
  bars = new DailyBars({
    source: {
      wholeMarket: true,
      callsPerSecond: 18,
      dailyBars: async (symbol, _count, options = {}) => {
        asked.push({ symbol, ...options });
        await hold();
        options.signal?.throwIfAborted();
        const { from = '', until = '99999999' } = options;
        return venue.filter(({ start }) => from <= start && start <= until);
      },
    },
    store,
    calendar: {
      figuresDay: async (_options, begins) => ({ day: begins === undefined ? '20261124' : '20261123', until: 0 }),
    },
    issues: () =>
      ['005930', '000660', '069500'].map((symbol) => ({
        symbol,
        name: symbol,
        market: 'KOSPI',
        kind: symbol === '069500' ? 'etf' : 'stock',
      })),
    clock: new JumpClock(),
    log: silent,
  });
});

test('what still changes is told and not kept', async () => {
  expect(startsOf(await bars.ask('005930', trading, never))).toEqual(days('20261124'));
  expect((await store.bars('005930'))?.through).toBe('20261123');
  expect(startsOf(await bars.kept('005930'))).toEqual(days('20261123'));
  expect((await bars.missing(['005930'], trading)).size).toBe(0);
  expect([...(await bars.missing(['005930', '000660'], over))]).toEqual([
    ['005930', 1],
    ['000660', 3],
  ]);
});

test('from the last candle on is all that is asked for', async () => {
  await bars.ask('005930', trading, never);
  venue = venue.map((one) => (one.start === '20261124' ? bar('20261124', 1_350) : one));
  expect(startsOf(await bars.ask('005930', over, never))).toEqual(days('20261124'));
  expect(asked.map(({ from }) => from)).toEqual([undefined, '20261123']);
  expect((await bars.kept('005930')).at(-1)?.close).toBe(1_350);
});

test.each([
  [
    'a split, which makes other prices of all before',
    (): Bar[] => venue.map(({ start, close }) => bar(start, close / 5)),
  ],
  ['an issue whose last day is gone', (): Bar[] => venue.filter(({ start }) => start !== '20261123')],
])('%s is asked for anew', async (_what, change) => {
  await bars.ask('005930', trading, never);
  venue = change();
  expect(await bars.ask('005930', over, never)).toEqual(venue);
  expect(await bars.kept('005930')).toEqual(venue);
  expect(asked.map(({ from }) => from)).toEqual([undefined, '20261123', undefined]);
});

test('what was kept long ago is asked for anew', async () => {
  await store.keep('005930', { through: '20260701', bars: [bar('20260701', 900)] });
  expect([...(await bars.missing(['005930'], over))]).toEqual([['005930', 3]]);
  await bars.ask('005930', over, never);
  expect(asked.map(({ from }) => from)).toEqual([undefined]);
  expect(startsOf(await bars.kept('005930'))).toEqual(days('20261124'));
});

test('two who want the same ask once, and where the first goes away the other asks', async () => {
  let release = (): void => undefined;
  hold = () =>
    new Promise((resolve) => {
      release = resolve;
    });
  const first = bars.ask('005930', over, never);
  const second = bars.ask('005930', over, never);
  await new Promise((resolve) => setImmediate(resolve));
  release();
  expect(await second).toEqual(await first);
  expect(asked).toHaveLength(1);

  const leaving = new AbortController();
  const gone = bars.ask('000660', over, leaving.signal);
  const stays = bars.ask('000660', over, never);
  await new Promise((resolve) => setImmediate(resolve));
  leaving.abort(new AppError('screen.stopped'));
  hold = async () => undefined;
  release();
  await expect(gone).rejects.toMatchObject({ code: 'screen.stopped' });
  expect(await stays).toEqual(venue);
});

test('the work of a day asks for each stock once, passes over one that is refused, and ends where nobody answers', async () => {
  await store.keep('900010', { through: '20260801', bars: [] });
  hold = async () => {
    if (asked.at(-1)?.symbol === '000660') throw new AppError('venue.rejected');
  };
  await bars.bringUpToDate(never);
  expect(asked.map(({ symbol }) => symbol)).toEqual(['005930', '000660']);
  expect(await bars.status()).toEqual({ through: '20261123', kept: 1, listed: 2, update: undefined });
  // That one is asked for again, and nothing else.
  hold = async () => {
    throw new AppError('venue.unreachable');
  };
  await expect(bars.bringUpToDate(never)).rejects.toMatchObject({ code: 'venue.unreachable' });
  expect(asked.map(({ symbol }) => symbol)).toEqual(['005930', '000660', '000660']);
  expect((await bars.status()).update).toBeUndefined();
});

test('a store that fails costs nothing but what was kept', async () => {
  await store.close();
  expect((await bars.missing(['005930'], over)).size).toBe(1);
  expect(await bars.ask('005930', over, never)).toEqual(venue);
  expect(await bars.status()).toMatchObject({ through: undefined, kept: 0 });
});

test('after a failure nothing else is begun, and what is under way is ended', async () => {
  const begun: number[] = [];
  const ended = bars.each([1, 2, 3, 4, 5, 6], never, async (item, signal) => {
    begun.push(item);
    if (item === 2) throw new AppError('venue.unreachable');
    await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  });
  await expect(ended).rejects.toMatchObject({ code: 'venue.unreachable' });
  expect(begun).toEqual([1, 2, 3, 4]);
});
