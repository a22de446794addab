import { type Clock, koreanDay } from '../../../clock.ts';
import type { VenueOrder } from '../../../domain/orders/order.ts';
import type { Broker } from '../../../ports/broker.ts';
import type { OrderLedger } from '../../../ports/ledger/order-ledger.ts';

/** The venue lists three months. This stays below the shortest three months. */
const listedMs = 80 * 24 * 3_600_000;

/** The orders that the venue lists for one Korean day. */
export interface DayList {
  /** `20261123` */
  readonly day: string;
  readonly rows: readonly VenueOrder[];
  /** When the list was asked for, in milliseconds. What happened later may be missing from it. */
  readonly askedAt: number;
}

/**
 * Reads the venue's lists of orders, and keeps in the ledger which order numbers were seen and when. A number that was
 * seen before a request left cannot belong to that request.
 */
export class VenueLists {
  readonly #broker: Broker;
  readonly #ledger: OrderLedger;
  readonly #clock: Clock;
  /** The numbers of one day that are in the ledger already. */
  #noted: { day: string; readonly numbers: Set<string> } = { day: '', numbers: new Set() };

  constructor(options: { readonly broker: Broker; readonly ledger: OrderLedger; readonly clock: Clock }) {
    this.#broker = options.broker;
    this.#ledger = options.ledger;
    this.#clock = options.clock;
  }

  /**
   * All orders of a day. `complete` also asks for the orders that can still be amended or cancelled, where the venue has
   * a list of its own for them. @throws AppError `venue.*`.
   */
  async read(day: string, complete: boolean): Promise<DayList> {
    const askedAt = this.#clock.now();
    // An order that was open before then is over, whatever became of it.
    if (day < koreanDay(askedAt - listedMs)) return { day, askedAt, rows: [] };
    const options = { priority: 'background' } as const;
    const [rows, open] = await Promise.all([
      this.#broker.executions({ from: day, to: day }, options),
      complete && this.#broker.venue.listsAll && day === koreanDay(askedAt) ? this.#broker.openOrders(options) : [],
    ]);
    const listed = new Set(rows.map(({ reference }) => reference.number));
    return { day, askedAt, rows: [...rows, ...open.filter(({ reference }) => !listed.has(reference.number))] };
  }

  /** Notes today's orders of an issue, right before an order of that issue is sent. @throws AppError `venue.*`. */
  async noteOrdersOf(symbol: string): Promise<void> {
    const today = koreanDay(this.#clock.now());
    const rows = await this.#broker.executions({ from: today, to: today, symbol }, { priority: 'urgent' });
    await this.noteSeen(
      today,
      rows.map(({ reference }) => reference.number),
    );
  }

  /** Writes down numbers of a Korean day that are not in the ledger yet. */
  async noteSeen(day: string, numbers: readonly string[]): Promise<void> {
    if (this.#noted.day !== day) this.#noted = { day, numbers: new Set() };
    const fresh = numbers.filter((number) => !this.#noted.numbers.has(number));
    if (fresh.length === 0) return;
    await this.#ledger.noteSeen(day, fresh);
    for (const number of fresh) this.#noted.numbers.add(number);
  }
}
