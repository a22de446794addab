import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { SettingWords } from '../i18n/setting-words.ts';

/** The contents of a `.env` file, and what is wrong in it. */
export interface EnvFile {
  readonly variables: Readonly<Record<string, string>>;
  /** One sentence for each problem, in the language of `words`. It never quotes the line, which may hold a key. */
  problems(words: SettingWords): readonly { readonly variable: string; readonly problem: string }[];
}

interface Fault {
  readonly line: number;
  readonly sentence: (words: SettingWords) => string;
}

const assignment = /^(?:export\s+)?([\w.-]+)\s*=\s*(.*)$/;

/**
 * Reads a file of `NAME=value` lines as editors on any system save it: with a byte order mark, in UTF-16, with CRLF,
 * quotes and blanks. A missing file counts as empty. A value ends with its line, so that a quotation mark left open
 * does not swallow the settings below it. An empty value means "not set", and does not override an earlier line.
 */
export function readEnvFile(path: string): EnvFile {
  try {
    return parseEnvFile(readFileSync(path));
  } catch (error) {
    const code = String((error as NodeJS.ErrnoException).code);
    if (code === 'ENOENT') return { variables: {}, problems: () => [] };
    return { variables: {}, problems: (words) => [{ variable: path, problem: words.unreadable(code) }] };
  }
}

/** Reads the bytes of such a file. */
export function parseEnvFile(bytes: Uint8Array): EnvFile {
  const variables: Record<string, string> = {};
  const setAt = new Map<string, number>();
  const faults: Fault[] = [];
  for (const [index, raw] of decodeText(bytes)
    .split(/\r\n|\r|\n/)
    .entries()) {
    const line = index + 1;
    const text = raw.trim();
    if (text === '' || text.startsWith('#')) continue;
    const [, name = '', given = ''] = assignment.exec(text) ?? [];
    const quote = /^["'`]/.exec(given)?.[0];
    if (name === '') faults.push({ line, sentence: (words) => words.noSetting });
    else if (quote !== undefined && given.indexOf(quote, 1) === -1) {
      faults.push({ line, sentence: (words) => words.openQuote });
    } else {
      const value = parseEnv(`${name}=${given}`)[name]?.trim() ?? '';
      const before = setAt.get(name);
      if (value === '') continue;
      if (before !== undefined && variables[name] !== value) {
        faults.push({ line, sentence: (words) => words.twice(name, before) });
      }
      variables[name] = value;
      setAt.set(name, line);
    }
  }
  return {
    variables,
    problems: (words) => faults.map(({ line, sentence }) => ({ variable: words.line(line), problem: sentence(words) })),
  };
}

/**
 * Decodes UTF-8, or UTF-16 as Notepad's "Unicode" and PowerShell's `>` write it. The decoder removes the byte order
 * mark.
 */
export function decodeText(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  return new TextDecoder().decode(bytes);
}
