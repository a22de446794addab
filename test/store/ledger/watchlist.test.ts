import { expect, test } from 'vitest';
import { openLedger } from '../../../src/store/ledger.ts';

test('a watchlist keeps its order, holds each issue once, and takes all that fit or none', async () => {
  const ledger = await openLedger({ url: 'sqlite::memory:' });
  await ledger.watchIssues('a', ['005930', '000660', '005930'], 3);
  await ledger.watchIssues('a', ['000660'], 3);
  await ledger.watchIssues('b', ['035720'], 3);
  expect(await ledger.watchlist('a')).toEqual(['005930', '000660']);
  await expect(ledger.watchIssues('a', ['035720', '035420'], 3)).rejects.toMatchObject({
    code: 'watch.too-many',
    context: { limit: 3, left: 1 },
  });
  expect(await ledger.watchlist('a')).toEqual(['005930', '000660']);
  expect(await ledger.unwatchIssues('a', ['005930', '035720'])).toBe(1);
  await ledger.watchIssues('a', ['005930'], 3);
  expect(await ledger.watchlist('a')).toEqual(['000660', '005930']);
  expect(await ledger.watchlist('b')).toEqual(['035720']);
  await ledger.close();
});
