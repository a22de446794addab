import { errorSentence, type Words } from '../../i18n/index.ts';
import type { NumberChange } from '../../services/account-numbers.ts';
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

/**
 * The message to owners when the settings name another number for an account than before: trading goes on with the new
 * one, or waits for them.
 */
export function numberChangeMessage(words: Words, change: NumberChange): Message {
  const { numberChange: text, errors } = words;
  const { accepted, context, restingAlerts, command } = change;
  const what = accepted ? text.begunAnew(context) : errors['orders.number-changed'](context);
  return {
    lines: [[{ bold: text.title }], what, ...(restingAlerts === 0 ? [] : [text.restingAlerts(restingAlerts)])],
    ...(accepted ? {} : { buttons: [[{ id: `run:${command}`, label: text.look }]] }),
    private: true,
  };
}
