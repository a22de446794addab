import type { FillNotices } from '../domain/fill-notices.ts';
import type { Health } from '../domain/health.ts';
import { type Instrument, looksLikeSymbol } from '../domain/market/instrument.ts';
import type { ChatAddress } from '../domain/people/chat-address.ts';
import type { Person, Role } from '../domain/people/person.ts';
import { AppError } from '../errors.ts';
import type { Words } from '../i18n/index.ts';
import type { AccountReports } from '../ports/account-reports.ts';
import type { Broker } from '../ports/broker.ts';
import type { ChartRenderer } from '../ports/charts.ts';
import type { Proposal } from '../ports/ledger/proposal-ledger.ts';
import type { Watchlists } from '../ports/ledger/watchlists.ts';
import type { Research } from '../ports/research.ts';
import type { SheetWriter } from '../ports/sheets.ts';
import type { InstrumentDirectory, InstrumentMatches } from '../ports/symbols.ts';
import type { TradingAccount } from '../services/accounts.ts';
import type { Alerts } from '../services/alerts/alerts.ts';
import type { LiveBoards } from '../services/boards/live-boards.ts';
import type { Screens } from '../services/boards/screens.ts';
import type { Calendar } from '../services/calendar.ts';
import type { IssueBars } from '../services/candles/issue-bars.ts';
import type { Events } from '../services/events/events.ts';
import type { OrderTimelines } from '../services/order-timelines.ts';
import type { Orders } from '../services/orders/orders.ts';
import type { Reconciler } from '../services/orders/reconciliation/reconciler.ts';
import type { ScheduledOrders } from '../services/orders/scheduled-orders.ts';
import type { People } from '../services/people.ts';
import type { Digests } from '../services/reports/digests.ts';
import type { Monitors } from '../services/reports/monitors.ts';
import type { Revocation } from '../services/revocation.ts';
import type { Line, Message } from './channel.ts';

/** Everything that a command may use. */
export interface CommandContext {
  readonly person: Person;
  readonly address: ChatAddress;
  /** Whether nobody else reads this chat, so that the person's own figures may be shown in it. */
  readonly alone: boolean;
  readonly words: Words;
  readonly broker: Broker;
  readonly candles: IssueBars;
  readonly research: Research;
  readonly reports: AccountReports;
  /** The account that the services below work with, as the person knows it; undefined where they may see none. */
  readonly account: TradingAccount | undefined;
  /** Those in which the person may use this command, the named one alone where a line names one. */
  readonly accounts: readonly TradingAccount[];
  /** All that the person may know of. */
  readonly visibleAccounts: readonly TradingAccount[];
  readonly orders: Orders;
  readonly schedules: ScheduledOrders;
  readonly reconciler: Reconciler;
  readonly timelines: OrderTimelines;
  readonly revocation: Revocation;
  readonly calendar: Calendar;
  readonly directory: InstrumentDirectory;
  /** Looks up names of issues in the reader's language before they are shown. Never throws. */
  readonly learnNames: (issues: readonly { readonly symbol: string }[]) => Promise<void>;
  readonly charts: ChartRenderer;
  readonly alerts: Alerts;
  readonly watchlists: Watchlists;
  readonly liveBoards: LiveBoards;
  readonly screens: Screens;
  readonly digests: Digests;
  readonly monitors: Monitors;
  readonly events: Events;
  /** Undefined when the settings name no spreadsheet. */
  readonly sheets: SheetWriter | undefined;
  readonly people: People;
  /** Whether KIS pushes our fills at the moment. */
  readonly fillNotices: () => FillNotices;
  /** The state of the bot and its connections, for `/status`. */
  readonly health: (account?: TradingAccount) => Promise<Health>;
  /** All commands, for `/help`. */
  readonly commands: readonly AnyCommand[];
  /** Whether the person may use a command, in some account where it is about one. */
  may(command: AnyCommand): boolean;
  /** Milliseconds. */
  readonly now: number;
  /** Sets the progress message, which is shown once the command has taken long enough for somebody to wonder. */
  progress(message: Message): void;
}

/** A kind of argument: how it is read from words, and what it is called in help. */
export interface ArgumentKind<T> {
  /** The key of its name and its explanation in the texts (`src/i18n`). */
  readonly name: keyof Words['arguments'] & string;
  readonly optional: boolean;
  /** For an optional argument: whether a word is meant for it. Without this function every word is. */
  readonly fits?: ((token: string) => boolean) | undefined;
  /** All values, when there are only a few; a platform with lists offers them. */
  readonly choices?: readonly { readonly value: string; readonly korean: string }[] | undefined;
  /**
   * Reads from the front of `tokens`; `after` is how many required arguments follow.
   * @throws AppError `args.*`, which becomes the one sentence the person gets.
   */
  read(tokens: readonly string[], context: ReadContext): { readonly value: T; readonly used: number };
}

export interface ReadContext {
  readonly directory: InstrumentDirectory;
  readonly after: number;
}

export type ArgumentKinds = Readonly<Record<string, ArgumentKind<unknown>>>;
export type ArgumentValues<A extends ArgumentKinds> = {
  readonly [Name in keyof A]: A[Name] extends ArgumentKind<infer T> ? T : never;
};

/** The sections of `/help` by their keys in the texts, in the order in which help shows them. */
export const helpSections = [
  'look',
  'trade',
  'tell',
  'account',
  'rest',
] as const satisfies readonly (keyof Words['help']['sections'])[];
export type HelpSection = (typeof helpSections)[number];

interface Declaration<A extends ArgumentKinds> {
  /** The name typed after the slash; also the key of the command's description in the texts. */
  readonly name: keyof Words['commands'];
  /** The section of `/help` that lists the command; its file lies in the folder of that section. */
  readonly section: HelpSection;
  /** Other names, Korean ones among them. */
  readonly aliases: readonly string[];
  readonly role: Role;
  readonly args: A;
  /**
   * What the command changes beyond the chat. A `change` is not run when it was typed long ago. A `stop` makes things
   * safer and always runs. A ticket command always counts as a change.
   */
  readonly effect?: 'change' | 'stop';
  /** It is about an account: a role in that account is needed, and a line may name which (`@isa`). */
  readonly account?: true;
  /** It orders at the venue, so there must be no more to an account than looking at it. */
  readonly trades?: true;
  /** Of what is about an account: where a line names none, it is about all in which the person may use it. */
  readonly everyAccount?: true;
  /**
   * Whether the answers are about somebody's money. In a chat that others can read, they are shown to that person
   * alone.
   */
  readonly private?: true;
  /**
   * Sorts words that were typed in another sequence into the one in which the arguments are read. Returns undefined
   * when the words do not fit the command.
   * @throws AppError `args.*`.
   */
  readonly arrange?: (tokens: readonly string[], directory: InstrumentDirectory) => readonly string[] | undefined;
  /** Examples as people type them. The first one is quoted to somebody who mistyped the command. */
  readonly examples: readonly [string, ...string[]];
}

/** An answer. A later answer with the same `view` replaces it in the chat. */
export interface Answer extends Message {
  readonly view?: string;
  /** Called once the answer is in the outbox; before that, nothing may replace it. */
  readonly onSaid?: () => void;
}

/** A command that answers at once, and changes nothing. */
export interface QueryCommand<A extends ArgumentKinds> extends Declaration<A> {
  run(context: CommandContext, args: ArgumentValues<A>): Promise<Answer>;
  /** What its answers for several accounts come to (`/balance all`); absent, it answers for one. @param data of each answer */
  readonly sum?: (words: Words, data: readonly unknown[]) => readonly Line[];
  /** One account's part of an answer for several, in a few lines. @param data of its answer */
  readonly part?: (context: CommandContext, data: unknown) => readonly Line[];
}

/** A ticket: what is done when the person confirms (`plan`), and the message that shows it (`summary`). */
export interface Ticket<P> {
  readonly plan: P;
  readonly summary: Message;
  /** The label of the button that drops the ticket, when the usual word could be misread. */
  readonly dropLabel?: string;
  /** Further buttons: a label, and the command line that makes a different ticket in this one's place. */
  readonly variants?: readonly { readonly label: string; readonly line: string }[];
}

/** A command that asks first: `prepare` makes a ticket, `execute` runs when it is confirmed. */
export interface TicketCommand<A extends ArgumentKinds, P> extends Declaration<A> {
  prepare(context: CommandContext, args: ArgumentValues<A>): Promise<Ticket<P> | Message>;
  execute(context: CommandContext, plan: P, proposal: Proposal): Promise<Message>;
  /** The line that makes such a ticket again, for one that nobody confirmed in time. */
  readonly again?: (plan: P) => string;
}

export type AnyCommand = (QueryCommand<ArgumentKinds> | TicketCommand<ArgumentKinds, unknown>) &
  Declaration<ArgumentKinds>;

/** Checks a command against the types of its arguments, and returns it as AnyCommand for the list of all commands. */
export function defineCommand<const A extends ArgumentKinds, P = never>(
  command: QueryCommand<A> | TicketCommand<A, P>,
): AnyCommand {
  return command as unknown as AnyCommand;
}

/**
 * Reads a command's arguments. Words that cannot be read as they were typed are read as the command's `arrange` sorts
 * them.
 * @throws AppError `args.*`.
 */
export function readArguments(
  command: AnyCommand,
  tokens: readonly string[],
  directory: InstrumentDirectory,
): ArgumentValues<ArgumentKinds> {
  try {
    return readInOrder(command, tokens, directory);
  } catch (error) {
    const arranged = error instanceof AppError ? command.arrange?.(tokens, directory) : undefined;
    if (arranged === undefined) throw error;
    return readInOrder(command, arranged, directory);
  }
}

function readInOrder(
  command: AnyCommand,
  tokens: readonly string[],
  directory: InstrumentDirectory,
): ArgumentValues<ArgumentKinds> {
  const values: Record<string, unknown> = {};
  const kinds = Object.entries(command.args);
  let rest = tokens;
  let passedOver: ArgumentKind<unknown> | undefined;
  kinds.forEach(([name, kind], index) => {
    const after = kinds.slice(index + 1).filter(([, later]) => !later.optional).length;
    if (rest.length > 0 && kind.optional && kind.fits?.(rest[0] ?? '') === false) {
      values[name] = undefined;
      passedOver ??= kind;
      return;
    }
    if (rest.length === 0) {
      if (!kind.optional) throw new AppError('args.missing', { argument: kind.name });
      values[name] = undefined;
      return;
    }
    const { value, used } = kind.read(rest, { directory, after });
    values[name] = value;
    rest = rest.slice(used);
  });
  if (rest.length > 0) {
    // The words left over were probably meant for the first optional argument that was skipped. Its own error says best
    // what it takes.
    passedOver?.read(rest, { directory, after: 0 });
    throw new AppError('args.extra', { text: shorten(rest.join(' ')) });
  }
  return values;
}

/**
 * The same kind as an argument that may be left out. With `fits` it may be left out also when other words follow: a
 * word that does not fit is left to the next argument.
 */
export function optional<T>(kind: ArgumentKind<T>, fits?: (token: string) => boolean): ArgumentKind<T | undefined> {
  return { ...kind, optional: true, fits: fits ?? kind.fits };
}

/**
 * One of a few words, each with its other spellings; help quotes the first spelling. Any other word is the error
 * `code`.
 */
export function oneOf<const T extends string>(
  name: ArgumentKind<T>['name'],
  spellings: Readonly<Record<T, readonly [string, ...string[]]>>,
  code = 'args.choice',
): ArgumentKind<T> {
  const entries = Object.entries(spellings) as [T, readonly [string, ...string[]]][];
  const byWord = new Map(
    entries.flatMap(([value, words]) => [value, ...words].map((word) => [word.toLowerCase(), value] as const)),
  );
  const choices = entries.map(([value, [korean]]) => ({ value, korean }));
  return {
    name,
    optional: false,
    choices,
    fits: (token) => byWord.has(token.toLowerCase()),
    read([token = '']) {
      const value = byWord.get(token.toLowerCase());
      if (value === undefined) {
        const listed = (which: 'value' | 'korean'): string => choices.map((choice) => choice[which]).join(', ');
        throw new AppError(code, { text: shorten(token), korean: listed('korean'), english: listed('value') });
      }
      return { value, used: 1 };
    },
  };
}

/** The most words in an issue's name, with room to spare. */
const longestName = 6;
/** The most issues that somebody is asked to choose from. */
const mostChoices = 6;

/** Cuts what a person typed to a length that can be quoted back. */
export function shorten(text: string, most = 30): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most).join('')}…`;
}

/**
 * The question for somebody who did not name an issue completely: which of these do you mean? It is asked even when
 * only one was found.
 */
function whichInstrument(text: string, { instruments, fit }: InstrumentMatches): AppError {
  const [first, ...others] = instruments;
  const context = {
    text: shorten(text),
    typed: text,
    choices: instruments.map(({ symbol }) => symbol).join(','),
  };
  if (first !== undefined && others.length === 0) {
    return new AppError('args.instrument-guess', { ...context, name: first.name });
  }
  return new AppError(fit === 'part' ? 'args.instrument-ambiguous' : 'args.instrument-near', context);
}

/** Whether the answer is a question with a button for each issue that may be meant. */
export function isInstrumentQuestion({ code }: AppError): boolean {
  return /^args\.instrument-(?:ambiguous|guess|near)$/.test(code);
}

const isNumber = (token: string): boolean => /^[\d,.]+(?:주|원)?$/.test(token);

/**
 * An issue, by code, name, nickname or initial consonants. Names may contain blanks: the longest run of words that is a
 * name is taken. When the words do not name an issue completely, the person is asked; no issue is assumed, however
 * likely.
 */
export const instrument: ArgumentKind<Instrument> = {
  name: 'instrument',
  optional: false,
  read(tokens, { directory, after }) {
    const first = tokens[0] ?? '';
    // A number that is no code is a quantity or a price in the wrong place, not part of a name.
    if (isNumber(first) && !looksLikeSymbol(first)) throw new AppError('args.order', { text: shorten(first) });
    // Only runs up to the length of the longest name are looked up, or a line of a hundred names would take far too
    // long.
    const longest = Math.max(1, Math.min(longestName, tokens.length - after));
    let question: AppError | undefined;
    for (let used = longest; used >= 1; used -= 1) {
      const words = tokens.slice(0, used);
      const text = words.join(' ');
      const matches = directory.search(text, mostChoices);
      const [found, ...others] = matches.instruments;
      if (found === undefined) continue;
      if (matches.fit === 'whole') return { value: found, used };
      // `CJ 4` means four shares of CJ rather than the start of `CJ4우`.
      if (used > 1 && after > 0 && isNumber(words.at(-1) ?? '')) continue;
      // Several words that fit several issues, or resemble one, may also be a shorter name followed by other arguments.
      if (matches.fit === 'part' && others.length === 0) throw whichInstrument(text, matches);
      question ??= whichInstrument(text, matches);
    }
    throw question ?? new AppError('args.instrument-unknown', { text: shorten(first) });
  },
};

/** The issues that a line names. */
export interface NamedIssues {
  /** At least one. */
  readonly found: readonly [Instrument, ...Instrument[]];
  /** An error for each name that was not found or fits several issues: `args.*`. */
  readonly missing: readonly AppError[];
  /** The words they were read from. */
  readonly typed: readonly string[];
}

/** Several issues; the argument takes the rest of the line. A name that is not found does not spoil the others. */
export const instruments: ArgumentKind<NamedIssues> = {
  name: 'instruments',
  optional: false,
  read(tokens, context) {
    const found: Instrument[] = [];
    const missing: AppError[] = [];
    for (let position = 0; position < tokens.length; ) {
      try {
        const next = instrument.read(tokens.slice(position), { ...context, after: 0 });
        found.push(next.value);
        position += next.used;
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        missing.push(error);
        position += Math.max(1, String(error.context['typed'] ?? '').split(' ').length);
      }
    }
    const [first, ...others] = found;
    if (first === undefined) throw missing[0] ?? new AppError('args.missing', { argument: 'instruments' });
    return { value: { found: [first, ...others], missing, typed: tokens }, used: tokens.length };
  },
};

/** The name of a command, with or without its slash. */
export const commandName: ArgumentKind<string> = {
  name: 'command',
  optional: false,
  read: ([token = '']) => ({ value: token.replace(/^\//, '').toLowerCase(), used: 1 }),
};
