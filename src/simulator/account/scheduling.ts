import { koreanDay, koreanTime } from '../../clock.ts';
import { domesticTrading } from '../../kis/endpoints/domestic-trading.ts';
import { type AccountCall, type AccountHandler, type HandlerResult, input, page, record } from '../rest/answer.ts';
import { answered, inputRefusal, refusals, scheduleTexts } from '../rest/texts.ts';
import { sum, viewOrder } from './order.ts';
import type { Refusal } from './order-checks.ts';
import { orderTypes } from './order-types.ts';
import type { ScheduledOrder, ScheduledTerms } from './scheduled.ts';

function termsOf(call: AccountCall): ScheduledTerms {
  const number = (name: string): number => Number(input(call, name)) || 0;
  return {
    type: input(call, 'ORD_DVSN_CD'),
    quantity: number('ORD_QTY'),
    price: input(call, 'ORD_DVSN_CD') === '01' ? 0 : number('ORD_UNPR'),
    until: input(call, 'RSVN_ORD_END_DT'),
  };
}

function answerTo(
  kept: ScheduledOrder | Refusal | 'until',
  accepted: (kept: ScheduledOrder) => HandlerResult,
): HandlerResult {
  if (kept === 'until') return { refusal: inputRefusal('RSVN_ORD_END_DT') };
  return typeof kept === 'string' ? { refusal: refusals[kept].live } : accepted(kept);
}

const done = (): HandlerResult => ({ text: scheduleTexts.changed, blocks: { output: { NRML_PRCS_YN: 'Y' } } });

const inHours =
  (handler: AccountHandler): AccountHandler =>
  (call) =>
    call.world.faults.conditions.scheduleHours === 'any' || call.world.scheduled.takes()
      ? handler(call)
      : { refusal: scheduleTexts.closed };

const orderScheduled = inHours((call) => {
  const side = { '01': 'sell' as const, '02': 'buy' as const }[input(call, 'SLL_BUY_DVSN_CD')];
  if (side === undefined) return { refusal: inputRefusal('SLL_BUY_DVSN_CD') };
  const kept = call.world.scheduled.place(input(call, 'PDNO'), side, termsOf(call));
  return answerTo(kept, ({ number }) => ({
    text: scheduleTexts.accepted,
    blocks: { output: { RSVN_ORD_SEQ: number } },
  }));
});

const amendScheduled = inHours((call) =>
  answerTo(call.world.scheduled.amend(input(call, 'RSVN_ORD_SEQ'), termsOf(call)), done),
);

const cancelScheduled = inHours((call) => answerTo(call.world.scheduled.cancel(input(call, 'RSVN_ORD_SEQ')), done));

const inquireScheduled: AccountHandler = (call) => {
  const { scheduled, clock, faults } = call.world;
  const visible = clock.now() - faults.conditions.executionsLagMs;
  const [from, to] = [input(call, 'RSVN_ORD_ORD_DT'), input(call, 'RSVN_ORD_END_DT')];
  const valid = scheduled.all().filter((kept) => {
    const received = koreanDay(kept.receivedAt);
    const cancelled = kept.cancelledOn !== '' && input(call, 'CNCL_YN') === 'Y';
    return kept.receivedAt <= visible && !cancelled && from <= kept.day && received <= to;
  });
  const { rows, next } = page(call, valid);
  const { fields } = domesticTrading.inquireScheduled.output.output;
  return {
    text: rows.length === 0 ? answered.empty : next === '' ? scheduleTexts.listed : answered.more,
    next,
    blocks: {
      output: rows.map((kept) => {
        const latest = kept.orders.at(-1);
        const made = kept.reason === '' ? latest : undefined;
        return record(fields, {
          rsvn_ord_seq: kept.number,
          rsvn_ord_ord_dt: kept.day,
          rsvn_ord_rcit_dt: koreanDay(kept.receivedAt),
          rsvn_ord_rcit_tmd: koreanTime(kept.receivedAt),
          pdno: kept.listing.issue.symbol,
          kor_item_shtn_name: kept.listing.issue.name,
          ord_dvsn_cd: kept.type,
          ord_dvsn_name: orderTypes[kept.type]?.name ?? '',
          sll_buy_dvsn_cd: kept.side === 'sell' ? '01' : '02',
          ord_rsvn_qty: kept.quantity,
          ord_rsvn_unpr: kept.price,
          rsvn_end_dt: kept.until,
          cncl_ord_dt: kept.cancelledOn,
          odno: made?.number ?? '',
          ord_tmd: made?.time ?? '',
          rjct_rson2: kept.reason,
          // KIS lists a refused order in the same words as one that still waits.
          prcs_rslt: made === undefined ? '미처리' : '처리',
          tot_ccld_qty: scheduled.filled(kept),
          tot_ccld_amt: sum(kept.orders, (order) => viewOrder(order).filledAmount),
          tmnl_mdia_kind_cd: '31',
        });
      }),
    },
  };
};

/** Scheduled orders by endpoint id. */
export const scheduling: ReadonlyMap<string, AccountHandler> = new Map([
  [domesticTrading.orderScheduled.id, orderScheduled],
  [domesticTrading.inquireScheduled.id, inquireScheduled],
  [domesticTrading.amendScheduled.id, amendScheduled],
  [domesticTrading.cancelScheduled.id, cancelScheduled],
]);
