import type {
  AssetSummary,
  IntegratedMargin,
  ProfitDay,
  ProfitReport,
  RealizedPnl,
  TradeProfit,
} from '../domain/account.ts';
import type { AccountReports } from '../ports/account-reports.ts';
import type { ReadOptions } from '../ports/read-options.ts';
import * as decode from './codecs/decode-account-reports.ts';
import { domesticTrading } from './endpoints/domestic-trading.ts';
import type { KisHttp } from './wire/http.ts';

/** Inputs of the realised-profit reports: every issue, the newest day first. */
const everything = { SORT_DVSN: '00', CBLC_DVSN: '00' } as const;

/** Reports on the account from KIS. The paper host has none of them but the cash that can be ordered with. */
export class KisAccountReports implements AccountReports {
  readonly #http: Pick<KisHttp, 'read' | 'readAll' | 'supports'>;

  constructor(http: Pick<KisHttp, 'read' | 'readAll' | 'supports'>) {
    this.#http = http;
  }

  async assets(options?: ReadOptions): Promise<AssetSummary> {
    const input = { INQR_DVSN_1: '', BSPR_BF_DT_APLY_YN: '' } as const;
    return decode.toAssets(await this.#http.read(domesticTrading.inquireAssets, input, options));
  }

  async margin(options?: ReadOptions): Promise<IntegratedMargin> {
    if (!this.#http.supports(domesticTrading.inquireMargin)) {
      // Without an issue and a price KIS calculates the cash alone.
      const input = { PDNO: '', ORD_UNPR: '', ORD_DVSN: '01', CMA_EVLU_AMT_ICLD_YN: 'N', OVRS_ICLD_YN: 'N' } as const;
      const { output } = await this.#http.read(domesticTrading.inquireBuyingPower, input, options);
      return { orderableCash: output.ord_psbl_cash, orderableFull: undefined, unpaid: undefined, currencies: [] };
    }
    // 01 lists other currencies in their own amounts, not in won.
    const input = { CMA_EVLU_AMT_ICLD_YN: 'N', WCRC_FRCR_DVSN_CD: '01', FWEX_CTRT_FRCR_DVSN_CD: '01' } as const;
    return decode.toMargin(await this.#http.read(domesticTrading.inquireMargin, input, options));
  }

  async realizedToday(options?: ReadOptions): Promise<RealizedPnl> {
    const input = {
      AFHR_FLPR_YN: 'N',
      OFL_YN: '',
      INQR_DVSN: '00',
      UNPR_DVSN: '01',
      FUND_STTL_ICLD_YN: 'N',
      FNCG_AMT_AUTO_RDPT_YN: 'N',
      // 00 would add yesterday's trades.
      PRCS_DVSN: '01',
      COST_ICLD_YN: 'Y',
    } as const;
    // Every page carries the totals, so one page is enough. `readAll` is used because it also sends the first page's
    // blank position.
    const { pages } = await this.#http.readAll(domesticTrading.inquireRealizedBalance, input, {
      ...options,
      maxPages: 1,
    });
    return decode.toRealizedToday(pages[0] ?? { output1: [], output2: [] });
  }

  async profitByDay(from: string, to: string, options?: ReadOptions): Promise<ProfitReport<ProfitDay>> {
    const input = { ...everything, INQR_STRT_DT: from, INQR_END_DT: to, INQR_DVSN: '00', PDNO: '' } as const;
    const { pages, truncated } = await this.#http.readAll(domesticTrading.inquirePeriodProfit, input, options);
    return decode.toProfitByDay(pages, truncated);
  }

  async profitByIssue(
    query: { readonly from: string; readonly to: string; readonly symbol?: string },
    options?: ReadOptions,
  ): Promise<ProfitReport<TradeProfit>> {
    const input = { ...everything, INQR_STRT_DT: query.from, INQR_END_DT: query.to, PDNO: query.symbol ?? '' } as const;
    const { pages, truncated } = await this.#http.readAll(domesticTrading.inquireTradeProfit, input, options);
    return decode.toProfitByIssue(pages, truncated);
  }
}
