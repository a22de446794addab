import { expect, test } from 'vitest';
import type { Person } from '../../../src/domain/people/person.ts';
import { createLog, createRedactor } from '../../../src/log.ts';
import type { Accounts, TradingAccount } from '../../../src/services/accounts.ts';
import { EventIssues } from '../../../src/services/events/event-issues.ts';
import { JumpClock } from '../../support/clock.ts';

const person: Person = { id: 'p', role: 'owner' };

test('a fill while the balance is being read has it read again', async () => {
  let answer: (symbols: readonly string[]) => void = () => undefined;
  const balance = () =>
    new Promise((done) => {
      answer = (symbols) => done({ positions: symbols.map((symbol) => ({ symbol, quantity: 1 })) });
    });
  const account = { ledgerName: 'main', label: { name: 'main' }, broker: { balance } } as unknown as TradingAccount;
  const issues = new EventIssues({
    accounts: () => ({ visibleTo: () => [account] }) as unknown as Accounts,
    ledger: { watchlist: async () => [] },
    clock: new JumpClock(),
    log: createLog({ level: 'silent', redactor: createRedactor([]) }),
  });
  const looked = async (symbols: readonly string[], meanwhile: () => void = () => undefined): Promise<void> => {
    const refreshed = issues.refresh([person], { priority: 'background' });
    await new Promise((next) => setImmediate(next));
    meanwhile();
    answer(symbols);
    await refreshed;
  };
  await looked(['005930'], () => issues.onFill());
  await looked(['005930', '000660']);
  expect(issues.of(person).held).toEqual(['005930', '000660']);
});
