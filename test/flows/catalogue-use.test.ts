import { expect, test } from 'vitest';
import { commands } from '../../commands/index.ts';
import type { Endpoint } from '../../src/kis/endpoint.ts';
import { domesticMarket } from '../../src/kis/endpoints/domestic-market.ts';
import { domesticResearch } from '../../src/kis/endpoints/domestic-research.ts';
import { domesticTrading } from '../../src/kis/endpoints/domestic-trading.ts';
import { startHarness } from '../support/harness.ts';

/** Rows that no command reaches yet. To become empty; a row that a command has come to use must leave the list. */
const unused: readonly string[] = [
  'psearch-result',
  'intstock-stocklist-by-group',
  'inquire-daily-ccld-before',
  'order-resv',
  'order-resv-ccnl',
  'order-resv-rvsecncl-modify',
  'order-resv-rvsecncl-cancel',
];

/** Commands that stop the others. */
const last = ['halt'];

test('every row of the catalogue is used by some command', async () => {
  // As live: the stand-in's own dialect has no exchange hours, and so no calendar to ask for.
  const bot = await startHarness({
    env: {
      KIS_ENV: 'live',
      KIS_APP_KEY: 'an-app-key',
      KIS_APP_SECRET: 'an-app-secret',
      KIS_ACCOUNT: '50000000-01',
      KIS_HTS_ID: 'hogasim',
    },
  });
  const pressed = async (shown: string): Promise<string> => {
    const asks =
      bot
        .chat()
        .messages.at(-1)
        ?.buttons.some(({ label }) => label === '확인') ?? false;
    return asks && shown.includes('주문표') ? bot.press('확인') : shown;
  };
  // Something to sell, and something that stands, so that examples about orders find one.
  await pressed(await bot.say('/buy 삼성전자 10'));
  await bot.told('체결 삼성전자 매수 10주');
  const [, number] = /주문번호 (\d+)/.exec(await pressed(await bot.say('/buy 삼성전자 1 60000'))) ?? [];
  expect(await pressed(await bot.say(`/amend ${number} 60100`))).toContain('접수됨');
  for (const { name, examples } of commands.toSorted((one, two) => last.indexOf(one.name) - last.indexOf(two.name))) {
    for (const example of examples) {
      expect(example.startsWith('/'), name).toBe(true);
      await pressed(await bot.say(example));
    }
  }
  const { byTr } = bot.simulator.state().requests;
  await bot.stop();
  const rows = [domesticMarket, domesticResearch, domesticTrading].flatMap((table): readonly Endpoint[] =>
    Object.values(table),
  );
  expect(rows.filter(({ tr }) => byTr[tr.live] === undefined).map(({ id }) => id)).toEqual(unused);
});
