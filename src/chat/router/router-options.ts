import type { Clock } from '../../clock.ts';
import type { ChatAddress } from '../../domain/people/chat-address.ts';
import type { Person } from '../../domain/people/person.ts';
import type { Words } from '../../i18n/index.ts';
import type { Log } from '../../log.ts';
import type { ProposalLedger } from '../../ports/ledger/proposal-ledger.ts';
import type { InstrumentDirectory } from '../../ports/symbols.ts';
import type { PairResult } from '../../services/people.ts';
import type { AnyCommand, CommandContext } from '../command.ts';
import type { Outbox } from '../outbox.ts';

/** What of a CommandContext is the same for every command. */
export type CommandServices = Omit<
  CommandContext,
  'person' | 'address' | 'alone' | 'now' | 'progress' | 'words' | 'commands' | 'learnNames'
>;

export interface RouterOptions {
  readonly commands: readonly AnyCommand[];
  readonly services: CommandServices;
  /** The language of somebody, or of a stranger. */
  readonly wordsOf: (person: Person | undefined) => Words;
  /** Who that is; undefined for strangers. */
  readonly identify: (identity: string) => Person | undefined;
  /** One try of somebody unknown to become the owner. */
  readonly pair: (identity: string, code: string) => Promise<PairResult>;
  readonly ledger: ProposalLedger;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  readonly confirmMs: number;
  /** Where else a person wants to see the tickets that are made for them in a chat. */
  readonly mirrors: (person: Person, address: ChatAddress) => readonly ChatAddress[];
  /** Only queries; nothing that could end in an order. */
  readonly readOnly: boolean;
  /** Until when the venue cannot be asked anything, where a question waits for that; in milliseconds. */
  readonly venueWaitsUntil: () => number | undefined;
  /** The issues by their names in a language. */
  readonly directoryIn: (words: Words) => InstrumentDirectory;
  /** Asks for the names of issues in that language that are not known yet; whether any was learnt. Never throws. */
  readonly learnNames: (words: Words, symbols: readonly string[]) => Promise<boolean>;
  /** Asks the venue about words that look like codes and that no list has; whether it knew any. @throws AppError `venue.*`. */
  readonly learnIssues: (words: readonly string[]) => Promise<boolean>;
}
