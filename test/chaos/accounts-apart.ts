import { orderNumber } from '../../src/domain/orders/order.ts';
import type { Proposal } from '../../src/ports/ledger/proposal-ledger.ts';
import type { AccountFacts, OrderTimeline } from './invariants.ts';
import { isLike, sentAt, wasUnknown } from './likeness.ts';
import { type AccountSetup, textsAbout } from './scenario/accounts.ts';
import type { Did, World } from './scenario/world.ts';

type VenueOrder = AccountFacts['state']['orders'][number];
type OpenPress = Did & { readonly ticket: Omit<Proposal, 'status'> };

/** One sentence for each time that one account was taken for another. Of one account alone there is none. */
export function notKeptApart(world: World, all: readonly AccountFacts[]): readonly string[] {
  if (all.length < 2) return [];
  return [
    ...takenElsewhere(world, all),
    ...shownAsAnothers(world, all),
    ...askedForNowhere(world, all),
    ...toldOfNobodys(
      all,
      [...world.chats.shown].map(({ text }) => text),
    ),
  ];
}

/** Tickets and orders that are in another account than the one whose ticket was shown. */
function takenElsewhere({ journal }: World, all: readonly AccountFacts[]): readonly string[] {
  const claims = journal.claims
    .filter(({ result, account, proposal }) => result === 'claimed' && account !== proposal.account)
    .map(({ account, proposal }) => `ticket ${proposal.id} of ${proposal.account} was taken in ${account}`);
  const orders = all.flatMap(({ account, timelines }) =>
    timelines
      .filter(({ proposalId }) => journal.tickets.get(proposalId)?.account !== account.ledgerName)
      .map(({ id, proposalId }) => `intent ${id} of ticket ${proposalId} is in ${account.name}, which it was not for`),
  );
  return [...claims, ...orders];
}

/** Tickets that were shown under another account's name. */
function shownAsAnothers({ chats, journal }: World, all: readonly AccountFacts[]): readonly string[] {
  return chats.shown.flatMap(({ text, buttons }) => {
    const id = buttons.find((button) => button.id.startsWith('confirm:'))?.id.replace('confirm:', '');
    const ticket = id === undefined ? undefined : journal.tickets.get(id);
    const facts = all.find(({ account }) => account.ledgerName === ticket?.account);
    if (facts === undefined || textsAbout([text], facts.account, all).length > 0) return [];
    return [`ticket ${id} of ${facts.account.name} was shown as: ${text.slice(0, 80)}`];
  });
}

/** A line that asks for an order, and the account that it picks; undefined for the one that the chat works with. */
interface Asked {
  readonly terms: string;
  readonly by: string;
  readonly mark: string | undefined;
}

/** Tickets of an account for which nobody typed a line that could have been meant for it. */
function askedForNowhere({ did, journal, accounts }: World, all: readonly AccountFacts[]): readonly string[] {
  const asked = did.flatMap(({ identity, input }) =>
    input.kind === 'text' ? (readLine(input.text, identity) ?? []) : [],
  );
  return [...journal.tickets.values()].flatMap((ticket) => {
    const facts = all.find(({ account }) => account.ledgerName === ticket.account);
    const terms = termsOf(ticket);
    if (facts === undefined || terms === undefined) return [];
    const { account } = facts;
    const isMeant = ({ by, mark }: Asked): boolean =>
      mark === undefined ? mayWorkWith(did, by, account, accounts) : mark === account.name || mark === account.title;
    if (asked.some((line) => line.terms === terms && isMeant(line))) return [];
    return [`ticket ${ticket.id} (${terms}) is in ${account.name}, and nobody asked for it there`];
  });
}

function readLine(text: string, by: string): Asked | undefined {
  const found = /^\/(buy|sell) (\d{6}) (\d+) (\S+)(?: @(\S+))?$/.exec(text);
  return found === null ? undefined : { terms: found.slice(1, 5).join(' '), by, mark: found[5] };
}

function termsOf({ plan }: Pick<Proposal, 'plan'>): string | undefined {
  const request = (plan as { readonly request?: Record<string, unknown>; readonly target?: unknown } | null)?.request;
  if (request === undefined || (plan as { readonly target?: unknown }).target !== undefined) return undefined;
  const { side, symbol, quantity, price } = request;
  return [side, symbol, quantity, price ?? '시장가'].join(' ');
}

/** Whether somebody's chat may have worked with an account: it is the first, or they asked for it there. */
function mayWorkWith(
  did: readonly Did[],
  by: string,
  { name }: Pick<AccountSetup, 'name'>,
  [first]: readonly AccountSetup[],
): boolean {
  const chose = `/account ${name}`;
  return (
    name === first?.name ||
    did.some(({ identity, input }) => identity === by && 'text' in input && input.text === chose)
  );
}

/** What was told of an order under the name of an account that has no order of that number, or under no name. */
export function toldOfNobodys(
  all: readonly (Pick<AccountFacts, 'state'> & { readonly account: Pick<AccountSetup, 'name' | 'title'> })[],
  texts: readonly string[],
): readonly string[] {
  return texts.flatMap((text) => {
    const number = /주문번호 (\d+)/.exec(text)?.[1];
    if (number === undefined) return [];
    const facts = all.find(({ account }) => textsAbout([text], account, all).length > 0);
    if (facts === undefined) return [`no account was named in: ${text.slice(0, 100)}`];
    if (facts.state.orders.some((order) => orderNumber(order.number) === number)) return [];
    return [`${facts.account.name} has no order ${number}, and was named in: ${text.slice(0, 100)}`];
  });
}

type Two = readonly Pick<AccountFacts, 'timelines' | 'state'>[];

/** Orders of unknown outcome whose like the other account had meanwhile. */
export function alikeInBoth(all: Two): readonly OrderTimeline[] {
  return all.flatMap((own) => {
    const others = all.filter((facts) => facts !== own).flatMap(({ state }) => state.orders);
    return own.timelines.filter((timeline) => wasUnknown(timeline) && others.some((order) => isBait(timeline, order)));
  });
}

/** How many order numbers both accounts have, of the orders that are meant. */
export function numbersInBoth([first, second]: Two, isMeant: (order: VenueOrder) => boolean = () => true): number {
  if (first === undefined || second === undefined) return 0;
  const numbersOf = ({ state }: Two[number]): ReadonlySet<string> =>
    new Set(state.orders.filter(isMeant).map(({ number }) => orderNumber(number)));
  return numbersOf(first).intersection(numbersOf(second)).size;
}

/** How often two accounts were nearly taken for each other. */
export function countApart(world: World, all: readonly AccountFacts[], open: readonly OpenPress[]) {
  const { journal } = world;
  const taken = journal.claims.filter(({ result }) => result === 'claimed');
  const alike = alikeInBoth(all);
  return {
    'pressed in a chat that had gone over to the other account': open.filter((press) => hasGoneOver(world, press))
      .length,
    "alike in both accounts while one's outcome was unknown": alike.length,
    'one of the two never arrived': alike.filter(({ reference }) => reference === undefined).length,
    'both accounts had orders of one number': numbersInBoth(all),
    'both had fills of one number': numbersInBoth(all, ({ filled }) => filled > 0),
    'an order was taken while the other account was halted': taken.filter(({ haltedElsewhere }) => haltedElsewhere)
      .length,
    "the other account's orders would have filled the day": taken.filter(({ fullTogether }) => fullTogether).length,
  };
}

/** Whether another account's order was there, and like one of ours, before it was known what had become of ours. */
function isBait(timeline: OrderTimeline, order: VenueOrder): boolean {
  const unknownAt = timeline.events.findIndex(({ event }) => event.type === 'outcome-unknown');
  const settledAt = timeline.events[unknownAt + 1]?.at ?? Number.POSITIVE_INFINITY;
  return sentAt(timeline) !== undefined && order.at <= settledAt && isLike(timeline, order, 'same');
}

/** Whether the chat of a press had said that it works with another account than the one of the ticket. */
function hasGoneOver({ chats, accounts }: World, { at, identity, ticket }: OpenPress): boolean {
  const [channel, chatId] = identity.split(':');
  const said = chats.shown.findLast(
    (shown) =>
      shown.channel === channel &&
      shown.chatId === chatId &&
      shown.at <= at &&
      shown.text.includes('이 대화에서는 이제'),
  );
  const own = accounts.find(({ ledgerName }) => ledgerName === ticket.account);
  return said !== undefined && own !== undefined && !said.text.includes(`이제 ${own.title} 계좌`);
}
