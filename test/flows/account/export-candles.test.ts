import { afterEach, describe, expect, test } from 'vitest';
import { JumpClock } from '../../support/clock.ts';
import { type Harness, startHarness } from '../../support/harness.ts';

// Candles as a CSV file, at the exchange's hours.

let bot: Harness;
afterEach(() => bot.stop());

async function start(time = '10:03:30'): Promise<void> {
  bot = await startHarness({
    clock: new JumpClock(Date.parse(`2026-11-23T${time}+09:00`)),
    env: {
      KIS_ENV: 'live',
      KIS_APP_KEY: 'test-app-key',
      KIS_APP_SECRET: 'test-app-secret',
      KIS_ACCOUNT: '50000000-01',
      KIS_HTS_ID: 'hogasim',
    },
    simulator: { hours: 'live' },
  });
}

/** The newest file: its name, its heading and its rows. */
function file() {
  const attachment = bot.chat().messages.findLast(({ attachments }) => attachments.length > 0)?.attachments[0];
  const text = Buffer.from(attachment?.data ?? '', 'base64').toString();
  const [heading = '', ...rows] = text.replace('\uFEFF', '').trim().split(/\r?\n/);
  return { name: attachment?.name, heading, rows };
}

describe('/export candles', { timeout: 60_000 }, () => {
  test('of minutes are those of a chart, the one that grows left out', async () => {
    await start();
    expect(await bot.say('/export candles 삼성전자 5m')).toContain('봉 240행을 CSV 파일로 보냅니다');
    const { name, heading, rows } = file();
    expect(name).toBe('candles-5m-20261123.csv');
    expect(heading).toBe('종목코드,종목명,거래소,일자,시각,시가,고가,저가,종가,거래량');
    expect(rows.at(-1)).toMatch(/^005930,삼성전자,KRX,2026-11-23,09:55,\d+,\d+,\d+,\d+,\d+$/);
  });

  test.each([
    '/내보내기 봉 삼성전자 5분봉 오늘',
    '/export candles 5m 삼성전자 today',
    '/export candles csv today 5m 005930',
  ])('%s is that of today', async (line) => {
    await start();
    expect(await bot.say(line)).toContain('봉 12행을');
    expect(file().rows.every((row) => row.includes(',2026-11-23,'))).toBe(true);
  });

  test('of a period are those of its days, and only those are asked for', async () => {
    await start();
    expect(await bot.say('/export candles 삼성전자 SK하이닉스 60m 20261119-20261120')).toContain('봉 28행을');
    const { name, rows } = file();
    expect(name).toBe('candles-60m-20261119-20261120.csv');
    expect(rows.map((row) => row.split(',').slice(3, 5).join(' ')).slice(0, 2)).toEqual([
      '2026-11-19 10:00',
      '2026-11-19 11:00',
    ]);
    // Two days of each, four pages a day at most.
    expect(bot.simulator.state().requests.byTr['FHKST03010230']).toBeLessThanOrEqual(14);
  });

  test('that reach back further than minutes are had say so', async () => {
    await start();
    expect(await bot.say('/export candles 삼성전자 30m 1개월')).toContain('최근 6거래일까지');
  });

  test('of days, which are meant where no length is named', async () => {
    await start();
    expect(await bot.say('/export candles 삼성전자 1주')).toContain('봉 5행을');
    expect(file().rows.map((row) => row.split(',').slice(3, 5).join(' ').trim())).toEqual([
      '2026-11-17',
      '2026-11-18',
      '2026-11-19',
      '2026-11-20',
      '2026-11-23',
    ]);
    await bot.say('/export candles 삼성전자 일봉');
    expect(file().rows).toHaveLength(240);
  });

  test('of Nextrade are named as such', async () => {
    await start();
    await bot.say('/export candles 삼성전자 NXT 5m 오늘');
    expect(file().rows[0]).toContain('005930,삼성전자,NXT,');
  });

  test.each([
    ['/export candles', '종목을 써 주세요. 예: /export candles 삼성전자 5m'],
    ['/export candles 없는종목 5m', "'없는종목' 종목을 찾지 못했습니다."],
    ['/export fills 삼성전자 5분', '기간'],
  ])('%s gets one sentence', async (line, sentence) => {
    await start();
    const answer = await bot.say(line);
    expect(answer).toContain(sentence);
    expect(answer).not.toContain('\n');
  });
});
