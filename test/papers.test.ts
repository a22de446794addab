import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commands } from '../commands/index.ts';
import { readArguments } from '../src/chat/command.ts';
import { chooseAccount, withoutAll } from '../src/chat/router/account-choice.ts';
import { CommandTable } from '../src/chat/router/command-table.ts';
import { readSentence } from '../src/chat/sentences/sentence.ts';
import { languages } from '../src/i18n/index.ts';
import { createDirectory } from '../src/kis/symbols/search.ts';
import { shippedInstruments } from '../src/kis/symbols/shipped.ts';
import type { TradingAccount } from '../src/services/accounts.ts';
import { mutants } from './chaos/mutant-table.ts';
import { promises } from './chaos/promises.ts';

// What the papers show works: links lead somewhere, files are there, commands are read.

const root = resolve(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const papersIn = (folder: string, recursive: boolean): readonly string[] =>
  readdirSync(join(root, folder), { recursive, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join(folder, name));
const papers = [...papersIn('.', false), ...papersIn('docs', true), 'test/mutants/README.md'];

const fence = /^ *```(\w*)\n([\s\S]*?)^ *```$/gm;
const withoutFences = (text: string): string => text.replace(fence, '');
/** Blocks of code with what they are marked as. */
const blocksOf = (text: string): readonly { readonly mark: string; readonly lines: readonly string[] }[] =>
  [...text.matchAll(fence)].map(([, mark = '', body = '']) => ({ mark, lines: body.trimEnd().split('\n') }));
/** Without the table of commands, whose cells show how a line is made and are none. */
const withoutTable = (text: string): string => text.replace(/<!-- commands:[\s\S]*?<!-- \/commands -->/, '');
const inlineCodeOf = (text: string): readonly string[] =>
  [...withoutFences(text).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);

/** The names that GitHub gives to the headings of a text. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...withoutFences(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, title = '']) => title);
  return new Set(
    headings.map((title) =>
      title
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

const table = new CommandTable(commands);
const directory = createDirectory(shippedInstruments);
const words = languages.ko;
/** What the shell takes, as the program itself tells it. */
const usage = execFileSync(process.execPath, ['src/main.ts', '--help'], { cwd: root, encoding: 'utf8' });
const { scripts } = JSON.parse(read('package.json')) as { readonly scripts: Readonly<Record<string, string>> };

/** The accounts that the papers tell of. */
const accounts = [
  { name: 'main', title: '위탁' },
  { name: 'isa', title: '연금' },
].map((label) => ({ label: { ...label, venue: 'live' } }) as TradingAccount);
/** A line without what picks an account in it, as the router reads it. */
const withoutAccount = (line: string): string => chooseAccount(line, accounts).line;

/** @throws AppError `args.*` when the line is no complete request. */
function readLine(line: string): void {
  const rest = withoutAccount(line);
  const command = table.ofLine(rest);
  if (command === undefined) throw new Error(`no such command: ${line}`);
  const tokens = rest.split(/\s+/).slice(1);
  const addsUp = 'sum' in command && command.sum !== undefined;
  readArguments(command, (addsUp ? withoutAll(tokens) : undefined) ?? tokens, directory);
}

describe.each(papers)('%s', (paper) => {
  const text = read(paper);

  test('every link leads somewhere', () => {
    const prose = withoutFences(text);
    const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g), ...prose.matchAll(/<img src="([^"]+)"/g)].map(
      ([, target = '']) => target,
    );
    for (const target of targets.filter((one) => !/^https?:/.test(one))) {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? paper : relative(root, resolve(root, dirname(paper), path));
      expect(existsSync(join(root, file)), target).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(read(file)), target).toContain(decodeURIComponent(anchor));
    }
  });

  test('every file that is named is there', () => {
    const named = inlineCodeOf(text).filter((code) => /^(?:src|commands|test|docs|\.ci)\/[\w./-]*$/.test(code));
    for (const path of named) {
      expect(existsSync(join(root, path)), path).toBe(true);
      if (path.endsWith('/')) expect(statSync(join(root, path)).isDirectory(), path).toBe(true);
    }
  });

  test('every call of the shell is one that there is', () => {
    for (const [, name = ''] of text.matchAll(/npm run (?:--silent )?([a-z:]+)/g)) expect(scripts).toHaveProperty(name);
    for (const [, mode = ''] of text.matchAll(/npm start -- ([a-z]+)/g))
      expect(usage).toContain(`npm start -- ${mode}`);
    for (const [, file = ''] of text.matchAll(/node ((?:src|test)\/[\w./-]+)/g)) {
      expect(existsSync(join(root, file)), file).toBe(true);
    }
  });

  test('every command that is shown is one that there is, and every example is read', () => {
    const inline = inlineCodeOf(withoutTable(text)).filter((code) => /^\/\p{L}+(?: |$)/u.test(code));
    const typed = blocksOf(text).flatMap(({ lines }) => lines.flatMap((line) => /^ *> (\/.+)$/.exec(line)?.[1] ?? []));
    for (const line of [...inline, ...typed]) {
      if (line.startsWith('/pair')) continue;
      expect(table.ofLine(line), line).toBeDefined();
      if (line.includes(' ')) expect(() => readLine(line), line).not.toThrow();
    }
  });

  test('every line of a chat is read: as a command, or as a sentence', () => {
    const lines = blocksOf(text).flatMap((block) => (block.mark === 'chat' ? block.lines : []));
    for (const line of lines) {
      if (line.startsWith('/')) expect(() => readLine(line), line).not.toThrow();
      else
        expect(
          readSentence(withoutAccount(line), { directory, words }, (name) => table.has(name)),
          line,
        ).toMatchObject({ kind: 'line' });
    }
  });
});

test('what users read is there in Korean and in English', () => {
  const names = (language: string): readonly string[] =>
    papersIn(`docs/${language}`, true).map((path) => relative(`docs/${language}`, path));
  expect(names('ko').toSorted()).toEqual(names('en').toSorted());
});

test('CONTRIBUTING counts the files that it lists', () => {
  const sections = read('CONTRIBUTING.md').split(/^### /m).slice(1);
  const counted = sections.flatMap((section) => {
    const [, title = '', count] = /^(.+): (\d+) files$/m.exec(section) ?? [];
    return count === undefined ? [] : [{ title, count: Number(count), rows: [...section.matchAll(/^\| `/gm)].length }];
  });
  expect(counted).toHaveLength(5);
  for (const { title, count, rows } of counted) expect(rows, title).toBe(count);
});

/** What is promised, by row of the table, with the tests named beside it. */
function promisesTold(language: string): readonly { readonly promise: string; readonly tests: readonly string[] }[] {
  const rows = [...read(`docs/${language}/safety.md`).matchAll(/^\| ([^|]+) \| [^|]+ \| (`test[^|]+) \|$/gm)];
  return rows.map(([, promise = '', tests = '']) => ({ promise, tests: inlineCodeOf(tests) }));
}

test('safety promises what the scenarios hold the bot to, and names the tests that see it broken', () => {
  const told = promisesTold('en');
  expect(told.map(({ promise }) => promise).toSorted()).toEqual(Object.keys(promises).toSorted());
  expect(new Set(mutants.map(({ breaks }) => breaks)).size, 'each is broken by a mutant').toBe(told.length);
  for (const { breaks, test: where } of mutants) {
    const row = told.find(({ promise }) => promise === breaks);
    expect(row?.tests, `docs/*/safety.md: the tests of "${breaks}" in mutant-table.ts`).toContain(where);
  }
  expect(promisesTold('ko').map(({ tests }) => tests)).toEqual(told.map(({ tests }) => tests));
});

test('every word of the glossary that is said to stand in the code does', () => {
  const sources = ['src', 'commands', 'test'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
      .map((name) => read(join(folder, name))),
  );
  const used = new Set(sources.flatMap((source) => source.match(/[\w-]+/g) ?? []));
  const rows = [...read('docs/glossary.md').matchAll(/^\|[^|]*\|[^|]*\|([^|]*)\|/gm)];
  const told = rows.flatMap(([, cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word));
  expect(told.length).toBeGreaterThan(50);
  expect(told.filter((word) => word.split('.').some((part) => !used.has(part)))).toEqual([]);
});
