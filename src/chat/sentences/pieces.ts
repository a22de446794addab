import type { Instrument } from '../../domain/market/instrument.ts';
import type { Side } from '../../domain/orders/order.ts';
import type { InstrumentDirectory } from '../../ports/symbols.ts';
import { nativeWords, numberCharacters, readNumber } from '../arguments/numbers.ts';
import { qualifierNames } from '../arguments/order-arguments.ts';
import { mostChoices } from './reading.ts';

/** One piece of a sentence about an order. */
export type Piece =
  /**
   * One issue, or several that a word may mean. `sure`: the text is an issue's complete name. When it is only part of a
   * name the person is asked, even if a single issue fits.
   */
  | { readonly kind: 'stock'; readonly found: readonly Instrument[]; readonly typed: string; readonly sure: boolean }
  /** A size in the form that `/buy` takes: `10`, `1000000원`, `50%`. */
  | { readonly kind: 'size'; readonly text: string }
  | { readonly kind: 'price'; readonly won: number }
  /** A sum in won that may be a price, or the cost of the whole order. */
  | { readonly kind: 'sum'; readonly won: number }
  /** A number without a unit. `countable`: it may be a number of shares. */
  | { readonly kind: 'number'; readonly value: number; readonly countable: boolean }
  | { readonly kind: 'how'; readonly word: string }
  | { readonly kind: 'verb'; readonly side: Side }
  | { readonly kind: 'filler' };

interface Step {
  readonly piece: Piece;
  readonly end: number;
}

/** How issues are recognised: by complete names (`exactly`), or also by words that are part of a name (`loosely`). */
export type NameMatching = 'exactly' | 'loosely';

const end = '(?=[ ,]|$)';
const sticky = (source: string): RegExp => new RegExp(source, 'iy');

/**
 * Verbs that order something, in the forms that ask for it now. Any other form (past, negative, question, wish,
 * condition, hearsay) leaves characters that no pattern reads, so that the sentence is no order.
 */
const request = '(?:해|해 ?줘요?|해 ?주세요|해 ?주라|해라|할게요?|하겠습니다|부탁해요?|부탁드려요|부탁드립니다)';
const give = '(?: ?줘요?| ?주세요| ?주라)';
const noun = (names: string): string => `(?:${names})(?: ?주문)?(?: ?${request})?$`;
const verbs: readonly { readonly side: Side; readonly pattern: RegExp }[] = [
  { side: 'buy', pattern: sticky(noun('매수|구매|구입')) },
  { side: 'buy', pattern: sticky(`사(?:${give}|라)?$|살게요?$|담아(?:${give}|라)?$`) },
  { side: 'sell', pattern: sticky(noun('매도|처분')) },
  { side: 'sell', pattern: sticky(`팔아(?:${give}|라)?$|팔게요?$|던져(?:${give}|라)?$`) },
  // The noun alone may also stand before the size: 삼성전자 매수 10주.
  { side: 'buy', pattern: sticky(`매수${end}`) },
  { side: 'sell', pattern: sticky(`매도${end}`) },
];

const parts: readonly { readonly pattern: RegExp; readonly text: string }[] = [
  { pattern: sticky('(?:전량|전부|모두|몽땅)(?:을|를|다)?'), text: '100%' },
  { pattern: sticky(`다${end}`), text: '100%' },
  { pattern: sticky('(?:절반|반)(?:을|를|만|씩)?'), text: '50%' },
];

const named = qualifierNames.filter((name) => name !== 'stop' && !name.startsWith('스톱'));
const howWord = sticky(
  `(${named.toSorted((one, other) => other.length - one.length).join('|')})(?:으로|로|에서|에)?(?![a-z])`,
);
const filler = sticky(`(?:좀|지금|바로|당장|그냥|주식|주식을|종목)${end}`);
const particle = sticky(`(?:이랑|하고|을|를|은|는|이|가|의|도|만|좀|로|랑|와|과)?${end}`);

/** Characters that may be a number. After 억 and 만 a number may continue after a blank, but only if it ends in 원. */
const run = sticky(`${numberCharacters}+`);
const runWithBlanks = sticky(`${numberCharacters}+(?:(?<=[조억만]) \\d${numberCharacters}*)+(?= ?원)`);
const counted = sticky(`(?:${nativeWords})(?= ?주)`);
const units: readonly { readonly pattern: RegExp; readonly piece: (value: number) => Piece }[] = [
  { pattern: sticky(' ?주(?:를|을|만|씩)?'), piece: (value) => ({ kind: 'size', text: String(value) }) },
  { pattern: sticky(' ?원 ?(?:어치|치)(?:를|만|씩)?'), piece: (value) => ({ kind: 'size', text: `${value}원` }) },
  { pattern: sticky(' ?원에'), piece: (won) => ({ kind: 'price', won }) },
  { pattern: sticky(' ?원(?:으로|을|만|씩)?'), piece: (won) => ({ kind: 'sum', won }) },
];
const percent = sticky(`(\\d{1,3}(?:\\.\\d{1,3})?) ?(?:%|퍼센트|프로)(?:를|을|만|씩)?`);
const priceWithoutUnit = sticky('에');
/** Single syllables that are words as often as numbers: 사주 (fortune) and 이주 (this week) are not four and two shares. */
const doubtful = /^[영공일이삼사오육칠팔구]$/;

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text) ?? undefined;
}

/** All pieces that may begin at a position of the text, longest names first. */
export function stepsAt(
  text: string,
  at: number,
  directory: InstrumentDirectory,
  naming: NameMatching,
): readonly Step[] {
  return [
    ...(naming === 'exactly' ? exactNames(text, at, directory) : looseNames(text, at, directory)),
    ...verbs.flatMap(({ side, pattern }) => simple(pattern, text, at, { kind: 'verb', side })),
    ...parts.flatMap(({ pattern, text: part }) => simple(pattern, text, at, { kind: 'size', text: part })),
    ...numbersAt(text, at),
    ...howAt(text, at),
    ...simple(filler, text, at, { kind: 'filler' }),
  ];
}

function simple(pattern: RegExp, text: string, at: number, piece: Piece): readonly Step[] {
  const found = match(pattern, text, at);
  return found === undefined ? [] : [{ piece, end: at + found[0].length }];
}

function howAt(text: string, at: number): readonly Step[] {
  const found = match(howWord, text, at);
  return found === undefined ? [] : [{ piece: { kind: 'how', word: found[1] ?? '' }, end: at + found[0].length }];
}

function numbersAt(text: string, at: number): readonly Step[] {
  const share = match(percent, text, at);
  if (share !== undefined) return [{ piece: { kind: 'size', text: `${share[1]}%` }, end: at + share[0].length }];
  const found = match(runWithBlanks, text, at) ?? match(run, text, at) ?? match(counted, text, at);
  const value = found === undefined ? undefined : readNumber(found[0]);
  if (found === undefined || value === undefined || value === 0) return [];
  const after = at + found[0].length;
  const [digits] = found;
  for (const { pattern, piece } of units) {
    const unit = match(pattern, text, after);
    if (unit === undefined) continue;
    const written = piece(value);
    if (written.kind === 'size' && doubtful.test(digits)) return [];
    return [{ piece: written, end: after + unit[0].length }];
  }
  if (!/\d/.test(digits)) return [];
  const price = match(priceWithoutUnit, text, after);
  if (price !== undefined) return [{ piece: { kind: 'price', won: value }, end: after + price[0].length }];
  const large = /[조억만]$/.test(digits);
  // `1만 2천주` may be one number or two.
  if (!/^(?:[ ,]|$)/.test(text.slice(after)) || (large && /^ \d/.test(text.slice(after)))) return [];
  return [{ piece: { kind: 'number', value, countable: /^[\d,]+$/.test(digits) }, end: after }];
}

/** The longest name of an issue, in characters. Names have at least two. */
const longestName = 30;
const shortestName = 2;
const noName = /^(?:[\d,.]+[주원%]?|[ㄱ-ㅎ]{1,2})$/;

function exactNames(text: string, at: number, directory: InstrumentDirectory): readonly Step[] {
  const steps: Step[] = [];
  for (let length = Math.min(longestName, text.length - at); length >= shortestName; length -= 1) {
    const typed = text.slice(at, at + length);
    if (typed.endsWith(' ')) continue;
    const instrument = directory.named(typed);
    if (instrument === undefined) continue;
    const piece: Piece = { kind: 'stock', found: [instrument], typed, sure: true };
    const suffix = match(particle, text, at + length)?.[0] ?? '';
    steps.push({ piece, end: at + length + suffix.length });
  }
  return steps;
}

/** Issues whose names contain the words at this position. */
function looseNames(text: string, at: number, directory: InstrumentDirectory): readonly Step[] {
  if (at > 0 && text[at - 1] !== ' ') return [];
  const words = text.slice(at).split(' ', 3);
  const steps: Step[] = [];
  for (let count = words.length; count >= 1; count -= 1) {
    const typed = words.slice(0, count).join(' ');
    const bare = typed.replace(/(?:이랑|하고|을|를|은|는|이|가|의|도|만|좀|로|랑|와|과)$/, '');
    for (const name of new Set([typed, bare])) {
      if (name.length < shortestName || name.length > longestName || noName.test(name)) continue;
      const { instruments: found, fit } = directory.search(name, mostChoices);
      // A word that only resembles a name is, in the middle of a sentence, more likely an ordinary word.
      if (found.length === 0 || fit === 'near') continue;
      steps.push({ piece: { kind: 'stock', found, typed: name, sure: fit === 'whole' }, end: at + typed.length });
    }
  }
  return steps;
}
