import type { Instrument } from '../../domain/market/instrument.ts';
import type { Side } from '../../domain/orders/order.ts';
import { type NameMatching, type Piece, stepsAt } from './pieces.ts';
import { type Choice, mostChoices, type Reading, type ReadingContext } from './reading.ts';

type Of<Kind extends Piece['kind']> = Extract<Piece, { readonly kind: Kind }>;

/** The most ways to split a sentence that are considered. Real sentences have fewer. */
const mostCuts = 200;
/**
 * Sentences with more words are not searched for parts of names, because each search goes through thousands of names.
 */
const mostWords = 12;

/**
 * Reads a sentence that orders something: `삼성전자 10주 7만원에 매수`. A sentence is an order only if every character of it is
 * understood and its verb asks for the order now. When it can be read in two ways, the person is asked; nothing is
 * assumed.
 */
export function readOrder(text: string, reader: ReadingContext): Reading | undefined {
  const exact = readAs(text, 'exactly', reader);
  return exact === undefined && text.split(' ').length <= mostWords ? readAs(text, 'loosely', reader) : exact;
}

/** All ways to split the whole text into pieces. */
function cutsOf(text: string, naming: NameMatching, { directory }: ReadingContext): readonly (readonly Piece[])[] {
  const cuts: (readonly Piece[])[] = [];
  const steps = new Map<number, ReturnType<typeof stepsAt>>();
  /** Positions from which no split reaches the end of the text. Each is tried only once. */
  const dead = new Set<number>();
  const cut = (from: number, pieces: readonly Piece[]): boolean => {
    const at = from + (/^[ ,]*/.exec(text.slice(from))?.[0].length ?? 0);
    if (at === text.length) return cuts.push(pieces) > 0;
    if (dead.has(at) || cuts.length >= mostCuts) return false;
    const here = steps.get(at) ?? stepsAt(text, at, directory, naming);
    steps.set(at, here);
    const arrived = here.map(({ piece, end }) => cut(end, [...pieces, piece]));
    if (!arrived.includes(true)) dead.add(at);
    return arrived.includes(true);
  };
  cut(0, []);
  return cuts;
}

function readAs(text: string, naming: NameMatching, reader: ReadingContext): Reading | undefined {
  const cuts = cutsOf(text, naming, reader);
  // `SK하이닉스` is one name, though SK and 하이닉스 are names too.
  const stocks = (pieces: readonly Piece[]): number => pieces.filter(({ kind }) => kind === 'stock').length;
  // Where digits may be a code or a number, the reading that names an issue wins.
  const fewest = Math.min(...cuts.map(stocks).filter((count) => count > 0));
  const readings = cuts
    .filter((pieces) => fewest === Number.POSITIVE_INFINITY || stocks(pieces) === fewest)
    .map((pieces) => assemble(pieces, reader));
  const [first] = readings;
  if (first === undefined) return undefined;
  if (readings.some((other) => JSON.stringify(other) !== JSON.stringify(first))) return ask('unclear', text, []);
  // Parts of names count only when they name exactly one issue in the sentence.
  return naming === 'loosely' && fewest !== 1 ? undefined : first;
}

function ask(
  about: Extract<Reading, { kind: 'question' }>['about'],
  subject: string,
  choices: readonly Choice[],
): Reading {
  return { kind: 'question', about, subject, choices: choices.slice(0, mostChoices) };
}

/** The command line that the pieces make, or a question when something is missing, given twice or doubtful. */
function assemble(pieces: readonly Piece[], reader: ReadingContext): Reading | undefined {
  const all = <Kind extends Piece['kind']>(kind: Kind): readonly Of<Kind>[] =>
    pieces.filter((piece): piece is Of<Kind> => piece.kind === kind);
  const [stocks, verbs, hows] = [all('stock'), all('verb'), all('how')];
  const terms = termsOf(all('size'), all('price'), all('sum'), all('number'), hows);
  const [stock] = stocks;
  const side = verbs[0]?.side;
  if (verbs.length > 1) return undefined;
  if (stock === undefined) {
    return side !== undefined && terms.kind === 'whole' ? ask('stock', side, []) : undefined;
  }
  const meant = stocks.flatMap(({ found }) => found);
  const [only] = meant;
  const single = meant.length === 1 && stock.sure ? only : undefined;
  const line = (on: Side, symbol: string, size: string | undefined, price: number | undefined): string =>
    [`/${on}`, symbol, size, price, ...hows.map(({ word }) => word)].filter((part) => part !== undefined).join(' ');
  if (side === undefined) {
    // Without a verb only an exact name with a size or price is asked about; a name alone is talk.
    return single !== undefined && terms.kind === 'whole'
      ? askSide(single, (on) => line(on, single.symbol, terms.size, terms.price), reader)
      : undefined;
  }
  if (terms.kind === 'double') return ask('unclear', stock.typed, []);
  if (single === undefined) {
    const whole = terms.kind === 'whole';
    const choices = meant.map(
      ({ symbol, name }): Choice => ({
        label: name,
        ...(whole
          ? { verb: 'run', line: line(side, symbol, terms.size, terms.price) }
          : { verb: 'ask', line: `/${side} ${symbol}` }),
      }),
    );
    return ask(stocks.length > 1 ? 'stocks' : 'which', stock.typed, choices);
  }
  const lineOf = (size: string | undefined, price: number | undefined) => line(side, single.symbol, size, price);
  return terms.kind === 'whole'
    ? { kind: 'line', line: lineOf(terms.size, terms.price) }
    : askTerms(terms, side, single, lineOf, reader);
}

/** The issue and the side are certain: asks what the numbers mean, or how many shares are meant. */
function askTerms(
  terms: Exclude<Terms, { readonly kind: 'whole' | 'double' }>,
  side: Side,
  { name }: Instrument,
  lineOf: (size: string | undefined, price: number | undefined) => string,
  { words }: ReadingContext,
): Reading {
  switch (terms.kind) {
    case 'size-missing':
      return ask('size', side, []);
    case 'sum': {
      const sum = words.won(terms.won);
      return ask('sum', sum, [
        { label: words.sentences.forSum(sum), verb: 'run', line: lineOf(`${terms.won}원`, undefined) },
      ]);
    }
    case 'number': {
      const size = String(terms.value);
      return ask('number', size, [{ label: words.shares(terms.value), verb: 'run', line: lineOf(size, undefined) }]);
    }
    case 'two-numbers': {
      const choices = [terms.values, terms.values.toReversed()].map(
        ([size = 0, price = 0]): Choice => ({
          label: `${words.shares(size)} · ${words.won(price)}`,
          verb: 'run',
          line: lineOf(String(size), price),
        }),
      );
      return ask('numbers', name, choices);
    }
  }
}

function askSide({ name }: Instrument, lineOf: (side: Side) => string, { words }: ReadingContext): Reading {
  const sides: readonly Side[] = ['buy', 'sell'];
  return ask(
    'side',
    name,
    sides.map((side): Choice => ({ label: words.buttons[side], verb: 'run', line: lineOf(side) })),
  );
}

/** What the numbers of a sentence say: how many shares, and at what price. */
type Terms =
  | { readonly kind: 'whole'; readonly size: string; readonly price: number | undefined }
  | { readonly kind: 'size-missing' }
  | { readonly kind: 'double' }
  /** A sum in won that may be the cost of the whole order, or a price without a size. */
  | { readonly kind: 'sum'; readonly won: number }
  /** A number that may be shares, or a price without a size. */
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'two-numbers'; readonly values: readonly number[] };

function termsOf(
  sizes: readonly Of<'size'>[],
  prices: readonly Of<'price'>[],
  sums: readonly Of<'sum'>[],
  numbers: readonly Of<'number'>[],
  hows: readonly Of<'how'>[],
): Terms {
  if (sizes.length > 1 || prices.length > 1) return { kind: 'double' };
  const [size, price] = [sizes[0]?.text, prices[0]?.won];
  const open = [...sums.map(({ won }) => won), ...numbers.map(({ value }) => value)];
  const [first, second, third] = open;
  if (third !== undefined) return { kind: 'double' };
  if (first === undefined) return size === undefined ? { kind: 'size-missing' } : { kind: 'whole', size, price };
  if (second !== undefined) {
    if (size !== undefined || price !== undefined || sums.length > 1) return { kind: 'double' };
    // Of `10 7만원` and `10 7만` only the first can be shares.
    const [count] = numbers.filter(({ countable }) => countable);
    const other = sums[0]?.won ?? numbers.find(({ countable }) => !countable)?.value;
    if (count !== undefined && other !== undefined) return { kind: 'whole', size: String(count.value), price: other };
    return count === undefined ? { kind: 'double' } : { kind: 'two-numbers', values: open };
  }
  if (size !== undefined) return price === undefined ? { kind: 'whole', size, price: first } : { kind: 'double' };
  const isSum = sums.length === 1;
  // Next to a price, or in a market order, a sum can only be the cost of the whole order.
  const priced = price !== undefined || hows.some(({ word }) => /^(?:시장가|market|최)/i.test(word));
  if (priced && isSum) return { kind: 'whole', size: `${first}원`, price };
  if (price !== undefined) {
    return numbers[0]?.countable === true ? { kind: 'whole', size: String(first), price } : { kind: 'double' };
  }
  if (isSum) return { kind: 'sum', won: first };
  return numbers[0]?.countable === true ? { kind: 'number', value: first } : { kind: 'size-missing' };
}
