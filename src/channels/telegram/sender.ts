import { createHash } from 'node:crypto';
import type { InlineKeyboardMarkup } from 'grammy/types';
import { type Attachment, ChannelError, longestButtonId, type Message, MessageGone } from '../../chat/channel.ts';
import { PartialSends } from '../../chat/partial-sends.ts';
import { telegramCaptionLimit, telegramParts } from '../../chat/render.ts';
import type { Clock } from '../../clock.ts';
import { type ApiRequest, InputFile, type TelegramApi, TelegramError } from './api.ts';
import { chatOf } from './updates.ts';

/** The timeout of a request with a file, which takes longer to send than text. */
const uploadMs = 30_000;

/** One of the requests that a message needs. */
interface Step {
  readonly html: string;
  readonly keyboard: InlineKeyboardMarkup | undefined;
  readonly attachment?: Attachment;
}

/** The requests that a message needs, and which of them is the one to edit later. */
interface Plan {
  readonly steps: readonly Step[];
  readonly main: number;
  readonly silent: boolean;
}

/** How many requests of a message have succeeded, so that a repeat continues there. */
interface Progress {
  sent: number;
  reference: string;
}

type Place = ReturnType<typeof chatOf>;

/**
 * Sends and edits messages. The reference to a message is Telegram's id for it, with a digest of its pictures if it has
 * any: `123`, `123/4f2a…`. Each step is one request; the outbox decides whether to repeat it.
 */
export class TelegramSender {
  readonly #api: TelegramApi;
  readonly #onMove: (from: number, to: number) => Promise<void>;
  readonly #partialSends: PartialSends<Progress>;
  /** The new ids of groups that have become supergroups, by their old id. */
  readonly #moved = new Map<number, number>();

  constructor(options: {
    readonly api: TelegramApi;
    readonly clock: Clock;
    /** Called once for each group that gets a new id. */
    readonly onMove: (from: number, to: number) => Promise<void>;
  }) {
    this.#api = options.api;
    this.#partialSends = new PartialSends(options.clock);
    this.#onMove = options.onMove;
  }

  /**
   * Sends a message. Returns the reference of the part with the buttons.
   * @throws TelegramError.
   */
  async send(chatId: string, message: Message): Promise<string> {
    return this.#carryOut(chatId, planOf(message));
  }

  /**
   * Edits a message. Parts that cannot replace the old message are sent as new ones, unless it is `inPlace`. Telegram
   * sets no time limit to edits of the bot's own messages in private chats and groups.
   * @throws TelegramError, MessageGone.
   */
  async edit(chatId: string, reference: string, message: Message, inPlace = false): Promise<void> {
    const [id = '', pictures] = reference.split('/');
    if (inPlace) await this.#editOnly(chatId, Number(id), message);
    else if (pictures === undefined) await this.#editText(chatId, Number(id), message);
    else await this.#editCaption(chatId, Number(id), pictures, message);
  }

  /** From now on, messages for the group `from` are sent to `to`. */
  async move(from: number, to: number): Promise<void> {
    if (this.#moved.get(from) === to) return;
    this.#moved.set(from, to);
    await this.#onMove(from, to);
  }

  /** Replaces the text of a message with as much of the new one as fits, and sends nothing besides. */
  async #editOnly(chatId: string, id: number, message: Message): Promise<void> {
    const [first] = telegramParts(message);
    if (first === undefined) return;
    const step = { html: first, keyboard: keyboardOf(message) };
    const edited = await this.#editInPlace(chatId, (chat, api, signal) =>
      api.editMessageText(chat, id, first, withPreviewOff(step), signal),
    );
    if (!edited) throw new MessageGone('telegram: message to edit not found');
  }

  /** The first part replaces the message; further parts and attachments are sent after it. */
  async #editText(chatId: string, id: number, message: Message): Promise<void> {
    const [first, ...rest] = textSteps(message);
    if (first === undefined) return;
    const edited = await this.#editInPlace(chatId, (chat, api, signal) =>
      api.editMessageText(chat, id, first.html, withPreviewOff(first), signal),
    );
    if (!edited) {
      await this.send(chatId, message);
      return;
    }
    const steps = [...rest, ...bareSteps(message.attachments ?? [])];
    if (steps.length > 0) await this.#carryOut(chatId, { steps, main: 0, silent: message.silent === true });
  }

  /** Edits the caption of a picture. The picture stays when it is the same and the text fits below it. */
  async #editCaption(chatId: string, id: number, pictures: string, message: Message): Promise<void> {
    const { attachments = [] } = message;
    const [caption = '', ...more] = telegramParts(message, telegramCaptionLimit);
    const keyboard = keyboardOf(message);
    const fits = more.length === 0 && (attachments.length === 0 || digestOf(attachments) === pictures);
    const edited =
      fits &&
      (await this.#editInPlace(chatId, (chat, api, signal) =>
        api.editMessageCaption(chat, id, { ...captioned({ html: caption, keyboard }) }, signal),
      ));
    if (edited) return;
    await this.send(chatId, message);
    // The buttons of the old message must go; whether its text is changed as well does not matter.
    if (!fits) {
      await this.#ask(
        chatId,
        ({ id: chat }) =>
          (api, signal) =>
            api.editMessageReplyMarkup(chat, id, {}, signal),
      ).catch(() => undefined);
    }
  }

  /** Edits a message. Resolves to whether it still existed. */
  async #editInPlace(
    chatId: string,
    request: (chat: number, ...rest: Parameters<ApiRequest<unknown>>) => Promise<unknown>,
  ): Promise<boolean> {
    try {
      await this.#ask(
        chatId,
        ({ id }) =>
          (api, signal) =>
            request(id, api, signal),
      );
      return true;
    } catch (error) {
      const why = error instanceof TelegramError ? error.message : '';
      // The message was deleted or is too old to be edited: the caller sends its text as a new message.
      if (/message to edit not found|message can't be edited|MESSAGE_ID_INVALID/.test(why)) return false;
      // The message already has this text: an earlier edit succeeded and its answer was lost.
      if (why.includes('message is not modified')) return true;
      throw error;
    }
  }

  async #carryOut(chatId: string, { steps, main, silent }: Plan): Promise<string> {
    const digest = digestOf(steps);
    const name = `${chatId} ${digest}`;
    const progress: Progress = this.#partialSends.take(name) ?? { sent: 0, reference: '' };
    try {
      for (const step of steps.slice(progress.sent)) {
        const id = await this.#sendStep(chatId, step, silent);
        if (progress.sent === main) progress.reference = referenceOf(id, steps);
        progress.sent += 1;
      }
    } catch (error) {
      const comesAgain = !(error instanceof ChannelError) || error.retry === 'later';
      if (progress.sent > 0 && comesAgain) this.#partialSends.keep(name, progress);
      throw error;
    }
    return progress.reference;
  }

  async #sendStep(chatId: string, step: Step, silent: boolean): Promise<number> {
    const { attachment } = step;
    const quietly = silent ? { disable_notification: true } : {};
    if (attachment === undefined) {
      const sent = await this.#ask(chatId, ({ id, thread }) => (api, signal) => {
        return api.sendMessage(id, step.html, { ...topicOf(thread), ...withPreviewOff(step), ...quietly }, signal);
      });
      return sent.message_id;
    }
    const request = ({ id, thread }: Place): ApiRequest<{ readonly message_id: number }> => {
      const shown = { ...topicOf(thread), ...captioned(step), ...quietly };
      return (api, signal) =>
        attachment.kind === 'photo'
          ? api.sendPhoto(id, fileOf(attachment), shown, signal)
          : api.sendDocument(id, fileOf(attachment), shown, signal);
    };
    return (await this.#ask(chatId, request, uploadMs)).message_id;
  }

  /** Sends a request for a chat, under its new id if it has moved. */
  async #ask<T>(chatId: string, request: (place: Place) => ApiRequest<T>, timeoutMs?: number): Promise<T> {
    const place = chatOf(chatId);
    const id = this.#moved.get(place.id) ?? place.id;
    const options = timeoutMs === undefined ? {} : { timeoutMs };
    try {
      return await this.#api.call(request({ ...place, id }), options);
    } catch (error) {
      const to = error instanceof TelegramError ? error.movedTo : undefined;
      if (to === undefined) throw error;
      await this.move(id, to);
      return this.#api.call(request({ ...place, id: to }), options);
    }
  }
}

/**
 * The requests for a message. A short text becomes the caption of the first picture; a long one is sent before the
 * pictures.
 */
function planOf(message: Message): Plan {
  const { attachments = [] } = message;
  const silent = message.silent === true;
  const [first, ...others] = attachments;
  const [caption = '', ...more] = telegramParts(message, telegramCaptionLimit);
  if (first === undefined || more.length > 0) {
    const texts = textSteps(message);
    return { steps: [...texts, ...bareSteps(attachments)], main: texts.length - 1, silent };
  }
  const step = { html: caption, keyboard: keyboardOf(message), attachment: first };
  return { steps: [step, ...bareSteps(others)], main: 0, silent };
}

/** The requests for a text; the last part has the buttons. */
function textSteps(message: Message): readonly Step[] {
  const parts = telegramParts(message);
  const keyboard = keyboardOf(message);
  return parts.map((html, index) => ({ html, keyboard: index === parts.length - 1 ? keyboard : undefined }));
}

function bareSteps(attachments: readonly Attachment[]): readonly Step[] {
  return attachments.map((attachment) => ({ html: '', keyboard: undefined, attachment }));
}

function referenceOf(id: number, steps: readonly Step[]): string {
  const [first] = steps;
  if (first?.attachment === undefined) return String(id);
  return `${id}/${digestOf(steps.flatMap(({ attachment }) => attachment ?? []))}`;
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64url').slice(0, 16);
}

function topicOf(thread: number | undefined) {
  return thread === undefined ? {} : { message_thread_id: thread };
}

/** An edit without a keyboard removes the old one, which is intended. */
function withPreviewOff({ keyboard }: Step) {
  return {
    parse_mode: 'HTML' as const,
    link_preview_options: { is_disabled: true },
    ...(keyboard && { reply_markup: keyboard }),
  };
}

function captioned({ html, keyboard }: Step) {
  return {
    ...(html === '' ? {} : { caption: html, parse_mode: 'HTML' as const }),
    ...(keyboard && { reply_markup: keyboard }),
  };
}

/**
 * An attachment as an upload. grammY writes the name into a header unescaped, so characters that would break it are
 * replaced.
 */
function fileOf({ name, data }: Attachment): InputFile {
  return new InputFile(Buffer.from(data, 'base64'), name.replaceAll(/[\s";\\/]+/g, '_'));
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
