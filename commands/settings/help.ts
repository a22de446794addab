import { koreanName } from '../../src/chat/arguments/korean-name.ts';
import type { Button, Line, Message } from '../../src/chat/channel.ts';
import {
  type AnyCommand,
  type CommandContext,
  commandName,
  defineCommand,
  type HelpSection,
  helpSections,
  optional,
} from '../../src/chat/command.ts';
import type { Words } from '../../src/i18n/index.ts';

export const help = defineCommand({
  name: 'help',
  section: 'rest',
  aliases: ['도움말', '도움', 'h'],
  role: 'viewer',
  args: { command: optional(commandName) },
  examples: ['/help', '/help buy'],
  async run(context, args): Promise<Message> {
    const { commands, words, person } = context;
    const wanted = args.command;
    const command = commands.find(
      ({ name, aliases }) => wanted !== undefined && (name === wanted || aliases.includes(wanted)),
    );
    if (command !== undefined) return { lines: detail(words, command), data: [about(words, command)] };
    const section = helpSections.find((one) => one === wanted);
    const title = section === undefined ? words.help.greeting : words.help.sections[section];
    const lines: readonly Line[] = [
      ...(wanted === undefined || section !== undefined ? [] : [words.help.unknown(wanted)]),
      [{ bold: title }],
      ...(wanted === undefined ? [words.help.role(words.role[person.role]), ''] : []),
      ...(section === undefined ? overview(context) : oneSection(context, section)),
    ];
    const buttons = helpSections
      .filter((one) => allowed(context, one).length > 0)
      .map((one): Button => ({ id: `show:/help ${one}`, label: words.help.sections[one] }));
    const shown = helpSections.filter((one) => section === undefined || one === section);
    const data = shown.flatMap((one) => allowed(context, one).map((each) => about(words, each)));
    return { lines, buttons: [buttons], data };
  },
});

/** The commands of a section that this person may use. */
function allowed({ commands, may }: CommandContext, section: HelpSection): readonly AnyCommand[] {
  return commands.filter((command) => command.section === section && may(command));
}

function overview(context: CommandContext): readonly Line[] {
  const { words } = context;
  const lists = helpSections.flatMap((section): readonly Line[] => {
    const names = allowed(context, section).map((command) => words.help.entry(command.name, koreanName(command)));
    return names.length === 0 ? [] : [[{ bold: words.help.sections[section] }], names.join(' · ')];
  });
  return [...lists, '', words.help.sentences, words.help.more];
}

function oneSection(context: CommandContext, section: HelpSection): readonly Line[] {
  const { words } = context;
  return allowed(context, section).map((command) => [
    { code: usage(words, command) },
    ` ${words.commands[command.name]}`,
  ]);
}

/** `/buy 종목 수량 [가격]` */
function usage(words: Words, command: AnyCommand): string {
  const args = Object.values(command.args).map(({ name, optional: may }) =>
    may ? `[${words.arguments[name]}]` : words.arguments[name],
  );
  return [`/${command.name}`, ...args].join(' ');
}

function about(words: Words, { name, aliases, role, examples }: AnyCommand) {
  return { name, aliases, role, about: words.commands[name], examples };
}

function detail(words: Words, command: AnyCommand): readonly Line[] {
  return [
    [{ bold: `/${command.name}` }, ` ${words.commands[command.name]}`],
    [`${words.help.usage}: `, { code: usage(words, command) }],
    `${words.help.aliases}: ${command.aliases.map((alias) => `/${alias}`).join(' ')}`,
    ...command.examples.map((example): Line => [`${words.help.examples}: `, { code: example }]),
  ];
}
