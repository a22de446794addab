import type { Line, Message } from '../../src/chat/channel.ts';
import { defineCommand } from '../../src/chat/command.ts';
import { roleAllows } from '../../src/domain/people/person.ts';

/**
 * The greeting: what the bot is, whether it trades with real money, and three things to try. Telegram sends `/start`
 * first.
 */
export const start = defineCommand({
  name: 'start',
  section: 'rest',
  aliases: ['시작'],
  role: 'viewer',
  args: {},
  examples: ['/start'],
  async run({ account, broker, person, words }): Promise<Message> {
    const { welcome } = words;
    const trades = roleAllows(person.role, 'trader');
    const lines: readonly Line[] = [
      [{ bold: words.help.greeting }],
      // Whoever may see no account is not told where those of others are.
      ...(account === undefined
        ? []
        : [broker.venue.kind === 'live' ? [{ bold: welcome.venue.live }] : welcome.venue[broker.venue.kind]]),
      welcome.may[person.role],
      '',
      welcome.tryThese,
      ...[welcome.price, trades ? welcome.buy : welcome.chart, welcome.alert].map((code): Line => [{ code }]),
      ...(trades ? [welcome.confirm] : []),
    ];
    const buttons = [
      [
        { id: 'run:/price 005930', label: welcome.priceButton },
        { id: 'run:/balance', label: words.balance.title },
        { id: 'run:/help', label: welcome.helpButton },
      ],
    ];
    return { lines, buttons, data: { ...(account === undefined ? {} : { venue: broker.venue }), role: person.role } };
  },
});
