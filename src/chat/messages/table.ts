import stringWidth from 'string-width';
import type { Line, Span } from '../channel.ts';

/** A row: what stands in columns, and what follows them freely. */
export interface Row {
  readonly cells: readonly string[];
  /**
   * Names belong here: not every phone draws Hangul exactly two letters wide, and columns of figures alone stay under
   * each other everywhere.
   */
  readonly rest?: readonly Span[];
}

/** Lines whose cells stand under each other, in type of one width. Figures are set right, so that their ends meet. */
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
