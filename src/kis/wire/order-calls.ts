import type { Clock } from '../../clock.ts';
import { AppError } from '../../errors.ts';
import type { Log, Redactor } from '../../log.ts';
import type { BeforeSend } from '../../ports/broker.ts';
import type { Secret } from '../../secret.ts';
import { authCalls } from '../endpoints/auth.ts';
import type { Endpoint, Input, Output } from '../endpoints/endpoint.ts';
import type { CatalogueCheck } from './catalogue-check.ts';
import type { Credentials } from './credentials.ts';
import type { Environment } from './environment.ts';
import {
  failedServer,
  isSuccess,
  KisError,
  neverConnected,
  readRefusal,
  refusalKind,
  type VenueRefusal,
} from './error.ts';
import type { Exchange, HttpTimeouts, RawAnswer } from './exchange.ts';
import type { Lane } from './throttle.ts';
import { familyOf, limitPauseMs, tokenCodes } from './venue-codes.ts';

/** The answer to one order request, before anybody interprets its output. */
export type OrderAnswer<E extends Endpoint> =
  | { readonly kind: 'accepted'; readonly output: Output<E>; readonly text: string }
  | { readonly kind: 'rejected' | 'unknown'; readonly code: string; readonly text: string };

/** Sends order requests: each once, whatever its answer. An answer that leaves the outcome open is `unknown`, never guessed. */
export class OrderCalls {
  readonly #dialect: Environment['dialect'];
  readonly #exchange: Exchange;
  readonly #check: CatalogueCheck;
  readonly #credentials: Credentials;
  readonly #lane: Lane;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #redactor: Redactor;
  readonly #timeouts: HttpTimeouts;
  readonly #hashkey: boolean;

  constructor(options: {
    readonly environment: Environment;
    readonly exchange: Exchange;
    readonly check: CatalogueCheck;
    readonly credentials: Credentials;
    readonly lane: Lane;
    readonly clock: Clock;
    readonly log: Log;
    readonly redactor: Redactor;
    readonly timeouts: HttpTimeouts;
    readonly hashkey: boolean;
  }) {
    this.#dialect = options.environment.dialect;
    this.#exchange = options.exchange;
    this.#check = options.check;
    this.#credentials = options.credentials;
    this.#lane = options.lane;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#redactor = options.redactor;
    this.#timeouts = options.timeouts;
    this.#hashkey = options.hashkey;
  }

  /**
   * Sends one order request, once. It waits for its turn, its token and its hash no longer than `orderQueueMs` in all.
   * @throws AppError `lane.waited-too-long`, KisError (no token, no hash, or no connection could be made) or what
   * `beforeSend` threw, AppError `orders.paused` when the moment had passed until which the order might leave; in all of
   * these no order was sent.
   */
  async order<E extends Endpoint>(endpoint: E, input: Input<E>, beforeSend: BeforeSend): Promise<OrderAnswer<E>> {
    const trId = this.#check.trId(endpoint);
    const fields = this.#check.fields(endpoint, input);
    const deadline = this.#clock.now() + this.#timeouts.orderQueueMs;
    await this.#tokenBy(deadline);
    const headers = this.#hashkey ? { hashkey: await this.#hashOf(fields, deadline) } : {};
    const answered = await this.#lane.enter('order', { maxWaitMs: Math.max(0, deadline - this.#clock.now()) });
    // The token may have expired during the wait. Nobody else can take this order's turn while it is asked for again.
    const token = await this.#tokenBy(deadline);
    const until = await beforeSend();
    const { orderMs: timeoutMs } = this.#timeouts;
    let paused: AppError | undefined;
    const beforeBytes = (): void => {
      const lateMs = this.#clock.now() - until;
      if (lateMs <= 0) return;
      paused = new AppError('orders.paused', { lateMs });
      throw paused;
    };
    let answer: RawAnswer;
    try {
      answer = await this.#exchange.send(endpoint, trId, token, fields, { timeoutMs, headers, beforeBytes });
    } catch (error) {
      if (paused !== undefined) throw paused;
      if (neverConnected(error)) throw new KisError('unreachable', { code: '', text: '' }, { trId }, error);
      this.#log.error('order answer lost', { trId, error });
      return { kind: 'unknown', code: 'no-answer', text: '' };
    }
    answered();
    return this.#outcomeOf(endpoint, trId, answer, token);
  }

  async #outcomeOf<E extends Endpoint>(
    endpoint: E,
    trId: string,
    answer: RawAnswer,
    token: Secret,
  ): Promise<OrderAnswer<E>> {
    const refusal = answer.body && readRefusal(answer.body, this.#redactor);
    if (answer.body !== undefined && isSuccess(answer.body)) {
      const text = refusal?.text ?? '';
      try {
        return { kind: 'accepted', output: this.#check.decode(endpoint, answer.body), text };
      } catch (error) {
        this.#log.error('order answer without number', { trId, error });
        return { kind: 'unknown', code: 'no-number', text };
      }
    }
    if (refusal === undefined) {
      this.#log.error('order answer unreadable', { trId, status: answer.status });
      return { kind: 'unknown', code: `http-${answer.status}`, text: '' };
    }
    if (familyOf(refusal)?.read === 'drift') this.#check.report(endpoint, refusal);
    return { kind: await this.#kindOfRefusal(answer, refusal, token), ...refusal };
  }

  async #kindOfRefusal(answer: RawAnswer, refusal: VenueRefusal, token: Secret): Promise<'rejected' | 'unknown'> {
    if (tokenCodes.has(refusal.code)) await this.#credentials.invalidate(token);
    const kind = refusalKind(refusal, 'order', this.#dialect);
    if (kind === 'throttled') this.#lane.pause(limitPauseMs(refusal.code));
    // A gateway fault that no family of codes names may have struck after the order went through.
    const unlisted = answer.status >= 500 && !/^EGW00(?:[0-2]|30[34]|310)/.test(refusal.code);
    return kind === 'outcome-unknown' || refusal.code === '' || unlisted ? 'unknown' : 'rejected';
  }

  /** A token, or AppError `lane.waited-too-long` at the deadline: an order must not leave long after it was pressed. */
  async #tokenBy(deadline: number): Promise<Secret> {
    const waited = Math.max(0, deadline - this.#clock.now());
    let cancel = (): void => undefined;
    const late = new Promise<never>((_resolve, reject) => {
      const { orderQueueMs: maxWaitMs } = this.#timeouts;
      cancel = this.#clock.timer(waited, () => reject(new AppError('lane.waited-too-long', { maxWaitMs })));
    });
    return Promise.race([this.#credentials.token(), late]).finally(() => cancel());
  }

  /** KIS's hash of a body that is about to be sent. To KIS it is a call like any other, so it takes a turn of its own. */
  async #hashOf(fields: Readonly<Record<string, string>>, deadline: number): Promise<string> {
    await this.#lane.enter('order', { maxWaitMs: Math.max(0, deadline - this.#clock.now()) });
    const { path } = authCalls.hashkey;
    let answer: RawAnswer;
    try {
      const timeoutMs = Math.max(0, Math.min(this.#timeouts.readMs, deadline - this.#clock.now()));
      answer = await this.#exchange.sendWithoutToken({ method: 'POST', path }, fields, timeoutMs);
    } catch (error) {
      throw new KisError('unreachable', { code: '', text: '' }, { path }, error);
    }
    const hash = answer.body?.['HASH'];
    if (typeof hash === 'string' && hash !== '') return hash;
    const refusal = answer.body && readRefusal(answer.body, this.#redactor);
    if (refusal === undefined) throw failedServer(answer.status, { path });
    throw new KisError(refusalKind(refusal, 'read', this.#dialect), refusal, { path, status: answer.status });
  }
}
