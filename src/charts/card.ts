import { extent, max } from 'd3-array';
import type { ReportCard, TonedText } from '../ports/charts.ts';
import { fitted, label, textWidth } from './text.ts';
import type { Theme } from './themes.ts';

// As with charts, a phone shows the picture at less than half its size, so no letter is smaller than 26 pixels.

const width = 900;
const margin = 36;
const gap = 20;
const small = 27;
const plain = 31;
const tileHeight = 208;
const barStep = 58;
const rowStep = 58;
/** The room for names beside the bars, and for the figures at their ends. */
const namesWidth = 250;
const rightEdge = width - margin;

/** A part of the picture, and the room that it takes below `top`. */
interface Block {
  readonly svg: string;
  readonly height: number;
}

/** The report as SVG, as high as what it holds. */
export function drawCard(card: ReportCard, theme: Theme): string {
  let top = 0;
  const blocks = [heading, headline, tiles, bars, rows].map((draw) => {
    const block = draw(card, theme, top);
    top += block.height;
    return block.svg;
  });
  const height = top + margin - gap;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="NanumGothic" font-weight="700">`,
    `<rect width="${width}" height="${height}" fill="${theme.background}"/>`,
    ...blocks,
    '</svg>',
  ].join('\n');
}

function heading({ title, subtitle }: ReportCard, theme: Theme, top: number): Block {
  const most = width - 2 * margin;
  const svg =
    label(fitted(title, 46, most), margin, top + 76, { size: 46, fill: theme.text }) +
    label(fitted(subtitle, small, most), margin, top + 120, { size: small, fill: theme.muted });
  return { svg, height: 120 + gap + 12 };
}

function headline({ headline: told }: ReportCard, theme: Theme, top: number): Block {
  if (told === undefined) return { svg: '', height: 0 };
  const size = Math.min(66, (66 * (width - 2 * margin)) / textWidth(told.value, 66));
  const svg =
    label(told.label, margin, top + 30, { size: small, fill: theme.muted }) +
    label(told.value, margin, top + 98, { size, fill: theme.text }) +
    label(told.change.text, margin, top + 148, { size: 36, fill: theme.tones[told.change.tone] });
  return { svg, height: 160 + gap };
}

function tiles({ tiles: all }: ReportCard, theme: Theme, top: number): Block {
  const tileWidth = (width - 2 * margin - gap) / 2;
  const svg = all
    .map(({ label: name, value, change, line }, index) => {
      const x = margin + (index % 2) * (tileWidth + gap);
      const y = top + Math.floor(index / 2) * (tileHeight + gap);
      const inner = x + 22;
      const fill = theme.tones[change.tone];
      return [
        panel(x, y, tileWidth, tileHeight, theme),
        label(name, inner, y + 42, { size: small, fill: theme.muted }),
        label(change.text, x + tileWidth - 22, y + 42, { size: small, fill, anchor: 'end' }),
        label(value, inner, y + 92, { size: 42, fill: theme.text }),
        sparkline(line, inner, y + 114, tileWidth - 44, tileHeight - 136, fill),
      ].join('');
    })
    .join('');
  return { svg, height: Math.ceil(all.length / 2) * (tileHeight + gap) };
}

function sparkline(
  values: readonly number[],
  x: number,
  y: number,
  across: number,
  high: number,
  stroke: string,
): string {
  const [least, most] = extent(values);
  if (values.length < 2 || least === undefined || most === undefined) return '';
  const step = across / (values.length - 1);
  const points = values.map((value, index) => {
    const up = most === least ? 0.5 : (value - least) / (most - least);
    return [x + index * step, y + high * (1 - up)] as const;
  });
  const path = points.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(' ');
  const [lastX, lastY] = points.at(-1) ?? [x, y];
  const area = `<polygon points="${x.toFixed(1)},${y + high} ${path} ${lastX.toFixed(1)},${y + high}" fill="${stroke}" fill-opacity="0.14"/>`;
  const line = `<polyline points="${path}" fill="none" stroke="${stroke}" stroke-width="4" stroke-linejoin="round" stroke-linecap="round"/>`;
  return `${area}${line}<circle cx="${lastX.toFixed(1)}" cy="${lastY.toFixed(1)}" r="6" fill="${stroke}"/>`;
}

function bars({ bars: all, barsTitle }: ReportCard, theme: Theme, top: number): Block {
  if (all.length === 0) return { svg: '', height: 0 };
  const texts = max(all, ({ text }) => textWidth(text.text, small)) ?? 0;
  const left = margin + namesWidth;
  const right = rightEdge - texts - 16;
  const rise = Math.max(0, ...all.map(({ value }) => value));
  const fall = Math.max(0, ...all.map(({ value }) => -value));
  const scale = (right - left) / Math.max(rise + fall, Number.MIN_VALUE);
  const zero = left + fall * scale;
  const drawn = all.map(({ label: name, value, text }, index) => {
    const y = top + 56 + index * barStep;
    const length = Math.max(3, Math.abs(value) * scale);
    const fill = theme.tones[text.tone];
    return [
      label(fitted(name, plain, namesWidth - 18), margin, y + 30, { size: plain, fill: theme.text }),
      `<rect x="${(value < 0 ? zero - length : zero).toFixed(1)}" y="${y + 4}" width="${length.toFixed(1)}" height="34" rx="5" fill="${fill}"/>`,
      toned(text, rightEdge, y + 31, small, theme),
    ].join('');
  });
  const axis = `<path d="M${zero.toFixed(1)} ${top + 52}V${top + 56 + all.length * barStep - 10}" stroke="${theme.muted}" stroke-width="2" stroke-opacity="0.5"/>`;
  const title = label(barsTitle, margin, top + 32, { size: small, fill: theme.muted });
  return { svg: title + drawn.join('') + axis, height: 56 + all.length * barStep + gap };
}

function rows({ rows: all }: ReportCard, theme: Theme, top: number): Block {
  if (all.length === 0) return { svg: '', height: 0 };
  const height = all.length * rowStep + 28;
  const drawn = all.map(({ label: name, value, change }, index) => {
    const y = top + 14 + index * rowStep + 40;
    const inner = rightEdge - 22;
    const used = change === undefined ? 0 : textWidth(change.text, small) + 18;
    const room = inner - used - margin - 22 - textWidth(value, plain) - 24;
    return [
      label(fitted(name, plain, room), margin + 22, y, { size: plain, fill: theme.muted }),
      label(value, inner - used, y, { size: plain, fill: theme.text, anchor: 'end' }),
      change === undefined ? '' : toned(change, inner, y, small, theme),
    ].join('');
  });
  return { svg: panel(margin, top, width - 2 * margin, height, theme) + drawn.join(''), height: height + gap };
}

function toned({ text, tone }: TonedText, x: number, y: number, size: number, theme: Theme): string {
  return label(text, x, y, { size, fill: theme.tones[tone], anchor: 'end' });
}

function panel(x: number, y: number, across: number, high: number, theme: Theme): string {
  return `<rect x="${x}" y="${y}" width="${across}" height="${high}" rx="18" fill="${theme.grid}" fill-opacity="0.55"/>`;
}
