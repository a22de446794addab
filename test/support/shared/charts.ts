import { createChartRenderer } from '../../../src/charts/renderer.ts';
import type { ThemeName } from '../../../src/charts/themes.ts';
import type { ChartRenderer } from '../../../src/ports/charts.ts';

const renderers = new Map<ThemeName, ChartRenderer>();

/** The bot's own pictures. Its thread outlives each bot, because half a second is long for a test to wait for the next. */
export function sharedCharts(theme: ThemeName): ChartRenderer {
  const renderer = renderers.get(theme) ?? createChartRenderer({ theme });
  renderers.set(theme, renderer);
  return { ...renderer, close: async () => undefined };
}
