// @ts-nocheck
import type { Clock } from '../clock.ts';
import { type Person, roleAllows } from '../domain/person.ts';
import { AppError } from '../errors.ts';
import type { Words } from '../i18n/index.ts';
import type { Log } from '../log.ts';
import type { ChatAddress, InstrumentDirectory, Ledger, Proposal } from '../ports.ts';
import type { PairResult } from '../services/people.ts';
import {
  type Button,
  type Incoming,
  type Line,
  longestButtonId,
  type Message,
  type Suggestion,
  type SuggestionQuery,
} from './channel.ts';
import { choiceButtons, inRows, wayButtons } from './choices.ts';
import {
  type Answer,
  type AnyCommand,
  type CommandContext,
  isInstrumentQuestion,
  readArguments,
  shorten,
  type Ticket,
} from './command.ts';
import type { Outbox } from './outbox.ts';
import { Progress } from './progress.ts';
import { failureOf, isMistyped, Refusals } from './refusals.ts';
import { plainText } from './render.ts';
import type { QuestionAbout, Reading } from './sentences/reading.ts';
import { readSentence } from './sentences/sentence.ts';
import { ordinaryWidth } from './typed-text.ts';
import { asView, viewKey, viewOf } from './views.ts';

/** Nobody types more than this as a command; what is longer is a paste gone wrong. */
const longestText = 500;
/** Telegram keeps messages for a day while the bot is down; a change that was wanted this long ago is not made. */
const staleAfterMs = 60_000;

/** What of a CommandContext is the same for every command. */
export type CommandServices = Omit<
  CommandContext,
  'person' | 'address' | 'alone' | 'now' | 'progress' | 'words' | 'commands' | 'learnNames'
>;

export interface RouterOptions {
  readonly commands: readonly AnyCommand[];
  readonly services: CommandServices;
  /** The language of somebody, or of a stranger. */
  readonly wordsOf: (person: Person | undefined) => Words;
  /** Who that is; undefined for strangers. */
  readonly identify: (identity: string) => Person | undefined;
  /** One try of somebody unknown to become the owner. */
  readonly pair: (identity: string, code: string) => Promise<PairResult>;
  readonly ledger: Ledger;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  readonly confirmMs: number;
  /** Where else a person wants to see the tickets that are made for them in a chat. */
  readonly mirrors: (person: Person, address: ChatAddress) => readonly ChatAddress[];
  /** Only queries; nothing that could end in an order. */
  readonly readOnly: boolean;
  /** Until when the venue cannot be asked anything, where a question waits for that; in milliseconds. */
  readonly venueWaitsUntil: () => number | undefined;
  /** The issues by their names in a language. */
  readonly directoryIn: (words: Words) => InstrumentDirectory;
  /** Asks for the names of issues in that language that are not known yet; whether any was learnt. Never throws. */
  readonly learnNames: (words: Words, symbols: readonly string[]) => Promise<boolean>;
  /** Asks the venue about words that look like codes and that no list has; whether it knew any. @throws AppError `venue.*`. */
  readonly learnIssues: (words: readonly string[]) => Promise<boolean>;
}

/** One thing to answer: who, where, and the message that is edited instead of a new one, if any. */
interface Turn {
  readonly person: Person;
  readonly words: Words;
  readonly address: ChatAddress;
  /** The key of the message to edit. */
  readonly edits: string | undefined;
  /** When the person did it. */
  readonly at: number;
  /** Tries again what the message in whose place the answer comes was to show. */
  readonly again?: Button;
  /** Whether nobody else reads along there. */
  readonly alone: boolean;
  /** Said among others, and not to the bot. */
  readonly overheard: boolean;
}

type TicketCommandOfAny = Extract<AnyCommand, { prepare: unknown }>;
const isTicketCommand = (command: AnyCommand): command is TicketCommandOfAny => 'prepare' in command;
const changesThings = (command: AnyCommand): boolean => isTicketCommand(command) || command.effect !== undefined;
const isMessage = (value: Ticket<unknown> | Message): value is Message => 'lines' in value;

/**
 * What a button can ask for: to run a line as if it were typed, to run it with the answer in the place of the message
 * the button is on, to ask the person for what the line lacks (a channel with forms does so by itself), or to decide a
 * ticket.
 */
export const buttonVerbs = ['run', 'show', 'ask', 'confirm', 'drop', 'instead'] as const;
const ticketVerbs = ['confirm', 'drop', 'instead'] as const;
const isTicketVerb = (verb: string): verb is (typeof ticketVerbs)[number] =>
  ticketVerbs.some((known) => known === verb);
/** More than these nobody reads through, and Discord shows no more. */
const mostSuggestions = 25;

/** Asked also where nobody spoke to the bot: what was said asks for something, and lacks no more than a choice. */
const plainQuestions: ReadonlySet<QuestionAbout> = new Set(['which', 'stocks', 'numbers', 'condition', 'direction']);

/** What a command says, as private as the command is. */
const kept = <M extends Message>(command: AnyCommand, message: M): M =>
  command.private === undefined ? message : { ...message, private: true };

/** The key under which a ticket's message can be edited. */
const ticketKey = (proposalId: string): string => `ticket:${proposalId}`;
/** The id of the proposal whose ticket's key it is. */
const ticketIn = (key: string | undefined): string | undefined =>
  key?.startsWith('ticket:') === true ? key.slice('ticket:'.length) : undefined;

/**
 * From what a person did to what is answered: who is it, may they, which command, which arguments; then a reply, or a
 * ticket to press. Whatever goes wrong becomes one sentence.
 */
export class Router {
  readonly #options: RouterOptions;
  readonly #byName = new Map<string, AnyCommand>();
  readonly #strangers = new Set<string>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #refusals: Refusals;

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#refusals = new Refusals(options.clock);
    for (const command of options.commands) {
      for (const name of [command.name, ...command.aliases]) {
        if (this.#byName.has(name)) throw new AppError('router.duplicate-name', { name });
        this.#byName.set(name, command);
      }
    }
  }

  /** Never throws; resolves when everything that is to be said has been written to the outbox. */
  receive(incoming: Incoming): Promise<void> {
    const work = this.#receive(incoming).finally(() => this.#underWay.delete(work));
    this.#underWay.add(work);
    return work;
  }

  /** Resolves when nothing that was received is still being worked on. */
  async idle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async #receive(incoming: Incoming): Promise<void> {
    const address = { channel: incoming.channel, chatId: incoming.chatId };
    try {
      // Not even a code for pairing: it would make an owner of whoever may speak for the group.
      if (incoming.anonymous === true) {
        if (incoming.overheard !== true)
          await this.#answerStranger(`${address.channel} ${address.chatId}`, address, 'chat.anonymous');
        return;
      }
      const person = this.#options.identify(incoming.identity);
      const text = incoming.input.kind === 'text' ? ordinaryWidth(incoming.input.text) : '';
      const code = pairingCode(text);
      if (code !== undefined) {
        await this.#pair(incoming.identity, code, address, person);
        return;
      }
      if (person === undefined) {
        await this.#answerStranger(incoming.identity, address);
        return;
      }
      const turn = {
        person,
        words: this.#options.wordsOf(person),
        address,
        edits: undefined,
        at: incoming.at,
        alone: incoming.alone === true,
        overheard: incoming.overheard === true,
      };
      if (incoming.input.kind === 'press') await this.#press(turn, incoming.input.button);
      else await this.#text(turn, text);
    } catch (error) {
      this.#options.log.error('message not handled', { channel: incoming.channel, error });
    }
  }

  /** One polite sentence, then silence. */
  async #answerStranger(
    identity: string,
    address: ChatAddress,
    why: 'chat.stranger' | 'chat.anonymous' = 'chat.stranger',
  ): Promise<void> {
    if (this.#strangers.has(identity)) return;
    this.#strangers.add(identity);
    this.#options.log.warn('stranger', { identity });
    const { errors } = this.#options.wordsOf(undefined);
    await this.#say({ address, edits: undefined, person: undefined }, { lines: [errors[why]({})] });
  }

  /** Becoming known is the one thing a stranger can do; what is said of it tells nothing to those who guess. */
  async #pair(identity: string, code: string, address: ChatAddress, person: Person | undefined): Promise<void> {
    const words = this.#options.wordsOf(person);
    const to = { address, edits: undefined, person };
    try {
      const result = person === undefined ? await this.#options.pair(identity, code) : 'already';
      if (result === 'closed') await this.#answerStranger(identity, address);
      else await this.#say(to, { lines: [words.pairing[result]] });
    } catch (error) {
      this.#logFailure(error, undefined);
      await this.#say(to, { lines: [this.#refusals.sentence({ words, address }, error)] });
    }
  }

  async #text(turn: Turn, text: string): Promise<void> {
    let command: AnyCommand | undefined;
    let tokens: readonly string[] = [];
    let chatter = turn.overheard;
    try {
      const typed = text.trim();
      if (typed.length > longestText) throw new AppError('chat.too-long', { length: typed.length, limit: longestText });
      if (typed.startsWith('/') || !turn.overheard) await this.#learnCodes(typed);
      const reading = this.#isCommandLine(turn, typed) ? undefined : this.#readSentence(turn, typed);
      if (reading?.kind === 'question') {
        if (!turn.overheard || plainQuestions.has(reading.about)) await this.#ask(turn, reading);
        return;
      }
      if (reading !== undefined) chatter = false;
      const line = reading?.line ?? typed;
      const [first = '', ...rest] = line.split(/\s+/);
      tokens = rest;
      command = this.#commandOf(line);
      if (command === undefined) {
        throw new AppError(first.startsWith('/') ? 'chat.unknown-command' : 'chat.not-a-command', {
          text: shorten(first),
        });
      }
      if (turn.overheard && isLoneWord(typed) && command.effect !== 'stop') return;
      await this.#run(turn, command, tokens);
    } catch (error) {
      // What people say to each other is no mistake, though it begins like a command.
      if (chatter && error instanceof AppError && isMistyped(error)) return;
      await this.#sayError(turn, error, command, tokens);
    }
  }

  /** Whether a text is a command with its arguments, as it stands: then it is not read as a sentence. */
  #isCommandLine({ words }: Turn, text: string): boolean {
    if (text.startsWith('/')) return true;
    const command = this.#commandOf(text);
    if (command === undefined) return false;
    try {
      readArguments(command, text.split(/\s+/).slice(1), this.#options.directoryIn(words));
      return true;
    } catch {
      return false;
    }
  }

  #readSentence({ words }: Turn, text: string): Reading | undefined {
    const directory = this.#options.directoryIn(words);
    return readSentence(text, { directory, words }, (name) => this.#byName.has(name));
  }

  /** Asks what a sentence leaves open. A choice is a line like any other; what is too long for a button is typed. */
  async #ask(turn: Turn, { about, subject, choices }: Extract<Reading, { kind: 'question' }>): Promise<void> {
    const buttons = choices
      .map(({ verb, line, label }): Button => ({ id: `${verb}:${line}`, label }))
      .filter(({ id }) => Buffer.byteLength(id) <= longestButtonId);
    const lines = [turn.words.sentences.questions[about](subject)];
    await this.#say(turn, {
      lines,
      ...(buttons.length === 0 ? {} : { buttons: inRows(buttons) }),
      failure: { code: `sentence.${about}`, mistyped: true },
    });
  }

  /** The one gate: nothing runs, and nothing is executed, without passing here. */
  #authorise(person: Person, command: AnyCommand): void {
    if (this.#options.readOnly && changesThings(command)) throw new AppError('chat.read-only');
    if (!roleAllows(person.role, command.role)) throw new AppError('chat.not-allowed', { role: command.role });
  }

  async #run(turn: Turn, command: AnyCommand, tokens: readonly string[]): Promise<void> {
    this.#authorise(turn.person, command);
    const changes = changesThings(command) && command.effect !== 'stop';
    if (changes && this.#options.clock.now() - turn.at > staleAfterMs) throw new AppError('chat.too-old');
    const args = await this.#readArguments(turn, command, tokens);
    if (!isTicketCommand(command)) {
      const message = await this.#withProgress(turn, (context) => command.run(context, args));
      await this.#sayView(message.turn, kept(command, message.value));
      return;
    }
    const prepared = await this.#withProgress(turn, (context) => command.prepare(context, args));
    if (isMessage(prepared.value)) await this.#say(prepared.turn, kept(command, prepared.value));
    else await this.#propose(prepared.turn, command, prepared.value);
  }

  /** Codes that no list has are asked of the venue. Six digits behind the issue are a price sooner than a code. */
  async #learnCodes(typed: string): Promise<void> {
    const [first = '', second = '', ...rest] = typed.split(/\s+/);
    await this.#options.learnIssues([first, second, ...rest.filter((word) => /[a-z]/i.test(word))]);
  }

  /** @throws AppError `args.*`; a code in another place than usual was asked of the venue before it is called unknown. */
  async #readArguments({ words }: Turn, command: AnyCommand, tokens: readonly string[]) {
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

  async #propose(turn: Turn, command: AnyCommand, ticket: Ticket<unknown>): Promise<void> {
    const { ledger, clock, newId, confirmMs } = this.#options;
    const { words } = turn;
    const id = newId();
    const now = clock.now();
    await ledger.createProposal({
      id,
      personId: turn.person.id,
      address: turn.address,
      command: command.name,
      plan: ticket.plan,
      createdAt: now,
      expiresAt: now + confirmMs,
      shown: plainText({ lines: ticket.summary.lines }),
    });
    const buttons: Button[][] = [
      [
        { id: `confirm:${id}`, label: words.buttons.confirm },
        { id: `drop:${id}`, label: ticket.dropLabel ?? words.buttons.drop },
      ],
    ];
    const variants = (ticket.variants ?? [])
      .map(({ label, line }) => ({ id: `instead:${id}:${line}`, label }))
      // A ticket must not stay away because a button on it is too long.
      .filter((button) => Buffer.byteLength(button.id) <= longestButtonId);
    if (variants.length > 0) buttons.push(variants);
    const until = words.ticket.until(Math.round(confirmMs / 1_000));
    const message: Message = { lines: [...ticket.summary.lines, until], buttons, private: true };
    await this.#say(turn, message, ticketKey(id));
    for (const address of this.#options.mirrors(turn.person, turn.address)) {
      await this.#say({ ...turn, address, edits: undefined }, message, ticketKey(id));
    }
  }

  async #press(turn: Turn, button: string): Promise<void> {
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
      if (this.#options.clock.now() - turn.at > staleAfterMs) throw new AppError('chat.too-old');
      const proposal = await this.#ownProposal(turn.person, first);
      command = this.#byName.get(proposal.command);
      if (command === undefined || !isTicketCommand(command)) throw new AppError('proposal.unknown');
      this.#authorise(turn.person, command);
      if (verb === 'confirm') await this.#confirm({ ...turn, edits: ticketKey(proposal.id) }, command, proposal);
      else if (verb === 'drop') await this.#drop(turn, proposal);
      else await this.#replace(turn, proposal, rest.join(':'));
    } catch (error) {
      // Who pressed wrongly is told; the ticket itself is left as it is, for whoever may press it.
      await this.#sayError(
        turn,
        error,
        error instanceof AppError && error.code.startsWith('args.') ? command : undefined,
      );
    }
  }

  /** Shows how a line goes on, for the person to finish it. */
  async #askFor(turn: Turn, line: string): Promise<void> {
    const { words } = turn;
    const command = this.#commandOf(line);
    try {
      if (command === undefined) throw new AppError('chat.no-such-button');
      this.#authorise(turn.person, command);
      const given = line.trim().split(/\s+/).length - 1;
      const missing = Object.values(command.args).slice(given);
      const names = missing.map(({ name }) => words.arguments[name]).join(' ');
      await this.#say(turn, { lines: [[`${words.goOn} `, { code: `${line.trim()} ` }, names]] });
    } catch (error) {
      await this.#sayError(turn, error, undefined);
    }
  }

  #commandOf(line: string): AnyCommand | undefined {
    const [first = ''] = line.trim().split(/\s+/);
    // In groups Telegram adds the bot's name: /price@hoga_bot.
    return this.#byName.get(first.replace(/^\//, '').replace(/@\w+$/, '').toLowerCase());
  }

  /** How an argument may go on: issues by name, code or initial consonants. */
  suggest({ identity, command: name, argument, text }: SuggestionQuery): readonly Suggestion[] {
    const person = this.#options.identify(identity);
    const command = this.#byName.get(name);
    if (person === undefined || command === undefined || !roleAllows(person.role, command.role)) return [];
    const kind = command.args[argument]?.name;
    if (kind !== 'instrument' && kind !== 'instruments') return [];
    // Of several issues the last is the one being typed.
    const words = text.split(/\s+/);
    const [before, typed] = kind === 'instrument' ? [[], text.trim()] : [words.slice(0, -1), words.at(-1) ?? ''];
    return this.#options
      .directoryIn(this.#options.wordsOf(person))
      .search(typed, mostSuggestions)
      .instruments.map(({ symbol, name: label }) => ({
        label: [...before, `${label} ${symbol}`].join(' '),
        value: [...before, symbol].join(' '),
      }));
  }

  async #ownProposal(person: Person, id: string): Promise<Proposal> {
    const proposal = await this.#options.ledger.proposal(id);
    if (proposal === undefined) throw new AppError('proposal.unknown');
    if (proposal.personId !== person.id) throw new AppError('proposal.not-yours');
    if (proposal.status !== 'open') throw new AppError(`proposal.${proposal.status}`);
    if (proposal.expiresAt <= this.#options.clock.now()) throw new AppError('proposal.expired');
    return proposal;
  }

  async #confirm(turn: Turn, command: TicketCommandOfAny, proposal: Proposal): Promise<void> {
    try {
      const message = await this.#withProgress(turn, (context) => command.execute(context, proposal.plan, proposal));
      await this.#decided(message.turn, proposal, message.value);
    } catch (error) {
      // Somebody else's press was first, or time ran out: the ticket already says what became of it.
      if (error instanceof AppError && error.code.startsWith('proposal.')) throw error;
      // Anything else closes the ticket with the reason on it, so that it cannot stand there half done.
      this.#logFailure(error, command);
      await this.#options.ledger.dropProposal(proposal.id).catch((cause: unknown) => {
        // What was sent must be told all the same; one that is taken cannot be pressed again.
        this.#options.log.error('ticket not dropped', { proposal: proposal.id, error: cause });
      });
      await this.#decided(turn, proposal, { lines: this.#refusals.press(turn, error) });
    }
  }

  /** Says what became of a ticket: where it was pressed, and in the other chats that show it. */
  async #decided(turn: Turn, proposal: Proposal, message: Message): Promise<void> {
    await this.#say(turn, { ...message, private: true });
    const { words } = turn;
    const { channel } = turn.address;
    await this.#editElsewhere(turn, proposal, [
      words.ticket.decidedIn(words.channels[channel] ?? channel),
      ...message.lines,
    ]);
  }

  /** Edits a ticket in the chats that show it beside the one it was pressed in. */
  async #editElsewhere(turn: Turn, proposal: Proposal, lines: readonly Line[]): Promise<void> {
    const shown = [proposal.address, ...this.#options.mirrors(turn.person, proposal.address)];
    for (const address of shown.filter(({ channel }) => channel !== turn.address.channel)) {
      await this.#say({ ...turn, address, edits: ticketKey(proposal.id) }, { lines, private: true });
    }
  }

  async #drop(turn: Turn, proposal: Proposal): Promise<void> {
    if (!(await this.#options.ledger.dropProposal(proposal.id))) throw new AppError('proposal.taken');
    const lines = [turn.words.ticket.dropped];
    await this.#decided({ ...turn, edits: ticketKey(proposal.id) }, proposal, { lines });
  }

  /** Drops the ticket and runs the line that makes another one. */
  async #replace(turn: Turn, proposal: Proposal, line: string): Promise<void> {
    if (!(await this.#options.ledger.dropProposal(proposal.id))) throw new AppError('proposal.taken');
    await this.#text({ ...turn, edits: ticketKey(proposal.id) }, line);
    await this.#editElsewhere(turn, proposal, [turn.words.ticket.replaced]);
  }

  /**
   * Runs something slow. When it takes long enough to wonder, what it is doing is said, and what it waits for where that
   * is long; the answer then takes the place of that message.
   */
  async #withProgress<T>(
    turn: Turn,
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
        return this.#say(
          anew ? turn : { ...turn, edits: key },
          { ...withButton(message, turn.again), passing: true },
          anew ? key : undefined,
        );
      },
    });
    const context = {
      ...services,
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
      const value = await task(context);
      return { value, turn: (await progress.end()) ? { ...turn, edits: key } : turn };
    } catch (error) {
      await progress.end();
      throw error;
    }
  }

  #logFailure(error: unknown, command: AnyCommand | undefined): void {
    const { log, wordsOf } = this.#options;
    if (!(error instanceof AppError) || !(error.code in wordsOf(undefined).errors)) {
      log.error('command failed', { command: command?.name, error });
    } else if (error.code.startsWith('venue.')) {
      log.warn('venue failed', { command: command?.name, error });
    }
  }

  async #sayError(
    turn: Turn,
    error: unknown,
    command: AnyCommand | undefined,
    tokens: readonly string[] = [],
  ): Promise<void> {
    this.#logFailure(error, command);
    const choices = this.#choices(turn, error, command, tokens);
    const message = this.#refusals.message(turn, error, command, choices[0]?.[0]);
    await this.#say(turn, {
      ...withButton(message, turn.again),
      ...(choices.length === 0 ? {} : { buttons: choices }),
      failure: failureOf(error),
    });
  }

  /** What somebody may have meant, to choose from. */
  #choices(
    { words }: Turn,
    error: unknown,
    command: AnyCommand | undefined,
    tokens: readonly string[],
  ): readonly (readonly Button[])[] {
    if (command === undefined || !(error instanceof AppError)) return [];
    if (error.code === 'args.several-ways') return wayButtons(command.name, error);
    return isInstrumentQuestion(error)
      ? choiceButtons(command.name, tokens, error, this.#options.directoryIn(words))
      : [];
  }

  /** Says an answer; what its buttons show, and what comes later of its own, will take its place. */
  async #sayView(turn: Turn, { view, onSaid, ...message }: Answer): Promise<void> {
    const shows = (message.buttons ?? []).flat().some(({ id }) => id.startsWith('show:'));
    if (!shows && view === undefined) return this.#say(turn, message);
    const id = view ?? viewOf(turn.edits) ?? this.#options.newId();
    await this.#say(turn, asView(id, message), viewKey(id));
    onSaid?.();
  }

  async #say(
    { address, edits, person }: Pick<Turn, 'address' | 'edits'> & { readonly person: Person | undefined },
    message: Message,
    key?: string,
  ): Promise<void> {
    const about = ticketIn(key) ?? ticketIn(edits);
    await this.#options.outbox.post({ address, message, about, key, edits, words: this.#options.wordsOf(person) });
  }
}

function withButton(message: Message, button: Button | undefined): Message {
  return button === undefined ? message : { ...message, buttons: [[button]] };
}

/** A word that people say to each other as well: 잔고, 주문. */
function isLoneWord(text: string): boolean {
  return !text.startsWith('/') && !/\s/.test(text);
}

/** `/pair CODE`: the code; undefined for anything else. */
function pairingCode(text: string): string | undefined {
  return /^\/pair(?:@\w+)?\s+(\S{1,40})\s*$/.exec(text.trim())?.[1];
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
