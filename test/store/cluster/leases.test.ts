import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fence } from '../../../src/ports/cluster.ts';
import type { Ledger } from '../../../src/ports/ledger/ledger.ts';
import { timedLedger } from '../../support/cluster/timed-ledger.ts';
import { server } from '../../support/postgres/database.ts';
import { claimOf, confirmedOrder, day, proposalOf, start } from '../samples.ts';

const key = 'key:a';
/** Long enough for what a slow machine does between two statements not to matter. */
const ttl = 600_000;

const fenced = (ledger: Ledger, fence: Fence | undefined): Ledger => ledger.account('main', () => fence);

describe('a lease', () => {
  it('is one process’s until it ends, and then anybody’s under the next token', async () => {
    const { ledger, pass } = await timedLedger();
    expect(await ledger.takeLease(key, 'a', ttl)).toEqual({ duty: key, token: 1, holder: 'a' });
    expect(await ledger.takeLease(key, 'b', ttl)).toBeUndefined();
    expect(await ledger.takeLease(key, 'a', ttl)).toBeUndefined();
    await pass(ttl);
    expect(await ledger.takeLease(key, 'a', ttl)).toEqual({ duty: key, token: 2, holder: 'a' });
    await pass(ttl);
    expect(await ledger.takeLease(key, 'b', ttl)).toEqual({ duty: key, token: 3, holder: 'b' });
    expect(await ledger.takeLease('front', 'b', ttl)).toEqual({ duty: 'front', token: 1, holder: 'b' });
  });

  it('is given to one of many who want it at once', async () => {
    const { ledger, pass } = await timedLedger();
    for (const token of [1, 2]) {
      const taken = await Promise.all(['a', 'b', 'c', 'd'].map((name) => ledger.takeLease(key, name, ttl)));
      expect(taken.filter((fence) => fence !== undefined)).toMatchObject([{ token }]);
      await pass(ttl);
    }
  });

  it('is renewed while it runs, and never after that', async () => {
    const { ledger, pass } = await timedLedger();
    const fence = (await ledger.takeLease(key, 'a', ttl)) as Fence;
    for (let times = 0; times < 3; times += 1) {
      await pass(ttl - 60_000);
      expect(await ledger.renewLeases([fence], ttl)).toEqual(new Set([key]));
    }
    await pass(ttl);
    expect(await ledger.renewLeases([fence], ttl)).toEqual(new Set());
    expect(await ledger.leases()).toEqual([]);
    const next = await ledger.takeLease(key, 'b', ttl);
    expect(await ledger.renewLeases([fence], ttl)).toEqual(new Set());
    expect(await ledger.leases()).toMatchObject([next]);
  });

  it('is renewed by its holder alone, under its own token', async () => {
    const { ledger } = await timedLedger();
    const fence = (await ledger.takeLease(key, 'a', ttl)) as Fence;
    for (const other of [{ holder: 'b' }, { token: 2 }, { token: 0 }, { duty: 'front' }] as const) {
      expect(await ledger.renewLeases([{ ...fence, ...other }], ttl)).toEqual(new Set());
      await ledger.releaseLeases([{ ...fence, ...other }]);
    }
    expect(await ledger.leases()).toMatchObject([fence]);
  });

  it('is renewed and given back with a thousand others', async () => {
    const { ledger } = await timedLedger();
    const duties = Array.from({ length: 1_000 }, (_, index) => `key:${index}` as const);
    const fences: Fence[] = [];
    for (const duty of duties) fences.push((await ledger.takeLease(duty, 'a', ttl)) as Fence);
    expect((await ledger.renewLeases(fences, ttl)).size).toBe(1_000);
    await ledger.releaseLeases(fences);
    expect(await ledger.leases()).toEqual([]);
    expect(await ledger.renewLeases([], ttl)).toEqual(new Set());
    await ledger.releaseLeases([]);
  });

  it('is free at once when it is given back, and its token is not given again', async () => {
    const { ledger } = await timedLedger();
    const fence = (await ledger.takeLease(key, 'a', ttl)) as Fence;
    await ledger.releaseLeases([fence]);
    expect(await ledger.leases()).toEqual([]);
    expect(await ledger.renewLeases([fence], ttl)).toEqual(new Set());
    expect(await ledger.takeLease(key, 'b', ttl)).toMatchObject({ token: 2 });
    await ledger.releaseLeases([fence]);
    expect(await ledger.leases()).toMatchObject([{ holder: 'b' }]);
  });

  it('tells how long it still runs', async () => {
    const { ledger, pass } = await timedLedger();
    await ledger.takeLease(key, 'a', ttl);
    await pass(100_000);
    const [lease] = await ledger.leases();
    expect(lease).toMatchObject({ duty: key, holder: 'a', token: 1 });
    expect(lease?.leftMs).toBeLessThanOrEqual(500_000);
    expect(lease?.leftMs).toBeGreaterThan(440_000);
  });
});

describe('the fence', () => {
  it('lets the holder of the lease claim and send', async () => {
    const { ledger } = await timedLedger();
    const fence = (await ledger.takeLease(key, 'a', ttl)) as Fence;
    const own = fenced(ledger, fence);
    await own.createProposal(proposalOf('p'));
    expect(await own.claim(claimOf('p'))).toMatchObject({ kind: 'claimed' });
    await own.beginSubmit('p-1', start + 2_000);
    expect(await own.order('p-1')).toMatchObject({ status: 'submitting' });
  });

  it('is asked each time', async () => {
    const { ledger } = await timedLedger();
    let fence: Fence | undefined;
    const own = ledger.account('main', () => fence);
    await own.createProposal(proposalOf('p'));
    fence = { duty: key, token: 0, holder: 'a' };
    await expect(own.claim(claimOf('p'))).rejects.toMatchObject({ code: 'cluster.not-ours', context: { duty: key } });
    fence = await ledger.takeLease(key, 'a', ttl);
    expect(await own.claim(claimOf('p'))).toMatchObject({ kind: 'claimed' });
  });

  const stale: Readonly<
    Record<string, (ledger: Ledger, fence: Fence, pass: (ms: number) => Promise<void>) => unknown>
  > = {
    'ran out': (_ledger, _fence, pass) => pass(ttl),
    'ran out, and is another’s': async (ledger, _fence, pass) => {
      await pass(ttl);
      await ledger.takeLease(key, 'b', ttl);
    },
    'ran out, and was taken anew': async (ledger, _fence, pass) => {
      await pass(ttl);
      await ledger.takeLease(key, 'a', ttl);
    },
    'was given back': (ledger, fence) => ledger.releaseLeases([fence]),
  };

  it.each(Object.keys(stale))('lets nothing pass whose lease %s, and nothing is written', async (what) => {
    const { ledger, pass } = await timedLedger();
    const fence = (await ledger.takeLease(key, 'a', ttl)) as Fence;
    const own = fenced(ledger, fence);
    await own.createProposal(proposalOf('p'));
    await confirmedOrder(own, 'o');
    await stale[what]?.(ledger, fence, pass);
    const notOurs = { code: 'cluster.not-ours', context: { duty: key, token: 1 } };
    await expect(own.claim(claimOf('p'))).rejects.toMatchObject(notOurs);
    expect(await own.proposal('p')).toMatchObject({ status: 'open' });
    await expect(own.beginSubmit('o', start + 2_000)).rejects.toMatchObject(notOurs);
    expect(await own.order('o')).toMatchObject({ status: 'confirmed' });
    expect(await own.amountOfDay(day)).toBe(700_000);
  });

  it('tells a token that was given twice by who has it', async () => {
    const { ledger } = await timedLedger();
    await ledger.takeLease(key, 'b', ttl);
    // As of a process that took the lease at a server whose standby knows nothing of it.
    const own = fenced(ledger, { duty: key, token: 1, holder: 'a' });
    await own.createProposal(proposalOf('p'));
    await expect(own.claim(claimOf('p'))).rejects.toMatchObject({ code: 'cluster.not-ours' });
  });
});

/** What processes do to one lease, and what goes by between. */
type Step =
  | { readonly kind: 'take' | 'renew' | 'release' | 'try'; readonly process: number }
  | { readonly kind: 'pass'; readonly ms: number };

const processes = fc.integer({ min: 0, max: 4 });
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constantFrom('take', 'renew', 'renew', 'release', 'try', 'try'), process: processes }),
    fc.record({ kind: fc.constant('pass'), ms: fc.constantFrom(60_000, 250_000, ttl - 60_000, ttl, 2 * ttl) }),
  ),
  { minLength: 10, maxLength: 40 },
) as fc.Arbitrary<readonly Step[]>;

describe('however processes take, renew, give back and sleep', () => {
  it('no two pass the fence at one time, and none passes whose lease is over', async () => {
    const { ledger, pass } = await timedLedger();
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (schedule) => {
        // Each run is about a duty of its own.
        runs += 1;
        const duty = `key:${runs}` as const;
        // A process that sleeps is one that does not know what has happened since, and still has its old lease.
        const known: (Fence | undefined)[] = Array.from({ length: 5 });
        let lease: { readonly process: number; readonly token: number; leftMs: number } | undefined;
        let newest = 0;
        for (const step of schedule) {
          if (step.kind === 'pass') {
            await pass(step.ms);
            if (lease !== undefined) lease.leftMs -= step.ms;
            if (lease !== undefined && lease.leftMs <= 0) lease = undefined;
            continue;
          }
          const { process } = step;
          const fence = known[process];
          const isHolder = lease?.process === process && lease.token === fence?.token;
          if (step.kind === 'take') {
            const taken = await ledger.takeLease(duty, `p${process}`, ttl);
            expect(taken?.token).toBe(lease === undefined ? newest + 1 : undefined);
            if (taken === undefined) continue;
            newest = taken.token;
            known[process] = taken;
            lease = { process, token: taken.token, leftMs: ttl };
          } else if (step.kind === 'renew' && fence !== undefined) {
            expect(await ledger.renewLeases([fence], ttl)).toEqual(new Set(isHolder ? [duty] : []));
            if (isHolder && lease !== undefined) lease.leftMs = ttl;
          } else if (step.kind === 'release' && fence !== undefined) {
            await ledger.releaseLeases([fence]);
            if (isHolder) lease = undefined;
          } else if (step.kind === 'try') {
            // All try at one time: what each of them still takes for its lease.
            const passed: number[] = [];
            for (const [index, theirs] of known.entries()) {
              if (theirs === undefined) continue;
              const claim = fenced(ledger, theirs).claim(claimOf('nothing', { intents: [] }));
              await claim.then(
                () => passed.push(index),
                (error: unknown) => expect(error).toMatchObject({ code: 'cluster.not-ours' }),
              );
            }
            const holder = lease !== undefined && known[lease.process]?.token === lease.token ? [lease.process] : [];
            expect(passed).toEqual(holder);
          }
        }
      }),
      { numRuns: server === undefined ? 60 : 15 },
    );
  });
});
