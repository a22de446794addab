import { inKorea } from '../../clock.ts';
import { type Alert, type AlertEvent, type AlertLevel, isReached, type Seen } from '../../domain/alerts/alert.ts';
import { isOnCandles } from '../../domain/alerts/candle-alert.ts';
import { errorSentence, type Words } from '../../i18n/index.ts';
import type { MessageFate } from '../../ports/ledger/alert-store.ts';
import type { LastSeen } from '../../services/alerts/open-alerts.ts';
import type { AlertTimeline } from '../../services/order-timelines.ts';
import type { PriceWay } from '../../services/watching/price-watch.ts';
import { conditionText } from '../arguments/alert-condition.ts';
import type { Line } from '../channel.ts';
import { seenWhere } from './prices.ts';

/** The most steps that are shown; an alert that repeats has many. */
const mostSteps = 20;

/** The current state of an alert, besides what the ledger holds. */
export interface CurrentAlert {
  /** The open alert; undefined when it is over. */
  readonly open: Alert | undefined;
  readonly seen: LastSeen | undefined;
  /** How its prices come. */
  readonly way: PriceWay;
  /** The error of computing its level, if there was one. */
  readonly trouble: unknown;
  /** Whether the person has notices of alerts switched on. */
  readonly wanted: boolean;
}

/**
 * The history of an alert step by step: when it was armed, what it saw, when it fired and was told; or why it has not
 * fired.
 */
export function alertTimeline(
  words: Words,
  name: string,
  timeline: AlertTimeline,
  present: CurrentAlert,
): readonly Line[] {
  const { alert, status, events } = timeline;
  const steps = events.slice(-mostSteps);
  return [
    [{ bold: `${name} ${conditionText(words, alert)}` }],
    words.why.alertStatus[status],
    '',
    ...(events[0]?.event.type === 'created' ? [] : [`${stamp(alert.createdAt)} ${words.why.alertMade}`]),
    ...(steps.length < events.length ? [words.why.earlier(events.length - steps.length)] : []),
    ...steps.flatMap(({ at, event }) => stepLines(words, timeline, at, event)),
    ...(present.open === undefined ? [] : ['', ...presentLines(words, present.open, present)]),
    '',
    [`${words.why.id} `, { code: alert.id }],
  ];
}

function stepLines(words: Words, { messages, alert }: AlertTimeline, at: number, event: AlertEvent): readonly Line[] {
  const { why: text } = words;
  const line = (what: string): Line => `${stamp(at)} ${what}`;
  switch (event.type) {
    case 'created': {
      const waits = event.state === 'waiting' ? [text.alertHolds] : [];
      return [
        line(
          [
            text.alertMade,
            seenText(words, event.seen, event.level),
            ...levelParts(words, alert, event.level),
            ...waits,
          ].join(' · '),
        ),
      ];
    }
    case 'level':
      return [line([text.alertDay(words.shortDate(event.day)), ...levelParts(words, alert, event.level)].join(' · '))];
    case 'armed':
      return [line(`${text.alertArmed} · ${seenText(words, event.seen, undefined)}`)];
    case 'fired': {
      const told = messages.filter(({ createdAt }) => createdAt === at);
      return [
        line(
          [text.alertFired, seenText(words, event.seen, event.level), ...levelParts(words, alert, event.level)].join(
            ' · ',
          ),
        ),
        ...(event.messages === 0 ? [`  ${text.notWanted}`] : []),
        ...(event.messages > 0 && told.length === 0 ? [`  ${text.messageForgotten}`] : []),
        ...told.map((message): Line => `  ${fateText(words, message)}`),
      ];
    }
    case 'expired':
    case 'deleted':
      return [line(text.alertStatus[event.type])];
  }
}

/** Why an open alert has not fired yet. */
function presentLines(words: Words, alert: Alert, { seen, way, trouble, wanted }: CurrentAlert): readonly Line[] {
  const { why: text, alerts } = words;
  const how = way.live ? text.seenLive : polledText(words, way);
  return [
    seen === undefined
      ? text.seenNothing
      : `${text.seenLast} ${seenText(words, seen, alert.level)} · ${stamp(seen.at)} · ${how}`,
    isOnCandles(alert) && trouble !== undefined ? words.candles.missing : whyNot(words, alert, seen),
    ...(alert.level === undefined && trouble !== undefined ? errorSentence(words, trouble).split('\n') : []),
    ...(wanted ? [] : [alerts.off]),
  ];
}

function whyNot(words: Words, alert: Alert, seen: LastSeen | undefined): string {
  const { why: text, alerts } = words;
  const { level, condition, state } = alert;
  if (isOnCandles(alert)) return state === 'waiting' ? alerts.waitingOther : words.candles.next;
  if (level === undefined) return condition.kind === 'cost' ? alerts.notHeld : alerts.noLevel;
  if (state === 'waiting') {
    if (condition.kind === 'volume') return text.waitsForDay;
    return condition.kind === 'price' ? alerts.waiting : alerts.waitingOther;
  }
  const value = seen?.[level.metric];
  if (value === undefined || isReached(level, value)) return text.notReached(levelText(words, level));
  const away = Math.abs(level.value - value);
  const percent = value > 0 ? words.percentSigned(((level.value - value) / value) * 100) : '';
  return text.away(levelText(words, level), amountText(words, level, away), percent);
}

/** How an issue is asked for whose prices are not pushed, and how old its latest price is. */
export function polledText({ alerts, health }: Words, { everyMs, ageMs }: PriceWay): string {
  return alerts.polledShort(health.within(everyMs), ageMs === undefined ? undefined : health.ago(ageMs));
}

function fateText(words: Words, { address, state, sentAt, heldUntil, attempts, error }: MessageFate): string {
  const { why: text } = words;
  const failed = attempts > 0 && error !== undefined ? text.attempts(attempts, error) : '';
  switch (state) {
    case 'sent':
      return text.told(address.channel, stamp(sentAt ?? 0));
    case 'held':
      return text.held(address.channel, stamp(heldUntil ?? 0));
    case 'queued':
      return `${text.queued(address.channel)}${failed}`;
    case 'dead':
      return `${text.lost(address.channel)}${failed}`;
  }
}

/** The price seen, with the day's volume when the alert is about volume, and with a price that it touched. */
function seenText(words: Words, seen: Seen, level: AlertLevel | undefined): string {
  const { price, volume, touched } = seen;
  if (seen.candle !== undefined) return words.candles.seen(seen);
  const now = `${seenWhere(words, seen)} ${words.won(price)}`;
  const last = touched === undefined ? now : `${now} · ${words.why.touched(words.won(touched))}`;
  return level?.metric === 'volume' ? `${last} · ${words.quote.volume} ${words.shares(volume)}` : last;
}

function levelParts(words: Words, alert: Alert, level: AlertLevel | undefined): readonly string[] {
  if (isOnCandles(alert)) return [];
  return [level === undefined ? words.why.noLevel : levelText(words, level)];
}

function levelText(words: Words, level: AlertLevel): string {
  if (level.value < 1) return level.direction === 'at-or-above' ? words.alerts.always() : words.alerts.never();
  return words.why.level(level);
}

function amountText(words: Words, { metric }: AlertLevel, amount: number): string {
  return metric === 'price' ? words.won(amount) : words.shares(amount);
}

function stamp(at: number): string {
  return inKorea(at).toFormat('MM-dd HH:mm:ss');
}
