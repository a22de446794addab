import { JumpClock } from '../clock.ts';
import { type Harness, startHarness } from '../harness.ts';
import { RoundTrips, type Taken } from './round-trips.ts';
import { type RoundsRow, roundsEnv, roundsTable } from './table.ts';

/** A row, and what it took. */
export interface CountedRow extends Taken {
  readonly row: RoundsRow;
}

/** Runs every row of the table against a live-like simulator, and counts the round trips of each. */
export async function countRounds(): Promise<readonly CountedRow[]> {
  const bot = await startHarness({
    clock: new JumpClock(Date.parse('2026-11-23T10:00:30+09:00')),
    host: 'https://kis.example:9443',
    env: roundsEnv,
    simulator: { hours: 'live' },
  });
  const settles = await loseAnswer(bot);
  const trips = new RoundTrips(bot);
  const counted: CountedRow[] = [];
  for (const row of roundsTable(settles)) {
    const number = bot.simulator.state().orders.findLast(({ remaining }) => remaining > 0)?.number ?? '';
    counted.push({ row, ...(await trips.of(row.line.replace('NUMBER', number), row.says)) });
  }
  trips.stop();
  await bot.stop();
  return counted;
}

/** Has an order of which nobody knows which of two it is. Returns our own id of it, by which the owner is asked. */
async function loseAnswer(bot: Harness): Promise<string> {
  await bot.say('/buy 000660 3 180000');
  bot.simulator.setFaults({ rules: [{ on: 'order', fault: 'cut', when: 'after' }] });
  await bot.press('확인');
  const other = { symbol: '000660', side: 'buy', quantity: 3, price: 180_000, channel: 'OpnAPI' } as const;
  bot.simulator.placeElsewhere(other);
  for (let second = 0; second < 40; second += 1) {
    await bot.clock.advance(1_000);
    await bot.settled();
  }
  return /\/settle (\w+)/.exec(await bot.told('확인해 주세요:'))?.[1] ?? '';
}
