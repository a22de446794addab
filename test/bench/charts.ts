import { createChartRenderer } from '../../src/charts/renderer.ts';
import { samples } from '../charts/samples.ts';
import { type Benchmark, median } from './bench.ts';

/** From the chart to the finished PNG, the way to the thread and back among it. */
export const charts: Benchmark = {
  row: 'charts',
  async measure() {
    const renderer = createChartRenderer({ theme: 'dark' });
    const taken: number[] = [];
    for (let picture = 0; picture < 30; picture += 1) {
      const beganAt = performance.now();
      await renderer.render(samples.days.chart);
      // The first ones load fonts and compile.
      if (picture >= 5) taken.push(performance.now() - beganAt);
    }
    await renderer.close();
    const figure = median(taken);
    const spread = [Math.min(...taken), Math.max(...taken)] as const;
    const aim = { of: 'figure', atMost: 150 } as const;
    return [{ work: '120 candles as PNG', unit: 'ms', figure, baseline: undefined, spread, aim }];
  },
};
