import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import keyvTestSuite, { keyvIteratorTests } from '@keyv/test-suite';
import { Keyv } from 'keyv';
import * as vitest from 'vitest';
import { KeyvTable } from '../../src/store/caches/keyv-table.ts';
import { newPlace, server } from '../support/postgres/database.ts';

const { afterAll, beforeEach, describe, expect, it } = vitest;

const folder = mkdtempSync(join(tmpdir(), 'hoga-keyv-'));
const place = server === undefined ? { path: join(folder, 'cache.db') } : await newPlace();
const table = await KeyvTable.openTable(place);
// A new adapter over the same table each time, as the suite expects: it asks for two namespaces at once.
const store = () => new KeyvTable(table);

afterAll(async () => {
  await table.close();
  rmSync(folder, { recursive: true });
});

describe('the cases every Keyv adapter has to pass', () => {
  keyvTestSuite(vitest, Keyv, store);
  keyvIteratorTests(vitest, Keyv, store);
});

describe('keyv on a table', () => {
  beforeEach(async () => {
    await table.change('delete from keyv');
  });

  it('stores the absolute moment of expiry, not a time to live', async () => {
    const keyv = new Keyv({ store: store(), namespace: 'ns' });
    const before = Date.now();
    await keyv.set('foo', 'bar', 60_000);
    const [row] = await table.rows('select value from keyv where key = ?', 'ns:foo');
    const { expires } = JSON.parse(String(row?.['value'])) as { expires: number };
    expect(expires).toBeGreaterThanOrEqual(before + 60_000);
    expect(expires).toBeLessThanOrEqual(Date.now() + 60_000);
  });

  it('clears a namespace and not one whose name begins or matches like it', async () => {
    const keyvs = ['a', 'ab', 'a_', '%'].map((namespace) => new Keyv({ store: store(), namespace }));
    await Promise.all(keyvs.map((keyv) => keyv.set('foo', 1)));
    await keyvs[2]?.clear();
    await keyvs[3]?.clear();
    expect(await Promise.all(keyvs.map((keyv) => keyv.get('foo')))).toStrictEqual([1, 1, undefined, undefined]);
  });

  it('clears everything without a namespace', async () => {
    const adapter = store();
    await adapter.set('a:foo', '1');
    await adapter.set('foo', '2');
    await adapter.clear();
    expect(await adapter.getMany(['a:foo', 'foo'])).toStrictEqual([undefined, undefined]);
  });

  it('iterates over more than a page, and over what is deleted meanwhile', async () => {
    const keyv = new Keyv({ store: store(), namespace: 'ns' });
    const keys = Array.from({ length: 250 }, (_, index) => `k${index}`);
    await Promise.all(keys.map((key, index) => keyv.set(key, index, index % 2 === 0 ? 1 : undefined)));
    await new Promise((resolve) => setTimeout(resolve, 10));
    const seen: string[] = [];
    for await (const [key] of keyv.iterator?.(undefined) ?? []) {
      seen.push(key);
    }
    expect(seen.sort()).toStrictEqual(keys.filter((_, index) => index % 2 === 1).sort());
    expect(await table.rows('select count(*) as count from keyv')).toMatchObject([{ count: 125 }]);
  });

  it('does not have what expired', async () => {
    const keyv = new Keyv({ store: store(), namespace: 'ns' });
    await keyv.set('foo', 'bar', 1);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(await keyv.has('foo')).toBe(false);
  });
});
