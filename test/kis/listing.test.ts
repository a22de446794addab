import { Agent } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import { domesticMarket } from '../../src/kis/endpoints/domestic-market.ts';
import { domesticResearch } from '../../src/kis/endpoints/domestic-research.ts';
import { domesticTrading } from '../../src/kis/endpoints/domestic-trading.ts';
import type { Endpoint } from '../../src/kis/endpoints/endpoint.ts';
import { createKis, type Kis } from '../../src/kis/kis.ts';
import { Credentials } from '../../src/kis/wire/credentials.ts';
import { environments } from '../../src/kis/wire/environment.ts';
import { KisHttp } from '../../src/kis/wire/http.ts';
import { Lane } from '../../src/kis/wire/throttle.ts';
import { createLog, createRedactor } from '../../src/log.ts';
import { Secret } from '../../src/secret.ts';
import { JumpClock } from '../support/clock.ts';
import { type ScriptedCall, type ScriptedKis, startScriptedKis } from '../support/kis/scripted-kis.ts';
import { memoryCache } from '../support/memory-cache.ts';

// Lists that are read page by page, from a KIS that changes them meanwhile or does not know their end.

const changed = { rt_cd: '7', msg_cd: 'SYDB0050', msg1: '조회이후에 자료가 변경되었습니다.(다시 조회하세요)' };
const nothingMore = { rt_cd: '0', msg_cd: 'KIOK0560', msg1: '조회할 내용이 없습니다' };
const clock = new JumpClock();
const parts = () => {
  const redactor = createRedactor([]);
  return {
    key: { appKey: new Secret('an-app-key'), appSecret: new Secret('an-app-secret') },
    account: { number: '50000000', product: '01' },
    cache: memoryCache(),
    clock,
    // No pause between tries.
    random: () => -0.5,
    redactor,
    log: createLog({ level: 'silent', redactor, write: () => undefined }),
  };
};

let venue: ScriptedKis;
let kis: Kis | undefined;
const dispatchers: Agent[] = [];
afterEach(async () => {
  await kis?.close();
  kis = undefined;
  for (const dispatcher of dispatchers.splice(0)) await dispatcher.destroy();
  await venue.stop();
});

const paged: readonly Endpoint[] = [domesticTrading, domesticMarket, domesticResearch]
  .flatMap((rows): readonly Endpoint[] => Object.values(rows))
  .filter(({ paging }) => paging !== null);

/** An answer with a record of every block; `mark` stands in its first text column. */
function blank(row: Endpoint): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(row.output).map(([name, block]) => {
      const record = Object.fromEntries(
        Object.entries(block.fields).map(([field, codec]) => [field, codec.blank || '0']),
      );
      return [name, block.many ? [record] : record];
    }),
  );
}

async function read(row: Endpoint, answer: (call: ScriptedCall, count: number) => Readonly<Record<string, unknown>>) {
  let count = 0;
  venue = await startScriptedKis({
    [row.tr.live]: (call) => {
      count += 1;
      return answer(call, count);
    },
  });
  const dispatcher = new Agent();
  dispatchers.push(dispatcher);
  const environment = { ...environments.live, restUrl: venue.restUrl, callsPerSecond: 1_000 };
  const all = { ...parts(), environment, dispatcher };
  const credentials = new Credentials(all);
  const http = new KisHttp({ ...all, credentials, lane: new Lane(clock, 1_000) });
  return http.readAll(row, {});
}

describe.each(paged.map((row) => [row.id, row] as const))('%s', (_id, row) => {
  const position = Object.fromEntries((row.paging?.keys ?? []).map((key) => [key.toLowerCase(), 'next']));

  test('changed on its second page: begun again, and nothing of the first try is in the answer', async () => {
    const { pages, truncated } = await read(row, ({ continued }, count) => {
      if (count === 2) return changed;
      return { ...blank(row), ...position, tr_cont: continued ? 'D' : 'F' };
    });
    expect(venue.calls.map(({ continued }) => continued)).toEqual([false, true, false, true]);
    expect(pages).toHaveLength(2);
    expect(truncated).toBe(false);
    for (const call of venue.calls) {
      for (const key of row.paging?.keys ?? []) expect(call.input[key]).toBe(call.continued ? 'next' : '');
    }
  });

  test('changed every time: given up after four, and no page passes for the whole', async () => {
    const reading = read(row, ({ continued }) => (continued ? changed : { ...blank(row), ...position, tr_cont: 'F' }));
    await expect(reading).rejects.toMatchObject({
      kind: 'listing-changed',
      code: 'venue.listing-changed',
      venueCode: 'SYDB0050',
    });
    expect(venue.calls).toHaveLength(8);
  });

  test('a last page that is full, and nothing after it: complete', async () => {
    const { pages, truncated } = await read(row, ({ continued }) =>
      continued ? nothingMore : { ...blank(row), ...position, tr_cont: 'F' },
    );
    expect(pages).toHaveLength(1);
    expect(truncated).toBe(false);
  });
});

describe('a balance', () => {
  const holding = (index: number) => ({
    ...(blank(domesticTrading.inquireBalance)['output1'] as readonly object[])[0],
    pdno: String(index).padStart(6, '0'),
    prdt_name: `종목${index}`,
    hldg_qty: '10',
    ord_psbl_qty: '10',
  });
  const totals = blank(domesticTrading.inquireBalance)['output2'];
  const pageOf = (from: number, to: number, more: boolean) => ({
    output1: Array.from({ length: to - from }, (_, index) => holding(from + index)),
    output2: totals,
    ctx_area_fk100: 'f',
    ctx_area_nk100: String(to),
    tr_cont: more ? 'M' : 'D',
  });
  const connect = async (answer: (from: number) => Readonly<Record<string, unknown>>): Promise<Kis> => {
    venue = await startScriptedKis({ TTTC8434R: ({ input }) => answer(Number(input['CTX_AREA_NK100'] || 0)) });
    const environment = { ...environments.live, restUrl: venue.restUrl, callsPerSecond: 1_000 };
    kis = createKis({ ...parts(), environment, htsId: undefined });
    return kis;
  };

  test.each([50, 100])('of exactly %i holdings, ended by KIS: all of them', async (count) => {
    const { broker } = await connect((from) => pageOf(from, from + 50, from + 50 < count));
    const { positions, truncated } = await broker.balance();
    expect(new Set(positions.map(({ symbol }) => symbol)).size).toBe(count);
    expect([positions.length, truncated]).toEqual([count, false]);
  });

  test.each([50, 100])('of exactly %i holdings, a page without rows after it: all of them', async (count) => {
    const { broker } = await connect((from) => (from >= count ? nothingMore : pageOf(from, from + 50, true)));
    expect((await broker.balance()).positions).toHaveLength(count);
  });

  test.each([50, 100])('of exactly %i holdings that KIS never ends: none of them', async (count) => {
    const { broker } = await connect((from) => (from >= count ? changed : pageOf(from, from + 50, true)));
    await expect(broker.balance()).rejects.toMatchObject({ code: 'venue.listing-changed' });
    expect(venue.calls).toHaveLength(4 * (count / 50 + 1));
  });

  test('of 51, sold to 50 while it was read: what is there in the end', async () => {
    let sold = false;
    const { broker } = await connect((from) => {
      if (from === 0) return sold ? pageOf(0, 50, false) : pageOf(0, 50, true);
      sold = true;
      return changed;
    });
    expect((await broker.balance()).positions).toHaveLength(50);
  });
});
