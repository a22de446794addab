import { visibleLine } from '../../domain/clean-text.ts';
import { AppError, type ErrorContext } from '../../errors.ts';
import type { Redactor } from '../../log.ts';
import type { Environment } from './environment.ts';
import { emptyAnswerCodes, familyOf, type KisErrorKind, refusedAtTheDoor } from './venue-codes.ts';

/**
 * A failure at KIS, with its own code and text where it gave any. `kind` is how the client goes on; `AppError.code` is the
 * sentence that a person is told: that of the family of the code, else `venue.` and the kind.
 */
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
      sentenceOf(kind, venue),
      { ...context, venueCode: venue.code, venueText: venue.text },
      { cause, message: `${kind} ${venue.code} ${venue.text}`.trim() },
    );
    this.kind = kind;
    this.venueCode = venue.code;
    this.venueText = venue.text;
  }
}

/** The three shapes in which KIS says no: OAuth's, the gateway's and the business servers'. */
export interface VenueRefusal {
  readonly code: string;
  readonly text: string;
}

/** A family may be met in another kind than its own: an order's, or what a key was refused with. Then the kind tells. */
function sentenceOf(kind: KisErrorKind, venue: VenueRefusal): string {
  const family = familyOf(venue);
  return family?.read === kind ? family.sentence : `venue.${kind}`;
}

/**
 * Reads any of the error shapes; undefined when the body is none of them, or names neither a code nor a reason: a server
 * that failed answers with blanks, and has refused nothing. What KIS says is logged, shown and kept: should it repeat
 * what it was sent, the secrets in it are not.
 */
export function readRefusal(body: unknown, { redact }: Pick<Redactor, 'redact'>): VenueRefusal | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const record = body as Record<string, unknown>;
  const said = (name: string): string => redact(visibleLine(String(record[name] ?? '')));
  if (said('error_code') !== '') return { code: said('error_code'), text: said('error_description') };
  const refusal = { code: said('msg_cd'), text: said('msg1') };
  if (refusal.code === '' && refusal.text === '') return undefined;
  // Without a word on whether it went well only the gateway's own refusals can be told from a failure.
  return said('rt_cd') === '' && !refusedAtTheDoor.has(refusal.code) ? undefined : refusal;
}

/** Whether an answer says that what was asked for was done. */
export function isSuccess(body: Readonly<Record<string, unknown>>): boolean {
  return String(body['rt_cd'] ?? '').trim() === '0';
}

/** Whether an answer says that there are no rows, as success or as a refusal. */
export function isEmptyAnswer(body: Readonly<Record<string, unknown>>): boolean {
  return emptyAnswerCodes.has(String(body['msg_cd'] ?? '').trim());
}

/** An answer without a word of KIS's own in it: a page of a proxy, nothing at all, or a body of blanks. */
export function failedServer(status: number, context: ErrorContext): KisError {
  const said = { code: `http-${status}`, text: '' };
  return new KisError(familyOf(said)?.read ?? 'unreachable', said, context);
}

/** A body as JSON; undefined when it is none. */
export function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Sorts a refusal by what the reader can do. Only what KIS says counts: its HTTP statuses are not to be relied on.
 * `dialect` is that of the host that answered.
 */
export function refusalKind(
  refusal: VenueRefusal,
  call: 'read' | 'order',
  dialect: Environment['dialect'] = 'live',
): KisErrorKind {
  const family = familyOf(refusal);
  if (family === undefined) return 'rejected';
  // An API that the paper host lacks, as long as its own ids were sent to it.
  if (refusal.code === 'EGW02006' && dialect === 'paper') return 'unsupported';
  if (call === 'read') return family.read;
  if (family.orderUnknown) return 'outcome-unknown';
  return family.read === 'unsupported' || family.read === 'drift' ? 'rejected' : family.read;
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
