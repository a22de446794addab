import type { MinuteCandle } from '../domain/market/minutes.ts';
import type { CandleMarket, MinuteStore } from '../ports/bars.ts';
import { translated } from './cache.ts';
import { packCandles, unpackCandles } from './packed-candles.ts';
import { openSqlite, unusable } from './sqlite.ts';

const table = `create table if not exists minute_bars (
  market text not null, day text not null, bars blob not null, primary key (market, day)) without rowid`;

/**
 * Opens the store of one-minute candles, a table of its own in the cache's file beside the daily candles. A day of KRX
 * has at most 382 candles, which take 11 kB.
 * @throws AppError as `openCache`. Its methods throw `store.cache-failed`.
 */
export async function openMinuteStore({ path }: { readonly path: string }): Promise<MinuteStore> {
  const database = openSqlite(path, 'normal');
  try {
    database.exec(table);
  } catch (cause) {
    database.close();
    throw unusable(path, 'normal', cause);
  }
  const select = database.prepare('select bars from minute_bars where market = ? and day = ?');
  const upsert = database.prepare('insert or replace into minute_bars (market, day, bars) values (?, ?, ?)');
  const forget = database.prepare('delete from minute_bars where day < ?');
  const days = database.prepare('select day, count(*) as many from minute_bars group by day order by day desc');
  return {
    read: (market, wanted) =>
      translated('read-minutes', async () => {
        const kept = wanted.flatMap((day) => {
          const candles = unpackCandles(select.get(keyOf(market), day)?.['bars']);
          return candles === undefined
            ? []
            : [[day, candles.map(({ at: minute, ...rest }) => ({ minute, ...rest }))] as const];
        });
        return new Map(kept);
      }),
    keep: (market, day, candles) =>
      translated('keep-minutes', async () => {
        const packed = packCandles(candles.map(({ minute: at, ...rest }) => ({ at, ...rest })));
        upsert.run(keyOf(market), day, packed);
      }),
    forget: (before, most) =>
      translated('forget-minutes', async () => {
        forget.run(before);
        let room = most;
        // Whole days at once: which issue is looked at next nobody knows, but an older day is wanted less.
        for (const row of days.all()) {
          room -= Number(row['many']);
          if (room < 0) {
            forget.run(String(Number(row['day']) + 1));
            return;
          }
        }
      }),
    close: () =>
      translated('close', async () => {
        if (database.isOpen) database.close();
      }),
  };
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
