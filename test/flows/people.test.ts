import { afterEach, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from '../support/harness.ts';

let bot: Harness;
afterEach(async () => {
  await bot.stop();
});

describe('who may do what', () => {
  test('a stranger gets one polite sentence, then silence', async () => {
    bot = await startHarness();
    const before = bot.shown().length;
    for (const text of ['/balance', '/buy 005930 1', 'hello']) await bot.hand({ kind: 'text', text }, 'telegram:999');
    await bot.told('등록된 사람만');
    expect(bot.shown().length).toBe(before + 1);
  });

  test('a viewer looks and does not trade; a trader trades and does not resume', async () => {
    bot = await startHarness({ env: { HOGA_VIEWERS: 'telegram:1', HOGA_TRADERS: 'telegram:2' } });
    await bot.hand({ kind: 'text', text: '/buy 005930 1' }, 'telegram:1');
    await bot.told('거래 권한이 있어야');
    await bot.hand({ kind: 'text', text: '/halt' }, 'telegram:1');
    expect((await bot.say('/status')).includes('거래가 정지')).toBe(false);
    await bot.hand({ kind: 'text', text: '/halt' }, 'telegram:2');
    await bot.told('거래를 정지했습니다');
    await bot.hand({ kind: 'text', text: '/resume' }, 'telegram:2');
    await bot.told('소유자 권한이 있어야');
    expect(await bot.say('/status')).toContain('거래가 정지되어 있습니다');
  });

  test("a ticket is its maker's alone", async () => {
    bot = await startHarness({ env: { HOGA_TRADERS: 'telegram:2' } });
    await bot.say('/buy 005930 1');
    await bot.hand({ kind: 'press', button: bot.button('확인') }, 'telegram:2');
    await bot.told('만든 사람만 누를 수 있습니다');
    for (const label of ['취소', '+1틱']) await bot.hand({ kind: 'press', button: bot.button(label) }, 'telegram:2');
    await bot.settled();
    expect(bot.shown().filter((text) => text.includes('만든 사람만'))).toHaveLength(3);
    expect(bot.simulator.state().orders).toHaveLength(0);
    expect(await bot.press('확인')).toContain('접수됨');
  });

  test('one person with two identities may press on either', async () => {
    bot = await startHarness({ env: { HOGA_TRADERS: 'telegram:2+discord:3' } });
    await bot.hand({ kind: 'text', text: '/buy 005930 1' }, 'telegram:2');
    await bot.told('매수 주문표');
    await bot.hand({ kind: 'press', button: bot.button('확인') }, 'discord:3');
    await bot.told('접수됨');
  });
});

describe('halt', () => {
  test('stops tickets and presses, outlives a restart, lets cancels through; resume ends it', async () => {
    bot = await startHarness();
    await bot.say('/buy 005930 1 60000');
    await bot.press('확인');
    await bot.say('/buy 005930 1 60000');
    const waiting = bot.button('확인');
    await bot.say('/halt');
    await bot.hand({ kind: 'press', button: waiting });
    await bot.told('보내지 않았습니다');
    await bot.restart();
    expect(await bot.say('/buy 005930 1')).toContain('거래가 정지되어 있습니다');
    await bot.say('/cancel all');
    expect(await bot.press('확인')).toContain('취소 접수됨');
    await bot.say('/resume');
    expect(await bot.say('/buy 005930 1')).toContain('매수 주문표');
    expect(bot.simulator.state().orders.filter(({ action }) => action === 'new')).toHaveLength(1);
  });
});

describe('what was typed long ago', () => {
  const typed = async (text: string, ageMs: number): Promise<void> => {
    const at = bot.clock.now() - ageMs;
    await bot.chat().receive({
      id: text,
      channel: 'console',
      chatId: 'local',
      identity: 'console:local',
      input: { kind: 'text', text },
      at,
    });
  };

  test('changes are not made, questions are answered, halt always runs', async () => {
    bot = await startHarness();
    await bot.say('/buy 005930 1 60000');
    await bot.press('확인');
    await typed('/cancel all', 3_600_000);
    await bot.told('너무 오래된 요청');
    expect(bot.shown().some((text) => text.includes('취소 주문표'))).toBe(false);
    await typed('/price 005930', 3_600_000);
    await bot.told('삼성전자 005930');
    await typed('/halt', 3_600_000);
    await bot.told('거래를 정지했습니다');
    await typed('/resume', 61_000);
    expect(await bot.say('/status')).toContain('거래가 정지되어 있습니다');
  });
});
