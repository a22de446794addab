import type { CancelTimer, Clock } from '../../clock.ts';
import type { Marketplace } from '../../domain/market/session.ts';

/** An issue at an exchange whose prices are wanted. Times are in milliseconds. */
export interface Line {
  readonly symbol: string;
  readonly exchange: Marketplace;
  /** When the venue was asked last, whether or not it answered; -Infinity where it never was. */
  askedAt: number;
  /** When its price was known to be the present one; undefined where it never was. */
  freshAt: number | undefined;
  /** The venue left it out of its latest answer: it knows no such issue. */
  unknown: boolean;
}

/** How often an issue is asked for, at the most. */
const shortestMs = 15_000;
/** The same while nothing trades at its exchange: what is looked at then is whether the exchange does trade after all. */
const restingMs = 600_000;
/** How often it is looked whether something has to be asked for: the socket may have ended. */
const heartbeatMs = 5_000;
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
  /** Issues that are asked for at once, whether or not their turn has come. */
  readonly #missed = new Set<Line>();
  #catchingUp: Promise<void> | undefined;
  #stopped = false;

  constructor(options: PollTurnsOptions) {
    this.#options = options;
  }

  /** Begins with the turns. Calling it again does nothing. */
  begin(): void {
    if (this.#stopped || this.#cancel !== undefined) return;
    this.#arm(this.#gapMs(this.#options.lines()));
  }

  stop(): void {
    this.#stopped = true;
    this.#cancel?.();
  }

  /** How long a turn of these takes while their exchanges trade: each is asked for once in it. In milliseconds. */
  everyMs(lines: readonly Line[]): number {
    const { callsPerSecond } = this.#options;
    const gapMs = 1_000 / Math.max(1, callsPerSecond * shareOfCalls);
    return Math.max(shortestMs, this.#callsFor(lines) * gapMs);
  }

  /** The same now, when they may rest. */
  everyMsNow(lines: readonly Line[]): number {
    const doRest = lines.length > 0 && lines.every(({ exchange }) => this.#options.rests(exchange));
    return doRest ? restingMs : this.everyMs(lines);
  }

  /**
   * The age that the price of none of these exceeds while the venue answers. Beside the turn itself it holds the time of
   * a call, and of the calls that go first because a person waits for them.
   */
  boundMs(lines: readonly Line[]): number {
    const everyMs = this.everyMsNow(lines);
    return everyMs + Math.max(heartbeatMs, everyMs / 4);
  }

  /** Asks for these at once. Resolves when all of them were asked for. */
  async askNow(lines: readonly Line[]): Promise<void> {
    for (const line of lines) this.#missed.add(line);
    this.#catchingUp ??= this.#catchUp().finally(() => {
      this.#catchingUp = undefined;
    });
    await this.#catchingUp;
  }

  async #catchUp(): Promise<void> {
    while (this.#missed.size > 0 && !this.#stopped) await this.#askFor([...this.#missed]);
  }

  #arm(delayMs: number): void {
    this.#cancel = this.#options.clock.timer(delayMs, () => void this.#turn());
  }

  async #turn(): Promise<void> {
    const { clock, lines, rests } = this.#options;
    const now = clock.now();
    const all = lines();
    const gapMs = this.#gapMs(all);
    const everyMs = this.everyMs(all);
    const pauseMs = { KRX: rests('KRX') ? restingMs : everyMs, NXT: rests('NXT') ? restingMs : everyMs };
    const due = all
      .filter(({ askedAt, exchange }) => askedAt <= now - pauseMs[exchange] + gapMs / 2)
      .toSorted((a, b) => a.askedAt - b.askedAt);
    if (due.length > 0 && this.#catchingUp === undefined) await this.#askFor(due);
    if (!this.#stopped) this.#arm(Math.max(0, gapMs - (clock.now() - now)));
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

  #gapMs(lines: readonly Line[]): number {
    return Math.min(heartbeatMs, this.everyMs(lines) / Math.max(1, this.#callsFor(lines)));
  }

  #callsFor(lines: readonly Line[]): number {
    const { issuesPerCall } = this.#options;
    const ofNextrade = lines.filter(({ exchange }) => exchange === 'NXT').length;
    return Math.ceil(ofNextrade / issuesPerCall) + Math.ceil((lines.length - ofNextrade) / issuesPerCall);
  }
}
