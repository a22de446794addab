import { orderNumber } from '../../src/domain/orders/order.ts';
import { countApart } from './accounts-apart.ts';
import type { AccountFacts, Facts, OrderTimeline } from './invariants.ts';
import { isLike, wasUnknown } from './likeness.ts';
import { onlyCancels } from './scenario/journal.ts';
import { driftPercent } from './scenario/stage.ts';
import type { Did, World } from './scenario/world.ts';

/**
 * What the bot is held to, and for each the ways in which it was nearly broken: only what was near can show that it
 * holds. A run in which one of these never happened proves nothing, and fails.
 */
export const promises = {
  'one order for each confirmation': ['an order arrived and its answer did not', 'a taken ticket was pressed again'],
  'nothing leaves before it is written down': ['power or disk failed between press and request'],
  'each order tied to its own confirmation': ['another order alike was there', 'its mirror image was there'],
  'every outcome known, or asked': ['an outcome was unknown'],
  'positions equal': ['a fill that no push told of'],
  'each filled share told once': ['a push came twice', 'a message may have come twice'],
  'nothing unconfirmed': ['somebody else pressed an open ticket', 'an open ticket was pressed a minute ago'],
  'no order above its cap': ['an order above it was asked for'],
  'no day above its cap': ['more than was left was asked for', 'two passed alone and not together'],
  'no order after the price has moved': ['the price had moved too far at the press'],
  'no ticket after its time': [
    'pressed in the last second',
    'pressed in the first second after',
    'the time ran out between press and claim',
  ],
  'nothing new after a halt': [
    'pressed while halted',
    'halted between press and claim',
    'halted between claim and send',
  ],
  'nothing new before a start has asked what became of the old': ['asked for before that'],
  'each message shown, or told to be lost': ['a message failed', 'a message was refused for good'],
  'a platform is left alone for as long as it says': ['it named a time'],
  'an order only in the account it was confirmed for': ['pressed in a chat that had gone over to the other account'],
  "nothing of one account is taken for the other's": [
    "alike in both accounts while one's outcome was unknown",
    'one of the two never arrived',
    'both accounts had orders of one number',
    'both had fills of one number',
  ],
  'caps and halts of each account are its own': [
    'an order was taken while the other account was halted',
    "the other account's orders would have filled the day",
  ],
} as const;
export type NearMiss = (typeof promises)[keyof typeof promises][number];
export type NearMisses = Readonly<Record<NearMiss, number>>;

/** Who an identity is; whoever may not order is nobody. */
const persons: Readonly<Record<string, string>> = {
  'telegram:1': 'telegram:1',
  'discord:2': 'telegram:1',
  'console:local': 'console:local',
  'telegram:3': 'telegram:3',
};
/** A press that was made longer ago is not carried out. */
const staleMs = 60_000;

/** Presses of a ticket that may send it. */
export function rightfulPresses(world: World, proposalId: string): readonly Did[] {
  const personId = world.journal.tickets.get(proposalId)?.personId;
  return world.did.filter(
    ({ identity, input, ageMs }) =>
      input.kind === 'press' &&
      input.button === `confirm:${proposalId}` &&
      personId !== undefined &&
      persons[identity] === personId &&
      ageMs <= staleMs,
  );
}

/** How often each promise was nearly broken. */
export function countNearMisses(world: World, all: readonly AccountFacts[]): NearMisses {
  const { journal, chats } = world;
  const said = (text: string): number => chats.shown.filter((shown) => shown.text.includes(text)).length;
  const timelines = all.flatMap((facts) => facts.timelines.map((timeline) => ({ timeline, facts })));
  const unknown = timelines.filter(({ timeline }) => wasUnknown(timeline));
  const claimed = journal.claims.filter(({ result }) => result === 'claimed');
  const refused = (reason: string): number => journal.claims.filter(({ result }) => result === reason).length;
  const openPresses = world.did.flatMap((did) => {
    if (did.input.kind !== 'press' || !did.input.button.startsWith('confirm:')) return [];
    const ticket = world.journal.tickets.get(did.input.button.replace('confirm:', ''));
    if (ticket === undefined) return [];
    const takenAt = claimed.find(({ proposal }) => proposal.id === ticket.id)?.at ?? Number.POSITIVE_INFINITY;
    return [{ ...did, ticket, takenAt, leftMs: ticket.expiresAt - did.botAt }];
  });
  const inTime = openPresses.filter(({ at, takenAt, leftMs }) => at < takenAt && leftMs > 0);
  const fills = all.flatMap(({ account, state, elsewhere }) =>
    state.orders
      .filter(({ number, filled }) => filled > 0 && !elsewhere.has(number))
      .map(({ number, filled }) => ({ account: account.ledgerName, number: orderNumber(number), filled })),
  );
  const pushed = (of: { readonly account: string; readonly number: string }): number =>
    journal.pushedFills
      .filter((push) => push.fresh && push.account === of.account && orderNumber(push.number) === of.number)
      .reduce((sum, { quantity }) => sum + quantity, 0);
  return {
    'an order arrived and its answer did not': unknown.filter(
      ({ timeline: { reference } }) => (reference?.number ?? '') !== '',
    ).length,
    'a taken ticket was pressed again': openPresses.filter(({ at, takenAt }) => at > takenAt).length,
    'power or disk failed between press and request':
      journal.failedWrites.filter((name) => name === 'claim' || name === 'beginSubmit').length +
      timelines.filter(({ timeline }) => timeline.events.some(({ event }) => event.type === 'never-sent')).length,
    'another order alike was there': unknown.filter(({ timeline, facts }) =>
      isBeside(timeline, facts.state.orders, 'same'),
    ).length,
    'its mirror image was there': unknown.filter(({ timeline, facts }) =>
      isBeside(timeline, facts.state.orders, 'opposite'),
    ).length,
    'an outcome was unknown': unknown.length,
    'a fill that no push told of': fills.filter((fill) => pushed(fill) < fill.filled).length,
    'a push came twice': journal.pushedFills.filter(({ fresh }) => !fresh).length,
    'a message may have come twice': chats.lostAnswers,
    'somebody else pressed an open ticket': inTime.filter(
      ({ identity, ticket }) => persons[identity] !== ticket.personId,
    ).length,
    'an open ticket was pressed a minute ago': inTime.filter(({ ageMs }) => ageMs > staleMs).length,
    'an order above it was asked for': said('1회 한도'),
    'more than was left was asked for': said('하루 한도'),
    'two passed alone and not together': refused('over-daily-cap'),
    'the price had moved too far at the press': said('주문표를 만든 뒤 가격이'),
    'pressed in the last second': openPresses.filter(({ at, takenAt, leftMs }) => at <= takenAt && within(leftMs))
      .length,
    'pressed in the first second after': openPresses.filter(
      ({ at, takenAt, leftMs }) => at < takenAt && (leftMs === 0 || within(-leftMs)),
    ).length,
    'the time ran out between press and claim': refused('expired'),
    'pressed while halted': said('거래가 정지되어 있습니다'),
    'halted between press and claim': refused('halted'),
    'halted between claim and send': journal.submits.filter(({ allowed }) => !allowed).length,
    'asked for before that': said('KIS의 주문 목록과 맞춰 보는 중입니다'),
    'a message failed': chats.failed,
    'a message was refused for good': chats.refused.length,
    'it named a time': chats.timesNamed,
    ...countApart(world, all, inTime),
  };
}

const within = (leftMs: number): boolean => leftMs > 0 && leftMs <= 1_000;

/** Whether the venue had another order that differs from an intent in nothing, or in its side alone. */
function isBeside(timeline: OrderTimeline, orders: Facts['state']['orders'], side: 'same' | 'opposite'): boolean {
  return orders.some(
    (order) => orderNumber(order.number) !== timeline.reference?.number && isLike(timeline, order, side),
  );
}

/** One sentence for each guard that let something through. */
export function guardsPassed(world: World): readonly string[] {
  const { journal, chats } = world;
  const violations: string[] = [...chats.tooSoon, ...journal.switches.violations];
  for (const { proposal, now, intents, result, halted, unaligned } of journal.claims) {
    if (result !== 'claimed') continue;
    if (now >= proposal.expiresAt)
      violations.push(`ticket ${proposal.id} was taken ${now - proposal.expiresAt} ms late`);
    if (onlyCancels(intents)) continue;
    if (halted) violations.push(`ticket ${proposal.id} was taken while trading was halted`);
    if (unaligned) violations.push(`ticket ${proposal.id} was taken before the start had asked about earlier orders`);
  }
  for (const { orderId, intent, halted, allowed } of journal.submits) {
    if (allowed && halted && intent !== undefined && !onlyCancels([intent]))
      violations.push(`intent ${orderId} was sent while trading was halted`);
  }
  return [...violations, ...driftedAway(world)];
}

/** Orders that were taken though at no moment since the press the price was near enough to what the ticket showed. */
function driftedAway({ journal, did }: World): readonly string[] {
  return journal.claims.flatMap(({ at, proposal, intents, result }) => {
    const shown = (proposal.plan as { readonly shownLast?: number } | null)?.shownLast;
    const [intent] = intents;
    if (result !== 'claimed' || shown === undefined || intent === undefined || !('request' in intent)) return [];
    const pressedAt = did.find(({ input }) => input.kind === 'press' && input.button === `confirm:${proposal.id}`)?.at;
    const since = journal.prices.filter((note) => note.at >= (pressedAt ?? at) && note.at <= at);
    // What names no account may be read at either venue.
    const moves = since
      .flatMap(({ prices }) => prices)
      .map((prices) => (Math.abs((prices[intent.request.symbol] ?? shown) - shown) / shown) * 100);
    if (moves.length === 0 || moves.some((percent) => percent <= driftPercent)) return [];
    return [`ticket ${proposal.id} was taken though the price had moved by ${Math.min(...moves).toFixed(2)} %`];
  });
}
