import { sum } from '../account/order.ts';
import type { World } from '../rest/answer.ts';
import { type Issue, issues } from './instruments.ts';
import { type Random, randomFor } from './random.ts';

/**
 * A statement of a company: its balance sheet at the end of a quarter, and the figures of the year so far, in hundreds
 * of millions of won.
 */
export interface Statement {
  /** `202609`. */
  readonly month: string;
  /** Months of the year so far: 3, 6, 9 or 12. */
  readonly months: number;
  readonly currentAssets: number;
  readonly fixedAssets: number;
  readonly assets: number;
  readonly currentLiabilities: number;
  readonly fixedLiabilities: number;
  readonly liabilities: number;
  readonly capital: number;
  readonly equity: number;
  readonly inventory: number;
  readonly borrowings: number;
  readonly sales: number;
  readonly salesCost: number;
  readonly grossProfit: number;
  readonly operatingProfit: number;
  readonly ordinaryProfit: number;
  readonly netProfit: number;
  readonly depreciation: number;
  readonly shares: number;
  /** Won a share. */
  readonly eps: number;
  readonly bps: number;
}

/** The company behind a stock, with everything of it that stays the same. */
interface Company {
  readonly random: (what: string) => Random;
  readonly shares: number;
  readonly equity: number;
  readonly debtRatio: number;
  readonly growth: number;
  readonly quarterSales: number;
  readonly grossMargin: number;
  readonly operatingMargin: number;
  readonly capital: number;
  readonly payout: number;
  readonly paysQuarterly: boolean;
}

/** The year from which the growth of all companies is counted. */
const referenceYear = 2026;

/** The face value of a share in won. Large companies have split theirs. */
export function faceValue(issue: Issue): number {
  if (issue.market !== 'KOSPI') return 500;
  return issue.listedThousands > 400_000 ? 100 : 5_000;
}

/** The company of an issue. Its ordinary and preferred shares have the same first five digits. */
function companyOf({ settings }: World, issue: Issue): Company {
  const code = issue.symbol.slice(0, 5);
  const classes = issues.filter(({ symbol }) => symbol.startsWith(code));
  const random = (what: string): Random => randomFor(settings.seed, `company ${code} ${what}`);
  const trait = random('traits');
  const from = (low: number, high: number): number => low + (high - low) * trait();
  const value = sum(classes, ({ base, listedThousands }) => base * listedThousands) / 100_000;
  const equity = value / from(0.6, 3);
  const shares = sum(classes, ({ listedThousands }) => listedThousands) * 1000;
  const operatingMargin = from(0.06, 0.22);
  return {
    random,
    shares,
    equity,
    debtRatio: from(0.2, 1.5),
    growth: from(0.02, 0.12),
    quarterSales: (equity * from(0.5, 1.2)) / 4,
    operatingMargin,
    grossMargin: operatingMargin + from(0.08, 0.25),
    capital: Math.max(1, Math.round((shares * faceValue(issue)) / 100_000_000)),
    payout: from(0.15, 0.4),
    paysQuarterly: trait() < 0.4,
  };
}

/** The sales of one quarter, and what is left of them after each step. */
function quarter(company: Company, month: string) {
  const noise = company.random(`quarter ${month}`);
  const sales = company.quarterSales * growthUntil(company, month) * (0.9 + 0.2 * noise());
  const operating = sales * company.operatingMargin * (0.7 + 0.6 * noise());
  const ordinary = operating * (0.92 + 0.2 * noise());
  return { sales, operating, ordinary, net: ordinary * (0.72 + 0.08 * noise()) };
}

function growthUntil({ growth }: Company, month: string): number {
  return (1 + growth) ** (Number(month.slice(0, 4)) + Number(month.slice(4)) / 12 - referenceYear);
}

/** The statement of an issue's company at the end of `month`, a quarter's last. */
export function statementOf(world: World, issue: Issue, month: string): Statement {
  const company = companyOf(world, issue);
  const year = month.slice(0, 4);
  const quarters = ['03', '06', '09', '12']
    .filter((part) => part <= month.slice(4))
    .map((part) => quarter(company, `${year}${part}`));
  const total = (name: 'sales' | 'operating' | 'ordinary' | 'net'): number =>
    Math.round(sum(quarters, (one) => one[name]));
  const noise = company.random(`books ${month}`);
  const equity = Math.round(company.equity * growthUntil(company, month) * (0.98 + 0.04 * noise()));
  const liabilities = Math.round(equity * company.debtRatio * (0.95 + 0.1 * noise()));
  const assets = equity + liabilities;
  const currentAssets = Math.round(assets * (0.35 + 0.2 * noise()));
  const currentLiabilities = Math.round(liabilities * (0.5 + 0.3 * noise()));
  const sales = total('sales');
  const grossProfit = Math.round(sales * company.grossMargin);
  const netProfit = total('net');
  return {
    month,
    months: quarters.length * 3,
    currentAssets,
    fixedAssets: assets - currentAssets,
    assets,
    currentLiabilities,
    fixedLiabilities: liabilities - currentLiabilities,
    liabilities,
    capital: company.capital,
    equity,
    inventory: Math.round(currentAssets * 0.25),
    borrowings: Math.round(liabilities * 0.3),
    sales,
    salesCost: sales - grossProfit,
    grossProfit,
    operatingProfit: total('operating'),
    ordinaryProfit: total('ordinary'),
    netProfit,
    depreciation: Math.round(sales * 0.06),
    shares: company.shares,
    eps: Math.round((netProfit * 100_000_000) / company.shares),
    bps: Math.round((equity * 100_000_000) / company.shares),
  };
}

/**
 * The day by which a quarter is reported, by its last month: 45 days after its end, and for the whole year in March.
 */
const reportedBy: Readonly<Record<string, string>> = { '03': '0515', '06': '0814', '09': '1114', '12': '0331' };

/** The last months of the quarters that were reported by `day`, newest first. */
export function reportedMonths(day: string, count: number): readonly string[] {
  const months: string[] = [];
  for (let year = Number(day.slice(0, 4)); months.length < count; year -= 1) {
    for (const month of ['12', '09', '06', '03']) {
      const due = `${month === '12' ? year + 1 : year}${reportedBy[month]}`;
      if (due <= day && months.length < count) months.push(`${year}${month}`);
    }
  }
  return months;
}

/** The statement of the last full year that was reported. */
export function lastYear(world: World, issue: Issue): Statement {
  const month = reportedMonths(world.clock.day(), 4).find((reported) => reported.endsWith('12')) ?? '';
  return statementOf(world, issue, month);
}

/** A dividend for part of a year. */
export interface Payment {
  readonly recordDay: string;
  readonly kind: '결산' | '중간';
  /** Won a share. */
  readonly amount: number;
}

/** The dividends of a stock for `year`, in order: a part of its earnings, in whole tens of won. */
export function paymentsOf(world: World, issue: Issue, year: string): readonly Payment[] {
  const { payout, paysQuarterly } = companyOf(world, issue);
  const { eps } = statementOf(world, issue, `${year}12`);
  const extra = issue.name.endsWith('우') ? 10 : 0;
  const whole = Math.floor((eps * payout) / 10) * 10 + extra;
  const part = paysQuarterly ? Math.floor(whole / 40) * 10 : 0;
  const parts = ['0331', '0630', '0930'].map(
    (end): Payment => ({ recordDay: `${year}${end}`, kind: '중간', amount: part }),
  );
  const last: Payment = { recordDay: `${year}1231`, kind: '결산', amount: whole - 3 * part };
  return [...parts, last].filter(({ amount }) => amount > 0);
}
