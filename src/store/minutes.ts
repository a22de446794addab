import type { MinuteCandle } from '../domain/market/minutes.ts';
import type { CandleMarket, MinuteStore } from '../ports/bars.ts';
import { translated } from './cache.ts';
import type { CachePlace, CacheTable } from './caches/cache-table.ts';
import { openCacheTable } from './caches/open-cache-table.ts';
import { packCandles, unpackCandles } from './packed-candles.ts';

/**
 * Opens the store of one-minute candles, a table of its own beside the cache and the daily candles. A day of KRX has at
 * most 382 candles, which take 11 kB.
 * @throws AppError as `openCache`. Its methods throw `store.cache-failed`.
 */
export async function openMinuteStore(place: CachePlace): Promise<MinuteStore> {
  const table = await openCacheTable(
    place,
    'minute_bars',
    'market text not null, day text not null, bars blob not null, primary key (market, day)',
  );
  return {
    read: (market, wanted) =>
      translated('read-minutes', async () => {
        const days = await Promise.all(wanted.map((day) => candlesOf(table, market, day)));
        return new Map(days.filter((day) => day !== undefined));
      }),
    keep: (market, day, candles) =>
      translated('keep-minutes', async () => {
        await table.change(
          `insert into minute_bars (market, day, bars) values (?, ?, ?)
          on conflict (market, day) do update set bars = excluded.bars`,
          keyOf(market),
          day,
          packCandles(candles.map(({ minute: at, ...rest }) => ({ at, ...rest }))),
        );
      }),
    forget: (before, most) => translated('forget-minutes', () => forget(table, before, most)),
    close: () => translated('close', () => table.close()),
  };
}

async function candlesOf(
  table: CacheTable,
  market: CandleMarket,
  day: string,
): Promise<readonly [string, readonly MinuteCandle[]] | undefined> {
  const [row] = await table.rows('select bars from minute_bars where market = ? and day = ?', keyOf(market), day);
  const candles = unpackCandles(row?.['bars']);
  return candles && [day, candles.map(({ at: minute, ...rest }) => ({ minute, ...rest }))];
}

async function forget(table: CacheTable, before: string, most: number): Promise<void> {
  const remove = (earliest: string) => table.change('delete from minute_bars where day < ?', earliest);
  await remove(before);
  let room = most;
  // Whole days at once: which issue is looked at next nobody knows, but an older day is wanted less.
  const days = await table.rows('select day, count(*) as many from minute_bars group by day order by day desc');
  for (const row of days) {
    room -= Number(row['many']);
    if (room < 0) {
      await remove(String(Number(row['day']) + 1));
      return;
    }
  }
}

function keyOf({ symbol, exchange }: CandleMarket): string {
  return `${exchange}:${symbol}`;
}

/** The same in memory, for a market whose prices are made up anew at every start. */
export function memoryMinutes(): MinuteStore {
  const byDay = new Map<string, Map<string, readonly MinuteCandle[]>>();
  return {
    async read(market, days) {
      const kept = days.flatMap((day) => {
        const candles = byDay.get(day)?.get(keyOf(market));
        return candles === undefined ? [] : [[day, candles] as const];
      });
      return new Map(kept);
    },
    async keep(market, day, candles) {
      const ofDay = byDay.get(day) ?? new Map<string, readonly MinuteCandle[]>();
      byDay.set(day, ofDay.set(keyOf(market), candles));
    },
    async forget(before, most) {
      let room = most;
      for (const day of [...byDay.keys()].sort().toReversed()) {
        room -= byDay.get(day)?.size ?? 0;
        if (day < before || room < 0) byDay.delete(day);
      }
    },
    close: async () => undefined,
  };
}
