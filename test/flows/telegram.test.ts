import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { TelegramChannel } from '../../src/chat/telegram.ts';
import { eventually, JumpClock } from '../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness } from '../support/harness.ts';
import { startTelegram, type TelegramStandIn } from '../support/telegram.ts';

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

const start = async (options: HarnessOptions = {}): Promise<Harness> => {
  bot = await startHarness({
    clock,
    channels: ({ log }) => [
      new TelegramChannel({
        token: telegram.token,
        apiRoot: telegram.apiRoot,
        clock,
        log,
        menu: [{ command: 'price', description: '현재가' }],
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
    expect(telegram.menu).toEqual([{ command: 'price', description: '현재가' }]);
    telegram.say(owner, '/price 삼성전자');
    expect((await telegram.told(owner, '70,000원')).html).toContain('<b>삼성전자</b> <code>005930</code>');
    const ticket = await ticketFor(owner);
    expect(ticket.keyboard[0]?.map(({ text }) => text)).toEqual(['확인', '취소']);
    telegram.press(owner, '확인');
    const accepted = await telegram.told(owner, '접수됨');
    expect(accepted).toMatchObject({ id: ticket.id, keyboard: [] });
    await telegram.told(owner, '체결 삼성전자 매수 3주');
    telegram.say(owner, '/balance');
    await telegram.told(owner, '삼성전자 3주');
    await ticketFor(owner, '/buy 005930 1 60000');
    telegram.press(owner, '확인');
    await eventually('resting', () => venueOrders().length === 2);
    telegram.say(owner, '/cancel all');
    await telegram.told(owner, '취소 주문표');
    telegram.press(owner, '확인');
    await telegram.told(owner, '취소 확인');
  });

  test('in a group, with the name of the bot and in a topic', async () => {
    await start();
    telegram.say(owner, '/price@hoga_test_bot 005930', { chatId: -100 });
    await telegram.told(-100, '삼성전자');
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

  test('5,000 characters get one sentence', async () => {
    await start();
    telegram.say(owner, '가'.repeat(4_096));
    await telegram.told(owner, '메시지가 너무 깁니다(4,096자)');
  });
});

describe('whose and when', () => {
  test("another person's press does nothing, and leaves the ticket to its owner", async () => {
    await start();
    const ticket = await ticketFor(owner);
    telegram.pressData(trader, ticket.keyboard[0]?.[0]?.callback_data ?? '', ticket);
    await telegram.told(owner, '만든 사람만 누를 수 있습니다');
    expect(venueOrders()).toHaveLength(0);
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
    await clock.advance(30_000);
    await telegram.told(owner, '결과를 모릅니다');
    expect(venueOrders()).toHaveLength(1);
  });

  test('429 and 5xx in the middle: everything arrives, once, in order', async () => {
    await start();
    await telegram.told(owner, '시작했습니다');
    telegram.fail('sendMessage', { status: 429, description: 'Too Many Requests: retry after 3', retryAfter: 3 });
    telegram.fail('sendMessage', { status: 502, description: 'Bad Gateway', times: 2 });
    const asked = ['/price 005930', '/price 000660', '/help'];
    for (const line of asked) {
      telegram.say(owner, line);
      await eventually('taken', () => telegram.requests.some(({ method }) => method === 'getUpdates'));
    }
    const answers = (): readonly string[] =>
      telegram
        .messages(owner)
        .map(({ text }) => text)
        .filter((text) => /삼성전자 005930|SK하이닉스|권한/.test(text));
    const before = telegram.requests.find(({ method }) => method === 'sendMessage')?.at ?? 0;
    for (let step = 0; step < 200 && answers().length < 3; step += 1) await clock.advance(500);
    await eventually('all answered', () => answers().length === 3);
    expect(clock.now() - before).toBeGreaterThan(3_000);
    expect(new Set(answers()).size).toBe(3);
  });

  test('two pollers: explained, and the bot goes on', async () => {
    await start();
    telegram.fail('getUpdates', { status: 409, description: 'Conflict: terminated by other getUpdates request' });
    telegram.say(owner, '/price 005930');
    await eventually('explained', () => bot?.logs.some((line) => line.includes('another program polls')));
    await clock.advance(31_000);
    telegram.say(owner, '/help');
    await telegram.told(owner, '권한');
  });

  test('a token Telegram does not know: explained, and nothing of it in the log', async () => {
    const wrong = '999999:WRONG-wrong-WRONG-wrong-WRONG-wrong';
    bot = await startHarness({
      clock,
      channels: ({ log }) => [new TelegramChannel({ token: wrong, apiRoot: telegram.apiRoot, clock, log, menu: [] })],
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
