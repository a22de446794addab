import type { Kysely } from 'kysely';
import { AppError } from '../../errors.ts';
import type { Watchlists } from '../../ports/ledger/watchlists.ts';
import type { Tables } from '../schema.ts';
import type { Transactions } from './transactions.ts';

export function createWatchlistMethods({ read, write }: Transactions): Watchlists {
  return {
    watchlist: (personId) => read('watchlist', async (db) => (await rowsOf(db, personId)).map(({ symbol }) => symbol)),

    watchIssues: (personId, symbols, most) =>
      write('watch-issues', async (transaction) => {
        const there = await rowsOf(transaction, personId);
        const known = new Set(there.map(({ symbol }) => symbol));
        const fresh = [...new Set(symbols)].filter((symbol) => !known.has(symbol));
        if (fresh.length === 0) return;
        const left = most - there.length;
        if (fresh.length > left) throw new AppError('watch.too-many', { limit: most, left: Math.max(0, left) });
        const last = there.at(-1)?.position ?? 0;
        const rows = fresh.map((symbol, index) => ({ person_id: personId, symbol, position: last + 1 + index }));
        await transaction.insertInto('watched_issues').values(rows).execute();
      }),

    unwatchIssues: (personId, symbols) =>
      write('unwatch-issues', async (transaction) => {
        const result = await transaction
          .deleteFrom('watched_issues')
          .where('person_id', '=', personId)
          .where('symbol', 'in', symbols)
          .executeTakeFirst();
        return Number(result.numDeletedRows);
      }),
  };
}

function rowsOf(db: Kysely<Tables>, personId: string) {
  return db
    .selectFrom('watched_issues')
    .select(['symbol', 'position'])
    .where('person_id', '=', personId)
    .orderBy('position')
    .execute();
}
