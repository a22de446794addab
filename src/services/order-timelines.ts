import type { AlertEvent } from '../domain/alerts/alert.ts';
import type { OrderEvent, OrderRecord } from '../domain/orders/order.ts';
import type { ChatAddress } from '../domain/people/chat-address.ts';
import type { AlertStore, KeptAlert, MessageFate } from '../ports/ledger/alert-store.ts';
import type { OrderLedger } from '../ports/ledger/order-ledger.ts';
import type { Proposal, ProposalLedger } from '../ports/ledger/proposal-ledger.ts';

/** Everything that was written down about one order, oldest first. */
export interface OrderTimeline {
  readonly order: OrderRecord;
  /** What was shown and confirmed. */
  readonly proposal: Proposal | undefined;
  /** The chat in which it was asked for. */
  readonly address: ChatAddress | undefined;
  readonly events: readonly { readonly at: number; readonly event: OrderEvent }[];
}

/** Everything that was written down about one alert, oldest first. */
export interface AlertTimeline extends KeptAlert {
  readonly events: readonly { readonly at: number; readonly event: AlertEvent }[];
  /** Those that tell of it. */
  readonly messages: readonly MessageFate[];
}

/** Tells what happened from the ledger alone: it works with the venue away, and beside a running bot. */
export class OrderTimelines {
  readonly #ledger: AlertStore & OrderLedger & ProposalLedger;

  constructor(options: { readonly ledger: AlertStore & OrderLedger & ProposalLedger }) {
    this.#ledger = options.ledger;
  }

  /** By the venue's number (the newest of that number) or by our own id; undefined for neither. */
  async find(text: string): Promise<OrderTimeline | undefined> {
    const order = (await this.#ledger.order(text)) ?? (await this.#ledger.latestByNumber(text));
    if (order === undefined) return undefined;
    const proposal = await this.#ledger.proposal(order.proposalId);
    return { order, proposal, address: proposal?.address, events: await this.#ledger.orderEvents(order.id) };
  }

  /** An alert of this person's, open or over; undefined where it is nobody's or another's. */
  async alert(id: string, personId: string): Promise<AlertTimeline | undefined> {
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
