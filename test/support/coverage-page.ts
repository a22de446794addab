import { readFileSync, writeFileSync } from 'node:fs';
import { authCalls } from '../../src/kis/endpoints/auth.ts';
import { catalogue } from '../../src/kis/endpoints/catalogue.ts';
import { type ChannelName, channels } from '../../src/kis/endpoints/channels.ts';
import { apiUse } from './kis/api-use.ts';
import { channelUse } from './kis/channel-use.ts';

// Writes the page of what is asked of KIS from the catalogue: `node test/support/coverage-page.ts`.

const path = 'src/kis/endpoints/README.md';

/** Calls that no command makes by itself. */
const authUse: Readonly<Record<keyof typeof authCalls, string>> = {
  token: 'every call carries it',
  revoke: '`/revoke`',
  approval: 'the socket',
  hashkey: 'orders, with `KIS_HASHKEY=on`',
};

/** The commands that register for a topic, or what it is always registered for. */
function useOf(name: ChannelName): string {
  const use = channelUse[name];
  return 'line' in use ? code(use.line.replace('005930 ', '').replace(/ >= .*/, '')) : use.always;
}

const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const code = (text: string): string => `\`${text}\``;
const trOrNone = (tr: string | null): string => (tr === null ? '–' : code(tr));

/** What paper lacks and how it is had all the same. */
function onPaper(tr: string | null, account: boolean): string {
  if (tr !== null) return 'yes';
  return account ? 'no' : 'with a live key';
}

function rest(): readonly string[] {
  return [
    row('KIS', 'name', 'live', 'paper', 'on paper', 'command'),
    row(...Array.from({ length: 6 }, () => '---')),
    ...catalogue.map(({ id, title, tr, account }) => {
      const command = code(apiUse[id]?.line.split(' ')[0] ?? '');
      return row(title, code(id), code(tr.live), trOrNone(tr.paper), onPaper(tr.paper, account), command);
    }),
  ];
}

function auth(): readonly string[] {
  const names = Object.keys(authCalls) as (keyof typeof authCalls)[];
  return [
    row('KIS', 'path', 'used by'),
    row('---', '---', '---'),
    ...names.map((name) => row(authCalls[name].title, code(authCalls[name].path), authUse[name])),
  ];
}

function sockets(): readonly string[] {
  const names = Object.keys(channels) as ChannelName[];
  return [
    row('KIS', 'live', 'paper', 'columns', 'used by'),
    row(...Array.from({ length: 5 }, () => '---')),
    ...names.map((name) => {
      const { title, tr, columns } = channels[name];
      return row(title, code(tr.live), trOrNone(tr.paper), String(columns.length), useOf(name));
    }),
  ];
}

/** The page as it should be, and as it stands. */
export function coveragePage(): { readonly path: string; readonly before: string; readonly after: string } {
  const after = [
    '# What is asked of KIS',
    '',
    'Made from the catalogue by `test/support/coverage-page.ts`; tests type each command and look whether the call was made or',
    'the topic registered for, and another compares every name with what KIS published in July 2026. Paper lacks many calls:',
    'those that name no account are made with a live key where one is set (`KIS_LIVE_APP_KEY`), the others are refused with a',
    'sentence.',
    '',
    `## REST: ${catalogue.length} calls`,
    '',
    ...rest(),
    '',
    '## Access',
    '',
    ...auth(),
    '',
    '## WebSocket',
    '',
    ...sockets(),
    '',
  ].join('\n');
  let before = '';
  try {
    before = readFileSync(path, 'utf8');
  } catch {
    // Not written yet.
  }
  return { path, before, after };
}

if (import.meta.main) {
  const { after } = coveragePage();
  writeFileSync(path, after);
}
