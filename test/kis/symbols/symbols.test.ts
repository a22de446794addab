import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import type { Instrument, Market } from '../../../src/domain/market/instrument.ts';
import { parseMaster } from '../../../src/kis/symbols/symbols.ts';
import { master } from '../../support/payloads/index.ts';

/** As the file comes from KIS: cp949, a line feed after every record. */
function cp949(text: string): Buffer {
  return iconv.encode(text, 'cp949');
}

/** A record with the columns we read in their documented places, and as long as the market's records are. */
function record(fields: { code: string; isin?: string; name: string | Buffer; group: string }, bytes: number): Buffer {
  const row = Buffer.alloc(bytes, '0');
  row.fill(' ', 0, 63);
  row.write(fields.code, 0, 'latin1');
  row.write(fields.isin ?? 'KR7999990001', 9, 'latin1');
  (typeof fields.name === 'string' ? cp949(fields.name) : fields.name).copy(row, 21, 0, 40);
  row.write(fields.group, 61, 'latin1');
  return Buffer.concat([row, Buffer.from('\n')]);
}

/** What a file says of its issues, apart from what was traded. */
function parsed(market: Market, file: Buffer): readonly Instrument[] {
  return parseMaster(market, file).map(({ turnover: _, marketValue: __, ...instrument }) => instrument);
}

describe('master files', () => {
  it("reads KIS's rows of KOSPI", () => {
    expect(parsed('KOSPI', cp949(master('kospi')))).toEqual([
      { symbol: 'Q500053', name: '신한 레버리지 천연가스 선물 ETN', market: 'KOSPI', kind: 'etn' },
      { symbol: 'Q500054', name: '신한 인버스 2X 천연가스 선물 ETN', market: 'KOSPI', kind: 'etn' },
      { symbol: '088260', name: '이리츠코크렙', market: 'KOSPI', kind: 'stock' },
      { symbol: '155900', name: '바다로19호', market: 'KOSPI', kind: 'other' },
      { symbol: 'J0024201C', name: '세기상사 10R', market: 'KOSPI', kind: 'other' },
      { symbol: 'J0003021C', name: '대유플러스 12WR', market: 'KOSPI', kind: 'other' },
      { symbol: '005930', name: '삼성전자', market: 'KOSPI', kind: 'stock' },
      { symbol: '005935', name: '삼성전자우', market: 'KOSPI', kind: 'stock' },
      { symbol: '069500', name: 'KODEX 200', market: 'KOSPI', kind: 'etf' },
    ]);
  });

  it('reads rows of 2026, of 288 bytes for KOSPI and 282 for KOSDAQ', () => {
    const kospi = cp949(master('kospi-2026'));
    const kosdaq = cp949(master('kosdaq-2026'));
    expect([kospi.indexOf('\n'), kosdaq.indexOf('\n')]).toEqual([288, 282]);
    expect(parseMaster('KOSPI', kospi).map(({ symbol, name }) => [symbol, name])).toEqual([
      ['000020', '동화약품'],
      ['000040', 'KR모터스'],
      ['000050', '경방'],
    ]);
    expect(parsed('KOSDAQ', kosdaq)).toEqual([
      { symbol: '000250', name: '삼천당제약', market: 'KOSDAQ', kind: 'stock' },
      { symbol: '000440', name: '중앙에너비스', market: 'KOSDAQ', kind: 'stock' },
      { symbol: '001000', name: '신라섬유', market: 'KOSDAQ', kind: 'stock' },
    ]);
  });

  it("reads KONEX's shorter records, in which shares have a group of their own", () => {
    const file = Buffer.concat([
      record({ code: '999990', name: '호가시험', group: 'KN' }, 245),
      record({ code: '0099Z0', name: '호가시험둘', group: 'KN' }, 245),
    ]);
    expect(parsed('KONEX', file)).toEqual([
      { symbol: '999990', name: '호가시험', market: 'KONEX', kind: 'stock' },
      { symbol: '0099Z0', name: '호가시험둘', market: 'KONEX', kind: 'stock' },
    ]);
  });

  it.each([
    ['ST', 'stock'],
    ['FS', 'stock'],
    ['DR', 'stock'],
    ['RT', 'stock'],
    ['EF', 'etf'],
    ['FE', 'etf'],
    ['EN', 'etn'],
    ['EW', 'other'],
    ['SW', 'other'],
    ['SR', 'other'],
    ['BC', 'other'],
    ['??', 'other'],
  ])('takes group %s for %s', (group, kind) => {
    expect(parseMaster('KOSPI', record({ code: '999990', name: '호가', group }, 288))[0]?.kind).toBe(kind);
  });

  it('reads syllables that only the extended character set has', () => {
    // 똠 is 8C 63, 펲 is BC 84 and 햏 is C1 64: none of them is in the older standard.
    const name = Buffer.from([0x8c, 0x63, 0xbc, 0x84, 0xc1, 0x64]);
    expect(parseMaster('KOSPI', record({ code: '999990', name, group: 'ST' }, 288))[0]?.name).toBe('똠펲햏');
  });

  it('leaves out bad lines and keeps the good ones', () => {
    const good = record({ code: '005930', name: '삼성전자', group: 'ST' }, 288);
    const file = Buffer.concat([
      Buffer.from('short\n'),
      Buffer.from('\n\n'),
      record({ code: '999990', name: Buffer.from([0xbb, 0x20, 0xff, 0xff, 0xbb]), group: 'ST' }, 288),
      record({ code: '999991', name: '', group: 'ST' }, 288),
      record({ code: '12', name: '호가', group: 'ST' }, 288),
      record({ code: '999992', isin: '999', name: '호가', group: 'ST' }, 288),
      good,
      good.subarray(0, 40),
    ]);
    expect(parsed('KOSPI', file)).toEqual([{ symbol: '005930', name: '삼성전자', market: 'KOSPI', kind: 'stock' }]);
    expect(parseMaster('KOSPI', Buffer.alloc(0))).toEqual([]);
    expect(parseMaster('KOSPI', Buffer.from('<html>not a master file</html>'.repeat(20)))).toEqual([]);
  });

  it('does without the last half of a name that is too long', () => {
    const name = `A${'가'.repeat(20)}`;
    expect(cp949(name)).toHaveLength(41);
    expect(parseMaster('KOSPI', record({ code: '999990', name, group: 'EF' }, 288))[0]?.name).toBe(
      `A${'가'.repeat(19)}`,
    );
  });

  it('reckons what changed hands the day before', () => {
    const turnovers = (market: Market, name: string): Readonly<Record<string, number | undefined>> =>
      Object.fromEntries(parseMaster(market, cp949(master(name))).map(({ symbol, turnover }) => [symbol, turnover]));
    expect(turnovers('KOSPI', 'kospi')).toMatchObject({
      '005930': 58_100 * 9_336_061,
      '005935': 52_900 * 625_945,
      '069500': 30_660 * 5_551_637,
      Q500053: 14_140 * 156_668,
    });
    expect(turnovers('KOSPI', 'kospi-2026')).toEqual({
      '000020': 6_060 * 50_336,
      '000040': 431 * 210_955,
      '000050': 10_100 * 82_930,
    });
    expect(turnovers('KOSDAQ', 'kosdaq-2026')).toEqual({
      '000250': 415_500 * 162_528,
      '000440': 21_600 * 439_282,
      '001000': 1_677 * 222_553,
    });
  });

  it.each([
    ['KOSPI', 288, 102, 142],
    ['KOSDAQ', 282, 97, 137],
    ['KONEX', 245, 63, 103],
  ] as const)(
    'takes no figures of %s from a record of another length, or that are none',
    (market, bytes, base, volume) => {
      const row = record({ code: '999990', name: '호가시험', group: market === 'KONEX' ? 'KN' : 'ST' }, bytes);
      row.write('000001500', base, 'latin1');
      row.write('000000000200', volume, 'latin1');
      const turnover = (file: Buffer): readonly unknown[] => parseMaster(market, file).map((issue) => issue.turnover);
      const lineEnd = row.length - 1;
      expect(turnover(row)).toEqual([300_000]);
      expect(turnover(Buffer.concat([row.subarray(0, lineEnd), Buffer.from('\r\n')]))).toEqual([300_000]);
      expect(turnover(Buffer.concat([row.subarray(0, lineEnd), Buffer.from('0\n')]))).toEqual([undefined]);
      expect(turnover(Buffer.concat([row.subarray(0, lineEnd - 1), Buffer.from('\n')]))).toEqual([undefined]);
      row.write('        N', base, 'latin1');
      expect(turnover(row)).toEqual([undefined]);
    },
  );

  it("takes KIS's own market value, and the listed shares at the base price where it has none", () => {
    const values = (market: Market, file: Buffer): readonly unknown[] =>
      parseMaster(market, file).map(({ symbol, marketValue }) => [symbol, marketValue]);
    expect(values('KOSPI', cp949(master('kospi-2026')))).toEqual([
      ['000020', 1_692e8],
      ['000040', 372e8],
      ['000050', 2_768e8],
    ]);
    expect(values('KOSDAQ', cp949(master('kosdaq-2026')))).toContainEqual(['000250', 97_465e8]);
    const row = record({ code: '999990', name: '호가시험', group: 'KN' }, 245);
    row.write('000001500', 63, 'latin1');
    row.write('000000000020000', 135, 'latin1');
    row.write('000000321', 233, 'latin1');
    expect(values('KONEX', row)).toEqual([['999990', 321e8]]);
    row.write('000000000', 233, 'latin1');
    expect(values('KONEX', row)).toEqual([['999990', 300e8]]);
    row.write('000000000', 63, 'latin1');
    expect(values('KONEX', row)).toEqual([['999990', undefined]]);
    expect(values('KONEX', Buffer.concat([row.subarray(0, 245), Buffer.from('0\n')]))).toEqual([['999990', undefined]]);
  });

  it('reads lines that end as on Windows, and a last line without an end', () => {
    const text = master('kospi-2026').trimEnd().replaceAll('\n', '\r\n');
    expect(parseMaster('KOSPI', cp949(text))).toHaveLength(3);
  });
});
