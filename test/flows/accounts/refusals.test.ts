import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Harness } from '../../support/harness.ts';
import { startAccounts } from './start-accounts.ts';

// Whatever is said about an account says which, a refusal too, and what a refusal offers goes on with that account.
let bot: Harness;
beforeEach(async () => {
  bot = await startAccounts([{ name: 'isa', settings: { TITLE: '연금' } }]);
});
afterEach(() => bot.stop());

const ids = (): readonly string[] =>
  bot
    .chat()
    .messages.at(-1)
    ?.buttons.map(({ id }) => id) ?? [];

test.each(['/buy 005930 100000 @isa', '/cancel 99 @isa', '연금 계좌로 삼성전자 100000주 매수'])(
  'what is refused names the account that it would have been in: %s',
  async (line) => {
    expect(await bot.say(line)).toMatch(/^\[연금 · /);
  },
);

test('the buttons of a question go on with the account that the line named', async () => {
  await bot.say('/buy 삼성 1 @isa');
  expect(ids().length).toBeGreaterThan(0);
  for (const id of ids()) expect(id).toMatch(/ @isa$/);
});

test('the buttons of what a sentence leaves open do so too', async () => {
  await bot.say('연금 계좌로 삼성 10주 매수');
  expect(ids().length).toBeGreaterThan(0);
  for (const id of ids()) expect(id).toMatch(/ @isa$/);
});
