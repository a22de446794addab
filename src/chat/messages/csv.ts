import type { Attachment } from '../channel.ts';

/** The rows of a table, its heading first. Numbers stay numbers, and no spreadsheet takes a text for a formula. */
export type Cells = readonly (readonly (string | number)[])[];

/** A table as a CSV file that Excel opens with its Korean intact: UTF-8 with a byte order mark, and CRLF line ends. */
export async function csvFile(name: string, cells: Cells): Promise<Attachment> {
  const { stringify } = await import('csv-stringify/sync');
  const text = stringify(
    // csv-stringify does not escape a formula behind a leading line feed, which some spreadsheets skip.
    cells.map((row) => row.map((cell) => (typeof cell === 'string' && cell.startsWith('\n') ? `'${cell}` : cell))),
    { bom: true, escape_formulas: true, record_delimiter: 'windows' },
  );
  return { kind: 'file', name: `${name}.csv`, data: Buffer.from(text).toString('base64') };
}
