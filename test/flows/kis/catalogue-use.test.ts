import { afterAll, beforeAll, expect, test } from 'vitest';
import { catalogue } from '../../../src/kis/endpoints/catalogue.ts';
import { JumpClock } from '../../support/clock.ts';
import { type Harness, startHarness } from '../../support/harness.ts';
import { type ApiUse, apiUse } from '../../support/kis/api-use.ts';

const morning = Date.parse('2026-11-23T10:00:00+09:00');
const evening = Date.parse('2026-11-23T17:00:00+09:00');
let bot: Harness;
let order: string;
let schedule: string;

beforeAll(async () => {
  // As live: the stand-in's own dialect has no exchange hours, and so no calendar to ask for.
  bot = await startHarness({
    clock: new JumpClock(morning),
    simulator: { holdings: [{ symbol: '005930', quantity: 50, averageCost: 65_000 }] },
    env: {
      KIS_ENV: 'live',
      KIS_APP_KEY: 'an-app-key',
      KIS_APP_SECRET: 'an-app-secret',
      KIS_ACCOUNT: '50000000-01',
      KIS_HTS_ID: 'hogasim',
    },
  });
  await bot.say('/buy 005930 3 59000');
  order = /주문번호 (\d+)/.exec(await bot.press('확인'))?.[1] ?? '';
});
afterAll(async () => {
  await bot.stop();
});

async function use({ line, press }: ApiUse): Promise<void> {
  const answer = await bot.say(line.replace('ORDER', order).replace('SCHEDULE', schedule));
  if (press === undefined) return;
  const shown = await bot.press(press);
  schedule = /예약번호 (R\d+)/.exec(shown)?.[1] ?? schedule;
  expect(`${answer}\n${shown}`).not.toContain('보내지 않았습니다');
}

test('every row of the catalogue has a command, and no other has', () => {
  expect(Object.keys(apiUse).toSorted()).toEqual(catalogue.map(({ id }) => id).toSorted());
});

const rows = Object.keys(apiUse).map((id) => [id, apiUse[id]?.line ?? ''] as const);

test.each(rows)('%s is asked for by %s', async (id) => {
  const row = catalogue.find((candidate) => candidate.id === id);
  const wanted = apiUse[id];
  if (row === undefined || wanted === undefined) throw new Error(`no ${id}`);
  if (wanted.evening === true && bot.clock.now() < evening) await bot.clock.advance(evening - bot.clock.now());
  const asked = (): number => bot.simulator.state().requests.byTr[row.tr.live] ?? 0;
  // The calendar is asked once a day, whichever command is first.
  const before = ['chk-holiday', 'market-time'].includes(id) ? 0 : asked();
  await use(wanted);
  expect(asked()).toBeGreaterThan(before);
});
