import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { excused } from './excused.ts';
import { rooms } from './rooms.ts';

const root = join(import.meta.dirname, '..', '..');

// The tool runs with whatever tests it finds, so a test that has moved would leave its file without a judge.
test.each(rooms)('$file and the tests that judge it are there', ({ file, judgedBy }) => {
  for (const path of [file, ...judgedBy]) expect(globSync(path, { cwd: root }), path).not.toEqual([]);
});

describe.each(Object.entries(excused))('what is excused of %s', (file, excuses) => {
  test('is of a file that is judged', () => {
    expect(rooms.map((room) => room.file)).toContain(file);
  });

  test('stands there as it is written here', () => {
    const lines = readFileSync(join(root, file), 'utf8')
      .split('\n')
      .map((line) => line.trim());
    expect(excuses.map(({ line }) => line).filter((line) => !lines.includes(line))).toEqual([]);
  });
});
