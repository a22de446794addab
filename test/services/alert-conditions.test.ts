import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { dayBegunAt, fromKoreanDayAndTime, koreanDay, nextDay, previousDay } from '../../src/clock.ts';
import type { AlertCondition } from '../../src/domain/alerts/alert.ts';
import type { Bar } from '../../src/domain/market/quote.ts';
import { figuresBegin } from '../../src/domain/market/session.ts';
import type { Notice } from '../../src/domain/people/notice.ts';
import { AppError } from '../../src/errors.ts';
import { createDirectory } from '../../src/kis/symbols/search.ts';
import { shippedInstruments } from '../../src/kis/symbols/shipped.ts';
import { createLog, createRedactor } from '../../src/log.ts';
import type { Broker } from '../../src/ports/broker.ts';
import type { Cache } from '../../src/ports/cache.ts';
import type { Ledger } from '../../src/ports/ledger/ledger.ts';
import { Alerts } from '../../src/services/alerts/alerts.ts';
import type { Calendar, FiguresDay } from '../../src/services/calendar.ts';
import type { PriceWatch } from '../../src/services/watching/price-watch.ts';
import { openLedger } from '../../src/store/ledger.ts';
import { eventually, JumpClock, turns } from '../support/clock.ts';
import { memoryCache } from '../support/memory-cache.ts';
import { createWatch, tradeOf } from './watching/fake-feed.ts';

const log = createLog({ level: 'silent', redactor: createRedactor([]) });
const symbol = '005930';
const hourMs = 3_600_000;

/** What the venue says, and how often it was asked. */
interface Venue {
  last: number;
  volume: number;
  basePrice: number;
  closes: readonly number[];
  averageCost: string | undefined;
  closed: 'holiday' | 'unknown' | undefined;
  down: boolean;
  /** Whether its answer about several issues is without them. */
  leavesOut: boolean;
  readonly asked: { quotes: number; bars: number; balance: number };
}

let clock: JumpClock;
let ledger: Ledger;
let venue: Venue;
let alerts: Alerts;
let watch: PriceWatch;
let cache: Cache;
let told: Notice[];
let made = 0;

const answer = async <T>(value: () => T): Promise<T> => {
  if (venue.down) throw new AppError('venue.unreachable');
  return value();
};
const quoted = (one: string) => ({ symbol: one, ...venue, at: clock.now() });
const broker = {
  venue: { hours: 'own', exchanges: ['KRX'] },
  quote: (one: string) => answer(() => quoted(one)),
  quotes: (symbols: readonly string[]) =>
    answer(() => {
      venue.asked.quotes += 1;
      return venue.leavesOut ? [] : symbols.map(quoted);
    }),
  bars: (_symbol: string, _interval: string, count: number) =>
    answer(() => {
      venue.asked.bars += 1;
      const bars = venue.closes.map((close, index): Bar => {
        const start = String(20261001 + index);
        return { start, open: close, high: close, low: close, close, volume: 1_000 };
      });
      return bars.slice(-count);
    }),
  balance: () =>
    answer(() => {
      venue.asked.balance += 1;
      const { averageCost, last } = venue;
      return { positions: averageCost === undefined ? [] : [{ symbol, averageCost, last }], truncated: false };
    }),
} as unknown as Broker;

/** The day before where today is closed. */
const figuresDay = async (): Promise<FiguresDay> => {
  const begun = dayBegunAt(clock.now(), figuresBegin);
  const day = { holiday: previousDay(begun), unknown: undefined, open: begun }[venue.closed ?? 'open'];
  return { day, until: fromKoreanDayAndTime(nextDay(begun), `${figuresBegin}00`) };
};

function start(): void {
  alerts?.stop();
  watch = createWatch({ broker, calendar: { figuresDay }, clock, log, cache });
  alerts = new Alerts({
    broker,
    brokerOf: () => broker,
    watch,
    candles: { newest: async () => [], mayHaveEnded: () => false },
    ledger,
    directory: createDirectory(shippedInstruments),
    calendar: { figuresDay } as unknown as Calendar,
    clock,
    log,
    newId: () => {
      made += 1;
      return `a${made}`;
    },
    draft: (notice) => {
      told.push(notice);
      return [];
    },
    queued: () => undefined,
  });
  const [started, watching] = [alerts, watch];
  onTestFinished(() => {
    started.stop();
    return watching.stop();
  });
}

beforeEach(async () => {
  clock = new JumpClock();
  ledger = await openLedger({ url: 'sqlite::memory:' });
  cache = memoryCache();
  told = [];
  venue = {
    last: 70_000,
    volume: 1_000,
    basePrice: 70_000,
    closes: Array(30).fill(70_000),
    averageCost: undefined,
    closed: undefined,
    down: false,
    leavesOut: false,
    asked: { quotes: 0, bars: 0, balance: 0 },
  };
  start();
});
afterEach(async () => {
  await ledger.close();
});

const create = async (
  condition: AlertCondition,
  changes: { readonly repeats?: boolean; readonly until?: string } = {},
): ReturnType<Alerts['create']> =>
  alerts.create({
    personId: 'p',
    account: 'main',
    address: { channel: 'console', chatId: 'local' },
    symbol,
    condition,
    hours: 'regular',
    repeats: false,
    until: undefined,
    ...changes,
  });
/** Trades, one after the other; how many notices there are then. */
const trade = async (...prices: readonly number[]): Promise<number> => {
  for (const price of prices) {
    venue.last = price;
    watch.onTrade(tradeOf(symbol, price, clock.now(), { volume: venue.volume }));
    await turns(2);
  }
  await alerts.idle();
  return told.length;
};
const levels = (): readonly (number | undefined)[] => alerts.list('p').map(({ level }) => level?.value);
/** The next morning, closed where the last trade was; `closes` get that day's. */
const nextMorning = async (): Promise<void> => {
  venue.closes = [...venue.closes, venue.last];
  Object.assign(venue, { basePrice: venue.last, volume: 0 });
  await clock.advance(22 * hourMs + 45 * 60_000);
};

describe('each condition is met at its price', () => {
  test.each<[string, AlertCondition, number, readonly number[], number]>([
    ['change up', { kind: 'change', direction: 'at-or-above', percent: 3 }, 72_100, [72_000, 72_099], 72_100],
    ['change down', { kind: 'change', direction: 'at-or-below', percent: -5 }, 66_500, [66_501], 66_500],
    ['new high', { kind: 'year-high' }, 70_001, [69_000, 70_000], 70_001],
    ['new low', { kind: 'year-low' }, 69_999, [70_100, 70_000], 69_999],
    ['over an average', { kind: 'average', side: 'over', days: 20 }, 70_001, [69_000, 70_000], 70_100],
    ['under an average', { kind: 'average', side: 'under', days: 20 }, 69_999, [71_000, 70_000], 69_000],
    ['golden cross', { kind: 'cross', cross: 'golden', short: 5, long: 20 }, 70_001, [69_900], 70_100],
    ['dead cross', { kind: 'cross', cross: 'dead', short: 5, long: 20 }, 69_999, [70_100], 69_900],
    ['average cost', { kind: 'cost', direction: 'at-or-below', percent: -10 }, 64_800, [65_000], 64_800],
  ])('%s', async (_name, condition, level, before, met) => {
    venue.averageCost = '72000.0000';
    const { alert } = await create(condition);
    expect([alert.state, alert.level?.value]).toEqual(['armed', level]);
    expect(await trade(...before)).toBe(0);
    expect(await trade(met, met, before[0] ?? 0, met)).toBe(1);
    expect(told[0]).toMatchObject({ kind: 'alert', seen: { price: met }, alert: { condition } });
  });

  test('volume, at whatever price', async () => {
    await create({ kind: 'volume', times: 3 });
    venue.volume = 2_999;
    expect(await trade(1, 99_000)).toBe(0);
    venue.volume = 3_000;
    expect(await trade(70_000, 70_000)).toBe(1);
  });

  test('what cannot be reckoned is refused', async () => {
    await expect(create({ kind: 'cost', direction: 'at-or-below', percent: -5 })).rejects.toThrow('alerts.no-holding');
    await expect(create({ kind: 'average', side: 'over', days: 60 })).rejects.toThrow('alerts.no-figures');
    expect(alerts.list('p')).toEqual([]);
  });

  test('the venue is asked for candles once for all alerts of an issue and day', async () => {
    for (const days of [20, 10, 5]) await create({ kind: 'average', side: 'over', days });
    expect(venue.asked).toMatchObject({ bars: 1 });
    await nextMorning();
    venue.asked.quotes = 0;
    await alerts.startDay();
    expect(venue.asked).toEqual({ quotes: 1, bars: 2, balance: 0 });
    await alerts.startDay();
    expect(venue.asked).toEqual({ quotes: 1, bars: 2, balance: 0 });
  });
});

describe('every time', () => {
  test('it must go back first, and a minute must have gone by', async () => {
    await create({ kind: 'change', direction: 'at-or-above', percent: 3 }, { repeats: true });
    expect(await trade(72_100, 72_500, 73_000)).toBe(1);
    expect(await trade(72_000, 72_100)).toBe(1);
    await clock.advance(61_000);
    expect(await trade(72_200)).toBe(2);
    await clock.advance(61_000);
    expect(await trade(72_300)).toBe(2);
    expect(await trade(72_000, 72_300)).toBe(3);
  });

  test('what was told is not told again after a restart', async () => {
    await create({ kind: 'change', direction: 'at-or-above', percent: 3 }, { repeats: true });
    expect(await trade(72_100)).toBe(1);
    start();
    await alerts.load();
    await turns(5);
    await clock.advance(61_000);
    expect(await trade(72_200)).toBe(1);
    expect(await trade(72_000, 72_100)).toBe(2);
  });

  test('what could not be written down is told by the next price', async () => {
    await create({ kind: 'change', direction: 'at-or-above', percent: 3 }, { repeats: true });
    const { fireAlert } = ledger;
    ledger = { ...ledger, fireAlert: async () => Promise.reject(new AppError('store.failed')) };
    start();
    await alerts.load();
    await turns(5);
    await trade(72_100);
    Object.assign(ledger, { fireAlert });
    told.length = 0;
    expect(await trade(72_100, 72_200)).toBe(1);
  });
});

describe('over night', () => {
  test('levels are those of the new day, and a gap at the open fires', async () => {
    await create({ kind: 'change', direction: 'at-or-above', percent: 3 }, { repeats: true });
    await create({ kind: 'average', side: 'over', days: 5 }, { repeats: true });
    expect(await trade(72_100)).toBe(2);
    await nextMorning();
    await alerts.startDay();
    expect(levels()).toEqual([74_263, 70_526]);
    // Above the average it was already; against the new base price it is +3% only now.
    expect(await trade(74_300)).toBe(3);
    expect(told[2]).toMatchObject({ alert: { condition: { kind: 'change' } } });
  });

  test('an average that sank below the price over night fires with the first price', async () => {
    venue.closes = [80_000, 70_010, 70_010];
    await create({ kind: 'average', side: 'over', days: 4 });
    expect(levels()).toEqual([73_341]);
    expect(await trade(70_200)).toBe(0);
    await nextMorning();
    await alerts.startDay();
    expect([levels(), told.length]).toEqual([[70_074], 0]);
    expect(await trade(70_100)).toBe(1);
  });

  test('a morning that was missed is made up for by the first trade, which is not met with levels of yesterday', async () => {
    await create({ kind: 'change', direction: 'at-or-above', percent: 3 });
    expect(await trade(72_000)).toBe(0);
    await nextMorning();
    venue.volume = 10;
    // +0.3% today, and over yesterday's level.
    expect(await trade(72_200)).toBe(0);
    await eventually('reckoned', () => levels()[0] === 74_160);
    expect(told).toEqual([]);
    expect(await trade(74_160)).toBe(1);
  });

  test('a start in the middle of the day tells what was crossed since the open', async () => {
    await create({ kind: 'change', direction: 'at-or-above', percent: 3 });
    alerts.stop();
    await nextMorning();
    Object.assign(venue, { last: 72_500, volume: 10 });
    start();
    await alerts.load();
    await eventually('told', () => told.length === 1);
    expect(told[0]).toMatchObject({
      seen: { price: 72_500 },
      alert: { levelDay: '20261124', level: { value: 72_100 } },
    });
  });

  test('a holiday changes nothing, and tells nothing twice', async () => {
    await create({ kind: 'change', direction: 'at-or-above', percent: 3 }, { repeats: true });
    expect(await trade(72_100)).toBe(1);
    venue.closed = 'holiday';
    await clock.advance(24 * hourMs);
    await alerts.resync();
    await alerts.idle();
    expect([told.length, levels()]).toEqual([1, [72_100]]);
  });

  test('where nobody can say whether it is a holiday, a trade can', async () => {
    await create({ kind: 'change', direction: 'at-or-above', percent: 3 }, { repeats: true });
    expect(await trade(72_100)).toBe(1);
    venue.closed = 'unknown';
    await clock.advance(24 * hourMs);
    await alerts.resync();
    await alerts.idle();
    expect([told.length, levels()]).toEqual([1, [undefined]]);
    venue.basePrice = 72_100;
    expect(await trade(72_200)).toBe(1);
    await eventually('reckoned', () => levels()[0] === 74_263);
    expect(await trade(74_300)).toBe(2);
  });

  test('what the venue did not answer is asked again; until then no price means anything', async () => {
    await create({ kind: 'change', direction: 'at-or-above', percent: 3 });
    await nextMorning();
    venue.down = true;
    await alerts.startDay();
    expect(await trade(72_500)).toBe(0);
    expect(levels()).toEqual([undefined]);
    Object.assign(venue, { down: false, volume: 10 });
    await clock.advance(60_001);
    await eventually('told', () => told.length === 1);
  });

  test('an issue that the venue leaves out of its answer is asked for again, and says meanwhile what it waits for', async () => {
    const { alert } = await create({ kind: 'change', direction: 'at-or-above', percent: 3 });
    await nextMorning();
    venue.leavesOut = true;
    await alerts.startDay();
    expect(levels()).toEqual([undefined]);
    expect(alerts.known(alert).trouble).toMatchObject({ code: 'venue.unknown-issue' });
    Object.assign(venue, { leavesOut: false, last: 72_500, volume: 10 });
    await clock.advance(10 * 60_001);
    await eventually('told', () => told.length === 1);
    expect(alerts.known(alert).trouble).toBeUndefined();
  });

  test('the level of the morning lives through a restart', async () => {
    await create({ kind: 'average', side: 'over', days: 5 });
    await nextMorning();
    await alerts.startDay();
    await alerts.idle();
    const before = levels();
    const { bars } = venue.asked;
    start();
    await alerts.load();
    await alerts.startDay();
    expect([levels(), venue.asked.bars]).toEqual([before, bars]);
  });
});

describe('average cost', () => {
  const loss = { kind: 'cost', direction: 'at-or-below', percent: -5 } as const;

  test('is followed after fills, once for several', async () => {
    venue.averageCost = '70000.0000';
    await create(loss);
    venue.averageCost = '60000.0000';
    for (let fill = 0; fill < 5; fill += 1) alerts.onFill(symbol);
    alerts.onFill('000660');
    await clock.advance(2_001);
    await eventually('followed', () => levels()[0] === 57_000);
    expect([venue.asked.balance, await trade(66_000)]).toEqual([2, 0]);
    expect(await trade(57_000)).toBe(1);
  });

  test('without the holding it sleeps, and wakes with the next', async () => {
    venue.averageCost = '70000.0000';
    await create(loss);
    venue.averageCost = undefined;
    alerts.onFill(symbol);
    await clock.advance(2_001);
    await eventually('asleep', () => levels()[0] === undefined);
    expect(await trade(1_000)).toBe(0);
    Object.assign(venue, { averageCost: '1000.0000' });
    alerts.onFill(symbol);
    await clock.advance(2_001);
    await eventually('awake', () => levels()[0] === 950);
    expect(await trade(950)).toBe(1);
  });

  test('is looked at again when the balance was not to be had, and when the socket is back', async () => {
    venue.averageCost = '70000.0000';
    await create(loss);
    Object.assign(venue, { averageCost: '60000.0000', down: true });
    alerts.onFill(symbol);
    await clock.advance(2_001);
    expect(levels()).toEqual([66_500]);
    venue.down = false;
    await clock.advance(60_001);
    await eventually('followed', () => levels()[0] === 57_000);
    venue.averageCost = '50000.0000';
    await alerts.resync();
    expect(levels()).toEqual([47_500]);
  });

  test('does not wait for the morning: a gap at the open fires', async () => {
    venue.averageCost = '70000.0000';
    await create(loss);
    await nextMorning();
    expect(await trade(60_000)).toBe(1);
  });
});

describe('the last day', () => {
  test('is a whole day; then one message, once', async () => {
    const until = koreanDay(clock.now());
    const { alert } = await create({ kind: 'change', direction: 'at-or-above', percent: 3 }, { until });
    await alerts.startDay();
    expect(told).toEqual([]);
    await clock.advance(23 * hourMs);
    await alerts.startDay();
    await alerts.idle();
    expect(told).toMatchObject([{ kind: 'alert-expired', alert: { id: alert.id } }]);
    expect([alerts.list('p'), await ledger.openAlerts()]).toEqual([[], []]);
    start();
    await alerts.load();
    await alerts.startDay();
    expect(told).toHaveLength(1);
  });

  test('is noticed on a holiday and at a start as well', async () => {
    await create({ kind: 'price', direction: 'at-or-above', price: 71_000 }, { until: '20261125' });
    venue.closed = 'holiday';
    await clock.advance(72 * hourMs);
    start();
    await alerts.load();
    await eventually('told', () => told.length === 1);
    await alerts.idle();
    expect(await ledger.openAlerts()).toEqual([]);
  });

  test('ends before the first price of the next day is met', async () => {
    await create({ kind: 'price', direction: 'at-or-above', price: 71_000 }, { until: koreanDay(clock.now()) });
    await nextMorning();
    await trade(75_000);
    await eventually('over', () => told.length > 0);
    expect(told.map(({ kind }) => kind)).toEqual(['alert-expired']);
  });
});
