import { DateTime, FixedOffsetZone } from 'luxon';

/** The market's time zone. */
export const KST = 'Asia/Seoul';
/** Korea has had no daylight saving since 1988, and an offset is reckoned much more quickly than a named zone. */
const korea = FixedOffsetZone.instance(9 * 60);
const koreaAheadMs = 9 * 3_600_000;

/** A timer that can be called off; calling it off twice is harmless. */
export type CancelTimer = () => void;

/**
 * Time, as a port: nothing outside this file asks the machine what time it is, so tests can.
 */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `callback` once, no sooner than `delayMs` from now. */
  timer(delayMs: number, callback: () => void): CancelTimer;
  /** Resolves after `delayMs`; rejects with the signal's reason when it is aborted first. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  timer(delayMs, callback) {
    const handle = setTimeout(callback, delayMs);
    return () => clearTimeout(handle);
  },
  sleep: (delayMs, signal) => sleepOn(systemClock, delayMs, signal),
};

/** `sleep` in terms of `timer`, for every implementation of Clock. */
export function sleepOn(clock: Pick<Clock, 'timer'>, delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const onAbort = (): void => {
      cancel();
      reject(signal?.reason);
    };
    const cancel = clock.timer(delayMs, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** `at` (milliseconds) as a date and time in Korea. */
export function inKorea(at: number): DateTime {
  return DateTime.fromMillis(at, { zone: korea });
}

/** The day that was asked for last: prices ask for one again and again. */
let latestDay = { number: Number.NaN, text: '' };

/** A calendar day in Korea as KIS writes it: `20261121`. */
export function koreanDay(at: number): string {
  const number = Math.floor((at + koreaAheadMs) / 86_400_000);
  if (number !== latestDay.number) latestDay = { number, text: inKorea(at).toFormat('yyyyMMdd') };
  return latestDay.text;
}

/** A time of day in Korea as KIS writes it: `091500`. */
export function koreanTime(at: number): string {
  const seconds = Math.floor(at / 1_000) + koreaAheadMs / 1_000;
  const parts = [Math.floor(seconds / 3_600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join('');
}

/** The Korean day that is counted where days begin at a later hour (`HHmm`): until then it is the day before. */
export function dayBegunAt(at: number, begins: string): string {
  return koreanDay(at - (Number(begins.slice(0, 2)) * 60 + Number(begins.slice(2))) * 60_000);
}

/** The beginning of the day that was asked for last, in milliseconds. */
let latestStart = { day: '', at: Number.NaN };
/** The moment that was asked for last: trades of the same second ask for it again and again. */
let latestMoment = { day: '', time: '', at: Number.NaN };
const usualTime = /^(?:[01]\d|2[0-3])[0-5]\d[0-5]\d$/;

/** Milliseconds for a day (`20261121`) and a time (`091500`) in Korea; NaN when they are not a time. */
export function fromKoreanDayAndTime(day: string, time: string): number {
  if (time === latestMoment.time && day === latestMoment.day) return latestMoment.at;
  latestMoment = { day, time, at: readDayAndTime(day, time) };
  return latestMoment.at;
}

function readDayAndTime(day: string, time: string): number {
  if (!usualTime.test(time)) return parsedDayAndTime(day, time);
  if (day !== latestStart.day) latestStart = { day, at: parsedDayAndTime(day, '000000') };
  const seconds = Number(time.slice(0, 2)) * 3_600 + Number(time.slice(2, 4)) * 60 + Number(time.slice(4));
  return latestStart.at + seconds * 1_000;
}

function parsedDayAndTime(day: string, time: string): number {
  const parsed = DateTime.fromFormat(`${day}${time}`, 'yyyyMMddHHmmss', { zone: korea });
  return parsed.isValid ? parsed.toMillis() : Number.NaN;
}

/** Milliseconds for a date and time in Korea (`2026-11-21 09:00:00`); NaN when it is not one. */
export function fromKoreanDateTime(text: string): number {
  const parsed = DateTime.fromSQL(text, { zone: korea });
  return parsed.isValid ? parsed.toMillis() : Number.NaN;
}

/** The day whose weekday was asked for last: whoever watches the hours asks for the same one all day. */
let latestWeekday = { day: '', weekday: Number.NaN };

/** The day of the week of a Korean day (`20261121`): 1 is Monday, 7 is Sunday. */
export function weekdayOf(day: string): number {
  if (day !== latestWeekday.day) {
    latestWeekday = { day, weekday: DateTime.fromFormat(day, 'yyyyMMdd', { zone: korea }).weekday };
  }
  return latestWeekday.weekday;
}

/** The Korean day after `day` (`20261121`). */
export function nextDay(day: string): string {
  return laterDay(day, 1);
}

/** The Korean day so many days after `day` (`20261121`). */
export function laterDay(day: string, days: number): string {
  return DateTime.fromFormat(day, 'yyyyMMdd', { zone: korea }).plus({ days }).toFormat('yyyyMMdd');
}

/** The Korean day before `day` (`20261121`). */
export function previousDay(day: string): string {
  return DateTime.fromFormat(day, 'yyyyMMdd', { zone: korea }).minus({ days: 1 }).toFormat('yyyyMMdd');
}

/** The Korean day so many months before `day` (`20261121`). */
export function monthsBefore(day: string, months: number): string {
  return DateTime.fromFormat(day, 'yyyyMMdd', { zone: korea }).minus({ months }).toFormat('yyyyMMdd');
}
