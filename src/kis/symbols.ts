import { disassemble, getChoseong } from 'es-hangul';
import iconv from 'iconv-lite';
import type { Instrument, InstrumentKind, Market } from '../domain/instrument.ts';
import type { InstrumentDirectory } from '../ports.ts';
import { groupKinds } from './decode.ts';
import { nicknames } from './symbols-nicknames.ts';

const lineFeed = 0x0a;

/**
 * Bytes of a master record that name the issue. KOSPI's records have 288 bytes, KOSDAQ's 282 and KONEX's 245, but all
 * begin alike; counting from the start keeps reading right when KIS lengthens the rest, which counting from the end
 * (as KIS's samples do) would not.
 */
const head = { code: [0, 9], isin: [9, 21], name: [21, 61], group: [61, 63], length: 63 } as const;

/**
 * Reads a stock master file: cp949, one fixed-width record a line. A line that is cut short or does not decode is left
 * out, so that one bad line does not cost the whole market.
 */
export function parseMaster(market: Market, file: Buffer): readonly Instrument[] {
  const instruments: Instrument[] = [];
  // A line feed is never the second byte of a cp949 character, so lines may be cut before decoding.
  for (let start = 0; start < file.length; ) {
    const found = file.indexOf(lineFeed, start);
    const end = found === -1 ? file.length : found;
    const instrument = parseRecord(market, file.subarray(start, end));
    if (instrument !== undefined) instruments.push(instrument);
    start = end + 1;
  }
  return instruments;
}

function parseRecord(market: Market, record: Buffer): Instrument | undefined {
  if (record.length < head.length) return undefined;
  // iconv-lite, because Node's own decoder of this name knows only the 2,350 syllables of the older standard.
  const text = ([from, to]: readonly [number, number]): string =>
    iconv.decode(record.subarray(from, to), 'cp949').trim();
  const symbol = text(head.code);
  // A long name may be cut in the middle of its last character.
  const name = text(head.name).replace(/\uFFFD$/, '');
  // The ISIN's shape tells that the columns are where we think they are.
  const inPlace = /^[A-Z]{2}[0-9A-Z]{10}$/.test(text(head.isin)) && /^[0-9A-Z]{6,9}$/.test(symbol);
  if (!inPlace || name === '' || name.includes('\uFFFD')) return undefined;
  return { symbol, name, market, kind: groupKinds[text(head.group)] ?? 'other' };
}

/** An issue with what searching looks at, worked out once. */
interface Entry {
  readonly instrument: Instrument;
  readonly name: readonly string[];
  /** The name with every syllable cut to its initial consonant: ㅅㅅㅈㅈ. */
  readonly initials: readonly string[];
  readonly nicknames: readonly string[];
  readonly preferred: boolean;
}

/** How well an issue matches, best first; a match that is exact in code, name or nickname is answered alone. */
const ranks = { initialsWhole: 0, start: 1, initialsAtStart: 2, initialsInside: 3, inside: 4 } as const;

const kindOrder: Readonly<Record<InstrumentKind, number>> = { stock: 0, etf: 1, etn: 1, other: 2 };

/** An index of issues by code, Korean or Latin name, initial consonants and nicknames. */
export function createDirectory(instruments: readonly Instrument[]): InstrumentDirectory {
  const bySymbol = new Map(instruments.map((instrument) => [instrument.symbol, instrument]));
  const entries = [...bySymbol.values()].map(toEntry).sort(compareEntries);
  const byName = new Map<string, Instrument>();
  // Backwards, so that of two issues of one name the better stays.
  for (const entry of entries.toReversed()) byName.set(entry.name.join(''), entry.instrument);
  const byNickname = new Map(
    entries.flatMap((entry) => entry.nicknames.map((nickname) => [nickname, entry.instrument])),
  );
  return {
    get: (symbol) => bySymbol.get(symbol),
    search(text, limit) {
      const wanted = normalise(text);
      if (wanted === '' || limit < 1) return [];
      const exact = bySymbol.get(wanted.toUpperCase()) ?? byName.get(wanted) ?? byNickname.get(wanted);
      if (exact !== undefined) return [exact];
      const matches = rankEntries(entries, wanted);
      // Initials of a whole name mean that issue, not the longer names that begin like it.
      const whole = matches.filter(({ rank }) => rank === ranks.initialsWhole);
      return (whole.length === 1 ? whole : matches).slice(0, limit).map(({ entry }) => entry.instrument);
    },
  };
}

/** Without spaces and in one case, so that `kodex200` finds `KODEX 200`; composed, because some systems send jamo. */
function normalise(text: string): string {
  return text.normalize('NFC').replace(/\s+/gu, '').toLowerCase();
}

function toEntry(instrument: Instrument): Entry {
  const name = [...normalise(instrument.name)];
  return {
    instrument,
    name,
    // What is not Hangul stands for itself: ㅋㅋ and sk are looked for in the same row.
    initials: name.map((character) => getChoseong(character) || character),
    nicknames: (nicknames[instrument.symbol] ?? []).map(normalise),
    preferred: isPreferred(instrument),
  };
}

/** 우선주: the name says so, and the code tells it from a common share whose name just ends that way. */
function isPreferred({ kind, name, symbol }: Instrument): boolean {
  return kind === 'stock' && /우[A-C]?(?:\(전환\))?$/.test(name) && !symbol.endsWith('0');
}

function compareEntries(one: Entry, other: Entry): number {
  return (
    kindOrder[one.instrument.kind] - kindOrder[other.instrument.kind] ||
    Number(one.preferred) - Number(other.preferred) ||
    one.name.length - other.name.length ||
    (one.instrument.symbol < other.instrument.symbol ? -1 : 1)
  );
}

interface Match {
  readonly entry: Entry;
  readonly rank: number;
}

/** The entries that match, best first. `entries` come sorted, and sorting by rank keeps their order within one. */
function rankEntries(entries: readonly Entry[], wanted: string): readonly Match[] {
  // A keyboard joins ㅂ and ㅅ into ㅄ; no syllable begins with that.
  const characters = [...wanted].flatMap((character) =>
    /[ㄱ-ㅎ]/u.test(character) ? [...disassemble(character)] : [character],
  );
  const byInitials = characters.some((character) => /[ㄱ-ㅎ]/u.test(character));
  return entries
    .map((entry) => ({ entry, rank: byInitials ? rankByInitials(entry, characters) : rankByText(entry, wanted) }))
    .filter((match): match is Match => match.rank !== undefined)
    .sort((one, other) => one.rank - other.rank);
}

function rankByText(entry: Entry, wanted: string): number | undefined {
  const name = entry.name.join('');
  const starts = [name, entry.instrument.symbol.toLowerCase(), ...entry.nicknames];
  if (starts.some((start) => start.startsWith(wanted))) return ranks.start;
  return name.includes(wanted) ? ranks.inside : undefined;
}

/** A consonant stands for any syllable that begins with it, anything else for itself: `삼ㅅㅈㅈ` is 삼성전자 too. */
function rankByInitials({ name, initials }: Entry, wanted: readonly string[]): number | undefined {
  const matchesAt = (offset: number): boolean =>
    wanted.every((character, index) => character === initials[offset + index] || character === name[offset + index]);
  const offsets = Array.from({ length: Math.max(0, name.length - wanted.length + 1) }, (_, offset) => offset);
  const offset = offsets.find(matchesAt);
  if (offset === undefined) return undefined;
  if (offset !== 0) return ranks.initialsInside;
  return wanted.length === name.length ? ranks.initialsWhole : ranks.initialsAtStart;
}
