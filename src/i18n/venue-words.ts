import type { ErrorContext } from '../errors.ts';

/** KIS's reason with its code; undefined when KIS gave none, so that no sentence ends in an empty reason. */
export function venueReason({ text, code }: { readonly text: string; readonly code: string }): string | undefined {
  const [said, number] = [text.trim(), code.trim()];
  if (said === '' && number === '') return undefined;
  if (said === '' || number === '') return `${said}${number}`;
  return `${said} (${number})`;
}

/** KIS's reason in the context of an error. */
export function venueWords(context: ErrorContext): string | undefined {
  return venueReason({ text: String(context['venueText'] ?? ''), code: String(context['venueCode'] ?? '') });
}

/**
 * KIS's code in brackets, for sentences that say the rest themselves: ` (EGW00103)`, ` (HTTP 500)`; empty without a
 * code.
 */
export function venueCode(context: ErrorContext): string {
  const code = String(context['venueCode'] ?? '').trim();
  return code === '' ? '' : ` (${code.replace(/^http-/, 'HTTP ')})`;
}

/** Hours for people: `0830-1530,1600-2000` becomes `08:30–15:30, 16:00–20:00`. */
export function hoursText(hours: ErrorContext[string]): string {
  return String(hours)
    .replace(/(\d\d)(\d\d)/g, '$1:$2')
    .replaceAll('-', '–')
    .replaceAll(',', ', ');
}
