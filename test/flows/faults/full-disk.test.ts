import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test } from 'vitest';
import { eventually } from '../../support/clock.ts';
import { DiskFaults, needsRoom, sqliteFull } from '../../support/disk-faults.ts';
import { freePort } from '../../support/free-port.ts';
import { type Harness, startHarness } from '../../support/harness.ts';

/** A file system of its own, small enough to be filled; undefined where this user may mount none. */
function mountSmall(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'hoga-full-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'hoga-test', folder], { stdio: 'pipe' });
    mounted = folder;
    return folder;
  } catch {
    rmSync(folder, { recursive: true, force: true });
    return undefined;
  }
}

let bot: Harness | undefined;
let mounted: string | undefined;

afterEach(async () => {
  await bot?.stop();
  bot = undefined;
  if (mounted === undefined) return;
  execFileSync('umount', ['-l', mounted]);
  rmSync(mounted, { recursive: true, force: true });
  mounted = undefined;
});

test('issue 13.1: a disk that is full: questions are answered, orders refused with what helps, the owner told, and all goes on by itself', async ({
  skip,
}) => {
  const small = mountSmall();
  if (small === undefined) return skip('this user may not mount a tmpfs, which takes root');
  const ballast = join(small, 'ballast');
  const port = await freePort();
  bot = await startHarness({
    env: { STORE_URL: `sqlite:${join(small, 'hoga.db')}`, HTTP_PORT: String(port) },
  });
  const { simulator, clock } = bot;
  const health = async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/health`);
    return { status: answer.status, ...((await answer.json()) as object) };
  };
  await bot.say('/buy 005930 3 69000');
  await bot.press('확인');
  await bot.say('/buy 005930 1 69000');
  expect(await health()).toMatchObject({ status: 200, ok: true });

  const { bavail, bsize } = statfsSync(small);
  writeFileSync(ballast, Buffer.alloc(bavail * bsize, 1));
  expect(statfsSync(small).bavail).toBe(0);
  expect(await bot.press('확인')).toContain('디스크가 가득 찼습니다');
  expect(await bot.told('장부에 쓸 수 없습니다')).toContain('비우면 저절로 다시 됩니다');
  expect(simulator.state().orders).toHaveLength(1);
  expect(await health()).toMatchObject({ status: 503, ok: false, reason: 'store.full' });
  expect(await bot.say('/price 005930')).toContain('삼성전자');
  expect(await bot.say('/balance')).toContain('예수금');
  expect(await bot.say('/status')).toContain('장부에 쓸 수 없습니다');
  expect(await bot.say('/buy 005930 1 69000')).toContain('아직 장부에 적을 수 없어');
  await clock.advance(61_000);
  expect(await bot.say('/alert 005930 >= 80000')).toContain('비우면 저절로 다시 됩니다');
  expect(await bot.say('/halt')).toContain('장부에 아직 적지 못했습니다');
  expect(bot.shown().filter((text) => text.includes('주문과 설정은 받지 않고'))).toHaveLength(1);

  // A fill that comes now is told when it can be written down.
  simulator.trade('005930', 'sell', 3, 69_000);

  rmSync(ballast);
  await clock.advance(6_000);
  expect(await bot.told('장부에 다시 쓸 수 있습니다')).toContain('잃은 것은 없습니다');
  expect(await bot.told('체결 삼성전자')).toContain('3주');
  expect(bot.shown().filter((text) => text.includes('체결 삼성전자'))).toHaveLength(1);
  expect(await health()).toMatchObject({ status: 200, ok: true });
  expect(await bot.say('/buy 005930 1 69000')).toContain('정지');
  await bot.say('/resume');
  await bot.say('/buy 005930 1 69000');
  expect(await bot.press('확인')).toContain('접수됨');
  await eventually('the second order', () => simulator.state().orders.length === 2);
});

test('issue 13.1: a ledger that another program holds: the same, and questions do not wait for it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hoga-locked-'));
  bot = await startHarness({ env: { STORE_URL: `sqlite:${join(folder, 'hoga.db')}` } });
  const { simulator, clock } = bot;
  await bot.say('/buy 005930 1 69000');
  const other = new DatabaseSync(join(folder, 'hoga-simulator.db'));
  other.exec('begin immediate');
  expect(await bot.press('확인')).toContain('다른 프로그램이 장부를 붙잡고 있습니다');
  expect(await bot.told('주문과 설정은 받지 않고')).toContain('끄면 저절로 다시 됩니다');
  expect(simulator.state().orders).toHaveLength(0);
  const askedAt = Date.now();
  expect(await bot.say('/price 005930')).toContain('삼성전자');
  expect(Date.now() - askedAt).toBeLessThan(4_000);
  other.exec('rollback');
  other.close();
  await clock.advance(6_000);
  await bot.told('장부에 다시 쓸 수 있습니다');
  await bot.say('/buy 005930 1 69000');
  expect(await bot.press('확인')).toContain('접수됨');
  rmSync(folder, { recursive: true, force: true });
});

test('issue 13.1: a disk that takes nothing at the start: what the last process left is looked at when it does', async () => {
  const disk = new DiskFaults('hoga-simulator.db');
  const folder = mkdtempSync(join(tmpdir(), 'hoga-start-'));
  bot = await startHarness({ env: { STORE_URL: `sqlite:${join(folder, 'hoga.db')}` } });
  await bot.say('/buy 005930 1 69000');
  // The process ends before anything can leave.
  let full = false;
  disk.arm((_number, sql) => {
    full ||= sql.startsWith('update "orders" set "seen_position"');
    return full && needsRoom(sql) ? sqliteFull : undefined;
  });
  await bot.press('확인');
  // To commit nothing takes no room.
  disk.arm((_number, sql) => (needsRoom(sql) && sql !== 'commit' ? sqliteFull : undefined));
  await bot.clock.hurried(bot.restart());
  expect(await bot.say('/price 005930')).toContain('삼성전자');
  expect(bot.shown().join()).not.toContain('보내지 않은 주문');
  disk.mend();
  await bot.clock.advance(60_000);
  expect(await bot.told('보내지 않은 주문')).toContain('69,000원');
  await bot.say('/buy 005930 1 69000');
  expect(await bot.press('확인')).toContain('접수됨');
  rmSync(folder, { recursive: true, force: true });
});
