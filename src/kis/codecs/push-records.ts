import { AppError } from '../../errors.ts';
import type { Channel } from '../endpoints/channels.ts';
import { type Field, real, won } from './fields.ts';

const separator = 0x5e;
const zero = 0x30;
const minus = 0x2d;
/** The point, counted from the nought. */
const pointDigit = 0x2e - zero;
/** So many digits are exact, whatever they are. */
const exactDigits = 15;

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

/** Nought for a separator, and something else for any other byte. */
const isOther = (payload: Buffer, at: number): number => (payload[at] ?? 0) ^ separator;

/**
 * The place after so many separators; -1 where there are not so many. Eight bytes are counted at a time, without a
 * branch for each: a processor cannot foresee where a field ends, and guesses wrong at every one.
 */
function afterSeparators(payload: Buffer, from: number, count: number): number {
  let at = from;
  let left = count;
  while (left >= 8 && at + 8 <= payload.length) {
    left -=
      ((isOther(payload, at) - 1) >>> 31) +
      ((isOther(payload, at + 1) - 1) >>> 31) +
      ((isOther(payload, at + 2) - 1) >>> 31) +
      ((isOther(payload, at + 3) - 1) >>> 31) +
      ((isOther(payload, at + 4) - 1) >>> 31) +
      ((isOther(payload, at + 5) - 1) >>> 31) +
      ((isOther(payload, at + 6) - 1) >>> 31) +
      ((isOther(payload, at + 7) - 1) >>> 31);
    at += 8;
  }
  for (; left > 0; at += 1) {
    if (at >= payload.length) return -1;
    if (payload[at] === separator) left -= 1;
  }
  return at;
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
   * Calls `read` with each record of a payload. The length of a record is the number of fields divided by the count,
   * because KIS appends columns without notice; no record is read before the whole frame is known to divide evenly.
   * @throws AppError `venue.malformed` when it does not, or a record is shorter than the topic allows, and what `read`
   * throws.
   */
  forEach(payload: Buffer, count: number, read: (record: PushRecord) => void): void {
    const record = this.#record;
    // Nearly always as long as the last one: so the frame is gone through once.
    if (!record.scan(payload, count)) {
      record.length = this.#lengthOf(payload, count);
      record.scan(payload, count);
    }
    for (let index = 0; index < count; index += 1) {
      record.turnTo(index);
      read(record);
    }
  }

  #lengthOf(payload: Buffer, count: number): number {
    const { tr, atLeast } = this.#channel;
    const fields = payload.reduce((sum, byte) => sum + (byte === separator ? 1 : 0), 1);
    const length = fields / count;
    if (Number.isInteger(length) && length >= atLeast) return length;
    throw new AppError('venue.malformed', { where: tr.live, fields, count, problem: 'record length' });
  }
}

/** Where the columns that are read stand, record by record. */
class ScannedRecord implements PushRecord {
  /** Fields of a record. */
  length = 0;
  readonly #names: readonly string[];
  /** The positions of the columns that are read, in rising order. */
  readonly #columns: readonly number[];
  #payload: Buffer = Buffer.alloc(0);
  /** By record and column. */
  #starts = new Int32Array(0);
  #ends = new Int32Array(0);
  /** Where the columns of the record that is read begin in those. */
  #base = 0;

  constructor(columns: readonly string[], names: readonly string[]) {
    this.#names = names;
    this.#columns = names.map((name) => columns.indexOf(name));
    const rising = this.#columns.every((column, place) => column > (this.#columns[place - 1] ?? -1));
    if (!rising) throw new Error(`columns not of the channel, or not in its order: ${names.join(' ')}`);
  }

  turnTo(index: number): void {
    this.#base = index * this.#columns.length;
  }

  /** Notes where the columns stand. False where the payload is not `count` records of `length` fields. */
  scan(payload: Buffer, count: number): boolean {
    const columns = this.#columns.length;
    if (this.#starts.length < columns * count) {
      this.#starts = new Int32Array(columns * count);
      this.#ends = new Int32Array(columns * count);
    }
    this.#payload = payload;
    let at = 0;
    for (let record = 0; record < count; record += 1) {
      if (record > 0) at += 1;
      at = this.#scanRecord(payload, at, record * columns);
      if (at < 0 || (record < count - 1 && at >= payload.length)) return false;
    }
    return at === payload.length;
  }

  /** Returns where the record ends; -1 where it has too few fields. */
  #scanRecord(payload: Buffer, from: number, base: number): number {
    const starts = this.#starts;
    const ends = this.#ends;
    const columns = this.#columns;
    const length = this.length;
    const size = payload.length;
    let at = from;
    let column = 0;
    for (let place = 0; place < columns.length; place += 1) {
      const wanted = columns[place] ?? 0;
      if (wanted >= length) {
        starts[base + place] = -1;
        ends[base + place] = -1;
        continue;
      }
      at = afterSeparators(payload, at, wanted - column);
      if (at < 0) return -1;
      column = wanted;
      starts[base + place] = at;
      while (at < size && payload[at] !== separator) at += 1;
      ends[base + place] = at;
    }
    at = afterSeparators(payload, at, length - 1 - column);
    if (at < 0) return -1;
    while (at < size && payload[at] !== separator) at += 1;
    return at;
  }

  text(column: ColumnPlace): string {
    const start = this.#starts[this.#base + column] ?? -1;
    const end = this.#ends[this.#base + column] ?? -1;
    return start < 0 ? '' : textAt(this.#payload, start, end);
  }

  whole(column: ColumnPlace): number {
    const value = this.#digits(column, false);
    return value === undefined ? this.decoded(column, won) : value;
  }

  real(column: ColumnPlace): number {
    const value = this.#digits(column, true);
    return value === undefined ? this.decoded(column, real) : value;
  }

  number(column: ColumnPlace): number | undefined {
    const value = this.#digits(column, true);
    if (value !== undefined) return value;
    const text = this.text(column).trim();
    return text === '' || Number.isNaN(Number(text)) ? undefined : Number(text);
  }

  decoded<T>(column: ColumnPlace, { decode }: Field<T>): T {
    return decodeColumn(this.#names[column] ?? '', this.text(column), decode);
  }

  /**
   * A number of digits alone, with a sign and where `mayBreak` with a point, as nearly all are; undefined for anything
   * else, which is the codec's to read or to refuse.
   */
  #digits(column: ColumnPlace, mayBreak: boolean): number | undefined {
    const start = this.#starts[this.#base + column] ?? -1;
    const end = this.#ends[this.#base + column] ?? -1;
    const payload = this.#payload;
    const isNegative = payload[start] === minus;
    const first = isNegative ? start + 1 : start;
    if (end - first > exactDigits || end <= first) return undefined;
    let value = 0;
    // Ten for each digit behind the point: so the quotient is the nearest number to what is written.
    let divisor = 0;
    for (let at = first; at < end; at += 1) {
      const digit = (payload[at] ?? 0) - zero;
      if (digit === pointDigit && mayBreak && divisor === 0 && at > first && at < end - 1) {
        divisor = 1;
        continue;
      }
      if (digit < 0 || digit > 9) return undefined;
      value = value * 10 + digit;
      divisor *= 10;
    }
    if (divisor > 0) value /= divisor;
    return isNegative ? -value : value;
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

function textAt(payload: Buffer, start: number, end: number): string {
  const length = end - start;
  if (length > 8) return payload.toString('utf8', start, end);
  let first = 0;
  let second = 0;
  for (let at = start; at < end; at += 1) {
    const byte = payload[at] ?? 0;
    if (byte > 0x7f) return payload.toString('utf8', start, end);
    if (at < start + 4) first = (first << 8) | byte;
    else second = (second << 8) | byte;
  }
  const place = (Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b)) >>> 20;
  const known = texts[place] ?? '';
  if (firstHalves[place] === first && secondHalves[place] === second && known.length === length) return known;
  const text = payload.toString('latin1', start, end);
  firstHalves[place] = first;
  secondHalves[place] = second;
  texts[place] = text;
  return text;
}
