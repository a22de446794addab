/** Of all accounts, people and chats together; none of them can be told from it. */
export interface LedgerFigures {
  /** By channel, what could be sent now; a channel where nothing waits may be missing, or be there more than once. */
  readonly outbox: readonly {
    readonly channel: string;
    readonly queued: number;
    /** Since when the oldest message could have gone, in milliseconds. Edits in place are left out: they may wait long. */
    readonly oldestAt: number | undefined;
  }[];
  /** Orders of which nobody knows yet what became. */
  readonly unknownOrders: number;
  /** Alerts that are neither fired nor ended. */
  readonly openAlerts: number;
}

/** What the ledger can say of itself to whoever watches the bot from outside. */
export interface FigureStore {
  figures(): Promise<LedgerFigures>;
}
