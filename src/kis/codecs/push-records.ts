import { AppError } from '../../errors.ts';
import type { Channel } from '../endpoints/channels.ts';
import { type Field, real, won } from './fields.ts';

const separator = 0x5e;
const fourSeparators = 0x5e5e5e5e;
const zero = 0x30;
const minus = 0x2d;
/** The point, counted from the nought. */
const pointDigit = 0x2e - zero;
/** So many digits fit into 31 bits: V8 keeps such numbers without memory of their own. */
const wholeDigits = 9;
/** Stands for a field that is not such a number. */
const notWhole = -1 << 31;
/** So many digits are exact, whatever they are. */
const exactDigits = 15;

// Every frame is copied to the same place and read there, one after the other: V8 knows where that place is and how long
// it is, and reads its bytes without asking again. Behind the frame stands one more separator, so that every field ends
// with one. Memory that no frame has needed is never touched.

/** KIS counts records in three digits, and none of its records has a thousand bytes. */
const mostBytes = 1 << 20;
const mostFields = 1 << 16;
const bytes = new Uint8Array(mostBytes + 32);
const words = new DataView(bytes.buffer);
/** By record and column that is read: where the field begins, where it ends, and which whole number it is. */
const starts = new Int32Array(mostFields);
const ends = new Int32Array(mostFields);
const wholes = new Int32Array(mostFields);

/** Which of the columns that a reader reads. */
export type ColumnPlace = number;

/** A record of a topic, until the next one is read. */
export interface PushRecord {
  /** Empty where the record ends before the column. */
  text(column: ColumnPlace): string;
  /** @throws AppError `venue.malformed`, naming the column. */
  whole(column: ColumnPlace): number;
  /** @throws AppError `venue.malformed`, naming the column. */
  real(column: ColumnPlace): number;
  /** Undefined for anything that is no number. */
  number(column: ColumnPlace): number | undefined;
  /** @throws AppError `venue.malformed`, naming the column. */
  decoded<T>(column: ColumnPlace, field: Field<T>): T;
}

/** The places of columns by name, for those who read them: found once, and not for every record. */
export function placesOf<const Names extends readonly string[]>(
  names: Names,
): { readonly [Name in Names[number]]: ColumnPlace } {
  return Object.fromEntries(names.map((name, place) => [name, place])) as { [Name in Names[number]]: ColumnPlace };
}

/** The highest bit of each byte of a word that is a separator. */
function separatorsIn(word: number): number {
  // A separator becomes a nought, and a nought is the only byte whose highest bit the sum leaves unset.
  const other = word ^ fourSeparators;
  return ~(((other & 0x7f7f7f7f) + 0x7f7f7f7f) | other) & 0x80808080;
}

/**
 * The place after so many separators; behind `size + 1` where there are not so many up to the one at `size`. Four bytes
 * are counted at a time, without a branch for each: a processor cannot foresee where a field ends, and guesses wrong at
 * every one.
 */
function afterSeparators(from: number, count: number, size: number): number {
  let left = count;
  let at = from;
  while (at <= size) {
    const found = separatorsOf4Words(at);
    if (found >= left) break;
    left -= found;
    at += 16;
  }
  for (; at <= size; at += 4) {
    let hits = separatorsIn(words.getInt32(at, true));
    const found = Math.imul(hits >>> 7, 0x01010101) >>> 24;
    if (found >= left) {
      for (; left > 1; left -= 1) hits &= hits - 1;
      return at + bytesBefore(hits) + 1;
    }
    left -= found;
  }
  return size + 2;
}

/** How many separators stand in sixteen bytes. */
function separatorsOf4Words(at: number): number {
  const sum =
    (separatorsIn(words.getInt32(at, true)) >>> 7) +
    (separatorsIn(words.getInt32(at + 4, true)) >>> 7) +
    (separatorsIn(words.getInt32(at + 8, true)) >>> 7) +
    (separatorsIn(words.getInt32(at + 12, true)) >>> 7);
  return Math.imul(sum, 0x01010101) >>> 24;
}

/** Notes where the field that begins there ends, and which whole number it is. Returns where it ends. */
function readField(from: number, place: number): number {
  const isNegative = bytes[from] === minus;
  const first = isNegative ? from + 1 : from;
  let at = first;
  let value = 0;
  let digit = (bytes[at] as number) - zero;
  while (digit >= 0 && digit <= 9) {
    value = (Math.imul(value, 10) + digit) | 0;
    at += 1;
    digit = (bytes[at] as number) - zero;
  }
  let isWhole = at > first && at - first <= wholeDigits;
  if (digit !== separator - zero) {
    isWhole = false;
    while (bytes[at] !== separator) at += 1;
  }
  starts[place] = from;
  ends[place] = at;
  // The negative of nought is a number of its own.
  if (isNegative) value = value === 0 ? notWhole : -value | 0;
  wholes[place] = isWhole ? value : notWhole;
  return at;
}

/** How many bytes come before the first one that is marked by its highest bit. */
function bytesBefore(marks: number): number {
  return (31 - Math.clz32(marks & -marks)) >>> 3;
}

/** A number of digits alone, with or without a point, as nearly all are; NaN for anything else. */
function numberAt(start: number, end: number): number {
  const isNegative = bytes[start] === minus;
  const first = isNegative ? start + 1 : start;
  if (end - first > exactDigits || end <= first) return Number.NaN;
  let value = 0;
  // Ten for each digit behind the point: so the quotient is the nearest number to what is written.
  let divisor = 0;
  for (let at = first; at < end; at += 1) {
    const digit = (bytes[at] as number) - zero;
    if (digit === pointDigit && divisor === 0 && at > first && at < end - 1) {
      divisor = 1;
      continue;
    }
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
    divisor *= 10;
  }
  if (divisor > 0) value /= divisor;
  return isNegative ? -value : value;
}

/** Decodes a column that the record must have. @throws AppError `venue.malformed`, naming the column. */
export function decodeColumn<T>(name: string, text: string, decode: (text: string) => T): T {
  try {
    return decode(text);
  } catch (cause) {
    throw new AppError('venue.malformed', { where: 'socket', field: name }, { cause });
  }
}

/**
 * Reads some columns of a topic's records where they stand in the bytes of a frame. Trades come thousands a second, and
 * most of what is in them nobody asks for: only the columns named are looked at, and a text only when it is wanted.
 */
export class RecordReader {
  readonly #channel: Channel;
  readonly #record: ScannedRecord;

  /** `names`: columns of the channel in their order there; `placesOf` has the places. @throws Error for any others. */
  constructor(channel: Channel, names: readonly string[]) {
    this.#channel = channel;
    this.#record = new ScannedRecord(channel.columns, names);
  }

  /**
   * What `read` makes of each record of a payload that reached us `at`. The length of a record is the number of fields
   * divided by the count, because KIS appends columns without notice; no record is read before the whole frame is known
   * to divide evenly.
   * @throws AppError `venue.malformed` when it does not, or a record is shorter than the topic allows, and what `read`
   * throws.
   */
  map<T>(payload: Uint8Array, count: number, at: number, read: (record: PushRecord, at: number) => T): readonly T[] {
    const record = this.#record;
    // Nearly always as long as the last one: so the frame is gone through once.
    if (!record.scan(payload, count)) {
      record.setLength(this.#lengthOf(payload, count));
      if (!record.scan(payload, count)) this.#refuse({ bytes: payload.length, count, problem: 'too long' });
    }
    record.turnTo(0);
    if (count === 1) return [read(record, at)];
    const all = new Array<T>(count);
    for (let index = 0; index < count; index += 1) {
      record.turnTo(index);
      all[index] = read(record, at);
    }
    return all;
  }

  #lengthOf(payload: Uint8Array, count: number): number {
    const fields = payload.reduce((sum, byte) => sum + (byte === separator ? 1 : 0), 1);
    const length = fields / count;
    if (Number.isInteger(length) && length >= this.#channel.atLeast) return length;
    return this.#refuse({ fields, count, problem: 'record length' });
  }

  #refuse(problem: Readonly<Record<string, number | string>>): never {
    throw new AppError('venue.malformed', { where: this.#channel.tr.live, ...problem });
  }
}

/** The columns that are read, record by record. */
class ScannedRecord implements PushRecord {
  /** Fields of a record. */
  #length = 0;
  /** How many of the columns that are read a record of that length has. */
  #held = 0;
  readonly #names: readonly string[];
  /** Of each column that is read, how many separators stand between it and the one before. */
  readonly #steps: Int32Array;
  /** The positions of the columns that are read, in rising order. */
  readonly #columns: readonly number[];
  /** Where the columns of the record that is read begin in `starts`, `ends` and `wholes`. */
  #base = 0;

  constructor(columns: readonly string[], names: readonly string[]) {
    this.#names = names;
    this.#columns = names.map((name) => columns.indexOf(name));
    this.#steps = Int32Array.from(this.#columns, (column, place) => column - (this.#columns[place - 1] ?? 0));
    const rising = this.#columns.every((column, place) => column > (this.#columns[place - 1] ?? -1));
    if (!rising) throw new Error(`columns not of the channel, or not in its order: ${names.join(' ')}`);
  }

  setLength(length: number): void {
    this.#length = length;
    this.#held = this.#columns.filter((column) => column < length).length;
  }

  turnTo(index: number): void {
    this.#base = index * this.#columns.length;
  }

  /** Reads the columns. False where the payload is not `count` records of `length` fields. */
  scan(payload: Uint8Array, count: number): boolean {
    const size = payload.length;
    if (size > mostBytes || count * this.#columns.length > mostFields) return false;
    bytes.set(payload);
    bytes[size] = separator;
    const columns = this.#columns.length;
    const rest = this.#length - (this.#columns[this.#held - 1] ?? 0);
    let at = 0;
    for (let record = 0; record < count; record += 1) {
      at = this.#scanRecord(at, size, record * columns);
      at = afterSeparators(at, rest, size);
      if (at > size + 1 || (at > size && record < count - 1)) return false;
    }
    return at === size + 1;
  }

  /** Returns where the last of the columns ends; beyond `size` where the payload ends before. */
  #scanRecord(from: number, size: number, base: number): number {
    const steps = this.#steps;
    const held = this.#held;
    let at = from;
    for (let place = 0; place < held; place += 1) {
      const step = steps[place] as number;
      if (step === 1 && place > 0) at += 1;
      else if (step > 0) at = afterSeparators(at, step, size);
      if (at > size) return size + 2;
      at = readField(at, base + place);
    }
    for (let place = held; place < steps.length; place += 1) {
      starts[base + place] = 0;
      ends[base + place] = 0;
      wholes[base + place] = notWhole;
    }
    return at;
  }

  text(column: ColumnPlace): string {
    const place = this.#base + column;
    return textAt(starts[place] as number, ends[place] as number);
  }

  whole(column: ColumnPlace): number {
    const value = wholes[this.#base + column] as number;
    return value === notWhole ? this.decoded(column, won) : value;
  }

  real(column: ColumnPlace): number {
    const value = this.#plainNumber(column);
    return Number.isNaN(value) ? this.decoded(column, real) : value;
  }

  number(column: ColumnPlace): number | undefined {
    const value = this.#plainNumber(column);
    if (!Number.isNaN(value)) return value;
    const text = this.text(column).trim();
    return text === '' || Number.isNaN(Number(text)) ? undefined : Number(text);
  }

  #plainNumber(column: ColumnPlace): number {
    const place = this.#base + column;
    const value = wholes[place] as number;
    return value === notWhole ? numberAt(starts[place] as number, ends[place] as number) : value;
  }

  decoded<T>(column: ColumnPlace, { decode }: Field<T>): T {
    return decodeColumn(this.#names[column] ?? '', this.text(column), decode);
  }
}

/**
 * Texts of up to eight bytes come again and again: symbols, times, flags. One made before is found by its bytes, four in
 * each of two numbers; another of the same place takes its place.
 */
const places = 4_096;
const firstHalves = new Int32Array(places);
const secondHalves = new Int32Array(places);
const texts: string[] = new Array<string>(places).fill('');

function textAt(start: number, end: number): string {
  const length = end - start;
  if (length > 8) return longText(start, end);
  const first = words.getInt32(start, true) & (length >= 4 ? -1 : (1 << (length * 8)) - 1);
  const second = length <= 4 ? 0 : words.getInt32(start + 4, true) & (length === 8 ? -1 : (1 << (length * 8)) - 1);
  if (((first | second) & 0x80808080) !== 0) return longText(start, end);
  const place = (Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b)) >>> 20;
  const known = texts[place] as string;
  if (firstHalves[place] === first && secondHalves[place] === second && known.length === length) return known;
  const text = longText(start, end);
  firstHalves[place] = first;
  secondHalves[place] = second;
  texts[place] = text;
  return text;
}

function longText(start: number, end: number): string {
  return Buffer.from(bytes.buffer, start, end - start).toString();
}
