import { looksLikeSymbol } from '../../domain/market/instrument.ts';
import { AppError } from '../../errors.ts';
import { type AnyCommand, readArguments } from '../command.ts';
import type { Reading } from '../sentences/reading.ts';
import { readSentence } from '../sentences/sentence.ts';
import type { CommandTable } from './command-table.ts';
import type { RouterOptions } from './router-options.ts';
import type { Turn } from './turn.ts';

type Options = Pick<RouterOptions, 'directoryIn' | 'learnIssues' | 'learnNames'>;

/** Reads what somebody typed: as a command with its arguments, or as a sentence. */
export class LineReader {
  readonly #commands: CommandTable;
  readonly #options: Options;

  constructor(commands: CommandTable, options: Options) {
    this.#commands = commands;
    this.#options = options;
  }

  /** Whether a text is a command with valid arguments, so that it need not be read as a sentence. */
  isCommandLine({ words }: Turn, text: string): boolean {
    if (text.startsWith('/')) return true;
    const command = this.#commands.ofLine(text);
    if (command === undefined) return false;
    try {
      readArguments(command, text.split(/\s+/).slice(1), this.#options.directoryIn(words));
      return true;
    } catch {
      return false;
    }
  }

  sentence({ words }: Turn, text: string): Reading | undefined {
    const directory = this.#options.directoryIn(words);
    return readSentence(text, { directory, words }, (name) => this.#commands.has(name));
  }

  /**
   * Asks the venue about codes that no list has. Six digits in third place or later are left out: there they are a
   * price rather than a code.
   */
  async learnCodes(typed: string): Promise<void> {
    await this.#options.learnIssues(mayBeCodes(typed));
  }

  /** A code in a sentence that neither a list nor the venue knows. */
  unknownCode({ words }: Turn, typed: string): string | undefined {
    const directory = this.#options.directoryIn(words);
    return mayBeCodes(typed).find((word) => {
      const code = word.toUpperCase();
      return looksLikeSymbol(code) && directory.get(code) === undefined;
    });
  }

  /**
   * Reads a command's arguments. A code that no list has is looked up at the venue before it is called unknown.
   * @throws AppError `args.*`.
   */
  async arguments({ words }: Turn, command: AnyCommand, tokens: readonly string[]) {
    const read = () => readArguments(command, tokens, this.#options.directoryIn(words));
    const takesSeveral = Object.values(command.args).some(({ name }) => name === 'instruments');
    if (takesSeveral) await this.#options.learnIssues(tokens);
    try {
      const args = read();
      return (await this.#options.learnNames(words, symbolsIn(args))) ? read() : args;
    } catch (error) {
      const code = error instanceof AppError && error.code === 'args.instrument-unknown' ? error.context['text'] : '';
      if (!(await this.#options.learnIssues([String(code)]))) throw error;
      return read();
    }
  }
}

function mayBeCodes(typed: string): readonly string[] {
  const [first = '', second = '', ...rest] = typed.split(/\s+/);
  return [first, second, ...rest.filter((word) => /[a-z]/i.test(word))];
}

/** The codes of the issues among a command's arguments. */
function symbolsIn(args: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.values(args)
    .flatMap((value) => (isRecord(value) && Array.isArray(value['found']) ? (value['found'] as unknown[]) : [value]))
    .flatMap((value) => (isRecord(value) && typeof value['symbol'] === 'string' ? [value['symbol']] : []));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
