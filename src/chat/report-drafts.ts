import { webhookChat } from '../domain/people/chat-address.ts';
import type { Person } from '../domain/people/person.ts';
import type { Monitor } from '../domain/reports.ts';
import type { Words } from '../i18n/index.ts';
import type { ChartRenderer } from '../ports/charts.ts';
import type { OutboxDraft } from '../ports/ledger/outbox-store.ts';
import type { InstrumentDirectory } from '../ports/symbols.ts';
import type { DigestNews, DigestReader } from '../services/reports/digests.ts';
import type { MonitorFrame } from '../services/reports/monitors.ts';
import type { Message } from './channel.ts';
import { type MessageHeader, toDraft } from './draft.ts';
import { digestMessage } from './messages/reports/digest.ts';
import { digestCard } from './messages/reports/digest-card.ts';
import { monitorMessage, monitorView } from './messages/reports/monitor.ts';
import { drawnCard } from './messages/reports/picture.ts';
import { monitorSubject } from './outbox.ts';
import type { Recipients } from './recipients.ts';
import { asView, viewKey } from './views.ts';

/** The messages of reports that nobody waits for. */
export interface ReportDrafts {
  /** Whether the webhook's channel may be told. */
  hasWebhook(): boolean;
  /** Whether others read what this reader is told. */
  isOpen(reader: DigestReader): boolean;
  digest(reader: DigestReader, news: DigestNews): Promise<readonly OutboxDraft[]>;
  monitor(person: Person, monitor: Monitor, frame: MonitorFrame): readonly OutboxDraft[];
}

export function createReportDrafts(options: {
  readonly recipients: Recipients;
  readonly messageHeader: MessageHeader;
  readonly charts: ChartRenderer;
  readonly directoryIn: (words: Words) => InstrumentDirectory;
}): ReportDrafts {
  const { recipients, messageHeader, charts, directoryIn } = options;
  return {
    hasWebhook: () => recipients.webhooksFor('reports').length > 0,
    isOpen: (reader) => recipients.reportChats(reader).some(({ open }) => open),
    async digest(reader, news) {
      const drafts: OutboxDraft[] = [];
      for (const { address, words, hold, silent } of recipients.reportChats(reader)) {
        const directory = directoryIn(words);
        const { digest } = news;
        const card = digest && digestCard(words, directory, digest);
        const picture = await drawnCard(words, charts, card, `digest-${digest?.day}.png`);
        const said = digestMessage(words, directory, news);
        const { attachments } = picture;
        const message: Message = {
          ...said,
          lines: [...said.lines, ...picture.lines],
          ...(attachments.length === 0 ? {} : { attachments }),
          ...silent,
        };
        drafts.push(toDraft({ address, message, words, hold, about: 'report' }, messageHeader));
      }
      return drafts;
    },
    monitor(person, { address }, frame) {
      const target = address.channel === webhookChat.channel ? 'webhook' : 'chat';
      const chats = recipients.reportChats({ person, target, address }, 'asked');
      const view = monitorView(frame);
      const key = viewKey(view);
      return chats.map(({ address: told, words, hold }) => {
        const said = monitorMessage(words, directoryIn(words), frame);
        // An edit makes no sound, so the message that is edited all day makes none either.
        const message: Message = { ...asView(view, said), silent: true };
        return toDraft({ address: told, message, words, hold, key, edits: key, about: monitorSubject }, messageHeader);
      });
    },
  };
}
