import { nearestTicks } from '../../domain/orders/order-rules.ts';
import type { Accounts } from '../account/accounts.ts';
import type { Outcome } from '../account/venue.ts';
import { type Listing, listingOf, type Market } from '../market/market.ts';
import type { Ticker } from '../market/ticker.ts';
import type { AccountWorld, World } from '../rest/answer.ts';
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
  readonly accounts: Accounts;
  readonly rest: Rest;
  readonly sockets: SocketServer;
  readonly notices: Notices;
  readonly ticker: Ticker;
}

/** Lets tests see what the simulator knows, and make things happen in it. */
export function createControlApi(parts: ControlledParts): ControlApi {
  const { world, accounts, rest, sockets } = parts;
  const { clock, faults } = world;
  return {
    state: () => {
      accounts.roll();
      return readState(world, accounts.all, rest.counts, sockets.counts());
    },
    hours: () => ({ now: clock.now(), neverCloses: clock.neverCloses, fixed: clock.fixed }),
    setClock(change) {
      accounts.roll();
      clock.set(change);
      accounts.roll();
    },
    setFaults: (input) => faults.set(input),
    clearFaults: () => faults.clear(),
    ...marketControls(parts),
    ...stageControls(parts),
    ...orderControls(accounts),
    ...scheduleControls(accounts),
  };
}

/** What others do in the market. */
function marketControls({
  world: { settings, clock, market, staged },
  accounts,
  notices,
  ticker,
}: ControlledParts): Pick<ControlApi, 'setPrice' | 'trade' | 'setIssue' | 'pushForeignNotice'> {
  return {
    setPrice(symbol, price, exchange) {
      accounts.roll();
      market.moveTo(tradable(market, symbol, price), price, exchange);
    },
    trade(symbol, side, quantity, price) {
      accounts.roll();
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
      const { last, base } = listing.today;
      staged.interrupt({ issue: listing.issue, last, base }, listing.marks.interrupted, {
        day: clock.day(),
        time: clock.time(),
      });
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

/** What companies, investors and searches do. */
function stageControls({
  world: { clock, market, staged },
}: ControlledParts): Pick<
  ControlApi,
  'addDividend' | 'addRights' | 'addNews' | 'setFlow' | 'setScreen' | 'dropScreen'
> {
  return {
    addDividend(symbol, recordDay, amount) {
      staged.dividends.push({ issue: listingOf(market, symbol).issue, recordDay, amount });
    },
    addRights(symbol, kind, recordDay, exDay) {
      staged.rights.push({ issue: listingOf(market, symbol).issue, kind, recordDay, exDay });
    },
    addNews(symbol, title) {
      const { issue } = listingOf(market, symbol);
      staged.headlines.push({ issue, day: clock.day(), time: clock.time(), title });
    },
    setFlow(symbol, day, flow) {
      staged.setFlow(listingOf(market, symbol).issue.symbol, day, flow);
    },
    setScreen(name, symbols) {
      staged.screens.set(
        name,
        symbols.map((symbol) => listingOf(market, symbol).issue.symbol),
      );
    },
    dropScreen: (name) => void staged.screens.delete(name),
  };
}

/** The account that is meant, once time has caught up with all. @throws RangeError for one that is not here. */
function ownerOf(accounts: Accounts, name: string | undefined): AccountWorld {
  const owner = name === undefined ? accounts.first : accounts.find(name);
  if (owner === undefined) throw new RangeError(`account: ${name} is not here`);
  accounts.roll();
  return owner;
}

/** Orders of an account's owner by other means than the Open API. */
function orderControls(accounts: Accounts): Pick<ControlApi, 'placeElsewhere' | 'cancelElsewhere' | 'amendElsewhere'> {
  return {
    placeElsewhere({ account, symbol, side, quantity, price = 0, channel = phoneChannel, exchange = 'KRX' }) {
      const { settings, venue } = ownerOf(accounts, account);
      if (settings.kind === 'paper' && exchange !== 'KRX') throw new RangeError('order refused: exchange');
      return numberOf(venue.place({ symbol, side, type: typeOf(price), quantity, price, exchange, channel }));
    },
    cancelElsewhere(number, { account, quantity, channel = phoneChannel } = {}) {
      const { venue } = ownerOf(accounts, account);
      return numberOf(venue.cancel({ number: number.padStart(10, '0'), quantity, channel }));
    },
    amendElsewhere(number, price, { account, quantity, channel = phoneChannel } = {}) {
      const { venue } = ownerOf(accounts, account);
      const original = number.padStart(10, '0');
      return numberOf(venue.amend({ number: original, quantity, type: typeOf(price), price, channel }));
    },
  };
}

/** The same for orders of a later day. */
function scheduleControls(accounts: Accounts): Pick<ControlApi, 'scheduleElsewhere' | 'cancelScheduledElsewhere'> {
  return {
    scheduleElsewhere({ account, symbol, side, quantity, price = 0, until = '' }) {
      const { scheduled } = ownerOf(accounts, account);
      const kept = scheduled.place(symbol, side, { type: typeOf(price), quantity, price, until });
      if (typeof kept === 'string') throw new RangeError(`order refused: ${kept}`);
      return kept.number;
    },
    cancelScheduledElsewhere(number, account) {
      const kept = ownerOf(accounts, account).scheduled.cancel(number);
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
