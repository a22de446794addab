import type { Clock } from '../../clock.ts';
import type { Health } from '../../domain/health.ts';
import type { ChatAddress } from '../../domain/people/chat-address.ts';
import type { Person } from '../../domain/people/person.ts';
import type { Words } from '../../i18n/index.ts';
import type { Log } from '../../log.ts';
import type { ProposalLedger } from '../../ports/ledger/proposal-ledger.ts';
import type { InstrumentDirectory } from '../../ports/symbols.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { Accounts, TradingAccount } from '../../services/accounts.ts';
import type { PairResult } from '../../services/people.ts';
import type { AnyCommand, CommandContext } from '../command.ts';
import type { Outbox } from '../outbox.ts';

/** The part of a CommandContext that is the same for every command. */
export type CommandServices = Omit<
  CommandContext,
  | 'person'
  | 'address'
  | 'alone'
  | 'now'
  | 'progress'
  | 'words'
  | 'commands'
  | 'learnNames'
  | 'account'
  | 'accounts'
  | 'visibleAccounts'
  | 'may'
  | 'health'
  | 'fillNotices'
  | keyof AccountServices
>;

/** What of a CommandContext is that of one account. */
export type AccountServices = Pick<
  CommandContext,
  'broker' | 'candles' | 'reports' | 'orders' | 'schedules' | 'reconciler' | 'timelines' | 'revocation'
>;

export interface RouterOptions {
  readonly accounts: Accounts;
  readonly commands: readonly AnyCommand[];
  readonly services: CommandServices & { readonly health: (account: TradingAccount) => Promise<Health> };
  /** The texts in a person's language; for a stranger, in the bot's. */
  readonly wordsOf: (person: Person | undefined) => Words;
  /** The person with this identity; undefined for a stranger. */
  readonly identify: (identity: string) => Person | undefined;
  /** Tries to make a stranger the owner, by the pairing code they typed. */
  readonly pair: (identity: string, code: string) => Promise<PairResult>;
  readonly ledger: ProposalLedger;
  readonly outbox: Outbox;
  /**
   * Shows how the orders of a ticket stand on the ticket's message. Resolves to the chats that show it; none where the
   * ticket became no order, or the ledger does not know the outcome yet.
   */
  readonly showCard: (
    ticketId: string,
    account: TradingAccount,
  ) => Promise<readonly { readonly address: ChatAddress }[]>;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  readonly telemetry?: Telemetry | undefined;
  readonly confirmMs: number;
  /** The other chats in which a person wants to see a ticket that was made in this one. */
  readonly mirrors: (person: Person, address: ChatAddress) => readonly ChatAddress[];
  /** Whether only queries are allowed, and nothing that could lead to an order. */
  readonly readOnly: boolean;
  /** Until when the venue cannot be asked anything, in milliseconds; undefined when no question waits. */
  readonly venueWaitsUntil: () => number | undefined;
  /** The issues under their names in the language of `words`. */
  readonly directoryIn: (words: Words) => InstrumentDirectory;
  /**
   * Looks up names of issues that are not known in that language yet. Resolves to whether any was found. Never throws.
   */
  readonly learnNames: (words: Words, symbols: readonly string[]) => Promise<boolean>;
  /**
   * Asks the venue about words that look like codes and that no list has. Resolves to whether it knew any.
   * @throws AppError `venue.*`.
   */
  readonly learnIssues: (words: readonly string[]) => Promise<boolean>;
}
