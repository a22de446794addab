/** A stretch of every day in Korea, over midnight where it ends before it starts; minutes of the day, never equal. */
export interface QuietHours {
  readonly startMinute: number;
  /** The first minute after the quiet hours. */
  readonly endMinute: number;
}

export const minutesOfDay = 1_440;

/** How many minutes of quiet are left from a minute of the day on, that one included; 0 outside. */
export function quietMinutesLeft({ startMinute, endMinute }: QuietHours, minute: number): number {
  const length = (endMinute - startMinute + minutesOfDay) % minutesOfDay;
  const gone = (minute - startMinute + minutesOfDay) % minutesOfDay;
  return Math.max(0, length - gone);
}

/** `22:00-07:00`, `22-7`, `22:30~6시`; undefined for what is none. Start and end may be equal, which is for others to refuse. */
export function readQuietHours(text: string): QuietHours | undefined {
  const [start, end, ...more] = text.split(/[-~–]/).map(minuteOf);
  if (start === undefined || end === undefined || more.length > 0) return undefined;
  return { startMinute: start, endMinute: end };
}

/** A time of day as its minute; 24:00 is midnight. */
function minuteOf(text: string): number | undefined {
  const [, hour, minute = '0'] = /^(\d{1,2})(?::(\d{2})|시)?$/.exec(text) ?? [];
  const total = Number(hour) * 60 + Number(minute);
  return Number(minute) < 60 && total <= minutesOfDay ? total % minutesOfDay : undefined;
}
