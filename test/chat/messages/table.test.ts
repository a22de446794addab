import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { pageOf } from '../../../src/chat/arguments/pages.ts';
import { table } from '../../../src/chat/messages/table.ts';
import { plainLine } from '../../../src/chat/render.ts';
import { ko } from '../../../src/i18n/ko.ts';

const wide = (line: string): number => stringWidth(line);

test('figures end under each other, and names follow', () => {
  const lines = table([
    { cells: ['1', '71,300원'], rest: [{ bold: '삼성전자' }] },
    { cells: ['12', '1,234,500원'], rest: ['효성중공업'] },
  ]).map(plainLine);
  expect(lines).toEqual([' 1     71,300원 삼성전자', '12  1,234,500원 효성중공업']);
});

test('cells of any script are as wide as their column, whatever is in the others', () => {
  const cell = fc.string({ unit: fc.constantFrom('가', '한', 'A', '7', ',', 'ㄱ'), maxLength: 8 });
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 8 }), (rows) => {
      const widths = table(rows.map((cells) => ({ cells }))).map((line) => wide(plainLine(line)));
      expect(new Set(widths).size).toBe(1);
    }),
  );
});

test('a row may have fewer cells than others', () => {
  expect(table([{ cells: ['1', '2'] }, { cells: ['333'] }], 'left').map(plainLine)).toEqual(['1    2', '333']);
  expect(table([])).toEqual([]);
});

test('a page past the end is the last, and leads back', () => {
  const rows = Array.from({ length: 23 }, (_, index) => index);
  const page = pageOf(ko, rows, 9, '/rank volume');
  expect(page).toMatchObject({ rows: [20, 21, 22], before: 20, label: '3/3' });
  expect(page.buttons).toEqual([[{ id: 'show:/rank volume 2', label: '◀ 이전' }]]);
  expect(pageOf(ko, rows, undefined, '/rank').buttons).toEqual([[{ id: 'show:/rank 2', label: '다음 ▶' }]]);
  expect(pageOf(ko, rows.slice(0, 10), undefined, '/rank')).toMatchObject({ label: '', buttons: [] });
});

test('every row is on one page', () => {
  fc.assert(
    fc.property(fc.nat({ max: 60 }), (count) => {
      const rows = Array.from({ length: count }, (_, index) => index);
      const pages = Math.max(1, Math.ceil(count / 10));
      const shown = Array.from({ length: pages }, (_, index) => pageOf(ko, rows, index + 1, '/x').rows).flat();
      expect(shown).toEqual(rows);
    }),
  );
});

test('amounts read as Koreans read them', () => {
  const amounts = [1_234_500, 1_234_567_890, 12_345_678_900, 434_003_200_000_000, -185_870_000_000, 100_000_000];
  expect(amounts.map(ko.wonShort)).toEqual(['1,234,500원', '12.3억원', '123억원', '434조원', '-1,859억원', '1.0억원']);
  expect([99_999, 100_000, -2_272_000, 5_969_782_550].map(ko.countShort)).toEqual([
    '99,999',
    '10만',
    '-227만',
    '59.7억',
  ]);
});
