import type { Session } from '../market/hours.ts';
import type { AccountWorld, World } from '../rest/answer.ts';

/** All accounts of one market. */
export class Accounts {
  /** In the order in which they were asked for. */
  readonly all: readonly AccountWorld[];
  /** The one that is meant where none is named. */
  readonly first: AccountWorld;
  readonly #world: World;
  #day: string;
  #session: Session;

  constructor(world: World, first: AccountWorld, others: readonly AccountWorld[]) {
    this.all = [first, ...others];
    this.first = first;
    this.#world = world;
    this.#day = world.clock.day();
    this.#session = world.clock.session();
  }

  /** By `50000000-01`; undefined for an account that is not here. */
  find(name: string): AccountWorld | undefined {
    return this.all.find(({ account }) => account.name === name);
  }

  /**
   * Does what time has brought since anyone last asked: auctions end, orders expire, a new day begins. Each step is done
   * for all accounts before the next, because their orders meet in one book: one account's order of a new day must not
   * trade with another's that ended the day before.
   */
  roll(): void {
    const { clock, market } = this.#world;
    const session = clock.session();
    const auctionEnded = this.#session.endsWith('-auction') && session !== this.#session;
    this.#session = session;
    if (auctionEnded) this.#rematch();
    const day = clock.day();
    const newDay = day > this.#day && clock.isOpenDay(day);
    for (const { venue } of this.all) venue.expire(newDay);
    for (const { venue } of this.all) venue.fireStops();
    market.roll();
    if (newDay) {
      for (const { account } of this.all) account.newDay(day);
      this.#day = day;
    }
    for (const { scheduled } of this.all) scheduled.send();
  }

  /** An auction's end: waiting orders that the market now reaches trade, the oldest first, whosever they are. */
  #rematch(): void {
    const waiting = this.all.flatMap(({ venue }) => venue.openOrders().map((order) => ({ venue, order })));
    for (const { venue, order } of waiting.sort((one, other) => one.order.at - other.order.at)) venue.rematch(order);
  }
}
