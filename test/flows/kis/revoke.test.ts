import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { createLog, createRedactor } from '../../../src/log.ts';
import { runRevoke } from '../../../src/revoke.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

let bot: Harness;
const folder = mkdtempSync(join(tmpdir(), 'hoga-revoke-'));
const keys = {
  KIS_APP_KEY: 'key-of-revoke',
  KIS_APP_SECRET: 'secret-of-revoke',
  KIS_ACCOUNT: '50000000-01',
  HOGA_OWNERS: 'telegram:1',
  HOGA_TRADERS: 'telegram:2',
};
const start = async (options: HarnessOptions = {}): Promise<Harness> => {
  bot = await startHarness({ ...options, env: { ...keys, ...options.env } });
  return bot;
};
afterEach(async () => {
  await bot.stop();
  rmSync(folder, { recursive: true, force: true });
});
const asked = (path: string): number => bot.simulator.state().requests.byTr[path] ?? 0;
const revoked = (): number => asked('/oauth2/revokeP');

describe('/revoke', () => {
  test('asks first: what stops, what stays, how it comes back', async () => {
    await start();
    await bot.say('/price 005930');
    const ticket = await bot.say('/revoke');
    expect(ticket).toMatch(/멈추는 것: [\s\S]*조회와 주문[\s\S]*그대로인 것: [\s\S]*미체결[\s\S]*돌아오는 법: /);
    expect(revoked()).toBe(0);
    expect(await bot.press('취소')).not.toContain('폐기했습니다');
    expect(revoked()).toBe(0);
  });

  test('confirmed: the token is worthless at KIS, and the next look-up brings another', async () => {
    await start();
    await bot.say('/price 005930');
    await bot.clock.advance(62_000);
    await bot.say('/revoke');
    expect(await bot.press('확인')).toContain('접근토큰을 폐기했습니다.\n');
    expect([revoked(), asked('/oauth2/tokenP')]).toEqual([1, 1]);
    expect(await bot.say('/price 005930')).toContain('70,000원');
    expect(asked('/oauth2/tokenP')).toBe(2);
  });

  test('within a minute of its issue: says how long nothing goes, and an order is not sent meanwhile', async () => {
    await start();
    await bot.say('/buy 005930 1 69000');
    const ticket = bot.button('확인');
    await bot.say('/revoke');
    expect(await bot.press('확인')).toMatch(/\d+초 뒤부터 받을 수 있고, 그때까지 조회와 주문이 멈춥니다/);
    await bot.hand({ kind: 'press', button: ticket });
    expect(bot.simulator.state().orders).toHaveLength(0);
    await bot.clock.advance(62_000);
    expect(await bot.say('/price 005930')).toContain('70,000원');
  });

  test('pressed twice: once', async () => {
    await start();
    await bot.say('/price 005930');
    await bot.say('/revoke');
    const press = { kind: 'press', button: bot.button('확인') } as const;
    await Promise.all([bot.hand(press), bot.hand(press)]);
    expect(revoked()).toBe(1);
  });

  test('is for owners alone, also where a ticket is pressed by somebody else', async () => {
    await start();
    await bot.say('/price 005930');
    await bot.hand({ kind: 'text', text: '/revoke' }, 'telegram:2');
    expect(await bot.told('소유자')).not.toContain('돌아오는 법');
    await bot.say('/revoke');
    await bot.hand({ kind: 'press', button: bot.button('확인') }, 'telegram:2');
    expect(revoked()).toBe(0);
  });

  test('works while trading is halted', async () => {
    await start();
    await bot.say('/price 005930');
    await bot.say('/halt');
    await bot.say('/revoke');
    expect(await bot.press('확인')).toContain('접근토큰을 폐기했습니다');
  });

  test('a token that is worthless already counts as revoked', async () => {
    await start();
    await bot.say('/price 005930');
    bot.simulator.setFaults([{ on: 'oauth', fault: 'refuse', code: 'EGW00121', text: '유효하지 않은 token' }]);
    await bot.say('/revoke');
    expect(await bot.press('확인')).toContain('접근토큰을 폐기했습니다');
  });

  test.each([
    [
      'refused',
      { on: 'oauth', fault: 'refuse', code: 'EGW00105', text: '유효하지 않은 AppSecret' },
      '폐기하지 못했습니다',
    ],
    ['unanswered', { on: 'oauth', fault: 'cut', when: 'after' }, '폐기되었는지 모릅니다'],
  ] as const)('%s: is said, and the bot goes on', async (_, rule, said) => {
    await start();
    await bot.say('/price 005930');
    await bot.clock.advance(62_000);
    await bot.say('/revoke');
    bot.simulator.setFaults([rule]);
    expect(await bot.press('확인')).toContain(said);
    expect(await bot.say('/price 005930')).toContain('70,000원');
  });
});

describe('npm start -- revoke', () => {
  async function revoke(): Promise<{ readonly fine: boolean; readonly said: string }> {
    const read = readConfig({
      KIS_ENV: 'simulator',
      KIS_REST_URL: bot.simulator.restUrl,
      KIS_WS_URL: bot.simulator.wsUrl,
      STORE_URL: `sqlite:${join(folder, 'hoga.db')}`,
      ...keys,
    });
    if ('problems' in read) throw new Error(JSON.stringify(read.problems));
    const redactor = createRedactor(read.config.secrets);
    const lines: string[] = [];
    const fine = await runRevoke({
      config: read.config,
      clock: bot.clock,
      log: createLog({ level: 'silent', redactor }),
      redactor,
      random: () => 0.5,
      print: (line) => void lines.push(line),
    });
    return { fine, said: lines.join('\n') };
  }

  test('beside the bot: the stored token goes, and the bot gets another by itself', async () => {
    await start({ env: { STORE_URL: `sqlite:${join(folder, 'hoga.db')}` } });
    await bot.say('/price 005930');
    await bot.clock.advance(62_000);
    expect(await revoke()).toEqual({ fine: true, said: expect.stringContaining('접근토큰을 폐기했습니다') });
    expect(revoked()).toBe(1);
    expect(await bot.say('/price 005930')).toContain('70,000원');
  });

  test('without a token: says so, and asks KIS for none', async () => {
    await start();
    const issued = asked('/oauth2/tokenP');
    rmSync(folder, { recursive: true, force: true });
    expect(await revoke()).toEqual({ fine: true, said: expect.stringContaining('폐기할 것이 없습니다') });
    expect([revoked(), asked('/oauth2/tokenP')]).toEqual([0, issued]);
  });

  test('KIS does not answer: not fine', async () => {
    await start({ env: { STORE_URL: `sqlite:${join(folder, 'hoga.db')}` } });
    await bot.say('/price 005930');
    bot.simulator.setFaults([{ on: 'oauth', fault: 'cut', when: 'before' }]);
    expect(await revoke()).toEqual({ fine: false, said: expect.stringContaining('모릅니다') });
  });
});
