import { susa } from 'es-hangul';

/** Numbers as Koreans write them: `1,000`, `7만5천`, `1.5억`, `칠만오천`, `열두`. */

const small: Readonly<Record<string, number>> = { 천: 1_000, 백: 100, 십: 10 };
const large = [
  ['조', 1e12],
  ['억', 1e8],
  ['만', 1e4],
] as const;
const digits = new Map([...'영일이삼사오육칠팔구'].map((word, value) => [word, value] as const).concat([['공', 0]]));

/**
 * The native Korean numerals 하나 to 아흔아홉, each in the form that stands alone (하나) and the one before a counter (한 주).
 */
const native = new Map<string, number>(
  Array.from({ length: 99 }, (_, index) => index + 1).flatMap((value) => [
    [susa(value), value],
    [susa(value, true), value],
  ]),
);

/** The characters a number may consist of. Used to find where a number ends; readNumber decides whether it is one. */
export const numberCharacters = '[\\d.,영공일이삼사오육칠팔구십백천만억조]';
/** The native numerals, longest first, so that a pattern made of them finds the longest. */
export const nativeWords = [...native.keys()].toSorted((one, other) => other.length - one.length).join('|');

/**
 * Reads a number without its unit; undefined for text that is no whole number. Blanks may stand only after 조, 억 and 만.
 */
export function readNumber(text: string): number | undefined {
  const counted = native.get(text.replaceAll(' ', ''));
  if (counted !== undefined) return counted;
  // A blank may stand after a large unit: `1억 2천만`.
  const compact = text.replace(/(?<=[조억만]) (?=\S)/g, '');
  if (compact === '' || compact.includes(' ')) return undefined;
  let rest = compact;
  let total = 0;
  for (const [unit, factor] of large) {
    const at = rest.indexOf(unit);
    if (at === -1) continue;
    const part = at === 0 && total === 0 ? 1 : readSection(rest.slice(0, at));
    if (part === undefined || part === 0) return undefined;
    if (total > 0 && part >= 1e4) return undefined;
    total += part * factor;
    rest = rest.slice(at + 1);
  }
  if (rest !== '') {
    const part = readSection(rest);
    // The part after a large unit must be smaller than that unit: `5만20000` is no number.
    if (part === undefined || (total > 0 && part >= 1e4)) return undefined;
    total += part;
  } else if (total === 0) return undefined;
  const whole = Math.round(total);
  // Decimals before a large unit must give a whole number: 7.05만 is 70,500, and 1.00001만 is refused.
  return Math.abs(total - whole) < 1e-6 && Number.isSafeInteger(whole) ? whole : undefined;
}

/** Reads the part before a large unit, or after the last one: `1,000`, `1.5`, `3천`, `오백이십`, `2천5백`. */
function readSection(text: string): number | undefined {
  if (/^(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d+)?$/.test(text)) return Number(text.replaceAll(',', ''));
  let total = 0;
  let rest = text;
  for (const [unit, factor] of Object.entries(small)) {
    const at = rest.indexOf(unit);
    if (at === -1) continue;
    const count = at === 0 ? 1 : readDigits(rest.slice(0, at), true);
    if (count === undefined || count === 0) return undefined;
    total += count * factor;
    rest = rest.slice(at + 1);
  }
  if (rest === '') return total === 0 ? undefined : total;
  const ones = readDigits(rest, false);
  if (ones === undefined || (total > 0 && ones >= 10)) return undefined;
  return total + ones;
}

/** Reads `3` or `삼`. Decimals such as `1.5` are allowed only before a small unit (천, 백, 십). */
function readDigits(text: string, decimals: boolean): number | undefined {
  if (decimals ? /^\d(?:\.\d+)?$/.test(text) : /^\d$/.test(text)) return Number(text);
  return digits.get(text);
}
