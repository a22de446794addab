import fc from 'fast-check';
import { expect, it } from 'vitest';
import { claimOf } from '../store/samples.ts';
import { ClusterWorld, type SimulatedProcess } from '../support/cluster/world.ts';

const key = 'key:a';

/** What befalls a process. */
const mishaps = {
  pause: (process: SimulatedProcess) => process.pause(),
  continue: (process: SimulatedProcess) => process.continue(),
  cut: (process: SimulatedProcess) => process.cut(),
  heal: (process: SimulatedProcess) => process.heal(),
  'lose answers': (process: SimulatedProcess) => {
    process.deaf = true;
  },
  'get answers': (process: SimulatedProcess) => {
    process.deaf = false;
  },
  'be far away': (process: SimulatedProcess) => {
    process.answerMs = 4_000;
  },
  'be near': (process: SimulatedProcess) => {
    process.answerMs = 0;
  },
  'clock put back': (process: SimulatedProcess) => {
    process.offMs -= 10_000;
  },
  'clock put forward': (process: SimulatedProcess) => {
    process.offMs += 10_000;
  },
  kill: (process: SimulatedProcess) => process.kill(),
  stop: (process: SimulatedProcess) => void process.cluster.stop(),
};

const step = fc.record({
  mishap: fc.constantFrom(...(Object.keys(mishaps) as (keyof typeof mishaps)[])),
  process: fc.integer({ min: 0, max: 4 }),
  /** What goes by after it. */
  ms: fc.constantFrom(0, 10, 700, 1_900, 2_100, 5_900, 6_100, 20_000, 60_000),
});

const schedule = fc.record({
  offsMs: fc.array(fc.constantFrom(0, -30_000, 30_000), { minLength: 2, maxLength: 5 }),
  steps: fc.array(step, { minLength: 3, maxLength: 25 }),
});

/** The processes whose claim would pass at this moment. */
async function passing(world: ClusterWorld): Promise<readonly string[]> {
  const passed: string[] = [];
  for (const process of world.processes) {
    await process
      .ledgerFor(key)
      .claim(claimOf('nothing', { intents: [] }))
      .then(
        () => passed.push(process.self),
        (error: unknown) => expect(error).toMatchObject({ code: 'cluster.not-ours' }),
      );
  }
  return passed;
}

/** What a process may be told of a duty, from one time that it takes the duty to the next. */
const life = /^(?:taken(?: lapsed resumed)*(?: lapsed)?(?: lost)?)?$/;

it('whatever befalls processes, one at most passes the fence, and that is whoever thinks that it carries the duty', async () => {
  await fc.assert(
    fc.asyncProperty(schedule, async ({ offsMs, steps }) => {
      const world = await ClusterWorld.open();
      const names = ['a', 'b', 'c', 'd', 'e'].slice(0, offsMs.length);
      for (const [index, self] of names.entries()) {
        void world.start(self, { offMs: offsMs[index] ?? 0 }).seek(key);
      }
      for (const { mishap, process: index, ms } of steps) {
        const process = world.processes[index % names.length];
        if (process !== undefined) mishaps[mishap](process);
        for (let gone = 0; gone <= ms; gone += 2_000) {
          await world.advance(Math.min(2_000, ms - gone));
          const passed = await passing(world);
          expect(passed.length).toBeLessThanOrEqual(1);
          // A process may not know that its lease still runs, and may not think so when it does not.
          const holders = world.holdersOf(key);
          expect(passed.filter((self) => holders.includes(self))).toEqual(holders);
        }
      }
      for (const { told } of world.processes) {
        expect(told.map((line) => line.split(' ')[0]).join(' ')).toMatch(life);
      }
      await world.ledger.close();
    }),
    { numRuns: 25 },
  );
});

it('whatever befell them, somebody carries the duty ten seconds after it is over', async () => {
  await fc.assert(
    fc.asyncProperty(schedule, async ({ offsMs, steps }) => {
      const world = await ClusterWorld.open();
      const names = ['a', 'b', 'c', 'd', 'e'].slice(0, offsMs.length);
      for (const [index, self] of names.entries()) {
        void world.start(self, { offMs: offsMs[index] ?? 0 }).seek(key);
      }
      for (const { mishap, process: index, ms } of steps) {
        const process = world.processes[index % names.length];
        if (process !== undefined) mishaps[mishap](process);
        await world.advance(ms);
      }
      for (const process of world.processes) {
        process.deaf = false;
        process.answerMs = 0;
        process.heal();
        process.continue();
      }
      // One that lost the duty begins anew under another name, as another process does.
      const fresh = world.start('fresh');
      void fresh.seek(key);
      await world.advance(10_000);
      expect(world.holdersOf(key)).toHaveLength(1);
      expect(await passing(world)).toEqual(world.holdersOf(key));
      await world.ledger.close();
    }),
    { numRuns: 25 },
  );
});
