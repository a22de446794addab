import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commands } from '../commands/index.ts';
import { settingNames } from '../src/config.ts';
import { withTable } from './support/command-table.ts';
import { coveragePage } from './support/coverage-page.ts';
import { locks, withoutEngines } from './support/lock-engines.ts';

const read = (name: string): string => readFileSync(resolve(import.meta.dirname, '..', name), 'utf8');

describe.each(['docs/en/commands.md', 'docs/ko/commands.md'])('%s', (name) => {
  const text = read(name);
  test.each(commands.map((command) => [command.name, command] as const))(
    'tells of /%s and its other names',
    (_name, command) => {
      expect(text).toContain(`/${command.name}`);
      for (const alias of command.aliases) expect(text).toContain(alias);
    },
  );
});

describe.each(['README.md', 'README.ko.md'])('%s', (name) => {
  const text = read(name);
  test('names the two commands', () => {
    expect(text).toContain('npm ci && npm start');
    expect(text).toContain('npm ci && npm test');
  });

  test('is read in one sitting', () => {
    expect(text.split('\n').length).toBeLessThan(150);
  });
});

test('.env.example explains every setting there is, and no other', () => {
  const named = [...read('.env.example').matchAll(/^([A-Z_]+)=/gm)].map((match) => match[1]);
  expect(named.toSorted()).toEqual([...settingNames].toSorted());
});

test.each(['en', 'ko'])('the settings are told, each once, and no other: %s', (language) => {
  const told = [...read(`docs/${language}/settings.md`).matchAll(/^\| (`.*?`) \|/gm)].flatMap(([, cell = '']) =>
    [...cell.matchAll(/`([^`]+)`/g)].map(([, variable]) => variable),
  );
  expect(told.toSorted()).toEqual([...settingNames].toSorted());
});

test.each(['en', 'ko'] as const)('the table of commands is that of the declarations: %s', (language) => {
  const { before, after } = withTable(language);
  expect(before, 'run node test/support/command-table.ts').toBe(after);
});

test('the page of what is asked of KIS is that of the catalogue', () => {
  const { before, after } = coveragePage();
  expect(before, 'run node test/support/coverage-page.ts').toBe(after);
});

test.each(locks)('`npm ci` warns of no Node that the README promises: %s asks for none', (lock) => {
  const { before, after } = withoutEngines(lock);
  expect(before === after, 'run node test/support/lock-engines.ts').toBe(true);
});
