import { domesticTrading } from '../../kis/endpoints/domestic-trading.ts';
import { type AccountHandler, record } from '../rest/answer.ts';
import { answered } from '../rest/texts.ts';
import { currentHoldings, holdingValue, longPercent } from './account-queries.ts';
import { sum } from './order.ts';

/**
 * The rows of the list of assets. KIS lists nineteen kinds without names; this account has two of them, and the last
 * row is the sum.
 */
const assetRows = { stocks: 0, deposit: 16, total: 18 } as const;

const inquireAssets: AccountHandler = ({ world }) => {
  const holdings = currentHoldings(world);
  const stocks = sum(holdings, (holding) => holdingValue(world, holding));
  const cost = sum(holdings, (holding) => holding.costBasis);
  // What is still to settle is included, so that the assets add up as the balance does.
  const cash = world.account.depositOn();
  const total = stocks + cash;
  const { output1, output2 } = domesticTrading.inquireAssets.output;
  const asset = (value: number, paid: number) =>
    record(output1.fields, {
      pchs_amt: paid,
      evlu_amt: value,
      evlu_pfls_amt: paid === 0 ? 0 : stocks - cost,
      real_nass_amt: value,
      whol_weit_rt: longPercent(value, total),
    });
  return {
    text: answered.found,
    blocks: {
      output1: Array.from({ length: assetRows.total + 1 }, (_, row) => {
        if (row === assetRows.stocks) return asset(stocks, cost);
        if (row === assetRows.deposit) return asset(cash, 0);
        return row === assetRows.total ? asset(total, cost) : asset(0, 0);
      }),
      output2: record(output2.fields, {
        pchs_amt_smtl: cost,
        nass_tot_amt: total,
        evlu_pfls_amt_smtl: stocks - cost,
        evlu_amt_smtl: stocks,
        tot_asst_amt: total,
        tot_dncl_amt: cash,
        dncl_amt: cash,
        ovrs_stck_evlu_amt1: '0.000000',
        ovrs_bond_evlu_amt: '0.000000',
      }),
    },
  };
};

/** How many decimals KIS writes of an amount, by its name. */
function placesOf(name: string): number {
  if (name === 'rcvb_amt' || name === 'lmt_amt') return 0;
  if (name.endsWith('_exrt')) return 8;
  return /^(?:stck|bond)_(?!itgr|fncg45|fncg70)(?!.*ovrs)|^acmga_rt$/.test(name) ? 4 : 2;
}

const inquireMargin: AccountHandler = ({ world }) => {
  const { fields } = domesticTrading.inquireMargin.output.output;
  const cash = world.account.depositOn();
  const orderable = world.venue.orderableCash();
  const amounts: Readonly<Record<string, number>> = {
    acmga_rt: 100,
    stck_cash_objt_amt: cash,
    stck_cash_use_amt: cash - orderable,
    stck_cash_ord_psbl_amt: orderable,
    // This account pays every purchase in full, whatever margin the issue requires.
    ...Object.fromEntries([20, 30, 40, 50, 60, 100].map((part) => [`stck_cash${part}_max_ord_psbl_amt`, orderable])),
    usd_frst_bltn_exrt: 1_400,
    hkd_frst_bltn_exrt: 180,
    jpy_frst_bltn_exrt: 9.5,
    cny_frst_bltn_exrt: 195,
  };
  const texts: Readonly<Record<string, string>> = {
    acmga_pct100_aptm_rson: '고객100%신청',
    ovrs_stck_itgr_mgna_dvsn_name: '',
  };
  return {
    text: answered.complete,
    blocks: {
      output: Object.fromEntries(
        Object.keys(fields).map((name) => [name, texts[name] ?? (amounts[name] ?? 0).toFixed(placesOf(name))]),
      ),
    },
  };
};

/** What the account is worth, and what may be spent, by endpoint id. */
export const assets: ReadonlyMap<string, AccountHandler> = new Map([
  [domesticTrading.inquireAssets.id, inquireAssets],
  [domesticTrading.inquireMargin.id, inquireMargin],
]);
