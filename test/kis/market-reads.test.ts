import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type KeyReads, type MarketReads, type MarketRow, withMostRoom } from '../../src/kis/market-reads.ts';
import { environments, isSameMarket, simulatorEnvironment } from '../../src/kis/wire/environment.ts';

const row = (name: string): MarketRow => ({ id: name, kind: 'read', account: false }) as unknown as MarketRow;
const rows = ['quote', 'book', 'rank'].map(row);

/** A key that notes what it was asked. */
function keyOf(supported: readonly boolean[], room: number): KeyReads & { readonly asked: MarketRow[] } {
  const asked: MarketRow[] = [];
  const reads = {
    supports: (endpoint: MarketRow) => supported[rows.indexOf(endpoint)] === true,
    read: async (endpoint: MarketRow) => {
      asked.push(endpoint);
      return {};
    },
    readAll: async (endpoint: MarketRow) => {
      asked.push(endpoint);
      return { pages: [], truncated: false };
    },
  } as unknown as MarketReads;
  return { reads, headRoom: () => room, asked };
}

const supports = fc.tuple(fc.boolean(), fc.boolean(), fc.boolean());
const key = fc.record({ supported: supports, room: fc.integer({ min: 0, max: 18 }) });

describe('a read that names no account', () => {
  test('goes to the key with the most room whose host has the API, to the own one where they are equal', async () => {
    await fc.assert(
      fc.asyncProperty(
        key,
        fc.array(key, { maxLength: 3 }),
        fc.nat(2),
        fc.boolean(),
        async (own, others, which, all) => {
          const endpoint = rows[which] as MarketRow;
          const ownKey = keyOf(own.supported, own.room);
          const otherKeys = others.map(({ supported, room }) => keyOf(supported, room));
          const reads = withMostRoom(ownKey.reads, ownKey, () => otherKeys);
          const able = [own, ...others].filter(({ supported }) => supported[which] === true);
          expect(reads.supports(endpoint)).toBe(able.length > 0);
          if (able.length === 0) return;
          await (all ? reads.readAll(endpoint, {} as never) : reads.read(endpoint, {} as never));
          const most = Math.max(...able.map(({ room }) => room));
          const keys = [ownKey, ...otherKeys];
          const answered = keys.findIndex(({ asked }) => asked.length > 0);
          expect(keys.flatMap(({ asked }) => asked)).toEqual([endpoint]);
          const from = [own, ...others][answered];
          expect(from?.supported[which]).toBe(true);
          expect(from?.room).toBe(most);
          if (own.supported[which] === true && own.room === most) expect(answered).toBe(0);
        },
      ),
    );
  });

  test('goes to the own key where no other may be asked', async () => {
    const own = keyOf([true, true, true], 0);
    await withMostRoom(own.reads, own, () => []).read(rows[0] as MarketRow, {} as never);
    expect(own.asked).toHaveLength(1);
  });
});

describe('hosts tell of the same market', () => {
  const simulator = (port: number) => ({ ...simulatorEnvironment('live'), restUrl: `http://127.0.0.1:${port}` });

  test("KIS's own do, paper's and live's", () => {
    expect(isSameMarket(environments.paper, environments.live)).toBe(true);
    expect(isSameMarket(environments.live, environments.live)).toBe(true);
  });

  test('a simulator makes up prices of its own: it is no market of KIS, nor that of another simulator', () => {
    expect(isSameMarket(environments.live, simulator(1))).toBe(false);
    expect(isSameMarket(simulator(1), environments.live)).toBe(false);
    expect(isSameMarket(simulator(1), environments.paper)).toBe(false);
    expect(isSameMarket(simulator(1), simulator(2))).toBe(false);
    expect(isSameMarket(simulator(1), simulator(1))).toBe(true);
  });
});
