import { afterEach, describe, expect, test } from 'vitest';
import type { FaultRule } from '../../../src/simulator/control/faults.ts';
import { issues } from '../../../src/simulator/market/instruments.ts';
import { eventually, JumpClock } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

// Answers of KIS that are none: lists that change meanwhile, servers that fail with a body, tokens that are not to be had.

let bot: Harness;
const start = async (options: HarnessOptions = {}): Promise<Harness> => {
  bot = await startHarness({ fewPings: true, hurry: true, ...options });
  return bot;
};
afterEach(async () => {
  await bot.stop();
});

const venueOrders = () => bot.simulator.state().orders;
const asked = (trId: string): number => bot.simulator.state().requests.byTr[trId] ?? 0;
const pass = async (seconds: number): Promise<void> => {
  for (let second = 0; second < seconds; second += 1) {
    await bot.clock.advance(1_000);
    await bot.settled();
  }
};
/** The answer to a line, however many seconds its pauses take. */
const sayFor = async (line: string, seconds = 12): Promise<string> => {
  let done = false;
  const answer = bot.say(line).finally(() => {
    done = true;
  });
  for (let second = 0; second < seconds && !done; second += 1) await bot.clock.advance(1_000);
  return answer;
};
const env = (kind: 'live' | 'paper') => ({
  KIS_ENV: kind,
  KIS_APP_KEY: 'test-app-key',
  KIS_APP_SECRET: 'test-app-secret',
  KIS_ACCOUNT: '50000000-01',
  KIS_HTS_ID: 'hogasim',
});
const paper = { simulator: { kind: 'paper', hours: 'live', callsPerSecond: 1_000 }, env: env('paper') } as const;
const emptyReason = /\(\s*\)|: *$|: *\n|undefined|받아 주지 않았습니다:\s*\(/m;

describe('a list that changes while it is read', () => {
  const holdings = (count: number) =>
    issues.slice(0, count).map(({ symbol, base }) => ({ symbol, quantity: 10, averageCost: base }));

  test('the balance is begun again, and shows every holding once', async () => {
    await start({ ...paper, simulator: { ...paper.simulator, holdings: holdings(25) } });
    bot.simulator.setFaults([{ on: 'inquire-balance', fault: 'listing-changed', times: 2 }]);
    const answer = await sayFor('/balance');
    expect(answer).toContain('1/3');
    expect(asked('VTTC8434R')).toBe(6);
    const all = [answer, await bot.say('/balance 2'), await bot.say('/balance 3')].join('\n');
    for (const { name } of issues.slice(0, 25)) expect(all, name).toContain(`\n${name} 10주`);
  });

  test.each(['changed', 'nothing', 'ends'] as const)(
    'twenty holdings on pages of twenty, and KIS then: %s',
    async (then) => {
      await start({ ...paper, simulator: { ...paper.simulator, holdings: holdings(20) } });
      bot.simulator.setFaults({ fullLastPage: then });
      const answer = await sayFor('/balance');
      if (then === 'changed') {
        expect(answer).toMatch(/끝까지 읽지 못했습니다 \(SYDB0050\)\. .*주세요\.$/);
        expect(answer).not.toContain('삼성전자');
        expect(asked('VTTC8434R')).toBe(8);
      } else expect(answer).toContain('1/2');
    },
  );

  test.each([50, 100])(
    'exactly %i open orders that KIS never ends are not shown as if they were all',
    async (count) => {
      await start();
      for (let index = 0; index < count; index += 1) {
        bot.simulator.placeElsewhere({ symbol: '005930', side: 'buy', quantity: 1, price: 60_000 });
      }
      expect(await bot.say('/orders')).toContain('60,000원');
      bot.simulator.setFaults({ fullLastPage: 'changed' });
      const answer = await sayFor('/orders');
      expect(answer).toContain('끝까지 읽지 못했습니다');
      expect(answer).not.toContain('60,000원');
      expect(await sayFor('/cancel all')).toContain('끝까지 읽지 못했습니다');
      bot.simulator.setFaults({ fullLastPage: 'nothing' });
      expect(await bot.say('/orders')).toContain('60,000원');
    },
  );

  test('an order whose answer was lost is not called absent by lists that could not be read to their end', async () => {
    await start({ ...paper, faults: { fullLastPage: 'ends' } });
    await bot.say('/buy 005930 3 69000');
    bot.simulator.setFaults([{ on: 'order', fault: 'cut', when: 'after' }]);
    expect(await bot.press('확인')).toContain('결과를 모릅니다');
    // Newer ones push it to the second page.
    for (let index = 0; index < 16; index += 1) {
      bot.simulator.placeElsewhere({ symbol: '000660', side: 'buy', quantity: 1, price: 180_000 });
    }
    bot.simulator.setFaults([{ on: 'inquire-daily-ccld', fault: 'listing-changed', times: 1_000 }]);
    await pass(90);
    expect(bot.shown().join('\n')).not.toMatch(/확인됨|확인해 주세요:/);
    bot.simulator.clearFaults();
    await pass(40);
    expect(await bot.told('확인됨: 접수되어 있습니다')).toContain('3주');
    expect(venueOrders().filter(({ symbol }) => symbol === '005930')).toHaveLength(1);
  });
});

const failures: readonly (readonly [string, Omit<Extract<FaultRule, { fault: 'http' }>, 'on' | 'fault'>])[] = [
  ['HTTP 500 with a body of blanks', { status: 500, body: '{"rt_cd":"1","msg_cd":"","msg1":""}' }],
  ['a body of blanks with status 200', { status: 200, body: '{"rt_cd":"1","msg_cd":"","msg1":""}' }],
  ['a blank rt_cd', { status: 200, body: '{"rt_cd":"","msg_cd":"","msg1":""}' }],
  [
    'a blank rt_cd with a code',
    { status: 200, body: '{"rt_cd":"","msg_cd":"APBK0952","msg1":"주문가능금액을 초과 했습니다"}' },
  ],
  ['a body of spaces', { status: 500, body: '{"rt_cd":"1","msg_cd":"  ","msg1":"   "}' }],
  ['HTTP 500 with words and no code', { status: 500, body: '{"rt_cd":"1","msg_cd":"","msg1":"서버 오류"}' }],
  ['HTML with status 200', { status: 200, body: '<html><body>점검 중</body></html>' }],
  ['an empty answer with status 200', { status: 200, body: '' }],
  ['an empty object', { status: 200, body: '{}' }],
  ['null', { status: 200, body: 'null' }],
  ['a list', { status: 200, body: '[]' }],
];

describe.each(failures)('a failed server that answers with %s', (_what, answer) => {
  test('a read is repeated with growing pauses, and comes through', async () => {
    await start();
    bot.simulator.setFaults([{ on: 'inquire-price', fault: 'http', ...answer, times: 3 }]);
    expect(await bot.say('/price 005930')).toContain('70,000원');
    expect(asked('FHKST01010100')).toBe(4);
  });

  test('a read ends in one sentence with what helps', async () => {
    await start();
    bot.simulator.setFaults([{ on: 'inquire-price', fault: 'http', ...answer, times: 50 }]);
    const said = await bot.say('/price 005930');
    expect(said).toMatch(/KIS 서버에 문제가 있습니다 \(HTTP \d+\)\. 잠시 뒤에 다시 해 주세요\.$/);
    expect(said).not.toMatch(emptyReason);
    expect(asked('FHKST01010100')).toBe(4);
  });

  test.each(['after', 'before'] as const)(
    'an order is unknown, looked up and never sent again: %s it was done',
    async (when) => {
      await start();
      await bot.say('/buy 005930 2 69000');
      bot.simulator.setFaults([{ on: 'order', fault: 'http', ...answer, when }]);
      const pressed = await bot.press('확인');
      expect(pressed).toContain('결과를 모릅니다');
      expect(pressed).not.toMatch(emptyReason);
      await pass(40);
      expect(await bot.told(when === 'after' ? '확인됨: 접수되어 있습니다' : '확인됨: 접수되지 않았습니다')).toContain(
        '2주',
      );
      expect(asked('TTTC0012U')).toBe(1);
      expect(venueOrders()).toHaveLength(when === 'after' ? 1 : 0);
    },
  );

  test('a cancel is unknown, and never sent again', async () => {
    await start();
    await bot.say('/buy 005930 2 69000');
    await bot.press('확인');
    await bot.say('/cancel all');
    bot.simulator.setFaults([{ on: 'order', fault: 'http', ...answer, when: 'after' }]);
    expect(await bot.press('확인')).toContain('결과를 모릅니다');
    await pass(10);
    expect(asked('TTTC0013U')).toBe(1);
    expect(venueOrders()[0]).toMatchObject({ remaining: 0 });
  });
});

describe('an order', () => {
  test.each([
    ['SYDB0050', 200, '7'],
    ['EGW00002', 500, '1'],
    ['EGW00001', 500, '1'],
    ['OPSQ0003', 200, '1'],
    ['', 500, '1'],
    ['', 200, ''],
  ])('answered with "%s" is unknown, found, and sent once', async (code, status, rtCd) => {
    await start();
    await bot.say('/buy 005930 2 69000');
    bot.simulator.setFaults([{ on: 'order', fault: 'refuse', when: 'after', code, status, rtCd }]);
    expect(await bot.press('확인')).toContain('결과를 모릅니다');
    await pass(4);
    expect(await bot.told('확인됨: 접수되어 있습니다')).toContain('2주');
    expect(asked('TTTC0012U')).toBe(1);
  });

  test.each([
    ['APBK0952', '주문가능금액을 초과 했습니다', '수량을 줄여 주세요'],
    ['APBK0918', '장운영시간이 아닙니다.(주문불가)', '/schedule'],
    ['40910000', '모의투자 주문이 불가한 계좌입니다.', '모의투자를 다시 신청'],
    ['APBK0066', '거래정지종목(주식)은 취소주문만 가능(정정불가)합니다.', '정지가 풀린 뒤'],
    ['XXXX0001', '주문이 제한된 계좌입니다.', '고객센터'],
  ])('refused with %s is told in the words of KIS, and with what helps', async (code, text, helps) => {
    await start();
    await bot.say('/buy 005930 2 69000');
    bot.simulator.setFaults([{ on: 'order', fault: 'refuse', code, text, rtCd: '7' }]);
    const pressed = await bot.press('확인');
    expect(pressed).toContain(`이유: ${text} (${code})`);
    expect(pressed).toContain(helps);
    expect(asked('TTTC0012U')).toBe(1);
  });
});

describe('a token that is not to be had', () => {
  const tooSoon = {
    on: '/oauth2/tokenP',
    fault: 'refuse',
    code: 'EGW00133',
    text: '접근토큰 발급 잠시 후 다시 시도하세요(1분당 1회)',
    status: 403,
  } as const;
  /** A start that lost its token, within a minute of the last one's issue. */
  const afterRestart = (options: HarnessOptions = {}) => start({ ...options, faults: { rules: [tooSoon] } });

  test('a question says so, waits for it and goes on by itself', async () => {
    await afterRestart();
    const answer = bot.say('/price 005930');
    await bot.clock.advance(1_100);
    expect(await bot.told('1분에 한 번만')).toMatch(/현재가를 가져오는 중[\s\S]*약 \d\d초 뒤에 저절로 이어집니다/);
    await bot.clock.advance(62_000);
    expect(await answer).toContain('70,000원');
    expect(bot.shown().some((text) => text.includes('기다리는 중'))).toBe(false);
    expect(bot.shown().join()).not.toContain('몰려');
    expect(asked('/oauth2/tokenP')).toBe(2);
  });

  test('one that says nothing of what it does is not silent either', async () => {
    const clock = new JumpClock();
    await afterRestart({ env: env('live'), clock, simulator: { hours: 'live' } });
    const answer = bot.say('/market');
    await bot.clock.advance(1_100);
    expect(await bot.told('1분에 한 번만')).toMatch(/약 \d\d초 뒤에 저절로 이어집니다/);
    await bot.clock.advance(62_000);
    expect(await answer).toContain('정규장');
  });

  test('/buy makes its ticket when the token is there, and never blames the calendar', async () => {
    await afterRestart({ env: env('live'), simulator: { hours: 'live' } });
    await bot.fire('calendar').catch(() => undefined);
    const answer = bot.say('/buy 005930 1 70000');
    await bot.clock.advance(1_100);
    await bot.told('1분에 한 번만');
    await bot.clock.advance(62_000);
    expect(await answer).toContain('매수 주문표');
    expect(bot.shown().join('\n')).not.toContain('개장일인지 확인하지 못해');
  });

  test('asked in vain twice: the seconds, not a crowd', async () => {
    await start({ faults: { rules: [{ ...tooSoon, times: 5 }] } });
    const answer = bot.say('/price 005930');
    await eventually('waiting', async () => {
      await bot.clock.advance(1_000);
      return bot.shown().some((text) => text.includes('1분에 한 번만'));
    });
    await bot.clock.advance(62_000);
    expect(await answer).toMatch(/KIS 토큰은 1분에 한 번만 받을 수 있습니다\. \d\d초 뒤에 다시 해 주세요\./);
  });

  test.each(['order', 'cancel'])(
    'a pressed %s is refused at once, with the seconds, and nothing is sent',
    async (what) => {
      await start();
      await bot.say('/buy 005930 1 69000');
      if (what === 'cancel') {
        await bot.press('확인');
        await bot.say('/cancel all');
      }
      const sent = asked('TTTC0012U');
      // Somebody revoked it within the minute of its issue.
      bot.simulator.setFaults([{ on: 'inquire-price', fault: 'token', state: 'unknown' }]);
      const reading = bot.say('/price 005930');
      await eventually('waiting', async () => {
        await bot.clock.advance(500);
        return bot.shown().some((text) => text.includes('1분에 한 번만'));
      });
      const pressedAt = bot.clock.now();
      const pressed = await bot.press('확인');
      expect(bot.clock.now() - pressedAt).toBeLessThan(10_000);
      expect(pressed).toMatch(/보내지 않았습니다[\s\S]*1분에 한 번만 받을 수 있습니다\. \d\d초 뒤에/);
      expect(asked('TTTC0012U')).toBe(sent);
      expect(asked('TTTC0013U')).toBe(0);
      await bot.clock.advance(62_000);
      await reading;
    },
  );

  test('a token that KIS takes its time over does not keep an order beyond its turn', async () => {
    await start({ timeouts: { readMs: 8_000, orderMs: 15_000, orderQueueMs: 3_000 } });
    await bot.clock.advance(23 * 3_600_000 - 30_000);
    await bot.say('/buy 005930 1 69000');
    await bot.press('확인');
    await bot.say('/cancel all');
    // Now another one is due, and the answer to the request for it does not come.
    bot.simulator.setFaults([{ on: 'oauth', fault: 'hang', when: 'after' }]);
    await bot.clock.advance(30_100);
    const pressed = bot.press('확인');
    await eventually('asked for', () => asked('/oauth2/tokenP') === 2);
    await bot.clock.advance(3_100);
    expect(await pressed).toMatch(/보내지 않았습니다[\s\S]*3초 안에 보내지 못했습니다/);
    await bot.clock.advance(20_000);
    expect(asked('TTTC0013U')).toBe(0);
  });

  test('the end of the process does not wait for it', async () => {
    await afterRestart();
    const answer = bot.say('/price 005930');
    await bot.clock.advance(1_100);
    await bot.told('1분에 한 번만');
    const startedAt = bot.clock.now();
    await bot.restart();
    // The token would be there after a minute.
    expect(bot.clock.now() - startedAt).toBeLessThan(20_000);
    await answer;
  });
});

describe('who KIS does not take', () => {
  test.each([
    ['EGW00103', '유효하지 않은 AppKey입니다.', 'KIS가 모르는 앱키입니다'],
    ['EGW02005', '실전투자 TR 이 아닙니다', 'KIS_ENV=live'],
    ['EGW00206', 'API 사용 권한이 없습니다.', 'Open API 서비스를 신청'],
  ])('%s: /buy says that, and not that the calendar could not be asked', async (code, text, told) => {
    const rules = [{ on: 'chk-holiday', fault: 'refuse', code, text, status: 500, times: 10 } as const];
    await start({ env: env('live'), simulator: { hours: 'live' }, faults: { rules } });
    const answer = await bot.say('/buy 005930 1 70000');
    expect(answer).toContain(told);
    expect(answer).not.toContain('개장일인지');
    expect(await bot.say('/market')).toContain(told);
  });

  test.each([
    ['OPSQ2000', 'ERROR : INPUT INVALID_CHECK_ACNO', 'KIS_ACCOUNT'],
    ['APBK0918', '장운영시간이 아닙니다.(주문불가)', '/market'],
    ['', '말만 있는 거절', '받아 주지 않았습니다: 말만 있는 거절'],
    ['XXXX9999', '', '받아 주지 않았습니다: XXXX9999'],
  ])('a read refused with "%s" "%s"', async (code, text, told) => {
    await start();
    bot.simulator.setFaults([{ on: 'inquire-balance', fault: 'refuse', code, text, rtCd: '7' }]);
    const answer = await bot.say('/balance');
    expect(answer).toContain(told);
    expect(answer).not.toMatch(emptyReason);
    expect(asked('TTTC8434R')).toBe(1);
  });
});

describe('the socket', () => {
  test('does not ask for its key again before KIS gives one, and says why', async () => {
    const rules = [{ on: '/oauth2/Approval', fault: 'refuse', code: 'EGW00133', text: '', status: 403 } as const];
    await start({ faults: { rules } });
    expect(await bot.say('/status')).toContain('1분에 한 번만');
    await pass(40);
    expect(asked('/oauth2/Approval')).toBe(1);
    await pass(50);
    await eventually('connected', () => bot.simulator.state().sockets.open === 1);
  });

  test.each([
    ['EGW00103', 'KIS가 모르는 앱키입니다'],
    ['http', 'KIS 서버에 문제가 있습니다'],
  ])('%s for its key is said in /status with what helps', async (code, told) => {
    const on = '/oauth2/Approval';
    const rule =
      code === 'http'
        ? ({ on, fault: 'http', status: 200, body: '', times: 3 } as const)
        : ({ on, fault: 'refuse', code, text: '', status: 403, times: 3 } as const);
    await start({ faults: { rules: [rule] } });
    expect(await bot.say('/status')).toContain(told);
  });
});
