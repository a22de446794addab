import {
  DiscordAPIError,
  HTTPError,
  RateLimitError,
  REST,
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
  /** Another server than Discord's, without a slash at its end. */
  readonly apiRoot?: string | undefined;
}

/** Whether to repeat a request, and to wait for a limit to pass, is the outbox's to decide. */
export function restOptions({ apiRoot }: DiscordServer) {
  return { retries: 0, rejectOnRateLimit: () => true, ...(apiRoot === undefined ? {} : { api: apiRoot }) };
}

/** Why Discord did not do something; `code` is its own for it. */
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

/** Discord's HTTP: one request a call, with an end to waiting for it. */
export class DiscordRest {
  readonly #server: DiscordServer;
  readonly #clock: Clock;
  readonly #rest: REST;

  constructor(server: DiscordServer, clock: Clock) {
    this.#server = server;
    this.#clock = clock;
    this.#rest = new REST(restOptions(server));
  }

  /** @throws DiscordError, which never holds a token. */
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
    // discord.js forgets a token that was refused once; ours may be right again after an outage.
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
 * Errors of discord.js quote the URL, and with it an interaction's token: nothing of them is kept but what Discord said.
 * Only 400, 403 and 404 in Discord's own words speak of the message or its chat; anything else is not for ever.
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
  const { name, code } =
    error instanceof Error ? (error as NodeJS.ErrnoException) : { name: 'unknown', code: undefined };
  return new DiscordError(`discord unreachable: ${code ?? name}`, 'later');
}
