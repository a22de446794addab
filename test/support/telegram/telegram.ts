import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../../src/clock.ts';
import { eventually } from '../clock.ts';
import { type FormFile, readForm } from '../multipart.ts';
import { judgeMessage, judgeRequest, judgeUpdate, judgeWebhookInfo } from './contract.ts';

/** A message as it stands in a chat. */
export interface TelegramMessage {
  readonly id: number;
  readonly chatId: number;
  readonly thread: number | undefined;
  /** What a picture or a file came with; the text is then its caption. */
  readonly file?: FormFile & { readonly kind: 'photo' | 'document' };
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
type Files = ReadonlyMap<string, FormFile>;
interface PendingUpdate {
  readonly update_id: number;
  readonly body: Json;
  readonly at: number;
  /** Handed out although it was confirmed: Telegram promises at least once, not once. */
  readonly again?: boolean;
}
type Answer = 'cut' | 'hang' | { readonly status: number; readonly body: Json | string };

/** A list of commands for a scope and a language, or none any more. */
export interface TelegramMenu {
  /** `default`, or `chat 111`. */
  readonly scope: string;
  /** Empty for those who have no list in their language. */
  readonly language: string;
  readonly commands: readonly { readonly command: string; readonly description: string }[];
}

const textUnits = 4_096;
const captionUnits = 1_024;
const photoBytes = 10_000_000;
/** Between two tries to push what was not taken. */
const pushAgainMs = 1_000;
const webhookPorts = ['', '443', '80', '88', '8443'];
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
  /** By scope and language. */
  readonly menus = new Map<string, TelegramMenu>();
  /** People who have never written to the bot: it cannot begin. */
  readonly absent = new Set<number>();
  /** Chats whose person has blocked the bot. */
  readonly blocked = new Set<number>();
  /** Where updates are pushed; as long as there is such a place, nobody can poll. */
  webhook = '';
  /** Where that leads behind what ends its TLS, as a proxy passes it on: `http://127.0.0.1:8080`. */
  webhookTarget = '';
  /** How each push was answered; 0 where nobody answered. */
  readonly pushes: { readonly updateId: number; readonly status: number }[] = [];
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
  #webhookSecret = '';
  #webhookProblem: string | undefined;
  #pushing: Promise<void> | undefined;
  readonly #pushStop = new AbortController();
  /** Groups that have become supergroups. */
  readonly #migrated = new Map<number, number>();
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
    this.#pushStop.abort();
    await this.#pushing;
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
    this.#startPushing();
    return update_id;
  }

  /** A group becomes a supergroup; its members are told so in the old one where `said`. */
  migrate(from: number, to: number, said = true): void {
    this.#migrated.set(from, to);
    if (!said) return;
    const message = { message_id: this.#nextMessage++, date: Math.floor(this.#clock.now() / 1_000) };
    this.push({
      message: {
        ...message,
        chat: { id: from, type: 'group', title: 'group' },
        from: userOf(1),
        migrate_to_chat_id: to,
      },
    });
  }

  /** A list of commands as it stands; the scope's own, without falling back on another. */
  menuOf(scope: string, language = ''): readonly string[] | undefined {
    return this.menus.get(`${scope}/${language}`)?.commands.map(({ command }) => command);
  }

  /** Hands an update out again, as Telegram does when its confirmation was lost. */
  redeliver(updateId: number): void {
    const update = this.#handedOut.get(updateId);
    if (update === undefined) throw new Error(`update ${updateId} was never handed out`);
    this.#updates.push({ ...update, again: true });
    this.#poller?.wake();
    this.#startPushing();
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

  /** Nothing fails any more. */
  heal(): void {
    this.#faults.clear();
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
    const { body, files } = readBody(Buffer.concat(chunks), request.headers['content-type'] ?? '');
    this.requests.push({ method, body, at: this.#clock.now() });
    this.violations.push(...judgeRequest(method, body));
    const answer =
      tokenPart === `bot${this.token}`
        ? await this.#answer(method, body, files, response)
        : refuse(401, 'Unauthorized');
    if (response.destroyed || answer === 'hang') return;
    if (answer === 'cut') {
      response.destroy();
      return;
    }
    const page = typeof answer.body === 'string';
    response.writeHead(answer.status, { 'content-type': page ? 'text/html' : 'application/json' });
    response.end(page ? answer.body : JSON.stringify(answer.body));
  }

  async #answer(method: string, body: Json, files: Files, response: ServerResponse): Promise<Answer> {
    const fault = this.#faults.get(method)?.find(({ left }) => left > 0);
    if (fault === undefined || fault.ahead > 0) {
      if (fault !== undefined) fault.ahead -= 1;
      return this.#perform(method, body, files, response);
    }
    fault.left -= 1;
    if (fault.after === true) await this.#perform(method, body, files, response);
    const { silence, page, status = 200, description = 'injected', retryAfter } = fault;
    if (silence !== undefined) return silence;
    if (page !== undefined) return { status, body: page };
    return refuse(status, description, retryAfter === undefined ? undefined : { retry_after: retryAfter });
  }

  #perform(method: string, body: Json, files: Files, response: ServerResponse): Answer | Promise<Answer> {
    switch (method) {
      case 'getMe':
        return ok(bot);
      case 'setMyCommands':
        return this.#setMenu(body);
      case 'deleteMyCommands':
        this.menus.delete(`${scopeOf(body)}/${body['language_code'] ?? ''}`);
        return ok(true);
      case 'setWebhook':
        return this.#setWebhook(body);
      case 'deleteWebhook':
        this.webhook = '';
        return ok(true);
      case 'getWebhookInfo':
        return this.#webhookInfo();
      case 'getUpdates':
        return this.#getUpdates(body, response);
      case 'sendMessage':
        return this.#send(body);
      case 'sendPhoto':
        return this.#sendFile(body, files, 'photo');
      case 'sendDocument':
        return this.#sendFile(body, files, 'document');
      case 'editMessageText':
      case 'editMessageCaption':
        return this.#edit(body, method === 'editMessageCaption');
      case 'editMessageReplyMarkup':
        return this.#editKeyboard(body);
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

  #setWebhook(body: Json): Answer {
    const url = String(body['url']);
    const secret = String(body['secret_token'] ?? '');
    if (url !== '' && !url.startsWith('https:')) {
      return this.#breach('bad webhook: An HTTPS URL must be provided for webhook').refusal;
    }
    if (url !== '' && !webhookPorts.includes(new URL(url).port)) {
      return this.#breach('bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443').refusal;
    }
    if (!/^[\w-]{0,256}$/.test(secret)) return this.#breach('secret token contains unallowed characters').refusal;
    this.webhook = url;
    this.#webhookSecret = secret;
    this.#webhookProblem = undefined;
    this.#startPushing();
    return ok(true);
  }

  #webhookInfo(): Answer {
    const problem = this.#webhookProblem;
    const info = {
      url: this.webhook,
      has_custom_certificate: false,
      pending_update_count: this.#updates.length,
      ...(problem !== undefined && {
        last_error_date: Math.floor(this.#clock.now() / 1_000),
        last_error_message: problem,
      }),
    };
    this.violations.push(...judgeWebhookInfo(info));
    return ok(info);
  }

  #startPushing(): void {
    if (this.webhook === '' || this.#pushStop.signal.aborted) return;
    this.#pushing ??= this.#pushAll().finally(() => {
      this.#pushing = undefined;
    });
  }

  /** One after the other, each until it is answered with a 2xx, as `max_connections: 1` has it. */
  async #pushAll(): Promise<void> {
    const { signal } = this.#pushStop;
    while (this.webhook !== '' && !signal.aborted) {
      const [update] = this.#ready();
      if (update === undefined) return;
      const { update_id, body, again } = update;
      const status = await this.#pushOne({ update_id, ...body });
      this.pushes.push({ updateId: update_id, status });
      this.#webhookProblem = status === 0 ? 'Connection refused' : `Wrong response from the webhook: ${status}`;
      if (status >= 200 && status < 300) {
        this.#webhookProblem = undefined;
        this.#handedOut.set(update_id, { update_id, body, at: update.at });
        this.#updates = this.#updates.filter((other) => other.update_id !== update_id || other.again !== again);
      } else {
        await this.#clock.sleep(pushAgainMs, signal).catch(() => undefined);
      }
    }
  }

  async #pushOne(update: Json): Promise<number> {
    const { pathname, search } = new URL(this.webhook);
    const headers = {
      'content-type': 'application/json',
      ...(this.#webhookSecret !== '' && { 'X-Telegram-Bot-Api-Secret-Token': this.#webhookSecret }),
    };
    const request = { method: 'POST', headers, body: JSON.stringify(update), signal: this.#pushStop.signal };
    return fetch(`${this.webhookTarget}${pathname}${search}`, request).then(
      async (response) => {
        await response.text();
        return response.status;
      },
      () => 0,
    );
  }

  #send(body: Json, file?: TelegramMessage['file']): Answer {
    const chatId = Number(body['chat_id']);
    const refusal = this.#refusalOf(chatId);
    if (refusal !== undefined) return refusal;
    const content = this.#content(body, file !== undefined);
    if ('refusal' in content) return content.refusal;
    const thread = body['message_thread_id'] as number | undefined;
    const message = { id: this.#nextMessage++, chatId, thread, ...content, ...(file && { file }), edits: 0 };
    this.#messages.push(message);
    return this.#told(message);
  }

  #sendFile(body: Json, files: Files, kind: 'photo' | 'document'): Answer {
    const [, part = ''] = /^attach:\/\/(.+)$/.exec(String(body[kind])) ?? [];
    const file = files.get(part) ?? files.get(kind);
    if (file === undefined) return this.#breach(`there is no ${kind} in the request`).refusal;
    if (file.data.length === 0) return this.#breach('file must be non-empty').refusal;
    if (kind === 'photo' && file.data.length > photoBytes) return this.#breach('PHOTO_SAVE_FILE_INVALID').refusal;
    return this.#send(body, { ...file, kind });
  }

  /** Why nothing can be said in a chat. */
  #refusalOf(chatId: number): Answer | undefined {
    const to = this.#migrated.get(chatId);
    if (to !== undefined) {
      const why = 'Bad Request: group chat was upgraded to a supergroup chat';
      return refuse(400, why, { migrate_to_chat_id: to });
    }
    if (this.absent.has(chatId)) return refuse(400, 'Bad Request: chat not found');
    if (this.blocked.has(chatId)) return refuse(403, 'Forbidden: bot was blocked by the user');
    return undefined;
  }

  #edit(body: Json, caption: boolean): Answer {
    const refusal = this.#refusalOf(Number(body['chat_id']));
    if (refusal !== undefined) return refusal;
    const message = this.#edited(body);
    if (message === undefined) return refuse(400, 'Bad Request: message to edit not found');
    if (caption !== (message.file !== undefined)) {
      return this.#breach(
        caption ? 'there is no caption in the message to edit' : 'there is no text in the message to edit',
      ).refusal;
    }
    const content = this.#content(body, caption);
    if ('refusal' in content) return content.refusal;
    return this.#change(message, content);
  }

  #editKeyboard(body: Json): Answer {
    const message = this.#edited(body);
    if (message === undefined) return refuse(400, 'Bad Request: message to edit not found');
    const markup = body['reply_markup'] as { inline_keyboard?: TelegramMessage['keyboard'] } | undefined;
    return this.#change(message, { ...message, keyboard: markup?.inline_keyboard ?? [] });
  }

  #edited(body: Json): TelegramMessage | undefined {
    return this.#messages.find(({ id, chatId }) => id === body['message_id'] && chatId === Number(body['chat_id']));
  }

  #change(
    message: TelegramMessage,
    { html, text, keyboard }: Pick<TelegramMessage, 'html' | 'text' | 'keyboard'>,
  ): Answer {
    if (message.html === html && JSON.stringify(message.keyboard) === JSON.stringify(keyboard)) {
      return refuse(400, 'Bad Request: message is not modified');
    }
    Object.assign(message, { html, text, keyboard });
    message.edits += 1;
    return this.#told(message);
  }

  #told(message: TelegramMessage): Answer {
    const result = this.#asJson(message);
    this.violations.push(...judgeMessage(result));
    return ok(result);
  }

  #asJson({ id, chatId, thread, text, keyboard, file }: TelegramMessage): Json {
    return {
      message_id: id,
      date: Math.floor(this.#clock.now() / 1_000),
      chat: chatOf(chatId),
      from: bot,
      ...topicOf(thread),
      ...(file === undefined ? { text } : { ...(text !== '' && { caption: text }), ...mediaOf(file) }),
      ...(keyboard.length > 0 && { reply_markup: { inline_keyboard: keyboard } }),
    };
  }

  #content(
    body: Json,
    caption = false,
  ): Pick<TelegramMessage, 'html' | 'text' | 'keyboard'> | { readonly refusal: Answer } {
    const html = String(caption ? (body['caption'] ?? '') : body['text']);
    const text = body['parse_mode'] === 'HTML' ? readHtml(html) : html;
    const markup = body['reply_markup'] as { inline_keyboard?: TelegramMessage['keyboard'] } | undefined;
    const keyboard = markup?.inline_keyboard ?? [];
    const buttons = keyboard.flat();
    const sizes = buttons.map(({ callback_data }) => Buffer.byteLength(callback_data));
    if (!html.isWellFormed()) return this.#breach('strings must be encoded in UTF-8');
    if (text === undefined) return this.#breach("can't parse entities");
    if (!caption && text.trim() === '') return this.#breach('message text is empty');
    if (!caption && text.length > textUnits) return this.#breach('message is too long');
    if (caption && text.length > captionUnits) return this.#breach('message caption is too long');
    if (sizes.some((bytes) => bytes < 1 || bytes > buttonBytes)) return this.#breach('BUTTON_DATA_INVALID');
    if (buttons.some(({ text: label }) => label.trim() === '')) return this.#breach('BUTTON_TEXT_INVALID');
    return { html, text, keyboard };
  }

  #breach(what: string): { readonly refusal: Answer } {
    this.violations.push(what);
    return { refusal: refuse(400, `Bad Request: ${what}`) };
  }

  #setMenu(body: Json): Answer {
    const commands = body['commands'] as TelegramMenu['commands'];
    const scope = scopeOf(body);
    const language = String(body['language_code'] ?? '');
    const refusal = scope.startsWith('chat ') ? this.#refusalOf(Number(scope.slice('chat '.length))) : undefined;
    if (refusal !== undefined) return refusal;
    const fits = commands.every(
      ({ command, description }) =>
        /^[a-z0-9_]{1,32}$/.test(command) && description.length >= 1 && description.length <= 256,
    );
    if (!fits || commands.length > 100) return this.#breach('BOT_COMMAND_INVALID').refusal;
    this.menus.set(`${scope}/${language}`, { scope, language, commands });
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

function scopeOf(body: Json): string {
  const scope = body['scope'] as { readonly type: string; readonly chat_id?: number } | undefined;
  return scope?.chat_id === undefined ? (scope?.type ?? 'default') : `${scope.type} ${scope.chat_id}`;
}

/** How a picture or a file stands in a message of Telegram's. */
function mediaOf({ kind, name, data }: FormFile & { readonly kind: string }): Json {
  const file = { file_id: name, file_unique_id: name, file_size: data.length };
  return kind === 'photo'
    ? { photo: [{ ...file, width: 900, height: 560 }] }
    : { document: { ...file, file_name: name } };
}

/** JSON, or a form whose fields are JSON where they are not texts. */
function readBody(bytes: Buffer, contentType: string): { readonly body: Json; readonly files: Files } {
  if (!contentType.startsWith('multipart/')) {
    const text = bytes.toString('utf8');
    return { body: (text === '' ? {} : JSON.parse(text)) as Json, files: new Map() };
  }
  const { fields, files } = readForm(bytes, contentType);
  const body = Object.entries(fields).map(([key, value]) => {
    const isText = ['chat_id', 'caption', 'text', 'parse_mode', 'photo', 'document'].includes(key);
    return [key, isText ? value : JSON.parse(value)];
  });
  return { body: Object.fromEntries(body) as Json, files };
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
