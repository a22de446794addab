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
  { orders, reconciler }: Pick<Account, 'orders' | 'reconciler'>,
  alerts: Alerts,
): Promise<CaughtUp> {
  await spill.catchUp();
  const outcomes = await orders.catchUp();
  return { outcomes, pushes: await reconciler.catchUp(), alerts: await alerts.catchUp(), lost: spill.takeLost() };
}
