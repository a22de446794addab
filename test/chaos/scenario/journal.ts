import { mainAccount } from '../../../src/domain/account.ts';
import { isCancel, type OrderIntent } from '../../../src/domain/orders/order.ts';
import { AppError } from '../../../src/errors.ts';
import type { Ledger } from '../../../src/ports/ledger/ledger.ts';
import type { ClaimRequest, ClaimResult, Proposal } from '../../../src/ports/ledger/proposal-ledger.ts';
import type { SimulatorState } from '../../../src/simulator/control/state.ts';

/** Won, by symbol. */
export type Prices = Readonly<Record<string, number>>;

/** A ticket that a bot asked its ledger to take, once what it checks had passed. */
export interface Claim {
  /** Milliseconds, by the world's clock. */
  readonly at: number;
  readonly proposal: Omit<Proposal, 'status'>;
  /** By the bot's clock. */
  readonly now: number;
  readonly intents: readonly OrderIntent[];
  /** `claimed`, `over-daily-cap`, or why it was refused. */
  readonly result: string;
  /** Trading was halted all the while. */
  readonly halted: boolean;
  /** The bot had orders to ask the venue about since its start, and had not been able to. */
  readonly unaligned: boolean;
}

/** An order that was about to leave, and whether the ledger let it. */
export interface Submit {
  readonly at: number;
  readonly orderId: string;
  readonly intent: OrderIntent | undefined;
  readonly halted: boolean;
  readonly allowed: boolean;
}

const writes: ReadonlySet<string> = new Set<keyof Ledger>([
  'createProposal',
  'dropProposal',
  'claim',
  'appendOrderEvent',
  'beginSubmit',
  'recordNotice',
  'noteSeen',
  'enqueue',
  'markSent',
  'markFailed',
  'supersede',
  'sumUpDead',
  'setHalted',
  'tryWriting',
]);

export const isWrite = (name: string): boolean => writes.has(name);

/** What the bots of a world asked of their ledger, in order: what they were about to do, and what kept them from it. */
export class Journal {
  /** Tickets that were shown, by their ids. */
  readonly tickets = new Map<string, Omit<Proposal, 'status'>>();
  readonly claims: Claim[] = [];
  readonly submits: Submit[] = [];
  /** Writes that a full disk refused. */
  readonly failedWrites: string[] = [];
  /** Fills that were pushed, each as often as it came. */
  readonly pushedFills: { readonly number: string; readonly quantity: number; readonly fresh: boolean }[] = [];
  /** How the prices stood whenever somebody looked or something moved them. */
  readonly prices: { readonly at: number; readonly prices: Prices }[] = [];
  /** Rises with every change of it, so that a call can tell whether it was in force all the while. */
  #haltedSince: number | undefined;
  #halts = 0;
  readonly #intents = new Map<string, OrderIntent>();

  notePrices(at: number, prices: SimulatorState['prices']): void {
    const last = Object.fromEntries(Object.entries(prices).map(([symbol, { last: price }]) => [symbol, price]));
    this.prices.push({ at, prices: last });
  }

  /** A call of the ledger, before it is made. Returns what is to be told how it ended; a call cut off tells nothing. */
  observe(
    name: string,
    args: readonly unknown[],
    context: {
      readonly now: () => number;
      readonly unaligned: () => boolean;
    },
  ): (outcome: { readonly value: unknown } | { readonly error: unknown }) => void {
    const halt = this.#haltedSince;
    const stillHalted = (): boolean => halt !== undefined && halt === this.#haltedSince;
    switch (name) {
      case 'setHalted': {
        const [halted] = args as Parameters<Ledger['setHalted']>;
        if (!halted) this.#haltedSince = undefined;
        return (outcome) => {
          if (!halted || 'error' in outcome) return;
          this.#halts += 1;
          this.#haltedSince = this.#halts;
        };
      }
      case 'createProposal': {
        const [ticket] = args as Parameters<Ledger['createProposal']>;
        return (outcome) => {
          if ('value' in outcome) this.tickets.set(ticket.id, { ...ticket, account: mainAccount });
        };
      }
      case 'claim': {
        const [request] = args as [ClaimRequest];
        const unaligned = context.unaligned();
        return (outcome) => {
          if ('error' in outcome) return;
          const proposal = this.tickets.get(request.proposalId);
          if (proposal === undefined) return;
          for (const { id, intent } of request.intents) this.#intents.set(id, intent);
          const result = outcome.value as ClaimResult;
          this.claims.push({
            at: context.now(),
            proposal,
            now: request.now,
            intents: request.intents.map(({ intent }) => intent),
            result: result.kind === 'refused' ? result.reason : result.kind,
            halted: stillHalted(),
            unaligned: unaligned && context.unaligned(),
          });
        };
      }
      case 'beginSubmit': {
        const [orderId] = args as Parameters<Ledger['beginSubmit']>;
        return (outcome) => {
          const haltedIt = 'error' in outcome && outcome.error instanceof AppError;
          if ('error' in outcome && !(haltedIt && (outcome.error as AppError).code === 'orders.halted')) return;
          const intent = this.#intents.get(orderId);
          const allowed = 'value' in outcome;
          this.submits.push({ at: context.now(), orderId, intent, halted: stillHalted(), allowed });
        };
      }
      case 'recordNotice': {
        const [{ kind, number, quantity }] = args as Parameters<Ledger['recordNotice']>;
        return (outcome) => {
          if ('error' in outcome || kind !== 'filled') return;
          const { fresh } = outcome.value as { readonly fresh: boolean };
          this.pushedFills.push({ number, quantity, fresh });
        };
      }
      default:
        return () => undefined;
    }
  }
}

/** Whether nothing but risk is taken away. */
export const onlyCancels = (intents: readonly OrderIntent[]): boolean => intents.every(({ kind }) => isCancel(kind));
