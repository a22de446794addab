import { fromKoreanDayAndTime, koreanDay } from '../../clock.ts';
import type { Alert, AlertCondition, AlertDirection, AlertHours } from '../../domain/alerts/alert.ts';
import { changesByDay } from '../../domain/alerts/alert-level.ts';
import { isCandleCondition } from '../../domain/alerts/candle-alert.ts';
import { type CandleLength, candleLengths } from '../../domain/market/bars.ts';
import { AppError } from '../../errors.ts';
import type { Words } from '../../i18n/index.ts';
import { type ArgumentKind, shorten } from '../command.ts';

/** An alert as a person asked for it: everything they typed after the issue. */
export interface AlertRequest {
  readonly condition: AlertCondition;
  /** Which prices it is on; undefined where it was not said. */
  readonly hours?: AlertHours | undefined;
  /** Whether the alert fires every time its condition comes true, or only the first time. */
  readonly repeats: boolean;
  /** Its last day (`20261231`), or how many days it is for; undefined where it has no end. */
  readonly until: string | number | undefined;
}

/** The moving averages that a golden or dead cross compares when the person names none, in days. */
const usualCross = [5, 20] as const;
const longestAverage = 240;
const mostDays = 3_650;
const highestPrice = 1_000_000_000;
const mostPercent = 1_000;
const mostTimes = 1_000;

const above = '>=|이상|at or above|or above|above';
const below = '<=|이하|at or below|or below|below';
/** Endings that Korean puts after a condition (`7만원이면`, `7만원 되면`). */
const tail = '(?: ?(?:이면|이 ?되면|되면|일 ?때))?';
const compared = `(?:${above}|${below})`;
const amount = '(?<amount>₩? ?\\d[\\d.억만천백 ]*(?: ?원)?)';
const percent = `(?:(?<first>${compared}) ?)?(?<sign>[+-]?) ?(?<percent>\\d{1,4}(?:\\.\\d{1,2})?) ?%(?: ?(?<then>${compared}|상승|하락|오르면|내리면|up|down)${tail})?`;
const over = '위로?|이상|돌파|상향 ?돌파|넘으면|>=|above|over';
const under = '아래로?|밑|이하|이탈|하향 ?돌파|<=|below|under';
const averaged = '(?:일 ?(?:이동 ?평균선?|이평선?|선)|[- ]?day(?: moving)? (?:average|ma))';

/** `5분봉`, `5분`, `5m`, `5-minute`, `1시간봉`; what follows says what of the candle is meant. */
const candle = '(?:(?<minutes>\\d{1,3}) ?-?(?:분 ?봉?|m|min(?:ute)?s?)|1 ?-?(?:시간 ?봉?|h|hour))(?: ?candles?)?의? ?';

const candleBegun = new RegExp(`^${candle}`);

type Groups = Readonly<Record<string, string | undefined>>;

/**
 * The spellings of each condition, with blanks wherever people put them. The function returns the condition, or
 * undefined when the words can be read in two ways.
 */
const readings: readonly (readonly [RegExp, (groups: Groups) => AlertCondition | undefined])[] = [
  [
    new RegExp(
      `^(?:(?<first>${compared}) ?${amount}|${amount.replace('amount', 'before')} ?(?<then>${compared})${tail})$`,
    ),
    ({ first, then, amount: after, before }) => {
      const price = wonIn(after ?? before ?? '');
      return price === undefined ? undefined : { kind: 'price', direction: directionOf(first ?? then ?? ''), price };
    },
  ],
  [
    new RegExp(
      `^${candle}(?:(?:종가|마감가?|closes?)(?:가|이|는|은)? ?)?(?:(?<first>${compared}) ?${amount}|${amount.replace('amount', 'before')}(?:을|를)? ?(?<then>${compared}|${over}|${under})${tail})$`,
    ),
    ({ minutes, first, then, amount: after, before }) => {
      const [length, price] = [candleLengthOf(minutes), wonIn(after ?? before ?? '')];
      if (length === undefined || price === undefined) return undefined;
      return { kind: 'candle-close', minutes: length, direction: directionOf(first ?? then ?? ''), price };
    },
  ],
  [
    new RegExp(
      `^${candle}(?:거래량|volume)(?:이|은)? ?(?:(?:직전 ?)?20 ?(?:개 ?)?봉 ?(?:평균)?(?:의|보다)? ?)?(?<times>\\d{1,4}(?:\\.\\d{1,2})?) ?(?:배|x|times)(?: the 20-candle average)?(?: ?(?:${above}))?${tail}$`,
    ),
    ({ minutes, times }) => {
      const [length, value] = [candleLengthOf(minutes), Number(times)];
      return length !== undefined && value > 0 && value <= mostTimes
        ? { kind: 'candle-volume', minutes: length, times: value }
        : undefined;
    },
  ],
  [
    new RegExp(`^(?:(?:등락률|등락율|변동률|전일 ?대비|change) ?)?${percent}$`),
    (groups) => {
      const moved = movedBy(groups);
      return moved === undefined ? undefined : { kind: 'change', ...moved };
    },
  ],
  [
    new RegExp(
      `^(?:거래량|volume) ?(?:20일 ?평균의? ?)?(?<times>\\d{1,4}(?:\\.\\d{1,2})?) ?(?:배|x|times)(?: the 20-day average)?(?: ?(?:${above}))?${tail}$`,
    ),
    ({ times }) => {
      const value = Number(times);
      return value > 0 && value <= mostTimes ? { kind: 'volume', times: value } : undefined;
    },
  ],
  [
    /^(?:52주 ?)?신고가(?: ?(?:경신|돌파))?$|^52주 ?최고가$|^(?:new |(?:new )?52[- ]?weeks? )high$/,
    () => ({ kind: 'year-high' }),
  ],
  [
    /^(?:52주 ?)?신저가(?: ?(?:경신|이탈))?$|^52주 ?최저가$|^(?:new |(?:new )?52[- ]?weeks? )low$/,
    () => ({ kind: 'year-low' }),
  ],
  [
    new RegExp(
      `^(?:(?<days>\\d{1,3}) ?${averaged}[을를]? ?(?:(?<up>${over})|${under})${tail}|(?:(?<rise>above|over)|below|under) (?:the )?(?<span>\\d{1,3})${averaged})$`,
    ),
    ({ days, up, rise, span }) => {
      const count = Number(days ?? span);
      if (count < 2 || count > longestAverage) return undefined;
      return { kind: 'average', side: (up ?? rise) === undefined ? 'under' : 'over', days: count };
    },
  ],
  [
    /^(?:(?<golden>골든|golden)|데드|dead|death)[- ]?(?:크로스|cross)(?: (?:of )?(?<one>\d{1,3})(?!\d)(?:일선?)? ?(?:(?:and|과|와) )?(?<other>\d{1,3})(?:일선?)?)?$/,
    ({ golden, one, other }) => {
      const [short = 0, long = 0] = one === undefined ? usualCross : [Number(one), Number(other)].sort((a, b) => a - b);
      if (short < 2 || short === long || long > longestAverage) return undefined;
      return { kind: 'cross', cross: golden === undefined ? 'dead' : 'golden', short, long };
    },
  ],
  [
    new RegExp(
      `^(?:내 ?|my )?(?:평단가?|평균 ?단가|매입 ?단가|(?:average )?cost) ?(?:대비 ?|보다 ?)?(?:${percent}|(?<at>${compared})${tail})$`,
    ),
    ({ at, ...groups }) => {
      const moved = at === undefined ? movedBy(groups) : { direction: directionOf(at), percent: 0 };
      return moved === undefined ? undefined : { kind: 'cost', ...moved };
    },
  ],
];

const date = '(?<year>\\d{4})[-./]?(?<month>\\d{2})[-./]?(?<day>\\d{2})';

/** Words that may follow a condition, in any order: how often the alert fires, on which prices and until when. */
const endings: readonly (readonly [RegExp, (groups: Groups) => Partial<AlertRequest>])[] = [
  [/ (?:매번|반복|계속|every ?time)$/, () => ({ repeats: true })],
  [/ (?:한 ?번만?|1회|once)$/, () => ({ repeats: false })],
  [
    / (?:(?:장외|시간외|저녁)(?:도)? ?포함|(?:with |and |including )?(?:extended hours|evenings?|after[- ]hours))$/,
    () => ({ hours: 'extended' }),
  ],
  [/ (?:정규장(?:만)?|장외 ?제외|(?:regular hours|regular session)(?: only)?)$/, () => ({ hours: 'regular' })],
  [
    new RegExp(` (?:(?:까지|until) ?${date}|${date.replaceAll('<', '<by')} ?까지)$`),
    ({ year, month, day, byyear, bymonth, byday }) => ({
      until: [year ?? byyear, month ?? bymonth, day ?? byday].join(''),
    }),
  ],
  [
    / (?:for )?(?<count>\d{1,4}) ?(?:일|days?|(?<weeks>주|weeks?))(?: ?(?:간|동안))?$/,
    ({ count, weeks }) => ({ until: Number(count) * (weeks === undefined ? 1 : 7) }),
  ],
];

/** A condition, how often it fires and until when. The argument takes the rest of the line. */
export const alertRequest: ArgumentKind<AlertRequest> = {
  name: 'condition',
  optional: false,
  read(tokens) {
    const typed = tokens.join(' ');
    // A comma between two numbers, a dot between words and brackets become one blank; a comma within a number is
    // dropped.
    let text = ` ${typed.normalize('NFKC').toLowerCase()}`
      .replaceAll('−', '-')
      .replaceAll('≥', '>=')
      .replaceAll('≤', '<=')
      .replace(/(?<=\d),(?=\d{3}(?!\d))/g, '')
      .replace(/[\s·,()]+/g, ' ')
      .trimEnd();
    let wish: Omit<AlertRequest, 'condition'> = { repeats: false, until: undefined };
    const left = new Set(endings);
    for (let ending = endingOf(text, left); ending !== undefined; ending = endingOf(text, left)) {
      wish = { ...wish, ...ending.meaning };
      text = text.slice(0, ending.at);
    }
    if (!isUntil(wish.until)) throw new AppError('args.alert-until', { text: shorten(typed) });
    for (const [pattern, meaning] of readings) {
      const found = pattern.exec(text.trim());
      const condition = found === null ? undefined : meaning(found.groups ?? {});
      if (condition !== undefined) return { value: { condition, ...wish }, used: tokens.length };
    }
    const isOnCandle = candleBegun.test(text.trim());
    throw new AppError(isOnCandle ? 'alerts.candle' : 'args.condition', { text: shorten(typed) });
  },
};

/** Finds an ending at the end of the text: its meaning and where it begins. Each ending may be used once. */
function endingOf(
  text: string,
  left: Set<(typeof endings)[number]>,
): { readonly meaning: Partial<AlertRequest>; readonly at: number } | undefined {
  for (const ending of left) {
    const [pattern, meaning] = ending;
    const found = pattern.exec(text);
    if (found === null) continue;
    left.delete(ending);
    return { meaning: meaning(found.groups ?? {}), at: found.index };
  }
  return undefined;
}

/** The condition of an alert in words that could be typed as well. */
export function conditionText(
  { alerts }: Words,
  {
    condition,
    hours,
    repeats,
    until,
  }: Pick<Alert, 'condition' | 'repeats' | 'until'> & { readonly hours?: AlertHours | undefined },
): string {
  return [
    alerts.condition(condition),
    ...(hours === 'extended' ? [alerts.extended] : []),
    ...(repeats ? [alerts.repeats] : []),
    ...(until === undefined ? [] : [alerts.until(`${until.slice(0, 4)}-${until.slice(4, 6)}-${until.slice(6)}`)]),
  ].join(' · ');
}

/** The day for which an alert's level was computed, when that is not the day of `now` (milliseconds). */
export function otherDay(
  { condition, levelDay }: Pick<Alert, 'condition' | 'levelDay'>,
  now: number,
): string | undefined {
  return changesByDay(condition) && levelDay !== koreanDay(now) ? levelDay : undefined;
}

/**
 * The price or volume that a condition stands for on the trading day of `now` (milliseconds); undefined for a plain
 * price, which the condition names already.
 */
export function levelText(
  { alerts }: Words,
  alert: Pick<Alert, 'condition' | 'level' | 'levelDay'>,
  now: number,
): string | undefined {
  const { condition, level } = alert;
  const day = otherDay(alert, now);
  if (condition.kind === 'price' || isCandleCondition(condition)) return undefined;
  if (level === undefined) return condition.kind === 'cost' ? alerts.notHeld : alerts.noLevel;
  if (level.value < 1) return level.direction === 'at-or-above' ? alerts.always(day) : alerts.never(day);
  return alerts.today(level, day);
}

/** Whether an end is a real calendar day, or a sensible number of days. */
function isUntil(until: AlertRequest['until']): boolean {
  if (typeof until === 'string') return !Number.isNaN(fromKoreanDayAndTime(until, '000000'));
  return until === undefined || (until >= 1 && until <= mostDays);
}

/** The length of candles that is meant: none for one that there is not. Without a number it is an hour. */
function candleLengthOf(minutes: string | undefined): CandleLength | undefined {
  return candleLengths.find((length) => length === Number(minutes ?? 60));
}

function directionOf(word: string): AlertDirection {
  return new RegExp(`^(?:${below}|${under})$`).test(word) ? 'at-or-below' : 'at-or-above';
}

/** `+3%`, `-5% 이하`, `3% 이상`, `5% 하락`. A direction is required: `5% 이하` alone may mean a fall or a small rise. */
function movedBy({
  first,
  sign,
  percent: typed,
  then,
}: Groups): { readonly direction: AlertDirection; readonly percent: number } | undefined {
  if (first !== undefined && then !== undefined) return undefined;
  const size = Number(typed);
  const way = /^(?:상승|오르면|up)$/.test(then ?? '')
    ? '+'
    : /^(?:하락|내리면|down)$/.test(then ?? '')
      ? '-'
      : undefined;
  const comparison = way === undefined ? (first ?? then) : undefined;
  if (way !== undefined && sign !== '' && sign !== way) return undefined;
  const known = way ?? (sign === '' ? undefined : sign);
  if (known === undefined && (comparison === undefined || (size > 0 && directionOf(comparison) === 'at-or-below'))) {
    return undefined;
  }
  const falls = known === '-';
  if (falls ? size >= 100 : size > mostPercent) return undefined;
  const direction = comparison === undefined ? (falls ? 'at-or-below' : 'at-or-above') : directionOf(comparison);
  return { direction, percent: falls && size > 0 ? -size : size };
}

/** Won, as people write them: `71000`, `7만1천원`, `7.1만`, `1억 2천만원`. */
function wonIn(text: string): number | undefined {
  // Two numbers with only a blank between them are not one number.
  if (/\d \d/.test(text)) return undefined;
  const compact = text.replace(/[₩ 원]/g, '');
  const parts = /^(?:(?<eok>[\d.천백]+)억)?(?:(?<man>[\d.천백]+)만)?(?<rest>[\d.천백]*)$/.exec(compact)?.groups;
  if (parts === undefined) return undefined;
  const price = hundredsIn(parts['eok']) * 100_000_000 + hundredsIn(parts['man']) * 10_000 + hundredsIn(parts['rest']);
  const whole = Math.round(price);
  return Math.abs(price - whole) < 1e-6 && whole >= 1 && whole <= highestPrice ? whole : undefined;
}

/** The value of `1천2백` or `7.1`; 0 for an empty text, NaN for anything else. */
function hundredsIn(text = ''): number {
  if (text === '') return 0;
  const parts = /^(?:(?<thousands>[\d.]*)천)?(?:(?<hundreds>[\d.]*)백)?(?<rest>[\d.]*)$/.exec(text)?.groups;
  if (parts === undefined) return Number.NaN;
  const { thousands, hundreds, rest } = parts;
  // 천 without a digit before it means one thousand.
  return (
    (thousands === undefined ? 0 : Number(thousands || 1) * 1_000) +
    (hundreds === undefined ? 0 : Number(hundreds || 1) * 100) +
    Number(rest ?? 0)
  );
}
