import type { Readable, Writable } from 'node:stream';
import { intro, isCancel, log, outro, password, select, text } from '@clack/prompts';

/** Thrown when the person leaves instead of answering. */
export class SetupStopped extends Error {
  override readonly name = 'SetupStopped';
}

/**
 * Asks a person questions, one at a time.
 * @throws SetupStopped when they leave instead of answering.
 */
export interface Asking {
  begin(title: string): void;
  say(line: string): void;
  good(line: string): void;
  bad(line: string): void;
  end(line: string): void;
  /** Lets the person choose an option. Enter takes `first`. */
  choose<Value extends string>(
    question: string,
    options: Readonly<Partial<Record<Value, string>>>,
    first: Value,
  ): Promise<Value>;
  /**
   * Asks for a text and trims it. `check` returns what is wrong with the text. A secret is not shown while it is typed.
   */
  type(
    question: string,
    how: {
      readonly secret: boolean;
      readonly given?: string | undefined;
      readonly check: (typed: string) => string | undefined;
    },
  ): Promise<string>;
}

/** Asks at a terminal. Everything that is shown passes through `redact`. */
export function terminalAsking(terminal: {
  readonly input: Readable;
  readonly output: Writable;
  readonly redact: (text: string) => string;
}): Asking {
  const { input, output, redact } = terminal;
  const common = { input, output };
  const answered = <Value>(value: Value): Exclude<Value, symbol> => {
    if (isCancel(value)) throw new SetupStopped();
    return value as Exclude<Value, symbol>;
  };
  return {
    begin: (title) => intro(title, common),
    say: (line) => log.message(redact(line), common),
    good: (line) => log.success(redact(line), common),
    bad: (line) => log.error(redact(line), common),
    end: (line) => outro(redact(line), common),
    async choose(question, options, first) {
      const offered = Object.entries(options).map(([value, label]) => ({ value, label: String(label) }));
      const initialValue: string = first;
      const chosen = await select({
        ...common,
        message: question,
        options: offered,
        initialValue,
        showInstructions: false,
      });
      return answered(chosen) as typeof first;
    },
    async type(question, { secret, given, check }) {
      const asked = {
        ...common,
        message: question,
        validate: (typed: string | undefined) => check((typed ?? '').trim()),
      };
      const typed = secret
        ? await password({ ...asked, clearOnError: true })
        : await text({ ...asked, ...(given === undefined ? {} : { initialValue: given }) });
      // @clack/prompts returns undefined when nothing was typed, although its types do not say so.
      return String(answered(typed) ?? '').trim();
    },
  };
}
