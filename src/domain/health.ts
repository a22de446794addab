import type { SeenDrift } from './api-drift.ts';
import type { FillNotices } from './fill-notices.ts';
import type { LedgerTrouble } from './ledger-trouble.ts';

/** The daily candles that are kept for searches through the whole market. */
export interface KeptBarsHealth {
  /** The day through which they are complete (`20261120`), of how many issues; undefined where none are kept. */
  readonly through: string | undefined;
  readonly kept: number;
  /** Stocks of the market; undefined where the venue cannot be asked about so many. */
  readonly listed: number | undefined;
  /** The progress of bringing the candles up to date, while that is under way. */
  readonly update: { readonly done: number; readonly total: number } | undefined;
}

/** The issues whose prices are watched. Times are in milliseconds. */
export interface WatchedPricesHealth {
  readonly wanted: number;
  /** Those whose prices are pushed over the socket. The others are asked for in turns. */
  readonly live: number;
  /** How often those that are not live are asked for, and the age that a price of theirs does not exceed. */
  readonly everyMs: number;
  readonly boundMs: number;
  /** The age of the oldest price of these; undefined where there is none. */
  readonly oldestMs: number | undefined;
}

/** The bot's health, for `/status`. Times are milliseconds. */
export interface Health {
  readonly version: string;
  readonly startedAt: number;
  readonly socket: {
    readonly state: 'stopped' | 'connecting' | 'connected' | 'waiting';
    readonly connectedAt: number | undefined;
    readonly lastMessageAt: number | undefined;
    readonly registrations: number;
    readonly maxRegistrations: number;
    readonly fillNotices: FillNotices;
    readonly reason: string | undefined;
  };
  /** Why the venue does not take the account or the live key for reads, as errors; undefined while it does. */
  readonly access: { readonly account: unknown; readonly liveReads: unknown };
  /** When the last trade of any watched issue came in. */
  readonly lastTickAt: number | undefined;
  readonly prices: WatchedPricesHealth;
  readonly lane: { readonly waiting: number; readonly headRoom: number; readonly callsPerSecond: number };
  readonly token: { readonly issuedAt: number; readonly expiresAt: number } | undefined;
  readonly bars: KeptBarsHealth;
  readonly outboxPending: number;
  /** Messages that wait for people's quiet hours to end. */
  readonly outboxHeld: number;
  /** Messages of the last 30 days that could not be delivered. */
  readonly deadLetters: number;
  /** Why the ledger cannot be written, and since when. */
  readonly ledger: { readonly code: LedgerTrouble; readonly since: number } | undefined;
  readonly halted: boolean;
  /** Orders that the account's old number had open, where a new one waits for an owner; undefined otherwise. */
  readonly numberChange:
    | { readonly account: string; readonly setting: string; readonly command: string; readonly orders: number }
    | undefined;
  /** Whether orders may go to a venue where real money moves; true where none does. */
  readonly armed: boolean;
  /** Whether the ledger was brought in line with the venue since the start. */
  readonly ready: boolean;
  /** When the venue's lists of orders were last read. */
  readonly lastLookAt: number | undefined;
  /** APIs of the last week that KIS and Hoga disagreed about, the newest first. */
  readonly drifts: readonly SeenDrift[];
  /** Our orders with an unknown outcome, without those that the owner was asked about. */
  readonly unknownOrders: number;
  /** Our orders with an unknown outcome that the owner was asked about. */
  readonly askedOrders: number;
}
