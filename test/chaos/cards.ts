import type { OrderStatus } from '../../src/domain/orders/order.ts';
import type { OrderTimeline } from './invariants.ts';
import type { Shown } from './scenario/chats.ts';
import type { World } from './scenario/world.ts';

/** How a card is headed, by the status of the order that it shows. */
const headings: Readonly<Partial<Record<OrderStatus, RegExp>>> = {
  accepted: /접수됨$/,
  'partly-filled': /→ 일부 체결$/,
  filled: /→ 체결 완료$/,
  cancelled: /→ 취소됨$/,
  replaced: /→ 정정됨$/,
  expired: /→ 장 마감 소멸$/,
  rejected: /→ 거부됨$|거부했습니다$/,
};

/**
 * A ticket's message that shows an order shows in the end what became of it. One whose edits the chat turned down, and
 * one that says that another message goes on, may stay as they were.
 */
export function cardsEndTrue({ chats }: World, timelines: readonly OrderTimeline[]): readonly string[] {
  const messages = Map.groupBy(chats.shown, ({ channel, reference }: Shown) => `${channel} ${reference}`);
  return [...messages.values()].flatMap((shown) => {
    const last = shown.at(-1);
    const isTicket = shown.some(({ text }) => text.includes('주문표'));
    const number = /주문번호 (\d+)/.exec(last?.text ?? '')?.[1];
    if (last === undefined || !isTicket || number === undefined || chats.outdated.has(last.reference)) return [];
    if (last.text.includes('이어지는 상황은')) return [];
    // Orders of two accounts may have the same number.
    const orders = timelines.filter(({ reference }) => reference?.number === number);
    const lines = last.text.split('\n');
    if (orders.some(({ status }) => lines.some((line) => headings[status]?.test(line) ?? true))) return [];
    return [`order ${number} is ${orders.map(({ status }) => status).join()}, and its card ends with: ${last.text}`];
  });
}
