import { type Clock, koreanDay } from '../../clock.ts';
import { ledgerTrouble } from '../../domain/ledger-trouble.ts';
import { isCancel, type OrderIntent } from '../../domain/orders/order.ts';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Broker } from '../../ports/broker.ts';
import type { TradingSwitches } from '../../ports/ledger/trading-switches.ts';
import type { NumberChange } from '../account-numbers.ts';

/**
 * Whether orders may leave at all: trading can be halted, a live venue has to be armed for the day, and an account whose
 * number was changed has to be done with the orders of the old one.
 */
export class TradingGate {
  /** The settings name another number for the account than at the last start. */
  readonly numberChange: NumberChange | undefined;
  readonly #broker: Broker;
  readonly #switches: TradingSwitches;
  readonly #liveTrading: 'no' | 'yes' | 'daily';
  readonly #clock: Clock;
  readonly #log: Log;
  /** Somebody halted trading and the ledger could not be written, so it does not say so yet. */
  #haltUnwritten = false;

  constructor(options: {
    readonly broker: Broker;
    readonly switches: TradingSwitches;
    /** Whether the settings let orders go to a live venue: never, always, or on a day that was armed. */
    readonly liveTrading: 'no' | 'yes' | 'daily';
    readonly numberChange?: NumberChange | undefined;
    readonly clock: Clock;
    readonly log: Log;
  }) {
    this.numberChange = options.numberChange;
    this.#broker = options.broker;
    this.#switches = options.switches;
    this.#liveTrading = options.liveTrading;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /**
   * Stops all new orders, or lets them go on. A halt outlives a restart, and cancels pass it. Returns false where trading
   * is halted but the ledger could not be written yet.
   */
  async setHalted(halted: boolean): Promise<boolean> {
    try {
      await this.#switches.setHalted(halted);
      this.#haltUnwritten = false;
    } catch (error) {
      if (!halted || ledgerTrouble(error) === undefined) throw error;
      this.#haltUnwritten = true;
    }
    this.#log.warn('trading switched', { halted });
    return !this.#haltUnwritten;
  }

  async halted(): Promise<boolean> {
    return this.#haltUnwritten || this.#switches.halted();
  }

  /**
   * Writes a halt down that could not be written when it was asked for.
   * @throws AppError `LedgerTrouble` when the ledger still cannot be written.
   */
  async catchUp(): Promise<void> {
    if (!this.#haltUnwritten) return;
    await this.#switches.setHalted(true);
    this.#haltUnwritten = false;
  }

  /**
   * Lets orders go to a live venue until the day ends in Korea. Returns `not-needed` where orders go without it, and
   * `off` where the settings let none go.
   */
  async arm(): Promise<'armed' | 'not-needed' | 'off'> {
    if (this.#broker.venue.kind !== 'live' || this.#liveTrading === 'yes') return 'not-needed';
    if (this.#liveTrading === 'no') return 'off';
    const day = koreanDay(this.#clock.now());
    await this.#switches.armDay(day);
    this.#log.warn('trading armed', { day });
    return 'armed';
  }

  /** Whether orders could go to the venue now, as far as arming decides that. Only a live venue needs arming. */
  async armed(): Promise<boolean> {
    if (this.#broker.venue.kind !== 'live' || this.#liveTrading === 'yes') return true;
    return this.#liveTrading === 'daily' && (await this.#switches.armedDay()) === koreanDay(this.#clock.now());
  }

  /**
   * Without a `kind`, for any order that takes risk. The venue's kind decides: a host that is neither loopback nor KIS's
   * paper host moves real money. @throws AppError `orders.not-armed`.
   */
  async requireArmed(kind?: OrderIntent['kind']): Promise<void> {
    // An order of an armed day may still stand on the next one. Whoever cancels it must not need an owner first.
    if (kind !== undefined && isCancel(kind) && this.#liveTrading === 'daily') return;
    if (!(await this.armed())) throw new AppError('orders.not-armed', { setting: this.#liveTrading });
  }

  /**
   * Cancels need not ask: they are of orders that the venue lists under the new number.
   * @throws AppError `orders.number-changed`.
   */
  async requireSameNumber(): Promise<void> {
    await this.numberChange?.requireAccepted();
  }

  /** @throws AppError `orders.halted`, whether or not the halt is written down. */
  async requireNotHalted(): Promise<void> {
    if (await this.halted()) throw new AppError('orders.halted');
  }

  /**
   * Holds a halt that is not in the ledger yet, where the ledger's own transactions cannot: only cancels pass.
   * @throws AppError `orders.halted`.
   */
  requireNoUnwrittenHalt(intents: readonly OrderIntent[]): void {
    if (this.#haltUnwritten && intents.some(({ kind }) => !isCancel(kind))) throw new AppError('orders.halted');
  }
}
