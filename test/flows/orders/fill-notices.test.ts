import { afterEach, describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { runDoctor } from '../../../src/doctor.ts';
import { ko } from '../../../src/i18n/ko.ts';
import { createLog, createRedactor } from '../../../src/log.ts';
import { type Simulator, startSimulator } from '../../../src/simulator/server.ts';
import { Outsider, RawSocket } from '../../simulator/support.ts';
import { eventually, JumpClock } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

let bot: Harness | undefined;
afterEach(async () => {
  await bot?.stop();
  bot = undefined;
});

const keys = { KIS_APP_KEY: 'key-of-fills', KIS_APP_SECRET: 'secret-of-fills', KIS_ACCOUNT: '50000000-01' };
const start = async (htsId: string | undefined, options: HarnessOptions = {}): Promise<Harness> => {
  const id = htsId === undefined ? {} : { KIS_HTS_ID: htsId };
  bot = await startHarness({ ...options, env: { ...keys, ...id, ...options.env } });
  await bot.settled();
  return bot;
};
const told = (hoga: Harness): readonly string[] =>
  hoga.shown().filter((text) => text.includes(ko.fillNotices.title) || text.includes(ko.fillNotices.working));

describe('an HTS id that KIS does not know', () => {
  test('is told once at the start: how fills come, what the code means and which setting to mend', async () => {
    const hoga = await start('nobody');
    expect(told(hoga)).toHaveLength(1);
    expect(told(hoga)[0]).toMatch(/30초마다[\s\S]*그런 HTS 아이디가 없습니다\(OPSP0017\)[\s\S]*KIS_HTS_ID를 /);
    hoga.simulator.setFaults({ dropSockets: true });
    await hoga.clock.advance(120_000);
    await eventually('connected again', () => hoga.simulator.state().sockets.opened > 1);
    expect(told(hoga)).toHaveLength(1);
  });

  test('an order promises no word at once, and its fill is told after a look-up', async () => {
    const hoga = await start('nobody');
    await hoga.say('/buy 005930 10');
    const accepted = await hoga.press('확인');
    expect(accepted).toContain('접수됨');
    expect(accepted).toContain(ko.fillNotices.tellFill);
    expect(accepted).not.toContain(ko.outcome.tellFill);
    await hoga.clock.advance(30_001);
    await hoga.told('체결 삼성전자 매수');
  });

  test('an amendment promises none either', async () => {
    const hoga = await start('nobody');
    await hoga.say('/buy 005930 1 60000');
    const number = /주문번호 (\d+)/.exec(await hoga.press('확인'))?.[1];
    await hoga.say(`/amend ${number} 61000`);
    expect(await hoga.press('확인')).toContain(ko.fillNotices.tellFill);
  });

  test('/status says it in words', async () => {
    const hoga = await start('nobody');
    expect(await hoga.say('/status')).toMatch(
      /연결됨.*체결통보 없음\(30초마다 조회\)[\s\S]*아이디가 없습니다\(OPSP0017\)/,
    );
  });

  test('whoever wants to hear of no fills is told nothing', async () => {
    const hoga = await start('nobody');
    await hoga.say('/settings fills off');
    await hoga.restart();
    expect(told(hoga)).toEqual([]);
  });
});

test('without an id: the start, the order and /status say that fills are looked up', async () => {
  const hoga = await start(undefined);
  expect(hoga.shown()[0]).toContain(ko.start.noHtsId);
  expect(told(hoga)).toEqual([]);
  await hoga.say('/buy 005930 1 60000');
  expect(await hoga.press('확인')).toContain(ko.fillNotices.tellFill);
  expect(await hoga.say('/status')).toContain(ko.start.noHtsId);
});

test('with the right id nothing is told, and an order promises word at once', async () => {
  const hoga = await start('hogasim');
  await hoga.say('/buy 005930 1 60000');
  expect(await hoga.press('확인')).toContain(ko.outcome.tellFill);
  expect(await hoga.say('/status')).toContain(ko.health.fillsOn);
  expect(told(hoga)).toEqual([]);
});

describe('a socket that does not stand at the start', () => {
  test('is told, and once more when fills are pushed', async () => {
    const hoga = await start('hogasim', { faults: { sockets: { refuse: true } } });
    expect(told(hoga)).toEqual([expect.stringContaining(ko.fillNotices.lookUp)]);
    await hoga.say('/buy 005930 1 60000');
    expect(await hoga.press('확인')).toContain(ko.fillNotices.tellFill);
    hoga.simulator.clearFaults();
    await eventually('pushed', async () => {
      await hoga.clock.advance(10_000);
      return told(hoga).length === 2;
    });
    expect(told(hoga)[1]).toContain(ko.fillNotices.working);
  });

  test('and then turns the id down: that is told too', async () => {
    const hoga = await start('nobody', { faults: { sockets: { refuse: true } } });
    hoga.simulator.clearFaults();
    await eventually('turned down', async () => {
      await hoga.clock.advance(10_000);
      return told(hoga).length === 2;
    });
    expect(told(hoga)[1]).toContain('OPSP0017');
  });
});

describe('another program on the same app key', () => {
  /** Takes the key's only session, as a copy of the bot on another computer would. */
  const takeSession = async ({ simulator }: Harness): Promise<RawSocket> => {
    const socket = await new RawSocket(simulator.wsUrl).opened();
    const approval = await new Outsider(simulator.restUrl, { appKey: keys.KIS_APP_KEY }).approvalKey();
    expect((await socket.subscribe(approval, 'H0STCNT0', '005930')).body['msg_cd']).toBe('OPSP0000');
    return socket;
  };
  const inUse = ko.health.socketReason('in-use');

  test('takes the connection while the bot runs: told once, and once more when it is back', async () => {
    const hoga = await start('hogasim');
    hoga.simulator.setFaults({ dropSockets: true });
    const socket = await takeSession(hoga);
    await eventually('told', async () => {
      await hoga.clock.advance(1_000);
      return told(hoga).length === 1;
    });
    expect(told(hoga)[0]).toContain(inUse);
    for (let seconds = 0; seconds < 120; seconds += 10) await hoga.clock.advance(10_000);
    expect(told(hoga)).toHaveLength(1);
    socket.socket.close();
    await eventually('told again', async () => {
      await hoga.clock.advance(10_000);
      return told(hoga).length === 2;
    });
    expect(told(hoga)[1]).toContain(ko.fillNotices.working);
  });

  test('has it when an alert wants prices, and no fills were pushed anyhow: that is told too', async () => {
    const hoga = await start(undefined);
    const socket = await takeSession(hoga);
    await hoga.say('/alert 005930 >= 100000');
    expect(await hoga.told(ko.fillNotices.noPrices)).toContain(inUse);
    expect(told(hoga)).toEqual([]);
    socket.socket.close();
    await eventually('connected', async () => {
      await hoga.clock.advance(10_000);
      return hoga.simulator.state().sockets.registrations === 1;
    });
    expect(hoga.shown().filter((text) => text.includes(ko.fillNotices.noPrices))).toHaveLength(1);
    expect(told(hoga)).toEqual([]);
  });
});

describe('the check-up', () => {
  async function lookAt(simulator: Simulator, clock: JumpClock, htsId: string | undefined) {
    const read = readConfig({
      KIS_ENV: 'simulator',
      KIS_REST_URL: simulator.restUrl,
      KIS_WS_URL: simulator.wsUrl,
      STORE_URL: 'sqlite::memory:',
      ...keys,
      ...(htsId === undefined ? {} : { KIS_HTS_ID: htsId }),
    });
    if ('problems' in read) throw new Error(JSON.stringify(read.problems));
    const redactor = createRedactor(read.config.secrets);
    const lines: string[] = [];
    await runDoctor({
      config: { ...read.config, store: { ledger: ':memory:', cache: ':memory:' } },
      clock,
      log: createLog({ level: 'silent', redactor }),
      redactor,
      random: () => 0.5,
      chats: [],
      print: (line) => void lines.push(line),
    });
    return lines.find((line) => line.includes('체결통보'));
  }
  const look = async (htsId: string | undefined) => {
    const clock = new JumpClock();
    const simulator = await startSimulator({ clock, speed: 0, callsPerSecond: 1_000 });
    const result = await lookAt(simulator, clock, htsId);
    expect(simulator.state().sockets.open).toBe(0);
    await simulator.stop();
    return result;
  };

  test('fails for an id that does not exist', async () => {
    expect(await look('nobody')).toMatch(/^✗ .*OPSP0017.*KIS_HTS_ID/);
  });

  test('waits for the word of KIS on one that does', async () => {
    expect(await look('hogasim')).toBe('✓ 체결통보: *****im · KIS가 받아 주었습니다');
  });

  test('without an id: says how fills come', async () => {
    expect(await look(undefined)).toMatch(/^✓ .*30초마다/);
  });

  test("beside the bot: leaves the bot's session alone, and says that it could not ask", async () => {
    const hoga = await start('hogasim');
    expect(await lookAt(hoga.simulator, hoga.clock, 'hogasim')).toMatch(/^✓ .*\/status/);
    expect(hoga.simulator.state().sockets).toMatchObject({ open: 1, registrations: 1 });
    expect(await hoga.say('/status')).toContain(ko.health.fillsOn);
  });
});
