import { Api, GrammyError, HttpError, InputFile } from 'grammy';
import { ChannelError } from '../../chat/channel.ts';
import type { Clock } from '../../clock.ts';
import type { Secret } from '../../secret.ts';

export { InputFile };

/** grammY's types demand an AbortSignal of their own, although at run time Node's works. */
export type ApiSignal = NonNullable<Parameters<Api['getMe']>[0]>;
export type ApiRequest<T> = (api: Api, signal: ApiSignal) => Promise<T>;

const requestMs = 10_000;

/** An error that Telegram answered with, or that it did not answer. */
export class TelegramError extends ChannelError {
  /** The id of the supergroup that the chat has become, if it has. */
  readonly movedTo: number | undefined;

  constructor(
    message: string,
    retry: 'never' | 'later',
    options: { readonly afterMs?: number; readonly status?: number; readonly movedTo?: number | undefined } = {},
  ) {
    super(message, retry, options);
    this.movedTo = options.movedTo;
  }
}

/** Telegram's Bot API: each call is one request with a timeout. */
export class TelegramApi {
  readonly #api: Api;
  readonly #clock: Clock;

  constructor(options: { readonly token: Secret; readonly apiRoot?: string | undefined; readonly clock: Clock }) {
    const { apiRoot } = options;
    this.#api = new Api(options.token.reveal(), {
      // Redirects are refused, so that nobody in between can have our messages sent to another server.
      baseFetchConfig: { redirect: 'error' },
      ...(apiRoot === undefined ? {} : { apiRoot }),
    });
    this.#clock = options.clock;
  }

  /**
   * Sends one request.
   * @throws TelegramError, which never contains the token.
   */
  async call<T>(
    request: ApiRequest<T>,
    options: { readonly timeoutMs?: number; readonly stop?: AbortSignal } = {},
  ): Promise<T> {
    const { timeoutMs = requestMs, stop } = options;
    const abort = new AbortController();
    const onStop = (): void => abort.abort();
    if (stop?.aborted === true) onStop();
    stop?.addEventListener('abort', onStop, { once: true });
    const cancel = this.#clock.timer(timeoutMs, onStop);
    try {
      return await request(this.#api, abort.signal as unknown as ApiSignal);
    } catch (error) {
      throw toTelegramError(error);
    } finally {
      cancel();
      stop?.removeEventListener('abort', onStop);
    }
  }
}

/**
 * Converts an error of grammY. A network error quotes the URL, which contains the token, so only its kind is kept. Only
 * 400 and 403 concern the message or its chat for good; a wrong token, a rate limit or a fault of Telegram may pass.
 */
export function toTelegramError(error: unknown): TelegramError {
  if (error instanceof TelegramError) return error;
  if (error instanceof GrammyError) {
    const { error_code: status, description, parameters } = error;
    const retry = status === 400 || status === 403 ? 'never' : 'later';
    const afterMs = parameters.retry_after === undefined ? {} : { afterMs: parameters.retry_after * 1_000 };
    const movedTo = parameters.migrate_to_chat_id;
    return new TelegramError(`telegram ${status}: ${description}`, retry, { status, movedTo, ...afterMs });
  }
  const cause = error instanceof HttpError ? error.error : error;
  const { name, code } =
    cause instanceof Error ? (cause as NodeJS.ErrnoException) : { name: 'unknown', code: undefined };
  return new TelegramError(`telegram unreachable: ${code ?? name}`, 'later');
}
