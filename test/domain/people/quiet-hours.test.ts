import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { minutesOfDay, quietMinutesLeft, readQuietHours } from '../../../src/domain/people/quiet-hours.ts';

const minute = fc.integer({ min: 0, max: minutesOfDay - 1 });
const night = { startMinute: 22 * 60, endMinute: 7 * 60 };

describe('quiet hours', () => {
  test.each([
    ['the minute before', 21 * 60 + 59, 0],
    ['the first minute', 22 * 60, 9 * 60],
    ['before midnight', 23 * 60 + 59, 7 * 60 + 1],
    ['midnight', 0, 7 * 60],
    ['the last minute', 6 * 60 + 59, 1],
    ['the end', 7 * 60, 0],
  ])('over midnight: %s', (_when, at, left) => {
    expect(quietMinutesLeft(night, at)).toBe(left);
  });

  test('what is left is what a walk over the clock finds, from any minute, over midnight or not', () => {
    fc.assert(
      fc.property(minute, minute, minute, (startMinute, endMinute, at) => {
        fc.pre(startMinute !== endMinute);
        // The minutes of the stretch, one after the other, as a hand on a dial passes them.
        const stretch: number[] = [];
        for (let now = startMinute; now !== endMinute; now = (now + 1) % minutesOfDay) stretch.push(now);
        const position = stretch.indexOf(at);
        expect(quietMinutesLeft({ startMinute, endMinute }, at)).toBe(position === -1 ? 0 : stretch.length - position);
      }),
    );
  });

  test('are read as people write them', () => {
    const seven = { startMinute: 22 * 60, endMinute: 7 * 60 };
    for (const text of ['22:00-07:00', '22-7', '22~7', '22:00–7', '22시-7시'])
      expect(readQuietHours(text)).toEqual(seven);
    expect(readQuietHours('22:30-24')).toEqual({ startMinute: 22 * 60 + 30, endMinute: 0 });
    for (const text of ['', '22', '22-', '-7', '25-7', '22:60-7', '24:01-7', '22-7-8', '1e1-7', '22:0-7', '밤-아침']) {
      expect(readQuietHours(text), text).toBeUndefined();
    }
  });

  test('written out and read again are the same', () => {
    const written = (at: number): string =>
      [at / 60, at % 60].map((part) => `${Math.floor(part)}`.padStart(2, '0')).join(':');
    fc.assert(
      fc.property(minute, minute, (startMinute, endMinute) => {
        expect(readQuietHours(`${written(startMinute)}-${written(endMinute)}`)).toEqual({ startMinute, endMinute });
      }),
    );
  });
});
