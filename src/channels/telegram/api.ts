import { Api, GrammyError, HttpError, InputFile } from 'grammy';
import { ChannelError } from '../../chat/channel.ts';
import type { Clock } from '../../clock.ts';
import type { Secret } from '../../secret.ts';

export { InputFile };

/** grammY's types name a look-alike of Node's own AbortSignal; at run time it takes either. */
export type ApiSignal = NonNullable<Parameters<Api['getMe']>[0]>;
export type ApiRequest<T> = (api: Api, signal: ApiSignal) => Promise<T>;

const requestMs = 10_000;

/** What Telegram said, or that it said nothing. */
export class TelegramError extends ChannelError {
  /** The supergroup that the chat has become. */
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

/** Requests to Telegram, each sent once and with an end to waiting for it. */
export class TelegramApi {
  readonly #api: Api;
  readonly #clock: Clock;

  constructor(options: { readonly token: Secret; readonly apiRoot?: string | undefined; readonly clock: Clock }) {
    const { apiRoot } = options;
    this.#api = new Api(options.token.reveal(), {
      // What is said in a chat is for Telegram alone, wherever somebody in between would have it sent.
      baseFetchConfig: { redirect: 'error' },
      ...(apiRoot === undefined ? {} : { apiRoot }),
    });
    this.#clock = options.clock;
  }

  /** @throws TelegramError, which never holds the token. */
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
 * Errors of the network quote the URL, and the URL holds the token: nothing of them is kept but their kind. Only 400
 * and 403 speak of the message or its chat; a wrong token, a limit and a fault of Telegram's are not for ever.
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
