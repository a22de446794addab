import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { eventually } from '../../support/clock.ts';
import { type Harness, startHarness } from '../../support/harness.ts';
import { describeOnPostgres } from '../../support/postgres/database.ts';
import { networkTo } from '../../support/postgres/network.ts';
import { findPostgres, runSql, startPostgres, type TestServer } from '../../support/postgres/server.ts';

let server: TestServer;
let bot: Harness | undefined;
let databases = 0;

describeOnPostgres('a bot whose database', () => {
  beforeAll(async () => {
    server = await startPostgres(findPostgres() ?? '');
  });
  afterEach(async () => {
    await bot?.stop();
    bot = undefined;
  });
  afterAll(() => server?.stop());

  const newUrl = async (): Promise<string> => {
    databases += 1;
    await runSql(server.url('postgres'), `create database hoga${databases}`);
    return server.url(`hoga${databases}`);
  };

  test('is down answers questions, sends nothing, tells the owner once, and goes on by itself', async () => {
    bot = await startHarness({ env: { STORE_URL: await newUrl() } });
    const { simulator, clock } = bot;
    await bot.say('/buy 005930 3 69000');
    await bot.press('확인');
    await bot.say('/buy 005930 1 69000');
    await server.shutDown();
    expect(await bot.press('확인')).toContain('데이터베이스 서버에 닿지 않습니다');
    expect(await bot.told('장부에 쓸 수 없습니다')).toContain('나아지면 저절로 다시 됩니다');
    expect(simulator.state().orders).toHaveLength(1);
    expect(await bot.say('/price 005930')).toContain('삼성전자');
    expect(await bot.say('/balance')).toContain('예수금');
    expect(await bot.say('/buy 005930 1 69000')).toContain('아직 장부에 적을 수 없어');
    await clock.advance(61_000);
    simulator.trade('005930', 'sell', 3, 69_000);
    expect(bot.shown().filter((text) => text.includes('주문과 설정은 받지 않고'))).toHaveLength(1);
    await server.start();
    await clock.advance(6_000);
    expect(await bot.told('장부에 다시 쓸 수 있습니다')).toContain('잃은 것은 없습니다');
    expect(await bot.told('체결 삼성전자')).toContain('3주');
    expect(bot.shown().filter((text) => text.includes('체결 삼성전자'))).toHaveLength(1);
    await bot.say('/buy 005930 1 69000');
    expect(await bot.press('확인')).toContain('접수됨');
    await eventually('the second order', () => simulator.state().orders.length === 2);
  });

  test('cannot be reached says so within seconds, and keeps nobody waiting after that', async () => {
    const network = await networkTo(await newUrl());
    bot = await startHarness({ env: { STORE_URL: network.url } });
    const { simulator } = bot;
    await bot.say('/buy 005930 1 69000');
    network.isCut = true;
    const timeOf = async (ask: () => Promise<unknown>): Promise<number> => {
      const since = performance.now();
      await ask();
      return performance.now() - since;
    };
    const pressed = await timeOf(async () => {
      expect(await bot?.press('확인')).toContain('데이터베이스 서버에 닿지 않습니다');
    });
    const first = await timeOf(async () => {
      expect(await bot?.say('/price 005930')).toContain('삼성전자');
    });
    const next = await timeOf(async () => {
      expect(await bot?.say('/price 000660')).toContain('하이닉스');
    });
    // The ledger was waited for once, and the caches are at most once each.
    expect(pressed).toBeLessThan(12_000);
    expect(first).toBeLessThan(12_000);
    expect(next).toBeLessThan(2_000);
    expect(simulator.state().orders).toHaveLength(0);
    network.isCut = false;
  });
});
