import { createRequire } from 'node:module';
import type { Line, Span } from '../channel.ts';

const require = createRequire(import.meta.url);
let measure: ((text: string) => number) | undefined;

/** How many columns a text takes. Whoever starts the bot does not wait for the tables that this is reckoned from. */
function stringWidth(text: string): number {
  measure ??= (require('string-width') as typeof import('string-width')).default;
  return measure(text);
}

/** A row: cells that are aligned in columns, and text that follows them. */
export interface Row {
  readonly cells: readonly string[];
  /**
   * Text after the columns, such as a name: not every phone draws Hangul exactly two columns wide, so that only columns
   * of figures stay aligned everywhere.
   */
  readonly rest?: readonly Span[];
}

/** Lines in a monospaced font with aligned cells; figures are aligned on the right. */
export function table(rows: readonly Row[], align: 'left' | 'right' = 'right'): readonly Line[] {
  const columns = Math.max(0, ...rows.map(({ cells }) => cells.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map(({ cells }) => stringWidth(cells[column] ?? ''))),
  );
  return rows.map(({ cells, rest = [] }): Line => {
    const padded = widths.map((width, column) => pad(cells[column] ?? '', width, align)).join('  ');
    return [{ code: align === 'left' ? padded.trimEnd() : padded }, ...(rest.length === 0 ? [] : [' ', ...rest])];
  });
}

function pad(text: string, width: number, align: 'left' | 'right'): string {
  const blanks = ' '.repeat(Math.max(0, width - stringWidth(text)));
  return align === 'left' ? text + blanks : blanks + text;
}
