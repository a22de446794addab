import { describe, expect, it } from 'vitest';
import { attribute, type Evidence, type Sighting } from '../../../src/domain/orders/attribution.ts';
import type { OrderIntent, OrderRequest } from '../../../src/domain/orders/order.ts';

const sentAt = Date.parse('2026-11-23T10:00:00+09:00');
const request: OrderRequest = {
  symbol: '005930',
  side: 'buy',
  type: 'limit',
  quantity: 10,
  price: 70_000,
  exchange: 'KRX',
};
const target = { number: '5', branch: '06010' };
const shown = { target, symbol: '005930', side: 'buy', exchange: 'KRX' } as const;
const place: OrderIntent = { kind: 'place', request };
const amend: OrderIntent = { kind: 'amend', target, request, oldPrice: 69_000 };
const cancelAll: OrderIntent = { kind: 'cancel', ...shown, quantity: 10 };
const cancelFour: OrderIntent = { kind: 'cancel', ...shown, quantity: 4, of: 10 };
const days = { day: '20261124', until: null };
const schedule: OrderIntent = { kind: 'schedule', request, ...days };
const amendSchedule: OrderIntent = { kind: 'amend-schedule', target, request, ...days };
const cancelSchedule: OrderIntent = { kind: 'cancel-schedule', target, symbol: '005930', side: 'buy', quantity: 10 };

/** What the venue shows of an order: by default one that is just what `request` asks for. */
function sighting(number: string, changes: Partial<Sighting> = {}): Sighting {
  return {
    reference: { number, branch: '06010' },
    original: undefined,
    action: 'new',
    symbol: '005930',
    side: 'buy',
    type: 'limit',
    quantity: 10,
    price: 70_000,
    exchange: 'KRX',
    viaApi: true,
    placedAt: sentAt + 1_000,
    standing: { remaining: 10, cancelledQuantity: 0 },
    ...changes,
  };
}
const amendment = (number: string, changes: Partial<Sighting> = {}): Sighting =>
  sighting(number, { action: 'amend', original: '5', ...changes });
const cancellation = (number: string, changes: Partial<Sighting> = {}): Sighting =>
  sighting(number, { action: 'cancel', original: '5', standing: { remaining: 0, cancelledQuantity: 0 }, ...changes });
/** The order that was to be changed, with what is left of it and what was cancelled. */
const targetWith = (remaining: number, cancelledQuantity = 0): Sighting =>
  sighting('5', { price: 69_000, placedAt: sentAt - 3_600_000, standing: { remaining, cancelledQuantity } });

interface Known {
  /** Numbers of other orders of ours. */
  readonly owned?: readonly string[];
  /** Numbers that were there before the request left. */
  readonly before?: readonly string[];
  /** Numbers that another branch issued. */
  readonly elsewhere?: readonly string[];
}

function attributed(intent: OrderIntent, sightings: readonly Sighting[], known: Known = {}): unknown {
  const { owned = [], before = ['5'], elsewhere = [] } = known;
  const evidence: Evidence = {
    sightings,
    isOwned: (number) => owned.includes(number),
    wasSeenBefore: (number) => before.includes(number),
    isOurBranch: ({ reference }) => !elsewhere.includes(reference.number),
  };
  const said = attribute(intent, sentAt, evidence);
  // By its number alone a sighting is easier read in a failure.
  if (said.kind === 'found') return said.sighting === undefined ? 'found' : `found ${said.sighting.reference.number}`;
  if (said.kind === 'ambiguous') return `one of ${said.candidates.map((seen) => seen.reference.number).join()}?`;
  return said.kind;
}

describe.each([
  ['a new order', place],
  ['a scheduled order', schedule],
])('%s', (_name, intent) => {
  it('is the one order that is as it was asked for', () => {
    expect(attributed(intent, [sighting('7')])).toBe('found 7');
    expect(attributed(intent, [sighting('6', { side: 'sell' }), sighting('7')])).toBe('found 7');
    expect(attributed(intent, [])).toBe('nothing');
  });

  it.each([
    ['an amendment', { action: 'amend' }],
    ['a cancellation', { action: 'cancel' }],
    ['of another issue', { symbol: '000660' }],
    ['on the other side', { side: 'sell' }],
    ['of another type', { type: 'market' }],
    ['of other shares', { quantity: 9 }],
    ['at another price', { price: 70_100 }],
    ['at another exchange', { exchange: 'NXT' }],
    ['from another channel', { viaApi: false }],
  ] satisfies readonly (readonly [string, Partial<Sighting>])[])('is none that is %s', (_what, changes) => {
    expect(attributed(intent, [sighting('7', changes)])).toBe('nothing');
  });

  it('is none of our others, and none that was there before', () => {
    expect(attributed(intent, [sighting('7')], { owned: ['7'] })).toBe('nothing');
    expect(attributed(intent, [sighting('7')], { before: ['7'] })).toBe('nothing');
  });

  it.each([
    ['type', { type: undefined }],
    ['price', { price: undefined }],
    ['exchange', { exchange: undefined }],
    ['channel', { viaApi: undefined }],
  ])('may be one of which the %s is not told', (_what, changes) => {
    expect(attributed(intent, [sighting('7', changes)])).toBe('found 7');
  });

  it.each([
    [-10_001, 'one of 7?'],
    [-10_000, 'found 7'],
    [0, 'found 7'],
    [120_000, 'found 7'],
    [120_001, 'one of 7?'],
  ])('that is listed %i ms after it was sent: %s', (afterMs, said) => {
    expect(attributed(intent, [sighting('7', { placedAt: sentAt + afterMs })])).toBe(said);
  });

  it('is in doubt where only a push told of it, or another branch issued its number', () => {
    expect(attributed(intent, [sighting('7', { standing: undefined })])).toBe('one of 7?');
    expect(attributed(intent, [sighting('7')], { elsewhere: ['7'] })).toBe('one of 7?');
  });

  it('is in doubt where two fit, and not where the other is doubtful by itself', () => {
    expect(attributed(intent, [sighting('7'), sighting('8')])).toBe('one of 7,8?');
    expect(attributed(intent, [sighting('7'), sighting('8')], { elsewhere: ['7'] })).toBe('found 8');
    expect(attributed(intent, [sighting('7'), sighting('8')], { elsewhere: ['7', '8'] })).toBe('one of 7,8?');
  });
});

describe('a new order', () => {
  const placed = (changes: Partial<OrderRequest>): OrderIntent => ({
    kind: 'place',
    request: { ...request, ...changes },
  });

  it('that the broker routes is at the exchange that it chose', () => {
    for (const exchange of ['KRX', 'NXT'] as const)
      expect(attributed(placed({ exchange: 'SOR' }), [sighting('7', { exchange })])).toBe('found 7');
  });

  it('without a limit is listed at whatever price', () => {
    const market = placed({ type: 'market', price: null });
    for (const price of [0, 70_000]) {
      expect(attributed(market, [sighting('7', { type: 'market', price })])).toBe('found 7');
      expect(attributed(market, [sighting('7', { type: 'limit', price })])).toBe('nothing');
    }
  });

  it('of a rare type may be listed under whatever type', () => {
    for (const type of ['conditional', 'limit', 'other'] as const) {
      expect(attributed(placed({ type: 'conditional' }), [sighting('7', { type })])).toBe('found 7');
    }
  });
});

describe('an amendment', () => {
  it('is the order that goes on of its target as it was asked for', () => {
    expect(attributed(amend, [targetWith(0), amendment('7')])).toBe('found 7');
    expect(attributed(amend, [targetWith(10), amendment('7')])).toBe('found 7');
  });

  it.each([
    ['that is new', { action: 'new' }],
    ['of another order', { original: '6' }],
    ['at another price', { price: 70_100 }],
    ['of other shares', { quantity: 9 }],
  ] satisfies readonly (readonly [string, Partial<Sighting>])[])('is none %s', (_what, changes) => {
    expect(attributed(amend, [targetWith(10), amendment('7', changes)])).toBe('nothing');
  });

  it('is moot where nothing is left of its target and nothing could be it', () => {
    expect(attributed(amend, [targetWith(0)])).toBe('moot');
    expect(attributed(amend, [targetWith(1)])).toBe('nothing');
    expect(attributed(amend, [])).toBe('nothing');
    expect(attributed(amend, [sighting('5', { standing: undefined })])).toBe('nothing');
    expect(attributed(amend, [targetWith(0), amendment('7'), amendment('8')])).toBe('one of 7,8?');
  });
});

describe('a cancel of all that is left', () => {
  it('is a cancellation of its target that leaves nothing', () => {
    expect(attributed(cancelAll, [targetWith(0), cancellation('7')])).toBe('found 7');
    // Not every list still shows the cancelled order, and a push does not say what is left.
    expect(attributed(cancelAll, [cancellation('7')])).toBe('found 7');
    expect(attributed(cancelAll, [sighting('5', { standing: undefined }), cancellation('7')])).toBe('found 7');
  });

  it('that leaves something is a part, and somebody else asked for it', () => {
    expect(attributed(cancelAll, [targetWith(6, 4), cancellation('7', { quantity: 4 })])).toBe('nothing');
  });

  it('is the last of several, by number and not as text', () => {
    expect(attributed(cancelAll, [targetWith(0), cancellation('10'), cancellation('9')])).toBe('found 10');
    expect(attributed(cancelAll, [targetWith(0), cancellation('9'), cancellation('10')])).toBe('found 10');
  });

  it.each([
    ['an amendment', { action: 'amend' }],
    ['of another order', { original: '6' }],
    ['of a time long before', { placedAt: sentAt - 60_000 }],
    ['of a time long after', { placedAt: sentAt + 600_000 }],
  ] satisfies readonly (readonly [string, Partial<Sighting>])[])('is none that is %s', (_what, changes) => {
    expect(attributed(cancelAll, [targetWith(0), cancellation('7', changes)])).toBe('moot');
    expect(attributed(cancelAll, [targetWith(6), cancellation('7', changes)])).toBe('nothing');
  });

  it('may be one that is of a time before ours, as where our clock is ahead', () => {
    const early = cancellation('7', { placedAt: sentAt - 59_999 });
    expect(attributed(cancelAll, [targetWith(0), early])).toBe('one of 7?');
    expect(attributed(cancelAll, [targetWith(6), early])).toBe('nothing');
    expect(attributed(cancelAll, [targetWith(0), early, cancellation('8')])).toBe('found 8');
  });

  it('is told by its target, where cancellations are not listed', () => {
    expect(attributed(cancelAll, [targetWith(0, 1)])).toBe('found');
    expect(attributed(cancelAll, [targetWith(0, 0)])).toBe('moot');
    expect(attributed(cancelAll, [targetWith(6, 4)])).toBe('nothing');
    expect(attributed(cancelAll, [])).toBe('nothing');
    // The cancellation of another order, or what became of this one otherwise, says nothing.
    expect(attributed(cancelAll, [targetWith(0, 10), cancellation('7', { original: '6' })])).toBe('found');
    expect(attributed(cancelAll, [targetWith(0, 10), amendment('7')])).toBe('found');
  });

  it('is not told by its target where a cancellation of it is listed that is not this one', () => {
    expect(attributed(cancelAll, [targetWith(0, 10), cancellation('7')], { owned: ['7'] })).toBe('moot');
  });
});

describe('a cancel of a part', () => {
  it('is the cancellation of so many shares of its target', () => {
    expect(attributed(cancelFour, [targetWith(6, 4), cancellation('7', { quantity: 4 })])).toBe('found 7');
    expect(attributed(cancelFour, [targetWith(6, 4), cancellation('7', { quantity: 3 })])).toBe('nothing');
  });

  it('is in doubt where two fit', () => {
    const two = ['7', '8'].map((number) => cancellation(number, { quantity: 4 }));
    expect(attributed(cancelFour, [targetWith(2, 8), ...two])).toBe('one of 7,8?');
  });

  it('is told by its target, where cancellations are not listed', () => {
    expect(attributed(cancelFour, [targetWith(7, 3)])).toBe('nothing');
    expect(attributed(cancelFour, [targetWith(6, 4)])).toBe('found');
    expect(attributed(cancelFour, [targetWith(0, 3)])).toBe('moot');
    expect(attributed(cancelFour, [targetWith(0, 0)])).toBe('moot');
  });
});

describe('an amendment of a scheduled order', () => {
  it('is told by what the order says now, under its number', () => {
    expect(attributed(amendSchedule, [sighting('5')])).toBe('found 5');
    expect(attributed(amendSchedule, [sighting('5', { price: 69_000 })])).toBe('nothing');
    expect(attributed(amendSchedule, [targetWith(0)])).toBe('moot');
    expect(attributed(amendSchedule, [sighting('6')])).toBe('nothing');
  });
});

describe('a cancel of a scheduled order', () => {
  it('is told by how the order stands, or by its being gone', () => {
    expect(attributed(cancelSchedule, [targetWith(10)])).toBe('nothing');
    expect(attributed(cancelSchedule, [targetWith(0, 1)])).toBe('found');
    expect(attributed(cancelSchedule, [targetWith(0)])).toBe('moot');
    expect(attributed(cancelSchedule, [sighting('6')])).toBe('gone');
    expect(attributed(cancelSchedule, [sighting('5', { standing: undefined })])).toBe('nothing');
  });
});
