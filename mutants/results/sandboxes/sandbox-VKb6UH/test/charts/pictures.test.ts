// @ts-nocheck
import pixelmatch from 'pixelmatch';
import { expect, onTestFinished, test } from 'vitest';
import { createChartRenderer } from '../../src/charts/renderer.ts';
import { draw, kept, pictureNames } from './pictures.ts';
import { chartOf, days, samples, walk } from './samples.ts';

/** One in a thousand: a word or a line that moves is more than that. */
const tolerance = 0.001;

test.each(pictureNames)('%s looks as it did', async (name) => {
  const [now, before] = [await draw(name), kept(name)];
  expect([now.width, now.height]).toEqual([before.width, before.height]);
  const different = pixelmatch(now.data, before.data, undefined, now.width, now.height, { threshold: 0.1 });
  expect(different, 'if this is meant: node test/charts/pictures.ts, and look').toBeLessThan(
    now.width * now.height * tolerance,
  );
});

test('a picture that cannot be drawn is said in one word, and costs no other', async () => {
  const renderer = createChartRenderer({ theme: 'dark' });
  onTestFinished(() => renderer.close());
  const bars = walk(days(5), { from: 70_000 });
  const broken = chartOf(bars, { words: { ...chartOf(bars).words, grouped: () => '\u0000' } });
  await expect(renderer.render(broken)).rejects.toMatchObject({ code: 'chart.failed' });
  const png = Buffer.from(await renderer.render(samples.days.chart));
  expect(png.subarray(1, 4).toString()).toBe('PNG');
});
