import { z } from 'zod';
import { AppError, type ErrorContext, errorText } from '../../errors.ts';
import { KisError } from '../wire/error.ts';
import type { KisErrorKind } from '../wire/venue-codes.ts';

/** An error as one process sends it to another. */
export const sentError = z.object({
  message: z.string(),
  /** The text of what caused it. */
  cause: z.string().optional(),
  /** Of an AppError. */
  code: z.string().optional(),
  context: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  /** Of a KisError. */
  kind: z.string().optional(),
});
export type SentError = z.infer<typeof sentError>;

/** Everything of an error that decides what is done about it and what people are told. */
export function toSentError(error: unknown): SentError {
  if (!(error instanceof Error)) return { message: errorText(error) };
  const plain = { message: error.message, ...(error.cause === undefined ? {} : { cause: errorText(error.cause) }) };
  if (!(error instanceof AppError)) return plain;
  const context = Object.fromEntries(
    Object.entries(error.context).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
  const told = { ...plain, code: error.code, context };
  return error instanceof KisError ? { ...told, kind: error.kind } : told;
}

/** The error as it was thrown in the other process: of the same class, with the same code, kind and facts. */
export function fromSentError({ message, cause: text, code, context = {}, kind }: SentError): Error {
  const cause = text === undefined ? undefined : new Error(text);
  if (code === undefined) return new Error(message, cause && { cause });
  if (kind === undefined) return new AppError(code, context, { message, cause });
  const { venueCode = '', venueText = '', ...facts } = context as ErrorContext;
  // Kinds are the same in every process of a version; one that this version lacks is no worse than an unknown refusal.
  return new KisError(kind as KisErrorKind, { code: String(venueCode), text: String(venueText) }, facts, cause);
}
