import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../../../src/simulator/server.ts';
import { eventually, JumpClock } from '../../../support/clock.ts';
import { type Harness, startHarness, TestChannel } from '../../../support/harness.ts';

let bot: Harness;
let paper: Simulator;
let phones: TestChannel;
/** A simulator with the rules of the live host, and beside it one with those of paper. */
beforeEach(async () => {
  const clock = new JumpClock();
  paper = await startSimulator({ clock, kind: 'paper', speed: 0, callsPerSecond: 1_000 });
  phones = new TestChannel('telegram');
  bot = await startHarness({
    clock,
    channels: () => [phones],
    env: {
      HOGA_ACCOUNTS: 'main,practice',
      KIS_MAIN_OWNERS: 'telegram:1',
      KIS_PRACTICE_ENV: 'paper',
      KIS_PRACTICE_REST_URL: paper.restUrl,
      KIS_PRACTICE_WS_URL: paper.wsUrl,
      KIS_PRACTICE_APP_KEY: 'key-of-practice',
      KIS_PRACTICE_APP_SECRET: 'secret-of-practice',
      KIS_PRACTICE_ACCOUNT: '50000000-01',
      KIS_PRACTICE_HTS_ID: 'hogasim',
      KIS_PRACTICE_CALLS_PER_SECOND: '1000',
      KIS_PRACTICE_TITLE: '연습',
      KIS_PRACTICE_OWNERS: 'telegram:1',
      KIS_PRACTICE_TRADERS: 'telegram:2',
    },
  });
});
afterEach(async () => {
  await bot.stop();
  await paper.stop();
});

const by = (id: string) =>
  ({ channel: 'telegram', chatId: id, identity: `telegram:${id}`, at: bot.clock.now(), alone: true }) as const;
/** What somebody is answered in their own chat with the bot. */
const asked = async (text: string, id: string): Promise<string> => {
  const before = phones.messages.length;
  await phones.receive({ id: text, ...by(id), input: { kind: 'text', text } });
  await bot.settled();
  return phones.messages
    .slice(before)
    .map((message) => message.text)
    .join('\n---\n');
};

describe('where accounts are at several venues', () => {
  test.each(['/balance', '/orders', '/fills', '/buy 005930 1 60000', '/cancel all', '/pnl'])(
    '%s says to somebody who trades paper alone that it is paper',
    async (line) => {
      expect(await asked(line, '2')).toMatch(/^\[모의투자 시뮬레이터\] /);
    },
  );

  test('so does what becomes of the order', async () => {
    await asked('/buy 005930 1 60000', '2');
    const confirm = phones.messages.at(-1)?.buttons.find(({ label }) => label === '확인');
    await phones.receive({ id: 'press', ...by('2'), input: { kind: 'press', button: confirm?.id ?? '' } });
    await eventually('accepted', () => phones.messages.some(({ text }) => text.includes('접수됨')));
    expect(phones.messages.at(-1)?.text).toMatch(/^\[모의투자 시뮬레이터\] 접수됨/);
  });

  test.each([
    ['/halt', '1', /^거래를/],
    ['/halt', '2', /^\[모의투자 시뮬레이터\] 거래를/],
    ['/settings', '2', /^\[모의투자 시뮬레이터\] /],
  ])('%s of %s, which is about no account, says it to who has one kind alone', async (line, id, answer) => {
    expect(await asked(line, id)).toMatch(answer);
  });

  test('somebody with both is told which, whatever the message is about', async () => {
    expect(await asked('/balance', '1')).toMatch(/^\[main · 시뮬레이터\]/);
    expect(await asked('/balance @practice', '1')).toMatch(/^\[연습 · 모의 시뮬레이터\]/);
  });
});
