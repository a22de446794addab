import { limitPrice } from '../../src/chat/arguments/order-arguments.ts';
import { orderNumberArgument } from '../../src/chat/arguments/order-number.ts';
import { orderPart, sharesOfPart } from '../../src/chat/arguments/order-part.ts';
import type { Line, Message } from '../../src/chat/channel.ts';
import { defineCommand, optional, type Ticket } from '../../src/chat/command.ts';
import { orderPrice, outcomeMessage } from '../../src/chat/messages/order-text.ts';
import type { Instrument } from '../../src/domain/market/instrument.ts';
import { AppError } from '../../src/errors.ts';
import type { ConfirmedAmendment } from '../../src/services/orders/orders.ts';
import { issueName } from '../shared.ts';
import { type ChangedTerms, offeringTerms } from './ways-out.ts';

/** The line that makes the ticket of an amendment, at another price or of another part where that is given. */
function amendLine(
  { target, price, part }: Pick<ConfirmedAmendment, 'target' | 'price' | 'part'>,
  changed: ChangedTerms = {},
): string {
  const shares = changed.quantity ?? part;
  return [
    `/amend ${target.reference.number} ${changed.price ?? price}`,
    ...(shares === undefined ? [] : [shares]),
  ].join(' ');
}

export const amend = defineCommand({
  name: 'amend',
  section: 'trade',
  aliases: ['정정'],
  role: 'trader',
  account: true,
  trades: true,
  args: { order: orderNumberArgument, price: limitPrice, quantity: optional(orderPart) },
  examples: ['/amend 1234 71000', '/amend 1234 71000 5'],
  async prepare({ broker, orders, directory, words, progress }, args): Promise<Ticket<ConfirmedAmendment> | Message> {
    progress({ lines: [words.progress.orders] });
    const open = await broker.openOrders();
    const target = open.find(({ reference }) => reference.number === args.order);
    if (target === undefined) throw new AppError('orders.not-open', { number: args.order });
    if (target.price === args.price) throw new AppError('orders.same-price', { price: args.price });
    const { reference, remaining } = target;
    const whole = {
      line: `/amend ${reference.number} ${args.price}`,
      label: words.buttons.amendAll(words.shares(remaining), words.won(args.price)),
    };
    const meant = sharesOfPart(words, { number: reference.number, remaining }, args.quantity, whole);
    if (meant.refusal !== undefined) return meant.refusal;
    const part = meant.shares;
    // An issue that is not in the directory yet is treated as a share, whose tick sizes are coarser than an ETF's.
    const unlisted: Instrument = { symbol: target.symbol, name: target.name, market: 'KOSPI', kind: 'stock' };
    const stock = directory.get(target.symbol) ?? unlisted;
    const amendment = { target, instrument: stock, price: args.price, ...(part === undefined ? {} : { part }) };
    const { last } = await offeringTerms(
      words,
      (changed) => amendLine(amendment, changed),
      () => orders.checkAmendment(amendment),
    );
    const before = orderPrice(words, target);
    const lines: Line[] = [
      [
        { bold: words.ticket.amendTitle },
        ' · ',
        { bold: issueName({ directory }, target) },
        ' ',
        { code: target.symbol },
      ],
      [
        { code: reference.number },
        ` ${words.side[target.side]} `,
        ...(part === undefined
          ? [words.shares(remaining)]
          : [{ bold: words.orders.partOf(words.shares(remaining), words.shares(part)) }]),
      ],
      [`${before} → `, { bold: words.won(args.price) }],
      `${words.ticket.last} ${words.won(last)}`,
      part === undefined
        ? words.ticket.amendNote
        : words.ticket.amendPartNote(words.shares(part), words.shares(remaining - part), reference.number),
      ...(broker.venue.kind === 'live' ? [[{ bold: words.ticket.live }]] : []),
    ];
    return { plan: { ...amendment, shownLast: last }, summary: { lines }, dropLabel: words.buttons.close };
  },
  again: (plan: ConfirmedAmendment) => amendLine(plan),
  async execute(
    { orders, words, people, person, broker, progress, fillNotices },
    plan: ConfirmedAmendment,
    proposal,
  ): Promise<Message> {
    progress({ lines: [words.progress.sending] });
    const order = await offeringTerms(
      words,
      (changed) => amendLine(plan, changed),
      () => orders.amend(proposal, person.id, plan),
    );
    return outcomeMessage(words, order, plan.instrument.name, people.settings(person.id).fills, broker, fillNotices());
  },
});
