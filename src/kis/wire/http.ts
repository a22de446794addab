import type { Dispatcher } from 'undici';
import type { Clock } from '../../clock.ts';
import type { ApiDrift } from '../../domain/api-drift.ts';
import type { Log, Redactor } from '../../log.ts';
import type { BeforeSend } from '../../ports/broker.ts';
import type { ReadOptions } from '../../ports/read-options.ts';
import type { Telemetry } from '../../ports/telemetry.ts';
import type { Endpoint, Input, Output } from '../endpoints/endpoint.ts';
import type { RemotePages } from '../remote/remote-pages.ts';
import { type AccountNumber, CatalogueCheck } from './catalogue-check.ts';
import type { Credentials } from './credentials.ts';
import type { Environment } from './environment.ts';
import { Exchange, type HttpTimeouts } from './exchange.ts';
import { type OrderAnswer, OrderCalls } from './order-calls.ts';
import { type Pages, ReadCalls } from './read-calls.ts';
import type { Lane } from './throttle.ts';

const defaultTimeouts: HttpTimeouts = { readMs: 8_000, orderMs: 15_000, orderQueueMs: 10_000 };

/**
 * Calls KIS's REST API by catalogue row. Reads are repeated with back-off and jitter; an order request is sent once, and
 * the caller is told what came of it, which may be that nobody knows.
 */
export class KisHttp {
  readonly #check: CatalogueCheck;
  readonly #reads: ReadCalls;
  readonly #orders: OrderCalls;
  readonly #remote: RemotePages | undefined;

  constructor(options: {
    readonly environment: Environment;
    readonly credentials: Credentials;
    readonly lane: Lane;
    /** Undefined for a key that may only read what is about no account. */
    readonly account: AccountNumber | undefined;
    readonly clock: Clock;
    readonly random: () => number;
    readonly log: Log;
    readonly redactor: Redactor;
    readonly dispatcher: Dispatcher;
    readonly telemetry?: Telemetry | undefined;
    readonly timeouts?: HttpTimeouts | undefined;
    /** Whether orders carry KIS's hash of their body, which costs a call each. Default: no. */
    readonly hashkey?: boolean | undefined;
    /** Told whenever KIS turns out not to agree with the catalogue about one of its APIs. */
    readonly onDrift?: ((drift: ApiDrift) => void) | undefined;
    /** The way to the process that carries the key. Absent: this process makes all calls. */
    readonly remote?: RemotePages | undefined;
  }) {
    const { timeouts = defaultTimeouts, hashkey = false } = options;
    this.#check = new CatalogueCheck(options);
    const parts = { ...options, timeouts, hashkey, check: this.#check, exchange: new Exchange(options) };
    this.#reads = new ReadCalls(parts);
    this.#orders = new OrderCalls(parts);
    this.#remote = options.remote;
  }

  /** Whether the host has this API at all. */
  supports(endpoint: Endpoint): boolean {
    return this.#check.supports(endpoint);
  }

  /**
   * Reads one page. While no token can be had, an interactive read waits for one, once; any other is refused with the
   * seconds. @throws KisError of any kind but `outcome-unknown`; where another process carries the key and does not
   * answer, AppError `cluster.nobody` or `cluster.no-answer`.
   */
  read<E extends Endpoint>(endpoint: E, input: Input<E>, options: ReadOptions = {}): Promise<Output<E>> {
    return this.#reads.read(endpoint, input, options);
  }

  /**
   * Reads all pages up to `maxPages` (20). When KIS says that the listing changed meanwhile, it is read again from its
   * start: the answer never mixes pages of before and after a change.
   * @throws KisError as `read` does, and `listing-changed` when it went on changing.
   */
  readAll<E extends Endpoint>(
    endpoint: E,
    input: Input<E>,
    options: ReadOptions & { readonly maxPages?: number } = {},
  ): Promise<Pages<E>> {
    return this.#reads.readAll(endpoint, input, options);
  }

  /**
   * Sends one order request, once, as `OrderCalls.order` says.
   * @throws AppError `cluster.not-ours` where another process carries the key: orders are never asked of another.
   */
  async order<E extends Endpoint>(endpoint: E, input: Input<E>, beforeSend: BeforeSend): Promise<OrderAnswer<E>> {
    this.#remote?.requireHere();
    return this.#orders.order(endpoint, input, beforeSend);
  }
}
