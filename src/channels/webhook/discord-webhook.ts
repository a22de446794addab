import { Routes } from 'discord.js';
import { z } from 'zod';
import { type Channel, ChannelError, type Message, MessageGone } from '../../chat/channel.ts';
import type { Clock } from '../../clock.ts';
import { webhookChat } from '../../domain/people/chat-address.ts';
import type { NoticeWebhook } from '../../domain/people/webhooks.ts';
import { errorText } from '../../errors.ts';
import type { Secret } from '../../secret.ts';
import { type DiscordBody, discordBodies } from '../discord/render.ts';
import { DiscordError, DiscordRest } from '../discord/rest.ts';

/** A webhook of a Discord channel, with the parts of its URL. */
export interface DiscordWebhook extends NoticeWebhook {
  /** The setting that holds its URL. */
  readonly setting: string;
  readonly id: string;
  readonly token: Secret;
  /** The URL of a server other than Discord's, without a final slash; undefined for Discord. */
  readonly apiRoot: string | undefined;
}

/** Discord's code for a message that somebody deleted. */
const unknownMessage = 10_008;
const namedWebhook = z.object({ name: z.string().nullish() });
const sentMessage = z.object({ id: z.string() });

/** Posts notices to Discord channels that have no bot, through webhooks. It receives nothing. */
export class DiscordWebhookChannel implements Channel {
  readonly name = webhookChat.channel;
  /** By chat id. */
  readonly #webhooks: ReadonlyMap<string, { readonly webhook: DiscordWebhook; readonly rest: DiscordRest }>;

  constructor(options: { readonly webhooks: readonly DiscordWebhook[]; readonly clock: Clock }) {
    this.#webhooks = new Map(
      options.webhooks.map((webhook) => [
        webhook.address.chatId,
        { webhook, rest: new DiscordRest(webhook, options.clock) },
      ]),
    );
  }

  /**
   * The names of the webhooks at Discord.
   * @throws Error that names the setting of the webhook which does not work.
   */
  async check(): Promise<string> {
    const checked = [...this.#webhooks.values()].map(async ({ webhook, rest }) => {
      const { setting, id, token } = webhook;
      try {
        const answer = await rest.call('GET', Routes.webhook(id, token.reveal()), { auth: false });
        return namedWebhook.parse(answer).name ?? id;
      } catch (error) {
        throw new Error(`${setting}: ${errorText(error)}`);
      }
    });
    return (await Promise.all(checked)).join(' · ');
  }

  /** A webhook receives nothing, so there is nothing to start. */
  async start(): Promise<void> {}

  async send(chatId: string, message: Message): Promise<string> {
    const { webhook, rest } = this.#at(chatId);
    const route = Routes.webhook(webhook.id, webhook.token.reveal());
    let reference = '';
    for (const { json, files } of bodiesOf(message)) {
      const query = new URLSearchParams({ wait: 'true' });
      const sent = await rest.call('POST', route, { body: json, files, query, auth: false });
      reference = sentMessage.parse(sent).id;
    }
    return reference;
  }

  async edit(chatId: string, reference: string, message: Message): Promise<void> {
    const { webhook, rest } = this.#at(chatId);
    // The reference names the last part of the message, so only that part can be edited.
    const last = bodiesOf(message).at(-1);
    const route = Routes.webhookMessage(webhook.id, webhook.token.reveal(), reference);
    try {
      await rest.call('PATCH', route, { body: last?.json, files: last?.files ?? [], auth: false });
    } catch (error) {
      if (error instanceof DiscordError && error.code === unknownMessage) throw new MessageGone(error.message);
      throw error;
    }
  }

  async stop(): Promise<void> {}

  /** @throws ChannelError where the settings have the webhook no more: what waited for it can never be told there. */
  #at(chatId: string) {
    const found = this.#webhooks.get(chatId);
    if (found === undefined) throw new ChannelError('no such webhook in the settings', 'never');
    return found;
  }
}

/** The message without its buttons: Discord refuses them from a webhook that belongs to no application. */
function bodiesOf(message: Message): readonly DiscordBody[] {
  const { buttons: _buttons, ...shown } = message;
  return discordBodies(shown);
}
