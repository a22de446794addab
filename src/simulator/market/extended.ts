import type { Marketplace } from '../../domain/market/session.ts';
import type { Side } from '../../domain/orders/order.ts';
import type { VenueClock } from './hours.ts';
import type { Issue } from './instruments.ts';

/** The figures of an issue today, including its last trade. */
export interface DayFigures {
  readonly base: number;
  readonly upper: number;
  readonly lower: number;
  readonly last: number;
  readonly open: number;
  readonly openTime: string;
  readonly high: number;
  readonly highTime: string;
  readonly low: number;
  readonly lowTime: string;
  readonly volume: number;
  readonly turnover: number;
  readonly buyTrades: number;
  readonly sellTrades: number;
  readonly buyVolume: number;
  readonly sellVolume: number;
  readonly previousVolume: number;
}

/** What an exchange has traded of an issue outside KRX's regular session, on the day of `day`. */
export interface ExtendedFigures extends DayFigures {
  readonly day: string;
  /** Milliseconds, of the last trade. */
  readonly at: number;
}

/** Whether a trade at an exchange is outside KRX's regular session now, and so leaves KRX's own figures alone. */
export function isExtended(clock: VenueClock, { issue }: { readonly issue: Issue }, exchange: Marketplace): boolean {
  return !isFund(issue) && ['pre-market', 'after-opening', 'after-market'].includes(clock.session(exchange));
}

/**
 * The exchanges at which an issue trades continuously now; undefined where none does. Funds trade at KRX alone, in its
 * regular session.
 */
export function tradingNow(
  clock: VenueClock,
  { issue }: { readonly issue: Issue },
): readonly [Marketplace, ...Marketplace[]] | undefined {
  if (clock.session('KRX') === 'regular') return ['KRX'];
  if (isFund(issue)) return undefined;
  const [first, ...others] = (['KRX', 'NXT'] as const).filter((exchange) =>
    ['pre-market', 'after-market'].includes(clock.session(exchange)),
  );
  return first && [first, ...others];
}

function isFund({ kind }: Issue): boolean {
  return kind === 'etf' || kind === 'etn';
}

/** The figures after a trade. */
export function afterTrade<F extends DayFigures>(
  figures: F,
  trade: { readonly aggressor: Side; readonly price: number; readonly quantity: number; readonly time: string },
): F {
  const { aggressor, price, quantity, time } = trade;
  const bought = aggressor === 'buy';
  return {
    ...figures,
    last: price,
    ...(price > figures.high ? { high: price, highTime: time } : {}),
    ...(price < figures.low ? { low: price, lowTime: time } : {}),
    volume: figures.volume + quantity,
    turnover: figures.turnover + price * quantity,
    buyTrades: figures.buyTrades + (bought ? 1 : 0),
    sellTrades: figures.sellTrades + (bought ? 0 : 1),
    buyVolume: figures.buyVolume + (bought ? quantity : 0),
    sellVolume: figures.sellVolume + (bought ? 0 : quantity),
  };
}

/** The figures of an exchange that has not traded outside the regular session yet, as its first trade finds them. */
export function untraded({ today }: { readonly today: DayFigures }, price: number, time: string): DayFigures {
  const { base, upper, lower, previousVolume } = today;
  return {
    ...{ base, upper, lower, previousVolume },
    ...{ last: price, open: price, openTime: time, high: price, highTime: time, low: price, lowTime: time },
    ...{ volume: 0, turnover: 0, buyTrades: 0, sellTrades: 0, buyVolume: 0, sellVolume: 0 },
  };
}

/** The figures that a query of prices by KIS's code of the market is answered with: KRX, Nextrade, or the newest of both. */
export function figuresAt(
  {
    today,
    extended,
  }: { readonly today: DayFigures; readonly extended: { readonly [Name in Marketplace]?: ExtendedFigures } },
  division: string,
): DayFigures {
  if (division === 'NX') return extended.NXT ?? today;
  if (division !== 'UN') return today;
  const [newest] = Object.values(extended).sort((one, other) => other.at - one.at);
  return newest ?? today;
}
