import { inKorea } from '../../clock.ts';
import type { GoldenCriteria } from '../../domain/market/screen.ts';
import { AppError } from '../../errors.ts';
import { errorSentence, type Words } from '../../i18n/index.ts';
import type { InstrumentDirectory } from '../../ports/symbols.ts';
import type { GoldenMatch, GoldenResult, ScreenFrame } from '../../services/boards/screens.ts';
import { pageOf } from '../arguments/pages.ts';
import type { Line, Message } from '../channel.ts';
import { type ArgumentKind, shorten } from '../command.ts';
import { table } from './table.ts';

const usualDays = 5;
const mostDays = 20;
/** A hundred million won (억), the unit of the minimum market value and turnover. */
const hundredMillion = 1e8;
/** The highest minimum that is accepted, in won: ten thousand trillion is more than the whole exchange is worth. */
const highestFloor = 1e16;

const floors: Readonly<Record<string, 'marketValue' | 'turnover'>> = {
  시총: 'marketValue',
  시가총액: 'marketValue',
  cap: 'marketValue',
  거래대금: 'turnover',
  대금: 'turnover',
  val: 'turnover',
  turnover: 'turnover',
};
const units: Readonly<Record<string, number>> = { 억: 1e8, 조: 1e12, bn: 1e9, tn: 1e12 };

/** `시총≥1조`, `거래대금 >= 100억`, `5일`, in any order. A page number at the end is left to the next argument. */
export const criteria: ArgumentKind<GoldenCriteria> = {
  name: 'criteria',
  optional: false,
  read(tokens) {
    const own = looksLikeCriteria(tokens.at(-1) ?? '') ? tokens : tokens.slice(0, -1);
    const parts = own
      .join(' ')
      .toLowerCase()
      .replaceAll(/\s*(?:≥|>=)\s*/g, '>=')
      .split(' ');
    let value: GoldenCriteria = { within: usualDays, marketValue: undefined, turnover: undefined };
    for (const part of parts) value = { ...value, ...criterion(part) };
    return { value, used: own.length };
  },
};

/** The criteria when the person gives none. */
export const usualCriteria: GoldenCriteria = { within: usualDays, marketValue: undefined, turnover: undefined };

/** Whether a word belongs to the criteria; otherwise it is the page number. */
export function looksLikeCriteria(word: string): boolean {
  return !/^\d{1,4}쪽?$/.test(word);
}

function criterion(part: string): Partial<GoldenCriteria> {
  const days = Number(/^(\d{1,2})(?:일|d|days?)$/.exec(part)?.[1] ?? 0);
  if (days >= 1 && days <= mostDays) return { within: days };
  const [, name = '', digits = '', unit = ''] =
    /^([a-z가-힣]+?)(?:>=)?(\d[\d,]*(?:\.\d+)?)(억|조|bn|tn)원?$/.exec(part) ?? [];
  const floor = Object.hasOwn(floors, name) ? floors[name] : undefined;
  const won = Math.round(Number(digits.replaceAll(',', '')) * (units[unit] ?? 0));
  if (floor === undefined || won < hundredMillion || won > highestFloor || won % hundredMillion !== 0)
    throw new AppError('args.criteria', { text: shorten(part) });
  return { [floor]: won };
}

/** The same criteria in as few bytes as a button takes: `/screen gc cap1조 val100억 5d`. */
function lineOf({ marketValue, turnover, within }: GoldenCriteria): string {
  const short = (won: number): string => (won % 1e12 === 0 ? `${won / 1e12}조` : `${won / hundredMillion}억`);
  const parts = [
    '/screen gc',
    ...(marketValue === undefined ? [] : [`cap${short(marketValue)}`]),
    ...(turnover === undefined ? [] : [`val${short(turnover)}`]),
    `${within}d`,
  ];
  return parts.join(' ');
}

/** The progress of a search, or its result. */
export function screenMessage(
  words: Words,
  directory: Pick<InstrumentDirectory, 'get'>,
  { criteria: wanted, state, today }: ScreenFrame,
  page?: number,
): Message {
  const { screen } = words;
  const floor = (won: number | undefined, say: (amount: string) => string): readonly string[] =>
    won === undefined ? [] : [say(words.wonShort(won))];
  const title: Line = [
    { bold: screen.golden },
    ` ${[
      screen.within(wanted.within),
      ...floor(wanted.marketValue, screen.marketValue),
      ...floor(wanted.turnover, screen.turnover),
    ].join(' · ')}`,
  ];
  const stop = [[{ id: 'run:/screen stop', label: words.buttons.stopScreen }]];
  switch (state.kind) {
    case 'gathering':
      return { lines: [title, screen.gathering], buttons: stop, private: true };
    case 'running':
      return {
        lines: [
          title,
          screen.running(words.grouped(state.done), words.grouped(state.total), state.found),
          ...(state.asking === undefined
            ? []
            : [screen.asking(words.grouped(state.asking.issues), Math.round(state.asking.ms / 60_000))]),
        ],
        buttons: stop,
        private: true,
      };
    case 'nothing':
      return { lines: [title, screen.nothing], private: true };
    case 'failed':
      return { lines: [title, errorSentence(words, state.error)], private: true };
    default: {
      const day = state.result.day === today ? undefined : state.result.day;
      const { rows, label, buttons } = pageOf(words, state.result.matches, page, lineOf(wanted));
      const lines = [
        title,
        ...(state.kind === 'stopped' ? [screen.stopped] : []),
        ...(state.result.scanned === 0
          ? []
          : [`${aboutOf(words, state.result, day)}${label === '' ? '' : ` · ${label}`}`]),
        ...(rows.length === 0 ? [screen.none] : matchLines(words, directory, rows, day)),
      ];
      return { lines, buttons, private: true };
    }
  }
}

/** What was searched, and when. `day` is given when the figures are not today's. */
function aboutOf(words: Words, result: GoldenResult, day: string | undefined): string {
  const { screen, grouped } = words;
  const { universe, listed, scanned, skipped, at } = result;
  const what = screen.scanned[universe](grouped(scanned), scanned + skipped === listed ? undefined : grouped(listed));
  const when = day === undefined ? screen.at(inKorea(at).toFormat('HH:mm')) : screen.asOf(day);
  return `${what} · ${when}${skipped === 0 ? '' : ` · ${screen.skipped(skipped)}`}`;
}

function matchLines(
  words: Words,
  directory: Pick<InstrumentDirectory, 'get'>,
  matches: readonly GoldenMatch[],
  day: string | undefined,
): readonly Line[] {
  return table(
    matches.map(({ name, symbol, last, changePercent, daysAgo }) => ({
      cells: [words.grouped(last), words.percentSigned(changePercent)],
      rest: [directory.get(symbol)?.name ?? name, ' ', { code: symbol }, ` ${words.screen.daysAgo(daysAgo, day)}`],
    })),
  );
}
