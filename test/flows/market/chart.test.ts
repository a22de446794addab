import { afterEach, describe, expect, test } from 'vitest';
import { commands } from '../../../commands/index.ts';
import { chart } from '../../../commands/market/chart.ts';
import { TelegramChannel } from '../../../src/channels/telegram/telegram.ts';
import type { AnyCommand } from '../../../src/chat/command.ts';
import { ko } from '../../../src/i18n/ko.ts';
import { Secret } from '../../../src/secret.ts';
import { eventually, JumpClock } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';
import { startTelegram, type TelegramStandIn } from '../../support/telegram/telegram.ts';

let bot: Harness;
let telegram: TelegramStandIn | undefined;

afterEach(async () => {
  await bot.stop();
  await telegram?.stop();
  telegram = undefined;
});

const start = async (options: HarnessOptions = {}): Promise<void> => {
  bot = await startHarness(options);
};
const calls = (id: string): number => bot.simulator.state().requests.byTr[id] ?? 0;
const balance = 'TTTC8434R';
const last = () => {
  const message = bot.chat().messages.at(-1);
  if (message === undefined) throw new Error('nothing was said');
  return message;
};
const isPng = (data: string): boolean => Buffer.from(data, 'base64').subarray(1, 4).toString() === 'PNG';

/** Every bot draws its first picture in a thread that has just begun. */
const patient = { timeout: 30_000 };

describe('/chart', patient, () => {
  test('is one picture, with what it shows below it and buttons to others', async () => {
    await start();
    expect(await bot.say('/chart 삼성전자')).toMatch(/삼성전자 005930 · 일봉\n70,000원 보합$/);
    const [photo, ...others] = last().attachments;
    expect(others).toEqual([]);
    expect(photo).toMatchObject({ kind: 'photo', name: 'chart-005930-1d.png' });
    expect(isPng(photo?.data ?? '')).toBe(true);
    expect(last().buttons.map(({ label }) => label)).toEqual(['1분', '5분', '일', '주', '월', '새로고침', '현재가']);
  });

  test('leads to others of the issue, and to its price, which leads back', async () => {
    await start();
    await bot.say('/현재가 삼성전자');
    expect(await bot.press('차트')).toContain('· 일봉');
    expect(await bot.press('1분')).toContain('· 1분봉');
    expect(last().attachments).toMatchObject([{ name: 'chart-005930-1m.png' }]);
    expect(bot.button('새로고침')).toBe('run:/chart 005930 1m');
    expect(await bot.press('현재가')).toContain('시가/고가/저가');
  });

  test.each([
    ['1m', '1m'],
    ['3분', '3m'],
    ['10분봉', '10m'],
    ['1시간', '60m'],
    ['일봉', '1d'],
    ['1W', '1w'],
    ['월', '1mo'],
    ['1M', '1mo'],
    ['연봉', '1y'],
  ])('takes %s for %s', async (typed, interval) => {
    await start({
      commands: [{ ...chart, run: async (_context, args) => ({ lines: [JSON.stringify(args)] }) } as AnyCommand],
    });
    expect(await bot.say(`/차트 ㅅㅅㅈㅈ ${typed}`)).toContain(`"interval":"${interval}"`);
  });

  test('takes few calls: three pages of days, the price and the balance', async () => {
    await start();
    await bot.say('/chart 005930');
    expect([calls('FHKST03010100'), calls('FHKST01010100'), calls(balance)]).toEqual([3, 1, 1]);
  });

  test('in another theme is another picture', async () => {
    const pictureIn = async (theme: string): Promise<string | undefined> => {
      await start({ env: { HOGA_CHART_THEME: theme } });
      await bot.say('/chart 005930');
      return last().attachments[0]?.data;
    };
    const dark = await pictureIn('dark');
    await bot.stop();
    expect(await pictureIn('light')).not.toBe(dark);
  });

  test('in English', async () => {
    await start({ env: { HOGA_LANG: 'en' } });
    expect(await bot.say('/chart 005930 1w')).toContain('Samsung Electronics 005930 · weekly');
  });
});

describe('one sentence, and no picture', () => {
  test.each([
    ['/chart 없는종목', "'없는종목' 종목을 찾지 못했습니다.", '예: /chart 삼성전자 5분'],
    ['/chart 삼성전자 7분', "'7분' 봉은 없습니다. 1분, 3분", '예: /chart 삼성전자 5분'],
    ['/chart', '종목이 빠졌습니다.', '예: /chart 삼성전자 5분'],
  ])('%s', async (line, why, example) => {
    await start();
    const answer = await bot.say(line);
    expect(answer).toContain(why);
    expect(answer).toContain(example);
    expect(answer).not.toContain('\n');
    expect(last().attachments).toEqual([]);
  });

  test('before the first minute of the day, where paper has no earlier ones', async () => {
    await start({
      clock: new JumpClock(Date.parse('2026-11-23T08:00:00+09:00')),
      env: {
        KIS_ENV: 'paper',
        KIS_APP_KEY: 'test-app-key',
        KIS_APP_SECRET: 'test-app-secret',
        KIS_ACCOUNT: '50000000-01',
      },
      simulator: { kind: 'paper', hours: 'live' },
    });
    const refused = { fault: 'refuse', code: 'OPSQ0002', text: '없는 서비스 코드 입니다', times: 9 } as const;
    bot.simulator.setFaults({ rules: [{ on: 'inquire-time-dailychartprice', ...refused }] });
    const answer = await bot.say('/chart 005930 5분');
    expect(answer).toContain('그릴 분봉이 없습니다(모의투자에는 오늘 분봉만 있습니다).');
    expect(answer).toContain('예: /chart 005930 일봉');
  });
});

describe("what is the person's own", patient, () => {
  const holdings = [{ symbol: '005930', quantity: 10, averageCost: 69_000 }];
  const picture = async (line: string): Promise<string> => {
    await bot.say(line);
    return last().attachments[0]?.data ?? '';
  };

  test('average cost and alerts are in the picture', async () => {
    await start();
    const bare = await picture('/chart 005930');
    await bot.say('/alert 005930 >= 71000');
    await bot.say('/alert 000660 >= 210000');
    const alerted = await picture('/chart 005930');
    expect(alerted).not.toBe(bare);
    await bot.stop();
    await start({ simulator: { holdings } });
    const held = await picture('/chart 005930');
    expect(held).not.toBe(bare);
    expect(held).not.toBe(alerted);
  });

  test('a balance that cannot be had is said, and costs no chart', async () => {
    await start({
      simulator: { holdings },
      faults: { rules: [{ on: 'inquire-balance', fault: 'refuse', code: 'OPSQ9999', text: '없음', times: 20 }] },
    });
    expect(await bot.say('/chart 005930')).toContain('잔고를 가져오지 못해 평균 단가는 그리지 않았습니다.');
    expect(last().attachments).toHaveLength(1);
  });

  test('is drawn in a chat of their own, and not where others read along', async () => {
    const clock = new JumpClock();
    const standIn = await startTelegram(clock);
    telegram = standIn;
    const owner = 111;
    const group = -500;
    await start({
      clock,
      simulator: { holdings },
      env: { HOGA_OWNERS: `telegram:${owner}` },
      channels: ({ log }) => [
        new TelegramChannel({
          token: new Secret(standIn.token),
          apiRoot: standIn.apiRoot,
          clock,
          log,
          commands,
          words: ko,
        }),
      ],
    });
    await standIn.told(owner, '시작했습니다');
    /** The next picture in a chat; below its words, or after them where it was waited for. */
    const pictureFor = async (chatId: number, act: () => unknown): Promise<Buffer> => {
      const pictures = () => standIn.messages(chatId).flatMap(({ file }) => file ?? []);
      const before = pictures().length;
      act();
      return eventually(`a picture in ${chatId}`, () => pictures()[before]?.data);
    };
    const ask = (chatId: number) => pictureFor(chatId, () => standIn.say(owner, '/chart 005930', { chatId }));
    const read = calls(balance);
    const shared = await ask(group);
    const pressed = await pictureFor(group, () => standIn.press(owner, '새로고침', group));
    expect(pressed.equals(shared)).toBe(true);
    expect(calls(balance)).toBe(read);
    const own = await ask(owner);
    expect(calls(balance)).toBe(read + 1);
    expect(own.equals(shared)).toBe(false);
    expect(standIn.violations).toEqual([]);
  });
});
