import type { FillNotices } from '../domain/fill-notices.ts';
import { type ChatAddress, isSameChat, webhookChat } from '../domain/people/chat-address.ts';
import { type Notice, type NoticeTopic, ownerOf, subjectOf, topicOf } from '../domain/people/notice.ts';
import type { Language, Person } from '../domain/people/person.ts';
import { languages, type Words } from '../i18n/index.ts';
import type { Hold, OutboxDraft } from '../ports/ledger/outbox-store.ts';
import type { People } from '../services/people.ts';
import type { Channel, Message } from './channel.ts';
import { noticeMessage } from './messages/notices.ts';
import { type MessageHeader, type Outgoing, toDraft } from './outbox.ts';

/** How somebody is told of something nobody asked for just now. */
interface DeliveryStyle {
  readonly words: Words;
  readonly silent?: true;
  readonly hold?: Hold;
}

/** A chat to be told something; `chosenBy` where somebody wanted it there, and so in their manner. */
interface Recipient {
  readonly address: ChatAddress;
  readonly chosenBy?: Person;
}

/**
 * Who is told what nobody asked for just now, and how each of them wants it. A group and the webhook's channel are
 * nobody: they are told everything, at once, in the bot's own language, but for what somebody chose to be told there.
 */
export class Recipients {
  readonly #people: People;
  readonly #channels: ReadonlyMap<string, Channel>;
  readonly #language: Language;
  readonly #fillNotices: () => FillNotices;

  constructor(options: {
    readonly people: People;
    /** Those that are running; read anew every time. */
    readonly channels: ReadonlyMap<string, Channel>;
    /** The bot's own. */
    readonly language: Language;
    /** Whether fills are pushed to us now. */
    readonly fillNotices: () => FillNotices;
  }) {
    this.#people = options.people;
    this.#channels = options.channels;
    this.#language = options.language;
    this.#fillNotices = options.fillNotices;
  }

  /** The language of somebody, or of a stranger. */
  wordsOf(person: Person | undefined): Words {
    const chosen = person === undefined ? undefined : this.#people.settings(person.id).language;
    return languages[chosen ?? this.#language];
  }

  /** The language of who sits in a chat of their own. */
  wordsAt(address: ChatAddress): Words {
    return this.wordsOf(this.#people.identify(identityIn(address)));
  }

  /** Somebody's own chats with the bot, where it is running. */
  chatsOf(person: Person): readonly ChatAddress[] {
    return this.#chatsOf(this.#people.identitiesOf(person.id));
  }

  /** One message to those of the owners who want its topic, each in their words; without a topic, to all of them. */
  tellOwners(topic: NoticeTopic | undefined, say: (words: Words) => Message): readonly Outgoing[] {
    return this.#owners(topic).flatMap((ear) => this.#outgoing(ear, topic, say));
  }

  /**
   * The messages about a notice: to the chat that it is for, unless its person chose another for such notices, or to the
   * owners where there is none.
   */
  draft(
    notice: Notice,
    wanted: ChatAddress | undefined,
    nameOf: (symbol: string, words: Words) => string,
    messageHeader: MessageHeader,
  ): readonly OutboxDraft[] {
    const topic = topicOf(notice);
    const askers = this.#askers(notice, wanted, topic);
    // What only an owner can answer goes to the owners too.
    const owners = notice.kind === 'asked' || askers.length === 0 ? this.#owners(topic) : [];
    const asked = wanted === undefined ? undefined : identityIn(wanted);
    const others = owners.filter(({ address }) => identityIn(address) !== asked);
    const wall = this.#channels.has(webhookChat.channel) && notice.kind !== 'asked' ? [{ address: webhookChat }] : [];
    return [...askers, ...others, ...wall]
      .flatMap((ear) =>
        this.#outgoing(ear, topic, (words) => {
          const said = noticeMessage(words, notice, (symbol) => nameOf(symbol, words), this.#fillNotices());
          return isOpenToAll(notice) ? said : { ...said, private: true };
        }),
      )
      .map((outgoing) => toDraft({ ...outgoing, about: subjectOf(notice) }, messageHeader));
  }

  /** Whoever asked for what a notice is about: where they asked, or where they chose to be told of such. */
  #askers(notice: Notice, wanted: ChatAddress | undefined, topic: NoticeTopic | undefined): readonly Recipient[] {
    const asked = wanted !== undefined && this.#channels.has(wanted.channel) ? [{ address: wanted }] : [];
    const id = ownerOf(notice);
    const person = id === undefined ? undefined : this.#people.withId(id);
    const chosen = person === undefined ? [] : this.#chosen(person, topic);
    return chosen.length > 0 ? chosen : asked;
  }

  /** Where owners are told what nobody asked for: where each chose to be, else the terminal and their own chats. */
  #owners(topic: NoticeTopic | undefined): readonly Recipient[] {
    const ears = this.#people.ownerIdentities().flatMap((identity): readonly Recipient[] => {
      const person = this.#people.identify(identity);
      const chosen = person === undefined ? [] : this.#chosen(person, topic);
      return chosen.length > 0 ? chosen : this.#chatsOf([identity]).map((address) => ({ address }));
    });
    return ears.filter(({ address }, at) => ears.findIndex((other) => isSameChat(other.address, address)) === at);
  }

  /** The chats that somebody chose for a topic and that can be reached; none where they chose none. */
  #chosen(person: Person, topic: NoticeTopic | undefined): readonly Recipient[] {
    const place = topic === undefined ? undefined : this.#people.settings(person.id).places[topic];
    if (place === undefined) return [];
    const chats = place === 'everywhere' ? this.chatsOf(person) : [place];
    return chats.filter(({ channel }) => this.#channels.has(channel)).map((address) => ({ address, chosenBy: person }));
  }

  /** None, or one. What has no topic is told by nobody's leave. */
  #outgoing(ear: Recipient, topic: NoticeTopic | undefined, say: (words: Words) => Message): readonly Outgoing[] {
    const { address } = ear;
    const manner = this.#mannerFor(ear, topic);
    if (manner === undefined) return [];
    const { words, silent, hold } = manner;
    const message = say(words);
    return [{ address, message: silent === undefined ? message : { ...message, silent }, hold, words }];
  }

  /** Undefined where the person wants none of it. */
  #mannerFor({ address, chosenBy }: Recipient, topic: NoticeTopic | undefined): DeliveryStyle | undefined {
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
        // At Discord a person's id is not that of their chat.
        return { channel, chatId: channel === 'discord' ? `@${id}` : id };
      })
      .filter(({ channel }) => this.#channels.has(channel));
  }
}

/** What became of somebody's order, and what their shares cost, is nobody else's business. */
function isOpenToAll(notice: Notice): boolean {
  const isAlert = notice.kind === 'alert' || notice.kind === 'alert-expired';
  return isAlert && notice.alert.condition.kind !== 'cost';
}

/** Who sits in a chat of their own; of a group, the group. At Discord: `@ID`, or the second of `CHANNEL/ID/INTERACTION`. */
function identityIn({ channel, chatId }: ChatAddress): string {
  const [first = '', user] = chatId.split('/');
  return `${channel}:${channel === 'discord' ? (user ?? first.replace('@', '')) : chatId}`;
}
