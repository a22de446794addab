import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import { readExecutionNotices } from '../../../src/kis/codecs/decode-pushes.ts';
import { real, won, yesNo } from '../../../src/kis/codecs/fields.ts';
import { decodeColumn, type PushRecord, RecordReader } from '../../../src/kis/codecs/push-records.ts';
import { type Channel, channels } from '../../../src/kis/endpoints/channels.ts';

/** Text of one field: anything but the separator, Korean included. */
const fieldText = fc.oneof(
  fc.string({ unit: 'grapheme' }).map((value) => value.replaceAll('^', '')),
  fc.stringMatching(/^[-+]?\d{1,18}(\.\d{0,4})?$/),
);
const allChannels: readonly Channel[] = Object.values(channels);
const joined = (records: readonly (readonly string[])[]): Buffer => Buffer.from(records.flat().join('^'));

const shownColumns = { trades: ['STCK_PRPR', 'PRDY_CTRT', 'ACML_VOL'], orderBook: ['ASKP1', 'BIDP_RSQN10'] } as const;

/** Runs it and gives back its result, or the code of our own error. */
function resultOf<T>(run: () => T): T | string {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return error.code;
  }
}

describe('records of a frame', () => {
  it('are read by fields and count, whatever columns KIS appended', () => {
    const cases = fc.constantFrom(...allChannels).chain((channel) =>
      fc.tuple(
        fc.constant(channel),
        fc.subarray([...channel.columns], { minLength: 1 }),
        fc.array(
          fc
            .integer({ min: channel.atLeast, max: channel.columns.length + 5 })
            .chain((length) =>
              fc.array(fc.array(fieldText, { minLength: length, maxLength: length }), { minLength: 1, maxLength: 4 }),
            ),
          { minLength: 1, maxLength: 3 },
        ),
      ),
    );
    fc.assert(
      fc.property(cases, ([channel, names, frames]) => {
        // One reader for frames of records of several lengths, as on the day that KIS appends a column.
        const reader = new RecordReader(channel, names);
        for (const records of frames) {
          const read: string[][] = [];
          reader.map(joined(records), records.length, 0, (record) =>
            read.push(names.map((_, place) => record.text(place))),
          );
          const wanted = records.map((fields) => names.map((name) => fields[channel.columns.indexOf(name)] ?? ''));
          expect(read).toEqual(wanted);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('of trades and books are what a plain split makes of them, number by number', () => {
    const number = fc.oneof(
      fc.integer({ min: -1_100_000_000, max: 1_100_000_000 }).map(String),
      fc.stringMatching(/^-?\d{1,7}\.\d{1,4}$/),
      fc.stringMatching(/^ {0,2}[+-]?\d{1,12} {0,2}$/),
    );
    const anything = fc.oneof({ weight: 6, arbitrary: number }, { weight: 1, arbitrary: fieldText });
    const frames = fc.constantFrom('trades' as const, 'orderBook' as const).chain((name) =>
      fc.tuple(
        fc.constant(name),
        fc.constantFrom(...shownColumns[name]),
        fc.integer({ min: 0, max: 3 }).chain((appended) => {
          const length = channels[name].columns.length + appended;
          const record = fc.array(anything, { minLength: length, maxLength: length });
          return fc.array(record, { minLength: 1, maxLength: 6 });
        }),
      ),
    );
    fc.assert(
      fc.property(frames, ([name, column, records]) => {
        const reader = new RecordReader(channels[name], channels[name].columns);
        const place = (channels[name].columns as readonly string[]).indexOf(column);
        const { decode } = column === 'PRDY_CTRT' ? real : won;
        const plain = resultOf(() =>
          String(joined(records))
            .split('^')
            .filter((_, index, all) => index % (all.length / records.length) === place)
            .map((text) => decodeColumn(column, text, decode)),
        );
        const quick = resultOf(() =>
          reader.map(joined(records), records.length, 0, (record) =>
            column === 'PRDY_CTRT' ? record.real(place) : record.whole(place),
          ),
        );
        expect(quick).toEqual(plain);
      }),
      { numRuns: 300 },
    );
  });

  it('are refused when there are more bytes or more fields than any frame of KIS has', () => {
    const reader = new RecordReader(channels.trades, channels.trades.columns);
    const record = Array.from({ length: 47 }, () => '1');
    const tooMany = Array.from({ length: 1_500 }, () => record);
    const tooLong = joined([[...record.slice(1), '1'.repeat(1 << 20)]]);
    for (const [payload, count] of [[joined(tooMany), 1_500] as const, [tooLong, 1] as const]) {
      expect(() => reader.map(payload, count, 0, () => undefined)).toThrow(
        expect.objectContaining({ context: expect.objectContaining({ problem: 'too long' }) }),
      );
    }
    expect(reader.map(joined(tooMany.slice(0, 999)), 999, 0, (read) => read.whole(0))).toHaveLength(999);
  });

  it('give the numbers that the codecs give, and refuse what those refuse', () => {
    const channel = channels.trades;
    const reader = new RecordReader(channel, ['STCK_PRPR']);
    const read = (text: string, ask: (record: PushRecord) => unknown): unknown => {
      const fields = channel.columns.map((name) => (name === 'STCK_PRPR' ? text : '0'));
      return resultOf(() => {
        let value: unknown;
        reader.map(joined([fields]), 1, 0, (record) => {
          value = ask(record);
        });
        return value;
      });
    };
    const decoded = (decode: () => unknown): unknown => {
      try {
        return decode();
      } catch {
        return 'venue.malformed';
      }
    };
    const numbers = [
      '',
      '-',
      '+',
      '0',
      '-0',
      '007',
      ' 7 ',
      '7.',
      '.5',
      '-3.95',
      '1e3',
      '70000.0000',
      '9'.repeat(16),
      '７',
    ];
    const texts = fc.oneof(fieldText, fc.constantFrom(...numbers));
    fc.assert(
      fc.property(texts, (text) => {
        expect(read(text, (record) => record.whole(0))).toBe(decoded(() => won.decode(text)));
        expect(read(text, (record) => record.real(0))).toBe(decoded(() => real.decode(text)));
        expect(read(text, (record) => record.decoded(0, yesNo))).toBe(decoded(() => yesNo.decode(text)));
      }),
      { numRuns: 500 },
    );
    for (const text of numbers) {
      expect([text, read(text, (record) => record.whole(0))]).toEqual([text, decoded(() => won.decode(text))]);
    }
  });

  it.each([
    ['that does not divide', 2, 93],
    ['that is too short', 1, 45],
    ['that is too short in sum', 3, 92],
    ['of one field more than the last frame', 2, 95],
  ])('are not read from a payload %s', (_, count, length) => {
    const reader = new RecordReader(channels.trades, ['STCK_PRPR']);
    reader.map(joined([Array.from({ length: 47 }, () => '1')]), 1, 0, () => undefined);
    const read: unknown[] = [];
    const payload = joined([Array.from({ length }, () => '1')]);
    expect(() => reader.map(payload, count, 0, (record) => read.push(record))).toThrow(
      expect.objectContaining({
        code: 'venue.malformed',
        context: { where: 'H0STCNT0', fields: length, count, problem: 'record length' },
      }),
    );
    expect(read).toEqual([]);
  });

  it('of junk are read or refused as malformed', () => {
    const readers = allChannels.map((channel) => new RecordReader(channel, channel.columns));
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 10 }), fc.constantFrom(...readers), (text, count, reader) => {
        const payload = Buffer.from(text);
        resultOf(() => reader.map(payload, count, 0, () => undefined));
        resultOf(() => readExecutionNotices({ payload, count }, 0));
      }),
    );
  });
});
