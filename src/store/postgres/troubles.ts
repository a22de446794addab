import type { LedgerTrouble } from '../../domain/ledger-trouble.ts';

/** The code that PostgreSQL gives its errors (postgresql.org/docs/15/errcodes-appendix.html); undefined for others. */
export function sqlState(error: unknown): string | undefined {
  // An error of the system, such as EPIPE, has a code as well. An SQLSTATE has five characters, of which one is a digit.
  return error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    /^(?=.*\d)[0-9A-Z]{5}$/.test(error.code)
    ? error.code
    : undefined;
}

/** What keeps the ledger from working, by SQLSTATE or, where it has two characters, by the class of it. */
const troubles: Readonly<Record<string, LedgerTrouble>> = {
  // Waited too long for another transaction, or was chosen to give way to one again and again.
  '55P03': 'store.locked',
  '57014': 'store.locked',
  '40001': 'store.locked',
  '40P01': 'store.locked',
  '25006': 'store.read-only',
  '53100': 'store.full',
  '58030': 'store.io',
  XX001: 'store.corrupt',
  XX002: 'store.corrupt',
  // The connection failed; no memory or no room for more of them; the server is going down or coming up; a paused
  // process was cut off.
  '08': 'store.away',
  '53200': 'store.away',
  '53300': 'store.away',
  '57P01': 'store.away',
  '57P02': 'store.away',
  '57P03': 'store.away',
  '57P05': 'store.away',
  '25P03': 'store.away',
  // The server no longer knows this user, password or database.
  '28': 'store.away',
  '3D': 'store.away',
};

/** What the driver says of a connection without a code of PostgreSQL's or the system's. */
const lostWords =
  /^(?:connection terminated|client (?:has encountered a connection error|was closed)|timeout e|postgres connection has been discarded|the server does not support ssl)/i;
const lostCodes =
  /^(?:ECONN\w+|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENOTFOUND|EAI_AGAIN|ENOENT|EACCES|ERR_SSL_\w+)$/;

/** The trouble of a ledger that an error of PostgreSQL, its driver or the network tells; undefined for every other one. */
export function postgresTrouble(error: unknown): LedgerTrouble | undefined {
  if (!(error instanceof Error)) return undefined;
  const state = sqlState(error);
  if (state !== undefined) return troubles[state] ?? troubles[state.slice(0, 2)];
  // Where a name has several addresses, the system's error is one of those of all.
  const errors = error instanceof AggregateError ? error.errors : [error];
  return errors.some(isLost) ? 'store.away' : undefined;
}

function isLost(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return lostCodes.test(code) || lostWords.test(error.message);
}
