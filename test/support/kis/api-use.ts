/** What a person types, or presses after it, for a call to be made. */
export interface ApiUse {
  readonly line: string;
  /** A button of the answer. */
  readonly press?: string;
  /** In the evening, when KIS takes orders for the next day. */
  readonly evening?: true;
}

const confirm = '확인';

/**
 * By row: one way to bring a call about. A test types each and looks whether the venue was asked; the page of coverage
 * names the commands. `ORDER` and `SCHEDULE` stand for the number of one that waits.
 */
export const apiUse: Readonly<Record<string, ApiUse>> = {
  'inquire-price': { line: '/price 005930' },
  'inquire-ccnl': { line: '/price 005930' },
  'inquire-asking-price-exp-ccn': { line: '/book 005930' },
  'intstock-multprice': { line: '/price 005930 000660' },
  'inquire-price-2': { line: '/info 005930' },
  'search-info': { line: '/info 005930' },
  'search-stock-info': { line: '/info 005930' },
  'inquire-vi-status': { line: '/info 005930' },
  'ksdinfo-dividend': { line: '/info 005930' },
  'ksdinfo-paidin-capin': { line: '/digest morning 005930' },
  'ksdinfo-bonus-issue': { line: '/digest morning 005930' },
  'inquire-daily-itemchartprice': { line: '/chart 005930 일봉' },
  'inquire-time-itemchartprice': { line: '/chart 005930 5분' },
  'inquire-time-dailychartprice': { line: '/chart 005930 60분' },
  'inquire-daily-price': { line: '/flow 005930' },
  'inquire-daily-trade-volume': { line: '/flow 005930' },
  'inquire-investor': { line: '/flow 005930' },
  'investor-trend-estimate': { line: '/flow 005930' },
  'foreign-institution-total': { line: '/flow 외국인 순매수' },
  'inquire-index-price': { line: '/index' },
  'inquire-daily-indexchartprice': { line: '/index 코스피' },
  'chk-holiday': { line: '/market' },
  'market-time': { line: '/market' },
  'volume-rank': { line: '/rank 거래량' },
  fluctuation: { line: '/rank 상승' },
  'market-cap': { line: '/rank 시총' },
  'after-hour-balance': { line: '/rank 시간외' },
  'quote-balance': { line: '/rank 매수잔량' },
  'near-new-highlow': { line: '/rank 신고가' },
  'balance-sheet': { line: '/fin 005930' },
  'income-statement': { line: '/fin 005930' },
  'financial-ratio': { line: '/fin 005930' },
  'profit-ratio': { line: '/fin 005930' },
  'other-major-ratios': { line: '/fin 005930' },
  'stability-ratio': { line: '/fin 005930' },
  'growth-ratio': { line: '/fin 005930' },
  'invest-opinion': { line: '/opinion 005930' },
  'invest-opbysec': { line: '/opinion 005930 증권사별' },
  'news-title': { line: '/news 005930' },
  'psearch-title': { line: '/screen' },
  'psearch-result': { line: '/screen', press: '골든크로스 후보' },
  'intstock-grouplist': { line: '/watch import' },
  'intstock-stocklist-by-group': { line: '/watch import', press: '관심종목01' },
  'inquire-balance': { line: '/balance' },
  'intgr-margin': { line: '/balance' },
  'inquire-account-balance': { line: '/balance 자산' },
  'inquire-balance-rlz-pl': { line: '/pnl 오늘' },
  'inquire-period-profit': { line: '/pnl 1개월' },
  'inquire-period-trade-profit': { line: '/pnl 1개월 005930' },
  'inquire-daily-ccld': { line: '/fills' },
  'inquire-daily-ccld-before': { line: '/fills 20260301-20260401' },
  'inquire-psbl-order': { line: '/buy 005930 1 60000' },
  'inquire-psbl-sell': { line: '/sell 005930 1 80000' },
  'inquire-psbl-rvsecncl': { line: '/orders' },
  'order-cash-buy': { line: '/buy 005930 1 60000', press: confirm },
  'order-cash-sell': { line: '/sell 005930 1 80000', press: confirm },
  'order-rvsecncl': { line: '/amend ORDER 60100', press: confirm },
  'inquire-overtime-price': { line: '/price 005930', evening: true },
  'order-resv': { line: '/schedule 매수 005930 1 60000', press: confirm, evening: true },
  'order-resv-ccnl': { line: '/schedule', evening: true },
  'order-resv-rvsecncl-modify': { line: '/schedule 정정 SCHEDULE 2 60000', press: confirm, evening: true },
  'order-resv-rvsecncl-cancel': { line: '/schedule 취소 SCHEDULE', press: confirm, evening: true },
};
