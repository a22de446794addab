import type { BarStore } from '../ports/bars.ts';
import { translated } from './cache.ts';
import { packCandles, unpackCandles } from './packed-candles.ts';
import { openSqlite, unusable } from './sqlite.ts';

const table = `create table if not exists daily_bars (
  symbol text primary key not null, through text not null, bars blob not null)`;

/**
 * Opens the store of daily candles, a table of its own in the cache's file. 2,600 issues of 260 days are
 * 19 MB.
 * @throws AppError as `openCache`. Its methods throw `store.cache-failed`.
 */
export async function openBarStore({ path }: { readonly path: string }): Promise<BarStore> {
  const database = openSqlite(path, 'normal');
  try {
    database.exec(table);
  } catch (cause) {
    database.close();
    throw unusable(path, 'normal', cause);
  }
  const days = database.prepare('select symbol, through from daily_bars');
  const select = database.prepare('select through, bars from daily_bars where symbol = ?');
  const upsert = database.prepare(
    'insert into daily_bars (symbol, through, bars) values (?, ?, ?) on conflict (symbol) do update set through = excluded.through, bars = excluded.bars',
  );
  const forget = database.prepare('delete from daily_bars where through < ?');
  return {
    days: () =>
      translated('days', async () => new Map(days.all().map((row) => [String(row['symbol']), String(row['through'])]))),
    bars: (symbol) =>
      translated('bars', async () => {
        const row = select.get(symbol);
        const candles = unpackCandles(row?.['bars']);
        if (candles === undefined) return undefined;
        const bars = candles.map(({ at, ...rest }) => ({ start: String(at), ...rest }));
        return { through: String(row?.['through']), bars };
      }),
    keep: (symbol, { through, bars }) =>
      translated('keep', async () => {
        const packed = packCandles(bars.map(({ start, ...rest }) => ({ at: Number(start), ...rest })));
        upsert.run(symbol, through, packed);
      }),
    forget: (before) => translated('forget', async () => void forget.run(before)),
    close: () =>
      translated('close', async () => {
        if (database.isOpen) database.close();
      }),
  };
}
