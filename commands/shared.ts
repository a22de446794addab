import type { Span } from '../src/chat/channel.ts';
import type { Words } from '../src/i18n/index.ts';

/** `▲1,100 (+1.44%)`, red for up and blue for down where colours show. */
export function changeSpan(words: Words, change: number, percent: number): Span {
  const tone = change > 0 ? 'up' : change < 0 ? 'down' : 'even';
  if (tone === 'even') return { tone, text: words.quote.unchanged };
  const mark = tone === 'up' ? '▲' : '▼';
  return { tone, text: `${mark}${words.grouped(Math.abs(change))} (${words.percentSigned(percent)})` };
}

/** A profit or loss with its percentage. */
export function pnlSpan(words: Words, amount: number, percent: number): Span {
  const tone = amount > 0 ? 'up' : amount < 0 ? 'down' : 'even';
  return { tone, text: `${words.wonSigned(amount)} (${words.percentSigned(percent)})` };
}
