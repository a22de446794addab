import { Routes } from 'discord.js';
import { z } from 'zod';
import type { Channel, Message } from '../../chat/channel.ts';
import type { Clock } from '../../clock.ts';
import { webhookChat } from '../../domain/people/chat-address.ts';
import type { Secret } from '../../secret.ts';
import { type DiscordBody, discordBodies } from '../discord/render.ts';
import { DiscordRest } from '../discord/rest.ts';

/** A webhook of a Discord channel, as its URL names it. */
export interface DiscordWebhook {
  readonly id: string;
  readonly token: Secret;
  /** Another server than Discord's, without a slash at its end. */
  readonly apiRoot: string | undefined;
}

const namedWebhook = z.object({ name: z.string().nullish() });
const sentMessage = z.object({ id: z.string() });

/** Outgoing alone: what is told unasked goes to a Discord channel without a bot being there. */
export class DiscordWebhookChannel implements Channel {
  readonly name = webhookChat.channel;
  readonly #webhook: DiscordWebhook;
  readonly #rest: DiscordRest;

  constructor(options: { readonly webhook: DiscordWebhook; readonly clock: Clock }) {
    this.#webhook = options.webhook;
    this.#rest = new DiscordRest(options.webhook, options.clock);
  }

  /** What the webhook is called at Discord. @throws ChannelError. */
  async check(): Promise<string> {
    const route = Routes.webhook(this.#webhook.id, this.#webhook.token.reveal());
    return namedWebhook.parse(await this.#rest.call('GET', route, { auth: false })).name ?? this.#webhook.id;
  }

  /** Nothing comes in this way. */
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
    // The last part is the one whose id was kept.
    const last = bodiesOf(message).at(-1);
    const route = Routes.webhookMessage(this.#webhook.id, this.#webhook.token.reveal(), reference);
    await this.#rest.call('PATCH', route, { body: last?.json, files: last?.files ?? [], auth: false });
  }

  async stop(): Promise<void> {}
}

/** Discord takes no buttons from a webhook that no application owns: nobody would hear them. */
function bodiesOf(message: Message): readonly DiscordBody[] {
  const { buttons: _buttons, ...shown } = message;
  return discordBodies(shown);
}
