import { AppError, type ErrorContext } from '../errors.ts';
import type { Redactor } from '../log.ts';

/** What the reader of a KIS failure can do about it; `AppError.code` is this with `venue.` in front. */
export type KisErrorKind =
  | 'rejected'
  | 'unauthorised'
  | 'throttled'
  | 'unreachable'
  | 'outcome-unknown'
  | 'unsupported'
  | 'malformed';

/** A failure at KIS, with its own code and text where it gave any. */
export class KisError extends AppError {
  override readonly name = 'KisError';
  readonly kind: KisErrorKind;
  /** KIS's msg_cd or error_code; empty when nobody answered. */
  readonly venueCode: string;
  /** KIS's msg1 or error_description, trimmed. */
  readonly venueText: string;

  constructor(
    kind: KisErrorKind,
    venue: { readonly code: string; readonly text: string },
    context: ErrorContext = {},
    cause?: unknown,
  ) {
    super(
      `venue.${kind}`,
      { ...context, venueCode: venue.code, venueText: venue.text },
      { cause, message: `${kind} ${venue.code} ${venue.text}`.trim() },
    );
    this.kind = kind;
    this.venueCode = venue.code;
    this.venueText = venue.text;
  }
}

/** The token is worn out or not known (any more): a new one helps, once, for a read. */
export const tokenCodes: ReadonlySet<string> = new Set(['EGW00121', 'EGW00123']);

/** Over the calls-per-second of the gateway, or of the account ledger. Refused before anything was done. */
export const throttleCodes: ReadonlySet<string> = new Set(['EGW00201', 'EGW00215']);

/** The token may be issued once a minute. */
export const tokenTooSoonCode = 'EGW00133';

/**
 * Answers to an order that do not say whether it was taken: routing and time-out faults whose own text asks to check
 * the last transaction, an answer that could not be built, a duplicate key in KIS's database. `IGW00007` and
 * `IGW00008` are thinly documented gateway faults; not knowing is the safe reading.
 */
const outcomeUnknownCodes: ReadonlySet<string> = new Set([
  'EGW00001',
  'EGW00202',
  'EGW00203',
  'EGW00300',
  'EGW00301',
  'EGW00302',
  'EGW00316',
  'IGW00007',
  'IGW00008',
  'IGW00009',
  'APBK1630',
]);

/** Faults of KIS's own that a later try may not meet. */
const passingFaultCodes: ReadonlySet<string> = new Set([
  ...[...outcomeUnknownCodes].filter((code) => code !== 'APBK1630'),
  'EGW00002',
  'OPSQ0001',
  'OPSQ0003',
  'OPSQ0004',
  'OPSQ0005',
  'OPSQ0006',
  'OPSQ0007',
  'OPSQ0008',
  'OPSQ0009',
  'OPSQ0010',
  'OPSQ0011',
  'OPSQ1002',
]);

/** The host does not offer this: paper for most research, or a TR id it does not know. */
const unsupportedCodes: ReadonlySet<string> = new Set(['90000000', 'OPSQ0002', 'EGW00213']);

/** Nothing is wrong, there are just no rows. */
export const emptyAnswerCodes: ReadonlySet<string> = new Set(['KIER2620', '70070000', 'KIOK0560']);

/** What a saved condition that no issue meets is answered with; elsewhere it is said of an issue that is not known. */
export const noMatchCode = 'MCA05918';

/** The three shapes in which KIS says no: OAuth's, the gateway's and the business servers'. */
export interface VenueRefusal {
  readonly code: string;
  readonly text: string;
}

/**
 * Reads any of the error shapes; undefined when the body is none of them. What KIS says is logged, shown and kept:
 * should it repeat what it was sent, the secrets in it are not.
 */
export function readRefusal(body: unknown, { redact }: Pick<Redactor, 'redact'>): VenueRefusal | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const record = body as Record<string, unknown>;
  const said = (name: string): string => redact(String(record[name] ?? '').trim());
  if (typeof record['error_code'] === 'string') return { code: said('error_code'), text: said('error_description') };
  if (typeof record['msg_cd'] === 'string' || typeof record['rt_cd'] === 'string') {
    return { code: said('msg_cd'), text: said('msg1') };
  }
  return undefined;
}

/** Sorts a refusal by what the reader can do. Only the code counts: KIS's HTTP statuses are not to be relied on. */
export function refusalKind(refusal: VenueRefusal, call: 'read' | 'order'): KisErrorKind {
  const { code } = refusal;
  if (tokenCodes.has(code) || code === 'EGW00122') return 'unauthorised';
  if (throttleCodes.has(code) || code === tokenTooSoonCode) return 'throttled';
  if (call === 'order') return outcomeUnknownCodes.has(code) ? 'outcome-unknown' : 'rejected';
  if (passingFaultCodes.has(code)) return 'unreachable';
  if (unsupportedCodes.has(code)) return 'unsupported';
  return 'rejected';
}

/** Failures before a connection stood: nothing can have been sent. */
const neverConnectedCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Looks through an error's causes for a connection that never stood. */
export function neverConnected(error: unknown): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as Error & { code?: unknown };
    if (typeof code === 'string' && neverConnectedCodes.has(code)) return true;
  }
  return false;
}
