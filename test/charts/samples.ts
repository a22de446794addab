import type { Bar } from '../../src/domain/market/quote.ts';
import { languages } from '../../src/i18n/index.ts';
import type { Chart } from '../../src/ports/charts.ts';
import { mulberry32 } from '../../src/simulator/market/random.ts';

/** Made-up candles, the same ones every time: a walk with `drift`, on a grid of `tick` won. */
export function walk(
  starts: readonly string[],
  options: { readonly from: number; readonly drift?: number; readonly spread?: number; readonly tick?: number },
): readonly Bar[] {
  const { from, drift = 0, spread = 0.02, tick = 100 } = options;
  const random = mulberry32(from);
  const near = (price: number, part: number): number =>
    Math.max(tick, Math.round((price * (1 + (random() - 0.5 + drift) * part)) / tick) * tick);
  let close = from;
  return starts.map((start) => {
    const open = near(close, spread / 3);
    close = near(open, spread);
    const high = Math.max(open, close, near(Math.max(open, close), spread / 2));
    const low = Math.min(open, close, near(Math.min(open, close), spread / 2));
    return { start, open, high, low, close, volume: Math.round(5_000_000 * (0.3 + random() ** 3)) };
  });
}

const two = (value: number): string => String(value).padStart(2, '0');

/** So many weekdays up to 2026-11-23. */
export function days(count: number): readonly string[] {
  const found: string[] = [];
  for (let at = Date.UTC(2026, 10, 23); found.length < count; at -= 86_400_000) {
    const date = new Date(at);
    if (date.getUTCDay() % 6 === 0) continue;
    found.push(`${date.getUTCFullYear()}${two(date.getUTCMonth() + 1)}${two(date.getUTCDate())}`);
  }
  return found.toReversed();
}

/** The first days of so many months. */
export function months(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const month = 2026 * 12 + 10 - (count - 1 - index);
    return `${Math.floor(month / 12)}${two((month % 12) + 1)}02`;
  });
}

/** Stretches of `minutes` on Friday and Monday, up to 11:30. */
export function stretches(minutes: number): readonly string[] {
  const of = (day: string, from: number, to: number): readonly string[] =>
    Array.from({ length: Math.floor((to - from) / minutes) }, (_, index) => {
      const minute = from + index * minutes;
      return `${day} ${two(Math.floor(minute / 60))}${two(minute % 60)}`;
    });
  return [...of('20261120', 540, 920), '20261120 1530', ...of('20261123', 540, 690)];
}

/** A chart as the command asks for it. */
export function chartOf(bars: readonly Bar[], changes: Partial<Chart> = {}): Chart {
  const words = languages.ko;
  const last = bars.at(-1)?.close ?? 0;
  const change = last - (bars.at(-2)?.close ?? last);
  const percent = (change / (last - change)) * 100;
  return {
    title: '삼성전자',
    subtitle: '005930 · 일봉',
    price: words.won(last),
    change: {
      tone: change > 0 ? 'up' : change < 0 ? 'down' : 'even',
      text:
        change === 0
          ? words.quote.unchanged
          : `${change > 0 ? '▲' : '▼'}${words.grouped(Math.abs(change))} (${words.percentSigned(percent)})`,
    },
    last,
    bars,
    shown: 120,
    levels: [],
    words: { ...words.chart, grouped: words.grouped },
    ...changes,
  };
}

const holder: Chart['levels'] = [
  { kind: 'cost', price: 90_420, label: '평균 단가' },
  { kind: 'alert', price: 99_500, label: '알림' },
];

/** The pictures that are kept, by name. */
export const samples = {
  days: { theme: 'dark', chart: chartOf(walk(days(239), { from: 62_000, drift: 0.03 }), { levels: holder }) },
  'five-minutes': {
    theme: 'dark',
    chart: chartOf(walk(stretches(5), { from: 71_000, spread: 0.004 }), {
      subtitle: '005930 · 5분봉',
      levels: [
        { kind: 'cost', price: 52_000, label: '평균 단가' },
        { kind: 'alert', price: 71_900, label: '알림' },
        { kind: 'alert', price: 90_000, label: '알림' },
      ],
    }),
  },
  falling: {
    theme: 'light',
    chart: chartOf(walk(months(239), { from: 1_950_000, drift: -0.05, spread: 0.09, tick: 1_000 }), {
      title: '삼성바이오로직스',
      subtitle: '207940 · 월봉',
    }),
  },
  flat: {
    theme: 'dark',
    chart: chartOf(
      days(6).map((start) => ({ start, open: 1_835, high: 1_835, low: 1_835, close: 1_835, volume: 0 })),
      { title: 'KODEX 미국나스닥100레버리지(합성 H)', subtitle: '409820 · 일봉' },
    ),
  },
} as const satisfies Readonly<Record<string, { readonly theme: 'dark' | 'light'; readonly chart: Chart }>>;
