import { ordinaryWidth } from '../arguments/typed-text.ts';
import { readOrder } from './order-sentence.ts';
import { readCondition, readQuery } from './query-sentence.ts';
import type { Reading, ReadingContext } from './reading.ts';

/** The longest text that is read as a sentence. People who write more are telling something, not asking for it. */
const longestSentence = 100;

/** Quotes, brackets and line ends: the person repeats what somebody else said. */
const hearsay = /["'`“”‘’«»「」『』《》〈〉<>[\]{}|\n]/;

/**
 * Reads a sentence as a command line, or as a question when something is unclear; undefined when the sentence is not
 * meant for the bot. The line is handled like a typed one: an order needs its ticket confirmed.
 */
export function readSentence(
  typed: string,
  reader: ReadingContext,
  isCommand: (name: string) => boolean,
): Reading | undefined {
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
