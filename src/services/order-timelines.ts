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
  /** The chat that asked for the order. */
  readonly address: ChatAddress | undefined;
  readonly events: readonly { readonly at: number; readonly event: OrderEvent }[];
}

/** Everything that was written down about one alert, oldest first. */
export interface AlertTimeline extends KeptAlert {
  readonly events: readonly { readonly at: number; readonly event: AlertEvent }[];
  /** The messages about the alert. */
  readonly messages: readonly MessageFate[];
}

/**
 * Reads the history of orders and alerts from the ledger alone. So it works while the venue is away, and beside a
 * running bot.
 */
export class OrderTimelines {
  readonly #ledger: AlertStore & OrderLedger & ProposalLedger;

  constructor(options: { readonly ledger: AlertStore & OrderLedger & ProposalLedger }) {
    this.#ledger = options.ledger;
  }

  /** The order of the venue's number (the newest of that number) or of our own id; undefined for neither. */
  async find(text: string): Promise<OrderTimeline | undefined> {
    const order = (await this.#ledger.order(text)) ?? (await this.#ledger.latestByNumber(text));
    if (order === undefined) return undefined;
    const proposal = await this.#ledger.proposal(order.proposalId);
    return { order, proposal, address: proposal?.address, events: await this.#ledger.orderEvents(order.id) };
  }

  /** An alert of this person, open or over; undefined where there is none, or it is another person's. */
  async alert(id: string, personId: string): Promise<AlertTimeline | undefined> {
    const kept = await this.#ledger.alert(id);
    if (kept?.alert.personId !== personId) return undefined;
    return { ...kept, events: await this.#ledger.alertEvents(id), messages: await this.#ledger.messagesOfAlert(id) };
  }

  /** The newest orders, and this person's alerts with the newest events; at most so many of each. */
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
