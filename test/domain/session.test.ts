import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { krxSessions, ordinaryOrderSessions, type SessionRow, sessionAt } from '../../src/domain/session.ts';

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

  it('takes ordinary orders in auctions and regular trading only', () => {
    expect(ordinaryOrderSessions).toEqual(['opening-auction', 'regular', 'closing-auction']);
  });
});
