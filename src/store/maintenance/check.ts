import { type LedgerCheckName, type LedgerCheckResult, mayBeRight } from '../../domain/ledger-check.ts';
import { checkAlerts } from './checks/alerts.ts';
import { checkAmounts } from './checks/amounts.ts';
import type { Check } from './checks/check.ts';
import { checkFile } from './checks/file.ts';
import { checkMessages } from './checks/messages.ts';
import { checkOrders } from './checks/orders.ts';
import { checkTickets } from './checks/tickets.ts';
import { checkValues } from './checks/values.ts';
import { inSnapshot, type LedgerEnd, type LedgerPlace, openToRead } from './ends.ts';

const checks: Readonly<Record<LedgerCheckName, Check>> = {
  file: checkFile,
  values: checkValues,
  orders: checkOrders,
  tickets: checkTickets,
  amounts: checkAmounts,
  messages: checkMessages,
  alerts: checkAlerts,
};

/** The checks that read no history, so that they take moments even of a large ledger. */
const quickChecks: readonly LedgerCheckName[] = ['tickets', 'messages'];

/** Looks whether what is written down in one place of a ledger agrees with what is written in others. Changes nothing. */
export function checkLedger(
  { db, database }: Pick<LedgerEnd, 'db' | 'database'>,
  { now, only }: { readonly now: number; readonly only?: readonly LedgerCheckName[] },
): Promise<readonly LedgerCheckResult[]> {
  return inSnapshot({ db, database }, async (snapshot) => {
    const results: LedgerCheckResult[] = [];
    for (const [name, check] of Object.entries(checks) as [LedgerCheckName, Check][]) {
      if (only?.includes(name) === false) continue;
      results.push({ name, ...(await check({ db: snapshot, database, now })) });
    }
    return results;
  });
}

/** How many things are wrong in a ledger, as far as that can be seen in a moment. @throws AppError `store.*`. */
export async function countFaults(place: LedgerPlace, now: number): Promise<number> {
  const end = await openToRead(place);
  try {
    const results = await checkLedger(end, { now, only: quickChecks });
    return results.flatMap(({ findings }) => findings).filter(({ fault }) => !mayBeRight.has(fault)).length;
  } finally {
    await end.close();
  }
}
