import { countRounds } from '../../support/rounds/count-rounds.ts';
import type { Benchmark } from '../bench.ts';

/**
 * The round trips to KIS that every command waits for in sequence, counted; the baseline is the fewest that its data
 * allows, with the reason for each in test/support/rounds/table.ts.
 */
export const rounds: Benchmark = {
  row: 'rounds',
  measure: async () =>
    (await countRounds()).map(({ row, rounds: figure }) => ({
      work: `${row.line}: ${row.because}`,
      unit: 'round trips',
      figure,
      baseline: row.least,
      spread: undefined,
      aim: { of: 'difference', atMost: 0 },
    })),
};
