import { type Alert, type Seen, takesExtended } from '../../domain/alerts/alert.ts';
import { AlertBook, type Moved, nothingMoved, QuietRange } from '../../domain/alerts/alert-book.ts';
import { changesByDay } from '../../domain/alerts/alert-level.ts';
import type { Touched } from '../../domain/market/day-range.ts';
import { type Marketplace, priceHoursOf, type TradeSession } from '../../domain/market/session.ts';

/** What was seen of an issue, and when. */
export interface LastSeen extends Seen {
  /** Milliseconds. */
  readonly at: number;
}

/**
 * Which prices an alert hears of. `evening` and `always` are on prices outside KRX's regular session: the change of a day
 * is on its evening alone, because a morning's pre-market is before the new day's base price is known; a price is on both.
 */
export type Reach = 'regular' | 'evening' | 'always';

const allReaches: readonly Reach[] = ['regular', 'evening', 'always'];

/** The alerts that a price meets, by where and when it was made; none for a price that is beside KRX's own. */
export function reachesOf(exchange: Marketplace, session: TradeSession | undefined): readonly Reach[] {
  switch (priceHoursOf(exchange, session)) {
    case 'regular':
      return allReaches;
    case 'extended':
      return session === 'pre-market' ? ['always'] : ['evening', 'always'];
    case 'parallel':
      return [];
  }
}

function reachOf({ condition, hours }: Alert): Reach {
  if (hours === 'regular' || !takesExtended(condition)) return 'regular';
  return condition.kind === 'price' ? 'always' : 'evening';
}

/** The alerts on an issue, and what this process saw of it last: in KRX's regular session, and outside it. */
interface Watched {
  readonly books: Readonly<Record<Reach, AlertBook>>;
  /** Of all books; forgotten when an alert comes or goes. */
  readonly quiet: QuietRange;
  /** Of the alerts on it, and of those of them that hear of prices outside the regular session. */
  readonly ids: Set<string>;
  readonly extendedIds: Set<string>;
  regular: LastSeen | undefined;
  extended: LastSeen | undefined;
}

/** The open alerts as they stand in memory: by id, and by issue in the order in which a price reaches them. */
export class OpenAlerts {
  readonly #alerts = new Map<string, Alert>();
  readonly #issues = new Map<string, Watched>();

  get(id: string): Alert | undefined {
    return this.#alerts.get(id);
  }

  /** Oldest first. */
  all(): readonly Alert[] {
    return [...this.#alerts.values()];
  }

  /** Those on an issue. */
  of(symbol: string): readonly Alert[] {
    return [...(this.#issues.get(symbol)?.ids ?? [])].flatMap((id) => this.#alerts.get(id) ?? []);
  }

  /** Issues that have an open alert. */
  symbols(): readonly string[] {
    return [...this.#issues.keys()];
  }

  has(symbol: string): boolean {
    return this.#issues.has(symbol);
  }

  /** What was seen last of a price that an alert is on. */
  lastSeen(alert: Alert): LastSeen | undefined {
    return reachOf(alert) === 'regular' ? this.#issues.get(alert.symbol)?.regular : this.latest(alert.symbol);
  }

  /** What was seen last of an issue, wherever it was. */
  latest(symbol: string): LastSeen | undefined {
    const { regular, extended } = this.#issues.get(symbol) ?? {};
    return (extended?.at ?? 0) > (regular?.at ?? 0) ? extended : regular;
  }

  /** When the first of the alerts on an issue that were reached too soon may fire, in milliseconds. */
  restsUntil(symbol: string): number | undefined {
    const books = this.#issues.get(symbol)?.books;
    let first: number | undefined;
    for (const reach of allReaches) {
      const end = books?.[reach].restsUntil;
      if (end !== undefined && (first === undefined || end < first)) first = end;
    }
    return first;
  }

  /** Whether an alert on an issue hears of prices outside KRX's regular session. */
  hasExtended(symbol: string): boolean {
    // One that has just fired is in no book until it is added again.
    return (this.#issues.get(symbol)?.extendedIds.size ?? 0) > 0;
  }

  /** How far the nearest alert on an issue that such prices meet is, as `AlertBook.distance` has it. */
  distance(symbol: string, seen: Seen, movement: number, reaches: readonly Reach[]): number {
    const books = this.#issues.get(symbol)?.books;
    const distances = reaches.map((reach) => books?.[reach].distance(seen, movement) ?? Number.POSITIVE_INFINITY);
    return Math.min(...distances, Number.POSITIVE_INFINITY);
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
    const issue = this.#issues.get(alert.symbol) ?? {
      books: { regular: new AlertBook(), evening: new AlertBook(), always: new AlertBook() },
      quiet: new QuietRange(),
      ids: new Set<string>(),
      extendedIds: new Set<string>(),
      regular: undefined,
      extended: undefined,
    };
    issue.books[reachOf(alert)].add(alert);
    issue.quiet.forget();
    issue.ids.add(alert.id);
    if (reachOf(alert) !== 'regular') issue.extendedIds.add(alert.id);
    this.#issues.set(alert.symbol, issue);
    this.#alerts.set(alert.id, alert);
  }

  /** Puts an alert in the place of the one with its id. */
  replace(alert: Alert): void {
    this.#issues.get(alert.symbol)?.books[reachOf(alert)].delete(alert.id);
    this.add(alert);
  }

  /** Removes an alert. Returns whether it was the last one on its issue. */
  remove(alert: Alert): boolean {
    const { id, symbol } = alert;
    this.#alerts.delete(id);
    const issue = this.#issues.get(symbol);
    issue?.books[reachOf(alert)].delete(id);
    issue?.quiet.forget();
    issue?.ids.delete(id);
    issue?.extendedIds.delete(id);
    if (issue === undefined || issue.ids.size > 0) return false;
    this.#issues.delete(symbol);
    return true;
  }

  /**
   * What a price does to the alerts on its issue that it reaches, at a moment in milliseconds, with what was touched since
   * the moment before; `only` as in `AlertBook.meet`. `fired` alerts are taken out of the book and wait for `add` or `remove`;
   * `armed` ones are kept as armed.
   */
  meet(
    symbol: string,
    seen: Seen,
    at: number,
    touched: Touched,
    { reaches = allReaches, only }: { readonly reaches?: readonly Reach[]; readonly only?: ReadonlySet<string> } = {},
  ): Moved {
    const issue = this.#issues.get(symbol);
    if (issue === undefined) return nothingMoved;
    if (seen.outside === undefined) issue.regular = { ...seen, at };
    else issue.extended = { ...seen, at };
    if (issue.quiet.holds(seen, touched)) return nothingMoved;
    let all = nothingMoved;
    for (const reach of reaches) {
      const moved = issue.books[reach].meet(seen, at, touched, only);
      if (moved === nothingMoved) continue;
      all = { fired: [...all.fired, ...moved.fired], armed: [...all.armed, ...moved.armed] };
    }
    for (const alert of all.armed) this.#alerts.set(alert.id, alert);
    issue.quiet.learn(Object.values(issue.books));
    return all;
  }
}
