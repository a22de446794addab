import { type Dispatcher, request } from 'undici';
import type { Clock } from '../../clock.ts';
import { AppError } from '../../errors.ts';
import { noTelemetry, type Telemetry } from '../../ports/telemetry.ts';
import type { Secret } from '../../secret.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import type { Credentials } from './credentials.ts';
import type { Environment } from './environment.ts';
import { isEmptyAnswer, isSuccess, parseObject, readRefusal, refusalKind } from './error.ts';

/** How long things may take, in milliseconds. */
export interface HttpTimeouts {
  /** One read, from the first byte out to the last byte in. */
  readonly readMs: number;
  /** One order request. Longer than a read's, because giving up early turns a slow answer into an unknown outcome. */
  readonly orderMs: number;
  /** How long an order may wait for its token, its hash and its turn before it is refused. */
  readonly orderQueueMs: number;
}

/** KIS's answer as it came, before anybody says whether it is a refusal. */
export interface RawAnswer {
  readonly status: number;
  /** The header `tr_cont`: `M` or `F` says that there is another page. */
  readonly trCont: string;
  /** Undefined when the body was not JSON. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
}

type Texts = Readonly<Record<string, string>>;

/** Sends one HTTP request to KIS's REST host and waits for its answer. It repeats nothing and judges nothing. */
export class Exchange {
  readonly #environment: Environment;
  readonly #credentials: Credentials;
  readonly #clock: Clock;
  readonly #dispatcher: Dispatcher;
  readonly #telemetry: Telemetry;

  constructor(options: {
    readonly environment: Environment;
    readonly credentials: Credentials;
    readonly clock: Clock;
    readonly dispatcher: Dispatcher;
    readonly telemetry?: Telemetry | undefined;
  }) {
    this.#environment = options.environment;
    this.#credentials = options.credentials;
    this.#clock = options.clock;
    this.#dispatcher = options.dispatcher;
    this.#telemetry = options.telemetry ?? noTelemetry;
  }

  /**
   * Calls one API of the catalogue. `fields` are the query of a GET and the body of a POST.
   * @throws whatever undici throws, AppError `venue.timeout` after `timeoutMs`, or the signal's reason.
   */
  send(
    endpoint: Endpoint,
    trId: string,
    token: Secret,
    fields: Texts,
    call: {
      readonly timeoutMs: number;
      readonly trCont?: string;
      readonly headers?: Texts;
      readonly signal?: AbortSignal | undefined;
      /**
       * Called once a connection stands, in the same turn in which the request is written to it: nothing can happen
       * between the two. When it throws, nothing is sent, and `send` throws the same.
       */
      readonly beforeBytes?: (() => void) | undefined;
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
    const { id: api, kind } = endpoint;
    return this.#telemetry.step('venue.call', { api, kind }, async (endedAs) => {
      const answer = await this.#request(endpoint, fields, headers, call);
      endedAs(resultOf(answer, kind, this.#environment.dialect));
      return answer;
    });
  }

  /** Calls an API that takes the app key alone: neither a token nor a TR id. @throws as `send` does. */
  sendWithoutToken(call: Pick<Endpoint, 'method' | 'path'>, fields: Texts, timeoutMs: number): Promise<RawAnswer> {
    return this.#request(call, fields, { ...this.#credentials.identity }, { timeoutMs });
  }

  async #request(
    { method, path }: Pick<Endpoint, 'method' | 'path'>,
    fields: Texts,
    headers: Texts,
    {
      timeoutMs,
      signal,
      beforeBytes,
    }: {
      readonly timeoutMs: number;
      readonly signal?: AbortSignal | undefined;
      readonly beforeBytes?: (() => void) | undefined;
    },
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
        dispatcher: beforeBytes === undefined ? this.#dispatcher : this.#dispatcher.compose(checkedBy(beforeBytes)),
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

/** Has undici call `check` right before it writes the request; what that throws is the error of the request. */
function checkedBy(check: () => void): Dispatcher.DispatcherComposeInterceptor {
  return (dispatch) => (options, handler) =>
    dispatch(options, {
      onRequestStart: (...args) => {
        check();
        handler.onRequestStart?.(...args);
      },
      onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
      onResponseStart: (...args) => handler.onResponseStart?.(...args),
      onResponseData: (...args) => handler.onResponseData?.(...args),
      onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
      onResponseError: (...args) => handler.onResponseError?.(...args),
    });
}

/** What is told of an answer to whoever looks at the figures: `ok`, or what kind of refusal it is. */
function resultOf({ body, status }: RawAnswer, call: Endpoint['kind'], dialect: Environment['dialect']): string {
  if (body !== undefined && (isSuccess(body) || isEmptyAnswer(body))) return 'ok';
  const refusal = readRefusal(body, { redact: (text) => text });
  if (refusal === undefined) return status >= 500 ? 'failed' : 'unreadable';
  return refusalKind(refusal, call, dialect);
}

function headerText(value: string | string[] | undefined): string {
  return (Array.isArray(value) ? value[0] : value)?.trim() ?? '';
}
