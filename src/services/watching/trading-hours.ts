import { koreanDay, koreanTime, weekdayOf } from '../../clock.ts';
import { krxClosures } from '../../domain/market/krx-holidays.ts';
import { exchangeSessions, type Marketplace, sessionAt } from '../../domain/market/session.ts';

/** How long after a session its last price may be unknown still. */
const afterSessionMs = 10 * 60_000;

/** The answers for the minute that was asked about last: it is asked about for every issue. */
let latest = { minute: Number.NaN, answers: new Map<Marketplace, boolean>() };

/**
 * Whether an exchange may trade at a moment (milliseconds), or did so just before it. A holiday that the shipped
 * calendar lacks counts as a trading day.
 */
export function mayTrade(exchange: Marketplace, at: number): boolean {
  const minute = Math.floor(at / 60_000);
  if (minute !== latest.minute) latest = { minute, answers: new Map() };
  const answer = latest.answers.get(exchange) ?? isInSession(exchange, at);
  latest.answers.set(exchange, answer);
  return answer;
}

function isInSession(exchange: Marketplace, at: number): boolean {
  const day = koreanDay(at);
  if (weekdayOf(day) > 5 || krxClosures.includes(day)) return false;
  const sessions = exchangeSessions(exchange, day);
  return [at, at - afterSessionMs].some((moment) => sessionAt(day, koreanTime(moment), sessions) !== 'closed');
}
