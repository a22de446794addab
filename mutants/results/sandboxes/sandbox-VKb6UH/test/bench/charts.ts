// @ts-nocheck
import { createChartRenderer } from '../../src/charts/renderer.ts';
import { samples } from '../charts/samples.ts';
import type { Benchmark } from './bench.ts';

/** From the chart to the finished PNG, the way to the thread and back among it. */
export const charts: Benchmark = {
  name: 'a chart of 120 candles, as PNG',
  targetMs: 150,
  of: 'p50',
  async prepare() {
    const renderer = createChartRenderer({ theme: 'dark' });
    return { run: () => renderer.render(samples.days.chart), close: () => renderer.close() };
  },
};
