import { describe, expect, test } from 'vitest';
import { channels } from '../../src/kis/endpoints/channels.ts';
import { domesticMarket } from '../../src/kis/endpoints/domestic-market.ts';
import { domesticResearch } from '../../src/kis/endpoints/domestic-research.ts';
import { domesticTrading } from '../../src/kis/endpoints/domestic-trading.ts';
import type { Endpoint } from '../../src/kis/endpoints/endpoint.ts';
import { type InputRule, takes } from '../../src/kis/endpoints/inputs.ts';
import { channelFacts, restFacts } from '../support/kis-facts/index.ts';

// The catalogue against what KIS publishes, name by name.

const rows: readonly Endpoint[] = [domesticMarket, domesticResearch, domesticTrading].flatMap(
  (table): readonly Endpoint[] => Object.values(table),
);

/** Added by the client to every call about the account. */
const accountNames = ['CANO', 'ACNT_PRDT_CD'];

/** Values that KIS's older request collection has, and its current samples do not. */
const older: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  fluctuation: { fid_rank_sort_cls_code: ['1', '2', '3', '4', '0000'], fid_prc_cls_code: ['1'] },
};
const noRule: InputRule = { values: [], omissible: false };

/** KIS spells one field differently in the same list; answers are read without regard to case. */
const sorted = (names: readonly string[]): readonly string[] => names.map((name) => name.toLowerCase()).toSorted();

test('every published call has its row, and every row is published', () => {
  const ids = rows.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(restFacts.map(({ id }) => id).filter((id) => !ids.includes(id))).toEqual([]);
  expect(ids.filter((id) => !restFacts.some((fact) => fact.id === id))).toEqual([]);
});

const published = rows.flatMap((row) => restFacts.filter(({ id }) => id === row.id).map((fact) => ({ row, fact })));

describe.each(published.map(({ row, fact }) => [row.id, row, fact] as const))('%s', (_id, row, fact) => {
  const { keys } = row.paging ?? { keys: [] };

  test('method, path and TR ids', () => {
    const { method, path, tr } = row;
    const { live, paper, older } = fact;
    expect({ method, path, ...tr }).toEqual({
      method: fact.method,
      path: fact.path,
      live,
      paper,
      ...(older.length === 0 ? {} : { legacy: older }),
    });
  });

  test('parameters', () => {
    const given = fact.input.map((name) => name.replace('?', ''));
    const sent = [...Object.keys(row.input), ...keys, ...(row.account ? accountNames : [])];
    // Spelling counts here: account calls read names as they stand.
    expect(sent.toSorted()).toEqual(given.toSorted());
  });

  test('values', () => {
    for (const [name, values] of Object.entries(fact.values)) {
      const rule = row.input[name];
      // A set of markets may be named, and industries be taken besides.
      if (rule === undefined || (rule.pattern !== undefined && values.every((value) => takes(rule, value)))) continue;
      const sent = fact.sample[name];
      const known = new Set([...values, ...(sent === undefined ? [] : [sent]), ...(older[row.id]?.[name] ?? [])]);
      expect(rule.values?.toSorted(), name).toEqual([...known].toSorted());
    }
  });

  test("what KIS's own sample sends is taken", () => {
    for (const [name, text] of Object.entries(fact.sample))
      expect(takes(row.input[name] ?? noRule, text), name).toBe(true);
  });

  test('paging', () => {
    const pages = Object.values(row.output).some(({ many }) => many);
    // KIS's samples go on by header for some single records too, which have no second page.
    const wanted = fact.paging[0] === 'none' || (fact.paging[0] === 'header' && !pages) ? null : fact.paging;
    expect(row.paging === null ? null : keys.length === 0 ? ['header'] : keys).toEqual(wanted);
  });

  test('blocks and fields', () => {
    expect(Object.keys(row.output).toSorted()).toEqual(Object.keys(fact.output).toSorted());
    for (const [name, { shape, fields }] of Object.entries(fact.output)) {
      const block = row.output[name];
      expect(block?.many ? 'list' : 'record', name).toBe(shape);
      expect(sorted(Object.keys(block?.fields ?? {})), name).toEqual(
        [...new Set(sorted([...fields, ...(fact.seen[name] ?? [])]))].toSorted(),
      );
    }
  });
});

test('every published topic has its row, and every row is published', () => {
  const ids = Object.values(channels).map(({ tr }) => tr.live);
  expect(ids.toSorted()).toEqual(channelFacts.map(({ live }) => live).toSorted());
});

describe.each(channelFacts.map((fact) => [fact.live, fact] as const))('%s', (live, fact) => {
  const channel = Object.values(channels).find(({ tr }) => tr.live === live);

  test('TR ids, key, encryption and columns in order', () => {
    expect(channel).toMatchObject({ tr: { live, paper: fact.paper }, key: fact.key, encrypted: fact.encrypted });
    expect(channel?.columns).toEqual([...fact.columns, ...fact.since]);
    expect(channel?.atLeast).toBeLessThanOrEqual(fact.columns.length);
  });
});
