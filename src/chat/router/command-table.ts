import { AppError } from '../../errors.ts';
import type { AnyCommand } from '../command.ts';

/** Finds commands by any of their names. */
export class CommandTable {
  readonly #byName = new Map<string, AnyCommand>();

  /** @throws AppError `router.duplicate-name`. */
  constructor(commands: readonly AnyCommand[]) {
    for (const command of commands) {
      for (const name of [command.name, ...command.aliases]) {
        if (this.#byName.has(name)) throw new AppError('router.duplicate-name', { name });
        this.#byName.set(name, command);
      }
    }
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  get(name: string): AnyCommand | undefined {
    return this.#byName.get(name);
  }

  /** The command that a line begins with. */
  ofLine(line: string): AnyCommand | undefined {
    const [first = ''] = line.trim().split(/\s+/);
    // In groups Telegram adds the bot's name: /price@hoga_bot.
    return this.#byName.get(first.replace(/^\//, '').replace(/@\w+$/, '').toLowerCase());
  }
}
