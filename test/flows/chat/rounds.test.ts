import { expect, test } from 'vitest';
import { commands } from '../../../commands/index.ts';
import { countRounds } from '../../support/rounds/count-rounds.ts';
import { roundsTable } from '../../support/rounds/table.ts';

test('no command waits for more round trips than its data takes', { timeout: 120_000 }, async () => {
  const counted = await countRounds();
  for (const { row, answer } of counted) expect(answer, row.line).toContain(row.says);
  const least = roundsTable('').map(({ line, least }) => `${line}: ${least}`);
  // The id of the order that is settled is another one each time.
  expect(counted.map(({ row, rounds }) => `${row.line.replace(/settle \w+/, 'settle ')}: ${rounds}`)).toEqual(least);
});

test('the table has every command', () => {
  const lines = roundsTable('').map(({ line }) => line.split(' ')[0]);
  expect(commands.map(({ name }) => `/${name}`).filter((line) => !lines.includes(line))).toEqual([]);
});
