import type { Language } from '../domain/people/person.ts';
import { AppError, type ErrorContext } from '../errors.ts';
import { en } from './en.ts';
import { ko, type Words } from './ko.ts';

export type { Language, Words };

/** All texts, by language. */
export const languages = { ko, en } as const satisfies Record<Language, Words>;

/**
 * The sentence for anything thrown. An error without a sentence of its own gets the one for `unexpected`; a stack trace
 * is never shown.
 */
export function errorSentence(words: Words, error: unknown): string {
  return error instanceof AppError ? sentenceOf(words, error.code, error.context) : words.errors.unexpected({});
}

/** The sentence for an error that was stored as its code and context. */
export function sentenceOf(words: Words, code: string, context: ErrorContext = {}): string {
  const sentences: Readonly<Record<string, (context: ErrorContext) => string>> = words.errors;
  return (sentences[code] ?? words.errors.unexpected)(context).trim();
}
