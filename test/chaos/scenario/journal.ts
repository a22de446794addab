import { isCancel, type OrderIntent } from '../../../src/domain/orders/order.ts';
import { AppError } from '../../../src/errors.ts';
import type { Ledger } from '../../../src/ports/ledger/ledger.ts';
import type { ClaimRequest, ClaimResult, Proposal } from '../../../src/ports/ledger/proposal-ledger.ts';
import type { SimulatorState } from '../../../src/simulator/control/state.ts';
import { AccountSwitches } from './account-switches.ts';

/** Won, by symbol. */
export type Prices = Readonly<Record<string, number>>;

/** A ticket that a bot asked its ledger to take, once what it checks had passed. */
export interface Claim {
  /** Milliseconds, by the world's clock. */
  readonly at: number;
  /** The one whose ledger was asked, by its name there; the ticket's own, or something is wrong. */
  readonly account: string;
  readonly proposal: Omit<Proposal, 'status'>;
  /** By the bot's clock. */
  readonly now: number;
  readonly intents: readonly OrderIntent[];
  /** `claimed`, `over-daily-cap`, or why it was refused. */
  readonly result: string;
  /** Trading was halted all the while. */
  readonly halted: boolean;
  /** It was halted all the while in another account. */
  readonly haltedElsewhere: boolean;
  /** The day's orders of all accounts together, this one among them, come to more than this account's cap. */
  readonly fullTogether: boolean;
  /** The bot had orders to ask the venue about since its start, and had not been able to. */
  readonly unaligned: boolean;
}

/** An order that was about to leave, and whether the ledger let it. */
export interface Submit {
  readonly at: number;
  readonly account: string;
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
  'showCard',
  'recordNotice',
  'noteSeen',
  'enqueue',
  'markSent',
  'markFailed',
  'dropEdit',
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
  readonly pushedFills: {
    readonly account: string;
    readonly number: string;
    readonly quantity: number;
    readonly fresh: boolean;
  }[] = [];
  /** By the accounts' names in the ledger. */
  readonly switches = new AccountSwitches();
  /** How the prices stood at each venue whenever somebody looked or something moved them. */
  readonly prices: { readonly at: number; readonly prices: readonly Prices[] }[] = [];
  readonly #intents = new Map<string, OrderIntent>();

  notePrices(at: number, states: readonly Pick<SimulatorState, 'prices'>[]): void {
    const prices = states.map((state) =>
      Object.fromEntries(Object.entries(state.prices).map(([symbol, { last }]) => [symbol, last])),
    );
    this.prices.push({ at, prices });
  }

  /**
   * A call of an account's ledger, before it is made. Returns what is to be told how it ended; a call cut off tells
   * nothing.
   */
  observe(
    account: string,
    name: string,
    args: readonly unknown[],
    context: {
      readonly now: () => number;
      readonly unaligned: () => boolean;
    },
  ): (outcome: { readonly value: unknown } | { readonly error: unknown }) => void {
    const { switches } = this;
    const since = switches.look(account);
    switch (name) {
      case 'setHalted': {
        const [halted] = args as Parameters<Ledger['setHalted']>;
        return switches.setHalted(account, halted);
      }
      case 'halted':
        return (outcome) => {
          if ('value' in outcome && outcome.value === true) since.requireMayBeHalted('was said to be halted');
        };
      case 'amountOfDay':
        return (outcome) => {
          if ('value' in outcome) switches.requireSpent(account, Number(outcome.value));
        };
      case 'createProposal': {
        const [ticket] = args as Parameters<Ledger['createProposal']>;
        return (outcome) => {
          if ('value' in outcome) this.tickets.set(ticket.id, { ...ticket, account });
        };
      }
      case 'claim': {
        const [request] = args as [ClaimRequest];
        const unaligned = context.unaligned();
        const added = request.intents.reduce((sum, { amount }) => sum + amount, 0);
        const spent = switches.spend(account, added);
        return (outcome) => {
          if ('error' in outcome) spent.nothing();
          if ('error' in outcome) return;
          const taken = outcome.value as ClaimResult;
          if (taken.kind === 'over-daily-cap') spent.requireOver(request.maxDailyAmount);
          if (taken.kind !== 'claimed') spent.nothing();
          if (taken.kind === 'refused' && taken.reason === 'halted') since.requireMayBeHalted('refused a ticket');
          const proposal = this.tickets.get(request.proposalId);
          if (proposal === undefined) return;
          for (const { id, intent } of request.intents) this.#intents.set(id, intent);
          this.claims.push({
            at: context.now(),
            account,
            proposal,
            now: request.now,
            intents: request.intents.map(({ intent }) => intent),
            result: taken.kind === 'refused' ? taken.reason : taken.kind,
            halted: since.isStillHalted(),
            haltedElsewhere: since.isHaltedElsewhere(),
            fullTogether: switches.spentInAll() > request.maxDailyAmount,
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
          if (!allowed) since.requireMayBeHalted('held an order back');
          this.submits.push({ at: context.now(), account, orderId, intent, halted: since.isStillHalted(), allowed });
        };
      }
      case 'recordNotice': {
        const [{ kind, number, quantity }] = args as Parameters<Ledger['recordNotice']>;
        return (outcome) => {
          if ('error' in outcome || kind !== 'filled') return;
          const { fresh } = outcome.value as { readonly fresh: boolean };
          this.pushedFills.push({ account, number, quantity, fresh });
        };
      }
      default:
        return () => undefined;
    }
  }
}

/** Whether nothing but risk is taken away. */
export const onlyCancels = (intents: readonly OrderIntent[]): boolean => intents.every(({ kind }) => isCancel(kind));
