import type { ChatAddress } from './chat-address.ts';
import type { NoticeTopic } from './notice.ts';

/** What a webhook may be told of. `reports` are the digests and the monitoring report, `events` what happens to issues. */
export const webhookKinds = ['alerts', 'reports', 'events', 'fills', 'orders', 'starts'] as const;
export type WebhookKind = (typeof webhookKinds)[number];

/** A channel that others read as well, and what is told there. */
export interface NoticeWebhook {
  readonly address: ChatAddress;
  readonly kinds: readonly WebhookKind[];
}

/**
 * Whether a webhook is told of a topic. A notice without a topic tells that something went wrong with an order or that
 * money is in doubt, so a webhook is told of it only where it takes orders.
 */
export function takesTopic({ kinds }: NoticeWebhook, topic: NoticeTopic | WebhookKind | undefined): boolean {
  return kinds.some((kind) => kind === (topic ?? 'orders'));
}
