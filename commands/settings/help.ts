import { koreanName } from '../../src/chat/arguments/korean-name.ts';
import type { Button, Line, Message } from '../../src/chat/channel.ts';
import { type AnyCommand, type CommandContext, commandName, defineCommand, optional } from '../../src/chat/command.ts';
import { roleAllows } from '../../src/domain/people/person.ts';
import type { Words } from '../../src/i18n/index.ts';

type Section = keyof Words['help']['sections'];

/** The section in which help shows each command: nobody reads all of them in one list on a phone. */
const sectionOf: Readonly<Record<keyof Words['commands'], Section>> = {
  price: 'look',
  book: 'look',
  info: 'look',
  fin: 'look',
  opinion: 'look',
  flow: 'look',
  news: 'look',
  chart: 'look',
  market: 'look',
  index: 'look',
  rank: 'look',
  watch: 'look',
  screen: 'look',
  buy: 'trade',
  sell: 'trade',
  orders: 'trade',
  amend: 'trade',
  cancel: 'trade',
  schedule: 'trade',
  why: 'trade',
  halt: 'trade',
  resume: 'trade',
  arm: 'trade',
  settle: 'trade',
  alert: 'tell',
  alerts: 'tell',
  unalert: 'tell',
  balance: 'account',
  fills: 'account',
  pnl: 'account',
  export: 'account',
  settings: 'rest',
  status: 'rest',
  who: 'rest',
  revoke: 'rest',
  start: 'rest',
  help: 'rest',
};
const sections = [...new Set(Object.values(sectionOf))];

export const help = defineCommand({
  name: 'help',
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
    const section = sections.find((one) => one === wanted);
    const title = section === undefined ? words.help.greeting : words.help.sections[section];
    const lines: readonly Line[] = [
      ...(wanted === undefined || section !== undefined ? [] : [words.help.unknown(wanted)]),
      [{ bold: title }],
      ...(wanted === undefined ? [words.help.role(words.role[person.role]), ''] : []),
      ...(section === undefined ? overview(context) : oneSection(context, section)),
    ];
    const buttons = sections
      .filter((one) => allowed(context, one).length > 0)
      .map((one): Button => ({ id: `show:/help ${one}`, label: words.help.sections[one] }));
    const shown = sections.filter((one) => section === undefined || one === section);
    const data = shown.flatMap((one) => allowed(context, one).map((each) => about(words, each)));
    return { lines, buttons: [buttons], data };
  },
});

/** The commands of a section that this person may use. */
function allowed({ commands, person }: CommandContext, section: Section): readonly AnyCommand[] {
  return commands.filter(({ name, role }) => sectionOf[name] === section && roleAllows(person.role, role));
}

function overview(context: CommandContext): readonly Line[] {
  const { words } = context;
  const lists = sections.flatMap((section): readonly Line[] => {
    const names = allowed(context, section).map((command) => words.help.entry(command.name, koreanName(command)));
    return names.length === 0 ? [] : [[{ bold: words.help.sections[section] }], names.join(' · ')];
  });
  return [...lists, '', words.help.sentences, words.help.more];
}

function oneSection(context: CommandContext, section: Section): readonly Line[] {
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
