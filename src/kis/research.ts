import { type Clock, koreanDay, monthsBefore, nextDay, previousDay, weekdayOf } from '../clock.ts';
import { krxHolidays } from '../domain/market/krx-holidays.ts';
import type { Bar } from '../domain/market/quote.ts';
import type {
  Dividend,
  FinancialPeriod,
  ForeignHolding,
  IndexCode,
  IndexQuote,
  InvestorDay,
  InvestorEstimate,
  IssueProfile,
  NetBuyingIssue,
  NewsTitle,
  Opinion,
  RankedIssue,
  RankingKind,
  RankingMarket,
  RecentTrade,
  RightsIssue,
  SavedScreen,
  SavedWatchlist,
  ScreenMatch,
  TradeVolumeDay,
  VolatilityInterruption,
  WatchedIssue,
} from '../domain/market/research.ts';
import { AppError } from '../errors.ts';
import type { ReadOptions } from '../ports/read-options.ts';
import type { Research } from '../ports/research.ts';
import { indexCodes } from './codecs/decode-market.ts';
import * as decode from './codecs/decode-research.ts';
import { domesticMarket, krx } from './endpoints/domestic-market.ts';
import { domesticResearch } from './endpoints/domestic-research.ts';
import type { Input, Output } from './endpoints/endpoint.ts';
import type { MarketReads, MarketRow } from './market-reads.ts';
import { marketCodes, readRanking } from './rankings.ts';
import { KisError } from './wire/error.ts';
import { noMatchCode } from './wire/venue-codes.ts';

/** How many pages are read of a list that is longer than anybody reads. */
const mostPages = 5;
/** How many calls one index chart may take; a call gives about 50 days. */
const mostIndexCalls = 20;

/** Research on issues and the market, from KIS. */
export class KisResearch implements Research {
  readonly #reads: MarketReads;
  readonly #htsId: string | undefined;
  readonly #clock: Clock;

  constructor(reads: MarketReads, htsId: string | undefined, clock: Clock) {
    this.#reads = reads;
    this.#htsId = htsId;
    this.#clock = clock;
  }

  async profile(symbol: string, options?: ReadOptions): Promise<IssueProfile> {
    const issue = { ...krx, FID_INPUT_ISCD: symbol } as const;
    const product = { PDNO: symbol, PRDT_TYPE_CD: '300' } as const;
    // The price APIs answer with zeros for an issue that they do not know. The first of these refuses it.
    const [stock, price, more, kind] = await Promise.all([
      this.#ifOffered(domesticMarket.stockInfo, product, options),
      this.#reads.read(domesticMarket.inquirePrice, issue, options),
      this.#ifOffered(domesticMarket.inquirePrice2, issue, options),
      this.#ifOffered(domesticMarket.productInfo, product, options),
    ]);
    return decode.toProfile(symbol, { price, more, stock, product: kind });
  }

  async englishName(symbol: string, options?: ReadOptions): Promise<string | undefined> {
    const input = { PDNO: symbol, PRDT_TYPE_CD: '300' } as const;
    const { output } = await this.#reads.read(domesticMarket.productInfo, input, options);
    return output.prdt_eng_abrv_name || output.prdt_eng_name || undefined;
  }

  /** Undefined where neither host has the API. */
  async #ifOffered<E extends MarketRow>(
    row: E,
    input: Input<E>,
    options?: ReadOptions,
  ): Promise<Output<E> | undefined> {
    return this.#reads.supports(row) ? this.#reads.read(row, input, options) : undefined;
  }

  async dividends(symbol: string, from: string, to: string, options?: ReadOptions): Promise<readonly Dividend[]> {
    const input = { CTS: '', GB1: '0', F_DT: from, T_DT: to, SHT_CD: symbol, HIGH_GB: '' } as const;
    const { pages } = await this.#reads.readAll(domesticResearch.dividends, input, options);
    return pages.flatMap(decode.toDividends).sort((one, other) => other.recordDay.localeCompare(one.recordDay));
  }

  async rightsIssues(from: string, to: string, options?: ReadOptions): Promise<readonly RightsIssue[]> {
    const days = { CTS: '', F_DT: from, T_DT: to, SHT_CD: '' } as const;
    const [paid, free] = await Promise.all([
      this.#reads.readAll(domesticResearch.paidInIncreases, { ...days, GB1: '2' }, options),
      this.#reads.readAll(domesticResearch.bonusIssues, days, options),
    ]);
    return [
      ...paid.pages.flatMap(({ output1 }) => decode.toRightsIssues('paid', output1)),
      ...free.pages.flatMap(({ output1 }) => decode.toRightsIssues('free', output1)),
    ];
  }

  async interruptions(day: string, symbol?: string, options?: ReadOptions): Promise<readonly VolatilityInterruption[]> {
    const input = {
      FID_DIV_CLS_CODE: '0',
      FID_COND_SCR_DIV_CODE: '20139',
      FID_MRKT_CLS_CODE: '0',
      FID_INPUT_ISCD: symbol ?? '',
      FID_RANK_SORT_CLS_CODE: '0',
      FID_INPUT_DATE_1: day,
      FID_TRGT_CLS_CODE: '',
      FID_TRGT_EXLS_CLS_CODE: '',
    } as const;
    const { pages } = await this.#reads.readAll(domesticMarket.inquireVolatilityInterruptions, input, {
      ...options,
      maxPages: mostPages,
    });
    return pages
      .flatMap((page) => page.output.map(decode.toInterruption))
      .sort((one, other) => `${other.day}${other.from}`.localeCompare(`${one.day}${one.from}`));
  }

  async recentTrades(symbol: string, options?: ReadOptions): Promise<readonly RecentTrade[]> {
    const input = { ...krx, FID_INPUT_ISCD: symbol } as const;
    return decode.toRecentTrades(await this.#reads.read(domesticMarket.inquireTrades, input, options));
  }

  async index(code: IndexCode, options?: ReadOptions): Promise<IndexQuote> {
    const input = { FID_COND_MRKT_DIV_CODE: 'U', FID_INPUT_ISCD: indexCodes[code] } as const;
    if (!this.#reads.supports(domesticMarket.inquireIndex)) {
      // The paper host has no index API, but its index chart begins with the index as it is now.
      const day = koreanDay(this.#clock.now());
      const days = { FID_INPUT_DATE_1: monthsBefore(day, 1), FID_INPUT_DATE_2: day, FID_PERIOD_DIV_CODE: 'D' } as const;
      return decode.toIndexHead(
        code,
        await this.#reads.read(domesticMarket.indexChart, { ...input, ...days }, options),
      );
    }
    return decode.toIndexQuote(code, await this.#reads.read(domesticMarket.inquireIndex, input, options));
  }

  async indexBars(code: IndexCode, from: string, to: string, options?: ReadOptions): Promise<readonly Bar[]> {
    const bars = new Map<string, Bar>();
    let until = to;
    for (let call = 0; call < mostIndexCalls && until >= from; call += 1) {
      const input = {
        FID_COND_MRKT_DIV_CODE: 'U',
        FID_INPUT_ISCD: indexCodes[code],
        FID_INPUT_DATE_1: from,
        FID_INPUT_DATE_2: until,
        FID_PERIOD_DIV_CODE: 'D',
      } as const;
      const page = decode.toIndexBars(await this.#reads.read(domesticMarket.indexChart, input, options));
      const fresh = page.filter(({ start }) => start >= from && start <= until && !bars.has(start));
      const oldest = fresh.map(({ start }) => start).sort()[0];
      if (oldest === undefined) break;
      for (const bar of fresh) bars.set(bar.start, bar);
      until = previousDay(oldest);
      if (!mayTradeBetween(from, until)) break;
    }
    return [...bars.values()].sort((one, other) => one.start.localeCompare(other.start));
  }

  async ranking(kind: RankingKind, market: RankingMarket, options?: ReadOptions): Promise<readonly RankedIssue[]> {
    return readRanking(this.#reads, kind, market, options);
  }

  async investorDays(symbol: string, options?: ReadOptions): Promise<readonly InvestorDay[]> {
    const input = { ...krx, FID_INPUT_ISCD: symbol } as const;
    return decode.toInvestorDays(await this.#reads.read(domesticResearch.inquireInvestors, input, options));
  }

  async foreignHolding(symbol: string, options?: ReadOptions): Promise<readonly ForeignHolding[]> {
    // By KIS's samples 1 means adjusted for splits on this API. Its older request collection says 0.
    const input = { ...krx, FID_INPUT_ISCD: symbol, FID_PERIOD_DIV_CODE: 'D', FID_ORG_ADJ_PRC: '1' } as const;
    return decode.toForeignHolding(await this.#reads.read(domesticMarket.dailyPrice, input, options));
  }

  async tradeVolumes(
    symbol: string,
    from: string,
    to: string,
    options?: ReadOptions,
  ): Promise<readonly TradeVolumeDay[]> {
    const input = {
      ...krx,
      FID_INPUT_ISCD: symbol,
      FID_PERIOD_DIV_CODE: 'D',
      FID_INPUT_DATE_1: from,
      FID_INPUT_DATE_2: to,
    } as const;
    return decode.toTradeVolumes(await this.#reads.read(domesticMarket.dailyTradeVolume, input, options));
  }

  async investorEstimates(symbol: string, options?: ReadOptions): Promise<readonly InvestorEstimate[]> {
    const input = { MKSC_SHRN_ISCD: symbol } as const;
    return decode.toInvestorEstimates(await this.#reads.read(domesticResearch.investorEstimate, input, options));
  }

  async netBuying(
    { who, side, market }: Parameters<Research['netBuying']>[0],
    options?: ReadOptions,
  ): Promise<readonly NetBuyingIssue[]> {
    const input = {
      FID_COND_MRKT_DIV_CODE: 'V',
      FID_COND_SCR_DIV_CODE: '16449',
      FID_INPUT_ISCD: marketCodes[market],
      // Ranks by won. 0 would rank by shares and put the cheapest issues first.
      FID_DIV_CLS_CODE: '1',
      FID_RANK_SORT_CLS_CODE: side === 'bought' ? '0' : '1',
      FID_ETC_CLS_CODE: who === 'foreigners' ? '1' : '2',
    } as const;
    return decode.toNetBuying(await this.#reads.read(domesticResearch.foreignInstitutionTotal, input, options));
  }

  async financials(symbol: string, by: 'year' | 'quarter', options?: ReadOptions): Promise<readonly FinancialPeriod[]> {
    const which = by === 'year' ? '0' : '1';
    const issue = { fid_cond_mrkt_div_code: 'J', fid_input_iscd: symbol } as const;
    // Four of the seven APIs want this name in capitals, three in lower case.
    const upper = { ...issue, FID_DIV_CLS_CODE: which } as const;
    const lower = { ...issue, fid_div_cls_code: which } as const;
    const [balance, income, ratios, profit, other, stability, growth] = await Promise.all([
      this.#reads.read(domesticResearch.balanceSheet, upper, options),
      this.#reads.read(domesticResearch.incomeStatement, upper, options),
      this.#reads.read(domesticResearch.financialRatios, upper, options),
      this.#reads.read(domesticResearch.profitRatios, upper, options),
      this.#reads.read(domesticResearch.otherRatios, lower, options),
      this.#reads.read(domesticResearch.stabilityRatios, lower, options),
      this.#reads.read(domesticResearch.growthRatios, lower, options),
    ]);
    return decode.toFinancials({ balance, income, ratios, profit, other, stability, growth });
  }

  async opinions(symbol: string, from: string, to: string, options?: ReadOptions): Promise<readonly Opinion[]> {
    const input = {
      ...krx,
      FID_COND_SCR_DIV_CODE: '16633',
      FID_INPUT_ISCD: symbol,
      FID_INPUT_DATE_1: from,
      FID_INPUT_DATE_2: to,
    } as const;
    const all = { ...options, maxPages: mostPages };
    const { pages } = await this.#reads.readAll(domesticResearch.opinionsOnIssue, input, all);
    return pages.flatMap((page) => decode.toOpinions(symbol, page)).sort(newestFirst);
  }

  async brokerOpinions(code: string, from: string, to: string, options?: ReadOptions): Promise<readonly Opinion[]> {
    const input = {
      ...krx,
      FID_COND_SCR_DIV_CODE: '16634',
      FID_INPUT_ISCD: code,
      FID_DIV_CLS_CODE: '0',
      FID_INPUT_DATE_1: from,
      FID_INPUT_DATE_2: to,
    } as const;
    const all = { ...options, maxPages: mostPages };
    const { pages } = await this.#reads.readAll(domesticResearch.opinionsByBroker, input, all);
    return pages.flatMap(decode.toBrokerOpinions).sort(newestFirst);
  }

  async news(symbol?: string, options?: ReadOptions): Promise<readonly NewsTitle[]> {
    // Blank inputs ask for the newest headlines.
    const input = {
      FID_NEWS_OFER_ENTP_CODE: '',
      FID_COND_MRKT_CLS_CODE: '',
      FID_INPUT_ISCD: symbol ?? '',
      FID_TITL_CNTT: '',
      FID_INPUT_DATE_1: '',
      FID_INPUT_HOUR_1: '',
      FID_RANK_SORT_CLS_CODE: '',
      FID_INPUT_SRNO: '',
    } as const;
    return decode.toNews(await this.#reads.read(domesticResearch.newsTitles, input, options));
  }

  async savedScreens(options?: ReadOptions): Promise<readonly SavedScreen[]> {
    const input = { user_id: this.#user() } as const;
    const { output2 } = await this.#reads.read(domesticResearch.screenList, input, options);
    return output2.map((row) => ({ id: row.seq, group: row.grp_nm ?? '', name: row.condition_nm }));
  }

  async screenMatches(id: string, options?: ReadOptions): Promise<readonly ScreenMatch[]> {
    const input = { user_id: this.#user(), seq: id } as const;
    try {
      return decode.toScreenMatches(await this.#reads.read(domesticResearch.screenResult, input, options));
    } catch (error) {
      if (error instanceof KisError && error.venueCode === noMatchCode) return [];
      throw error;
    }
  }

  async savedWatchlists(options?: ReadOptions): Promise<readonly SavedWatchlist[]> {
    const input = { TYPE: '1', FID_ETC_CLS_CODE: '00', USER_ID: this.#user() } as const;
    const { output2 } = await this.#reads.read(domesticResearch.watchGroups, input, options);
    return output2.map((row) => ({ id: row.inter_grp_code, name: row.inter_grp_name }));
  }

  async watchlistIssues(id: string, options?: ReadOptions): Promise<readonly WatchedIssue[]> {
    const input = {
      TYPE: '1',
      USER_ID: this.#user(),
      INTER_GRP_CODE: id,
      FID_ETC_CLS_CODE: '4',
      DATA_RANK: '',
      INTER_GRP_NAME: '',
      HTS_KOR_ISNM: '',
      CNTG_CLS_CODE: '',
    } as const;
    const { output2 } = await this.#reads.read(domesticResearch.watchGroupIssues, input, options);
    return output2.map((row) => ({ symbol: row.jong_code, name: row.hts_kor_isnm }));
  }

  /**
   * The login of KIS's own program, under which a person's conditions and lists are kept. @throws AppError
   * `venue.no-hts-id`.
   */
  #user(): string {
    if (this.#htsId === undefined) throw new AppError('venue.no-hts-id');
    return this.#htsId;
  }
}

/** Whether a day from `from` to `until` is none of those on which KRX is known to be closed. */
function mayTradeBetween(from: string, until: string): boolean {
  for (let day = from; day <= until; day = nextDay(day)) {
    if (weekdayOf(day) <= 5 && krxHolidays[day] === undefined) return true;
  }
  return false;
}

function newestFirst(one: { readonly day: string }, other: { readonly day: string }): number {
  return other.day.localeCompare(one.day);
}
