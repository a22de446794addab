import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Clock } from '../../../src/clock.ts';
import { DayCandles, type MinuteTrade } from '../../../src/domain/market/day-candles.ts';
import { candleMinutes, type MinuteCandle, minuteOfBar, minuteOfDay } from '../../../src/domain/market/minutes.ts';
import { VenueClock } from '../../../src/simulator/market/hours.ts';
import { listingOf, Market, type Print } from '../../../src/simulator/market/market.ts';

const hours = [{ from: 540, to: 920 }];
const whole = { from: 0, to: 1_439 };
const trade = (minute: number, price: number, size: number, total: number): MinuteTrade => ({
  minute,
  price,
  size,
  total,
});
const candle = (minute: number, prices: readonly [number, number, number, number], volume: number): MinuteCandle => {
  const [open, high, low, close] = prices;
  return { minute, open, high, low, close, volume };
};
const closed = (day: DayCandles, from: number, to: number): DayCandles => {
  for (let minute = from; minute <= to; minute += 1) day.quiet(minute);
  return day;
};

describe('candles of trades', () => {
  test('open, high, low and close by the order of the totals, whatever order the trades came in', () => {
    const day = new DayCandles(hours);
    day.trade(trade(540, 100, 10, 10));
    day.trade(trade(540, 90, 5, 30));
    day.trade(trade(540, 130, 15, 25));
    expect(day.candles(whole)).toEqual([candle(540, [100, 130, 90, 90], 30)]);
    day.trade(trade(541, 95, 1, 31));
    expect(day.missing({ from: 540, to: 540 })).toEqual([]);
  });

  test('a trade that comes twice counts once', () => {
    const day = new DayCandles(hours);
    for (const total of [10, 20, 10, 20]) day.trade(trade(540, 100 + total, 10, total));
    expect(day.candles(whole)).toEqual([candle(540, [110, 120, 110, 120], 20)]);
  });

  test('what the totals leave out is missing, in all minutes in which it may have been', () => {
    const day = new DayCandles(hours);
    day.trade(trade(541, 100, 10, 10));
    day.trade(trade(544, 100, 10, 25));
    expect(day.missing({ from: 540, to: 544 })).toEqual([541, 542, 543, 544]);
    // The missing trade comes late: nothing is missing any more.
    day.trade(trade(542, 105, 5, 15));
    day.trade(trade(545, 100, 1, 26));
    expect(day.missing({ from: 540, to: 544 })).toEqual([]);
    expect(day.candles(whole).map(({ volume }) => volume)).toEqual([10, 5, 10, 1]);
  });

  test('begun in the middle of a day, the minutes before are missing until they are filled in', () => {
    const day = new DayCandles(hours);
    day.trade(trade(600, 100, 10, 1_010));
    expect(day.missing({ from: 540, to: 599 })).toHaveLength(60);
    day.fill({ from: 540, to: 599 }, [candle(550, [90, 95, 85, 92], 900)]);
    expect(day.missing({ from: 540, to: 599 })).toEqual([]);
    // A hundred shares were traded in its own minute before we came.
    day.quiet(600);
    expect(day.missing({ from: 540, to: 600 })).toEqual([600]);
    day.fill({ from: 600, to: 600 }, [candle(600, [92, 101, 92, 100], 110)]);
    day.trade(trade(601, 99, 1, 1_011));
    day.quiet(601);
    expect(day.missing({ from: 540, to: 601 })).toEqual([]);
    expect(day.candles(whole)).toHaveLength(3);
  });

  test('what is missing at the first trade was traded while nobody watched, and not since', () => {
    const day = closed(new DayCandles(hours), 600, 604);
    day.fill({ from: 595, to: 599 }, [candle(597, [90, 95, 85, 92], 900)]);
    day.trade(trade(605, 100, 10, 5_010), () => true);
    expect(day.missing({ from: 595, to: 604 })).toEqual([]);
    expect(day.isWhole(605)).toBe(true);
    expect(day.missing({ from: 540, to: 604 })).toHaveLength(55);
  });

  test('where all was watched and the totals tell of more, the totals are right', () => {
    const day = closed(new DayCandles(hours), 540, 549);
    day.trade(trade(545, 100, 10, 10), () => true);
    day.trade(trade(548, 100, 10, 120), () => true);
    day.quiet(548);
    expect(day.missing({ from: 540, to: 548 })).toEqual([545, 546, 547, 548]);
  });

  test('a trade of a minute that was filled in changes its candle no more', () => {
    const day = new DayCandles(hours);
    day.trade(trade(540, 100, 10, 10));
    day.fill({ from: 540, to: 540 }, [candle(540, [100, 100, 98, 98], 15)]);
    day.trade(trade(540, 98, 5, 15));
    day.trade(trade(541, 97, 5, 20));
    day.quiet(541);
    expect(day.candles(whole)).toEqual([candle(540, [100, 100, 98, 98], 15), candle(541, [97, 97, 97, 97], 5)]);
    expect(day.missing({ from: 540, to: 541 })).toEqual([]);
  });

  test('trades outside of the hours count for the total alone', () => {
    const day = new DayCandles(hours);
    day.trade(trade(500, 100, 10, 10));
    day.trade(trade(540, 101, 1, 11));
    day.trade(trade(930, 102, 1, 12));
    expect(day.candles(whole)).toEqual([candle(540, [101, 101, 101, 101], 1)]);
  });

  test('a total that candles from elsewhere made too large never costs a later trade', () => {
    const day = new DayCandles(hours);
    day.trade(trade(540, 100, 10, 10));
    day.fill({ from: 540, to: 541 }, [candle(540, [100, 100, 100, 100], 10), candle(541, [100, 100, 100, 100], 900)]);
    day.trade(trade(542, 100, 5, 15));
    day.trade(trade(542, 100, 5, 20));
    expect(day.candles({ from: 542, to: 542 })).toEqual([candle(542, [100, 100, 100, 100], 10)]);
  });
});

/** A day of the simulator's market, and what becomes of its trades on their way. */
const days = fc.record({
  /** Minutes after 08:59 of each step of the market, and how many there are in that minute. */
  steps: fc.array(fc.record({ after: fc.integer({ min: 1, max: 391 }), moves: fc.integer({ min: 1, max: 4 }) }), {
    minLength: 10,
    maxLength: 60,
  }),
  /** Stretches in which nothing reaches us, in minutes after 08:59. */
  gaps: fc.array(fc.record({ at: fc.integer({ min: 0, max: 391 }), minutes: fc.integer({ min: 1, max: 60 }) }), {
    maxLength: 4,
  }),
  /** By trade: whether it comes again later, and after how many others it comes. */
  again: fc.array(fc.boolean(), { minLength: 16, maxLength: 16 }),
  late: fc.array(fc.constantFrom(0, 0, 0, 1, 2, 5), { minLength: 16, maxLength: 16 }),
  /** Minutes after 08:59 at which somebody looks, so that gaps are filled in the middle of the day too. */
  looks: fc.array(fc.integer({ min: 1, max: 391 }), { maxLength: 5 }),
});

test('over 1,000 random days with gaps they equal those that the simulator makes of its own trades', () => {
  let now = Date.parse('2026-11-23T08:00:00+09:00');
  const clock: Clock = { now: () => now, timer: () => () => undefined, sleep: async () => undefined };
  const venue = new VenueClock(clock, 'live', '0840');
  const market = new Market(venue, 7, 0);
  const [first] = market.all();
  const listing = listingOf(market, first?.issue.symbol ?? '');
  let printed: Print[] = [];
  market.listen({
    restingFilled: () => undefined,
    bookChanged: () => undefined,
    printed: (of, prints) => {
      if (of === listing) printed.push(...prints);
    },
  });
  let compared = 0;
  let filled = 0;
  fc.assert(
    fc.property(days, ({ steps, gaps, again, late, looks }) => {
      do now = Math.floor((now + 86_400_000 - 23 * 3_600_000) / 86_400_000) * 86_400_000 + 23 * 3_600_000;
      while (!venue.isOpenDay(venue.day()));
      now += 45 * 60_000;
      market.roll();
      const dayStart = now - (8 * 60 + 45) * 60_000;
      const marketHours = candleMinutes('KRX', venue.day());
      const [from = 540, close = 930] = [marketHours[0]?.from, marketHours.at(-1)?.from];
      const day = new DayCandles(marketHours);
      const isAway = (minute: number): boolean =>
        gaps.some(({ at, minutes }) => from - 1 + at <= minute && minute < from - 1 + at + minutes);
      /** What the simulator's chart says of a range of minutes that are over. */
      const venueMinutes = (range: { readonly from: number; readonly to: number }): readonly MinuteCandle[] =>
        listing.minutes
          .map((bar) => minuteOfBar({ ...bar, start: `00000000 ${bar.start}` }))
          .filter(({ minute }) => range.from <= minute && minute <= range.to);
      const fillIn = (through: number): void => {
        for (const minute of day.missing({ from: 0, to: through })) {
          filled += 1;
          day.fill({ from: minute, to: minute }, venueMinutes({ from: minute, to: minute }));
        }
      };
      const inFlight: { readonly after: number; readonly sent: MinuteTrade }[] = [];
      let count = 0;
      const deliver = (): void => {
        for (const one of inFlight.splice(0).toSorted((a, b) => a.after - b.after)) day.trade(one.sent);
      };
      const movesAt = Map.groupBy(steps, ({ after }) => from - 1 + after);
      const looksAt = new Set(looks.map((after) => from - 1 + after));
      for (let minute = from; minute <= close; minute += 1) {
        const inAuction = minute > close - 10 && minute < close;
        for (const { moves } of inAuction ? [] : (movesAt.get(minute) ?? [])) {
          for (let move = 0; move < moves; move += 1) {
            now = dayStart + minute * 60_000 + Math.min(59_000, (move + 1) * 11_000);
            printed = [];
            market.step(listing);
            for (const print of printed) {
              count += 1;
              const sent = trade(minuteOfDay(print.time), print.price, print.size, print.figures.volume);
              if (isAway(minute)) continue;
              inFlight.push({ after: count + (late[count % 16] ?? 0), sent });
              if (again[count % 16] === true) inFlight.push({ after: count + 3, sent });
            }
          }
        }
        // Late trades of a minute come within it or with those of the next: by its end, or a little after.
        if (minute % 3 !== 0) deliver();
        if (!isAway(minute) && !isAway(minute - 1) && inFlight.length === 0) day.quiet(minute);
        if (looksAt.has(minute)) fillIn(minute - 3);
      }
      deliver();
      fillIn(close + 2);
      const truth = venueMinutes(whole);
      expect(day.candles(whole)).toEqual(truth);
      compared += truth.length;
    }),
    { numRuns: 1_000 },
  );
  // Something was compared, and much of it came over gaps.
  expect(compared).toBeGreaterThan(10_000);
  expect(filled).toBeGreaterThan(10_000);
});
