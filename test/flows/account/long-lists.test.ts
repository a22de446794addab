import { afterEach, describe, expect, test } from 'vitest';
import { JumpClock } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

// Whatever there is a lot of fits one message of either platform, says how much there is, and leads to the rest.

const counts = [0, 1, 10, 150, 2_000] as const;
/** Discord's message; Telegram takes twice as much. */
const mostCharacters = 2_000;
/** What a phone shows in two screens. */
const mostLines = 40;
const mostButtons = 25;

const mondayEvening = Date.parse('2026-11-23T17:00:00+09:00');
let bot: Harness;
afterEach(async () => {
  await bot.stop();
});

/** Says a line, and holds what came against what a chat can show. */
async function shown(line: string): Promise<string> {
  const text = await bot.say(line);
  const message = bot.chat().messages.find((candidate) => candidate.text === text);
  if (message === undefined) throw new Error(`${line} was answered by more than one message: ${text.slice(0, 300)}`);
  expect(text.length, text).toBeLessThanOrEqual(mostCharacters);
  expect(text.split('\n').length, text).toBeLessThanOrEqual(mostLines);
  expect(message.buttons.length, text).toBeLessThanOrEqual(mostButtons);
  return text;
}

/** Walks to the last page by its buttons or its number. */
async function lastPage(line: string, count: number): Promise<string> {
  const pages = Math.ceil(count / 10);
  const text = await shown(pages > 1 ? `${line} ${pages}` : line);
  if (pages > 1) expect(text).toContain(`${pages}/${pages}`);
  return text;
}

const start = async (options: HarnessOptions): Promise<void> => {
  bot = await startHarness(options);
};

describe.each(counts)('%i of them', (count) => {
  test('open orders, and a cancel of them all', async () => {
    await start({ simulator: { cash: 1_000_000_000_000 } });
    const numbers = Array.from({ length: count }, () =>
      bot.simulator.placeElsewhere({ symbol: '005930', side: 'buy', quantity: 1, price: 60_000 }),
    );
    const text = await shown('/orders');
    if (count === 0) expect(text).toContain('미체결 주문이 없습니다');
    if (count > 10) expect(text).toContain(`${count} · 1/${Math.ceil(count / 10)}`);
    const last = await lastPage('/orders', count);
    if (count > 0) expect(last).toMatch(new RegExp(numbers.map((number) => String(Number(number))).join('|')));
    if (count === 0 || count > 150) return;
    const ticket = await shown('/cancel all');
    if (count > 10) expect(ticket).toContain(`${count}건`);
  });

  test('holdings', async () => {
    const newIssues = Array.from({ length: count }, (_, index) => ({
      symbol: `${String(900_000 + index)}`,
      name: `새회사${index}`,
      market: 'KOSDAQ' as const,
      kind: 'stock' as const,
      base: 10_000,
      listedThousands: 1_000,
      industry: '화학',
      english: `NEW ${index}`,
    }));
    const holdings = newIssues.map(({ symbol }) => ({ symbol, quantity: 1, averageCost: 9_000 }));
    await start({ simulator: { newIssues, holdings, callsPerSecond: 1_000 } });
    await shown('/balance');
    // Twenty pages of fifty are read: then it says that there is more.
    if (count <= 1_000)
      expect(await lastPage('/balance', count)).toContain(count === 0 ? '없습니다' : `새회사${count - 1}`);
    else expect(await shown('/balance')).toContain('일부만');
  });

  test('fills', async () => {
    await start({ simulator: { cash: 1_000_000_000_000 } });
    bot.simulator.setFaults({ notices: { drop: 2 * count } });
    for (let filled = 0; filled < count; filled += 1) {
      bot.simulator.placeElsewhere({ symbol: '005930', side: 'buy', quantity: 1 });
    }
    await bot.settled();
    const text = await shown('/fills');
    expect(text).toContain(count === 0 ? '체결이 없습니다' : `${count}건`);
    await lastPage('/fills 오늘', count);
  });

  test('scheduled orders', async () => {
    await start({
      clock: new JumpClock(mondayEvening),
      simulator: { hours: 'live', cash: 1_000_000_000_000 },
      env: {
        KIS_ENV: 'live',
        KIS_APP_KEY: 'test-app-key',
        KIS_APP_SECRET: 'test-app-secret',
        KIS_ACCOUNT: '50000000-01',
      },
    });
    for (let kept = 0; kept < count; kept += 1) {
      bot.simulator.scheduleElsewhere({ symbol: '005930', side: 'buy', quantity: 1, price: 60_000 });
    }
    const text = await shown('/schedule');
    if (count === 0) expect(text).toContain('없습니다');
    await lastPage('/schedule', count);
  });

  test('people', async () => {
    const others = Array.from({ length: count }, (_, index) => `telegram:${1_000 + index}`);
    await start({ env: { HOGA_VIEWERS: others.join(',') } });
    await shown('/who');
    // The terminal's owner is one of them.
    expect(await lastPage('/who', count + 1)).toContain(others.at(-1) ?? 'local');
  });
});

test('what became of a cancel of many is counted', async () => {
  await start({ simulator: { cash: 1_000_000_000_000 } });
  for (let waiting = 0; waiting < 14; waiting += 1) {
    bot.simulator.placeElsewhere({ symbol: '005930', side: 'buy', quantity: 1, price: 60_000 });
  }
  await shown('/cancel all');
  bot.simulator.setFaults([
    { on: 'order', fault: 'refuse', code: 'APBK0927', text: '정정취소 가능수량이 없습니다.', times: 2 },
  ]);
  const outcome = await bot.press('확인');
  expect(outcome).toContain('12건');
  expect(outcome).toMatch(/거부\S* 2건\n\d+, \d+/);
  expect(bot.simulator.state().orders.filter(({ action }) => action === 'cancel')).toHaveLength(12);
});

test("today's own orders have a page of their own", async () => {
  await start({ env: { HOGA_MAX_DAILY_KRW: '100000000' } });
  for (let made = 0; made < 23; made += 1) {
    await bot.say('/buy 005930 1 60000');
    await bot.press('확인');
    await bot.clock.advance(61_000);
  }
  const text = await shown('/orders');
  expect(text).toContain('그 밖에 13개 더 있습니다');
  expect(await bot.press('오늘 주문 23건 모두 보기')).toContain('23 · 1/3');
  expect(await shown('/orders 오늘 3')).toContain('3/3');
});

test('alerts', async () => {
  await start({});
  for (let made = 0; made < 60; made += 1) await bot.say(`/alert 삼성전자 >= ${80_000 + made * 100}`);
  await shown('/alerts');
  // Nobody has more than fifty.
  await lastPage('/alerts', 50);
});

test('a word where a page may stand is told as a word', async () => {
  await start({});
  expect(await bot.say('/who add telegram:5 trader now')).toContain("'now'");
  expect(await bot.say('/who 2 add telegram:5 trader')).toContain("'2'");
  expect(await bot.say('/orders 어제')).toContain("'어제'");
});
