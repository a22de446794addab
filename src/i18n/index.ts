import type { Language } from '../domain/person.ts';
import { AppError } from '../errors.ts';
import { en } from './en.ts';
import { ko, type Words } from './ko.ts';

export type { Language, Words };

/** The catalogues by language. */
export const languages = { ko, en } as const satisfies Record<Language, Words>;

/** The sentence for anything thrown; what has no sentence of its own is `unexpected`, and never a stack trace. */
export function errorSentence(words: Words, error: unknown): string {
  const sentences: Readonly<Record<string, (context: AppError['context']) => string>> = words.errors;
  if (!(error instanceof AppError)) return words.errors.unexpected({});
  return (sentences[error.code] ?? words.errors.unexpected)(error.context).trim();
}
