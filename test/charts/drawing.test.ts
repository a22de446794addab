import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawChart } from '../../src/charts/drawing.ts';
import { priceScale, spread, timeLabels } from '../../src/charts/layout.ts';
import { averageLengths, themes } from '../../src/charts/themes.ts';
import type { Bar } from '../../src/domain/market/quote.ts';
import type { Chart } from '../../src/ports/charts.ts';
import { chartOf, days, months, stretches, walk } from './samples.ts';

const pane = { top: 100, bottom: 500 };
const draw = (chart: Chart): string => drawChart(chart, themes.dark);
const textsOf = (svg: string): readonly string[] =>
  [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map((match) => match[1] ?? '');
/** So many separate pieces of a colour's shapes: two a candle, one a bar of volume. */
const piecesOf = (svg: string, colour: string): number =>
  [...svg.matchAll(new RegExp(`<path d="([^"]*)" fill="${colour}"`, 'g'))].reduce(
    (sum, [, d = '']) => sum + (d.match(/M/g)?.length ?? 0),
    0,
  );
const flat = (start: string, price: number, volume = 0): Bar => ({
  start,
  open: price,
  high: price,
  low: price,
  close: price,
  volume,
});

describe('what is drawn', () => {
  test('a candle and a bar of volume for each that is shown, up in red and down in blue', () => {
    const bars = walk(days(239), { from: 62_000 });
    const shown = bars.slice(-120);
    const svg = draw(chartOf(bars));
    const { up, down, even } = themes.dark.tones;
    expect(piecesOf(svg, up) + piecesOf(svg, down) + piecesOf(svg, even)).toBe(120 * 3);
    const rising = shown.filter(
      (bar, index) => bar.close > bar.open || (bar.close === bar.open && bar.close > (shown[index - 1]?.close ?? 0)),
    );
    expect(piecesOf(svg, up)).toBe(rising.length * 3);
  });

  test('each average from where its past is long enough, in the colour of the legend', () => {
    const points = (svg: string): readonly number[] =>
      [...svg.matchAll(/points="([^"]*)"/g)].map(([, list = '']) => list.split(' ').length);
    const bars = walk(days(239), { from: 62_000 });
    expect(points(draw(chartOf(bars)))).toEqual([120, 120, 120, 120]);
    expect(points(draw(chartOf(bars.slice(-70))))).toEqual([66, 51, 11]);
    const svg = draw(chartOf(bars));
    for (const length of averageLengths) {
      const colour = themes.dark.averages[length];
      expect(svg).toContain(`stroke="${colour}"`);
      expect(svg).toMatch(new RegExp(`fill="${colour}">${length}<`));
    }
  });

  test('the words: name, code, price, change, extremes, volume, levels', () => {
    const bars = walk(days(60), { from: 62_000 });
    const [high, low] = [Math.max(...bars.map((bar) => bar.high)), Math.min(...bars.map((bar) => bar.low))];
    const chart = chartOf(bars, {
      title: 'A&B <주>',
      levels: [
        { kind: 'cost', price: bars[30]?.close ?? 0, label: '평균 단가' },
        { kind: 'alert', price: high * 3, label: '알림' },
      ],
    });
    const texts = textsOf(draw(chart));
    expect(texts).toEqual(
      expect.arrayContaining([
        'A&amp;B &lt;주&gt;',
        '005930 · 일봉',
        chart.price,
        chart.change.text,
        `최고 ${high.toLocaleString('en-US')}`,
        `최저 ${low.toLocaleString('en-US')}`,
        `거래량 ${(bars.at(-1)?.volume ?? 0).toLocaleString('en-US')}`,
        `평균 단가 ${(bars[30]?.close ?? 0).toLocaleString('en-US')}`,
        `알림 ${(high * 3).toLocaleString('en-US')} ↑`,
        chart.last.toLocaleString('en-US'),
      ]),
    );
  });

  test('what nobody asked for is not drawn', () => {
    const svg = draw(chartOf(walk(days(60), { from: 62_000 })));
    expect(svg).not.toContain(themes.dark.levels.cost);
    expect(svg).not.toContain(themes.dark.levels.alert);
  });
});

describe('nothing is too odd to be drawn', () => {
  test.each([
    ['one candle', [flat('20261123', 1_835)]],
    ['flat prices without volume', days(30).map((start) => flat(start, 1_835))],
    ['limit day after limit day', days(5).map((start, index) => flat(start, Math.round(10_000 * 1.3 ** index), 900))],
    ['a price of one won', days(5).map((start) => flat(start, 1, 10))],
    ['millions of won', walk(days(239), { from: 3_200_000, tick: 5_000 })],
    [
      'minutes with a gap',
      walk(
        stretches(5).filter((_, index) => index % 7 !== 0),
        { from: 70_000 },
      ),
    ],
  ] as const)('%s', (_what, bars) => {
    const svg = draw(chartOf(bars));
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
  });

  test('whatever the prices, candles stay in the picture', () => {
    const price = fc.integer({ min: 1, max: 5_000_000 });
    const bar = fc.tuple(price, price, price, price, fc.nat(1e9)).map(([a, b, c, d, volume]) => ({
      start: '20261123',
      open: a,
      close: b,
      high: Math.max(a, b, c, d),
      low: Math.min(a, b, c, d),
      volume,
    }));
    const level = fc.record({ kind: fc.constantFrom('cost', 'alert'), price, label: fc.constant('알림') });
    fc.assert(
      fc.property(fc.array(bar, { minLength: 1, maxLength: 30 }), fc.array(level, { maxLength: 5 }), (bars, levels) => {
        expect(draw(chartOf(bars, { levels: levels as Chart['levels'] }))).not.toMatch(/NaN|Infinity|undefined/);
        const scale = priceScale(bars, levels as Chart['levels'], pane);
        for (const { high, low } of bars) {
          expect(scale.y(high)).toBeGreaterThanOrEqual(pane.top);
          expect(scale.y(low)).toBeLessThanOrEqual(pane.bottom);
        }
      }),
    );
  });
});

describe('axes', () => {
  test('round prices in won', () => {
    const scale = priceScale(walk(days(60), { from: 62_000 }), [], pane);
    expect(scale.ticks.length).toBeGreaterThanOrEqual(3);
    expect(scale.ticks.every((price) => price % 500 === 0)).toBe(true);
    expect(priceScale([flat('20261123', 3)], [], pane).ticks.every(Number.isInteger)).toBe(true);
  });

  const step = (count: number) => (index: number) => (index * 740) / count;
  const labels = (starts: readonly string[]): readonly string[] =>
    timeLabels(
      starts.map((start) => flat(start, 1)),
      step(starts.length),
    ).map(({ text }) => text);

  test.each([
    [
      'minutes of a morning',
      stretches(1)
        .filter((start) => start > '20261123')
        .slice(0, 120),
      ['09:30', '10:00', '10:30'],
    ],
    ['five minutes of two days', stretches(5).slice(-60), ['13:00', '14:00', '11/23', '10:00', '11:00']],
    ['days of half a year', days(120), ['2026.07', '2026.08', '2026.09', '2026.10', '2026.11']],
    ['a few days', days(5), ['11/18', '11/19', '11/20', '11/23']],
    ['months of ten years', months(120), ['2018', '2020', '2022', '2024', '2026']],
    ['one day', ['20261123'], ['11/23']],
    ['one minute', ['20261123 0900'], ['09:00']],
  ])('%s', (_what, starts, wanted) => {
    expect(labels(starts)).toEqual(wanted);
  });

  test('labels keep their distance and their order', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 100, max: 500 }), { maxLength: 8 }), (wanted) => {
        const places = spread(wanted, 40, pane);
        const sorted = [...places].sort((a, b) => a - b);
        sorted.forEach((place, index) => {
          expect(place).toBeGreaterThanOrEqual(pane.top + 20);
          expect(place).toBeLessThanOrEqual(pane.bottom - 20);
          if (index > 0) expect(place - (sorted[index - 1] ?? 0)).toBeGreaterThanOrEqual(40);
        });
      }),
    );
  });
});
