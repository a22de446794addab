import type { Exchange, Side } from '../../domain/orders/order.ts';
import type { OrderSize } from '../../domain/orders/order-size.ts';
import type { OrderTypeTraits, WantedPricing } from '../../domain/orders/order-types.ts';
import { AppError } from '../../errors.ts';
import { type ArgumentKind, shorten } from '../command.ts';
import { readNumber } from './numbers.ts';

const mostShares = 100_000_000;
const highestPrice = 1_000_000_000;
const largestSum = 1_000_000_000_000;

/** Words for a part of a holding or of the buying power, in percent. */
const parts: Readonly<Record<string, number>> = {
  전량: 100,
  전부: 100,
  모두: 100,
  all: 100,
  절반: 50,
  반: 50,
  half: 50,
};

/**
 * The size of an order: shares (`10`, `1,000주`), a sum to spend (`100만원`), or a part of what can be bought or sold
 * (`50%`, `절반`, `전량`). A sum may have blanks: `1억 2천만원`.
 */
export const size: ArgumentKind<OrderSize> = {
  name: 'quantity',
  optional: false,
  read(tokens) {
    const [token = ''] = tokens;
    const percent = parts[token.toLowerCase()];
    if (percent !== undefined) return { value: { kind: 'percent', percent }, used: 1 };
    const sum = longestRun(tokens, (text) => (text.endsWith('원') ? readNumber(text.slice(0, -1)) : undefined));
    if (sum !== undefined) {
      if (sum.value === 0 || sum.value > largestSum) throw new AppError('args.sum', { text: shorten(token) });
      return { value: { kind: 'sum', won: sum.value }, used: sum.used };
    }
    const share = /^(\d{1,3}(?:\.\d+)?)(?:%|퍼센트|프로)$/.exec(token)?.[1];
    if (share !== undefined) return { value: { kind: 'percent', percent: percentOf(share) }, used: 1 };
    return { value: { kind: 'shares', shares: sharesOf(token) }, used: 1 };
  },
};

/** Whole shares: `10`, `1,000주`. */
export const shares: ArgumentKind<number> = {
  name: 'quantity',
  optional: false,
  read: ([token = '']) => ({ value: sharesOf(token), used: 1 }),
};

/** @throws AppError `args.percent`. */
function percentOf(text: string): number {
  const percent = Number(text);
  if (percent <= 0 || percent > 100) throw new AppError('args.percent', { text });
  return percent;
}

/** @throws AppError `args.quantity`, `args.quantity-zero`, `args.quantity-whole`, `args.quantity-large`. */
function sharesOf(token: string): number {
  const text = shorten(token);
  const bare = token.replace(/주$/, '');
  if (/^-?[\d,]*\.\d+$/.test(bare) || /^-[\d,]+$/.test(bare)) throw new AppError('args.quantity-whole', { text });
  // Without 주 only digits are taken as shares: `100만` may be shares or won, and 칠 is a word too.
  const value = bare === token && !/^[\d,]+$/.test(bare) ? undefined : readNumber(bare);
  if (value === undefined) throw new AppError('args.quantity', { text });
  if (value === 0) throw new AppError('args.quantity-zero');
  if (value > mostShares) throw new AppError('args.quantity-large', { text });
  return value;
}

/** A limit price in won: `70000`, `70,000원`, `7만5천원`. */
export const limitPrice: ArgumentKind<number> = {
  name: 'price',
  optional: false,
  read: (tokens) => readPrice(tokens, 'args.limit-price'),
};

function readPrice(tokens: readonly string[], code: 'args.price' | 'args.limit-price') {
  const found = longestRun(tokens, (text) => (/\d|원$/.test(text) ? readNumber(text.replace(/원$/, '')) : undefined));
  if (found === undefined || found.value === 0 || found.value > highestPrice)
    throw new AppError(code, { text: shorten(tokens[0] ?? '') });
  return found;
}

/** A limit price in won, or `market`: `70000`, `시장가`. */
export const price: ArgumentKind<number | 'market'> = {
  name: 'price',
  optional: false,
  read: (tokens) =>
    qualifierOf(tokens[0] ?? '')?.pricing === 'market' ? { value: 'market', used: 1 } : readPrice(tokens, 'args.price'),
};

/** Reads as many words as make one number: after 억 or 만 a number may go on after a blank (`1억 2천만원`). */
function longestRun(
  tokens: readonly string[],
  read: (text: string) => number | undefined,
): { readonly value: number; readonly used: number } | undefined {
  let used = 1;
  while (used < Math.min(tokens.length, 3) && /[조억만]$/.test(tokens[used - 1] ?? '')) used += 1;
  for (; used >= 1; used -= 1) {
    const value = read(tokens.slice(0, used).join(' '));
    if (value !== undefined) return { value, used };
  }
  return undefined;
}

/** How an order trades (its type, time in force and stop price) and at which exchange. */
export interface OrderQualifiers {
  readonly pricing: WantedPricing;
  readonly condition: OrderTypeTraits['condition'];
  readonly afterMarket: boolean;
  /** Undefined where none was named. */
  readonly exchange: Exchange | undefined;
  /** Won. */
  readonly stopPrice: number | undefined;
}

export const noQualifiers: OrderQualifiers = {
  pricing: 'limit',
  condition: 'none',
  afterMarket: false,
  exchange: undefined,
  stopPrice: undefined,
};

/** The words for each qualifier. Buttons use the first name of each. */
const qualifierWords: readonly { readonly names: readonly string[]; readonly means: Partial<OrderQualifiers> }[] = [
  { names: ['limit', '지정가'], means: { pricing: 'limit' } },
  { names: ['market', '시장가'], means: { pricing: 'market' } },
  { names: ['conditional', '조건부지정가', '조건부'], means: { pricing: 'conditional' } },
  { names: ['best', '최유리지정가', '최유리'], means: { pricing: 'best' } },
  { names: ['top', '최우선지정가', '최우선'], means: { pricing: 'top' } },
  { names: ['mid', '중간가'], means: { pricing: 'mid' } },
  { names: ['stop', '스톱지정가', '스톱'], means: { pricing: 'stop' } },
  { names: ['pre-close', '장전시간외'], means: { pricing: 'pre-close' } },
  { names: ['post-close', '장후시간외'], means: { pricing: 'post-close' } },
  { names: ['ioc'], means: { condition: 'ioc' } },
  { names: ['fok'], means: { condition: 'fok' } },
  { names: ['after', '애프터마켓', '애프터'], means: { afterMarket: true } },
  { names: ['KRX', '한국거래소'], means: { exchange: 'KRX' } },
  { names: ['NXT', '넥스트레이드', '넥스트'], means: { exchange: 'NXT' } },
  { names: ['SOR'], means: { exchange: 'SOR' } },
];
const qualifierByName = new Map(
  qualifierWords.flatMap(({ names, means }) => names.map((name) => [name.toLowerCase(), means])),
);

/** All words that name a qualifier. */
export const qualifierNames: readonly string[] = [...qualifierByName.keys()];
export const qualifierOf = (word: string): Partial<OrderQualifiers> | undefined =>
  qualifierByName.get(word.toLowerCase());

/** The qualifiers as words, so that a button can repeat the order. */
function qualifierText({ pricing, condition, afterMarket, exchange, stopPrice }: OrderQualifiers): string {
  return [
    pricing === 'limit' ? '' : pricing,
    stopPrice === undefined ? '' : String(stopPrice),
    condition === 'none' ? '' : condition,
    afterMarket ? 'after' : '',
    exchange ?? '',
  ]
    .filter((word) => word !== '')
    .join(' ');
}

function sizeText(wanted: OrderSize): string {
  if (wanted.kind === 'shares') return String(wanted.shares);
  return wanted.kind === 'sum' ? `${wanted.won}원` : `${wanted.percent}%`;
}

/** The command line that makes the same order, for a button. */
export function orderLine(
  side: Side,
  symbol: string,
  wanted: OrderSize,
  price: number | undefined,
  way: OrderQualifiers,
): string {
  return [`/${side}`, symbol, sizeText(wanted), price ?? '', qualifierText(way)]
    .filter((word) => word !== '')
    .join(' ');
}

/** `최유리`, `IOC`, `조건부`, `스톱 72000`, `애프터마켓`, `NXT`, in any order; each qualifier may be given once. */
export const how: ArgumentKind<OrderQualifiers> = {
  name: 'how',
  optional: false,
  read(tokens, context) {
    const found: { -readonly [Key in keyof OrderQualifiers]?: OrderQualifiers[Key] } = {};
    for (let at = 0; at < tokens.length; at += 1) {
      const token = tokens[at] ?? '';
      const means = qualifierOf(token);
      if (means === undefined) throw new AppError('args.how', { text: shorten(token) });
      if (Object.keys(means).some((key) => key in found))
        throw new AppError('args.how-twice', { text: shorten(token) });
      Object.assign(found, means);
      if (means.pricing !== 'stop') continue;
      const { value, used } = limitPrice.read(tokens.slice(at + 1), context);
      found.stopPrice = value;
      at += used;
    }
    return { value: { ...noQualifiers, ...found }, used: tokens.length };
  },
};

/** A price that may be left out, also when qualifiers follow. */
export const priceBeforeQualifiers: ArgumentKind<number | undefined> = {
  name: 'price',
  optional: true,
  read(tokens) {
    if (qualifierOf(tokens[0] ?? '') !== undefined) return { value: undefined, used: 0 };
    return readPrice(tokens, 'args.price');
  },
};
