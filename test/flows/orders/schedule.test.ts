import { afterEach, describe, expect, test } from 'vitest';
import { JumpClock } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness, TestChannel } from '../../support/harness.ts';

let bot: Harness;
afterEach(async () => {
  await bot.stop();
});

/** At a moment in Korea, where the exchange's hours decide. 2026-11-23 is a Monday. */
const start = async (moment: string, options: HarnessOptions = {}): Promise<Harness> => {
  bot = await startHarness({
    fewPings: true,
    ...options,
    clock: new JumpClock(Date.parse(`${moment}:00+09:00`)),
    simulator: { hours: 'live', ...options.simulator },
    env: {
      KIS_ENV: 'live',
      KIS_APP_KEY: 'test-app-key',
      KIS_APP_SECRET: 'test-app-secret',
      KIS_ACCOUNT: '50000000-01',
      KIS_HTS_ID: 'hogasim',
      ...options.env,
    },
  });
  return bot;
};
const earlyMonday = '2026-11-23T07:20';
const mondayEvening = '2026-11-23T16:00';
const minutes = 60_000;

const lost = { on: 'order', fault: 'cut', when: 'after' } as const;
const neverArrived = { on: 'order', fault: 'cut', when: 'before' } as const;
const kept = () => bot.simulator.state().scheduled;
const venueOrders = () => bot.simulator.state().orders;
/** How often a scheduled order was asked for, whatever came of it. */
const requests = (tr = 'CTSC0008U'): number => bot.simulator.state().requests.byTr[tr] ?? 0;
const told = (text: string): number => bot.shown().filter((shown) => shown.includes(text)).length;
const pass = async (seconds: number): Promise<void> => {
  for (let second = 0; second < seconds; second += 1) {
    await bot.clock.advance(1_000);
    await bot.settled();
  }
};
const make = async (line = '/schedule 매수 삼성전자 10 70000'): Promise<string> => {
  const ticket = await bot.say(line);
  expect(ticket).toContain('예약 주문표');
  return bot.press('확인');
};
/** From the evening or the small hours to 08:35 of the day on which it is sent, and the look that is taken then. */
const morning = async (): Promise<void> => {
  await bot.clock.advance(75 * minutes);
  await bot.fire('schedules');
  await bot.settled();
};

describe('giving one', () => {
  test('a ticket says when it goes and what cannot be known; the venue keeps what was confirmed', async () => {
    await start(mondayEvening);
    const ticket = await bot.say('/예약 매수 삼성전자 10 70000');
    expect(ticket).toContain('매수 예약 주문표 · 삼성전자 005930');
    expect(ticket).toContain('지정가 70,000원 × 10주 = 700,000원');
    expect(ticket).toContain('11월 24일에 KIS가 주문으로 보냅니다');
    expect(ticket).toContain('오늘 상·하한가로만 확인했습니다');
    expect(ticket).toContain('/halt 로도 막을 수 없고');
    expect(kept()).toEqual([]);
    expect(await bot.press('확인')).toMatch(/예약 접수됨[\s\S]*예약번호 R116400[\s\S]*나가거나 거부되면/);
    expect(kept()).toMatchObject([{ number: '116400', type: '00', quantity: 10, price: 70_000, day: '20261124' }]);
    expect(venueOrders()).toEqual([]);
    expect(await bot.say('/orders')).toContain('예약됨 · 삼성전자 매수 10주 70,000원 · 11월 24일 예약');
    expect(await bot.say('/why R116400')).toContain('접수 R116400');
  });

  test('at the market, valued at the higher of the limits of today and those that follow from the last price', async () => {
    await start(mondayEvening, { simulator: { holdings: [{ symbol: '005930', quantity: 5, averageCost: 70_000 }] } });
    bot.simulator.setClock({ session: 'regular' });
    bot.simulator.setPrice('005930', 80_000);
    bot.simulator.setClock({ session: 'auto' });
    const ticket = await bot.say('/schedule buy 005930 2 market');
    expect(ticket).toContain('시장가 × 2주 = 최대 208,000원');
    expect(ticket).toContain('보내는 날의 시가 근처에서');
    await bot.press('확인');
    expect(await make('/예약 매도 005930 5 시장가')).toContain('예약 접수됨');
    expect(kept().map(({ side, type, price }) => [side, type, price])).toEqual([
      ['buy', '01', 0],
      ['sell', '01', 0],
    ]);
    // What it will trade at is that day's: the book of now tells nothing, and is not asked for.
    expect(bot.simulator.state().requests.byTr['FHKST01010200']).toBeUndefined();
  });

  test.each([
    ['until 2026-12-05', '20261205'],
    ['까지 20261205', '20261205'],
    ['2026-12-23까지', '20261223'],
    ['까지 20261124', ''],
  ])('%s', async (words, until) => {
    await start(mondayEvening);
    const ticket = await bot.say(`/schedule 매수 삼성전자 10 70000 ${words}`);
    expect(ticket).toContain(until === '' ? '11월 24일에 KIS가' : '11월 24일부터 12월');
    await bot.press('확인');
    expect(kept()).toMatchObject([{ until }]);
  });

  test.each([
    ['/schedule 매수 삼성전자 10 70000 까지 20261224', '11월 24일부터 12월 23일까지 됩니다. 예: /schedule'],
    ['/schedule 매수 삼성전자 10 70000 까지 20261123', '11월 24일부터 12월 23일까지 됩니다'],
    ['/schedule 매수 삼성전자 10 70000 까지 내일', '날짜가 아닙니다'],
    ['/schedule 매수 삼성전자 10', '가격이 빠졌습니다. 예: /schedule 매수 삼성전자 10 70000'],
    ['/schedule 매수', '종목/예약번호가 빠졌습니다'],
    ['/schedule 모름 삼성전자 10 70000', '매수, 매도, 정정, 취소 가운데 하나'],
    ['/schedule 매수 없는종목 10 70000', '종목을 찾지 못했습니다'],
    ['/schedule 매수 삼성전자 10 70050', '호가단위'],
    ['/schedule 매수 삼성전자 10 91100', '상한가 91,000원을 넘습니다'],
    ['/schedule 매수 삼성전자 30 70000', '1회 한도'],
    ['/schedule 매도 삼성전자 6 70000', '매도가능수량은 5주입니다'],
    ['/schedule 취소 R9', 'R9 예약을 찾지 못했거나'],
    ['/schedule 취소 삼성전자', '예약번호가 아닙니다'],
    ['/schedule 취소 R9 5', '여기에 쓰지 않는 말입니다'],
    ['/schedule 정정 R9 10 70000', 'R9 예약을 찾지 못했거나'],
  ])('%s is refused in one sentence', async (line, sentence) => {
    await start(mondayEvening, {
      simulator: { holdings: [{ symbol: '005930', quantity: 5, averageCost: 70_000 }] },
      env: { HOGA_MAX_ORDER_KRW: '1000000' },
    });
    expect(await bot.say(line)).toContain(sentence);
    expect(requests()).toBe(0);
    expect(kept()).toEqual([]);
  });

  test.each([
    ['2026-11-23T07:29', undefined],
    ['2026-11-23T07:30', '오늘은 15:40부터'],
    ['2026-11-23T12:00', '오늘은 15:40부터'],
    ['2026-11-23T15:39', '오늘은 15:40부터'],
    ['2026-11-23T15:40', undefined],
    ['2026-11-23T23:39', undefined],
    ['2026-11-23T23:40', '오늘은 00:10부터'],
    ['2026-11-24T00:09', '오늘은 00:10부터'],
    ['2026-11-24T00:10', undefined],
    ['2026-11-28T12:00', undefined],
    // The day of the entrance exam: all an hour later.
    ['2026-11-19T08:29', undefined],
    ['2026-11-19T16:39', '오늘은 16:40부터'],
  ])('at %s', async (moment, warning) => {
    await start(moment);
    const said = await bot.say('/schedule 매수 삼성전자 1 70000');
    expect(said).toContain('예약 주문표');
    if (warning === undefined) expect(said).not.toContain('⚠️');
    else expect(said).toContain(warning);
    // KIS decides: it is asked once, and what it says is passed on.
    const pressed = await bot.press('확인');
    expect(pressed).toContain(warning === undefined ? '예약 접수됨' : 'KIER3672');
    expect(requests()).toBe(1);
  });

  test('outside the documented hours it is sent when confirmed, and kept where KIS takes it', async () => {
    await start('2026-11-24T08:00');
    bot.simulator.setFaults({ scheduleHours: 'any' });
    expect(await bot.say('/schedule 매수 삼성전자 1 70000')).toContain('오늘은 15:40부터');
    expect(await bot.press('확인')).toContain('예약 접수됨');
    expect(kept()).toHaveLength(1);
  });

  test("a ticket that is pressed when the hours are over gets KIS's own refusal", async () => {
    await start('2026-11-23T07:29', { env: { HOGA_CONFIRM_SECONDS: '120' } });
    await bot.say('/schedule 매수 삼성전자 1 70000');
    await bot.clock.advance(70_000);
    expect(await bot.press('확인')).toContain(
      '예약주문 은 15:40분 이후부터 익영업일 07:30분까지만 가능합니다. (KIER3672)',
    );
    expect(requests()).toBe(1);
    expect(kept()).toEqual([]);
  });

  test('pressed twice, it is sent once', async () => {
    await start(mondayEvening);
    await bot.say('/schedule 매수 삼성전자 10 70000');
    const confirm = bot.button('확인');
    await Promise.all([bot.hand({ kind: 'press', button: confirm }), bot.hand({ kind: 'press', button: confirm })]);
    await bot.told('예약 접수됨');
    await bot.settled();
    expect(requests()).toBe(1);
    expect(kept()).toHaveLength(1);
  });

  test('a second one like it is made, and its ticket says that there is one', async () => {
    await start(mondayEvening);
    await make();
    expect(await bot.say('/schedule 매수 삼성전자 10 70000')).toContain('같은 예약이 이미 있습니다: R116400');
    await bot.press('확인');
    expect(kept()).toHaveLength(2);
  });

  test('too little cash is said, and does not refuse; shares promised already cannot be promised again', async () => {
    await start(mondayEvening, {
      simulator: { cash: 100_000, holdings: [{ symbol: '000660', quantity: 5, averageCost: 198_000 }] },
    });
    expect(await bot.say('/schedule 매수 삼성전자 10 70000')).toContain('지금 주문가능금액으로는 모자랍니다');
    await make('/schedule 매도 000660 4 198000');
    expect(await bot.say('/schedule 매도 000660 2 198000')).toContain('매도가능수량은 1주입니다');
  });

  test('paper has none: one sentence', async () => {
    bot = await startHarness({
      fewPings: true,
      simulator: { kind: 'paper', callsPerSecond: 1_000 },
      env: {
        KIS_ENV: 'paper',
        KIS_APP_KEY: 'key-of-paper',
        KIS_APP_SECRET: 'secret-of-paper',
        KIS_ACCOUNT: '50000000-01',
        KIS_HTS_ID: 'hogasim',
      },
    });
    expect(await bot.say('/schedule 매수 삼성전자 10 70000')).toContain(
      '모의투자 계좌에서는 제공되지 않는 기능입니다.',
    );
    expect(await bot.say('/schedule')).toContain('모의투자 계좌에서는 제공되지 않는 기능입니다.');
    await bot.fire('schedules');
    expect(bot.logs.filter((line) => line.includes('task failed'))).toEqual([]);
  });

  test('where the market never closes it goes a minute later, and says so', async () => {
    bot = await startHarness();
    expect(await bot.say('/schedule 매수 삼성전자 10 70000')).toContain('1분 뒤에 주문으로 보냅니다');
    await bot.press('확인');
    await pass(62);
    expect(venueOrders()).toHaveLength(1);
    await pass(3);
    expect(await bot.told('예약주문이 나갔습니다')).toContain('삼성전자 매수 10주 70,000원');
    expect(await bot.told('체결 삼성전자')).toContain('누적 10주 / 10주');
    expect(told('다른 곳')).toBe(0);
  });
});

describe('risk limits', () => {
  test('a halt keeps it from being scheduled, at the ticket and at the press, and lets it be cancelled', async () => {
    await start(mondayEvening);
    await make();
    await bot.say('/schedule 매수 삼성전자 5 70000');
    expect(await bot.say('/halt')).toContain('예약주문 1건은 정지해도 나갑니다');
    expect(await bot.press('확인')).toContain('거래가 정지되어 있습니다');
    expect(await bot.say('/schedule 매수 삼성전자 5 70000')).toContain('거래가 정지되어 있습니다');
    expect(await bot.say('/schedule 정정 R116400 5 70000')).toContain('거래가 정지되어 있습니다');
    expect(requests()).toBe(1);
    await bot.say('/schedule 취소 R116400');
    expect(await bot.press('확인')).toContain('예약 취소됨');
    expect(kept()).toMatchObject([{ cancelled: true }]);
    expect(await bot.say('/halt')).not.toContain('예약주문');
  });

  test('its sum counts on the day on which it was confirmed, once, and not on the day on which it is sent', async () => {
    await start(earlyMonday, { env: { HOGA_MAX_DAILY_KRW: '1500000' } });
    await make('/schedule 매수 삼성전자 10 69000 까지 20261205');
    await make('/schedule 매수 삼성전자 10 69100');
    expect(await bot.say('/schedule 매수 삼성전자 2 70000')).toContain('하루 한도');
    await bot.say('/schedule 정정 R116400 10 70000');
    expect(await bot.press('확인')).toContain('예약 정정됨');
    // 690,000 + 691,000 + 10,000 that the amendment added.
    expect(await bot.say('/schedule 매수 삼성전자 2 70000')).toContain('오늘 1,391,000원을 썼고');
    await morning();
    await bot.told('예약주문이 나갔습니다');
    expect(await bot.say('/buy 005930 2 70000')).toContain('오늘 1,391,000원을 썼고');
  });

  test('a live account that is not armed gets none', async () => {
    await start(mondayEvening, {
      host: 'https://openapi.koreainvestment.com:9443',
      env: { HOGA_LIVE_TRADING: 'daily' },
    });
    expect(await bot.say('/schedule 매수 삼성전자 1 70000')).toContain('오늘은 아직 실전 주문을 켜지 않았습니다');
    await bot.say('/arm');
    expect(await bot.say('/schedule 매수 삼성전자 1 70000')).toContain('실전 계좌 주문입니다');
    expect(await bot.press('확인')).toContain('예약 접수됨');
  });

  test('on a live account, what is kept can be cancelled on a day that nobody has armed', async () => {
    await start(mondayEvening, {
      host: 'https://openapi.koreainvestment.com:9443',
      env: { HOGA_LIVE_TRADING: 'daily' },
    });
    await bot.say('/arm');
    await make('/schedule 매수 삼성전자 1 70000');
    await bot.clock.advance(13 * 60 * minutes);
    expect(await bot.say('/schedule 정정 R116400 2 70000')).toContain('오늘은 아직 실전 주문을 켜지 않았습니다');
    await bot.say('/schedule 취소 R116400');
    expect(await bot.press('확인')).toContain('예약 취소됨');
    expect(kept()).toMatchObject([{ cancelled: true }]);
  });

  test('a viewer may not', async () => {
    const chat = new TestChannel('telegram');
    await start(mondayEvening, { channels: () => [chat], env: { HOGA_VIEWERS: 'telegram:7' } });
    const input = { kind: 'text', text: '/schedule 매수 삼성전자 1 70000' } as const;
    const at = bot.clock.now();
    await chat.receive({ id: '1', channel: 'telegram', chatId: '7', identity: 'telegram:7', input, at });
    await bot.settled();
    expect(chat.messages.at(-1)?.text).toContain('거래 권한이 있어야');
  });

  test('the price moved between ticket and press: not sent', async () => {
    await start(mondayEvening);
    await bot.say('/schedule 매수 삼성전자 1 70000');
    bot.simulator.setClock({ session: 'regular' });
    bot.simulator.setPrice('005930', 75_000);
    bot.simulator.setClock({ session: 'auto' });
    expect(await bot.press('확인')).toContain('가격이 7.14% 움직였습니다');
    expect(requests()).toBe(0);
  });
});

describe('an answer that was lost', () => {
  test('is not sent again, found in the list, told once, and followed to its fill', async () => {
    await start(earlyMonday);
    await bot.say('/schedule 매수 삼성전자 10 70000');
    bot.simulator.setFaults([lost]);
    expect(await bot.press('확인')).toContain('결과를 모릅니다');
    await pass(3);
    expect(await bot.told('확인됨: 접수되어 있습니다')).toContain('예약번호 R116400');
    await pass(40);
    expect(told('확인됨')).toBe(1);
    expect(requests()).toBe(1);
    await morning();
    expect(await bot.told('예약주문이 나갔습니다')).toContain('삼성전자 매수 10주');
  });

  test('a request that never arrived is absent after the lag; its like waits until then', async () => {
    await start(mondayEvening);
    await bot.say('/schedule 매수 삼성전자 10 70000');
    bot.simulator.setFaults([neverArrived]);
    await bot.press('확인');
    expect(await make()).toContain('같은 주문의 결과를 아직 몰라');
    expect(await make('/schedule 매수 삼성전자 9 70000')).toContain('예약 접수됨');
    expect(await make('/schedule 매수 삼성전자 10 70000 까지 20261201')).toContain('예약 접수됨');
    await pass(45);
    expect(await bot.told('확인됨: 접수되지 않았습니다')).toContain('삼성전자 매수 10주 70,000원');
    expect(await make()).toContain('예약 접수됨');
    expect(kept().map(({ quantity, until }) => [quantity, until])).toEqual([
      [9, ''],
      [10, '20261201'],
      [10, ''],
    ]);
  });

  test('one that was there before is not taken for it', async () => {
    await start(mondayEvening);
    bot.simulator.scheduleElsewhere({ symbol: '005930', side: 'buy', quantity: 10, price: 70_000 });
    expect(await bot.say('/schedule 매수 삼성전자 10 70000')).toContain('같은 예약이 이미 있습니다');
    bot.simulator.setFaults([neverArrived]);
    await bot.press('확인');
    await pass(45);
    await bot.told('확인됨: 접수되지 않았습니다');
    expect(await bot.say('/schedule')).toMatch(/R116400.*다른 곳 예약/);
  });

  test('two that fit: the owner is asked by their numbers', async () => {
    await start(mondayEvening);
    await bot.say('/schedule 매수 삼성전자 10 70000');
    bot.simulator.setFaults({ rules: [lost], executionsLagMs: 20_000 });
    await bot.press('확인');
    bot.simulator.scheduleElsewhere({ symbol: '005930', side: 'buy', quantity: 10, price: 70_000 });
    await pass(45);
    expect(await bot.told('확인해 주세요:')).toMatch(/R116400[\s\S]*R116401/);
    expect(await bot.press('R116401번입니다')).toContain('확인됨: 접수되어 있습니다');
    expect(await bot.say('/schedule')).toMatch(/R116400.*다른 곳 예약/);
  });

  test('it is found after a restart in between, and the next day still keeps its like from leaving', async () => {
    await start('2026-11-23T23:39');
    await bot.say('/schedule 매수 삼성전자 10 70000');
    bot.simulator.setFaults({ rules: [lost], executionsLagMs: 7_200_000 });
    await bot.press('확인');
    await bot.app().stop();
    await bot.clock.advance(35 * minutes);
    await bot.restart();
    await bot.say('/schedule 매수 삼성전자 10 70000');
    expect(await bot.press('확인')).toContain('같은 주문의 결과를 아직 몰라');
    bot.simulator.setFaults({ executionsLagMs: 0 });
    await pass(8);
    expect(await bot.told('확인됨: 접수되어 있습니다')).toContain('R116400');
    expect(requests()).toBe(1);
  });
});

describe('while KIS goes through those of several days', () => {
  test('one that its list lacks is not called absent, and its like does not leave', async () => {
    await start('2026-11-23T15:41');
    await bot.say('/schedule 매수 삼성전자 10 70000');
    bot.simulator.setFaults({ rules: [lost], executionsLagMs: 12 * minutes });
    expect(await bot.press('확인')).toContain('결과를 모릅니다');
    await pass(60);
    expect(told('확인됨')).toBe(0);
    expect(await make()).toContain('같은 주문의 결과를 아직 몰라');
    await bot.clock.advance(15 * minutes);
    await pass(8);
    expect(await bot.told('확인됨: 접수되어 있습니다')).toContain('R116400');
    expect(requests()).toBe(1);
  });
});

describe('changing one', () => {
  test('the list has a button for each; an amendment keeps the number', async () => {
    await start(mondayEvening);
    await make('/schedule 매수 삼성전자 10 70000 까지 20261201');
    expect(await bot.say('/schedule')).toContain(
      'R116400 삼성전자 매수 10주 70,000원 · 11월 24일–12월 1일 거래일마다 예약',
    );
    expect(await bot.press('삼성전자 R116400 정정')).toContain('/schedule amend R116400');
    expect(await bot.say('/schedule 정정 R116400 8 71000')).toMatch(/예약 정정 주문표[\s\S]*매수 10주 70,000원 →/);
    expect(await bot.press('확인')).toMatch(/예약 정정됨[\s\S]*예약번호 R116400/);
    expect(kept()).toMatchObject([{ quantity: 8, price: 71_000, until: '20261201' }]);
    expect(await bot.say('/schedule amend 116400 8 71000')).toContain('이미 그 수량과 가격입니다');
    await bot.press('삼성전자 R116400 취소');
    expect(await bot.press('확인')).toContain('예약 취소됨');
    await bot.told('취소 확인');
    expect(await bot.say('/schedule')).toContain('예약주문이 없습니다');
    expect(kept()).toMatchObject([{ cancelled: true }]);
  });

  test('the answer to an amendment lost: what it says now tells', async () => {
    await start(mondayEvening);
    await make();
    await bot.say('/schedule 정정 R116400 8 71000');
    bot.simulator.setFaults([lost]);
    expect(await bot.press('확인')).toContain('결과를 모릅니다');
    await pass(3);
    expect(await bot.told('확인됨: 접수되어 있습니다')).toContain('예약 R116400 정정');
    await bot.say('/schedule 정정 R116400 7 71000');
    bot.simulator.setFaults([neverArrived]);
    await bot.press('확인');
    await pass(45);
    await bot.told('확인됨: 접수되지 않았습니다');
    expect(kept()).toMatchObject([{ quantity: 8 }]);
    expect(requests('CTSC0013U')).toBe(2);
  });

  test.each([
    ['lost', lost, '확인됨: 취소가 접수되어 있습니다', true],
    ['never arrived', neverArrived, '확인됨: 접수되지 않았습니다', false],
  ] as const)('a cancel, %s', async (_case, rule, sentence, cancelled) => {
    await start(mondayEvening);
    await make();
    await bot.say('/schedule 취소 R116400');
    bot.simulator.setFaults([rule]);
    expect(await bot.press('확인')).toContain('결과를 모릅니다');
    await pass(45);
    await bot.told(sentence);
    expect(kept()).toMatchObject([{ cancelled }]);
    expect(requests('CTSC0009U')).toBe(1);
    expect((await bot.say('/halt')).includes('예약주문 1건')).toBe(!cancelled);
  });

  test('amended elsewhere since the ticket: refused', async () => {
    await start(mondayEvening);
    await make();
    await bot.say('/schedule 정정 R116400 8 71000');
    const confirm = bot.button('확인');
    await bot.say('/schedule 정정 R116400 9 71000');
    await bot.press('확인');
    await bot.hand({ kind: 'press', button: confirm });
    expect(await bot.told('내용이 바뀌었거나')).toContain('보내지 않았습니다');
    expect(kept()).toMatchObject([{ quantity: 9 }]);
  });
});

describe('the next morning', () => {
  test('what was made of it is told with its number, and its fills to whoever scheduled it', async () => {
    const chat = new TestChannel('telegram');
    await start(earlyMonday, { channels: () => [chat], env: { HOGA_TRADERS: 'telegram:7' } });
    const hand = async (input: Parameters<Harness['hand']>[0]): Promise<void> => {
      const at = bot.clock.now();
      const id = String(chat.messages.length + 100);
      await chat.receive({ id, channel: 'telegram', chatId: '7', identity: 'telegram:7', input, at });
      await bot.settled();
    };
    await hand({ kind: 'text', text: '/schedule 매수 삼성전자 10 69000' });
    const confirm = chat.messages.at(-1)?.buttons.find(({ label }) => label === '확인');
    await hand({ kind: 'press', button: confirm?.id ?? '' });
    await morning();
    const [order] = venueOrders();
    const number = String(Number(order?.number));
    expect(chat.messages.at(-1)?.text).toMatch(new RegExp(`예약주문이 나갔습니다[\\s\\S]*주문번호 ${number}`));
    await bot.fire('schedules');
    expect(chat.messages.filter(({ text }) => text.includes('나갔습니다'))).toHaveLength(1);
    await bot.clock.advance(30 * minutes);
    bot.simulator.trade('005930', 'sell', 10, 69_000);
    await pass(2);
    expect(chat.messages.at(-1)?.text).toMatch(new RegExp(`체결 삼성전자 매수[\\s\\S]*주문번호 ${number}`));
    expect(told('체결')).toBe(0);
    expect(await bot.say(`/why ${number}`)).toMatch(/telegram:7 \(telegram\)[\s\S]*접수 \d+ \(예약주문에서\)/);
    expect(await bot.say('/orders')).toContain('체결 완료 · 삼성전자 매수 10주 69,000원');
  });

  test('a fill that is pushed before anybody looked is theirs all the same', async () => {
    await start(earlyMonday);
    await make('/schedule 매수 삼성전자 10 70000');
    await bot.clock.advance(75 * minutes);
    bot.simulator.state();
    await bot.clock.advance(26 * minutes);
    await pass(3);
    expect(await bot.told('체결 삼성전자')).toContain('누적 10주 / 10주');
    expect(told('예약주문이 나갔습니다')).toBe(1);
    expect(told('다른 곳')).toBe(0);
    expect(told('누적')).toBe(1);
  });

  test('a fill of another order of that issue is still told as one from elsewhere', async () => {
    await start(earlyMonday);
    await make('/schedule 매수 삼성전자 10 60000');
    await morning();
    await bot.clock.advance(30 * minutes);
    bot.simulator.placeElsewhere({ symbol: '005930', side: 'buy', quantity: 3, price: 70_000 });
    await pass(3);
    expect(await bot.told('다른 곳 주문의 체결')).toContain('3주');
  });

  test('its fill is found in the list when the push is lost', async () => {
    await start(earlyMonday);
    await make('/schedule 매수 삼성전자 10 70000');
    await morning();
    await bot.told('예약주문이 나갔습니다');
    bot.simulator.setFaults({ notices: { drop: 10 } });
    await bot.clock.advance(26 * minutes);
    await pass(31);
    expect(await bot.told('체결 삼성전자')).toContain('누적 10주 / 10주');
  });

  test.each(['order-resv-ccnl', 'inquire-daily-ccld'])('while %s cannot be read, a push waits', async (on) => {
    await start(earlyMonday);
    await make('/schedule 매수 삼성전자 10 70000');
    await bot.clock.advance(75 * minutes);
    bot.simulator.setFaults([{ on, fault: 'refuse', code: 'APBK9999', text: '조회가 제한됩니다', times: 3 }]);
    bot.simulator.state();
    await bot.clock.advance(26 * minutes);
    await pass(1);
    expect(told('다른 곳')).toBe(0);
    await pass(40);
    expect(await bot.told('체결 삼성전자')).toContain('누적 10주 / 10주');
    expect(told('다른 곳')).toBe(0);
  });

  test('a refusal is told with its reason, once', async () => {
    await start(earlyMonday, { simulator: { cash: 100_000 } });
    await make();
    await morning();
    expect(await bot.told('예약주문이 거부되었습니다')).toContain('주문가능금액을 초과 했습니다');
    await bot.fire('schedules');
    expect(told('거부되었습니다')).toBe(1);
    expect(await bot.say('/schedule')).toContain('거부: 주문가능금액을 초과');
    expect(await bot.say('/orders')).toContain('거부됨 · 삼성전자 매수 10주');
  });

  test('the run is missed: a start makes up for it, and tells fills of meanwhile', async () => {
    await start(earlyMonday);
    await make();
    await bot.app().stop();
    await bot.clock.advance(75 * minutes);
    bot.simulator.state();
    await bot.clock.advance(60 * minutes);
    expect(venueOrders()).toMatchObject([{ filled: 10 }]);
    await bot.restart();
    await bot.told('예약주문이 나갔습니다');
    expect(await bot.told('체결 삼성전자')).toContain('누적 10주 / 10주');
    expect(requests()).toBe(1);
  });

  test('the list cannot be read at a start after the morning: it is read again, and fills of meanwhile are told', async () => {
    await start(earlyMonday);
    await make();
    await bot.app().stop();
    await bot.clock.advance(75 * minutes);
    bot.simulator.state();
    await bot.clock.advance(180 * minutes);
    const refused = { on: 'order-resv-ccnl', fault: 'refuse', code: 'APBK9999', text: '조회가 제한됩니다' } as const;
    bot.simulator.setFaults([{ ...refused, times: 2 }]);
    await bot.restart();
    expect(told('나갔습니다')).toBe(0);
    await pass(65);
    expect(await bot.told('체결 삼성전자')).toContain('누적 10주 / 10주');
  });

  test('an order of an earlier day on which the bot was away is told with its fill, as is the latest', async () => {
    await start(earlyMonday);
    await make('/schedule 매수 삼성전자 10 69000 까지 20261130');
    await bot.app().stop();
    await bot.clock.advance(75 * minutes);
    bot.simulator.state();
    await bot.clock.advance(30 * minutes);
    bot.simulator.trade('005930', 'sell', 4, 69_000);
    await bot.clock.advance((24 * 60 - 30) * minutes);
    bot.simulator.state();
    await bot.restart();
    expect(await bot.told('4주 × 69,000원')).toContain('누적 4주 / 10주');
    expect(venueOrders().map(({ day, quantity }) => [day, quantity])).toEqual([
      ['20261123', 10],
      ['20261124', 6],
    ]);
    expect(told('예약주문이 나갔습니다')).toBe(2);
  });

  test('a start days later finds it on its day', async () => {
    await start(earlyMonday);
    await make();
    await bot.app().stop();
    await bot.clock.advance(75 * minutes);
    bot.simulator.state();
    await bot.clock.advance(60 * minutes);
    expect(venueOrders()).toMatchObject([{ filled: 10, day: '20261123' }]);
    await bot.clock.advance(47 * 60 * minutes);
    await bot.restart();
    await bot.told('예약주문이 나갔습니다');
    expect(await bot.told('체결 삼성전자')).toContain('10주 × 70,000원');
  });

  test('not dealt with when the market has opened: told once', async () => {
    await start(earlyMonday);
    await make();
    bot.simulator.setClock({ session: 'closed' });
    await morning();
    expect(told('처리되지 않았습니다')).toBe(0);
    await bot.clock.advance(31 * minutes);
    await bot.fire('schedules');
    expect(await bot.told('예약주문이 처리되지 않았습니다')).toContain('HTS나 앱에서도');
    await bot.fire('schedules');
    await bot.settled();
    expect(told('처리되지 않았습니다')).toBe(1);
    bot.simulator.setClock({ session: 'auto' });
    await bot.fire('schedules');
    await bot.told('예약주문이 나갔습니다');
  });

  test('cancelled elsewhere: said to be missing, and not passed for anything', async () => {
    await start(earlyMonday);
    await make();
    bot.simulator.cancelScheduledElsewhere('116400');
    await bot.fire('schedules');
    expect(told('취소 확인')).toBe(0);
    await bot.clock.advance(106 * minutes);
    await bot.fire('schedules');
    expect(await bot.told('예약주문이 처리되지 않았습니다')).toContain('예약 목록에 없습니다');
  });

  test('its order cannot be taken for another whose answer was lost', async () => {
    await start(earlyMonday);
    await make('/schedule 매수 삼성전자 3 69000');
    await bot.clock.advance(70 * minutes + 50_000);
    await bot.say('/buy 005930 3 69000');
    bot.simulator.setFaults([neverArrived]);
    await bot.press('확인');
    await pass(60);
    await bot.told('예약주문이 나갔습니다');
    await bot.told('확인됨: 접수되지 않았습니다');
    expect(told('확인됨')).toBe(1);
    expect(venueOrders()).toHaveLength(1);
  });
});

describe('one of several days', () => {
  test('is sent again each day for what is unfilled, and every order is followed', async () => {
    await start(earlyMonday);
    await make('/schedule 매수 삼성전자 10 69000 까지 20261124');
    await morning();
    await bot.told('예약주문이 나갔습니다');
    await bot.clock.advance(30 * minutes);
    bot.simulator.trade('005930', 'sell', 4, 69_000);
    await pass(2);
    await bot.told('누적 4주 / 10주');
    expect(await bot.say('/schedule')).toMatch(/R116400.*거래일마다 예약 · 주문 \d+/);
    expect(await bot.say('/schedule 취소 R116400')).toContain('이미 주문으로 나간 것은 취소되지 않습니다');
    await bot.app().stop();
    await bot.clock.advance(23.5 * 60 * minutes);
    bot.simulator.state();
    await bot.restart();
    expect(await bot.told('예약주문이 나갔습니다')).toContain('매수 6주 69,000원');
    expect(venueOrders().map(({ day, quantity }) => [day, quantity])).toEqual([
      ['20261123', 10],
      ['20261124', 6],
    ]);
    expect(await bot.say('/why R116400')).toContain('예약 처리됨');
  });

  test('a refusal on one day leaves the rest', async () => {
    await start(earlyMonday, { simulator: { cash: 100_000 } });
    await make('/schedule 매수 삼성전자 10 69000 까지 20261130');
    await morning();
    expect(await bot.told('예약주문이 거부되었습니다')).toContain('남은 기간의 예약은 그대로입니다');
    expect(await bot.say('/schedule')).toContain('R116400');
    await bot.app().stop();
    await bot.clock.advance(24 * 60 * minutes);
    await bot.restart();
    expect(told('거부되었습니다')).toBe(0);
    await bot.app().stop();
    await bot.clock.advance(7 * 24 * 60 * minutes);
    await bot.restart();
    expect(await bot.told('예약주문이 끝났습니다')).toContain('10주가 체결되지 않은 채');
    expect(await bot.say('/schedule')).toMatch(/예약주문이 없습니다/);
  });
});

test('in English', async () => {
  await start(mondayEvening, { env: { HOGA_LANG: 'en' } });
  expect(await bot.say('/schedule buy 005930 10 70000 until 2026-12-05')).toMatch(
    /Schedule ticket · buy[\s\S]*every trading day from 24 Nov to 5 Dec/,
  );
  expect(await bot.press('Confirm')).toContain('Schedule no. R116400');
  expect(await bot.say('/schedule')).toContain('scheduled every trading day 24 Nov–5 Dec');
});
