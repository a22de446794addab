import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commands } from '../../../commands/index.ts';
import { TelegramChannel, type TelegramOptions } from '../../../src/channels/telegram/telegram.ts';
import { ko } from '../../../src/i18n/ko.ts';
import type { Log } from '../../../src/log.ts';
import { Secret } from '../../../src/secret.ts';
import { eventually, JumpClock } from '../../support/clock.ts';
import { freePort } from '../../support/free-port.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';
import { startTelegram, type TelegramStandIn } from '../../support/telegram/telegram.ts';

// The whole bot over Telegram's HTTP: real grammY, real KIS wire, and every request judged by Telegram's specification.
const owner = 111;
const trader = 222;
let telegram: TelegramStandIn;
let clock: JumpClock;
let bot: Harness | undefined;

beforeEach(async () => {
  clock = new JumpClock();
  telegram = await startTelegram(clock);
});
afterEach(async () => {
  await bot?.stop();
  bot = undefined;
  await telegram.stop();
  expect(telegram.violations).toEqual([]);
});

const create = (log: Log, options: Partial<TelegramOptions> = {}): TelegramChannel =>
  new TelegramChannel({
    token: new Secret(telegram.token),
    apiRoot: telegram.apiRoot,
    clock,
    log,
    commands,
    words: ko,
    ...options,
  });
const start = async (options: HarnessOptions = {}): Promise<Harness> => {
  bot = await startHarness({
    clock,
    channels: ({ log }) => [
      new TelegramChannel({
        token: new Secret(telegram.token),
        apiRoot: telegram.apiRoot,
        clock,
        log,
        commands,
        words: ko,
      }),
    ],
    ...options,
    env: { HOGA_OWNERS: `telegram:${owner}`, HOGA_TRADERS: `telegram:${trader}`, ...options.env },
  });
  return bot;
};
const venueOrders = () => bot?.simulator.state().orders ?? [];
const ticketFor = async (userId: number, line = '/buy 005930 3 70000') => {
  telegram.say(userId, line);
  return telegram.told(userId, '주문표');
};

describe('a conversation', () => {
  test('price, ticket, confirm, fill, balance, cancel', async () => {
    await start();
    await telegram.told(owner, '시작했습니다');
    telegram.say(owner, '/price 삼성전자');
    expect((await telegram.told(owner, '70,000원')).html).toContain('<b>삼성전자</b> <code>005930</code>');
    const ticket = await ticketFor(owner);
    expect(ticket.keyboard[0]?.map(({ text }) => text)).toEqual(['확인', '취소']);
    telegram.press(owner, '확인');
    expect(await telegram.told(owner, '접수됨')).toMatchObject({ id: ticket.id });
    await telegram.told(owner, '체결 삼성전자 매수 3주');
    expect(await telegram.told(owner, '접수됨 → 체결 완료')).toMatchObject({ id: ticket.id, keyboard: [] });
    telegram.say(owner, '/balance');
    await telegram.told(owner, '삼성전자 3주');
    // A chat takes no more than so many messages in ten seconds.
    await clock.advance(10_000);
    await ticketFor(owner, '/buy 005930 1 60000');
    telegram.press(owner, '확인');
    await eventually('resting', () => venueOrders().length === 2);
    telegram.say(owner, '/cancel all');
    await telegram.told(owner, '취소 주문표');
    telegram.press(owner, '확인');
    await telegram.told(owner, '취소 확인');
  });

  test('in a topic of a group, with the name of the bot; a ticket there is pressed there', async () => {
    await start();
    telegram.say(trader, '/buy@hoga_test_bot 005930 3 70000', { chatId: -100, thread: 45 });
    expect(await telegram.told(-100, '주문표')).toMatchObject({ thread: 45 });
    telegram.press(owner, '확인', -100);
    expect(await telegram.told(-100, '만든 사람만 누를 수 있습니다')).toMatchObject({ thread: 45 });
    telegram.press(trader, '확인', -100);
    await telegram.told(-100, '체결 삼성전자 매수 3주');
    expect(telegram.messages(-100).every(({ thread }) => thread === 45)).toBe(true);
  });

  test('HTML in what was typed is shown as typed', async () => {
    await start();
    telegram.say(owner, '/price <b>&삼성</b>');
    const answer = await telegram.told(owner, '찾지 못했습니다');
    expect(answer.text).toContain("'<b>&삼성</b>'");
  });

  test("HTML's own characters in a stock's name", async () => {
    await start();
    await ticketFor(owner, '/buy KT&G 1');
    expect((await telegram.told(owner, '주문표')).html).toContain('<b>KT&amp;G</b>');
    telegram.press(owner, '확인');
    await telegram.told(owner, '체결 KT&G 매수');
  });

  test('half an emoji of what was typed does not swallow the answer', async () => {
    await start();
    telegram.say(owner, `/price ${'가'.repeat(29)}😀😀`);
    await telegram.told(owner, '찾지 못했습니다');
  });

  test('a text as long as Telegram lets through gets one sentence', async () => {
    await start();
    await telegram.told(owner, '시작했습니다');
    telegram.say(owner, '가'.repeat(4_096));
    await telegram.told(owner, '메시지가 너무 깁니다(4,096자)');
    await bot?.settled();
    expect(telegram.messages(owner)).toHaveLength(2);
  });

  test('an answer longer than a message comes in parts, every line of it once', async () => {
    await start();
    await telegram.told(owner, '시작했습니다');
    bot?.simulator.setPrice('207940', 1_200_000);
    telegram.say(owner, `/p${' 삼바'.repeat(130)}`);
    const parts = () => telegram.messages(owner).filter(({ text }) => text.includes('삼성바이오로직스'));
    await eventually('all told', () => parts().length > 1);
    await bot?.settled();
    const all = parts().flatMap(({ text }) => text.split('\n'));
    // Of which market and time all of them are is said once.
    const lines = all.filter((line) => !/^KRX 정규장 · \d\d:\d\d$/.test(line));
    expect(all).toHaveLength(131);
    expect(lines).toHaveLength(130);
    expect(new Set(lines.map((line) => line.replace('[시뮬레이터] ', ''))).size).toBe(1);
    expect(parts().every(({ text }) => text.length > 1_000)).toBe(true);
  });
});

describe('the menu', () => {
  const roleMenu = (...roles: readonly string[]): readonly string[] =>
    commands.filter(({ role }) => roles.includes(role)).map(({ name }) => name);

  test('shows each person what they may do, as soon as it changes', async () => {
    await start();
    await eventually('set', () => telegram.menuOf(`chat ${trader}`, 'en') !== undefined);
    expect(telegram.menuOf('default')).toEqual(['help', 'pair']);
    expect(telegram.menuOf(`chat ${owner}`)).toEqual(roleMenu('viewer', 'trader', 'owner'));
    expect(telegram.menuOf(`chat ${trader}`)).toEqual(roleMenu('viewer', 'trader'));
    telegram.say(owner, '/who add telegram:333 viewer');
    await eventually('added', () => telegram.menuOf('chat 333', 'en') !== undefined);
    expect(telegram.menuOf('chat 333')).toEqual(roleMenu('viewer'));
    telegram.say(owner, '/who remove telegram:333');
    await eventually('removed', () => telegram.menuOf('chat 333', 'en') === undefined);
  });

  test('comes with the pairing', async () => {
    await start({ env: { HOGA_OWNERS: '', HOGA_TRADERS: '' } });
    const code = /\/pair (\w+)/.exec((await bot?.told('/pair')) ?? '')?.[1] ?? '';
    await eventually('set', () => telegram.menus.size === 3);
    telegram.say(444, `/pair ${code}`);
    await eventually('added', () => telegram.menuOf('chat 444', 'en')?.includes('who'));
  });
});

describe('a group that becomes a supergroup', () => {
  test('gets its alerts and fills at its new id, also after a restart', async () => {
    await start();
    await telegram.told(owner, '시작했습니다');
    telegram.say(trader, '/alert 삼성전자 >= 71000', { chatId: -500 });
    await telegram.told(-500, '알림을 만들었습니다');
    telegram.say(trader, '/alert SK하이닉스 >= 210000', { chatId: -500 });
    await eventually('both made', () => telegram.messages(-500).length === 2);
    telegram.say(trader, '/buy 삼성전자 1 60000', { chatId: -500 });
    await telegram.told(-500, '주문표');
    telegram.press(trader, '확인', -500);
    await telegram.told(-500, '접수됨');
    telegram.migrate(-500, -1001, false);
    bot?.simulator.setPrice('005930', 71_100);
    expect((await telegram.told(-1001, '🔔')).text).toContain('삼성전자');
    await bot?.settled();
    await bot?.restart();
    const before = telegram.requests.length;
    bot?.simulator.setPrice('000660', 211_000);
    await eventually('told', () => telegram.messages(-1001).some(({ text }) => text.includes('SK하이닉스')));
    bot?.simulator.setPrice('005930', 59_900);
    await telegram.told(-1001, '체결 삼성전자 매수 1주');
    expect(telegram.requests.slice(before).some(({ body }) => String(body['chat_id']) === '-500')).toBe(false);
  });
});

describe('by webhook', () => {
  const secret = 'canary_secret-canary_secret';
  const url = 'https://bot.example.com/telegram';
  const startByWebhook = async (): Promise<number> => {
    const port = await freePort();
    telegram.webhookTarget = `http://127.0.0.1:${port}`;
    const webhook = { url, secret: new Secret(secret) };
    const env = { HTTP_PORT: String(port), TELEGRAM_WEBHOOK_SECRET: secret };
    await start({ env, channels: ({ log }) => [create(log, { webhook })] });
    await eventually('set', () => telegram.webhook === url);
    return port;
  };

  test('ticket, confirm, fill; a deploy in the middle loses nothing', async () => {
    const port = await startByWebhook();
    await ticketFor(owner);
    telegram.press(owner, '확인');
    await telegram.told(owner, '체결 삼성전자 매수 3주');
    const health = await fetch(`http://127.0.0.1:${port}/health`);
    expect([health.status, await health.json()]).toEqual([
      200,
      { ok: true, venue: 'simulator', version: '0.0.0-test' },
    ]);
    await bot?.app().stop();
    telegram.say(owner, '/balance');
    await eventually('refused', () => telegram.pushes.at(-1)?.status === 0);
    await bot?.restart();
    await clock.advance(1_000);
    await telegram.told(owner, '삼성전자 3주');
    expect(telegram.count('getUpdates')).toBe(0);
    expect(bot?.logs.join('')).not.toContain('canary');
  });

  test('one question beside the running bot takes neither its port nor its webhook', async () => {
    const port = await startByWebhook();
    await bot?.restart({ readOnly: true });
    await expect(fetch(`http://127.0.0.1:${port}/health`)).rejects.toThrow();
  });

  test('a stranger who knows the path says nothing', async () => {
    const port = await startByWebhook();
    const update = { update_id: 1, message: { message_id: 1, date: 1, text: '/halt', from: { id: owner } } };
    const answer = await fetch(`http://127.0.0.1:${port}/telegram`, { method: 'POST', body: JSON.stringify(update) });
    expect(answer.status).toBe(401);
    expect(await bot?.say('/status')).not.toContain('정지되어');
  });
});

describe('a kill between hand-over and handling', () => {
  test('loses no line: the next start is told it again', async () => {
    await start();
    await telegram.told(owner, '시작했습니다');
    bot?.simulator.setFaults([{ on: 'read', fault: 'hang', when: 'before', times: 9 }]);
    telegram.say(owner, '/price 005930');
    telegram.say(owner, '/help');
    await telegram.told(owner, '권한: 소유자');
    // What would be the last word of a stop, and of the one before the restart, is lost, as it is with a kill.
    const stopped = bot?.app().stop();
    await eventually('no longer polled', () => !telegram.polled);
    telegram.fail('getUpdates', { silence: 'cut', times: 2 });
    for (let step = 0; step < 45; step += 1) await clock.advance(1_000);
    await stopped;
    bot?.simulator.clearFaults();
    const before = telegram.messages(owner).length;
    await bot?.restart();
    await eventually('answered', () =>
      telegram
        .messages(owner)
        .slice(before)
        .some(({ text }) => text.includes('거래량')),
    );
  });
});

describe('whose and when', () => {
  test("another person's press does nothing, and leaves the ticket to its owner", async () => {
    await start();
    const ticket = await ticketFor(owner);
    telegram.pressData(trader, ticket.keyboard[0]?.[0]?.callback_data ?? '', ticket);
    await telegram.told(owner, '만든 사람만 누를 수 있습니다');
    expect(venueOrders()).toHaveLength(0);
    expect(ticket).toMatchObject({ edits: 0, keyboard: [[{ text: '확인' }, { text: '취소' }], expect.anything()] });
    telegram.press(owner, '확인');
    await telegram.told(owner, '접수됨');
  });

  test('a stranger gets one sentence, then silence', async () => {
    await start();
    for (const text of ['hello', '/balance', '/buy 005930 1']) telegram.say(999, text);
    await telegram.told(999, '등록된 사람만');
    telegram.say(owner, '/price 005930');
    await telegram.told(owner, '삼성전자');
    expect(telegram.messages(999)).toHaveLength(1);
  });

  test('pressed twice: one order', async () => {
    await start();
    const ticket = await ticketFor(owner);
    const data = ticket.keyboard[0]?.[0]?.callback_data ?? '';
    telegram.pressData(owner, data, ticket);
    telegram.pressData(owner, data, ticket);
    await telegram.told(owner, '이미 확인한 주문표');
    await telegram.told(owner, '체결 삼성전자');
    expect(venueOrders()).toHaveLength(1);
  });

  test('pressed 150 seconds late: nothing', async () => {
    await start();
    const ticket = await ticketFor(owner);
    await clock.advance(149_000);
    telegram.pressData(owner, ticket.keyboard[0]?.[0]?.callback_data ?? '', ticket);
    await telegram.told(owner, '시간이 지난 주문표');
    expect(venueOrders()).toHaveLength(0);
  });

  test('pressed while the bot is down: Telegram forgets it in 150 seconds, and nothing happens', async () => {
    await start();
    const ticket = await ticketFor(owner);
    await bot?.app().stop();
    telegram.press(owner, '확인');
    telegram.say(owner, '/help');
    await clock.advance(151_000);
    await bot?.restart();
    await telegram.told(owner, '권한');
    expect(ticket.edits).toBe(0);
    expect(telegram.count('answerCallbackQuery')).toBe(0);
    expect(venueOrders()).toHaveLength(0);
  });

  test('an update that comes twice is done once', async () => {
    await start();
    const first = telegram.say(owner, '/price 000660');
    await telegram.told(owner, 'SK하이닉스');
    telegram.redeliver(first);
    telegram.say(owner, '/help');
    await telegram.told(owner, '권한');
    await bot?.settled();
    expect(telegram.messages(owner).filter(({ text }) => text.includes('SK하이닉스'))).toHaveLength(1);
  });

  test('a press that comes twice is done once', async () => {
    await start();
    await ticketFor(owner);
    const press = telegram.press(owner, '확인');
    await telegram.told(owner, '체결 삼성전자');
    telegram.redeliver(press);
    telegram.say(owner, '/help');
    await telegram.told(owner, '권한');
    expect(venueOrders()).toHaveLength(1);
    expect(telegram.messages(owner).some(({ text }) => text.includes('이미 확인한'))).toBe(false);
  });

  test('the bot was down for an hour: halt runs, a cancel does not', async () => {
    await start();
    await ticketFor(owner, '/buy 005930 1 60000');
    telegram.press(owner, '확인');
    await telegram.told(owner, '접수됨');
    await bot?.app().stop();
    telegram.say(owner, '/cancel all');
    telegram.say(owner, '/halt');
    await clock.advance(3_600_000);
    await bot?.restart();
    await telegram.told(owner, '너무 오래된 요청');
    await telegram.told(owner, '거래를 정지했습니다');
    expect(telegram.messages(owner).some(({ text }) => text.includes('취소 주문표'))).toBe(false);
    expect(venueOrders().filter(({ action }) => action !== 'new')).toHaveLength(0);
  });

  test('pairing: the code on the terminal makes the first owner, five tries', async () => {
    await start({ env: { HOGA_OWNERS: '', HOGA_TRADERS: '' } });
    const invitation = await bot?.told('/pair');
    const code = /\/pair (\w+)/.exec(invitation ?? '')?.[1] ?? '';
    telegram.say(333, '/balance');
    await telegram.told(333, '등록된 사람만');
    telegram.say(333, '/pair wrong');
    await telegram.told(333, '등록 코드가 다릅니다');
    telegram.say(333, `/pair ${code}`);
    await telegram.told(333, '이제 소유자입니다');
    telegram.say(444, `/pair ${code}`);
    await telegram.told(444, '등록된 사람만');
    await bot?.restart();
    telegram.say(333, '/balance');
    await telegram.told(333, '잔고');
  });

  test('pairing: closed after five wrong tries', async () => {
    await start({ env: { HOGA_OWNERS: '', HOGA_TRADERS: '' } });
    const code = /\/pair (\w+)/.exec((await bot?.told('/pair')) ?? '')?.[1] ?? '';
    for (let attempt = 0; attempt < 5; attempt += 1) telegram.say(333, `/pair guess${attempt}`);
    await eventually('answered', () => telegram.messages(333).length === 5);
    telegram.say(333, `/pair ${code}`);
    await telegram.told(333, '등록된 사람만');
    telegram.say(333, '/balance');
    telegram.say(333, '/pair again');
    expect(telegram.messages(333)).toHaveLength(6);
  });
});

describe('when things go wrong', () => {
  test('KIS hangs while a button is pressed: the press is acknowledged at once', async () => {
    await start();
    await ticketFor(owner);
    bot?.simulator.setFaults([{ on: 'order', fault: 'hang', when: 'after' }]);
    telegram.press(owner, '확인');
    await eventually('acknowledged', () => telegram.count('answerCallbackQuery') === 1);
    await eventually('at the venue', () => venueOrders().length === 1);
    await clock.advance(1_500);
    await telegram.told(owner, 'KIS로 보내는 중');
    telegram.say(owner, '/help');
    await telegram.told(owner, '권한: 소유자');
    await eventually('unknown', async () => {
      if (telegram.messages(owner).some(({ text }) => text.includes('결과를 모릅니다'))) return true;
      await clock.advance(500);
      return false;
    });
    expect(venueOrders()).toHaveLength(1);
  });

  test('429, 5xx and cut connections in the middle: everything arrives, once, in order', async () => {
    await start();
    await telegram.told(owner, '시작했습니다');
    telegram.fail('sendMessage', { status: 429, description: 'Too Many Requests: retry after 3', retryAfter: 3 });
    telegram.fail('sendMessage', { status: 502, page: '<html>Bad Gateway</html>', times: 2 });
    telegram.fail('sendMessage', { silence: 'cut', skip: 1 });
    const askedAt = clock.now();
    for (const name of ['buy', 'sell', 'cancel']) telegram.say(owner, `/help ${name}`);
    const answers = (): readonly string[] => telegram.messages(owner).flatMap(({ text }) => /\/\w+/.exec(text) ?? []);
    const before = answers().length;
    for (let step = 0; step < 200 && answers().length < before + 3; step += 1) await clock.advance(500);
    expect(answers().slice(before)).toEqual(['/buy', '/sell', '/cancel']);
    expect(clock.now() - askedAt).toBeGreaterThan(3_000);
  });

  test('the answer to an edit is lost: the ticket says it once, and nothing is said beside it', async () => {
    await start();
    const ticket = await ticketFor(owner, '/buy 005930 1 60000');
    telegram.fail('editMessageText', { status: 502, after: true });
    telegram.fail('editMessageText', { silence: 'cut', after: true });
    telegram.press(owner, '확인');
    await telegram.told(owner, '접수됨');
    for (let step = 0; step < 20 && telegram.count('editMessageText') < 3; step += 1) await clock.advance(500);
    await eventually('all said', () => telegram.count('editMessageText') === 3);
    expect(telegram.messages(owner).filter(({ text }) => text.includes('접수됨'))).toEqual([ticket]);
    expect(ticket.edits).toBe(1);
    await bot?.settled();
    expect(bot?.logs.some((line) => line.includes('"final":true'))).toBe(false);
    expect(venueOrders()).toHaveLength(1);
  });

  test('a ticket deleted from the chat: what became of it is told all the same', async () => {
    await start();
    const ticket = await ticketFor(owner);
    telegram.press(owner, '확인');
    telegram.remove(ticket);
    await telegram.told(owner, '접수됨');
    await telegram.told(owner, '체결 삼성전자 매수 3주');
  });

  test('somebody has blocked the bot: the others are served', async () => {
    await start();
    telegram.blocked.add(trader);
    telegram.say(trader, '/help');
    telegram.say(owner, '/help');
    await telegram.told(owner, '권한');
    await eventually('given up', () => bot?.logs.some((line) => line.includes('bot was blocked')));
    expect(telegram.messages(trader)).toHaveLength(0);
  });

  test('two pollers: explained, and the bot goes on', async () => {
    await start();
    await eventually('polled', () => telegram.polled);
    await fetch(`${telegram.apiRoot}/bot${telegram.token}/getUpdates`, { method: 'POST' });
    await eventually('explained', () => bot?.logs.some((line) => line.includes('another program polls')));
    expect(await telegram.told(owner, '같은 텔레그램 토큰')).toMatchObject({ text: expect.stringContaining('test:1') });
    await bot?.told('비켜서고');
    await clock.advance(31_000);
    telegram.say(owner, '/help');
    await telegram.told(owner, '권한');
  });

  test('a token Telegram does not know: explained, and nothing of it in the log', async () => {
    const wrong = '999999:WRONG-wrong-WRONG-wrong-WRONG-wrong';
    bot = await startHarness({
      clock,
      channels: ({ log }) => [create(log, { token: new Secret(wrong) })],
    });
    await eventually('explained', () => bot?.logs.some((line) => line.includes('TELEGRAM_BOT_TOKEN')));
    expect(await bot.say('/price 005930')).toContain('삼성전자');
    expect(bot.logs.join('')).not.toContain('WRONG');
  });

  test('Telegram is away: the log does not hold the token, and what was to be said is said later', async () => {
    await start();
    await telegram.told(owner, '시작했습니다');
    telegram.fail('getUpdates', { status: 500, times: 3 });
    telegram.fail('sendMessage', { status: 500, times: 3 });
    bot?.simulator.pushForeignNotice({
      symbol: '005930',
      side: 'buy',
      quantity: 7,
      price: 70_000,
      account: '5000000001',
      number: '0000000999',
    });
    const told = (): boolean => telegram.messages(owner).some(({ text }) => text.includes('다른 곳 주문의 체결'));
    for (let step = 0; step < 200 && !told(); step += 1) await clock.advance(1_000);
    expect(told()).toBe(true);
    expect(bot?.logs.join('')).not.toContain('TEST-TOKEN');
  });
});
