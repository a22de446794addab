import type { Words } from '../../i18n/index.ts';
import type { InstrumentDirectory } from '../../ports/symbols.ts';

/** One answer to a question: a command line to run, or one that the person completes (`ask`). */
export interface Choice {
  readonly label: string;
  readonly verb: 'run' | 'ask';
  /** The command line as it would be typed: `/buy 005930 10 70000`. */
  readonly line: string;
}

/** What a question is about; also the key of its sentence in the texts. */
export type QuestionAbout = keyof Words['sentences']['questions'];

/** What a sentence means: a command line, or a question to ask first. */
export type Reading =
  | { readonly kind: 'line'; readonly line: string }
  | {
      readonly kind: 'question';
      readonly about: QuestionAbout;
      /** The words that the question quotes: an issue, a sum, or what was typed. */
      readonly subject: string;
      readonly choices: readonly Choice[];
    };

/** What reading a sentence needs: the names of issues, and the texts in the person's language. */
export interface ReadingContext {
  readonly directory: InstrumentDirectory;
  readonly words: Words;
}

/** The most choices that a question offers. */
export const mostChoices = 6;
