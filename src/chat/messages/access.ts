import { errorSentence, type Words } from '../../i18n/index.ts';
import type { Line, Message } from '../channel.ts';

/** What the venue has to take: the account, and the live key for reads beside it. */
export type AccessSubject = 'account' | 'liveReads';

/** Why it is not taken, and what helps; nothing where it is. */
export function accessLines(words: Words, subject: AccessSubject, trouble: unknown): readonly Line[] {
  if (trouble === undefined) return [];
  return [[{ bold: words.access[subject].title }], errorSentence(words, trouble)];
}

/** What owners are told when it is not taken, or is again. */
export function accessMessage(words: Words, subject: AccessSubject, trouble: unknown): Message {
  const { access: text } = words;
  if (trouble === undefined) return { lines: [text[subject].working] };
  return { lines: [...accessLines(words, subject, trouble), text.goesOn] };
}
