import { MessageFlags, Routes } from 'discord.js';
import { ChannelError, type Message } from '../../chat/channel.ts';
import { Unfinished } from '../../chat/unfinished.ts';
import type { Clock } from '../../clock.ts';
import type { Interaction, Interactions } from './interactions.ts';
import { type DiscordBody, discordBodies } from './render.ts';
import { DiscordError, type DiscordRest } from './rest.ts';

/**
 * Discord's words for: this message, or this way to it, is no more. Unknown channel, message, webhook, interaction;
 * not ours to edit; the bot may not see or write there; the interaction's token has expired.
 */
const goneCodes: ReadonlySet<number> = new Set([10003, 10008, 10015, 10062, 50001, 50005, 50013, 50027]);

/** Of a message, how it is to be shown. */
type DeliveryStyle = Pick<Message, 'private' | 'silent'>;

/** A message that a chat was to be told and may not have been. */
interface Attempt {
  readonly nonce: string;
  /** So many parts are out. */
  sent: number;
}

/**
 * Messages to chats, by the way that is open: as an interaction's answer while its token lives, and otherwise as an
 * ordinary message of the channel, or of the person's own chat where it is theirs alone. One request per message.
 */
export class DiscordSender {
  readonly #rest: DiscordRest;
  readonly #interactions: Interactions;
  readonly #clock: Clock;
  readonly #ownChats = new Map<string, string>();
  /** A repeat goes on where it broke off, under the same name. */
  readonly #unfinished: Unfinished<Attempt>;
  #attempts = 0;

  constructor(options: { readonly rest: DiscordRest; readonly interactions: Interactions; readonly clock: Clock }) {
    this.#rest = options.rest;
    this.#interactions = options.interactions;
    this.#clock = options.clock;
    this.#unfinished = new Unfinished(options.clock);
  }

  /** Says which channel is somebody's own chat with the bot. */
  learnOwnChat(user: string, channel: string): void {
    this.#ownChats.set(user, channel);
  }

  /** Returns a reference by which the message can be edited. @throws ChannelError. */
  async send(chatId: string, message: Message): Promise<string> {
    return this.#sendBodies(chatId, discordBodies(message), message);
  }

  /** Says it anew where the message is out of reach. @throws ChannelError. */
  async edit(chatId: string, reference: string, message: Message): Promise<void> {
    const [first, ...rest] = discordBodies(message);
    const edited = first !== undefined && (await this.#editInPlace(reference, first));
    if (!edited) await this.send(chatId, message);
    else if (rest.length > 0) await this.#sendBodies(chatId, rest, message);
  }

  /**
   * Takes a deferred answer back. Where this does not work nothing may follow: Discord would show it in the place that
   * was deferred. @throws ChannelError.
   */
  async takeBack(interaction: Interaction): Promise<void> {
    const route = Routes.webhookMessage(interaction.applicationId, interaction.token);
    await unlessGone(() => this.#rest.call('DELETE', route, { auth: false }));
    interaction.waiting = false;
  }

  /** The last one's reference is the message's. */
  async #sendBodies(chatId: string, bodies: readonly DiscordBody[], manner: DeliveryStyle): Promise<string> {
    const text = JSON.stringify(bodies.map(({ json }) => json));
    const name = `${chatId} ${text}`;
    const broken = this.#unfinished.take(name);
    this.#attempts += 1;
    const nonce = `${this.#clock.now().toString(36)}-${this.#attempts.toString(36)}`;
    const attempt: Attempt = broken ?? { nonce, sent: 0 };
    let reference = '';
    try {
      for (const body of bodies.slice(attempt.sent)) {
        reference = await this.#sendBody(chatId, body, manner, `${attempt.nonce}-${attempt.sent}`);
        attempt.sent += 1;
      }
    } catch (error) {
      if (!(error instanceof ChannelError) || error.retry === 'later') this.#unfinished.keep(name, attempt);
      throw error;
    }
    return reference;
  }

  async #sendBody(chatId: string, body: DiscordBody, manner: DeliveryStyle, nonce: string): Promise<string> {
    const { channel, user, interaction: root } = placeOf(chatId);
    let alone = manner.private === true;
    for (const interaction of root === undefined ? [] : this.#interactions.reaching(root)) {
      const reference = await unlessGone(() => this.#answer(interaction, body, manner));
      if (reference !== undefined) return reference;
      alone ||= interaction.hidden;
      this.#interactions.forget(interaction);
    }
    if (channel !== undefined && !(alone && user !== undefined)) {
      const post = () => this.#post(channel, body, manner, nonce);
      const reference = user === undefined ? await post() : await unlessGone(post);
      if (reference !== undefined) return reference;
    }
    return this.#post(await this.#ownChat(user ?? ''), body, manner, nonce);
  }

  /** Fills the deferred answer in, or follows it. Undefined where Discord never took the deferral. */
  async #answer(interaction: Interaction, body: DiscordBody, manner: DeliveryStyle): Promise<string | undefined> {
    if (!(await interaction.deferred)) return undefined;
    const { applicationId, token, inServer } = interaction;
    const hidden = inServer && (manner.private === true || interaction.hidden);
    // Whether a deferred answer is seen by all was said when it was deferred, and stays so.
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
      extra: flagsOf(manner, hidden),
    });
    return referenceOf(message, interaction.id, hidden);
  }

  async #post(channel: string, body: DiscordBody, manner: DeliveryStyle, nonce: string): Promise<string> {
    // Asked again under the same nonce, Discord says it no second time.
    const extra = { nonce, enforce_nonce: true, ...flagsOf(manner) };
    return referenceOf(await this.#ask('POST', Routes.channelMessages(channel), body, { extra }));
  }

  /** Somebody's own chat with the bot, opened where it is not known. */
  async #ownChat(user: string): Promise<string> {
    const known = this.#ownChats.get(user);
    if (known !== undefined) return known;
    const opened = await this.#rest.call('POST', Routes.userChannels(), { body: { recipient_id: user } });
    const id = idOf(opened);
    this.#ownChats.set(user, id);
    return id;
  }

  /** Whether the message was there to be edited. */
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

/** Undefined where Discord says that there is no such way, or none any more. */
async function unlessGone<T>(attempt: () => Promise<T>): Promise<T | undefined> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof DiscordError && goneCodes.has(error.code ?? 0)) return undefined;
    throw error;
  }
}

/** Said of a new message alone: an edit makes no sound, and hides nothing. */
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

/** @throws ChannelError for what is not Discord's: a proxy's page. */
function idOf(answer: unknown): string {
  const { id } = (answer ?? {}) as { readonly id?: unknown };
  if (typeof id !== 'string') throw new ChannelError('discord gave no id', 'later');
  return id;
}

/** `CHANNEL/MESSAGE`, then the interaction by which it was said, and `hidden` where it is the person's alone. */
function referenceOf(message: unknown, interaction?: string, hidden = false): string {
  const id = idOf(message);
  const { channel_id: channel = '' } = message as { readonly channel_id?: string };
  const by = interaction === undefined ? [] : [interaction];
  return [channel, id, ...by, ...(hidden ? ['hidden'] : [])].join('/');
}
