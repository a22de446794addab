import { isListedPlainly, type OrderIntent, partOf, type VenueOrder } from './order.ts';

/** An order as a list of the venue or an execution notice showed it. What a notice does not tell is undefined. */
export interface Sighting
  extends Pick<VenueOrder, 'reference' | 'original' | 'action' | 'symbol' | 'side' | 'quantity' | 'viaApi'> {
  readonly type: VenueOrder['type'] | undefined;
  readonly price: number | undefined;
  readonly exchange: VenueOrder['exchange'] | undefined;
  /** Milliseconds, by the venue's clock. */
  readonly placedAt: number;
  /** What is left of it; undefined where only a notice told of it. */
  readonly standing: Pick<VenueOrder, 'remaining' | 'cancelledQuantity'> | undefined;
}

/** What is known about the venue's orders when the outcome of a request is looked for. */
export interface Evidence {
  /** The orders of the day on which the request was sent, one sighting a number. */
  readonly sightings: readonly Sighting[];
  /** Whether a number belongs to another order of ours. */
  isOwned(number: string): boolean;
  /** Whether the number was there before the request left. */
  wasSeenBefore(number: string): boolean;
  /** False where the branch that issued the number is not one that the venue lists our other orders under. */
  isOurBranch(sighting: Sighting): boolean;
}

/**
 * What the evidence says of one request. `moot`: nothing is left of the order that it was to amend or cancel. `gone`: the
 * scheduled order that it was to cancel is not listed any more.
 */
export type Attribution =
  | { readonly kind: 'found'; readonly sighting: Sighting | undefined }
  | { readonly kind: 'moot' }
  | { readonly kind: 'gone' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly Sighting[] };

/** An order cannot be older than its request, but the venue's clock may be a few seconds behind ours. */
const earliestMs = -10_000;
/** A machine's clock that is off by more than this is one that nobody looks after. */
const mostOffMs = 60_000;
/** A request is given up after 15 s. An order that a gateway held back for longer than this is only a candidate. */
const latestMs = 120_000;

/**
 * Which of the venue's orders, if any, came of an intent that was sent at `sentAt` (milliseconds) and never answered. An
 * order that was there before, that belongs to another intent of ours or came from another channel does not count. An
 * order that fits but for its time or its branch is a candidate: it never becomes ours without a person's word, and while
 * it is listed the intent is not called absent.
 */
export function attribute(intent: OrderIntent, sentAt: number, evidence: Evidence): Attribution {
  switch (intent.kind) {
    case 'place':
    case 'schedule':
      return choose(
        candidates(evidence).filter((seen) => isPlacedAs(intent.request, seen)),
        sentAt,
        evidence,
      );
    case 'amend': {
      const { target, request } = intent;
      const children = candidates(evidence).filter(
        (seen) => seen.action === 'amend' && seen.original === target.number && isPricedAs(request, seen),
      );
      const chosen = choose(children, sentAt, evidence);
      return chosen.kind === 'nothing' && isOver(evidence, target.number) ? { kind: 'moot' } : chosen;
    }
    case 'cancel':
      return attributeCancel(intent, sentAt, evidence);
    case 'amend-schedule': {
      const { target, request } = intent;
      // A scheduled order keeps its number when it is amended, so its present terms tell.
      const seen = find(evidence, target.number);
      if (seen === undefined) return { kind: 'nothing' };
      if (isPricedAs(request, seen)) return { kind: 'found', sighting: seen };
      return isOver(evidence, target.number) ? { kind: 'moot' } : { kind: 'nothing' };
    }
    case 'cancel-schedule': {
      const { number } = intent.target;
      const seen = find(evidence, number);
      // The venue lists scheduled orders that it still keeps and those that it has sent.
      if (seen === undefined) return { kind: 'gone' };
      if ((seen.standing?.cancelledQuantity ?? 0) > 0) return { kind: 'found', sighting: undefined };
      return isOver(evidence, number) ? { kind: 'moot' } : { kind: 'nothing' };
    }
  }
}

function attributeCancel(
  intent: Extract<OrderIntent, { kind: 'cancel' }>,
  sentAt: number,
  evidence: Evidence,
): Attribution {
  const { number } = intent.target;
  const part = partOf(intent);
  const children = candidates(evidence).filter((seen) => seen.action === 'cancel' && seen.original === number);
  if (part === undefined) {
    // A cancel of all that is left is the last one of its target and leaves nothing. Any other one was of a part.
    const child = children
      .filter((seen) => isInTime(seen, sentAt))
      .toSorted(byNumber)
      .at(-1);
    const leaves = find(evidence, number)?.standing?.remaining ?? 0;
    if (child !== undefined && leaves === 0) return { kind: 'found', sighting: child };
    // Where our clock is ahead, one of these may have come of it, which then did not come too late.
    const near = children.filter(({ placedAt }) => Math.abs(placedAt - sentAt) < mostOffMs);
    if (near.length > 0 && leaves === 0) return { kind: 'ambiguous', candidates: near };
  } else {
    const fitting = children.filter(({ quantity }) => quantity === part);
    const chosen = choose(fitting, sentAt, evidence);
    if (chosen.kind !== 'nothing') return chosen;
  }
  // Not every list shows cancels. Where it shows none, the target's own row tells.
  const listed = evidence.sightings.some((seen) => seen.action === 'cancel' && seen.original === number);
  const target = find(evidence, number)?.standing;
  if (!listed && target !== undefined && target.cancelledQuantity >= (part ?? 1)) {
    if (part !== undefined || target.remaining === 0) return { kind: 'found', sighting: undefined };
  }
  return isOver(evidence, number) ? { kind: 'moot' } : { kind: 'nothing' };
}

function candidates({ sightings, isOwned, wasSeenBefore }: Evidence): readonly Sighting[] {
  return sightings.filter(
    ({ reference: { number }, viaApi }) => viaApi !== false && !isOwned(number) && !wasSeenBefore(number),
  );
}

function isPlacedAs(request: Extract<OrderIntent, { kind: 'place' }>['request'], seen: Sighting): boolean {
  return (
    seen.action === 'new' &&
    seen.symbol === request.symbol &&
    seen.side === request.side &&
    // An order by smart routing is listed under the exchange that the routing chose.
    (request.exchange === 'SOR' || seen.exchange === undefined || seen.exchange === request.exchange) &&
    isPricedAs(request, seen)
  );
}

function isPricedAs(
  { type, price, quantity }: Extract<OrderIntent, { kind: 'place' }>['request'],
  seen: Sighting,
): boolean {
  return (
    seen.quantity === quantity &&
    (seen.type === undefined || seen.type === type || !isListedPlainly(type)) &&
    (price === null || seen.price === undefined || seen.price === price)
  );
}

function choose(fitting: readonly Sighting[], sentAt: number, evidence: Evidence): Attribution {
  const sure = fitting.filter((seen) => {
    // A notice does not say which channel its order came from, so an order without a row is never sure.
    return isInTime(seen, sentAt) && seen.standing !== undefined && evidence.isOurBranch(seen);
  });
  const [only, second] = sure;
  if (only !== undefined && second === undefined) return { kind: 'found', sighting: only };
  return fitting.length === 0 ? { kind: 'nothing' } : { kind: 'ambiguous', candidates: fitting };
}

const byNumber = (one: Sighting, other: Sighting): number =>
  Number(one.reference.number) - Number(other.reference.number);

function isInTime({ placedAt }: Sighting, sentAt: number): boolean {
  return placedAt >= sentAt + earliestMs && placedAt <= sentAt + latestMs;
}

function find({ sightings }: Evidence, number: string): Sighting | undefined {
  return sightings.find(({ reference }) => reference.number === number);
}

/** Whether an order is listed with nothing left to amend or cancel. */
function isOver(evidence: Evidence, number: string): boolean {
  return find(evidence, number)?.standing?.remaining === 0;
}
