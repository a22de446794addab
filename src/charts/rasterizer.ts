import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { initWasm, Resvg } from '@resvg/resvg-wasm';

// This runs in a thread of its own: a picture takes a tenth of a second, and an order must not wait for it.

const fileOf = (specifier: string): Buffer => readFileSync(fileURLToPath(import.meta.resolve(specifier)));

const fontBuffers = [fileOf('@expo-google-fonts/nanum-gothic/700Bold/NanumGothic_700Bold.ttf')];
await initWasm(fileOf('@resvg/resvg-wasm/index_bg.wasm'));

/** Turns SVG into PNG. */
export function rasterize(svg: string): Uint8Array {
  const drawing = new Resvg(svg, { font: { fontBuffers, defaultFontFamily: 'NanumGothic' } });
  const image = drawing.render();
  try {
    return image.asPng();
  } finally {
    image.free();
    drawing.free();
  }
}
