import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Lane, type LanePriority } from '../../src/kis/throttle.ts';
import { JumpClock, turns } from '../support/clock.ts';

describe('the lane', () => {
  test('never starts more than its limit within any second, and serves all', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.constantFrom<LanePriority>('order', 'interactive', 'background'), { minLength: 1, maxLength: 60 }),
        async (limit, callers) => {
          const clock = new JumpClock();
          const lane = new Lane(clock, limit);
          const starts: number[] = [];
          const all = Promise.all(callers.map((priority) => lane.enter(priority).then(() => starts.push(clock.now()))));
          await turns(1);
          for (let step = 0; starts.length < callers.length && step < 200; step += 1) await clock.advance(1_101);
          await all;
          for (const start of starts) {
            expect(starts.filter((other) => other >= start && other - start < 1_000).length).toBeLessThanOrEqual(limit);
          }
        },
      ),
      { numRuns: 30 },
    );
  });

  test('orders go first, then people, then housekeeping', async () => {
    const clock = new JumpClock();
    const lane = new Lane(clock, 1);
    await lane.enter('interactive');
    const order: string[] = [];
    const waiting = (['background', 'interactive', 'order'] as const).map((priority) =>
      lane.enter(priority).then(() => order.push(priority)),
    );
    for (let step = 0; step < 4; step += 1) await clock.advance(1_101);
    await Promise.all(waiting);
    expect(order).toEqual(['order', 'interactive', 'background']);
  });

  test('reads leave room for an order', async () => {
    const clock = new JumpClock();
    const lane = new Lane(clock, 18);
    let reads = 0;
    for (let call = 0; call < 40; call += 1) void lane.enter('interactive').then(() => (reads += 1));
    await lane.enter('order');
    await lane.enter('order');
    expect(reads).toBe(16);
    expect(lane.status()).toMatchObject({ headRoom: 0, waiting: 24 });
  });

  test('a wait that is too long is given up', async () => {
    const clock = new JumpClock();
    const lane = new Lane(clock, 1);
    lane.pause(60_000);
    const entered = expect(lane.enter('order', { maxWaitMs: 10_000 })).rejects.toMatchObject({
      code: 'lane.waited-too-long',
    });
    await clock.advance(10_001);
    await entered;
    expect(lane.status().waiting).toBe(0);
  });

  test('an abandoned wait leaves no hole', async () => {
    const clock = new JumpClock();
    const lane = new Lane(clock, 1);
    await lane.enter('interactive');
    const gone = new AbortController();
    const abandoned = expect(lane.enter('order', { signal: gone.signal })).rejects.toThrow('gone');
    const next = lane.enter('background');
    gone.abort(new Error('gone'));
    await abandoned;
    await clock.advance(1_101);
    await next;
  });
});
