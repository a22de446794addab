import { request } from 'undici';
import { systemClock } from '../../src/clock.ts';
import { Lane } from '../../src/kis/wire/throttle.ts';
import { type Benchmark, type Measured, median } from './bench.ts';
import { startLimited } from './limited-host.ts';

/** KIS's limit for a live key. */
const callsPerSecond = 18;
const reads = 400;
const orderEveryMs = 700;

/** 400 reads at the live limit, with an order now and then, to a host that counts as KIS does. */
export const lane: Benchmark = {
  row: 'lane',
  async measure() {
    const host = await startLimited(callsPerSecond);
    const queue = new Lane(systemClock, callsPerSecond);
    const call = async (): Promise<void> => void (await (await request(host.url)).body.text());
    const waits: number[] = [];
    const stopOrders = every(orderEveryMs, async () => {
      const askedAt = performance.now();
      const answered = await queue.enter('order');
      waits.push(performance.now() - askedAt);
      await call();
      answered();
    });
    const beganAt = performance.now();
    await Promise.all(
      Array.from({ length: reads }, async () => {
        const answered = await queue.enter('interactive');
        await call();
        answered();
      }),
    );
    const seconds = (performance.now() - beganAt) / 1_000;
    await stopOrders();
    await host.stop();
    const work = `${reads} reads with an order every ${orderEveryMs} ms`;
    const slotMs = 1_000 / callsPerSecond;
    return [
      {
        work: `${work}, all calls`,
        unit: 'calls/s',
        // The first second starts with a burst, which is no rate.
        figure: (host.taken - callsPerSecond) / (seconds - 1),
        baseline: callsPerSecond,
        spread: undefined,
        aim: { of: 'ratio', atLeast: 0.97 },
      },
      counted(`${work}, refused`, 'refusals', host.refused, { of: 'figure', atMost: 0 }),
      counted(`${work}, wait of an order, median`, 'ms', median(waits), { of: 'figure', atMost: slotMs }),
      counted(`${work}, wait of an order, longest`, 'ms', Math.max(...waits), { of: 'figure', atMost: slotMs }),
    ];
  },
};

function counted(work: string, unit: Measured['unit'], figure: number, aim: Measured['aim']): Measured {
  return { work, unit, figure, baseline: undefined, spread: undefined, aim };
}

/** Starts work at intervals. Returns what ends that, and waits for what was begun. */
function every(ms: number, begin: () => Promise<void>): () => Promise<void> {
  const begun: Promise<void>[] = [];
  const timer = setInterval(() => begun.push(begin()), ms);
  return async () => {
    clearInterval(timer);
    await Promise.all(begun);
  };
}
