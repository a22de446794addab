import { beforeEach, describe, expect, test } from 'vitest';
import { inKorea } from '../../src/clock.ts';
import { figuresEnd } from '../../src/domain/market/session.ts';
import { AppError } from '../../src/errors.ts';
import type { Log } from '../../src/log.ts';
import type { Broker, MarketDay, VenueDescription, VenueHours } from '../../src/ports/broker.ts';
import type { Cache } from '../../src/ports/cache.ts';
import { Calendar } from '../../src/services/calendar.ts';
import { JumpClock } from '../support/clock.ts';
import { memoryCache } from '../support/memory-cache.ts';

const hourMs = 60 * 60_000;
const log: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A venue that answers about its calendar alone. */
class CalendarVenue {
  calls: string[] = [];
  /** What it says; an error is thrown. */
  answer: readonly MarketDay[] | AppError | undefined;
  dayHours: Broker['dayHours'] = async () => {
    throw new AppError('venue.unsupported');
  };
  readonly broker: Broker;

  constructor(hours: VenueDescription['hours'] = 'exchange', own?: VenueHours) {
    const venue: VenueDescription = {
      kind: 'live',
      hours,
      account: '',
      exchanges: ['KRX'],
      listsAll: true,
      keepsSchedules: true,
    };
    const marketDays = async (day: string): Promise<readonly MarketDay[]> => {
      this.calls.push(day);
      if (this.answer instanceof AppError) throw this.answer;
      return this.answer ?? weekdays(day);
    };
    const dayHours = (): ReturnType<Broker['dayHours']> => this.dayHours();
    this.broker = { venue, marketDays, dayHours, hours: async () => own } as unknown as Broker;
  }
}

/** So many days from `day` on, closed at weekends and on `closed`. */
function weekdays(day: string, closed: readonly string[] = [], count = 24): readonly MarketDay[] {
  const first = inKorea(at(day, '12:00'));
  return Array.from({ length: count }, (_, index) => {
    const date = first.plus({ days: index });
    const name = date.toFormat('yyyyMMdd');
    return { day: name, open: date.weekday <= 5 && !closed.includes(name) };
  });
}

function at(day: string, time: string): number {
  return Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T${time}:00+09:00`);
}

let venue: CalendarVenue;
let cache: Cache;
let clock: JumpClock;
const calendarAt = (day: string, time: string): Calendar => {
  clock = new JumpClock(at(day, time));
  return new Calendar({ broker: venue.broker, cache, clock, log });
};
/** A later moment, another process: what it knows comes from the cache. */
const sessionAt = async (day: string, time: string) => (await calendarAt(day, time).session()).kind;
const nextOpening = async (calendar: Calendar): Promise<string | undefined> => {
  const next = await calendar.nextOpening();
  return next && inKorea(next.at).toFormat('yyyy-MM-dd HH:mm');
};

beforeEach(() => {
  venue = new CalendarVenue();
  cache = memoryCache();
});

describe('hours that the venue alone tells of', () => {
  beforeEach(() => {
    venue.dayHours = async () => ({ day: '20261202', open: '1000', close: '1630' });
  });

  test.each([
    ['20261202', '09:30', 'opening-auction'],
    ['20261202', '15:45', 'regular'],
    ['20261203', '15:45', 'post-close'],
  ])('count on %s at %s: %s', async (day, time, kind) => expect(await sessionAt(day, time)).toBe(kind));

  test('are said on that day', async () => {
    const calendar = calendarAt('20261202', '08:00');
    await calendar.session();
    expect(await calendar.lateHours()).toMatchObject({ open: '1000', close: '1630' });
    expect(await calendarAt('20261203', '08:00').lateHours()).toBeUndefined();
    expect(await calendarAt('20261119', '08:00').lateHours()).toMatchObject({ why: 'entrance-exam' });
  });

  test('are not asked for on a holiday, and their failure closes nothing', async () => {
    venue.dayHours = async () => {
      throw new AppError('venue.unreachable');
    };
    expect(await sessionAt('20261202', '10:00')).toBe('regular');
    venue.answer = weekdays('20261203', ['20261203']);
    let asked = 0;
    venue.dayHours = async () => {
      asked += 1;
      return { day: '20261203', open: '0900', close: '1530' };
    };
    expect(await sessionAt('20261203', '10:00')).toBe('closed');
    expect(asked).toBe(0);
  });
});

describe('what the prices are of', () => {
  test.each([
    ['20261130', '17:00', ['KRX regular 1130', 'KRX after-market 1130', 'NXT after-market 1130']],
    ['20261130', '08:10', ['KRX regular 1127', 'NXT pre-market 1130']],
    ['20261129', '12:00', ['KRX regular 1127', 'KRX after-market 1127', 'NXT after-market 1127']],
  ])('on %s at %s', async (day, time, expected) => {
    const { krx, extended } = await calendarAt(day, time).priceTimes();
    expect([krx, ...extended].map((one) => `${one.exchange} ${one.session} ${one.day.slice(4)}`)).toEqual(expected);
  });
});

describe('the session', () => {
  test.each([
    ['08:29', 'closed', false, 'hours', undefined],
    ['08:30', 'opening-auction', true, undefined, '09:00'],
    ['09:00', 'regular', true, undefined, '15:20'],
    ['15:25', 'closing-auction', true, undefined, '15:30'],
    ['15:30', 'post-close', false, 'hours', '16:00'],
    ['16:00', 'after-market', false, 'hours', '20:00'],
    ['20:00', 'closed', false, 'hours', undefined],
  ] as const)('on a trading day at %s: %s', async (time, kind, takesOrders, reason, end) => {
    const endsAt = end === undefined ? undefined : at('20261123', end);
    const { types, ...session } = await calendarAt('20261123', time).session();
    expect(session).toEqual({ kind, takesOrders, reason, source: 'venue', endsAt });
    expect(types.includes('limit')).toBe(takesOrders);
  });

  test('a holiday the venue declares, though no table knows it', async () => {
    venue.answer = weekdays('20261123', ['20261123']);
    expect(await calendarAt('20261123', '10:00').session()).toMatchObject({ reason: 'holiday', takesOrders: false });
  });

  test('the venue goes before the table, also where the table says closed', async () => {
    venue.answer = [{ day: '20261225', open: true }];
    expect(await calendarAt('20261225', '10:00').session()).toMatchObject({ kind: 'regular', source: 'venue' });
  });

  test('a weekend is told from a holiday', async () => {
    expect(await calendarAt('20261121', '10:00').session()).toMatchObject({ kind: 'closed', reason: 'weekend' });
  });

  test('on the day of the entrance exam everything is an hour later', async () => {
    expect(await sessionAt('20261119', '09:15')).toBe('closed');
    expect(await sessionAt('20261119', '09:30')).toBe('opening-auction');
    expect(await sessionAt('20261119', '10:00')).toBe('regular');
    expect(await sessionAt('20261119', '16:15')).toBe('regular');
    expect(await sessionAt('20261119', '16:25')).toBe('closing-auction');
    expect(await sessionAt('20261119', '16:35')).toBe('post-close');
  });

  test('on the first trading day of the year only the opening is', async () => {
    expect(await sessionAt('20270104', '09:15')).toBe('closed');
    expect(await sessionAt('20270104', '10:00')).toBe('regular');
    expect(await sessionAt('20270104', '15:25')).toBe('closing-auction');
    expect(await sessionAt('20270104', '15:31')).toBe('post-close');
  });

  test('there is an after-market from 2026-09-14, not before', async () => {
    expect(await sessionAt('20260911', '17:00')).toBe('closed');
    expect(await sessionAt('20260914', '17:00')).toBe('after-market');
  });

  test('a market that never closes says so, and is not asked', async () => {
    venue = new CalendarVenue('own', { now: at('20261121', '03:00'), neverCloses: true, fixed: undefined });
    const calendar = calendarAt('20261121', '03:00');
    expect(await calendar.session()).toMatchObject({ kind: 'regular', takesOrders: true, source: 'always' });
    expect(await calendar.nextOpening()).toBeUndefined();
    await calendar.refresh();
    expect(venue.calls).toEqual([]);
  });
});

describe('a day nobody can vouch for', () => {
  test('is unknown, and takes no orders', async () => {
    venue.answer = new AppError('venue.unreachable');
    const calendar = calendarAt('20261123', '10:00');
    expect(await calendar.session()).toMatchObject({ kind: 'unknown', takesOrders: false, reason: 'unknown' });
    expect(await calendar.nextOpening()).toBeUndefined();
  });

  test('is asked about again after a minute, not before', async () => {
    venue.answer = new AppError('venue.unreachable');
    const calendar = calendarAt('20261123', '10:00');
    await calendar.session();
    await calendar.session();
    expect(venue.calls).toHaveLength(1);
    venue.answer = undefined;
    await clock.advance(61_000);
    expect(await calendar.session()).toMatchObject({ kind: 'regular' });
  });

  test('while there is no token is asked about at once when there is one, and says why it is unknown', async () => {
    venue.answer = new AppError('venue.token-wait', { waitSeconds: 40 });
    const calendar = calendarAt('20261123', '10:00');
    expect((await calendar.session('KRX', { priority: 'urgent' })).failure?.code).toBe('venue.token-wait');
    venue.answer = undefined;
    expect(await calendar.session()).toMatchObject({ kind: 'regular' });
  });

  test('keeps no pressed order waiting with somebody who has time', async () => {
    let answerLater = (): void => undefined;
    const waits = new Promise<void>((resolve) => {
      answerLater = resolve;
    });
    const marketDays: Broker['marketDays'] = async (day, { priority } = {}) => {
      if (priority === 'urgent') throw new AppError('venue.token-wait', { waitSeconds: 40 });
      await waits;
      return weekdays(day);
    };
    const broker = { ...venue.broker, marketDays } as unknown as Broker;
    const calendar = new Calendar({ broker, cache, clock: new JumpClock(at('20261123', '10:00')), log });
    const patient = calendar.session();
    await Promise.resolve();
    const pressed = await calendar.session('KRX', { priority: 'urgent' });
    expect(pressed).toMatchObject({ kind: 'unknown', takesOrders: false });
    answerLater();
    expect(await patient).toMatchObject({ kind: 'regular' });
  });

  test('is one that the answer leaves out', async () => {
    venue.answer = weekdays('20261124');
    expect(await calendarAt('20261123', '10:00').session()).toMatchObject({ kind: 'unknown' });
  });

  test('at a weekend it is closed all the same', async () => {
    venue.answer = new AppError('venue.unreachable');
    expect(await calendarAt('20261122', '10:00').session()).toMatchObject({ kind: 'closed', reason: 'weekend' });
  });

  test('a cache that fails does not stand in the way', async () => {
    const broken = async (): Promise<never> => {
      throw new AppError('store.cache-failed');
    };
    cache = { ...memoryCache(), get: broken };
    expect(await calendarAt('20261123', '10:00').session()).toMatchObject({ kind: 'regular' });
  });
});

describe('where the venue has no calendar', () => {
  beforeEach(() => {
    venue.answer = new AppError('venue.unsupported');
  });

  test.each([
    ['20261123', 'regular', undefined],
    ['20261225', 'closed', 'holiday'],
    ['20261230', 'regular', undefined],
    ['20261231', 'closed', 'holiday'],
    ['20270101', 'closed', 'holiday'],
    ['20260717', 'closed', 'holiday'],
    ['20270503', 'closed', 'holiday'],
    ['20261128', 'closed', 'weekend'],
  ] as const)('the shipped table decides about %s: %s', async (day, kind, reason) => {
    expect(await calendarAt(day, '11:00').session()).toMatchObject({ kind, reason, source: 'table' });
  });

  test('and knows nothing of other years, but their weekends', async () => {
    expect(await sessionAt('20280103', '11:00')).toBe('unknown');
    expect(await sessionAt('20251223', '11:00')).toBe('unknown');
    expect(await sessionAt('20280108', '11:00')).toBe('closed');
  });

  test('names no opening beyond its end', async () => {
    expect(await nextOpening(calendarAt('20271230', '16:00'))).toBeUndefined();
  });

  test('is asked again the next day', async () => {
    const calendar = calendarAt('20261123', '10:00');
    await calendar.session();
    await calendar.session();
    expect(venue.calls).toHaveLength(1);
    venue.answer = undefined;
    await clock.advance(24 * hourMs);
    expect(await calendar.session()).toMatchObject({ source: 'venue' });
  });
});

describe('the next opening', () => {
  test.each([
    ['20261123', '07:00', '2026-11-23 09:00'],
    ['20261123', '08:45', '2026-11-23 09:00'],
    ['20261123', '09:00', '2026-11-24 09:00'],
    ['20261120', '21:00', '2026-11-23 09:00'],
    ['20261118', '16:00', '2026-11-19 10:00'],
    ['20261119', '09:30', '2026-11-19 10:00'],
    ['20261230', '16:00', '2027-01-04 10:00'],
  ])('from %s %s is %s', async (day, time, opening) => {
    venue.answer = new AppError('venue.unsupported');
    expect(await nextOpening(calendarAt(day, time))).toBe(opening);
  });

  test('over Chuseok and the weekend after it', async () => {
    venue.answer = weekdays('20260923', ['20260924', '20260925']);
    expect(await nextOpening(calendarAt('20260923', '15:00'))).toBe('2026-09-28 09:00');
  });

  test('is not named while an earlier day may be the one', async () => {
    venue.answer = [...weekdays('20261120', [], 3), ...weekdays('20261124')];
    expect(await nextOpening(calendarAt('20261120', '16:00'))).toBeUndefined();
  });

  test('is not guessed beyond what the venue told', async () => {
    venue.answer = weekdays('20261120', [], 2);
    expect(await nextOpening(calendarAt('20261120', '16:00'))).toBeUndefined();
  });
});

describe('one call a day', () => {
  test('for any number of questions, also at once', async () => {
    const calendar = calendarAt('20261123', '08:00');
    await Promise.all([calendar.session(), calendar.session(), calendar.nextOpening(), calendar.refresh()]);
    await clock.advance(9 * hourMs);
    await calendar.session();
    expect(venue.calls).toEqual(['20261123']);
  });

  test('for any number of processes', async () => {
    await sessionAt('20261123', '09:00');
    await sessionAt('20261123', '12:00');
    expect(venue.calls).toHaveLength(1);
  });

  test('and another one the next day', async () => {
    const calendar = calendarAt('20261123', '09:00');
    await calendar.session();
    venue.answer = weekdays('20261124', ['20261124']);
    await clock.advance(24 * hourMs);
    expect(await calendar.session()).toMatchObject({ reason: 'holiday' });
    expect(venue.calls).toEqual(['20261123', '20261124']);
  });

  test('the day before still vouches when that one fails, but no longer', async () => {
    const calendar = calendarAt('20261123', '09:00');
    await calendar.session();
    venue.answer = new AppError('venue.unreachable');
    await clock.advance(24 * hourMs);
    expect(await calendar.session()).toMatchObject({ kind: 'regular' });
    await clock.advance(24 * hourMs);
    expect(await calendar.session()).toMatchObject({ kind: 'unknown' });
  });

  test('days told twice: the last word stands', async () => {
    venue.answer = [
      { day: '20261123', open: false },
      { day: '20261123', open: true },
      { day: '20261124', open: true },
    ];
    const calendar = calendarAt('20261123', '10:00');
    expect(await calendar.session()).toMatchObject({ kind: 'regular' });
    expect(await nextOpening(calendar)).toBe('2026-11-24 09:00');
  });
});

describe('what comes next at an exchange', () => {
  const text = (next: { readonly at: number } | undefined) => next && inKorea(next.at).toFormat('MM-dd HH:mm');
  test.each([
    // KRX: opening auction, regular, closing auction, post-close, after-market.
    ['20261123', '07:00', 'KRX', '11-23 08:30', '11-23 09:00'],
    ['20261123', '10:00', 'KRX', '11-23 15:20', '11-24 09:00'],
    ['20261123', '17:00', 'KRX', '11-24 08:30', '11-24 09:00'],
    // Before the after-market of 2026-09-14 nothing came after the post-close.
    ['20260911', '15:45', 'KRX', '09-14 08:30', '09-14 09:00'],
    ['20261123', '07:00', 'NXT', '11-23 08:00', '11-23 09:01'],
    ['20261123', '15:25', 'NXT', '11-23 15:30', '11-24 09:01'],
    ['20261118', '21:00', 'NXT', '11-19 10:01', '11-19 10:01'],
    ['20261123', '07:00', 'SOR', '11-23 09:00', '11-23 09:00'],
    ['20261120', '17:00', 'SOR', '11-23 09:00', '11-23 09:00'],
  ] as const)('on %s at %s, %s', async (day, time, exchange, session, opening) => {
    const calendar = calendarAt(day, time);
    expect(text(await calendar.nextSession(exchange))).toBe(session);
    expect(text(await calendar.nextOpening(exchange))).toBe(opening);
  });

  test('the hours of a type are those of the day on which it is taken next', async () => {
    const next = await calendarAt('20261118', '21:00').nextHours('KRX', 'limit');
    expect([text(next), next?.hours]).toEqual(['11-19 09:30', [{ start: '0930', end: '1630' }]]);
    expect(text(await calendarAt('20261123', '08:35').nextHours('KRX', 'post-close'))).toBe('11-23 15:30');
    expect(await calendarAt('20261123', '08:35').nextHours('NXT', 'market')).toBeUndefined();
  });

  test('is not known where the day is not', async () => {
    venue.answer = new AppError('venue.unreachable');
    const calendar = calendarAt('20261123', '10:00');
    expect(await calendar.nextSession('NXT')).toBeUndefined();
    expect(await calendar.nextHours('NXT', 'limit')).toBeUndefined();
  });
});

describe('a stand-in that keeps its own clock', () => {
  test('decides on the day and the hour, and asks for its own calendar', async () => {
    const now = at('20261123', '08:10');
    venue = new CalendarVenue('own', { now, neverCloses: false, fixed: undefined });
    const calendar = calendarAt('20261121', '12:00');
    expect(await calendar.today()).toEqual({ day: '20261123', time: '081000' });
    expect(await calendar.session('NXT')).toMatchObject({ kind: 'pre-market', source: 'venue' });
    expect(await calendar.session()).toMatchObject({ kind: 'closed', reason: 'hours' });
    expect(venue.calls).toEqual(['20261123']);
  });

  test('that does not answer leaves the market unknown', async () => {
    venue = new CalendarVenue('own');
    Object.assign(venue.broker, { hours: () => Promise.reject(new AppError('venue.unreachable')) });
    const calendar = calendarAt('20261123', '10:00');
    const session = await calendar.session();
    expect(session).toMatchObject({ kind: 'unknown', takesOrders: false, types: [] });
    expect(session.failure?.code).toBe('venue.unreachable');
    expect(await calendar.nextOpening()).toBeUndefined();
  });
});

describe('the last day whose figures change no more', () => {
  test.each([
    ['20261123', '20:00', '20261120'],
    ['20261123', '20:01', '20261123'],
    ['20261124', '07:10', '20261123'],
    ['20261121', '20:30', '20261120'],
    ['20261122', '10:00', '20261120'],
  ])('on %s at %s is %s', async (day, time, expected) => {
    expect((await calendarAt(day, time).figuresDay({}, figuresEnd)).day).toBe(expected);
  });

  test('of a market that never closes is over in the evening, and begins at midnight', async () => {
    const [before, after] = [at('20261123', '00:01'), at('20261123', '20:01')];
    const dayAt = async (now: number, begins?: string): Promise<string | undefined> => {
      venue = new CalendarVenue('own', { now, neverCloses: true, fixed: undefined });
      return (await calendarAt('20261123', '10:00').figuresDay({}, begins)).day;
    };
    expect([await dayAt(before), await dayAt(after)]).toEqual(['20261123', '20261123']);
    expect([await dayAt(before, figuresEnd), await dayAt(after, figuresEnd)]).toEqual(['20261122', '20261123']);
  });
});
