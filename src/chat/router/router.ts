import { ticketKey } from '../../domain/orders/ticket-key.ts';
import { lastingChat } from '../../domain/people/chat-address.ts';
import type { Person } from '../../domain/people/person.ts';
import { AppError } from '../../errors.ts';
import { noTelemetry } from '../../ports/telemetry.ts';
import type { TradingAccount } from '../../services/accounts.ts';
import { missingArguments } from '../arguments/missing-arguments.ts';
import { ordinaryWidth } from '../arguments/typed-text.ts';
import {
  type Button,
  type Incoming,
  longestButtonId,
  type Message,
  type Suggestion,
  type SuggestionQuery,
} from '../channel.ts';
import { type AnyCommand, shorten } from '../command.ts';
import { inRows } from '../messages/choices.ts';
import { isMistyped } from '../messages/refusals.ts';
import type { QuestionAbout, Reading } from '../sentences/reading.ts';
import { viewKey } from '../views.ts';
import { chooseAccount } from './account-choice.ts';
import { aboutAccount, accountOf } from './accounts-of.ts';
import { answerForAll, wantsAll } from './all-accounts.ts';
import { CommandTable } from './command-table.ts';
import { Gate, isMessage, isTicketCommand } from './gate.ts';
import { LineReader } from './line-reader.ts';
import { Replies } from './replies.ts';
import type { RouterOptions } from './router-options.ts';
import { pairingCode, Strangers } from './strangers.ts';
import { suggestionsFor } from './suggestions.ts';
import { Tickets } from './tickets.ts';
import type { Turn } from './turn.ts';

/** The longest text that is read as a command. Longer texts were pasted by mistake. */
const longestText = 500;
/**
 * What a button does. `run` runs its line as if it were typed; `show` does the same and puts the answer in place of the
 * button's message; `ask` asks the person for the arguments that the line lacks (a channel with forms shows a form
 * instead); `confirm`, `drop` and `instead` decide a ticket.
 */
export const buttonVerbs = ['run', 'show', 'ask', 'confirm', 'drop', 'instead'] as const;
const ticketVerbs = ['confirm', 'drop', 'instead'] as const;
const isTicketVerb = (verb: string): verb is (typeof ticketVerbs)[number] =>
  ticketVerbs.some((known) => known === verb);
/**
 * Questions that are asked even in a group where nobody addressed the bot: the sentence clearly asks for something, and
 * only a choice is missing.
 */
const plainQuestions: ReadonlySet<QuestionAbout> = new Set(['which', 'stocks', 'numbers', 'condition', 'direction']);

/** Marks a message as private when its command is. */
const kept = <M extends Message>(command: AnyCommand, message: M): M =>
  command.private === undefined ? message : { ...message, private: true };

/**
 * Turns what a person did into an answer: who is it, may they do this, which command, which arguments; then a reply, or
 * a ticket to confirm. Every error becomes one sentence.
 */
export class Router {
  readonly #options: RouterOptions;
  readonly #commands: CommandTable;
  readonly #gate: Gate;
  readonly #lines: LineReader;
  readonly #replies: Replies;
  readonly #tickets: Tickets;
  readonly #strangers: Strangers;
  readonly #underWay = new Set<Promise<void>>();

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#commands = new CommandTable(options.commands);
    this.#gate = new Gate(options);
    this.#lines = new LineReader(this.#commands, options);
    this.#replies = new Replies(options);
    this.#tickets = new Tickets(options, this.#replies);
    this.#strangers = new Strangers(options, this.#replies);
  }

  /** Handles one message or press. Never throws; resolves when all answers have been written to the outbox. */
  receive(incoming: Incoming): Promise<void> {
    return this.waitFor(this.#handle(incoming));
  }

  /** `idle` waits for this as well. */
  waitFor(task: Promise<void>): Promise<void> {
    const work = task.finally(() => this.#underWay.delete(work));
    this.#underWay.add(work);
    return work;
  }

  #handle(incoming: Incoming): Promise<void> {
    const { telemetry = noTelemetry } = this.#options;
    const { input, at } = incoming;
    return input.kind === 'press'
      ? telemetry.step('press', { at }, () => this.#receive(incoming))
      : this.#receive(incoming);
  }

  /** Resolves when nothing is being worked on. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }

  async #receive(incoming: Incoming): Promise<void> {
    const address = { channel: incoming.channel, chatId: incoming.chatId };
    try {
      // Anonymous messages cannot pair either: the code would make an owner of everybody who may post in the group's
      // name.
      if (incoming.anonymous === true) {
        if (incoming.overheard !== true)
          await this.#strangers.answer(`${address.channel} ${address.chatId}`, address, 'chat.anonymous');
        return;
      }
      const person = this.#options.identify(incoming.identity);
      const text = incoming.input.kind === 'text' ? ordinaryWidth(incoming.input.text) : '';
      const code = pairingCode(text);
      if (code !== undefined) {
        await this.#strangers.pair(incoming.identity, code, address, person);
        return;
      }
      if (person === undefined) {
        await this.#strangers.answer(incoming.identity, address);
        return;
      }
      const turn = this.#turnOf(incoming, person);
      if (incoming.input.kind === 'press') await this.#press(turn, incoming.input.button);
      else await this.#text(turn, text);
    } catch (error) {
      this.#options.log.error('message not handled', { channel: incoming.channel, error });
    }
  }

  #turnOf(incoming: Incoming, person: Person): Turn {
    const address = { channel: incoming.channel, chatId: incoming.chatId };
    const alone = incoming.alone === true;
    return {
      person: alone ? person : ({ ...person, amongOthers: true } as const),
      words: this.#options.wordsOf(person),
      address,
      chat: lastingChat(address, alone),
      edits: undefined,
      at: incoming.at,
      alone,
      overheard: incoming.overheard === true,
    };
  }

  /**
   * The account whose process should act on something; undefined for what is about none or about several, and for what
   * cannot be read. Any process may act on it in the end: an order of another's account is refused there.
   */
  async accountFor(incoming: Incoming): Promise<TradingAccount | undefined> {
    const person = incoming.anonymous === true ? undefined : this.#options.identify(incoming.identity);
    if (person === undefined) return undefined;
    const turn = this.#turnOf(incoming, person);
    const { input } = incoming;
    if (input.kind === 'text') return this.#accountOfText(turn, ordinaryWidth(input.text));
    const [verb = '', first = '', ...rest] = input.button.split(':');
    if (verb === 'run') return this.#accountOfText(turn, [first, ...rest].join(':'));
    if (verb === 'show') return this.#accountOfText(turn, rest.join(':'));
    if (!isTicketVerb(verb)) return undefined;
    const proposal = await this.#options.ledger.proposal(first);
    return proposal && this.#options.accounts.ofLedger(proposal.account);
  }

  #accountOfText(turn: Turn, text: string): TradingAccount | undefined {
    const { accounts } = this.#options;
    const typed = text.trim();
    if (typed.length > longestText) return undefined;
    try {
      const choice = chooseAccount(typed, accounts.visibleTo(turn.person));
      const reading = this.#lines.isCommandLine(turn, choice.line)
        ? undefined
        : this.#lines.sentence(turn, choice.line);
      const line = reading?.kind === 'question' ? '' : (reading?.line ?? choice.line);
      const command = this.#commands.ofLine(line);
      const named = { ...turn, named: choice.account };
      if (command === undefined || wantsAll(named, command, line.split(/\s+/).slice(1)) !== undefined) return undefined;
      return aboutAccount(accounts, named, command).account;
    } catch (error) {
      if (error instanceof AppError) return undefined;
      throw error;
    }
  }

  async #text(given: Turn, text: string): Promise<void> {
    let turn = given;
    const { accounts } = this.#options;
    let command: AnyCommand | undefined;
    let tokens: readonly string[] = [];
    let chatter = turn.overheard;
    try {
      const typed = text.trim();
      if (typed.length > longestText) throw new AppError('chat.too-long', { length: typed.length, limit: longestText });
      if (typed.startsWith('/') || !turn.overheard) await this.#lines.learnCodes(typed);
      const choice = chooseAccount(typed, accounts.visibleTo(turn.person));
      const reading = this.#lines.isCommandLine(turn, choice.line)
        ? undefined
        : this.#lines.sentence(turn, choice.line);
      if (reading?.kind === 'question') {
        // The buttons go on with the account that the sentence names.
        const account = choice.account === 'all' ? undefined : choice.account;
        if (!turn.overheard || plainQuestions.has(reading.about)) await this.#ask({ ...turn, account }, reading);
        return;
      }
      if (reading !== undefined) chatter = false;
      const line = reading?.line ?? choice.line;
      const [first = '', ...rest] = line.split(/\s+/);
      tokens = rest;
      command = this.#commands.ofLine(line);
      if (command === undefined) {
        const code = first.startsWith('/') ? undefined : this.#lines.unknownCode(turn, line);
        if (code !== undefined) throw new AppError('args.instrument-unknown', { text: code });
        throw new AppError(first.startsWith('/') ? 'chat.unknown-command' : 'chat.not-a-command', {
          text: shorten(first),
        });
      }
      if (turn.overheard && isLoneWord(typed) && command.effect !== 'stop') return;
      // A button that makes another ticket says whose it is, where its line does not.
      turn = { ...turn, named: choice.account ?? turn.named };
      if (wantsAll(turn, command, tokens) === undefined) turn = aboutAccount(accounts, turn, command);
      await this.#run(turn, command, tokens);
    } catch (error) {
      // In a group, people's talk to each other may begin like a command; it is not answered with an error.
      if (chatter && error instanceof AppError && isMistyped(error)) return;
      await this.#replies.sayError(turn, error, command, tokens);
    }
  }

  /**
   * Asks what a sentence leaves open, with a button for each choice. A choice too long for a button is left out, and
   * must be typed.
   */
  async #ask(turn: Turn, { about, subject, choices }: Extract<Reading, { kind: 'question' }>): Promise<void> {
    const buttons = choices
      .map(({ verb, line, label }): Button => ({ id: `${verb}:${line}`, label }))
      .filter(({ id }) => Buffer.byteLength(id) <= longestButtonId);
    const lines = [turn.words.sentences.questions[about](subject)];
    await this.#replies.say(turn, {
      lines,
      ...(buttons.length === 0 ? {} : { buttons: inRows(buttons) }),
      failure: { code: `sentence.${about}`, mistyped: true },
    });
  }

  #firstAllowing({ person }: Turn, command: AnyCommand): TradingAccount | undefined {
    const { accounts } = this.#options;
    return accounts.allowing(person, command.role)[0] ?? accounts.visibleTo(person)[0];
  }

  /** `turn` says already which account it is about. */
  async #run(turn: Turn, command: AnyCommand, tokens: readonly string[]): Promise<void> {
    const everywhere = wantsAll(turn, command, tokens);
    this.#gate.authorise(turn.person, command, turn.account ?? this.#firstAllowing(turn, command));
    this.#gate.requireFresh(command, turn.at);
    const args = await this.#lines.arguments(turn, command, everywhere ?? tokens);
    if (everywhere !== undefined && !isTicketCommand(command)) {
      const answer = await this.#replies.withProgress(turn, command, (context) =>
        answerForAll(this.#options.accounts, this.#replies.refusals, {
          turn,
          command,
          args,
          context,
          line: everywhere,
        }),
      );
      await this.#replies.sayView(answer.turn, kept(command, answer.value));
      return;
    }
    if (!isTicketCommand(command)) {
      const message = await this.#replies.withProgress(turn, command, (context) => command.run(context, args));
      await this.#replies.sayView(message.turn, kept(command, message.value));
      return;
    }
    const prepared = await this.#replies.withProgress(turn, command, (context) => command.prepare(context, args));
    if (isMessage(prepared.value)) await this.#replies.say(prepared.turn, kept(command, prepared.value));
    else await this.#tickets.propose(prepared.turn, command, prepared.value);
  }

  async #press(given: Turn, button: string): Promise<void> {
    let turn = given;
    const [verb = '', first = '', ...rest] = button.split(':');
    const line = [first, ...rest].join(':');
    if (verb === 'run') return this.#text(turn, line);
    if (verb === 'ask') return this.#askFor(turn, line);
    if (verb === 'show') {
      const again = { id: button, label: turn.words.buttons.refresh };
      return this.#text({ ...turn, edits: viewKey(first), again }, rest.join(':'));
    }
    let command: AnyCommand | undefined;
    try {
      if (!isTicketVerb(verb)) throw new AppError('chat.no-such-button');
      this.#gate.requireFreshPress(turn.at);
      const proposal = await this.#tickets.own(turn.person, first);
      command = this.#commands.get(proposal.command);
      if (command === undefined || !isTicketCommand(command)) throw new AppError('proposal.unknown');
      // The account that the ticket was made for, whatever the chat works with by now.
      const account = this.#options.accounts.ofLedger(proposal.account);
      if (account === undefined) throw new AppError('proposal.unknown');
      this.#gate.authorise(turn.person, command, account);
      if (command.account === true) turn = { ...turn, account };
      if (verb === 'confirm')
        await this.#tickets.confirm({ ...turn, edits: ticketKey(proposal.id) }, command, proposal);
      else if (verb === 'drop') await this.#tickets.drop(turn, proposal);
      else {
        const sameAccount = command.account === true ? { named: account } : {};
        await this.#tickets.replace(turn, proposal, (again) =>
          this.#text({ ...again, ...sameAccount }, rest.join(':')),
        );
      }
    } catch (error) {
      // The person who may not press is told so in a new message; the ticket stays as it is for the person who may.
      const isTyped = error instanceof AppError && error.code.startsWith('args.');
      if (isTicketVerb(verb) && !isTyped) await this.#tickets.sayPressError(turn, error, first, this.#commands);
      else await this.#replies.sayError(turn, error, isTyped ? command : undefined);
    }
  }

  /** Shows the beginning of a command line with the names of its missing arguments, for the person to complete. */
  async #askFor(turn: Turn, line: string): Promise<void> {
    const { words } = turn;
    const command = this.#commands.ofLine(line);
    try {
      if (command === undefined) throw new AppError('chat.no-such-button');
      const { accounts } = this.#options;
      const { account: named } = chooseAccount(line, accounts.visibleTo(turn.person));
      this.#gate.authorise(turn.person, command, accountOf(accounts, { ...turn, named }));
      const names = missingArguments(command, line)
        .map(([, { name }]) => words.arguments[name])
        .join(' ');
      await this.#replies.say(turn, { lines: [[`${words.goOn} `, { code: `${line.trim()} ` }, names]] });
    } catch (error) {
      await this.#replies.sayError(turn, error, undefined);
    }
  }

  /** Completions for an argument that is being typed. */
  suggest(query: SuggestionQuery): readonly Suggestion[] {
    return suggestionsFor(query, this.#commands, this.#options);
  }
}

/** Whether a text is one word without a slash: people also say 잔고 or 주문 to each other. */
function isLoneWord(text: string): boolean {
  return !text.startsWith('/') && !/\s/.test(text);
}
