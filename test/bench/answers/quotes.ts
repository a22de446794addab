import { systemClock } from '../../../src/clock.ts';
import { createKis, type Kis } from '../../../src/kis/kis.ts';
import { environments } from '../../../src/kis/wire/environment.ts';
import { createLog, createRedactor } from '../../../src/log.ts';
import { Secret } from '../../../src/secret.ts';
import { issues } from '../../../src/simulator/market/instruments.ts';
import { startSimulator } from '../../../src/simulator/server.ts';
import { memoryCache } from '../../support/memory-cache.ts';
import { type Benchmark, median } from '../bench.ts';

const count = 300;
const rounds = 3;
/** Until every call counts no longer, so that both sides begin with all of the limit. */
const restMs = 1_200;

/** The prices of many issues, thirty a call, beside one call for each, at the limit of a live key. */
export const quotes: Benchmark = {
  row: 'quotes',
  async measure() {
    const simulator = await startSimulator({ clock: systemClock, speed: 0, hours: 'open' });
    const kis = kisAt(simulator);
    // The simulator lists fewer issues than that; a call costs the same for one that was asked for before.
    const symbols = Array.from({ length: count }, (_, index) => issues[index % issues.length]?.symbol ?? '');
    const pairs: { readonly ours: number; readonly baseline: number }[] = [];
    await kis.broker.quote('005930');
    for (let round = 0; round < rounds; round += 1) {
      const ours = await timed(() => kis.broker.quotes(symbols));
      const baseline = await timed(() => Promise.all(symbols.map((symbol) => kis.broker.quote(symbol))));
      pairs.push({ ours, baseline });
    }
    await kis.close();
    await simulator.stop();
    const ratios = pairs.map(({ ours, baseline }) => baseline / ours);
    return [
      {
        work: `the prices of ${count} issues`,
        unit: 'ms',
        figure: median(pairs.map(({ ours }) => ours)),
        baseline: median(pairs.map(({ baseline }) => baseline)),
        spread: [Math.min(...ratios), Math.max(...ratios)],
        aim: { of: 'times', atLeast: 20 },
      },
    ];
  },
};

async function timed(work: () => Promise<readonly unknown[]>): Promise<number> {
  await systemClock.sleep(restMs);
  const beganAt = performance.now();
  const found = await work();
  if (found.length !== count) throw new Error(`${found.length} prices came of ${count}`);
  return performance.now() - beganAt;
}

function kisAt({ restUrl, wsUrl }: { readonly restUrl: string; readonly wsUrl: string }): Kis {
  const redactor = createRedactor([]);
  return createKis({
    environment: { ...environments.live, restUrl, wsUrl: `${wsUrl}/tryitout` },
    key: { appKey: new Secret('bench-app-key'), appSecret: new Secret('bench-app-secret') },
    account: { number: '50000000', product: '01' },
    htsId: 'hogasim',
    pong: 'echo',
    cache: memoryCache(),
    clock: systemClock,
    random: Math.random,
    log: createLog({ level: 'silent', redactor }),
    redactor,
  });
}
