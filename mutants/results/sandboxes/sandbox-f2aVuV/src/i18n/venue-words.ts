// @ts-nocheck
import type { ErrorContext } from '../errors.ts';

/** What KIS said, with its code; undefined where it said nothing, so that no sentence ends in an empty reason. */
export function venueReason({ text, code }: { readonly text: string; readonly code: string }): string | undefined {
  const [said, number] = [text.trim(), code.trim()];
  if (said === '' && number === '') return undefined;
  if (said === '' || number === '') return `${said}${number}`;
  return `${said} (${number})`;
}

/** The same of an error. */
export function venueWords(context: ErrorContext): string | undefined {
  return venueReason({ text: String(context['venueText'] ?? ''), code: String(context['venueCode'] ?? '') });
}

/** KIS's code alone, where our sentence says the rest: ` (EGW00103)`, ` (HTTP 500)`; nothing where it gave none. */
export function venueCode(context: ErrorContext): string {
  const code = String(context['venueCode'] ?? '').trim();
  return code === '' ? '' : ` (${code.replace(/^http-/, 'HTTP ')})`;
}

/** `0830-1530,1600-2000` as it is read: `08:30–15:30, 16:00–20:00`. */
export function hoursText(hours: ErrorContext[string]): string {
  return String(hours)
    .replace(/(\d\d)(\d\d)/g, '$1:$2')
    .replaceAll('-', '–')
    .replaceAll(',', ', ');
}
