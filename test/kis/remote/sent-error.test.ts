import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AppError, errorText } from '../../../src/errors.ts';
import { fromSentError, sentError, toSentError } from '../../../src/kis/remote/sent-error.ts';
import { KisError } from '../../../src/kis/wire/error.ts';
import { codeFamilies, type KisErrorKind } from '../../../src/kis/wire/venue-codes.ts';

const crossed = (error: unknown): Error =>
  fromSentError(sentError.parse(JSON.parse(JSON.stringify(toSentError(error)))));

const kinds = [
  'rejected',
  'unauthorised',
  'throttled',
  'token-wait',
  'unreachable',
  'listing-changed',
  'outcome-unknown',
  'unsupported',
  'drift',
  'malformed',
] satisfies readonly KisErrorKind[];
const codes = codeFamilies.flatMap((family) => family.codes.filter((code) => typeof code === 'string'));
const context = fc.dictionary(
  fc.string({ minLength: 1 }).filter((name) => !['__proto__', 'venueCode', 'venueText'].includes(name)),
  fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(undefined)),
  { maxKeys: 4 },
);
const cause = fc.option(
  fc.string().map((text) => new Error(text, { cause: 'deeper' })),
  { nil: undefined },
);

test('an error of KIS crosses with all that is told and decided by it', () => {
  const code = fc.oneof(fc.constantFrom('', ...codes), fc.string());
  fc.assert(
    fc.property(fc.constantFrom(...kinds), code, fc.string(), context, cause, (kind, venueCode, text, facts, why) => {
      const error = new KisError(kind, { code: venueCode, text }, facts, why);
      const there = crossed(error) as KisError;
      expect(there).toBeInstanceOf(KisError);
      const { name, message, code, kind: sort } = there;
      expect({ name, message, code, kind: sort }).toEqual({
        name: error.name,
        message: error.message,
        code: error.code,
        kind: error.kind,
      });
      expect([there.venueCode, there.venueText]).toEqual([venueCode, text]);
      expect(there.context).toEqual(error.context);
      expect(errorText(there)).toBe(errorText(error));
    }),
  );
});

test('an error of Hoga crosses with its code and its facts, and any other with its text', () => {
  fc.assert(
    fc.property(fc.string(), context, cause, (code, facts, why) => {
      const error = new AppError(code, facts, { cause: why, message: 'a message' });
      const there = crossed(error) as AppError;
      expect(there).toBeInstanceOf(AppError);
      expect(there).not.toBeInstanceOf(KisError);
      expect([there.code, there.message]).toEqual([code, 'a message']);
      expect(there.context).toEqual(facts);
      expect(errorText(there)).toBe(errorText(error));
    }),
  );
  const plain = crossed(new TypeError('not a function', { cause: new Error('why') }));
  expect(plain).not.toBeInstanceOf(AppError);
  expect(errorText(plain)).toBe('not a function (why)');
  expect(crossed('thrown text').message).toBe('thrown text');
});
