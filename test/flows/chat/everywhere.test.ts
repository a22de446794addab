import { describe, expect, test } from 'vitest';
import { commands } from '../../../commands/index.ts';
import { DiscordChannel } from '../../../src/channels/discord/discord.ts';
import { TelegramChannel } from '../../../src/channels/telegram/telegram.ts';
import type { Channel } from '../../../src/chat/channel.ts';
import type { AnyCommand } from '../../../src/chat/command.ts';
import { ko } from '../../../src/i18n/ko.ts';
import type { Log } from '../../../src/log.ts';
import { Secret } from '../../../src/secret.ts';
import { eventually, JumpClock } from '../../support/clock.ts';
import { type DiscordStandIn, ownChatOf, startDiscord } from '../../support/discord/discord.ts';
import { type Harness, startHarness } from '../../support/harness.ts';
import { startTelegram } from '../../support/telegram/telegram.ts';

/** A place to chat in, as the one who sits there has it. */
interface Place {
  readonly identity: string;
  readonly channel: ((log: Log) => Channel) | undefined;
  /** Resolves when the bot can be spoken to there. */
  ready(bot: Harness): Promise<unknown>;
  /** What somebody types or picks to run this line. */
  run(bot: Harness, line: string): void;
  press(bot: Harness, label: string): void;
  /** The texts that stand there now, without any marking. */
  texts(bot: Harness): readonly string[];
  violations(): readonly string[];
  stop(): Promise<void>;
}

const nothing = async (): Promise<void> => undefined;

function terminal(): Place {
  return {
    identity: 'telegram:1',
    channel: undefined,
    ready: nothing,
    run: (bot, text) => void bot.hand({ kind: 'text', text }),
    press: (bot, label) => void bot.hand({ kind: 'press', button: bot.button(label) }),
    texts: (bot) => bot.shown(),
    violations: () => [],
    stop: nothing,
  };
}

async function telegramPlace(clock: JumpClock): Promise<Place> {
  const telegram = await startTelegram(clock);
  const owner = 111;
  const { token, apiRoot } = telegram;
  return {
    identity: `telegram:${owner}`,
    channel: (log) => new TelegramChannel({ token: new Secret(token), apiRoot, clock, log, commands, words: ko }),
    ready: () => telegram.told(owner, '시작했습니다'),
    run: (_bot, line) => void telegram.say(owner, line),
    press: (_bot, label) => void telegram.press(owner, label),
    texts: () => telegram.messages(owner).map(({ text }) => text),
    violations: () => telegram.violations,
    stop: () => telegram.stop(),
  };
}

function discordChannel({ token, apiRoot }: DiscordStandIn, clock: JumpClock, log: Log): DiscordChannel {
  return new DiscordChannel({
    token: new Secret(token),
    apiRoot,
    commands,
    words: ko,
    clock,
    log,
    loginPacing: async () => ({ waitForIdentify: nothing }),
  });
}

async function discordPlace(clock: JumpClock): Promise<Place> {
  const discord = await startDiscord(clock);
  const owner = '100000000000000111';
  const own = ownChatOf(owner);
  return {
    identity: `discord:${owner}`,
    channel: (log) => discordChannel(discord, clock, log),
    ready: async () => {
      await eventually('connected', () => discord.gateway.connected);
      await discord.told(own, '시작했습니다');
    },
    run: (_bot, line) => {
      const [name = '', ...values] = line.slice(1).split(' ');
      const keys = Object.keys(commands.find((command) => command.name === name)?.args ?? {});
      const typed = (value: string, key: string | undefined): string | number =>
        key === 'quantity' && value !== '' ? Number(value) : value;
      // A condition has blanks in it, and is the last of its command.
      const options = keys.map((key, index) => {
        const value = index === keys.length - 1 ? values.slice(index).join(' ') : (values[index] ?? '');
        return [key, typed(value, key)] as const;
      });
      discord.slash(owner, name, Object.fromEntries(options.filter(([, value]) => value !== '')));
    },
    press: (_bot, label) => void discord.press(owner, label),
    texts: () => discord.messages(own, owner).map(({ text }) => text),
    violations: () => discord.violations,
    stop: () => discord.stop(),
  };
}

/** What stands in the chat at the end, and what the venue knows: numbers of orders differ by when they were made. */
async function converse(
  place: Place,
  clock: JumpClock,
): Promise<{ readonly said: readonly string[]; readonly orders: unknown }> {
  const { channel } = place;
  const bot = await startHarness({
    clock,
    env: { HOGA_OWNERS: place.identity },
    ...(channel === undefined ? {} : { channels: ({ log }) => [channel(log)] }),
  });
  try {
    await place.ready(bot);
    const told = (text: string, times = 1): Promise<unknown> =>
      eventually(`${text} ×${times}`, () => place.texts(bot).filter((one) => one.includes(text)).length >= times);
    place.run(bot, '/price 005930');
    await told('시가/고가/저가');
    place.run(bot, '/buy 005930 10 69000');
    await told('매수 주문표');
    // Twice at once: the button is there for both.
    place.press(bot, '확인');
    place.press(bot, '확인');
    await told('접수됨');
    await told('이미 확인한 주문표');
    place.run(bot, '/alert 005930 >= 70500');
    await told('알림을 만들었습니다');
    bot.simulator.trade('005930', 'sell', 4, 69_000);
    await told('누적 4주');
    bot.simulator.setPrice('005930', 70_500);
    await told('🔔');
    place.run(bot, '/balance');
    await told('예수금');
    place.run(bot, '/cancel all');
    await told('취소 주문표');
    place.press(bot, '확인');
    await told('취소 접수됨');
    await told('취소 확인');
    await told('접수됨 → 취소됨');
    await bot.settled();
    const said = place
      .texts(bot)
      .filter((text) => !text.includes('시작했습니다'))
      .map((text) => text.replaceAll(/\d{6,}/g, '#').trim());
    const orders = bot.simulator.state().orders.map(({ action, side, quantity, filled, status }) => ({
      action,
      side,
      quantity,
      filled,
      status,
    }));
    expect(place.violations()).toEqual([]);
    return { said: said.toSorted(), orders };
  } finally {
    await bot.stop();
    await place.stop();
  }
}

test('one conversation, the same in the terminal, on Telegram and on Discord', async () => {
  const inTerminal = await converse(terminal(), new JumpClock());
  const clock = new JumpClock();
  const onTelegram = await converse(await telegramPlace(clock), clock);
  const other = new JumpClock();
  const onDiscord = await converse(await discordPlace(other), other);
  expect(inTerminal.said.length).toBeGreaterThan(8);
  expect(onTelegram).toEqual(inTerminal);
  expect(onDiscord).toEqual(inTerminal);
  expect(inTerminal.orders).toEqual([
    { action: 'new', side: 'buy', quantity: 10, filled: 4, status: 'cancelled' },
    { action: 'cancel', side: 'buy', quantity: 6, filled: 0, status: 'done' },
  ]);
}, 30_000);

describe('while KIS hangs', () => {
  /** Options of a slash command from the example that help shows. */
  const optionsOf = (command: AnyCommand): Readonly<Record<string, string | number>> => {
    const values = command.examples[0].split(' ').slice(1);
    const keys = Object.keys(command.args);
    return Object.fromEntries(
      keys.flatMap((key, index) => {
        const value = index === keys.length - 1 ? values.slice(index).join(' ') : (values[index] ?? '');
        return value === '' ? [] : [[key, key === 'quantity' ? Number(value) : value]];
      }),
    );
  };
  const hangs = [{ on: 'any', fault: 'hang', when: 'before', times: 10_000 }] as const;

  test('every slash command and every button that runs one is answered on Discord within half of the time there is', async () => {
    const clock = new JumpClock();
    const discord = await startDiscord(clock);
    const owner = '100000000000000111';
    const bot = await startHarness({
      clock,
      env: { HOGA_OWNERS: `discord:${owner}` },
      channels: ({ log }) => [discordChannel(discord, clock, log)],
    });
    try {
      await eventually('connected', () => discord.gateway.connected);
      const start = await discord.told(ownChatOf(owner), '시작했습니다');
      bot.simulator.setFaults(hangs);
      for (const command of commands) {
        const asked = discord.slash(owner, command.name, optionsOf(command));
        const pressed = discord.pressOn(owner, start, `run:${command.examples[0]}`);
        for (const id of [asked, pressed]) {
          const tookMs = await eventually(`/${command.name} answered`, () => discord.firstAnswers.get(id));
          // Half a second is what it takes on a machine that does nothing else; Discord waits three.
          expect(tookMs, command.name).toBeLessThan(1_500);
        }
      }
      expect(discord.violations).toEqual([]);
    } finally {
      bot.simulator.clearFaults();
      await clock.advance(60_000);
      await bot.stop();
      await discord.stop();
    }
  }, 30_000);

  test('every press is acknowledged on Telegram at once', async () => {
    const clock = new JumpClock();
    const telegram = await startTelegram(clock);
    const owner = 111;
    const { token, apiRoot } = telegram;
    const bot = await startHarness({
      clock,
      env: { HOGA_OWNERS: `telegram:${owner}` },
      channels: ({ log }) => [
        new TelegramChannel({ token: new Secret(token), apiRoot, clock, log, commands, words: ko }),
      ],
    });
    try {
      await telegram.told(owner, '시작했습니다');
      telegram.say(owner, '/price 005930');
      await telegram.told(owner, '시가/고가/저가');
      bot.simulator.setFaults(hangs);
      const acknowledged = () => telegram.requests.filter(({ method }) => method === 'answerCallbackQuery').length;
      for (let press = 1; press <= commands.length; press += 1) {
        const before = clock.now();
        telegram.press(owner, '새로고침');
        await clock.hurried(eventually('acknowledged', () => acknowledged() === press));
        // Telegram's limit is unpublished; five seconds is the shortest that was reported.
        expect(clock.now() - before).toBeLessThan(2_500);
      }
      expect(telegram.violations).toEqual([]);
    } finally {
      bot.simulator.clearFaults();
      await clock.advance(60_000);
      await bot.stop();
      await telegram.stop();
    }
  }, 30_000);
});
