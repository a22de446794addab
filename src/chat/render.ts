import type { Line, Message, Span } from './channel.ts';

const pieces = (line: Line): readonly Span[] => (typeof line === 'string' ? [line] : line);

/** A line as plain text. */
export function plainLine(line: Line): string {
  return pieces(line)
    .map((span) => {
      if (typeof span === 'string') return span;
      if ('bold' in span) return span.bold;
      if ('code' in span) return span.code;
      return span.text;
    })
    .join('');
}

/** A message as plain text, its lines joined. */
export function plainText(message: Message): string {
  return message.lines.map(plainLine).join('\n');
}

const codes = {
  reset: '\u001b[0m',
  bold: '\u001b[1m',
  cyan: '\u001b[36m',
  up: '\u001b[31m',
  down: '\u001b[34m',
  even: '',
} as const;

/** A line for a terminal, with colours or as plain text. */
export function terminalLine(line: Line, colours: boolean): string {
  if (!colours) return plainLine(line);
  return pieces(line)
    .map((span) => {
      if (typeof span === 'string') return span;
      if ('bold' in span) return `${codes.bold}${span.bold}${codes.reset}`;
      if ('code' in span) return `${codes.cyan}${span.code}${codes.reset}`;
      return `${codes[span.tone]}${span.text}${codes.reset}`;
    })
    .join('');
}

/** The longest text Telegram accepts, in UTF-16 units without markup. */
export const telegramTextLimit = 4_096;
/** The longest caption that Telegram accepts below a picture, in UTF-16 units. */
export const telegramCaptionLimit = 1_024;

// A text cut in the wrong place ends with half a surrogate pair, for which Telegram would refuse the whole message.
const escapeHtml = (text: string): string =>
  text.toWellFormed().replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** A line in Telegram's HTML. Every tag is closed on its line, so a message may be cut between any two lines. */
export function telegramLine(line: Line): string {
  return pieces(line)
    .map((span) => {
      if (typeof span === 'string') return escapeHtml(span);
      if ('bold' in span) return `<b>${escapeHtml(span.bold)}</b>`;
      if ('code' in span) return `<code>${escapeHtml(span.code)}</code>`;
      return escapeHtml(span.text);
    })
    .join('');
}

/**
 * A message in Telegram's HTML, in as many parts as its length needs. A line longer than a part is cut between
 * characters and loses its markup. Blank parts are left out, because Telegram refuses them; there is always at least
 * one part.
 */
export function telegramParts(message: Message, limit = telegramTextLimit): readonly string[] {
  const parts: { html: string; text: string }[] = [];
  const add = (html: string, text: string): void => {
    const last = parts.at(-1);
    if (last !== undefined && last.text.length + 1 + text.length <= limit) {
      last.html += `\n${html}`;
      last.text += `\n${text}`;
    } else {
      parts.push({ html, text });
    }
  };
  for (const line of message.lines) {
    const text = plainLine(line);
    if (text.length <= limit) add(telegramLine(line), text);
    else for (const chunk of chunks(text, limit)) add(escapeHtml(chunk), chunk);
  }
  const shown = parts.filter(({ text }) => text.trim() !== '').map(({ html }) => html);
  return shown.length === 0 ? [''] : shown;
}

/** Cuts a text into pieces of at most `limit` UTF-16 units without splitting a surrogate pair. */
function chunks(text: string, limit: number): readonly string[] {
  const found: string[] = [];
  let current = '';
  for (const character of text) {
    if (current.length + character.length > limit) {
      found.push(current);
      current = '';
    }
    current += character;
  }
  return [...found, current];
}
