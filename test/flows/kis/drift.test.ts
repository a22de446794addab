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

describe('KIS changed an API', () => {
  test.each(['OPSQ2001', 'OPSQ2002'])("%s is told with the name of the API, and as nobody's mistake", async (code) => {
    bot = await startHarness();
    bot.simulator.setFaults({ rules: [refusal(code, 'ERROR : INPUT INVALID')] });
    const answer = await bot.say('/price 005930');
    expect(answer).toContain("KIS API '주식현재가 시세'(inquire-price)가 호가와 맞지 않게 바뀐 것 같습니다");
    expect(answer).toContain(`(${code})`);
    expect(answer).toContain('입력이 틀린 것은 아닙니다');
  });

  test('the owner is told once a day and API, also across a restart, and /status keeps it', async () => {
    bot = await startHarness();
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
    bot.simulator.setFaults({
      rules: [
        { on: 'inquire-price', fault: 'refuse', rtCd: '0', code: 'MCA00000', text: '정상처리 되었습니다.', times: 9 },
      ],
    });
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
