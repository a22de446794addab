import { afterEach, describe, expect, test } from 'vitest';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

let bot: Harness;
const paper = {
  simulator: { kind: 'paper', hours: 'live', callsPerSecond: 1_000 },
  env: {
    KIS_ENV: 'paper',
    KIS_APP_KEY: 'key-of-paper',
    KIS_APP_SECRET: 'secret-of-paper',
    KIS_ACCOUNT: '50000000-01',
    KIS_HTS_ID: 'hogasim',
  },
} as const;
const lost = { on: 'order', fault: 'cut', when: 'after' } as const;
const neverArrived = { on: 'order', fault: 'cut', when: 'before' } as const;

/** The bot with an order of seven shares that rests below the market; its number as a person types it. */
const startWithOrder = async (options: HarnessOptions = {}): Promise<string> => {
  bot = await startHarness(options);
  await bot.say('/buy 005930 7 60000');
  await bot.press(bot.chat().messages.at(-1)?.buttons[0]?.label ?? '');
  return String(Number(venueOrders()[0]?.number));
};
afterEach(async () => {
  await bot.stop();
});

const venueOrders = () => bot.simulator.state().orders;
const told = (text: string): number => bot.shown().filter((shown) => shown.includes(text)).length;
/** Lets so many seconds go by, a look of the bot at a time. */
const pass = async (seconds: number): Promise<void> => {
  for (let second = 0; second < seconds; second += 1) {
    await bot.clock.advance(1_000);
    await bot.settled();
  }
};

describe('a part is cancelled', () => {
  test('so many shares and no more; the rest stands under its number, and is told of', async () => {
    const number = await startWithOrder();
    const ticket = await bot.say(`/cancel ${number} 3`);
    expect(ticket).toContain('남은 7주 중 3주');
    expect(ticket).toContain('3주만 취소하고 4주는 그대로 둡니다');
    expect(await bot.press('확인')).toMatch(/취소 접수됨\n삼성전자 매수 7주 중 3주 · 주문 \d+ 취소/);
    expect(venueOrders()).toMatchObject([
      { action: 'new', remaining: 4, status: 'accepted' },
      { action: 'cancel', quantity: 3 },
    ]);
    await pass(2);
    expect(await bot.told('일부 취소 확인')).toContain('3주가 취소되었습니다. 남은 4주는 그대로입니다');
    const list = await bot.say('/orders');
    expect(list).toContain('남은 4주 / 7주 · 3주 취소');
    expect(list).toContain('접수 · 삼성전자 매수 7주 60,000원 · 3주 취소');
    bot.simulator.trade('005930', 'sell', 4, 60_000);
    expect(await bot.told('체결 삼성전자')).toContain('누적 4주 / 4주');
    expect(await bot.say('/orders')).toContain('체결 완료 · 삼성전자 매수 7주');
    const timeline = await bot.say(`/why ${number}`);
    expect(timeline).toContain('3주 취소, 나머지는 그대로');
    await pass(60);
    expect(told('취소 확인')).toBe(1);
  });

  test('twice in turn: each part is told, and the last of it ends the order', async () => {
    const number = await startWithOrder();
    for (const [part, left] of [
      [3, 4],
      [2, 2],
    ]) {
      await bot.say(`/cancel ${number} ${part}주`);
      await bot.press('확인');
      await pass(2);
      await bot.told(`남은 ${left}주는 그대로입니다`);
    }
    await bot.say(`/cancel ${number} 2`);
    await bot.press('확인');
    expect(await bot.told('남은 2주가 취소되었습니다')).toContain('취소 확인');
    await pass(60);
    expect(told('취소 확인')).toBe(3);
    expect(venueOrders().map(({ quantity }) => quantity)).toEqual([7, 3, 2, 2]);
  });

  test('a push that comes twice does not end what stands', async () => {
    const number = await startWithOrder();
    await bot.say(`/cancel ${number} 4`);
    bot.simulator.setFaults({ notices: { hold: true, duplicate: 2 } });
    await bot.press('확인');
    await pass(31);
    await bot.told('남은 3주는 그대로입니다');
    bot.simulator.setFaults({ notices: { hold: false } });
    await pass(10);
    bot.simulator.cancelElsewhere(number, { quantity: 2 });
    await pass(10);
    await bot.told('남은 1주는 그대로입니다');
    expect(await bot.say('/orders')).toContain('남은 1주 / 7주 · 6주 취소');
    expect(told('주가 취소되었습니다.')).toBe(2);
  });

  test.each([
    ['7', 'all shares there are'],
    ['전량', 'a word for all'],
    ['7주', 'with its unit'],
  ])('%s, %s, is a cancel of all', async (part) => {
    const number = await startWithOrder();
    const ticket = await bot.say(`/cancel ${number} ${part}`);
    expect(ticket).toContain('남은 7주');
    expect(ticket).not.toContain('중');
    await bot.press('확인');
    expect(await bot.told('취소 확인')).toContain('남은 7주가 취소되었습니다');
  });

  test('half of it, in words; said as a sentence', async () => {
    const number = await startWithOrder();
    expect(await bot.say(`/cancel ${number} 절반`)).toContain('7주 중 3주');
    expect(await bot.say(`${number}번 2주 취소해줘`)).toContain('7주 중 2주');
    expect(await bot.say(`${number}번에서 2주만 취소`)).toContain('7주 중 2주');
  });

  test.each([
    ['its answer lost', lost, '확인됨: 취소가 접수되어 있습니다', 4],
    ['its request lost', neverArrived, '확인됨: 접수되지 않았습니다', 7],
  ] as const)('%s: settled from the list, with the part named', async (_case, rule, sentence, left) => {
    const number = await startWithOrder();
    await bot.say(`/cancel ${number} 3`);
    bot.simulator.setFaults([rule]);
    expect(await bot.press('확인')).toContain('결과를 모릅니다');
    if (rule === neverArrived) {
      // A second one would take as many again.
      await bot.say(`/cancel ${number} 2`);
      expect(await bot.press('확인')).toContain('같은 주문의 결과를 아직 몰라');
    }
    await pass(40);
    expect(await bot.told(sentence)).toContain('7주 중 3주');
    expect(venueOrders()[0]?.remaining).toBe(left);
    expect(told('확인됨')).toBe(1);
    expect(told('일부 취소 확인')).toBe(rule === lost ? 1 : 0);
  });

  test('its request lost, and as many cancelled elsewhere: that is not taken for it', async () => {
    const number = await startWithOrder();
    await bot.say(`/cancel ${number} 3`);
    bot.simulator.setFaults([neverArrived]);
    await bot.press('확인');
    bot.simulator.cancelElsewhere(number, { quantity: 3 });
    await pass(40);
    await bot.told('확인됨: 접수되지 않았습니다');
    await bot.told('남은 4주는 그대로입니다');
  });

  test('its answer lost, then all that is left cancelled, which does not wait: each is told for what it was', async () => {
    const number = await startWithOrder();
    await bot.say(`/cancel ${number} 3`);
    bot.simulator.setFaults([lost]);
    await bot.press('확인');
    await bot.say(`/cancel ${number}`);
    bot.simulator.setFaults([lost]);
    await bot.press('확인');
    await pass(10);
    expect(venueOrders()).toMatchObject([{ remaining: 0 }, { quantity: 3 }, { quantity: 4 }]);
    expect(told('확인됨: 취소가 접수되어 있습니다')).toBe(2);
    expect(told('바뀐 것이 없습니다')).toBe(0);
  });

  test('less is left than the part when it arrives: refused by KIS, and said why', async () => {
    const number = await startWithOrder();
    await bot.say(`/cancel ${number} 3`);
    bot.simulator.trade('005930', 'sell', 6, 60_000);
    expect(await bot.press('확인')).toMatch(/KIS가 거부했습니다[\s\S]*남은 수량보다 많이/);
    expect(venueOrders()).toMatchObject([{ remaining: 1 }]);
  });

  test('on paper, whose pushes say no quantity', async () => {
    const number = await startWithOrder(paper);
    await bot.say(`/cancel ${number} 3`);
    await bot.press('확인');
    await pass(8);
    expect(await bot.told('일부 취소 확인')).toContain('남은 4주는 그대로입니다');
    bot.simulator.cancelElsewhere(number, { quantity: 1 });
    await pass(8);
    await bot.told('남은 3주는 그대로입니다');
    expect(venueOrders()[0]).toMatchObject({ remaining: 3 });
  });
});

describe('a part is amended', () => {
  test('it gets a number of its own; the rest keeps its price and number, and each fill is told under its own', async () => {
    const number = await startWithOrder();
    const ticket = await bot.say(`/amend ${number} 61000 5`);
    expect(ticket).toContain('매수 7주 중 5주');
    expect(ticket).toContain('60,000원 → 61,000원');
    expect(ticket).toContain(`5주만 정정해 새 주문번호가 나오고, 2주는 ${number}번으로 그대로 남습니다`);
    const done = await bot.press('확인');
    const [old, part] = venueOrders();
    const own = String(Number(part?.number));
    expect(done).toMatch(/정정 접수됨\n삼성전자 매수 5주 61,000원 · 7주 중 5주 · 주문 \d+ 정정/);
    expect(done).toContain(`주문번호 ${own}`);
    expect(old).toMatchObject({ price: 60_000, remaining: 2, status: 'accepted' });
    expect(part).toMatchObject({ action: 'amend', price: 61_000, remaining: 5 });
    const list = await bot.say('/orders');
    expect(list).toContain(`${number} 삼성전자 매수 60,000원 · 남은 2주 / 7주 · 5주 정정`);
    expect(list).toContain(`${own} 삼성전자 매수 61,000원 · 남은 5주 / 5주`);
    bot.simulator.trade('005930', 'sell', 5, 61_000);
    expect(await bot.told('누적 5주 / 5주')).toContain(`주문번호 ${own}`);
    bot.simulator.trade('005930', 'sell', 2, 60_000);
    expect(await bot.told('누적 2주 / 2주')).toContain(`주문번호 ${number}`);
    expect(await bot.say(`/why ${number}`)).toContain(`5주 → 주문 ${own}, 나머지는 그대로`);
    await pass(60);
    expect(told('다른 곳에서')).toBe(0);
  });

  test.each([
    ['its answer lost', lost, '확인됨: 접수되어 있습니다', 2],
    ['its request lost', neverArrived, '확인됨: 접수되지 않았습니다', 7],
  ] as const)('%s: settled from the list, and the rest is what stands', async (_case, rule, sentence, left) => {
    const number = await startWithOrder();
    await bot.say(`/amend ${number} 61000 5`);
    bot.simulator.setFaults([rule]);
    expect(await bot.press('확인')).toContain('결과를 모릅니다');
    if (rule === neverArrived) {
      await bot.say(`/amend ${number} 61000 1`);
      expect(await bot.press('확인')).toContain('같은 주문의 결과를 아직 몰라');
    }
    await pass(40);
    expect(await bot.told(sentence)).toContain('7주 중 5주');
    expect(venueOrders()[0]?.remaining).toBe(left);
    expect(await bot.say('/orders')).toContain(`남은 ${left}주 / 7주`);
    expect(told('다른 곳에서')).toBe(0);
  });

  test('a fill since the ticket: refused, because less would stay behind than it says', async () => {
    const number = await startWithOrder();
    await bot.say(`/amend ${number} 61000 5`);
    bot.simulator.trade('005930', 'sell', 1, 60_000);
    expect(await bot.press('확인')).toContain('남은 수량이 6주로 바뀌었습니다');
    expect(venueOrders()).toHaveLength(1);
  });

  test('all that is left, as a number: amended as a whole', async () => {
    const number = await startWithOrder();
    const ticket = await bot.say(`/amend ${number} 61000 7`);
    expect(ticket).toContain('남은 수량 전부를');
    expect(ticket).not.toContain('7주 중');
    await bot.press('확인');
    await pass(2);
    expect(await bot.say('/orders')).toContain('정정됨 · 삼성전자 매수 7주 60,000원');
  });

  test('again, of what is left, and all of it in the end', async () => {
    const number = await startWithOrder();
    for (const [price, part] of [
      [61_000, 2],
      [62_000, 3],
    ]) {
      await bot.say(`/amend ${number} ${price} ${part}`);
      expect(await bot.press('확인')).toContain('정정 접수됨');
    }
    await bot.say(`/amend ${number} 63000`);
    await bot.press('확인');
    expect(venueOrders().map(({ price, remaining }) => [price, remaining])).toEqual([
      [60_000, 0],
      [61_000, 2],
      [62_000, 3],
      [63_000, 2],
    ]);
    await pass(31);
    expect(await bot.say('/orders')).toContain('정정됨 · 삼성전자 매수 7주 60,000원 · 5주 정정');
  });

  test('from elsewhere: told with its number, and again where the rest follows', async () => {
    const number = await startWithOrder();
    const first = bot.simulator.amendElsewhere(number, 61_000, { quantity: 5 });
    await pass(8);
    const said = await bot.told('다른 곳에서 5주가 정정되었습니다. 남은 2주는 그대로입니다');
    expect(said).toContain(`주문번호 ${Number(first)}`);
    const second = bot.simulator.amendElsewhere(number, 61_500);
    await pass(8);
    expect(await bot.told('다른 곳에서 정정되었습니다')).toContain(`주문번호 ${Number(second)}`);
    await pass(60);
    expect(told('다른 곳에서')).toBe(2);
  });

  test('and another part cancelled while the bot was down: the list tells both', async () => {
    const number = await startWithOrder();
    bot.simulator.setFaults({ notices: { drop: 10 } });
    await bot.app().stop();
    const own = bot.simulator.amendElsewhere(number, 61_000, { quantity: 2 });
    bot.simulator.cancelElsewhere(number, { quantity: 4 });
    await bot.restart();
    expect(await bot.told('일부 정정됨')).toContain(`주문번호 ${Number(own)}`);
    expect(await bot.told('일부 취소 확인')).toContain('4주가 취소되었습니다. 남은 1주는 그대로입니다');
    await bot.restart();
    expect(await bot.say('/orders')).toContain('남은 1주 / 7주 · 4주 취소 · 2주 정정');
  });
});

describe('what cannot be a part is refused, with what passes', () => {
  test.each([
    ['/cancel NUMBER 8', '8주는 안 됩니다. 1주부터 7주까지 됩니다', '7주 모두 취소', '남은 7주'],
    ['/cancel NUMBER 0', '0주는 안 됩니다. 1주부터 7주까지 됩니다', '7주 모두 취소', '남은 7주'],
    ['/amend NUMBER 61000 8', '8주는 안 됩니다. 1주부터 7주까지 됩니다', '7주 모두 61,000원으로', '매수 7주'],
    ['/amend NUMBER 61000 0주', '0주는 안 됩니다', '7주 모두 61,000원으로', '매수 7주'],
    ['/cancel all 3', '모두 취소할 때는 수량을 쓰지 않습니다', '미체결 모두 취소', '취소 주문표'],
  ])('%s', async (line, sentence, button, ticket) => {
    const number = await startWithOrder();
    expect(await bot.say(line.replace('NUMBER', number))).toContain(sentence);
    expect(venueOrders()).toHaveLength(1);
    expect(await bot.press(button)).toContain(ticket);
  });

  test.each([
    ['/cancel NUMBER -1', "수량은 1 이상의 정수여야 합니다('-1')"],
    ['/cancel NUMBER 1.5', "수량은 1 이상의 정수여야 합니다('1.5')"],
    ['/cancel NUMBER 조금', "'조금'은 수량이 아닙니다"],
    ['/amend NUMBER 61000 10만원', "'10만원'은 수량이 아닙니다"],
    ['/cancel NUMBER 3 2', "'2'는 여기에 쓰지 않는 말입니다"],
    ['/amend NUMBER 60000 3', '이미 60,000원인 주문'],
  ])('%s', async (line, sentence) => {
    const number = await startWithOrder();
    expect(await bot.say(line.replace('NUMBER', number))).toContain(sentence);
    expect(venueOrders()).toHaveLength(1);
  });

  test('one share is left', async () => {
    const number = await startWithOrder();
    bot.simulator.trade('005930', 'sell', 6, 60_000);
    expect(await bot.say(`/cancel ${number} 절반`)).toContain('0주는 안 됩니다. 1주만 됩니다');
  });
});

test('in English', async () => {
  const number = await startWithOrder({ env: { HOGA_LANG: 'en' } });
  expect(await bot.say(`/cancel ${number} 3`)).toContain('Cancels 3 shares and keeps 4 shares as before.');
  expect(await bot.press('Confirm')).toContain('3 shares of 7 shares');
  await pass(2);
  await bot.told('3 shares cancelled, 4 shares left as before.');
  expect(await bot.say(`/amend ${number} 61000 9`)).toContain('has 4 shares left, so 9 shares cannot be');
  expect(await bot.say(`/amend ${number} 61000 3`)).toContain(`order ${number} keeps 1 share as before`);
});
