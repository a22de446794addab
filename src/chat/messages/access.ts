import { errorSentence, type Words } from '../../i18n/index.ts';
import type { Line, Message } from '../channel.ts';

/** What KIS may refuse: the account, or the live key that is used for reads beside a paper account. */
export type AccessSubject = 'account' | 'liveReads';

/** Why KIS refuses it, and what helps; no lines when KIS accepts it. */
export function accessLines(words: Words, subject: AccessSubject, trouble: unknown): readonly Line[] {
  if (trouble === undefined) return [];
  return [[{ bold: words.access[subject].title }], errorSentence(words, trouble)];
}

/** The message to owners when KIS refuses it, or accepts it again. */
export function accessMessage(words: Words, subject: AccessSubject, trouble: unknown): Message {
  const { access: text } = words;
  if (trouble === undefined) return { lines: [text[subject].working] };
  return { lines: [...accessLines(words, subject, trouble), text.goesOn] };
}
