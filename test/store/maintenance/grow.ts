import fc from 'fast-check';
import type { Alert } from '../../../src/domain/alerts/alert.ts';
import { type OrderEvent, type OrderRecord, restOf } from '../../../src/domain/orders/order.ts';
import { ticketKey } from '../../../src/domain/orders/ticket-key.ts';
import { defaultPersonSettings } from '../../../src/domain/people/person.ts';
import { AppError } from '../../../src/errors.ts';
import type { Ledger } from '../../../src/ports/ledger/ledger.ts';
import type { DrawCard, OrderCard } from '../../../src/ports/ledger/order-ledger.ts';
import type { OutboxDraft } from '../../../src/ports/ledger/outbox-store.ts';
import type { LedgerPlace } from '../../../src/store/maintenance/ends.ts';
import { day, noticeOf, start } from '../samples.ts';

// Ledgers as bots leave them: made by the ledger's own methods, and by nothing else.

/** A ledger by its URL. */
export const at = (url: string): LedgerPlace => ({ url, schema: 'hoga' });

/** One thing that happens to a ledger. */
export interface Step {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  readonly text: string;
}

export const steps = (most: number): fc.Arbitrary<readonly Step[]> =>
  fc.array(
    fc.record({
      kind: fc.nat(999),
      a: fc.nat(999),
      b: fc.nat(999),
      text: fc.string({ unit: 'grapheme', maxLength: 12 }),
    }),
    { minLength: 1, maxLength: most, size: 'max' },
  );

const draw: DrawCard = ({ ticketId, addresses, orders }) =>
  addresses.map((address) => ({
    address,
    about: ticketId,
    edits: ticketKey(ticketId),
    body: orders.map(({ status, filledQuantity }) => `${status} ${filledQuantity}`),
    card: true,
  }));
const drawAll = (_after: OrderRecord, cards: readonly OrderCard[]): readonly OutboxDraft[] => cards.flatMap(draw);

const chats = [
  { channel: 'telegram', chatId: '42' },
  { channel: 'telegram', chatId: '-7' },
  { channel: 'discord', chatId: '@9' },
];
const people = ['kim', 'lee', '박'];
const symbols = ['005930', '000660', '035720'];
const pick = <T>(list: readonly T[], index: number): T => list[index % list.length] as T;

/** Lets a ledger grow step by step, a second a step. */
export class Growth {
  readonly #ledgers: readonly Ledger[];
  readonly #orders: { readonly ledger: Ledger; readonly id: string }[] = [];
  readonly #tickets: { readonly ledger: Ledger; readonly id: string; readonly personId: string }[] = [];
  readonly #alerts: string[] = [];
  #steps = 0;

  constructor(ledger: Ledger) {
    this.#ledgers = [ledger, ledger.account('isa')];
  }

  get now(): number {
    return start + this.#steps * 1_000;
  }

  async take(all: readonly Step[]): Promise<void> {
    const kinds = [
      () => this.#ticket,
      () => this.#press,
      () => this.#press,
      () => this.#send,
      () => this.#event,
      () => this.#event,
      () => this.#event,
      () => this.#message,
      () => this.#deliver,
      () => this.#alert,
      () => this.#watch,
      () => this.#setting,
      () => this.#report,
      () => this.#notice,
    ];
    for (const step of all) {
      this.#steps += 1;
      await pick(kinds, step.kind)()
        .call(this, step)
        // What the ledger refuses is part of its life.
        .catch((error: unknown) => {
          if (!(error instanceof AppError) || /^store\.(?!no-such)/.test(error.code)) throw error;
        });
    }
  }

  async #ticket({ a, b, text }: Step): Promise<void> {
    const [ledger, address, personId] = [pick(this.#ledgers, a), pick(chats, b), pick(people, a)];
    const id = `t${this.#steps}`;
    await ledger.createProposal({
      id,
      personId,
      address,
      command: 'buy',
      plan: { text },
      shown: text,
      createdAt: this.now,
      expiresAt: this.now + 600_000,
    });
    await ledger.enqueue({ address, key: ticketKey(id), about: id, body: { lines: [text] } }, this.now);
    this.#tickets.push({ ledger, id, personId });
  }

  async #press({ a, b }: Step): Promise<void> {
    const ticket = this.#tickets.splice(a % Math.max(1, this.#tickets.length), 1)[0];
    if (ticket === undefined) return;
    const { ledger, id, personId } = ticket;
    if (b % 9 === 0) return void (await ledger.dropProposal(id));
    const intents = Array.from({ length: 1 + (b % 2) }, (_, index) => {
      const request = {
        symbol: pick(symbols, b),
        side: b % 2 === 0 ? ('buy' as const) : ('sell' as const),
        type: 'limit' as const,
        // No two alike, so that none waits for another.
        quantity: 2 + this.#steps * 2 + index,
        price: 1_000 * (1 + (a % 80)),
        exchange: 'KRX' as const,
      };
      const amount = request.price * request.quantity;
      return { id: `o${this.#steps}-${index}`, intent: { kind: 'place' as const, request }, amount };
    });
    const pressedIn = b % 3 === 0 ? undefined : 'telegram';
    const claimed = await ledger.claim({
      proposalId: id,
      personId,
      pressedIn,
      now: this.now,
      intents,
      day,
      maxDailyAmount: 1e15,
    });
    if (claimed.kind === 'claimed') this.#orders.push(...claimed.orders.map((order) => ({ ledger, id: order.id })));
  }

  async #send({ a }: Step): Promise<void> {
    const order = this.#orders[a % Math.max(1, this.#orders.length)];
    if (order !== undefined) await order.ledger.beginSubmit(order.id, this.now);
  }

  async #event({ a, b, text }: Step): Promise<void> {
    const order = this.#orders[a % Math.max(1, this.#orders.length)];
    const record = await order?.ledger.order(order.id);
    if (order === undefined || record === undefined) return;
    const more = Math.max(1, Math.floor(restOf(record) / (1 + (b % 3))));
    const price = 1_000 * (1 + (b % 80));
    const events: readonly OrderEvent[] = [
      { type: 'submitting' },
      { type: 'accepted', reference: { number: `000${a}${this.#steps}`, branch: '06010' } },
      {
        type: 'filled',
        quantity: more,
        price,
        filledQuantity: record.filledQuantity + more,
        filledAmount: record.filledAmount + more * price,
        source: 'notice',
      },
      { type: 'outcome-unknown', code: 'timeout', text },
      { type: 'rejected', code: 'APBK0919', text },
      { type: 'denied', code: 'rule.max-order', context: { amount: 5, text, over: true } },
      { type: 'asked', candidates: ['1', text] },
      { type: 'absent', by: 'list' },
      { type: 'part-cancelled', quantity: 1 },
      { type: 'cancelled', quantity: more },
      { type: 'expired', quantity: more },
      { type: 'never-sent' },
    ];
    // Mostly what can happen next, so that orders come far.
    const usual = { confirmed: 0, submitting: 1, accepted: 2, 'partly-filled': 2 } as Readonly<Record<string, number>>;
    const index = b % 3 === 0 ? b / 3 : (usual[record.status] ?? b);
    const notice = b % 2 === 0 ? [{ address: pick(chats, a), about: record.proposalId, body: text }] : [];
    await order.ledger.appendOrderEvent(order.id, pick(events, index), this.now, (after, cards) => [
      ...notice,
      ...drawAll(after, cards),
    ]);
  }

  async #message({ a, b, text }: Step): Promise<void> {
    const hold = b % 3 === 0 ? { hold: { personId: pick(people, a), until: this.now + 60_000 } } : {};
    const key = b % 2 === 0 ? { key: `view:${a % 5}` } : { edits: `view:${a % 5}` };
    await this.#ledgers[0]?.enqueue({ address: pick(chats, a), body: { text }, ...key, ...hold }, this.now);
  }

  async #deliver({ a, b, text }: Step): Promise<void> {
    const [ledger] = this.#ledgers;
    await ledger?.releaseHeld(this.now);
    for (const head of (await ledger?.outboxHeads()) ?? []) {
      if (head.inPlace === true && b % 5 === 0) await ledger?.dropEdit(head.id, text, b % 2 === 0);
      else if (b % 4 === 0) await ledger?.markFailed(head.id, text, a % 3 === 0);
      else if (!(await ledger?.supersede(head.id)))
        await ledger?.markSent(head.id, a % 7 === 0 ? undefined : `r${head.id}`, this.now);
    }
    if (b % 6 === 0) await ledger?.sumUpDead(pick(chats, a), this.now, () => ({ address: pick(chats, a), body: text }));
  }

  async #alert({ a, b, text }: Step): Promise<void> {
    const [ledger] = this.#ledgers;
    const level = { metric: 'price', direction: 'at-or-above', value: 1_000 + a } as const;
    const seen = { price: 1_000 + b, volume: a };
    const id = this.#alerts[a % Math.max(1, this.#alerts.length)];
    if (id === undefined || b % 3 === 0) {
      const alert: Alert = {
        id: `a${this.#steps}`,
        personId: pick(people, a),
        address: pick(chats, b),
        account: 'main',
        symbol: pick(symbols, a),
        condition: { kind: 'price', direction: 'at-or-above', price: 1_000 + a },
        hours: b % 2 === 0 ? 'regular' : 'extended',
        repeats: a % 2 === 0,
        until: b % 5 === 0 ? '20261231' : undefined,
        level: b % 7 === 0 ? undefined : level,
        levelDay: day,
        state: b % 2 === 0 ? 'armed' : 'waiting',
        createdAt: this.now,
        firedAt: undefined,
      };
      await ledger?.createAlert(alert, seen);
      this.#alerts.push(alert.id);
      return;
    }
    const messages = Array.from({ length: b % 3 }, (_, index) => ({ address: pick(chats, index), body: text }));
    const kept = await ledger?.alert(id);
    if (b % 7 === 1) await ledger?.deleteAlert(id, pick(people, b), this.now);
    else if (b % 7 === 2) await ledger?.expireAlert(id, this.now, messages);
    else if (b % 7 === 3 && kept !== undefined) {
      const changed = { ...kept.alert, level: { ...level, value: 5 + b }, levelDay: `202611${10 + (b % 20)}` };
      await ledger?.setAlertLevels([changed], this.now);
    } else if (b % 2 === 0) await ledger?.armAlert(id, this.now, seen);
    else await ledger?.fireAlert(id, this.now, seen, messages);
  }

  async #watch({ a, b, text }: Step): Promise<void> {
    const [ledger] = this.#ledgers;
    const personId = pick(people, a);
    if (b % 4 === 0) await ledger?.watchIssues(personId, [pick(symbols, a), pick(symbols, b)], 50);
    else if (b % 4 === 1)
      await ledger?.setMonitor({ address: pick(chats, a), personId, symbols, minutes: 5, since: this.now });
    else if (b % 4 === 2) await ledger?.setEventChoices(personId, ['vi', 'news'], pick(chats, b), this.now);
    else
      await ledger?.addScreenWatch(
        {
          id: `s${this.#steps}`,
          personId,
          address: pick(chats, b),
          name: text,
          members: undefined,
          createdAt: this.now,
        },
        5,
      );
  }

  async #setting({ a, b, text }: Step): Promise<void> {
    const ledger = pick(this.#ledgers, a);
    if (b % 5 === 0) await ledger.setHalted(a % 3 === 0);
    else if (b % 5 === 1) await ledger.armDay(day);
    else if (b % 5 === 2) await ledger.setAccountNumbers({ salt: text, digests: [text], current: 0 });
    else if (b % 5 === 3)
      await ledger.addIdentity(`telegram:${a}`, {
        id: pick(people, a),
        role: pick(['viewer', 'trader', 'owner'] as const, b),
      });
    else await ledger.setPersonSettings(pick(people, a), { ...defaultPersonSettings, fills: 'silent' }, this.now);
  }

  async #report({ a, b, text }: Step): Promise<void> {
    const [ledger] = this.#ledgers;
    const [personId, address] = [pick(people, a), pick(chats, b)];
    if (b % 3 === 0) {
      await ledger?.setDigestPlans(personId, 'chat', [
        { personId, target: 'chat', kind: 'close', minute: 15, address, since: this.now },
      ]);
    } else if (b % 3 === 1) {
      await ledger?.tellReport([{ subject: text, slot: String(this.now) }], [{ address, body: text }], this.now);
    } else {
      const told = [{ marks: [{ personId, day, key: text }], messages: [{ address, body: text }] }];
      await ledger?.recordEvents({ states: new Map([[text, String(b)]]), told }, this.now);
    }
  }

  async #notice({ a, b, text }: Step): Promise<void> {
    const ledger = pick(this.#ledgers, a);
    await ledger.noteSeen(day, [String(a), String(b)]);
    await ledger.recordNotice(noticeOf({ fingerprint: text, number: String(a), at: this.now }), day);
    if (b % 10 === 0) await ledger.moveChat(pick(chats, 1), `-7${a}`);
  }
}

/** A ledger that a number decides on, always the same. */
export async function growFrom(ledger: Ledger, seed: number, most = 200): Promise<Growth> {
  const growth = new Growth(ledger);
  const [all = []] = fc.sample(
    fc.array(
      steps(1).map(([step]) => step as Step),
      { minLength: most, maxLength: most },
    ),
    {
      seed,
      numRuns: 1,
    },
  );
  await growth.take(all);
  return growth;
}

/** So many orders that were confirmed, all of one ticket each. */
export async function manyOrders(ledger: Ledger, many: number): Promise<void> {
  for (let index = 0; index < many; index += 1) {
    const id = `m${index}`;
    const times = { createdAt: start, expiresAt: start + 60_000 };
    const ticket = { id, personId: 'kim', address: pick(chats, index), command: 'buy', plan: {}, shown: '' };
    await ledger.createProposal({ ...ticket, ...times });
    const request = {
      symbol: '005930',
      side: 'buy',
      type: 'limit',
      quantity: 1,
      price: 5_000,
      exchange: 'KRX',
    } as const;
    const intents = [{ id: `o-${id}`, intent: { kind: 'place', request } as const, amount: 5_000 }];
    // A day each, so that none waits for another that is alike.
    const days = { day: String(20_000_101 + index), maxDailyAmount: 1e9 };
    await ledger.claim({ proposalId: id, personId: 'kim', now: start, intents, ...days });
  }
}
