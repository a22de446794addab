import { visibleLine } from '../../domain/clean-text.ts';
import { AppError } from '../../errors.ts';

/**
 * A two-way codec between a KIS string and a domain value. KIS sends every number as a string, some padded with zeros
 * or blanks, and leaves fields blank that do not apply.
 */
export interface Field<T> {
  /** @throws Error when the text is not of this kind; the caller names the field. */
  decode(text: string): T;
  encode(value: T): string;
  /** What the simulator sends where it has no value. */
  readonly blank: string;
  /** False: the field may be missing or blank, and reads as undefined then. */
  readonly required: boolean;
}

/** The type a field decodes to. */
export type Decoded<F> = F extends Field<infer T> ? T : never;

function field<T>(decode: (text: string) => T, encode: (value: T) => string, blank: string): Field<T> {
  return { decode, encode, blank, required: true };
}

function wholeNumber(text: string): number {
  const trimmed = text.trim();
  // KIS writes averages as '70000.0000' where it documents whole won.
  if (!/^[+-]?\d+(?:\.0*)?$/.test(trimmed)) throw new Error(`not a whole number: '${trimmed}'`);
  const value = Number(trimmed);
  if (!Number.isSafeInteger(value)) throw new Error(`out of range: '${trimmed}'`);
  return value;
}

function realNumber(text: string): number {
  const trimmed = text.trim();
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)$/.test(trimmed)) throw new Error(`not a number: '${trimmed}'`);
  return Number(trimmed);
}

/** Text on one line, without the blanks that KIS pads it with and without invisible characters. */
export const text: Field<string> = field(visibleLine, (value) => value, '');

/** Whole won. */
export const won: Field<number> = field(wholeNumber, String, '0');

/** Whole shares. */
export const shares: Field<number> = field(wholeNumber, String, '0');

/** A count of anything else. */
export const count: Field<number> = field(wholeNumber, String, '0');

/** Percent, signed, as KIS writes it: '1.25' is 1.25 %. */
export const percent: Field<number> = field(realNumber, (value) => value.toFixed(2), '0.00');

/** Any number: index points, ratios, sums in other currencies. */
export const real: Field<number> = field(realNumber, String, '0');

/** A number that KIS writes in units of `unit`, such as millions; decoded to single ones. */
function inUnitsOf(unit: number): Field<number> {
  return field(
    (raw) => Math.round(realNumber(raw) * unit),
    (value) => String(Math.round(value / unit)),
    '0',
  );
}

/** Won that KIS writes in millions (백만원): what investors traded, an index's turnover. */
export const millionWon: Field<number> = inUnitsOf(1_000_000);

/** Won that KIS writes in hundreds of millions (억원): market values. */
export const hundredMillionWon: Field<number> = inUnitsOf(100_000_000);

/** Shares that KIS writes in thousands: an index's volume. */
export const thousandShares: Field<number> = inUnitsOf(1_000);

/**
 * Won in the statements of a company, which KIS writes in hundreds of millions. Where a company lacks an entry KIS
 * writes 99.99 (its printed examples of 2026-06), which is decoded to undefined.
 */
export const statementWon: Field<number | undefined> = field(
  (raw) => (raw.trim() === '99.99' ? undefined : hundredMillionWon.decode(raw)),
  (value) => (value === undefined ? '99.99' : hundredMillionWon.encode(value)),
  '99.99',
);

/** A decimal number kept as text: averages have four decimals, which floating point would change. */
export const decimal: Field<string> = field(
  (raw) => {
    realNumber(raw);
    return raw.trim();
  },
  (value) => value,
  '0.0000',
);

/** 'Y' or 'N'. */
export const yesNo: Field<boolean> = field(
  (raw) => {
    const trimmed = raw.trim();
    if (trimmed !== 'Y' && trimmed !== 'N') throw new Error(`neither Y nor N: '${trimmed}'`);
    return trimmed === 'Y';
  },
  (value) => (value ? 'Y' : 'N'),
  'N',
);

/** The same field, which KIS may leave out or blank: it decodes to undefined then. */
export function maybe<T>(inner: Field<T>): Field<T | undefined> {
  return {
    decode: (raw) => (raw.trim() === '' ? undefined : inner.decode(raw)),
    encode: (value) => (value === undefined ? '' : inner.encode(value)),
    blank: inner.blank,
    required: false,
  };
}

export type Fields = Readonly<Record<string, Field<unknown>>>;

type Repeated<Names extends readonly string[], T> = { readonly [Name in Names[number]]: Field<T> };

/** Several columns of one kind that an answer must have. */
export function required<T, const Names extends readonly string[]>(
  kind: Field<T>,
  ...names: Names
): Repeated<Names, T> {
  return Object.fromEntries(names.map((name) => [name, kind])) as Repeated<Names, T>;
}

/** Several columns of one kind that an answer may have. */
export function optional<T, const Names extends readonly string[]>(
  kind: Field<T>,
  ...names: Names
): Repeated<Names, T | undefined> {
  return required(maybe(kind), ...names);
}

/** A decoded record: every field by its KIS name. */
export type DecodedFields<F extends Fields> = { readonly [Name in keyof F]: Decoded<F[Name]> };

/**
 * Reads a record. Keys are matched without regard to case, because KIS documents some in lower case and sends them in
 * upper; unknown keys are ignored, because KIS adds columns without notice.
 * @throws AppError `venue.malformed`, naming the field and `where` it stood.
 */
export function decodeFields<F extends Fields>(fields: F, record: unknown, where: string): DecodedFields<F> {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) {
    throw new AppError('venue.malformed', { where, problem: 'not an object' });
  }
  const byLowerCase = new Map<string, unknown>();
  for (const [key, value] of Object.entries(record)) byLowerCase.set(key.toLowerCase(), value);
  const decoded: Record<string, unknown> = {};
  for (const [name, codec] of Object.entries(fields)) {
    const raw = byLowerCase.get(name.toLowerCase());
    if (raw === undefined || raw === null) {
      if (codec.required) throw new AppError('venue.malformed', { where, field: name, problem: 'missing' });
      decoded[name] = undefined;
      continue;
    }
    try {
      decoded[name] = codec.decode(String(raw));
    } catch (cause) {
      // An optional column becomes undefined when KIS changes how it is written, so that the rest of the answer can
      // still be used.
      if (!codec.required) {
        decoded[name] = undefined;
        continue;
      }
      throw new AppError('venue.malformed', { where, field: name, problem: 'unreadable' }, { cause });
    }
  }
  return decoded as DecodedFields<F>;
}

/** Writes a record, with KIS's blanks for what is not given. */
export function encodeFields<F extends Fields>(fields: F, values: Partial<DecodedFields<F>>): Record<string, string> {
  const encoded: Record<string, string> = {};
  for (const [name, codec] of Object.entries(fields)) {
    const value = (values as Record<string, unknown>)[name];
    encoded[name] = value === undefined ? codec.blank : codec.encode(value);
  }
  return encoded;
}
