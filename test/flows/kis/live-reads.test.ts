import { afterEach, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { runDoctor } from '../../../src/doctor.ts';
import { createLog, createRedactor } from '../../../src/log.ts';
import { type Simulator, startSimulator } from '../../../src/simulator/server.ts';
import { JumpClock } from '../../support/clock.ts';
import { type Harness, startHarness } from '../../support/harness.ts';

// A paper account with a live key for reads beside it: what paper lacks comes from the live host, and nothing else does.
const keys = {
  KIS_ENV: 'paper',
  KIS_APP_KEY: 'paper-app-key',
  KIS_APP_SECRET: 'paper-app-secret',
  KIS_ACCOUNT: '50000000-01',
  KIS_HTS_ID: 'hogasim',
  KIS_LIVE_APP_KEY: 'live-app-key',
  KIS_LIVE_APP_SECRET: 'live-app-secret',
};
let live: Simulator;
let bot: Harness | undefined;
const start = async (at: string): Promise<Harness> => {
  const clock = new JumpClock(Date.parse(at));
  live = await startSimulator({ clock, speed: 0, callsPerSecond: 1_000 });
  bot = await startHarness({ clock, simulator: { kind: 'paper' }, env: { ...keys, KIS_LIVE_REST_URL: live.restUrl } });
  return bot;
};
afterEach(async () => {
  await bot?.stop();
  bot = undefined;
  await live.stop();
});

test('the live host is asked for what paper lacks, and never about an account or an order', async () => {
  const { say, press, told, simulator } = await start('2026-11-23T10:00:00+09:00');
  await say('/price 삼성전자');
  expect(await say('/price 삼성전자 SK하이닉스')).toMatch(/삼성전자[\s\S]*SK하이닉스/);
  await say('/buy 삼성전자 10');
  expect(await press('확인')).toContain('접수됨');
  await told('체결 삼성전자 매수 10주');
  await say('/sell 삼성전자 4 80000');
  await press('확인');
  expect(await say('/orders')).toContain('남은 4주 / 4주');
  await say('/amend 2 81000');
  expect(await say('/balance')).toContain('삼성전자 10주');
  await say('/cancel all');
  await press('확인');
  await told('취소 확인');

  const asked = live.state();
  // A token, the calendar with the day's hours, and several quotes at once: all that paper lacks of what was asked.
  expect(Object.keys(asked.requests.byTr).toSorted()).toEqual([
    '/oauth2/tokenP',
    'CTCA0903R',
    'FHKST11300006',
    'HHMCM000002C0',
  ]);
  expect(asked.orders).toEqual([]);
  expect(asked.sockets.opened).toBe(0);
  const paper = simulator.state();
  expect(paper.orders.filter(({ action }) => action === 'new')).toHaveLength(2);
  expect(Object.keys(paper.requests.byTr).filter((tr) => /^(?:TTTC|CTCA|FHKST113)/.test(tr))).toEqual([]);
});

test("the calendar is KIS's own, not the shipped table", async () => {
  const { say, logs } = await start('2026-12-25T10:00:00+09:00');
  // To the stand-in every day is a trading day, to the shipped table Christmas is none.
  expect(await say('/market')).toContain('정규장');
  expect(live.state().requests.byTr['CTCA0903R']).toBe(1);
  // Neither half of the key is ever shown.
  expect(logs.join('\n')).not.toMatch(/live-app-(?:key|secret)/);
});

test('the check-up names the live key when KIS does not take it', async () => {
  const clock = new JumpClock();
  live = await startSimulator({ clock, speed: 0, callsPerSecond: 1_000 });
  const paper = await startSimulator({ clock, kind: 'paper', speed: 0, callsPerSecond: 1_000 });
  const look = async (): Promise<readonly string[]> => {
    const lines: string[] = [];
    const result = readConfig({
      ...keys,
      KIS_REST_URL: paper.restUrl,
      KIS_WS_URL: paper.wsUrl,
      KIS_LIVE_REST_URL: live.restUrl,
      STORE_URL: 'sqlite::memory:',
    });
    if ('problems' in result) throw new Error(JSON.stringify(result.problems));
    const { config } = result;
    const redactor = createRedactor(config.secrets);
    const log = createLog({ level: 'silent', redactor, write: () => undefined });
    await runDoctor({
      config: { ...config, store: { ledger: ':memory:', cache: ':memory:' } },
      clock,
      log,
      redactor,
      random: () => 0.5,
      chats: [],
      print: (line) => void lines.push(line),
    });
    return lines.filter((line) => line.includes('실전 키'));
  };
  expect(await look()).toEqual(['✓ 조회용 실전 키: 정상']);
  live.setFaults([
    { on: '/oauth2/tokenP', fault: 'refuse', status: 403, code: 'EGW00103', text: '유효하지 않은 AppKey입니다.' },
  ]);
  const [line] = await look();
  expect(line).toMatch(/^✗ .*KIS_LIVE_APP_KEY/);
  await paper.stop();
});

test('/revoke gives both tokens back, and says what became of each', async () => {
  const { say, press, simulator } = await start('2026-11-23T10:00:00+09:00');
  await say('/price 삼성전자 SK하이닉스');
  await say('/revoke');
  expect(await press('확인')).toMatch(/KIS_APP_KEY: 접근토큰을 폐기[\s\S]*KIS_LIVE_APP_KEY: 접근토큰을 폐기/);
  for (const host of [simulator, live]) expect(host.state().requests.byTr['/oauth2/revokeP']).toBe(1);
});
