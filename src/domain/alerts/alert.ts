import type { CandleLength } from '../market/bars.ts';
import type { Marketplace, TradeSession } from '../market/session.ts';
import type { ChatAddress } from '../people/chat-address.ts';

export type AlertDirection = 'at-or-above' | 'at-or-below';

/** What somebody waits for, as they said it. Percents and multiples have two decimals at most. */
export type AlertCondition =
  /** Won. */
  | { readonly kind: 'price'; readonly direction: AlertDirection; readonly price: number }
  /** In percent against the day's base price (등락률). */
  | { readonly kind: 'change'; readonly direction: AlertDirection; readonly percent: number }
  /** The day's volume is so many times the average of the 20 days before. */
  | { readonly kind: 'volume'; readonly times: number }
  /** The price is above, or below, all prices of the 52 weeks before. */
  | { readonly kind: 'year-high' | 'year-low' }
  /** The price against its moving average of so many days, today's price among them. */
  | { readonly kind: 'average'; readonly side: 'over' | 'under'; readonly days: number }
  /** A shorter moving average goes over a longer one (golden), or under it (dead). */
  | { readonly kind: 'cross'; readonly cross: 'golden' | 'dead'; readonly short: number; readonly long: number }
  /** In percent against the average cost of the account's shares (평단). */
  | { readonly kind: 'cost'; readonly direction: AlertDirection; readonly percent: number }
  /** The close of a candle of so many minutes, in won. */
  | {
      readonly kind: 'candle-close';
      readonly minutes: CandleLength;
      readonly direction: AlertDirection;
      readonly price: number;
    }
  /** The volume of a candle is so many times the average of the 20 candles before it. */
  | { readonly kind: 'candle-volume'; readonly minutes: CandleLength; readonly times: number };

/** The threshold that a condition is on one day, of the price or of the day's volume. */
export interface AlertLevel {
  readonly metric: 'price' | 'volume';
  readonly direction: AlertDirection;
  /** Won, or shares. */
  readonly value: number;
}

/** Which prices an alert is on: KRX's regular session alone, or also what trades before and after it, at Nextrade too. */
export type AlertHours = 'regular' | 'extended';

/**
 * Whether prices outside KRX's regular session can meet a condition: a price, and the change of a day. The other
 * conditions are on figures of KRX's regular days (candles, volume) or on what shares cost, which is compared with the
 * price that the account shows.
 */
export function takesExtended({ kind }: AlertCondition): boolean {
  return kind === 'price' || kind === 'change';
}

/** The price and volume of an issue at a moment. */
export interface Seen {
  readonly price: number;
  /** Shares traded today; of a candle, in it. */
  readonly volume: number;
  /**
   * The price with which a level was reached between two looks, where the price of neither look reaches it; known from
   * the day's high or low.
   */
  readonly touched?: number | undefined;
  /** Where the price was made, of one outside KRX's regular session. */
  readonly outside?: { readonly exchange: Marketplace; readonly session: TradeSession } | undefined;
  /** The beginning of the candle that closed at this price: `20261123 0905`. Absent where no candle is meant. */
  readonly candle?: string | undefined;
  /** Shares of a usual candle, where the alert compares with that. */
  readonly usual?: number | undefined;
}

/**
 * A condition that somebody waits for. The crossing counts: an alert is `waiting` until its condition was seen not to
 * hold, and `armed` from then on. Both states survive a restart.
 */
export interface Alert {
  readonly id: string;
  readonly personId: string;
  readonly address: ChatAddress;
  /** Whose average cost it is on, by the ledger's name for the account; of another condition this means nothing. */
  readonly account: string;
  readonly symbol: string;
  readonly condition: AlertCondition;
  readonly hours: AlertHours;
  /** Whether it fires every time. If not, it is over once it has fired. */
  readonly repeats: boolean;
  /** The last Korean day it is for (`20261231`); undefined where it has no end. */
  readonly until: string | undefined;
  /** The threshold; undefined while there is none, as for an average cost without a holding. */
  readonly level: AlertLevel | undefined;
  /** The Korean day that the level is of. */
  readonly levelDay: string;
  readonly state: 'armed' | 'waiting';
  /**
   * Of an alert on candles the beginning of the last one that counted (`20261123 0905`): those after it are looked at.
   * What the ledger keeps is the last one that changed the state, because those between changed nothing.
   */
  readonly candle?: string | undefined;
  /** Milliseconds. */
  readonly createdAt: number;
  /** When it last fired, in milliseconds. */
  readonly firedAt: number | undefined;
}

/** How an alert stands; the last three are over. */
export type AlertStatus = Alert['state'] | 'fired' | 'expired' | 'deleted';

/** What happened to an alert, as it is written down. */
export type AlertEvent =
  | {
      readonly type: 'created';
      readonly seen: Seen;
      readonly level: AlertLevel | undefined;
      readonly state: Alert['state'];
    }
  /** The level changed, with the day or with the average cost. Undefined where there is none. */
  | {
      readonly type: 'level';
      readonly day: string;
      readonly level: AlertLevel | undefined;
      readonly state: Alert['state'];
    }
  /** Its condition was seen not to hold. */
  | { readonly type: 'armed'; readonly seen: Seen }
  /** `messages`: how many tell of it; none where nobody wanted one. */
  | { readonly type: 'fired'; readonly seen: Seen; readonly level: AlertLevel | undefined; readonly messages: number }
  | { readonly type: 'expired' | 'deleted' };

/** Whether `value` lies on the side an alert asks about. */
export function isReached(level: Pick<AlertLevel, 'direction' | 'value'>, value: number): boolean {
  return level.direction === 'at-or-above' ? value >= level.value : value <= level.value;
}
