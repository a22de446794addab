import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mutants } from './mutant-table.ts';
import { promises } from './promises.ts';
import { processesFor, runScenario } from './scenario/scenario.ts';

/** As many as fit into a few seconds; `npm run chaos` runs more. */
const everyTime = 40;

describe('scenarios', () => {
  test.each(Array.from({ length: everyTime }, (_, index) => index + 1))(
    'of seed %i keep the promises',
    async (seed) => {
      expect((await runScenario(seed)).violations).toEqual([]);
    },
  );

  // 9: an order was taken, and the answer to that got lost. 484: a cancel arrived, by a clock that is ahead. 244: an edit
  // arrives after newer ones. 1361: a process ends with messages that only it knows. 1662 and 2312: an answer
  // waited in memory, and is queued or sent after newer cards.
  test.each([1, 2, 4, 9, 244, 484, 1361, 1662, 2312])(
    'of seed %i keep the promises with several processes',
    async (seed) => {
      expect((await runScenario(seed, undefined, processesFor(seed, '2-5'))).violations).toEqual([]);
    },
  );

  test('are the same for the same seed, to the last line', async () => {
    const trace = async (): Promise<readonly string[]> => {
      const lines: string[] = [];
      await runScenario(7, (line) => void lines.push(line));
      // Stacks name no seed; what a log line says after its message may hold one.
      return lines.map((line) => line.replace(/"stack":.*/, ''));
    };
    expect(await trace()).toEqual(await trace());
  });
});

test.each(mutants.flatMap(({ name, edits }) => edits.map((edit) => ({ name, ...edit }))))(
  'the code can still be broken in $file so that $name',
  ({ file, find }) => {
    const text = readFileSync(join(import.meta.dirname, '..', '..', file), 'utf8');
    expect(text.split(find)).toHaveLength(2);
  },
);

test.each(mutants)('$name has a test that is no scenario', ({ test: path }) => {
  expect(existsSync(join(import.meta.dirname, '..', '..', path))).toBe(true);
});

test.each(Object.keys(promises))('a mutant breaks the promise of %s', (promise) => {
  expect(mutants.filter(({ breaks }) => breaks === promise)).not.toHaveLength(0);
});
