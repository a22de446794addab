import { expect, onTestFinished, test } from 'vitest';
import { mayTrade } from '../../../src/services/watching/trading-hours.ts';
import { JumpClock } from '../../support/clock.ts';
import { startHarness } from '../../support/harness.ts';

const at = (text: string): number => Date.parse(`${text}:00+09:00`);

test.each([
  ['KRX', '2026-11-23T08:29', false],
  ['NXT', '2026-11-23T08:00', true],
  ['KRX', '2026-11-23T12:00', true],
  ['KRX', '2026-11-23T20:09', true],
  ['KRX', '2026-11-23T20:10', false],
  ['NXT', '2026-11-23T03:00', false],
  ['KRX', '2026-11-21T12:00', false],
  ['KRX', '2026-12-25T12:00', false],
  // The entrance exam: the auction begins an hour later.
  ['KRX', '2026-11-19T09:00', false],
  ['KRX', '2026-11-19T16:20', true],
] as const)('%s at %s: %s', (exchange, text, expected) => {
  expect(mayTrade(exchange, at(text))).toBe(expected);
});

test('at night the venue is hardly asked, and in the morning as often as ever', async () => {
  const env = {
    KIS_ENV: 'live',
    KIS_APP_KEY: 'key-of-nights',
    KIS_APP_SECRET: 'secret-of-nights',
    KIS_ACCOUNT: '50000000-01',
  };
  const bot = await startHarness({
    clock: new JumpClock(at('2026-11-23T18:00')),
    env,
    // Without a socket everything has to be asked for.
    faults: { sockets: { refuse: true } },
    simulator: { hours: 'live', dayBegins: '0840' },
  });
  onTestFinished(() => bot.stop());
  await bot.say('/alert 005930 >= 71000');
  await bot.say('/alert 000660 >= 300000');
  const asked = async (minutes: number): Promise<number> => {
    const count = (): number => bot.simulator.state().requests.byTr['FHKST11300006'] ?? 0;
    const before = count();
    for (let minute = 0; minute < minutes; minute += 1) await bot.clock.advance(60_000);
    return count() - before;
  };
  expect(await asked(10)).toBeGreaterThan(30);
  await bot.clock.advance(at('2026-11-23T21:00') - bot.clock.now());
  expect(await asked(60)).toBeLessThan(10);
  expect(await bot.say('/status')).toContain('10분');
  await bot.clock.advance(at('2026-11-24T09:00') - bot.clock.now());
  expect(await asked(10)).toBeGreaterThan(30);
});
