/** The issues that people keep an eye on. */
export interface Watchlists {
  /** A person's, in the order they were added. */
  watchlist(personId: string): Promise<readonly string[]>;
  /** Adds those that are not there yet: all, or AppError `watch.too-many` when there would be more than `most`. */
  watchIssues(personId: string, symbols: readonly string[], most: number): Promise<void>;
  /** How many of them were there. */
  unwatchIssues(personId: string, symbols: readonly string[]): Promise<number>;
}
