import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { type Instrument, looksLikeSymbol } from '../../src/domain/instrument.ts';
import { createDirectory, parseMaster } from '../../src/kis/symbols.ts';
import { shippedInstruments } from '../../src/kis/symbols-shipped.ts';
import { master } from '../support/payloads/index.ts';

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

describe('master files', () => {
  it("reads KIS's rows of KOSPI", () => {
    expect(parseMaster('KOSPI', cp949(master('kospi')))).toEqual([
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
    expect(parseMaster('KOSDAQ', kosdaq)).toEqual([
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
    expect(parseMaster('KONEX', file)).toEqual([
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
    expect(parseMaster('KOSPI', file)).toEqual([
      { symbol: '005930', name: '삼성전자', market: 'KOSPI', kind: 'stock' },
    ]);
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

  it('reads lines that end as on Windows, and a last line without an end', () => {
    const text = master('kospi-2026').trimEnd().replaceAll('\n', '\r\n');
    expect(parseMaster('KOSPI', cp949(text))).toHaveLength(3);
  });
});

describe('the directory', () => {
  const stock = (symbol: string, name: string): Instrument => ({ symbol, name, market: 'KOSPI', kind: 'stock' });
  const directory = createDirectory(shippedInstruments);
  const names = (text: string, limit = 10): readonly string[] =>
    directory.search(text, limit).map((instrument) => instrument.name);

  it('gets by code', () => {
    expect(directory.get('005930')).toEqual(stock('005930', '삼성전자'));
    expect(directory.get('069500')?.kind).toBe('etf');
    expect(directory.get('999999')).toBeUndefined();
  });

  it.each([
    ['005930', '삼성전자'],
    [' 005930 ', '삼성전자'],
    ['삼성전자', '삼성전자'],
    ['삼성 전자', '삼성전자'],
    ['SK', 'SK'],
    ['kt&g', 'KT&G'],
    ['naver', 'NAVER'],
    ['kodex200', 'KODEX 200'],
    ['Kodex 200', 'KODEX 200'],
    ['삼성전자'.normalize('NFD'), '삼성전자'],
  ])('answers an exact code or name alone: %s', (text, name) => {
    expect(names(text)).toEqual([name]);
  });

  it.each([
    ['삼전', '005930'],
    ['하닉', '000660'],
    ['현차', '005380'],
    ['네이버', '035420'],
    ['카카오', '035720'],
    ['엘지엔솔', '373220'],
    ['LG 엔솔', '373220'],
    ['삼바', '207940'],
    ['셀트', '068270'],
    ['곱버스', '252670'],
    ['Samsung Electronics', '005930'],
    ['SK Hynix', '000660'],
  ])('answers a nickname alone: %s', (text, symbol) => {
    expect(directory.search(text, 10).map((instrument) => instrument.symbol)).toEqual([symbol]);
  });

  it.each([
    ['ㅅㅅㅈㅈ', '삼성전자'],
    ['ㅎㄷㅊ', '현대차'],
    ['ㅋㅋㅇ', '카카오'],
    ['ㅎㅇㄴㅅ', 'SK하이닉스'],
    ['skㅎㅇ', 'SK하이닉스'],
    ['삼ㅅㅈㅈ', '삼성전자'],
    ['ㅅㅅ ㅈㅈ', '삼성전자'],
  ])('finds by initial consonants: %s', (text, name) => {
    expect(names(text)[0]).toBe(name);
  });

  it('answers the initials of one whole name alone, of several with all that fit', () => {
    expect(names('ㅅㅅㅈㅈ')).toEqual(['삼성전자']);
    expect(names('ㅅㅅㅈ').length).toBeGreaterThan(1);
    const small = createDirectory([
      stock('000010', '가나다라'),
      stock('000020', '가나'),
      stock('000030', '거니'),
      stock('000040', '가나다'),
    ]);
    expect(small.search('ㄱㄴㄷ', 5).map(({ name }) => name)).toEqual(['가나다']);
    expect(small.search('ㄱㄴ', 5).map(({ name }) => name)).toEqual(['가나', '거니', '가나다', '가나다라']);
  });

  it('takes a consonant for its own syllable only, not for the tense one', () => {
    const small = createDirectory([stock('000010', '까치'), stock('000020', '가치')]);
    expect(small.search('ㄱㅊ', 5).map(({ name }) => name)).toEqual(['가치']);
    expect(small.search('ㄲㅊ', 5).map(({ name }) => name)).toEqual(['까치']);
  });

  it('undoes the consonants that a keyboard joins', () => {
    const small = createDirectory([stock('000010', '부산'), stock('000020', '부자')]);
    expect(small.search('ㅄ', 5).map(({ name }) => name)).toEqual(['부산']);
  });

  it('puts names that begin so before names that hold it', () => {
    expect(names('현대')).toEqual(['현대차', '현대로템', '현대모비스', 'HD현대중공업', 'HD현대일렉트릭']);
    const small = createDirectory([stock('000010', '새호가'), stock('000020', '호가전자부품')]);
    for (const text of ['호가', 'ㅎㄱ']) {
      expect(small.search(text, 5).map(({ name }) => name)).toEqual(['호가전자부품', '새호가']);
    }
  });

  it('puts stocks before funds before others, common before preferred, shorter before longer', () => {
    const small = createDirectory([
      { symbol: '900001', name: '호가1R', market: 'KOSPI', kind: 'other' },
      { symbol: 'Q90002', name: '호가2', market: 'KOSPI', kind: 'etn' },
      { symbol: '900003', name: '호가3', market: 'KOSPI', kind: 'etf' },
      stock('900045', '호가우'),
      stock('900047', '호가2우B'),
      stock('90004K', '호가3우C(전환)'),
      stock('900050', '호가한우'),
      stock('900040', '호가전자'),
      stock('900060', '호가전자부품'),
      stock('900030', '호가상사'),
    ]);
    expect(small.search('호가', 20).map(({ name }) => name)).toEqual([
      '호가상사',
      '호가전자',
      '호가한우',
      '호가전자부품',
      '호가우',
      '호가2우B',
      '호가3우C(전환)',
      '호가3',
      '호가2',
      '호가1R',
    ]);
  });

  it('finds by the beginning of a code', () => {
    expect(names('00593')).toEqual(['삼성전자', '삼성전자우']);
  });

  it('finds Latin names in any case', () => {
    expect(names('kodex')).toEqual(expect.arrayContaining(['KODEX 200', 'KODEX 레버리지']));
    expect(names('s&p500')).toEqual(['TIGER 미국S&P500', 'KODEX 미국S&P500']);
    expect(names('s-oil')).toEqual(['S-Oil']);
  });

  it('finds an ETN by its seven characters, in any case', () => {
    const small = createDirectory(parseMaster('KOSPI', cp949(master('kospi'))));
    expect(small.search('q500053', 5).map(({ symbol }) => symbol)).toEqual(['Q500053']);
    expect(small.get('Q500053')?.kind).toBe('etn');
  });

  it('keeps to the limit, and finds nothing in nothing', () => {
    expect(names('삼성', 3)).toHaveLength(3);
    expect(names('삼성', 0)).toEqual([]);
    expect(names('')).toEqual([]);
    expect(names('   ')).toEqual([]);
    expect(names('없는종목')).toEqual([]);
    expect(names('ㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋ')).toEqual([]);
    expect(createDirectory([]).search('삼성전자', 5)).toEqual([]);
  });

  it('takes no nickname of an issue it does not list', () => {
    expect(createDirectory([stock('000660', 'SK하이닉스')]).search('삼전', 5)).toEqual([]);
  });
});

describe('shipped issues', () => {
  it('have codes KIS takes, and no code or name twice', () => {
    const symbols = shippedInstruments.map((instrument) => instrument.symbol);
    expect(symbols.filter((symbol) => !looksLikeSymbol(symbol))).toEqual([]);
    expect(new Set(symbols).size).toBe(symbols.length);
    expect(new Set(shippedInstruments.map((instrument) => instrument.name)).size).toBe(symbols.length);
    const directory = createDirectory(shippedInstruments);
    for (const instrument of shippedInstruments) {
      expect(directory.search(instrument.name, 5)).toEqual([instrument]);
    }
  });

  it("agree with KIS's own rows", () => {
    const rows = [
      ...parseMaster('KOSPI', cp949(master('kospi'))),
      ...parseMaster('KOSDAQ', cp949(master('kosdaq-2026'))),
    ];
    const shipped = new Map(shippedInstruments.map((instrument) => [instrument.symbol, instrument]));
    const known = rows.filter((row) => shipped.has(row.symbol));
    expect(known.map((row) => row.symbol)).toEqual(['005930', '005935', '069500', '000250']);
    for (const row of known) expect(shipped.get(row.symbol)).toEqual(row);
  });
});
