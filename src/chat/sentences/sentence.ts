import { ordinaryWidth } from '../arguments/typed-text.ts';
import { readOrder } from './order-sentence.ts';
import { readCondition, readQuery } from './query-sentence.ts';
import type { Reader, Reading } from './reading.ts';

/** Longer texts are told, not asked. */
const longestSentence = 100;

/** Quotes, brackets and line ends: somebody tells what somebody else said. */
const hearsay = /["'`“”‘’«»「」『』《》〈〉<>[\]{}|\n]/;

/**
 * What a sentence means, as the line that would have been typed instead; undefined for whatever is no sentence for the
 * bot. A line goes the same way as a typed one: nothing is sent without the ticket that it makes.
 */
export function readSentence(typed: string, reader: Reader, isCommand: (name: string) => boolean): Reading | undefined {
  const text = ordinaryWidth(typed)
    .normalize('NFC')
    .trim()
    .replace(/[ \t]+/g, ' ')
    .replace(/(?<=[^ ]) ?[.!~…]+$/, '');
  if (text === '' || text.length > longestSentence || text.startsWith('/') || hearsay.test(text)) return undefined;
  const asks = text.endsWith('?');
  const query = readQuery(text.replace(/ ?\?+$/, ''), reader, isCommand);
  if (query !== undefined) return query;
  return asks ? undefined : (readCondition(text, reader) ?? readOrder(text, reader));
}
