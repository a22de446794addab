import type { DayFigures } from '../market/extended.ts';
import type { HistoryBar } from '../market/history.ts';
import type { IssueMarks } from '../market/instruments.ts';
import type { Listing } from '../market/market.ts';
import type { World } from '../rest/answer.ts';
import { changeSign, percentOf } from '../rest/records.ts';

export const yesNo = (value: boolean): string => (value ? 'Y' : 'N');

/** `mrkt_warn_cls_code` by warning; any other warning has 00. */
export const warningCodes: Partial<Record<IssueMarks['warning'], string>> = {
  caution: '01',
  warning: '02',
  risk: '03',
};

/** Today so far, as a bar. The history ends yesterday. */
export function todayBar({ today }: Listing, day: string): HistoryBar {
  const { open, high, low, last: close, volume, turnover } = today;
  return { start: day, open, high, low, close, volume, turnover };
}

/** All days, oldest first, with today as the last. */
export function daysWithToday(listing: Listing, day: string): readonly HistoryBar[] {
  return [...listing.days, todayBar(listing, day)];
}

/** The days with the highest and the lowest price of a year of 250 trading days, today included. */
export function yearRange(listing: Listing, day: string): { readonly high: HistoryBar; readonly low: HistoryBar } {
  const today = todayBar(listing, day);
  const year = listing.days.slice(-249);
  return {
    high: year.reduce((best, bar) => (bar.high > best.high ? bar : best), today),
    low: year.reduce((best, bar) => (bar.low < best.low ? bar : best), today),
  };
}

/** The market value in won. */
export function marketValue({ issue, today }: Listing): number {
  return today.last * issue.listedThousands * 1000;
}

/** A number of won as KIS writes it in hundreds of millions. */
export function inHundredMillions(amount: number): number {
  return Math.round(amount / 100_000_000);
}

/** A number of won as KIS writes it in millions. */
export function inMillions(amount: number): number {
  return Math.round(amount / 1_000_000);
}

/** The change since yesterday, in the three columns that go with every price. */
export function changeColumns(today: DayFigures) {
  return {
    prdy_vrss: today.last - today.base,
    prdy_vrss_sign: changeSign(today.last, today),
    prdy_ctrt: percentOf(today.last - today.base, today.base),
  };
}

/** The sign of a difference that is not between prices, so that it cannot be at a price limit. */
export function plainSign(difference: number): string {
  return difference > 0 ? '2' : difference < 0 ? '5' : '3';
}

/** `iscd_stat_cls_code` by warning; 55 is an issue without a warning that may be bought on credit. */
const statusCodes: Readonly<Record<IssueMarks['warning'], string>> = {
  none: '55',
  administrative: '51',
  caution: '54',
  warning: '53',
  risk: '52',
  overheated: '59',
  liquidation: '55',
};

export function statusCode({ halted, warning }: IssueMarks): string {
  return halted ? '58' : statusCodes[warning];
}

/** Industries of KOSPI by the number of their index, which KRX assigns and KIS lists. */
const industries: Readonly<Record<string, string>> = {
  음식료·담배: '0005',
  화학: '0008',
  제약: '0009',
  비금속: '0010',
  금속: '0011',
  기계·장비: '0012',
  전기·전자: '0013',
  운송장비·부품: '0015',
  유통: '0016',
  전기·가스: '0017',
  운송·창고: '0019',
  통신: '0020',
  금융: '0021',
};

/** The issues of a market by KIS's code for it, brought up to date; undefined for a code that is not one. */
export function listingsOf(world: Pick<World, 'market'>, code: string): readonly Listing[] | undefined {
  const within: Readonly<Record<string, (listing: Listing) => boolean>> = {
    '': () => true,
    '0000': () => true,
    '0001': ({ issue }) => issue.market === 'KOSPI',
    // KRX counts the first hundred issues as large. The simulator has fewer than that.
    '0002': ({ issue }) => issue.market === 'KOSPI' && issue.kind === 'stock',
    '1001': ({ issue }) => issue.market === 'KOSDAQ',
    '2001': ({ issue }) => issue.market === 'KOSPI' && issue.kind === 'stock',
    ...Object.fromEntries(
      Object.entries(industries).map(([industry, number]) => [
        number,
        ({ issue }: Listing) => issue.market === 'KOSPI' && issue.industry === industry,
      ]),
    ),
  };
  // KIS takes every industry. One that no issue here belongs to lists nothing.
  const keep = within[code] ?? (/^\d{4}$/.test(code) ? () => false : undefined);
  return keep && world.market.lookAll().filter(keep);
}
