import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Clock, koreanDay, koreanTime } from '../../../src/clock.ts';
import { aggregateBars, candleLengths } from '../../../src/domain/market/bars.ts';
import { type MinuteCandle, minuteOfBar, minuteOfDay } from '../../../src/domain/market/minutes.ts';
import type { Bar, Trade } from '../../../src/domain/market/quote.ts';
import { AppError } from '../../../src/errors.ts';
import { createLog, createRedactor } from '../../../src/log.ts';
import type { MinuteSource } from '../../../src/ports/bars.ts';
import { Candles } from '../../../src/services/candles/candles.ts';
import { VenueClock } from '../../../src/simulator/market/hours.ts';
import { listingOf, Market, type Print } from '../../../src/simulator/market/market.ts';
import { memoryMinutes } from '../../../src/store/minutes.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const log = createLog({ level: 'silent', redactor: createRedactor([]) });

/** A clock that stands until it is set; whoever sleeps on it wakes at once, later. */
class SetClock implements Clock {
  at: number;
  constructor(at: number) {
    this.at = at;
  }
  now(): number {
    return this.at;
  }
  timer(): () => void {
    return () => undefined;
  }
  async sleep(ms: number): Promise<void> {
    this.at += ms;
  }
}

/** The simulator's market with one issue that is watched, and KIS's minutes of it; what came is counted. */
function startMarket(at = Date.parse('2026-11-23T08:45:00+09:00')) {
  const clock = new SetClock(at);
  const venue = new VenueClock(clock, 'live', '0840');
  const market = new Market(venue, 11, 0);
  const listing = listingOf(market, market.all()[0]?.issue.symbol ?? '');
  const symbol = listing.issue.symbol;
  let printed: Print[] = [];
  market.listen({
    restingFilled: () => undefined,
    bookChanged: () => undefined,
    printed: (of, prints) => {
      if (of === listing) printed.push(...prints);
    },
  });
  const candlesOf = (bars: readonly Bar[]): readonly MinuteCandle[] =>
    bars.map((bar) => minuteOfBar({ ...bar, start: `00000000 ${bar.start}` }));
  const asked = { today: [] as number[], past: 0 };
  const state = { since: undefined as number | undefined, fails: undefined as Error | undefined };
  const source: MinuteSource = {
    hours: 'exchange',
    hasPast: true,
    async today(_market, _day, minutes) {
      if (state.fails !== undefined) throw state.fails;
      asked.today.push(...minutes);
      await Promise.resolve();
      return candlesOf(listing.minutes).filter(({ minute }) => minutes.includes(minute));
    },
    async past(_market, days) {
      asked.past += days.length;
      return new Map(days.map((day) => [day, candlesOf(listing.pastMinutes.get(day) ?? [])]));
    },
  };
  const store = memoryMinutes();
  const before = (day: string): readonly string[] => {
    const known = [...listing.pastMinutes.keys()].filter((one) => one < day);
    return known.toReversed();
  };
  const candles = new Candles({
    source,
    store,
    feed: { tradesSince: () => state.since },
    calendar: { tradingDays: async () => ({ today: koreanDay(clock.at), before: before(koreanDay(clock.at)) }) },
    clock,
    log,
  });
  /** One move of the market at a moment; its trades, as the socket would bring them. */
  const move = (moment: number): readonly Trade[] => {
    clock.at = moment;
    printed = [];
    market.step(listing);
    return printed.map(({ price, size, time, figures }) => ({
      exchange: 'KRX',
      session: 'regular',
      symbol,
      price,
      size,
      change: 0,
      changePercent: 0,
      volume: figures.volume,
      high: figures.high,
      low: figures.low,
      strength: undefined,
      time,
      at: clock.at,
    }));
  };
  /** Goes to a quarter to nine of the next trading day. */
  const nextDay = (): number => {
    const midnight = (of: number): number => of - ((of + 9 * 60 * minuteMs) % dayMs);
    let day = midnight(clock.at);
    do {
      day += dayMs;
      clock.at = day + 525 * minuteMs;
    } while (!venue.isOpenDay(venue.day()));
    market.roll();
    return day;
  };
  const truth = (): readonly Bar[] =>
    listing.minutes.map(({ start, open, high, low, close, volume }) => ({
      start: `${koreanDay(clock.at)} ${start}`,
      open,
      high,
      low,
      close,
      volume,
    }));
  return { clock, market: { symbol, exchange: 'KRX' } as const, candles, store, state, asked, move, nextDay, truth };
}

const anyDay = fc.record({
  steps: fc.uniqueArray(fc.integer({ min: 1, max: 380 }), { minLength: 5, maxLength: 60 }),
  /** Stretches without a connection, in minutes after nine, and when the registration was made. */
  gaps: fc.array(fc.record({ at: fc.integer({ min: 0, max: 380 }), minutes: fc.integer({ min: 1, max: 40 }) }), {
    maxLength: 3,
  }),
  registered: fc.integer({ min: -10, max: 380 }),
  looks: fc.array(fc.integer({ min: 5, max: 385 }), { maxLength: 4 }),
  minutes: fc.constantFrom(...candleLengths),
});

test('over 1,000 random days candles of all lengths are those of the simulator, asked for no minute twice', async () => {
  const stand = startMarket();
  const { clock, candles, state, asked, market } = stand;
  await fc.assert(
    fc.asyncProperty(anyDay, async ({ steps, gaps, registered, looks, minutes }) => {
      const day = stand.nextDay();
      asked.today.length = 0;
      state.since = undefined;
      const open = minuteOfDay('0900') + (koreanDay(clock.at).slice(4) === '0104' ? 60 : 0);
      const isUp = (minute: number): boolean =>
        minute >= registered && !gaps.some(({ at, minutes: long }) => at <= minute && minute < at + long);
      const lookNow = async (): Promise<readonly Bar[]> =>
        candles.newest(market, { minutes, count: 400, closed: true, from: koreanDay(clock.at) });
      for (let minute = -10; minute <= 392; minute += 1) {
        const begins = day + (open + minute) * minuteMs;
        const up = isUp(minute);
        clock.at = begins;
        if (up && state.since === undefined) state.since = begins + 1;
        if (!up) state.since = undefined;
        if (steps.includes(minute) && open + minute < minuteOfDay('1520')) {
          for (const trade of stand.move(begins + 20_000)) if (up) candles.onTrade(trade);
        }
        if (looks.includes(minute)) {
          clock.at = begins + 30_000;
          await lookNow();
        }
      }
      clock.at = day + (open + 395) * minuteMs;
      expect(await lookNow()).toEqual(aggregateBars(stand.truth(), minutes));
      expect(new Set(asked.today).size).toBe(asked.today.length);
    }),
    { numRuns: 1_000 },
  );
}, 60_000);

describe('what is missing', () => {
  test('is asked for once, however many want it at once', async () => {
    const { candles, asked, market, clock, move } = startMarket();
    clock.at = Date.parse('2026-11-23T09:10:30+09:00');
    move(clock.at);
    await Promise.all([1, 2, 3].map(() => candles.newest(market, { minutes: 1, count: 5, closed: true })));
    expect(asked.today.toSorted()).toEqual([540, 541, 542, 543, 544, 545, 546, 547, 548, 549]);
  });

  test('is not asked for beyond the stretches that are wanted, where nothing traded in them', async () => {
    const { candles, asked, market, clock } = startMarket();
    clock.at = Date.parse('2026-11-23T10:00:30+09:00');
    expect(await candles.newest(market, { minutes: 5, count: 2, closed: true, within: true })).toEqual([]);
    expect(asked).toEqual({ today: [590, 591, 592, 593, 594, 595, 596, 597, 598, 599], past: 0 });
  });

  test('is waited for, and never made up: without it there is no candle', async () => {
    const { candles, state, market, clock } = startMarket();
    clock.at = Date.parse('2026-11-23T09:10:30+09:00');
    state.fails = new AppError('venue.unreachable');
    await expect(candles.newest(market, { minutes: 1, count: 5, closed: true })).rejects.toThrow('venue.unreachable');
  });

  test('of the minute that has just ended is asked for when KIS has it', async () => {
    const { candles, market, clock, move } = startMarket();
    const end = Date.parse('2026-11-23T09:10:00+09:00');
    move(end - 10_000);
    clock.at = end + 500;
    const [bar] = await candles.newest(market, { minutes: 1, count: 1, closed: true });
    expect(bar?.start).toBe('20261123 0909');
    expect(clock.at).toBeGreaterThanOrEqual(end + 2_000);
  });

  test('of a socket that brought garbage is asked for, though it stands', async () => {
    const { candles, asked, state, market, clock } = startMarket();
    state.since = clock.at;
    clock.at = Date.parse('2026-11-23T09:05:20+09:00');
    candles.onGap();
    clock.at = Date.parse('2026-11-23T09:10:30+09:00');
    await candles.newest(market, { minutes: 1, count: 10, closed: true });
    // What came before may have been lost with it; after it nothing was.
    expect(Math.max(...asked.today)).toBe(545);
  });
});

describe('a day that is over', () => {
  test('is kept where it was seen whole, and forgotten after thirty days', async () => {
    const { candles, store, state, market, clock, move, nextDay } = startMarket();
    state.since = clock.at;
    for (const trade of move(Date.parse('2026-11-23T10:00:00+09:00'))) candles.onTrade(trade);
    clock.at = Date.parse('2026-11-23T15:20:00+09:00');
    await candles.keepDays();
    expect((await store.read(market, ['20261123'])).size).toBe(0);
    clock.at = Date.parse('2026-11-23T15:40:00+09:00');
    await candles.keepDays();
    expect((await store.read(market, ['20261123'])).get('20261123')).toHaveLength(1);
    for (let days = 0; days < 24; days += 1) nextDay();
    await candles.keepDays();
    expect((await store.read(market, ['20261123'])).size).toBe(0);
    expect(candles.books.all()).toEqual([]);
  });

  test('with a gap is not kept, and asked for when it is wanted', async () => {
    const { candles, store, asked, market, clock, move, nextDay } = startMarket();
    for (const trade of move(Date.parse('2026-11-23T10:00:00+09:00'))) candles.onTrade(trade);
    clock.at = Date.parse('2026-11-23T15:40:00+09:00');
    await candles.keepDays();
    expect((await store.read(market, ['20261123'])).size).toBe(0);
    nextDay();
    clock.at = Date.parse('2026-11-24T09:01:30+09:00');
    for (const _time of [1, 2]) expect(await candles.newest(market, { minutes: 5, count: 3 })).toHaveLength(1);
    expect(asked.past).toBe(1);
  });
});

test('a trade just after midnight, said to be just before it, is of the day before', () => {
  const { candles } = startMarket(Date.parse('2026-11-24T00:00:00.200+09:00'));
  const trade = {
    exchange: 'NXT',
    session: undefined,
    symbol: '005930',
    price: 100,
    size: 1,
    change: 0,
    changePercent: 0,
    volume: 1,
    high: 100,
    low: 100,
    strength: undefined,
    time: '235959',
    at: Date.parse('2026-11-24T00:00:00.200+09:00'),
  } as const;
  candles.onTrade(trade);
  expect(candles.books.all().map(({ day }) => day)).toEqual(['20261123']);
  expect(koreanTime(trade.at)).toBe('000000');
});
