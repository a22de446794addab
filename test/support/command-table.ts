import { readFileSync, writeFileSync } from 'node:fs';
import { commands } from '../../commands/index.ts';
import { slashCommands } from '../../src/channels/discord/commands.ts';
import type { AnyCommand } from '../../src/chat/command.ts';
import { languages } from '../../src/i18n/index.ts';

// Writes the table of commands into the papers of both languages, from the declarations: `node test/support/command-table.ts`.

const begin = '<!-- commands: made by test/support/command-table.ts -->';
const end = '<!-- /commands -->';

const headings = {
  en: ['command', 'also', 'who', 'terminal', 'Telegram', 'Discord', 'what'],
  ko: ['명령', '같은 말', '권한', '터미널', '텔레그램', '디스코드', '하는 일'],
} as const;

const papers = { en: 'docs/en/commands.md', ko: 'docs/ko/commands.md' } as const;
type Language = keyof typeof papers;

function usageOf(command: AnyCommand): string {
  const args = Object.values(command.args).map(({ name, optional }) => {
    const word = languages.ko.arguments[name];
    return optional ? `[${word}]` : word;
  });
  return [`/${command.name}`, ...args].join(' ');
}

/** The table in one language. Where a command is offered, it says how: typed, in the menu, or as a slash command. */
export function commandTable(language: Language): string {
  const words = languages[language];
  const slash = new Map(slashCommands(commands, words, 'everywhere', false).map((command) => [command.name, command]));
  const rows = commands.map((command) => {
    const korean = slash.get(command.name)?.name_localizations?.ko;
    return [
      `\`${usageOf(command)}\``,
      command.aliases.join(', '),
      words.role[command.role],
      '✓',
      '✓',
      korean === undefined ? '✓' : `✓ \`/${korean}\``,
      words.commands[command.name],
    ];
  });
  return [headings[language], headings[language].map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`)
    .join('\n');
}

/** The paper as it is, and with the part between the marks made anew. */
export function withTable(language: Language): {
  readonly path: string;
  readonly before: string;
  readonly after: string;
} {
  const path = papers[language];
  const before = readFileSync(path, 'utf8');
  const [head = '', tail = ''] = [before.split(begin)[0], before.split(end)[1]];
  return { path, before, after: `${head}${begin}\n${commandTable(language)}\n${end}${tail}` };
}

if (import.meta.main) {
  for (const language of ['en', 'ko'] as const) {
    const { path, after } = withTable(language);
    writeFileSync(path, after);
  }
}
