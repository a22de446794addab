import { afterEach, describe, expect, test } from 'vitest';
import type { Environ } from '../../../src/config.ts';
import { type Simulator, startSimulator } from '../../../src/simulator/server.ts';
import { JumpClock } from '../../support/clock.ts';
import { type Family, identities, numbers, startFamily } from './family.ts';

// Two simulators, one for each account, so that it can be counted whose key a read went by.

let hoga: Family;
let other: Simulator;
afterEach(async () => {
  await hoga.stop();
  await other.stop();
});

const quotes = (simulator: Simulator): number => simulator.state().requests.byTr['FHKST01010100'] ?? 0;

async function start(kind: 'live' | 'paper', env: Environ = {}, hurry?: true): Promise<void> {
  const clock = new JumpClock();
  const [number = '', product = ''] = numbers.isa.split('-');
  other = await startSimulator({ clock, kind, speed: 0, callsPerSecond: 1_000, accounts: [{ number, product }] });
  hoga = await startFamily({ clock, isaVenue: other, env, ...(hurry && { hurry }) });
}

describe('prices', () => {
  test('are never those that another simulator makes up, though its key has more room', async () => {
    const env = { KIS_CALLS_PER_SECOND: '2', KIS_ISA_OWNERS: undefined, KIS_ISA_TRADERS: undefined };
    await start('live', env, true);
    other.setPrice('005930', 50_000);
    const before = quotes(other);
    for (let count = 0; count < 3; count += 1) {
      expect(await hoga.tell('owner', '/price 005930 @main')).toContain('70,000');
    }
    expect(await hoga.tell('owner', '/buy 005930 1 60000 @main')).toContain('현재가 70,000원');
    expect(quotes(other)).toBe(before);
    expect(await hoga.tell('owner', '/price 005930 @isa')).toContain('50,000');
  });

  test('that an alert waits for are those of the market of the first account', async () => {
    await start('live');
    // Several, because the emptiest of pooled sockets would take the next.
    const issues = ['005930', '000660', '035420'];
    for (const issue of issues) await hoga.tell('owner', `/alert ${issue} +20%`);
    other.setPrice('005930', 85_000);
    await hoga.clock.advance(60_000);
    expect(hoga.messages('owner').some(({ text }) => text.includes('85,000'))).toBe(false);
    const watched = ({ sockets }: ReturnType<Simulator['state']>): readonly string[] =>
      sockets.topics.filter((topic) => issues.some((issue) => topic.endsWith(issue)));
    expect(watched(other.state())).toEqual([]);
    expect(watched(hoga.simulator.state())).toHaveLength(3);
  });
});

describe('two keys at one host', () => {
  /** Which keys were asked for a token: whose key is never asked has none beyond its own account's. */
  const startOneHost = async (env: Environ): Promise<void> => {
    other = await startSimulator({ clock: new JumpClock(), speed: 0 });
    hoga = await startFamily({ env: { KIS_CALLS_PER_SECOND: '2', ...env } });
  };
  /** Milliseconds that three quotes took: by one slow lane, or with the other's room. */
  const timeOf = async (line: string): Promise<number> => {
    const before = hoga.clock.now();
    await hoga.clock.hurried(Promise.all([1, 2, 3, 4, 5, 6].map(() => hoga.tell('owner', line))));
    return hoga.clock.now() - before;
  };

  test('lend each other their room where all who see the one account see the other', async () => {
    await startOneHost({ KIS_ISA_OWNERS: undefined, KIS_ISA_TRADERS: undefined });
    expect(await timeOf('/price 005930 @main')).toBeLessThan(1_000);
  });

  test('lend none to an account that others see, who may not know of theirs', async () => {
    await startOneHost({ HOGA_VIEWERS: `telegram:${identities.viewer}` });
    expect(await timeOf('/price 005930 @main')).toBeGreaterThan(3_000);
  });
});
