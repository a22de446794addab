import fc from 'fast-check';
import { expect, test } from 'vitest';
import { longestButtonId } from '../../../src/chat/channel.ts';
import { criteria, screenMessage } from '../../../src/chat/messages/screens.ts';
import { asView } from '../../../src/chat/views.ts';
import type { GoldenCriteria } from '../../../src/domain/market/screen.ts';
import { ko } from '../../../src/i18n/ko.ts';
import { createDirectory } from '../../../src/kis/symbols/search.ts';

const directory = createDirectory([]);
const read = (line: string): GoldenCriteria => criteria.read(line.split(' '), { directory, after: 0 }).value;

test.each([
  ['시총≥1조', { marketValue: 1e12 }],
  ['시가총액 >= 1.5조원', { marketValue: 1.5e12 }],
  ['거래대금≥100억 3일', { turnover: 1e10, within: 3 }],
  ['cap>=1tn turnover>=10bn 20d', { marketValue: 1e12, turnover: 1e10, within: 20 }],
  ['대금 ≥ 1,000억', { turnover: 1e11 }],
])('%s', (line, expected) => {
  expect(read(line)).toEqual({ within: 5, marketValue: undefined, turnover: undefined, ...expected });
});

test('a page number at the end is left for the page', () => {
  expect(criteria.read(['시총≥1조', '2'], { directory, after: 0 }).used).toBe(1);
});

test('the button to another page fits, and asks for the same', () => {
  const match = { symbol: '005930', name: '삼성전자', last: 70_000, changePercent: 1, daysAgo: 1 };
  const result = {
    universe: 'market',
    listed: 2_600,
    scanned: 60,
    skipped: 0,
    matches: Array.from({ length: 60 }, () => match),
    at: 0,
    day: '20261123',
  } as const;
  const floor = fc.option(
    fc.integer({ min: 1, max: 100_000_000 }).map((count) => count * 1e8),
    { nil: undefined },
  );
  const wanted = fc.record({ within: fc.integer({ min: 1, max: 20 }), marketValue: floor, turnover: floor });
  fc.assert(
    fc.property(wanted, (asked) => {
      const address = { channel: 'telegram', chatId: '1' };
      const frame = {
        address,
        view: '0123456789ab',
        criteria: asked,
        today: '20261123',
        state: { kind: 'done', result },
      } as const;
      const [button] = asView(frame.view, screenMessage(ko, { get: () => undefined }, frame)).buttons?.flat() ?? [];
      expect(Buffer.byteLength(button?.id ?? '')).toBeLessThanOrEqual(longestButtonId);
      const words = (button?.id ?? '').replace(`show:${frame.view}:/screen gc `, '').split(' ');
      expect(words.at(-1)).toBe('2');
      expect(read(words.join(' '))).toEqual(asked);
    }),
  );
});
