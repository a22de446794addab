import type { Words } from '../../i18n/index.ts';
import type { InstrumentDirectory } from '../../ports/symbols.ts';

/** What a choice leads to: a line to run, or one that the person is to finish. */
export interface Choice {
  readonly label: string;
  readonly verb: 'run' | 'ask';
  /** As it would be typed: `/buy 005930 10 70000`. */
  readonly line: string;
}

/** What is to be asked; the key of its sentence in the catalogue. */
export type QuestionAbout = keyof Words['sentences']['questions'];

/** What a sentence means: the line that somebody else would have typed, or something to ask first. */
export type Reading =
  | { readonly kind: 'line'; readonly line: string }
  | {
      readonly kind: 'question';
      readonly about: QuestionAbout;
      /** What the question names: an issue, a sum, what was typed. */
      readonly subject: string;
      readonly choices: readonly Choice[];
    };

/** What sentences are read with. */
export interface Reader {
  readonly directory: InstrumentDirectory;
  readonly words: Words;
}

/** More buttons than these nobody reads. */
export const mostChoices = 6;
