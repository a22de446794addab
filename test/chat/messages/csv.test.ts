import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Cells, csvFile } from '../../../src/chat/messages/csv.ts';

const textOf = async (cells: Cells): Promise<string> =>
  Buffer.from((await csvFile('fills', cells)).data, 'base64').toString();

/** Reads what RFC 4180 says, by hand, so that the writer is not judged by itself. */
function parse(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = '';
  let quoted = false;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (quoted && character === '"' && text[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else if (character === '"') quoted = !quoted;
    else if (!quoted && character === ',') {
      rows.at(-1)?.push(cell);
      cell = '';
    } else if (!quoted && character === '\r' && text[at + 1] === '\n') {
      rows.at(-1)?.push(cell);
      cell = '';
      rows.push([]);
      at += 1;
    } else cell += character;
  }
  return rows.slice(0, -1);
}

test('Korean is marked as UTF-8, numbers stay numbers, lines end as Excel has them', async () => {
  const { name, kind } = await csvFile('fills-20261121', [['종목명'], ['삼성전자']]);
  expect({ name, kind }).toEqual({ name: 'fills-20261121.csv', kind: 'file' });
  expect(
    await textOf([
      ['종목명', '손익'],
      ['삼성"전자"', -1200],
      ['A,B', 0],
    ]),
  ).toBe('\uFEFF종목명,손익\r\n"삼성""전자""",-1200\r\n"A,B",0\r\n');
});

test('no text is a formula, and no text is lost', async () => {
  const cell = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.tuple(fc.constantFrom('=', '+', '-', '@', '\t', '\r'), fc.string()).map((parts) => parts.join('')),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1 }), async (rows) => {
      // A byte order mark at the very start is the file's own.
      const found = parse((await textOf([['a', 'b'], ...rows])).slice(1)).slice(1);
      expect(found).toHaveLength(rows.length);
      for (const [index, row] of rows.entries()) {
        for (const [column, text] of row.entries()) {
          const written = found[index]?.[column] ?? '';
          expect(written).not.toMatch(/^[=+\-@\t\r]/);
          expect([text, `'${text}`]).toContain(written);
        }
      }
    }),
  );
});
