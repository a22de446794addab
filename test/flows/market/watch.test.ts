import { afterEach, describe, expect, test } from 'vitest';
import { commands } from '../../../commands/index.ts';
import { TelegramChannel } from '../../../src/channels/telegram/telegram.ts';
import { ko } from '../../../src/i18n/ko.ts';
import { Secret } from '../../../src/secret.ts';
import { eventually, JumpClock } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';
import { startTelegram } from '../../support/telegram/telegram.ts';

let bot: Harness;
const start = async (options: HarnessOptions = {}): Promise<void> => {
  bot = await startHarness(options);
};
afterEach(() => bot.stop());

describe('a watchlist', () => {
  test('is kept, shown with prices, and refreshed in place', async () => {
    await start();
    expect(await bot.say('/watch')).toContain('예: /watch add 삼성전자');
    expect(await bot.say('/관심 삼성전자')).toMatch(
      /관심종목 1 · KRX 정규장 · 10:00:\d\d\n70,000 {2}0 {2}0\.00% 삼성전자$/,
    );
    expect(await bot.say('/watch add SK하이닉스 삼성전자')).toMatch(/관심종목 2[\s\S]*삼성전자\n[\s\S]*SK하이닉스/);
    bot.simulator.setPrice('005930', 70_700);
    const before = bot.shown().length;
    expect(await bot.press('새로고침')).toContain('70,700  +700  +1.00% 삼성전자');
    expect(bot.shown()).toHaveLength(before);
    await bot.restart();
    expect(await bot.say('/watch')).toContain('관심종목 2');
    expect(await bot.say('/watch remove 삼성전자')).not.toContain('삼성전자');
    expect(await bot.say('/watch 삭제 삼성전자')).toContain('삼성전자 종목은 관심종목에 없습니다');
    expect(await bot.say('/watch remove')).toContain('종목이 빠졌습니다');
  });

  test('is of one person alone', async () => {
    await start({ env: { HOGA_OWNERS: 'telegram:1', HOGA_VIEWERS: 'telegram:2' } });
    await bot.hand({ kind: 'text', text: '/watch add 삼성전자' }, 'telegram:1');
    await bot.hand({ kind: 'text', text: '/watch' }, 'telegram:2');
    await bot.settled();
    expect(bot.shown().at(-1)).toContain('관심종목이 없습니다');
  });

  test('takes thirty, and says how many more fit', async () => {
    await start();
    const all = Object.keys(bot.simulator.state().prices);
    await bot.say(`/watch add ${all.slice(0, 15).join(' ')}`);
    await bot.say(`/watch add ${all.slice(15, 29).join(' ')}`);
    expect(await bot.say(`/watch add ${all.slice(29, 31).join(' ')}`)).toContain(
      '30개까지입니다(1개 더 넣을 수 있습니다)',
    );
    expect(await bot.say(`/watch add ${all[29]}`)).toContain('관심종목 30');
  });

  test('takes over a group that is kept at KIS', async () => {
    await start();
    expect(await bot.say('/watch import')).toContain('관심그룹을 골라');
    expect(await bot.press('관심종목01')).toMatch(/관심종목 5 [\s\S]*NAVER/);
    expect(await bot.say('/watch import')).toBeTruthy();
    expect(await bot.press('관심종목01')).toContain('관심종목 5');
    expect(await bot.say('/watch import 999')).toContain('그 관심그룹에는 종목이 없습니다');
  });

  test('needs a live key for those, and says so', async () => {
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
    expect(await bot.say('/watch import')).toContain('KIS_LIVE_APP_KEY');
  });
});

describe('a live board', () => {
  const quotes = (): number => bot.simulator.state().requests.byTr['FHKST11300006'] ?? 0;
  const board = () => {
    const found = bot.chat().messages.findLast(({ text }) => text.includes('관심종목'));
    if (found === undefined) throw new Error('no board');
    return found;
  };
  /** Lets the next look happen, and what it asks be answered. */
  async function look(): Promise<void> {
    const before = quotes();
    await bot.clock.advance(5_000);
    await eventually('a look', () => quotes() > before);
    await bot.settled();
  }
  async function startBoard(): Promise<void> {
    await start();
    await bot.say('/watch add 삼성전자 SK하이닉스');
    expect(await bot.press('실시간')).toContain('실시간 · 10:10까지');
  }

  test('changes in place while prices do, and not else', async () => {
    await startBoard();
    const { edits } = board();
    const messages = bot.shown().length;
    await look();
    await look();
    expect(board().edits).toBe(edits);
    bot.simulator.setPrice('005930', 70_700);
    await look();
    await eventually('the new price', () => board().text.includes('70,700'));
    expect(board().edits).toBe(edits + 1);
    expect(bot.shown()).toHaveLength(messages);
  });

  test('is stopped by its button, and asks no more', async () => {
    await startBoard();
    const messages = bot.shown().length;
    await bot.press('멈춤');
    expect(bot.shown()).toHaveLength(messages);
    expect(board().text).not.toContain('까지 5초마다');
    const asked = quotes();
    await bot.clock.advance(60_000);
    expect(quotes()).toBe(asked);
    expect(board().buttons.map(({ label }) => label)).toEqual(['새로고침', '실시간']);
  });

  test('ends by itself after ten minutes', async () => {
    await startBoard();
    for (let minute = 0; minute < 11 && !board().text.includes('10분이 지나'); minute += 1) {
      for (let step = 0; step < 12; step += 1) {
        await bot.clock.advance(5_000);
        await bot.settled();
      }
    }
    await bot.told('10분이 지나 실시간을 마쳤습니다');
    const asked = quotes();
    await bot.clock.advance(60_000);
    expect(quotes()).toBe(asked);
  });

  test('says an error once, and ends', async () => {
    await startBoard();
    bot.simulator.setFaults([{ on: 'any', fault: 'refuse', code: 'OPSQ2000', text: '오류', times: 1_000 }]);
    await bot.clock.advance(5_000);
    await bot.told('OPSQ2000');
    expect(board().text).toContain('실시간을 멈췄습니다');
    const { edits } = board();
    await bot.clock.advance(60_000);
    expect(board().edits).toBe(edits);
  });

  test('is one to a chat: another takes over', async () => {
    await startBoard();
    const first = board();
    await bot.say('/watch live');
    await eventually('the first has stopped', () => first.text.includes('실시간을 멈췄습니다'));
    expect(board()).not.toBe(first);
    expect(board().text).toContain('까지 5초마다');
    bot.simulator.setPrice('005930', 70_700);
    await look();
    await eventually('the new price', () => board().text.includes('70,700'));
    expect(first.text).not.toContain('70,700');
  });

  test('does not come back with a restart, and its button says how things are', async () => {
    await startBoard();
    const stop = bot.button('멈춤');
    await bot.restart();
    const asked = quotes();
    await bot.clock.advance(60_000);
    expect(quotes()).toBe(asked);
    await bot.hand({ kind: 'press', button: stop });
    await bot.settled();
    expect(bot.shown().at(-1)).toContain('관심종목 2');
  });
});

test('on Telegram a board is one message that changes, and a file is a document', async () => {
  const clock = new JumpClock();
  const telegram = await startTelegram(clock);
  const owner = 111;
  const { token, apiRoot } = telegram;
  await start({
    clock,
    env: { HOGA_OWNERS: `telegram:${owner}` },
    channels: ({ log }) => [
      new TelegramChannel({ token: new Secret(token), apiRoot, clock, log, commands, words: ko }),
    ],
  });
  await telegram.told(owner, '시작했습니다');
  telegram.say(owner, '/watch 삼성전자');
  const board = await telegram.told(owner, '관심종목 1');
  telegram.press(owner, '실시간');
  await telegram.told(owner, '까지 5초마다');
  bot.simulator.setPrice('005930', 70_700);
  await clock.advance(5_000);
  await telegram.told(owner, '70,700');
  telegram.press(owner, '멈춤');
  await eventually('stopped', () => !board.text.includes('까지 5초마다'));
  expect(board.text).toContain('70,700');
  expect(telegram.messages(owner).filter(({ text }) => text.includes('관심종목'))).toHaveLength(1);
  telegram.say(owner, '/export quotes csv');
  expect((await telegram.told(owner, '시세 1행')).file).toMatchObject({
    kind: 'document',
    name: 'quotes-20261123.csv',
  });
  expect(telegram.violations).toEqual([]);
  await telegram.stop();
});
