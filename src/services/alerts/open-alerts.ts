import { type Alert, AlertBook, type FiredAlert, type Seen } from '../../domain/alerts/alert.ts';
import { changesByDay } from '../../domain/alerts/alert-level.ts';
import type { Touched } from '../../domain/market/day-range.ts';

/** What was seen of an issue, and when. */
export interface LastSeen extends Seen {
  /** Milliseconds. */
  readonly at: number;
}

/** The open alerts as they stand in memory: by id, and by issue in the order in which a price reaches them. */
export class OpenAlerts {
  readonly #alerts = new Map<string, Alert>();
  readonly #books = new Map<string, AlertBook>();
  /** By issue, what this process saw last. */
  readonly #seen = new Map<string, LastSeen>();

  get(id: string): Alert | undefined {
    return this.#alerts.get(id);
  }

  /** Oldest first. */
  all(): readonly Alert[] {
    return [...this.#alerts.values()];
  }

  /** Issues that have an open alert. */
  symbols(): readonly string[] {
    return [...this.#books.keys()];
  }

  has(symbol: string): boolean {
    return this.#books.has(symbol);
  }

  lastSeen(symbol: string): LastSeen | undefined {
    return this.#seen.get(symbol);
  }

  /** How far the nearest alert on an issue is, as `AlertBook.distance` has it. */
  distance(symbol: string, seen: Seen, movement: number): number {
    return this.#books.get(symbol)?.distance(seen, movement) ?? Number.POSITIVE_INFINITY;
  }

  /** Alerts on an average cost. */
  onCost(): readonly Alert[] {
    return this.all().filter(({ condition }) => condition.kind === 'cost');
  }

  /** Alerts whose level changes by the day and is of a day before `day`. */
  stale(day: string): readonly Alert[] {
    return this.all().filter(({ condition, levelDay }) => changesByDay(condition) && levelDay < day);
  }

  /** Adds an alert that is in no book: a new one, or one that has just fired and repeats. */
  add(alert: Alert): void {
    const book = this.#books.get(alert.symbol) ?? new AlertBook();
    book.add(alert);
    this.#books.set(alert.symbol, book);
    this.#alerts.set(alert.id, alert);
  }

  /** Puts an alert in the place of the one with its id. */
  replace(alert: Alert): void {
    this.#books.get(alert.symbol)?.delete(alert.id);
    this.add(alert);
  }

  /** Removes an alert. Returns whether it was the last one on its issue. */
  remove({ id, symbol }: Alert): boolean {
    this.#alerts.delete(id);
    const book = this.#books.get(symbol);
    book?.delete(id);
    if (book === undefined || book.size > 0) return false;
    this.#books.delete(symbol);
    this.#seen.delete(symbol);
    return true;
  }

  /**
   * What a price does to the alerts on its issue, at a moment in milliseconds, with what was touched since the moment
   * before; `only` as in `AlertBook.meet`. `fired` alerts are taken out of the book and wait for `add` or `remove`;
   * `armed` ones are kept as armed.
   */
  meet(
    symbol: string,
    seen: Seen,
    at: number,
    touched: Touched,
    only?: ReadonlySet<string>,
  ): { readonly fired: readonly FiredAlert[]; readonly armed: readonly Alert[] } {
    const book = this.#books.get(symbol);
    if (book === undefined) return { fired: [], armed: [] };
    this.#seen.set(symbol, { ...seen, at });
    const met = book.meet(seen, at, touched, only);
    for (const alert of met.armed) this.#alerts.set(alert.id, alert);
    return met;
  }
}
