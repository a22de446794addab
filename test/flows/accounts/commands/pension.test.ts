import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Harness } from '../../../support/harness.ts';
import { startAccounts } from '../start-accounts.ts';

let bot: Harness;
beforeEach(async () => {
  bot = await startAccounts([
    {
      name: 'irp',
      product: '29',
      settings: { TITLE: '퇴직' },
      holdings: [{ symbol: '005930', quantity: 3, averageCost: 60_000 }],
    },
    { name: 'saving', product: '22', settings: { TITLE: '저축' } },
  ]);
});
afterEach(() => bot.stop());

const toOrder = '퇴직연금(IRP·DC) 계좌는 KIS API로 볼 수만 있습니다';

describe('a retirement pension', () => {
  test.each([
    '/buy 005930 1 @irp',
    '/sell 005930 1 @irp',
    '퇴직에서 삼성전자 1주 매도',
    '/amend 1234 71000 @irp',
    '/cancel 1234 @irp',
    '/cancel all @irp',
    '/schedule @irp',
    '/schedule 매수 005930 1 70000 @irp',
    '/orders @irp',
  ])('%s is told what does not work there, before there is a ticket', async (line) => {
    const calls = bot.simulator.state().orders.length;
    expect(await bot.say(line)).toContain(toOrder);
    expect(
      bot
        .chat()
        .messages.at(-1)
        ?.buttons.map(({ label }) => label),
    ).not.toContain('확인');
    expect(bot.simulator.state().orders).toHaveLength(calls);
  });

  test('a form for an order is not begun, and the sentence is there in English', async () => {
    await bot.say('/settings language en');
    await bot.hand({ kind: 'press', button: 'ask:/sell 005930 @irp' });
    expect(await bot.told('retirement pension')).toContain("can only be looked at through KIS's API");
  });

  test('a list that KIS does not give is a sentence and no outage', async () => {
    expect(await bot.say('/fills @irp')).toContain('KIS가 API로 주지 않습니다 (APBK1744)');
    expect(await bot.say('/balance @irp')).toContain('삼성전자');
    expect(await bot.say('/status @irp')).not.toMatch(/닿지 않습니다|맞춰 보는 중/);
  });

  test('an order can be compared with nothing: that is noted once, and not tried for ever', async () => {
    const noted = () => bot.logs.filter((line) => line.includes('orders of this account are not listed')).length;
    const failed = () => bot.logs.filter((line) => /venue not (?:compared|asked at start)/.test(line)).length;
    expect(noted()).toBe(1);
    await bot.clock.advance(600_000);
    await bot.restart();
    await bot.clock.advance(600_000);
    await bot.settled();
    expect(noted()).toBe(2);
    expect(failed()).toBe(0);
  });

  test('leaves the other accounts as they were', async () => {
    expect(await bot.say('/buy 005930 1 60000')).toContain('매수 주문표');
    await bot.press('확인');
    expect(await bot.say('/buy 005930 1 60000 @saving')).toContain('매수 주문표');
    expect(await bot.press('확인')).toContain('접수됨');
    expect(await bot.say('/halt irp')).toContain('정지했습니다');
  });
});

test('/account shows what sort each is', async () => {
  const said = await bot.say('/account');
  expect(said).toContain('-01 위탁');
  expect(said).toContain('-29 퇴직연금(보기만)');
  expect(said).toContain('-22 연금저축');
});
