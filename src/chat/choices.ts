import type { AppError } from '../errors.ts';
import type { InstrumentDirectory } from '../ports.ts';
import { type Button, longestButtonId } from './channel.ts';

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

/** Buttons as a phone shows them. */
export function inRows(buttons: readonly Button[]): readonly (readonly Button[])[] {
  const rows = Math.ceil(buttons.length / buttonsPerRow);
  return Array.from({ length: rows }, (_, row) => buttons.slice(row * buttonsPerRow, (row + 1) * buttonsPerRow));
}
