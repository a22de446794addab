import { domesticResearch } from '../../kis/endpoints/domestic-research.ts';
import { sum } from '../account/order.ts';
import { faceValue, paymentsOf, reportedMonths, type Statement, statementOf } from '../market/companies.ts';
import { dateOf } from '../market/hours.ts';
import type { StagedRights } from '../market/staged.ts';
import { aboutIssue, type Handler, input, record, type World } from '../rest/answer.ts';
import { percentOf } from '../rest/records.ts';
import { answered, inputRefusal, queryRefusals } from '../rest/texts.ts';
import { inHundredMillions, marketValue } from './figures.ts';

/** How many quarters KIS lists at most. It lists all years that it has. */
const quarterRows = 30;
const yearRows = 10;

interface About {
  readonly statement: Statement;
  /** The statement of the same months of the year before. */
  readonly before: Statement;
  /** The present market value, in hundreds of millions of won. */
  readonly marketValue: number;
  /** The dividends for the year, in won a share. */
  readonly dividend: number;
}

/** A row for each reported quarter (code 1) or year; an ETF has none. */
function statements(write: (about: About) => Readonly<Record<string, string>>): Handler {
  return aboutIssue((listing, { world, inputs }) => {
    const { issue } = listing;
    if (issue.kind !== 'stock') return { output: [] };
    const months =
      inputs.get('FID_DIV_CLS_CODE') === '1'
        ? reportedMonths(world.clock.day(), quarterRows)
        : reportedMonths(world.clock.day(), yearRows * 4).filter((month) => month.endsWith('12'));
    const output = months.map((month) => {
      const year = Number(month.slice(0, 4));
      return write({
        statement: statementOf(world, issue, month),
        before: statementOf(world, issue, `${year - 1}${month.slice(4)}`),
        marketValue: inHundredMillions(marketValue(listing)),
        dividend: sum(paymentsOf(world, issue, String(year)), (payment) => payment.amount),
      });
    });
    return { output };
  });
}

/** An amount in hundreds of millions, with two decimals as KIS writes most of them. */
const amount = (value: number): string => value.toFixed(2);
/** What KIS writes for an entry that the company lacks. */
const unknown = '99.99';
/** Extends a figure for a part of the year to the whole year. */
const wholeYear = (value: number, { months }: Statement): number => (value * 12) / months;
const growth = (now: number, before: number): number => (before === 0 ? 0 : ((now - before) / Math.abs(before)) * 100);

const balanceSheet = statements(({ statement }) =>
  record(domesticResearch.balanceSheet.output.output.fields, {
    stac_yymm: statement.month,
    cras: amount(statement.currentAssets),
    fxas: amount(statement.fixedAssets),
    total_aset: amount(statement.assets),
    flow_lblt: amount(statement.currentLiabilities),
    fix_lblt: amount(statement.fixedLiabilities),
    total_lblt: amount(statement.liabilities),
    cpfn: statement.capital,
    cfp_surp: unknown,
    prfi_surp: unknown,
    total_cptl: amount(statement.equity),
  }),
);

const incomeStatement = statements(({ statement }) =>
  record(domesticResearch.incomeStatement.output.output.fields, {
    stac_yymm: statement.month,
    sale_account: amount(statement.sales),
    sale_cost: amount(statement.salesCost),
    sale_totl_prfi: statement.grossProfit,
    depr_cost: unknown,
    sell_mang: unknown,
    bsop_prti: amount(statement.operatingProfit),
    bsop_non_ernn: unknown,
    bsop_non_expn: unknown,
    op_prfi: amount(statement.ordinaryProfit),
    spec_prfi: unknown,
    spec_loss: unknown,
    thtr_ntin: amount(statement.netProfit),
  }),
);

const financialRatios = statements(({ statement, before }) =>
  record(domesticResearch.financialRatios.output.output.fields, {
    stac_yymm: statement.month,
    grs: growth(statement.sales, before.sales).toFixed(2),
    bsop_prfi_inrt: growth(statement.operatingProfit, before.operatingProfit).toFixed(2),
    ntin_inrt: growth(statement.netProfit, before.netProfit).toFixed(2),
    roe_val: percentOf(wholeYear(statement.netProfit, statement), statement.equity),
    eps: amount(statement.eps),
    sps: Math.round((wholeYear(statement.sales, statement) * 100_000_000) / statement.shares),
    bps: amount(statement.bps),
    rsrv_rate: percentOf(statement.equity - statement.capital, statement.capital),
    lblt_rate: percentOf(statement.liabilities, statement.equity),
  }),
);

const profitRatios = statements(({ statement }) =>
  record(domesticResearch.profitRatios.output.output.fields, {
    stac_yymm: statement.month,
    cptl_ntin_rate: percentOf(wholeYear(statement.netProfit, statement), statement.assets),
    self_cptl_ntin_inrt: percentOf(wholeYear(statement.netProfit, statement), statement.equity),
    sale_ntin_rate: percentOf(statement.netProfit, statement.sales),
    sale_totl_rate: percentOf(statement.grossProfit, statement.sales),
  }),
);

const otherRatios = statements(({ statement, marketValue: value, dividend }) => {
  const ebitda = statement.operatingProfit + statement.depreciation;
  const enterprise = value + statement.borrowings;
  return record(domesticResearch.otherRatios.output.output.fields, {
    stac_yymm: statement.month,
    // It is known when the year is over.
    payout_rate: statement.months === 12 ? percentOf(dividend, statement.eps) : '0.00',
    eva: '0.00',
    ebitda: amount(ebitda),
    ev_ebitda: (enterprise / wholeYear(ebitda, statement)).toFixed(2),
  });
});

const stabilityRatios = statements(({ statement }) =>
  record(domesticResearch.stabilityRatios.output.output.fields, {
    stac_yymm: statement.month,
    lblt_rate: percentOf(statement.liabilities, statement.equity),
    bram_depn: percentOf(statement.borrowings, statement.assets),
    crnt_rate: percentOf(statement.currentAssets, statement.currentLiabilities),
    quck_rate: percentOf(statement.currentAssets - statement.inventory, statement.currentLiabilities),
  }),
);

const growthRatios = statements(({ statement, before }) =>
  record(domesticResearch.growthRatios.output.output.fields, {
    stac_yymm: statement.month,
    grs: growth(statement.sales, before.sales).toFixed(4),
    bsop_prfi_inrt: growth(statement.operatingProfit, before.operatingProfit).toFixed(4),
    equt_inrt: growth(statement.equity, before.equity).toFixed(2),
    totl_aset_inrt: growth(statement.assets, before.assets).toFixed(2),
  }),
);

/** How far ahead a dividend is announced. */
const announcedDays = 60;

/** The dividends that a test announced, of all issues or of one. */
function announced({ staged }: World, symbol: string) {
  return staged.dividends
    .filter(({ issue }) => symbol === '' || issue.symbol === symbol)
    .map(({ issue, ...payment }) => ({ issue, payment: { ...payment, kind: '중간' as const } }));
}

const dividends: Handler = (call) => {
  const { world } = call;
  const [from, to] = [input(call, 'F_DT'), input(call, 'T_DT')];
  if (!dateOf(from).isValid) return { refusal: inputRefusal('F_DT') };
  if (!dateOf(to).isValid) return { refusal: inputRefusal('T_DT') };
  const symbol = input(call, 'SHT_CD');
  if (symbol !== '' && world.market.find(symbol) === undefined) return { refusal: queryRefusals.symbol };
  const kind = { '1': '결산', '2': '중간' }[input(call, 'GB1')];
  const today = world.clock.day();
  const horizon = dateOf(today).plus({ days: announcedDays }).toFormat('yyyyMMdd');
  const last = to < horizon ? to : horizon;
  const lastYear = Number(last.slice(0, 4));
  const firstYear = Math.max(Number(from.slice(0, 4)), lastYear - yearRows);
  const years = Array.from({ length: Math.max(0, lastYear - firstYear + 1) }, (_, index) => String(firstYear + index));
  const rows = world.market
    .all()
    .filter(({ issue }) => issue.kind === 'stock' && (symbol === '' || issue.symbol === symbol))
    .flatMap(({ issue }) =>
      years.flatMap((year) => paymentsOf(world, issue, year).map((payment) => ({ issue, payment }))),
    )
    .concat(announced(world, symbol))
    .filter(({ payment }) => from <= payment.recordDay && payment.recordDay <= last)
    .filter(({ payment }) => kind === undefined || payment.kind === kind)
    .sort((one, other) => other.payment.recordDay.localeCompare(one.payment.recordDay));
  const { fields } = domesticResearch.dividends.output.output1;
  return {
    text: answered.quotation,
    blocks: {
      output1: rows.map(({ issue, payment }) => {
        const paid = dateOf(payment.recordDay).plus({ days: payment.kind === '결산' ? 105 : 50 });
        return record(fields, {
          record_date: payment.recordDay,
          sht_cd: issue.symbol,
          isin_name: issue.name,
          divi_kind: payment.kind,
          face_val: String(faceValue(issue)).padStart(9, '0'),
          per_sto_divi_amt: String(payment.amount).padStart(12, '0'),
          divi_rate: percentOf(payment.amount, faceValue(issue)).padStart(6),
          stk_divi_rate: '0.00'.padStart(6),
          // The shareholders' meeting sets the day of payment, after the record day.
          divi_pay_dt: payment.recordDay <= today ? paid.toFormat('yyyy/MM/dd') : '',
          stk_kind: issue.name.endsWith('우') ? '우선' : '보통',
        });
      }),
    },
  };
};

/** New shares, of which the simulator makes up none: those that a test announced. */
const rightsIssues =
  (kind: StagedRights['kind']): Handler =>
  (call) => {
    const { world } = call;
    const [from, to, symbol] = [input(call, 'F_DT'), input(call, 'T_DT'), input(call, 'SHT_CD')];
    if (!dateOf(from).isValid) return { refusal: inputRefusal('F_DT') };
    if (!dateOf(to).isValid) return { refusal: inputRefusal('T_DT') };
    if (symbol !== '' && world.market.find(symbol) === undefined) return { refusal: queryRefusals.symbol };
    const row = kind === 'paid' ? domesticResearch.paidInIncreases : domesticResearch.bonusIssues;
    const { fields } = row.output.output1;
    const rows = world.staged.rights
      .filter((rights) => rights.kind === kind && (symbol === '' || rights.issue.symbol === symbol))
      .filter(({ recordDay }) => from <= recordDay && recordDay <= to);
    return {
      text: answered.quotation,
      blocks: {
        output1: rows.map(({ issue, recordDay, exDay }) =>
          record(fields, { record_date: recordDay, sht_cd: issue.symbol, right_dt: exDay, stk_kind: '보통' }),
        ),
      },
    };
  };

/** Companies' figures by endpoint id. */
export const companyFigures: ReadonlyMap<string, Handler> = new Map([
  [domesticResearch.balanceSheet.id, balanceSheet],
  [domesticResearch.incomeStatement.id, incomeStatement],
  [domesticResearch.financialRatios.id, financialRatios],
  [domesticResearch.profitRatios.id, profitRatios],
  [domesticResearch.otherRatios.id, otherRatios],
  [domesticResearch.stabilityRatios.id, stabilityRatios],
  [domesticResearch.growthRatios.id, growthRatios],
  [domesticResearch.dividends.id, dividends],
  [domesticResearch.paidInIncreases.id, rightsIssues('paid')],
  [domesticResearch.bonusIssues.id, rightsIssues('free')],
]);
