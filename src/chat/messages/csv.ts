import { stringify } from 'csv-stringify/sync';
import type { Attachment } from '../channel.ts';

/** Rows with their heading first. Numbers stay numbers; text is never taken for a formula. */
export type Cells = readonly (readonly (string | number)[])[];

/** A table as a file that spreadsheets open with its Korean intact: UTF-8 with a mark of it, lines that end as Excel's. */
export function csvFile(name: string, cells: Cells): Attachment {
  const text = stringify(
    // A line feed at the start is let through by the library, and skipped by some spreadsheets.
    cells.map((row) => row.map((cell) => (typeof cell === 'string' && cell.startsWith('\n') ? `'${cell}` : cell))),
    { bom: true, escape_formulas: true, record_delimiter: 'windows' },
  );
  return { kind: 'file', name: `${name}.csv`, data: Buffer.from(text).toString('base64') };
}
