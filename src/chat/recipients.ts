import type { FillNotices } from '../domain/fill-notices.ts';
import { roleIn } from '../domain/people/account-roles.ts';
import { type ChatAddress, isSameChat } from '../domain/people/chat-address.ts';
import { type Notice, type NoticeTopic, ownerOf, subjectOf, topicOf } from '../domain/people/notice.ts';
import type { Language, Person } from '../domain/people/person.ts';
import { type NoticeWebhook, takesTopic, type WebhookKind } from '../domain/people/webhooks.ts';
import type { ReportTarget } from '../domain/reports.ts';
import { languages, type Words } from '../i18n/index.ts';
import type { Hold, OutboxDraft } from '../ports/ledger/outbox-store.ts';
import type { AccountLabel, Accounts, TradingAccount } from '../services/accounts.ts';
import type { People } from '../services/people.ts';
import type { MessageAccount } from './account-tag.ts';
import type { Channel, Message } from './channel.ts';
import { type MessageHeader, type Outgoing, toDraft } from './draft.ts';
import { noticeMessage } from './messages/notices.ts';

/**
 * How a notice is delivered to somebody: in which language, with or without a sound, and whether quiet hours hold it.
 */
interface DeliveryStyle {
  readonly words: Words;
  readonly silent?: true;
  readonly hold?: Hold;
}

/**
 * A chat that receives a notice. `chosenBy` is the person who chose this chat for such notices, if any; their settings
 * decide how it is delivered.
 */
interface Recipient {
  readonly address: ChatAddress;
  readonly chosenBy?: Person;
}

/** Whom a report is for, and the chat that it was asked for in. */
interface ReportReader {
  readonly person: Person;
  readonly target: ReportTarget;
  readonly address: ChatAddress;
}

/** A chat that a report goes to. */
export interface ReportChat {
  readonly address: ChatAddress;
  readonly words: Words;
  /** Whether others read there. */
  readonly open: boolean;
  readonly silent?: Pick<Message, 'silent'>;
  readonly hold?: Hold | undefined;
}

/**
 * Decides which chats receive a notice, and in which language and style. A group and a webhook's channel belong to
 * nobody: they receive what is meant for them at once, in the bot's own language, unless a person chose that chat for
 * such notices. A webhook's channel is read by others, so it receives only the kinds that the settings name for it.
 */
export class Recipients {
  readonly #people: People;
  readonly #channels: ReadonlyMap<string, Channel>;
  readonly #language: Language;
  readonly #fillNotices: () => FillNotices;
  readonly #accounts: () => Accounts;
  readonly #webhooks: readonly NoticeWebhook[];

  constructor(options: {
    readonly people: People;
    /** The running channels; read at every call, because they change. */
    readonly channels: ReadonlyMap<string, Channel>;
    /** The bot's own language. */
    readonly language: Language;
    /** Whether fills are pushed to us now. */
    readonly fillNotices: () => FillNotices;
    readonly accounts: () => Accounts;
    readonly webhooks: readonly NoticeWebhook[];
  }) {
    this.#people = options.people;
    this.#channels = options.channels;
    this.#language = options.language;
    this.#fillNotices = options.fillNotices;
    this.#accounts = options.accounts;
    this.#webhooks = options.webhooks;
  }

  /** The texts in a person's language; for a stranger, in the bot's. */
  wordsOf(person: Person | undefined): Words {
    const chosen = person === undefined ? undefined : this.#people.settings(person.id).language;
    return languages[chosen ?? this.#language];
  }

  /** The texts in the language of the person whose own chat this is. */
  wordsAt(address: ChatAddress): Words {
    return this.wordsOf(this.#people.identify(identityIn(address)));
  }

  /** The only venue at which the person whose own chat this is has accounts; undefined where there are several or none. */
  venueAt(address: ChatAddress): AccountLabel['venue'] | undefined {
    const person = this.#people.identify(identityIn(address));
    if (person === undefined) return undefined;
    const [first, ...others] = this.#accounts().visibleTo(person);
    return others.every(({ label }) => label.venue === first?.label.venue) ? first?.label.venue : undefined;
  }

  /** The running webhooks that are told of something of this kind; without one, of what went wrong with an order. */
  webhooksFor(topic: NoticeTopic | WebhookKind | undefined): readonly NoticeWebhook[] {
    const running = this.#webhooks.filter(({ address }) => this.#channels.has(address.channel));
    return running.filter((webhook) => takesTopic(webhook, topic));
  }

  /** A person's own chats with the bot, on the channels that are running. */
  chatsOf(person: Person): readonly ChatAddress[] {
    return this.#chatsOf(this.#people.identitiesOf(person.id));
  }

  /**
   * Where a report goes, and how: to the chats that its person chose for reports, else to the one that it was asked for
   * in; `asked`: to that one in any case. None where the person switched reports off. `open`: others read there.
   */
  reportChats(
    { person, target, address: wanted }: ReportReader,
    where: 'chosen' | 'asked' = 'chosen',
  ): readonly ReportChat[] {
    if (target === 'webhook') {
      const words = this.wordsOf(undefined);
      return this.webhooksFor('reports').map((webhook) => {
        return { address: webhook.address, words, open: !takesTopic(webhook, 'fills') };
      });
    }
    const chosen = where === 'chosen' ? this.#chosen(person, 'reports') : [];
    const chats = chosen.length > 0 ? chosen : [{ address: wanted, chosenBy: person }];
    return chats.flatMap(({ address }) => {
      const style = this.#channels.has(address.channel)
        ? this.#styleFor({ address, chosenBy: person }, 'reports')
        : undefined;
      if (style === undefined) return [];
      const { words, hold, silent } = style;
      const open = this.#people.identify(identityIn(address))?.id !== person.id;
      return [{ address, words, hold, open, ...(silent === undefined ? {} : { silent: { silent } }) }];
    });
  }

  /** One message to each owner who wants notices of this topic, in their language; without a topic, to every owner. */
  tellOwners(
    topic: NoticeTopic | undefined,
    /** `reader` is the person whose own chat it is; undefined for a group. */
    say: (words: Words, reader: Person | undefined) => Message,
    account?: TradingAccount,
  ): readonly Outgoing[] {
    return this.#owners(topic, account)
      .filter(({ address }) => this.mayReadOf(account, address))
      .flatMap((recipient) => this.#outgoing(recipient, topic, say))
      .map((outgoing) => ({ ...outgoing, account: this.labelFor(outgoing.address, account) }));
  }

  /**
   * The messages for a notice. They go to the chat in which the order or alert was made (`wanted`), or to the chats
   * that its person chose for such notices; without such a chat they go to the owners.
   */
  draft(
    notice: Notice,
    wanted: ChatAddress | undefined,
    nameOf: (symbol: string, words: Words) => string,
    messageHeader: MessageHeader,
    account: TradingAccount | undefined,
  ): readonly OutboxDraft[] {
    const topic = topicOf(notice);
    const fillNotices = account?.venue.feed.status().fillNotices ?? this.#fillNotices();
    const askers = this.#askers(notice, wanted, topic, account);
    // A question that an owner must answer goes to the owners as well. Events go to nobody who did not want them.
    const toOwners = notice.kind === 'asked' || (askers.length === 0 && topic !== 'events');
    const owners = toOwners ? this.#owners(topic, account) : [];
    const asked = wanted === undefined ? undefined : identityIn(wanted);
    const others = owners.filter(
      ({ address }) => this.mayReadOf(account, address) && (askers.length === 0 || identityIn(address) !== asked),
    );
    return [...askers, ...others, ...this.#webhooksTold(notice, account)]
      .flatMap((recipient) =>
        this.#outgoing(recipient, topic, (words) => {
          const said = noticeMessage(words, notice, (symbol) => nameOf(symbol, words), fillNotices);
          return isOpenToAll(notice) ? said : { ...said, private: true };
        }),
      )
      .map((outgoing) => {
        const about = subjectOf(notice);
        return toDraft({ ...outgoing, about, account: this.labelFor(outgoing.address, account) }, messageHeader);
      });
  }

  /** Whoever reads along there may not know of an account that has people of its own. */
  #webhooksTold(notice: Notice, account: TradingAccount | undefined): readonly NoticeWebhook[] {
    if (account?.roles !== undefined || notice.kind === 'asked') return [];
    // What several people are told of the same issue is told there once, by a notice of its own.
    if (topicOf(notice) === 'events' && ownerOf(notice) !== undefined) return [];
    const told = this.webhooksFor(topicOf(notice));
    // An alert on the average cost tells what somebody holds, and so is for a channel that is told of fills.
    const isOnCost = 'alert' in notice && notice.alert.condition.kind === 'cost';
    return isOnCost ? told.filter((webhook) => takesTopic(webhook, 'fills')) : told;
  }

  /**
   * The chats of the person whom a notice is about: those they chose for such notices, otherwise the one they asked in.
   * Where others would read there of an account that has people of its own, the person's own chats; none where the
   * person may not see the account any more.
   */
  #askers(
    notice: Notice,
    wanted: ChatAddress | undefined,
    topic: NoticeTopic | undefined,
    account: TradingAccount | undefined,
  ): readonly Recipient[] {
    const asked = wanted !== undefined && this.#channels.has(wanted.channel) ? [{ address: wanted }] : [];
    const id = ownerOf(notice);
    const person = id === undefined ? undefined : this.#people.withId(id);
    if (person !== undefined && account !== undefined && roleIn(account.roles, person) === undefined) return [];
    // Events go on by themselves; somebody who was removed is told of none.
    if (person === undefined && topic === 'events') return [];
    const chosen = person === undefined ? [] : this.#chosen(person, topic);
    const chats = chosen.length > 0 ? chosen : asked;
    // What somebody holds is told where nobody else reads along.
    const isHeld = notice.kind === 'events' && notice.held;
    const mayRead = (address: ChatAddress): boolean =>
      this.mayReadOf(account, address) && (!isHeld || this.#people.identify(identityIn(address))?.id === id);
    const open = chats.filter(({ address }) => mayRead(address));
    if (open.length > 0 || person === undefined) return open;
    if (chats.length === 0 && topic !== 'events') return open;
    return this.chatsOf(person).map((address) => ({ address, chosenBy: person }));
  }

  /** Whether all who read a chat may know of an account; of a group nobody knows who reads it. */
  mayReadOf(account: TradingAccount | undefined, address: ChatAddress): boolean {
    if (account === undefined) return true;
    const person = this.#people.identify(identityIn(address));
    return person === undefined ? account.roles === undefined : roleIn(account.roles, person) !== undefined;
  }

  /**
   * The chats of the owners for a topic: those that each owner chose, otherwise the terminal and the owner's own chats.
   */
  #owners(topic: NoticeTopic | undefined, account?: TradingAccount): readonly Recipient[] {
    const recipients = this.#people.ownerIdentities(account?.roles).flatMap((identity): readonly Recipient[] => {
      const person = this.#people.identify(identity);
      const chosen = person === undefined ? [] : this.#chosen(person, topic);
      return chosen.length > 0 ? chosen : this.#chatsOf([identity]).map((address) => ({ address }));
    });
    return recipients.filter(
      ({ address }, at) => recipients.findIndex((other) => isSameChat(other.address, address)) === at,
    );
  }

  /** How a reader is told which account a message is about: everybody but a person with one account has to be. */
  labelFor(address: ChatAddress, account: TradingAccount | undefined): MessageAccount | undefined {
    if (account === undefined) return undefined;
    const person = this.#people.identify(identityIn(address));
    const accounts = this.#accounts();
    const named = person === undefined ? accounts.all.length > 1 : accounts.hasSeveral(person);
    return { label: account.label, named };
  }

  /** The chats that somebody chose for a topic, without those on channels that are not running. */
  #chosen(person: Person, topic: NoticeTopic | undefined): readonly Recipient[] {
    const place = topic === undefined ? undefined : this.#people.settings(person.id).places[topic];
    if (place === undefined) return [];
    const chats = place === 'everywhere' ? this.chatsOf(person) : [place];
    return chats.filter(({ channel }) => this.#channels.has(channel)).map((address) => ({ address, chosenBy: person }));
  }

  /**
   * The message for one recipient; none when the person switched the topic off. A notice without a topic cannot be
   * switched off.
   */
  #outgoing(
    recipient: Recipient,
    topic: NoticeTopic | undefined,
    say: (words: Words, reader: Person | undefined) => Message,
  ): readonly Outgoing[] {
    const { address } = recipient;
    const style = this.#styleFor(recipient, topic);
    if (style === undefined) return [];
    const { words, silent, hold } = style;
    const message = say(words, this.#people.identify(identityIn(address)));
    return [{ address, message: silent === undefined ? message : { ...message, silent }, hold, words }];
  }

  /** Undefined when the person switched this topic off. */
  #styleFor({ address, chosenBy }: Recipient, topic: NoticeTopic | undefined): DeliveryStyle | undefined {
    const person = chosenBy ?? this.#people.identify(identityIn(address));
    const words = this.wordsOf(person);
    if (person === undefined || topic === undefined) return { words };
    const notificationLevel = this.#people.settings(person.id)[topic];
    if (notificationLevel === 'off') return undefined;
    const until = this.#people.quietUntil(person.id);
    return {
      words,
      ...(notificationLevel === 'silent' ? { silent: true } : {}),
      ...(until === undefined ? {} : { hold: { personId: person.id, until } }),
    };
  }

  #chatsOf(identities: readonly string[]): readonly ChatAddress[] {
    return identities
      .map((identity) => {
        const [channel = '', id = ''] = identity.split(':');
        // On Discord a chat with a person has another id than the person: `@ID` stands for the chat.
        return { channel, chatId: channel === 'discord' ? `@${id}` : id };
      })
      .filter(({ channel }) => this.#channels.has(channel));
  }
}

/**
 * Whether others may read a notice. Notices of orders, of what is held, and alerts on what a person's shares cost, are
 * that person's alone.
 */
function isOpenToAll(notice: Notice): boolean {
  if (notice.kind === 'screen-entered') return true;
  if (notice.kind === 'events') return !notice.held;
  const isAlert = notice.kind === 'alert' || notice.kind === 'alert-expired';
  return isAlert && notice.alert.condition.kind !== 'cost';
}

/**
 * The identity of the person whose own chat this is; for a group, the group's. On Discord a person's chat is `@ID`, or
 * the second part of `CHANNEL/ID/INTERACTION`.
 */
function identityIn({ channel, chatId }: ChatAddress): string {
  const [first = '', user] = chatId.split('/');
  return `${channel}:${channel === 'discord' ? (user ?? first.replace('@', '')) : chatId}`;
}
