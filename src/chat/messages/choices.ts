import type { AppError } from '../../errors.ts';
import { errorSentence, type Words } from '../../i18n/index.ts';
import type { InstrumentDirectory } from '../../ports/symbols.ts';
import { type Button, type Line, longestButtonId, type Message } from '../channel.ts';
import type { NamedIssues } from '../command.ts';

/** Two beside each other fit a phone, and six of them Discord's five rows. */
const buttonsPerRow = 2;

/**
 * A button for each issue that fits what was typed: it runs the same line with that issue in its place, or shows its
 * price where the line is too long to be kept in a button.
 */
export function choiceButtons(
  command: string,
  tokens: readonly string[],
  { context }: AppError,
  directory: InstrumentDirectory,
): readonly (readonly Button[])[] {
  const typed = String(context['typed']).split(' ');
  const at = tokens.findIndex((_, index) => typed.every((word, offset) => tokens[index + offset] === word));
  const buttons = String(context['choices'])
    .split(',')
    .map((symbol): Button => {
      const line = [...tokens.slice(0, at), symbol, ...tokens.slice(at + typed.length)].join(' ');
      const id = `run:/${command} ${line}`;
      const fits = at !== -1 && Buffer.byteLength(id) <= longestButtonId;
      return { id: fits ? id : `run:/price ${symbol}`, label: directory.get(symbol)?.name ?? symbol };
    });
  return inRows(buttons);
}

/** More than these would push what was found off the screen. */
const mostMissing = 5;

/** An answer about the issues of a line that were found, with a sentence for each that was not, and what it may be. */
export function withMissing(
  message: Message,
  { missing, typed }: Pick<NamedIssues, 'missing' | 'typed'>,
  command: string,
  words: Words,
  directory: InstrumentDirectory,
): Message {
  if (missing.length === 0) return message;
  const lines = missing.slice(0, mostMissing).map((error): Line => errorSentence(words, error));
  const more = missing.length > mostMissing ? [words.more(missing.length - mostMissing)] : [];
  const choices = missing
    .filter(({ context }) => context['choices'] !== undefined)
    .slice(0, 1)
    .flatMap((error) => choiceButtons(command, typed, error, directory));
  return {
    ...message,
    lines: [...message.lines, '', ...lines, ...more],
    buttons: [...(message.buttons ?? []), ...choices],
  };
}

/** Buttons as a phone shows them. */
export function inRows(buttons: readonly Button[]): readonly (readonly Button[])[] {
  const rows = Math.ceil(buttons.length / buttonsPerRow);
  return Array.from({ length: rows }, (_, row) => buttons.slice(row * buttonsPerRow, (row + 1) * buttonsPerRow));
}

/** A button for each way to read a line; a way too long for one is typed. */
export function wayButtons(command: string, { context }: AppError): readonly (readonly Button[])[] {
  return String(context['lines'])
    .split('\n')
    .map((words): Button => ({ id: `run:/${command} ${words}`, label: words }))
    .filter(({ id }) => Buffer.byteLength(id) <= longestButtonId)
    .map((button) => [button]);
}
