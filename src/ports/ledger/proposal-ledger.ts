import type { OrderIntent, OrderRecord } from '../../domain/orders/order.ts';
import type { ChatAddress } from '../../domain/people/chat-address.ts';

/** What somebody is asked to confirm. `plan` is the command's own, kept as JSON. */
export interface Proposal {
  readonly id: string;
  /** The account that it was made for, and for which alone it can be taken. */
  readonly account: string;
  readonly personId: string;
  readonly address: ChatAddress;
  readonly command: string;
  readonly plan: unknown;
  /** Milliseconds. */
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly status: 'open' | 'taken' | 'dropped';
  /** The ticket as the person saw it, as plain text. */
  readonly shown: string;
  /** The channel in which it is being confirmed. */
  readonly pressedIn?: string | undefined;
}

/** What must hold at the very moment a proposal is taken; all of it is checked inside the one transaction. */
export interface ClaimRequest {
  readonly proposalId: string;
  readonly personId: string;
  /** The channel in which it was pressed. */
  readonly pressedIn?: string | undefined;
  readonly now: number;
  readonly intents: readonly {
    readonly id: string;
    readonly intent: OrderIntent;
    /** Won: what it adds to the day's sum; 0 for a cancel. */
    readonly amount: number;
  }[];
  /** Korean day the amounts count towards. */
  readonly day: string;
  readonly maxDailyAmount: number;
}

export type ClaimResult =
  | { readonly kind: 'claimed'; readonly orders: readonly OrderRecord[] }
  | {
      readonly kind: 'refused';
      /** `unsettled`: it could not be told apart from another of the day whose outcome nobody knows yet. */
      readonly reason: 'unknown' | 'not-yours' | 'taken' | 'dropped' | 'expired' | 'halted' | 'unsettled';
    }
  | { readonly kind: 'over-daily-cap'; readonly used: number };

/** Tickets, and the claim that takes one. */
export interface ProposalLedger {
  /** Writes a ticket for the ledger's account. */
  createProposal(proposal: Omit<Proposal, 'status' | 'account' | 'pressedIn'>): Promise<void>;
  /** A ticket, of whatever account. */
  proposal(id: string): Promise<Proposal | undefined>;
  /** False when it was no longer open. */
  dropProposal(id: string): Promise<boolean>;
  /** Takes the proposal and writes its intents as `confirmed`, all or nothing. */
  claim(request: ClaimRequest): Promise<ClaimResult>;
}
