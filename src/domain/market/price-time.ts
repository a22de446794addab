import {
  type DayHours,
  exchangeSessions,
  figuresEnd,
  krxHours,
  type Marketplace,
  type SessionKind,
  type SessionRow,
  type TradeSession,
} from './session.ts';

/** Which market a price is of, and of when: what has to stand beside it so that nobody takes a close for a price of now. */
export interface PriceTime {
  readonly exchange: Marketplace;
  /** `closing-auction`: the last price before it, which is about to become another. */
  readonly session: TradeSession | 'closing-auction';
  /** `20261130` */
  readonly day: string;
  /** `HHmm`: now where it trades, else when that session ended. */
  readonly time: string;
  /** Whether it trades now. */
  readonly isLive: boolean;
}

/** What the price of each exchange is of, as a query of it would be answered at a moment. */
export interface PriceTimes {
  /** The day of the moment: `20261130`. */
  readonly today: string;
  readonly krx: PriceTime;
  readonly nxt: PriceTime;
  /** The prices made since KRX's day ended, or while it has not begun; none while KRX trades. */
  readonly extended: readonly PriceTime[];
}

/** A moment in the market's calendar. */
export interface MarketMoment {
  /** `20261130`, and `HHmm`. */
  readonly day: string;
  readonly time: string;
  readonly isTradingDay: boolean;
  /** The trading day before this one. */
  readonly lastDay: string;
  /** The day's hours as the venue told them, where it did. */
  readonly hours?: DayHours | undefined;
}

/** What the prices that the exchanges have at a moment are of. */
export function priceTimesAt(moment: MarketMoment): PriceTimes {
  const krx = regularPrice(moment);
  const nxt = latest('NXT', ['pre-market', 'regular', 'after-market'], moment);
  const after = latest('KRX', ['after-market'], moment);
  const extended = krx.isLive ? [] : [after, nxt].filter((price) => price?.session !== 'regular');
  return {
    today: moment.day,
    krx,
    nxt: nxt ?? { ...krx, exchange: 'NXT' },
    // What was left of the evening before is old once the morning has begun.
    extended: extended.filter((price) => price !== undefined && price.day === (nxt?.day ?? krx.day)) as PriceTime[],
  };
}

/** KRX's regular session: its auctions move its price, and its after-market does not. */
function regularPrice({ day, time, isTradingDay, lastDay, hours }: MarketMoment): PriceTime {
  const { open, close } = krxHours(day, hours);
  const regular = { exchange: 'KRX', session: 'regular' } as const;
  if (!isTradingDay || time < open) return { ...regular, day: lastDay, time: krxHours(lastDay).close, isLive: false };
  if (time >= close) return { ...regular, day, time: close, isLive: false };
  const auction = exchangeSessions('KRX', day, hours).find(({ kind }) => kind === 'closing-auction')?.start ?? close;
  return { ...regular, ...(time < auction ? {} : { session: 'closing-auction' }), day, time, isLive: true };
}

/** The latest of these sessions that has begun, on this day or on the trading day before. */
function latest(
  exchange: Marketplace,
  kinds: readonly TradeSession[],
  { day, time, isTradingDay, lastDay, hours }: MarketMoment,
): PriceTime | undefined {
  const sessionOf = ({ kind }: SessionRow): TradeSession | undefined => kinds.find((one) => one === kind);
  const rows = (of: string) => exchangeSessions(exchange, of, hours).filter((row) => sessionOf(row) !== undefined);
  const begun = isTradingDay ? rows(day).findLast(({ start }) => start <= time) : undefined;
  const row = begun ?? rows(lastDay).at(-1);
  const session = row && sessionOf(row);
  if (row === undefined || session === undefined) return undefined;
  const isLive = begun !== undefined && time < row.end;
  return { exchange, session, day: begun === undefined ? lastDay : day, time: isLive ? time : row.end, isLive };
}

/** A time of day at which a session that a stand-in was fixed at is under way. */
export function timeIn(fixed: SessionKind | 'holiday', day: string): string {
  const rows = (['KRX', 'NXT'] as const).flatMap((exchange) => exchangeSessions(exchange, day));
  return rows.find(({ kind }) => kind === fixed)?.start ?? figuresEnd;
}
