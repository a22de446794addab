import { type CommandContext, oneOf } from '../../src/chat/command.ts';
import { lastingChat, webhookChat } from '../../src/domain/people/chat-address.ts';
import { AppError } from '../../src/errors.ts';
import type { DigestReader } from '../../src/services/reports/digests.ts';

/** Says that a report goes to the webhook's channel instead of this chat. */
export const reportTarget = oneOf('target', { webhook: ['웹훅'] });

/**
 * Whom a report is for that is asked for here.
 * @throws AppError `reports.webhook-owner`, `reports.no-webhook`.
 */
export function readerOf(context: CommandContext, target: 'webhook' | undefined): DigestReader {
  const { person, address, alone, digests } = context;
  if (target === undefined && address.channel !== webhookChat.channel)
    return { person, target: 'chat', address: lastingChat(address, alone) };
  if (person.role !== 'owner') throw new AppError('reports.webhook-owner');
  if (!digests.hasWebhook()) throw new AppError('reports.no-webhook');
  return { person, target: 'webhook', address: webhookChat };
}
