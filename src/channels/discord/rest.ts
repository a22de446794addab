import {
  DiscordAPIError,
  HTTPError,
  RateLimitError,
  REST,
  type RESTOptions,
  type RequestData,
  type RequestMethod,
  type RouteLike,
} from 'discord.js';
import { ChannelError } from '../../chat/channel.ts';
import type { Clock } from '../../clock.ts';
import type { Secret } from '../../secret.ts';

const requestMs = 10_000;

export interface DiscordServer {
  readonly token: Secret;
  /** The URL of a server other than Discord's, without a final slash; undefined for Discord. */
  readonly apiRoot?: string | undefined;
}

/**
 * discord.js must not repeat requests or wait for rate limits by itself: the outbox decides both. Requests go by Node's
 * own `fetch`, because discord.js's undici would send them through the undici that was loaded first in the process. Ours
 * is of another version, which cannot read the forms that files are uploaded in.
 */
export function restOptions({ apiRoot }: DiscordServer) {
  return {
    retries: 0,
    rejectOnRateLimit: () => true,
    // The same, but for the types of two versions of undici.
    makeRequest: fetch as unknown as RESTOptions['makeRequest'],
    ...(apiRoot === undefined ? {} : { api: apiRoot }),
  };
}

/** An error that Discord answered with. `code` is Discord's own. */
export class DiscordError extends ChannelError {
  readonly code: number | undefined;

  constructor(
    message: string,
    retry: 'never' | 'later',
    options: { readonly afterMs?: number; readonly status?: number; readonly code?: number } = {},
  ) {
    super(message, retry, options);
    this.code = options.code;
  }
}

/** Discord's HTTP API: each call is one request with a timeout. */
export class DiscordRest {
  readonly #server: DiscordServer;
  readonly #clock: Clock;
  readonly #rest: REST;

  constructor(server: DiscordServer, clock: Clock) {
    this.#server = server;
    this.#clock = clock;
    this.#rest = new REST(restOptions(server));
  }

  /**
   * Sends one request.
   * @throws DiscordError, which never contains a token.
   */
  async call(
    method: `${RequestMethod}`,
    route: RouteLike,
    data: Pick<RequestData, 'body' | 'query' | 'auth'> & {
      readonly files?: readonly { readonly name: string; readonly data: Buffer }[];
      readonly timeoutMs?: number;
    } = {},
  ): Promise<unknown> {
    const { timeoutMs = requestMs, files = [], ...request } = data;
    const abort = new AbortController();
    const cancel = this.#clock.timer(timeoutMs, () => abort.abort());
    // discord.js drops a token that was refused once. After an outage ours may be accepted again, so it is set each
    // time.
    this.#rest.setToken(this.#server.token.reveal());
    try {
      return await this.#rest.request({
        ...request,
        method: method as RequestMethod,
        fullRoute: route,
        files: [...files],
        signal: abort.signal,
      });
    } catch (error) {
      throw toDiscordError(error);
    } finally {
      cancel();
    }
  }
}

/**
 * Converts an error of discord.js. Its text quotes the URL, which contains an interaction's token, so only Discord's
 * own message is kept. Only 400, 403 and 404 answered by Discord concern the message or its chat for good; everything
 * else may be tried again later.
 */
export function toDiscordError(error: unknown): DiscordError {
  if (error instanceof RateLimitError) {
    return new DiscordError('discord 429: rate limited', 'later', { status: 429, afterMs: error.retryAfter });
  }
  if (error instanceof DiscordAPIError) {
    const { status, code } = error;
    const own = typeof code === 'number' ? { code } : {};
    const final = typeof code === 'number' && [400, 403, 404].includes(status);
    return new DiscordError(`discord ${status}: ${error.message} (${code})`, final ? 'never' : 'later', {
      status,
      ...own,
    });
  }
  if (error instanceof HTTPError) {
    return new DiscordError(`discord ${error.status}`, 'later', { status: error.status });
  }
  // `fetch` says why it failed in the cause of its error.
  const failure = error instanceof TypeError && error.cause instanceof Error ? error.cause : error;
  const { name, code } =
    failure instanceof Error ? (failure as NodeJS.ErrnoException) : { name: 'unknown', code: undefined };
  return new DiscordError(`discord unreachable: ${code ?? name}`, 'later');
}
