import { Routes } from 'discord.js';
import { z } from 'zod';
import type { Channel, Message } from '../../chat/channel.ts';
import type { Clock } from '../../clock.ts';
import { webhookChat } from '../../domain/people/chat-address.ts';
import type { Secret } from '../../secret.ts';
import { type DiscordBody, discordBodies } from '../discord/render.ts';
import { DiscordRest } from '../discord/rest.ts';

/** A webhook of a Discord channel, with the parts of its URL. */
export interface DiscordWebhook {
  readonly id: string;
  readonly token: Secret;
  /** The URL of a server other than Discord's, without a final slash; undefined for Discord. */
  readonly apiRoot: string | undefined;
}

const namedWebhook = z.object({ name: z.string().nullish() });
const sentMessage = z.object({ id: z.string() });

/** Posts notices to a Discord channel that has no bot, through a webhook. It receives nothing. */
export class DiscordWebhookChannel implements Channel {
  readonly name = webhookChat.channel;
  readonly #webhook: DiscordWebhook;
  readonly #rest: DiscordRest;

  constructor(options: { readonly webhook: DiscordWebhook; readonly clock: Clock }) {
    this.#webhook = options.webhook;
    this.#rest = new DiscordRest(options.webhook, options.clock);
  }

  /**
   * The webhook's name at Discord.
   * @throws ChannelError.
   */
  async check(): Promise<string> {
    const route = Routes.webhook(this.#webhook.id, this.#webhook.token.reveal());
    return namedWebhook.parse(await this.#rest.call('GET', route, { auth: false })).name ?? this.#webhook.id;
  }

  /** A webhook receives nothing, so there is nothing to start. */
  async start(): Promise<void> {}

  async send(_chatId: string, message: Message): Promise<string> {
    const route = Routes.webhook(this.#webhook.id, this.#webhook.token.reveal());
    let reference = '';
    for (const { json, files } of bodiesOf(message)) {
      const query = new URLSearchParams({ wait: 'true' });
      const sent = await this.#rest.call('POST', route, { body: json, files, query, auth: false });
      reference = sentMessage.parse(sent).id;
    }
    return reference;
  }

  async edit(_chatId: string, reference: string, message: Message): Promise<void> {
    // The reference names the last part of the message, so only that part can be edited.
    const last = bodiesOf(message).at(-1);
    const route = Routes.webhookMessage(this.#webhook.id, this.#webhook.token.reveal(), reference);
    await this.#rest.call('PATCH', route, { body: last?.json, files: last?.files ?? [], auth: false });
  }

  async stop(): Promise<void> {}
}

/** The message without its buttons: Discord refuses them from a webhook that belongs to no application. */
function bodiesOf(message: Message): readonly DiscordBody[] {
  const { buttons: _buttons, ...shown } = message;
  return discordBodies(shown);
}
