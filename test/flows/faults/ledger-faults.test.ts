import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { turns } from '../../support/clock.ts';
import { DiskFaults, type FaultPlan, needsRoom, sqliteFull, sqliteIoError } from '../../support/disk-faults.ts';
import { type Harness, startHarness } from '../../support/harness.ts';

// Every statement that something takes is failed in turn, in each of these ways, and it is looked at what people saw.
const ways: readonly (readonly [string, (n: number) => FaultPlan])[] = [
  ['fails once', (n) => (number) => (number === n ? sqliteIoError : undefined)],
  ['and all that need room fail', (n) => (number, sql) => (number >= n && needsRoom(sql) ? sqliteFull : undefined)],
  ['and all others fail', (n) => (number) => (number >= n ? sqliteIoError : undefined)],
];

let disk: DiskFaults;
let bot: Harness;
beforeEach(async () => {
  disk = new DiskFaults('hoga-simulator.db');
  bot = await startHarness({ env: { HOGA_MAX_DAILY_KRW: '1000000000' } });
});
afterEach(async () => {
  disk.mend();
  await bot.stop();
});

/** Resolves when the bot has done what it is about to do. */
async function rest(): Promise<void> {
  for (let calm = 0; calm < 3; ) {
    await bot.settled();
    const before = disk.count;
    await turns(20);
    calm = disk.count === before ? calm + 1 : 0;
  }
}

/**
 * Does something once for each statement that it takes, with that statement failing, and once more with none. Gives
 * back how many those were.
 */
async function failEach(
  plan: (n: number) => FaultPlan,
  once: (n: number, arm: () => void) => Promise<void>,
): Promise<number> {
  for (let n = 1; n < 500; n += 1) {
    await once(n, () => disk.arm(plan(n)));
    if (disk.seen.length < n) return n - 1;
  }
  throw new Error('there is no end to the statements');
}

/** What was shown since, edits included. */
function recorder(): () => readonly string[] {
  const before = bot.shown().map((text) => text);
  return () => bot.shown().filter((text, index) => text !== before[index]);
}

/** The disk works again, and what waited for that is done. */
async function mend(): Promise<void> {
  disk.mend();
  await bot.clock.advance(6_000);
  await rest();
  await bot.clock.advance(61_000);
  await rest();
}

describe.each(ways)('issue 13.1: a statement of the ledger %s', { timeout: 300_000 }, (_way, plan) => {
  test('while an order is pressed: it is sent at most once, and what is said of it is true', async () => {
    const statements = await failEach(plan, async (n, arm) => {
      const price = 69_000 - n * 100;
      await bot.say(`/buy 005930 1 ${price}`);
      const before = bot.simulator.state().orders.length;
      const since = recorder();
      arm();
      await bot.press('확인');
      await rest();
      const sent = bot.simulator.state().orders.length - before;
      const said = since();
      const context = `statement ${n}: ${disk.seen[n - 1]}\n${said.join('\n---\n')}`;
      expect(sent, context).toBeLessThanOrEqual(1);
      expect(said.length, context).toBeGreaterThan(0);
      expect(said.filter((text) => /접수됨|결과를 모릅니다/.test(text)).length, context).toBe(sent);

      // Mended, the ledger says what KIS says.
      await mend();
      const listed = await bot.say('/orders');
      const ours = listed.split('\n').find((line) => line.includes(`1주 ${price.toLocaleString('en-US')}원`)) ?? '';
      expect(ours, `${context}\n=== after\n${listed}`).toMatch(sent === 1 ? /접수/ : /^$|보내지 않음/);
    });
    expect(statements).toBeGreaterThan(40);
  });

  test('while a fill is told: it is told once, at the latest when the disk works again', async () => {
    let told = 0;
    const statements = await failEach(plan, async (n, arm) => {
      const price = 69_000 - n * 100;
      await bot.say(`/buy 005930 1 ${price}`);
      await bot.press('확인');
      const since = recorder();
      arm();
      bot.simulator.trade('005930', 'sell', 1, price);
      await rest();
      const context = `statement ${n}: ${disk.seen[n - 1]}`;
      await mend();
      await rest();
      const fills = since().filter((text) => text.includes(`1주 × ${price.toLocaleString('en-US')}원`));
      expect(fills, `${context}\n${since().join('\n---\n')}`).toHaveLength(1);
      told += fills.length;
    });
    expect(statements).toBeGreaterThan(10);
    expect(told).toBe(statements + 1);
  });

  test('while an alert fires: it is told once, at the latest when the disk works again', async () => {
    const statements = await failEach(plan, async (n, arm) => {
      bot.simulator.setPrice('005930', 70_000);
      await rest();
      const asked = 70_000 + n * 100;
      await bot.say(`/alert 005930 >= ${asked}`);
      const since = recorder();
      arm();
      bot.simulator.setPrice('005930', asked);
      await rest();
      const context = `statement ${n}: ${disk.seen[n - 1]}`;
      await mend();
      const alerts = since().filter((text) => text.includes(`${asked.toLocaleString('en-US')}원 이상`));
      expect(alerts, `${context}\n${since().join('\n---\n')}`).toHaveLength(1);
    });
    expect(statements).toBeGreaterThan(10);
  });

  test('while a question is answered: it is answered once', async () => {
    const statements = await failEach(plan, async (n, arm) => {
      const since = recorder();
      arm();
      await bot.say('/price 005930');
      await rest();
      const context = `statement ${n}: ${disk.seen[n - 1]}`;
      await mend();
      expect(since().filter((text) => text.includes('삼성전자')).length, `${context}\n${since().join('\n---\n')}`).toBe(
        1,
      );
    });
    expect(statements).toBeGreaterThan(5);
  });
});
