/**
 * The ex-dividend day of a record day (`20261231`): who buys on it or later is no shareholder on the record day, because
 * a trade settles on the second trading day after it. A record day that is no trading day counts as the last one before
 * it: 31 December, on which KRX is closed. `tradingDays` are in order; undefined where they do not go back far enough.
 */
export function exDividendDay(recordDay: string, tradingDays: readonly string[]): string | undefined {
  return tradingDays.filter((day) => day <= recordDay).at(-2);
}
