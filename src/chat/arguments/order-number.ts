import { orderNumber } from '../../domain/orders/order.ts';
import { AppError } from '../../errors.ts';
import { type ArgumentKind, shorten } from '../command.ts';

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

/** An order number, or all open orders: `1234`, `0000001234`, `all`, `전부`. */
export const orderChoice: ArgumentKind<string> = {
  name: 'order',
  optional: false,
  read: (tokens) =>
    /^(?:all|전부|모두|전체)$/i.test(tokens[0] ?? '')
      ? { value: 'all', used: 1 }
      : readOrderNumber(tokens, 'args.order-choice'),
};
