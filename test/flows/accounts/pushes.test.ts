import { afterEach, expect, test } from 'vitest';
import { eventually } from '../../support/clock.ts';
import { type Family, numbers, startFamily } from './family.ts';

let hoga: Family;
afterEach(() => hoga.stop());

/** An order of the owner's that rests, in the account that the line names. */
async function resting(account: keyof typeof numbers): Promise<string> {
  await hoga.tell('owner', `/buy 005930 2 60000 @${account}`);
  await hoga.pressed('owner', hoga.idOf('확인'));
  const order = hoga.simulator.state().orders.findLast((candidate) => candidate.account === numbers[account]);
  return order?.number ?? '';
}

/** What the owner was told with these words, once all that one push leads to has been said. */
async function toldWith(words: string): Promise<readonly string[]> {
  const told = (): readonly string[] =>
    hoga
      .messages('owner')
      .map(({ text }) => text)
      .filter((text) => text.includes(words));
  await eventually(words, () => told()[0]);
  await hoga.clock.advance(30_000);
  await hoga.settled();
  return told();
}

test('a fill is told of the account whose order it is of, though the other has one alike of the same number', async () => {
  hoga = await startFamily();
  expect(Number(await resting('main'))).toBe(Number(await resting('isa')));
  // Of two alike the older one is filled first.
  hoga.simulator.trade('005930', 'sell', 2, 60_000);
  expect(await toldWith('체결 삼성전자')).toEqual([expect.stringMatching(/^\[생활비 · /)]);
});

test('a fill that the owner had elsewhere in one account is nothing of the other', async () => {
  hoga = await startFamily();
  hoga.simulator.placeElsewhere({ account: numbers.isa, symbol: '005930', side: 'buy', quantity: 1, price: 60_000 });
  hoga.simulator.trade('005930', 'sell', 1, 60_000);
  expect(await toldWith('다른 곳 주문의 체결')).toEqual([expect.stringMatching(/^\[노후자금 · /)]);
});
