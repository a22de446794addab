// @ts-nocheck
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseEnvFile } from '../../src/settings/env-file.ts';
import { withSettings, writePrivately } from '../../src/settings/env-text.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hoga-env-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a setting takes the place of its line, blank or not; a new one comes last', () => {
  expect(withSettings('# a\nA=\n\nB=1 # why\nC=3\n', { A: 'x', B: '2', D: '4' })).toBe('# a\nA=x\n\nB=2\nC=3\nD=4\n');
  expect(withSettings('', { A: 'x' })).toBe('A=x\n');
  expect(withSettings('export A=1', { A: 'x' })).toBe('A=x\n');
});

test('what is set no more, and what was set twice, stays as a comment', () => {
  expect(withSettings('A=1\nB=2\nB=3\nC=\n', { A: undefined, B: '4', C: undefined, D: undefined })).toBe(
    '# A=1\nB=4\n# B=3\nC=\n',
  );
});

test.each(['plain', 'a#b', "it's#", 'q"#\'', 'a=b+/==', '$HOME', 'back\\slash', 'a`b"#'])(
  'reads back as it was: %s',
  (value) => {
    expect(parseEnvFile(Buffer.from(withSettings('A=old\n', { A: value }))).variables).toEqual({ A: value });
  },
);

test('a file is written whole, for its owner alone, and a link stays one', () => {
  const [real, link] = [join(folder, 'real'), join(folder, '.env')];
  writeFileSync(real, 'old', { mode: 0o644 });
  symlinkSync(real, link);
  writePrivately(link, 'new');
  expect(readFileSync(real, 'utf8')).toBe('new');
  expect(statSync(real).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder).toSorted()).toEqual(['.env', 'real']);
});

test('where it cannot be written the old file stays, and nothing beside it', () => {
  const place = join(folder, 'place');
  mkdirSync(place);
  expect(() => writePrivately(place, 'new')).toThrow();
  expect(() => writePrivately(join(folder, 'nowhere', '.env'), 'new')).toThrow();
  expect([existsSync(place), readdirSync(folder)]).toEqual([true, ['place']]);
});
