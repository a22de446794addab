import type { Issue } from './instruments.ts';

/** A volatility interruption; `until` is undefined while it lasts. Times are `HHmmss`. */
export interface StagedInterruption {
  readonly issue: Issue;
  readonly day: string;
  readonly from: string;
  until: string | undefined;
  readonly price: number;
  readonly reference: number;
}

/** A dividend in won a share. */
export interface StagedDividend {
  readonly issue: Issue;
  readonly recordDay: string;
  readonly amount: number;
}

/** New shares for who holds an issue: for money, or for none. */
export interface StagedRights {
  readonly issue: Issue;
  readonly kind: 'paid' | 'free';
  readonly recordDay: string;
  readonly exDay: string;
}

/** A headline at a moment of the venue's. */
export interface StagedHeadline {
  readonly issue: Issue;
  readonly day: string;
  readonly time: string;
  readonly title: string;
}

/** Shares bought less sold on a day. */
export interface StagedFlow {
  readonly foreigners: number;
  readonly institutions: number;
}

/** What a test makes happen beside what the simulator makes up by itself. */
export class Staged {
  /** Oldest first, as the other lists. */
  readonly interruptions: StagedInterruption[] = [];
  readonly dividends: StagedDividend[] = [];
  readonly rights: StagedRights[] = [];
  readonly headlines: StagedHeadline[] = [];
  /** The codes that meet a condition, by its name. */
  readonly screens = new Map<string, readonly string[]>();
  readonly #flows = new Map<string, StagedFlow>();

  setFlow(symbol: string, day: string, flow: StagedFlow): void {
    this.#flows.set(`${symbol} ${day}`, flow);
  }

  flow(symbol: string, day: string): StagedFlow | undefined {
    return this.#flows.get(`${symbol} ${day}`);
  }

  /** An issue goes into an interruption at a time, or comes out of it. */
  interrupt(
    listing: { readonly issue: Issue; readonly last: number; readonly base: number },
    on: boolean,
    at: StagedAt,
  ) {
    const { issue, last, base } = listing;
    const under = this.interruptions.find((one) => one.issue.symbol === issue.symbol && one.until === undefined);
    if (!on && under !== undefined) under.until = at.time;
    if (on && under === undefined) {
      this.interruptions.push({ issue, day: at.day, from: at.time, until: undefined, price: last, reference: base });
    }
  }
}

/** A day and a time of the venue's. */
interface StagedAt {
  readonly day: string;
  readonly time: string;
}
