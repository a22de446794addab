import { globSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { excused } from './excused.ts';
import { rooms } from './rooms.ts';

const root = join(import.meta.dirname, '..', '..');

// The tool runs with whatever tests it finds, so a test that has moved would leave its file without a judge.
test.each(rooms)('$file and the tests that judge it are there', ({ file, judgedBy }) => {
  for (const path of [file, ...judgedBy]) expect(globSync(path, { cwd: root }), path).not.toEqual([]);
});

test('what is excused is in a file that is judged', () => {
  expect(Object.keys(excused).filter((file) => rooms.every((room) => room.file !== file))).toEqual([]);
});
