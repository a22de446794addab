import { createCipheriv } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import {
  toAfterMarketQuote,
  toDailyBars,
  toDayHours,
  toExtendedQuote,
  toInstrument,
  toMinuteRows,
  toOrderBook,
  toQuote,
  toQuoteOfMany,
} from '../../src/kis/codecs/decode-market.ts';
import { readExecutionNotices, readOrderBooks, readTrades } from '../../src/kis/codecs/decode-pushes.ts';
import { toBalance, toBuyingPower, toExecution, toOpenOrder } from '../../src/kis/codecs/decode-trading.ts';
import { decodeFields, type Fields } from '../../src/kis/codecs/fields.ts';
import { domesticMarket } from '../../src/kis/endpoints/domestic-market.ts';
import { domesticTrading } from '../../src/kis/endpoints/domestic-trading.ts';
import type { Block, Endpoint, Output } from '../../src/kis/endpoints/endpoint.ts';
import { toScheduledOrder } from '../../src/kis/scheduled-orders.ts';
import { readRefusal, refusalKind } from '../../src/kis/wire/error.ts';
import { type DataFrame, decrypt, parseFrame } from '../../src/kis/wire/frames.ts';
import { createRedactor } from '../../src/log.ts';
import { answer, control, frame } from '../support/payloads/index.ts';

const at = 1_800_000_000_000;
const redactor = createRedactor([]);

/** Decodes one block as the catalogue's row says; what surrounds the blocks is the client's business, not tested here. */
function rows(block: Block<Fields, boolean>, raw: unknown): readonly unknown[] {
  const list = raw === undefined ? [] : Array.isArray(raw) ? raw : [raw];
  return list.map((row) => decodeFields(block.fields, row, 'test'));
}

function decodeAnswer<E extends Endpoint>(endpoint: E, name: string): Output<E> {
  const body = answer(name);
  const output: Record<string, unknown> = {};
  for (const [key, block] of Object.entries(endpoint.output)) {
    const decoded = rows(block, body[key]);
    output[key] = block.many ? decoded : decoded[0];
  }
  return output as Output<E>;
}

function dataFrame(name: string): DataFrame {
  const parsed = parseFrame(Buffer.from(frame(name)));
  if (parsed.kind !== 'data') throw new Error(`not a data frame: ${name}`);
  return parsed;
}

/** Records of a topic, altered or made up. */
const records = (text: string, count = 1) => ({ count, payload: Buffer.from(text) });

describe('quotes', () => {
  it("reads KIS's printed example", () => {
    expect(toQuote('000660', decodeAnswer(domesticMarket.inquirePrice, 'quote-portal'), at)).toEqual({
      symbol: '000660',
      last: 128_500,
      change: 0,
      changePercent: 0,
      open: 128_500,
      high: 130_000,
      low: 128_500,
      volume: 2_669_075,
      turnover: 344_570_137_500,
      upperLimit: 167_000,
      lowerLimit: 90_000,
      basePrice: 128_500,
      tickSize: 500,
      yearHigh: { price: 149_500, day: '20210225' },
      yearLow: { price: 90_500, day: '20211013' },
      warnings: [],
      at,
    });
  });

  it('does not turn a fall around where KIS signs the number as well as the direction', () => {
    const quote = toQuote('005930', decodeAnswer(domesticMarket.inquirePrice, 'quote-falling'), at);
    expect(quote).toMatchObject({ last: 75_700, change: -1_600, changePercent: -2.07, basePrice: 77_300 });
  });

  it('reads a recorded answer with columns added since', () => {
    const quote = toQuote('005930', decodeAnswer(domesticMarket.inquirePrice, 'quote-new-high'), at);
    expect(quote).toMatchObject({
      last: 77_600,
      change: 1_100,
      changePercent: 1.44,
      upperLimit: 99_400,
      lowerLimit: 53_600,
      basePrice: 76_500,
      tickSize: 100,
    });
  });

  it.each([
    [{ iscd_stat_cls_code: '58' }, ['halted']],
    [{ temp_stop_yn: 'Y' }, ['halted']],
    [{ iscd_stat_cls_code: '51', mrkt_warn_cls_code: '02' }, ['administrative', 'warning']],
    [{ iscd_stat_cls_code: '52', mrkt_warn_cls_code: '03' }, ['risk']],
    [{ sltr_yn: 'Y', short_over_yn: 'Y' }, ['liquidation', 'overheated']],
  ])('says how the exchange marks the issue: %j', (marks, warnings) => {
    const output = { ...(answer('quote-new-high')['output'] as object), ...marks };
    const decoded = decodeFields(domesticMarket.inquirePrice.output.output.fields, output, 'test');
    expect(toQuote('005930', { output: decoded }, at).warnings).toEqual(warnings);
  });

  it.each([
    ['1', 1_600],
    ['2', 1_600],
    ['4', -1_600],
    ['5', -1_600],
  ])('takes the direction from sign %s where the number has none', (prdy_vrss_sign, change) => {
    const output = { ...(answer('quote-falling')['output'] as object), prdy_vrss: '1600', prdy_vrss_sign };
    const decoded = decodeFields(domesticMarket.inquirePrice.output.output.fields, output, 'test');
    expect(toQuote('005930', { output: decoded }, at).change).toBe(change);
  });

  it('never says -0 for a fall that rounds to nothing', () => {
    const output = { ...(answer('quote-falling')['output'] as object), prdy_ctrt: '-0.00' };
    const decoded = decodeFields(domesticMarket.inquirePrice.output.output.fields, output, 'test');
    expect(toQuote('005930', { output: decoded }, at).changePercent).toBe(0);
  });

  it('reads many at once and leaves out what has no limits', () => {
    const { output } = decodeAnswer(domesticMarket.multiplePrices, 'many-quotes');
    const quotes = output.map((row) => toQuoteOfMany(row, at));
    expect(quotes).toHaveLength(3);
    expect(quotes[0]).toEqual({
      symbol: '005930',
      last: 77_400,
      change: -800,
      changePercent: -1.02,
      open: 78_600,
      high: 78_800,
      low: 77_200,
      volume: 15_713_440,
      turnover: 1_221_686_345_500,
      upperLimit: 101_600,
      lowerLimit: 54_800,
      basePrice: 78_200,
      tickSize: undefined,
      warnings: [],
      at,
    });
    expect(quotes[1]).toMatchObject({ symbol: '000660', last: 189_900, change: -3_100, upperLimit: 250_500 });
    expect(quotes[2]).toBeUndefined();
  });

  it('reads ten levels a side, best first', () => {
    const book = toOrderBook('005930', decodeAnswer(domesticMarket.inquireAskingPrice, 'order-book'), at);
    expect(book).toMatchObject({ symbol: '005930', totalAskSize: 588_904, totalBidSize: 1_966_820, at });
    expect(book.asks).toHaveLength(10);
    expect(book.bids).toHaveLength(10);
    expect(book.asks[0]).toEqual({ price: 75_800, size: 41_846 });
    expect(book.asks[9]).toEqual({ price: 76_700, size: 35_543 });
    expect(book.bids[0]).toEqual({ price: 75_700, size: 312_258 });
    expect(book.bids[9]).toEqual({ price: 74_800, size: 60_022 });
  });
});

describe('bars, issues and the calendar', () => {
  it('reads daily bars', () => {
    expect(toDailyBars(decodeAnswer(domesticMarket.dailyChart, 'daily-chart'))).toEqual([
      { start: '20240510', open: 80_400, high: 81_100, low: 78_900, close: 79_200, volume: 16_976_124 },
    ]);
  });

  const row = (day: string, minute: number, [open, high, low, close]: readonly number[], volume: number) => ({
    day,
    minute,
    candle: { minute, open, high, low, close, volume },
  });

  it('reads minutes, oldest first', () => {
    expect(toMinuteRows(decodeAnswer(domesticMarket.minuteChart, 'minute-chart'))).toEqual([
      row('20240611', 769, [75_300, 75_400, 75_300, 75_300], 19_914),
      row('20240611', 770, [75_300, 75_400, 75_300, 75_300], 69_449),
    ]);
  });

  it("reads minutes of days before, the closing auction's among them", () => {
    expect(toMinuteRows(decodeAnswer(domesticMarket.pastMinuteChart, 'past-minute-chart'))).toEqual([
      row('20250915', 919, [76_500, 76_600, 76_500, 76_550], 42_398),
      row('20250915', 930, [76_500, 76_500, 76_500, 76_500], 1_846_000),
    ]);
  });

  it.each([
    // Until the first trade of a new minute the newest row repeats the shares of the minute before.
    ['the won traded since the open stand still', { acml_tr_pbmn: '672499305400' }],
    ['no share was traded', { cntg_vol: '0' }],
  ])('takes no trade from a minute in which %s', (_what, changes) => {
    const { output1 } = decodeAnswer(domesticMarket.minuteChart, 'minute-chart');
    const rows = answer('minute-chart')['output2'] as Record<string, string>[];
    const [newest, before] = rows.map((one, index) =>
      decodeFields(
        domesticMarket.minuteChart.output.output2.fields,
        index === 0 ? { ...one, ...changes } : one,
        'test',
      ),
    );
    if (newest === undefined || before === undefined) throw new Error('two rows');
    expect(toMinuteRows({ output1, output2: [newest, before] }).map(({ candle }) => candle?.volume)).toEqual([
      19_914,
      undefined,
    ]);
  });

  it.each([
    ['a last price and nothing else', { stck_oprc: '0', stck_hgpr: '0', stck_lwpr: '0', acml_vol: '0' }, [79_200]],
    ['no price at all', { stck_oprc: '0', stck_hgpr: '0', stck_lwpr: '0', stck_clpr: '0', acml_vol: '0' }, []],
  ])('reads a day without a trade: %s', (_what, blanks, opens) => {
    const { output1, output2 } = decodeAnswer(domesticMarket.dailyChart, 'daily-chart');
    const [row] = answer('daily-chart')['output2'] as Record<string, string>[];
    const halted = decodeFields(domesticMarket.dailyChart.output.output2.fields, { ...row, ...blanks }, 'test');
    expect(output2).toHaveLength(1);
    expect(toDailyBars({ output1, output2: [halted] }).map(({ open }) => open)).toEqual(opens);
  });

  it('reads an issue by the code asked for, not by the longer one in the answer', () => {
    expect(toInstrument('000660', decodeAnswer(domesticMarket.stockInfo, 'stock-info'))).toEqual({
      symbol: '000660',
      name: 'SK하이닉스',
      market: 'KOSPI',
      kind: 'stock',
    });
  });

  it.each([
    ['STK', 'EF', 'KOSPI', 'etf'],
    ['STK', 'EN', 'KOSPI', 'etn'],
    ['STK', 'EW', 'KOSPI', 'other'],
    ['KSQ', 'ST', 'KOSDAQ', 'stock'],
    ['KNX', 'KN', 'KONEX', 'stock'],
  ])('tells %s/%s as %s %s', (mket_id_cd, scty_grp_id_cd, market, kind) => {
    const output = { ...(answer('stock-info')['output'] as object), mket_id_cd, scty_grp_id_cd };
    const decoded = decodeFields(domesticMarket.stockInfo.output.output.fields, output, 'test');
    expect(toInstrument('000660', { output: decoded })).toMatchObject({ market, kind });
  });

  it('reads a product', () => {
    const { output } = decodeAnswer(domesticMarket.productInfo, 'product-info');
    expect(output).toMatchObject({
      pdno: 'AAPL',
      prdt_name: '애플',
      prdt_type_cd: '512',
      prdt_risk_grad_cd: undefined,
    });
  });

  it('tells a day without trading from a working day: the last weekday of 2022', () => {
    const { output } = decodeAnswer(domesticMarket.checkHoliday, 'market-days');
    expect(output).toHaveLength(24);
    const days = new Map(output.map((row) => [row.bass_dt, row]));
    expect(days.get('20221229')).toMatchObject({ opnd_yn: true, bzdy_yn: true });
    expect(days.get('20221230')).toMatchObject({ opnd_yn: false, bzdy_yn: true, wday_dvsn_cd: '06' });
    expect(days.get('20230101')).toMatchObject({ opnd_yn: false, bzdy_yn: false });
    expect(days.get('20230102')?.opnd_yn).toBe(true);
  });

  it("reads KRX's after-market, and nothing where it has not traded", () => {
    const answer = decodeAnswer(domesticMarket.inquireOvertimePrice, 'after-market');
    const quote = { symbol: '005930', exchange: 'KRX', last: 83_600, high: 83_600, low: 83_600, volume: 3_500, at };
    expect(toAfterMarketQuote('005930', answer, at)).toEqual(quote);
    const { output } = answer;
    expect(toAfterMarketQuote('005930', { output: { ...output, ovtm_untp_prpr: 0 } }, at)).toBeUndefined();
    expect(toAfterMarketQuote('005930', { output: { ...output, ovtm_untp_vol: undefined } }, at)).toBeUndefined();
  });

  it("reads Nextrade's rows of the multi-quote", () => {
    const [row] = decodeAnswer(domesticMarket.multiplePrices, 'many-quotes').output;
    const read = row && toExtendedQuote(row, at);
    expect(read).toMatchObject({ symbol: '005930', exchange: 'NXT', last: 77_400, high: 78_800, low: 77_200 });
    expect(row && toExtendedQuote({ ...row, acml_vol: 0 }, at)).toBeUndefined();
  });

  it("tells the stock market's hours from those of derivatives", () => {
    const hours = toDayHours(decodeAnswer(domesticMarket.marketTime, 'market-time'));
    expect(hours).toEqual({ day: '20240911', open: '0900', close: '1530' });
  });
});

describe('the account', () => {
  it('reads the balance after a purchase on paper', () => {
    const page = decodeAnswer(domesticTrading.inquireBalance, 'balance-paper-after-buy');
    expect(toBalance([page], false)).toEqual({
      cash: { deposit: 10_000_000, settled: 9_004_860 },
      positions: [
        {
          symbol: '005930',
          name: '삼성전자',
          quantity: 4,
          sellableQuantity: 4,
          averageCost: '248750.0000',
          costBasis: 995_000,
          last: 248_500,
          marketValue: 994_000,
          unrealizedPnl: -1_000,
          unrealizedPnlPercent: -0.1,
          onCredit: 0,
        },
      ],
      totals: { costBasis: 995_000, marketValue: 994_000, unrealizedPnl: -1_000, assets: 9_998_860, dayChange: -1_140 },
      truncated: false,
    });
  });

  it('reads a holding in profit', () => {
    const page = decodeAnswer(domesticTrading.inquireBalance, 'balance-paper');
    const balance = toBalance([page], true);
    expect(balance.positions[0]).toMatchObject({ quantity: 2, averageCost: '80750.0000', unrealizedPnlPercent: 7.86 });
    expect(balance.totals.assets).toBe(10_012_680);
    expect(balance.truncated).toBe(true);
  });

  it('makes one position of what is held in cash and on credit, and says how much is on credit', () => {
    const page = decodeAnswer(domesticTrading.inquireBalance, 'balance-portal');
    expect(toBalance([page], false).positions).toMatchObject([
      {
        symbol: '009150',
        quantity: 1_660,
        sellableQuantity: 1_614,
        // (224,424,497 + 369,000) ÷ 1,660
        averageCost: '135417.7693',
        costBasis: 224_793_497,
        onCredit: 3,
      },
    ]);
  });

  it('joins the pages, counts the totals once and leaves out what was sold today', () => {
    const page = decodeAnswer(domesticTrading.inquireBalance, 'balance-paper');
    const sold = { ...page, output1: page.output1.map((row) => ({ ...row, hldg_qty: 0 })) };
    const other = { ...page, output1: page.output1.map((row) => ({ ...row, pdno: '000660' })) };
    const balance = toBalance([page, sold, other], false);
    expect(balance.positions.map(({ symbol }) => symbol)).toEqual(['005930', '000660']);
    expect(balance.totals.marketValue).toBe(174_200);
  });

  it('reads totals without holdings, and refuses an answer without totals', () => {
    const page = decodeAnswer(domesticTrading.inquireBalance, 'balance-totals-only');
    expect(toBalance([page], false)).toMatchObject({
      positions: [],
      cash: { deposit: 10_000_000, settled: 9_704_364 },
      totals: { unrealizedPnl: -500 },
    });
    expect(() => toBalance([{ ...page, output2: [] }], false)).toThrow(AppError);
  });

  it.each([
    ['at a price', 70_000, 1_531],
    ['at another price than KIS reckoned with', 100_000, 1_071],
    ['at the market', undefined, 1_531],
  ])('reads what can be bought %s without borrowing', (_, price, quantity) => {
    expect(toBuyingPower(decodeAnswer(domesticTrading.inquireBuyingPower, 'buying-power'), price)).toEqual({
      orderableCash: 741_191_178,
      quantity,
    });
  });

  it('reads what can be sold', () => {
    const { output } = decodeAnswer(domesticTrading.inquireSellable, 'sellable');
    expect(output).toMatchObject({ pdno: '005930', ord_psbl_qty: 1_744, pchs_avg_pric: '54388.4874' });
  });

  it('reads open orders, an amended one with the order it replaced', () => {
    const { output } = decodeAnswer(domesticTrading.inquireAmendable, 'amendable');
    expect(output.map((row) => toOpenOrder(row, '20261121'))).toEqual([
      {
        reference: { number: '1569139', branch: '06010' },
        original: '1569136',
        action: 'amend',
        symbol: '009150',
        name: 'SamsungElecMech',
        side: 'buy',
        type: 'limit',
        quantity: 1,
        price: 140_000,
        filledQuantity: 0,
        filledAmount: 0,
        remaining: 1,
        cancelledQuantity: 0,
        rejectedQuantity: 0,
        exchange: 'KRX',
        day: '20261121',
        time: '131438',
        viaApi: undefined,
      },
      expect.objectContaining({
        reference: { number: '1569138', branch: '06010' },
        original: undefined,
        price: 200_000,
      }),
    ]);
  });

  it('reads the orders of a day with what was filled', () => {
    const { output1 } = decodeAnswer(domesticTrading.inquireExecutions, 'executions');
    const orders = output1.map(toExecution);
    expect(orders).toHaveLength(4);
    expect(orders[0]).toEqual({
      reference: { number: '20437', branch: '91254' },
      original: undefined,
      action: 'new',
      symbol: '454910',
      name: '두산로보틱스',
      side: 'buy',
      type: 'market',
      quantity: 1,
      price: 0,
      filledQuantity: 1,
      filledAmount: 102_700,
      remaining: 0,
      cancelledQuantity: 0,
      rejectedQuantity: 0,
      exchange: 'KRX',
      day: '20240105',
      time: '090211',
      viaApi: true,
    });
    expect(orders[2]).toMatchObject({ side: 'sell', symbol: '234340', filledQuantity: 7, filledAmount: 186_900 });
  });

  it.each([
    ['', '현금매수', 'new'],
    ['0000020437', '매수정정*', 'amend'],
    ['0000020437', '매수취소*', 'cancel'],
  ] as const)('tells amendments and cancellations apart: %j %s', (orgn_odno, sll_buy_dvsn_cd_name, action) => {
    const [first] = answer('executions')['output1'] as Record<string, string>[];
    const row = decodeFields(
      domesticTrading.inquireExecutions.output.output1.fields,
      { ...first, orgn_odno, sll_buy_dvsn_cd_name },
      'test',
    );
    expect(toExecution(row).action).toBe(action);
  });

  it.each(['cncl_cfrm_qty', 'cnc_cfrm_qty'])('takes the cancelled quantity from %s', (name) => {
    const [first] = answer('executions')['output1'] as Record<string, string>[];
    const { cncl_cfrm_qty: _, ...rest } = first ?? {};
    const row = decodeFields(
      domesticTrading.inquireExecutions.output.output1.fields,
      { ...rest, [name]: '3', rjct_qty: '2', ord_dvsn_cd: '00', excg_id_dvsn_cd: 'SOR', ordr_empno: 'HTS' },
      'test',
    );
    expect(toExecution(row)).toMatchObject({
      cancelledQuantity: 3,
      rejectedQuantity: 2,
      type: 'limit',
      exchange: 'SOR',
      viaApi: false,
    });
  });
});

describe('answers to orders', () => {
  it.each([
    ['buy-accepted-live', domesticTrading.orderCashBuy, '06010', '0001569157', '155211'],
    ['buy-accepted-live-sor', domesticTrading.orderCashBuy, '03930', '0000085100', '094414'],
    ['buy-accepted-paper', domesticTrading.orderCashBuy, '00950', '0000004126', '091026'],
    ['buy-accepted-unpadded', domesticTrading.orderCashBuy, '00950', '2696', '095902'],
    ['sell-accepted-paper', domesticTrading.orderCashSell, '00950', '0000007324', '093152'],
  ])('%s', (name, endpoint, branch, number, time) => {
    expect(answer(name)['rt_cd']).toBe('0');
    const { output } = decodeAnswer(endpoint, name);
    expect(output).toEqual({ KRX_FWDG_ORD_ORGNO: branch, ODNO: number, ORD_TMD: time, SOR_ODNO: undefined });
  });

  it.each([
    ['amend-accepted-live', '06010', '0001569139', '131438'],
    ['amend-accepted-unpadded', '00950', '2933', '100556'],
    ['cancel-accepted-live-sor', '03930', '0000503800', '152400'],
    ['cancel-accepted-paper', undefined, '0000001518', '230935'],
  ])('%s: documented in lower case, sent in upper', (name, branch, number, time) => {
    const { output } = decodeAnswer(domesticTrading.orderAmendCancel, name);
    expect(output).toMatchObject({ krx_fwdg_ord_orgno: branch, odno: number, ord_tmd: time });
  });
});

describe('refusals', () => {
  it.each([
    ['error-over-limit', 'EGW00201', '초당 거래건수를 초과하였습니다.', 'throttled', 'throttled'],
    ['error-token-expired', 'EGW00123', '기간이 만료된 token 입니다.', 'unauthorised', 'unauthorised'],
    ['error-wrong-account', 'APAC0081', '계좌번호 입력 오류입니다', 'unauthorised', 'unauthorised'],
    ['error-unknown-tr', 'OPSQ0002', '없는 서비스 코드 입니다.', 'unsupported', 'rejected'],
    ['error-no-match', 'MCA05918', '종목코드 오류입니다.', 'rejected', 'rejected'],
    ['token-too-soon', 'EGW00133', '접근토큰 발급 잠시 후 다시 시도하세요(1분당 1회)', 'token-wait', 'token-wait'],
    ['buy-refused-wrong-day', 'APBK0919', '장운영일자가 주문일과 상이합니다', 'rejected', 'rejected'],
    ['sell-refused-closed', '40580000', '모의투자 장종료 입니다.', 'rejected', 'rejected'],
    ['sell-refused-nothing-held', '40240000', '모의투자 잔고내역이 없습니다.', 'rejected', 'rejected'],
    ['cancel-refused-too-many', 'APBK1359', '정정취소수량이 주문수량보다 많습니다', 'rejected', 'rejected'],
  ] as const)('%s is %s', (name, code, text, read, order) => {
    const refusal = readRefusal(answer(name), redactor);
    expect(refusal).toEqual({ code, text });
    if (refusal === undefined) return;
    expect(refusalKind(refusal, 'read')).toBe(read);
    expect(refusalKind(refusal, 'order')).toBe(order);
  });

  it.each([
    'EGW00001',
    'EGW00002',
    'EGW00203',
    'EGW00316',
    'IGW00007',
    'APBK1630',
    'OPSQ0003',
    'OPSQ0011',
    'OPSQ1002',
    'SYDB0050',
  ])('%s leaves an order unknown', (code) => {
    expect(refusalKind({ code, text: '' }, 'order')).toBe('outcome-unknown');
  });

  it('finds no refusal where there is none', () => {
    for (const name of ['token', 'token-revoked', 'approval'])
      expect(readRefusal(answer(name), redactor)).toBeUndefined();
    for (const body of [undefined, null, 'text', 7, []]) expect(readRefusal(body, redactor)).toBeUndefined();
  });

  it.each([
    [{ rt_cd: '1', msg_cd: '', msg1: '' }],
    [{ rt_cd: '', msg_cd: '', msg1: '' }],
    [{ rt_cd: '', msg_cd: 'APBK0952', msg1: '주문가능금액을 초과 했습니다' }],
    [{ rt_cd: '7', msg_cd: '  ', msg1: ' ' }],
    [{ error_code: '', error_description: '' }],
  ])('finds none where a server failed: %j', (body) => {
    expect(readRefusal(body, redactor)).toBeUndefined();
  });

  it('reads an empty list as no rows', () => {
    expect(decodeAnswer(domesticMarket.multiplePrices, 'empty').output).toEqual([]);
  });

  it('keeps the token as KIS sends it', () => {
    expect(answer('token')).toMatchObject({
      access_token_token_expired: '2023-12-22 08:16:59',
      token_type: 'Bearer',
      expires_in: 86_400,
    });
  });
});

describe('trades over the socket', () => {
  it('reads 46 columns', () => {
    const read = dataFrame('trade-46');
    expect(read).toMatchObject({ trId: 'H0STCNT0', count: 1 });
    expect(readTrades('trades', read, at)).toEqual([
      {
        symbol: '005930',
        price: 62_700,
        size: 125,
        change: 400,
        changePercent: 0.64,
        high: 63_000,
        low: 62_300,
        volume: 9_694_968,
        strength: 93.01,
        time: '112616',
        session: undefined,
        at,
      },
    ]);
  });

  it('reads four records in one frame', () => {
    const trades = readTrades('trades', dataFrame('trade-46-four-records'), at);
    expect(trades.map(({ price, size, volume }) => [price, size, volume])).toEqual([
      [159_200, 1, 26_227_159],
      [159_200, 78, 26_227_237],
      [159_100, 1, 26_227_238],
      [159_200, 73, 26_227_311],
    ]);
    expect(trades.every((trade) => trade.symbol === '005930' && trade.time === '151938')).toBe(true);
  });

  it.each([
    ['trade-47', 249_250, -10_250, -3.95, 1, 14_871_538],
    ['trade-47-paper', 277_750, 3_750, 1.37, 5, 11_955_000],
  ])('reads 47 columns: %s', (name, price, change, changePercent, size, volume) => {
    const read = dataFrame(name);
    expect(String(read.payload).split('^')).toHaveLength(47);
    const session = 'regular';
    expect(readTrades('trades', read, at)).toMatchObject([{ price, change, changePercent, size, volume, session }]);
  });

  it('reads a record that came without its header', () => {
    const told = { symbol: '005380', price: 533_000, change: 2_000, session: undefined };
    expect(readTrades('trades', records(frame('trade-46-body')), at)).toMatchObject([told]);
  });

  it('refuses a frame that holds fewer records than it says', () => {
    const read = dataFrame('trade-cut-off');
    expect(read.count).toBe(4);
    expect(() => readTrades('trades', read, at)).toThrow(AppError);
  });

  it('names the column it cannot read', () => {
    const altered = String(dataFrame('trade-46').payload).replace('^62700^', '^abc^');
    expect(() => readTrades('trades', records(altered), at)).toThrow(
      expect.objectContaining({ code: 'venue.malformed', context: { where: 'socket', field: 'STCK_PRPR' } }),
    );
  });
});

describe('order books over the socket', () => {
  it('reads 62 columns', () => {
    const [book] = readOrderBooks('orderBook', dataFrame('order-book-62'), at);
    expect(book).toMatchObject({ symbol: '088350', totalAskSize: 333_673, totalBidSize: 120_091, at });
    expect(book?.asks).toHaveLength(10);
    expect(book?.asks[0]).toEqual({ price: 6_140, size: 81_678 });
    expect(book?.asks[9]).toEqual({ price: 6_230, size: 25_943 });
    expect(book?.bids[0]).toEqual({ price: 6_130, size: 1_095 });
    expect(book?.bids[9]).toEqual({ price: 6_040, size: 8_388 });
  });

  it.each([59, 60, 61, 62, 63, 64, 65, 66])('reads %i columns, one record or several', (columns) => {
    const whole = dataFrame('order-book-63');
    const wire = String(whole.payload).split('^');
    const fields = Array.from({ length: columns }, (_, index) => wire[index] ?? '0').join('^');
    const [book] = readOrderBooks('orderBook', whole, at);
    expect(readOrderBooks('orderBook', records(fields), at)).toEqual([book]);
    expect(readOrderBooks('orderBook', records(`${fields}^${fields}`, 2), at)).toEqual([book, book]);
  });

  it('leaves out the empty levels of an auction', () => {
    const [book] = readOrderBooks('orderBook', dataFrame('order-book-62-closing-auction'), at);
    expect(book).toEqual({
      symbol: '000660',
      asks: [
        { price: 959_000, size: 3_893 },
        { price: 960_000, size: 7_010 },
        { price: 961_000, size: 4_960 },
      ],
      bids: [
        { price: 958_000, size: 12 },
        { price: 957_000, size: 76 },
        { price: 956_000, size: 51 },
      ],
      totalAskSize: 15_863,
      totalBidSize: 139,
      expected: { price: 959_000, size: 259_810 },
      at,
    });
  });

  it('reads 63 columns', () => {
    const [book] = readOrderBooks('orderBook', dataFrame('order-book-63'), at);
    expect(book?.asks[0]).toEqual({ price: 278_000, size: 47_584 });
    expect(book?.bids[9]).toEqual({ price: 273_000, size: 25_718 });
    expect(book).toMatchObject({ totalAskSize: 794_831, totalBidSize: 496_484 });
  });
});

describe('fill notices', () => {
  function notice(text: string) {
    const [first] = readExecutionNotices(records(text), at);
    if (first === undefined) throw new Error('no record');
    return first;
  }

  /** The built notice with some columns changed, by their position in KIS's list. */
  function built(changes: Readonly<Record<number, string>>) {
    const fields = frame('notice-26-built-filled').split('^');
    for (const [index, value] of Object.entries(changes)) fields[Number(index)] = value;
    return notice(fields.join('^')).notice;
  }

  it('reads an order taken, in the older layout', () => {
    expect(notice(frame('notice-23-portal-accepted'))).toMatchObject({
      account: '5000000001',
      notice: {
        kind: 'accepted',
        number: '2891',
        original: undefined,
        symbol: '136480',
        name: '하림',
        side: 'buy',
        quantity: 1,
        price: 0,
        orderQuantity: 1,
        time: '094941',
        at,
      },
    });
  });

  it('reads a fill, in the older layout', () => {
    expect(notice(frame('notice-23-portal-filled')).notice).toMatchObject({
      kind: 'filled',
      number: '2891',
      quantity: 1,
      price: 3_190,
      name: '하림',
    });
  });

  it('reads a fill on paper, where the exchange and the popup flag are run together', () => {
    expect(notice(frame('notice-23-paper-filled'))).toMatchObject({
      account: '5000000001',
      notice: { kind: 'filled', number: '5008', symbol: '069500', name: 'KODEX200', price: 43_295, time: '144700' },
    });
  });

  it('reads an order taken on paper, with its limit price', () => {
    expect(notice(frame('notice-23-paper-accepted')).notice).toMatchObject({
      kind: 'accepted',
      number: '1562',
      symbol: '027360',
      name: '아주IB투자',
      price: 2_200,
    });
  });

  it('reads 26 columns', () => {
    expect(notice(frame('notice-26-built-filled'))).toEqual({
      account: '5000000001',
      notice: {
        fingerprint:
          '0000117057^^01^0^00^0^005930^0000000003^000249500^091502^0^2^2^91252^000000010^000000000^1^Y^^10^^삼성전자^000249000',
        kind: 'filled',
        number: '117057',
        original: undefined,
        symbol: '005930',
        name: '삼성전자',
        side: 'sell',
        quantity: 3,
        price: 249_500,
        orderQuantity: 10,
        time: '091502',
        at,
      },
    });
  });

  it.each([
    ['an order taken', { 13: '1', 14: '1' }, 'accepted'],
    ['an order refused', { 12: '1', 13: '1', 14: '2' }, 'rejected'],
    ['an amendment taken', { 5: '1', 13: '1', 14: '1', 3: '0000117000' }, 'accepted'],
    ['an amendment confirmed', { 5: '1', 13: '1', 14: '2', 3: '0000117000' }, 'amended'],
    ['a cancellation taken', { 5: '2', 13: '1', 14: '1', 3: '0000117000' }, 'accepted'],
    ['a cancellation confirmed', { 5: '2', 13: '1', 14: '2', 3: '0000117000' }, 'cancelled'],
    ['the rest of an IOC order', { 7: '1', 13: '1', 14: '3' }, 'cancelled'],
  ] as const)('tells %s', (_, changes, kind) => {
    const told = built(changes);
    expect(told.kind).toBe(kind);
    expect(told.original).toBe(3 in changes ? '117000' : undefined);
  });

  it('reads blank numbers of a cancellation as none', () => {
    expect(built({ 5: '2', 13: '1', 9: '0000000000', 10: '', 16: '' })).toMatchObject({
      quantity: 0,
      price: 0,
      orderQuantity: 0,
    });
  });

  it('keeps who it is about out of the fingerprint, and everything else in it', () => {
    const { fingerprint } = built({});
    expect(fingerprint).not.toMatch(/hogasim|5000000001|홍길동/);
    expect(built({ 0: 'other', 1: '5000000002', 17: '김한투' }).fingerprint).toBe(fingerprint);
    for (let index = 2; index < 26; index += 1) {
      if (index !== 17) expect(built({ [index]: '7' }).fingerprint, `column ${index}`).not.toBe(fingerprint);
    }
  });

  it('reads an encrypted one with the key that the subscription brought', () => {
    const subscribed = parseFrame(Buffer.from(control('subscribed')));
    const encrypted = dataFrame('notice-23-paper-filled-encrypted');
    expect(encrypted).toMatchObject({ encrypted: true, trId: 'H0STCNI9', count: 1 });
    if (subscribed.kind !== 'control' || subscribed.cipher === undefined) throw new Error('no key');
    const plain = String(decrypt(encrypted.payload, subscribed.cipher));
    expect(plain).toBe(frame('notice-23-paper-filled'));
    // The same again by Node's own cipher, so that the file is not taken on trust.
    const cipher = createCipheriv('aes-256-cbc', 'tvldhmfplvgcovaqrspclzhdotfzzequ', '55ce3d099479ce11');
    expect(String(encrypted.payload)).toBe(cipher.update(plain, 'utf8', 'base64') + cipher.final('base64'));
    expect(notice(plain).notice).toMatchObject({ kind: 'filled', number: '5008' });
  });

  it('does not read it with another key', () => {
    const other = parseFrame(Buffer.from(control('subscribed-other-key')));
    if (other.kind !== 'control' || other.cipher === undefined) throw new Error('no key');
    const { payload } = dataFrame('notice-23-paper-filled-encrypted');
    const { cipher } = other;
    expect(() => decrypt(payload, cipher)).toThrow(expect.objectContaining({ code: 'venue.malformed' }));
  });
});

describe('scheduled orders', () => {
  it("reads KIS's printed example, where one of one day may name it as its last", () => {
    const { output } = decodeAnswer(domesticTrading.inquireScheduled, 'scheduled');
    const orders = output.map(toScheduledOrder);
    expect(orders.map(({ reference, until }) => [reference.number, until])).toEqual([
      ['R42401', null],
      ['R42405', null],
      ['R42406', null],
    ]);
    expect(orders[0]).toEqual({
      reference: { number: 'R42401', branch: '' },
      symbol: '005940',
      name: 'NH투자증권',
      side: 'buy',
      type: 'market',
      quantity: 1,
      price: 0,
      day: '20220523',
      until: null,
      receivedAt: Date.parse('2022-05-20T16:53:18+09:00'),
      state: 'waiting',
      orderNumber: undefined,
      reason: '',
      filledQuantity: 0,
    });
  });

  it.each([
    [{ odno: '0000012345' }, { state: 'sent', orderNumber: '12345' }],
    [{ odno: '0000000000' }, { state: 'waiting', orderNumber: undefined }],
    [{ rjct_rson2: '주문가능금액 부족' }, { state: 'refused', reason: '주문가능금액 부족' }],
    [{ cncl_ord_dt: '20220520' }, { state: 'cancelled' }],
    [{ cncl_ord_dt: '00000000' }, { state: 'waiting' }],
    [{ cncl_ord_dt: '        ' }, { state: 'waiting' }],
    [{ rsvn_end_dt: '20220610' }, { until: '20220610' }],
    [{ ord_dvsn_cd: '05' }, { type: undefined }],
    [{ rsvn_ord_rcit_tmd: '' }, { receivedAt: Number.NaN }],
  ])('%j', (columns, expected) => {
    const [row] = answer('scheduled')['output'] as readonly object[];
    const { fields } = domesticTrading.inquireScheduled.output.output;
    expect(toScheduledOrder(decodeFields(fields, { ...row, ...columns }, 'test'))).toMatchObject(expected);
  });

  it('reads the number of one that was taken', () => {
    const { output } = decodeAnswer(domesticTrading.orderScheduled, 'schedule-accepted');
    expect(output.RSVN_ORD_SEQ).toBe('39607');
  });
});

describe('control messages', () => {
  it('reads a subscription taken, with its key', () => {
    expect(parseFrame(Buffer.from(control('subscribed')))).toEqual({
      kind: 'control',
      trId: 'H0STCNT0',
      trKey: '005930',
      ok: true,
      code: 'OPSP0000',
      text: 'SUBSCRIBE SUCCESS',
      cipher: { key: 'tvldhmfplvgcovaqrspclzhdotfzzequ', iv: '55ce3d099479ce11' },
    });
  });

  it.each([
    ['subscribed-without-key', 'HDFSCNT0', 'DNASAAPL', true, 'OPSP0000', 'SUBSCRIBE SUCCESS'],
    ['refused-null-tr', '(null)', '', false, 'OPSP0017', 'ERROR : htsid가잘못되었습니다'],
    ['refused-send-failed', 'H0STCNT0', '015760', false, 'OPSP0009', 'SUBSCRIBE ERROR : mci send failed'],
    ['refused-full', 'HDFSASP0', 'DNASBKNG', false, 'OPSP0008', 'MAX SUBSCRIBE OVER'],
  ])('%s', (name, trId, trKey, ok, code, text) => {
    const expected = { kind: 'control', trId, trKey, ok, code, text, cipher: undefined };
    expect(parseFrame(Buffer.from(control(name)))).toEqual(expected);
  });

  it('gives a ping back as it came', () => {
    const raw = control('ping');
    expect(parseFrame(Buffer.from(raw))).toEqual({ kind: 'ping', raw });
  });
});
