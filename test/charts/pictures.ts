import { readFileSync, writeFileSync } from 'node:fs';
import { PNG } from 'pngjs';
import { createChartRenderer } from '../../src/charts/renderer.ts';
import { cards } from './cards.ts';
import { samples } from './samples.ts';

// Writes the pictures that the tests compare with: `node test/charts/pictures.ts`. Look at them before you keep them.

const all = { ...samples, ...cards };
export const pictureNames = Object.keys(all) as (keyof typeof all)[];

const pathOf = (name: string): string => `${import.meta.dirname}/pictures/${name}.png`;

/** Half as wide and half as high: what can be seen stays, and the files are small. */
function halved(png: PNG): PNG {
  const half = new PNG({ width: png.width / 2, height: png.height / 2 });
  for (let y = 0; y < half.height; y += 1) {
    for (let x = 0; x < half.width * 4; x += 1) {
      const column = (x >> 2) * 8 + (x & 3);
      const above = y * 2 * png.width * 4 + column;
      const below = above + png.width * 4;
      const { data } = png;
      const sum = (data[above] ?? 0) + (data[above + 4] ?? 0) + (data[below] ?? 0) + (data[below + 4] ?? 0);
      half.data[y * half.width * 4 + x] = sum >> 2;
    }
  }
  return half;
}

/** A sample as it is drawn now. */
export async function draw(name: keyof typeof all): Promise<PNG> {
  const sample = all[name];
  const renderer = createChartRenderer({ theme: sample.theme });
  try {
    const drawn = 'card' in sample ? renderer.renderCard(sample.card) : renderer.render(sample.chart);
    return halved(PNG.sync.read(Buffer.from(await drawn)));
  } finally {
    await renderer.close();
  }
}

/** A sample as it is meant to look. */
export function kept(name: keyof typeof all): PNG {
  return PNG.sync.read(readFileSync(pathOf(name)));
}

if (import.meta.main) {
  for (const name of pictureNames) {
    writeFileSync(pathOf(name), PNG.sync.write(await draw(name), { colorType: 2, deflateLevel: 9 }));
  }
}
