/** A text as SVG, with its baseline at `y`. */
export function label(
  text: string,
  x: number,
  y: number,
  style: {
    readonly size: number;
    readonly fill: string;
    readonly anchor?: 'middle' | 'end';
    readonly outline?: string;
  },
): string {
  const anchor = style.anchor === undefined ? '' : ` text-anchor="${style.anchor}"`;
  const outline = style.outline === undefined ? '' : ` stroke="${style.outline}" stroke-width="5" paint-order="stroke"`;
  const plain = text.toWellFormed().replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" font-size="${style.size.toFixed(1)}" fill="${style.fill}"${anchor}${outline}>${plain}</text>`;
}

/** About how wide a text will be, to make room for it. */
export function textWidth(text: string, size: number): number {
  let units = 0;
  for (const character of text) {
    if (character >= '\u1100') units += 0.95;
    else if (/[,. ]/.test(character)) units += 0.32;
    else if (/[A-Z%&+]/.test(character)) units += 0.74;
    else units += 0.61;
  }
  return units * size;
}

/** The text, cut with an ellipsis where it would be wider than `most`. */
export function fitted(text: string, size: number, most: number): string {
  if (textWidth(text, size) <= most) return text;
  const characters = [...text];
  while (characters.length > 0 && textWidth(`${characters.join('')}…`, size) > most) characters.pop();
  return `${characters.join('')}…`;
}
