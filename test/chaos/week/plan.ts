import { sessionsOn } from '../../../src/domain/market/session.ts';
import { SeededRandom } from '../scenario/random.ts';

/** Something that is done to the bot, or to its venue, at a time in milliseconds. */
export type PlannedEvent = {
  readonly at: number;
} /** The power goes at the next step of that name, or at once; the bot is started again after so long. */ & (
  | { readonly kind: 'crash'; readonly step: string | undefined; readonly downMs: number }
  /** Every socket breaks, and no new one is taken for so long. */
  | { readonly kind: 'cut'; readonly refusedMs: number }
  /** Somebody asks for an alert in a chat. */
  | { readonly kind: 'ask' }
  /** The venue has the figures of a new day. */
  | { readonly kind: 'day' }
  /** Nextrade trades some issues at prices of its own. */
  | { readonly kind: 'evening' }
  /** The owner asks how old a price may be. */
  | { readonly kind: 'status' }
  /** A day is over; `calm`: the bot was not ended since the day before, so it can be seen whether it grows. */
  | { readonly kind: 'measure'; readonly calm: boolean }
);

export interface Plan {
  readonly seed: number;
  /** Milliseconds. */
  readonly from: number;
  readonly to: number;
  readonly issues: number;
  readonly alerts: number;
  /** Registrations on the socket, one of them for fills. */
  readonly registrations: number;
  /** Holidays that only the venue's calendar knows. */
  readonly closedDays: readonly string[];
  /** Whether everything that can nearly go wrong has to: a run without it proves less than it says. */
  readonly isWhole: boolean;
  /** Between two moves of an issue, on average. */
  readonly meanMoveMs: number;
  readonly events: readonly PlannedEvent[];
  /** Days on which the market opens, `20261118`. */
  readonly days: readonly string[];
  /** Stretches in which prices move, in order, and at the end of which each has its closing price. */
  readonly trading: readonly { readonly from: number; readonly to: number }[];
}

/** Steps of the bot at which an end is worst, in turn. */
export const badSteps = [
  'before fireAlert',
  'after fireAlert',
  'message leaves',
  'message shown',
  'before markSent',
  'after armAlert',
  'bytes leave',
] as const;

const at = (day: string, time: string): number =>
  Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T${time}+09:00`);
const minute = 60_000;

/** The stretch of continuous trading of a day, closing auction left out, and no longer than so many minutes. */
function tradingOf(day: string, mostMinutes: number): Plan['trading'][number] {
  const regular = sessionsOn(day).find(({ kind }) => kind === 'regular');
  const time = (text: string): string => `${text.slice(0, 2)}:${text.slice(2)}:00`;
  const from = at(day, time(regular?.start ?? '0900'));
  return { from, to: Math.min(at(day, time(regular?.end ?? '1520')), from + mostMinutes * minute) };
}

/** One morning: what fits into every run of the tests. */
export function morning(seed: number): Plan {
  const day = '20261123';
  const from = at(day, '08:20:00');
  const to = at(day, '10:30:00');
  const start = at(day, '09:00:00');
  return {
    seed,
    from,
    to,
    issues: 30,
    alerts: 500,
    isWhole: false,
    closedDays: [],
    meanMoveMs: 40_000,
    registrations: 9,
    days: [day],
    trading: [{ from: start, to: to - 5 * minute }],
    events: [
      { at: at(day, '08:40:00'), kind: 'day' },
      { at: start + 5 * minute, kind: 'status' },
      { at: start + 10 * minute, kind: 'crash', step: 'after fireAlert', downMs: 40_000 },
      { at: start + 25 * minute, kind: 'cut', refusedMs: 20_000 },
      { at: start + 40 * minute, kind: 'ask' },
      { at: start + 55 * minute, kind: 'crash', step: 'message shown', downMs: 3 * minute },
    ],
  };
}

/** The days on which the week's market opens: the 25th is its holiday. */
export const openDays = ['18', '19', '20', '23', '24', '26', '27', '30']
  .map((day) => `202611${day}`)
  .concat('20261201');
const holiday = '20261125';
/** From here to the last day the bot is left alone, so that it can be seen whether it grows. */
const calmFrom = '20261125';
const calmTo = '20261130';

/**
 * Thirteen days: the entrance exam on the second, two weekends, a holiday that was declared at short notice, the end of
 * a month.
 */
export function wholeWeek(seed: number): Plan {
  return { ...daysOf(seed, 24 * 60), issues: 300, alerts: 10_000, registrations: 41, meanMoveMs: 45_000 };
}

/** The same days with few issues that trade for an hour a day: for whoever breaks the code and waits to see it. */
export function shortWeek(seed: number): Plan {
  return { ...daysOf(seed, 60), issues: 30, alerts: 500, registrations: 9, meanMoveMs: 30_000 };
}

type Size = Pick<Plan, 'issues' | 'alerts' | 'registrations' | 'meanMoveMs'>;

function daysOf(seed: number, mostMinutes: number): Omit<Plan, keyof Size> {
  const random = new SeededRandom(seed + 1);
  const events: PlannedEvent[] = [];
  for (let day = 18; day <= 31; day += 1) {
    const date = day === 31 ? '20261201' : `202611${day}`;
    // KIS cuts every socket once a night.
    events.push({ at: at(date, '05:00:00') + random.between(0, 20 * minute), kind: 'cut', refusedMs: 3 * minute });
    const isCalm = date >= calmFrom && date <= calmTo;
    events.push({ at: at(date, '23:00:00'), kind: 'measure', calm: isCalm });
    if (openDays.includes(date)) events.push(...openDay(date, tradingOf(date, mostMinutes), isCalm, random));
  }
  return {
    seed,
    from: at('20261118', '07:00:00'),
    to: at('20261201', '23:30:00'),
    isWhole: true,
    closedDays: [holiday],
    days: openDays,
    trading: openDays.map((day) => tradingOf(day, mostMinutes)),
    events: events.toSorted((one, other) => one.at - other.at),
  };
}

function openDay(
  day: string,
  { from, to }: Plan['trading'][number],
  isCalm: boolean,
  random: SeededRandom,
): readonly PlannedEvent[] {
  const some = (): number => from + random.between(5 * minute, to - from - 20 * minute);
  const asks = Array.from({ length: 35 }, (): PlannedEvent => {
    const evening = random.chance(0.3);
    return { at: evening ? to + random.between(15, 180) * minute : some(), kind: 'ask' };
  });
  const crash = (moment: number, step: string | undefined, downMs: number): PlannedEvent => ({
    at: moment,
    kind: 'crash',
    step,
    downMs,
  });
  const crashes = [
    // The levels of the day are reckoned then, digests are told, the last price comes.
    crash(
      at(day, '08:39:59'),
      random.pick(['before setAlertLevels', 'after setAlertLevels', 'bytes leave'] as const),
      20_000,
    ),
    // Reports: in the middle of one, and not there for one, once until it is of no use any more.
    ...({
      '20261118': [],
      '20261119': [crash(at(day, '08:30:05'), undefined, 40_000)],
      '20261120': [crash(at(day, '08:29:58'), undefined, 8 * minute)],
      '20261123': [crash(at(day, '08:29:58'), undefined, 35 * minute)],
      '20261124': [crash(at(day, '08:30:00'), undefined, 2_000), crash(at(day, '20:04:59'), undefined, 20 * minute)],
      '20261201': [crash(at(day, '15:44:59'), 'after tellReport', 30_000)],
    }[day] ?? []),
    crash(to + 10 * minute, undefined, random.between(2_000, 90_000)),
    crash(some(), undefined, 20 * minute),
    ...badSteps.map((step) => crash(some(), step, random.between(1_000, 120_000))),
  ];
  return [
    { at: at(day, '08:40:00'), kind: 'day' },
    { at: some(), kind: 'cut', refusedMs: random.between(0, 40_000) },
    { at: from + 4 * minute, kind: 'status' },
    ...Array.from({ length: 10 }, (_, index): PlannedEvent => {
      return { at: at(day, '18:00:30') + index * minute, kind: 'evening' };
    }),
    ...asks,
    ...(isCalm ? [] : crashes),
  ];
}
