import type { CancelTimer, Clock } from '../../clock.ts';
import type { Marketplace } from '../../domain/market/session.ts';

/** An issue at an exchange whose prices are wanted. Times are in milliseconds. */
export interface Line {
  readonly symbol: string;
  readonly exchange: Marketplace;
  /** When the venue was asked last, whether or not it answered; -Infinity where it is to be asked at once. */
  askedAt: number;
  /** When its price was known to be the present one; undefined where it never was. */
  freshAt: number | undefined;
  /** The venue left it out of its latest answer: it knows no such issue. */
  unknown: boolean;
}

/** How often an issue is asked for, at the most; so often at least it is looked whether something has to be. */
const shortestMs = 15_000;
/** The same while nothing trades at its exchange: what is looked at then is whether the exchange does trade after all. */
const restingMs = 600_000;
/** What a call may take, and the calls that go first because a person waits for them. */
const leastSlackMs = 5_000;
/** The share of the calls of a key that polling may use. Where that is less than one a second it is one a second. */
const shareOfCalls = 0.25;

interface PollTurnsOptions {
  readonly clock: Clock;
  /** Prices that one call brings. */
  readonly issuesPerCall: number;
  /** Calls that may leave in a second, for all that the key is used for. */
  readonly callsPerSecond: number;
  /** The issues that have to be asked for now. */
  readonly lines: () => readonly Line[];
  /** Whether nothing trades at an exchange now. */
  readonly rests: (exchange: Marketplace) => boolean;
  /** Asks for issues of one exchange, as many as one call brings. Never rejects. */
  readonly ask: (exchange: Marketplace, lines: readonly Line[]) => Promise<void>;
}

/** Asks for the prices of issues in turns, so that none waits longer than the others. */
export class PollTurns {
  readonly #options: PollTurnsOptions;
  #cancel: CancelTimer | undefined;
  /** When the next turn is to come, and when the latest one asked, in milliseconds. */
  #nextAt = Number.POSITIVE_INFINITY;
  #askedAt = 0;
  /** Issues that are asked for at once, whether or not their turn has come. */
  readonly #missed = new Set<Line>();
  #catchingUp: Promise<void> | undefined;
  #turning = false;
  #stopped = false;

  constructor(options: PollTurnsOptions) {
    this.#options = options;
  }

  /** Begins with the turns, and takes note of issues that have come since: their turn may be sooner. */
  begin(): void {
    const dueAt = this.#options.clock.now() + this.#tickMs(this.#options.lines());
    if (this.#stopped || this.#turning || this.#nextAt <= dueAt) return;
    this.#cancel?.();
    this.#arm(dueAt);
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  /** How long a round of these takes: each is asked for once in it. In milliseconds. */
  everyMs(lines: readonly Line[]): number {
    return lines.length > 0 && this.#awake(lines).length === 0 ? restingMs : this.#gapMs(lines) * this.#callsFor(lines);
  }

  /**
   * The age that the price of none of these exceeds while the venue answers and their exchanges trade: the time of a
   * round, and some for the calls themselves. In milliseconds.
   */
  boundMs(lines: readonly Line[]): number {
    const everyMs = this.everyMs(lines);
    return everyMs + Math.max(leastSlackMs, everyMs / 4);
  }

  /** Asks for these at once. Resolves when all of them were asked for. */
  async askNow(lines: readonly Line[]): Promise<void> {
    for (const line of lines) this.#missed.add(line);
    // One round may have come to its end just now, and then these need another.
    while (this.#missed.size > 0 && !this.#stopped) {
      this.#catchingUp ??= this.#catchUp().finally(() => {
        this.#catchingUp = undefined;
      });
      await this.#catchingUp;
    }
  }

  async #catchUp(): Promise<void> {
    while (this.#missed.size > 0 && !this.#stopped) await this.#askFor([...this.#missed]);
  }

  #arm(at: number): void {
    const { clock } = this.#options;
    this.#nextAt = at;
    this.#cancel = clock.timer(Math.max(0, at - clock.now()), () => void this.#turn());
  }

  async #turn(): Promise<void> {
    const { clock, lines } = this.#options;
    const now = clock.now();
    this.#turning = true;
    const all = lines();
    const tickMs = this.#tickMs(all);
    await this.#take(all, now, tickMs);
    this.#turning = false;
    if (!this.#stopped) this.#arm(now + tickMs);
  }

  /** What a turn asks for: what cannot wait, and what has been asked for the longest ago. */
  async #take(all: readonly Line[], now: number, tickMs: number): Promise<void> {
    const atOnce = all.filter(({ askedAt }) => askedAt === Number.NEGATIVE_INFINITY);
    if (atOnce.length > 0) await this.askNow(atOnce);
    if (this.#catchingUp !== undefined) return;
    const awake = this.#awake(all).filter(({ askedAt }) => askedAt < now);
    const { rests } = this.#options;
    const asleep = all.filter(({ exchange, askedAt }) => askedAt <= now - restingMs && rests(exchange));
    // Timers come a little late, so what is due before half a turn is over is due now.
    const isDue = now - this.#askedAt >= this.#gapMs(this.#awake(all)) - tickMs / 2;
    if (isDue && awake.length > 0) this.#askedAt = now;
    const due = isDue && awake.length > 0 ? awake : asleep;
    await this.#askFor(due.toSorted((a, b) => a.askedAt - b.askedAt));
  }

  /** Asks for the first of these, and for others of its exchange as far as one call brings them. */
  async #askFor(due: readonly Line[]): Promise<void> {
    const [first] = due;
    if (first === undefined) return;
    const { clock, issuesPerCall, ask } = this.#options;
    const part = due.filter(({ exchange }) => exchange === first.exchange).slice(0, issuesPerCall);
    for (const line of part) {
      this.#missed.delete(line);
      line.askedAt = clock.now();
    }
    await ask(first.exchange, part);
  }

  /** Those whose exchange may trade now. */
  #awake(lines: readonly Line[]): readonly Line[] {
    const { rests } = this.#options;
    const resting = { KRX: rests('KRX'), NXT: rests('NXT') };
    return lines.filter(({ exchange }) => !resting[exchange]);
  }

  #tickMs(lines: readonly Line[]): number {
    return Math.min(shortestMs, this.#gapMs(this.#awake(lines)));
  }

  /** From one call to the next, when each of these is asked for once in a round. */
  #gapMs(lines: readonly Line[]): number {
    const leastMs = 1_000 / Math.max(1, this.#options.callsPerSecond * shareOfCalls);
    return Math.max(leastMs, shortestMs / this.#callsFor(lines));
  }

  #callsFor(lines: readonly Line[]): number {
    const { issuesPerCall } = this.#options;
    const ofNextrade = lines.filter(({ exchange }) => exchange === 'NXT').length;
    const calls = Math.ceil(ofNextrade / issuesPerCall) + Math.ceil((lines.length - ofNextrade) / issuesPerCall);
    return Math.max(1, calls);
  }
}
