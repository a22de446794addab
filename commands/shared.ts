import type { Button, Line, Span } from '../src/chat/channel.ts';
import { type CommandContext, oneOf } from '../src/chat/command.ts';
import { changeTone, type TonedSpan } from '../src/chat/messages/prices.ts';
import { weekdayOf } from '../src/clock.ts';
import type { Side } from '../src/domain/orders/order.ts';
import { AppError } from '../src/errors.ts';
import type { Words } from '../src/i18n/index.ts';

/** Starts or stops the live updates of a command's answer. */
export const liveAction = oneOf('liveAction', { live: ['실시간'], stop: ['멈춤'] });

/** The name of an issue in the reader's language; an issue that no list has keeps the name that KIS gave. */
export function issueName(
  { directory }: Pick<CommandContext, 'directory'>,
  { symbol, name }: { readonly symbol: string; readonly name: string },
): string {
  return directory.get(symbol)?.name ?? name;
}

/** A profit or loss with its percentage. */
export function pnlSpan(words: Words, amount: number, percent: number): TonedSpan {
  const tone = changeTone(amount);
  return { tone, text: `${words.wonSigned(amount)} (${words.percentSigned(percent)})` };
}

/** `20261121` → `2026-11-21` */
export function dayText(day: string): string {
  return `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6, 8)}`;
}

/** `090312` → `09:03` */
export function timeText(time: string): string {
  return `${time.slice(0, 2)}:${time.slice(2, 4)}`;
}

/** Buttons in rows: Discord shows five rows of at most five. */
export function inRowsOf(count: number, all: readonly Button[]): readonly (readonly Button[])[] {
  return all.length === 0 ? [] : [all.slice(0, count), ...inRowsOf(count, all.slice(count))];
}

/** An optional part of an answer: returns `otherwise` when KIS does not offer it or does not answer. */
export async function ifAnswered<T>(part: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await part;
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith('venue.')) return otherwise;
    throw error;
  }
}

/** The side of an order: a buy in red and a sell in blue, as on Korean statements. */
export function sideSpan(words: Words, side: Side): Span {
  return { tone: side === 'buy' ? 'up' : 'down', text: words.side[side] };
}

/** The heading of a day's rows: `11월 21일(토)`. */
export function dayLine(words: Words, day: string): Line {
  const [month, date] = [Number(day.slice(4, 6)), Number(day.slice(6))];
  return [{ bold: words.date({ month, day: date, weekday: weekdayOf(day) }) }];
}
