import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Clock, sleepOn } from '../../../src/clock.ts';
import { Lane, type LanePriority } from '../../../src/kis/wire/throttle.ts';
import { JumpClock, turns } from '../../support/clock.ts';

/** Stands still unless it is moved: for what is true at one millisecond and not at the next. */
class StillClock implements Clock {
  at = 1_000_000;
  readonly timers = new Set<{ readonly due: number; readonly callback: () => void }>();

  now(): number {
    return this.at;
  }

  timer(delayMs: number, callback: () => void): () => void {
    const timer = { due: this.at + delayMs, callback };
    this.timers.add(timer);
    return () => void this.timers.delete(timer);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, delayMs, signal);
  }

  async moveTo(at: number): Promise<void> {
    this.at = at;
    for (const timer of [...this.timers]) {
      if (timer.due > at) continue;
      this.timers.delete(timer);
      timer.callback();
    }
    await turns(1);
  }
}

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

  test('an abandoned wait waits no longer, and one that was over before it began never does', async () => {
    const lane = new Lane(new StillClock(), 1);
    expect(lane.status()).toEqual({ waiting: 0, headRoom: 1, pausedUntil: undefined });
    await lane.enter('interactive');
    const gone = new AbortController();
    const abandoned = expect(lane.enter('order', { signal: gone.signal })).rejects.toThrow('gone');
    expect(lane.status().waiting).toBe(1);
    gone.abort(new Error('gone'));
    await abandoned;
    expect(lane.status().waiting).toBe(0);
    await expect(lane.enter('order', { signal: gone.signal })).rejects.toThrow('gone');
    expect(lane.status().waiting).toBe(0);
  });

  test('whoever has entered leaves nothing behind: no timer, and nothing on the signal', async () => {
    const clock = new StillClock();
    const lane = new Lane(clock, 1);
    const { signal } = new AbortController();
    await lane.enter('order', { maxWaitMs: 10_000, signal });
    expect([clock.timers.size, getEventListeners(signal, 'abort').length]).toEqual([0, 0]);
  });

  test('one that waits too long is told how long that was', async () => {
    const clock = new StillClock();
    const lane = new Lane(clock, 1);
    await lane.enter('order');
    const late = expect(lane.enter('order', { maxWaitMs: 700 })).rejects.toMatchObject({
      code: 'lane.waited-too-long',
      context: { maxWaitMs: 700 },
    });
    await clock.moveTo(clock.at + 700);
    await late;
  });

  test.each([
    [5, 5],
    [6, 4],
    [20, 18],
  ])('of %d calls a second reads take %d', async (limit, most) => {
    const lane = new Lane(new StillClock(), limit);
    let reads = 0;
    for (let call = 0; call < 40; call += 1) void lane.enter('urgent').then(() => (reads += 1));
    await turns(1);
    expect(reads).toBe(most);
  });

  test('a call counts for a second and a tenth, to the millisecond', async () => {
    const clock = new StillClock();
    const lane = new Lane(clock, 1);
    const start = clock.at;
    await lane.enter('order');
    let entered = false;
    void lane.enter('order').then(() => (entered = true));
    await clock.moveTo(start + 1_099);
    expect([entered, lane.status().headRoom]).toEqual([false, 0]);
    await clock.moveTo(start + 1_100);
    expect([entered, lane.status().headRoom]).toEqual([true, 0]);
    await clock.moveTo(start + 2_199);
    expect(lane.status().headRoom).toBe(0);
    await clock.moveTo(start + 2_200);
    expect(lane.status().headRoom).toBe(1);
  });

  test('a call that was answered counts for a second after that, and for a second and a tenth at most', async () => {
    const clock = new StillClock();
    const lane = new Lane(clock, 1);
    const start = clock.at;
    const answered = await lane.enter('order');
    let entered = 0;
    void lane.enter('order').then((next) => {
      entered += 1;
      clock.at += 500;
      next();
    });
    await clock.moveTo(start + 20);
    answered();
    await clock.moveTo(start + 1_029);
    expect(entered).toBe(0);
    await clock.moveTo(start + 1_030);
    expect(entered).toBe(1);
    // The answer came half a second later: it was long in the making, not long on its way.
    expect(lane.status().headRoom).toBe(0);
    await clock.moveTo(start + 1_030 + 1_099);
    expect(lane.status().headRoom).toBe(0);
    await clock.moveTo(start + 1_030 + 1_100);
    expect(lane.status().headRoom).toBe(1);
  });

  test('the place of a call that was answered is free before that of an earlier one that was not', async () => {
    const clock = new StillClock();
    const lane = new Lane(clock, 2);
    const start = clock.at;
    await lane.enter('order');
    const answered = await lane.enter('order');
    answered();
    let entered = false;
    void lane.enter('order').then(() => {
      entered = true;
    });
    await clock.moveTo(start + 1_009);
    expect(entered).toBe(false);
    await clock.moveTo(start + 1_010);
    expect(entered).toBe(true);
  });

  test('reads take the places of orders only in the last moment before others become free', async () => {
    const clock = new StillClock();
    const lane = new Lane(clock, 10);
    const start = clock.at;
    let reads = 0;
    for (let call = 0; call < 30; call += 1) void lane.enter('interactive').then(() => (reads += 1));
    await turns(1);
    expect(reads).toBe(8);
    // The eight become free at 1,100. Ten calls a second are one every 100 ms, and a timer may fire 2 ms late.
    await clock.moveTo(start + 903);
    expect(reads).toBe(8);
    await clock.moveTo(start + 904);
    expect(reads, 'a second order would wait 196 ms').toBe(9);
    await clock.moveTo(start + 1_001);
    expect(reads).toBe(9);
    await clock.moveTo(start + 1_002);
    expect(reads, 'an order waits 98 ms').toBe(10);
    let waited = false;
    void lane.enter('order').then(() => (waited = true));
    await clock.moveTo(start + 1_099);
    expect(waited).toBe(false);
    await clock.moveTo(start + 1_100);
    expect(waited).toBe(true);
    expect(lane.status().headRoom, 'the eight places went to the order and to reads').toBeLessThanOrEqual(2);
  });

  test('reads that wait use every place, and an order waits no longer than the time between two calls', async () => {
    const clock = new StillClock();
    const lane = new Lane(clock, 10);
    const start = clock.at;
    let reads = 0;
    const waits: number[] = [];
    for (let call = 0; call < 400; call += 1) {
      void lane.enter('interactive').then((answered) => {
        reads += 1;
        answered();
      });
    }
    for (let ms = 1; ms <= 20_000; ms += 1) {
      if (ms % 730 === 0) {
        const askedAt = ms;
        void lane.enter('order').then((answered) => {
          waits.push(clock.at - start - askedAt);
          answered();
        });
      }
      await clock.moveTo(start + ms);
    }
    // Each place counts for 1.01 s; half a second of each is lost once, while the calls spread over the second.
    expect(reads + waits.length).toBeGreaterThanOrEqual(192);
    expect(waits).toHaveLength(27);
    expect(Math.max(...waits)).toBeLessThanOrEqual(100);
  });

  test.each([600, 10_000])('at %d calls a second nobody waits', async (limit) => {
    const lane = new Lane(new StillClock(), limit);
    let reads = 0;
    for (let call = 0; call < 40; call += 1) void lane.enter('interactive').then(() => (reads += 1));
    await turns(1);
    expect(reads).toBe(40);
  });

  test('a pause holds everybody until it ends, and a shorter one does not end it sooner', async () => {
    const clock = new StillClock();
    const lane = new Lane(clock, 5);
    const start = clock.at;
    lane.pause(500);
    lane.pause(200);
    let entered = false;
    void lane.enter('order').then(() => (entered = true));
    await clock.moveTo(start + 499);
    expect([entered, lane.status()]).toEqual([false, { waiting: 1, headRoom: 0, pausedUntil: start + 500 }]);
    await clock.moveTo(start + 500);
    expect([entered, lane.status()]).toEqual([true, { waiting: 0, headRoom: 4, pausedUntil: undefined }]);
  });

  test('a pause that comes while somebody waits holds them too', async () => {
    const clock = new StillClock();
    const lane = new Lane(clock, 1);
    const start = clock.at;
    await lane.enter('order');
    let entered = false;
    void lane.enter('order').then(() => (entered = true));
    lane.pause(3_000);
    await clock.moveTo(start + 2_999);
    expect(entered).toBe(false);
    await clock.moveTo(start + 3_000);
    expect(entered).toBe(true);
  });
});
