import { createHash, timingSafeEqual } from 'node:crypto';
import type { Update } from 'grammy/types';
import {
  type Channel,
  ChannelError,
  type ChannelHost,
  type Hook,
  type Message,
  type Receive,
  type Suggest,
} from '../../chat/channel.ts';
import type { AnyCommand } from '../../chat/command.ts';
import type { Clock } from '../../clock.ts';
import type { Words } from '../../i18n/index.ts';
import type { Log } from '../../log.ts';
import type { Secret } from '../../secret.ts';
import { TelegramApi } from './api.ts';
import { TelegramConnection, type TelegramWebhook } from './connection.ts';
import { TelegramInbox } from './inbox.ts';
import { TelegramMenu } from './menu.ts';
import { TelegramSender } from './sender.ts';
import { incomingOf, moveOf } from './updates.ts';

/** How long a stop waits for unfinished updates: longer than an order may take to be answered. */
const stopWaitMs = 20_000;
const secretHeader = 'x-telegram-bot-api-secret-token';

export interface TelegramOptions {
  readonly token: Secret;
  /** The URL of a server other than Telegram's, without a final slash; undefined for Telegram. */
  readonly apiRoot?: string | undefined;
  /** The webhook that Telegram pushes to; undefined when the bot polls. */
  readonly webhook?: TelegramWebhook | undefined;
  readonly commands: readonly AnyCommand[];
  /** The bot's own language. */
  readonly words: Words;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Telegram by long polling or by a webhook. Updates are passed to the bot in order and once each, without waiting for
 * the answers. Presses are acknowledged at once.
 */
export class TelegramChannel implements Channel {
  readonly name = 'telegram';
  readonly hook: Hook | undefined;
  readonly #options: TelegramOptions;
  readonly #api: TelegramApi;
  readonly #inbox: TelegramInbox;
  readonly #connection: TelegramConnection;
  readonly #menu: TelegramMenu;
  readonly #sender: TelegramSender;
  #botName = '';
  /** Whether updates are accepted now. */
  #open = false;
  #receive: Receive = async () => undefined;
  #channelHost: ChannelHost | undefined;

  constructor(options: TelegramOptions) {
    const { clock, log, webhook } = options;
    this.#options = options;
    this.#api = new TelegramApi(options);
    this.#inbox = new TelegramInbox({ handle: (update) => this.#handle(update), log });
    const onConflict = (stepsAside: boolean): void => this.#channelHost?.notAlone(this.name, stepsAside);
    this.#connection = new TelegramConnection({ api: this.#api, inbox: this.#inbox, webhook, onConflict, clock, log });
    this.#menu = new TelegramMenu({ ...options, api: this.#api, stop: this.#connection.signal });
    this.#sender = new TelegramSender({ api: this.#api, clock, onMove: (from, to) => this.#moved(from, to) });
    this.hook = webhook === undefined ? undefined : this.#hookFor(webhook);
  }

  /** Starts in the background. A token that Telegram does not know is logged, and this channel stays off. */
  async start(receive: Receive, _suggest: Suggest, channelHost: ChannelHost): Promise<void> {
    this.#receive = receive;
    this.#channelHost = channelHost;
    this.#connection.start((name) => {
      this.#botName = name;
      this.#open = true;
      this.#menu.refresh(channelHost.people());
    });
    channelHost.onPeopleChange(() => {
      if (this.#open) this.#menu.refresh(channelHost.people());
    });
  }

  /**
   * The bot's name at Telegram; also checks that Telegram can push to the webhook.
   * @throws ChannelError.
   */
  async check(): Promise<string> {
    const { username } = await this.#api.call((api, signal) => api.getMe(signal));
    if (this.#options.webhook === undefined) return `@${username}`;
    const info = await this.#api.call((api, signal) => api.getWebhookInfo(signal));
    const { url = '', pending_update_count: pending, last_error_message: problem } = info;
    if (pending > 0 && problem !== undefined) {
      throw new ChannelError(`telegram cannot push to ${url}: ${problem} (${pending} updates wait)`, 'later');
    }
    return `@${username} ← ${this.#options.webhook.url}`;
  }

  send(chatId: string, message: Message): Promise<string> {
    return this.#sender.send(chatId, message);
  }

  edit(chatId: string, reference: string, message: Message, inPlace?: boolean): Promise<void> {
    return this.#sender.edit(chatId, reference, message, inPlace);
  }

  /**
   * Accepts no more updates, waits for the unfinished ones and confirms them, so that the next start does not receive
   * them again.
   */
  async stop(): Promise<void> {
    this.#open = false;
    await this.#connection.stop();
    const waited = new AbortController();
    const atMost = this.#options.clock.sleep(stopWaitMs, waited.signal).catch(() => undefined);
    await Promise.race([this.#inbox.idle(), atMost]);
    waited.abort();
    await this.#menu.idle();
    await this.#connection.confirmFinished();
  }

  #hookFor({ url, secret }: TelegramWebhook): Hook {
    const expected = digestOf(secret.reveal());
    return {
      path: new URL(url).pathname,
      admits: (headers) => timingSafeEqual(expected, digestOf(String(headers[secretHeader] ?? ''))),
      take: (body) => {
        // The channel is starting or stopping. After a 503 Telegram sends the update again.
        if (!this.#open) return 503;
        if (!isUpdate(body)) return 400;
        this.#inbox.take(body);
        return 200;
      },
    };
  }

  async #handle(update: Update): Promise<void> {
    const { clock } = this.#options;
    const { message, callback_query: press } = update;
    if (press !== undefined) this.#acknowledge(press.id);
    if (message?.chat.type === 'private') this.#menu.noteChat(message.chat.id);
    const move = moveOf(update);
    if (move !== undefined) await this.#sender.move(move.from, move.to);
    const incoming = incomingOf(update, this.#botName, clock.now());
    if (incoming !== undefined) await this.#receive(incoming);
  }

  /** Stops the spinner on the pressed button. Nothing depends on it, so it may come late or twice. */
  #acknowledge(pressId: string): void {
    void this.#api
      .call((api, signal) => api.answerCallbackQuery(pressId, {}, signal))
      .catch((error: unknown) => this.#options.log.debug('press not acknowledged', { error }));
  }

  async #moved(from: number, to: number): Promise<void> {
    const { log } = this.#options;
    log.info('telegram group has become a supergroup', { from, to });
    await this.#channelHost
      ?.chatMoved({ channel: this.name, chatId: String(from) }, String(to))
      .catch((error: unknown) => log.error('chat not moved in the ledger', { error }));
  }
}

/** A digest of the text: a comparison in constant time needs two buffers of equal length. */
function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function isUpdate(body: unknown): body is Update {
  return typeof body === 'object' && body !== null && typeof (body as Partial<Update>).update_id === 'number';
}
