import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commands } from '../../../commands/index.ts';
import { DiscordChannel } from '../../../src/channels/discord/discord.ts';
import { ko } from '../../../src/i18n/ko.ts';
import { Secret } from '../../../src/secret.ts';
import { eventually, JumpClock } from '../../support/clock.ts';
import { type DiscordStandIn, ownChatOf, startDiscord, type Where } from '../../support/discord/discord.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

// The whole bot over Discord's gateway and HTTP: real discord.js, real KIS wire, every request judged by Discord's
// specification.
const owner = '100000000000000111';
const trader = '100000000000000222';
const viewer = '100000000000000333';
const stranger = '100000000000000999';
const server: Where = { guildId: '200000000000000001', channelId: '300000000000000001' };
const own = ownChatOf(owner);
let discord: DiscordStandIn;
let clock: JumpClock;
let bot: Harness | undefined;

beforeEach(async () => {
  clock = new JumpClock();
  discord = await startDiscord(clock);
});
afterEach(async () => {
  await bot?.stop();
  bot = undefined;
  await discord.stop();
  expect(discord.violations).toEqual([]);
});

const start = async (options: HarnessOptions = {}): Promise<Harness> => {
  bot = await startHarness({
    clock,
    channels: ({ log }) => [
      new DiscordChannel({
        token: new Secret(discord.token),
        apiRoot: discord.apiRoot,
        commands,
        words: ko,
        clock,
        log,
        loginPacing: async () => ({ waitForIdentify: async () => undefined }),
      }),
    ],
    ...options,
    env: {
      HOGA_OWNERS: `discord:${owner}`,
      HOGA_TRADERS: `discord:${trader}`,
      HOGA_VIEWERS: `discord:${viewer}`,
      ...options.env,
    },
  });
  // It asks as soon as it knows its session.
  await eventually('ready', () => discord.count('ListCommands') > 0);
  return bot;
};
const venueOrders = () => bot?.simulator.state().orders ?? [];
const order = { instrument: '005930', quantity: 3, price: '70000' };
const ticketFor = async (userId: string, where?: Where, options: typeof order = order) => {
  discord.slash(userId, 'buy', options, where);
  return discord.told(where?.channelId ?? ownChatOf(userId), '매수 주문표');
};

/** Somebody's place at the bot, wherever that is. */
interface Seat {
  readonly type: (line: string) => void;
  readonly press: (label: string) => void;
  readonly pressAgain: () => void;
  readonly texts: () => readonly string[];
}

const atDiscord = (): Seat => {
  let pressed = (): void => undefined;
  const command = (line: string): void => {
    const [name = '', ...words] = line.slice(1).split(' ');
    const keys = Object.keys(commands.find((one) => one.name === name)?.args ?? {});
    // The last argument takes the rest of the line, as a condition does.
    const values = keys.map((key, at) => [key, (at === keys.length - 1 ? words.slice(at) : [words[at]]).join(' ')]);
    discord.slash(owner, name, Object.fromEntries(values));
  };
  return {
    type: command,
    press(label) {
      const ticket = discord.messages(own).findLast(({ buttons }) => buttons.flat().some((one) => one.label === label));
      const id = ticket?.buttons.flat().find((one) => one.label === label)?.custom_id ?? '';
      pressed = () => void (ticket !== undefined && discord.pressOn(owner, ticket, id));
      pressed();
    },
    pressAgain: () => pressed(),
    texts: () => discord.messages(own).map(({ text }) => text),
  };
};

const atTerminal = (terminal: Harness): Seat => {
  let pressed = '';
  return {
    type: (line) => void terminal.hand({ kind: 'text', text: line }),
    press(label) {
      pressed = terminal.button(label);
      void terminal.hand({ kind: 'press', button: pressed });
    },
    pressAgain: () => void terminal.hand({ kind: 'press', button: pressed }),
    texts: () => terminal.shown(),
  };
};

/** A day in short: what was said, order numbers left out. */
const conversation = async (seat: Seat, { simulator }: Harness): Promise<readonly string[]> => {
  const told = (text: string): Promise<unknown> =>
    eventually(text, () => seat.texts().some((shown) => shown.includes(text)));
  await told('시작했습니다');
  seat.type('/price 005930');
  await told('시가/고가/저가');
  seat.type('/buy 005930 3 70000');
  await told('70,000원 × 3주');
  seat.press('확인');
  await told('체결 삼성전자 매수 3주');
  seat.pressAgain();
  await told('이미 확인한 주문표');
  seat.type('/alert 005930 >= 71000');
  await told('알림을 만들었습니다');
  simulator.setPrice('005930', 71_000);
  await told('🔔 알림');
  seat.type('/balance');
  await told('삼성전자 3주');
  seat.type('/buy 005930 1 60000');
  await told('60,000원 × 1주');
  seat.press('확인');
  await eventually('resting', () => simulator.state().orders.length === 2);
  await eventually('accepted', () => seat.texts().filter((text) => text.includes('접수됨')).length === 2);
  seat.type('/cancel all');
  await told('취소 주문표');
  seat.press('확인');
  await told('취소 확인');
  await eventually('accepted', () => seat.texts().some((text) => text.includes('취소 접수')));
  await told('접수됨 → 취소됨');
  // A fill is told when it is pushed, so who comes first is not said.
  return seat
    .texts()
    .map((text) => text.replaceAll(/\d{6,10}(?!\d)/g, '#'))
    .toSorted();
};

describe('a conversation', () => {
  test('price, ticket, confirm, double press, fill, alert, balance, cancel: the same as at the terminal', async () => {
    const terminal = await startHarness();
    const expected = await conversation(atTerminal(terminal), terminal).finally(() => terminal.stop());
    const told = await conversation(atDiscord(), await start());
    expect(told).toEqual(expected);
    expect(discord.messages(own).every(({ thinking }) => !thinking)).toBe(true);
  });

  test('a ticket becomes what came of it, in its place, with colours and codes', async () => {
    await start();
    discord.slash(owner, 'price', { instruments: '삼성전자' });
    expect((await discord.told(own, '70,000원')).markdown).toContain('**삼성전자** `005930`');
    const ticket = await ticketFor(owner);
    expect(ticket.buttons[0]?.map(({ label }) => label)).toEqual(['확인', '취소']);
    discord.press(owner, '확인');
    await eventually('filled', () => ticket.text.includes('체결 완료'));
    // Once for the answer, once for the fill.
    expect(ticket).toMatchObject({ text: expect.stringContaining('접수됨 → 체결 완료'), buttons: [], edits: 2 });
    expect(ticket.onlyFor).toBeUndefined();
  });
});

describe('where others read along', () => {
  const { channelId } = server;

  test('prices are for all; money, tickets and all that is pressed on them for the person alone', async () => {
    await start();
    discord.slash(trader, 'price', { instruments: '005930' }, server);
    expect(await discord.told(channelId, '70,000원')).toMatchObject({ onlyFor: undefined });
    discord.slash(trader, 'balance', {}, server);
    expect(await discord.told(channelId, '예수금')).toMatchObject({ onlyFor: trader });
    const ticket = await ticketFor(trader, server);
    discord.press(trader, '확인', server);
    await discord.told(channelId, '접수됨');
    expect(await discord.told(channelId, '체결 삼성전자 매수 3주')).toMatchObject({ onlyFor: trader });
    await eventually('filled', () => ticket.text.includes('접수됨 → 체결 완료'));
    discord.pressOn(trader, ticket, 'confirm:gone');
    await discord.told(channelId, '주문표를 찾지 못했습니다');
    const shown = discord.messages(channelId).filter(({ onlyFor }) => onlyFor === undefined);
    expect(shown.map(({ text }) => /현재가|70,000원/.test(text))).toEqual([true]);
  });

  test('what went wrong with an order is told the person alone', async () => {
    await start();
    discord.slash(trader, 'buy', { instrument: '005930', quantity: 100_000 }, server);
    await eventually('answered', () => discord.messages(channelId).some(({ thinking }) => !thinking));
    expect(discord.messages(channelId).every(({ onlyFor }) => onlyFor === trader)).toBe(true);
  });

  test("a fill long after the order goes to the person's own chat, not to the channel", async () => {
    await start();
    await ticketFor(trader, server, { instrument: '005930', quantity: 1, price: '69000' });
    discord.press(trader, '확인', server);
    await discord.told(channelId, '접수됨');
    await clock.advance(16 * 60_000);
    bot?.simulator.setPrice('005930', 69_000);
    await discord.told(ownChatOf(trader), '체결 삼성전자 매수 1주');
    expect(discord.messages(channelId).every(({ onlyFor }) => onlyFor === trader)).toBe(true);
  });

  test('an alert that fires after the interaction is over is an ordinary message of the channel', async () => {
    await start();
    discord.slash(viewer, 'alert', { instrument: '005930', condition: '>= 71000' }, server);
    await discord.told(channelId, '알림을 만들었습니다');
    await clock.advance(16 * 60_000);
    bot?.simulator.setPrice('005930', 71_000);
    expect(await discord.told(channelId, '🔔 알림')).toMatchObject({ interaction: undefined, onlyFor: undefined });
  });

  test('in a channel the bot may not write to: the alert comes to the person', async () => {
    await start();
    discord.slash(viewer, 'alert', { instrument: '005930', condition: '>= 71000' }, server);
    await discord.told(channelId, '알림을 만들었습니다');
    discord.barred.add(channelId);
    await clock.advance(16 * 60_000);
    bot?.simulator.setPrice('005930', 71_000);
    await discord.told(ownChatOf(viewer), '🔔 알림');
  });
});

describe('commands, forms, suggestions', () => {
  test('amend by a form that asks for the price, and how many if not all', async () => {
    await start();
    await ticketFor(owner, undefined, { instrument: '005930', quantity: 1, price: '60000' });
    discord.press(owner, '확인');
    await discord.told(own, '접수됨');
    discord.slash(owner, 'orders');
    const list = await discord.told(own, '미체결');
    const amend = list.buttons.flat().find(({ label }) => label.endsWith('정정'));
    discord.pressOn(owner, list, amend?.custom_id ?? '');
    const form = await eventually('a form', () => discord.forms.at(-1));
    expect(form.data['components']).toEqual([
      expect.objectContaining({
        label: '가격',
        component: expect.objectContaining({ custom_id: 'price', required: true }),
      }),
      expect.objectContaining({
        label: '수량',
        component: expect.objectContaining({ custom_id: 'quantity', required: false }),
      }),
    ]);
    discord.submit(owner, { price: '61000', quantity: '' });
    await discord.told(own, '정정 주문표');
    discord.press(owner, '확인');
    await eventually('amended', () => venueOrders().some(({ price }) => price === 61_000));
  });

  test('a part of an order by an option', async () => {
    await start();
    await ticketFor(owner, undefined, { instrument: '005930', quantity: 7, price: '60000' });
    discord.press(owner, '확인');
    await discord.told(own, '접수됨');
    const order = String(Number(venueOrders()[0]?.number));
    discord.slash(owner, 'cancel', { order, quantity: '3' });
    await discord.told(own, '남은 7주 중 3주');
    discord.press(owner, '확인');
    await eventually('cancelled', () => venueOrders()[0]?.remaining === 4);
    discord.slash(owner, 'amend', { order, price: '61000', quantity: '5' });
    const refused = await discord.told(own, '5주는 안 됩니다');
    expect(refused.buttons.flat().map(({ label }) => label)).toEqual(['4주 모두 61,000원으로']);
  });

  test('suggestions within 300 ms, as many as Discord shows; none for strangers', async () => {
    await start();
    const at = discord.type(owner, 'buy', 'instrument', '삼성');
    const proposals = await discord.proposed(at);
    expect(proposals.map(({ value }) => value)).toContain('005930');
    expect(proposals.length).toBeLessThanOrEqual(25);
    // The best of three: a machine that is busy with other tests is not measured.
    const again = [discord.type(owner, 'buy', 'instrument', 'ㅅㅅ'), discord.type(owner, 'buy', 'instrument', '전자')];
    for (const typed of again) await discord.proposed(typed);
    const answers = [at, ...again].map((typed) => discord.firstAnswers.get(typed) ?? Number.POSITIVE_INFINITY);
    expect(Math.min(...answers)).toBeLessThan(300);
    expect(await discord.proposed(discord.type(stranger, 'buy', 'instrument', '삼성'))).toEqual([]);
  });

  test('typed in the own chat, with a ticket that is pressed there', async () => {
    await start();
    discord.say(owner, '/buy 005930 3 70000');
    const ticket = await discord.told(own, '매수 주문표');
    discord.press(owner, '확인');
    await discord.told(own, '체결 삼성전자 매수 3주');
    await eventually('filled', () => ticket.text.includes('접수됨 → 체결 완료'));
  });

  test('a viewer may look, and not order', async () => {
    await start();
    discord.slash(viewer, 'buy', order);
    await discord.told(ownChatOf(viewer), '거래 권한이 있어야');
    discord.slash(viewer, 'price', { instruments: '005930' });
    await discord.told(ownChatOf(viewer), '삼성전자');
    expect(venueOrders()).toHaveLength(0);
  });

  test('a stranger gets one polite sentence, then silence, and nothing that goes on thinking', async () => {
    await start();
    discord.slash(stranger, 'balance', {}, server);
    expect(await discord.told(server.channelId, '등록된 사람만')).toMatchObject({ onlyFor: stranger });
    discord.slash(stranger, 'price', { instruments: '005930' }, server);
    discord.say(stranger, '/price 005930');
    await eventually('deferred', () => discord.messages(server.channelId).length === 2);
    discord.slash(owner, 'help');
    await discord.told(own, '권한');
    await clock.advance(6_000);
    await eventually('taken back', () => discord.messages(server.channelId).length === 1);
    expect(discord.messages(ownChatOf(stranger))).toHaveLength(0);
  });

  test('pairing, by a command that a stranger may use', async () => {
    await start({ env: { HOGA_OWNERS: '', HOGA_TRADERS: '', HOGA_VIEWERS: '' } });
    const code = /\/pair (\w+)/.exec((await bot?.told('/pair')) ?? '')?.[1] ?? '';
    discord.slash(stranger, 'pair', { code: 'wrong' }, server);
    await discord.told(server.channelId, '등록 코드가 다릅니다');
    discord.slash(stranger, 'pair', { code }, server);
    expect(await discord.told(server.channelId, '이제 소유자입니다')).toMatchObject({ onlyFor: stranger });
  });

  test("somebody else's press does nothing, and leaves the ticket alone", async () => {
    await start();
    discord.say(owner, '/buy 005930 3 70000');
    const ticket = await discord.told(own, '매수 주문표');
    discord.pressOn(trader, ticket, ticket.buttons[0]?.[0]?.custom_id ?? '');
    await eventually('told', () =>
      discord.messages(ownChatOf(trader)).some(({ text }) => text.includes('만든 사람만')),
    );
    expect(ticket).toMatchObject({ edits: 0 });
    expect(venueOrders()).toHaveLength(0);
  });
});

describe('when things go wrong', () => {
  test('KIS hangs for 30 seconds: the first answer is in time, the real one arrives in its place', async () => {
    await start();
    await discord.told(own, '시작했습니다');
    bot?.simulator.setFaults([{ on: 'price', fault: 'hang' }]);
    const id = discord.slash(owner, 'price', { instruments: '005930' });
    await eventually('deferred', () => discord.firstAnswers.get(id));
    expect(discord.firstAnswers.get(id)).toBeLessThan(500);
    const answer = discord.messages(own).at(-1);
    expect(answer).toMatchObject({ thinking: true });
    for (let step = 0; step < 60 && answer?.text.includes('삼성전자') !== true; step += 1) await clock.advance(1_000);
    await eventually('answered', () => answer?.thinking === false);
    expect(discord.messages(own)).toHaveLength(2);
  });

  test('KIS hangs while a ticket is pressed: acknowledged at once, and the outcome stands on the ticket', async () => {
    await start();
    const ticket = await ticketFor(owner);
    bot?.simulator.setFaults([{ on: 'order', fault: 'hang', when: 'after' }]);
    const press = discord.press(owner, '확인');
    await eventually('acknowledged', () => discord.firstAnswers.get(press));
    expect(discord.firstAnswers.get(press)).toBeLessThan(500);
    await eventually('at the venue', () => venueOrders().length === 1);
    await clock.advance(1_500);
    await eventually('said', () => ticket.text.includes('KIS로 보내는 중'));
    await eventually('said', async () => {
      if (ticket.text.includes('결과를 모릅니다')) return true;
      await clock.advance(500);
      return false;
    });
    expect(ticket.buttons.flat().map(({ label }) => label)).toEqual(['주문 확인']);
    expect(venueOrders()).toHaveLength(1);
    // Found in the lists of KIS, it is settled in the same place.
    await clock.advance(30_000);
    await eventually('settled', () => ticket.text.includes('접수됨'));
  });

  test('the gateway breaks: taken up again, and nothing lost', async () => {
    await start();
    await discord.told(own, '시작했습니다');
    discord.gateway.cut();
    discord.slash(owner, 'help');
    discord.say(owner, '/price 000660');
    await discord.told(own, 'SK하이닉스');
    expect(discord.gateway.count(6)).toBe(1);
    expect(discord.gateway.count(2)).toBe(1);
  });

  test('429 and 5xx in the middle: everything arrives, once, in order', async () => {
    await start();
    await discord.told(own, '시작했습니다');
    discord.fail('PostMessage', { status: 429, retryAfter: 3 });
    discord.fail('PostMessage', { status: 502, page: '<html>Bad Gateway</html>', times: 2 });
    discord.fail('PostMessage', { silence: 'cut', skip: 1 });
    discord.fail('PostMessage', { status: 500, after: true, skip: 1 });
    const askedAt = clock.now();
    for (const name of ['buy', 'sell', 'cancel']) discord.say(owner, `/help ${name}`);
    const answers = (): readonly string[] =>
      discord.messages(own).flatMap(({ text }) => /\/(?:buy|sell|cancel)/.exec(text)?.[0] ?? []);
    for (let step = 0; step < 200 && answers().length < 3; step += 1) await clock.advance(500);
    for (let step = 0; step < 20; step += 1) await clock.advance(500);
    expect(answers()).toEqual(['/buy', '/sell', '/cancel']);
    expect(clock.now() - askedAt).toBeGreaterThan(3_000);
  });

  test("the deferred answer's edit fails and is repeated: it says it once", async () => {
    await start();
    await discord.told(own, '시작했습니다');
    discord.fail('EditAnswer', { status: 502, after: true });
    discord.fail('EditAnswer', { status: 429, retryAfter: 2 });
    discord.slash(owner, 'help');
    for (let step = 0; step < 20 && discord.count('EditAnswer') < 3; step += 1) await clock.advance(500);
    await eventually('repeated', () => discord.count('EditAnswer') === 3);
    await bot?.settled();
    expect(discord.messages(own).filter(({ text }) => text.includes('권한'))).toHaveLength(1);
  });

  test('a restart between ticket and press: the outcome stands on the ticket all the same', async () => {
    await start();
    const ticket = await ticketFor(trader, server);
    await bot?.restart();
    await eventually('connected', () => discord.gateway.connected);
    discord.press(trader, '확인', server);
    await eventually('said', () => ticket.text.includes('접수됨'));
    expect(discord.messages(server.channelId).every(({ onlyFor }) => onlyFor === trader)).toBe(true);
  });

  test('somebody lets no bot write to them: the others are served', async () => {
    await start({ env: { HOGA_OWNERS: `discord:${owner},discord:${stranger}` } });
    discord.closedTo.add(stranger);
    discord.slash(owner, 'help');
    await discord.told(own, '권한');
    expect(discord.messages(ownChatOf(owner)).some(({ text }) => text.includes('시작했습니다'))).toBe(true);
  });

  test('a token Discord does not know: one clear line, the terminal goes on, nothing of it in the log', async () => {
    const wrong = 'WRONGWRONGWRONGWRONGWRONG.WRONG-.WRONG-wrong-WRONG-wrong-WRONG';
    bot = await startHarness({
      clock,
      channels: ({ log }) => [
        new DiscordChannel({ token: new Secret(wrong), apiRoot: discord.apiRoot, commands, words: ko, clock, log }),
      ],
    });
    await eventually('explained', () => bot?.logs.some((line) => line.includes('DISCORD_BOT_TOKEN')));
    expect(await bot.say('/price 005930')).toContain('삼성전자');
    expect(bot.logs.join('')).not.toContain('WRONG');
  });
});
