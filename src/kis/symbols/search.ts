import { combineCharacter, convertHangulToQwerty, convertQwertyToAlphabet, disassemble } from 'es-hangul';
import {
  type Instrument,
  type InstrumentKind,
  type ListedIssue,
  looksLikeSymbol,
} from '../../domain/market/instrument.ts';
import type { InstrumentDirectory, InstrumentMatches } from '../../ports/symbols.ts';
import { latinNames } from './latin.ts';
import { brands, letters, nicknames } from './nicknames.ts';
import { withinOneEdit } from './typo.ts';

/**
 * The longest text that is searched for. A name has 40 bytes in the master files, so nothing longer is one, however it
 * is spelled.
 */
const longestText = 60;
/**
 * The shortest text in which typos are looked for, in characters and in letters of Hangul. In a shorter one a word that
 * is one edit away is another word.
 */
const fewestCharacters = 4;
const fewestLetters = 5;
/**
 * The fewest letters that are read as typed on the other keyboard layout: two syllables. Fewer letters often happen to
 * begin a name.
 */
const fewestOnLayout = 4;

/** A name or nickname of an issue. */
interface Spelling {
  readonly text: string;
  /** The letters of its syllables, with ㅘ as ㅗㅏ: a typo is an error in one of these. */
  readonly letters: string;
}

/** Separates the spellings in one text. It cannot be typed. */
const mark = '\n';

/** An issue with everything that a search looks at, worked out once. */
interface Entry {
  readonly instrument: Instrument;
  readonly code: string;
  readonly name: string;
  /** The name first, then its nicknames and Latin names. */
  readonly spellings: readonly Spelling[];
  /** All spellings in one text, each after a mark, so that one look-up searches them all. */
  readonly texts: string;
  readonly turnover: number;
  readonly preferred: boolean;
}

type Rank = (entry: Entry) => number | undefined;

const nothing: InstrumentMatches = { instruments: [], fit: 'near' };

const kindOrder: Readonly<Record<InstrumentKind, number>> = { stock: 0, etf: 1, etn: 1, other: 2 };

/** An index of issues by code, Korean or Latin name, initial consonants and nicknames. */
export function createDirectory(issues: readonly ListedIssue[]): InstrumentDirectory {
  const bySymbol = new Map(issues.map((issue) => [issue.symbol, toEntry(issue)]));
  const entries = [...bySymbol.values()].sort(compareEntries);
  const byName = Map.groupBy(entries, ({ name }) => name);
  const byAlias = Map.groupBy(
    entries.flatMap((entry) => [...new Set(entry.spellings.map(({ text }) => text))].map((text) => ({ text, entry }))),
    ({ text }) => text,
  );
  const onOtherLayout = layoutIndex(entries);
  const typos = typoIndex(entries);
  // Texts that appear in no name are found at once here, because the search for typos takes long.
  const everything = entries.map(({ code, texts }) => `${mark}${code}${texts}`).join('');

  /** The issues with exactly this name or nickname: one, unless several share it. */
  const named = (wanted: string): readonly Entry[] => {
    const coded = bySymbol.get(wanted.toUpperCase());
    return coded !== undefined ? [coded] : (byName.get(wanted) ?? byAlias.get(wanted)?.map(({ entry }) => entry) ?? []);
  };

  /**
   * Whether a text is a name with consonants after it. They are as likely a slip or a laugh as initials: `삼성전자ㅇ` need
   * not mean 삼성전자우, nor `LG ㅎㅎ` LG화학.
   */
  const isTrailed = (wanted: string): boolean => named(wanted.replace(/[ㄱ-ㅎ]+$/u, '')).length > 0;

  return {
    get: (symbol) => bySymbol.get(symbol)?.instrument,
    named(text) {
      const [only, ...others] = named(normalise(text));
      return others.length === 0 ? only?.instrument : undefined;
    },
    search(text, limit) {
      const wanted = normalise(text);
      if (wanted === '' || wanted.length > longestText || limit < 1) return nothing;
      const answer = (found: readonly Entry[], fit: InstrumentMatches['fit']): InstrumentMatches => ({
        instruments: found.slice(0, limit).map(({ instrument }) => instrument),
        fit,
      });
      const whole = named(wanted);
      if (whole.length > 0) return answer(whole, whole.length === 1 ? 'whole' : 'part');
      const initials = initialsIn(wanted);
      const matches =
        initials !== undefined
          ? ranked(entries, byInitials(initials))
          : everything.includes(wanted)
            ? ranked(entries, byText(wanted))
            : [];
      // The initials of a whole name mean that issue and not longer names with the same beginning.
      const [best = []] = matches;
      if (initials !== undefined && best.length === 1 && !isTrailed(wanted)) return answer(best, 'whole');
      const parts = matches.flat();
      if (parts.length > 0) return answer(parts, 'part');
      // In a code that does not exist any digit may be the wrong one.
      if (looksLikeSymbol(wanted.toUpperCase())) return nothing;
      const mistyped = onOtherLayout(text);
      return answer(mistyped.length > 0 ? mistyped : typos(wanted), 'near');
    },
  };
}

/**
 * Takes out spaces and case, so that `kodex200` finds `KODEX 200`, and composes syllables, because some systems send
 * jamo.
 */
function normalise(text: string): string {
  return text.normalize('NFC').replace(/\s+/gu, '').toLowerCase();
}

function toEntry({ turnover = 0, symbol, name: listed, market, kind }: ListedIssue): Entry {
  const instrument = { symbol, name: listed, market, kind };
  const name = normalise(listed);
  const spellings = [name, ...aliases(instrument).map(normalise)].map(toSpelling);
  return {
    instrument,
    code: symbol.toLowerCase(),
    name,
    spellings,
    texts: spellings.map(({ text }) => `${mark}${text}`).join(''),
    turnover,
    preferred: isPreferred(instrument),
  };
}

const toSpelling = (text: string): Spelling => ({ text, letters: disassemble(text) });

/**
 * The nicknames and Latin names by normalised name, because KIS's blanks and capitals are not always those of the
 * exchange.
 */
const othersByName = Map.groupBy(
  [...Object.entries(nicknames), ...Object.entries(latinNames)].map(([name, others]) => ({ name, others })),
  ({ name }) => normalise(name),
);

/** The other names of an issue: nicknames, Latin names, and its name with the Latin letters read in Korean. */
function aliases({ name, kind }: Instrument): readonly string[] {
  const known = (othersByName.get(normalise(name)) ?? []).flatMap(({ others }) => others);
  const brand = kind === 'etf' ? brands.find(([latin]) => name.startsWith(`${latin} `)) : undefined;
  if (brand !== undefined) return [...known, name.replace(...brand)];
  const read = name.replace(/[A-Z&]/g, (letter) => letters[letter] ?? letter);
  return read === name ? known : [...known, read];
}

/**
 * Whether an issue is a preferred share (우선주). The name ends in 우; the code tells it from a common share whose name
 * happens to end so.
 */
function isPreferred({ kind, name, symbol }: Instrument): boolean {
  return kind === 'stock' && /우[A-C]?(?:\(전환\))?$/.test(name) && !symbol.endsWith('0');
}

/**
 * Sorts by turnover, the highest first. Where that is not known, shares come before funds and short names before long
 * ones.
 */
function compareEntries(one: Entry, other: Entry): number {
  return (
    other.turnover - one.turnover ||
    kindOrder[one.instrument.kind] - kindOrder[other.instrument.kind] ||
    Number(one.preferred) - Number(other.preferred) ||
    one.name.length - other.name.length ||
    (one.code < other.code ? -1 : 1)
  );
}

/** The matching entries in groups by rank, the best first. Within a rank they keep their order. */
function ranked(entries: readonly Entry[], rank: Rank): readonly (readonly Entry[])[] {
  const byRank: Entry[][] = [[]];
  for (const entry of entries) {
    const place = rank(entry);
    if (place === undefined) continue;
    byRank[place] ??= [];
    byRank[place].push(entry);
  }
  return byRank;
}

/** Ranks a match at the beginning of a name, a nickname or the code above one inside a name. */
function byText(wanted: string): Rank {
  const beginning = `${mark}${wanted}`;
  return ({ code, texts }) => {
    if (!texts.includes(wanted)) return code.startsWith(wanted) ? 0 : undefined;
    return texts.includes(beginning) || code.startsWith(wanted) ? 0 : 1;
  };
}

/**
 * The initials in a text, taken apart where the keyboard joined them: ㅂ and ㅅ become ㅄ when typed in a row, and no
 * syllable begins with ㅄ.
 */
function initialsIn(wanted: string): string | undefined {
  return /[ㄱ-ㅎ]/u.test(wanted) ? wanted.replace(/[ㄱ-ㅎ]/gu, disassemble) : undefined;
}

/**
 * A pattern in which a consonant matches every syllable that begins with it and anything else matches itself, so that
 * `삼ㅅㅈㅈ` finds 삼성전자.
 */
function initialsPattern(initials: string): RegExp {
  const literal = initials.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  const first = (consonant: string): string => combineCharacter(consonant, 'ㅏ');
  const last = (consonant: string): string => combineCharacter(consonant, 'ㅣ', 'ㅎ');
  return new RegExp(literal.replace(/[ㄱ-ㅎ]/gu, (one) => `[${one}${first(one)}-${last(one)}]`));
}

/** Ranks a match of a whole name above one at its beginning, and that above one inside. */
function byInitials(initials: string): Rank {
  const pattern = initialsPattern(initials);
  return ({ name }) => {
    const at = name.search(pattern);
    if (at === -1) return undefined;
    if (at > 0) return 2;
    return name.length === initials.length ? 0 : 1;
  };
}

/** Finds issues by what the same keys write in the other keyboard layout: tkatjdwjswk, ㅏㅐㅇㄷㅌ200. */
function layoutIndex(entries: readonly Entry[]): (text: string) => readonly Entry[] {
  const everything = entries.flatMap(({ spellings }) => spellings.map(({ letters }) => `${mark}${letters}`)).join('');
  return (text) => {
    if (!/[a-zㄱ-ㅣ]/iu.test(text)) return [];
    const wanted = normalise(/[a-z]/i.test(text) ? convertQwertyToAlphabet(text) : convertHangulToQwerty(text));
    if (wanted.length < fewestOnLayout || !everything.includes(`${mark}${wanted}`)) return [];
    const [whole = [], beginning = []] = ranked(entries, byLetters(wanted));
    return whole.length > 0 ? whole : beginning;
  };
}

/** Ranks a match of all letters above one at the beginning. */
function byLetters(wanted: string): Rank {
  return ({ spellings }) => {
    if (!spellings.some(({ letters }) => letters.startsWith(wanted))) return undefined;
    return spellings.some(({ letters }) => letters === wanted) ? 0 : 1;
  };
}

/**
 * Finds issues with a name that is one edit away from the text: one letter of Hangul or Latin, or else one whole
 * syllable. An edit changes the length by one at most, so names of other lengths are not looked at.
 */
function typoIndex(entries: readonly Entry[]): (wanted: string) => readonly Entry[] {
  const called = entries.flatMap((entry) => entry.spellings.map((spelling) => ({ ...spelling, entry })));
  const byLetters = Map.groupBy(called, ({ letters: { length } }) => length);
  const bySyllables = Map.groupBy(called, ({ text: { length } }) => length);
  const lengthsNear = (length: number, fewest: number): readonly number[] =>
    [length - 1, length, length + 1].filter((near) => near >= fewest);
  return (wanted) => {
    const typed = disassemble(wanted);
    const letter = lengthsNear(typed.length, fewestLetters).flatMap((length) =>
      (byLetters.get(length) ?? []).filter(({ letters }) => withinOneEdit(typed, letters)),
    );
    const syllable = lengthsNear(wanted.length, fewestCharacters).flatMap((length) =>
      (bySyllables.get(length) ?? []).filter(({ text }) => withinOneEdit(wanted, text)),
    );
    const inOrder = [letter, syllable].flatMap((found) => found.map(({ entry }) => entry).sort(compareEntries));
    return [...new Set(inOrder)];
  };
}
