import { createHash } from 'node:crypto';
import type { InlineKeyboardMarkup } from 'grammy/types';
import { type Attachment, ChannelError, longestButtonId, type Message } from '../../chat/channel.ts';
import { telegramCaptionLimit, telegramParts } from '../../chat/render.ts';
import { Unfinished } from '../../chat/unfinished.ts';
import type { Clock } from '../../clock.ts';
import { type ApiRequest, InputFile, type TelegramApi, TelegramError } from './api.ts';
import { chatOf } from './updates.ts';

/** A file takes longer on its way than a line of text. */
const uploadMs = 30_000;

/** One request of those that a message takes. */
interface Step {
  readonly html: string;
  readonly keyboard: InlineKeyboardMarkup | undefined;
  readonly attachment?: Attachment;
}

/** What a message takes, and which of it is the one to be edited later. */
interface Plan {
  readonly steps: readonly Step[];
  readonly main: number;
  readonly silent: boolean;
}

/** How far a message came: its repeat goes on from there. */
interface Progress {
  sent: number;
  reference: string;
}

type Place = ReturnType<typeof chatOf>;

/**
 * Sends messages and edits them. A message's own name is Telegram's number for it, with a digest of its pictures where
 * it has any: `123`, `123/4f2a…`. One request per step: whether to repeat is the outbox's to decide.
 */
export class TelegramSender {
  readonly #api: TelegramApi;
  readonly #onMove: (from: number, to: number) => Promise<void>;
  readonly #unfinished: Unfinished<Progress>;
  /** Groups that have become supergroups, by the id they had. */
  readonly #moved = new Map<number, number>();

  constructor(options: {
    readonly api: TelegramApi;
    readonly clock: Clock;
    /** Told once for each group that goes on under another id. */
    readonly onMove: (from: number, to: number) => Promise<void>;
  }) {
    this.#api = options.api;
    this.#unfinished = new Unfinished(options.clock);
    this.#onMove = options.onMove;
  }

  /** The reference is that of the message with the buttons. @throws TelegramError. */
  async send(chatId: string, message: Message): Promise<string> {
    return this.#carryOut(chatId, planOf(message));
  }

  /** What cannot be shown in the message's place is sent anew. @throws TelegramError. */
  async edit(chatId: string, reference: string, message: Message): Promise<void> {
    const [id = '', pictures] = reference.split('/');
    if (pictures === undefined) await this.#editText(chatId, Number(id), message);
    else await this.#editCaption(chatId, Number(id), pictures, message);
  }

  /** From now on what is meant for the group `from` goes to `to`. */
  async move(from: number, to: number): Promise<void> {
    if (this.#moved.get(from) === to) return;
    this.#moved.set(from, to);
    await this.#onMove(from, to);
  }

  /** The first part stands in the message's place, the rest and what is attached come after it. */
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

  /** A picture keeps its place as long as it is the same and the text fits below it. */
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
    // What is out of date must not be pressed any more; more than that it does not matter.
    if (!fits) {
      await this.#ask(
        chatId,
        ({ id: chat }) =>
          (api, signal) =>
            api.editMessageReplyMarkup(chat, id, {}, signal),
      ).catch(() => undefined);
    }
  }

  /** Whether the message was there to be edited. */
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
      // Deleted, or too old to be changed: what it says must still reach the person.
      if (/message to edit not found|message can't be edited|MESSAGE_ID_INVALID/.test(why)) return false;
      // It says so already: an edit whose answer was lost.
      if (why.includes('message is not modified')) return true;
      throw error;
    }
  }

  async #carryOut(chatId: string, { steps, main, silent }: Plan): Promise<string> {
    const digest = digestOf(steps);
    const name = `${chatId} ${digest}`;
    const progress: Progress = this.#unfinished.take(name) ?? { sent: 0, reference: '' };
    try {
      for (const step of steps.slice(progress.sent)) {
        const id = await this.#sendStep(chatId, step, silent);
        if (progress.sent === main) progress.reference = referenceOf(id, steps);
        progress.sent += 1;
      }
    } catch (error) {
      const comesAgain = !(error instanceof ChannelError) || error.retry === 'later';
      if (progress.sent > 0 && comesAgain) this.#unfinished.keep(name, progress);
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

  /** Asks of the chat, wherever it has moved to. */
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

/** A short text stands below the first picture; a long one goes before them all. */
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

/** The last part has the buttons. */
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

/** Without a keyboard of its own an edit takes the old one away, which is what is meant. */
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

/** The name goes into a header of the upload as it is. */
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
