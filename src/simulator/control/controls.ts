import { nearestTicks } from '../../domain/orders/order-rules.ts';
import type { Outcome } from '../account/venue.ts';
import { type Listing, listingOf, type Market } from '../market/market.ts';
import type { Ticker } from '../market/ticker.ts';
import type { World } from '../rest/answer.ts';
import { holderOf } from '../rest/records.ts';
import type { Rest } from '../rest/rest.ts';
import type { Notices } from '../socket/notices.ts';
import type { SocketServer } from '../socket/socket.ts';
import type { ControlApi } from './control-api.ts';
import { readState } from './state.ts';

/** How KIS lists an order that was entered in its trading program on a phone. */
const phoneChannel = 'Nsmart';

/** The parts of the simulator that a test can look into and change. */
export interface ControlledParts {
  readonly world: World;
  readonly rest: Rest;
  readonly sockets: SocketServer;
  readonly notices: Notices;
  readonly ticker: Ticker;
}

/** Lets tests see what the simulator knows, and make things happen in it. */
export function createControlApi(parts: ControlledParts): ControlApi {
  const { world, rest, sockets } = parts;
  const { clock, faults, venue } = world;
  return {
    state: () => {
      venue.roll();
      return readState(world, rest.counts, sockets.counts());
    },
    hours: () => ({ now: clock.now(), neverCloses: clock.neverCloses, fixed: clock.fixed }),
    setClock(change) {
      venue.roll();
      clock.set(change);
      venue.roll();
    },
    setFaults: (input) => faults.set(input),
    clearFaults: () => faults.clear(),
    ...marketControls(parts),
    ...orderControls(world),
    ...scheduleControls(world),
  };
}

/** What others do in the market. */
function marketControls({
  world: { settings, clock, market, venue },
  notices,
  ticker,
}: ControlledParts): Pick<ControlApi, 'setPrice' | 'trade' | 'setIssue' | 'pushForeignNotice'> {
  return {
    setPrice(symbol, price) {
      venue.roll();
      market.moveTo(tradable(market, symbol, price), price);
    },
    trade(symbol, side, quantity, price) {
      venue.roll();
      market.trade(tradable(market, symbol, price), side, quantity, price);
    },
    setIssue(symbol, { halted, interrupted, warning }) {
      const listing = listingOf(market, symbol);
      const { marks } = listing;
      listing.marks = {
        halted: halted ?? marks.halted,
        interrupted: interrupted ?? marks.interrupted,
        warning: warning ?? marks.warning,
      };
      ticker.marked(listing);
    },
    pushForeignNotice(foreign) {
      const { issue } = listingOf(market, foreign.symbol);
      const order = { ...foreign, original: undefined, name: issue.name, type: '00', exchange: 'KRX' as const };
      const event = { kind: 'filled' as const, quantity: foreign.quantity, price: foreign.price, time: clock.time() };
      notices.push({ ...holderOf(settings), account: foreign.account, event, order });
    },
  };
}

/** Orders of the account's owner by other means than the Open API. */
function orderControls({
  settings,
  venue,
}: World): Pick<ControlApi, 'placeElsewhere' | 'cancelElsewhere' | 'amendElsewhere'> {
  return {
    placeElsewhere({ symbol, side, quantity, price = 0, channel = phoneChannel, exchange = 'KRX' }) {
      venue.roll();
      if (settings.kind === 'paper' && exchange !== 'KRX') throw new RangeError('order refused: exchange');
      return numberOf(venue.place({ symbol, side, type: typeOf(price), quantity, price, exchange, channel }));
    },
    cancelElsewhere(number, { quantity, channel = phoneChannel } = {}) {
      venue.roll();
      return numberOf(venue.cancel({ number: number.padStart(10, '0'), quantity, channel }));
    },
    amendElsewhere(number, price, { quantity, channel = phoneChannel } = {}) {
      venue.roll();
      const original = number.padStart(10, '0');
      return numberOf(venue.amend({ number: original, quantity, type: typeOf(price), price, channel }));
    },
  };
}

/** The same for orders of a later day. */
function scheduleControls({
  venue,
  scheduled,
}: World): Pick<ControlApi, 'scheduleElsewhere' | 'cancelScheduledElsewhere'> {
  return {
    scheduleElsewhere({ symbol, side, quantity, price = 0, until = '' }) {
      venue.roll();
      const kept = scheduled.place(symbol, side, { type: typeOf(price), quantity, price, until });
      if (typeof kept === 'string') throw new RangeError(`order refused: ${kept}`);
      return kept.number;
    },
    cancelScheduledElsewhere(number) {
      venue.roll();
      const kept = scheduled.cancel(number);
      if (typeof kept === 'string') throw new RangeError(`order refused: ${kept}`);
    },
  };
}

/** The issue, if it can trade at that price. */
function tradable(market: Market, symbol: string, price: number | undefined): Listing {
  const listing = listingOf(market, symbol);
  if (price === undefined) return listing;
  const { upper, lower } = listing.today;
  if (price > upper || price < lower) throw new RangeError(`price: ${symbol} trades from ${lower} to ${upper}`);
  if (nearestTicks(price, listing.issue.kind).below !== price) {
    throw new RangeError(`price: ${price} is off the tick grid of ${symbol}`);
  }
  return listing;
}

/** The order type (ORD_DVSN) of a limit order, or of a market order, which has no price. */
function typeOf(price: number): string {
  return price === 0 ? '01' : '00';
}

function numberOf(outcome: Outcome): string {
  if (outcome.refusal !== undefined) throw new RangeError(`order refused: ${outcome.refusal}`);
  return outcome.order.number;
}
