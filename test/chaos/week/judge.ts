import type { AlertTruth, Reached, Span, Telling } from './truth.ts';

/** How near the promises of the week came to being broken. A run in which one of these never happened proves nothing. */
export const nearMisses = [
  'reached, and told',
  'reached for less than 5 seconds, and told',
  'told as a touch: nobody saw the price itself',
  'reached while the bot was down, and told when it was back',
  'reached and left while the bot was down, and told',
  'reached for a moment that no high or low of the day tells of',
  'reached within 20 seconds of an end of the bot',
  'shown again, because the bot ended before it was noted',
  'never reached',
  'held when it was made, and told after it had not',
  'told every time, more than once',
  'the change of a day, told on a later day than the first',
  'its last day passed',
  'an evening price reached an alert on the day alone, and was not told',
  'an evening price reached an alert on evenings too, and was told',
  'a report at its minute, or as soon as there was a bot',
  'a report that was missed, and made up for',
  'a report that was missed, and said to be',
] as const;
export type NearMiss = (typeof nearMisses)[number];

export interface JudgeOptions {
  /** When no bot ran, oldest first. */
  readonly downs: readonly Span[];
  /** How old a price may be at most, and a message on its way, while a bot runs; milliseconds. */
  readonly boundMs: number;
  readonly endAt: number;
  readonly count: (near: NearMiss) => void;
  /** Milliseconds from the moment that it was reached to its telling, the time without a bot left out. */
  readonly late: (ms: number) => void;
}

const restMs = 60_000;
/** A message may be shown again when the bot ends this soon after it. */
const unnotedMs = 2_000;

/** What is wrong with what was told of one alert; one sentence each. */
export function judgeAlert(truth: AlertTruth, options: JudgeOptions): readonly string[] {
  const { made } = truth;
  const tellings = withoutRepeated(truth.tellings, options);
  const ends = made.until === undefined ? options.endAt : endOf(made.until);
  const reached = truth.reached.filter(({ from }) => from < ends);
  countFacts(truth, tellings, options);
  const judged = made.repeats
    ? judgeRepeating(reached, tellings, options)
    : judgeOnce(truth, reached, tellings, options);
  const strange = tellings.filter((telling) => !reached.some((span) => isOf(telling, span, options)));
  return [
    ...judged,
    ...strange.map(({ at }) => `told at ${timeOf(at)}, when it was not reached`),
    ...(made.until === undefined ? [] : judgeExpiry(truth, tellings, ends, options)),
  ];
}

function judgeOnce(
  { made }: AlertTruth,
  reached: readonly Reached[],
  tellings: readonly Telling[],
  options: JudgeOptions,
): readonly string[] {
  const [first] = tellings;
  if (tellings.length > 1) return [`told ${tellings.length} times`];
  const sure = reached.find((span) => isSure(span, made.held && span === reached[0], options));
  if (sure === undefined) return [];
  if (first === undefined) return isDue(sure, options) ? [`reached at ${timeOf(sure.from)}, and never told`] : [];
  const lateMs = upMs(sure.from, first.at, options);
  if (first.at >= sure.from) options.late(lateMs);
  return lateMs > options.boundMs ? [`reached at ${timeOf(sure.from)}, told ${lateMs} ms later`] : [];
}

/** Told at each time that it was reached for long enough after it was not for long enough, and at no other. */
function judgeRepeating(
  reached: readonly Reached[],
  tellings: readonly Telling[],
  options: JudgeOptions,
): readonly string[] {
  const { boundMs } = options;
  const clear = reached.filter(
    (span) =>
      isUp(span.clearSince, span.from + boundMs + restMs, options) &&
      span.from - span.clearSince > boundMs &&
      (span.to ?? options.endAt) - span.from > boundMs + restMs,
  );
  const untold = clear.filter(
    ({ from }) =>
      !tellings.some(({ at }) => at >= from && at <= from + boundMs + restMs) && from + boundMs < options.endAt,
  );
  // A minute from firing to firing: a message that waited for a bot to start came later than it fired.
  const waited = (at: number): boolean => !isUp(at - restMs, at, options);
  const tooSoon = tellings.filter(({ at }, index) => {
    const before = tellings[index - 1]?.at;
    return before !== undefined && !waited(before) && at - before < restMs - 5_000;
  });
  return [
    ...untold.map(
      (span) => `reached ${spanText(span)}, and not told this time (${storyText(reached, tellings, span.from)})`,
    ),
    ...tooSoon.map(({ at }) => `told again too soon at ${timeOf(at)}`),
    ...(tellings.length > reached.length ? [`told ${tellings.length} times, reached ${reached.length} times`] : []),
  ];
}

function judgeExpiry(
  { expiries }: AlertTruth,
  tellings: readonly Telling[],
  ends: number,
  options: JudgeOptions,
): readonly string[] {
  const said = withoutRepeated(expiries, options);
  // The next day begins at 08:40, on whatever day that is.
  const dueAt = ends + (8 * 60 + 40) * 60_000;
  if (said.length > 0) options.count('its last day passed');
  if (tellings.length > 0 || dueAt + options.boundMs > options.endAt)
    return said.length > 0 && tellings.length > 0 ? ['told, and then told to be over'] : [];
  if (said.length !== 1) return [`told ${said.length} times that its last day was over`];
  const at = said[0]?.at ?? 0;
  const isLate = upMs(dueAt, at, options) > options.boundMs;
  return at < ends || isLate ? [`told at ${timeOf(at)} that its last day was over`] : [];
}

/**
 * Whether a bot must have come to know that the condition held: it held for longer than a price may be old, or the day's
 * high or low tells of it. `wasHeld`: it has to have seen before that it did not hold.
 */
function isSure(span: Reached, wasHeld: boolean, options: JudgeOptions): boolean {
  const { boundMs, endAt } = options;
  if (wasHeld && upMs(span.clearSince, span.from, options) < boundMs) return false;
  return span.isExtreme || upMs(span.from, span.to ?? endAt, options) > boundMs;
}

/** Whether there was time enough to tell it. */
function isDue({ from }: Reached, options: JudgeOptions): boolean {
  return upMs(from, options.endAt, options) > options.boundMs;
}

/** Whether a telling can be of a stretch: in it or soon after it, the time without a bot left out. */
function isOf({ at }: Telling, { from, to }: Reached, options: JudgeOptions): boolean {
  return at >= from && (to === undefined || at <= to || upMs(to, at, options) <= options.boundMs);
}

/** Tellings without those that only an end of the bot can have made come twice. */
export function withoutRepeated(tellings: readonly Telling[], { downs, count }: JudgeOptions): readonly Telling[] {
  return tellings.filter(({ at, text }, index) => {
    const before = tellings[index - 1];
    if (before === undefined || before.text !== text) return true;
    const unnoted = downs.some(
      ({ from }) => before.at <= from + unnotedMs && from - before.at < unnotedMs && from <= at,
    );
    if (unnoted) count('shown again, because the bot ended before it was noted');
    return !unnoted;
  });
}

function countFacts(truth: AlertTruth, tellings: readonly Telling[], options: JudgeOptions): void {
  const { count, downs, endAt } = options;
  const { made, reached } = truth;
  const [span] = reached;
  if (span === undefined) {
    if (!made.held) count('never reached');
    return;
  }
  if (tellings.length > 0) count('reached, and told');
  const isDown = downs.some(({ from, to }) => from <= span.from && span.from < (to ?? endAt));
  const end = span.to ?? endAt;
  if (isDown && upMs(span.from, end, options) === 0) {
    if (tellings.length > 0) count('reached and left while the bot was down, and told');
  } else if (isDown && tellings.length > 0) count('reached while the bot was down, and told when it was back');
  if (downs.some(({ from }) => Math.abs(from - span.from) < 20_000)) {
    count('reached within 20 seconds of an end of the bot');
  }
  const short = reached.find(({ from, to }) => to !== undefined && to - from < 5_000);
  if (short !== undefined && tellings.some(({ at }) => at >= short.from && at <= (short.to ?? 0) + options.boundMs)) {
    count('reached for less than 5 seconds, and told');
  }
  if (tellings.some(({ text }) => text.includes('닿았다가 돌아왔습니다'))) {
    count('told as a touch: nobody saw the price itself');
  }
  if (reached.some((one) => !isSure(one, false, options))) {
    count('reached for a moment that no high or low of the day tells of');
  }
  if (made.hours === 'extended' && tellings.some(({ at }) => isInTheEvening(at))) {
    count('an evening price reached an alert on evenings too, and was told');
  }
  if (made.held && tellings.length > 0) count('held when it was made, and told after it had not');
  if (made.repeats && tellings.length > 1) count('told every time, more than once');
  if (made.condition.kind === 'change' && tellings.some(({ at }) => at - made.createdAt > 86_400_000)) {
    count('the change of a day, told on a later day than the first');
  }
}

/** Milliseconds of a stretch in which a bot ran. */
export function upMs(from: number, to: number, { downs, endAt }: JudgeOptions): number {
  const down = downs.reduce(
    (sum, one) => sum + Math.max(0, Math.min(to, one.to ?? endAt) - Math.max(from, one.from)),
    0,
  );
  return Math.max(0, to - from) - down;
}

const isUp = (from: number, to: number, options: JudgeOptions): boolean => upMs(from, to, options) === to - from;

const isInTheEvening = (at: number): boolean => new Date(at + 9 * 3_600_000).getUTCHours() === 18;

/** The end of a Korean day (`20261124`), in milliseconds. */
const endOf = (day: string): number =>
  Date.parse(`${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T00:00:00+09:00`) + 86_400_000;

const spanText = ({ from, to }: Span): string => `${timeOf(from)}–${to === undefined ? '' : timeOf(to)}`;

/** What happened in the ten minutes before and after a moment. */
function storyText(reached: readonly Span[], tellings: readonly Telling[], around: number): string {
  const isNear = (at: number): boolean => Math.abs(at - around) < 600_000;
  const spans = reached.filter(({ from }) => isNear(from)).map(spanText);
  const told = tellings
    .filter(({ at }) => isNear(at))
    .map(({ at, text }) => `${timeOf(at)} ${text.split('\n').at(-1)}`);
  return `reached ${spans.join(', ')}; told ${told.join(', ')}`;
}

export const timeOf = (at: number): string => new Date(at + 9 * 3_600_000).toISOString().slice(5, 23).replace('T', ' ');
