import type { Message } from '../src/chat/channel.ts';
import { type ArgumentKind, defineCommand, optional, shorten } from '../src/chat/command.ts';
import type { PersonSettings } from '../src/domain/person.ts';
import { AppError } from '../src/errors.ts';

/** `mirror on`, `mirror off`, `함께 켬`, `함께 끔`. */
const change: ArgumentKind<Partial<PersonSettings>> = {
  name: 'setting',
  optional: false,
  read(tokens) {
    const [name = '', value = ''] = tokens.map((token) => token.toLowerCase());
    const on = ['on', '켬'].includes(value);
    if (!['mirror', '함께'].includes(name) || !(on || ['off', '끔'].includes(value))) {
      throw new AppError('args.setting', { text: shorten(tokens.join(' ')) });
    }
    return { value: { mirror: on }, used: 2 };
  },
};

export const settings = defineCommand({
  name: 'settings',
  aliases: ['설정'],
  role: 'viewer',
  private: true,
  effect: 'change',
  args: { change: optional(change) },
  examples: ['/settings mirror on', '/settings'],
  async run({ people, person, words }, args): Promise<Message> {
    const { mirror } =
      args.change === undefined
        ? await people.settings(person.id)
        : await people.changeSettings(person.id, args.change);
    const { settings: text } = words;
    return {
      lines: [[{ bold: text.title }], `${text.mirror}: ${mirror ? text.on : text.off}`, text.mirrorHow],
      buttons: [[{ id: `run:/settings mirror ${mirror ? 'off' : 'on'}`, label: text.mirrorButton(mirror) }]],
    };
  },
});
