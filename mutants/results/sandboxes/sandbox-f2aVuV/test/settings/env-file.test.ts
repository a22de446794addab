// @ts-nocheck
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { settingWords } from '../../src/i18n/setting-words.ts';
import { parseEnvFile, readEnvFile } from '../../src/settings/env-file.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const problems = (text: string): readonly string[] =>
  parseEnvFile(bytes(text))
    .problems(settingWords.en)
    .map(({ variable, problem }) => `${variable}: ${problem}`);

const lines = [
  '# 한글 주석',
  'KIS_ENV=paper',
  'KIS_APP_KEY = "  PSabc  "',
  "export HOGA_LANG='en' # why",
  '',
  'B=x y  ',
];
const meant = { KIS_ENV: 'paper', KIS_APP_KEY: 'PSabc', HOGA_LANG: 'en', B: 'x y' };

test.each([
  ['LF', bytes(lines.join('\n'))],
  ['CRLF', bytes(lines.join('\r\n'))],
  ['CR', bytes(lines.join('\r'))],
  ['a byte order mark', bytes(`\uFEFF${lines.slice(1).join('\r\n')}`)],
  ["UTF-16, as Notepad's Unicode", Buffer.from(`\uFEFF${lines.join('\r\n')}`, 'utf16le')],
  ['UTF-16 the other way round', Buffer.from(`\uFEFF${lines.join('\r\n')}`, 'utf16le').swap16()],
])('issue 13.6: %s, quotes and blanks are read as they are meant', (_name, file) => {
  const { variables, problems: found } = parseEnvFile(file);
  expect(variables).toEqual(meant);
  expect(found(settingWords.ko)).toEqual([]);
});

test('a blank value takes nothing away', () => {
  expect(parseEnvFile(bytes('KIS_ENV=live\nKIS_ENV=\n')).variables).toEqual({ KIS_ENV: 'live' });
});

test('what cannot be meant is told by its line, never by what it holds', () => {
  const found = problems(
    'KIS_APP_KEY: canary\nKIS_ENV=paper\nA="canary\nHOGA_LANG=en\nKIS_ENV=live\nKIS_ENV=live\ncanary',
  );
  expect(found).toEqual([
    '.env, line 1: this is neither NAME=value nor a comment; write it like KIS_ENV=paper',
    '.env, line 3: a quotation mark is not closed; close it, or leave quotation marks out',
    '.env, line 5: KIS_ENV was set to something else on line 2; keep one of them',
    '.env, line 7: this is neither NAME=value nor a comment; write it like KIS_ENV=paper',
  ]);
  expect(found.join()).not.toContain('canary');
});

test('a quotation mark that is not closed swallows nothing below it', () => {
  expect(parseEnvFile(bytes('A="x\nHOGA_MAX_ORDER_KRW=1000\n')).variables).toEqual({ HOGA_MAX_ORDER_KRW: '1000' });
});

test('no file is an empty one; one that cannot be read is told', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hoga-env-'));
  expect(readEnvFile(join(folder, '.env'))).toMatchObject({ variables: {} });
  mkdirSync(join(folder, '.env'));
  expect(readEnvFile(join(folder, '.env')).problems(settingWords.en)[0]?.problem).toContain('cannot be read (EISDIR)');
  rmSync(folder, { recursive: true });
});

test('.env.example, copied as it is, sets nothing and has no fault', () => {
  const path = resolve(import.meta.dirname, '../../.env.example');
  expect(parseEnvFile(readFileSync(path)).variables).toEqual({});
  const folder = mkdtempSync(join(tmpdir(), 'hoga-env-'));
  writeFileSync(join(folder, '.env'), readFileSync(path, 'utf8').replaceAll('\n', '\r\n'));
  expect(readEnvFile(join(folder, '.env')).problems(settingWords.en)).toEqual([]);
  rmSync(folder, { recursive: true });
});
