import { type Clock, fromKoreanDayAndTime, koreanDay } from '../clock.ts';
import { type OrderRequest, orderNumber, type ScheduleDays, type SubmitOutcome } from '../domain/orders/order.ts';
import { type ScheduledOrder, scheduleNumber } from '../domain/orders/scheduled-order.ts';
import type { BeforeSend } from '../ports/broker.ts';
import type { ReadOptions } from '../ports/read-options.ts';
import type { ScheduleBroker, ScheduleTarget } from '../ports/scheduled-orders.ts';
import { domesticTrading } from './endpoints/domestic-trading.ts';
import type { Output } from './endpoints/endpoint.ts';
import { KisError } from './wire/error.ts';
import type { KisHttp } from './wire/http.ts';
import type { OrderAnswer } from './wire/order-calls.ts';

/** The office code that KIS's samples send. KIS's lists do not say which office took an order. */
const office = '001';
/** The code for an order in cash, neither on credit nor with lent shares. */
const cash = '10';
/**
 * How many days before and after today are listed: a scheduled order may last a month, and KIS lists it by the day on
 * which it is sent.
 */
const reachDays = 31;
const dayMs = 24 * 3_600_000;
/** A page has 20 rows. */
const mostPages = 100;

/** KIS's scheduled orders (예약주문), which only the live host has. */
export class KisScheduledOrders implements ScheduleBroker {
  readonly #http: KisHttp;
  readonly #clock: Clock;

  constructor(http: KisHttp, clock: Clock) {
    this.#http = http;
    this.#clock = clock;
  }

  async scheduledOrders(options?: ReadOptions): Promise<readonly ScheduledOrder[]> {
    const now = this.#clock.now();
    const input = {
      RSVN_ORD_ORD_DT: koreanDay(now - reachDays * dayMs),
      RSVN_ORD_END_DT: koreanDay(now + reachDays * dayMs),
      TMNL_MDIA_KIND_CD: '00',
      PRCS_DVSN_CD: '0',
      // Y lists valid orders. KIS documents no other value.
      CNCL_YN: 'Y',
      RSVN_ORD_SEQ: '',
      PDNO: '',
      SLL_BUY_DVSN_CD: '',
    } as const;
    const all = { ...options, maxPages: mostPages };
    const { pages, truncated } = await this.#http.readAll(domesticTrading.inquireScheduled, input, all);
    // A scheduled order that is missing from an incomplete list would be taken for one that does not exist.
    if (truncated) throw new KisError('malformed', { code: '', text: '' }, { where: 'schedules', pages: mostPages });
    return pages.flatMap((page) => page.output.map(toScheduledOrder));
  }

  async placeScheduled(request: OrderRequest, { until }: ScheduleDays, beforeSend: BeforeSend): Promise<SubmitOutcome> {
    const input = { ...terms(request, until), LDNG_DT: '' } as const;
    const answer = await this.#http.order(domesticTrading.orderScheduled, input, beforeSend);
    if (answer.kind !== 'accepted') return answer;
    const { RSVN_ORD_SEQ: number } = answer.output.output;
    if (!/\d/.test(number)) return { kind: 'unknown', code: 'no-number', text: answer.text };
    return { kind: 'accepted', reference: { number: scheduleNumber(number), branch: '' }, text: answer.text };
  }

  async amendScheduled(
    target: ScheduleTarget,
    request: OrderRequest,
    until: string | null,
    beforeSend: BeforeSend,
  ): Promise<SubmitOutcome> {
    const input = { ...named(target), ...terms(request, until), CTAL_TLNO: '' } as const;
    return changed(target, await this.#http.order(domesticTrading.amendScheduled, input, beforeSend));
  }

  async cancelScheduled(target: ScheduleTarget, beforeSend: BeforeSend): Promise<SubmitOutcome> {
    const none = {
      PDNO: '',
      ORD_QTY: '',
      ORD_UNPR: '',
      SLL_BUY_DVSN_CD: '',
      ORD_DVSN_CD: '',
      ORD_OBJT_CBLC_DVSN_CD: '',
      LOAN_DT: '',
      RSVN_ORD_END_DT: '',
      CTAL_TLNO: '',
    } as const;
    const input = { ...named(target), ...none } as const;
    return changed(target, await this.#http.order(domesticTrading.cancelScheduled, input, beforeSend));
  }
}

function named({ reference, day }: ScheduleTarget) {
  return { RSVN_ORD_SEQ: plainNumber(reference.number), RSVN_ORD_ORGNO: office, RSVN_ORD_ORD_DT: day };
}

function terms(request: OrderRequest, until: string | null) {
  return {
    PDNO: request.symbol,
    ORD_QTY: String(request.quantity),
    ORD_UNPR: String(request.price ?? 0),
    SLL_BUY_DVSN_CD: request.side === 'sell' ? '01' : '02',
    ORD_DVSN_CD: request.type === 'market' ? '01' : '00',
    ORD_OBJT_CBLC_DVSN_CD: cash,
    LOAN_DT: '',
    RSVN_ORD_END_DT: until ?? '',
  } as const;
}

/** The number in the form in which KIS takes it. */
function plainNumber(number: string): string {
  return number.replace(/^R/, '');
}

/** Reads the answer to an amendment or a cancel, which says whether it went through and carries no number. */
function changed(
  target: ScheduleTarget,
  answer: OrderAnswer<typeof domesticTrading.amendScheduled | typeof domesticTrading.cancelScheduled>,
): SubmitOutcome {
  if (answer.kind !== 'accepted') return answer;
  // KIS took the request and did not confirm that it went through. Nobody has seen such an answer, so the outcome is
  // unknown and is looked up in the list.
  if (answer.output.output.nrml_prcs_yn !== 'Y') return { kind: 'unknown', code: 'not-confirmed', text: answer.text };
  return { kind: 'accepted', reference: target.reference, text: answer.text };
}

export function toScheduledOrder(
  row: Output<typeof domesticTrading.inquireScheduled>['output'][number],
): ScheduledOrder {
  const made = orderNumber(row.odno ?? '');
  const orderMade = made === '' || made === '0' ? undefined : made;
  const reason = row.rjct_rson2 ?? '';
  const day = row.rsvn_ord_ord_dt;
  const last = row.rsvn_end_dt ?? '';
  return {
    reference: { number: scheduleNumber(row.rsvn_ord_seq), branch: '' },
    symbol: row.pdno,
    name: row.kor_item_shtn_name || row.pdno,
    side: row.sll_buy_dvsn_cd === '01' ? 'sell' : 'buy',
    type: { '00': 'limit' as const, '01': 'market' as const }[row.ord_dvsn_cd],
    quantity: row.ord_rsvn_qty,
    price: row.ord_dvsn_cd === '01' ? 0 : row.ord_rsvn_unpr,
    day,
    // KIS gives some orders of a single day that day as their last.
    until: last > day ? last : null,
    receivedAt: fromKoreanDayAndTime(row.rsvn_ord_rcit_dt ?? '', row.rsvn_ord_rcit_tmd ?? ''),
    state:
      // KIS has sent both blanks and zeros where there is no date.
      /[1-9]/.test(row.cncl_ord_dt ?? '')
        ? 'cancelled'
        : orderMade !== undefined
          ? 'sent'
          : reason !== ''
            ? 'refused'
            : 'waiting',
    orderNumber: orderMade,
    reason,
    filledQuantity: row.tot_ccld_qty ?? 0,
  };
}
