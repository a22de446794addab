import type { Line, Message, Span } from './channel.ts';

const pieces = (line: Line): readonly Span[] => (typeof line === 'string' ? [line] : line);

/** A line without any marking. */
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

/** A message without any marking, lines joined. */
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

/** A line for a terminal; without colours it is the plain one. */
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
