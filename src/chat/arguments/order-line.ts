import { looksLikeSymbol } from '../../domain/market/instrument.ts';
import { AppError } from '../../errors.ts';
import type { InstrumentDirectory } from '../../ports/symbols.ts';
import type { ArgumentKind } from '../command.ts';
import { limitPrice, meansHow, size } from './order-arguments.ts';

/** Words of one order; a line with more is none. */
const mostWords = 14;
const longestName = 6;

/** A number of shares, a sum or a price, as it was typed. */
interface Amount {
  readonly words: readonly string[];
  /** Where it stands in the line. */
  readonly at: number;
  /** Directly behind 지정가 or 조건부, whose price it may be. */
  readonly behindLimit: boolean;
}

/** One way to read an order's words, as far as it got. */
interface OrderReading {
  readonly instrument?: string;
  readonly size?: Amount;
  readonly price?: Amount;
  /** Words that say how; behind a stop the price at which it fires. */
  readonly how: readonly string[];
}

/** The issue that a run of words names, as it is to be read again; undefined where they name none. */
type NameOf = (words: readonly string[]) => string | undefined;

/**
 * The words of an order (issue, how much, price, how) in the order in which they are read, whatever the order in which
 * they were typed; undefined where they are no order. Of two numbers of which each could be the shares or the price, the
 * first is the shares. `lineOf` puts what stands around them in the line.
 * @throws AppError `args.several-ways` where they can be read in more than one way; its `lines` hold each.
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
  // What names no issue wholly is asked about, whatever its place.
  const perhaps: NameOf = (words) => (words.some(isPart) ? undefined : words.join(' '));
  const found = [wholly, perhaps].map((nameOf) => orders(tokens, nameOf)).find((ways) => ways.length > 0) ?? [];
  const lines = found.map((order) => lineOf(order.split(' ')).join(' '));
  if (lines.length > 1) throw new AppError('args.several-ways', { lines: lines.join('\n') });
  return lines[0]?.split(' ');
}

/** All ways to read the words, each in the order that is read in that way alone. */
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
  if (soFar.instrument === undefined && (!isPart(token) || looksLikeSymbol(token) || meansHow(token) !== undefined)) {
    for (let length = 1; length <= Math.min(longestName, tokens.length - at); length += 1) {
      const instrument = nameOf(run(length));
      if (instrument !== undefined) found.push(...goOn(length, { instrument }));
    }
  }
  const how = meansHow(token);
  if (how !== undefined) {
    const fires = how.pricing === 'stop' ? lengthOf(limitPrice, tokens.slice(at + 1)) : 0;
    return fires === undefined ? found : [...found, ...goOn(1 + fires, { how: [...soFar.how, ...run(1 + fires)] })];
  }
  const before = meansHow(tokens[at - 1] ?? '')?.pricing;
  const behindLimit = before === 'limit' || before === 'conditional';
  for (const [name, kind] of Object.entries({ size, price: limitPrice } as const)) {
    const length = soFar[name as 'size' | 'price'] === undefined ? lengthOf(kind, tokens.slice(at)) : undefined;
    if (length !== undefined) found.push(...goOn(length, { [name]: { words: run(length), at, behindLimit } }));
  }
  return found;
}

/** Whether nothing is missing, and neither number is taken for what the other is. */
function isOrder({ instrument, size: much, price }: OrderReading): boolean {
  if (instrument === undefined || much === undefined) return false;
  if (!isWholly(limitPrice, much.words)) return true;
  // `조건부 49000` alone is a price whose shares are missing sooner than shares without a price.
  if (price === undefined) return !much.behindLimit;
  if (much.at < price.at || !isWholly(size, price.words)) return true;
  return price.behindLimit || (isBare(much.words) && !isBare(price.words));
}

/** `10`, which may be shares or won. */
function isBare(words: readonly string[]): boolean {
  return words.length === 1 && /^[\d,]+$/.test(words[0] ?? '');
}

/** Whether a word is a part of an order by itself, and so hardly of a name. */
function isPart(word: string): boolean {
  return meansHow(word) !== undefined || isWholly(size, [word]) || isWholly(limitPrice, [word]);
}

function isWholly(kind: ArgumentKind<unknown>, words: readonly string[]): boolean {
  return lengthOf(kind, words) === words.length;
}

/** How many words the kind takes; undefined where it takes none. What is too large or not whole is still meant for it. */
function lengthOf(kind: ArgumentKind<unknown>, words: readonly string[]): number | undefined {
  try {
    // `005930` is no amount: nobody writes one so.
    if (/^0\d{5}$/.test(words[0] ?? '')) return undefined;
    // Neither reads anything but the words.
    return kind.read(words, { after: 0 } as Parameters<typeof kind.read>[1]).used;
  } catch (error) {
    const { code } = error as AppError;
    return code === 'args.quantity' || code === 'args.limit-price' ? undefined : 1;
  }
}
