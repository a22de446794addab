import type { OrderEvent, OrderRecord } from '../domain/order.ts';
import type { ChatAddress, Ledger, Proposal } from '../ports.ts';

/** Everything that was written down about one order, oldest first. */
export interface Story {
  readonly order: OrderRecord;
  /** What was shown and confirmed. */
  readonly proposal: Proposal | undefined;
  /** The chat in which it was asked for. */
  readonly address: ChatAddress | undefined;
  readonly events: readonly { readonly at: number; readonly event: OrderEvent }[];
}

/** Tells what happened to an order from the ledger alone: it works with the venue away, and beside a running bot. */
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
}
