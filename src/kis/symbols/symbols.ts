import iconv from 'iconv-lite';
import { visibleLine } from '../../domain/clean-text.ts';
import type { ListedIssue, Market } from '../../domain/market/instrument.ts';
import { groupKinds } from '../codecs/decode-market.ts';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

type Column = readonly [from: number, to: number];

/** Where a master record names its issue, in bytes. Records differ in length by market, but all begin alike. */
const head = { code: [0, 9], isin: [9, 21], name: [21, 61], group: [61, 63], length: 63 } as const;

/**
 * Where a record has the turnover of the day before and the market value in hundred million won, in bytes. The columns
 * after the head differ by market and have moved before, so they are read only from records of the length that KIS
 * documents.
 */
const figures: Readonly<
  Record<Market, { readonly length: number } & Readonly<Record<'basePrice' | 'volume' | 'thousands' | 'value', Column>>>
> = {
  KOSPI: { length: 288, basePrice: [102, 111], volume: [142, 154], thousands: [174, 189], value: [273, 282] },
  KOSDAQ: { length: 282, basePrice: [97, 106], volume: [137, 149], thousands: [169, 184], value: [267, 276] },
  KONEX: { length: 245, basePrice: [63, 72], volume: [103, 115], thousands: [135, 150], value: [233, 242] },
};

/**
 * Reads a stock master file: cp949, one fixed-width record a line. A line that is cut short or cannot be decoded is
 * left out, so that one bad line does not make the whole market unreadable.
 */
export function parseMaster(market: Market, file: Buffer): readonly ListedIssue[] {
  const issues: ListedIssue[] = [];
  // A line feed is never the second byte of a cp949 character, so the file can be cut into lines before it is decoded.
  for (let start = 0; start < file.length; ) {
    const found = file.indexOf(lineFeed, start);
    const next = found === -1 ? file.length : found;
    const end = next > start && file[next - 1] === carriageReturn ? next - 1 : next;
    const issue = parseRecord(market, file.subarray(start, end));
    if (issue !== undefined) issues.push(issue);
    start = next + 1;
  }
  return issues;
}

function parseRecord(market: Market, record: Buffer): ListedIssue | undefined {
  if (record.length < head.length) return undefined;
  // iconv-lite decodes it, because Node's own decoder of that name knows only the 2,350 syllables of the older
  // standard.
  const text = ([from, to]: Column): string => iconv.decode(record.subarray(from, to), 'cp949').trim();
  const symbol = text(head.code);
  // The columns may cut a long name in the middle of its last character.
  const name = visibleLine(text(head.name).replace(/\uFFFD$/, ''));
  // The ISIN has a known shape, which shows that the columns are where they are expected.
  const inPlace = /^[A-Z]{2}[0-9A-Z]{10}$/.test(text(head.isin)) && /^[0-9A-Z]{6,9}$/.test(symbol);
  if (!inPlace || name === '' || name.includes('\uFFFD')) return undefined;
  const kind = groupKinds[text(head.group)] ?? 'other';
  return { symbol, name, market, kind, ...figuresOf(market, record) };
}

/**
 * The turnover is estimated as yesterday's volume at today's base price, which is near enough to tell large issues from
 * small ones. The market value is KIS's own figure or, where there is none, the listed shares at the base price.
 */
function figuresOf(market: Market, record: Buffer): Pick<ListedIssue, 'turnover' | 'marketValue'> {
  const { length, ...columns } = figures[market];
  if (record.length !== length) return {};
  const read = ([from, to]: Column): number | undefined => {
    const digits = record.toString('latin1', from, to);
    return /^\d+$/.test(digits) ? Number(digits) : undefined;
  };
  const times = (...factors: readonly (number | undefined)[]): number | undefined =>
    factors.reduce((product, factor) => (product === undefined || factor === undefined ? undefined : product * factor));
  const price = read(columns.basePrice);
  const worth = times(read(columns.value), 1e8) || times(price, read(columns.thousands), 1_000);
  return { turnover: times(price, read(columns.volume)), marketValue: worth || undefined };
}
