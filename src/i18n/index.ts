import type { Language } from '../domain/people/person.ts';
import { AppError, type ErrorContext } from '../errors.ts';
import { en } from './en.ts';
import { ko, type Words } from './ko.ts';

export type { Language, Words };

/** The catalogues by language. */
export const languages = { ko, en } as const satisfies Record<Language, Words>;

/** The sentence for anything thrown; what has no sentence of its own is `unexpected`, and never a stack trace. */
export function errorSentence(words: Words, error: unknown): string {
  return error instanceof AppError ? sentenceOf(words, error.code, error.context) : words.errors.unexpected({});
}

/** The same for an error that was written down: its code and its facts. */
export function sentenceOf(words: Words, code: string, context: ErrorContext = {}): string {
  const sentences: Readonly<Record<string, (context: ErrorContext) => string>> = words.errors;
  return (sentences[code] ?? words.errors.unexpected)(context).trim();
}
