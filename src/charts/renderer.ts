import { Tinypool } from 'tinypool';
import { AppError } from '../errors.ts';
import type { Chart, ChartRenderer } from '../ports/charts.ts';
import { drawChart } from './drawing.ts';
import { type ThemeName, themes } from './themes.ts';

/** The thread and its font take some 90 MB, and half a second to be there again. */
const idleMs = 10 * 60_000;
/** More pictures than these do not wait: nobody would, either. */
const mostWaiting = 20;

/** Draws charts in a thread that is there while it is wanted. */
export function createChartRenderer({ theme }: { readonly theme: ThemeName }): ChartRenderer {
  let pool: Tinypool | undefined;
  return {
    async render(chart: Chart): Promise<Uint8Array> {
      pool ??= new Tinypool({
        filename: new URL('./rasterizer.ts', import.meta.url).href,
        name: 'rasterize',
        minThreads: 0,
        maxThreads: 1,
        maxQueue: mostWaiting,
        idleTimeout: idleMs,
        // It needs no setting, and so sees no secret.
        env: {},
      });
      try {
        return await pool.run(drawChart(chart, themes[theme]));
      } catch (cause) {
        // Whatever went wrong in the thread, the next picture has a fresh one.
        void pool.recycleWorkers().catch(() => undefined);
        throw new AppError('chart.failed', {}, { cause });
      }
    },
    async close(): Promise<void> {
      await pool?.destroy();
    },
  };
}
