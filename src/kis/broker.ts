import type { Dispatcher } from 'undici';
import { type Clock, koreanDay, monthsBefore, previousDay } from '../clock.ts';
import type { AccountKind, Balance, BuyingPower } from '../domain/account.ts';
import type { DayInterval } from '../domain/market/bars.ts';
import type { Instrument } from '../domain/market/instrument.ts';
import type { Bar, ExtendedQuote, OrderBook, Quote } from '../domain/market/quote.ts';
import type { DayHours, Marketplace } from '../domain/market/session.ts';
import {
  type Exchange,
  type OrderReference,
  type OrderRequest,
  orderNumber,
  type SubmitOutcome,
  type VenueOrder,
} from '../domain/orders/order.ts';
import type { BeforeSend, Broker, CancelTarget, MarketDay, VenueDescription, VenueHours } from '../ports/broker.ts';
import type { BarOptions, PriceOptions, ReadOptions } from '../ports/read-options.ts';
import { BarReader } from './bars.ts';
import * as decodeMarket from './codecs/decode-market.ts';
import * as decodeTrading from './codecs/decode-trading.ts';
import { domesticMarket } from './endpoints/domestic-market.ts';
import { domesticTrading } from './endpoints/domestic-trading.ts';
import type { Input, Output } from './endpoints/endpoint.ts';
import type { FeedOptions } from './feed.ts';
import type { MarketReads } from './market-reads.ts';
import { orderTypeCode } from './order-types.ts';
import { venueOfHost } from './wire/environment.ts';
import { KisError } from './wire/error.ts';
import type { KisHttp } from './wire/http.ts';
import type { OrderAnswer } from './wire/order-calls.ts';
import { readSimulatorHours } from './wire/simulator-hours.ts';
import { familyOf } from './wire/venue-codes.ts';

/**
 * KIS's code of the market that a price query is about. An order that KIS's router may send to either exchange (SOR)
 * sees the prices of both.
 */
const divisions = { KRX: 'J', NXT: 'NX', SOR: 'UN' } as const satisfies Record<Exchange, string>;
const pricesOf = ({ exchange = 'KRX' }: PriceOptions = {}) => ({ FID_COND_MRKT_DIV_CODE: divisions[exchange] });
/** How many pages are read of a list that must be complete. A page has 15 rows on paper and 100 on live. */
const mostPages = 100;
/** How many issues one multi-quote call takes. */
const quotesPerCall = 30;

type ExecutionQuery = Parameters<Broker['executions']>[0];
type ExecutionRow = typeof domesticTrading.inquireExecutions | typeof domesticTrading.inquireExecutionsBefore;

/** By product code (ACNT_PRDT_CD), as far as KIS's users know them. */
const accountKinds: Readonly<Record<string, AccountKind>> = { '01': 'brokerage', '22': 'pension', '29': 'retirement' };

/** Prices, the account and orders, by KIS. */
export class KisBroker implements Broker {
  readonly venue: VenueDescription;
  readonly #http: KisHttp;
  readonly #market: MarketReads;
  readonly #clock: Clock;
  readonly #host: Parameters<typeof readSimulatorHours>[0];
  readonly #bars: BarReader;

  constructor(
    http: KisHttp,
    market: MarketReads,
    { environment, account, clock }: Pick<FeedOptions, 'environment' | 'account' | 'clock'>,
    dispatcher: Dispatcher,
  ) {
    const exchanges: readonly Exchange[] = environment.dialect === 'paper' ? ['KRX'] : ['KRX', 'NXT', 'SOR'];
    this.#http = http;
    this.#market = market;
    this.#clock = clock;
    this.#host = { restUrl: environment.restUrl, dispatcher, clock };
    this.#bars = new BarReader(market, clock, environment.hours);
    const host = venueOfHost(environment.restUrl);
    this.venue = {
      kind: host === 'simulator' && environment.dialect === 'paper' ? 'paper-simulator' : host,
      hours: environment.hours,
      account: `${account.number.slice(0, 4)}****-${account.product}`,
      accountKind: accountKinds[account.product],
      exchanges,
      listsAll: environment.dialect === 'live',
      keepsSchedules: environment.dialect === 'live',
    };
  }

  adviceOn(refusal: { readonly code: string; readonly text: string }): string | undefined {
    return familyOf(refusal)?.sentence;
  }

  async quote(symbol: string, options?: PriceOptions): Promise<Quote> {
    const input = { ...pricesOf(options), FID_INPUT_ISCD: symbol } as const;
    const output = await this.#market.read(domesticMarket.inquirePrice, input, options);
    return decodeMarket.toQuote(symbol, output, this.#clock.now());
  }

  async quotes(symbols: readonly string[], options?: PriceOptions): Promise<readonly Quote[]> {
    const found: Quote[] = [];
    if (!this.#market.supports(domesticMarket.multiplePrices)) {
      for (const symbol of symbols) {
        try {
          found.push(await this.quote(symbol, options));
        } catch (error) {
          // An issue that KIS refuses is left out. The other issues must not lose their prices for it.
          if (!(error instanceof KisError) || error.kind !== 'rejected') throw error;
        }
      }
      return found;
    }
    return this.#inOneCall(symbols, options?.exchange ?? 'KRX', decodeMarket.toQuoteOfMany, options);
  }

  /** Asks for thirty issues a call, at one exchange. Rows of which `read` makes nothing are left out. */
  async #inOneCall<T>(
    symbols: readonly string[],
    exchange: Exchange,
    read: (row: Output<typeof domesticMarket.multiplePrices>['output'][number], at: number) => T | undefined,
    options?: ReadOptions,
  ): Promise<readonly T[]> {
    const parts = Array.from({ length: Math.ceil(symbols.length / quotesPerCall) }, (_, index) =>
      symbols.slice(index * quotesPerCall, (index + 1) * quotesPerCall),
    );
    const found = await Promise.all(
      parts.map(async (part): Promise<readonly T[]> => {
        const input = Object.fromEntries(
          part.flatMap((symbol, index) => [
            [`FID_COND_MRKT_DIV_CODE_${index + 1}`, divisions[exchange]],
            [`FID_INPUT_ISCD_${index + 1}`, symbol],
          ]),
        ) as Input<typeof domesticMarket.multiplePrices>;
        const { output } = await this.#market.read(domesticMarket.multiplePrices, input, options);
        const at = this.#clock.now();
        return output.flatMap((row) => read(row, at) ?? []);
      }),
    );
    return found.flat();
  }

  async extendedQuotes(
    symbols: readonly string[],
    exchange: Marketplace,
    options?: ReadOptions,
  ): Promise<readonly ExtendedQuote[]> {
    const row = exchange === 'NXT' ? domesticMarket.multiplePrices : domesticMarket.inquireOvertimePrice;
    if (!this.#market.supports(row)) return [];
    if (exchange === 'NXT') return this.#inOneCall(symbols, 'NXT', decodeMarket.toExtendedQuote, options);
    const found: ExtendedQuote[] = [];
    for (const symbol of symbols) {
      const input = { FID_COND_MRKT_DIV_CODE: 'J', FID_INPUT_ISCD: symbol } as const;
      const answer = await this.#market.read(domesticMarket.inquireOvertimePrice, input, options);
      const quote = decodeMarket.toAfterMarketQuote(symbol, answer, this.#clock.now());
      if (quote !== undefined) found.push(quote);
    }
    return found;
  }

  async dayHours(options?: ReadOptions): Promise<DayHours> {
    return decodeMarket.toDayHours(await this.#market.read(domesticMarket.marketTime, {}, options));
  }

  async orderBook(symbol: string, options?: PriceOptions): Promise<OrderBook> {
    const input = { ...pricesOf(options), FID_INPUT_ISCD: symbol } as const;
    const output = await this.#market.read(domesticMarket.inquireAskingPrice, input, options);
    return decodeMarket.toOrderBook(symbol, output, this.#clock.now());
  }

  bars(symbol: string, interval: DayInterval, count: number, options?: BarOptions): Promise<readonly Bar[]> {
    return this.#bars.newest(symbol, interval, count, options);
  }

  async instrument(symbol: string, options?: ReadOptions): Promise<Instrument | undefined> {
    if (!this.#market.supports(domesticMarket.stockInfo)) return this.#pricedIssue(symbol, options);
    try {
      const input = { PRDT_TYPE_CD: '300', PDNO: symbol } as const;
      return decodeMarket.toInstrument(symbol, await this.#market.read(domesticMarket.stockInfo, input, options));
    } catch (error) {
      if (error instanceof KisError && error.kind === 'rejected') return undefined;
      throw error;
    }
  }

  /**
   * The paper host has no issue data. An issue that has a price there exists; it is named by its code, and its ticks
   * are those of a share.
   */
  async #pricedIssue(symbol: string, options?: ReadOptions): Promise<Instrument | undefined> {
    try {
      const { last } = await this.quote(symbol, options);
      // KIS has answered with zeros for an issue that it does not know.
      return last > 0 ? { symbol, name: symbol, market: 'KOSPI', kind: 'stock' } : undefined;
    } catch (error) {
      if (error instanceof KisError && error.kind === 'rejected') return undefined;
      throw error;
    }
  }

  async balance(options?: ReadOptions): Promise<Balance> {
    const input = {
      AFHR_FLPR_YN: 'N',
      OFL_YN: '',
      INQR_DVSN: '01',
      UNPR_DVSN: '01',
      FUND_STTL_ICLD_YN: 'N',
      FNCG_AMT_AUTO_RDPT_YN: 'N',
      PRCS_DVSN: '00',
    } as const;
    const { pages, truncated } = await this.#http.readAll(domesticTrading.inquireBalance, input, options);
    return decodeTrading.toBalance(pages, truncated);
  }

  async buyingPower(symbol: string, price: number | undefined, options?: ReadOptions): Promise<BuyingPower> {
    const input = {
      PDNO: symbol,
      ORD_UNPR: price === undefined ? '' : String(price),
      // 01 counts the issue's own margin rate, 00 does not. Both respect the price.
      ORD_DVSN: '01',
      CMA_EVLU_AMT_ICLD_YN: 'N',
      OVRS_ICLD_YN: 'N',
    } as const;
    return decodeTrading.toBuyingPower(
      await this.#http.read(domesticTrading.inquireBuyingPower, input, options),
      price,
    );
  }

  async sellableQuantity(symbol: string, options?: ReadOptions): Promise<number> {
    if (!this.#http.supports(domesticTrading.inquireSellable)) {
      const { positions } = await this.balance(options);
      return positions.find((position) => position.symbol === symbol)?.sellableQuantity ?? 0;
    }
    const { output } = await this.#http.read(domesticTrading.inquireSellable, { PDNO: symbol }, options);
    return output.ord_psbl_qty;
  }

  async openOrders(options?: ReadOptions): Promise<readonly VenueOrder[]> {
    const today = koreanDay(this.#clock.now());
    if (!this.#http.supports(domesticTrading.inquireAmendable)) {
      const orders = await this.#executions({ from: today, to: today }, '02', options);
      return orders.filter((order) => order.remaining > 0);
    }
    const input = { INQR_DVSN_1: '0', INQR_DVSN_2: '0' } as const;
    const all = { ...options, maxPages: mostPages };
    const { pages, truncated } = await this.#http.readAll(domesticTrading.inquireAmendable, input, all);
    if (truncated) throw new KisError('malformed', { code: '', text: '' }, { where: 'open orders', pages: mostPages });
    return pages
      .flatMap((page) => page.output.map((row) => decodeTrading.toOpenOrder(row, today)))
      .filter((order) => order.remaining > 0);
  }

  async executions(query: ExecutionQuery, options?: ReadOptions): Promise<readonly VenueOrder[]> {
    // Executions of the last three months and earlier ones are two APIs at KIS.
    const line = monthsBefore(koreanDay(this.#clock.now()), 3);
    const recent = { ...query, from: query.from < line ? line : query.from };
    const before = { ...query, to: query.to < line ? query.to : previousDay(line) };
    return [
      ...(recent.from > recent.to ? [] : await this.#executions(recent, '00', options)),
      ...(before.from > before.to
        ? []
        : await this.#executions(before, '00', options, domesticTrading.inquireExecutionsBefore)),
    ];
  }

  /** `which`: all executions, or (02) orders with something left to fill. */
  async #executions(
    query: ExecutionQuery,
    which: '00' | '02',
    options?: ReadOptions,
    endpoint: ExecutionRow = domesticTrading.inquireExecutions,
  ): Promise<readonly VenueOrder[]> {
    const input = {
      INQR_STRT_DT: query.from,
      INQR_END_DT: query.to,
      SLL_BUY_DVSN_CD: '00',
      PDNO: query.symbol ?? '',
      CCLD_DVSN: which,
      INQR_DVSN: '00',
      INQR_DVSN_3: '00',
      ORD_GNO_BRNO: '',
      ODNO: '',
      INQR_DVSN_1: '',
      EXCG_ID_DVSN_CD: this.venue.exchanges.length > 1 ? 'ALL' : 'KRX',
    } as const;
    const all = { ...options, maxPages: mostPages };
    const { pages, truncated } = await this.#http.readAll(endpoint, input, all);
    // An order that is missing from an incomplete list would be taken for one that does not exist.
    if (truncated) throw new KisError('malformed', { code: '', text: '' }, { where: 'executions', pages: mostPages });
    return pages.flatMap((page) => page.output1.map(decodeTrading.toExecution));
  }

  hours(options?: ReadOptions): Promise<VenueHours> {
    return readSimulatorHours(this.#host, options);
  }

  async marketDays(day: string, options?: ReadOptions): Promise<readonly MarketDay[]> {
    // One page is about a month; KIS asks for about one call a day.
    const { pages } = await this.#market.readAll(
      domesticMarket.checkHoliday,
      { BASS_DT: day },
      { ...options, maxPages: 1 },
    );
    const days = new Map<string, MarketDay>();
    // KIS has sent the same day twice. The last row counts.
    for (const row of pages.flatMap((page) => page.output))
      days.set(row.bass_dt, { day: row.bass_dt, open: row.opnd_yn });
    return [...days.values()];
  }

  async placeOrder(request: OrderRequest, beforeSend: BeforeSend): Promise<SubmitOutcome> {
    const endpoint = request.side === 'buy' ? domesticTrading.orderCashBuy : domesticTrading.orderCashSell;
    const input = {
      PDNO: request.symbol,
      ORD_DVSN: orderTypeCode(request.type),
      ORD_QTY: String(request.quantity),
      ORD_UNPR: String(request.price ?? 0),
      EXCG_ID_DVSN_CD: request.exchange,
      SLL_TYPE: request.side === 'sell' ? '01' : '',
      CNDT_PRIC: request.stopPrice === undefined ? '' : String(request.stopPrice),
    } as const;
    const answer = await this.#http.order(endpoint, input, beforeSend);
    return outcome(answer, (output) => ({ number: output.output.ODNO, branch: output.output.KRX_FWDG_ORD_ORGNO }));
  }

  async amendOrder(target: OrderReference, request: OrderRequest, beforeSend: BeforeSend): Promise<SubmitOutcome> {
    const input = {
      KRX_FWDG_ORD_ORGNO: target.branch,
      ORGN_ODNO: paddedNumber(target),
      ORD_DVSN: orderTypeCode(request.type),
      RVSE_CNCL_DVSN_CD: '01',
      // The number of shares that the person confirmed: if some of them fill meanwhile, KIS refuses the amendment.
      ORD_QTY: String(request.quantity),
      ORD_UNPR: String(request.price ?? 0),
      QTY_ALL_ORD_YN: 'N',
      EXCG_ID_DVSN_CD: request.exchange,
      CNDT_PRIC: '',
    } as const;
    return changed(await this.#http.order(domesticTrading.orderAmendCancel, input, beforeSend));
  }

  async cancelOrder({ reference, exchange, part }: CancelTarget, beforeSend: BeforeSend): Promise<SubmitOutcome> {
    const input = {
      KRX_FWDG_ORD_ORGNO: reference.branch,
      ORGN_ODNO: paddedNumber(reference),
      ORD_DVSN: '00',
      RVSE_CNCL_DVSN_CD: '02',
      ORD_QTY: String(part ?? 0),
      ORD_UNPR: '0',
      QTY_ALL_ORD_YN: part === undefined ? 'Y' : 'N',
      EXCG_ID_DVSN_CD: exchange,
      CNDT_PRIC: '',
    } as const;
    return changed(await this.#http.order(domesticTrading.orderAmendCancel, input, beforeSend));
  }
}

/** Answers show order numbers with ten digits; some queries leave the leading zeros out. */
function paddedNumber({ number }: OrderReference): string {
  return number.padStart(10, '0');
}

function changed(answer: OrderAnswer<typeof domesticTrading.orderAmendCancel>): SubmitOutcome {
  return outcome(answer, ({ output }) => ({ number: output.odno, branch: output.krx_fwdg_ord_orgno ?? '' }));
}

function outcome<O>(
  answer:
    | { readonly kind: 'accepted'; readonly output: O; readonly text: string }
    | Exclude<OrderAnswer<never>, { kind: 'accepted' }>,
  reference: (output: O) => { readonly number: string; readonly branch: string },
): SubmitOutcome {
  if (answer.kind !== 'accepted') return answer;
  const { number, branch } = reference(answer.output);
  if (!/\d/.test(number)) return { kind: 'unknown', code: 'no-number', text: answer.text };
  return { kind: 'accepted', reference: { number: orderNumber(number), branch }, text: answer.text };
}
