// @ts-nocheck
import type { AlertEvent } from '../domain/alert.ts';
import type { OrderEvent, OrderRecord } from '../domain/order.ts';
import type { ChatAddress, KeptAlert, Ledger, MessageFate, Proposal } from '../ports.ts';

/** Everything that was written down about one order, oldest first. */
export interface Story {
  readonly order: OrderRecord;
  /** What was shown and confirmed. */
  readonly proposal: Proposal | undefined;
  /** The chat in which it was asked for. */
  readonly address: ChatAddress | undefined;
  readonly events: readonly { readonly at: number; readonly event: OrderEvent }[];
}

/** Everything that was written down about one alert, oldest first. */
export interface AlertStory extends KeptAlert {
  readonly events: readonly { readonly at: number; readonly event: AlertEvent }[];
  /** Those that tell of it. */
  readonly messages: readonly MessageFate[];
}

/** Tells what happened from the ledger alone: it works with the venue away, and beside a running bot. */
export class Stories {
  readonly #ledger: Ledger;

  constructor(options: { readonly ledger: Ledger }) {
    this.#ledger = options.ledger;
  }

  /** By the venue's number (the newest of that number) or by our own id; undefined for neither. */
  async find(text: string): Promise<Story | undefined> {
    const order = (await this.#ledger.order(text)) ?? (await this.#ledger.latestByNumber(text));
    if (order === undefined) return undefined;
    const proposal = await this.#ledger.proposal(order.proposalId);
    return { order, proposal, address: proposal?.address, events: await this.#ledger.orderEvents(order.id) };
  }

  /** An alert of this person's, open or over; undefined where it is nobody's or another's. */
  async alert(id: string, personId: string): Promise<AlertStory | undefined> {
    const kept = await this.#ledger.alert(id);
    if (kept?.alert.personId !== personId) return undefined;
    return { ...kept, events: await this.#ledger.alertEvents(id), messages: await this.#ledger.messagesOfAlert(id) };
  }

  /** The newest orders, and this person's alerts that something happened to last, so many of each. */
  async latest(
    personId: string,
    most: number,
  ): Promise<{ readonly orders: readonly OrderRecord[]; readonly alerts: readonly KeptAlert[] }> {
    return {
      orders: await this.#ledger.latestOrders(most),
      alerts: await this.#ledger.latestAlerts(personId, most),
    };
  }
}
