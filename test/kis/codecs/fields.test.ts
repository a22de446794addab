import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import {
  count,
  decimal,
  decodeFields,
  encodeFields,
  type Field,
  maybe,
  optional,
  percent,
  required,
  shares,
  text,
  won,
  yesNo,
} from '../../../src/kis/codecs/fields.ts';
import { domesticMarket } from '../../../src/kis/endpoints/domestic-market.ts';
import { domesticTrading } from '../../../src/kis/endpoints/domestic-trading.ts';

const wholeNumbers: readonly (readonly [string, Field<number>])[] = [
  ['won', won],
  ['shares', shares],
  ['count', count],
];

/** Blanks as KIS pads with them, on either side. */
const blanks = fc.nat({ max: 12 }).map((length) => ' '.repeat(length));

describe('codecs', () => {
  it.each(wholeNumbers)('%s: what is written is read', (_, codec) => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), blanks, blanks, (value, before, after) => {
        expect(codec.decode(`${before}${codec.encode(value)}${after}`)).toBe(value);
      }),
    );
  });

  it.each(wholeNumbers)('%s: zeros in front and decimals of zero do not matter', (_, codec) => {
    fc.assert(
      fc.property(fc.nat(), fc.nat({ max: 10 }), fc.nat({ max: 4 }), (value, zeros, places) => {
        const tail = places === 0 ? '' : `.${'0'.repeat(places)}`;
        expect(codec.decode(`${'0'.repeat(zeros)}${value}${tail}`)).toBe(value);
      }),
    );
  });

  it.each(wholeNumbers)('%s: what is no whole number is refused', (_, codec) => {
    for (const raw of ['', ' ', 'abc', '1.5', '1,000', '1e3', '0x10', '--1', '+', '.', 'NaN', '9007199254740993']) {
      expect(() => codec.decode(raw), raw).toThrow(Error);
    }
    expect(codec.decode('-00000017')).toBe(-17);
    expect(codec.decode('+5')).toBe(5);
  });

  it('percent: two places are kept', () => {
    fc.assert(
      fc.property(fc.integer({ min: -10_000_000, max: 10_000_000 }), blanks, (hundredths, padding) => {
        const value = hundredths / 100;
        expect(percent.decode(`${padding}${percent.encode(value)}`)).toBe(value);
      }),
    );
    expect(percent.decode('.5')).toBe(0.5);
    for (const raw of ['', '1%', '1.2.3', 'Infinity', '1e2']) expect(() => percent.decode(raw), raw).toThrow(Error);
  });

  it('decimal: the digits are not touched', () => {
    const digits = fc
      .tuple(fc.constantFrom('', '-', '+'), fc.nat(), fc.stringMatching(/^\d{4}$/))
      .map(([sign, whole, fraction]) => `${sign}${whole}.${fraction}`);
    fc.assert(
      fc.property(digits, blanks, (value, padding) => {
        expect(decimal.decode(`${padding}${decimal.encode(value)}${padding}`)).toBe(value);
      }),
    );
    expect(() => decimal.decode('70,000.0000')).toThrow(Error);
    expect(() => decimal.decode('')).toThrow(Error);
  });

  it('text: all that can be seen is kept, but the padding', () => {
    // What ends a line, controls and marks without width are taken out, which another test holds; the joiner of emoji stays.
    const visible = fc
      .string({ unit: 'grapheme' })
      .filter((value) => !/[\p{Cc}\p{Zl}\p{Zp}]|(?!\u200d)\p{Cf}/u.test(value));
    fc.assert(
      fc.property(visible, blanks, (value, padding) => {
        expect(text.decode(`${padding}${text.encode(value.trim())}${padding}`)).toBe(value.trim());
      }),
    );
  });

  it('text: is one line, whatever ends a line in it', () => {
    for (const end of ['\n', '\r\n', '\r', '\t', '\u0085', '\u2028', '\u2029'])
      expect(text.decode(`! ${end} !`), JSON.stringify(end)).toBe('! !');
  });

  it('yesNo: both ways, and nothing else', () => {
    for (const value of [true, false]) expect(yesNo.decode(yesNo.encode(value))).toBe(value);
    for (const raw of ['', 'y', '1', 'YES']) expect(() => yesNo.decode(raw), raw).toThrow(Error);
  });

  it('maybe: blank is undefined, and undefined is blank', () => {
    for (const codec of [maybe(won), maybe(text), maybe(yesNo), maybe(decimal)] as readonly Field<unknown>[]) {
      expect(codec.decode('')).toBeUndefined();
      expect(codec.decode('   ')).toBeUndefined();
      expect(codec.encode(undefined)).toBe('');
      expect(codec.required).toBe(false);
    }
    fc.assert(
      fc.property(fc.option(fc.maxSafeInteger(), { nil: undefined }), (value) => {
        expect(maybe(won).decode(maybe(won).encode(value))).toBe(value);
      }),
    );
  });
});

describe('records', () => {
  const fields = { ...required(won, 'stck_prpr'), ...required(text, 'name'), ...optional(shares, 'acml_vol') };

  it('what is written is read, whatever the case of the keys and whatever else is there', () => {
    const recordsOfFields = fc.record({
      stck_prpr: fc.maxSafeInteger(),
      name: fc.string().map((value) => value.trim()),
      acml_vol: fc.option(fc.maxSafeInteger(), { nil: undefined }),
    });
    fc.assert(
      fc.property(recordsOfFields, fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), (values, upper) => {
        // An undefined value is sent as KIS's blank for the field, which is a zero where it is a number.
        const expected = { ...values, acml_vol: values.acml_vol ?? 0 };
        const sent = Object.entries(encodeFields(fields, values)).map(([key, value], index) => [
          upper[index] ? key.toUpperCase() : key,
          value,
        ]);
        expect(decodeFields(fields, { ...Object.fromEntries(sent), ADDED_SINCE: '?' }, 'test')).toEqual(expected);
      }),
    );
  });

  it('takes numbers where KIS sends no string', () => {
    expect(decodeFields(fields, { stck_prpr: 70_000, name: '', acml_vol: null }, 'test')).toEqual({
      stck_prpr: 70_000,
      name: '',
      acml_vol: undefined,
    });
  });

  it.each([
    ['missing', { name: 'a' }],
    ['missing', { name: 'a', stck_prpr: null }],
    ['unreadable', { name: 'a', stck_prpr: '' }],
    ['unreadable', { name: 'a', stck_prpr: '7,000' }],
  ])('names a required field that is %s', (problem, record) => {
    expect(() => decodeFields(fields, record, 'inquire-price output')).toThrow(
      expect.objectContaining({
        code: 'venue.malformed',
        context: { where: 'inquire-price output', field: 'stck_prpr', problem },
      }),
    );
  });

  it.each([undefined, '', '  ', 'abc', '1.5'])('does without an optional field that is %j', (acml_vol) => {
    expect(decodeFields(fields, { stck_prpr: '1', name: 'a', acml_vol }, 'test').acml_vol).toBeUndefined();
  });

  it('refuses what is no record, and throws nothing but AppError', () => {
    for (const record of [undefined, null, 'text', 7, [], [{}]]) {
      expect(() => decodeFields(fields, record, 'test')).toThrow(AppError);
    }
    fc.assert(
      fc.property(fc.anything(), (record) => {
        try {
          decodeFields(fields, record, 'test');
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
        }
      }),
    );
  });

  const catalogue = Object.values({ ...domesticMarket, ...domesticTrading });
  it.each(catalogue.map((endpoint) => [endpoint.id, endpoint] as const))("%s: KIS's blanks can be read", (_, row) => {
    for (const [name, block] of Object.entries(row.output)) {
      expect(() => decodeFields(block.fields, encodeFields(block.fields, {}), name)).not.toThrow();
    }
  });
});
