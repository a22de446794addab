import { afterEach, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { runWireCheck } from '../../../src/doctor.ts';
import { catalogue } from '../../../src/kis/endpoints/catalogue.ts';
import { createLog, createRedactor } from '../../../src/log.ts';
import { type Simulator, startSimulator } from '../../../src/simulator/server.ts';
import { JumpClock } from '../../support/clock.ts';

const reads = catalogue.filter(({ kind }) => kind === 'read');
let sim: Simulator;
let liveSim: Simulator | undefined;
afterEach(async () => {
  await sim.stop();
  await liveSim?.stop();
  liveSim = undefined;
});

async function check(
  kind: 'live' | 'paper',
  env: Readonly<Record<string, string>> = {},
  prepare: (sim: Simulator) => void = () => undefined,
) {
  const clock = new JumpClock(Date.parse('2026-11-23T10:00:00+09:00'));
  sim = await startSimulator({ clock, kind, speed: 0, callsPerSecond: 1_000 });
  prepare(sim);
  const result = readConfig({
    KIS_ENV: kind,
    KIS_APP_KEY: 'test-app-key',
    KIS_APP_SECRET: 'test-app-secret',
    KIS_ACCOUNT: '50000000-01',
    KIS_HTS_ID: 'hogasim',
    KIS_REST_URL: sim.restUrl,
    KIS_WS_URL: sim.wsUrl,
    STORE_URL: 'sqlite::memory:',
    ...env,
  });
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  const { config } = result;
  const lines: string[] = [];
  const progress: string[] = [];
  const redactor = createRedactor(config.secrets);
  const [account] = config.accounts;
  const environment = { ...account.kis.environment, callsPerSecond: 1_000 };
  const work = runWireCheck({
    config: {
      ...config,
      accounts: [{ ...account, kis: { ...account.kis, environment } }],
      store: { ledger: ':memory:', cache: ':memory:' },
    },
    clock,
    log: createLog({ level: 'silent', redactor, write: () => undefined }),
    redactor,
    random: () => 0.5,
    print: (line) => void lines.push(line),
    progress: (line) => void progress.push(line),
  });
  const fine = await clock.hurried(work);
  const lineOf = (api: string): string => lines.find((line) => line.split(/\s+/)[1] === api) ?? '';
  return { fine, lines, progress, lineOf };
}

test('all rows work, each asked once, with a progress line, and no order is sent', async () => {
  const { fine, lines, progress } = await check('live');
  expect(lines.filter((line) => !line.startsWith('✓'))).toEqual([`조회 ${reads.length}개 정상`]);
  expect(fine).toBe(true);
  expect(progress[0]).toBe(`KIS 조회 확인 1/${reads.length} inquire-price`);
  const { byTr } = sim.state().requests;
  for (const { tr } of reads) expect([tr.live, byTr[tr.live]]).toEqual([tr.live, 1]);
  for (const { tr } of catalogue.filter(({ kind }) => kind === 'order')) expect(byTr[tr.live]).toBeUndefined();
});

test('paper lacks most of them, and a live key for reads has what names no account', async () => {
  const alone = await check('paper');
  expect(alone.fine).toBe(true);
  expect(alone.lineOf('volume-rank')).toMatch(/^– volume-rank .*이 서버에 없음/);
  expect(alone.lineOf('inquire-balance')).toMatch(/^✓/);
  await sim.stop();

  liveSim = await startSimulator({ clock: new JumpClock(), speed: 0, callsPerSecond: 1_000 });
  const both = await check('paper', {
    KIS_LIVE_APP_KEY: 'live-app-key',
    KIS_LIVE_APP_SECRET: 'live-app-secret',
    KIS_LIVE_REST_URL: liveSim.restUrl,
  });
  expect(both.lineOf('volume-rank')).toMatch(/^✓/);
  expect(both.lineOf('inquire-period-profit')).toMatch(/^–/);
});

test('a refusal, an answer that lacks a field and a dead API are each named, and the check fails', async () => {
  const refuse = { fault: 'refuse', times: 9 } as const;
  const { fine, lines, lineOf } = await check('live', {}, (venue) =>
    venue.setFaults([
      {
        ...refuse,
        on: 'inquire-price',
        rtCd: '2',
        code: 'OPSQ2001',
        text: 'ERROR : INPUT INVALID_CHECK_MRKT_DIV_CODE',
      },
      { ...refuse, on: 'inquire-ccnl', rtCd: '0', code: 'MCA00000', text: '정상처리 되었습니다.' },
      {
        on: 'inquire-index-price',
        fault: 'http',
        when: 'before',
        status: 200,
        body: JSON.stringify({ rt_cd: '0', msg_cd: 'MCA00000', msg1: '정상처리 되었습니다.', output: {} }),
        times: 9,
      },
      { on: 'market-cap', fault: 'http', status: 502, body: '<html>', times: 9 },
    ]),
  );
  expect(fine).toBe(false);
  expect(lineOf('inquire-price')).toMatch(/^✗ .*거절 .*OPSQ2001 ERROR : INPUT INVALID_CHECK_MRKT_DIV_CODE$/);
  expect(lineOf('inquire-index-price')).toMatch(/^✗ .*답을 읽지 못함 .* · output \w+$/);
  // A list that is not in the answer was renamed or moved: it is no list without rows.
  expect(lineOf('inquire-ccnl')).toMatch(/^✗ .*답을 읽지 못함 .* · output$/);
  expect(lineOf('market-cap')).toMatch(/^✗ .*답 없음 .* · http-502$/);
  expect(lines.at(-1)).toBe(`조회 ${reads.length - 4}개 정상, 4개 이상`);
});

test('without an HTS id nothing is asked about what is saved under it', async () => {
  const { fine, lineOf } = await check('live', { KIS_HTS_ID: '' });
  expect(lineOf('psearch-title')).toMatch(/^– .*물어볼 것 없음/);
  expect(lineOf('psearch-result')).toMatch(/^–/);
  expect(fine).toBe(true);
});
