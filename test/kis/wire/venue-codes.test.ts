import { describe, expect, test } from 'vitest';
import { errorSentence, languages, sentenceOf } from '../../../src/i18n/index.ts';
import { venueReason } from '../../../src/i18n/venue-words.ts';
import { KisError, refusalKind } from '../../../src/kis/wire/error.ts';
import { codeFamilies, familyOf } from '../../../src/kis/wire/venue-codes.ts';

const catalogues = Object.entries(languages);
const known = codeFamilies.flatMap((family) =>
  family.codes.filter((code) => typeof code === 'string').map((code) => [code, family] as const),
);

/** Contexts in which KIS or nobody said why. */
const speechless = [
  {},
  { venueCode: '', venueText: '' },
  { venueCode: '  ', venueText: '  ' },
  { code: '', text: '', reason: '', endpoint: 'inquire-price' },
];
/** How a sentence looks whose reason is not there. */
const emptyReason = /\(\s*\)|\(\s*,|:\s*(?:$|[.,(])|undefined\)|: *undefined|\[object/;

describe('the codes that a person can meet', () => {
  test('are in one row each', () => {
    const codes = known.map(([code]) => code);
    expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
    for (const [code, family] of known) expect(familyOf({ code, text: '' }), code).toBe(family);
  });

  test.each(known)('%s has a sentence in both languages, with what helps', (code, family) => {
    for (const [language, words] of catalogues) {
      expect(Object.keys(words.errors), language).toContain(family.sentence);
      const kind = refusalKind({ code, text: '' }, 'read');
      const sentence = errorSentence(words, new KisError(kind, { code, text: 'KIS가 한 말' }));
      expect(sentence).not.toBe(words.errors.unexpected({}));
      // It says what to do, or where it works.
      expect(sentence).toMatch(
        language === 'ko'
          ? /주세요|됩니다/
          : /lease |[Cc]heck|see |Use |See |Ask |Set |Copy |Sign |Stop |Compare |Put |put |does\.$/,
      );
      expect(sentence).not.toMatch(emptyReason);
    }
  });

  test('differ in their sentences where they differ in what helps', () => {
    for (const [, words] of catalogues) {
      const names = new Set(codeFamilies.map(({ sentence }) => sentence));
      const sentences = [...names].map((name) => sentenceOf(words, name, { venueCode: 'X' }));
      expect(new Set(sentences).size).toBe(names.size);
    }
  });

  test.each([
    ['40910000', '모의투자를 다시 신청'],
    ['EGW02005', 'KIS_ENV=live'],
    ['EGW00206', 'Open API 서비스를 신청'],
    ['OPSQ2000', 'KIS_ACCOUNT'],
    ['EGW00103', 'KIS_APP_KEY'],
    ['EGW00105', 'KIS_APP_SECRET'],
    ['EGW00303', '접속을 막고'],
    ['APBK0918', '/schedule'],
    ['APBK0919', '다음 거래일'],
    ['40570000', '열린 뒤에'],
    ['EGW00131', 'KIS_HASHKEY'],
  ])('%s is told with "%s"', (code, told) => {
    const kind = refusalKind({ code, text: '' }, 'read');
    expect(errorSentence(languages.ko, new KisError(kind, { code, text: '' }))).toContain(told);
  });

  test.each(['EGW00132', 'EGW00205', 'EGW00208', 'EGW00209', 'OPSQ2003', 'OPSQ9995', 'OPSQ9999'])(
    "%s is about the form of a request, which is nobody's mistake",
    (code) => {
      expect(refusalKind({ code, text: '고객유형(custtype)이 유효하지 않습니다.' }, 'read')).toBe('drift');
      expect(refusalKind({ code, text: '' }, 'order')).toBe(code === 'OPSQ2003' ? 'outcome-unknown' : 'rejected');
    },
  );

  test('a restricted account and a blocked address are known by their text', () => {
    expect(familyOf({ code: 'XXXX1234', text: '주문이 제한된 계좌입니다.' })?.sentence).toBe(
      'venue.account-restricted',
    );
    expect(familyOf({ code: 'XXXX1234', text: '사고신고 계좌' })?.sentence).toBe('venue.account-restricted');
    expect(familyOf({ code: 'XXXX1234', text: '차단된 IP입니다.' })?.sentence).toBe('venue.address-blocked');
    expect(familyOf({ code: 'XXXX1234', text: '거래정지종목입니다.' })).toBeUndefined();
    expect(familyOf({ code: '', text: '' })).toBeUndefined();
  });

  test('an id that the paper host lacks is a lack of paper, on live a key of the other kind', () => {
    const refusal = { code: 'EGW02006', text: '모의투자 TR 이 아닙니다.' };
    expect(refusalKind(refusal, 'read', 'paper')).toBe('unsupported');
    expect(refusalKind(refusal, 'read', 'live')).toBe('unauthorised');
  });

  test.each(['EGW00001', 'EGW00002', 'EGW00203', 'EGW00302', 'OPSQ0005', 'SYDB0050', 'SYDB0051', 'http-500'])(
    '%s says nothing about an order',
    (code) => {
      expect(refusalKind({ code, text: '' }, 'order')).toBe('outcome-unknown');
    },
  );
});

describe('no sentence shows an empty reason', () => {
  test.each(catalogues)('%s: whatever the error, KIS having said nothing', (_language, words) => {
    for (const [code, sentence] of Object.entries(words.errors)) {
      for (const context of speechless) {
        // What every other sentence is made of.
        const said = sentence({ argument: 'quantity', type: 'limit', session: 'regular', types: 'limit', ...context });
        expect(said.trim(), code).not.toBe('');
        if (code.startsWith('venue.')) expect(said, code).not.toMatch(/undefined|null|NaN/);
        expect(said, code).not.toMatch(/\(\s*\)|:\s*$/);
      }
    }
  });

  test.each(catalogues)('%s: in the story of an order, in lists and in the state of the socket', (_language, words) => {
    const said = [
      words.why.rejected('', ''),
      words.why.rejected('', 'APBK0952'),
      words.why.rejected('거부', ''),
      words.why['outcome-unknown'](''),
      words.why['turned-down'](''),
      words.why['turned-down']('  '),
      words.schedule.refusedAs(''),
      words.schedule.refusedAs(' '),
      ...['in-use', 'approval', 'idle', 'closed-1006'].map(words.health.socketReason),
      ...Object.values(words.fillNotices.why).map((why) => why('OPSP0009')),
    ];
    for (const sentence of said) expect(sentence).not.toMatch(emptyReason);
  });

  test('what KIS said is put together of what there is', () => {
    expect(venueReason({ text: '', code: '' })).toBeUndefined();
    expect(venueReason({ text: ' ', code: ' ' })).toBeUndefined();
    expect(venueReason({ text: '거부', code: '' })).toBe('거부');
    expect(venueReason({ text: '', code: 'APBK0952' })).toBe('APBK0952');
    expect(venueReason({ text: '거부', code: 'APBK0952' })).toBe('거부 (APBK0952)');
  });
});
