import type { Clock } from '../../clock.ts';
import type { Log, Redactor } from '../../log.ts';
import type { ReadOptions } from '../../ports/read-options.ts';
import type { Secret } from '../../secret.ts';
import type { Endpoint, Input, Output } from '../endpoints/endpoint.ts';
import type { PageQuestion, RemotePages } from '../remote/remote-pages.ts';
import { type CatalogueCheck, nameOf } from './catalogue-check.ts';
import type { Credentials } from './credentials.ts';
import type { Environment } from './environment.ts';
import { failedServer, isEmptyAnswer, isSuccess, KisError, readRefusal, refusalKind } from './error.ts';
import type { Exchange, HttpTimeouts, RawAnswer } from './exchange.ts';
import type { Lane } from './throttle.ts';
import { familyOf, limitPauseMs, tokenCodes } from './venue-codes.ts';

/** How often a read is sent at most, the first time included. */
const readTries = 4;
/** How often a listing is read from its start at most, the first time included: some accounts' lists go on changing. */
const listingTries = 4;
const firstBackoffMs = 250;

/** Pages of a listing. `truncated`: there were more than were asked for. */
export interface Pages<E extends Endpoint> {
  readonly pages: readonly Output<E>[];
  readonly truncated: boolean;
}

type PagesOptions = ReadOptions & { readonly maxPages?: number };

/** Sends reads. A read that failed in a way that may pass is repeated, with back-off and jitter. */
export class ReadCalls {
  readonly #dialect: Environment['dialect'];
  readonly #exchange: Exchange;
  readonly #check: CatalogueCheck;
  readonly #credentials: Credentials;
  readonly #lane: Lane;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #log: Log;
  readonly #redactor: Redactor;
  readonly #timeoutMs: number;
  readonly #remote: RemotePages | undefined;

  constructor(options: {
    readonly environment: Environment;
    readonly exchange: Exchange;
    readonly check: CatalogueCheck;
    readonly credentials: Credentials;
    readonly lane: Lane;
    readonly clock: Clock;
    readonly random: () => number;
    readonly log: Log;
    readonly redactor: Redactor;
    readonly timeouts: Pick<HttpTimeouts, 'readMs'>;
    /** The way to the process that carries the key. Absent: this process reads all. */
    readonly remote?: RemotePages | undefined;
  }) {
    this.#dialect = options.environment.dialect;
    this.#exchange = options.exchange;
    this.#check = options.check;
    this.#credentials = options.credentials;
    this.#lane = options.lane;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#log = options.log;
    this.#redactor = options.redactor;
    this.#timeoutMs = options.timeouts.readMs;
    this.#remote = options.remote;
    this.#remote?.serve((question, asked) => this.#readForAnother(question, asked));
  }

  /** One page, as `KisHttp.read` says. */
  read<E extends Endpoint>(endpoint: E, input: Input<E>, options: ReadOptions): Promise<Output<E>> {
    return this.#fromTheStart(endpoint, options, async () => {
      const answer = await this.#readPage(endpoint, input, '', options);
      return this.#check.decode(endpoint, answer.body ?? {});
    });
  }

  /** All pages, as `KisHttp.readAll` says. */
  readAll<E extends Endpoint>(endpoint: E, input: Input<E>, options: PagesOptions): Promise<Pages<E>> {
    return this.#fromTheStart(endpoint, options, () => this.#readPages(endpoint, input, options));
  }

  /** Runs the whole `task` again when KIS says that the listing changed while it was read. */
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

  async #readPages<E extends Endpoint>(endpoint: E, input: Input<E>, options: PagesOptions): Promise<Pages<E>> {
    const { paging } = endpoint;
    const pages: Output<E>[] = [];
    let position: Readonly<Record<string, string>> = Object.fromEntries((paging?.keys ?? []).map((key) => [key, '']));
    for (let page = 0; page < (options.maxPages ?? 20); page += 1) {
      const answer = await this.#readPage(endpoint, { ...input, ...position }, page === 0 ? '' : 'N', options);
      const body = answer.body ?? {};
      // When the last page of a list is full, KIS may say that there is another, which then has no rows.
      if (page > 0 && isEmptyAnswer(body)) return { pages, truncated: false };
      pages.push(this.#check.decode(endpoint, body, page));
      const more = answer.trCont === 'M' || answer.trCont === 'F';
      if (!more || paging === null) return { pages, truncated: false };
      position = Object.fromEntries(
        paging.keys.map((key) => [key, String(body[key.toLowerCase()] ?? body[key] ?? '')]),
      );
    }
    return { pages, truncated: true };
  }

  async #readPage(
    endpoint: Endpoint,
    input: Readonly<Record<string, string>>,
    trCont: string,
    options: ReadOptions,
  ): Promise<RawAnswer> {
    const renewal = { done: false };
    const readHere = (): Promise<RawAnswer> => this.#readHere({ endpoint, input, trCont }, options, renewal);
    for (let attempt = 1; ; attempt += 1) {
      try {
        if (this.#remote === undefined) return await readHere();
        // What KIS is known to refuse, or the host to lack, need not be asked of another process.
        this.#check.trId(endpoint);
        this.#check.fields(endpoint, input);
        return await this.#remote.read({ endpoint, input, trCont }, options, readHere);
      } catch (error) {
        if (!mayPass(error) || attempt >= readTries || options.signal?.aborted) {
          if (error instanceof KisError && error.kind === 'drift' && error.venueCode !== '') {
            this.#check.report(endpoint, { code: error.venueCode, text: error.venueText });
          }
          throw error;
        }
        if (isOverLimit(error)) this.#lane.pause(limitPauseMs(error.venueCode));
        await this.#backOff('read repeated', endpoint, attempt, options, error);
      }
    }
  }

  /** Reads with a token of this process. One that KIS refuses is renewed, once in all tries of a page. */
  async #readHere(
    { endpoint, input, trCont }: PageQuestion,
    options: ReadOptions,
    renewal: { done: boolean },
  ): Promise<RawAnswer> {
    const token = await this.#tokenFor(options);
    try {
      return await this.#readOnce(endpoint, input, trCont, token, options);
    } catch (error) {
      if (!(error instanceof KisError) || !tokenCodes.has(error.venueCode) || renewal.done) throw error;
      renewal.done = true;
      await this.#credentials.invalidate(token);
      return this.#readOnce(endpoint, input, trCont, await this.#tokenFor(options), options);
    }
  }

  /** Reads a page for another process, which repeats it where that may help. The lane that has to rest is this one's. */
  async #readForAnother(question: PageQuestion, options: ReadOptions): Promise<RawAnswer> {
    try {
      return await this.#readHere(question, options, { done: false });
    } catch (error) {
      if (mayPass(error) && isOverLimit(error)) this.#lane.pause(limitPauseMs(error.venueCode));
      throw error;
    }
  }

  /** A token. An interactive read, for which a person waits, waits until KIS issues tokens again; others are refused. */
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

  async #readOnce(
    endpoint: Endpoint,
    input: Readonly<Record<string, string>>,
    trCont: string,
    token: Secret,
    options: ReadOptions,
  ): Promise<RawAnswer> {
    const trId = this.#check.trId(endpoint);
    const fields = this.#check.fields(endpoint, input);
    const { signal } = options;
    const answered = await this.#lane.enter(options.priority ?? 'interactive', signal === undefined ? {} : { signal });
    let answer: RawAnswer;
    try {
      answer = await this.#exchange.send(endpoint, trId, token, fields, { timeoutMs: this.#timeoutMs, trCont, signal });
    } catch (error) {
      throw new KisError('unreachable', { code: '', text: '' }, { endpoint: endpoint.id }, error);
    }
    answered();
    const { body, status } = answer;
    if (body !== undefined && (isSuccess(body) || isEmptyAnswer(body))) return answer;
    const refusal = body && readRefusal(body, this.#redactor);
    const failed = refusal === undefined || (refusal.code === '' && status >= 500);
    if (failed) throw failedServer(status, nameOf(endpoint));
    // What the paper host lacks can be had with a live account or, where it is about no account, a live key for reads.
    const lacking = this.#dialect === 'paper' ? { account: endpoint.account } : {};
    const kind = refusalKind(refusal, 'read', this.#dialect);
    throw new KisError(kind, refusal, { ...nameOf(endpoint), status, ...lacking });
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
}

/** Whether the same read may well be answered at the next try. */
function mayPass(error: unknown): error is KisError {
  if (!(error instanceof KisError)) return false;
  const { kind, venueCode: code, venueText: text } = error;
  return kind === 'unreachable' || isOverLimit(error) || familyOf({ code, text })?.passing === true;
}

function isOverLimit(error: KisError): boolean {
  return error.kind === 'throttled';
}
