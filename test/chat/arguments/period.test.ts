import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, test } from 'vitest';
import { looksLikePeriod, type Period, period, periodWord, writtenPeriod } from '../../../src/chat/arguments/period.ts';
import { AppError } from '../../../src/errors.ts';
import { createDirectory } from '../../../src/kis/symbols/search.ts';

const today = '20261121';
const directory = createDirectory([]);

function read(line: string, day = today): Period {
  const { value, used } = period.read(line.split(' '), { directory, after: 0 });
  expect(used).toBe(line.split(' ').length);
  return value(day);
}

function refusalOf(line: string, day = today): string {
  try {
    return JSON.stringify(read(line, day));
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

const writtenForms = ['yyyyMMdd', 'yyyy-MM-dd', 'yyyy.MM.dd', 'yyyy/MM/dd'] as const;
const days = fc
  .integer({ min: 0, max: 3_650 })
  .map((back) => DateTime.fromISO('2028-03-01', { zone: 'utc' }).minus({ days: back }));

describe('a period', () => {
  test.each([
    ['오늘', '20261121', '20261121'],
    ['today', '20261121', '20261121'],
    ['어제', '20261120', '20261120'],
    ['1주', '20261115', '20261121'],
    ['week', '20261115', '20261121'],
    ['1일', '20261121', '20261121'],
    ['1개월', '20261022', '20261121'],
    ['Month', '20261022', '20261121'],
    ['3개월', '20260822', '20261121'],
    ['1년', '20251122', '20261121'],
    ['20261101-20261121', '20261101', '20261121'],
    ['2026-11-01~2026-11-21', '20261101', '20261121'],
    ['2026-11-01 2026-11-21', '20261101', '20261121'],
    ['2026.11.02', '20261102', '20261102'],
  ])('%s', (said, from, to) => {
    expect(read(said)).toEqual({ from, to });
  });

  test.each([
    ['내일', 'args.period'],
    ['0주', 'args.period'],
    ['삼성전자', 'args.period'],
    ['20261301-20261302', 'args.period'],
    ['20260230', 'args.period'],
    ['20261121-20261101', 'args.period-reversed'],
    ['20261122', 'args.period-future'],
    ['20261101-20261201', 'args.period-future'],
    ['13개월', 'args.period-long'],
    ['2년', 'args.period-long'],
    ['999일', 'args.period-long'],
    ['20251121-20261121', 'args.period-long'],
  ])('%s is refused', (said, code) => {
    expect(refusalOf(said)).toBe(code);
  });

  test('of any two days is those days, or refused for being reversed, to come or too long', () => {
    const forms = fc.constantFrom(...writtenForms);
    fc.assert(
      fc.property(days, days, days, forms, fc.constantFrom('~', ' '), (first, last, now, form, between) => {
        const said = [first, last].map((day) => day.toFormat(form)).join(between);
        const expected =
          first > last
            ? 'args.period-reversed'
            : last > now
              ? 'args.period-future'
              : first <= last.minus({ years: 1 })
                ? 'args.period-long'
                : JSON.stringify({ from: first.toFormat('yyyyMMdd'), to: last.toFormat('yyyyMMdd') });
        expect(refusalOf(said, now.toFormat('yyyyMMdd'))).toBe(expected);
      }),
    );
  });

  test('is the same when its own word is read again, and is never longer than a year', () => {
    const said = fc.tuple(fc.integer({ min: 1, max: 60 }), fc.constantFrom('일', '주', '개월', 'd', 'weeks', 'months'));
    fc.assert(
      fc.property(said, days, ([count, unit], now) => {
        const day = now.toFormat('yyyyMMdd');
        const found = refusalOf(`${count}${unit}`, day);
        if (found === 'args.period-long') return;
        const meant = JSON.parse(found) as Period;
        expect(meant.to).toBe(day);
        expect(read(periodWord(meant), day)).toEqual(meant);
        expect(
          DateTime.fromFormat(meant.from, 'yyyyMMdd') > DateTime.fromFormat(day, 'yyyyMMdd').minus({ years: 1 }),
        ).toBe(true);
      }),
    );
  });

  test('whatever is typed is a period or a sentence of ours', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 1, maxLength: 3 }), (tokens) => {
        try {
          period.read(tokens, { directory, after: 0 }).value(today);
        } catch (error) {
          expect((error as AppError).code).toMatch(/^args\.period/);
        }
      }),
    );
  });

  test('is told from codes, names and pages', () => {
    for (const word of ['005930', '0080G0', '삼성전자', '2', '12', '2쪽', 'csv'])
      expect(looksLikePeriod(word), word).toBe(false);
    for (const word of ['1주', '20261399', '2026-1', '오늘', '20261101-20261120'])
      expect(looksLikePeriod(word), word).toBe(true);
  });

  test('is written so that people can read it', () => {
    expect(writtenPeriod({ from: today, to: today })).toBe('2026-11-21');
    expect(writtenPeriod({ from: '20261101', to: today })).toBe('2026-11-01 ~ 2026-11-21');
  });
});
