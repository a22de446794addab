import { Api, GrammyError, HttpError } from 'grammy';
import type { CallbackQuery, InlineKeyboardMarkup, Update } from 'grammy/types';
import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Secret } from '../secret.ts';
import { type Channel, ChannelError, type Incoming, longestButtonId, type Message, type Receive } from './channel.ts';
import { telegramParts } from './render.ts';

/** grammY's types name a look-alike of Node's own AbortSignal; at run time it takes either. */
type ApiSignal = NonNullable<Parameters<Api['getMe']>[0]>;

/** How long Telegram holds a poll open when there is nothing to tell. */
const pollSeconds = 25;
const requestMs = 10_000;
/** The last word at a stop is worth no more: without it the next start is told again what it knows. */
const farewellMs = 2_000;
const firstBackoffMs = 1_000;
const longestBackoffMs = 60_000;
/** Another program polls with our token: asking more often only takes its updates away. */
const conflictBackoffMs = 30_000;
/** Telegram delivers an update again until it is confirmed; so many ids are remembered to do each once. */
const rememberedIds = 2_000;

export interface TelegramOptions {
  readonly token: Secret;
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
  readonly #seen = new Set<string>();
  /** A chat's long message of which only so many parts are out: its repeat goes on where it broke off. */
  readonly #unfinished = new Map<string, { readonly html: string; readonly sent: number }>();
  readonly #stop = new AbortController();
  #polling: Promise<void> = Promise.resolve();
  #offset = 0;

  constructor(options: TelegramOptions) {
    this.#options = options;
    const { apiRoot } = options;
    this.#api = new Api(options.token.reveal(), apiRoot === undefined ? {} : { apiRoot });
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
    return this.#sendParts(chatId, telegramParts(message), keyboardOf(message));
  }

  async edit(chatId: string, reference: string, message: Message): Promise<void> {
    const [first = '', ...rest] = telegramParts(message);
    const keyboard = keyboardOf(message);
    try {
      await this.#editText(chatId, reference, first, rest.length === 0 ? keyboard : undefined);
    } catch (error) {
      const why = error instanceof ChannelError ? error.message : '';
      // Deleted, or too old to be changed: what it says must still reach the person.
      if (/message to edit not found|message can't be edited|MESSAGE_ID_INVALID/.test(why)) {
        await this.send(chatId, message);
        return;
      }
      // It says so already: an edit whose answer was lost.
      if (!why.includes('message is not modified')) throw error;
    }
    if (rest.length > 0) await this.#sendParts(chatId, rest, keyboard);
  }

  /** Stops polling and confirms what was taken, so that the next start is not told it again. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#polling;
    if (this.#offset === 0) return;
    const farewell = { offset: this.#offset, limit: 1, timeout: 0 };
    await this.#call((signal) => this.#api.getUpdates(farewell, signal), farewellMs).catch(() => undefined);
  }

  /** The last part has the buttons, and its id is the message's. */
  async #sendParts(
    chatId: string,
    parts: readonly string[],
    keyboard: InlineKeyboardMarkup | undefined,
  ): Promise<string> {
    const html = parts.join('\n');
    const broken = this.#unfinished.get(chatId);
    this.#unfinished.delete(chatId);
    let sent = broken?.html === html ? broken.sent : 0;
    let reference = '';
    try {
      for (const part of parts.slice(sent)) {
        reference = await this.#sendPart(chatId, part, sent === parts.length - 1 ? keyboard : undefined);
        sent += 1;
      }
    } catch (error) {
      const comesAgain = !(error instanceof ChannelError) || error.retry === 'later';
      if (sent > 0 && comesAgain) this.#unfinished.set(chatId, { html, sent });
      throw error;
    }
    return reference;
  }

  async #sendPart(chatId: string, html: string, keyboard: InlineKeyboardMarkup | undefined): Promise<string> {
    const { id, thread } = chatOf(chatId);
    const topic = thread === undefined ? {} : { message_thread_id: thread };
    const sent = await this.#call((signal) =>
      this.#api.sendMessage(id, html, { ...topic, ...shownWith(keyboard) }, signal),
    );
    return String(sent.message_id);
  }

  /** Without a keyboard of its own an edit takes the old one away, which is what is meant. */
  async #editText(
    chatId: string,
    reference: string,
    html: string,
    keyboard: InlineKeyboardMarkup | undefined,
  ): Promise<void> {
    const { id } = chatOf(chatId);
    await this.#call((signal) => this.#api.editMessageText(id, Number(reference), html, shownWith(keyboard), signal));
  }

  async #poll(receive: Receive): Promise<void> {
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
        const backoffMs = await this.#explain(error, failures);
        if (backoffMs === undefined) return;
        failures += 1;
        await this.#options.clock.sleep(backoffMs, this.#stop.signal).catch(() => undefined);
      }
    }
  }

  /** Says why a poll failed. How long to wait before the next one; undefined when none would do better. */
  async #explain(error: unknown, failures: number): Promise<number | undefined> {
    const { log } = this.#options;
    const { status, afterMs, message } = error instanceof ChannelError ? error : toChannelError(error);
    if (status === 401 || status === 404) {
      log.error('telegram does not know this token: check TELEGRAM_BOT_TOKEN; the chat is off until the next start', {
        error,
      });
      return undefined;
    }
    if (status === 409 && message.includes('webhook')) {
      log.warn('telegram pushes to a webhook: it is removed, because this bot polls', { error });
      await this.#call((signal) => this.#api.deleteWebhook({}, signal)).catch((failure: unknown) =>
        log.warn('telegram webhook not removed', { error: failure }),
      );
      return firstBackoffMs;
    }
    if (status === 409) {
      log.error('another program polls with this telegram token: only one may; stop the other', { error });
      return conflictBackoffMs;
    }
    log.warn('telegram poll failed', { error });
    return afterMs ?? Math.min(longestBackoffMs, firstBackoffMs * 2 ** failures);
  }

  #handOver(update: Update, receive: Receive): void {
    const { callback_query: press } = update;
    const isNew = this.#firstTime(`update:${update.update_id}`);
    if (!isNew || (press !== undefined && !this.#firstTime(`press:${press.id}`))) return;
    if (press !== undefined) this.#acknowledge(press.id);
    const incoming = this.#toIncoming(update);
    if (incoming !== undefined) {
      void receive(incoming).catch((error: unknown) => this.#options.log.error('update not handled', { error }));
    }
  }

  /** Whether this id was not seen before, as far back as is remembered. */
  #firstTime(id: string): boolean {
    if (this.#seen.has(id)) return false;
    this.#seen.add(id);
    const [oldest] = this.#seen;
    if (this.#seen.size > rememberedIds && oldest !== undefined) this.#seen.delete(oldest);
    return true;
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
        chatId: chatIdOf(message),
        identity: `telegram:${message.from.id}`,
        input: { kind: 'text', text: message.text },
        at: message.date * 1_000,
      };
    }
    if (press?.data === undefined || press.message === undefined) return undefined;
    return {
      id,
      channel: this.name,
      chatId: chatIdOf(press.message),
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

/** `123`, or `123/45` for a topic of a group. Of a message long gone Telegram tells the chat alone. */
function chatIdOf(message: NonNullable<CallbackQuery['message']>): string {
  const topic =
    'is_topic_message' in message && message.is_topic_message === true ? message.message_thread_id : undefined;
  return topic === undefined ? String(message.chat.id) : `${message.chat.id}/${topic}`;
}

function chatOf(chatId: string): { readonly id: number; readonly thread: number | undefined } {
  const [id = '', thread] = chatId.split('/');
  return { id: Number(id), thread: thread === undefined ? undefined : Number(thread) };
}

function shownWith(keyboard: InlineKeyboardMarkup | undefined) {
  return {
    parse_mode: 'HTML' as const,
    link_preview_options: { is_disabled: true },
    ...(keyboard && { reply_markup: keyboard }),
  };
}

function keyboardOf(message: Message): InlineKeyboardMarkup | undefined {
  const rows = (message.buttons ?? []).filter((row) => row.length > 0);
  if (rows.length === 0) return undefined;
  return {
    inline_keyboard: rows.map((row) =>
      row.map(({ id, label }) => {
        const bytes = Buffer.byteLength(id);
        if (bytes < 1 || bytes > longestButtonId) throw new ChannelError(`a button id of ${bytes} bytes`, 'never');
        return { text: label, callback_data: id };
      }),
    ),
  };
}

/**
 * Errors of the network quote the URL, and the URL holds the token: nothing of them is kept but their kind. Only 400
 * and 403 speak of the message or its chat; a wrong token, a limit and a fault of Telegram's are not for ever.
 */
function toChannelError(error: unknown): ChannelError {
  if (error instanceof ChannelError) return error;
  if (error instanceof GrammyError) {
    const { error_code: status, description, parameters } = error;
    const retry = status === 400 || status === 403 ? 'never' : 'later';
    const afterMs = parameters.retry_after === undefined ? {} : { afterMs: parameters.retry_after * 1_000 };
    return new ChannelError(`telegram ${status}: ${description}`, retry, { status, ...afterMs });
  }
  const cause = error instanceof HttpError ? error.error : error;
  const { name, code } =
    cause instanceof Error ? (cause as NodeJS.ErrnoException) : { name: 'unknown', code: undefined };
  return new ChannelError(`telegram unreachable: ${code ?? name}`, 'later');
}
