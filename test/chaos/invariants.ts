import { koreanDay } from '../../src/clock.ts';
import {
  intentIssue,
  type OrderEvent,
  type OrderRecord,
  orderNumber,
  partOf,
  restOf,
  sameAtVenue,
  unsettledStatuses,
} from '../../src/domain/orders/order.ts';
import { ko } from '../../src/i18n/ko.ts';
import type { Ledger } from '../../src/ports/ledger/ledger.ts';
import type { SimulatorState } from '../../src/simulator/control/state.ts';
import { notKeptApart } from './accounts-apart.ts';
import { cardsEndTrue } from './cards.ts';
import type { ClusterNearMiss } from './cluster/lease-watch.ts';
import { sentAt, wasUnknown } from './likeness.ts';
import { countNearMisses, guardsPassed, type NearMisses, rightfulPresses } from './promises.ts';
import { accountState, type TestAccount, textsAbout } from './scenario/accounts.ts';
import { lostIn } from './scenario/chats.ts';
import type { World } from './scenario/world.ts';

/** How a scenario ended. */
export interface Verdict {
  /** One sentence each; none is what is wanted. */
  readonly violations: readonly string[];
  readonly accounts: readonly (Outcomes & { readonly dialect: 'live' | 'paper' })[];
  readonly crashes: number;
  /** How often each promise was nearly broken. */
  readonly near: NearMisses;
  /** Where several processes shared the ledger. */
  readonly shared?: Shared | undefined;
}

/** How several processes fared that shared a ledger. */
export interface Shared {
  readonly near: Readonly<Record<ClusterNearMiss, number>>;
  readonly processes: number;
  readonly takeOvers: number;
  readonly longestTakeOverMs: number;
  /** How often one was held up, cut off, or began anew. */
  readonly disturbances: number;
}

/** How many orders there were in an account, and what became of them. */
export interface Outcomes {
  readonly intents: number;
  /** Outcomes that were unknown at some time. */
  readonly unknown: number;
  readonly settled: number;
  readonly asked: number;
}

interface Told {
  readonly number: string;
  readonly quantity: number;
  readonly total: number;
}

type VenueOrder = SimulatorState['orders'][number];
export type OrderTimeline = OrderRecord & {
  readonly events: readonly { readonly at: number; readonly event: OrderEvent }[];
};

/**
 * What is the same however a bot was driven: what it wrote and said of one account, and what the account's venue knows
 * to be true of it.
 */
export interface Facts {
  readonly state: SimulatorState['accounts'][number];
  /** Numbers of orders that did not come from the bot. */
  readonly elsewhere: ReadonlySet<string>;
  readonly holdings: readonly { readonly symbol: string; readonly quantity: number }[];
  readonly timelines: readonly OrderTimeline[];
  /** Texts of messages about the account, as often as they were shown. */
  readonly texts: readonly string[];
  /** How often a message may have appeared again: once for each crash, and for each answer of a chat that was lost. */
  readonly mayRepeat: number;
  /** Won, by the bot's settings. */
  readonly caps: { readonly order: number; readonly day: number };
  /** Where processes with clocks of their own have sent them. */
  readonly sentBefore?: ((one: OrderTimeline, other: OrderTimeline) => boolean) | undefined;
}

const sentBeforeByClock = (one: OrderTimeline, other: OrderTimeline): boolean =>
  (sentAt(other) ?? 0) > (sentAt(one) ?? 0);

/** By the time of the world, in which each was allowed to leave. */
function sentBeforeIn({ journal }: World): NonNullable<Facts['sentBefore']> {
  const leftAt = new Map(journal.submits.filter(({ allowed }) => allowed).map(({ orderId, at }) => [orderId, at]));
  return (one, other) => (leftAt.get(other.id) ?? 0) > (leftAt.get(one.id) ?? 0);
}

/** The same of an account of a world. */
export interface AccountFacts extends Facts {
  readonly account: TestAccount;
}

/** An account's orders of a day with their events, oldest first. What the ledger gives of another account is left out. */
export async function readStories(ledger: Ledger, account: string, day: string): Promise<readonly OrderTimeline[]> {
  const own = ledger.account(account);
  const orders = (await own.ordersOfDay(day)).filter((order) => order.account === account).reverse();
  return Promise.all(orders.map(async (order) => ({ ...order, events: await own.orderEvents(order.id) })));
}

/** One sentence for each promise that was broken. */
export function violationsOf(facts: Facts): readonly string[] {
  const { state, elsewhere, timelines } = facts;
  const ours = state.orders.filter(({ number }) => !elsewhere.has(number));
  return [
    ...onceEach(timelines, ours, facts.sentBefore ?? sentBeforeByClock),
    ...allKnown(timelines),
    ...samePosition(facts),
    ...withinCaps(ours, facts.caps),
    ...toldOnce(facts, ours),
  ];
}

/** Holds what the bot of a scenario wrote and said against what the venues know to be true. */
export async function judge(
  world: World,
  scenario: Pick<Facts, 'holdings'> & { readonly elsewhereIn: (account: TestAccount) => ReadonlySet<string> },
): Promise<Verdict> {
  const { chats, journal, accounts } = world;
  // That a message is lost is told; what would have been in it is then not missed.
  const texts = [...chats.shown, ...lostIn(chats)].map(({ text }) => text);
  // What was sent while the disk was full is known to the process alone: its end is one more way to forget it.
  const unnoted = journal.failedWrites.filter((name) => name === 'markSent').length;
  const mayRepeat = world.crashes + world.disturbances + chats.lostAnswers + (world.crashes > 0 ? unnoted : 0);
  const day = koreanDay(world.clock.now());
  const all: AccountFacts[] = [];
  for (const account of accounts) {
    all.push({
      account,
      state: accountState(account, account.simulator.state()),
      elsewhere: scenario.elsewhereIn(account),
      holdings: scenario.holdings,
      timelines: await world.readLedger((ledger) => readStories(ledger, account.ledgerName, day)),
      texts: textsAbout(texts, account, accounts),
      mayRepeat,
      caps: account.caps,
      ...(world.isShared ? { sentBefore: sentBeforeIn(world) } : {}),
    });
  }
  const pending = await world.readLedger((ledger) => ledger.outboxPending());
  const dead = await world.readLedger((ledger) => ledger.deadLetters(world.clock.now()));
  const violations = [
    ...world.complaints.map((line) => `the log complains: ${line}`),
    ...(pending > 0 ? [`${pending} messages were never shown`] : []),
    ...all.flatMap((facts) => [...violationsOf(facts), ...confirmed(facts.timelines, world)].map(named(facts, all))),
    ...(dead > chats.refused.length
      ? [`${dead - chats.refused.length} messages were given up though they could go`]
      : []),
    ...toldOfLost(world),
    ...cardsEndTrue(
      world,
      all.flatMap(({ timelines }) => timelines),
    ),
    ...guardsPassed(world),
    ...(world.isShared ? await sharedRightly(world) : []),
    ...notKeptApart(world, all),
  ];
  const outcomes = all.map(({ account, timelines }) => ({ dialect: account.dialect, ...countUnknown(timelines) }));
  return {
    violations,
    accounts: outcomes,
    crashes: world.crashes,
    near: countNearMisses(world, all),
    shared: countShared(world),
  };
}

/** One process carries each thing at a time, and what was handed over is done, once, or told. */
async function sharedRightly(world: World): Promise<readonly string[]> {
  const { leases } = world;
  leases.noteEnd();
  const left = await world.readLedger((ledger) => ledger.handedHeads(leases.duties));
  return [...leases.violations, ...left.map(({ handed }) => `${handed.id} was handed over, and nobody has done it`)];
}

function countShared({ isShared, processes, leases, disturbances }: World): Shared | undefined {
  if (!isShared) return undefined;
  const { near, takeOvers, longestTakeOverMs } = leases;
  return { near, processes, takeOvers, longestTakeOverMs, disturbances };
}

/** Says which account a sentence is about, where there are two. */
const named =
  ({ account }: AccountFacts, { length }: readonly AccountFacts[]) =>
  (sentence: string): string =>
    length > 1 ? `${account.name}: ${sentence}` : sentence;

/** How many outcomes were unknown at some time, and how they were settled. */
export function countUnknown(timelines: readonly OrderTimeline[]): Outcomes {
  const unknown = timelines.filter(wasUnknown);
  const asked = unknown.filter(isAsked).length;
  return { intents: timelines.length, unknown: unknown.length, settled: unknown.length - asked, asked };
}

const numberOf = (order: VenueOrder): string => orderNumber(order.number);
const isAsked = ({ events }: OrderTimeline): boolean => events.some(({ event }) => event.type === 'asked');

/** Orders at the venue per confirmed intent ≤ 1, each tied to the intent that it came of. */
function onceEach(
  timelines: readonly OrderTimeline[],
  ours: readonly VenueOrder[],
  sentBefore: NonNullable<Facts['sentBefore']>,
): readonly string[] {
  const violations: string[] = [];
  for (const order of ours) {
    const owners = timelines.filter(({ reference }) => reference?.number === numberOf(order));
    const unowned = owners.length === 0 && !timelines.some((timeline) => mayHaveMade(timeline, order));
    if (owners.length > 1) violations.push(`order ${numberOf(order)} belongs to ${owners.length} intents`);
    if (unowned) violations.push(`order ${numberOf(order)} (${order.action}) belongs to no intent`);
  }
  for (const timeline of timelines) {
    const { intent, reference, status } = timeline;
    const order = ours.find((candidate) => reference !== undefined && numberOf(candidate) === reference.number);
    if (reference !== undefined && reference.number !== '' && order === undefined) {
      violations.push(`intent ${timeline.id} names order ${reference.number}, which the venue has not`);
    }
    if (order !== undefined && !madeBy(timeline, order)) {
      violations.push(`intent ${timeline.id} was tied to order ${reference?.number}, which is not what it asked for`);
    }
    if (sentAt(timeline) === undefined && reference !== undefined)
      violations.push(`intent ${timeline.id} was never sent`);
    const absent = timeline.events.some(({ event }) => event.type === 'absent' && event.by === 'list');
    // Whoever was held up before it sent an order tells that it has not, after another process has looked for it in vain.
    if (absent && status !== 'absent' && status !== 'denied')
      violations.push(`intent ${timeline.id} was called absent and was there`);
    // Equal orders go one after the other: their numbers rise as they were sent.
    const later = timelines.find(
      (other) =>
        sameAtVenue(other.intent, intent) &&
        sentBefore(timeline, other) &&
        Number(other.reference?.number ?? Number.POSITIVE_INFINITY) < Number(reference?.number ?? 0),
    );
    if (later !== undefined) violations.push(`intents ${timeline.id} and ${later.id} have each other's orders`);
  }
  return violations;
}

/** Whether a venue's order is what the intent asked for. */
function madeBy({ intent }: OrderTimeline, order: VenueOrder): boolean {
  if (intent.kind === 'cancel') {
    const part = partOf(intent);
    const asMany = part === undefined || order.quantity === part;
    return order.action === 'cancel' && orderNumber(order.original ?? '') === intent.target.number && asMany;
  }
  if (intent.kind !== 'place' && intent.kind !== 'amend') return false;
  const { symbol, side, quantity, price, type } = intent.request;
  const same =
    order.symbol === symbol &&
    order.side === side &&
    order.quantity === quantity &&
    (type === 'market' ? order.type === '01' : order.price === price);
  if (intent.kind === 'place') return same && order.action === 'new';
  return same && order.action === 'amend' && orderNumber(order.original ?? '') === intent.target.number;
}

/** An order without an owner is accounted for where a person was asked, or a cancel was known by its effect alone. */
function mayHaveMade(timeline: OrderTimeline, order: VenueOrder): boolean {
  return madeBy(timeline, order) && (timeline.status === 'asked' || timeline.reference?.number === '');
}

function allKnown(timelines: readonly OrderTimeline[]): readonly string[] {
  return timelines
    .filter(({ status }) => status !== 'asked' && unsettledStatuses.includes(status))
    .map(({ id, status }) => `intent ${id} ended ${status}`);
}

function samePosition({ timelines, state, elsewhere, holdings }: Facts): readonly string[] {
  const violations: string[] = [];
  const asked = timelines.filter(({ status }) => status === 'asked');
  for (const order of state.orders) {
    const timeline = timelines.find(({ reference }) => reference?.number === numberOf(order));
    if (timeline === undefined || elsewhere.has(order.number) || timeline.intent.kind === 'cancel') continue;
    if (timeline.filledQuantity !== order.filled) {
      violations.push(`order ${numberOf(order)}: ${order.filled} filled, the ledger has ${timeline.filledQuantity}`);
    }
    if (timeline.filledAmount !== order.filledAmount) {
      violations.push(
        `order ${numberOf(order)}: filled for ${order.filledAmount}, the ledger has ${timeline.filledAmount}`,
      );
    }
    const open = timeline.status === 'accepted' || timeline.status === 'partly-filled';
    // What a change that the owner is asked about has done is written down with the answer.
    const isDoubtful = asked.some(({ intent }) => 'target' in intent && intent.target.number === numberOf(order));
    if (isDoubtful) continue;
    if (open !== order.remaining > 0)
      violations.push(`order ${numberOf(order)} is ${order.status}, not ${timeline.status}`);
    else if (open && restOf(timeline) !== order.remaining)
      violations.push(`order ${numberOf(order)}: ${order.remaining} are left, the ledger has ${restOf(timeline)}`);
  }
  for (const symbol of ['005930', '000660']) {
    const signed = (side: string, quantity: number): number => (side === 'buy' ? quantity : -quantity);
    const start = holdings.find((held) => held.symbol === symbol)?.quantity ?? 0;
    const byUs = timelines
      .filter(({ intent }) => intent.kind !== 'cancel' && intentIssue(intent).symbol === symbol)
      .reduce((sum, timeline) => sum + signed(intentIssue(timeline.intent).side, timeline.filledQuantity), 0);
    const byOthers = state.orders
      .filter((order) => order.symbol === symbol && elsewhere.has(order.number))
      .reduce((sum, order) => sum + signed(order.side, order.filled), 0);
    const held = state.holdings.find((holding) => holding.symbol === symbol)?.quantity ?? 0;
    const doubtful = asked.some(({ intent }) => intentIssue(intent).symbol === symbol);
    if (!doubtful && start + byUs + byOthers !== held) {
      violations.push(`${symbol}: the account holds ${held}, the ledger says ${start + byUs + byOthers}`);
    }
  }
  return violations;
}

/** Nothing was sent without a press of the ticket's own person, who may order, and did not press it long ago. */
function confirmed(timelines: readonly OrderTimeline[], world: World): readonly string[] {
  return timelines
    .filter(({ proposalId }) => rightfulPresses(world, proposalId).length === 0)
    .map(({ id }) => `intent ${id} was confirmed by nobody who may`);
}

/**
 * Who takes messages again after some were lost is told how many. What a process sent while it could not reach the
 * database only that process can tell of; where it ends before it can, its log says so.
 */
function toldOfLost({ chats }: World): readonly string[] {
  const known = { shown: chats.shown, refused: chats.refused.filter((one) => !chats.endedWith.has(one)) };
  const lost = Map.groupBy(lostIn(known), ({ channel, chatId }) => `${channel}:${chatId}`);
  return [...lost].flatMap(([chat, messages]) => {
    const told = chats.shown
      .filter(({ channel, chatId }) => `${channel}:${chatId}` === chat)
      .reduce((sum, { text }) => sum + Number(/전해 드리지 못한 메시지가 (\d+)건/.exec(text)?.[1] ?? 0), 0);
    return told >= messages.length ? [] : [`${chat} lost ${messages.length} messages and was told of ${told}`];
  });
}

/** By what reached the venue, whatever became of it there; an amendment counts for what it adds. */
function withinCaps(ours: readonly VenueOrder[], caps: Facts['caps']): readonly string[] {
  const byNumber = new Map(ours.map((order) => [order.number, order]));
  const amounts = ours
    .filter(({ action, status }) => action !== 'cancel' && status !== 'rejected')
    .map((order) => {
      const before = order.original === null ? 0 : (byNumber.get(order.original)?.price ?? order.price);
      return { order, added: order.quantity * Math.max(0, order.price - before) };
    });
  const sum = amounts.reduce((total, { added }) => total + added, 0);
  const large = amounts.filter(({ order }) => order.price * order.quantity > caps.order);
  return [
    ...(sum > caps.day ? [`${sum} won were ordered in a day`] : []),
    ...large.map(({ order }) => `order ${numberOf(order)} is larger than one order may be`),
  ];
}

/** Each filled share was told, and once: in all chats together, but for what a crash or a chat made appear again. */
function toldOnce({ timelines, texts, mayRepeat }: Facts, ours: readonly VenueOrder[]): readonly string[] {
  const violations: string[] = [];
  const told = texts.flatMap(readFill);
  const foreign = texts.flatMap((text) => /다른 곳 주문의 체결[\s\S]*주문번호 (\d+)/.exec(text)?.[1] ?? []);
  let repeated = 0;
  for (const order of ours.filter(({ action }) => action !== 'cancel')) {
    const timeline = timelines.find(({ reference }) => reference?.number === numberOf(order));
    if (timeline === undefined) continue;
    const mine = told.filter(({ number }) => number === numberOf(order));
    const totals = new Map(mine.map(({ total, quantity }) => [total, quantity]));
    repeated += mine.length - totals.size;
    let sum = 0;
    for (const [total, quantity] of [...totals].sort(([a], [b]) => a - b)) {
      sum += quantity;
      if (sum !== total) violations.push(`order ${numberOf(order)}: told ${quantity} more, ${total} in all`);
    }
    if (sum !== order.filled) violations.push(`order ${numberOf(order)}: ${order.filled} filled, ${sum} told`);
    const doubted = isAsked(timeline) || timeline.events.some(({ event }) => event.type === 'absent');
    if (!doubted && foreign.includes(numberOf(order))) {
      violations.push(`order ${numberOf(order)}: a fill of ours was called another's`);
    }
  }
  const strange = told.filter(({ number }) => !ours.some((order) => numberOf(order) === number));
  for (const { number } of strange) violations.push(`order ${number}: a fill of another's was called ours`);
  if (repeated > mayRepeat) violations.push(`${repeated} messages appeared again`);
  return violations;
}

function readFill(text: string): readonly Told[] {
  // What may have been sent before a process died says so in its last line.
  const whole = text.replace(`\n${ko.outbox.maybeAgain}`, '');
  const found = /^(?:\[[^\]]+\]\s)?체결 .+ ([\d,]+)주 × [\d,]+원\n누적 ([\d,]+)주 \/ [\d,]+주 · 주문번호 (\d+)$/.exec(
    whole,
  );
  if (found === null) return [];
  const count = (part: string | undefined): number => Number((part ?? '').replaceAll(',', ''));
  return [{ quantity: count(found[1]), total: count(found[2]), number: found[3] ?? '' }];
}
