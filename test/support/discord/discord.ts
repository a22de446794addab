import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../../src/clock.ts';
import { eventually } from '../clock.ts';
import { judgeRequest } from './contract.ts';
import { GatewayStandIn } from './gateway.ts';
import {
  applicationId,
  botJson,
  channelJson,
  type DiscordMessage,
  interactionJson,
  type Json,
  messageJson,
  ownChatOf,
  readMarkdown,
  snowflake,
  userJson,
} from './payloads.ts';

export { type DiscordMessage, ownChatOf } from './payloads.ts';

/** What the next calls of an operation meet. */
export interface DiscordFault {
  readonly status?: number;
  /** Discord's own code, in its JSON. */
  readonly code?: number;
  readonly retryAfter?: number;
  /** Instead of Discord's JSON: the page of a proxy in between. */
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

/** Where somebody is: in a server's channel; left out, in their own chat with the bot. */
export interface Where {
  readonly guildId: string;
  readonly channelId: string;
}

interface Known {
  readonly id: string;
  readonly token: string;
  readonly userId: string;
  readonly channelId: string;
  readonly guildId: string | undefined;
  readonly at: number;
  /** The message with the pressed button. */
  readonly source: DiscordMessage | undefined;
  answered: { readonly type: number; readonly at: number; readonly data: Json } | undefined;
  original: DiscordMessage | undefined;
}

interface Request {
  readonly operation: string;
  readonly path: string;
  readonly body: Json;
  readonly at: number;
}

type Files = readonly { readonly name: string; readonly bytes: number }[];
type Answer = 'cut' | 'hang' | { readonly status: number; readonly body?: unknown; readonly headers?: Json };

const firstAnswerMs = 3_000;
const tokenMs = 15 * 60_000;

const ok = (body: unknown): Answer => ({ status: 200, body });
const refuse = (status: number, code: number, message: string): Answer => ({ status, body: { code, message } });
const unknownMessage = refuse(404, 10008, 'Unknown Message');

/** The parts of Discord's API that are served: method, path with its variables, name. */
const operations: readonly (readonly [string, RegExp, string])[] = [
  ['GET', /^\/gateway\/bot$/, 'GetGateway'],
  ['GET', /^\/users\/@me$/, 'GetMe'],
  ['POST', /^\/users\/@me\/channels$/, 'OpenDm'],
  ['GET', /^\/applications\/\d+(\/guilds\/\d+)?\/commands$/, 'ListCommands'],
  ['PUT', /^\/applications\/\d+(\/guilds\/\d+)?\/commands$/, 'PutCommands'],
  ['POST', /^\/interactions\/(\d+)\/([^/]+)\/callback$/, 'Callback'],
  ['POST', /^\/webhooks\/(\d+)\/([^/]+)$/, 'FollowUp'],
  ['PATCH', /^\/webhooks\/(\d+)\/([^/]+)\/messages\/([^/]+)$/, 'EditAnswer'],
  ['DELETE', /^\/webhooks\/(\d+)\/([^/]+)\/messages\/([^/]+)$/, 'DeleteAnswer'],
  ['POST', /^\/channels\/(\d+)\/messages$/, 'PostMessage'],
  ['PATCH', /^\/channels\/(\d+)\/messages\/(\d+)$/, 'EditMessage'],
];
/** These are allowed by the interaction's token; the bot's own belongs with all others. */
const byInteraction = new Set(['Callback', 'FollowUp', 'EditAnswer', 'DeleteAnswer']);

/**
 * Discord on loopback, as far as a client can notice: gateway, slash commands, buttons, forms, messages that one person
 * alone sees, and the time an interaction leaves for answers. Whatever breaks the published contract is written down in
 * `violations`, which every test expects to be empty.
 */
export class DiscordStandIn {
  readonly token: string;
  readonly violations: string[] = [];
  readonly requests: Request[] = [];
  /** The commands there are: everywhere under '', otherwise under `/guilds/ID`. */
  readonly commands = new Map<string, readonly Json[]>();
  /** What autocompletion proposed, by the interaction's id. */
  readonly proposals = new Map<string, readonly { readonly name: string; readonly value: string }[]>();
  /** Forms that were opened, newest last. */
  readonly forms: { readonly interaction: string; readonly userId: string; readonly data: Json }[] = [];
  /** How long each first answer took in real milliseconds, by the interaction's id. */
  readonly firstAnswers = new Map<string, number>();
  /** People who let no bot write to them. */
  readonly closedTo = new Set<string>();
  /** Channels that the bot may not see. */
  readonly barred = new Set<string>();
  readonly gateway: GatewayStandIn;
  readonly #clock: Clock;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #messages: DiscordMessage[] = [];
  readonly #interactions = new Map<string, Known>();
  readonly #sentAt = new Map<string, number>();
  readonly #nonces = new Map<string, DiscordMessage>();
  readonly #faults = new Map<string, (DiscordFault & { left: number; ahead: number })[]>();

  constructor(clock: Clock, token = 'OTAwMDAwMDAwMDAwMDAwMDAx.TEST-T.TEST-TOKEN-test-token-test-token') {
    this.#clock = clock;
    this.token = token;
    this.gateway = new GatewayStandIn({
      http: this.#server,
      token,
      now: () => clock.now(),
      url: () => this.#origin('ws'),
    });
  }

  async start(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    return this;
  }

  get apiRoot(): string {
    return `${this.#origin('http')}/api`;
  }

  async stop(): Promise<void> {
    this.gateway.stop();
    this.violations.push(...this.gateway.violations.splice(0));
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Somebody uses a slash command. Gives back the interaction's id. */
  slash(userId: string, name: string, options: Json = {}, where?: Where): string {
    const list = Object.entries(options).map(([key, value]) => ({
      name: key,
      type: typeof value === 'number' ? 4 : 3,
      value,
    }));
    return this.#interact(2, userId, where, { data: { id: '1', name, type: 1, options: list } });
  }

  /** Somebody types into an argument of a slash command. */
  type(userId: string, name: string, argument: string, value: string, where?: Where): string {
    const options = [{ name: argument, type: 3, value, focused: true }];
    return this.#interact(4, userId, where, { data: { id: '1', name, type: 1, options } });
  }

  /** What was proposed for it, as soon as it was. */
  proposed(interactionId: string) {
    return eventually('proposals', () => this.proposals.get(interactionId));
  }

  /** Presses the button with this label, on the newest message somebody sees that has it. */
  press(userId: string, label: string, where?: Where): string {
    const message = this.messages(where?.channelId ?? ownChatOf(userId), userId).findLast((candidate) =>
      candidate.buttons.flat().some((button) => button.label === label),
    );
    const button = message?.buttons.flat().find((candidate) => candidate.label === label);
    if (message === undefined || button === undefined) throw new Error(`no button ${label}`);
    return this.pressOn(userId, message, button.custom_id);
  }

  /** Presses what a message once held. */
  pressOn(userId: string, message: DiscordMessage, customId: string): string {
    const { guildId, channelId } = message;
    const where = guildId === undefined ? undefined : { guildId, channelId };
    const payload = { data: { component_type: 2, custom_id: customId }, message: this.#asJson(message) };
    return this.#interact(3, userId, where, payload, message);
  }

  /** Fills in the newest form. */
  submit(userId: string, values: Readonly<Record<string, string>>): string {
    const form = this.forms.findLast((candidate) => candidate.userId === userId);
    const opener = this.#interactions.get(form?.interaction ?? '');
    if (form === undefined || opener === undefined) throw new Error('no form');
    const components = Object.entries(values).map(([custom_id, value], index) => ({
      type: 18,
      id: index * 2 + 1,
      component: { type: 4, id: index * 2 + 2, custom_id, value },
    }));
    const { guildId, channelId, source } = opener;
    const where = guildId === undefined ? undefined : { guildId, channelId };
    return this.#interact(
      5,
      userId,
      where,
      {
        data: { custom_id: form.data['custom_id'], components },
        ...(source === undefined ? {} : { message: this.#asJson(source) }),
      },
      source,
    );
  }

  /** Somebody writes to the bot; `bot` when it is one itself. */
  say(userId: string, text: string, options: { readonly guildId?: string; readonly bot?: boolean } = {}): string {
    const at = this.#clock.now();
    const id = snowflake(at);
    const { guildId, bot } = options;
    const message = { id, channelId: ownChatOf(userId), guildId, onlyFor: undefined, interaction: undefined };
    const shown = {
      thinking: false,
      text,
      markdown: '',
      color: undefined,
      image: undefined,
      buttons: [],
      files: [],
      edits: 0,
    };
    this.gateway.tell('MESSAGE_CREATE', {
      ...messageJson({ ...message, ...shown }, at),
      content: text,
      author: { ...userJson(userId), ...(bot === true && { bot: true }) },
      ...(guildId !== undefined && { guild_id: guildId }),
    });
    return id;
  }

  /** What stands in a channel; for one person's eyes, or everybody's own when nobody is named. */
  messages(channelId: string, userId?: string): readonly DiscordMessage[] {
    return this.#messages.filter(
      (message) =>
        message.channelId === channelId &&
        (userId === undefined || message.onlyFor === undefined || message.onlyFor === userId),
    );
  }

  /** The newest message in a channel that holds `text`, as soon as there is one. */
  told(channelId: string, text: string): Promise<DiscordMessage> {
    return eventually(`'${text}' in ${channelId}`, () =>
      this.messages(channelId).findLast((message) => message.text.includes(text)),
    );
  }

  /** Somebody deletes a message. */
  remove(message: DiscordMessage): void {
    this.#messages.splice(this.#messages.indexOf(message), 1);
  }

  fail(operation: string, fault: DiscordFault): void {
    const queue = this.#faults.get(operation) ?? [];
    queue.push({ ...fault, left: fault.times ?? 1, ahead: fault.skip ?? 0 });
    this.#faults.set(operation, queue);
  }

  count(operation: string): number {
    return this.requests.filter((request) => request.operation === operation).length;
  }

  #origin(protocol: 'http' | 'ws'): string {
    return `${protocol}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  #interact(type: number, userId: string, where: Where | undefined, more: Json, source?: DiscordMessage): string {
    const at = this.#clock.now();
    const id = snowflake(at);
    const channelId = where?.channelId ?? ownChatOf(userId);
    const known = { id, token: `interaction-token-${id}`, userId, channelId, guildId: where?.guildId, at, source };
    this.#interactions.set(id, { ...known, answered: undefined, original: undefined });
    this.#sentAt.set(id, performance.now());
    this.gateway.tell('INTERACTION_CREATE', { ...interactionJson({ ...known, type, locale: 'ko' }), ...more });
    return id;
  }

  #asJson(message: DiscordMessage): Json {
    return messageJson(message, this.#clock.now());
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = decodeURIComponent((request.url ?? '').split('?')[0] ?? '').replace(/^\/api\/v10/, '');
    const query = new URLSearchParams((request.url ?? '').split('?')[1] ?? '');
    const found = operations.find(([method, pattern]) => method === request.method && pattern.test(path));
    const operation = found?.[2] ?? `${request.method} ${path}`;
    const parts = found?.[1].exec(path)?.slice(1) ?? [];
    const { body, files } = await bodyOf(request);
    this.requests.push({ operation, path, body: (body ?? {}) as Json, at: this.#clock.now() });
    this.violations.push(...judgeRequest(operation, body));
    const admitted = byInteraction.has(operation) || request.headers.authorization === `Bot ${this.token}`;
    const answer = admitted
      ? this.#answer(operation, parts, (body ?? {}) as Json, files, query)
      : refuse(401, 0, '401: Unauthorized');
    if (response.destroyed || answer === 'hang') return;
    if (answer === 'cut') {
      response.destroy();
      return;
    }
    const page = typeof answer.body === 'string';
    if (answer.body === undefined) {
      response.writeHead(answer.status).end();
      return;
    }
    const headers = answer.headers as Readonly<Record<string, string>> | undefined;
    response.writeHead(answer.status, { 'content-type': page ? 'text/html' : 'application/json', ...headers });
    response.end(page ? answer.body : JSON.stringify(answer.body));
  }

  #answer(operation: string, parts: readonly string[], body: Json, files: Files, query: URLSearchParams): Answer {
    const fault = this.#faults.get(operation)?.find(({ left }) => left > 0);
    if (fault === undefined || fault.ahead > 0) {
      if (fault !== undefined) fault.ahead -= 1;
      return this.#perform(operation, parts, body, files, query);
    }
    fault.left -= 1;
    if (fault.after === true) this.#perform(operation, parts, body, files, query);
    const { silence, page, status = 200, code = 0, retryAfter } = fault;
    if (silence !== undefined) return silence;
    if (page !== undefined) return { status, body: page };
    if (retryAfter === undefined) return refuse(status, code, 'injected');
    return {
      status,
      body: { message: 'You are being rate limited.', retry_after: retryAfter, global: false },
      headers: { 'retry-after': String(Math.ceil(retryAfter)), 'x-ratelimit-scope': 'shared' },
    };
  }

  #perform(operation: string, parts: readonly string[], body: Json, files: Files, query: URLSearchParams): Answer {
    const [first = '', second = '', third = ''] = parts;
    switch (operation) {
      case 'GetGateway':
        return ok({
          url: this.#origin('ws'),
          shards: 1,
          session_start_limit: { total: 1_000, remaining: 999, reset_after: 0, max_concurrency: 1 },
        });
      case 'GetMe':
        return ok(botJson);
      case 'OpenDm':
        return this.#openDm(String(body['recipient_id']));
      case 'ListCommands':
        return ok((this.commands.get(first) ?? []).map((command) => withDefaults(command, query)));
      case 'PutCommands':
        this.commands.set(first, body as unknown as readonly Json[]);
        return ok(body);
      case 'Callback':
        return this.#callback(first, second, body);
      case 'FollowUp':
        return this.#withToken(second, (known) => this.#followUp(known, body, files));
      case 'EditAnswer':
        return this.#withToken(second, (known) => this.#editAnswer(known, third, body, files));
      case 'DeleteAnswer':
        return this.#withToken(second, (known) => this.#deleteAnswer(known, third));
      case 'PostMessage':
        return this.#post(first, body, files);
      case 'EditMessage':
        return this.#edit(first, second, body, files);
      default:
        this.violations.push(`no such call: ${operation}`);
        return refuse(404, 0, '404: Not Found');
    }
  }

  #openDm(userId: string): Answer {
    return ok({ ...channelJson(ownChatOf(userId), undefined), recipients: [userJson(userId)] });
  }

  #callback(id: string, token: string, body: Json): Answer {
    const known = this.#interactions.get(id);
    const now = this.#clock.now();
    if (
      known === undefined ||
      known.token !== token ||
      (known.answered === undefined && now - known.at > firstAnswerMs)
    ) {
      return refuse(404, 10062, 'Unknown interaction');
    }
    if (known.answered !== undefined) return refuse(400, 40060, 'Interaction has already been acknowledged.');
    const type = Number(body['type']);
    const data = (body['data'] ?? {}) as Json;
    known.answered = { type, at: now, data };
    this.firstAnswers.set(id, performance.now() - (this.#sentAt.get(id) ?? 0));
    if (type === 5)
      known.original = this.#create(known.channelId, known, (Number(data['flags'] ?? 0) & 64) !== 0, true);
    else if (type === 6) known.original = known.source;
    else if (type === 8) this.proposals.set(id, data['choices'] as { name: string; value: string }[]);
    else if (type === 9) this.forms.push({ interaction: id, userId: known.userId, data });
    else this.violations.push(`an answer of type ${type}`);
    return { status: 204 };
  }

  #withToken(token: string, act: (known: Known) => Answer): Answer {
    const known = [...this.#interactions.values()].find((candidate) => candidate.token === token);
    if (known?.answered === undefined) return refuse(404, 10015, 'Unknown Webhook');
    if (this.#clock.now() - known.at > tokenMs) return refuse(401, 50027, 'Invalid Webhook Token');
    return act(known);
  }

  #followUp(known: Known, body: Json, files: Files): Answer {
    // Discord would take it for the deferred answer, whoever is meant to see it.
    const { original } = known;
    if (original?.thinking === true && this.#messages.includes(original))
      this.violations.push('a follow-up before the deferred answer');
    const message = this.#create(known.channelId, known, (Number(body['flags'] ?? 0) & 64) !== 0, false);
    show(message, body, files);
    return ok(this.#asJson(message));
  }

  #editAnswer(known: Known, name: string, body: Json, files: Files): Answer {
    const message = this.#answerNamed(known, name);
    if (message === undefined) return unknownMessage;
    show(message, body, files);
    if (!message.thinking) message.edits += 1;
    message.thinking = false;
    return ok(this.#asJson(message));
  }

  #deleteAnswer(known: Known, name: string): Answer {
    const message = this.#answerNamed(known, name);
    if (message === undefined) return unknownMessage;
    this.remove(message);
    if (known.original === message) known.original = undefined;
    return { status: 204 };
  }

  /** `@original` means the pressed message where the press was deferred as its change; ids only what this one said. */
  #answerNamed(known: Known, name: string): DiscordMessage | undefined {
    return this.#messages.find((message) =>
      name === '@original' ? message === known.original : message.id === name && message.interaction?.id === known.id,
    );
  }

  #post(channelId: string, body: Json, files: Files): Answer {
    if (this.barred.has(channelId)) return refuse(403, 50001, 'Missing Access');
    if ([...this.closedTo].some((userId) => ownChatOf(userId) === channelId)) {
      return refuse(403, 50007, 'Cannot send messages to this user');
    }
    const nonce = `${channelId} ${body['nonce']}`;
    const said = body['enforce_nonce'] === true ? this.#nonces.get(nonce) : undefined;
    if (said !== undefined) return ok(this.#asJson(said));
    const message = this.#create(channelId, undefined, false, false);
    this.#nonces.set(nonce, message);
    show(message, body, files);
    return ok(this.#asJson(message));
  }

  #edit(channelId: string, id: string, body: Json, files: Files): Answer {
    const message = this.messages(channelId).find((candidate) => candidate.id === id);
    if (message === undefined || message.onlyFor !== undefined) return unknownMessage;
    show(message, body, files);
    message.edits += 1;
    return ok(this.#asJson(message));
  }

  #create(channelId: string, known: Known | undefined, hidden: boolean, thinking: boolean): DiscordMessage {
    const message: DiscordMessage = {
      id: snowflake(this.#clock.now()),
      channelId,
      guildId: known?.guildId,
      onlyFor: hidden ? known?.userId : undefined,
      interaction: known === undefined ? undefined : { id: known.id, userId: known.userId },
      thinking,
      text: '',
      markdown: '',
      color: undefined,
      image: undefined,
      buttons: [],
      files: [],
      edits: 0,
    };
    this.#messages.push(message);
    return message;
  }
}

/** Puts into a message what a request says of it; what it does not mention stays. */
function show(message: DiscordMessage, body: Json, files: Files): void {
  type Embed = { readonly description?: string; readonly color?: number; readonly image?: { readonly url: string } };
  const embeds = body['embeds'] as readonly Embed[] | undefined;
  if (embeds !== undefined) {
    message.markdown = embeds.map(({ description }) => description ?? '').join('\n');
    message.text = readMarkdown(message.markdown);
    message.color = embeds[0]?.color;
    message.image = embeds[0]?.image?.url;
  }
  const rows = body['components'] as readonly { readonly components: DiscordMessage['buttons'][number] }[] | undefined;
  if (rows !== undefined) message.buttons = rows.map(({ components }) => components);
  if (body['attachments'] !== undefined) message.files = files;
}

/** How Discord gives a command back: with an id and more, without what is false, and other languages only when asked. */
function withDefaults(command: Json, query: URLSearchParams): Json {
  const localized = query.get('with_localizations') === 'true';
  const clean = (part: Json): Json =>
    Object.fromEntries(
      Object.entries(part)
        .filter(([key, value]) => value !== false && (localized || !key.endsWith('_localizations')))
        .map(([key, value]) => [key, key === 'options' ? (value as readonly Json[]).map(clean) : value]),
    );
  const { options, ...rest } = clean(command) as { readonly options?: readonly Json[] };
  const some = options === undefined || options.length === 0 ? {} : { options };
  return { id: '1', application_id: applicationId, type: 1, version: '1', nsfw: false, ...rest, ...some };
}

async function bodyOf(request: IncomingMessage): Promise<{ readonly body: unknown; readonly files: Files }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const raw = Buffer.concat(chunks);
  if (raw.length === 0) return { body: undefined, files: [] };
  const type = request.headers['content-type'] ?? '';
  if (!type.startsWith('multipart/')) return { body: JSON.parse(raw.toString('utf8')), files: [] };
  const form = await new Response(raw, { headers: { 'content-type': type } }).formData();
  const body: unknown = JSON.parse(String(form.get('payload_json')));
  const files = [...form.values()].flatMap((part) =>
    typeof part === 'string' ? [] : { name: part.name, bytes: part.size },
  );
  return { body, files };
}

/** Starts a stand-in on any free port. */
export function startDiscord(clock: Clock, token?: string): Promise<DiscordStandIn> {
  return new DiscordStandIn(clock, token).start();
}
