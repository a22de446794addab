import { Tinypool } from 'tinypool';
import { AppError } from '../errors.ts';
import type { Chart, ChartRenderer, ReportCard } from '../ports/charts.ts';
import { drawCard } from './card.ts';
import { drawChart } from './drawing.ts';
import { type ThemeName, themes } from './themes.ts';

/** How long the thread stays after its last picture. It takes 90 MB, with its font, and half a second to start. */
const idleMs = 10 * 60_000;
/** How many pictures may wait. Nobody would wait for more. */
const mostWaiting = 20;

/** Draws charts in a thread, which is started when it is needed and ends when it has been idle. */
export function createChartRenderer({ theme }: { readonly theme: ThemeName }): ChartRenderer {
  let pool: Tinypool | undefined;
  const rasterize = async (svg: string): Promise<Uint8Array> => {
    pool ??= new Tinypool({
      filename: new URL('./rasterizer.ts', import.meta.url).href,
      name: 'rasterize',
      minThreads: 0,
      maxThreads: 1,
      maxQueue: mostWaiting,
      idleTimeout: idleMs,
      // The thread needs no settings, so it gets no secret either.
      env: {},
    });
    try {
      return await pool.run(svg);
    } catch (cause) {
      // After an error, whatever it was, the next picture is drawn by a new thread.
      void pool.recycleWorkers().catch(() => undefined);
      throw new AppError('chart.failed', {}, { cause });
    }
  };
  return {
    render: (chart: Chart) => rasterize(drawChart(chart, themes[theme])),
    renderCard: (card: ReportCard) => rasterize(drawCard(card, themes[theme])),
    async close(): Promise<void> {
      await pool?.destroy();
    },
  };
}
