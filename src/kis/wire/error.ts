import { visibleLine } from '../../domain/clean-text.ts';
import { AppError, type ErrorContext } from '../../errors.ts';
import type { Redactor } from '../../log.ts';
import type { Environment } from './environment.ts';
import { emptyAnswerCodes, familyOf, gatewayRefusalCodes, type KisErrorKind } from './venue-codes.ts';

/**
 * A failure at KIS, with its code and text where it gave any. `kind` tells the client how to go on. `code` names the
 * sentence that a person is told: the one of the family of the KIS code, or else `venue.` and the kind.
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

/**
 * The code and text of a refusal, whichever of its three shapes it came in: from OAuth, the gateway or the business
 * servers.
 */
export interface VenueRefusal {
  readonly code: string;
  readonly text: string;
}

/**
 * The family's sentence fits reads. Where the error has another kind than the family gives a read, as with some orders,
 * the sentence of the kind is used.
 */
function sentenceOf(kind: KisErrorKind, venue: VenueRefusal): string {
  const family = familyOf(venue);
  return family?.read === kind ? family.sentence : `venue.${kind}`;
}

/**
 * Reads a refusal in any of its shapes. Undefined when the body is none of them, or has neither a code nor a text: a
 * server that failed answers with blanks and has refused nothing. Secrets are removed from the text, because it is
 * logged, shown and stored, and KIS might repeat what it was sent.
 */
export function readRefusal(body: unknown, { redact }: Pick<Redactor, 'redact'>): VenueRefusal | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const record = body as Record<string, unknown>;
  const said = (name: string): string => redact(visibleLine(String(record[name] ?? '')));
  if (said('error_code') !== '') return { code: said('error_code'), text: said('error_description') };
  const refusal = { code: said('msg_cd'), text: said('msg1') };
  if (refusal.code === '' && refusal.text === '') return undefined;
  // Without `rt_cd`, a code of the gateway's own refusals is a refusal; any other code may be a failure.
  return said('rt_cd') === '' && !gatewayRefusalCodes.has(refusal.code) ? undefined : refusal;
}

/** Whether an answer says that what was asked for was done. */
export function isSuccess(body: Readonly<Record<string, unknown>>): boolean {
  return String(body['rt_cd'] ?? '').trim() === '0';
}

/** Whether an answer says that there are no rows, as success or as a refusal. */
export function isEmptyAnswer(body: Readonly<Record<string, unknown>>): boolean {
  return emptyAnswerCodes.has(String(body['msg_cd'] ?? '').trim());
}

/** The error for an answer that carries nothing from KIS: a proxy's page, an empty body, or blanks. */
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
 * Sorts a refusal by what can be done about it. It goes by the code and text that KIS sent and not by the HTTP status,
 * which is unreliable at KIS. `dialect` is that of the host that answered.
 */
export function refusalKind(
  refusal: VenueRefusal,
  call: 'read' | 'order',
  dialect: Environment['dialect'] = 'live',
): KisErrorKind {
  const family = familyOf(refusal);
  if (family === undefined) return 'rejected';
  // On the paper host this code means an API that it lacks, provided that the key is one for paper.
  if (refusal.code === 'EGW02006' && dialect === 'paper') return 'unsupported';
  if (call === 'read') return family.read;
  if (family.orderUnknown) return 'outcome-unknown';
  return family.read === 'unsupported' || family.read === 'drift' ? 'rejected' : family.read;
}

/** Error codes of connections that were never made, so that nothing can have been sent. */
const neverConnectedCodes: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Whether an error, or any of its causes, is a connection that was never made. */
export function neverConnected(error: unknown): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as Error & { code?: unknown };
    if (typeof code === 'string' && neverConnectedCodes.has(code)) return true;
  }
  return false;
}
