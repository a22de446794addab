import { fromKoreanDayAndTime } from '../../clock.ts';
import { exchangeSessions, krxHours, type TradeSession } from '../../domain/market/session.ts';

/**
 * Remembers with what price KRX's regular session ended. KIS does not say whether its answers about KRX go on with the
 * prices of the after-market, so an answer of the evening with another price than the close is taken for one of those.
 */
export class RegularCloses {
  /** By issue. */
  readonly #closes = new Map<string, { readonly day: string; readonly price: number }>();

  /**
   * Takes note of a price of KRX's, at a moment in milliseconds, that was not made in another session as far as anybody
   * told. Returns the session that it must have been made in all the same; undefined where nothing speaks for one.
   */
  take(symbol: string, day: string | undefined, price: number, at: number): TradeSession | undefined {
    const evening = day === undefined ? undefined : exchangeSessions('KRX', day).find(isAfterMarket);
    if (day === undefined || evening === undefined) return undefined;
    if (at >= fromKoreanDayAndTime(day, `${evening.start}00`)) {
      const close = this.#closes.get(symbol);
      return close?.day === day && close.price !== price ? 'after-market' : undefined;
    }
    if (at >= fromKoreanDayAndTime(day, `${krxHours(day).close}00`)) this.#closes.set(symbol, { day, price });
    return undefined;
  }

  forget(symbol: string): void {
    this.#closes.delete(symbol);
  }
}

function isAfterMarket({ kind }: { readonly kind: string }): boolean {
  return kind === 'after-market';
}
