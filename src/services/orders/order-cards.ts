import type { Log } from '../../log.ts';
import type { Ledger } from '../../ports/ledger/ledger.ts';
import type { DrawCard, OrderCard } from '../../ports/ledger/order-ledger.ts';
import type { OutboxDraft } from '../../ports/ledger/outbox-store.ts';

/**
 * The ledger of an account, in which no event of an order is written without the edit of the card that shows it: both
 * are in one transaction, so that a crash loses neither. `queued` is called after something was drawn.
 */
export function withCards(
  ledger: Ledger,
  { draw, queued, log }: { readonly draw: DrawCard; readonly queued: () => void; readonly log: Log },
): Ledger {
  /** An event must be written whatever its card looks like, so a card that cannot be drawn is left out. */
  const drawn = (card: OrderCard): readonly OutboxDraft[] => {
    try {
      return draw(card);
    } catch (error) {
      log.error('card not drawn', { ticket: card.ticketId, error });
      return [];
    }
  };
  return {
    ...ledger,
    async appendOrderEvent(orderId, event, at, messages) {
      let edits: readonly OutboxDraft[] = [];
      const after = await ledger.appendOrderEvent(orderId, event, at, (order, cards) => {
        edits = cards.flatMap(drawn);
        // The notice comes first: should the edit fail for a while, the notice does not wait for it.
        return [...(messages?.(order, cards) ?? []), ...edits];
      });
      if (edits.length > 0) queued();
      return after;
    },
    orderFromSchedule: (scheduleId, made, now, messages) =>
      ledger.orderFromSchedule(scheduleId, made, now, (schedule, order, card) => [
        ...messages(schedule, order, card),
        ...(card === undefined ? [] : drawn(card)),
      ]),
  };
}
