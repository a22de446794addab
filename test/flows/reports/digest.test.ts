import { afterEach, describe, expect, test } from 'vitest';
import { DiscordWebhookChannel } from '../../../src/channels/webhook/discord-webhook.ts';
import type { Message } from '../../../src/chat/channel.ts';
import { readConfig } from '../../../src/config.ts';
import { JumpClock } from '../../support/clock.ts';
import { WebhookStandIn } from '../../support/discord/webhook.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

// Reports of a day, with the venue's hours as they are: over real sockets, by the clock of the test.
const korea = (moment: string): number => Date.parse(`${moment}+09:00`);
let clock: JumpClock;
let bot: Harness;
afterEach(() => bot.stop());

async function startAt(moment: string, options: HarnessOptions = {}): Promise<void> {
  clock = new JumpClock(korea(moment));
  bot = await startHarness({ clock, fewPings: true, ...options, simulator: { hours: 'live', ...options.simulator } });
}
const goTo = (moment: string): Promise<void> => clock.advance(korea(moment) - clock.now());
/** What is said by itself when the minute comes. */
async function minute(moment: string): Promise<readonly string[]> {
  await goTo(moment);
  return due();
}
async function due(): Promise<readonly string[]> {
  const before = bot.shown().length;
  await bot.fire('digests');
  await bot.settled();
  return bot.shown().slice(before);
}
async function buy(line: string): Promise<void> {
  await bot.say(line);
  await bot.press('확인');
  await bot.told('체결');
}

test('a day: nothing before its minute, the morning, the close and the evening once each, with a picture', async () => {
  await startAt('2026-11-30T08:20:00');
  await bot.say('/watch add 카카오');
  await bot.say('/alert 005930 >= 91000');
  expect(await bot.say('/digest on')).toContain('아침 08:30 · 마감 15:45 · 저녁 20:05');
  expect(await due()).toEqual([]);
  const [morning] = await minute('2026-11-30T08:30:01');
  expect(morning).toMatch(/아침 요약 11월 30일\(월\)[\s\S]*11월 27일[\s\S]*코스피 [\d,.]+ [▲▼][\s\S]*카카오/);
  expect(morning).toContain('알림 · 삼성전자 91,000원 이상');
  expect(bot.chat().messages.at(-1)?.attachments).toMatchObject([{ kind: 'photo', name: 'digest-20261130.png' }]);
  expect(await minute('2026-11-30T08:31:01')).toEqual([]);

  await goTo('2026-11-30T09:10:00');
  await buy('/buy 005930 10 시장가');
  bot.simulator.setPrice('005930', 70_900);
  expect(await minute('2026-11-30T15:44:50')).toEqual([]);
  const [close] = await minute('2026-11-30T15:45:01');
  expect(close).toMatch(/마감 요약 11월 30일[\s\S]*자산 [\d,]+원 ▲/);
  expect(close).toContain('오늘 체결 · 삼성전자 매수 10주 700,000원');
  expect(close).toMatch(/70,900 +\+1.29% 삼성전자/);
  expect(close).toMatch(/삼성전자 외국인 \S+ · 기관 \S+/);
  expect(close).toContain('다음 거래일 12월 1일(화)');
  expect(await due()).toEqual([]);

  await goTo('2026-11-30T17:00:00');
  bot.simulator.setPrice('005930', 71_500);
  const [evening] = await minute('2026-11-30T20:05:01');
  expect(evening).toMatch(/저녁 요약 11월 30일[\s\S]*애프터마켓\(종가 대비\)[\s\S]*71,500 +\+0.85% 삼성전자 · KRX/);
  expect(await minute('2026-11-30T20:06:01')).toEqual([]);
});

test('the morning names the days from which a dividend or new shares are not bought any more', async () => {
  await startAt('2026-12-01T08:20:00');
  await bot.say('/watch add 삼성전자 카카오 NAVER');
  // Who buys on Wednesday is no shareholder on Thursday.
  bot.simulator.addDividend('005930', '20261203', 361);
  bot.simulator.addRights('035720', 'free', '20261204', '20261203');
  bot.simulator.addRights('035420', 'paid', '20261202', '20261201');
  bot.simulator.addRights('000660', 'paid', '20261202', '20261201');
  const said = await bot.say('/digest');
  expect(said).toMatch(
    /배당락·권리락\n12월 1일 NAVER 권리락 \(유상증자\)\n12월 2일 삼성전자 중간 배당락 주당 361원\n12월 3일 카카오 권리락 \(무상증자\)/,
  );
  expect(said).not.toContain('SK하이닉스');
});

test('an ex-dividend day just before holidays is told, though its record day lies behind them', async () => {
  // Chuseok: from Tuesday to Thursday nothing trades, so who buys on Monday is no shareholder on Friday 17 September.
  await startAt('2027-09-09T08:20:00');
  await bot.say('/watch add 삼성전자');
  bot.simulator.addDividend('005930', '20270917', 361);
  expect(await bot.say('/digest')).toContain('9월 13일 삼성전자 중간 배당락 주당 361원');
});

test('an evening on which nothing moved after the close is silent', async () => {
  await startAt('2026-11-30T19:50:00');
  await bot.say('/digest on 저녁');
  expect(await minute('2026-11-30T20:05:01')).toEqual([]);
  expect(await minute('2026-12-01T08:30:01')).toEqual([]);
});

test('before the close nothing is said of an after-market that has not been', async () => {
  await startAt('2026-11-30T10:00:00');
  await bot.say('/watch add 카카오');
  const said = await bot.say('/digest 저녁');
  expect(said).toContain('카카오');
  expect(said).not.toContain('애프터마켓');
});

test('an evening of which KIS does not tell what traded is told, and says what is missing', async () => {
  await startAt('2026-11-30T19:50:00');
  await bot.say('/watch add 카카오');
  await bot.say('/digest on 저녁');
  bot.simulator.setFaults({ rules: [{ on: 'inquire-overtime-price', fault: 'refuse', code: 'OPSQ2000', times: 99 }] });
  const [evening] = await minute('2026-11-30T20:05:01');
  expect(evening).toMatch(/저녁 요약 11월 30일[\s\S]*빠진 것: .*\(KIS가 답하지 않음\)/);
});

test('shares that were bought and sold are in the day’s profit, at what was paid and got', async () => {
  await startAt('2026-11-30T09:30:00');
  await buy('/buy 005930 10 시장가');
  bot.simulator.setPrice('005930', 70_900);
  await bot.say('/sell 005930 4 시장가');
  await bot.press('확인');
  await bot.told('삼성전자 매도 4주 ×');
  const { data } = await jsonOf('/digest close');
  const sold = data.accounts[0]?.fills.find(({ side }) => side === 'sell')?.amount ?? 0;
  const last = data.issues[0]?.last ?? 0;
  expect(data.issues[0]).toMatchObject({ symbol: '005930', held: 6, profit: 6 * last + sold - 700_000 });
});

interface Said {
  readonly accounts: readonly { readonly fills: readonly { readonly side: string; readonly amount: number }[] }[];
  readonly issues: readonly { readonly symbol: string; readonly last: number }[];
}

async function jsonOf(line: string): Promise<{ readonly data: Said }> {
  let data: unknown;
  const chat = bot.chat();
  const [send, edit] = [chat.send.bind(chat), chat.edit.bind(chat)];
  Object.assign(chat, {
    takesData: true,
    send: async (chatId: string, message: Message) => {
      data = message.data ?? data;
      return send(chatId, message);
    },
    edit: async (chatId: string, reference: string, message: Message) => {
      data = message.data ?? data;
      return edit(chatId, reference, message);
    },
  });
  await bot.say(line);
  return { data: data as Said };
}

describe('days without trading', () => {
  test.each([
    ['a holiday', '2026-12-24T15:50:00', '2026-12-25'],
    ['a weekend', '2026-11-27T15:50:00', '2026-11-28'],
  ])('%s gets no report, not even at five in the morning after a restart', async (_, before, day) => {
    await startAt(before);
    await bot.say('/watch add 카카오');
    await bot.say('/digest on');
    await bot.app().stop();
    await goTo(`${day}T05:00:00`);
    await bot.restart();
    expect(bot.shown().filter((text) => text.includes('요약'))).toEqual([]);
    for (const time of ['05:00:05', '08:30:01', '15:45:01', '20:05:01']) {
      expect(await minute(`${day}T${time}`), time).toEqual([]);
    }
    expect(await bot.say('/digest')).toContain('오늘은 장이 열리지 않습니다.');
  });

  test('the report after the close of the entrance exam comes fifteen minutes after that day’s close', async () => {
    await startAt('2026-11-19T08:00:00');
    await bot.say('/watch add 카카오');
    await bot.say('/digest on');
    expect((await minute('2026-11-19T08:30:01'))[0]).toContain('오늘은 10:00에 열고 16:30에 닫습니다.');
    expect(await minute('2026-11-19T15:45:01')).toEqual([]);
    expect((await minute('2026-11-19T16:45:01'))[0]).toContain('마감 요약');
  });
});

describe('what was missed', () => {
  const downUntil = async (moment: string): Promise<readonly string[]> => {
    await bot.app().stop();
    await goTo(moment);
    await bot.restart();
    await bot.settled();
    return bot.shown().filter((text) => !text.includes('시작했습니다'));
  };

  test('a restart at 08:30:05 neither loses the morning nor tells it twice', async () => {
    await startAt('2026-11-30T08:29:00');
    await bot.say('/digest on');
    expect(await downUntil('2026-11-30T08:30:05')).toEqual([expect.stringContaining('아침 요약')]);
    expect(await downUntil('2026-11-30T08:30:20')).toEqual([]);
  });

  test('the morning is made up until the opening, and says for when it was', async () => {
    await startAt('2026-11-30T08:20:00');
    await bot.say('/digest on');
    const [morning, ...more] = await downUntil('2026-11-30T08:55:00');
    expect([morning, more]).toEqual([expect.stringContaining('08:30에 드릴 것을 봇이 꺼져 있어 지금 드립니다.'), []]);
  });

  test('after the opening it is said to be missed, once, without a report', async () => {
    await startAt('2026-11-30T08:20:00');
    await bot.say('/digest on');
    const told = await downUntil('2026-11-30T11:00:00');
    expect(told).toEqual([expect.stringContaining('아침 요약 08:30은 그때 봇이 꺼져 있어 드리지 못했습니다.')]);
    expect(told[0]).not.toContain('코스피');
    expect(await due()).toEqual([]);
    expect((await minute('2026-11-30T15:45:01'))[0]).not.toContain('못했습니다');
  });

  test('a week away: one report, which counts what was missed, and nothing is piled up', async () => {
    await startAt('2026-11-23T08:20:00');
    await bot.say('/digest on');
    const told = await downUntil('2026-11-30T21:00:00');
    expect(told).toHaveLength(1);
    expect(told[0]).toContain('마감 요약 11월 30일');
    // Monday to Friday, morning and close.
    expect(told[0]).toContain('봇이 꺼져 있던 11월 23일~11월 27일의 요약 10건은 드리지 못했습니다.');
    expect((await minute('2026-12-01T08:30:01'))[0]).not.toContain('못했습니다');
  });
});

describe('who gets it, and where', () => {
  test('nobody until they want it; times tell which is meant; off ends all or one', async () => {
    await startAt('2026-11-30T08:00:00');
    expect(await minute('2026-11-30T08:30:01')).toEqual([]);
    expect(await bot.say('/digest on 08:50')).toContain('아침 08:50');
    expect(await bot.say('/요약 켬 16:00')).toContain('아침 08:50 · 마감 16:00');
    expect(await bot.say('/digest off 아침')).toContain('받는 요약: 마감 16:00');
    expect(await bot.say('/digest off')).toContain('정해진 시각에 받는 요약이 없습니다');
    expect(await bot.say('/digest on 11:00')).toMatch(/11:00.*예: \/digest on 08:30/);
    expect(await bot.say('/digest on 저녁 08:30')).toContain('예: /digest on 08:30');
    expect(await bot.say('/digest 08:30')).toContain('예: /digest on 08:30');
  });

  test('quiet hours hold it, and who switched reports off is not told', async () => {
    await startAt('2026-11-30T08:00:00');
    await bot.say('/watch add 카카오');
    await bot.say('/digest on');
    await bot.say('/settings quiet 22:00-09:00');
    expect(await minute('2026-11-30T08:30:01')).toEqual([]);
    await goTo('2026-11-30T09:01:00');
    expect(await bot.told('아침 요약')).toContain('코스피');
    expect(await bot.say('/settings 요약 끔')).toContain('요약·모니터: 끔');
    expect(await minute('2026-11-30T15:45:01')).toEqual([]);
  });

  test('a part that KIS does not give is left out and named; the rest is told', async () => {
    await startAt('2026-11-30T08:29:00');
    await bot.say('/watch add 카카오');
    await bot.say('/digest on');
    bot.simulator.setFaults({
      rules: [
        { on: 'news-title', fault: 'refuse', code: 'OPSQ2000', text: '오류', times: 99 },
        { on: 'inquire-balance', fault: 'http', status: 502, times: 99 },
      ],
    });
    const [morning] = await minute('2026-11-30T08:30:01');
    expect(morning).toMatch(/코스피[\s\S]*카카오[\s\S]*빠진 것: 잔고, 뉴스 \(KIS가 답하지 않음\)/);
  });

  test('a webhook, which others read, has the market and nothing of an account, unless its kinds say fills', async () => {
    for (const kinds of ['reports', 'reports,fills']) {
      const discord = await new WebhookStandIn().start();
      const env = { DISCORD_WEBHOOK_URL: discord.url('100000000000000001'), DISCORD_WEBHOOK_KINDS: kinds };
      const read = readConfig({ KIS_ENV: 'simulator', ...env });
      if ('problems' in read) throw new Error(JSON.stringify(read.problems));
      const { webhooks } = read.config;
      await startAt('2026-11-30T15:00:00', { env, channels: () => [new DiscordWebhookChannel({ webhooks, clock })] });
      await bot.say('/watch add 카카오');
      await buy('/buy 005930 3 시장가');
      expect(await bot.say('/digest on 웹훅')).toContain('웹훅 채널로 보냅니다.');
      await minute('2026-11-30T15:45:01');
      const said = discord.texts('100000000000000001').at(-1) ?? '';
      expect(said).toMatch(/마감 요약[\s\S]*코스피[\s\S]*카카오/);
      expect(/자산|오늘 체결|700,000|210,000/.test(said), said).toBe(kinds !== 'reports');
      expect(discord.violations).toEqual([]);
      if (kinds === 'reports') await bot.stop();
      await discord.stop();
    }
  });

  test('without a webhook that takes reports, one sentence says what to set', async () => {
    await startAt('2026-11-30T08:00:00');
    expect(await bot.say('/digest on 웹훅')).toContain('DISCORD_WEBHOOK_URL');
  });
});
