import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { type Benchmark, type Measured, median } from '../bench.ts';
import { FrameVenue, startTickingBot } from './ticking-bot.ts';

const count = 200_000;
const rounds = 5;

/**
 * From a loopback socket to evaluated alerts and candles, in the whole bot, beside the same frames that `ws` hands over
 * and nobody reads. The venue sends from a process of its own. What is taken is the time that this thread works until the
 * client has answered the PINGPONG behind the last frame: while it waits for the venue it does nothing.
 */
export const socket: Benchmark = {
  row: 'socket',
  async measure(): Promise<readonly Measured[]> {
    const folder = mkdtempSync(join(tmpdir(), 'hoga-bench-'));
    const venues = { ours: new FrameVenue(), bare: new FrameVenue() };
    const at = await venues.ours.ask({ kind: 'start' });
    const bot = await startTickingBot(at, folder);
    for (const { symbol, base } of at.issues) await bot.say(`/alert ${symbol} >= ${Math.round(base * 1.2)}`);
    const bare = await connectBare((await venues.bare.ask({ kind: 'start' })).wsUrl);
    const times = async (venue: FrameVenue): Promise<number> => {
      const before = process.threadCpuUsage();
      await venue.ask({ kind: 'burst', count });
      const { user, system } = process.threadCpuUsage(before);
      return (user + system) / 1_000;
    };
    // What was never run is compiled on the way, which is no part of the work.
    for (const venue of [venues.bare, venues.ours]) await times(venue);
    const pairs: { readonly ours: number; readonly bare: number }[] = [];
    for (let round = 0; round < rounds; round += 1) {
      if (round % 2 === 0) pairs.push({ ours: await times(venues.ours), bare: await times(venues.bare) });
      else pairs.push({ bare: await times(venues.bare), ours: await times(venues.ours) });
    }
    bare.terminate();
    await bot.stop();
    for (const venue of [venues.ours, venues.bare]) await venue.ask({ kind: 'stop' });
    rmSync(folder, { recursive: true });
    const ratios = pairs.map((pair) => pair.ours / pair.bare);
    return [
      {
        work: `${count} trades from the socket to alerts and candles on ${at.issues.length} issues`,
        unit: 'ms',
        figure: median(pairs.map((pair) => pair.ours)),
        baseline: median(pairs.map((pair) => pair.bare)),
        spread: [Math.min(...ratios), Math.max(...ratios)],
        aim: { of: 'ratio', atMost: 1.3 },
      },
    ];
  },
};

/** Discards everything but the PINGPONG, which it sends back as the bot does. */
function connectBare(url: string): Promise<WebSocket> {
  const bare = new WebSocket(url, { perMessageDeflate: false });
  bare.on('message', (data: Buffer) => {
    if (data[0] === 0x7b) bare.send(String(data));
  });
  return new Promise((resolve) => {
    bare.once('open', () => resolve(bare));
  });
}
