import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { krxClosures, krxHolidays, krxTableYears, shiftedHours } from '../../../src/domain/market/krx-holidays.ts';
import {
  continuousSessions,
  exchangeSessions,
  figuresBegin,
  figuresEnd,
  krxHours,
  krxSessions,
  ordinaryOrderSessions,
  type SessionRow,
  sessionAt,
  sessionRowAt,
  sessionsOn,
} from '../../../src/domain/market/session.ts';

describe('the trading day', () => {
  it.each([
    ['000000', 'closed'],
    ['082959', 'closed'],
    ['083000', 'opening-auction'],
    ['085959', 'opening-auction'],
    ['090000', 'regular'],
    ['151959', 'regular'],
    ['152000', 'closing-auction'],
    ['152959', 'closing-auction'],
    ['153000', 'post-close'],
    ['155959', 'post-close'],
    ['160000', 'after-market'],
    ['195959', 'after-market'],
    ['200000', 'closed'],
    ['235959', 'closed'],
  ])('at %s is %s', (time, kind) => {
    expect(sessionAt('20261123', time)).toBe(kind);
  });

  it('has an after-market since 2026-09-14', () => {
    expect(sessionAt('20260911', '170000')).toBe('closed');
    expect(sessionAt('20260913', '170000')).toBe('closed');
    expect(sessionAt('20260914', '170000')).toBe('after-market');
    expect(sessionAt('20260911', '155900')).toBe('post-close');
  });

  it('takes other rows, with the days they are in force', () => {
    const rows: readonly SessionRow[] = [
      { kind: 'regular', start: '1000', end: '1630', from: '20261119', to: '20261119' },
      { kind: 'regular', start: '0900', end: '1520' },
    ];
    expect(sessionAt('20261119', '160000', rows)).toBe('regular');
    expect(sessionAt('20261118', '160000', rows)).toBe('closed');
    expect(sessionAt('20261120', '160000', rows)).toBe('closed');
    expect(sessionAt('20261120', '095900', rows)).toBe('regular');
    expect(sessionAt('20261120', '095900', [])).toBe('closed');
  });

  it('has no gap and no overlap from the opening auction to the end', () => {
    for (const [index, row] of krxSessions.entries()) {
      expect(row.start < row.end).toBe(true);
      if (index > 0) expect(row.start).toBe(krxSessions[index - 1]?.end);
    }
    const minuteOf = fc
      .tuple(fc.integer({ min: 8, max: 19 }), fc.integer({ min: 0, max: 59 }))
      .map((parts) => parts.map((part) => String(part).padStart(2, '0')).join(''));
    fc.assert(
      fc.property(minuteOf, (minute) => {
        expect(sessionAt('20261123', `${minute}30`) === 'closed').toBe(minute < '0830');
      }),
    );
  });

  it.each([
    ['092959', 'closed'],
    ['093000', 'opening-auction'],
    ['100000', 'regular'],
    ['161959', 'regular'],
    ['162000', 'closing-auction'],
    ['163000', 'post-close'],
    ['170000', 'after-market'],
    ['195959', 'after-market'],
    ['200000', 'closed'],
  ])('at %s on the day of the entrance exam is %s', (time, kind) => {
    expect(sessionAt('20261119', time)).toBe(kind);
    expect(sessionAt('20261118', '090000')).toBe('regular');
  });

  it.each([
    ['20260102', '092900', 'closed'],
    ['20260102', '093000', 'opening-auction'],
    ['20260102', '152500', 'closing-auction'],
    ['20260102', '170000', 'closed'],
    ['20270104', '093000', 'opening-auction'],
    ['20270104', '100000', 'regular'],
    ['20270104', '153000', 'post-close'],
    ['20270104', '170000', 'after-market'],
  ])("on the year's first trading day %s at %s is %s", (day, time, kind) => {
    expect(sessionAt(day, time)).toBe(kind);
  });

  it('has no gap and no overlap on days with hours of their own either', () => {
    for (const { day, open, close } of shiftedHours) {
      const rows = sessionsOn(day);
      for (const [index, row] of rows.entries()) {
        expect(row.start < row.end).toBe(true);
        if (index > 0) expect(row.start).toBe(rows[index - 1]?.end);
      }
      expect(sessionRowAt(day, `${open}00`)).toMatchObject({ kind: 'regular', start: open });
      expect(rows.find(({ kind }) => kind === 'closing-auction')?.end).toBe(close);
    }
  });

  it('takes ordinary orders in auctions and regular trading only', () => {
    expect(ordinaryOrderSessions).toEqual(['opening-auction', 'regular', 'closing-auction']);
    expect(continuousSessions).toEqual(['pre-market', 'regular', 'after-market']);
  });

  it.each([
    ['20261123', '0900', '1530'],
    ['20261119', '1000', '1630'],
    ['20270104', '1000', '1530'],
  ])('%s trades at KRX from %s to %s, and has figures of its own before that', (day, open, close) => {
    expect(krxHours(day)).toEqual({ open, close });
    expect(sessionAt(day, `${figuresBegin}00`)).not.toBe('regular');
    expect(figuresBegin > '0830').toBe(true);
    expect(figuresEnd > '2000').toBe(true);
    for (const exchange of ['KRX', 'NXT'] as const)
      for (const { end } of exchangeSessions(exchange, day)) expect(end < figuresEnd).toBe(true);
  });
});

describe('the table of closures', () => {
  it('lists weekdays of its years, in order, each with a name', () => {
    expect([...krxClosures].sort()).toEqual(krxClosures);
    for (const day of krxClosures) {
      expect(day).toMatch(/^\d{8}$/);
      const date = new Date(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T00:00:00Z`);
      expect([0, 6], day).not.toContain(date.getUTCDay());
      expect(date.getUTCFullYear()).toBeGreaterThanOrEqual(krxTableYears.first);
      expect(date.getUTCFullYear()).toBeLessThanOrEqual(krxTableYears.last);
    }
    expect(krxHolidays['20260924']).toBe('chuseok');
    expect(krxClosures.filter((day) => day.startsWith('2026'))).toHaveLength(17);
    expect(krxClosures.filter((day) => day.startsWith('2027'))).toHaveLength(16);
  });

  it('has no day with hours of its own among them', () => {
    expect(shiftedHours.filter(({ day }) => krxClosures.includes(day))).toEqual([]);
  });
});
