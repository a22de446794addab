import { looksLikeSymbol } from '../../domain/market/instrument.ts';
import { AppError } from '../../errors.ts';
import type { InstrumentDirectory } from '../../ports/symbols.ts';
import type { ArgumentKind } from '../command.ts';
import { limitPrice, qualifierOf, size } from './order-arguments.ts';

/** The most words that an order has. A longer line is not read as an order. */
const mostWords = 14;
const longestName = 6;

/** A number of shares, a sum or a price, as it was typed. */
interface Amount {
  readonly words: readonly string[];
  /** The index of its first word in the line. */
  readonly at: number;
  /** Whether 지정가 or 조건부 stands directly before it, so that it may be their price. */
  readonly behindLimit: boolean;
}

/** One way to read an order's words, built up from left to right. */
interface OrderReading {
  readonly instrument?: string;
  readonly size?: Amount;
  readonly price?: Amount;
  /** The qualifiers; a stop is followed by the price at which it fires. */
  readonly how: readonly string[];
}

/** Returns the code of the issue that the words name, or the words themselves; undefined when they name no issue. */
type NameOf = (words: readonly string[]) => string | undefined;

/**
 * Sorts the words of an order, typed in any sequence, into the sequence in which they are read: issue, size, price,
 * qualifiers. Returns undefined when the words are no order. When each of two numbers could be the shares or the price,
 * the first is the shares. `lineOf` adds the words that stand before and after the order in its line.
 * @throws AppError `args.several-ways` when there is more than one way to read the words; its `lines` hold each.
 */
export function arrangeOrder(
  tokens: readonly string[],
  directory: InstrumentDirectory,
  lineOf: (order: readonly string[]) => readonly string[] = (order) => order,
): readonly string[] | undefined {
  if (tokens.length > mostWords) return undefined;
  const symbols = new Map<string, string | undefined>();
  const wholly: NameOf = (words) => {
    const text = words.join(' ');
    if (!symbols.has(text)) {
      const { fit, instruments } = directory.search(text, 1);
      symbols.set(text, fit === 'whole' ? instruments[0]?.symbol : undefined);
    }
    return symbols.get(text);
  };
  // Words that only resemble an issue's name are passed on as they are: the person is asked which issue is meant.
  const perhaps: NameOf = (words) => (words.some(isPart) ? undefined : words.join(' '));
  const found = [wholly, perhaps].map((nameOf) => orders(tokens, nameOf)).find((ways) => ways.length > 0) ?? [];
  const lines = found.map((order) => lineOf(order.split(' ')).join(' '));
  if (lines.length > 1) throw new AppError('args.several-ways', { lines: lines.join('\n') });
  return lines[0]?.split(' ');
}

/** All ways to read the words, each as a line that can be read in only that way. */
function orders(tokens: readonly string[], nameOf: NameOf): readonly string[] {
  const ways = readings(tokens, 0, { how: [] }, nameOf).map(({ instrument = '', size: much, price, how }) => {
    const marked = price !== undefined && isBare(much?.words ?? []);
    const shares = marked ? [`${much?.words.join(' ')}주`] : (much?.words ?? []);
    return [instrument, ...shares, ...(price?.words ?? []), ...how].join(' ');
  });
  return [...new Set(ways)];
}

function readings(tokens: readonly string[], at: number, soFar: OrderReading, nameOf: NameOf): readonly OrderReading[] {
  const token = tokens[at];
  if (token === undefined) return isOrder(soFar) ? [soFar] : [];
  const goOn = (used: number, more: Partial<OrderReading>): readonly OrderReading[] =>
    readings(tokens, at + used, { ...soFar, ...more }, nameOf);
  const run = (length: number): readonly string[] => tokens.slice(at, at + length);
  const found: OrderReading[] = [];
  if (
    soFar.instrument === undefined &&
    (!isPart(token) || looksLikeSymbol(token) || qualifierOf(token) !== undefined)
  ) {
    for (let length = 1; length <= Math.min(longestName, tokens.length - at); length += 1) {
      const instrument = nameOf(run(length));
      if (instrument !== undefined) found.push(...goOn(length, { instrument }));
    }
  }
  const how = qualifierOf(token);
  if (how !== undefined) {
    const fires = how.pricing === 'stop' ? lengthOf(limitPrice, tokens.slice(at + 1)) : 0;
    return fires === undefined ? found : [...found, ...goOn(1 + fires, { how: [...soFar.how, ...run(1 + fires)] })];
  }
  const before = qualifierOf(tokens[at - 1] ?? '')?.pricing;
  const behindLimit = before === 'limit' || before === 'conditional';
  for (const [name, kind] of Object.entries({ size, price: limitPrice } as const)) {
    const length = soFar[name as 'size' | 'price'] === undefined ? lengthOf(kind, tokens.slice(at)) : undefined;
    if (length !== undefined) found.push(...goOn(length, { [name]: { words: run(length), at, behindLimit } }));
  }
  return found;
}

/** Whether the reading is complete, and does not take a price for the number of shares or the other way round. */
function isOrder({ instrument, size: much, price }: OrderReading): boolean {
  if (instrument === undefined || much === undefined) return false;
  if (!isWholly(limitPrice, much.words)) return true;
  // In `조건부 49000` the number is a price and the number of shares is missing.
  if (price === undefined) return !much.behindLimit;
  if (much.at < price.at || !isWholly(size, price.words)) return true;
  return price.behindLimit || (isBare(much.words) && !isBare(price.words));
}

/** Whether an amount is a number without a unit, such as `10`, which may be shares or won. */
function isBare(words: readonly string[]): boolean {
  return words.length === 1 && /^[\d,]+$/.test(words[0] ?? '');
}

/** Whether a word is a size, a price or a qualifier, and therefore hardly part of an issue's name. */
function isPart(word: string): boolean {
  return qualifierOf(word) !== undefined || isWholly(size, [word]) || isWholly(limitPrice, [word]);
}

function isWholly(kind: ArgumentKind<unknown>, words: readonly string[]): boolean {
  return lengthOf(kind, words) === words.length;
}

/**
 * How many words the argument takes from the front; undefined when it takes none. A number that is too large or not
 * whole counts as taken: the person meant it for this argument.
 */
function lengthOf(kind: ArgumentKind<unknown>, words: readonly string[]): number | undefined {
  try {
    // `005930` is an issue's code: nobody writes an amount with a zero in front.
    if (/^0\d{5}$/.test(words[0] ?? '')) return undefined;
    // Size and price read only the words, so no directory is needed.
    return kind.read(words, { after: 0 } as Parameters<typeof kind.read>[1]).used;
  } catch (error) {
    const { code } = error as AppError;
    return code === 'args.quantity' || code === 'args.limit-price' ? undefined : 1;
  }
}
