import { looksLikeSymbol } from '../../domain/market/instrument.ts';
import type { Exchange, Side } from '../../domain/orders/order.ts';
import { domesticTrading } from '../../kis/endpoints/domestic-trading.ts';
import { type AccountCall, type AccountHandler, type AccountWorld, type HandlerResult, input } from '../rest/answer.ts';
import { acceptances, gatewayTexts, inputRefusal, refusals } from '../rest/texts.ts';
import type { Outcome } from './venue.ts';

/** The channel that KIS lists for an order from the Open API. */
const channel = 'OpnAPI';

const exchanges: readonly Exchange[] = ['KRX', 'NXT', 'SOR'];

/** An input of an order as a number; undefined where it is not a whole number. */
function numberInput(call: AccountCall, name: string): number | undefined {
  const text = input(call, name);
  return /^\d{1,12}$/.test(text) ? Number(text) : undefined;
}

function orderAnswer(
  world: AccountWorld,
  outcome: Outcome,
  action: 'buy' | 'sell' | 'amend' | 'cancel',
): HandlerResult {
  const { kind, branch } = world.settings;
  if (outcome.refusal !== undefined) return { refusal: refusals[outcome.refusal][kind] };
  const { number, time, exchange } = outcome.order;
  return {
    text: acceptances[kind][action],
    blocks: {
      // KIS sends these names in upper case, although the documents of order-rvsecncl have lower case.
      output: {
        KRX_FWDG_ORD_ORGNO: branch,
        ODNO: number,
        ORD_TMD: time,
        ...(exchange === 'SOR' ? { SOR_ODNO: '' } : {}),
      },
    },
  };
}

function exchangeOf(call: AccountCall): Exchange | undefined {
  const name = input(call, 'EXCG_ID_DVSN_CD') || 'KRX';
  const exchange = exchanges.find((candidate) => candidate === name);
  return call.world.settings.kind === 'paper' && exchange !== 'KRX' ? undefined : exchange;
}

function orderCash(side: Side): AccountHandler {
  return (call) => {
    const { world } = call;
    const symbol = input(call, 'PDNO');
    if (!looksLikeSymbol(symbol)) return { gateway: gatewayTexts.product };
    const exchange = exchangeOf(call);
    if (exchange === undefined) return { refusal: refusals.exchange[world.settings.kind] };
    const quantity = numberInput(call, 'ORD_QTY');
    if (quantity === undefined) return { refusal: refusals.quantity[world.settings.kind] };
    const price = numberInput(call, 'ORD_UNPR');
    if (price === undefined) return { refusal: inputRefusal('ORD_UNPR') };
    const stopPrice = input(call, 'CNDT_PRIC') === '' ? undefined : numberInput(call, 'CNDT_PRIC');
    const request = { symbol, side, type: input(call, 'ORD_DVSN'), quantity, price, exchange, channel, stopPrice };
    return orderAnswer(world, world.venue.place(request, call.rejectAtExchange), side);
  };
}

const orderAmendCancel: AccountHandler = (call) => {
  const { world } = call;
  const { kind, branch } = world.settings;
  // The paper host does not find an order without its branch. The live host was seen to take a blank one.
  const named = input(call, 'KRX_FWDG_ORD_ORGNO');
  if (named !== branch && (kind === 'paper' || named !== '')) return { refusal: refusals['unknown-order'][kind] };
  const all = input(call, 'QTY_ALL_ORD_YN') === 'Y';
  const quantity = all ? undefined : numberInput(call, 'ORD_QTY');
  if (!all && quantity === undefined) return { refusal: refusals.quantity[kind] };
  const request = {
    number: input(call, 'ORGN_ODNO').padStart(10, '0'),
    quantity,
    type: input(call, 'ORD_DVSN'),
    price: numberInput(call, 'ORD_UNPR') ?? 0,
    channel,
  };
  switch (input(call, 'RVSE_CNCL_DVSN_CD')) {
    case '01':
      return orderAnswer(world, world.venue.amend(request), 'amend');
    case '02':
      return orderAnswer(world, world.venue.cancel(request), 'cancel');
    default:
      return { refusal: inputRefusal('RVSE_CNCL_DVSN_CD') };
  }
};

/** Orders by endpoint id. */
export const ordering: ReadonlyMap<string, AccountHandler> = new Map([
  [domesticTrading.orderCashBuy.id, orderCash('buy')],
  [domesticTrading.orderCashSell.id, orderCash('sell')],
  [domesticTrading.orderAmendCancel.id, orderAmendCancel],
]);
