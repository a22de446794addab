import { afterEach, expect, test } from 'vitest';
import { type Harness, type HarnessOptions, startHarness } from '../support/harness.ts';

let bot: Harness;
const start = async (options: HarnessOptions = {}): Promise<void> => {
  bot = await startHarness(options);
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

test('on paper there is none, and a sentence says so', async () => {
  await start({
    simulator: { kind: 'paper' },
    env: {
      KIS_ENV: 'paper',
      KIS_APP_KEY: 'paper-app-key',
      KIS_APP_SECRET: 'paper-app-secret',
      KIS_ACCOUNT: '50000000-01',
      KIS_HTS_ID: 'hogasim',
    },
  });
  for (const line of ['/pnl', '/pnl 1개월', '/export pnl csv 1주']) {
    expect(await bot.say(line)).toContain('모의투자 계좌에서는 제공되지 않는 기능입니다');
  }
});
