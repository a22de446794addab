import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commands } from '../../../commands/index.ts';
import { DiscordChannel } from '../../../src/channels/discord/discord.ts';
import { TelegramChannel } from '../../../src/channels/telegram/telegram.ts';
import { en } from '../../../src/i18n/en.ts';
import { ko } from '../../../src/i18n/ko.ts';
import type { Log } from '../../../src/log.ts';
import { Secret } from '../../../src/secret.ts';
import { eventually, JumpClock } from '../../support/clock.ts';
import { type DiscordStandIn, ownChatOf, startDiscord } from '../../support/discord/discord.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';
import { startTelegram, type TelegramStandIn } from '../../support/telegram/telegram.ts';

// The whole bot with what people chose for themselves, over Telegram's and Discord's HTTP, at night.
const owner = 111;
const trader = 222;
const minuteMs = 60_000;
const suppressNotifications = 4_096;
let clock: JumpClock;
let telegram: TelegramStandIn;
let discord: DiscordStandIn | undefined;
let bot: Harness | undefined;

beforeEach(async () => {
  clock = new JumpClock(Date.parse('2026-11-23T23:00:00+09:00'));
  telegram = await startTelegram(clock);
});
afterEach(async () => {
  await bot?.stop();
  await telegram.stop();
  await discord?.stop();
  expect([...telegram.violations, ...(discord?.violations ?? [])]).toEqual([]);
  bot = undefined;
  discord = undefined;
});

const atTelegram = (log: Log) =>
  new TelegramChannel({
    token: new Secret(telegram.token),
    apiRoot: telegram.apiRoot,
    clock,
    log,
    commands,
    words: ko,
  });
const start = async (options: HarnessOptions = {}): Promise<Harness> => {
  bot = await startHarness({
    clock,
    channels: ({ log }) => [atTelegram(log)],
    ...options,
    env: { HOGA_OWNERS: `telegram:${owner}`, HOGA_TRADERS: `telegram:${trader}`, ...options.env },
  });
  await telegram.told(owner, '시작했습니다');
  return bot;
};
const texts = (chatId: number): readonly string[] => telegram.messages(chatId).map(({ text }) => text);
/** Somebody types, and the answer that holds `answer` is waited for. */
const ask = async (userId: number, line: string, answer: string, chatId = userId): Promise<string> => {
  const before = telegram.messages(chatId).length;
  telegram.say(userId, line, { chatId });
  const found = () =>
    telegram
      .messages(chatId)
      .slice(before)
      .find(({ text }) => text.includes(answer));
  return (await eventually(`'${answer}'`, found)).text;
};
/** Buys at the market's price, so that it fills at once. */
const buy = async (userId: number, confirm = '확인', chatId = userId): Promise<void> => {
  await ask(userId, '/buy 005930 3 70000', '× 3', chatId);
  telegram.press(userId, confirm, chatId);
};
const filledAtVenue = (count: number) =>
  eventually(
    'filled',
    () =>
      bot?.simulator.state().fills.length === count &&
      bot
        .app()
        .settle(1_000)
        .then(() => true),
  );
/** What the newest message that holds `text` said of its sound: `true` is without one. */
const soundlessness = (text: string): unknown => {
  const sent = telegram.requests.findLast(
    ({ method, body }) => method === 'sendMessage' && `${body['text']}`.includes(text),
  );
  return sent?.body['disable_notification'];
};

describe('the screen', () => {
  test('shows all there is, with a button that changes each', async () => {
    await start();
    const lines = (await ask(owner, '/settings', '내 설정')).split('\n');
    expect(lines).toEqual([
      '[시뮬레이터] 내 설정',
      '체결: 켬',
      '가격 알림: 켬',
      '종목 이벤트(52주·VI·공시 등): 켬',
      '주문(취소·정정·마감): 켬',
      '요약·모니터: 켬',
      '봇 시작: 켬',
      '방해 금지: 끔',
      '기본 거래소: KRX',
      '새 알림이 보는 가격: 정규장만',
      '언어: 한국어',
      '주문표를 내 다른 채팅에도 보이기: 끔',
      '알림은 물어본 채팅으로 갑니다. 이 채팅으로 모으기: /settings fills here',
      '돈이 걸린 알림(결과 모름, 거부, 확인 요청)은 언제나 바로 갑니다.',
    ]);
    const presses = ['체결 무음', '체결 끄기', '주문 무음', '방해 금지 22:00-07:00', '다른 채팅에도 보이기'];
    for (const label of [...presses, '알림에 장외 포함', 'English']) {
      const before = texts(owner).length;
      telegram.press(owner, label);
      await eventually(label, () => texts(owner).length > before);
    }
    const shown = texts(owner).at(-1) ?? '';
    expect(shown).toContain('Fills: off');
    expect(shown).toContain(en.settings.fillsOff);
    expect(shown).toContain('Orders (cancelled, amended, ended): silent');
    expect(shown).toContain('Quiet hours: 22:00-07:00');
    expect(shown).toContain('New alerts are on: extended hours too');
    expect(shown).toContain('Language: English');
    // Discord shows no more rows of buttons.
    expect(telegram.messages(owner).at(-1)?.keyboard.length).toBeLessThanOrEqual(5);
  });

  test('two buttons pressed at once both count', async () => {
    const running = await start();
    await ask(owner, '/settings', '내 설정');
    telegram.press(owner, '체결 무음');
    telegram.press(owner, '알림 무음');
    telegram.press(owner, '다른 채팅에도 보이기');
    await eventually('answered', () => texts(owner).filter((text) => text.includes('내 설정')).length === 4);
    const all = /체결: 무음\n가격 알림: 무음[\s\S]*보이기: 켬/;
    expect(await ask(owner, '/settings', '내 설정')).toMatch(all);
    await running.restart();
    expect(await ask(owner, '/settings', '내 설정')).toMatch(all);
  });

  test.each([
    ['/settings quiet 7-7', '시작과 끝이 같아'],
    ['/settings quiet 25-7', "'25-7' 시간을 읽지 못했습니다"],
    ['/settings fills loud', "'fills loud' 설정을 읽지 못했습니다"],
    ['/settings constructor on', '설정을 읽지 못했습니다'],
    ['/settings fills off now', "'now'는 여기에 쓰지 않는 말입니다"],
    ['/settings safety off', '끄거나 무음으로 할 수 없습니다'],
    ['/설정 거부 무음', '끄거나 무음으로 할 수 없습니다'],
  ])('%s is one sentence with an example of what works, and changes nothing', async (line, sentence) => {
    await start();
    expect(await ask(owner, line, sentence)).toContain('예: /settings');
    expect(await ask(owner, '/settings', '내 설정')).toMatch(/체결: 켬[\s\S]*방해 금지: 끔/);
  });

  test('hours are taken as people write them', async () => {
    await start();
    expect(await ask(owner, '/설정 방해 금지 22:30 ~ 6시', '내 설정')).toContain('방해 금지: 22:30-06:00');
    expect(await ask(owner, '/설정 방해금지 끔', '내 설정')).toContain('방해 금지: 끔');
  });
});

describe('quiet hours', () => {
  test('hold what nobody asked for over a restart, and tell it at their end, in order', async () => {
    const running = await start();
    await ask(owner, '/settings quiet 22:00-07:00', '방해 금지: 22:00-07:00');
    await ask(owner, '/alert 005930 >= 71000', '알림을 만들었습니다');
    await buy(owner);
    await telegram.told(owner, '접수됨');
    await filledAtVenue(1);
    running.simulator.setPrice('005930', 71_000);
    await eventually('two held', async () => (await running.say('/status')).includes('방해 금지로 대기 2'));
    const before = texts(owner).length;

    await running.app().stop();
    await clock.advance(8 * 3_600_000 - 2 * minuteMs);
    await running.restart();
    // Answers come at once all the same.
    await ask(owner, '/market', '[시뮬레이터]');
    expect(texts(owner)).toHaveLength(before + 1);
    await clock.advance(minuteMs);
    expect(texts(owner)).toHaveLength(before + 1);

    await clock.advance(2 * minuteMs);
    await telegram.told(owner, '시작했습니다');
    const morning = await eventually(
      'told',
      () => texts(owner).length === before + 4 && texts(owner).slice(before + 1),
    );
    expect(morning.map((text) => text.split('\n', 1)[0])).toEqual([
      '[시뮬레이터] 체결 삼성전자 매수 3주 × 70,000원',
      '[시뮬레이터] 🔔 알림 삼성전자 71,000원 이상',
      '[시뮬레이터] KIS 시뮬레이터로 시작했습니다. 가격은 지어낸 것이고 돈은 움직이지 않습니다.',
    ]);
    expect(await running.say('/status')).not.toContain('방해 금지로');
  });

  test('end when their person says so, and what was held comes then', async () => {
    await start();
    await ask(owner, '/settings quiet 22-7', '내 설정');
    await buy(owner);
    await filledAtVenue(1);
    expect(texts(owner).some((text) => text.includes('체결 삼성전자'))).toBe(false);
    await ask(owner, '/settings quiet off', '방해 금지: 끔');
    await telegram.told(owner, '체결 삼성전자 매수 3주');
  });

  test('hold nothing that puts money in doubt', async () => {
    const running = await start();
    await ask(owner, '/settings all off', '봇 시작: 끔');
    await ask(owner, '/settings quiet 22-7', '방해 금지: 22:00-07:00');
    await ask(owner, '/buy 005930 3 69000', '× 3주');
    running.simulator.setFaults([{ on: 'order', fault: 'cut', when: 'after' }]);
    telegram.press(owner, '확인');
    await telegram.told(owner, '결과를 모릅니다');
    for (let second = 0; second < 6; second += 1) await clock.advance(1_000);
    await telegram.told(owner, '확인됨: 접수되어 있습니다');
    expect(soundlessness('확인됨')).toBeUndefined();
  });

  test('are nobody else’s: not the group’s, not another person’s', async () => {
    await start();
    await ask(trader, '/settings quiet 22-7', '방해 금지: 22:00-07:00');
    await buy(trader, '확인', -100);
    await telegram.told(-100, '체결 삼성전자 매수 3주');
    await clock.advance(20_000);
    await buy(owner);
    await telegram.told(owner, '체결 삼성전자 매수 3주');
  });
});

describe('how loud', () => {
  test('silent is told without a sound, off not at all; the rest as ever', async () => {
    const running = await start();
    await ask(owner, '/settings fills silent', '체결: 무음');
    await ask(owner, '/settings alerts off', '가격 알림: 끔');
    expect(await ask(owner, '/alert 005930 >= 71000', '알림을 만들었습니다')).toContain('꺼 두셨습니다');
    await buy(owner);
    await telegram.told(owner, '체결 삼성전자 매수 3주');
    expect([soundlessness('체결'), soundlessness('× 3주'), soundlessness('내 설정')]).toEqual([
      true,
      undefined,
      undefined,
    ]);
    running.simulator.setPrice('005930', 71_000);
    await eventually('fired', async () => (await running.say('/alerts')).includes('알림이 없습니다'));
    await ask(owner, '/alerts', '알림이 없습니다');
    expect(texts(owner).some((text) => text.includes('🔔'))).toBe(false);
  });

  test('with fills off nothing promises to tell of them, and nobody else is told instead', async () => {
    await start();
    expect(await ask(trader, '/settings fills off', '체결: 끔')).toContain(ko.settings.fillsOff);
    await buy(trader);
    expect((await telegram.told(trader, '접수됨')).text).not.toContain(ko.outcome.tellFill);
    await filledAtVenue(1);
    await ask(trader, '/orders', '체결 완료');
    expect([...texts(trader), ...texts(owner)].some((text) => text.includes('체결 삼성전자'))).toBe(false);
  });

  test('at Discord silent is a flag of the message', async () => {
    const at = await startDiscord(clock);
    discord = at;
    const user = '100000000000000111';
    const running = await start({
      env: { HOGA_OWNERS: `telegram:${owner}`, HOGA_TRADERS: `discord:${user}` },
      channels: ({ log }) => [
        atTelegram(log),
        new DiscordChannel({
          token: new Secret(at.token),
          apiRoot: at.apiRoot,
          commands,
          words: ko,
          clock,
          log,
          loginPacing: async () => ({ waitForIdentify: async () => undefined }),
        }),
      ],
    });
    await eventually('ready', () => at.count('ListCommands') > 0);
    at.slash(user, 'settings', { change: 'alerts silent' });
    await at.told(ownChatOf(user), '가격 알림: 무음');
    at.slash(user, 'alert', { instrument: '005930', condition: '>= 71000' });
    await at.told(ownChatOf(user), '알림을 만들었습니다');
    running.simulator.setPrice('005930', 71_000);
    await at.told(ownChatOf(user), '🔔 알림');
    // Long after, what is told is an ordinary message, and no longer follows an interaction.
    at.slash(user, 'alert', { instrument: '005930', condition: '>= 72000' });
    await at.told(ownChatOf(user), '72,000원');
    await clock.advance(16 * minuteMs);
    running.simulator.setPrice('005930', 72_000);
    await at.told(ownChatOf(user), '🔔 알림 삼성전자 72,000원');
    const flags = (text: string): readonly unknown[] =>
      at.requests.filter(({ body }) => JSON.stringify(body).includes(text)).map(({ body }) => body['flags']);
    expect(flags('🔔')).toEqual([suppressNotifications, suppressNotifications]);
    expect(flags('가격 알림: 무음')).toEqual([undefined]);
  });
});

describe('the language', () => {
  test('is each person’s own: answers, errors, tickets, notices and the menu', async () => {
    await start();
    expect(await ask(owner, '/settings language en', 'Your settings')).toMatch(
      /^\[simulator\] [\s\S]*Language: English/,
    );
    await ask(owner, '/price 005930', en.quote.range);
    await ask(owner, '/nonsense', en.errors['chat.unknown-command']({ text: '/nonsense' }));
    await buy(owner, 'Confirm');
    expect((await telegram.told(owner, en.notices.filled)).text).toMatch(/^\[simulator\] Filled/);
    await buy(trader);
    expect((await telegram.told(trader, '체결 삼성전자')).text).toMatch(/^\[시뮬레이터\] 체결/);
    const menu = (chat: number, language: string): string | undefined =>
      telegram.menus.get(`chat ${chat}/${language}`)?.commands.find(({ command }) => command === 'buy')?.description;
    await eventually('the menu', () => menu(owner, 'ko') === en.commands.buy);
    expect([menu(owner, ''), menu(trader, 'ko')]).toEqual([en.commands.buy, ko.commands.buy]);

    await bot?.restart();
    await telegram.told(owner, en.start.simulator);
    expect(await ask(trader, '/settings', '내 설정')).toContain('언어: 한국어');
  });
});
