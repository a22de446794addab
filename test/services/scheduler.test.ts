import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Log } from '../../src/log.ts';
import { CronScheduler } from '../../src/services/scheduler.ts';
import { TestScheduler } from '../support/scheduler.ts';

let logged: string[];
const write = (message: string): void => void logged.push(message);
const log: Log = { debug: () => undefined, info: write, warn: write, error: write };

/** A task that ends when it is told to. */
function heldTask() {
  let release = (): void => undefined;
  const state = { runs: 0, release: () => release() };
  const task = (): Promise<void> => {
    state.runs += 1;
    return new Promise((resolve) => {
      release = resolve;
    });
  };
  return { state, task };
}

beforeEach(() => {
  logged = [];
});

describe('a scheduled task', () => {
  test('runs when it falls due, and at the start only where that was asked', async () => {
    const scheduler = new TestScheduler(log);
    const ran: string[] = [];
    scheduler.cron('morning', '0 8 * * *', async () => void ran.push('morning'));
    scheduler.cron('ready', '50 7 * * *', async () => void ran.push('ready'), { atStart: true });
    expect(ran).toEqual([]);
    scheduler.start();
    await scheduler.idle();
    expect(ran).toEqual(['ready']);
    await scheduler.fire('morning');
    await scheduler.fire('morning');
    expect(ran).toEqual(['ready', 'morning', 'morning']);
  });

  test('never runs beside itself', async () => {
    const scheduler = new TestScheduler(log);
    const { state, task } = heldTask();
    scheduler.cron('slow', '* * * * *', task);
    scheduler.start();
    const first = scheduler.fire('slow');
    const second = scheduler.fire('slow');
    expect(state.runs).toBe(1);
    expect(logged).toEqual(['scheduled task still running']);
    state.release();
    await Promise.all([first, second]);
    const third = scheduler.fire('slow');
    expect(state.runs).toBe(2);
    state.release();
    await third;
  });

  test('that fails is logged, and runs again', async () => {
    const scheduler = new TestScheduler(log);
    let runs = 0;
    scheduler.cron('bad', '* * * * *', async () => {
      runs += 1;
      throw new Error('no');
    });
    scheduler.cron('worse', '* * * * *', () => {
      throw new Error('before any promise');
    });
    scheduler.start();
    await scheduler.fire('bad');
    await scheduler.fire('bad');
    await scheduler.fire('worse');
    expect(runs).toBe(2);
    expect(logged).toEqual(['scheduled task failed', 'scheduled task failed', 'scheduled task failed']);
  });

  test('under way at the end is told to stop and waited for; none begins after it', async () => {
    const scheduler = new TestScheduler(log);
    let aborted = false;
    scheduler.cron('slow', '* * * * *', async (signal) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      aborted = true;
      throw signal.reason;
    });
    scheduler.start();
    const running = scheduler.fire('slow');
    await scheduler.stop();
    expect(aborted).toBe(true);
    await running;
    expect(scheduler.names).toEqual([]);
    expect(logged).toEqual([]);
    await scheduler.stop();
  });
});

/**
 * The timers that node-cron has set and not cleared. Files share a process, so a count of all timers would take in what
 * another file has left running.
 */
function timersOfCron(): ReadonlySet<unknown> {
  const live = new Set<unknown>();
  const set = globalThis.setTimeout;
  const clear = globalThis.clearTimeout;
  vi.spyOn(globalThis, 'setTimeout').mockImplementation(((...given: Parameters<typeof set>) => {
    const timer = set(...given);
    if (new Error().stack?.includes('/node-cron/')) live.add(timer);
    return timer;
  }) as typeof set);
  vi.spyOn(globalThis, 'clearTimeout').mockImplementation((timer) => {
    live.delete(timer);
    clear(timer);
  });
  return live;
}

describe('by the clock', () => {
  beforeEach(() => {
    vi.useFakeTimers({
      now: Date.parse('2026-11-23T07:30:00+09:00'),
      // What node-cron uses, and no more: the rest belongs to the other files of this process.
      toFake: ['Date', 'setTimeout', 'clearTimeout'],
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  test('hours are those of Korea, whatever the machine thinks; nothing is left after the end', async () => {
    const timers = timersOfCron();
    const scheduler = new CronScheduler({ log });
    const ran: string[] = [];
    const note = async (): Promise<void> => void ran.push(new Date().toISOString());
    scheduler.cron('token', '50 7 * * *', note);
    scheduler.cron('symbols', '5 8-9 * * *', note);
    expect(timers.size).toBe(0);
    scheduler.start();
    expect(timers.size).toBe(2);
    await vi.advanceTimersByTimeAsync(2 * 60 * 60_000);
    expect(ran).toEqual(['2026-11-22T22:50:00.000Z', '2026-11-22T23:05:00.000Z', '2026-11-23T00:05:00.000Z']);
    await scheduler.stop();
    expect(timers.size).toBe(0);
    await vi.advanceTimersByTimeAsync(48 * 60 * 60_000);
    expect(ran).toHaveLength(3);
  });

  test('a machine that slept through the hour makes up for it once', async () => {
    const scheduler = new CronScheduler({ log });
    let runs = 0;
    scheduler.cron('calendar', '0 8 * * *', async () => {
      runs += 1;
    });
    scheduler.start();
    vi.setSystemTime(Date.parse('2026-11-23T09:10:00+09:00'));
    await vi.advanceTimersByTimeAsync(60 * 60_000);
    expect(runs).toBe(1);
    await scheduler.stop();
  });

  test('an expression that is none is known at the start', () => {
    const scheduler = new CronScheduler({ log });
    scheduler.cron('wrong', 'every morning', async () => undefined);
    expect(() => scheduler.start()).toThrow();
  });
});
