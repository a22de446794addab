import type { Incoming } from '../../../src/chat/channel.ts';
import type { Environ } from '../../../src/config.ts';
import type { Simulator } from '../../../src/simulator/server.ts';
import {
  type Harness,
  type HarnessOptions,
  type ShownMessage,
  startHarness,
  TestChannel,
} from '../../support/harness.ts';

/**
 * Three people and somebody of none. `owner` owns both accounts; `trader` is named for `isa` alone; `viewer` is one of the
 * bot's own lists, which say nothing of `isa` because it has lists of its own.
 */
export const identities = { owner: '1', trader: '2', viewer: '3', stranger: '9' } as const;
export type Who = keyof typeof identities;

/** The accounts as the simulator knows them. */
export const numbers = { main: '50000000-01', isa: '87654321-22' } as const;
export type AccountName = keyof typeof numbers;

/** The settings of `isa` at a simulator of its own address, key and number. */
export function isaAt({ restUrl, wsUrl }: Pick<Simulator, 'restUrl' | 'wsUrl'>): Environ {
  return {
    KIS_ISA_ENV: 'simulator',
    KIS_ISA_REST_URL: restUrl,
    KIS_ISA_WS_URL: wsUrl,
    KIS_ISA_APP_KEY: 'key-of-isa',
    KIS_ISA_APP_SECRET: 'secret-of-isa',
    KIS_ISA_ACCOUNT: numbers.isa,
    KIS_ISA_HTS_ID: 'hogasim',
    KIS_ISA_CALLS_PER_SECOND: '1000',
    KIS_ISA_TITLE: '노후자금',
  };
}

const accountsOf = Object.values(numbers).map((text) => {
  const [number = '', product = ''] = text.split('-');
  return { number, product };
});

export interface Family extends Harness {
  /** Sends a line in somebody's own chat, and returns what was said there. */
  tell(who: Who, text: string, chatId?: string): Promise<string>;
  /** Presses a button by its id in somebody's own chat, and returns what was said there. */
  pressed(who: Who, button: string, chatId?: string): Promise<string>;
  /** All that stands in a chat of the telegram channel, since the last start; of everybody where none is named. */
  messages(who?: Who): readonly ShownMessage[];
  /** All that was said in a chat of that id, such as a group's. */
  messagesIn(chatId: string): readonly ShownMessage[];
  /** All that the Discord webhook was told since the last start. */
  webhook(): readonly ShownMessage[];
  /** The id of the newest button with this label. */
  idOf(label: string): string;
}

/** The bot with the accounts `main` and `isa` at one simulator, and people who write to it from chats of their own. */
export async function startFamily(
  options: Omit<HarnessOptions, 'env' | 'channels'> & {
    readonly env?: Environ;
    /** How the addresses of `isa` are reached; by default at the simulator of both. */
    readonly isaVenue?: Pick<Simulator, 'restUrl' | 'wsUrl'>;
    /** People write on the terminal's channel, which has no limits of what is sent a minute; nothing reaches them by itself. */
    readonly quick?: boolean;
  } = {},
): Promise<Family> {
  let channel = new TestChannel('telegram');
  let webhook = new TestChannel('discord-webhook');
  const { env, simulator, quick = false, isaVenue, ...others } = options;
  const hoga = await startHarness({
    ...others,
    simulator: { accounts: accountsOf, ...simulator },
    env: (venue) => ({
      HOGA_ACCOUNTS: 'main,isa',
      KIS_MAIN_TITLE: '생활비',
      DISCORD_WEBHOOK_URL: 'http://127.0.0.1:9/api/webhooks/123456789012345678/of-the-test',
      DISCORD_WEBHOOK_KINDS: 'alerts,fills,orders',
      HOGA_OWNERS: `telegram:${identities.owner}`,
      HOGA_VIEWERS: `telegram:${identities.viewer}`,
      ...isaAt(isaVenue ?? venue),
      KIS_ISA_OWNERS: `telegram:${identities.owner}`,
      KIS_ISA_TRADERS: `telegram:${identities.trader}`,
      ...env,
    }),
    channels: () => {
      if (quick) return [];
      channel = new TestChannel('telegram');
      webhook = new TestChannel('discord-webhook');
      return [channel, webhook];
    },
  });
  const current = (): TestChannel => (quick ? hoga.chat() : channel);
  let messageId = 0;
  const hand = async (who: Who, input: Incoming['input'], chatId: string = identities[who]): Promise<string> => {
    const textsOf = () =>
      current()
        .messages.filter((shown) => shown.chatId === chatId)
        .map(({ text }) => text);
    const before = textsOf();
    messageId += 1;
    const received = current().receive({
      id: String(messageId),
      channel: current().name,
      chatId,
      identity: `telegram:${identities[who]}`,
      input,
      at: hoga.clock.now(),
      alone: chatId === identities[who],
    });
    await (options.hurry ? hoga.clock.hurried(received) : received);
    await hoga.settled();
    return textsOf()
      .filter((text, index) => text !== before[index])
      .join('\n---\n');
  };
  return {
    ...hoga,
    tell: (who, text, chatId) => hand(who, { kind: 'text', text }, chatId),
    pressed: (who, button, chatId) => hand(who, { kind: 'press', button }, chatId),
    messages: (who) => current().messages.filter(({ chatId }) => who === undefined || chatId === identities[who]),
    messagesIn: (chatId) => current().messages.filter((shown) => shown.chatId === chatId),
    webhook: () => webhook.messages,
    idOf(label) {
      const found = current()
        .messages.flatMap(({ buttons }) => buttons)
        .findLast((button) => button.label === label);
      if (found === undefined) throw new Error(`no button ${label}`);
      return found.id;
    },
  };
}
