import { afterEach, expect, test } from 'vitest';
import { commands } from '../../../commands/index.ts';
import { longestButtonId } from '../../../src/chat/channel.ts';
import { type Harness, startHarness } from '../../support/harness.ts';

let bot: Harness;
afterEach(async () => {
  await bot.stop();
});

const labels = (): readonly string[] =>
  bot
    .chat()
    .messages.at(-1)
    ?.buttons.flat()
    .map(({ label }) => label) ?? [];

test('help names every command once, on a screen of a phone, with a button for each section', async () => {
  bot = await startHarness();
  const help = await bot.say('/help');
  for (const { name } of commands) expect(help.match(new RegExp(`/${name} [가-힣]`, 'g')), name).toHaveLength(1);
  expect(help.split('\n').length).toBeLessThanOrEqual(18);
  expect(labels()).toEqual(['보기', '주문', '알림', '계좌', '설정']);
  const trade = await bot.press('주문');
  expect(trade).toContain('/buy 종목 수량 [가격] [방식] 매수 주문표를 만듭니다');
  expect(trade).not.toContain('/price');
  expect(Buffer.byteLength('show:/help account')).toBeLessThan(longestButtonId);
});

test('a viewer is shown what a viewer may', async () => {
  bot = await startHarness({ env: { HOGA_VIEWERS: 'telegram:4' } });
  await bot.hand({ kind: 'text', text: '/help' }, 'telegram:4');
  const help = await bot.told('권한: 조회');
  expect(help).toContain('/orders 주문');
  expect(help).not.toMatch(/\/buy 매수|\/resume|\/who/);
  await bot.hand({ kind: 'text', text: '/start' }, 'telegram:4');
  const start = await bot.told('조회 권한');
  expect(start).toContain('삼성전자 차트');
  expect(start).not.toContain('매수');
});

test('the first answer says where one is, what one may, and three lines that work', async () => {
  bot = await startHarness();
  const start = await bot.say('/start');
  expect(start).toContain('시뮬레이터입니다. 가격은 지어낸 것이고 돈은 움직이지 않습니다.');
  expect(start).toContain('소유자 권한');
  const tries = start.split('이렇게 써 보세요:\n')[1]?.split('\n').slice(0, 3) ?? [];
  expect(await bot.say(tries[0] ?? '')).toContain('시가/고가/저가');
  expect(await bot.say(tries[1] ?? '')).toContain('매수 주문표');
  expect(await bot.say(tries[2] ?? '')).toContain('알림을 만들었습니다');
});

test('where real money moves, it says so', async () => {
  bot = await startHarness({ host: 'http://kis.example:9443' });
  expect(await bot.say('/start')).toContain('실전 계좌입니다. 진짜 돈이 움직입니다.');
});
