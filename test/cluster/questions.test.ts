import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { ClusterWorld } from '../support/cluster/world.ts';

const key = 'key:a';
const soon = { timeoutMs: 5_000 };

/** Two processes, of which `a` carries the duty. */
async function two() {
  const world = await ClusterWorld.open();
  const [a, b] = [world.start('a'), world.start('b')];
  await a.seek(key);
  await b.seek(key);
  return { world, a, b };
}

describe('a question', () => {
  it('is answered by the process that carries the duty, however long it is', async () => {
    const { world, a, b } = await two();
    for (const { cluster } of [a, b]) {
      cluster.answer('double', async (text) => ({ by: cluster.self, text: `${text}${text}` }));
    }
    const long = '가'.repeat(200_000);
    const [remote, local] = [b.cluster.ask(key, 'double', long, soon), a.cluster.ask(key, 'double', 'x', soon)];
    await world.advance(10);
    expect(await remote).toEqual({ by: 'a', text: long + long });
    expect(await local).toEqual({ by: 'a', text: 'xx' });
  });

  it('is refused while nobody carries the duty', async () => {
    const { world, a, b } = await two();
    await expect(b.cluster.ask('front', 'x', 1, soon)).rejects.toMatchObject({
      code: 'cluster.nobody',
      context: { duty: 'front' },
    });
    a.kill();
    const late = expect(b.cluster.ask(key, 'x', 1, soon)).rejects.toMatchObject({ code: 'cluster.no-answer' });
    await world.advance(5_000);
    await late;
  });

  it('ends with its time, and the other process is told', async () => {
    const { world, a, b } = await two();
    let told: AbortSignal | undefined;
    a.cluster.answer('slow', (_, signal) => {
      told = signal;
      return new Promise(() => undefined);
    });
    const asked = b.cluster.ask(key, 'slow', null, soon);
    const late = expect(asked).rejects.toMatchObject({ code: 'cluster.no-answer', context: { subject: 'slow' } });
    await world.advance(4_990);
    expect(told?.aborted).toBe(false);
    await world.advance(20);
    await late;
    expect(told?.aborted).toBe(true);
  });

  it('ends when whoever asked wants no answer any more', async () => {
    const { world, a, b } = await two();
    let told: AbortSignal | undefined;
    a.cluster.answer('slow', (_, signal) => {
      told = signal;
      return new Promise(() => undefined);
    });
    const ending = new AbortController();
    const asked = b.cluster.ask(key, 'slow', null, { ...soon, signal: ending.signal });
    const ended = expect(asked).rejects.toThrow('enough');
    await world.advance(10);
    ending.abort(new Error('enough'));
    await world.advance(10);
    await ended;
    expect(told?.aborted).toBe(true);
    await expect(b.cluster.ask(key, 'slow', null, { ...soon, signal: ending.signal })).rejects.toThrow('enough');
  });

  it('fails as it failed there', async () => {
    const { world, a, b } = await two();
    a.cluster.answer('refused', async () => {
      throw new AppError('venue.rejected', { venueCode: 'X', count: 1 }, { message: 'rejected X' });
    });
    a.cluster.answer('broken', async () => {
      throw new TypeError('a bug');
    });
    const refused = b.cluster.ask(key, 'refused', null, soon).catch((error: unknown) => error);
    const broken = b.cluster.ask(key, 'broken', null, soon).catch((error: unknown) => error);
    const unknown = b.cluster.ask(key, 'unheard of', null, soon).catch((error: unknown) => error);
    await world.advance(10);
    expect(await refused).toBeInstanceOf(AppError);
    expect(await refused).toMatchObject({
      code: 'venue.rejected',
      context: { venueCode: 'X', count: 1 },
      message: 'rejected X',
    });
    expect(await broken).not.toBeInstanceOf(AppError);
    expect(await broken).toMatchObject({ message: 'a bug' });
    expect(await unknown).toMatchObject({ code: 'cluster.no-answer' });
  });

  it('finds the process to which the duty has passed a moment ago', async () => {
    const { world, a, b } = await two();
    const c = world.start('c');
    for (const { cluster } of [a, b, c]) cluster.answer('who', async () => cluster.self);
    await c.seek(key);
    await world.advance(1_000);
    await a.cluster.stop();
    await world.advance(10);
    const [holder = ''] = world.holdersOf(key);
    const asker = [b, c].find(({ self }) => self !== holder);
    const answer = asker?.cluster.ask(key, 'who', null, soon);
    await world.advance(10);
    expect(await answer).toBe(holder);
  });

  it('gets no answer of a process that lost the duty while it was stopped', async () => {
    const { world, a, b } = await two();
    for (const { cluster } of [a, b]) cluster.answer('who', async () => cluster.self);
    const c = world.start('c');
    a.pause();
    const asked = c.cluster.ask(key, 'who', null, { timeoutMs: 30_000 }).catch((error: unknown) => error);
    await world.advance(20_000);
    a.continue();
    await world.advance(10);
    // The duty is b's by now, so that is who answers.
    expect(await asked).toBe('b');
  });

  it('gets no answer that comes too late', async () => {
    const { world, a, b } = await two();
    a.cluster.answer('slow', () => a.clock.sleep(6_000));
    const late = expect(b.cluster.ask(key, 'slow', null, soon)).rejects.toMatchObject({ code: 'cluster.no-answer' });
    await world.advance(10_000);
    await late;
  });
});

describe('what is told', () => {
  it('is heard by the others, until they do not listen any more', async () => {
    const { world, a, b } = await two();
    const heard: string[] = [];
    a.cluster.hear('people', (text) => void heard.push(`a ${text}`));
    const stop = b.cluster.hear('people', (text) => void heard.push(`b ${text}`));
    b.cluster.hear('other', (text) => void heard.push(`other ${text}`));
    a.cluster.tell('people', 'one');
    a.cluster.tell('people');
    await world.advance(10);
    expect(heard).toEqual(['b one', 'b ']);
    stop();
    a.cluster.tell('people', 'two');
    await world.advance(10);
    expect(heard).toHaveLength(2);
  });

  it('may have got lost, and then everything is looked at', async () => {
    const { world, b } = await two();
    const heard: string[] = [];
    b.cluster.hear('people', (text) => void heard.push(text));
    b.cut();
    await world.advance(1_000);
    b.heal();
    expect(heard).toEqual(['']);
  });
});
