import fc from 'fast-check';
import iconv from 'iconv-lite';
import { describe, expect, it } from 'vitest';
import { type Instrument, type ListedIssue, looksLikeSymbol } from '../../../src/domain/market/instrument.ts';
import { latinNames } from '../../../src/kis/symbols/latin.ts';
import { nicknames } from '../../../src/kis/symbols/nicknames.ts';
import { createDirectory } from '../../../src/kis/symbols/search.ts';
import { shippedInstruments } from '../../../src/kis/symbols/shipped.ts';
import { parseMaster } from '../../../src/kis/symbols/symbols.ts';
import { withinOneEdit } from '../../../src/kis/symbols/typo.ts';
import type { InstrumentDirectory } from '../../../src/ports/symbols.ts';
import { listedIssues } from '../../support/kis/listed-issues.ts';
import { master } from '../../support/payloads/index.ts';

const rowsOf = (market: Instrument['market'], name: string): readonly ListedIssue[] =>
  parseMaster(market, iconv.encode(master(name), 'cp949'));
const stock = (symbol: string, name: string, turnover?: number): ListedIssue => ({
  symbol,
  name,
  market: 'KOSPI',
  kind: 'stock',
  turnover,
});
/** Names found, best first. */
const found = (directory: InstrumentDirectory, text: string, limit = 10): readonly string[] =>
  directory.search(text, limit).instruments.map(({ name }) => name);

describe('the directory', () => {
  const directory = createDirectory(shippedInstruments);
  const names = (text: string, limit?: number): readonly string[] => found(directory, text, limit);

  it('gets by code', () => {
    expect(directory.get('005930')).toEqual({ symbol: '005930', name: '삼성전자', market: 'KOSPI', kind: 'stock' });
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
    ['lg chem', '051910'],
    ['kakao', '035720'],
    ['Naver', '035420'],
    ['hyundai motor', '005380'],
    ['posco', '005490'],
    ['KODEX leverage', '122630'],
    ['코덱스 200', '069500'],
    ['타이거 미국S&P500', '360750'],
    ['엘지화학', '051910'],
    ['에스케이하이닉스', '000660'],
    ['케이티앤지', '033780'],
    ['에이치엘비', '028300'],
    ['삼성에스디아이', '006400'],
    ['포홀', '005490'],
    ['두에빌', '034020'],
    ['타미당', '458730'],
    ['SK Hynix', '000660'],
  ])('answers a nickname alone: %s', (text, symbol) => {
    expect(directory.search(text, 10)).toMatchObject({ instruments: [{ symbol }], fit: 'whole' });
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
    expect(found(small, 'ㄱㄴㄷ')).toEqual(['가나다']);
    expect(found(small, 'ㄱㄴ')).toEqual(['가나', '거니', '가나다', '가나다라']);
  });

  it('takes a consonant for its own syllable only, not for the tense one', () => {
    const small = createDirectory([stock('000010', '까치'), stock('000020', '가치')]);
    expect(found(small, 'ㄱㅊ')).toEqual(['가치']);
    expect(found(small, 'ㄲㅊ')).toEqual(['까치']);
  });

  it('undoes the consonants that a keyboard joins', () => {
    const small = createDirectory([stock('000010', '부산'), stock('000020', '부자')]);
    expect(found(small, 'ㅄ')).toEqual(['부산']);
  });

  it('puts names that begin so before names that hold it', () => {
    expect(names('현대')).toEqual(['현대차', '현대로템', 'HD현대중공업', 'HD현대일렉트릭', '현대모비스']);
    const small = createDirectory([stock('000010', '새호가'), stock('000020', '호가전자부품')]);
    for (const text of ['호가', 'ㅎㄱ']) {
      expect(found(small, text)).toEqual(['호가전자부품', '새호가']);
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
    expect(found(small, '호가', 20)).toEqual([
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
    const small = createDirectory(rowsOf('KOSPI', 'kospi'));
    expect(small.search('q500053', 5)).toMatchObject({ instruments: [{ symbol: 'Q500053' }], fit: 'whole' });
    expect(small.get('Q500053')?.kind).toBe('etn');
  });

  it('keeps to the limit, and finds nothing in nothing', () => {
    expect(names('삼성', 3)).toHaveLength(3);
    expect(names('삼성', 0)).toEqual([]);
    expect(names('')).toEqual([]);
    expect(names('   ')).toEqual([]);
    expect(names('없는종목')).toEqual([]);
    expect(names('ㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋ')).toEqual([]);
    expect(found(createDirectory([]), '삼성전자')).toEqual([]);
  });

  it('takes no nickname of an issue it does not list', () => {
    expect(found(createDirectory([stock('000660', 'SK하이닉스')]), '삼전')).toEqual([]);
  });
});

describe('order', () => {
  it('is by match, then by what was traded', () => {
    const directory = createDirectory([
      stock('900010', '호가', 1),
      stock('900020', '호가전자', 5),
      stock('900030', '호가정밀화학', 9),
      stock('900040', '새호가', 99),
      stock('900050', '호가상사'),
    ]);
    expect(found(directory, '호가ㅈ')).toEqual(['호가정밀화학', '호가전자']);
    expect(found(directory, '호')).toEqual(['호가정밀화학', '호가전자', '호가', '호가상사', '새호가']);
    expect(found(directory, 'ㅎ')).toEqual(['호가정밀화학', '호가전자', '호가', '호가상사', '새호가']);
  });

  it('of the shipped issues puts first what most mean', () => {
    const directory = createDirectory(shippedInstruments);
    expect(found(directory, '삼성', 2)).toEqual(['삼성전자', '삼성SDI']);
    expect(found(directory, 'samsung', 1)).toEqual(['삼성전자']);
    expect(found(directory, 'hyundai', 1)).toEqual(['현대차']);
    expect(found(directory, 'kodex', 1)).toEqual(['KODEX 레버리지']);
  });
});

describe('what names no issue wholly', () => {
  const directory = createDirectory(shippedInstruments);

  it.each([
    ['전자', 'part'],
    ['삼성', 'part'],
    ['samsung', 'part'],
    ['에코프로비', 'part'],
    ['하이브리드', 'near'],
    ['현기차', 'part'],
    ['ㅅㅅㅈ', 'part'],
    ['삼성전자ㅇ', 'part'],
    ['LG ㅎㅎ', 'part'],
  ])('is never told as if it did: %s', (text, fit) => {
    expect(directory.search(text, 10).fit).toBe(fit);
  });

  it.each([
    ['삼성젼자', '삼성전자'],
    ['삼성저자', '삼성전자'],
    ['성삼전자', '삼성전자'],
    ['삼전성자', '삼성전자'],
    ['삼성전전자', '삼성전자'],
    ['하이닉수', 'SK하이닉스'],
    ['카카외', '카카오'],
    ['현데차', '현대차'],
    ['에코프로비앰', '에코프로비엠'],
    ['두산애너빌리티', '두산에너빌리티'],
    ['lg에너지솔루숀', 'LG에너지솔루션'],
    ['samsung electornics', '삼성전자'],
    ['hynx', 'SK하이닉스'],
    ['nvaer', 'NAVER'],
    ['KODEX 래버리지', 'KODEX 레버리지'],
    ['tkatjdwjswk', '삼성전자'],
    ['gkdlslrtm', 'SK하이닉스'],
    ['tkawjs', '삼성전자'],
    ['ㅜㅁㅍㄷㄱ', 'NAVER'],
    ['ㅏㅐㅇㄷㅌ 200', 'KODEX 200'],
  ])('is found through a typo or the other keyboard layout: %s', (text, name) => {
    const matches = directory.search(text, 10);
    expect(matches.instruments[0]?.name).toBe(name);
    expect(matches.fit).not.toBe('whole');
  });

  it.each(['005931', '00593', '0059300', '05930', '0080G1', 'Q500059', '삼', '전저', '기이', 'sl', 'HLC', '없는회사'])(
    'is no typo when it is a code or too short: %s',
    (text) => {
      const { fit, instruments } = directory.search(text, 10);
      expect(fit === 'near' ? instruments : []).toEqual([]);
    },
  );

  it('leaves typos alone where something better fits', () => {
    const small = createDirectory([
      stock('900010', '호가전자'),
      stock('900020', '호가전지주'),
      stock('900030', '호가전갑', 9),
    ]);
    expect(found(small, '호가전지')).toEqual(['호가전지주']);
    expect(found(small, '호가전잔')).toEqual(['호가전자', '호가전갑']);
  });

  it('is asked about where two share a name or a nickname', () => {
    const twins = createDirectory([stock('900010', '호가'), stock('900020', '호 가')]);
    expect(twins.search('호가', 5)).toMatchObject({ instruments: [{}, {}], fit: 'part' });
    expect(found(directory, '현기차')).toEqual(['현대차', '기아']);
  });

  it('is not a nickname where a company is listed under it', () => {
    const small = createDirectory([stock('000660', 'SK하이닉스'), stock('900010', '하닉')]);
    expect(small.search('하닉', 5)).toMatchObject({ instruments: [{ symbol: '900010' }], fit: 'whole' });
  });
});

describe('nicknames and Latin names', () => {
  it('of all shipped issues that have some find them, alone or first', () => {
    const directory = createDirectory(shippedInstruments);
    for (const { name } of shippedInstruments) {
      for (const called of [...(nicknames[name] ?? []), ...(latinNames[name] ?? [])]) {
        const expected = called === '현기차' ? '현대차' : name;
        expect(found(directory, called, 1), called).toEqual([expected]);
      }
    }
  });

  it('stand once each, and none is the name of another issue in the tables', () => {
    const tables = [...Object.entries(nicknames), ...Object.entries(latinNames)];
    const normal = (text: string): string => text.replaceAll(' ', '').toLowerCase();
    const called = tables.flatMap(([name, others]) => others.map((other) => ({ name, other: normal(other) })));
    const owners = Map.groupBy(called, ({ other }) => other);
    const shared = [...owners].filter(([, by]) => by.length > 1).map(([other]) => other);
    expect(shared).toEqual(['현기차']);
    const names = new Set(tables.map(([name]) => normal(name)));
    expect(called.filter(({ other }) => names.has(other))).toEqual([]);
  });
});

describe('a full list', () => {
  const issues = listedIssues();
  const directory = createDirectory(issues);
  const anyIssue = fc.constantFrom(...issues);
  const all = (text: string): readonly string[] => found(directory, text, issues.length);

  it('is about as long as the real one', () => {
    expect(issues).toHaveLength(4_000);
    expect(issues.filter(({ symbol }) => !looksLikeSymbol(symbol))).toEqual([]);
  });

  it('has every code find its own issue, alone', () => {
    fc.assert(
      fc.property(anyIssue, ({ symbol }) => {
        expect(directory.search(symbol.toLowerCase(), 5)).toMatchObject({ instruments: [{ symbol }], fit: 'whole' });
        expect(directory.search(symbol, 5).instruments).toHaveLength(1);
      }),
    );
  });

  it('has every name find an issue of that name', () => {
    fc.assert(
      fc.property(anyIssue, ({ name }) => {
        expect(all(name)).toEqual([name]);
      }),
    );
  });

  it('finds every name of four syllables and more through one typo, as a question', () => {
    const syllable = fc.integer({ min: 0xac00, max: 0xd7a3 }).map((code) => String.fromCharCode(code));
    const long = fc.constantFrom(...issues.filter(({ name }) => name.replaceAll(' ', '').length >= 4));
    const edit = fc.constantFrom('wrong', 'missing', 'extra', 'swapped');
    fc.assert(
      fc.property(long, edit, fc.nat(), syllable, ({ name: listed }, kind, position, other) => {
        const name = listed.replaceAll(' ', '').toLowerCase();
        const at = position % (kind === 'swapped' ? name.length - 1 : name.length);
        const [head, rest] = [name.slice(0, at), name.slice(at)];
        const typed = {
          wrong: `${head}${other}${rest.slice(1)}`,
          missing: `${head}${rest.slice(1)}`,
          extra: `${head}${other}${rest}`,
          swapped: `${head}${rest[1]}${rest[0]}${rest.slice(2)}`,
        }[kind];
        const { fit, instruments } = directory.search(typed, issues.length);
        if (fit === 'near') expect(instruments.map(({ name: one }) => one)).toContain(listed);
        // Something fits as it stands: that is better than a guess.
        else expect(instruments).not.toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('never throws, keeps to the limit, and names nothing twice, whatever is typed', () => {
    const few = createDirectory(issues.slice(0, 300));
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'ㄱㅄㅏㅘ가힣각aZ09 &.()[]\\^$*+?{}|ᄀ\u0000') }),
      fc.tuple(anyIssue, fc.nat({ max: 5 }), fc.nat({ max: 9 })).map(([{ name }, from, to]) => name.slice(from, to)),
    );
    fc.assert(
      fc.property(text, fc.nat({ max: 30 }), (typed, limit) => {
        const { instruments, fit } = few.search(typed, limit);
        expect(instruments.length).toBeLessThanOrEqual(limit);
        expect(new Set(instruments.map(({ symbol }) => symbol)).size).toBe(instruments.length);
        if (fit === 'whole') expect(instruments).toHaveLength(1);
      }),
      { numRuns: 300 },
    );
  });

  it('is searched at once, however badly it is typed', () => {
    const typed = [
      '삼성',
      'ㅅㅅ',
      'k',
      '삼ㅅㅈ',
      '뷁성전자',
      'tkatjdwjswn',
      'ㅏㅐㅇㄷㅌ 뷁',
      '뷁'.repeat(60),
      '가'.repeat(10_000),
    ];
    const startedAt = performance.now();
    for (const text of typed) for (let time = 0; time < 10; time += 1) directory.search(text, 25);
    // A tenth of this is usual; what searched everything for every letter would take many times as long.
    expect((performance.now() - startedAt) / (typed.length * 10)).toBeLessThan(25);
  });
});

describe('one edit', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '가'), maxLength: 6 });
  /** The distance with swapped neighbours as one edit, by its definition. */
  const distance = (one: string, other: string): number => {
    if (one === '' || other === '') return one.length + other.length;
    const [a, b] = [one.slice(1), other.slice(1)];
    if (one[0] === other[0]) return distance(a, b);
    const swapped = one.length > 1 && other.length > 1 && one[0] === other[1] && one[1] === other[0];
    return (
      1 + Math.min(distance(a, b), distance(a, other), distance(one, b), swapped ? distance(a.slice(1), b.slice(1)) : 9)
    );
  };

  it('is what the definition says', () => {
    fc.assert(
      fc.property(text, text, (one, other) => {
        expect(withinOneEdit(one, other)).toBe(distance(one, other) <= 1);
      }),
      { numRuns: 2_000 },
    );
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
      expect(directory.search(instrument.name, 5)).toMatchObject({
        instruments: [{ symbol: instrument.symbol }],
        fit: 'whole',
      });
    }
  });

  it("agree with KIS's own rows", () => {
    const rows = [...rowsOf('KOSPI', 'kospi'), ...rowsOf('KOSDAQ', 'kosdaq-2026')];
    const shipped = new Map(shippedInstruments.map((instrument) => [instrument.symbol, instrument]));
    const known = rows.filter((row) => shipped.has(row.symbol));
    expect(known.map((row) => row.symbol)).toEqual(['005930', '005935', '069500', '000250']);
    for (const { turnover: _turnover, marketValue: _marketValue, ...row } of known)
      expect(shipped.get(row.symbol)).toMatchObject(row);
  });
});
