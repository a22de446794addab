import { AppError } from '../errors.ts';

/** Why a ledger cannot be written. Each trouble passes when somebody mends it, or with time. */
export const ledgerTroubles = [
  'store.full',
  'store.read-only',
  'store.locked',
  'store.io',
  'store.corrupt',
  /** The server of the database cannot be reached. */
  'store.away',
] as const;
export type LedgerTrouble = (typeof ledgerTroubles)[number];

/** The trouble of a ledger that an error tells; undefined for every other error. */
export function ledgerTrouble(error: unknown): LedgerTrouble | undefined {
  return error instanceof AppError ? ledgerTroubles.find((code) => code === error.code) : undefined;
}
