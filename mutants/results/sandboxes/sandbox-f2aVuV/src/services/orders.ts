// @ts-nocheck
function stryNS_9fa48() {
  var g = typeof globalThis === 'object' && globalThis && globalThis.Math === Math && globalThis || new Function("return this")();
  var ns = g.__stryker__ || (g.__stryker__ = {});
  if (ns.activeMutant === undefined && g.process && g.process.env && g.process.env.__STRYKER_ACTIVE_MUTANT__) {
    ns.activeMutant = g.process.env.__STRYKER_ACTIVE_MUTANT__;
  }
  function retrieveNS() {
    return ns;
  }
  stryNS_9fa48 = retrieveNS;
  return retrieveNS();
}
stryNS_9fa48();
function stryCov_9fa48() {
  var ns = stryNS_9fa48();
  var cov = ns.mutantCoverage || (ns.mutantCoverage = {
    static: {},
    perTest: {}
  });
  function cover() {
    var c = cov.static;
    if (ns.currentTestId) {
      c = cov.perTest[ns.currentTestId] = cov.perTest[ns.currentTestId] || {};
    }
    var a = arguments;
    for (var i = 0; i < a.length; i++) {
      c[a[i]] = (c[a[i]] || 0) + 1;
    }
  }
  stryCov_9fa48 = cover;
  cover.apply(null, arguments);
}
function stryMutAct_9fa48(id) {
  var ns = stryNS_9fa48();
  function isActive(id) {
    if (ns.activeMutant === id) {
      if (ns.hitCount !== void 0 && ++ns.hitCount > ns.hitLimit) {
        throw new Error('Stryker: Hit count limit reached (' + ns.hitCount + ')');
      }
      return true;
    }
    return false;
  }
  stryMutAct_9fa48 = isActive;
  return isActive(id);
}
import { type Clock, koreanDay } from '../clock.ts';
import type { Instrument } from '../domain/instrument.ts';
import { ledgerTrouble } from '../domain/ledger-trouble.ts';
import { isCancel, type OrderEvent, type OrderIntent, type OrderRecord, type OrderRequest, partOf, type SubmitOutcome, type VenueOrder } from '../domain/order.ts';
import { checkDrift } from '../domain/order-rules.ts';
import { applyEvent } from '../domain/order-state.ts';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { BeforeSend, Broker, ClaimResult, Ledger, Proposal, ReadOptions } from '../ports.ts';
import { type Amendment, type AmendmentCheck, checkAmendment } from './amendment-check.ts';
import type { Calendar } from './calendar.ts';
import { checkOrder, type OrderCheck, type Rails, requireTaken, violation } from './order-check.ts';
import type { Reconciler } from './reconciler.ts';
import { Serial } from './serial.ts';

/** An order as somebody confirmed it: with the price that was on the ticket. */
export interface ConfirmedOrder {
  readonly request: OrderRequest;
  readonly instrument: Instrument;
  /** The last price shown on the ticket, in won. */
  readonly shownLast: number;
}

/** An amendment as somebody confirmed it. */
export interface ConfirmedAmendment extends Amendment {
  /** The last price shown on the ticket, in won. */
  readonly shownLast: number;
}

/** An order that somebody confirmed to cancel. */
export interface Cancellation {
  /** The order as it was shown, with what was left of it. */
  readonly target: VenueOrder;
  /** Shares, fewer than are left, where the others are to stand as they do; absent: all that is left. */
  readonly part?: number | undefined;
}

/** One request that a proposal, once taken, leads to. */
interface Planned {
  readonly intent: OrderIntent;
  /** Won that it adds to the day's sum. */
  readonly amount: number;
}

/** A request that is ready to leave, once its proposal is taken. */
interface Prepared extends Planned {
  readonly send: (beforeSend: BeforeSend) => Promise<SubmitOutcome>;
}

/** The order path: press → re-check → claim and intent → head of the lane → one request → what came of it. */
export class Orders {
  readonly #broker: Broker;
  readonly #ledger: Ledger;
  readonly #calendar: Calendar;
  readonly #reconciler: Reconciler;
  readonly #rails: Rails;
  readonly #liveTrading: 'no' | 'yes' | 'daily';
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #newId: () => string;
  /** Orders that could not be told apart at the venue go one after the other. */
  readonly #turns = new Map<string, Serial>();
  /** What came of orders while the ledger could not be written. */
  readonly #unwritten: {
    readonly id: string;
    readonly event: OrderEvent;
    readonly at: number;
  }[] = stryMutAct_9fa48("0") ? ["Stryker was here"] : (stryCov_9fa48("0"), []);
  /** Halted, though the ledger does not say so yet. */
  #haltUnwritten = stryMutAct_9fa48("1") ? true : (stryCov_9fa48("1"), false);
  constructor(options: {
    readonly broker: Broker;
    readonly ledger: Ledger;
    readonly calendar: Calendar;
    readonly reconciler: Reconciler;
    readonly rails: Rails;
    readonly liveTrading: 'no' | 'yes' | 'daily';
    readonly clock: Clock;
    readonly log: Log;
    readonly newId: () => string;
  }) {
    if (stryMutAct_9fa48("2")) {
      {}
    } else {
      stryCov_9fa48("2");
      this.#broker = options.broker;
      this.#ledger = options.ledger;
      this.#calendar = options.calendar;
      this.#reconciler = options.reconciler;
      this.#rails = options.rails;
      this.#liveTrading = options.liveTrading;
      this.#clock = options.clock;
      this.#log = options.log;
      this.#newId = options.newId;
    }
  }

  /** What a ticket shows. @throws AppError `rule.*`, `orders.*` or `venue.*`: the order would not pass. */
  async check(request: OrderRequest, instrument: Instrument, options: ReadOptions = {}): Promise<OrderCheck> {
    if (stryMutAct_9fa48("3")) {
      {}
    } else {
      stryCov_9fa48("3");
      await this.#guard();
      const check = await checkOrder(this.#deps, request, instrument, options);
      await this.#requireWithinDay(check.amount);
      return check;
    }
  }

  /** Before anything is asked for a ticket. @throws AppError as `check`, for what is not taken now whatever the price. */
  async checkTaken(wanted: Pick<OrderRequest, 'exchange' | 'type'>, kind: Instrument['kind']): Promise<void> {
    if (stryMutAct_9fa48("4")) {
      {}
    } else {
      stryCov_9fa48("4");
      await this.#guard();
      await requireTaken(this.#broker, this.#calendar, wanted, kind);
    }
  }

  /** What the ticket of an amendment shows. @throws as `check`, and `orders.changed` when less is left than was shown. */
  async checkAmendment(amendment: Amendment, options: ReadOptions = {}): Promise<AmendmentCheck> {
    if (stryMutAct_9fa48("5")) {
      {}
    } else {
      stryCov_9fa48("5");
      await this.#guard();
      const check = await checkAmendment(this.#deps, amendment, options);
      await this.#requireWithinDay(check.added);
      return check;
    }
  }

  /**
   * Sends a confirmed order, once. Returns how it stands after the venue's answer, whatever that was.
   * @throws AppError before anything is claimed: `proposal.*`, `rule.*`, `orders.*`, `venue.*`. Nothing was sent then.
   */
  async submit(proposal: Proposal, personId: string, order: ConfirmedOrder): Promise<OrderRecord> {
    if (stryMutAct_9fa48("6")) {
      {}
    } else {
      stryCov_9fa48("6");
      const {
        request,
        instrument,
        shownLast
      } = order;
      const {
        symbol,
        side,
        quantity
      } = request;
      return this.#inTurn((stryMutAct_9fa48("7") ? [] : (stryCov_9fa48("7"), [symbol, side, quantity])).join(), async () => {
        if (stryMutAct_9fa48("8")) {
          {}
        } else {
          stryCov_9fa48("8");
          const [{
            quote,
            amount
          }] = await Promise.all(stryMutAct_9fa48("9") ? [] : (stryCov_9fa48("9"), [this.check(request, instrument, stryMutAct_9fa48("10") ? {} : (stryCov_9fa48("10"), {
            priority: stryMutAct_9fa48("11") ? "" : (stryCov_9fa48("11"), 'urgent')
          })), this.#noteOrdersOf(symbol)]));
          if (stryMutAct_9fa48("12")) {
            ;
          } else {
            stryCov_9fa48("12");
            this.#requireNoDrift(shownLast, quote.last);
          }
          return this.#submitOne(proposal, personId, stryMutAct_9fa48("13") ? {} : (stryCov_9fa48("13"), {
            intent: stryMutAct_9fa48("14") ? {} : (stryCov_9fa48("14"), {
              kind: stryMutAct_9fa48("15") ? "" : (stryCov_9fa48("15"), 'place'),
              request
            }),
            amount
          }), stryMutAct_9fa48("16") ? () => undefined : (stryCov_9fa48("16"), beforeSend => this.#broker.placeOrder(request, beforeSend)));
        }
      });
    }
  }

  /** Sends a confirmed amendment, once. Returns and throws as `submit`. */
  async amend(proposal: Proposal, personId: string, amendment: ConfirmedAmendment): Promise<OrderRecord> {
    if (stryMutAct_9fa48("17")) {
      {}
    } else {
      stryCov_9fa48("17");
      const {
        reference,
        price: oldPrice
      } = amendment.target;
      return this.#inTurn(stryMutAct_9fa48("18") ? `` : (stryCov_9fa48("18"), `amend ${reference.number}`), async () => {
        if (stryMutAct_9fa48("19")) {
          {}
        } else {
          stryCov_9fa48("19");
          const {
            last,
            request,
            added
          } = await this.checkAmendment(amendment, stryMutAct_9fa48("20") ? {} : (stryCov_9fa48("20"), {
            priority: stryMutAct_9fa48("21") ? "" : (stryCov_9fa48("21"), 'urgent')
          }));
          if (stryMutAct_9fa48("22")) {
            ;
          } else {
            stryCov_9fa48("22");
            this.#requireNoDrift(amendment.shownLast, last);
          }
          const ofPart = (stryMutAct_9fa48("25") ? amendment.part !== undefined : stryMutAct_9fa48("24") ? false : stryMutAct_9fa48("23") ? true : (stryCov_9fa48("23", "24", "25"), amendment.part === undefined)) ? {} : stryMutAct_9fa48("26") ? {} : (stryCov_9fa48("26"), {
            of: amendment.target.remaining
          });
          const intent: OrderIntent = stryMutAct_9fa48("27") ? {} : (stryCov_9fa48("27"), {
            kind: stryMutAct_9fa48("28") ? "" : (stryCov_9fa48("28"), 'amend'),
            target: reference,
            request,
            oldPrice,
            ...ofPart
          });
          return this.#submitOne(proposal, personId, stryMutAct_9fa48("29") ? {} : (stryCov_9fa48("29"), {
            intent,
            amount: added
          }), stryMutAct_9fa48("30") ? () => undefined : (stryCov_9fa48("30"), beforeSend => this.#broker.amendOrder(reference, request, beforeSend)));
        }
      });
    }
  }

  /** Cancels what is left of orders, or parts of it: one confirmation, one request each. @throws as `submit`. */
  async cancel(proposal: Proposal, personId: string, cancellations: readonly Cancellation[]): Promise<readonly OrderRecord[]> {
    if (stryMutAct_9fa48("31")) {
      {}
    } else {
      stryCov_9fa48("31");
      await this.#requireArmed(stryMutAct_9fa48("32") ? "" : (stryCov_9fa48("32"), 'cancel'));
      const planned = cancellations.map(({
        target,
        part
      }): Planned => {
        if (stryMutAct_9fa48("33")) {
          {}
        } else {
          stryCov_9fa48("33");
          const {
            reference,
            symbol,
            side,
            remaining,
            exchange
          } = target;
          const size = (stryMutAct_9fa48("36") ? part !== undefined : stryMutAct_9fa48("35") ? false : stryMutAct_9fa48("34") ? true : (stryCov_9fa48("34", "35", "36"), part === undefined)) ? stryMutAct_9fa48("37") ? {} : (stryCov_9fa48("37"), {
            quantity: remaining
          }) : stryMutAct_9fa48("38") ? {} : (stryCov_9fa48("38"), {
            quantity: part,
            of: remaining
          });
          return stryMutAct_9fa48("39") ? {} : (stryCov_9fa48("39"), {
            intent: stryMutAct_9fa48("40") ? {} : (stryCov_9fa48("40"), {
              kind: stryMutAct_9fa48("41") ? "" : (stryCov_9fa48("41"), 'cancel'),
              target: reference,
              symbol,
              side,
              exchange,
              ...size
            }),
            amount: 0
          });
        }
      });
      const records = await this.#claim(proposal, personId, planned);
      const sent: OrderRecord[] = stryMutAct_9fa48("42") ? ["Stryker was here"] : (stryCov_9fa48("42"), []);
      const failures: unknown[] = stryMutAct_9fa48("43") ? ["Stryker was here"] : (stryCov_9fa48("43"), []);
      for (const record of records) {
        if (stryMutAct_9fa48("44")) {
          {}
        } else {
          stryCov_9fa48("44");
          const {
            intent
          } = record;
          if (stryMutAct_9fa48("47") ? intent.kind === 'cancel' : stryMutAct_9fa48("46") ? false : stryMutAct_9fa48("45") ? true : (stryCov_9fa48("45", "46", "47"), intent.kind !== (stryMutAct_9fa48("48") ? "" : (stryCov_9fa48("48"), 'cancel')))) continue;
          const target = stryMutAct_9fa48("49") ? {} : (stryCov_9fa48("49"), {
            reference: intent.target,
            exchange: intent.exchange,
            part: partOf(intent)
          });
          try {
            if (stryMutAct_9fa48("50")) {
              {}
            } else {
              stryCov_9fa48("50");
              sent.push(await this.#send(record, stryMutAct_9fa48("52") ? () => undefined : (stryCov_9fa48("52"), beforeSend => this.#broker.cancelOrder(target, beforeSend))));
            }
          } catch (error) {
            if (stryMutAct_9fa48("53")) {
              {}
            } else {
              stryCov_9fa48("53");
              // One that could not be written down must not leave the others standing at the venue.
              if (stryMutAct_9fa48("54")) {
                ;
              } else {
                stryCov_9fa48("54");
                failures.push(error);
              }
            }
          }
        }
      }
      if (stryMutAct_9fa48("58") ? failures.length <= 0 : stryMutAct_9fa48("57") ? failures.length >= 0 : stryMutAct_9fa48("56") ? false : stryMutAct_9fa48("55") ? true : (stryCov_9fa48("55", "56", "57", "58"), failures.length > 0)) throw failures[0];
      return sent;
    }
  }

  /** What must hold for any order that a ticket may lead to. @throws AppError `orders.*`, `rule.max-daily`. */
  async admit(amount: number): Promise<void> {
    if (stryMutAct_9fa48("59")) {
      {}
    } else {
      stryCov_9fa48("59");
      await this.#guard();
      await this.#requireWithinDay(amount);
    }
  }

  /**
   * The same path for what is not an order of this moment (services/scheduled-orders): one at a time by `turn`, checked
   * again by `prepare`, claim and intent in one, and one request. Returns and throws as `submit`.
   */
  submitPrepared(proposal: Proposal, personId: string, turn: string, prepare: () => Promise<Prepared>): Promise<OrderRecord> {
    if (stryMutAct_9fa48("60")) {
      {}
    } else {
      stryCov_9fa48("60");
      return this.#inTurn(turn, async () => {
        if (stryMutAct_9fa48("61")) {
          {}
        } else {
          stryCov_9fa48("61");
          const {
            send,
            ...planned
          } = await prepare();
          await this.#requireArmed(planned.intent.kind);
          return this.#submitOne(proposal, personId, planned, send);
        }
      });
    }
  }

  /**
   * Stops all new orders, until somebody lets them go on; outlives a restart. Cancels still pass. False where they are
   * stopped but that could not be written down yet.
   */
  async setHalted(halted: boolean): Promise<boolean> {
    if (stryMutAct_9fa48("62")) {
      {}
    } else {
      stryCov_9fa48("62");
      try {
        if (stryMutAct_9fa48("63")) {
          {}
        } else {
          stryCov_9fa48("63");
          await this.#ledger.setHalted(halted);
          this.#haltUnwritten = stryMutAct_9fa48("64") ? true : (stryCov_9fa48("64"), false);
        }
      } catch (error) {
        if (stryMutAct_9fa48("65")) {
          {}
        } else {
          stryCov_9fa48("65");
          if (stryMutAct_9fa48("68") ? !halted && ledgerTrouble(error) === undefined : stryMutAct_9fa48("67") ? false : stryMutAct_9fa48("66") ? true : (stryCov_9fa48("66", "67", "68"), (stryMutAct_9fa48("69") ? halted : (stryCov_9fa48("69"), !halted)) || (stryMutAct_9fa48("71") ? ledgerTrouble(error) !== undefined : stryMutAct_9fa48("70") ? false : (stryCov_9fa48("70", "71"), ledgerTrouble(error) === undefined)))) throw error;
          this.#haltUnwritten = stryMutAct_9fa48("72") ? false : (stryCov_9fa48("72"), true);
        }
      }
      this.#log.warn(stryMutAct_9fa48("74") ? "" : (stryCov_9fa48("74"), 'trading switched'), stryMutAct_9fa48("75") ? {} : (stryCov_9fa48("75"), {
        halted
      }));
      return stryMutAct_9fa48("76") ? this.#haltUnwritten : (stryCov_9fa48("76"), !this.#haltUnwritten);
    }
  }
  async halted(): Promise<boolean> {
    if (stryMutAct_9fa48("77")) {
      {}
    } else {
      stryCov_9fa48("77");
      return stryMutAct_9fa48("80") ? this.#haltUnwritten && this.#ledger.halted() : stryMutAct_9fa48("79") ? false : stryMutAct_9fa48("78") ? true : (stryCov_9fa48("78", "79", "80"), this.#haltUnwritten || this.#ledger.halted());
    }
  }

  /**
   * Writes down what could not be written when it happened; returns how many outcomes that were.
   * @throws AppError `LedgerTrouble` when it cannot be yet.
   */
  async catchUp(): Promise<number> {
    if (stryMutAct_9fa48("81")) {
      {}
    } else {
      stryCov_9fa48("81");
      if (stryMutAct_9fa48("83") ? false : stryMutAct_9fa48("82") ? true : (stryCov_9fa48("82", "83"), this.#haltUnwritten)) await this.setHalted(stryMutAct_9fa48("84") ? false : (stryCov_9fa48("84"), true));
      let written = 0;
      for (let next = this.#unwritten[0]; stryMutAct_9fa48("86") ? next === undefined : stryMutAct_9fa48("85") ? false : (stryCov_9fa48("85", "86"), next !== undefined); next = this.#unwritten[0]) {
        if (stryMutAct_9fa48("87")) {
          {}
        } else {
          stryCov_9fa48("87");
          try {
            if (stryMutAct_9fa48("88")) {
              {}
            } else {
              stryCov_9fa48("88");
              await this.#ledger.appendOrderEvent(next.id, next.event, next.at);
              stryMutAct_9fa48("89") ? written -= 1 : (stryCov_9fa48("89"), written += 1);
            }
          } catch (error) {
            if (stryMutAct_9fa48("90")) {
              {}
            } else {
              stryCov_9fa48("90");
              if (stryMutAct_9fa48("93") ? ledgerTrouble(error) === undefined : stryMutAct_9fa48("92") ? false : stryMutAct_9fa48("91") ? true : (stryCov_9fa48("91", "92", "93"), ledgerTrouble(error) !== undefined)) throw error;
              // The venue's lists were faster.
              this.#log.warn(stryMutAct_9fa48("95") ? "" : (stryCov_9fa48("95"), 'order outcome not recorded'), stryMutAct_9fa48("96") ? {} : (stryCov_9fa48("96"), {
                order: next.id,
                error
              }));
            }
          }
          if (stryMutAct_9fa48("97")) {
            ;
          } else {
            stryCov_9fa48("97");
            this.#unwritten.shift();
          }
        }
      }
      return written;
    }
  }

  /**
   * Lets orders go to a live venue until the day ends in Korea. Says what that changed: nothing where no arming is
   * needed, or where the settings allow none.
   */
  async arm(): Promise<'armed' | 'not-needed' | 'off'> {
    if (stryMutAct_9fa48("98")) {
      {}
    } else {
      stryCov_9fa48("98");
      if (stryMutAct_9fa48("101") ? this.#broker.venue.kind !== 'live' && this.#liveTrading === 'yes' : stryMutAct_9fa48("100") ? false : stryMutAct_9fa48("99") ? true : (stryCov_9fa48("99", "100", "101"), (stryMutAct_9fa48("103") ? this.#broker.venue.kind === 'live' : stryMutAct_9fa48("102") ? false : (stryCov_9fa48("102", "103"), this.#broker.venue.kind !== (stryMutAct_9fa48("104") ? "" : (stryCov_9fa48("104"), 'live')))) || (stryMutAct_9fa48("106") ? this.#liveTrading !== 'yes' : stryMutAct_9fa48("105") ? false : (stryCov_9fa48("105", "106"), this.#liveTrading === (stryMutAct_9fa48("107") ? "" : (stryCov_9fa48("107"), 'yes')))))) return stryMutAct_9fa48("108") ? "" : (stryCov_9fa48("108"), 'not-needed');
      if (stryMutAct_9fa48("111") ? this.#liveTrading !== 'no' : stryMutAct_9fa48("110") ? false : stryMutAct_9fa48("109") ? true : (stryCov_9fa48("109", "110", "111"), this.#liveTrading === (stryMutAct_9fa48("112") ? "" : (stryCov_9fa48("112"), 'no')))) return stryMutAct_9fa48("113") ? "" : (stryCov_9fa48("113"), 'off');
      await this.#ledger.armDay(koreanDay(this.#clock.now()));
      this.#log.warn(stryMutAct_9fa48("115") ? "" : (stryCov_9fa48("115"), 'trading armed'), stryMutAct_9fa48("116") ? {} : (stryCov_9fa48("116"), {
        day: koreanDay(this.#clock.now())
      }));
      return stryMutAct_9fa48("117") ? "" : (stryCov_9fa48("117"), 'armed');
    }
  }

  /** Whether orders would go to a venue where real money moves, as far as arming goes. */
  async armed(): Promise<boolean> {
    if (stryMutAct_9fa48("118")) {
      {}
    } else {
      stryCov_9fa48("118");
      if (stryMutAct_9fa48("121") ? this.#broker.venue.kind !== 'live' && this.#liveTrading === 'yes' : stryMutAct_9fa48("120") ? false : stryMutAct_9fa48("119") ? true : (stryCov_9fa48("119", "120", "121"), (stryMutAct_9fa48("123") ? this.#broker.venue.kind === 'live' : stryMutAct_9fa48("122") ? false : (stryCov_9fa48("122", "123"), this.#broker.venue.kind !== (stryMutAct_9fa48("124") ? "" : (stryCov_9fa48("124"), 'live')))) || (stryMutAct_9fa48("126") ? this.#liveTrading !== 'yes' : stryMutAct_9fa48("125") ? false : (stryCov_9fa48("125", "126"), this.#liveTrading === (stryMutAct_9fa48("127") ? "" : (stryCov_9fa48("127"), 'yes')))))) return stryMutAct_9fa48("128") ? false : (stryCov_9fa48("128"), true);
      return stryMutAct_9fa48("131") ? this.#liveTrading === 'daily' || (await this.#ledger.armedDay()) === koreanDay(this.#clock.now()) : stryMutAct_9fa48("130") ? false : stryMutAct_9fa48("129") ? true : (stryCov_9fa48("129", "130", "131"), (stryMutAct_9fa48("133") ? this.#liveTrading !== 'daily' : stryMutAct_9fa48("132") ? true : (stryCov_9fa48("132", "133"), this.#liveTrading === (stryMutAct_9fa48("134") ? "" : (stryCov_9fa48("134"), 'daily')))) && (stryMutAct_9fa48("136") ? (await this.#ledger.armedDay()) !== koreanDay(this.#clock.now()) : stryMutAct_9fa48("135") ? true : (stryCov_9fa48("135", "136"), (await this.#ledger.armedDay()) === koreanDay(this.#clock.now()))));
    }
  }

  /** What the ledger knows of today's orders, newest first. */
  today(): Promise<readonly OrderRecord[]> {
    if (stryMutAct_9fa48("137")) {
      {}
    } else {
      stryCov_9fa48("137");
      return this.#ledger.ordersOfDay(koreanDay(this.#clock.now()));
    }
  }
  get #deps() {
    if (stryMutAct_9fa48("138")) {
      {}
    } else {
      stryCov_9fa48("138");
      return stryMutAct_9fa48("139") ? {} : (stryCov_9fa48("139"), {
        broker: this.#broker,
        calendar: this.#calendar,
        rails: this.#rails
      });
    }
  }

  /** Told by where the orders go: any host that is neither loopback nor KIS's paper host moves real money. */
  async #requireArmed(kind?: OrderIntent['kind']): Promise<void> {
    if (stryMutAct_9fa48("140")) {
      {}
    } else {
      stryCov_9fa48("140");
      // What was sent on an armed day, or is kept by the venue, must not need an owner before it can be taken back.
      if (stryMutAct_9fa48("143") ? kind !== undefined && isCancel(kind) || this.#liveTrading === 'daily' : stryMutAct_9fa48("142") ? false : stryMutAct_9fa48("141") ? true : (stryCov_9fa48("141", "142", "143"), (stryMutAct_9fa48("145") ? kind !== undefined || isCancel(kind) : stryMutAct_9fa48("144") ? true : (stryCov_9fa48("144", "145"), (stryMutAct_9fa48("147") ? kind === undefined : stryMutAct_9fa48("146") ? true : (stryCov_9fa48("146", "147"), kind !== undefined)) && isCancel(kind))) && (stryMutAct_9fa48("149") ? this.#liveTrading !== 'daily' : stryMutAct_9fa48("148") ? true : (stryCov_9fa48("148", "149"), this.#liveTrading === (stryMutAct_9fa48("150") ? "" : (stryCov_9fa48("150"), 'daily')))))) return;
      if (stryMutAct_9fa48("153") ? false : stryMutAct_9fa48("152") ? true : stryMutAct_9fa48("151") ? await this.armed() : (stryCov_9fa48("151", "152", "153"), !(await this.armed()))) throw new AppError(stryMutAct_9fa48("155") ? "" : (stryCov_9fa48("155"), 'orders.not-armed'), stryMutAct_9fa48("156") ? {} : (stryCov_9fa48("156"), {
        setting: this.#liveTrading
      }));
    }
  }
  async #guard(): Promise<void> {
    if (stryMutAct_9fa48("157")) {
      {}
    } else {
      stryCov_9fa48("157");
      await this.#requireArmed();
      if (stryMutAct_9fa48("159") ? false : stryMutAct_9fa48("158") ? true : (stryCov_9fa48("158", "159"), await this.halted())) throw new AppError(stryMutAct_9fa48("161") ? "" : (stryCov_9fa48("161"), 'orders.halted'));
      if (stryMutAct_9fa48("164") ? false : stryMutAct_9fa48("163") ? true : stryMutAct_9fa48("162") ? this.#reconciler.ready : (stryCov_9fa48("162", "163", "164"), !this.#reconciler.ready)) throw new AppError(stryMutAct_9fa48("166") ? "" : (stryCov_9fa48("166"), 'orders.recovering'));
    }
  }
  async #requireWithinDay(amount: number): Promise<void> {
    if (stryMutAct_9fa48("167")) {
      {}
    } else {
      stryCov_9fa48("167");
      const used = await this.#ledger.amountOfDay(koreanDay(this.#clock.now()));
      if (stryMutAct_9fa48("171") ? used + amount <= this.#rails.maxDaily : stryMutAct_9fa48("170") ? used + amount >= this.#rails.maxDaily : stryMutAct_9fa48("169") ? false : stryMutAct_9fa48("168") ? true : (stryCov_9fa48("168", "169", "170", "171"), (stryMutAct_9fa48("172") ? used - amount : (stryCov_9fa48("172"), used + amount)) > this.#rails.maxDaily)) throw this.#overDailyCap(amount, used);
    }
  }
  #requireNoDrift(shown: number, last: number): void {
    if (stryMutAct_9fa48("173")) {
      {}
    } else {
      stryCov_9fa48("173");
      const drifted = checkDrift(shown, last, this.#rails.driftPercent);
      if (stryMutAct_9fa48("176") ? drifted === undefined : stryMutAct_9fa48("175") ? false : stryMutAct_9fa48("174") ? true : (stryCov_9fa48("174", "175", "176"), drifted !== undefined)) throw violation(drifted);
    }
  }
  #overDailyCap(amount: number, used: number): AppError {
    if (stryMutAct_9fa48("177")) {
      {}
    } else {
      stryCov_9fa48("177");
      return violation(stryMutAct_9fa48("178") ? {} : (stryCov_9fa48("178"), {
        rule: stryMutAct_9fa48("179") ? "" : (stryCov_9fa48("179"), 'rule.max-daily'),
        amount,
        used,
        limit: this.#rails.maxDaily
      }));
    }
  }

  /**
   * What stands at the venue now cannot come of the order that is about to be sent. Without that look an order can still
   * be told from others, only less often; so where it costs a person's second (paper) or fails, it is left out.
   */
  async #noteOrdersOf(symbol: string): Promise<void> {
    if (stryMutAct_9fa48("180")) {
      {}
    } else {
      stryCov_9fa48("180");
      if (stryMutAct_9fa48("183") ? false : stryMutAct_9fa48("182") ? true : stryMutAct_9fa48("181") ? this.#broker.venue.listsAll : (stryCov_9fa48("181", "182", "183"), !this.#broker.venue.listsAll)) return;
      await this.#reconciler.noteOrdersOf(symbol).catch(stryMutAct_9fa48("184") ? () => undefined : (stryCov_9fa48("184"), (error: unknown) => this.#log.warn(stryMutAct_9fa48("185") ? "" : (stryCov_9fa48("185"), 'orders of issue not noted'), stryMutAct_9fa48("186") ? {} : (stryCov_9fa48("186"), {
        symbol,
        error
      }))));
    }
  }
  async #inTurn<T>(key: string, task: () => Promise<T>): Promise<T> {
    if (stryMutAct_9fa48("187")) {
      {}
    } else {
      stryCov_9fa48("187");
      const turn = stryMutAct_9fa48("188") ? this.#turns.get(key) && new Serial() : (stryCov_9fa48("188"), this.#turns.get(key) ?? new Serial());
      if (stryMutAct_9fa48("189")) {
        ;
      } else {
        stryCov_9fa48("189");
        this.#turns.set(key, turn);
      }
      try {
        if (stryMutAct_9fa48("190")) {
          {}
        } else {
          stryCov_9fa48("190");
          return await turn.run(task);
        }
      } finally {
        if (stryMutAct_9fa48("191")) {
          {}
        } else {
          stryCov_9fa48("191");
          if (stryMutAct_9fa48("193") ? false : stryMutAct_9fa48("192") ? true : (stryCov_9fa48("192", "193"), turn.isIdle)) if (stryMutAct_9fa48("194")) {
            ;
          } else {
            stryCov_9fa48("194");
            this.#turns.delete(key);
          }
        }
      }
    }
  }
  async #submitOne(proposal: Proposal, personId: string, planned: Planned, request: (beforeSend: () => Promise<void>) => Promise<SubmitOutcome>): Promise<OrderRecord> {
    if (stryMutAct_9fa48("195")) {
      {}
    } else {
      stryCov_9fa48("195");
      const [record] = await this.#claim(proposal, personId, stryMutAct_9fa48("196") ? [] : (stryCov_9fa48("196"), [planned]));
      if (stryMutAct_9fa48("199") ? record !== undefined : stryMutAct_9fa48("198") ? false : stryMutAct_9fa48("197") ? true : (stryCov_9fa48("197", "198", "199"), record === undefined)) throw new AppError(stryMutAct_9fa48("201") ? "" : (stryCov_9fa48("201"), 'proposal.unknown'));
      return this.#send(record, request);
    }
  }
  async #claim(proposal: Proposal, personId: string, planned: readonly Planned[]): Promise<readonly OrderRecord[]> {
    if (stryMutAct_9fa48("202")) {
      {}
    } else {
      stryCov_9fa48("202");
      if (stryMutAct_9fa48("204") ? false : stryMutAct_9fa48("203") ? true : (stryCov_9fa48("203", "204"), this.#haltUnwritten)) if (stryMutAct_9fa48("205")) {
        ;
      } else {
        stryCov_9fa48("205");
        this.#requireCancels(planned);
      }
      const now = this.#clock.now();
      const result: ClaimResult = await this.#ledger.claim(stryMutAct_9fa48("206") ? {} : (stryCov_9fa48("206"), {
        proposalId: proposal.id,
        personId,
        now,
        day: koreanDay(now),
        maxDailyAmount: this.#rails.maxDaily,
        intents: planned.map(stryMutAct_9fa48("207") ? () => undefined : (stryCov_9fa48("207"), entry => stryMutAct_9fa48("208") ? {} : (stryCov_9fa48("208"), {
          id: this.#newId(),
          ...entry
        })))
      }));
      if (stryMutAct_9fa48("211") ? result.kind !== 'claimed' : stryMutAct_9fa48("210") ? false : stryMutAct_9fa48("209") ? true : (stryCov_9fa48("209", "210", "211"), result.kind === (stryMutAct_9fa48("212") ? "" : (stryCov_9fa48("212"), 'claimed')))) return result.orders;
      if (stryMutAct_9fa48("215") ? result.kind !== 'over-daily-cap' : stryMutAct_9fa48("214") ? false : stryMutAct_9fa48("213") ? true : (stryCov_9fa48("213", "214", "215"), result.kind === (stryMutAct_9fa48("216") ? "" : (stryCov_9fa48("216"), 'over-daily-cap')))) {
        if (stryMutAct_9fa48("217")) {
          {}
        } else {
          stryCov_9fa48("217");
          throw this.#overDailyCap(planned.reduce(stryMutAct_9fa48("218") ? () => undefined : (stryCov_9fa48("218"), (sum, entry) => stryMutAct_9fa48("219") ? sum - entry.amount : (stryCov_9fa48("219"), sum + entry.amount)), 0), result.used);
        }
      }
      const {
        reason
      } = result;
      throw new AppError((stryMutAct_9fa48("223") ? reason === 'halted' && reason === 'unsettled' : stryMutAct_9fa48("222") ? false : stryMutAct_9fa48("221") ? true : (stryCov_9fa48("221", "222", "223"), (stryMutAct_9fa48("225") ? reason !== 'halted' : stryMutAct_9fa48("224") ? false : (stryCov_9fa48("224", "225"), reason === (stryMutAct_9fa48("226") ? "" : (stryCov_9fa48("226"), 'halted')))) || (stryMutAct_9fa48("228") ? reason !== 'unsettled' : stryMutAct_9fa48("227") ? false : (stryCov_9fa48("227", "228"), reason === (stryMutAct_9fa48("229") ? "" : (stryCov_9fa48("229"), 'unsettled')))))) ? stryMutAct_9fa48("230") ? `` : (stryCov_9fa48("230"), `orders.${reason}`) : stryMutAct_9fa48("231") ? `` : (stryCov_9fa48("231"), `proposal.${reason}`));
    }
  }
  #requireCancels(planned: readonly Planned[]): void {
    if (stryMutAct_9fa48("232")) {
      {}
    } else {
      stryCov_9fa48("232");
      if (stryMutAct_9fa48("235") ? planned.every(({
        intent
      }) => !isCancel(intent.kind)) : stryMutAct_9fa48("234") ? false : stryMutAct_9fa48("233") ? true : (stryCov_9fa48("233", "234", "235"), planned.some(stryMutAct_9fa48("236") ? () => undefined : (stryCov_9fa48("236"), ({
        intent
      }) => stryMutAct_9fa48("237") ? isCancel(intent.kind) : (stryCov_9fa48("237"), !isCancel(intent.kind)))))) throw new AppError(stryMutAct_9fa48("239") ? "" : (stryCov_9fa48("239"), 'orders.halted'));
    }
  }
  async #send(record: OrderRecord, request: (beforeSend: () => Promise<void>) => Promise<SubmitOutcome>): Promise<OrderRecord> {
    if (stryMutAct_9fa48("240")) {
      {}
    } else {
      stryCov_9fa48("240");
      return this.#reconciler.whileInFlight(async () => {
        if (stryMutAct_9fa48("241")) {
          {}
        } else {
          stryCov_9fa48("241");
          let outcome: SubmitOutcome;
          try {
            if (stryMutAct_9fa48("242")) {
              {}
            } else {
              stryCov_9fa48("242");
              outcome = await request(async () => {
                if (stryMutAct_9fa48("243")) {
                  {}
                } else {
                  stryCov_9fa48("243");
                  if (stryMutAct_9fa48("245") ? false : stryMutAct_9fa48("244") ? true : (stryCov_9fa48("244", "245"), this.#haltUnwritten)) this.#requireCancels(stryMutAct_9fa48("247") ? [] : (stryCov_9fa48("247"), [stryMutAct_9fa48("248") ? {} : (stryCov_9fa48("248"), {
                    intent: record.intent,
                    amount: 0
                  })]));
                  await this.#ledger.beginSubmit(record.id, this.#clock.now());
                }
              });
            }
          } catch (error) {
            if (stryMutAct_9fa48("249")) {
              {}
            } else {
              stryCov_9fa48("249");
              // Thrown before the request left: refusing is the truth.
              this.#log.warn(stryMutAct_9fa48("251") ? "" : (stryCov_9fa48("251"), 'order not sent'), stryMutAct_9fa48("252") ? {} : (stryCov_9fa48("252"), {
                order: record.id,
                error
              }));
              return this.#append(record, denial(error));
            }
          }
          // From here on something was sent: whatever fails now must not read as if nothing was.
          this.#log.info(stryMutAct_9fa48("254") ? "" : (stryCov_9fa48("254"), 'order answered'), stryMutAct_9fa48("255") ? {} : (stryCov_9fa48("255"), {
            order: record.id,
            outcome: outcome.kind,
            ...((stryMutAct_9fa48("258") ? outcome.kind !== 'accepted' : stryMutAct_9fa48("257") ? false : stryMutAct_9fa48("256") ? true : (stryCov_9fa48("256", "257", "258"), outcome.kind === (stryMutAct_9fa48("259") ? "" : (stryCov_9fa48("259"), 'accepted')))) ? stryMutAct_9fa48("260") ? {} : (stryCov_9fa48("260"), {
              number: outcome.reference.number
            }) : stryMutAct_9fa48("261") ? {} : (stryCov_9fa48("261"), {
              code: outcome.code
            }))
          }));
          try {
            if (stryMutAct_9fa48("262")) {
              {}
            } else {
              stryCov_9fa48("262");
              return await this.#append(record, outcomeEvent(outcome));
            }
          } catch (error) {
            if (stryMutAct_9fa48("263")) {
              {}
            } else {
              stryCov_9fa48("263");
              this.#log.error(stryMutAct_9fa48("265") ? "" : (stryCov_9fa48("265"), 'order outcome not recorded'), stryMutAct_9fa48("266") ? {} : (stryCov_9fa48("266"), {
                order: record.id,
                error
              }));
              throw new AppError(stryMutAct_9fa48("268") ? "" : (stryCov_9fa48("268"), 'orders.not-recorded'), stryMutAct_9fa48("269") ? {} : (stryCov_9fa48("269"), {
                outcome: outcome.kind
              }), stryMutAct_9fa48("270") ? {} : (stryCov_9fa48("270"), {
                cause: error
              }));
            }
          }
        }
      });
    }
  }

  /** Where the ledger cannot be written, what came of the order is known all the same, and written down later. */
  async #append(record: OrderRecord, event: OrderEvent): Promise<OrderRecord> {
    if (stryMutAct_9fa48("271")) {
      {}
    } else {
      stryCov_9fa48("271");
      const at = this.#clock.now();
      try {
        if (stryMutAct_9fa48("272")) {
          {}
        } else {
          stryCov_9fa48("272");
          return await this.#ledger.appendOrderEvent(record.id, event, at);
        }
      } catch (error) {
        if (stryMutAct_9fa48("273")) {
          {}
        } else {
          stryCov_9fa48("273");
          if (stryMutAct_9fa48("276") ? ledgerTrouble(error) !== undefined : stryMutAct_9fa48("275") ? false : stryMutAct_9fa48("274") ? true : (stryCov_9fa48("274", "275", "276"), ledgerTrouble(error) === undefined)) throw error;
          this.#log.error(stryMutAct_9fa48("278") ? "" : (stryCov_9fa48("278"), 'order outcome not recorded yet'), stryMutAct_9fa48("279") ? {} : (stryCov_9fa48("279"), {
            order: record.id,
            event: event.type,
            error
          }));
          this.#unwritten.push(stryMutAct_9fa48("281") ? {} : (stryCov_9fa48("281"), {
            id: record.id,
            event,
            at
          }));
          const sent = (stryMutAct_9fa48("284") ? event.type !== 'denied' : stryMutAct_9fa48("283") ? false : stryMutAct_9fa48("282") ? true : (stryCov_9fa48("282", "283", "284"), event.type === (stryMutAct_9fa48("285") ? "" : (stryCov_9fa48("285"), 'denied')))) ? record : applyEvent(record, stryMutAct_9fa48("286") ? {} : (stryCov_9fa48("286"), {
            type: stryMutAct_9fa48("287") ? "" : (stryCov_9fa48("287"), 'submitting')
          }), at);
          return applyEvent(sent, event, at);
        }
      }
    }
  }
}
function denial(error: unknown): OrderEvent {
  if (stryMutAct_9fa48("288")) {
    {}
  } else {
    stryCov_9fa48("288");
    if (stryMutAct_9fa48("291") ? false : stryMutAct_9fa48("290") ? true : stryMutAct_9fa48("289") ? error instanceof AppError : (stryCov_9fa48("289", "290", "291"), !(error instanceof AppError))) return stryMutAct_9fa48("292") ? {} : (stryCov_9fa48("292"), {
      type: stryMutAct_9fa48("293") ? "" : (stryCov_9fa48("293"), 'denied'),
      code: stryMutAct_9fa48("294") ? "" : (stryCov_9fa48("294"), 'unexpected')
    });
    const facts = stryMutAct_9fa48("295") ? Object.entries(error.context) : (stryCov_9fa48("295"), Object.entries(error.context).filter(stryMutAct_9fa48("296") ? () => undefined : (stryCov_9fa48("296"), ([, value]) => stryMutAct_9fa48("299") ? value === undefined : stryMutAct_9fa48("298") ? false : stryMutAct_9fa48("297") ? true : (stryCov_9fa48("297", "298", "299"), value !== undefined))));
    return stryMutAct_9fa48("300") ? {} : (stryCov_9fa48("300"), {
      type: stryMutAct_9fa48("301") ? "" : (stryCov_9fa48("301"), 'denied'),
      code: error.code,
      ...((stryMutAct_9fa48("304") ? facts.length !== 0 : stryMutAct_9fa48("303") ? false : stryMutAct_9fa48("302") ? true : (stryCov_9fa48("302", "303", "304"), facts.length === 0)) ? {} : stryMutAct_9fa48("305") ? {} : (stryCov_9fa48("305"), {
        context: Object.fromEntries(facts)
      }))
    });
  }
}
function outcomeEvent(outcome: SubmitOutcome): OrderEvent {
  if (stryMutAct_9fa48("306")) {
    {}
  } else {
    stryCov_9fa48("306");
    switch (outcome.kind) {
      case stryMutAct_9fa48("308") ? "" : (stryCov_9fa48("308"), 'accepted'):
        if (stryMutAct_9fa48("307")) {} else {
          stryCov_9fa48("307");
          return stryMutAct_9fa48("309") ? {} : (stryCov_9fa48("309"), {
            type: stryMutAct_9fa48("310") ? "" : (stryCov_9fa48("310"), 'accepted'),
            reference: outcome.reference
          });
        }
      case stryMutAct_9fa48("312") ? "" : (stryCov_9fa48("312"), 'rejected'):
        if (stryMutAct_9fa48("311")) {} else {
          stryCov_9fa48("311");
          return stryMutAct_9fa48("313") ? {} : (stryCov_9fa48("313"), {
            type: stryMutAct_9fa48("314") ? "" : (stryCov_9fa48("314"), 'rejected'),
            code: outcome.code,
            text: outcome.text
          });
        }
      case stryMutAct_9fa48("316") ? "" : (stryCov_9fa48("316"), 'unknown'):
        if (stryMutAct_9fa48("315")) {} else {
          stryCov_9fa48("315");
          return stryMutAct_9fa48("317") ? {} : (stryCov_9fa48("317"), {
            type: stryMutAct_9fa48("318") ? "" : (stryCov_9fa48("318"), 'outcome-unknown'),
            code: outcome.code,
            text: outcome.text
          });
        }
    }
  }
}