import type { AppError } from '../../errors.ts';
import { errorSentence, type Words } from '../../i18n/index.ts';
import type { InstrumentDirectory } from '../../ports/symbols.ts';
import { type Button, type Line, longestButtonId, type Message } from '../channel.ts';
import type { NamedIssues } from '../command.ts';

/** Two buttons fit side by side on a phone, and six choices then fit into Discord's five rows. */
const buttonsPerRow = 2;

/**
 * A button for each issue that the person may have meant. It runs the same command line with that issue, or shows the
 * issue's price when the line is too long for a button.
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

/** The most names whose errors are shown; more would push the answer off the screen. */
const mostMissing = 5;

/** Adds to an answer a sentence for each name that was not found, with buttons for the issues that it may mean. */
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

/** A button for each account that would do in the place of the name that is none. A line too long is left out. */
export function accountButtons(
  line: string,
  { context }: AppError,
  titleOf: (name: string) => string,
): readonly (readonly Button[])[] {
  const offered = String(context['choices']).split(', ');
  const buttons = offered
    .map((mark): Button => {
      const id = `run:${line.replace(String(context['typed']), () => mark)}`;
      return { id, label: titleOf(mark.slice(1)) };
    })
    .filter(({ id }) => Buffer.byteLength(id) <= longestButtonId);
  return inRows(buttons);
}

/** Arranges buttons in rows that fit a phone. */
export function inRows(buttons: readonly Button[]): readonly (readonly Button[])[] {
  const rows = Math.ceil(buttons.length / buttonsPerRow);
  return Array.from({ length: rows }, (_, row) => buttons.slice(row * buttonsPerRow, (row + 1) * buttonsPerRow));
}

/** A button for each way to read a line. A way too long for a button is left out, and must be typed. */
export function wayButtons(command: string, { context }: AppError): readonly (readonly Button[])[] {
  return String(context['lines'])
    .split('\n')
    .map((words): Button => ({ id: `run:/${command} ${words}`, label: words }))
    .filter(({ id }) => Buffer.byteLength(id) <= longestButtonId)
    .map((button) => [button]);
}
