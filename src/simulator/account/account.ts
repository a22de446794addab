import type { Side } from '../../domain/orders/order.ts';
import { estimateCost } from '../../domain/orders/order-rules.ts';
import { addTradingDays } from '../market/hours.ts';
import type { Issue } from '../market/instruments.ts';

/** A holding. One that was sold out stays, with 0 shares, until the end of its day, as at KIS. */
export interface Holding {
  /** The day on which KIS lent the money for it; absent where it was paid in cash. */
  readonly loanDate?: string;
  readonly issue: Issue;
  readonly quantity: number;
  /** What was paid for the shares still held, without costs, in won. */
  readonly costBasis: number;
  readonly boughtToday: number;
  readonly soldToday: number;
  readonly boughtBefore: number;
  readonly soldBefore: number;
}

/** What was traded in a day, in won. */
export interface DayTotals {
  readonly bought: number;
  readonly sold: number;
  readonly costs: number;
}

/** A fill as the account booked it, in won. */
export interface BookedTrade {
  readonly day: string;
  readonly issue: Issue;
  readonly side: Side;
  readonly quantity: number;
  readonly amount: number;
  readonly commission: number;
  readonly tax: number;
  /** What the sold shares had cost, at their average; 0 for a purchase. */
  readonly cost: number;
  /** The quantity held after it. */
  readonly held: number;
  readonly heldCost: number;
}

/** What KIS names an account by: CANO, of eight digits, and ACNT_PRDT_CD, of two. */
export interface AccountName {
  readonly number: string;
  readonly product: string;
}

/** An account's name in one text: `50000000-01`. */
export function accountText({ number, product }: AccountName): string {
  return `${number}-${product}`;
}

/** Shares that an account starts with. */
export interface StartHolding {
  /**
   * The day on which it was bought on credit. Such a holding is listed beside the one in cash, and nothing in the
   * simulator sells it.
   */
  readonly loanDate?: string;
  readonly symbol: string;
  readonly quantity: number;
  readonly averageCost: number;
}

const nothing: DayTotals = { bought: 0, sold: 0, costs: 0 };

/**
 * The money and shares of one account. A trade settles on the second trading day after it; until then it changes only
 * the sums of the days to come.
 */
export class Account implements AccountName {
  readonly number: string;
  readonly product: string;
  /** Both: `50000000-01`. */
  readonly name: string;
  readonly #holdings = new Map<string, Holding>();
  readonly #onCredit: Holding[] = [];
  readonly #trades: BookedTrade[] = [];
  readonly #settlements: { readonly day: string; readonly amount: number }[] = [];
  #deposit: number;
  #today = nothing;
  #yesterday = nothing;

  /** `cash`: won. */
  constructor(name: AccountName, cash: number) {
    this.number = name.number;
    this.product = name.product;
    this.name = accountText(name);
    this.#deposit = cash;
  }

  get deposit(): number {
    return this.#deposit;
  }

  get today(): DayTotals {
    return this.#today;
  }

  get yesterday(): DayTotals {
    return this.#yesterday;
  }

  /** All that was ever traded, oldest first. */
  trades(): readonly BookedTrade[] {
    return this.#trades;
  }

  /** In the order of their first purchase, those on credit last. */
  holdings(): readonly Holding[] {
    return [...this.#holdings.values(), ...this.#onCredit];
  }

  /** The holding of an issue that was paid in cash. */
  holding(symbol: string): Holding | undefined {
    return this.#holdings.get(symbol);
  }

  /** The deposit after everything that settles up to `day`; without a day, after everything. */
  depositOn(day?: string): number {
    return this.#settlements
      .filter((settlement) => day === undefined || settlement.day <= day)
      .reduce((sum, settlement) => sum + settlement.amount, this.#deposit);
  }

  /** Adds shares that were bought before the first day and have settled. */
  give(issue: Issue, quantity: number, averageCost: number, loanDate?: string): void {
    const costBasis = Math.round(quantity * averageCost);
    const given = { ...noShares(issue), quantity, costBasis, boughtBefore: quantity };
    if (loanDate === undefined) this.#holdings.set(issue.symbol, given);
    else this.#onCredit.push({ ...given, loanDate });
  }

  fill(issue: Issue, side: Side, quantity: number, price: number, day: string): void {
    const amount = quantity * price;
    const cost = estimateCost(amount, side, issue);
    const costs = cost.commission + cost.tax;
    const held = this.#holdings.get(issue.symbol) ?? noShares(issue);
    const left = held.quantity + (side === 'buy' ? quantity : -quantity);
    const costBasis = side === 'buy' ? held.costBasis + amount : Math.round((held.costBasis * left) / held.quantity);
    this.#trades.push({
      day,
      issue,
      side,
      quantity,
      amount,
      ...cost,
      cost: side === 'buy' ? 0 : held.costBasis - costBasis,
      held: left,
      heldCost: costBasis,
    });
    this.#holdings.set(issue.symbol, {
      ...held,
      quantity: left,
      costBasis,
      boughtToday: held.boughtToday + (side === 'buy' ? quantity : 0),
      soldToday: held.soldToday + (side === 'sell' ? quantity : 0),
    });
    this.#today = {
      bought: this.#today.bought + (side === 'buy' ? amount : 0),
      sold: this.#today.sold + (side === 'sell' ? amount : 0),
      costs: this.#today.costs + costs,
    };
    this.#settlements.push({
      day: addTradingDays(day, 2),
      amount: side === 'buy' ? -amount - costs : amount - costs,
    });
  }

  /** Begins a new trading day: what is due settles, and today's figures become those of yesterday. */
  newDay(day: string): void {
    this.#deposit = this.depositOn(day);
    const due = this.#settlements.filter((settlement) => settlement.day > day);
    this.#settlements.splice(0, this.#settlements.length, ...due);
    this.#yesterday = this.#today;
    this.#today = nothing;
    for (const held of this.#holdings.values()) {
      if (held.quantity === 0) this.#holdings.delete(held.issue.symbol);
      else {
        this.#holdings.set(held.issue.symbol, {
          ...held,
          boughtBefore: held.boughtToday,
          soldBefore: held.soldToday,
          boughtToday: 0,
          soldToday: 0,
        });
      }
    }
  }
}

function noShares(issue: Issue): Holding {
  return { issue, quantity: 0, costBasis: 0, boughtToday: 0, soldToday: 0, boughtBefore: 0, soldBefore: 0 };
}

/** The average cost with four decimals, as KIS writes it. The division is exact to them. */
export function averageCost(holding: Pick<Holding, 'quantity' | 'costBasis'>): string {
  if (holding.quantity === 0) return '0.0000';
  const tenThousandths = Math.round((holding.costBasis * 10_000) / holding.quantity);
  return (tenThousandths / 10_000).toFixed(4);
}
