import type { Message } from '../../src/chat/channel.ts';
import { type ArgumentKind, defineCommand, shorten } from '../../src/chat/command.ts';
import { settleButtons } from '../../src/chat/messages/notices.ts';
import { intentIssue, orderNumber } from '../../src/domain/orders/order.ts';
import { AppError } from '../../src/errors.ts';
import type { Verdict } from '../../src/services/orders/reconciliation/owner-verdicts.ts';

const intentId: ArgumentKind<string> = {
  name: 'intent',
  optional: false,
  read: ([token = '']) => ({ value: token, used: 1 }),
};

/** An order number, or `none` (없음): there is no such order. */
const verdict: ArgumentKind<Verdict> = {
  name: 'verdict',
  optional: false,
  read([token = '']) {
    if (/^(?:none|없음)$/i.test(token)) return { value: { kind: 'none' }, used: 1 };
    const digits = token.replace(/^#/, '').toUpperCase();
    // Numbers of scheduled orders begin with R.
    if (!/^R?\d{1,10}$/.test(digits) || Number(digits.replace('R', '')) === 0) {
      throw new AppError('args.verdict', { text: shorten(token) });
    }
    return { value: { kind: 'number', number: orderNumber(digits) }, used: 1 };
  },
};

export const settle = defineCommand({
  name: 'settle',
  section: 'trade',
  aliases: ['결과'],
  role: 'owner',
  account: true,
  private: true,
  effect: 'change',
  args: { intent: intentId, verdict },
  examples: ['/settle 3f9a1c0b7d2e 1234', '/settle 3f9a1c0b7d2e 없음'],
  async run({ reconciler, words, directory, progress }, args): Promise<Message> {
    progress({ lines: [words.progress.orders] });
    const order = await reconciler.settle(args.intent, args.verdict);
    const nameOf = (symbol: string): string => directory.get(symbol)?.name ?? symbol;
    if (order.status === 'asked') {
      return { lines: [words.settle.stillAsked], buttons: settleButtons(words, order, []) };
    }
    // The outcome itself is sent as a notice; this message confirms the press.
    return { lines: [`${words.status[order.status]} · ${nameOf(intentIssue(order.intent).symbol)}`] };
  },
});
