import { afterEach, describe, expect, test } from 'vitest';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

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

describe('/who', () => {
  const start = async (options: HarnessOptions = {}): Promise<void> => {
    bot = await startHarness(options);
  };
  /** What somebody is answered; nothing for silence. */
  const saidTo = async (identity: string, text: string): Promise<string> => {
    const before = bot.shown().length;
    await bot.hand({ kind: 'text', text }, identity);
    await bot.settled();
    return bot.shown().slice(before).join('\n');
  };

  test('lists everybody, by role, with where they are from', async () => {
    await start({
      env: { HOGA_OWNERS: 'telegram:1+discord:2', HOGA_TRADERS: 'telegram:3', HOGA_VIEWERS: 'telegram:3,telegram:4' },
    });
    await bot.say('/who add telegram:5+discord:6 거래');
    expect(await bot.say('/누구')).toBe(
      [
        '[시뮬레이터] 쓸 수 있는 사람',
        '소유자 telegram:1 + discord:2 · 설정 HOGA_OWNERS',
        '소유자 console:local · 터미널',
        '거래 telegram:3 · 설정 HOGA_TRADERS',
        '거래 telegram:5 + discord:6 · 채팅에서 등록',
        '조회 telegram:4 · 설정 HOGA_VIEWERS',
      ].join('\n'),
    );
  });

  test('is for owners alone', async () => {
    await start({ env: { HOGA_TRADERS: 'telegram:2' } });
    for (const line of ['/who', '/who add telegram:2 owner', '/who add telegram:9 owner', '/who remove telegram:2']) {
      expect(await saidTo('telegram:2', line)).toContain('소유자 권한이 있어야');
    }
    expect(await saidTo('telegram:9', '/who add telegram:9 owner')).toContain('등록된 사람만');
    expect(await bot.say('/who')).not.toMatch(/telegram:9|채팅에서/);
  });

  test('what was added holds from the next message on, and over a restart', async () => {
    await start();
    expect(await saidTo('telegram:5', '/price 005930')).toContain('등록된 사람만');
    expect(await bot.say('/who add telegram:5 viewer')).toContain('telegram:5: 이제 조회 권한이 있습니다');
    expect(await saidTo('telegram:5', '/price 005930')).toContain('70,000원');
    expect(await saidTo('telegram:5', '/buy 005930 1')).toContain('거래 권한이 있어야');
    await bot.say('/사람 추가 Telegram:5 trader');
    expect(await saidTo('telegram:5', '/buy 005930 1')).toContain('매수 주문표');
    await bot.restart();
    expect(await saidTo('telegram:5', '/buy 005930 1')).toContain('매수 주문표');
    expect(await bot.say('/who')).toContain('거래 telegram:5 · 채팅에서 등록');
  });

  test('what was taken away is gone at once: no answer, no press, no alert, and over a restart', async () => {
    await start();
    await bot.say('/who add telegram:5 trader');
    expect(await saidTo('telegram:5', '/alert 005930 >= 71000')).toContain('알림을 만들었습니다');
    expect(await saidTo('telegram:5', '/buy 005930 1')).toContain('매수 주문표');
    const button = bot.button('확인');
    expect(await bot.say('/who remove telegram:5')).toContain('telegram:5: 이제 쓸 수 없습니다');
    await bot.hand({ kind: 'press', button }, 'telegram:5');
    await bot.told('등록된 사람만');
    bot.simulator.setPrice('005930', 71_000);
    await bot.clock.advance(16_000);
    expect(bot.shown().some((text) => text.includes('🔔'))).toBe(false);
    await bot.restart();
    expect(await saidTo('telegram:5', '/buy 005930 1')).toContain('등록된 사람만');
    expect(bot.simulator.state().orders).toHaveLength(0);
    expect(await bot.say('/who')).not.toContain('telegram:5');
  });

  test('whoever is made a viewer can no longer press what they asked for as a trader', async () => {
    await start();
    await bot.say('/who add telegram:5 trader');
    await saidTo('telegram:5', '/buy 005930 1');
    const button = bot.button('확인');
    await bot.say('/who add telegram:5 viewer');
    await bot.hand({ kind: 'press', button }, 'telegram:5');
    await bot.told('거래 권한이 있어야');
    expect(bot.simulator.state().orders).toHaveLength(0);
  });

  test('one person with several identities has one role, and may press on either', async () => {
    await start();
    await bot.say('/who add telegram:5+discord:6 trader');
    await saidTo('telegram:5', '/buy 005930 1');
    await bot.hand({ kind: 'press', button: bot.button('확인') }, 'discord:6');
    await bot.told('접수됨');
    expect(await bot.say('/who add discord:6 viewer')).toContain('telegram:5 + discord:6: 이제 조회 권한이');
    expect(await saidTo('telegram:5', '/buy 005930 1')).toContain('거래 권한이 있어야');
  });

  test('an identity that was taken away and given to somebody else shares nothing with whose it was', async () => {
    await start();
    await bot.say('/who add telegram:5+discord:6 trader');
    await bot.say('/who remove telegram:5');
    await bot.say('/who add telegram:5 viewer');
    expect(await bot.say('/who')).toMatch(/거래 discord:6 · [\s\S]*조회 telegram:5 · /);
    await saidTo('discord:6', '/buy 005930 1');
    await bot.hand({ kind: 'press', button: bot.button('취소') }, 'telegram:5');
    await bot.told('만든 사람만 누를 수 있습니다');
  });

  test('those of the settings are changed there', async () => {
    await start({ env: { HOGA_OWNERS: 'telegram:1', HOGA_TRADERS: 'telegram:2' } });
    expect(await bot.say('/who remove telegram:2')).toContain('설정의 HOGA_TRADERS를 고치고');
    expect(await bot.say('/who add telegram:2 owner')).toContain('설정의 HOGA_TRADERS를 고치고');
    // All or nothing: the one that could be added is not.
    expect(await bot.say('/who add telegram:8+telegram:1 trader')).toContain('설정의 HOGA_OWNERS를 고치고');
    expect(await bot.say('/who')).not.toContain('telegram:8');
    expect(await saidTo('telegram:2', '/resume')).toContain('소유자 권한이 있어야');
  });

  test('nobody takes their own away, nor their own role; another owner may', async () => {
    await start();
    await bot.say('/who add telegram:7+discord:8 owner');
    for (const line of ['/who remove telegram:7', '/who remove discord:8', '/who add telegram:7 viewer']) {
      expect(await saidTo('telegram:7', line)).toContain('자신을 빼거나 자신의 권한을 바꿀 수는 없습니다');
    }
    expect(await saidTo('telegram:7', '/who add telegram:9+discord:8 trader')).toContain('자신의 권한을');
    expect(await saidTo('telegram:7', '/who add telegram:7+telegram:77 owner')).toContain('telegram:77: 이제 소유자');
    expect(await bot.say('/who remove telegram:7+discord:8+telegram:77')).toContain('이제 쓸 수 없습니다');
    expect(await saidTo('telegram:7', '/who')).toContain('등록된 사람만');
  });

  test('several are taken away together or not at all', async () => {
    await start();
    await bot.say('/who add telegram:5 trader');
    expect(await bot.say('/who remove telegram:5+telegram:6')).toContain('telegram:6: 등록된 사람이 아닙니다');
    expect(await saidTo('telegram:5', '/price 005930')).toContain('70,000원');
  });

  test.each([
    ['/who make telegram:5 trader', "'make' 대신 추가(add)나 삭제(remove)를"],
    ['/who constructor', "'constructor' 대신 추가(add)나 삭제(remove)를"],
    ['/who add', '사람이 빠졌습니다'],
    ['/who add telegram:5', '권한이 빠졌습니다'],
    ['/who add 5 trader', "'5'는 누구인지 알 수 없습니다"],
    ['/who add telegram:kim trader', '누구인지 알 수 없습니다'],
    ['/who add console:local viewer', '누구인지 알 수 없습니다'],
    ['/who add telegram:5+ trader', '누구인지 알 수 없습니다'],
    ['/who add telegram:5 king', "'king' 권한은 없습니다. 조회(viewer), 거래(trader), 소유자(owner)"],
    ['/who add telegram:5 trader now', "'now'는 여기에 쓰지 않는 말입니다"],
    ['/who remove telegram:5 trader', "'trader'는 여기에 쓰지 않는 말입니다"],
  ])('%s: one sentence and an example', async (line, sentence) => {
    await start();
    const said = await bot.say(line);
    expect(said).toContain(sentence);
    expect(said).toContain('예: /who add telegram:123 trader');
    expect(said).not.toContain('\n');
  });

  test('one who is not there cannot be taken away', async () => {
    await start();
    expect(await bot.say('/who remove telegram:5')).toContain('telegram:5: 등록된 사람이 아닙니다. /who 에서');
  });
});
