import { describe, expect, it } from 'vitest';
import type { DutyName } from '../../src/ports/cluster.ts';
import { ClusterWorld } from '../support/cluster/world.ts';

const key = 'key:a';

async function tokenOf(world: ClusterWorld, duty: DutyName): Promise<number | undefined> {
  return (await world.ledger.leases()).find((lease) => lease.duty === duty)?.token;
}

describe('a duty', () => {
  it('is taken at once where nobody has it, kept, and begun once', async () => {
    const world = await ClusterWorld.open();
    const a = world.start('a');
    await a.seek(key);
    expect(a.cluster.holds(key)).toBe(true);
    expect(a.cluster.fence(key)).toEqual({ duty: key, token: 1, holder: 'a' });
    await world.advance(120_000);
    expect(a.told).toEqual(['taken key:a']);
    expect(a.cluster.fence(key)).toEqual({ duty: key, token: 1, holder: 'a' });
    expect(await a.cluster.holders()).toEqual([{ duty: key, holder: 'a' }]);
  });

  it('is with one process only', async () => {
    const world = await ClusterWorld.open();
    const [a, b, c] = ['a', 'b', 'c'].map((name) => world.start(name));
    void a?.seek(key);
    void b?.seek(key);
    void c?.seek(key);
    await world.advance(20_000);
    expect(world.holdersOf(key)).toHaveLength(1);
    expect(await tokenOf(world, key)).toBe(1);
  });

  it('lets nothing pass where it never was this process’s', async () => {
    const world = await ClusterWorld.open();
    const a = world.start('a');
    expect(a.cluster.holds(key)).toBe(false);
    expect(a.cluster.fence(key)).toEqual({ duty: key, token: 0, holder: 'a' });
  });

  it('is taken over within ten seconds of a death, under the next token', async () => {
    const world = await ClusterWorld.open();
    const a = world.start('a');
    const b = world.start('b');
    await a.seek(key);
    await b.seek(key);
    // Right after it has renewed its lease: the longest there is to wait.
    await world.advance(2_010);
    a.kill();
    await world.advance(5_900);
    expect(b.told).toEqual([]);
    await world.advance(1_000);
    expect(b.told).toEqual(['taken key:a']);
    expect(b.cluster.fence(key)).toEqual({ duty: key, token: 2, holder: 'b' });
  });

  it('is taken over at once from a process that stops', async () => {
    const world = await ClusterWorld.open();
    const a = world.start('a');
    const b = world.start('b');
    await a.seek(key);
    await b.seek(key);
    await world.advance(500);
    a.cluster.withdraw();
    expect(a.cluster.holds(key)).toBe(true);
    await a.cluster.stop();
    expect(a.cluster.holds(key)).toBe(false);
    await world.advance(10);
    expect(b.told).toEqual(['taken key:a']);
    expect(await tokenOf(world, key)).toBe(2);
  });

  it('is kept while a process withdraws, and nothing more is taken then', async () => {
    const world = await ClusterWorld.open();
    const a = world.start('a');
    await a.seek(key);
    a.cluster.withdraw();
    void a.seek('front');
    await world.advance(60_000);
    expect(world.holdersOf(key)).toEqual(['a']);
    expect(a.told).toEqual(['taken key:a']);
  });

  it('is not begun where the process withdrew while it was being taken, and is free at once', async () => {
    const world = await ClusterWorld.open();
    const [a, b] = [world.start('a'), world.start('b')];
    a.answerMs = 100;
    void a.seek(key);
    await world.advance(150);
    expect(await tokenOf(world, key)).toBe(1);
    a.cluster.withdraw();
    await world.advance(200);
    expect(a.told).toEqual([]);
    expect(await world.ledger.leases()).toEqual([]);
    void b.seek(key);
    await world.advance(10);
    expect(b.told).toEqual(['taken key:a']);
  });

  it('is given back when what was being begun is through', async () => {
    const world = await ClusterWorld.open();
    const through: string[] = [];
    const a = world.start('a', {
      onTaken: async () => {
        await a.clock.sleep(500);
        through.push('begun');
      },
    });
    void a.seek(key);
    await world.advance(10);
    const stopped = a.cluster.stop().then(() => through.push('stopped'));
    await world.advance(1_000);
    await stopped;
    expect(through).toEqual(['begun', 'stopped']);
    expect(await world.ledger.leases()).toEqual([]);
  });

  it('goes back where it could not be begun, and is tried by another, or later', async () => {
    const world = await ClusterWorld.open();
    let works = false;
    const a = world.start('a', {
      onTaken: async () => {
        if (!works) throw new Error('no');
      },
    });
    await a.seek(key);
    expect(a.cluster.holds(key)).toBe(false);
    expect(await world.ledger.leases()).toEqual([]);
    await world.advance(4_000);
    expect(a.told).toEqual(['taken key:a']);
    works = true;
    await world.advance(2_100);
    expect(a.told).toEqual(['taken key:a', 'taken key:a']);
    expect(world.holdersOf(key)).toEqual(['a']);
  });
});

describe('several duties', () => {
  const duties: readonly DutyName[] = ['front', 'chat:telegram', 'chat:discord', 'key:a', 'key:b', 'key:c'];

  it('are spread over three processes that start together', async () => {
    const world = await ClusterWorld.open();
    const processes = ['a', 'b', 'c'].map((name) => world.start(name));
    for (const process of processes) void process.seek(...duties);
    await world.advance(5_000);
    expect(processes.map(({ told }) => told.length)).toEqual([2, 2, 2]);
    for (const duty of duties) expect(world.holdersOf(duty)).toHaveLength(1);
  });

  it('are all with one where there is no other, within two seconds', async () => {
    const world = await ClusterWorld.open();
    const a = world.start('a');
    void a.seek(...duties);
    await world.advance(2_000);
    expect(a.told).toHaveLength(6);
  });

  it('of a process that died are spread over those that are left, within ten seconds', async () => {
    const world = await ClusterWorld.open();
    const processes = ['a', 'b', 'c'].map((name) => world.start(name));
    for (const process of processes) void process.seek(...duties);
    await world.advance(5_000);
    processes[0]?.kill();
    await world.advance(10_000);
    expect(processes.slice(1).map(({ told }) => told.length)).toEqual([3, 3]);
  });
});

describe('a lease that runs out', () => {
  it('is noticed by a process that was stopped before it does anything, and the duty is another’s by then', async () => {
    const world = await ClusterWorld.open();
    const a = world.start('a');
    const b = world.start('b');
    await a.seek(key);
    await b.seek(key);
    await world.advance(3_000);
    a.pause();
    await world.advance(60_000);
    expect(b.cluster.holds(key)).toBe(true);
    // No timer has had its turn yet.
    expect(a.cluster.holds(key)).toBe(false);
    expect(a.told).toEqual(['taken key:a']);
    a.continue();
    await world.advance(0);
    expect(a.told).toEqual(['taken key:a', 'lapsed key:a', 'lost key:a']);
    await world.advance(60_000);
    expect(a.told).toHaveLength(3);
    expect(world.holdersOf(key)).toEqual(['b']);
  });

  it('is taken anew where nobody else wanted it, and the duty goes on', async () => {
    const world = await ClusterWorld.open();
    const a = world.start('a');
    await a.seek(key);
    await world.advance(3_000);
    a.pause();
    await world.advance(60_000);
    a.continue();
    await world.advance(100);
    expect(a.told).toEqual(['taken key:a', 'lapsed key:a', 'resumed key:a']);
    expect(a.cluster.fence(key)).toEqual({ duty: key, token: 2, holder: 'a' });
    expect(a.cluster.holds(key)).toBe(true);
  });

  it('is known to a process that is cut off before another takes it', async () => {
    const world = await ClusterWorld.open();
    const a = world.start('a');
    const b = world.start('b');
    await a.seek(key);
    await b.seek(key);
    await world.advance(3_000);
    a.cut();
    for (let gone = 0; gone < 12_000; gone += 50) {
      await world.advance(50);
      expect(world.holdersOf(key).length).toBeLessThanOrEqual(1);
    }
    expect(a.told).toEqual(['taken key:a', 'lapsed key:a']);
    expect(b.told).toEqual(['taken key:a']);
    a.heal();
    await world.advance(2_000);
    expect(a.told).toEqual(['taken key:a', 'lapsed key:a', 'lost key:a']);
  });

  it('goes on under the next token where the database was away for all', async () => {
    const world = await ClusterWorld.open();
    const a = world.start('a');
    const b = world.start('b');
    await a.seek(key);
    await b.seek(key);
    for (const process of [a, b]) process.cut();
    await world.advance(30_000);
    expect(world.holdersOf(key)).toEqual([]);
    a.heal();
    await world.advance(2_000);
    b.heal();
    await world.advance(10_000);
    expect(a.told).toEqual(['taken key:a', 'lapsed key:a', 'resumed key:a']);
    expect(a.cluster.fence(key)).toMatchObject({ token: 2 });
    expect(b.told).toEqual([]);
  });

  it('was renewed where only the answer got lost, so it goes on under the same token', async () => {
    const world = await ClusterWorld.open();
    const a = world.start('a');
    await a.seek(key);
    a.deaf = true;
    await world.advance(30_000);
    expect(a.told).toEqual(['taken key:a', 'lapsed key:a']);
    a.deaf = false;
    await world.advance(2_000);
    expect(a.told).toEqual(['taken key:a', 'lapsed key:a', 'resumed key:a']);
    expect(a.cluster.fence(key)).toMatchObject({ token: 1 });
  });
});

describe('what a process believes', () => {
  it('is reckoned from before it asked, however late the answer comes', async () => {
    const world = await ClusterWorld.open();
    const a = world.start('a');
    await a.seek(key);
    a.answerMs = 3_500;
    // The first renewal leaves after two seconds and is answered after five and a half. The next one never is.
    await world.advance(6_010);
    expect(a.cluster.holds(key)).toBe(true);
    a.deaf = true;
    await world.advance(1_980);
    expect(a.cluster.holds(key)).toBe(true);
    await world.advance(20);
    expect(a.cluster.holds(key)).toBe(false);
    expect(a.told).toEqual(['taken key:a', 'lapsed key:a']);
  });

  it('is nothing where the lease was over before the answer came', async () => {
    const world = await ClusterWorld.open();
    const a = world.start('a');
    a.answerMs = 100;
    void a.seek(key);
    await world.advance(150);
    expect(await tokenOf(world, key)).toBe(1);
    a.pause();
    await world.advance(60_000);
    a.continue();
    expect(a.cluster.holds(key)).toBe(false);
    await world.advance(0);
    expect(a.told).toEqual([]);
    await world.advance(2_000);
    expect(a.told).toEqual(['taken key:a']);
    expect(a.cluster.fence(key)).toMatchObject({ token: 2 });
  });

  it('is nothing where its clock was put back, until the database has said so again', async () => {
    const world = await ClusterWorld.open();
    const a = world.start('a');
    await a.seek(key);
    await world.advance(500);
    a.cut();
    a.offMs = -3_600_000;
    await world.advance(6_000);
    expect(a.cluster.holds(key)).toBe(false);
    expect(a.told).toEqual(['taken key:a', 'lapsed key:a']);
    a.heal();
    await world.advance(1_000);
    expect(a.cluster.holds(key)).toBe(true);
    a.offMs = -7_200_000;
    await world.advance(3_000);
    expect(a.cluster.fence(key)).toMatchObject({ token: 2 });
    expect(a.cluster.holds(key)).toBe(true);
  });

  it('is out of date where another process had the duty meanwhile, though nobody has it now', async () => {
    const world = await ClusterWorld.open();
    const [a, b] = [world.start('a'), world.start('b')];
    await a.seek(key);
    await b.seek(key);
    a.cut();
    await world.advance(10_000);
    expect(b.told).toEqual(['taken key:a']);
    await b.cluster.stop();
    a.heal();
    await world.advance(1_000);
    expect(a.told).toEqual(['taken key:a', 'lapsed key:a', 'lost key:a']);
    expect(a.cluster.holds(key)).toBe(false);
    expect(await world.ledger.leases()).toEqual([]);
  });
});

describe('clocks that disagree by half a minute', () => {
  it('keep one holder at every moment, and take over as quickly', async () => {
    const world = await ClusterWorld.open();
    const early = world.start('early', { offMs: -30_000 });
    const late = world.start('late', { offMs: 30_000 });
    await early.seek(key);
    await late.seek(key);
    for (let gone = 0; gone < 20_000; gone += 100) {
      await world.advance(100);
      expect(world.holdersOf(key)).toEqual(['early']);
    }
    early.kill();
    await world.advance(8_000);
    expect(world.holdersOf(key)).toEqual(['late']);
    const third = world.start('third', { offMs: -30_000 });
    await third.seek(key);
    late.kill();
    await world.advance(8_000);
    expect(world.holdersOf(key)).toEqual(['third']);
    expect(third.cluster.fence(key)).toMatchObject({ token: 3 });
  });
});
