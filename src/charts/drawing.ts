import { max, maxIndex, minIndex } from 'd3-array';
import { movingAverage } from '../domain/market/bars.ts';
import type { Bar } from '../domain/market/quote.ts';
import type { Chart, ChartTone } from '../ports/charts.ts';
import { levelRoom, type Pane, type PriceScale, priceScale, spread, type TimeLabel, timeLabels } from './layout.ts';
import { label, textWidth } from './text.ts';
import { averageLengths, type Theme } from './themes.ts';

// A phone shows the picture at less than half its size, so the smallest letters are 24 pixels high.

const width = 900;
const height = 1000;
const margin = 28;
const legendAt = 158;
const pricePane: Pane = { top: 184, bottom: 724 };
const volumePane: Pane = { top: 776, bottom: 936 };
const timeAt = 976;
const smallText = 24;
/** The widest step between two candles, so that a chart of few candles does not fill its width with them. */
const widestStep = 60;

/** Where the candles are drawn. */
interface Columns {
  readonly left: number;
  readonly right: number;
  readonly step: number;
  x(index: number): number;
}

/** The chart as SVG. */
export function drawChart(chart: Chart, theme: Theme): string {
  const bars = chart.bars.slice(-chart.shown);
  const scale = priceScale(bars, chart.levels, pricePane);
  const { grouped } = chart.words;
  const axisTexts = [...scale.ticks, chart.last].map(grouped);
  const axisWidth = (max(axisTexts, (text) => textWidth(text, smallText)) ?? 0) + 24;
  const columns = columnsFor(bars.length, margin, width - margin / 2 - axisWidth);
  const labels = timeLabels(bars, columns.x);
  const tones = bars.map((bar, index) => toneOf(bar, bars[index - 1]));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="NanumGothic" font-weight="700">`,
    `<rect width="${width}" height="${height}" fill="${theme.background}"/>`,
    timeLines(labels, columns, pricePane, theme),
    priceAxis(scale, columns, chart, theme),
    candles(bars, tones, scale, columns, theme),
    averages(chart, bars.length, scale, columns, theme),
    heading(chart, theme),
    legend(chart, theme),
    timeLines(labels, columns, volumePane, theme),
    timeWords(labels, columns, theme),
    levelLines(chart, scale, columns, theme),
    extremes(bars, scale, columns, chart, theme),
    levelTags(chart, scale, columns, theme),
    lastPrice(chart, scale, columns, theme),
    volumes(bars, tones, columns, chart, theme),
    '</svg>',
  ].join('\n');
}

/** Places the candles so that the newest one is next to the price axis. */
function columnsFor(count: number, left: number, right: number): Columns {
  const step = Math.min((right - left) / count, widestStep);
  return { left, right, step, x: (index) => right - (count - index - 0.5) * step };
}

/** The tone of a candle by its open and close, or by the close before where those are equal. */
function toneOf({ open, close }: Bar, before: Bar | undefined): ChartTone {
  const against = close === open ? (before?.close ?? close) : open;
  if (close === against) return 'even';
  return close > against ? 'up' : 'down';
}

function heading(chart: Chart, theme: Theme): string {
  const tone = theme.tones[chart.change.tone];
  const rightEdge = width - margin;
  const priceSize = 50;
  const room = rightEdge - margin - textWidth(chart.price, priceSize) - 24;
  const titleSize = Math.min(46, (46 * room) / textWidth(chart.title, 46));
  return [
    label(chart.title, margin, 70, { size: titleSize, fill: theme.text }),
    label(chart.subtitle, margin, 112, { size: 27, fill: theme.muted }),
    label(chart.price, rightEdge, 70, { size: priceSize, fill: tone, anchor: 'end' }),
    label(chart.change.text, rightEdge, 112, { size: 30, fill: tone, anchor: 'end' }),
  ].join('');
}

function legend({ words }: Chart, theme: Theme): string {
  let x = margin;
  const said = [label(words.averages, x, legendAt, { size: smallText, fill: theme.muted })];
  x += textWidth(words.averages, smallText) + 16;
  for (const length of averageLengths) {
    said.push(label(String(length), x, legendAt, { size: smallText, fill: theme.averages[length] }));
    x += textWidth(String(length), smallText) + 20;
  }
  return said.join('');
}

function timeLines(labels: readonly TimeLabel[], { x }: Columns, { top, bottom }: Pane, theme: Theme): string {
  const d = labels.map(({ index }) => `M${Math.round(x(index))} ${top}V${bottom}`).join('');
  return `<path d="${d}" stroke="${theme.grid}" stroke-width="2" shape-rendering="crispEdges"/>`;
}

function timeWords(labels: readonly TimeLabel[], { x }: Columns, theme: Theme): string {
  return labels
    .map(({ index, text }) => {
      // A label that would reach beyond the picture is left out.
      if (x(index) < textWidth(text, smallText) / 2) return '';
      return label(text, x(index), timeAt, { size: smallText, fill: theme.muted, anchor: 'middle' });
    })
    .join('');
}

function priceAxis(scale: PriceScale, { left, right }: Columns, { last, words }: Chart, theme: Theme): string {
  const lastAt = scale.y(last);
  return scale.ticks
    .map((price) => {
      const y = Math.round(scale.y(price));
      const line = `<path d="M${left} ${y}H${right}" stroke="${theme.grid}" stroke-width="2" shape-rendering="crispEdges"/>`;
      // The label of the last price is there.
      if (Math.abs(y - lastAt) < 34) return line;
      return line + label(words.grouped(price), right + 12, y + 9, { size: smallText, fill: theme.muted });
    })
    .join('');
}

function candles(
  bars: readonly Bar[],
  tones: readonly ChartTone[],
  scale: PriceScale,
  columns: Columns,
  theme: Theme,
): string {
  const body = bodyWidth(columns);
  return inTones(theme, tones, (index) => {
    const bar = bars[index];
    if (bar === undefined) return '';
    const left = Math.round(columns.x(index) - body / 2);
    const [top, bottom] = [scale.y(Math.max(bar.open, bar.close)), scale.y(Math.min(bar.open, bar.close))];
    const wick = box(left + body / 2 - 1, Math.round(scale.y(bar.high)), 2, Math.round(scale.y(bar.low)));
    // A candle whose open and close are equal is drawn as a dash.
    return wick + box(left, Math.round(top), body, Math.max(Math.round(bottom), Math.round(top) + 2));
  });
}

function volumes(
  bars: readonly Bar[],
  tones: readonly ChartTone[],
  columns: Columns,
  { words }: Chart,
  theme: Theme,
): string {
  const most = Math.max(max(bars, ({ volume }) => volume) ?? 0, 1);
  const body = bodyWidth(columns);
  const { top, bottom } = volumePane;
  const drawn = inTones(theme, tones, (index) => {
    const volume = bars[index]?.volume ?? 0;
    if (volume === 0) return '';
    const high = Math.max(2, Math.round((volume / most) * (bottom - top)));
    return box(Math.round(columns.x(index) - body / 2), bottom - high, body, bottom);
  });
  const floor = `<path d="M${columns.left} ${bottom}H${columns.right}" stroke="${theme.grid}" stroke-width="2" shape-rendering="crispEdges"/>`;
  const said = `${words.volume} ${words.grouped(bars.at(-1)?.volume ?? 0)}`;
  return floor + drawn + label(said, columns.left, top - 16, { size: smallText, fill: theme.muted });
}

/** Draws one shape for each colour, because a picture of a few shapes is drawn much faster than one of hundreds. */
function inTones(theme: Theme, tones: readonly ChartTone[], shape: (index: number) => string): string {
  return (['up', 'down', 'even'] as const)
    .map((tone) => {
      const d = tones.map((of, index) => (of === tone ? shape(index) : '')).join('');
      return d === '' ? '' : `<path d="${d}" fill="${theme.tones[tone]}" shape-rendering="crispEdges"/>`;
    })
    .join('');
}

function averages(chart: Chart, shown: number, scale: PriceScale, { right, x }: Columns, theme: Theme): string {
  const lines = averageLengths.map((length) => {
    const points = movingAverage(chart.bars, length)
      .slice(-shown)
      .flatMap((value, index) => (value === undefined ? [] : [`${x(index).toFixed(1)},${scale.y(value).toFixed(1)}`]));
    if (points.length === 0) return '';
    return `<polyline points="${points.join(' ')}" fill="none" stroke="${theme.averages[length]}" stroke-width="2.5" stroke-linejoin="round"/>`;
  });
  // What reaches beyond the pane is painted over. A clip path would take most of the time of the whole picture.
  const above = `<rect width="${right}" height="${pricePane.top}" fill="${theme.background}"/>`;
  const below = `<rect y="${pricePane.bottom}" width="${right}" height="${height - pricePane.bottom}" fill="${theme.background}"/>`;
  return lines.join('') + above + below;
}

/** Marks the highest and the lowest price of the chart. */
function extremes(
  bars: readonly Bar[],
  scale: PriceScale,
  { left, right, x }: Columns,
  { words }: Chart,
  theme: Theme,
): string {
  const mark = (index: number, word: string, price: number, below: boolean): string => {
    const text = `${word} ${words.grouped(price)}`;
    const half = textWidth(text, smallText) / 2;
    const at = Math.min(Math.max(x(index), left + half), right - half);
    return label(text, at, scale.y(price) + (below ? 30 : -10), {
      size: smallText,
      fill: theme.text,
      anchor: 'middle',
      outline: theme.background,
    });
  };
  const [highest, lowest] = [maxIndex(bars, ({ high }) => high), minIndex(bars, ({ low }) => low)];
  const [high, low] = [bars[highest]?.high ?? 0, bars[lowest]?.low ?? 0];
  return mark(highest, words.high, high, false) + mark(lowest, words.low, low, true);
}

function levelLines(chart: Chart, scale: PriceScale, { left, right }: Columns, theme: Theme): string {
  return chart.levels
    .filter(({ price }) => price >= scale.low && price <= scale.high)
    .map(({ kind, price }) => {
      const y = scale.y(price).toFixed(1);
      return `<path d="M${left} ${y}H${right}" stroke="${theme.levels[kind]}" stroke-width="2.5" stroke-dasharray="10 7"/>`;
    })
    .join('');
}

/** Draws the tags of levels. A level outside the chart is shown at its edge, with an arrow. */
function levelTags(chart: Chart, scale: PriceScale, { left }: Columns, theme: Theme): string {
  const wanted = chart.levels.map(({ price }) => Math.min(Math.max(scale.y(price), pricePane.top), pricePane.bottom));
  const places = spread(wanted, levelRoom, pricePane);
  return chart.levels
    .map(({ kind, price, label: word }, index) => {
      const arrow = price > scale.high ? ' ↑' : price < scale.low ? ' ↓' : '';
      const text = `${word} ${chart.words.grouped(price)}${arrow}`;
      return tag(text, left, places[index] ?? 0, theme.levels[kind], theme);
    })
    .join('');
}

function lastPrice(chart: Chart, scale: PriceScale, { left, right }: Columns, theme: Theme): string {
  const y = Math.min(Math.max(scale.y(chart.last), pricePane.top), pricePane.bottom);
  const colour = theme.tones[chart.change.tone];
  const line = `<path d="M${left} ${y.toFixed(1)}H${right}" stroke="${colour}" stroke-width="2" stroke-dasharray="3 5"/>`;
  return line + tag(chart.words.grouped(chart.last), right + 2, y, colour, theme);
}

/** Draws a text in a coloured box, with its middle at `y`. */
function tag(text: string, x: number, y: number, colour: string, theme: Theme): string {
  const boxWidth = textWidth(text, smallText) + 20;
  const frame = `<rect x="${x}" y="${(y - 18).toFixed(1)}" width="${boxWidth.toFixed(1)}" height="36" rx="5" fill="${colour}"/>`;
  return frame + label(text, x + 10, y + 9, { size: smallText, fill: theme.onColour });
}

/** The width of a candle's body, an even number so that the wick is in its middle. */
function bodyWidth({ step }: Columns): number {
  return Math.max(2, Math.round((step * 0.68) / 2) * 2);
}

/** A box from its upper left corner down to `bottom`, as a part of a path. */
function box(x: number, y: number, boxWidth: number, bottom: number): string {
  return `M${x} ${y}h${boxWidth}V${bottom}h${-boxWidth}z`;
}
