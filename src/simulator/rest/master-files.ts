import { zipSync } from 'fflate';
import iconv from 'iconv-lite';
import type { Market as ListedOn } from '../../domain/market/instrument.ts';
import { standardCode } from '../market/instruments.ts';
import type { Listing, Market } from '../market/market.ts';

/** Where the fields that are filled stand in a record, in bytes. The rest is what an ordinary issue has there. */
interface Layout {
  readonly bytes: number;
  readonly fields: Readonly<Record<string, readonly [start: number, width: number]>>;
}

const shared = { shortCode: [0, 9], standardCode: [9, 12], name: [21, 40], group: [61, 2] } as const;

/** KIS's master files of 2026-07: fixed width, cp949, a line feed after each record. */
const layouts: Readonly<Record<ListedOn, Layout & { readonly file: string }>> = {
  KOSPI: {
    file: 'kospi_code.mst',
    bytes: 288,
    fields: {
      ...shared,
      size: [63, 1],
      etp: [83, 1],
      base: [102, 9],
      unit: [111, 5],
      afterUnit: [116, 5],
      halted: [121, 1],
      liquidation: [122, 1],
      administrative: [123, 1],
      warning: [124, 2],
      margin: [135, 3],
      credit: [138, 1],
      previousVolume: [142, 12],
      listedOn: [166, 8],
      listedThousands: [174, 15],
      preferred: [219, 1],
      kospi: [223, 1],
      marketValue: [273, 9],
    },
  },
  KOSDAQ: {
    file: 'kosdaq_code.mst',
    bytes: 282,
    fields: {
      ...shared,
      size: [63, 1],
      etp: [79, 1],
      base: [97, 9],
      unit: [106, 5],
      afterUnit: [111, 5],
      halted: [116, 1],
      liquidation: [117, 1],
      administrative: [118, 1],
      warning: [119, 2],
      margin: [130, 3],
      credit: [133, 1],
      previousVolume: [137, 12],
      listedOn: [161, 8],
      listedThousands: [169, 15],
      preferred: [214, 1],
      marketValue: [267, 9],
    },
  },
  KONEX: {
    file: 'konex_code.mst',
    bytes: 245,
    fields: {
      ...shared,
      base: [63, 9],
      unit: [72, 5],
      afterUnit: [77, 5],
      halted: [82, 1],
      liquidation: [83, 1],
      administrative: [84, 1],
      warning: [85, 2],
      margin: [96, 3],
      credit: [99, 1],
      previousVolume: [103, 12],
      listedOn: [127, 8],
      listedThousands: [135, 15],
      preferred: [180, 1],
      marketValue: [233, 9],
    },
  },
};

const directory = '/common/master/';

/** The master file at this path, zipped; undefined for any other path. */
export function masterFile(path: string, market: Market): Uint8Array | undefined {
  for (const [listedOn, layout] of Object.entries(layouts)) {
    if (path !== `${directory}${layout.file}.zip`) continue;
    const records = market.all().filter((listing) => listing.issue.market === listedOn && market.isInMaster(listing));
    return zipSync({ [layout.file]: Buffer.concat(records.map((listing) => masterRecord(listing, layout))) });
  }
  return undefined;
}

function masterRecord({ issue, today }: Listing, { bytes, fields }: Layout): Buffer {
  const number = (value: number, width: number): string => String(value).padStart(width, '0');
  const values: Readonly<Record<string, string>> = {
    shortCode: issue.symbol,
    standardCode: standardCode(issue),
    name: issue.name,
    group: issue.kind === 'etf' ? 'EF' : issue.market === 'KONEX' ? 'KN' : 'ST',
    size: issue.kind === 'etf' ? '0' : '1',
    etp: issue.kind === 'etf' ? '2' : '0',
    base: number(today.base, 9),
    unit: number(1, 5),
    afterUnit: number(1, 5),
    halted: 'N',
    liquidation: 'N',
    administrative: 'N',
    warning: '00',
    margin: number(20, 3),
    credit: 'Y',
    previousVolume: number(today.previousVolume, 12),
    listedOn: '20000104',
    listedThousands: number(issue.listedThousands, 15),
    preferred: issue.name.endsWith('우') ? '1' : '0',
    kospi: 'Y',
    marketValue: number(Math.round((today.base * issue.listedThousands) / 100_000), 9),
  };
  const line = Buffer.alloc(bytes + 1, ' ');
  for (const [field, [start, width]] of Object.entries(fields)) {
    const value = values[field] ?? '';
    // The name alone has more than digits and letters.
    if (field === 'name') iconv.encode(value, 'cp949').copy(line, start, 0, width);
    else line.write(value, start, width, 'latin1');
  }
  line.write('\n', bytes);
  return line;
}
