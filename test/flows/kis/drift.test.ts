import { afterEach, describe, expect, test } from 'vitest';
import { eventually } from '../../support/clock.ts';
import { type Harness, startHarness } from '../../support/harness.ts';

let bot: Harness;
afterEach(async () => {
  await bot.stop();
});

const refusal = (code: string, text: string) =>
  ({ on: 'inquire-price', fault: 'refuse', code, text, rtCd: '2', times: 99 }) as const;
const removed = refusal('OPSQ2001', 'ERROR : INPUT INVALID_CHECK_MRKT_DIV_CODE');
const toldOwner = (): number => bot.shown().filter((text) => text.includes('호가와 맞지 않습니다')).length;

/** An answer that says success and has no rows, as it is. */
const answers = (on: string, body: object, times = 99) =>
  ({
    on,
    fault: 'http',
    when: 'before',
    status: 200,
    body: JSON.stringify({ rt_cd: '0', msg_cd: 'KIOK0510', msg1: '조회가 완료되었습니다', ...body }),
    times,
  }) as const;

describe('KIS changed an API', () => {
  test.each(['OPSQ2001', 'OPSQ2002', 'OPSQ2003', 'OPSQ9995', 'EGW00208', 'EGW00132'])(
    "%s is told with the name of the API, and as nobody's mistake",
    async (code) => {
      bot = await startHarness();
      bot.simulator.setFaults({ rules: [refusal(code, 'ERROR : INPUT INVALID')] });
      const answer = await bot.say('/price 005930');
      expect(answer).toContain("KIS API '주식현재가 시세'(inquire-price)가 호가와 맞지 않게 바뀐 것 같습니다");
      expect(answer).toContain(`(${code})`);
      expect(answer).toContain('입력이 틀린 것은 아닙니다');
    },
  );

  test('the owner is told once a day and API, also across a restart, and /status keeps it', async () => {
    bot = await startHarness({ fewPings: true });
    bot.simulator.setFaults({ rules: [removed] });
    await bot.say('/price 005930');
    await bot.told("⚠️ KIS API '주식현재가 시세'(inquire-price)가 호가와 맞지 않습니다");
    await bot.say('/price 000660');
    await bot.restart();
    bot.simulator.setFaults({ rules: [removed] });
    await bot.say('/price 005930');
    // What was said before the restart is not on this screen any more.
    expect(toldOwner()).toBe(0);
    expect(await bot.say('/status')).toContain('KIS API inquire-price 맞지 않음 (OPSQ2001)');

    await bot.clock.advance(24 * 3_600_000);
    bot.simulator.setFaults({ rules: [removed] });
    await bot.say('/price 005930');
    await eventually('told again', () => toldOwner() === 1);
  });

  test('an answer that cannot be read names the API and the field', async () => {
    bot = await startHarness();
    bot.simulator.setFaults([answers('inquire-price', { output: {} })]);
    expect(await bot.say('/price 005930')).toContain("KIS API '주식현재가 시세'(inquire-price)의 답을 읽지 못했습니다");
    expect(await bot.told('호가와 맞지 않습니다')).toMatch(/KIS: output \w+/);
    expect(await bot.say('/status')).toMatch(/KIS API inquire-price 맞지 않음 \(output \w+\)/);
  });

  test('an order that the API refused is refused once, and looked at as one that KIS took otherwise when nobody knows', async () => {
    bot = await startHarness();
    await bot.say('/buy 005930 1 69000');
    bot.simulator.setFaults({
      rules: [
        {
          on: 'order-cash-buy',
          fault: 'refuse',
          rtCd: '2',
          code: 'OPSQ2001',
          text: 'ERROR : INPUT INVALID_CHECK_ORD_DVSN',
        },
      ],
    });
    expect(await bot.press('확인')).toContain('OPSQ2001');
    await bot.told('(order-cash-buy)가 호가와 맞지 않습니다');
    expect(bot.simulator.state().requests.byTr['TTTC0012U']).toBe(1);
  });

  test('IGW00009 on a read is asked again before it counts', async () => {
    bot = await startHarness();
    bot.simulator.setFaults({
      rules: [{ ...refusal('IGW00009', '응답전문 구성 중 오류가 발생하였습니다.'), times: 1 }],
    });
    let answer = '';
    const asked = bot.say('/price 005930').then((text) => {
      answer = text;
    });
    await bot.clock.advance(1_000);
    await asked;
    expect(answer).toContain('70,000원');
    expect(toldOwner()).toBe(0);
  });
});

describe('an answer without the list that its API has', () => {
  test.each([
    ['/orders', 'inquire-psbl-rvsecncl', 'output'],
    ['/fills', 'inquire-daily-ccld', 'output1'],
    ['/balance', 'inquire-balance', 'output1'],
    ['/schedule', 'order-resv-ccnl', 'output'],
    ['/news 005930', 'news-title', 'output'],
    ['/rank volume', 'volume-rank', 'output'],
    ['/opinion 005930', 'invest-opinion', 'output'],
    ['/flow 005930', 'inquire-investor', 'output'],
    ['/chart 005930', 'inquire-daily-itemchartprice', 'output1'],
  ])('%s: %s is not told as nothing being there', async (line, api, block) => {
    bot = await startHarness();
    bot.simulator.setFaults([answers(api, { renamed: [] })]);
    const answer = await bot.say(line);
    expect(answer).toContain(`(${api})의 답을 읽지 못했습니다`);
    expect(answer).not.toMatch(/없습니다|비어/);
    expect(await bot.told('호가와 맞지 않습니다')).toContain(`KIS: ${block}`);
  });

  test('an empty list is one, and so is an answer that says in its code that there is nothing', async () => {
    bot = await startHarness();
    bot.simulator.setFaults([answers('inquire-psbl-rvsecncl', { output: [] })]);
    expect(await bot.say('/orders')).toContain('미체결 주문이 없습니다');
    bot.simulator.clearFaults();
    bot.simulator.setFaults([answers('inquire-psbl-rvsecncl', { msg_cd: 'KIOK0560' })]);
    expect(await bot.say('/orders')).toContain('미체결 주문이 없습니다');
    expect(toldOwner()).toBe(0);
  });

  test('a balance without its totals names the API as well', async () => {
    bot = await startHarness();
    bot.simulator.setFaults([answers('inquire-balance', { output1: [], output2: [] })]);
    expect(await bot.say('/balance')).toContain('(inquire-balance)의 답을 읽지 못했습니다');
    expect(await bot.told('호가와 맞지 않습니다')).toContain('KIS: output2');
  });

  test('rows that are none are not left out', async () => {
    bot = await startHarness();
    bot.simulator.setFaults([answers('inquire-psbl-rvsecncl', { output: ['0000012345'] })]);
    expect(await bot.say('/orders')).toContain('(inquire-psbl-rvsecncl)의 답을 읽지 못했습니다');
  });

  test('an order whose answer was lost is not called absent by it', async () => {
    bot = await startHarness();
    await bot.say('/buy 005930 3 60000');
    bot.simulator.setFaults([{ on: 'order', fault: 'cut', when: 'after' }]);
    expect(await bot.press('확인')).toContain('결과를 모릅니다');
    bot.simulator.setFaults([
      answers('inquire-daily-ccld', { renamed: [] }, 999),
      answers('inquire-psbl-rvsecncl', { renamed: [] }, 999),
    ]);
    for (let second = 0; second < 120; second += 1) {
      await bot.clock.advance(1_000);
      await bot.settled();
    }
    expect(bot.shown().join('\n')).not.toMatch(/확인됨|확인해 주세요:/);
    bot.simulator.clearFaults();
    for (let second = 0; second < 60; second += 1) {
      await bot.clock.advance(1_000);
      await bot.settled();
    }
    await bot.told('확인됨: 접수되어 있습니다');
  });
});

describe('an API whose path KIS no longer has', () => {
  const gone = (status: number, times = 99) =>
    ({ on: 'inquire-price', fault: 'http', when: 'before', status, body: '', times }) as const;
  const sayFor = async (line: string): Promise<string> => {
    let done = false;
    const answer = bot.say(line).finally(() => {
      done = true;
    });
    for (let second = 0; second < 12 && !done; second += 1) await bot.clock.advance(1_000);
    return answer;
  };

  test.each([404, 405, 410])('HTTP %i is drift and no trouble with the connection', async (status) => {
    bot = await startHarness();
    bot.simulator.setFaults([gone(status)]);
    const answer = await sayFor('/price 005930');
    expect(answer).toContain(`(inquire-price)가 호가와 맞지 않게 바뀐 것 같습니다 (HTTP ${status})`);
    expect(answer).not.toContain('인터넷');
    await bot.told('호가와 맞지 않습니다');
  });

  test('once is no drift: the read is repeated', async () => {
    bot = await startHarness();
    bot.simulator.setFaults([gone(404, 1)]);
    expect(await sayFor('/price 005930')).toContain('70,000원');
    expect(toldOwner()).toBe(0);
  });

  test.each([400, 413, 451])('HTTP %i with nothing said is a failed server, which answered', async (status) => {
    bot = await startHarness();
    bot.simulator.setFaults([gone(status)]);
    expect(await sayFor('/price 005930')).toContain(`KIS 서버에 문제가 있습니다 (HTTP ${status})`);
  });

  test('an order there is unknown, and never sent again', async () => {
    bot = await startHarness();
    await bot.say('/buy 005930 1 69000');
    bot.simulator.setFaults([{ on: 'order', fault: 'http', when: 'after', status: 404, body: '' }]);
    expect(await bot.press('확인')).toContain('결과를 모릅니다');
    expect(bot.simulator.state().orders).toHaveLength(1);
  });
});
