import { type Dispatcher, request } from 'undici';
import type { Clock } from '../../clock.ts';
import type { ApiDrift } from '../../domain/api-drift.ts';
import { AppError } from '../../errors.ts';
import type { Log, Redactor } from '../../log.ts';
import type { BeforeSend } from '../../ports/broker.ts';
import type { ReadOptions } from '../../ports/read-options.ts';
import type { Secret } from '../../secret.ts';
import { decodeFields } from '../codecs/fields.ts';
import { authCalls } from '../endpoints/auth.ts';
import type { Endpoint, Input, Output } from '../endpoints/endpoint.ts';
import { untakenInput } from '../endpoints/inputs.ts';
import type { Credentials } from './credentials.ts';
import type { Environment } from './environment.ts';
import {
  failedServer,
  isEmptyAnswer,
  isSuccess,
  KisError,
  neverConnected,
  parseObject,
  readRefusal,
  refusalKind,
  type VenueRefusal,
} from './error.ts';
import type { Lane } from './throttle.ts';
import { familyOf, tokenCodes } from './venue-codes.ts';

/** An account as KIS wants it: eight digits and two. */
export interface AccountNumber {
  readonly number: string;
  readonly product: string;
}

/** How long things may take, in milliseconds. */
export interface HttpTimeouts {
  /** One read, from the first byte out to the last byte in. */
  readonly readMs: number;
  /** One order; longer, because giving up early turns a slow answer into an unknown outcome. */
  readonly orderMs: number;
  /** How long an order may wait for its turn before it is refused. */
  readonly orderQueueMs: number;
}

export const defaultTimeouts: HttpTimeouts = { readMs: 8_000, orderMs: 15_000, orderQueueMs: 10_000 };

/** One order request's answer, before anybody interprets its output. */
export type OrderAnswer<E extends Endpoint> =
  | { readonly kind: 'accepted'; readonly output: Output<E>; readonly text: string }
  | { readonly kind: 'rejected' | 'unknown'; readonly code: string; readonly text: string };

interface RawAnswer {
  readonly status: number;
  readonly trCont: string;
  /** Undefined when the body was not JSON. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

/** Tries of a read, the first included. */
const readTries = 4;
/** Times that a listing is begun, the first included. Some accounts' lists never come to their end. */
const listingTries = 4;
/** KIS said nothing. */
const nothing: VenueRefusal = { code: '', text: '' };
const firstBackoffMs = 250;
/** KIS counts by the second. */
const throttlePauseMs = 1_100;
/** The account ledger's own limit (EGW00215) is lower; its length is not published. */
const ledgerPauseMs = 2_000;

/**
 * Calls KIS's REST API by catalogue row. Reads are repeated with back-off and jitter; an order request leaves once and
 * what came of it is said, never guessed.
 */
export class KisHttp {
  readonly #environment: Environment;
  readonly #credentials: Credentials;
  readonly #lane: Lane;
  readonly #account: AccountNumber | undefined;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #log: Log;
  readonly #redactor: Redactor;
  readonly #dispatcher: Dispatcher;
  readonly #timeouts: HttpTimeouts;
  readonly #hashkey: boolean;
  readonly #onDrift: (drift: ApiDrift) => void;

  constructor(options: {
    readonly environment: Environment;
    readonly credentials: Credentials;
    readonly lane: Lane;
    /** Undefined for a key that may only read what names no account. */
    readonly account: AccountNumber | undefined;
    readonly clock: Clock;
    readonly random: () => number;
    readonly log: Log;
    readonly redactor: Redactor;
    readonly dispatcher: Dispatcher;
    readonly timeouts?: HttpTimeouts | undefined;
    /** Whether orders carry KIS's hash of their body, which costs a call each. Default: no. */
    readonly hashkey?: boolean | undefined;
    /** Told whenever KIS turns out not to agree with the catalogue about one of its APIs. */
    readonly onDrift?: ((drift: ApiDrift) => void) | undefined;
  }) {
    this.#environment = options.environment;
    this.#credentials = options.credentials;
    this.#lane = options.lane;
    this.#account = options.account;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#log = options.log;
    this.#redactor = options.redactor;
    this.#dispatcher = options.dispatcher;
    this.#timeouts = options.timeouts ?? defaultTimeouts;
    this.#hashkey = options.hashkey ?? false;
    this.#onDrift = options.onDrift ?? (() => undefined);
  }

  /** Whether the host has this API at all. */
  supports(endpoint: Endpoint): boolean {
    return endpoint.tr[this.#environment.dialect] !== null;
  }

  /**
   * One page. An interactive read waits, once, for a token that is not to be had yet; any other is refused with the
   * seconds. @throws KisError of any kind but `outcome-unknown`.
   */
  read<E extends Endpoint>(endpoint: E, input: Input<E>, options: ReadOptions = {}): Promise<Output<E>> {
    return this.#fromTheStart(endpoint, options, async () => {
      const answer = await this.#readPage(endpoint, input, '', options);
      return this.#decode(endpoint, answer.body ?? {});
    });
  }

  /**
   * All pages up to `maxPages`; `truncated` says that there was more. A listing that changes meanwhile is read again from
   * its start: what came before the change is never part of an answer.
   * @throws KisError as `read` does, `listing-changed` when it went on changing.
   */
  readAll<E extends Endpoint>(
    endpoint: E,
    input: Input<E>,
    options: ReadOptions & { readonly maxPages?: number } = {},
  ): Promise<{ readonly pages: readonly Output<E>[]; readonly truncated: boolean }> {
    return this.#fromTheStart(endpoint, options, () => this.#readPages(endpoint, input, options));
  }

  async #fromTheStart<T>(endpoint: Endpoint, options: ReadOptions, task: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await task();
      } catch (error) {
        const changed = error instanceof KisError && error.kind === 'listing-changed';
        if (!changed || attempt >= listingTries || options.signal?.aborted) throw error;
        await this.#backOff('listing begun again', endpoint, attempt, options, error);
      }
    }
  }

  async #readPages<E extends Endpoint>(
    endpoint: E,
    input: Input<E>,
    options: ReadOptions & { readonly maxPages?: number },
  ): Promise<{ readonly pages: readonly Output<E>[]; readonly truncated: boolean }> {
    const { paging } = endpoint;
    const pages: Output<E>[] = [];
    let position: Readonly<Record<string, string>> = Object.fromEntries((paging?.keys ?? []).map((key) => [key, '']));
    for (let page = 0; page < (options.maxPages ?? 20); page += 1) {
      const answer = await this.#readPage(endpoint, { ...input, ...position }, page === 0 ? '' : 'N', options);
      const body = answer.body ?? {};
      // A list that fills its last page may say that there is more, and then that there is nothing.
      if (page > 0 && isEmptyAnswer(body)) return { pages, truncated: false };
      pages.push(this.#decode(endpoint, body));
      const more = answer.trCont === 'M' || answer.trCont === 'F';
      if (!more || paging === null) return { pages, truncated: false };
      position = Object.fromEntries(
        paging.keys.map((key) => [key, String(body[key.toLowerCase()] ?? body[key] ?? '')]),
      );
    }
    return { pages, truncated: true };
  }

  /**
   * Sends one order request, once. It waits for its turn, its token and its hash no longer than `orderQueueMs` in all.
   * @throws AppError `lane.waited-too-long`, KisError (no token, no hash, or no connection could be made) or what
   * `beforeSend` threw; in all of these no order was sent.
   */
  async order<E extends Endpoint>(endpoint: E, input: Input<E>, beforeSend: BeforeSend): Promise<OrderAnswer<E>> {
    const trId = this.#trId(endpoint);
    const fields = this.#fields(endpoint, input);
    const deadline = this.#clock.now() + this.#timeouts.orderQueueMs;
    await this.#tokenBy(deadline);
    const hashed = this.#hashkey ? { hashkey: await this.#hashOf(fields, deadline) } : {};
    await this.#lane.enter('order', { maxWaitMs: Math.max(0, deadline - this.#clock.now()) });
    // Waiting may have outlived the token; nobody else may spend our turn while it is looked at.
    const token = await this.#tokenBy(deadline);
    await beforeSend();
    let answer: RawAnswer;
    try {
      answer = await this.#send(endpoint, trId, token, fields, { timeoutMs: this.#timeouts.orderMs, headers: hashed });
    } catch (error) {
      if (neverConnected(error)) throw new KisError('unreachable', { code: '', text: '' }, { trId }, error);
      this.#log.error('order answer lost', { trId, error });
      return { kind: 'unknown', code: 'no-answer', text: '' };
    }
    const refusal = answer.body && readRefusal(answer.body, this.#redactor);
    if (answer.body !== undefined && isSuccess(answer.body)) {
      const text = refusal?.text ?? '';
      try {
        return { kind: 'accepted', output: this.#decode(endpoint, answer.body), text };
      } catch (error) {
        this.#log.error('order answer without number', { trId, error });
        return { kind: 'unknown', code: 'no-number', text };
      }
    }
    if (refusal === undefined) {
      this.#log.error('order answer unreadable', { trId, status: answer.status });
      return { kind: 'unknown', code: `http-${answer.status}`, text: '' };
    }
    if (familyOf(refusal)?.read === 'drift') this.#reportDrift(endpoint, refusal);
    return { kind: await this.#refusedOrder(answer, refusal, token), ...refusal };
  }

  async #refusedOrder(answer: RawAnswer, refusal: VenueRefusal, token: Secret): Promise<'rejected' | 'unknown'> {
    if (tokenCodes.has(refusal.code)) await this.#credentials.invalidate(token);
    const kind = refusalKind(refusal, 'order', this.#environment.dialect);
    if (kind === 'throttled') this.#lane.pause(pauseFor(refusal.code));
    // A gateway fault we have no entry for may have struck after the order went through.
    const unlisted = answer.status >= 500 && !/^EGW00(?:[0-2]|30[34]|310)/.test(refusal.code);
    return kind === 'outcome-unknown' || refusal.code === '' || unlisted ? 'unknown' : 'rejected';
  }

  /** A token for an order, which must not leave long after it was pressed. */
  async #tokenBy(deadline: number): Promise<Secret> {
    const waited = Math.max(0, deadline - this.#clock.now());
    let cancel = (): void => undefined;
    const late = new Promise<never>((_resolve, reject) => {
      const { orderQueueMs: maxWaitMs } = this.#timeouts;
      cancel = this.#clock.timer(waited, () => reject(new AppError('lane.waited-too-long', { maxWaitMs })));
    });
    return Promise.race([this.#credentials.token(), late]).finally(() => cancel());
  }

  /** A token for a read. A person who looks at the chat is served as soon as there is one to be had. */
  async #tokenFor({ priority = 'interactive', signal }: ReadOptions): Promise<Secret> {
    try {
      return await this.#credentials.token();
    } catch (error) {
      const waits = error instanceof KisError && error.kind === 'token-wait' && priority === 'interactive';
      if (!waits || signal?.aborted) throw error;
      await this.#credentials.untilIssuable(signal);
      return this.#credentials.token();
    }
  }

  #trId(endpoint: Endpoint): string {
    const trId = endpoint.tr[this.#environment.dialect];
    if (trId === null) throw this.#lacks(endpoint);
    return trId;
  }

  /** Whether it is about an account tells whether another key would help. */
  #lacks({ id, account }: Endpoint): KisError {
    return new KisError('unsupported', { code: '', text: '' }, { endpoint: id, account });
  }

  /** @throws KisError `malformed`, naming the API and the field. */
  #decode<E extends Endpoint>(endpoint: E, body: Readonly<Record<string, unknown>>): Output<E> {
    try {
      return decodeOutput(endpoint, body);
    } catch (error) {
      const { where = '', field = '' } = error instanceof AppError ? error.context : {};
      const place = `${where} ${field}`.replace(endpoint.id, '').trim();
      this.#reportDrift(endpoint, nothing, place);
      throw new KisError('malformed', nothing, { ...named(endpoint), field: place }, error);
    }
  }

  /** KIS and the catalogue disagree. Names are logged, so that it can be reported, and no values. */
  #reportDrift(endpoint: Endpoint, { code, text }: VenueRefusal, field?: string): void {
    const { id: api, title } = endpoint;
    const trId = endpoint.tr[this.#environment.dialect] ?? '';
    const parameters = [...Object.keys(endpoint.input), ...(endpoint.paging?.keys ?? [])].join(' ');
    this.#log.error('KIS does not agree with the catalogue about an API', {
      api,
      trId,
      path: endpoint.path,
      code,
      text,
      field,
      parameters,
    });
    this.#onDrift({ api, title, trId, code, text, field });
  }

  /**
   * What a request carries; the account is ours to add. @throws KisError `drift` for what KIS is known not to take: it
   * never leaves.
   */
  #fields(endpoint: Endpoint, input: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
    const field = untakenInput(endpoint.input, new Map(Object.entries(input)));
    if (field !== undefined) {
      this.#reportDrift(endpoint, nothing, field);
      throw new KisError('drift', nothing, { ...named(endpoint), field });
    }
    if (!endpoint.account) return input;
    if (this.#account === undefined) throw this.#lacks(endpoint);
    return { CANO: this.#account.number, ACNT_PRDT_CD: this.#account.product, ...input };
  }

  /** KIS's hash of a body that is about to be sent. It is a call like any other, and takes a turn of its own. */
  async #hashOf(fields: Readonly<Record<string, string>>, deadline: number): Promise<string> {
    await this.#lane.enter('order', { maxWaitMs: Math.max(0, deadline - this.#clock.now()) });
    const { path } = authCalls.hashkey;
    let answer: RawAnswer;
    try {
      const headers = { ...this.#credentials.identity };
      const timeoutMs = Math.max(0, Math.min(this.#timeouts.readMs, deadline - this.#clock.now()));
      answer = await this.#request('POST', path, fields, headers, timeoutMs, undefined);
    } catch (error) {
      throw new KisError('unreachable', { code: '', text: '' }, { path }, error);
    }
    const hash = answer.body?.['HASH'];
    if (typeof hash === 'string' && hash !== '') return hash;
    const refusal = answer.body && readRefusal(answer.body, this.#redactor);
    if (refusal === undefined) throw failedServer(answer.status, { path });
    throw new KisError(this.#readKind(refusal), refusal, { path, status: answer.status });
  }

  async #readPage(
    endpoint: Endpoint,
    input: Readonly<Record<string, string>>,
    trCont: string,
    options: ReadOptions,
  ): Promise<RawAnswer> {
    let tokenRenewed = false;
    for (let attempt = 1; ; attempt += 1) {
      try {
        const token = await this.#tokenFor(options);
        return await this.#readOnce(endpoint, input, trCont, token, options).catch(async (error: unknown) => {
          if (!(error instanceof KisError) || !tokenCodes.has(error.venueCode) || tokenRenewed) throw error;
          tokenRenewed = true;
          await this.#credentials.invalidate(token);
          return this.#readOnce(endpoint, input, trCont, await this.#tokenFor(options), options);
        });
      } catch (error) {
        if (!mayPass(error) || attempt >= readTries || options.signal?.aborted) {
          if (error instanceof KisError && error.kind === 'drift' && error.venueCode !== '') {
            this.#reportDrift(endpoint, { code: error.venueCode, text: error.venueText });
          }
          throw error;
        }
        if (isOverLimit(error)) this.#lane.pause(pauseFor(error.venueCode));
        await this.#backOff('read repeated', endpoint, attempt, options, error);
      }
    }
  }

  async #backOff(
    why: string,
    { id: endpoint }: Endpoint,
    attempt: number,
    { signal }: ReadOptions,
    error: unknown,
  ): Promise<void> {
    const backoffMs = Math.round(firstBackoffMs * 2 ** (attempt - 1) * (0.5 + this.#random()));
    this.#log.warn(why, { endpoint, attempt, backoffMs, error });
    await this.#clock.sleep(backoffMs, signal);
  }

  async #readOnce(
    endpoint: Endpoint,
    input: Readonly<Record<string, string>>,
    trCont: string,
    token: Secret,
    options: ReadOptions,
  ): Promise<RawAnswer> {
    const trId = this.#trId(endpoint);
    const fields = this.#fields(endpoint, input);
    await this.#lane.enter(
      options.priority ?? 'interactive',
      options.signal === undefined ? {} : { signal: options.signal },
    );
    let answer: RawAnswer;
    try {
      const { signal } = options;
      answer = await this.#send(endpoint, trId, token, fields, { timeoutMs: this.#timeouts.readMs, trCont, signal });
    } catch (error) {
      throw new KisError('unreachable', { code: '', text: '' }, { endpoint: endpoint.id }, error);
    }
    const { body, status } = answer;
    if (body !== undefined && (isSuccess(body) || isEmptyAnswer(body))) return answer;
    const refusal = body && readRefusal(body, this.#redactor);
    const failed = refusal === undefined || (refusal.code === '' && status >= 500);
    if (failed) throw failedServer(status, { endpoint: endpoint.id });
    const kind = this.#readKind(refusal);
    // What paper lacks, a live account has, or a live key for reads can ask for.
    const lacking = this.#environment.dialect === 'paper' ? { account: endpoint.account } : {};
    throw new KisError(kind, refusal, { ...named(endpoint), status, ...lacking });
  }

  #readKind(refusal: VenueRefusal): KisError['kind'] {
    return refusalKind(refusal, 'read', this.#environment.dialect);
  }

  #send(
    endpoint: Endpoint,
    trId: string,
    token: Secret,
    fields: Readonly<Record<string, string>>,
    call: {
      readonly timeoutMs: number;
      readonly trCont?: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly signal?: AbortSignal | undefined;
    },
  ): Promise<RawAnswer> {
    const headers = {
      authorization: `Bearer ${token.reveal()}`,
      ...this.#credentials.identity,
      tr_id: trId,
      tr_cont: call.trCont ?? '',
      custtype: 'P',
      ...call.headers,
    };
    return this.#request(endpoint.method, endpoint.path, fields, headers, call.timeoutMs, call.signal);
  }

  async #request(
    method: Endpoint['method'],
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>>,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<RawAnswer> {
    const abort = new AbortController();
    const cancel = this.#clock.timer(timeoutMs, () => abort.abort(new AppError('venue.timeout', { timeoutMs })));
    const onAbort = (): void => abort.abort(signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      const response = await request(`${this.#environment.restUrl}${path}`, {
        method,
        ...(method === 'POST' ? { body: JSON.stringify(fields) } : { query: fields }),
        headers: { 'content-type': 'application/json; charset=utf-8', accept: 'application/json', ...headers },
        dispatcher: this.#dispatcher,
        signal: abort.signal,
      });
      const text = await response.body.text();
      return { status: response.statusCode, trCont: headerText(response.headers['tr_cont']), body: parseObject(text) };
    } finally {
      cancel();
      signal?.removeEventListener('abort', onAbort);
    }
  }
}

/** An API in the words of its documents, for the sentence about it. */
function named({ id, title }: Endpoint): { readonly endpoint: string; readonly title: string } {
  return { endpoint: id, title };
}

function headerText(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value[0] : value)?.trim() ?? '';
}

/** Whether the same question may well be answered at the next try. */
function mayPass(error: unknown): error is KisError {
  if (!(error instanceof KisError)) return false;
  const { kind, venueCode: code, venueText: text } = error;
  return kind === 'unreachable' || isOverLimit(error) || familyOf({ code, text })?.passing === true;
}

function isOverLimit(error: KisError): boolean {
  return error.kind === 'throttled';
}

function pauseFor(code: string): number {
  return code === 'EGW00215' ? ledgerPauseMs : throttlePauseMs;
}

/**
 * Decodes every block of an answer. KIS answers some single records as a list of one and lists of one as a single
 * record; both are taken.
 * @throws AppError `venue.malformed`, naming what is missing.
 */
export function decodeOutput<E extends Endpoint>(endpoint: E, body: Readonly<Record<string, unknown>>): Output<E> {
  const byLowerCase = new Map(Object.entries(body).map(([key, value]) => [key.toLowerCase(), value]));
  const output: Record<string, unknown> = {};
  for (const [name, block] of Object.entries(endpoint.output)) {
    const raw = byLowerCase.get(name.toLowerCase());
    const where = `${endpoint.id} ${name}`;
    const rows = raw === undefined || raw === null || raw === '' ? [] : Array.isArray(raw) ? raw : [raw];
    output[name] = block.many
      ? rows.filter(hasContent).map((row) => decodeFields(block.fields, row, where))
      : decodeFields(block.fields, rows[0] ?? {}, where);
  }
  return output as Output<E>;
}

/** KIS pads some lists with empty objects or with rows of blanks. */
function hasContent(row: unknown): boolean {
  return typeof row === 'object' && row !== null && Object.values(row).some((value) => String(value).trim() !== '');
}
