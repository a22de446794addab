import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { authCalls } from '../../kis/endpoints/auth.ts';
import { catalogue } from '../../kis/endpoints/catalogue.ts';
import type { Endpoint } from '../../kis/endpoints/endpoint.ts';
import { accountText } from '../account/account.ts';
import { accountQueries } from '../account/account-queries.ts';
import type { Accounts } from '../account/accounts.ts';
import { assets } from '../account/assets.ts';
import { ordering } from '../account/ordering.ts';
import { productRefusal } from '../account/products.ts';
import { profits } from '../account/profits.ts';
import { scheduling } from '../account/scheduling.ts';
import type { ActiveFault, CallNames } from '../control/faults.ts';
import { quotations } from '../quotations/quotations.ts';
import { research } from '../quotations/research.ts';
import type { Notices } from '../socket/notices.ts';
import { type AccountWorld, type HandlerResult, pastTheEnd, type World } from './answer.ts';
import { masterFile } from './master-files.ts';
import type { Oauth, OauthAnswer } from './oauth.ts';
import { missingInput, readInputs, resolveRow, wrongInput } from './routing.ts';
import { answered, type BusinessRefusal, gatewayTexts, inputRefusal, type KisText, queryRefusals } from './texts.ts';

/** How many requests the REST host had, for the state. */
export interface RequestCounts {
  total: number;
  throttled: number;
  readonly byTr: Record<string, number>;
}

export interface RestOptions {
  readonly world: World;
  readonly accounts: Accounts;
  readonly oauth: Oauth;
  readonly notices: Notices;
  readonly callsPerSecond: number;
  readonly noticeBeforeAnswer: boolean;
  log(event: string, fields: Record<string, unknown>): void;
}

/** A request that was read to its end. */
interface Request {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** An answer as it goes out. */
interface Reply {
  readonly status: number;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

const marketHandlers = new Map([...quotations, ...research]);
const accountHandlers = new Map([...accountQueries, ...assets, ...profits, ...ordering, ...scheduling]);
const oauthPaths: ReadonlySet<string> = new Set([authCalls.token.path, authCalls.revoke.path, authCalls.approval.path]);

/** KIS's REST host. */
export class Rest {
  readonly counts: RequestCounts = { total: 0, throttled: 0, byTr: {} };
  readonly #options: RestOptions;
  /** When the calls of the last second came, by app key. */
  readonly #recent = new Map<string, number[]>();

  constructor(options: RestOptions) {
    this.#options = options;
  }

  /** Answers one request, with whatever faults are set for it. */
  async handle(request: Request, response: ServerResponse): Promise<void> {
    const { world, accounts, notices, noticeBeforeAnswer } = this.#options;
    accounts.roll();
    const master = masterFile(request.url.pathname, world.market);
    if (master !== undefined) {
      send(response, { status: 200, body: master, headers: { 'Content-Type': 'application/zip' } });
      return;
    }
    const names = this.#name(request);
    this.counts.total += 1;
    this.counts.byTr[names.trId || names.path] = (this.counts.byTr[names.trId || names.path] ?? 0) + 1;
    const fault = world.faults.draw(names);
    if (fault !== undefined) this.#options.log('fault', { fault: fault.fault, path: names.path, trId: names.trId });

    if (fault !== undefined && 'when' in fault && fault.when === 'before') {
      if (fault.fault !== 'delay') {
        disturb(fault, names, response);
        return;
      }
      await world.clock.sleep(fault.ms);
    }
    const release = noticeBeforeAnswer ? () => undefined : notices.holdForAnswer();
    // A client that is gone must not hold the notices back.
    if (response.destroyed) release();
    else response.once('close', release);
    const reply = this.#answer(request, names, fault);
    if (fault !== undefined && 'when' in fault && fault.when === 'after') {
      // With this fault the client may hear of the fill before it has the answer.
      release();
      if (fault.fault !== 'delay') {
        disturb(fault, names, response);
        return;
      }
      await world.clock.sleep(fault.ms);
    }
    if (noticeBeforeAnswer) await settle();
    const body = fault?.fault === 'malformed' ? String(reply.body).slice(0, -2) : reply.body;
    send(response, { ...reply, body, headers: { ...this.#ownHeaders(names), ...reply.headers } });
  }

  /**
   * KIS's own headers. Their names are in lower case and without a dash, because KIS's published client makes an object
   * of all headers that are.
   */
  #ownHeaders({ path, trId }: CallNames): Readonly<Record<string, string>> {
    if (!path.startsWith('/uapi/')) return {};
    const number = String(this.counts.total).padStart(8, '0');
    // A header takes no line breaks, so a made-up TR id is not sent back.
    return { tr_id: /^\w*$/.test(trId) ? trId : '', tr_cont: '', gt_uid: `0000000000000000${number}` };
  }

  #name({ url, method, headers }: Request): CallNames {
    const trId = String(headers['tr_id'] ?? '').trim();
    const path = url.pathname;
    const { row } = resolveRow(catalogue, this.#options.world.settings.kind, method, path, trId);
    const kind = oauthPaths.has(path) ? 'oauth' : (row?.kind ?? 'other');
    const continued = String(headers['tr_cont'] ?? '').trim() === 'N';
    return { path, trId, id: row?.id ?? '', kind, continued };
  }

  #answer(request: Request, names: CallNames, fault: ActiveFault | undefined): Reply {
    const { oauth } = this.#options;
    const { pathname } = request.url;
    if (oauthPaths.has(pathname) || pathname === authCalls.hashkey.path) {
      const body = parseObject(request.body);
      if (request.method !== 'POST' || body === undefined)
        return oauthReply({ ok: false, refusal: gatewayTexts.request });
      if (pathname === authCalls.hashkey.path) return json(200, { BODY: body, HASH: hashOf(body) });
      if (pathname === authCalls.token.path) return oauthReply(oauth.issueToken(body));
      if (pathname === authCalls.revoke.path) return oauthReply(oauth.revokeToken(body));
      return oauthReply(oauth.issueApproval(body));
    }
    return pathname.startsWith('/uapi/') ? this.#business(request, names, fault) : { status: 404, body: '' };
  }

  #business(request: Request, names: CallNames, fault: ActiveFault | undefined): Reply {
    const { world } = this.#options;
    const gate = this.#gate(request, fault);
    if (gate !== undefined) return gatewayReply(gate);
    const { row, refusal } = resolveRow(catalogue, world.settings.kind, request.method, names.path, names.trId);
    if (row === undefined) return 'rtCd' in refusal ? refusalReply(refusal) : gatewayReply(refusal);
    const read = this.#read(request, row);
    if ('reply' in read) return read.reply;
    const { continued } = names;
    const cursor = row.paging === null || !continued ? '' : (read.inputs.get(row.paging.keys[1] ?? '') ?? '').trim();
    const { fullLastPage } = world.faults.conditions;
    if (fault?.fault === 'listing-changed' || (cursor === pastTheEnd && fullLastPage === 'changed')) {
      return refusalReply(queryRefusals.changed);
    }
    if (cursor === pastTheEnd) return refusalReply({ ...answered.empty, rtCd: '0' });
    const { inputs, owner } = read;
    const call = { row, inputs, cursor, rejectAtExchange: fault?.fault === 'exchange-reject' };
    const handled =
      owner === undefined
        ? marketHandlers.get(row.id)?.({ ...call, world })
        : accountHandlers.get(row.id)?.({ ...call, world: owner });
    if (handled === undefined) return refusalReply(queryRefusals.service);
    if ('refusal' in handled) return refusalReply(handled.refusal);
    if ('gateway' in handled) return gatewayReply(handled.gateway);
    return success(row, handled, owner ?? this.#options.accounts.first, cursor);
  }

  /** What the gateway refuses before it looks at the request itself. */
  #gate({ headers, method, body }: Request, fault: ActiveFault | undefined): KisText | undefined {
    const { oauth } = this.#options;
    const header = (name: string): string | undefined => {
      const value = headers[name];
      return typeof value === 'string' ? value.trim() : undefined;
    };
    if (fault?.fault === 'token') oauth.age(header('authorization'), fault.state);
    const credentials = {
      authorization: header('authorization'),
      appkey: header('appkey'),
      appsecret: header('appsecret'),
    };
    const refused = oauth.check(credentials);
    if (refused !== undefined) return refused;
    if (fault?.fault === 'throttle' || !this.#withinLimit(credentials.appkey ?? '')) {
      this.counts.throttled += 1;
      return gatewayTexts.tooMany;
    }
    const customerType = header('custtype');
    if (customerType !== undefined && customerType !== 'P' && customerType !== 'B') return gatewayTexts.customerType;
    if (method === 'POST' && !header('content-type')?.includes('application/json')) return gatewayTexts.contentType;
    const hashkey = header('hashkey');
    if (hashkey && hashkey !== hashOf(parseObject(body))) return gatewayTexts.hashkey;
    return undefined;
  }

  /** Counts the calls of the last second. It starts anew when the clock was set back. */
  #withinLimit(appKey: string): boolean {
    const now = this.#options.world.clock.now();
    const recent = (this.#recent.get(appKey) ?? []).filter((at) => at <= now && now - at < 1_000);
    const within = recent.length < this.#options.callsPerSecond;
    this.#recent.set(appKey, within ? [...recent, now] : recent);
    return within;
  }

  /** What a request carries and, for a row about an account, whose account it names. */
  #read(
    request: Request,
    row: Endpoint,
  ):
    | { readonly inputs: ReadonlyMap<string, string>; readonly owner: AccountWorld | undefined }
    | { readonly reply: Reply } {
    const body = request.method === 'POST' ? parseObject(request.body) : undefined;
    if (request.method === 'POST' && body === undefined) return { reply: refusalReply(queryRefusals.notJson) };
    const inputs = readInputs(row, request.url.searchParams, body);
    const named = { number: inputs.get('CANO') ?? '', product: inputs.get('ACNT_PRDT_CD') ?? '' };
    const owner = row.account ? this.#options.accounts.find(accountText(named)) : undefined;
    if (row.account && owner === undefined) {
      // Names in lower case are not read, so they count as missing too.
      const blank = named.number === '' || named.product === '';
      const formed = /^\d{8}$/.test(named.number) && /^\d{2}$/.test(named.product);
      return { reply: refusalReply(blank || formed ? queryRefusals.account : queryRefusals.accountForm) };
    }
    const closed = owner && productRefusal(owner.account.product, row);
    if (closed !== undefined) return { reply: refusalReply(closed) };
    const missing = missingInput(row, inputs);
    if (missing !== undefined) return { reply: refusalReply(inputRefusal(missing)) };
    const wrong = wrongInput(row, inputs);
    return wrong === undefined ? { inputs, owner } : { reply: refusalReply({ ...inputRefusal(wrong), rtCd: '2' }) };
  }
}

/** Carries out a fault that replaces the answer. */
function disturb(fault: ActiveFault, names: CallNames, response: ServerResponse): void {
  switch (fault.fault) {
    case 'cut':
      response.destroy();
      break;
    case 'http':
      send(response, { status: fault.status, body: fault.body, headers: { 'Content-Type': 'text/html' } });
      break;
    case 'refuse': {
      const { rtCd, code, text, status } = fault;
      const uapi = { rt_cd: rtCd, msg_cd: code, msg1: text };
      send(response, json(status, names.kind === 'oauth' ? { error_description: text, error_code: code } : uapi));
      break;
    }
    default:
      // 'hang': the connection stays open and silent until the simulator stops.
      break;
  }
}

/** Waits until what was written to the sockets has left this process. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 3; turns += 1) await new Promise((resolve) => setImmediate(resolve));
}

function send(response: ServerResponse, reply: Reply): void {
  response.writeHead(reply.status, { 'Content-Type': 'application/json;charset=UTF-8', ...reply.headers });
  response.end(reply.body);
}

function json(status: number, value: unknown, headers?: Readonly<Record<string, string>>): Reply {
  return { status, body: JSON.stringify(value), ...(headers === undefined ? {} : { headers }) };
}

function oauthReply(answer: OauthAnswer): Reply {
  if (answer.ok) return json(200, answer.body);
  return json(403, { error_description: answer.refusal.text, error_code: answer.refusal.code });
}

function gatewayReply({ code, text }: KisText): Reply {
  return json(500, { rt_cd: '1', msg1: text, msg_cd: code, message: code });
}

function refusalReply({ rtCd, code, text }: BusinessRefusal): Reply {
  return json(200, { rt_cd: rtCd, msg_cd: code, msg1: text });
}

/** Pads a text to the width of the business servers: 80 bytes, two for a Korean letter. */
function pad(text: string): string {
  const bytes = [...text].reduce((sum, character) => sum + (character > '\u007f' ? 2 : 1), 0);
  return text + ' '.repeat(Math.max(0, 80 - bytes));
}

function success(
  row: Endpoint,
  handled: Extract<HandlerResult, { readonly text: KisText }>,
  { account }: AccountWorld,
  cursor: string,
): Reply {
  const next = handled.next ?? '';
  const values = [`${account.number}^${account.product}^`, next];
  const context = Object.fromEntries(
    (row.paging?.keys ?? []).map((key, index) => [key.toLowerCase(), (values[index] ?? '').padEnd(width(key))]),
  );
  const first = cursor === '';
  const more = next !== '';
  const position = more ? (first ? 'F' : 'M') : first ? 'E' : 'D';
  // Queries of the account servers are padded; quotations and orders are not.
  const padded = row.kind === 'read' && handled.text !== answered.quotation;
  return json(
    200,
    {
      ...context,
      ...handled.blocks,
      rt_cd: '0',
      msg_cd: handled.text.code,
      msg1: padded ? pad(handled.text.text) : handled.text.text,
    },
    { tr_cont: row.paging === null ? '' : position },
  );
}

/** How many characters a position holds: CTX_AREA_FK100 a hundred, CTX_AREA_FK twenty. */
function width(key: string): number {
  return Number(/\d+$/.exec(key)?.[0] ?? 20);
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

function hashOf(body: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(body) ?? '')
    .digest('hex');
}
