import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commands } from '../../../../commands/index.ts';
import { DiscordChannel } from '../../../../src/channels/discord/discord.ts';
import { TelegramChannel } from '../../../../src/channels/telegram/telegram.ts';
import type { Environ } from '../../../../src/config.ts';
import { ko } from '../../../../src/i18n/ko.ts';
import { Secret } from '../../../../src/secret.ts';
import { eventually, JumpClock } from '../../../support/clock.ts';
import { type DiscordStandIn, ownChatOf, startDiscord } from '../../../support/discord/discord.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../../support/harness.ts';
import { startTelegram } from '../../../support/telegram/telegram.ts';

// Three accounts in one chat, as the guide tells of them: at the terminal, over Telegram's HTTP with the real grammY,
// and over Discord's gateway with the real discord.js. The first account is at the harness's simulator, whose faults
// are its alone; the others are at simulators that the bot starts itself.
const telegramOwner = 111;
const discordOwner = '100000000000000111';
const discordViewer = '100000000000000333';
const settings = {
  HOGA_OWNERS: `telegram:${telegramOwner},discord:${discordOwner}`,
  HOGA_ACCOUNTS: 'main,isa,practice',
  KIS_MAIN_TITLE: '주거래',
  KIS_ISA_ENV: 'simulator',
  KIS_ISA_TITLE: '연금',
  KIS_PRACTICE_ENV: 'simulator',
  KIS_PRACTICE_SIMULATOR: 'paper',
  KIS_PRACTICE_TITLE: '연습',
};

/** Somebody's place at the bot, wherever that is. */
interface Seat {
  readonly bot: Harness;
  readonly type: (line: string) => void;
  /** Presses the button with this label on the newest message that has it. */
  readonly press: (label: string) => void;
  readonly labels: () => readonly string[];
  readonly texts: () => readonly string[];
  readonly stop: () => Promise<void>;
}

const start = (clock: JumpClock, channels?: HarnessOptions['channels'], env: Environ = settings): Promise<Harness> =>
  clock.hurried(startHarness({ clock, env, ...(channels && { channels }) }));

async function atTerminal(): Promise<Seat> {
  const bot = await start(new JumpClock());
  return {
    bot,
    type: (text) => void bot.hand({ kind: 'text', text }),
    press: (label) => void bot.hand({ kind: 'press', button: bot.button(label) }),
    labels: () =>
      bot
        .chat()
        .messages.flatMap(({ buttons }) => buttons)
        .map(({ label }) => label),
    texts: () => bot.shown(),
    stop: () => bot.stop(),
  };
}

async function atTelegram(): Promise<Seat> {
  const clock = new JumpClock();
  const telegram = await startTelegram(clock);
  const { token, apiRoot } = telegram;
  const bot = await start(clock, ({ log }) => [
    new TelegramChannel({ token: new Secret(token), apiRoot, clock, log, commands, words: ko }),
  ]);
  return {
    bot,
    type: (line) => void telegram.say(telegramOwner, line),
    press: (label) => void telegram.press(telegramOwner, label),
    labels: () =>
      telegram
        .messages(telegramOwner)
        .flatMap(({ keyboard }) => keyboard.flat())
        .map(({ text }) => text),
    texts: () => telegram.messages(telegramOwner).map(({ text }) => text),
    async stop() {
      await bot.stop();
      await telegram.stop();
      expect(telegram.violations).toEqual([]);
    },
  };
}

async function withDiscord(clock: JumpClock, discord: DiscordStandIn, env: Environ = settings) {
  const { token, apiRoot } = discord;
  const loginPacing = async () => ({ waitForIdentify: async () => undefined });
  const channels: HarnessOptions['channels'] = ({ log }) => [
    new DiscordChannel({ token: new Secret(token), apiRoot, commands, words: ko, clock, log, loginPacing }),
  ];
  const bot = await start(clock, channels, env);
  await eventually('registered', () => discord.count('PutCommands') > 0);
  return bot;
}

async function atDiscord(): Promise<Seat> {
  const clock = new JumpClock();
  const discord = await startDiscord(clock);
  const bot = await withDiscord(clock, discord);
  const own = ownChatOf(discordOwner);
  return {
    bot,
    type: (line) => void discord.say(discordOwner, line),
    press: (label) => void discord.press(discordOwner, label),
    labels: () =>
      discord
        .messages(own)
        .flatMap(({ buttons }) => buttons.flat())
        .map(({ label }) => label),
    texts: () => discord.messages(own).map(({ text }) => text),
    async stop() {
      await bot.stop();
      await discord.stop();
      expect(discord.violations).toEqual([]);
    },
  };
}

describe.each([
  ['at the terminal', atTerminal],
  ['at Telegram', atTelegram],
  ['at Discord', atDiscord],
])('three accounts %s', (_, sit) => {
  let seat: Seat;
  /** Paper trading takes a call a second, and a chat of Telegram's a message: that is what most of the time goes to. */
  const soon: typeof eventually = (...looking) => seat.bot.clock.hurried(eventually(...looking));
  beforeEach(async () => {
    seat = await sit();
    await soon('started', () => seat.texts().some((text) => text.includes('시작했습니다')));
  });
  afterEach(() => seat.stop());

  /** Does something, and gives back the first message with this text that was not there before. */
  const next = async (act: () => void, wanted: string): Promise<string> => {
    // A chat of Telegram's takes no more than so many messages in some seconds, and paper trading two calls in one.
    await seat.bot.clock.advance(10_000);
    const before = seat.texts();
    act();
    return soon(wanted, () => seat.texts().find((text, at) => text !== before[at] && text.includes(wanted)));
  };
  const said = (line: string, wanted: string): Promise<string> => next(() => seat.type(line), wanted);
  const pressed = (label: string, wanted: string): Promise<string> => next(() => seat.press(label), wanted);
  /** Confirms the newest ticket. */
  const filled = async (account: string): Promise<void> => {
    const before = seat.texts();
    seat.press('확인');
    // The fill may be told first.
    for (const what of ['접수됨', '체결 ']) {
      await soon(`${what} in ${account}`, () =>
        seat.texts().some((text, at) => text !== before[at] && text.startsWith(`${account}\n${what}`)),
      );
    }
  };

  test('listed with their kind and value, chosen by a button, and then what the chat works with', async () => {
    const list = await said('/account', '쓰는 중');
    expect(list.replace(/^\[시뮬레이터\] /, '').split('\n')).toEqual([
      '계좌',
      '주거래 · 시뮬레이터 · 5000****-01 위탁 · 쓰는 중',
      '  10,000,000원 · 오늘 0원 (0.00%)',
      '연금 · 시뮬레이터 · 5000****-01 위탁',
      '  10,000,000원 · 오늘 0원 (0.00%)',
      '연습 · 모의 시뮬레이터 · 5000****-01 위탁',
      '  10,000,000원 · 오늘 0원 (0.00%)',
      '',
      '한 번만 다른 계좌로 하려면 줄에 @isa, @practice처럼 적습니다.',
    ]);
    expect(seat.labels()).toEqual(expect.arrayContaining(['연금 쓰기', '연습 쓰기']));
    await pressed('연금 쓰기', '이제 연금 계좌를 씁니다');
    expect(await said('/계좌', '쓰는 중')).toContain('연금 · 시뮬레이터 · 5000****-01 위탁 · 쓰는 중');
    expect(await said('/buy 005930 1 70000', '매수 주문표')).toMatch(/^\[연금 · 시뮬레이터\]\n매수 주문표/);
    // A ticket stays with its account when the chat goes on to another.
    await said('/account main', '이제 주거래 계좌를 씁니다');
    await filled('[연금 · 시뮬레이터]');
    expect(await said('/balance', '총평가')).toMatch(/^\[주거래 · 시뮬레이터\]\n잔고/);
    expect(seat.bot.simulator.state().orders).toEqual([]);
  });

  test.each([
    ['a mark in a command', '/buy 005930 3 70000 @isa'],
    ['a mark in a sentence', '삼성전자 3주 7만원에 매수 @isa'],
    ['a title in a sentence', '연금 계좌로 삼성전자 3주 매수'],
  ])('%s picks one for that line: ticket, acceptance and fill name it', async (_how, line) => {
    expect(await said(line, '매수 주문표')).toMatch(/^\[연금 · 시뮬레이터\]\n매수 주문표 · 삼성전자 005930\n/);
    await filled('[연금 · 시뮬레이터]');
    expect(await said('/balance @연금', '총평가')).toContain('삼성전자 3주');
    expect(await said('/balance', '총평가')).toMatch(/^\[주거래 · 시뮬레이터\]\n[\s\S]*보유종목이 없습니다/);
  });

  test('all of them: a sum and a few lines each; what could not be read is named, and in no sum', async () => {
    await said('/buy 005930 3 70000 @isa', '매수 주문표');
    await filled('[연금 · 시뮬레이터]');
    const all = await said('/balance all', '모든 계좌');
    expect(all).toMatch(
      /총평가 29,99\d,\d{3}원\n평가손익 \S+ \(.*\)\n\n\[주거래 · 시뮬레이터\]\n총평가 10,000,000원\n/,
    );
    expect(all).toMatch(
      /\[연금 · 시뮬레이터\]\n총평가 9,99\d,\d{3}원\n평가손익 .*\n삼성전자 3주 .*\n\n\[연습 · 모의 시뮬레이터\]\n/,
    );
    expect(all).not.toContain('읽지 못해');
    for (const sentence of ['모든 계좌 잔고', '전체 계좌의 잔고', 'balance of all accounts']) {
      expect(await said(sentence, '모든 계좌')).toMatch(/총평가 29,99\d,\d{3}원/);
    }
    const page = { on: 'inquire-balance', fault: 'http', status: 502, times: 1_000 } as const;
    seat.bot.simulator.setFaults({ rules: [{ ...page, when: 'before', body: '' }] });
    const without = await said('/balance @all', '읽지 못해');
    expect(without).toMatch(
      /총평가 19,99\d,\d{3}원\n.*\n주거래 계좌는 읽지 못해 합계에 없습니다\.\n\n\[주거래 · 시뮬레이터\]\n/,
    );
    seat.bot.simulator.setFaults({ rules: [] });
    await said('/buy 000660 1 150000 @isa', '매수 주문표');
    await pressed('확인', '[연금 · 시뮬레이터]\n접수됨');
    expect(await said('/orders all', '모든 계좌')).toMatch(
      /미체결 1건\n\n\[주거래 · 시뮬레이터\]\n미체결 주문이 없습니다\.\n\n\[연금 · 시뮬레이터\]\n\d+ SK하이닉스 매수 .*\n\n\[연습 · 모의 시뮬레이터\]\n미체결 주문이 없습니다\.$/,
    );
    expect(await said('/orders 오늘 all', '모든 계좌')).toMatch(/오늘 주문 2건\n/);
    expect(await said('/pnl all', '모든 계좌')).toMatch(/실현손익 0원\n\n\[주거래 · 시뮬레이터\]\n0원/);
    expect(await said('/balance 자산 all', '모든 계좌')).toMatch(
      /총자산 19,99\d,\d{3}원\n[\s\S]*연습 계좌는 읽지 못해/,
    );
  });

  test('one is halted, and the others trade on', async () => {
    await said('/halt isa', '거래를 정지했습니다');
    await said('/buy 005930 1 70000 @isa', '정지');
    await said('/buy 005930 1 70000', '매수 주문표');
    await filled('[주거래 · 시뮬레이터]');
    await said('/resume isa', '다시 시작합니다');
    await said('/buy 005930 1 70000 @isa', '매수 주문표');
    await filled('[연금 · 시뮬레이터]');
  });
});

describe('at Discord', () => {
  const own = ownChatOf(discordOwner);
  let clock: JumpClock;
  let discord: DiscordStandIn;
  let bot: Harness;
  beforeEach(async () => {
    clock = new JumpClock();
    discord = await startDiscord(clock);
  });
  afterEach(async () => {
    await bot.stop();
    await discord.stop();
    expect(discord.violations).toEqual([]);
  });
  const offered = async (who: string, command: string, typed: string) =>
    discord.proposed(discord.type(who, command, 'account', typed));
  const valuesFor = async (who: string, command: string) => (await offered(who, command, '')).map(({ value }) => value);

  test('the account is an option that offers what the person may use, and becomes a mark in the line', async () => {
    bot = await withDiscord(clock, discord, {
      ...settings,
      HOGA_VIEWERS: `discord:${discordViewer}`,
      KIS_ISA_OWNERS: `discord:${discordOwner}`,
    });
    expect(await offered(discordOwner, 'buy', '')).toEqual([
      { name: '주거래 · 시뮬레이터 · @main', value: '@main' },
      { name: '연금 · 시뮬레이터 · @isa', value: '@isa' },
      { name: '연습 · 모의 시뮬레이터 · @practice', value: '@practice' },
    ]);
    expect(await offered(discordOwner, 'buy', '연')).toHaveLength(2);
    expect(await offered(discordOwner, 'buy', '@IS')).toEqual([{ name: '연금 · 시뮬레이터 · @isa', value: '@isa' }]);
    // What adds up may be asked of all; a viewer trades in none, and does not learn of what is not theirs.
    expect(await valuesFor(discordOwner, 'balance')).toEqual(['@main', '@isa', '@practice', '@all']);
    expect(await valuesFor(discordViewer, 'balance')).toEqual(['@main', '@practice', '@all']);
    expect(await valuesFor(discordViewer, 'buy')).toEqual([]);
    expect(await valuesFor('100000000000000999', 'balance')).toEqual([]);
    // A command that is about no account has nothing to offer for one.
    expect(await valuesFor(discordOwner, 'price')).toEqual([]);
    discord.slash(discordOwner, 'buy', { instrument: '005930', quantity: 3, price: '70000', account: '@isa' });
    const ticket = await discord.told(own, '매수 주문표');
    expect(ticket).toMatchObject({ text: expect.stringContaining('[연금 · 시뮬레이터]'), color: 0x0ca678 });
    discord.press(discordOwner, '확인');
    expect(await discord.told(own, '체결 삼성전자')).toMatchObject({
      text: expect.stringContaining('[연금 · 시뮬레이터]'),
      color: 0x0ca678,
    });
    discord.slash(discordViewer, 'balance', { account: '연금' });
    await discord.told(ownChatOf(discordViewer), '계좌');
    expect(discord.messages(ownChatOf(discordViewer)).some(({ text }) => text.includes('삼성전자'))).toBe(false);
  });

  test('where there is one account, nothing is asked, and no colour says which', async () => {
    bot = await withDiscord(clock, discord, { HOGA_OWNERS: settings.HOGA_OWNERS });
    const [list = []] = discord.commands.values();
    expect(JSON.stringify(list)).not.toContain(
      '"name":"account","name_localizations":{"ko":"계좌"},"description":"계좌"',
    );
    discord.slash(discordOwner, 'balance');
    expect(await discord.told(own, '예수금')).toMatchObject({ color: 0x868e96 });
  });
});
