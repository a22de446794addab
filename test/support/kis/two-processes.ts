import { onTestFinished } from 'vitest';
import { createKisAccounts, type Kis, type KisOptions } from '../../../src/kis/kis.ts';
import { type Environment, environments } from '../../../src/kis/wire/environment.ts';
import { createLog, createRedactor } from '../../../src/log.ts';
import { Secret } from '../../../src/secret.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../../src/simulator/server.ts';
import { ManualClock } from '../../simulator/support.ts';
import { JumpClock } from '../clock.ts';
import { memoryCache } from '../memory-cache.ts';
import { ClusterPair } from './cluster-pair.ts';

export const keyOf = (name: string) => ({
  appKey: new Secret(`${name}-app-key`),
  appSecret: new Secret('an-app-secret'),
});

/** Two processes, `a` and `b`, with the same account at one simulator; `a` carries its key. Prices stand still. */
export interface TwoProcesses {
  readonly simulator: Simulator;
  readonly clock: JumpClock;
  readonly pair: ClusterPair;
  readonly a: Kis;
  readonly b: Kis;
  /** Another process with these accounts instead. */
  readonly start: (name: string, accounts: readonly Partial<KisOptions>[]) => readonly Kis[];
  /** How many tokens KIS has issued. */
  readonly tokens: () => number;
  readonly environment: Environment;
}

export async function startTwo(options: Partial<SimulatorOptions> = {}): Promise<TwoProcesses> {
  const clock = new JumpClock();
  const kind = options.kind ?? 'live';
  const simulator = await startSimulator({ clock: new ManualClock(), speed: 0, callsPerSecond: 1_000, ...options });
  const pair = new ClusterPair(clock);
  const redactor = createRedactor([]);
  const cache = memoryCache();
  const { restUrl, wsUrl } = simulator;
  const environment = { ...environments[kind], restUrl, wsUrl: `${wsUrl}/tryitout`, callsPerSecond: 1_000 };
  const usual = {
    environment,
    key: keyOf('one'),
    account: { number: '50000000', product: '01' },
    htsId: 'hogasim',
    pong: 'echo' as const,
    cache,
    clock,
    random: () => 0.5,
    log: createLog({ level: 'silent', redactor }),
    redactor,
  };
  const all: Kis[] = [];
  const start = (name: string, accounts: readonly Partial<KisOptions>[]): readonly Kis[] => {
    const cluster = pair.process(name);
    const made = createKisAccounts(
      accounts.map((account) => ({ ...usual, cluster, ...account })),
      () => true,
    );
    all.push(...made);
    return made;
  };
  const [a, b] = [...start('a', [{}]), ...start('b', [{}])] as [Kis, Kis];
  pair.carry(a.duty, 'a');
  onTestFinished(async () => {
    await Promise.all(all.map((kis) => kis.close()));
    await simulator.stop();
  });
  const tokens = (): number => simulator.state().requests.byTr['/oauth2/tokenP'] ?? 0;
  return { simulator, clock, pair, a, b, start, tokens, environment };
}
