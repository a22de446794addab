import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { systemClock } from '../../../src/clock.ts';
import type { Benchmark, Measured } from '../bench.ts';
import { FrameVenue, startTickingBot, type TickingBot } from './ticking-bot.ts';

const perSecond = 2_000;
const seconds = Number(process.env['SOAK_SECONDS'] ?? 600);
/** What is compiled and filled on the way is no growth. */
const warmUpShare = 0.2;
const sampleMs = 1_000;

interface Sample {
  /** Seconds since the warm-up. */
  readonly at: number;
  /** Megabytes. */
  readonly resident: number;
}

/**
 * The whole bot under 2,000 trades a second on 41 issues, for ten minutes or `SOAK_SECONDS`: an alert on each issue that
 * never fires, some that fire again and again, one on candles, and a live board. The bot's process also measures; the
 * venue has one of its own.
 */
export const soak: Benchmark = {
  row: 'soak',
  long: true,
  async measure(): Promise<readonly Measured[]> {
    const folder = mkdtempSync(join(tmpdir(), 'hoga-soak-'));
    const venue = new FrameVenue();
    const at = await venue.ask({ kind: 'start' });
    const bot = await startTickingBot(at, folder);
    await watch(bot, at.issues);
    const said = bot.shown();
    await venue.ask({ kind: 'stream', perSecond, forMs: seconds * warmUpShare * 1_000 });
    collectGarbage();
    const first = heapMegabytes();
    const samples: Sample[] = [];
    const began = performance.now();
    const sampling = setInterval(() => {
      samples.push({ at: (performance.now() - began) / 1_000, resident: process.memoryUsage.rss() / 1e6 });
    }, sampleMs);
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    const cpu = process.threadCpuUsage();
    await venue.ask({ kind: 'stream', perSecond, forMs: seconds * 1_000 });
    const { user, system } = process.threadCpuUsage(cpu);
    delay.disable();
    clearInterval(sampling);
    collectGarbage();
    const grown = heapMegabytes() - first;
    if (bot.shown() <= said) throw new Error('no alert fired');
    await bot.stop();
    await venue.ask({ kind: 'stop' });
    rmSync(folder, { recursive: true });
    const of = `${perSecond} trades a second on ${at.issues.length} issues for ${seconds} s`;
    const alone = { baseline: undefined, spread: undefined } as const;
    const busyMs = (user + system) / 1_000 / seconds;
    return [
      // What the timer of the measurement waits for by itself is counted in: it fires every millisecond.
      {
        work: `${of}: event-loop delay, p99`,
        unit: 'ms',
        figure: delay.percentile(99) / 1e6,
        ...alone,
        aim: under(20),
      },
      { work: `${of}: event-loop delay, longest`, unit: 'ms', figure: delay.max / 1e6, ...alone, aim: under(500) },
      { work: `${of}: time of the thread`, unit: 'ms/s', figure: busyMs, ...alone, aim: under(100) },
      { work: `${of}: heap that is kept more at the end`, unit: 'MB', figure: grown, ...alone, aim: under(5) },
      {
        work: `${of}: resident memory more at the end`,
        unit: 'MB',
        figure: slopeOf(samples) * seconds,
        ...alone,
        aim: under(10),
      },
    ];
  },
};

const under = (atMost: number): Measured['aim'] => ({ of: 'figure', atMost });

/** What a person may have the bot look at: all of it is evaluated for every trade. */
async function watch(
  bot: TickingBot,
  issues: readonly { readonly symbol: string; readonly base: number }[],
): Promise<void> {
  for (const { symbol, base } of issues) await bot.say(`/alert ${symbol} >= ${Math.round(base * 1.2)}`);
  // Every price comes by again and again; an alert rests for a minute after each message.
  for (const { symbol, base } of issues.slice(0, 5)) await bot.say(`/alert ${symbol} >= ${base} 매번`);
  const [{ symbol, base } = { symbol: '005930', base: 70_000 }] = issues;
  await bot.say(`/alert ${symbol} 1분봉 종가 ${base} 이상 매번`);
  await bot.say(`/book ${symbol} 실시간`);
  await systemClock.sleep(1_000);
}

/** By least squares, in megabytes a second. */
function slopeOf(samples: readonly Sample[]): number {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const meanAt = mean(samples.map(({ at }) => at));
  const meanResident = mean(samples.map(({ resident }) => resident));
  const above = samples.reduce((sum, { at, resident }) => sum + (at - meanAt) * (resident - meanResident), 0);
  const below = samples.reduce((sum, { at }) => sum + (at - meanAt) ** 2, 0);
  return above / below;
}

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  gc();
  gc();
}

function heapMegabytes(): number {
  return process.memoryUsage().heapUsed / 1e6;
}
