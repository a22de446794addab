import type { Line, Message } from '../src/chat/channel.ts';
import { type AnyCommand, commandName, defineCommand, optional } from '../src/chat/command.ts';
import type { Words } from '../src/i18n/index.ts';

export const help = defineCommand({
  name: 'help',
  aliases: ['start', '도움말', '도움', 'h'],
  role: 'viewer',
  args: { command: optional(commandName) },
  examples: ['/help', '/help buy'],
  async run({ commands, words, person }, args): Promise<Message> {
    const wanted = args.command;
    if (wanted !== undefined) {
      const command = commands.find(({ name, aliases }) => name === wanted || aliases.includes(wanted));
      if (command !== undefined) return { lines: detail(words, command) };
    }
    const unknown = wanted === undefined ? [] : [words.help.unknown(wanted)];
    const list = commands.map((command): Line => [{ code: usage(words, command) }, ` ${words.commands[command.name]}`]);
    return {
      lines: [
        ...unknown,
        [{ bold: words.help.greeting }],
        words.help.role(words.role[person.role]),
        '',
        ...list,
        '',
        words.help.sentences,
        words.help.more,
      ],
    };
  },
});

/** `/buy 종목 수량 [가격]` */
function usage(words: Words, command: AnyCommand): string {
  const args = Object.values(command.args).map(({ name, optional: may }) =>
    may ? `[${words.arguments[name]}]` : words.arguments[name],
  );
  return [`/${command.name}`, ...args].join(' ');
}

function detail(words: Words, command: AnyCommand): readonly Line[] {
  return [
    [{ bold: `/${command.name}` }, ` ${words.commands[command.name]}`],
    [`${words.help.usage}: `, { code: usage(words, command) }],
    `${words.help.aliases}: ${command.aliases.map((alias) => `/${alias}`).join(' ')}`,
    ...command.examples.map((example): Line => [`${words.help.examples}: `, { code: example }]),
  ];
}
