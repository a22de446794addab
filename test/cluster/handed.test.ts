import { describe, expect, it } from 'vitest';
import type { DutyKeeper } from '../../src/cluster/duty-keeper.ts';
import { HandedWork } from '../../src/cluster/handed-work.ts';
import { createLog, createRedactor } from '../../src/log.ts';
import type { HandedHead } from '../../src/ports/ledger/lease-store.ts';
import { JumpClock } from '../support/clock.ts';
import { ClusterWorld, type SimulatedProcess } from '../support/cluster/world.ts';

const key = 'key:a';

/** Does what is handed over to a process, and notes it. */
function take(process: SimulatedProcess, act: (id: string) => Promise<void> = async () => undefined) {
  const done: string[] = [];
  process.cluster.takeHanded(
    async ({ id, body }) => {
      done.push(`${id} ${body}`);
      await act(id);
    },
    async ({ id }) => void done.push(`abandoned ${id}`),
  );
  return done;
}

const handed = (id: string, lane = 'chat') => ({ id, duty: key, lane, body: `{"${id}":1}` }) as const;

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('what is handed over', () => {
  it('is done by the process that carries the duty, at once and in order', async () => {
    const world = await ClusterWorld.open();
    const [a, b] = [world.start('a'), world.start('b')];
    await a.seek(key);
    await b.seek(key);
    const doneByA = take(a);
    const doneByB = take(b);
    for (const id of ['1', '2', '3']) await b.cluster.handOver(handed(id));
    await world.advance(20);
    expect(doneByA).toEqual(['1 {"1":1}', '2 {"2":1}', '3 {"3":1}']);
    await a.cluster.handOver(handed('4'));
    await world.advance(20);
    expect(doneByA).toHaveLength(4);
    expect(doneByB).toEqual([]);
  });

  it('twice is done once, also long after', async () => {
    const world = await ClusterWorld.open();
    const a = world.start('a');
    await a.seek(key);
    const done = take(a);
    await Promise.all([a.cluster.handOver(handed('1')), a.cluster.handOver(handed('1'))]);
    await world.advance(5_000);
    await a.cluster.handOver(handed('1'));
    await world.advance(5_000);
    expect(done).toEqual(['1 {"1":1}']);
  });

  it('waits while nobody carries the duty', async () => {
    const world = await ClusterWorld.open();
    const a = world.start('a');
    const done = take(a);
    await a.cluster.handOver(handed('1'));
    await world.advance(10_000);
    expect(done).toEqual([]);
    await a.seek(key);
    await world.advance(10);
    expect(done).toEqual(['1 {"1":1}']);
  });

  it('is done though nobody could tell of it', async () => {
    const world = await ClusterWorld.open();
    const [a, b] = [world.start('a'), world.start('b')];
    await a.seek(key);
    const done = take(a);
    world.bus.cut('b');
    await b.cluster.handOver(handed('1'));
    await world.advance(1_100);
    expect(done).toEqual(['1 {"1":1}']);
  });

  it('waits for what is before it in its lane, and for nothing in others', async () => {
    const world = await ClusterWorld.open();
    const a = world.start('a');
    await a.seek(key);
    let finish = (): void => undefined;
    const slow = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const done = take(a, (id) => (id === '1' ? slow : Promise.resolve()));
    await a.cluster.handOver(handed('1'));
    await a.cluster.handOver(handed('2'));
    await a.cluster.handOver(handed('3', 'other'));
    await world.advance(30_000);
    expect(done.map((line) => line[0])).toEqual(['1', '3']);
    finish();
    await world.advance(10);
    expect(done.map((line) => line[0])).toEqual(['1', '3', '2']);
  });

  it('keeps its order in a lane though the clock of the database is put back', async () => {
    const world = await ClusterWorld.open();
    const a = world.start('a');
    await a.cluster.handOver(handed('z'));
    world.clock.jump(-3_600_000);
    await a.cluster.handOver(handed('b'));
    await a.cluster.handOver(handed('a'));
    await a.seek(key);
    const done = take(a);
    await world.advance(100);
    expect(done.map((line) => line[0])).toEqual(['z', 'b', 'a']);
  });

  it('fails once, and the next is done', async () => {
    const world = await ClusterWorld.open();
    const a = world.start('a');
    await a.seek(key);
    const done = take(a, async (id) => {
      if (id === '1') throw new Error('no');
    });
    await a.cluster.handOver(handed('1'));
    await a.cluster.handOver(handed('2'));
    await world.advance(5_000);
    expect(done.map((line) => line[0])).toEqual(['1', '2']);
    expect(a.complaints).toEqual(['what was handed over not done']);
  });

  it('waits for nothing where the database answered late with what is done by now', async () => {
    const open: HandedHead[] = [{ handed: handed('1'), begun: undefined }];
    let answerLate = (): void => undefined;
    let isLate = false;
    const fence = { duty: key, holder: 'a', token: 1 } as const;
    const work = new HandedWork({
      ledger: {
        putHanded: async () => true,
        async handedHeads() {
          const heads = open.slice(0, 1);
          if (isLate) {
            isLate = false;
            await new Promise<void>((resolve) => {
              answerLate = resolve;
            });
          }
          return heads;
        },
        async beginHanded(id) {
          await settled();
          return open.some((head) => head.handed.id === id);
        },
        endHanded: async () => void open.shift(),
      },
      keeper: { ready: [key], holds: () => true, fence: () => fence } as unknown as DutyKeeper,
      // Its timers never run: only what is told at once counts.
      clock: new JumpClock(0),
      log: createLog({ level: 'silent', redactor: createRedactor([]) }),
    });
    const done: string[] = [];
    let finish = (): void => undefined;
    work.take(
      async ({ id }) => {
        done.push(id);
        if (id === '1') await new Promise<void>((resolve) => (finish = resolve));
      },
      async () => undefined,
    );
    await settled();
    isLate = true;
    open.push({ handed: handed('2'), begun: undefined });
    work.look();
    await settled();
    finish();
    await settled();
    answerLate();
    for (let round = 0; round < 10; round += 1) await settled();
    expect(done).toEqual(['1', '2']);
    work.end();
  });

  it('is begun no more after a withdrawal; what is under way is noted', async () => {
    const world = await ClusterWorld.open();
    const a = world.start('a');
    await a.seek(key);
    let finish = (): void => undefined;
    const slow = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const done = take(a, () => slow);
    await a.cluster.handOver(handed('1'));
    await world.advance(10);
    await a.cluster.handOver(handed('2'));
    a.cluster.withdraw();
    finish();
    await world.advance(10_000);
    expect(done).toHaveLength(1);
    await a.cluster.stop();
    const b = world.start('b');
    const doneByB = take(b);
    await b.seek(key);
    await world.advance(1_000);
    expect(doneByB).toEqual(['2 {"2":1}']);
  });
});

describe('what a process had begun', () => {
  it('and died over is told, not done again, and before what comes after it', async () => {
    const world = await ClusterWorld.open();
    const [a, b] = [world.start('a'), world.start('b')];
    await a.seek(key);
    await b.seek(key);
    const doneByA = take(a, () => new Promise(() => undefined));
    const doneByB = take(b);
    await b.cluster.handOver(handed('1'));
    await b.cluster.handOver(handed('2'));
    await world.advance(100);
    expect(doneByA).toHaveLength(1);
    a.kill();
    await world.advance(10_000);
    expect(doneByB).toEqual(['abandoned 1', '2 {"2":1}']);
    await world.advance(10_000);
    expect(doneByB).toHaveLength(2);
  });

  it('is neither begun twice nor given up where the answer to the beginning got lost', async () => {
    const world = await ClusterWorld.open();
    const [a, b] = [world.start('a'), world.start('b')];
    await a.seek(key);
    const done = take(a);
    await world.advance(1_500);
    a.deaf = true;
    await b.cluster.handOver(handed('1'));
    await world.advance(1_100);
    expect(done).toEqual([]);
    a.deaf = false;
    await world.advance(1_100);
    expect(done).toEqual(['1 {"1":1}']);
    await world.advance(10_000);
    expect(done).toHaveLength(1);
  });

  it('and is still doing is not given up when its lease ran out and was taken anew', async () => {
    const world = await ClusterWorld.open();
    const a = world.start('a');
    await a.seek(key);
    let finish = (): void => undefined;
    const slow = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const done = take(a, () => slow);
    await a.cluster.handOver(handed('1'));
    await world.advance(100);
    a.cut();
    await world.advance(20_000);
    a.heal();
    await world.advance(5_000);
    expect(a.told.at(-1)).toBe('resumed key:a');
    finish();
    await world.advance(2_000);
    expect(done).toEqual(['1 {"1":1}']);
    await world.advance(10_000);
    expect(done).toHaveLength(1);
  });

  it('and finished while the database was away is noted as soon as that works', async () => {
    const world = await ClusterWorld.open();
    const a = world.start('a');
    await a.seek(key);
    const done = take(a, () => a.clock.sleep(1_000));
    await a.cluster.handOver(handed('1'));
    await world.advance(500);
    a.cut();
    await world.advance(2_000);
    a.heal();
    await world.advance(5_000);
    await a.cluster.handOver(handed('2'));
    await world.advance(2_000);
    expect(done.map((line) => line[0])).toEqual(['1', '2']);
  });
});
