import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { alertRequest, conditionText } from '../../../src/chat/arguments/alert-condition.ts';
import type { AlertCondition, AlertDirection } from '../../../src/domain/alerts/alert.ts';
import { type CandleLength, candleLengths } from '../../../src/domain/market/bars.ts';
import { languages } from '../../../src/i18n/index.ts';
import { createDirectory } from '../../../src/kis/symbols/search.ts';

const read = (text: string): ReturnType<typeof alertRequest.read>['value'] =>
  alertRequest.read(text.split(/\s+/), { directory: createDirectory([]), after: 0 }).value;
const up = 'at-or-above';
const down = 'at-or-below';
const price = (direction: AlertDirection, won: number): AlertCondition => ({ kind: 'price', direction, price: won });
const change = (direction: AlertDirection, percent: number): AlertCondition => ({ kind: 'change', direction, percent });
const cost = (direction: AlertDirection, percent: number): AlertCondition => ({ kind: 'cost', direction, percent });
const average = (side: 'over' | 'under', days: number): AlertCondition => ({ kind: 'average', side, days });
const cross = (which: 'golden' | 'dead', short: number, long: number): AlertCondition => ({
  kind: 'cross',
  cross: which,
  short,
  long,
});

const candleClose = (minutes: CandleLength, direction: AlertDirection, won: number): AlertCondition => ({
  kind: 'candle-close',
  minutes,
  direction,
  price: won,
});
const candleVolume = (minutes: CandleLength, times: number): AlertCondition => ({
  kind: 'candle-volume',
  minutes,
  times,
});

test.each<[string, AlertCondition]>([
  ['>= 71000', price(up, 71_000)],
  ['<=71000', price(down, 71_000)],
  ['≥ 71,000원', price(up, 71_000)],
  ['71,000원 이상', price(up, 71_000)],
  ['이하 71000', price(down, 71_000)],
  ['7만1천원 이상', price(up, 71_000)],
  ['7만 1천 원 이하', price(down, 71_000)],
  ['7.1만 이상', price(up, 71_000)],
  ['7만1500 이상', price(up, 71_500)],
  ['7만천5백원 이상이면', price(up, 71_500)],
  ['1억 2천만원 이상', price(up, 120_000_000)],
  ['1만 이하', price(down, 10_000)],
  ['at or above ₩71,000', price(up, 71_000)],
  ['below 71000', price(down, 71_000)],
  ['+3%', change(up, 3)],
  ['-2.5%', change(down, -2.5)],
  ['−5％', change(down, -5)],
  ['등락률 -5% 이하', change(down, -5)],
  ['등락률 -5% 이상', change(up, -5)],
  ['>= +3%', change(up, 3)],
  ['3% 이상', change(up, 3)],
  ['3% 상승', change(up, 3)],
  ['전일 대비 5% 하락', change(down, -5)],
  ['change +3%', change(up, 3)],
  ['3% down', change(down, -3)],
  ['거래량 3배', { kind: 'volume', times: 3 }],
  ['거래량 2.5배 이상', { kind: 'volume', times: 2.5 }],
  ['volume 3 times', { kind: 'volume', times: 3 }],
  ['volume 3x', { kind: 'volume', times: 3 }],
  ['5분봉 종가 71000 이상', candleClose(5, up, 71_000)],
  ['5분봉 종가 >= 71,000', candleClose(5, up, 71_000)],
  ['5분봉 종가가 7만1천원을 넘으면', candleClose(5, up, 71_000)],
  ['5분 봉 71000 이하', candleClose(5, down, 71_000)],
  ['1시간봉 종가 71000 아래', candleClose(60, down, 71_000)],
  ['60분봉 종가 71000 밑', candleClose(60, down, 71_000)],
  ['1m close above 71000', candleClose(1, up, 71_000)],
  ['15-minute close at or below ₩71,000', candleClose(15, down, 71_000)],
  ['5분봉 거래량 3배', candleVolume(5, 3)],
  ['5분봉 거래량이 20봉 평균의 2.5배 이상이면', candleVolume(5, 2.5)],
  ['30분봉의 거래량 2배 이상', candleVolume(30, 2)],
  ['3m volume 3x', candleVolume(3, 3)],
  ['신고가', { kind: 'year-high' }],
  ['52주 신고가 경신', { kind: 'year-high' }],
  ['new high', { kind: 'year-high' }],
  ['52-week low', { kind: 'year-low' }],
  ['신저가', { kind: 'year-low' }],
  ['20일선 위', average('over', 20)],
  ['20일선위로', average('over', 20)],
  ['60일선 아래', average('under', 60)],
  ['5일 이동평균선을 돌파', average('over', 5)],
  ['120일선 하향 돌파', average('under', 120)],
  ['above the 20-day average', average('over', 20)],
  ['below 60 day ma', average('under', 60)],
  ['골든크로스', cross('golden', 5, 20)],
  ['골든크로스 5 20', cross('golden', 5, 20)],
  ['골든 크로스 60, 20', cross('golden', 20, 60)],
  ['데드크로스', cross('dead', 5, 20)],
  ['death cross 50 and 200', cross('dead', 50, 200)],
  ['평단 -5%', cost(down, -5)],
  ['내 평단 대비 +10%', cost(up, 10)],
  ['평균단가 5% 하락', cost(down, -5)],
  ['평단 이하', cost(down, 0)],
  ['my cost -5%', cost(down, -5)],
])('%s', (text, condition) => {
  expect(read(text)).toEqual({ condition, repeats: false, until: undefined });
});

test.each<[string, boolean, string | number | undefined]>([
  ['+3% 매번', true, undefined],
  ['+3% 한번', false, undefined],
  ['+3% 한 번만', false, undefined],
  ['+3% every time', true, undefined],
  ['+3% 30일', false, 30],
  ['+3% 매번 30일 동안', true, 30],
  ['+3% 2주간 매번', true, 14],
  ['+3% for 30 days', false, 30],
  ['+3% 까지 2026-12-31', false, '20261231'],
  ['+3% 2026.12.31까지 반복', true, '20261231'],
  ['+3% until 2026-12-31', false, '20261231'],
])('%s', (text, repeats, until) => {
  expect(read(text)).toEqual({ condition: change(up, 3), repeats, until });
});

test.each([
  ['+3% 장외포함', 'extended'],
  ['+3% 장외 포함', 'extended'],
  ['+3% 시간외 포함', 'extended'],
  ['+3% 저녁도 포함', 'extended'],
  ['+3% extended hours', 'extended'],
  ['+3% with evenings', 'extended'],
  ['+3% and after-hours', 'extended'],
  ['+3% 정규장만', 'regular'],
  ['+3% 장외 제외', 'regular'],
  ['+3% regular hours only', 'regular'],
])('%s', (text, hours) => {
  expect(read(text)).toEqual({ condition: change(up, 3), hours, repeats: false, until: undefined });
  expect(read(`${text} 매번 30일`)).toEqual({ condition: change(up, 3), hours, repeats: true, until: 30 });
  expect(read(text.replace('+3%', '+3% 30일 매번'))).toEqual({
    condition: change(up, 3),
    hours,
    repeats: true,
    until: 30,
  });
});

test('days of an average and of a last day are told apart', () => {
  expect(read('20일선 위 30일')).toEqual({ condition: average('over', 20), repeats: false, until: 30 });
  expect(read('골든크로스 5 20 30일')).toEqual({ condition: cross('golden', 5, 20), repeats: false, until: 30 });
  expect(read('거래량 3배 20일').until).toBe(20);
});

describe('what leaves a doubt is refused', () => {
  test.each([
    '71000',
    '> 71000',
    '>= 0',
    '>= 1000000001',
    '>= 71000.5',
    '1.2.3 이상',
    '3%',
    '5% 이하',
    '+5% 하락',
    '-5% 상승',
    '>= 3% 이하',
    '-100%',
    '+1001%',
    '+3.125%',
    '거래량',
    '거래량 0배',
    '거래량 1001배',
    '1일선 위',
    '241일선 위',
    '20일선',
    '골든크로스 5',
    '골든크로스 20 20',
    '골든크로스 1525',
    '20일 위',
    '최고가',
    'high',
    '5 71000 이상',
    '골든크로스 5 300',
    '평단',
    '평단 3%',
    '매번',
    '30일',
    '+3% 매번 매번',
    '+3% 내일까지',
    '삼성전자',
  ])('%s', (text) => {
    expect(() => read(text)).toThrow('args.condition');
  });

  test.each(['+3% 2026-02-30까지', '+3% 0일', '+3% 9999일'])('%s', (text) => {
    expect(() => read(text)).toThrow('args.alert-until');
  });
});

describe('what the words say reads back as the same', () => {
  const direction = fc.constantFrom<AlertDirection>(up, down);
  const percent = fc.integer({ min: -9_999, max: 100_000 }).map((hundredths) => hundredths / 100);
  const days = fc.integer({ min: 2, max: 240 });
  const condition: fc.Arbitrary<AlertCondition> = fc.oneof(
    fc.record({
      kind: fc.constant('price' as const),
      direction,
      price: fc.oneof(fc.integer({ min: 1, max: 1_000_000_000 }), fc.integer({ min: 1, max: 2_000_000 })),
    }),
    fc.record({ kind: fc.constantFrom('change' as const, 'cost' as const), direction, percent }),
    fc.record({
      kind: fc.constant('candle-close' as const),
      minutes: fc.constantFrom(...candleLengths),
      direction,
      price: fc.integer({ min: 1, max: 1_000_000_000 }),
    }),
    fc.record({
      kind: fc.constant('candle-volume' as const),
      minutes: fc.constantFrom(...candleLengths),
      times: fc.integer({ min: 1, max: 100_000 }).map((hundredths) => hundredths / 100),
    }),
    fc.record({
      kind: fc.constant('volume' as const),
      times: fc.integer({ min: 1, max: 100_000 }).map((hundredths) => hundredths / 100),
    }),
    fc.record({ kind: fc.constantFrom('year-high' as const, 'year-low' as const) }),
    fc.record({
      kind: fc.constant('average' as const),
      side: fc.constantFrom('over' as const, 'under' as const),
      days,
    }),
    fc
      .uniqueArray(days, { minLength: 2, maxLength: 2 })
      .map((two) => two.toSorted((a, b) => a - b))
      .chain(([short = 0, long = 0]) =>
        fc.record({
          kind: fc.constant('cross' as const),
          cross: fc.constantFrom('golden' as const, 'dead' as const),
          short: fc.constant(short),
          long: fc.constant(long),
        }),
      ),
  );
  const until = fc.constantFrom(undefined, '20261231', '20280229');
  const hours = fc.constantFrom(undefined, 'extended' as const);

  test.each(['ko', 'en'] as const)('%s', (language) => {
    fc.assert(
      fc.property(condition, hours, fc.boolean(), until, (one, which, repeats, last) => {
        const wish = { condition: one, hours: which, repeats, until: last };
        expect(read(conditionText(languages[language], wish))).toEqual(wish);
      }),
      { numRuns: 500 },
    );
  });

  test('and nothing typed is anything but read or refused', () => {
    const word = fc.constantFrom(
      '3',
      '%',
      '+',
      '원',
      '만',
      '이상',
      '일선',
      '거래량',
      '평단',
      '매번',
      '까지',
      '30일',
      '5',
      '.',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(word, fc.string({ maxLength: 5 })), { minLength: 1, maxLength: 8 }), (parts) => {
        try {
          read(parts.join(' '));
        } catch (error) {
          expect((error as { code?: string }).code).toMatch(/^(?:args\.(?:condition|alert-until)|alerts\.candle)$/);
        }
      }),
    );
  });
});
