import { onTestFinished } from 'vitest';
import { createKis } from '../../../src/kis/kis.ts';
import { environments } from '../../../src/kis/wire/environment.ts';
import { createLog, createRedactor } from '../../../src/log.ts';
import { Secret } from '../../../src/secret.ts';
import { type SimulatorOptions, startSimulator } from '../../../src/simulator/server.ts';
import { JumpClock } from '../clock.ts';
import { memoryCache } from '../memory-cache.ts';

/** KIS on the exchange's hours at a moment in Korea (`2026-11-23T10:40`), until the test ends. */
export async function startKis(moment: string, options: Partial<SimulatorOptions> = {}) {
  const clock = new JumpClock(Date.parse(`${moment}:00+09:00`));
  const kind = options.kind ?? 'live';
  const simulator = await startSimulator({ clock, hours: 'live', speed: 0, callsPerSecond: 1_000, ...options });
  const redactor = createRedactor([]);
  const kis = createKis({
    environment: {
      ...environments[kind],
      restUrl: simulator.restUrl,
      wsUrl: `${simulator.wsUrl}/tryitout`,
      callsPerSecond: 1_000,
    },
    key: { appKey: new Secret('bars-app-key'), appSecret: new Secret('bars-app-secret') },
    account: { number: '50000000', product: '01' },
    htsId: 'hogasim',
    pong: 'echo',
    cache: memoryCache(),
    clock,
    random: () => 0.5,
    log: createLog({ level: 'silent', redactor }),
    redactor,
  });
  onTestFinished(async () => {
    await kis.close();
    await simulator.stop();
  });
  const calls = (id: string): number => simulator.state().requests.byTr[id] ?? 0;
  return { simulator, clock, kis, calls };
}
