import type { FillNotices } from '../domain/fill-notices.ts';
import type { Health } from '../domain/health.ts';
import { type Instrument, looksLikeSymbol } from '../domain/market/instrument.ts';
import { orderNumber } from '../domain/orders/order.ts';
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
import type { Alerts } from '../services/alerts/alerts.ts';
import type { LiveBoards } from '../services/boards/live-boards.ts';
import type { Screens } from '../services/boards/screens.ts';
import type { Calendar } from '../services/calendar.ts';
import type { OrderTimelines } from '../services/order-timelines.ts';
import type { Orders } from '../services/orders/orders.ts';
import type { Reconciler } from '../services/orders/reconciler.ts';
import type { ScheduledOrders } from '../services/orders/scheduled-orders.ts';
import type { People } from '../services/people.ts';
import type { Revocation } from '../services/revocation.ts';
import type { Message } from './channel.ts';

/** All that a command may touch. */
export interface CommandContext {
  readonly person: Person;
  readonly address: ChatAddress;
  /** Whether nobody else reads along there, so that what is the person's own may be shown. */
  readonly alone: boolean;
  readonly words: Words;
  readonly broker: Broker;
  readonly research: Research;
  readonly reports: AccountReports;
  readonly orders: Orders;
  readonly schedules: ScheduledOrders;
  readonly reconciler: Reconciler;
  readonly timelines: OrderTimelines;
  readonly revocation: Revocation;
  readonly calendar: Calendar;
  readonly directory: InstrumentDirectory;
  /** Sees to it that issues are known by their names in the reader's language before they are shown. Never throws. */
  readonly learnNames: (issues: readonly { readonly symbol: string }[]) => Promise<void>;
  readonly charts: ChartRenderer;
  readonly alerts: Alerts;
  readonly watchlists: Watchlists;
  readonly liveBoards: LiveBoards;
  readonly screens: Screens;
  /** Undefined where no spreadsheet is set. */
  readonly sheets: SheetWriter | undefined;
  readonly people: People;
  /** Whether fills are pushed to us now. */
  readonly fillNotices: () => FillNotices;
  /** How the bot is. */
  readonly health: () => Promise<Health>;
  /** The commands there are, for help. */
  readonly commands: readonly AnyCommand[];
  /** Milliseconds. */
  readonly now: number;
  /** Says what is being done, when it takes long enough for somebody to wonder. */
  progress(message: Message): void;
}

/** One argument: how it is read from words, and what it is called in help. */
export interface ArgumentKind<T> {
  /** Key of its name and of its explanation in the catalogue. */
  readonly name: keyof Words['arguments'] & string;
  readonly optional: boolean;
  /** Of an optional one: whether this word is meant for it; absent, every word is. */
  readonly fits?: ((token: string) => boolean) | undefined;
  /** All that it takes, where that is a few words; a place with lists offers them. */
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

interface Declaration<A extends ArgumentKinds> {
  /** As typed after the slash; also the key of its description in the catalogue. */
  readonly name: keyof Words['commands'];
  /** Other names, Korean ones among them. */
  readonly aliases: readonly string[];
  readonly role: Role;
  readonly args: A;
  /**
   * What it changes beyond the chat. A `change` is not run when it was typed long ago; `stop` makes things safer and
   * always runs. A ticket command is a change without saying so.
   */
  readonly effect?: 'change' | 'stop';
  /** Its answers are about somebody's money: where others read along they are shown to the person alone. */
  readonly private?: true;
  /** What was typed in the order in which it is read; undefined where it is nothing of the kind. @throws AppError `args.*`. */
  readonly arrange?: (tokens: readonly string[], directory: InstrumentDirectory) => readonly string[] | undefined;
  /** As typed; the first is quoted when somebody got it wrong. */
  readonly examples: readonly [string, ...string[]];
}

/** An answer; by the name of its view what comes later takes its place. */
export interface Answer extends Message {
  readonly view?: string;
  /** Called when it is said: nothing may take its place before. */
  readonly onSaid?: () => void;
}

/** A command that answers at once, and changes nothing. */
export interface QueryCommand<A extends ArgumentKinds> extends Declaration<A> {
  run(context: CommandContext, args: ArgumentValues<A>): Promise<Answer>;
}

/** A ticket: what will be done if somebody presses, and how it reads. */
export interface Ticket<P> {
  readonly plan: P;
  readonly summary: Message;
  /** What the button that drops the ticket is called, where the usual word would be misread. */
  readonly dropLabel?: string;
  /** Buttons beside confirm and cancel: a label, and the command line that makes another ticket in this one's place. */
  readonly variants?: readonly { readonly label: string; readonly line: string }[];
}

/** A command that asks first: `prepare` makes a ticket, `execute` runs when it is confirmed. */
export interface TicketCommand<A extends ArgumentKinds, P> extends Declaration<A> {
  prepare(context: CommandContext, args: ArgumentValues<A>): Promise<Ticket<P> | Message>;
  execute(context: CommandContext, plan: P, proposal: Proposal): Promise<Message>;
}

export type AnyCommand = (QueryCommand<ArgumentKinds> | TicketCommand<ArgumentKinds, unknown>) &
  Declaration<ArgumentKinds>;

/** Keeps the types of the arguments while the command is written, and forgets them for the list. */
export function defineCommand<const A extends ArgumentKinds, P = never>(
  command: QueryCommand<A> | TicketCommand<A, P>,
): AnyCommand {
  return command as unknown as AnyCommand;
}

/** Reads a command's arguments; what cannot be read as it was typed, in another order if it takes one. @throws AppError `args.*`. */
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
    // What is left over was probably meant for the first that it did not fit, which says better what it takes.
    passedOver?.read(rest, { directory, after: 0 });
    throw new AppError('args.extra', { text: shorten(rest.join(' ')) });
  }
  return values;
}

/** The same kind where it may be left out; with `fits`, also where something else follows that does not fit it. */
export function optional<T>(kind: ArgumentKind<T>, fits?: (token: string) => boolean): ArgumentKind<T | undefined> {
  return { ...kind, optional: true, fits: fits ?? kind.fits };
}

/**
 * One of a few words, each with its other spellings; the first spelling is the one that is quoted. Anything else is the
 * error of `code`.
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

/** Words in the longest names there are, with room to spare. */
const longestName = 6;
/** Issues somebody is asked to choose from. */
const mostChoices = 6;

/** What a person typed, short enough to quote back. */
export function shorten(text: string, most = 30): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most).join('')}…`;
}

/** What somebody is asked who did not name an issue wholly: which of these it is, even where one alone was found. */
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
 * An issue, by code, name, nickname or initial consonants. Names may hold blanks: the longest that fits is taken. What
 * names no issue wholly is never taken for one, however likely, but asked about.
 */
export const instrument: ArgumentKind<Instrument> = {
  name: 'instrument',
  optional: false,
  read(tokens, { directory, after }) {
    const first = tokens[0] ?? '';
    // A bare number that is no code is a quantity or a price in the wrong place, not part of a name.
    if (isNumber(first) && !looksLikeSymbol(first)) throw new AppError('args.order', { text: shorten(first) });
    // A line of a hundred names must not have every run of its words looked up.
    const longest = Math.max(1, Math.min(longestName, tokens.length - after));
    let question: AppError | undefined;
    for (let used = longest; used >= 1; used -= 1) {
      const words = tokens.slice(0, used);
      const text = words.join(' ');
      const matches = directory.search(text, mostChoices);
      const [found, ...others] = matches.instruments;
      if (found === undefined) continue;
      if (matches.fit === 'whole') return { value: found, used };
      // `CJ 4` is four shares of CJ sooner than a piece of `CJ4우`.
      if (used > 1 && after > 0 && isNumber(words.at(-1) ?? '')) continue;
      // Several words that fit several issues, or nearly fit one, may still be one word and its neighbours.
      if (matches.fit === 'part' && others.length === 0) throw whichInstrument(text, matches);
      question ??= whichInstrument(text, matches);
    }
    throw question ?? new AppError('args.instrument-unknown', { text: shorten(first) });
  },
};

/** The issues of a line. */
export interface NamedIssues {
  /** At least one. */
  readonly found: readonly [Instrument, ...Instrument[]];
  /** Why each of the others was not found, or which it may be: `args.*`. */
  readonly missing: readonly AppError[];
  /** The words they were read from. */
  readonly typed: readonly string[];
}

/** Several issues, to the end of the line. One that is not found does not cost the others. */
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

/** One order number: `1234`, `#0000001234`. */
export const orderNumberArgument: ArgumentKind<string> = {
  name: 'order',
  optional: false,
  read: (tokens) => readOrderNumber(tokens, 'args.order-number'),
};

function readOrderNumber([token = '']: readonly string[], code: 'args.order-number' | 'args.order-choice') {
  const digits = token.replace(/^#/, '');
  if (!/^\d{1,10}$/.test(digits)) throw new AppError(code, { text: shorten(token) });
  return { value: orderNumber(digits), used: 1 };
}

/** An order number, or all of them: `1234`, `0000001234`, `all`, `전부`. */
export const orderChoice: ArgumentKind<string> = {
  name: 'order',
  optional: false,
  read: (tokens) =>
    /^(?:all|전부|모두|전체)$/i.test(tokens[0] ?? '')
      ? { value: 'all', used: 1 }
      : readOrderNumber(tokens, 'args.order-choice'),
};

/** The name of a command, with or without its slash. */
export const commandName: ArgumentKind<string> = {
  name: 'command',
  optional: false,
  read: ([token = '']) => ({ value: token.replace(/^\//, '').toLowerCase(), used: 1 }),
};
