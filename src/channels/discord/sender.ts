import { MessageFlags, Routes } from 'discord.js';
import { ChannelError, type Message, MessageGone } from '../../chat/channel.ts';
import { PartialSends } from '../../chat/partial-sends.ts';
import type { Clock } from '../../clock.ts';
import type { Interaction, Interactions } from './interactions.ts';
import { type DiscordBody, discordBodies } from './render.ts';
import { DiscordError, type DiscordRest } from './rest.ts';

/**
 * Discord's error codes for a message, or a way to it, that is gone: unknown channel, message, webhook or interaction;
 * not ours to edit; the bot may not read or write there; the interaction's token has expired.
 */
const goneCodes: ReadonlySet<number> = new Set([10003, 10008, 10015, 10062, 50001, 50005, 50013, 50027]);

/** Ends the reference of a message that only one person sees. */
const hiddenMark = 'hidden';

/** How a message is shown. */
type DeliveryStyle = Pick<Message, 'private' | 'silent'>;

/** A message that may have been sent only in part. */
interface Attempt {
  readonly nonce: string;
  /** The number of its parts that were sent. */
  sent: number;
}

/**
 * Sends messages by whatever way is open: as the answer to an interaction while its token is valid, otherwise as an
 * ordinary message in the channel, or in the person's own chat when the message is private. Each part is one request.
 */
export class DiscordSender {
  readonly #rest: DiscordRest;
  readonly #interactions: Interactions;
  readonly #clock: Clock;
  readonly #ownChats = new Map<string, string>();
  /** Messages sent in part, so that a repeat continues where the last attempt stopped. */
  readonly #partialSends: PartialSends<Attempt>;
  #attempts = 0;

  constructor(options: { readonly rest: DiscordRest; readonly interactions: Interactions; readonly clock: Clock }) {
    this.#rest = options.rest;
    this.#interactions = options.interactions;
    this.#clock = options.clock;
    this.#partialSends = new PartialSends(options.clock);
  }

  /** Remembers which channel is a person's own chat with the bot. */
  learnOwnChat(user: string, channel: string): void {
    this.#ownChats.set(user, channel);
  }

  /**
   * Sends a message and returns the reference by which it can be edited.
   * @throws ChannelError.
   */
  async send(chatId: string, message: Message): Promise<string> {
    return this.#sendBodies(chatId, discordBodies(message), message);
  }

  /**
   * Edits a message. When the old one cannot be reached it is sent as a new one, unless it is `inPlace`: a message that
   * one person alone sees in a server can be edited for 15 minutes after a press, any other one by the bot at any time.
   * @throws ChannelError, MessageGone.
   */
  async edit(chatId: string, reference: string, message: Message, inPlace = false): Promise<void> {
    const { lines, untilWhen } = message;
    const isHidden = reference.endsWith(`/${hiddenMark}`);
    const shown = isHidden && untilWhen !== undefined ? { ...message, lines: [...lines, untilWhen] } : message;
    const [first, ...rest] = discordBodies(shown);
    const edited = first !== undefined && (await this.#editInPlace(reference, first));
    if (inPlace) {
      if (!edited) throw new MessageGone('discord: message to edit out of reach');
      return;
    }
    if (!edited) await this.send(chatId, message);
    else if (rest.length > 0) await this.#sendBodies(chatId, rest, message);
  }

  /**
   * Deletes a deferred answer. If that fails, no message may follow, because Discord would show it as the deferred
   * answer.
   * @throws ChannelError.
   */
  async takeBack(interaction: Interaction): Promise<void> {
    const route = Routes.webhookMessage(interaction.applicationId, interaction.token);
    await unlessGone(() => this.#rest.call('DELETE', route, { auth: false }));
    interaction.waiting = false;
  }

  /** Sends the parts of a message. Returns the reference of the last one, which has the buttons. */
  async #sendBodies(chatId: string, bodies: readonly DiscordBody[], style: DeliveryStyle): Promise<string> {
    const text = JSON.stringify(bodies.map(({ json }) => json));
    const name = `${chatId} ${text}`;
    const broken = this.#partialSends.take(name);
    this.#attempts += 1;
    const nonce = `${this.#clock.now().toString(36)}-${this.#attempts.toString(36)}`;
    const attempt: Attempt = broken ?? { nonce, sent: 0 };
    let reference = '';
    try {
      for (const body of bodies.slice(attempt.sent)) {
        reference = await this.#sendBody(chatId, body, style, `${attempt.nonce}-${attempt.sent}`);
        attempt.sent += 1;
      }
    } catch (error) {
      if (!(error instanceof ChannelError) || error.retry === 'later') this.#partialSends.keep(name, attempt);
      throw error;
    }
    return reference;
  }

  async #sendBody(chatId: string, body: DiscordBody, style: DeliveryStyle, nonce: string): Promise<string> {
    const { channel, user, interaction: root } = placeOf(chatId);
    let alone = style.private === true;
    for (const interaction of root === undefined ? [] : this.#interactions.reaching(root)) {
      const reference = await unlessGone(() => this.#answer(interaction, body, style));
      if (reference !== undefined) return reference;
      alone ||= interaction.hidden;
      this.#interactions.forget(interaction);
    }
    if (channel !== undefined && !(alone && user !== undefined)) {
      const post = () => this.#post(channel, body, style, nonce);
      const reference = user === undefined ? await post() : await unlessGone(post);
      if (reference !== undefined) return reference;
    }
    return this.#post(await this.#ownChat(user ?? ''), body, style, nonce);
  }

  /** Fills in the deferred answer, or adds a message after it. Undefined when Discord did not accept the deferral. */
  async #answer(interaction: Interaction, body: DiscordBody, style: DeliveryStyle): Promise<string | undefined> {
    if (!(await interaction.deferred)) return undefined;
    const { applicationId, token, inServer } = interaction;
    const hidden = inServer && (style.private === true || interaction.hidden);
    // Whether others see a deferred answer was decided when it was deferred, and cannot be changed.
    if (interaction.waiting && hidden !== interaction.hidden) await this.takeBack(interaction);
    if (interaction.waiting) {
      const route = Routes.webhookMessage(applicationId, token);
      const message = await unlessGone(() => this.#ask('PATCH', route, body, { auth: false }));
      interaction.waiting = false;
      if (message !== undefined) return referenceOf(message, interaction.id, hidden);
    }
    const message = await this.#ask('POST', Routes.webhook(applicationId, token), body, {
      auth: false,
      query: new URLSearchParams({ wait: 'true' }),
      extra: flagsOf(style, hidden),
    });
    return referenceOf(message, interaction.id, hidden);
  }

  async #post(channel: string, body: DiscordBody, style: DeliveryStyle, nonce: string): Promise<string> {
    // Discord does not post a second message with the same nonce, so a repeated request does no harm.
    const extra = { nonce, enforce_nonce: true, ...flagsOf(style) };
    return referenceOf(await this.#ask('POST', Routes.channelMessages(channel), body, { extra }));
  }

  /** The channel of a person's own chat with the bot; it is opened when it is not known yet. */
  async #ownChat(user: string): Promise<string> {
    const known = this.#ownChats.get(user);
    if (known !== undefined) return known;
    const opened = await this.#rest.call('POST', Routes.userChannels(), { body: { recipient_id: user } });
    const id = idOf(opened);
    this.#ownChats.set(user, id);
    return id;
  }

  /** Edits a message. Resolves to whether it still existed. */
  async #editInPlace(reference: string, body: DiscordBody): Promise<boolean> {
    const [channel = '', message = '', interactionId = '', hidden] = reference.split('/');
    const press = this.#interactions.pressOn(message);
    const source = this.#interactions.get(interactionId);
    const byToken = [
      ...(press === undefined ? [] : [{ interaction: press, name: '@original' }]),
      ...(source === undefined ? [] : [{ interaction: source, name: message }]),
    ];
    for (const { interaction, name } of byToken) {
      if (!(await interaction.deferred)) continue;
      const route = Routes.webhookMessage(interaction.applicationId, interaction.token, name);
      const done = await unlessGone(() => this.#ask('PATCH', route, body, { auth: false }));
      if (done !== undefined) return true;
    }
    if (hidden !== undefined || channel === '') return false;
    const done = await unlessGone(() => this.#ask('PATCH', Routes.channelMessage(channel, message), body));
    return done !== undefined;
  }

  async #ask(
    method: 'POST' | 'PATCH',
    route: `/${string}`,
    { json, files }: DiscordBody,
    more: { readonly auth?: false; readonly query?: URLSearchParams; readonly extra?: object } = {},
  ): Promise<unknown> {
    const { extra, ...request } = more;
    return this.#rest.call(method, route, { ...request, body: { ...json, ...extra }, files });
  }
}

/** The result of an attempt; undefined when Discord answers that the message or the way to it is gone. */
async function unlessGone<T>(attempt: () => Promise<T>): Promise<T | undefined> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof DiscordError && goneCodes.has(error.code ?? 0)) return undefined;
    throw error;
  }
}

/** Flags of a new message. An edit has none: it makes no sound and cannot hide a message. */
function flagsOf({ silent }: DeliveryStyle, hidden = false): { readonly flags?: number } {
  const flags = (hidden ? MessageFlags.Ephemeral : 0) | (silent === true ? MessageFlags.SuppressNotifications : 0);
  return flags === 0 ? {} : { flags };
}

interface Place {
  readonly channel: string | undefined;
  readonly user: string | undefined;
  readonly interaction: string | undefined;
}

/** `@USER`, `CHANNEL/USER/INTERACTION` or `CHANNEL`. */
function placeOf(chatId: string): Place {
  if (chatId.startsWith('@')) return { channel: undefined, user: chatId.slice(1), interaction: undefined };
  const [channel, user, interaction] = chatId.split('/');
  return { channel, user, interaction };
}

/**
 * The id in Discord's answer.
 * @throws ChannelError when the answer is not Discord's, such as a proxy's error page.
 */
function idOf(answer: unknown): string {
  const { id } = (answer ?? {}) as { readonly id?: unknown };
  if (typeof id !== 'string') throw new ChannelError('discord gave no id', 'later');
  return id;
}

/** `CHANNEL/MESSAGE`, then the interaction by which it was sent, and `hidden` when only one person sees it. */
function referenceOf(message: unknown, interaction?: string, hidden = false): string {
  const id = idOf(message);
  const { channel_id: channel = '' } = message as { readonly channel_id?: string };
  const by = interaction === undefined ? [] : [interaction];
  return [channel, id, ...by, ...(hidden ? [hiddenMark] : [])].join('/');
}
