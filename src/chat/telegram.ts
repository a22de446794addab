import { Api, GrammyError, HttpError } from 'grammy';
import type { InlineKeyboardMarkup, Update } from 'grammy/types';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import { type Channel, ChannelError, type Incoming, type Message, type Receive } from './channel.ts';
import { telegramParts } from './render.ts';

/** grammY's types name a look-alike of Node's own AbortSignal; at run time it takes either. */
type ApiSignal = NonNullable<Parameters<Api['getMe']>[0]>;

/** How long Telegram holds a poll open when there is nothing to tell. */
const pollSeconds = 25;
const requestMs = 10_000;
const firstBackoffMs = 1_000;
const longestBackoffMs = 60_000;
/** Another program polls with our token: asking more often only takes its updates away. */
const conflictBackoffMs = 30_000;
/** Telegram delivers an update again until it is confirmed; so many ids are remembered to do each once. */
const rememberedUpdates = 1_000;
/** Bytes Telegram takes behind a button. */
const buttonBytes = 64;

export interface TelegramOptions {
  readonly token: string;
  /** Another server than Telegram's, without a slash at its end. */
  readonly apiRoot?: string | undefined;
  readonly clock: Clock;
  readonly log: Log;
  /** The command menu. */
  readonly menu: readonly { readonly command: string; readonly description: string }[];
}

/**
 * Telegram by long polling. Updates are handed over in the order they came, each once, without waiting for what they
 * cause; presses are acknowledged at once. One request per message: whether to repeat is the outbox's to decide.
 */
export class TelegramChannel implements Channel {
  readonly name = 'telegram';
  readonly #options: TelegramOptions;
  readonly #api: Api;
  readonly #seen = new Set<number>();
  /** Parts of a long message that are out already, by chat and text, so that a repeat goes on where it broke off. */
  readonly #partsSent = new Map<string, number>();
  readonly #stop = new AbortController();
  #polling: Promise<void> = Promise.resolve();
  #offset = 0;

  constructor(options: TelegramOptions) {
    this.#options = options;
    const { apiRoot } = options;
    this.#api = new Api(options.token, apiRoot === undefined ? {} : { apiRoot });
  }

  /** Starts polling; a token that Telegram does not know is said in the log, and stops it. */
  async start(receive: Receive): Promise<void> {
    const { log, menu } = this.#options;
    void this.#call((signal) => this.#api.setMyCommands([...menu], {}, signal)).catch((error: unknown) =>
      log.warn('telegram menu not set', { error }),
    );
    this.#polling = this.#poll(receive);
  }

  /** Who the bot is at Telegram. @throws ChannelError. */
  async check(): Promise<string> {
    const { username } = await this.#call((signal) => this.#api.getMe(signal));
    return `@${username}`;
  }

  async send(chatId: string, message: Message): Promise<string> {
    const parts = telegramParts(message);
    const keyboard = keyboardOf(message);
    const progress = `${chatId}\n${parts.join('\n')}`;
    let reference = '';
    for (const [index, part] of parts.entries()) {
      if (index < (this.#partsSent.get(progress) ?? 0)) continue;
      const last = index === parts.length - 1;
      reference = await this.#sendPart(chatId, part, last ? keyboard : undefined);
      this.#partsSent.set(progress, index + 1);
    }
    this.#partsSent.delete(progress);
    return reference;
  }

  async edit(chatId: string, reference: string, message: Message): Promise<void> {
    const [first, ...rest] = telegramParts(message);
    const keyboard = keyboardOf(message);
    if (first === undefined || rest.length > 0) {
      await this.send(chatId, message);
      return;
    }
    const { id } = chatOf(chatId);
    try {
      await this.#call((signal) =>
        this.#api.editMessageText(
          id,
          Number(reference),
          first,
          // Without a keyboard of its own an edit takes the old one away, which is what is meant.
          {
            parse_mode: 'HTML',
            link_preview_options: { is_disabled: true },
            ...(keyboard && { reply_markup: keyboard }),
          },
          signal,
        ),
      );
    } catch (error) {
      const why = error instanceof ChannelError ? error.message : '';
      if (why.includes('message is not modified')) return;
      // Deleted, or too old to be changed: what it says must still reach the person.
      if (!/message to edit not found|message can't be edited/.test(why)) throw error;
      await this.send(chatId, message);
    }
  }

  /** Stops polling and confirms what was taken, so that the next start is not told it again. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#polling;
    if (this.#offset === 0) return;
    await this.#call((signal) => this.#api.getUpdates({ offset: this.#offset, limit: 1, timeout: 0 }, signal)).catch(
      () => undefined,
    );
  }

  async #sendPart(chatId: string, html: string, keyboard: InlineKeyboardMarkup | undefined): Promise<string> {
    const { id, thread } = chatOf(chatId);
    const sent = await this.#call((signal) =>
      this.#api.sendMessage(
        id,
        html,
        {
          parse_mode: 'HTML',
          link_preview_options: { is_disabled: true },
          ...(thread === undefined ? {} : { message_thread_id: thread }),
          ...(keyboard && { reply_markup: keyboard }),
        },
        signal,
      ),
    );
    return String(sent.message_id);
  }

  async #poll(receive: Receive): Promise<void> {
    const { clock, log } = this.#options;
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      try {
        const updates = await this.#call(
          (signal) =>
            this.#api.getUpdates(
              { offset: this.#offset, timeout: pollSeconds, allowed_updates: ['message', 'callback_query'] },
              signal,
            ),
          pollSeconds * 1_000 + requestMs,
          this.#stop.signal,
        );
        failures = 0;
        for (const update of updates) {
          // The next poll confirms it, after it was handed over.
          this.#offset = update.update_id + 1;
          this.#handOver(update, receive);
        }
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        const status = error instanceof ChannelError ? error.status : undefined;
        if (status === 401 || status === 404) {
          log.error(
            'telegram does not know this token: check TELEGRAM_BOT_TOKEN; the chat is off until the next start',
            { error },
          );
          return;
        }
        if (status === 409)
          log.error('another program polls with this telegram token: only one may; stop the other', { error });
        else log.warn('telegram poll failed', { error });
        const asked = error instanceof ChannelError ? error.afterMs : undefined;
        const backoffMs =
          asked ?? (status === 409 ? conflictBackoffMs : Math.min(longestBackoffMs, firstBackoffMs * 2 ** failures));
        failures += 1;
        await clock.sleep(backoffMs, this.#stop.signal).catch(() => undefined);
      }
    }
  }

  #handOver(update: Update, receive: Receive): void {
    if (this.#seen.has(update.update_id)) return;
    this.#seen.add(update.update_id);
    const [oldest] = this.#seen;
    if (this.#seen.size > rememberedUpdates && oldest !== undefined) this.#seen.delete(oldest);
    const { callback_query: press } = update;
    if (press !== undefined) this.#acknowledge(press.id);
    const incoming = this.#toIncoming(update);
    if (incoming !== undefined) {
      void receive(incoming).catch((error: unknown) => this.#options.log.error('update not handled', { error }));
    }
  }

  /** Stops the button's spinner. Nothing depends on it: late or twice is no matter. */
  #acknowledge(pressId: string): void {
    void this.#call((signal) => this.#api.answerCallbackQuery(pressId, {}, signal)).catch((error: unknown) =>
      this.#options.log.debug('press not acknowledged', { error }),
    );
  }

  /** Undefined for what is nothing to us: photos, other bots, buttons without data. */
  #toIncoming({ update_id, message, callback_query: press }: Update): Incoming | undefined {
    const id = `update:${update_id}`;
    if (message?.text !== undefined && message.from !== undefined && !message.from.is_bot) {
      return {
        id,
        channel: this.name,
        chatId: chatIdOf(message.chat.id, message.is_topic_message === true ? message.message_thread_id : undefined),
        identity: `telegram:${message.from.id}`,
        input: { kind: 'text', text: message.text },
        at: message.date * 1_000,
      };
    }
    if (press?.data === undefined || press.message === undefined) return undefined;
    const { chat } = press.message;
    const thread =
      'is_topic_message' in press.message && press.message.is_topic_message === true
        ? press.message.message_thread_id
        : undefined;
    return {
      id,
      channel: this.name,
      chatId: chatIdOf(chat.id, thread),
      identity: `telegram:${press.from.id}`,
      input: { kind: 'press', button: press.data },
      // A press carries no time. Telegram forgets it after 150 seconds, and a ticket's own end decides sooner.
      at: this.#options.clock.now(),
    };
  }

  /** One request, with an end to waiting for it. @throws ChannelError, which never holds the token. */
  async #call<T>(request: (signal: ApiSignal) => Promise<T>, timeoutMs = requestMs, stop?: AbortSignal): Promise<T> {
    const abort = new AbortController();
    const onStop = (): void => abort.abort();
    stop?.addEventListener('abort', onStop, { once: true });
    const cancel = this.#options.clock.timer(timeoutMs, onStop);
    try {
      return await request(abort.signal as unknown as ApiSignal);
    } catch (error) {
      throw toChannelError(error);
    } finally {
      cancel();
      stop?.removeEventListener('abort', onStop);
    }
  }
}

/** `123`, or `123/45` for a topic of a group. */
function chatIdOf(chat: number, thread: number | undefined): string {
  return thread === undefined ? String(chat) : `${chat}/${thread}`;
}

function chatOf(chatId: string): { readonly id: number; readonly thread: number | undefined } {
  const [id = '', thread] = chatId.split('/');
  return { id: Number(id), thread: thread === undefined ? undefined : Number(thread) };
}

function keyboardOf(message: Message): InlineKeyboardMarkup | undefined {
  const rows = (message.buttons ?? []).filter((row) => row.length > 0);
  if (rows.length === 0) return undefined;
  return {
    inline_keyboard: rows.map((row) =>
      row.map(({ id, label }) => {
        if (Buffer.byteLength(id) > buttonBytes)
          throw new ChannelError(`button of ${Buffer.byteLength(id)} bytes`, 'never');
        return { text: label, callback_data: id };
      }),
    ),
  };
}

/** Errors of the network quote the URL, and the URL holds the token: nothing of them is kept but their kind. */
function toChannelError(error: unknown): ChannelError {
  if (error instanceof ChannelError) return error;
  if (error instanceof GrammyError) {
    const { error_code: status, description, parameters } = error;
    const later = status === 429 || status >= 500;
    const afterMs = parameters.retry_after === undefined ? {} : { afterMs: parameters.retry_after * 1_000 };
    return new ChannelError(`telegram ${status}: ${description}`, later ? 'later' : 'never', { status, ...afterMs });
  }
  const kind = error instanceof HttpError ? error.error : error;
  return new ChannelError(`telegram unreachable: ${kind instanceof Error ? kind.name : 'unknown'}`, 'later');
}
