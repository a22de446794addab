import { ticketIn } from '../../domain/orders/ticket-key.ts';
import type { Person } from '../../domain/people/person.ts';
import { AppError } from '../../errors.ts';
import { noTelemetry } from '../../ports/telemetry.ts';
import type { TradingAccount } from '../../services/accounts.ts';
import type { Button, Message } from '../channel.ts';
import { type Answer, type AnyCommand, type CommandContext, isInstrumentQuestion } from '../command.ts';
import { accountButtons, choiceButtons, wayButtons } from '../messages/choices.ts';
import { failureOf, Refusals } from '../messages/refusals.ts';
import { Progress } from '../progress.ts';
import { asView, viewKey, viewOf } from '../views.ts';
import { buttonsOf, RefusalWithWays } from '../ways-out.ts';
import { mayUse, servicesFor } from './accounts-of.ts';
import type { RouterOptions } from './router-options.ts';
import type { Turn } from './turn.ts';

/** Writes the answers of a turn to the outbox: results, views, progress and errors. */
export class Replies {
  readonly refusals: Refusals;
  readonly #options: RouterOptions;

  constructor(options: RouterOptions) {
    this.#options = options;
    this.refusals = new Refusals(options.clock);
  }

  /**
   * Runs something that may be slow. After a second a message shows what it is doing, or how long it must wait for the
   * venue; the answer then replaces that message.
   */
  async withProgress<T>(
    turn: Turn,
    command: AnyCommand,
    task: (context: CommandContext) => Promise<T>,
  ): Promise<{ readonly value: T; readonly turn: Turn }> {
    const { clock, newId, services, commands } = this.#options;
    const key = turn.edits ?? `progress:${newId()}`;
    const progress = new Progress({
      clock,
      words: turn.words,
      venueWaitsUntil: this.#options.venueWaitsUntil,
      say: (message, first) => {
        const anew = first && turn.edits === undefined;
        return this.say(
          anew ? turn : { ...turn, edits: key },
          { ...withButton(message, turn.again), passing: true },
          anew ? key : undefined,
        );
      },
    });
    const { accounts, telemetry = noTelemetry } = this.#options;
    const context = {
      ...services,
      ...servicesFor(accounts, turn, command),
      health: (account?: TradingAccount) => {
        const used = account ?? turn.account ?? accounts.chosen(turn.person, turn.chat) ?? accounts.all[0];
        return services.health(used);
      },
      may: (other: AnyCommand) => mayUse(accounts, turn.person, other),
      directory: this.#options.directoryIn(turn.words),
      learnNames: async (issues: readonly { readonly symbol: string }[]) => {
        await this.#options.learnNames(
          turn.words,
          issues.map(({ symbol }) => symbol),
        );
      },
      words: turn.words,
      commands,
      person: turn.person,
      address: turn.address,
      alone: turn.alone,
      now: clock.now(),
      progress: (message: Message) => progress.doing(message),
    };
    try {
      const value = await telemetry.step('command', { command: command.name }, () => task(context));
      return { value, turn: (await progress.end()) ? { ...turn, edits: key } : turn };
    } catch (error) {
      await progress.end();
      throw error;
    }
  }

  logFailure(error: unknown, command: AnyCommand | undefined): void {
    const { log, wordsOf } = this.#options;
    if (!(error instanceof AppError) || !(error.code in wordsOf(undefined).errors)) {
      log.error('command failed', { command: command?.name, error });
    } else if (error.code.startsWith('venue.')) {
      log.warn('venue failed', { command: command?.name, error });
    }
  }

  async sayError(
    turn: Turn,
    error: unknown,
    command: AnyCommand | undefined,
    tokens: readonly string[] = [],
  ): Promise<void> {
    this.logFailure(error, command);
    const choices = this.#choices(turn, error, command, tokens);
    // Where the buttons say by themselves what passes, no example is needed.
    const isAnswered = error instanceof RefusalWithWays;
    const message = this.refusals.message(turn, error, command, isAnswered ? undefined : choices[0]?.[0]);
    await this.say(turn, {
      ...withButton(message, turn.again),
      ...(choices.length === 0 ? {} : { buttons: choices }),
      failure: failureOf(error),
    });
  }

  /** Buttons for what the person may have meant. */
  #choices(
    { words, person }: Turn,
    error: unknown,
    command: AnyCommand | undefined,
    tokens: readonly string[],
  ): readonly (readonly Button[])[] {
    const { accounts } = this.#options;
    if (!(error instanceof AppError)) return [];
    if (error.code === 'accounts.unknown') {
      const line = error.context['line'] ?? `/${command?.name} ${tokens.join(' ')}`;
      const titleOf = (name: string) =>
        accounts.visibleTo(person).find(({ label }) => label.name === name)?.label.title;
      return accountButtons(String(line), error, (name) => titleOf(name) ?? name);
    }
    const ways = buttonsOf(error);
    if (command === undefined || ways.length > 0) return ways;
    if (error.code === 'args.several-ways') return wayButtons(command.name, error);
    return isInstrumentQuestion(error)
      ? choiceButtons(command.name, tokens, error, this.#options.directoryIn(words))
      : [];
  }

  /**
   * Writes an answer that can be replaced: by what its `show:` buttons ask for, and by later answers of the same view.
   */
  async sayView(turn: Turn, { view, onSaid, ...message }: Answer): Promise<void> {
    const shows = (message.buttons ?? []).flat().some(({ id }) => id.startsWith('show:'));
    if (!shows && view === undefined) return this.say(turn, message);
    const id = view ?? viewOf(turn.edits) ?? this.#options.newId();
    await this.say(turn, asView(id, message), viewKey(id));
    onSaid?.();
  }

  async say(
    {
      address,
      edits,
      person,
      account,
    }: Pick<Turn, 'address' | 'edits' | 'account'> & { readonly person: Person | undefined },
    message: Message,
    key?: string,
  ): Promise<void> {
    const about = ticketIn(key) ?? ticketIn(edits);
    const words = this.#options.wordsOf(person);
    const tag = account && person && { label: account.label, named: this.#options.accounts.hasSeveral(person) };
    const { outbox, telemetry = noTelemetry } = this.#options;
    await telemetry.step('answer', {}, () => outbox.post({ address, message, about, key, edits, words, account: tag }));
  }
}

function withButton(message: Message, button: Button | undefined): Message {
  return button === undefined ? message : { ...message, buttons: [[button]] };
}
