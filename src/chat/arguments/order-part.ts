import { sharesForPercent } from '../../domain/orders/order-size.ts';
import { AppError } from '../../errors.ts';
import type { Words } from '../../i18n/index.ts';
import type { Message } from '../channel.ts';
import { type ArgumentKind, shorten } from '../command.ts';
import { size } from './order-arguments.ts';

/** A part of the unfilled shares of an order: a number of shares, or a percentage. */
export type OrderPart =
  | { readonly kind: 'shares'; readonly shares: number }
  | { readonly kind: 'percent'; readonly percent: number };

/**
 * How much of an order: `3`, `3주`, `절반`, `50%`. Zero is accepted here; sharesOfPart refuses it with the number of
 * shares that would pass, which takes the order itself.
 */
export const orderPart: ArgumentKind<OrderPart> = {
  name: 'quantity',
  optional: false,
  read(tokens, context) {
    const [token = ''] = tokens;
    if (/^0+주?$/.test(token)) return { value: { kind: 'shares', shares: 0 }, used: 1 };
    const { value, used } = size.read(tokens, context);
    if (value.kind === 'sum') throw new AppError('args.quantity', { text: shorten(token) });
    return { value, used };
  },
};

/**
 * The number of shares that a part comes to, or undefined for all that is left; an explanation with a button when the
 * part cannot be cancelled or amended.
 */
export function sharesOfPart(
  words: Words,
  left: { readonly number: string; readonly remaining: number },
  part: OrderPart | undefined,
  /** The command line that changes all that is left of the order, and its button's label. */
  whole: { readonly line: string; readonly label: string },
): { readonly shares: number | undefined; readonly refusal?: undefined } | { readonly refusal: Message } {
  if (part === undefined) return { shares: undefined };
  const { number, remaining } = left;
  const counted = part.kind === 'shares' ? part.shares : sharesForPercent(part.percent, remaining, 'sell');
  const shares = typeof counted === 'number' ? counted : 0;
  if (shares >= 1 && shares <= remaining) return { shares: shares === remaining ? undefined : shares };
  return {
    refusal: {
      lines: [words.orders.partRefused(number, words.shares(shares), remaining)],
      buttons: [[{ id: `run:${whole.line}`, label: whole.label }]],
      private: true,
    },
  };
}
