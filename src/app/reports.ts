import type { Chat } from '../chat/create-chat.ts';
import type { ChartRenderer } from '../ports/charts.ts';
import type { Ledger } from '../ports/ledger/ledger.ts';
import { Digests, type DigestsOptions } from '../services/reports/digests.ts';
import { Monitors } from '../services/reports/monitors.ts';

/** Builds what reports by itself: the digests of a day, and the monitors of chats. */
export function createReports(
  chat: Chat,
  charts: ChartRenderer,
  tools: Omit<DigestsOptions, 'hasWebhook' | 'isOpen' | 'draft'> & { readonly ledger: Ledger },
): { readonly digests: Digests; readonly monitors: Monitors } {
  const drafts = chat.reportDrafts(charts);
  return {
    digests: new Digests({
      ...tools,
      hasWebhook: () => drafts.hasWebhook(),
      isOpen: (reader) => drafts.isOpen(reader),
      draft: (reader, news) => drafts.digest(reader, news),
    }),
    monitors: new Monitors({ ...tools, draft: (person, monitor, frame) => drafts.monitor(person, monitor, frame) }),
  };
}
