/**
 * For so long, in milliseconds, the ledger keeps at least what only tells of the past: messages that were sent, and what
 * happened to alerts. Orders, their events and tickets are kept for ever.
 */
export const historyKeptMs = 30 * 24 * 3_600_000;
