import type { Fence } from '../cluster.ts';
import type { AccountNumberStore } from './account-numbers.ts';
import type { AlertStore } from './alert-store.ts';
import type { EventStore } from './event-store.ts';
import type { FigureStore } from './figures.ts';
import type { HandedStore, LeaseStore } from './lease-store.ts';
import type { OrderLedger } from './order-ledger.ts';
import type { OutboxStore } from './outbox-store.ts';
import type { PeopleStore } from './people-store.ts';
import type { ProposalLedger } from './proposal-ledger.ts';
import type { ReportStore } from './report-store.ts';
import type { TradingSwitches } from './trading-switches.ts';
import type { Watchlists } from './watchlists.ts';

/** What keeps the ledger itself in order. */
export interface LedgerUpkeep {
  /** Writes something that changes nothing, to see whether that works. @throws AppError `LedgerTrouble`. */
  tryWriting(now: number): Promise<void>;
  /**
   * Forgets messages that were sent, what was handed over and done, what happened to alerts and what the venue pushed,
   * before a moment and its Korean day. Orders, their events, tickets and messages that were never delivered are kept.
   */
  prune(before: number, beforeDay: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * The append-only record. Each method is one transaction; what it returns is on the disk. Order state is a fold of
 * order events (`applyEvent`), kept beside them so that it can be asked for.
 */
export interface Ledger
  extends OrderLedger,
    ProposalLedger,
    AlertStore,
    OutboxStore,
    PeopleStore,
    TradingSwitches,
    AccountNumberStore,
    Watchlists,
    ReportStore,
    EventStore,
    LeaseStore,
    HandedStore,
    FigureStore,
    LedgerUpkeep {
  /**
   * The same ledger for another account: its orders, tickets, limits, notices and switches are that account's alone, and
   * what belongs to no account is the same in all. Without it, the ledger is the main account's.
   *
   * `fence` is asked within every claim and every `beginSubmit`: where another process has taken the duty since, they
   * write nothing and throw AppError `cluster.not-ours`. Undefined where no other process can have it.
   */
  account(name: string, fence?: () => Fence | undefined): Ledger;
}
