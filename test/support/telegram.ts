import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../src/clock.ts';
import { eventually } from './clock.ts';
import { judgeMessage, judgeRequest, judgeUpdate } from './telegram-contract.ts';

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
  /** Telegram's refusal. */
  readonly status?: number;
  readonly description?: string;
  readonly retryAfter?: number;
  /** Instead of Telegram's JSON: the page of a proxy in between. */
  readonly page?: string;
  /** The connection ends without an answer, or stays open without one. */
  readonly silence?: 'cut' | 'hang';
  /** Done all the same, and only the answer is lost. */
  readonly after?: boolean;
  /** Once, unless it says otherwise. */
  readonly times?: number;
  /** So many calls go well before. */
  readonly skip?: number;
}

type Json = Readonly<Record<string, unknown>>;
interface PendingUpdate {
  readonly update_id: number;
  readonly body: Json;
  readonly at: number;
  /** Handed out although it was confirmed: Telegram promises at least once, not once. */
  readonly again?: boolean;
}
type Answer = 'cut' | 'hang' | { readonly status: number; readonly body: Json | string };

const textUnits = 4_096;
const buttonBytes = 64;
const pressLifeMs = 150_000;
const messageLifeMs = 24 * 3_600_000;
/** How long a press may be answered is unpublished. */
const pressAnswerMs = 15_000;

const bot = { id: 777, is_bot: true, first_name: 'Hoga', username: 'hoga_test_bot' };
const ok = (result: unknown): Answer => ({ status: 200, body: { ok: true, result } });
const refuse = (status: number, description: string, parameters?: Json): Answer => ({
  status,
  body: { ok: false, error_code: status, description, ...(parameters && { parameters }) },
});

/**
 * Telegram's Bot API on loopback, as far as a client can notice: updates until confirmed, one poller at a time, limits of
 * texts and buttons, HTML taken strictly. Whatever breaks the published contract is refused or ignored as Telegram
 * would, and written down in `violations`, which every test expects to be empty.
 */
export class TelegramStandIn {
  readonly token: string;
  readonly violations: string[] = [];
  readonly requests: { readonly method: string; readonly body: Json; readonly at: number }[] = [];
  readonly menu: unknown[] = [];
  /** Chats whose person has blocked the bot. */
  readonly blocked = new Set<number>();
  /** Where updates are pushed; as long as there is such a place, nobody can poll. */
  webhook = '';
  readonly #clock: Clock;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #messages: TelegramMessage[] = [];
  readonly #faults = new Map<string, (TelegramFault & { left: number; ahead: number })[]>();
  readonly #handedOut = new Map<number, PendingUpdate>();
  /** When each press was made; gone once it is answered. */
  readonly #presses = new Map<string, number>();
  #updates: PendingUpdate[] = [];
  #nextUpdate = 1_000;
  #nextMessage = 1;
  #poller: { readonly wake: () => void; readonly conflict: () => void } | undefined;

  constructor(clock: Clock, token = '123456:TEST-TOKEN-test-token-test-token-000') {
    this.#clock = clock;
    this.token = token;
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

  /** Somebody types; `ageMs` ago when the bot was down. Gives back the update's id. */
  say(
    userId: number,
    text: string,
    options: { readonly chatId?: number; readonly thread?: number; readonly ageMs?: number } = {},
  ): number {
    return this.push({
      message: {
        message_id: this.#nextMessage++,
        date: Math.floor((this.#clock.now() - (options.ageMs ?? 0)) / 1_000),
        chat: chatOf(options.chatId ?? userId),
        from: userOf(userId),
        ...topicOf(options.thread),
        text,
      },
    });
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

  /** Presses what a message once held. `id` is the press's own, where it is to be an earlier one's. */
  pressData(userId: number, data: string, message: TelegramMessage, id = `press-${this.#nextUpdate}`): number {
    this.#presses.set(id, this.#clock.now());
    return this.push({
      callback_query: { id, from: userOf(userId), chat_instance: 'instance', data, message: this.#asJson(message) },
    });
  }

  /** Anything else that happens: the body of an update. */
  push(body: Json): number {
    const update_id = this.#nextUpdate++;
    this.violations.push(...judgeUpdate({ update_id, ...body }));
    this.#updates.push({ update_id, body, at: this.#clock.now() });
    this.#poller?.wake();
    return update_id;
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

  /** Somebody deletes a message. */
  remove(message: TelegramMessage): void {
    this.#messages.splice(this.#messages.indexOf(message), 1);
  }

  /** The newest message in the chat that holds `text`, as soon as there is one. */
  told(chatId: number, text: string): Promise<TelegramMessage> {
    return eventually(`'${text}' in chat ${chatId}`, () =>
      this.messages(chatId).findLast((message) => message.text.includes(text)),
    );
  }

  fail(method: string, fault: TelegramFault): void {
    const queue = this.#faults.get(method) ?? [];
    queue.push({ ...fault, left: fault.times ?? 1, ahead: fault.skip ?? 0 });
    this.#faults.set(method, queue);
  }

  count(method: string): number {
    return this.requests.filter((request) => request.method === method).length;
  }

  /** Updates that nobody has confirmed. */
  unconfirmed(): readonly number[] {
    return this.#updates.map(({ update_id }) => update_id);
  }

  /** Whether a poll is open, waiting for something to happen. */
  get polled(): boolean {
    return this.#poller !== undefined;
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
    if (response.destroyed || answer === 'hang') return;
    if (answer === 'cut') {
      response.destroy();
      return;
    }
    const page = typeof answer.body === 'string';
    response.writeHead(answer.status, { 'content-type': page ? 'text/html' : 'application/json' });
    response.end(page ? answer.body : JSON.stringify(answer.body));
  }

  async #answer(method: string, body: Json, response: ServerResponse): Promise<Answer> {
    const fault = this.#faults.get(method)?.find(({ left }) => left > 0);
    if (fault === undefined || fault.ahead > 0) {
      if (fault !== undefined) fault.ahead -= 1;
      return this.#perform(method, body, response);
    }
    fault.left -= 1;
    if (fault.after === true) await this.#perform(method, body, response);
    const { silence, page, status = 200, description = 'injected', retryAfter } = fault;
    if (silence !== undefined) return silence;
    if (page !== undefined) return { status, body: page };
    return refuse(status, description, retryAfter === undefined ? undefined : { retry_after: retryAfter });
  }

  #perform(method: string, body: Json, response: ServerResponse): Answer | Promise<Answer> {
    switch (method) {
      case 'getMe':
        return ok(bot);
      case 'setMyCommands':
        return this.#setMenu(body['commands'] as typeof this.menu);
      case 'deleteWebhook':
        this.webhook = '';
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

  #getUpdates(body: Json, response: ServerResponse): Answer | Promise<Answer> {
    if (this.webhook !== '') {
      return refuse(
        409,
        "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
      );
    }
    const offset = Number(body['offset'] ?? 0);
    const limit = Number(body['limit'] ?? 100);
    this.#poller?.conflict();
    this.#updates = this.#updates.filter(({ update_id, again }) => update_id >= offset || again === true);
    const timeoutMs = Number(body['timeout'] ?? 0) * 1_000;
    if (this.#ready().length > 0 || timeoutMs === 0) return ok(this.#handOut(limit));
    return new Promise((resolve) => {
      const done = (answer: Answer): void => {
        cancel();
        if (this.#poller === poller) this.#poller = undefined;
        resolve(answer);
      };
      const cancel = this.#clock.timer(timeoutMs, () => done(ok([])));
      const poller = {
        wake: () => done(ok(this.#handOut(limit))),
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

  /** What waits to be told; a press is forgotten soon, a message in a day. */
  #ready(): readonly PendingUpdate[] {
    const now = this.#clock.now();
    this.#updates = this.#updates.filter(
      ({ body, at }) => now - at < (body['callback_query'] === undefined ? messageLifeMs : pressLifeMs),
    );
    return this.#updates;
  }

  #handOut(limit: number): readonly unknown[] {
    const given = this.#ready().slice(0, limit);
    for (const update of given) this.#handedOut.set(update.update_id, update);
    this.#updates = this.#updates.filter((update) => update.again !== true || !given.includes(update));
    return given.map(({ update_id, body }) => ({ update_id, ...body }));
  }

  #send(body: Json): Answer {
    const chatId = Number(body['chat_id']);
    if (this.blocked.has(chatId)) return refuse(403, 'Forbidden: bot was blocked by the user');
    const content = this.#content(body);
    if ('refusal' in content) return content.refusal;
    const thread = body['message_thread_id'] as number | undefined;
    const message = { id: this.#nextMessage++, chatId, thread, ...content, edits: 0 };
    this.#messages.push(message);
    return this.#told(message);
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
    return this.#told(message);
  }

  #told(message: TelegramMessage): Answer {
    const result = this.#asJson(message);
    this.violations.push(...judgeMessage(result));
    return ok(result);
  }

  #asJson({ id, chatId, thread, text, keyboard }: TelegramMessage): Json {
    return {
      message_id: id,
      date: Math.floor(this.#clock.now() / 1_000),
      chat: chatOf(chatId),
      from: bot,
      ...topicOf(thread),
      text,
      ...(keyboard.length > 0 && { reply_markup: { inline_keyboard: keyboard } }),
    };
  }

  #content(body: Json): Pick<TelegramMessage, 'html' | 'text' | 'keyboard'> | { readonly refusal: Answer } {
    const html = String(body['text']);
    const text = body['parse_mode'] === 'HTML' ? readHtml(html) : html;
    const markup = body['reply_markup'] as { inline_keyboard?: TelegramMessage['keyboard'] } | undefined;
    const keyboard = markup?.inline_keyboard ?? [];
    const buttons = keyboard.flat();
    const sizes = buttons.map(({ callback_data }) => Buffer.byteLength(callback_data));
    if (!html.isWellFormed()) return this.#breach('strings must be encoded in UTF-8');
    if (text === undefined) return this.#breach("can't parse entities");
    if (text.trim() === '') return this.#breach('message text is empty');
    if (text.length > textUnits) return this.#breach('message is too long');
    if (sizes.some((bytes) => bytes < 1 || bytes > buttonBytes)) return this.#breach('BUTTON_DATA_INVALID');
    if (buttons.some(({ text: label }) => label.trim() === '')) return this.#breach('BUTTON_TEXT_INVALID');
    return { html, text, keyboard };
  }

  #breach(what: string): { readonly refusal: Answer } {
    this.violations.push(what);
    return { refusal: refuse(400, `Bad Request: ${what}`) };
  }

  #setMenu(commands: readonly unknown[]): Answer {
    const fits = (commands as readonly { readonly command: string; readonly description: string }[]).every(
      ({ command, description }) =>
        /^[a-z0-9_]{1,32}$/.test(command) && description.length >= 1 && description.length <= 256,
    );
    if (!fits || commands.length > 100) return this.#breach('BOT_COMMAND_INVALID').refusal;
    this.menu.splice(0, this.menu.length, ...commands);
    return ok(true);
  }

  #answerPress(id: string): Answer {
    const at = this.#presses.get(id);
    this.#presses.delete(id);
    if (at !== undefined && this.#clock.now() - at <= pressAnswerMs) return ok(true);
    return refuse(400, 'Bad Request: query is too old and response timeout expired or query ID is invalid');
  }
}

function chatOf(id: number): Json {
  return id < 0
    ? { id, type: 'supergroup', title: 'group', is_forum: true }
    : { id, type: 'private', first_name: `user${id}` };
}

function userOf(id: number): Json {
  return { id, is_bot: false, first_name: `user${id}` };
}

function topicOf(thread: number | undefined): Json {
  return thread === undefined ? {} : { message_thread_id: thread, is_topic_message: true };
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
export function startTelegram(clock: Clock, token?: string): Promise<TelegramStandIn> {
  return new TelegramStandIn(clock, token).start();
}
