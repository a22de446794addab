import { expect, test } from 'vitest';
import { nextDay, weekdayOf } from '../../../src/clock.ts';
import { exDividendDay } from '../../../src/domain/market/ex-dividend.ts';
import { krxClosures } from '../../../src/domain/market/krx-holidays.ts';

function tradingDays(from: string, to: string): readonly string[] {
  const days: string[] = [];
  for (let day = from; day <= to; day = nextDay(day)) {
    if (weekdayOf(day) <= 5 && !krxClosures.includes(day)) days.push(day);
  }
  return days;
}

test.each([
  // Bought on Monday, settled on Wednesday: Tuesday is too late.
  ['20261125', '20261124'],
  // Over a weekend.
  ['20261123', '20261120'],
  ['20261122', '20261119'],
  // The last day of the year is no trading day; the ex-dividend day is two trading days before it.
  ['20261231', '20261229'],
])('the ex-dividend day of %s is %s', (recordDay, exDay) => {
  expect(exDividendDay(recordDay, tradingDays('20261101', '20261231'))).toBe(exDay);
});

test('is not known where the trading days do not go back far enough', () => {
  expect(exDividendDay('20261123', tradingDays('20261123', '20261130'))).toBeUndefined();
});
