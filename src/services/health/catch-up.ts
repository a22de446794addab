import type { Alerts } from '../alerts/alerts.ts';
import type { Account } from '../orders/account.ts';

/** Messages that are kept in memory while the ledger cannot take them. */
interface Spilled {
  /** Writes down what happened to the messages meanwhile. @throws AppError `LedgerTrouble`. */
  catchUp(): Promise<void>;
  /** Messages that were lost since the last call. */
  takeLost(): number;
}

/** How much was written down late, by kind, and how many messages were lost. */
export interface CaughtUp {
  readonly outcomes: number;
  readonly pushes: number;
  readonly alerts: number;
  readonly lost: number;
}

/** Writes down what the ledger could not take while it failed. @throws AppError `LedgerTrouble`. */
export async function catchUp(
  spill: Spilled,
  accounts: readonly Pick<Account, 'orders' | 'reconciler'>[],
  alerts: Alerts,
): Promise<CaughtUp> {
  await spill.catchUp();
  let [outcomes, pushes] = [0, 0];
  for (const { orders, reconciler } of accounts) {
    outcomes += await orders.catchUp();
    pushes += await reconciler.catchUp();
  }
  return { outcomes, pushes, alerts: await alerts.catchUp(), lost: spill.takeLost() };
}
