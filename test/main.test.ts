import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test as base, describe } from 'vitest';

// The process itself, as npm start runs it: in a folder of its own, so that nobody's .env or data is touched.
const entry = resolve(import.meta.dirname, '../src/preflight.js');

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

type Hoga = (args: readonly string[], input: string, env?: Readonly<Record<string, string>>) => Promise<Ended>;

const hogaIn =
  (folder: string): Hoga =>
  (args, input, env = {}) =>
    new Promise((done) => {
      const child = spawn(process.execPath, [entry, ...args], {
        cwd: folder,
        env: { PATH: process.env['PATH'] ?? '', ...env },
      });
      let [out, err] = ['', ''];
      child.stdout.on('data', (data) => (out += String(data)));
      child.stderr.on('data', (data) => (err += String(data)));
      child.once('close', (code) => done({ code, out, err }));
      child.stdin.end(input);
    });

/** Each test has a folder, and runs beside others: most of the time goes to starting processes and to their waits. */
const test = base.extend<{ readonly folder: string; readonly hoga: Hoga }>({
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern what a fixture needs.
  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'hoga-main-'));
    await use(folder);
    rmSync(folder, { recursive: true, force: true });
  },
  hoga: async ({ folder }, use) => use(hogaIn(folder)),
});

describe.concurrent('npm start', () => {
  test('with piped lines: ticket, accepted, filled, held; ends by itself with 0', async ({ expect, folder, hoga }) => {
    const { code, out, err } = await hoga([], '/price 005930\n/buy 005930 10 시장가\n1\n/balance\n');
    expect(out).toMatch(
      /삼성전자 005930[\s\S]*매수 주문표[\s\S]*\[1\] 확인 {2}\[2\] 취소[\s\S]*접수됨[\s\S]*체결 삼성전자 매수 10주/,
    );
    expect(out).toMatch(/삼성전자 10주 \(매도가능 10주\)/);
    expect(code).toBe(0);
    for (const line of err.trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("with paper's rules rehearsed: its letterhead, what it lacks, its pace, on any day", async ({
    expect,
    hoga,
  }) => {
    const from = Date.now();
    const lines = '/market\n/price 005930\n/rank\n/buy 005930 1 NXT\n/buy 005930 1 시장가\n1\n/balance\n';
    const { code, out, err } = await hoga([], lines, { HOGA_SIMULATOR: 'paper' });
    expect(out).toContain('모의투자 규칙의 KIS 시뮬레이터로 시작했습니다');
    expect(out).toMatch(/\[모의투자 시뮬레이터\] .*장[\s\S]*닫히지 않습니다/);
    expect(out).toContain('모의투자에는 없는 정보입니다');
    // At the market, so that it is filled by the time the balance is asked for, whatever the price did meanwhile.
    expect(out).toMatch(/매수 주문표[\s\S]*접수됨[\s\S]*삼성전자 1주/);
    expect(out).toContain('체결 삼성전자 매수 1주');
    expect(out).not.toContain('주말');
    // What waited behind the questions is given up with the process, not sent where nobody is any more.
    expect(err).not.toContain('read repeated');
    expect(Date.now() - from).toBeGreaterThan(4_000);
    expect(code).toBe(0);
  }, 60_000);

  test("with the exchange's hours the rehearsal's market closes", async ({ expect, hoga }) => {
    const { out } = await hoga([], '/market\n', { HOGA_SIMULATOR: 'paper', HOGA_SIMULATOR_CLOCK: 'live' });
    expect(out).toContain('KRX');
    expect(out).not.toContain('닫히지 않습니다');
  }, 30_000);

  test('with an open order left: waits no longer than it was told', async ({ expect, hoga }) => {
    const { code, out } = await hoga(['--settle', '1'], '/buy 005930 1 50000\n1\n');
    expect(out).toContain('접수됨');
    expect(code).toBe(0);
  });

  test('with settings that cannot be: all of them named, and 2', async ({ expect, hoga }) => {
    const { code, out, err } = await hoga([], '', {
      KIS_ENV: 'live',
      HOGA_LANG: 'fr',
      STORE_URL: 'postgres://db',
    });
    expect(code).toBe(2);
    expect(out).toBe('');
    expect(err).toMatch(/HOGA_LANG: ko, en 중[\s\S]*KIS_APP_KEY: KIS_ENV[\s\S]*STORE_URL: PostgreSQL/);
    expect(err).not.toContain('    at ');
  });

  test('issue 13.6: an example is never taken for a secret, and a wrong account is not repeated', async ({
    expect,
    hoga,
  }) => {
    const { err } = await hoga([], '', { HOGA_LANG: 'en', KIS_ACCOUNT: '1234', KIS_APPKEY: 'PScanarycanary' });
    expect(err).toContain('KIS_ACCOUNT: eight digits and two, such as 12345678-01');
    expect(err).toContain('KIS_APPKEY: there is no such setting; did you mean KIS_APP_KEY?');
    expect(err).not.toMatch(/redacted|canary/);
  });

  test('issue 13.6: .env with a byte order mark, CRLF, quotes and blanks is read; the shell goes before it', async ({
    expect,
    folder,
    hoga,
  }) => {
    writeFileSync(join(folder, '.env'), '\uFEFFHOGA_LANG="en"\r\nKIS_ENV = simulator \r\nLOG_LEVEL=loud\r\n');
    expect((await hoga(['exec', '/status'], '', { LOG_LEVEL: 'silent' })).out).toContain('simulator');
    const { code, err } = await hoga([], '');
    expect([code, err]).toEqual([2, expect.stringContaining('LOG_LEVEL: trace, debug')]);
    writeFileSync(join(folder, '.env'), 'HOGA_LANG=en\nKIS_APP_KEY: canary\n');
    const lacking = await hoga([], '');
    expect([lacking.code, lacking.err]).toEqual([2, expect.stringContaining('.env, line 2: this is neither')]);
    expect(lacking.err).not.toContain('canary');
  }, 30_000);

  test('with words it does not know: says what there is, and 2', async ({ expect, hoga }) => {
    const { code, err } = await hoga(['dance'], '');
    expect([code, err]).toEqual([2, expect.stringContaining('npm start -- exec')]);
  });

  test('an answer for a chat that the settings lack: 2, and which setting', async ({ expect, hoga }) => {
    const { code, out, err } = await hoga(['exec', '/digest', '--to', 'webhook'], '');
    expect([code, out, err]).toEqual([2, '', expect.stringContaining('DISCORD_WEBHOOK_URL')]);
    expect((await hoga(['exec', '/digest', '--to', 'pigeon'], '')).code).toBe(2);
  });

  test('setting up asks at a terminal alone: 2, and what else there is', async ({ expect, folder, hoga }) => {
    const { code, err } = await hoga(['setup'], 'ko\n');
    expect([code, err]).toEqual([2, expect.stringContaining('.env.example')]);
    expect(readdirSync(folder)).toEqual([]);
  });

  test('a store that cannot be opened: 2, in one sentence', async ({ expect, hoga }) => {
    const { code, err } = await hoga([], '', { STORE_URL: 'sqlite:/proc/nowhere/hoga.db' });
    expect(code).toBe(2);
    expect(err).toContain('STORE_URL');
  });

  test('issue 13.6: a store that is no database, a damaged one, one of a newer version: what to do, and no code', async ({
    expect,
    folder,
    hoga,
  }) => {
    const path = join(folder, 'hoga-simulator.db');
    const env = { STORE_URL: 'sqlite:hoga.db', HOGA_LANG: 'en' };
    writeFileSync(path, 'dear diary, '.repeat(500));
    const notOne = await hoga([], '', env);
    expect(notOne.err).toContain('hoga-simulator.db is not a database. Restore it from a backup, or set STORE_URL');
    expect((await hoga([], '', { ...env, HOGA_LANG: 'ko' })).err).toContain('데이터베이스가 아닌 파일입니다');
    rmSync(path);
    await hoga(['--settle', '0'], '/halt\n', env);
    const whole = readFileSync(path);
    writeFileSync(path, Buffer.concat([whole.subarray(0, 4_096), Buffer.alloc(whole.length - 4_096, 0x7f)]));
    const damaged = await hoga([], '', env);
    expect(damaged.err).toContain('hoga-simulator.db is damaged. Restore it from a backup.');
    writeFileSync(path, whole);
    const database = new DatabaseSync(path);
    database.exec("insert into kysely_migration values ('9999-later', '2030-01-01T00:00:00.000Z')");
    database.close();
    const newer = await hoga([], '', env);
    expect(newer.err).toContain('written by a newer Hoga (9999-later). Upgrade Hoga, or restore');
    expect((await hoga(['doctor'], '', env)).out).toMatch(/✗ store: .*hoga-simulator\.db was written by a newer Hoga/);
    rmSync(path);
    writeFileSync(join(folder, 'hoga-cache.db'), 'dear diary, '.repeat(500));
    const cache = await hoga([], '', env);
    expect(cache.err).toContain('hoga-cache.db is not a database. If nothing else needs it, delete it');
    for (const { code, err } of [notOne, damaged, newer, cache]) {
      expect(code).toBe(2);
      expect(err.split('\n').filter((line) => line !== '')).toEqual([expect.not.stringMatching(/store\.|[ ]at /)]);
    }
  }, 60_000);
});

describe.concurrent('exec', () => {
  test('answers one question', async ({ expect, hoga }) => {
    const { code, out } = await hoga(['exec', '/price 005930'], '');
    expect([code, out]).toEqual([0, expect.stringContaining('삼성전자 005930')]);
    expect(out).not.toContain('시작했습니다');
  });

  test('says how it went by its exit code, and nothing but the answer', async ({ expect, hoga }) => {
    const answers = await Promise.all([
      hoga(['exec', '/info 005930', '--json'], ''),
      hoga(['exec', '/price 없는종목'], ''),
      hoga(['exec', '/price 005930'], '', { KIS_ENV: 'simulator', KIS_REST_URL: 'http://127.0.0.1:1' }),
    ]);
    expect(answers.map(({ code }) => code)).toEqual([0, 2, 1]);
    expect(JSON.parse(answers[0]?.out ?? '')).toMatchObject({ ok: true, data: { symbol: '005930' } });
    for (const line of (answers[0]?.err ?? '').trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow();
  }, 30_000);

  test('--json belongs to it alone', async ({ expect, hoga }) => {
    expect((await hoga(['doctor', '--json'], '')).code).toBe(2);
  });

  test("writes a chart into a file that is nobody else's, and says where", async ({ expect, hoga }) => {
    const { out } = await hoga(['exec', '/chart 005930'], '');
    const path = /^\/.*chart-005930-1d\.png$/m.exec(out)?.[0] ?? '';
    expect(readFileSync(path).subarray(1, 4).toString()).toBe('PNG');
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    rmSync(dirname(path), { recursive: true });
  }, 30_000);

  test('changes nothing', async ({ expect, hoga }) => {
    const { out } = await hoga(['exec', '/halt'], '');
    expect(out).toContain('여기서는 조회만 됩니다');
  });

  test('sees what the bot beside it recorded', async ({ expect, hoga }) => {
    const env = { STORE_URL: 'sqlite:hoga.db' };
    await hoga(['--settle', '0'], '/halt\n', env);
    expect((await hoga(['exec', '/status'], '', env)).out).toContain('거래가 정지되어 있습니다');
  }, 30_000);
});

describe.concurrent('revoke', () => {
  test('without a token: says that there is none, and 0', async ({ expect, hoga }) => {
    const { code, out } = await hoga(['revoke'], '');
    expect([code, out]).toEqual([0, expect.stringContaining('폐기할 것이 없습니다')]);
  });
});

describe.concurrent('simulator', () => {
  test('says where it is, serves, and stops when asked', async ({ expect, folder }) => {
    const args = ['simulator', '--rest-port', '0', '--ws-port', '0', '--accounts', '50000000-01,50000001-29'];
    const child = spawn(process.execPath, [entry, ...args], { cwd: folder });
    const line = await new Promise<string>((found) => child.stdout.once('data', (data) => found(String(data))));
    const { rest } = JSON.parse(line) as { rest: string; ws: string };
    const state = await fetch(`${rest}/__sim/state`);
    expect(state.status).toBe(200);
    expect(await state.json()).toMatchObject({ accounts: [{ account: '50000000-01' }, { account: '50000001-29' }] });
    const code = new Promise((ended) => child.once('close', ended));
    child.kill('SIGTERM');
    expect(await code).toBe(0);
  });

  test.for<readonly [string, string, string]>([
    ['--accounts', '50000000', '--accounts takes account numbers'],
    ['--accounts', '50000000-01,50000000-01', 'each once'],
    ['--speed', 'fast', '--speed takes a number'],
    ['--kind', 'demo', '--kind takes live or paper'],
  ])('%s %s: says what it takes, and 2', async ([flag, value, says], { expect, hoga }) => {
    const { code, err } = await hoga(['simulator', flag, value], '');
    expect([code, err]).toEqual([2, expect.stringContaining(says)]);
  });
});

describe.concurrent('store', () => {
  const env = { STORE_URL: 'sqlite:hoga.db', HOGA_LANG: 'en' };
  const from = 'sqlite:hoga-simulator.db';

  test('backs a ledger up, checks it and copies it: what was done, and what to do next', async ({ expect, hoga }) => {
    await hoga(['--settle', '1'], '/buy 005930 10 시장가\n1\n', env);
    const backup = await hoga(['store', 'backup', 'kept.db'], '', env);
    expect([backup.code, backup.out]).toEqual([
      0,
      expect.stringMatching(/✓ orders and events: fine \(1[\s\S]*kept\.db/),
    ]);
    const check = await hoga(['store', 'check'], '', { ...env, HOGA_LANG: 'ko' });
    expect([check.code, check.out]).toEqual([0, expect.stringContaining('✓ 주문과 기록: 정상 (1건 확인)')]);
    const copy = await hoga(['store', 'copy', 'sqlite:kept.db', 'sqlite:new/moved.db'], '', env);
    expect([copy.code, copy.out]).toEqual([
      0,
      expect.stringMatching(/✓ orders: 1 rows · sha256 [0-9a-f]{16}[\s\S]*Now set STORE_URL[\s\S]*Access tokens/),
    ]);
    expect(copy.err).toMatch(/copying orders: 1 rows[\s\S]*comparing orders: 1 rows/);
    const again = await hoga(['store', 'copy', 'sqlite:kept.db', 'sqlite:new/moved.db'], '', env);
    expect([again.code, again.out]).toEqual([2, '']);
    expect(again.err).toMatch(
      /Nothing is copied to where records are: sqlite:new\/moved\.db \(.*orders 1.*Name an empty/,
    );
  }, 60_000);

  test('of records that do not agree: 1, where, and what to do; the check-up says so too', async ({
    expect,
    folder,
    hoga,
  }) => {
    await hoga(['--settle', '1'], '/buy 005930 10 시장가\n1\n', env);
    const file = new DatabaseSync(join(folder, 'hoga-simulator.db'));
    file.exec("update proposals set status = 'dropped'");
    file.close();
    for (const [store, code] of [
      [from, 1],
      ['STORE_URL', 1],
    ] as const) {
      const check = await hoga(['store', 'check', store], '', env);
      expect([check.code, check.out]).toEqual([
        code,
        expect.stringMatching(/✗ tickets: 1 do not agree\n {4}ticket \w+ \(dropped\)/),
      ]);
      expect(check.out).toContain('restore the newest backup');
    }
    expect((await hoga(['store', 'backup'], '', env)).code).toBe(1);
    expect((await hoga(['doctor'], '', env)).out).toContain('✗ store: 1 things in the ledger do not agree');
  }, 60_000);

  test('what it does not know, or is not there: 2, in a sentence', async ({ expect, folder, hoga }) => {
    for (const args of [[], ['dance'], ['copy', from], ['check', 'a', 'b']]) {
      const { code, err } = await hoga(['store', ...args], '', env);
      expect([code, err]).toEqual([2, expect.stringContaining('npm start -- store copy FROM TO')]);
    }
    const none = await hoga(['store', 'check'], '', env);
    expect([none.code, none.err]).toEqual([2, expect.stringContaining('There is no ledger at hoga-simulator.db')]);
    const elsewhere = await hoga(['store', 'check', 'mysql://kim:secret@host/db'], '', env);
    expect([elsewhere.code, elsewhere.err]).toEqual([2, expect.stringContaining('A store is written as sqlite:')]);
    expect(elsewhere.err).not.toContain('secret');
    expect(readdirSync(folder)).toEqual([]);
  }, 60_000);
});
