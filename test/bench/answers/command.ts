import { systemClock } from '../../../src/clock.ts';
import { type Benchmark, type Measured, median } from '../bench.ts';
import { BareClient, bare, FarSide, requestsOf, type SentRequest, startBot, users } from './far-side.ts';
import type { Side } from './far-worker.ts';

const delaysMs = [0, 50] as const;
const samples = 100;
/** The first ones are compiled on the way. */
const warmUps = 20;
const startMs = 5_000;
/** Between two commands, so that no platform's limit of messages a second is met. */
const restMs = 25;

const lines = { '/price': '/price 005930', '/balance': '/balance', '/buy': '/buy 005930 1 60000' } as const;

const at = (values: readonly number[], part: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * part)] ?? Number.NaN;

/**
 * From a Telegram update to the request that sends the answer. The baseline is a bare client that polls the same way and
 * sends the very requests to KIS that the command sends, at once where their data allows, and then the answer.
 */
export const command: Benchmark = {
  row: 'command',
  async measure() {
    const side = new FarSide();
    const far = await side.ask({ kind: 'start' });
    const bot = await startBot(far);
    // What each owner is told at a start must not be taken for an answer.
    await systemClock.sleep(startMs);
    const client = new BareClient(far.bare);
    let asked = 0;
    const say = async (to: Side, text: string): Promise<number> => {
      asked += 1;
      const { ms } = await side.ask({ kind: 'say', side: to, user: users[asked % users.length] ?? 0, text });
      await systemClock.sleep(restMs);
      return ms;
    };
    const rows: Measured[] = [];
    for (const [name, line] of Object.entries(lines)) {
      await side.ask({ kind: 'delay', ms: 0 });
      const requests = await fewest(() => requestsOf(far, () => say('bot', line)));
      client.work = async () =>
        JSON.stringify(await Promise.all(requests.map(bare)))
          .slice(0, 300)
          .replaceAll('<', '');
      for (const delayMs of delaysMs) {
        await side.ask({ kind: 'delay', ms: delayMs });
        const pairs: { readonly ours: number; readonly baseline: number }[] = [];
        for (let sample = -warmUps; sample < samples; sample += 1) {
          const pair = { ours: await say('bot', line), baseline: await say('bare', line) };
          if (sample >= 0) pairs.push(pair);
        }
        const work = `${name}, ${requests.length} calls of ${delayMs} ms`;
        rows.push(...rowsOf(work, pairs));
      }
    }
    await client.stop();
    await bot.stop();
    await side.ask({ kind: 'stop' });
    return rows;
  },
};

/** The shortest of several recordings: some have a request of the bot's own upkeep in them. */
async function fewest(record: () => Promise<readonly SentRequest[]>): Promise<readonly SentRequest[]> {
  const recordings: (readonly SentRequest[])[] = [];
  while (recordings.length < 5) recordings.push(await record());
  return recordings.toSorted((one, other) => one.length - other.length)[0] ?? [];
}

function rowsOf(work: string, pairs: readonly { readonly ours: number; readonly baseline: number }[]) {
  const [ours, baseline] = [pairs.map((pair) => pair.ours), pairs.map((pair) => pair.baseline)];
  const ratios = pairs.map((pair) => pair.ours / pair.baseline);
  const spread = [at(ratios, 0.05), at(ratios, 0.95)] as const;
  const shared = { unit: 'ms', spread, aim: { of: 'ratio', atMost: 1.3 } } as const;
  return [
    { ...shared, work: `${work}, p50`, figure: median(ours), baseline: median(baseline) },
    { ...shared, work: `${work}, p99`, figure: at(ours, 0.99), baseline: at(baseline, 0.99) },
  ];
}
