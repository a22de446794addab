import type { Clock } from '../clock.ts';
import type { FillNotices } from '../domain/fill-notices.ts';
import { type ChatAddress, consoleChat, webhookChat } from '../domain/people/chat-address.ts';
import type { NoticeTopic } from '../domain/people/notice.ts';
import type { Language, Person } from '../domain/people/person.ts';
import type { NoticeWebhook } from '../domain/people/webhooks.ts';
import { languages, type Words } from '../i18n/index.ts';
import type { Log, Redactor } from '../log.ts';
import type { VenueDescription } from '../ports/broker.ts';
import type { ChartRenderer } from '../ports/charts.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { DrawCard } from '../ports/ledger/order-ledger.ts';
import type { OutboxStore } from '../ports/ledger/outbox-store.ts';
import type { PeopleStore } from '../ports/ledger/people-store.ts';
import type { InstrumentDirectory } from '../ports/symbols.ts';
import type { Accounts, TradingAccount } from '../services/accounts.ts';
import type { BoardFrame } from '../services/boards/live-boards.ts';
import type { ScreenFrame } from '../services/boards/screens.ts';
import type { DraftNotice } from '../services/orders/reconciliation/fills.ts';
import type { People } from '../services/people.ts';
import { cardsOf } from './cards/draw-cards.ts';
import type { Channel, ChannelHost, Message, Receive, Suggest } from './channel.ts';
import type { MessageHeader, Outgoing } from './draft.ts';
import { boardMessage } from './messages/boards.ts';
import { notAloneMessage } from './messages/notices.ts';
import { screenMessage } from './messages/screens.ts';
import { Outbox } from './outbox.ts';
import { Recipients } from './recipients.ts';
import { createReportDrafts, type ReportDrafts } from './report-drafts.ts';
import { asView, viewKey } from './views.ts';

export interface ChatOptions {
  /** Makes the channels, which may wait with `settled` until all that was to be said is said. */
  readonly channels: (settled: () => Promise<void>) => readonly Channel[];
  readonly people: People;
  readonly ledger: OutboxStore & PeopleStore;
  /** Issues by their Korean names, and by their English ones. */
  readonly directories: Readonly<Record<Language, InstrumentDirectory>>;
  /** That of all accounts; undefined where they are at several. */
  readonly venue: VenueDescription['kind'] | undefined;
  /** The accounts, once they are built. */
  readonly accounts: () => Accounts;
  /** The channels that others read, and what is told there. */
  readonly webhooks: readonly NoticeWebhook[];
  /** The bot's own. */
  readonly language: Language;
  /** Whether fills are pushed to us now. */
  readonly fillNotices: () => FillNotices;
  readonly cluster: Cluster;
  /** Answers one question and says nothing else. */
  readonly readOnly: boolean;
  readonly redactor: Redactor;
  readonly clock: Clock;
  readonly log: Log;
}

/** All that is said: by which channels, to whom, and in which words. */
export interface Chat {
  /** Those that run, by name. */
  readonly channels: ReadonlyMap<string, Channel>;
  readonly recipients: Recipients;
  readonly outbox: Outbox;
  /** Begins to receive from a channel, and to send what waits for it. */
  open(channel: string, receive: Receive, suggest: Suggest): Promise<void>;
  /** The messages that tell of something in an account, or of what is in none. */
  draftFor(account: () => TradingAccount | undefined): DraftNotice;
  /** The messages of reports, with their pictures. */
  reportDrafts(charts: ChartRenderer): ReportDrafts;
  /** Draws the cards of an account's orders. */
  drawCardsOf(account: TradingAccount): DrawCard;
  /** The issues by their names in a language. */
  directoryIn(words: Words): InstrumentDirectory;
  /** Says something to each owner on every channel, in the background; with a topic, to those who want it; about an
   * account, to that account's owners. */
  tellOwners(topic: NoticeTopic | undefined, say: (words: Words) => Message, account?: TradingAccount): void;
  /**
   * The same of the ledger itself, in the channels of this process: it is what passes messages on to other processes.
   * Returns whether there is any such channel.
   */
  tellOwnersHere(say: (words: Words) => Message): boolean;
  showBoard(frame: BoardFrame): Promise<void>;
  showScreen(frame: ScreenFrame): Promise<void>;
  /** Tells the owners who want it that the bot runs, and what it lacks to push fills. */
  tellStart(hasHtsId: boolean): Promise<void>;
  /** Where nobody else is known yet, the terminal shows with `code` how to become known in a chat. */
  invite(code: string): Promise<void>;
  /** Where else a person wants to see the tickets that are made for them in a chat. */
  mirrors(person: Person, address: ChatAddress): readonly ChatAddress[];
}

/** Builds what is between the services and the channels. Nothing is said yet. */
export function createChat(options: ChatOptions): Chat {
  const { people, directories, redactor, log } = options;
  const channels = new Map<string, Channel>();
  const recipients = new Recipients({ ...options, channels });
  const wordsAt = (address: ChatAddress): Words => recipients.wordsAt(address);
  const venueAt = (address: ChatAddress) => recipients.venueAt(address);
  const messageHeader: MessageHeader = { venue: options.venue, venueAt, redactor, wordsAt };
  const { cluster } = options;
  const opened = new Set<string>();
  // What a process has begun to send for it goes on sending while the lease of it has run out: where another process has
  // taken over, that one has the messages.
  const sends = (channel: string): boolean => cluster.isAlone || opened.has(channel);
  const passOn = (): void => cluster.tell('outbox');
  const outbox = new Outbox({ ...options, channels, messageHeader, sends, passOn });
  cluster.hear('outbox', () => outbox.flushOwn());
  for (const channel of options.channels(() => outbox.settled())) channels.set(channel.name, channel);

  const directoryIn = (words: Words): InstrumentDirectory => directories[words === languages.en ? 'en' : 'ko'];
  const nameOf = (symbol: string, words: Words): string => directoryIn(words).get(symbol)?.name ?? symbol;
  const tell = (messages: readonly Outgoing[]): void => {
    if (options.readOnly) return;
    for (const outgoing of messages) {
      void outbox
        .post({ ...outgoing, about: 'house' })
        .catch((error: unknown) => log.error('owner not told', { error }));
    }
  };
  const channelHost = createChannelHost(options, recipients, outbox);
  /** Shows what takes the place of an answer, as often as it comes. */
  const showView = (address: ChatAddress, view: string, message: Message): Promise<void> =>
    outbox.post({ address, message: asView(view, message), edits: viewKey(view) });
  return {
    channels,
    recipients,
    outbox,
    async open(name, receive, suggest) {
      await channels.get(name)?.start(receive, suggest, channelHost);
      if (!cluster.isAlone) await outbox.open(name, `${cluster.self} ${cluster.fence(`chat:${name}`)?.token}`);
      opened.add(name);
      outbox.flush();
    },
    draftFor: (account) => (notice, wanted) => recipients.draft(notice, wanted, nameOf, messageHeader, account()),
    reportDrafts: (charts) => createReportDrafts({ recipients, messageHeader, charts, directoryIn }),
    drawCardsOf: (account) => cardsOf(account, { recipients, people, nameOf, messageHeader }),
    directoryIn,
    tellOwners: (topic, say, account) => tell(recipients.tellOwners(topic, say, account)),
    tellOwnersHere(say) {
      const here = recipients.tellOwners(undefined, say).filter(({ address }) => sends(address.channel));
      tell(here);
      return here.length > 0;
    },
    showBoard(frame) {
      const words = wordsAt(frame.address);
      return showView(frame.address, frame.view, boardMessage(words, directoryIn(words), frame));
    },
    showScreen(frame) {
      const words = wordsAt(frame.address);
      return showView(frame.address, frame.view, screenMessage(words, directoryIn(words), frame));
    },
    tellStart: (hasHtsId) => tellStart(options, { recipients, outbox, wordsAt }, hasHtsId),
    async invite(code) {
      if (channels.size < 2 || !channels.has(consoleChat.channel) || !people.openPairing(code)) return;
      await outbox.post({ address: consoleChat, message: { lines: [wordsAt(consoleChat).pairing.invite(code)] } });
    },
    mirrors(person, { channel }) {
      const theirs = people.settings(person.id).mirror ? recipients.chatsOf(person) : [];
      return theirs.filter((address) => address.channel !== channel);
    },
  };
}

function createChannelHost(
  { people, ledger, cluster: { self }, accounts }: ChatOptions,
  recipients: Recipients,
  outbox: Outbox,
): ChannelHost {
  return {
    people: () =>
      people.list().flatMap(({ person, identities }) => {
        const { language } = people.settings(person.id);
        return identities.map((identity) => ({ identity, role: accounts().highestRole(person), language }));
      }),
    hasSeveralAccounts: () => accounts().all.length > 1,
    onPeopleChange: (listener) => people.onChange(listener),
    async chatMoved(from, toChatId) {
      await ledger.moveChat(from, toChatId);
      await people.chatMoved(from, toChatId);
    },
    notAlone(channel, stepsAside) {
      const said = recipients.tellOwners(undefined, (words) => notAloneMessage(words, channel, stepsAside, self));
      for (const outgoing of said) void outbox.post(outgoing);
    },
  };
}

async function tellStart(
  options: ChatOptions,
  {
    recipients,
    outbox,
    wordsAt,
  }: Pick<Chat, 'recipients' | 'outbox'> & { readonly wordsAt: (address: ChatAddress) => Words },
  hasHtsId: boolean,
): Promise<void> {
  const venues = (text: Words['start'], reader: Person | undefined): readonly string[] => {
    const { all } = options.accounts();
    const known = reader === undefined ? all.filter(({ roles }) => roles === undefined) : visibleTo(reader);
    return [...new Set(known.map(({ label }) => label.venue))].map((kind) => text[kind]);
  };
  const visibleTo = (reader: Person) => options.accounts().visibleTo(reader);
  const told = (words: Words): readonly string[] =>
    options.webhooks.map(({ address, kinds }) => {
      const { listOf, told, toldMore } = words.webhook;
      return (address.chatId === webhookChat.chatId ? told : toldMore)(listOf(kinds));
    });
  const start = (words: Words, reader: Person | undefined): Message => {
    const { start: text } = words;
    const lines = [...venues(text, reader), ...(hasHtsId ? [] : [text.noHtsId])];
    return { lines: [...lines, ...told(words), text.hint] };
  };
  for (const outgoing of recipients.tellOwners('starts', start)) await outbox.post(outgoing);
  for (const { address } of recipients.webhooksFor('starts')) {
    const lines = venues(wordsAt(address).start, undefined);
    if (lines.length > 0) await outbox.post({ address, message: { lines } });
  }
}
