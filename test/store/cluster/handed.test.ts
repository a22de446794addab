import { describe, expect, it } from 'vitest';
import type { Fence } from '../../../src/ports/cluster.ts';
import { timedLedger } from '../../support/cluster/timed-ledger.ts';

const key = 'key:a';
const ttl = 600_000;

const handed = (id: string, lane = 'chat', duty: 'key:a' | 'front' = key) => ({ id, duty, lane, body: `"${id}"` });

/** A ledger, and a lease that runs in it. */
async function holding() {
  const timed = await timedLedger();
  return { ...timed, fence: (await timed.ledger.takeLease(key, 'a', ttl)) as Fence };
}

describe('what is handed over', () => {
  it('is kept once, whoever says it again', async () => {
    const { ledger } = await holding();
    expect(await ledger.putHanded(handed('1'))).toBe(true);
    expect(await ledger.putHanded({ ...handed('1', 'other'), body: 'else' })).toBe(false);
    expect(await ledger.handedHeads([key])).toEqual([{ handed: handed('1'), begun: undefined }]);
  });

  it('comes first in its lane, until it is done', async () => {
    const { ledger, fence } = await holding();
    for (const id of ['b', 'a', 'c']) await ledger.putHanded(handed(id));
    await ledger.putHanded(handed('d', 'other'));
    await ledger.putHanded(handed('e', 'chat', 'front'));
    const heads = async () => (await ledger.handedHeads([key])).map(({ handed: { id } }) => id);
    expect(await heads()).toEqual(['b', 'd']);
    expect(await ledger.beginHanded('b', fence)).toBe(true);
    expect(await heads()).toEqual(['b', 'd']);
    await ledger.endHanded('b');
    expect((await heads()).toSorted()).toEqual(['a', 'd']);
    expect((await ledger.handedHeads(['front', key])).map(({ handed: { id } }) => id).toSorted()).toEqual([
      'a',
      'd',
      'e',
    ]);
    expect(await ledger.handedHeads([])).toEqual([]);
  });

  it('is begun under one lease alone, which is noted', async () => {
    const { ledger, pass, fence } = await holding();
    await ledger.putHanded(handed('1'));
    expect(await ledger.beginHanded('unknown', fence)).toBe(false);
    expect(await ledger.beginHanded('1', fence)).toBe(true);
    expect(await ledger.beginHanded('1', fence)).toBe(true);
    await pass(ttl);
    expect(await ledger.beginHanded('1', fence)).toBe(false);
    const next = (await ledger.takeLease(key, 'b', ttl)) as Fence;
    expect(await ledger.beginHanded('1', next)).toBe(false);
    expect(await ledger.handedHeads([key])).toEqual([{ handed: handed('1'), begun: fence }]);
  });

  it('is not begun without a lease, or with that of another duty', async () => {
    const { ledger, pass, fence } = await holding();
    await ledger.putHanded(handed('1'));
    const other = (await ledger.takeLease('front', 'a', ttl)) as Fence;
    expect(await ledger.beginHanded('1', other)).toBe(false);
    await pass(ttl);
    expect(await ledger.beginHanded('1', fence)).toBe(false);
    expect(await ledger.handedHeads([key])).toEqual([{ handed: handed('1'), begun: undefined }]);
  });

  it('is not begun again when it was done', async () => {
    const { ledger, fence } = await holding();
    await ledger.putHanded(handed('1'));
    await ledger.endHanded('1');
    expect(await ledger.beginHanded('1', fence)).toBe(false);
  });

  it('is forgotten some time after it was done, and not before', async () => {
    const { ledger, fence } = await holding();
    for (const id of ['1', '2']) await ledger.putHanded(handed(id, id));
    await ledger.beginHanded('1', fence);
    await ledger.endHanded('1');
    await ledger.prune(0, '20000101');
    expect(await ledger.putHanded(handed('1'))).toBe(false);
    await ledger.prune(Date.parse('2100-01-01'), '20000101');
    expect((await ledger.handedHeads([key])).map(({ handed: { id } }) => id)).toEqual(['2']);
    expect(await ledger.putHanded(handed('1'))).toBe(true);
  });
});
