// @ts-nocheck
import { AppError } from '../errors.ts';

/** Why a ledger takes nothing that is to be written down; each passes when somebody, or time, mends it. */
export const ledgerTroubles = ['store.full', 'store.read-only', 'store.locked', 'store.io', 'store.corrupt'] as const;
export type LedgerTrouble = (typeof ledgerTroubles)[number];

/** What is wrong with the ledger, where that is what an error tells; undefined for every other error. */
export function ledgerTrouble(error: unknown): LedgerTrouble | undefined {
  return error instanceof AppError ? ledgerTroubles.find((code) => code === error.code) : undefined;
}
