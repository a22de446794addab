import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import { decrypt, encrypt, type FrameCipher, parseFrame, serialiseData } from '../../../src/kis/wire/frames.ts';

const cipherOf = fc.record<FrameCipher>({
  key: fc.stringMatching(/^[a-z]{32}$/),
  iv: fc.stringMatching(/^[0-9a-f]{16}$/),
});

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
        const { payload, ...head } = frame;
        const read = parseFrame(Buffer.from(serialiseData(frame)));
        expect(read).toEqual({ kind: 'data', ...head, payload: Buffer.from(payload) });
      }),
    );
  });

  it('takes a bar in the payload for text', () => {
    const read = parseFrame(Buffer.from('0|H0STCNT0|001|a|b^c'));
    expect(read).toMatchObject({ count: 1, payload: Buffer.from('a|b^c') });
  });

  it('pads the count as KIS does', () => {
    const frame = { encrypted: false, trId: 'H0STCNT0', count: 4, payload: 'a^b' };
    expect(serialiseData(frame)).toBe('0|H0STCNT0|004|a^b');
    expect(serialiseData({ ...frame, encrypted: true, count: 1 })).toBe('1|H0STCNT0|001|a^b');
  });

  it.each(['0|', '0|H0STCNT0', '0|H0STCNT0|001', '0|H0STCNT0|000|a', '0|H0STCNT0|x|a', '0|H0STCNT0|1.5|a', '1||'])(
    'refuses %j',
    (raw) => expect(() => parseFrame(Buffer.from(raw))).toThrow(expect.objectContaining({ code: 'venue.malformed' })),
  );
});

describe('encryption', () => {
  it('goes both ways', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), cipherOf, (payload, cipher) => {
        expect(String(decrypt(Buffer.from(encrypt(payload, cipher)), cipher))).toBe(payload);
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
    expect(() => decrypt(Buffer.from('AAAA'), cipher)).toThrow(expect.objectContaining({ code: 'venue.malformed' }));
  });
});

describe('junk', () => {
  it('of any text is read or refused as malformed', () => {
    const almostFrames = fc
      .tuple(fc.constantFrom('0|', '1|', ''), fc.string({ unit: 'grapheme' }), fc.constantFrom('', '|', '|1|', '|1|a^'))
      .map((parts) => parts.join(''));
    fc.assert(fc.property(almostFrames, (raw) => onlyMalformed(() => parseFrame(Buffer.from(raw)))));
  });

  it('of any JSON is read or refused as malformed', () => {
    fc.assert(fc.property(fc.json(), (raw) => onlyMalformed(() => parseFrame(Buffer.from(raw)))));
    const almostControl = fc.record({
      header: fc.oneof(fc.jsonValue(), fc.record({ tr_id: fc.jsonValue(), tr_key: fc.jsonValue() })),
      body: fc.oneof(
        fc.jsonValue(),
        fc.record({ rt_cd: fc.jsonValue(), msg1: fc.jsonValue(), output: fc.jsonValue() }),
      ),
    });
    fc.assert(
      fc.property(almostControl, (value) => onlyMalformed(() => parseFrame(Buffer.from(JSON.stringify(value))))),
    );
  });

  it('of any ciphertext is decrypted or refused as malformed', () => {
    const bytes = fc.uint8Array({ maxLength: 64 }).map((raw) => Buffer.from(raw).toString('base64'));
    fc.assert(
      fc.property(fc.oneof(fc.string(), bytes), cipherOf, (payload, cipher) =>
        onlyMalformed(() => decrypt(Buffer.from(payload), cipher)),
      ),
    );
  });
});
