import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import { channels } from '../../../src/kis/endpoints/channels.ts';
import {
  cutRecords,
  decrypt,
  encrypt,
  type FrameCipher,
  parseFrame,
  serialiseData,
} from '../../../src/kis/wire/frames.ts';

const cipherOf = fc.record<FrameCipher>({
  key: fc.stringMatching(/^[a-z]{32}$/),
  iv: fc.stringMatching(/^[0-9a-f]{16}$/),
});

/** Text of one field: anything but the two separators, Korean included. */
const fieldText = fc.string({ unit: 'grapheme' }).map((value) => value.replaceAll(/[\^|]/g, ''));

/** Runs it and lets nothing pass but a result or our own error. */
function onlyMalformed(run: () => unknown): void {
  try {
    run();
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).code).toBe('venue.malformed');
  }
}

describe('data frames', () => {
  it('what is written is read', () => {
    const frames = fc.record({
      encrypted: fc.boolean(),
      trId: fc.stringMatching(/^H[0-9A-Z]{7}$/),
      count: fc.integer({ min: 1, max: 2_000 }),
      // A name may hold a bar.
      payload: fc.string({ unit: 'grapheme' }),
    });
    fc.assert(
      fc.property(frames, (frame) => {
        expect(parseFrame(serialiseData(frame))).toEqual({ kind: 'data', ...frame });
      }),
    );
  });

  it('takes a bar in the payload for text', () => {
    expect(parseFrame('0|H0STCNT0|001|a|b^c')).toMatchObject({ count: 1, payload: 'a|b^c' });
  });

  it('pads the count as KIS does', () => {
    const frame = { encrypted: false, trId: 'H0STCNT0', count: 4, payload: 'a^b' };
    expect(serialiseData(frame)).toBe('0|H0STCNT0|004|a^b');
    expect(serialiseData({ ...frame, encrypted: true, count: 1 })).toBe('1|H0STCNT0|001|a^b');
  });

  it.each(['0|', '0|H0STCNT0', '0|H0STCNT0|001', '0|H0STCNT0|000|a', '0|H0STCNT0|x|a', '0|H0STCNT0|1.5|a', '1||'])(
    'refuses %j',
    (raw) => expect(() => parseFrame(raw)).toThrow(expect.objectContaining({ code: 'venue.malformed' })),
  );
});

describe('records', () => {
  it('are cut by fields and count, whatever columns KIS appended', () => {
    const lengths = Object.values(channels).map((channel) => ({
      channel,
      longest: channel.columns.length + 5,
    }));
    const cases = fc.constantFrom(...lengths).chain(({ channel, longest }) =>
      fc.tuple(
        fc.constant(channel),
        fc
          .integer({ min: channel.atLeast, max: longest })
          .chain((length) =>
            fc.array(fc.array(fieldText, { minLength: length, maxLength: length }), { minLength: 1, maxLength: 4 }),
          ),
      ),
    );
    fc.assert(
      fc.property(cases, ([channel, records]) => {
        const cut = cutRecords(channel, records.length, records.flat().join('^'));
        expect(cut.map(({ fields }) => fields)).toEqual(records);
        cut.forEach(({ record }, index) => {
          const byName = record as Readonly<Record<string, string | undefined>>;
          channel.columns.forEach((name, column) => {
            expect(byName[name]).toBe(records[index]?.[column]);
          });
        });
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    ['that does not divide', 2, 93],
    ['that is too short', 1, 45],
    ['that is too short in sum', 3, 92],
  ])('refuses a payload %s', (_, count, length) => {
    const payload = Array.from({ length }, () => '1').join('^');
    expect(() => cutRecords(channels.trades, count, payload)).toThrow(
      expect.objectContaining({
        code: 'venue.malformed',
        context: { where: 'H0STCNT0', fields: length, count, problem: 'record length' },
      }),
    );
  });
});

describe('encryption', () => {
  it('goes both ways', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), cipherOf, (payload, cipher) => {
        expect(decrypt(encrypt(payload, cipher), cipher)).toBe(payload);
      }),
    );
  });

  it('is AES-256-CBC over UTF-8, in Base64', () => {
    const cipher = { key: 'abcdefghijklmnopqrstuvwxyzabcdef', iv: '0123456789abcdef' };
    // printf '호가' | openssl enc -aes-256-cbc -a -K … -iv …
    expect(encrypt('호가', cipher)).toBe('JuA2sWRh4EYhPOAeqUKJvA==');
  });

  it.each([
    ['a short key', { key: 'short', iv: '0123456789abcdef' }],
    ['a short iv', { key: 'abcdefghijklmnopqrstuvwxyzabcdef', iv: '' }],
  ])('says so for %s', (_, cipher) => {
    expect(() => decrypt('AAAA', cipher)).toThrow(expect.objectContaining({ code: 'venue.malformed' }));
  });
});

describe('junk', () => {
  it('of any text is read or refused as malformed', () => {
    const almostFrames = fc
      .tuple(fc.constantFrom('0|', '1|', ''), fc.string({ unit: 'grapheme' }), fc.constantFrom('', '|', '|1|', '|1|a^'))
      .map((parts) => parts.join(''));
    fc.assert(fc.property(almostFrames, (raw) => onlyMalformed(() => parseFrame(raw))));
  });

  it('of any JSON is read or refused as malformed', () => {
    fc.assert(fc.property(fc.json(), (raw) => onlyMalformed(() => parseFrame(raw))));
    const almostControl = fc.record({
      header: fc.oneof(fc.jsonValue(), fc.record({ tr_id: fc.jsonValue(), tr_key: fc.jsonValue() })),
      body: fc.oneof(
        fc.jsonValue(),
        fc.record({ rt_cd: fc.jsonValue(), msg1: fc.jsonValue(), output: fc.jsonValue() }),
      ),
    });
    fc.assert(fc.property(almostControl, (value) => onlyMalformed(() => parseFrame(JSON.stringify(value)))));
  });

  it('of any payload is cut or refused as malformed', () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 10 }), (payload, count) =>
        onlyMalformed(() => cutRecords(channels.executions, count, payload)),
      ),
    );
  });

  it('of any ciphertext is decrypted or refused as malformed', () => {
    const bytes = fc.uint8Array({ maxLength: 64 }).map((raw) => Buffer.from(raw).toString('base64'));
    fc.assert(
      fc.property(fc.oneof(fc.string(), bytes), cipherOf, (payload, cipher) =>
        onlyMalformed(() => decrypt(payload, cipher)),
      ),
    );
  });
});
