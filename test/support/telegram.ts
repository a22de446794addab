import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../src/clock.ts';
import { eventually } from './clock.ts';
import { judgeRequest, judgeUpdate } from './telegram-contract.ts';

/** A message as it stands in a chat. */
export interface TelegramMessage {
  readonly id: number;
  readonly chatId: number;
  readonly thread: number | undefined;
  html: string;
  text: string;
  keyboard: readonly (readonly { readonly text: string; readonly callback_data: string }[])[];
  edits: number;
}

/** What the next calls of a method meet. */
export interface TelegramFault {
  readonly times?: number;
  readonly status: number;
  readonly description?: string;
  readonly retryAfter?: number;
  /** Done all the same, and only the answer is lost. */
  readonly after?: boolean;
}

type Json = Readonly<Record<string, unknown>>;
interface PendingUpdate {
  readonly update_id: number;
  readonly body: Json;
  readonly at: number;
  readonly press: boolean;
  /** Handed out although it was confirmed: Telegram promises at least once, not once. */
  readonly again?: boolean;
}
interface Answer {
  readonly status: number;
  readonly body: Json;
}

const callbackLifeMs = 150_000;
const bot = { id: 777, is_bot: true, first_name: 'Hoga', username: 'hoga_test_bot' };
const ok = (result: unknown): Answer => ({ status: 200, body: { ok: true, result } });
const refuse = (status: number, description: string, parameters?: Json): Answer => ({
  status,
  body: { ok: false, error_code: status, description, ...(parameters && { parameters }) },
});

/**
 * Telegram's Bot API on loopback, as far as a client can notice: updates until confirmed, one poller at a time, limits of
 * texts and buttons, HTML taken strictly. Like Telegram it ignores parameters it does not know, and writes them down in
 * `violations`, which every test expects to be empty.
 */
export class TelegramStandIn {
  readonly token = '123456:TEST-TOKEN-test-token-test-token-000';
  readonly violations: string[] = [];
  readonly requests: { readonly method: string; readonly body: Json; readonly at: number }[] = [];
  readonly menu: unknown[] = [];
  readonly #clock: Clock;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #messages: TelegramMessage[] = [];
  readonly #faults = new Map<string, (TelegramFault & { left: number })[]>();
  #updates: PendingUpdate[] = [];
  readonly #handedOut = new Map<number, PendingUpdate>();
  readonly #answered = new Set<string>();
  #nextUpdate = 1_000;
  #nextMessage = 1;
  #poller: { readonly wake: () => void; readonly conflict: () => void } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get apiRoot(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#poller?.wake();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Somebody types; `ageMs` ago when the bot was down. */
  say(userId: number, text: string, options: { readonly chatId?: number; readonly ageMs?: number } = {}): number {
    const message = {
      message_id: this.#nextMessage++,
      date: Math.floor((this.#clock.now() - (options.ageMs ?? 0)) / 1_000),
      chat: chatOf(options.chatId ?? userId),
      from: { id: userId, is_bot: false, first_name: `user${userId}` },
      text,
    };
    return this.#push({ message }, false);
  }

  /** Somebody presses the button with this label, on the newest message of the chat that has it. */
  press(userId: number, label: string, chatId = userId): number {
    const message = this.messages(chatId).findLast((candidate) =>
      candidate.keyboard.flat().some(({ text }) => text === label),
    );
    const button = message?.keyboard.flat().find(({ text }) => text === label);
    if (message === undefined || button === undefined) throw new Error(`no button ${label}`);
    return this.pressData(userId, button.callback_data, message);
  }

  /** Presses what a message once held. */
  pressData(userId: number, data: string, message: TelegramMessage): number {
    return this.#push(
      {
        callback_query: {
          id: `press-${this.#nextUpdate}`,
          from: { id: userId, is_bot: false, first_name: `user${userId}` },
          chat_instance: 'instance',
          data,
          message: {
            message_id: message.id,
            date: Math.floor(this.#clock.now() / 1_000),
            chat: chatOf(message.chatId),
            from: bot,
            text: message.text,
          },
        },
      },
      true,
    );
  }

  /** Hands an update out again, as Telegram does when its confirmation was lost. */
  redeliver(updateId: number): void {
    const update = this.#handedOut.get(updateId);
    if (update === undefined) throw new Error(`update ${updateId} was never handed out`);
    this.#updates.push({ ...update, again: true });
    this.#poller?.wake();
  }

  messages(chatId: number): readonly TelegramMessage[] {
    return this.#messages.filter((message) => message.chatId === chatId);
  }

  /** The text of a message in the chat that holds `text`, as soon as there is one. */
  told(chatId: number, text: string): Promise<TelegramMessage> {
    return eventually(`'${text}' in chat ${chatId}`, () =>
      this.messages(chatId).findLast((message) => message.text.includes(text)),
    );
  }

  fail(method: string, fault: TelegramFault): void {
    const queue = this.#faults.get(method) ?? [];
    queue.push({ ...fault, left: fault.times ?? 1 });
    this.#faults.set(method, queue);
  }

  count(method: string): number {
    return this.requests.filter((request) => request.method === method).length;
  }

  #push(body: Json, press: boolean): number {
    const update_id = this.#nextUpdate++;
    this.violations.push(...judgeUpdate({ update_id, ...body }));
    this.#updates.push({ update_id, body, at: this.#clock.now(), press });
    this.#poller?.wake();
    return update_id;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, tokenPart = '', method = ''] = (request.url ?? '').split('/');
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const body = (text === '' ? {} : JSON.parse(text)) as Json;
    this.requests.push({ method, body, at: this.#clock.now() });
    this.violations.push(...judgeRequest(method, body));
    const answer =
      tokenPart === `bot${this.token}` ? await this.#answer(method, body, response) : refuse(401, 'Unauthorized');
    if (response.destroyed) return;
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
  }

  async #answer(method: string, body: Json, response: ServerResponse): Promise<Answer> {
    const fault = this.#faults.get(method)?.find(({ left }) => left > 0);
    if (fault === undefined) return this.#perform(method, body, response);
    fault.left -= 1;
    if (fault.after === true) await this.#perform(method, body, response);
    const { status, description = 'injected', retryAfter } = fault;
    return refuse(status, description, retryAfter === undefined ? undefined : { retry_after: retryAfter });
  }

  #perform(method: string, body: Json, response: ServerResponse): Answer | Promise<Answer> {
    switch (method) {
      case 'getMe':
        return ok(bot);
      case 'setMyCommands':
        this.menu.splice(0, this.menu.length, ...(body['commands'] as unknown[]));
        return ok(true);
      case 'getUpdates':
        return this.#getUpdates(body, response);
      case 'sendMessage':
        return this.#send(body);
      case 'editMessageText':
        return this.#edit(body);
      case 'answerCallbackQuery':
        return this.#answerPress(String(body['callback_query_id']));
      default:
        return refuse(404, 'Not Found');
    }
  }

  async #getUpdates(body: Json, response: ServerResponse): Promise<Answer> {
    const offset = Number(body['offset'] ?? 0);
    this.#poller?.conflict();
    this.#updates = this.#updates.filter(({ update_id, again }) => update_id >= offset || again === true);
    const waiting = (): readonly unknown[] => {
      const now = this.#clock.now();
      this.#updates = this.#updates.filter(({ press, at }) => !press || now - at < callbackLifeMs);
      const ready = this.#updates;
      this.#updates = ready.filter(({ again }) => again !== true);
      for (const update of ready) this.#handedOut.set(update.update_id, update);
      return ready.map((update) => ({ update_id: update.update_id, ...update.body }));
    };
    if (this.#updates.length > 0 || Number(body['timeout'] ?? 0) === 0) return ok(waiting());
    return new Promise((resolve) => {
      const done = (answer: Answer): void => {
        cancel();
        if (this.#poller === poller) this.#poller = undefined;
        resolve(answer);
      };
      const cancel = this.#clock.timer(Number(body['timeout']) * 1_000, () => done(ok([])));
      const poller = {
        wake: () => done(ok(waiting())),
        conflict: () =>
          done(
            refuse(
              409,
              'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
            ),
          ),
      };
      this.#poller = poller;
      response.once('close', () => done(ok([])));
    });
  }

  #send(body: Json): Answer {
    const content = this.#content(body);
    if ('refusal' in content) return content.refusal;
    const message: TelegramMessage = {
      id: this.#nextMessage++,
      chatId: Number(body['chat_id']),
      thread: body['message_thread_id'] as number | undefined,
      ...content,
      edits: 0,
    };
    this.#messages.push(message);
    return ok({
      message_id: message.id,
      date: Math.floor(this.#clock.now() / 1_000),
      chat: chatOf(message.chatId),
      text: message.text,
    });
  }

  #edit(body: Json): Answer {
    const message = this.#messages.find(
      ({ id, chatId }) => id === body['message_id'] && chatId === Number(body['chat_id']),
    );
    if (message === undefined) return refuse(400, 'Bad Request: message to edit not found');
    const content = this.#content(body);
    if ('refusal' in content) return content.refusal;
    if (message.html === content.html && JSON.stringify(message.keyboard) === JSON.stringify(content.keyboard)) {
      return refuse(400, 'Bad Request: message is not modified');
    }
    Object.assign(message, content);
    message.edits += 1;
    return ok({ message_id: message.id, date: 1, chat: chatOf(message.chatId), text: message.text });
  }

  #content(body: Json): Pick<TelegramMessage, 'html' | 'text' | 'keyboard'> | { readonly refusal: Answer } {
    const html = String(body['text']);
    const text = readHtml(html);
    if (text === undefined) return { refusal: refuse(400, "Bad Request: can't parse entities") };
    if (text.trim() === '') return { refusal: refuse(400, 'Bad Request: message text is empty') };
    if (text.length > 4_096) return { refusal: refuse(400, 'Bad Request: message is too long') };
    const markup = body['reply_markup'] as { inline_keyboard?: TelegramMessage['keyboard'] } | undefined;
    const keyboard = markup?.inline_keyboard ?? [];
    const tooLong = keyboard
      .flat()
      .some(({ callback_data }) => Buffer.byteLength(callback_data) > 64 || callback_data === '');
    if (tooLong) return { refusal: refuse(400, 'Bad Request: BUTTON_DATA_INVALID') };
    return { html, text, keyboard };
  }

  #answerPress(id: string): Answer {
    if (this.#answered.has(id))
      return refuse(400, 'Bad Request: query is too old and response timeout expired or query ID is invalid');
    this.#answered.add(id);
    return ok(true);
  }
}

function chatOf(id: number): Json {
  return id < 0 ? { id, type: 'supergroup', title: 'group' } : { id, type: 'private', first_name: `user${id}` };
}

/** The text of Telegram's HTML; undefined when it would not be taken. */
function readHtml(html: string): string | undefined {
  const open: string[] = [];
  let text = '';
  const piece = /<(\/?)(b|i|u|s|code|pre)>|&(amp|lt|gt|quot);|([^<>&]+)|([\s\S])/g;
  for (const [, slash, tag, entity, plain, wrong] of html.matchAll(piece)) {
    if (wrong !== undefined) return undefined;
    if (tag !== undefined && slash === '') open.push(tag);
    else if (tag !== undefined && open.pop() !== tag) return undefined;
    if (entity !== undefined) text += { amp: '&', lt: '<', gt: '>', quot: '"' }[entity] ?? '';
    text += plain ?? '';
  }
  return open.length === 0 ? text : undefined;
}

/** Starts a stand-in on any free port. */
export function startTelegram(clock: Clock): Promise<TelegramStandIn> {
  return new TelegramStandIn(clock).start();
}
