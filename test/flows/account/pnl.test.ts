import { afterEach, describe, expect, test } from 'vitest';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

let bot: Harness;
const start = async (options: HarnessOptions = {}): Promise<void> => {
  bot = await startHarness({ fewPings: true, ...options });
};
afterEach(() => bot.stop());

const dayMs = 24 * 3_600_000;

/** Fills at exactly this price. */
async function trade(side: 'buy' | 'sell', symbol: string, quantity: number, price: number): Promise<void> {
  bot.simulator.setPrice(symbol, price);
  await bot.say(`/${side} ${symbol} ${quantity} ${price}`);
  await bot.press('확인');
  await bot.settled();
  // Whatever the book did not fill at once.
  bot.simulator.trade(symbol, side === 'buy' ? 'sell' : 'buy', quantity, price);
  await bot.told('체결');
  await bot.settled();
}

test('of today: what sales made, costs taken off, by issue', async () => {
  await start();
  expect(await bot.say('/pnl')).toContain('2026-11-23에는 매도 내역이 없습니다');
  await trade('buy', '005930', 10, 70_000);
  await trade('sell', '005930', 10, 71_000);
  const shown = await bot.say('/손익');
  // 10,000 won of price, less tax and commission.
  expect(shown).toMatch(
    /실현손익 2026-11-23\n\+[78],\d{3}원 \(\+1\.\d\d%\)\n수수료 [\d,]+원 · 세금 [\d,]+원\n종목별\n\+[78],\d{3} 삼성전자 10주/,
  );
});

test('of several days: by day, and by issue below; of one issue alone', async () => {
  await start({ env: { HOGA_MAX_DAILY_KRW: '100000000' } });
  await trade('buy', '005930', 10, 70_000);
  await trade('buy', '035720', 10, 48_000);
  await trade('sell', '005930', 4, 72_000);
  await bot.clock.advance(dayMs);
  await trade('sell', '035720', 10, 47_000);
  const shown = await bot.say('/pnl 1주');
  expect(shown).toContain('실현손익 2026-11-18 ~ 2026-11-24');
  expect(shown).toMatch(
    /날짜별\n11-24 {2}-1\d,\d{3}.*\n11-23 {3}\+[67],\d{3}.*\n종목별\n-1\d,\d{3} 카카오 10주\n \+[67],\d{3} 삼성전자 4주/,
  );
  const one = await bot.say('/pnl 1주 삼성전자');
  expect(one).toContain('실현손익 삼성전자 2026-11-18 ~ 2026-11-24');
  expect(one).toMatch(/날짜별\n11-23 {2}\+[67],\d{3}/);
  expect(one).not.toContain('카카오');
  expect(await bot.press('CSV 파일')).toMatch(/손익 \d행/);
  const file = bot.chat().messages.at(-1)?.attachments[0];
  const text = Buffer.from(file?.data ?? '', 'base64').toString();
  expect(file?.name).toBe('pnl-20261118-20261124.csv');
  expect(text).toMatch(/\r\n2026-11-23,005930,삼성전자,10,700000,4,288000,\d+,/);
  expect(text).not.toContain('카카오');
  expect(await bot.say('/pnl 어제')).toContain('삼성전자 4주');
});

test('says what is wrong in one sentence', async () => {
  await start();
  expect(await bot.say('/pnl 13개월')).toContain('1년까지 됩니다');
  expect(await bot.say('/pnl 1주 없는회사')).toContain("'없는회사' 종목을 찾지 못했습니다");
});

describe('on paper, which has no report of profits', () => {
  const paper: HarnessOptions = {
    simulator: { kind: 'paper' },
    env: {
      KIS_ENV: 'paper',
      KIS_APP_KEY: 'paper-app-key',
      KIS_APP_SECRET: 'paper-app-secret',
      KIS_ACCOUNT: '50000000-01',
      KIS_HTS_ID: 'hogasim',
      KIS_CALLS_PER_SECOND: '1000',
      HOGA_MAX_DAILY_KRW: '100000000',
    },
  };
  const week = async (options: HarnessOptions): Promise<Readonly<Record<string, string>>> => {
    await start(options);
    await trade('buy', '005930', 10, 70_000);
    await trade('buy', '005930', 10, 71_000);
    await trade('buy', '035720', 10, 48_000);
    await trade('sell', '005930', 4, 72_000);
    await bot.clock.advance(dayMs);
    await trade('sell', '035720', 10, 47_000);
    const said: Record<string, string> = {};
    for (const line of ['/pnl', '/pnl 1주', '/pnl 1주 삼성전자', '/pnl 어제']) said[line] = await bot.say(line);
    return said;
  };
  /** The amounts alone: tags and notes differ, and so does whether a day has a percentage. */
  const amounts = (text: string): readonly string[] =>
    text.split('\n').flatMap((line) => /^(?:\d\d-\d\d)? *([+-][\d,]+)/.exec(line)?.[1] ?? []);

  test('it is reckoned from the executions, says so, and comes to what a live account is told', async () => {
    const live = await week({ env: { HOGA_MAX_DAILY_KRW: '100000000' } });
    await bot.stop();
    const reckoned = await week(paper);
    for (const [line, said] of Object.entries(reckoned)) {
      expect(said, line).toContain('체결 내역과 평균단가로 계산한 값입니다');
      expect(live[line], line).not.toContain('계산한 값');
      expect(amounts(said).length, said).toBeGreaterThan(1);
      expect(amounts(said), line).toEqual(amounts(live[line] ?? ''));
    }
  });

  test('nothing sold: says so, and nothing else', async () => {
    await start(paper);
    expect(await bot.say('/pnl')).toContain('2026-11-23에는 매도 내역이 없습니다');
  });

  test('shares held before any order: what is left of them tells what they cost', async () => {
    await start({
      ...paper,
      simulator: { kind: 'paper', holdings: [{ symbol: '005930', quantity: 10, averageCost: 60_000 }] },
    });
    await trade('sell', '005930', 4, 70_000);
    expect(await bot.say('/pnl')).toMatch(/실현손익 2026-11-23\n\+39,\d{3}원/);
  });

  test('shares that nothing tells the cost of are left out and named', async () => {
    await start({
      ...paper,
      simulator: { kind: 'paper', holdings: [{ symbol: '005930', quantity: 10, averageCost: 60_000 }] },
    });
    await trade('sell', '005930', 10, 70_000);
    expect(await bot.say('/pnl')).toContain('산 값을 알 수 없어 빠진 매도: 삼성전자 10주');
  });

  test('bought longer ago than the period, and all sold: the executions before it are looked at', async () => {
    await start(paper);
    await trade('buy', '005930', 10, 70_000);
    await bot.clock.advance(dayMs);
    await trade('sell', '005930', 10, 71_000);
    const shown = await bot.say('/pnl 오늘');
    expect(shown).toMatch(/\+[78],\d{3}원/);
    expect(shown).not.toContain('빠진 매도');
  });

  test('the export says whose figures they are', async () => {
    await start(paper);
    await trade('buy', '005930', 1, 70_000);
    expect(await bot.say('/export pnl csv 1주')).toMatch(/손익 1행[\s\S]*계산한 값입니다/);
  });
});
