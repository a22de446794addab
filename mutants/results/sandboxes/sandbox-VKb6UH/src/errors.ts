/** Facts that help whoever reads the log; never a secret. */
// @ts-nocheck

export type ErrorContext = Readonly<Record<string, string | number | boolean | undefined>>;

/**
 * The one error type that crosses a room's door. `code` says what happened in a way that does not change with the
 * wording, and is also the key under which `i18n/` keeps the sentence for the chat.
 */
export class AppError extends Error {
  override readonly name: string = 'AppError';
  readonly code: string;
  readonly context: ErrorContext;

  constructor(code: string, context: ErrorContext = {}, options: { cause?: unknown; message?: string } = {}) {
    super(options.message ?? code, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.context = context;
  }
}

/** The text of anything thrown, for a log field. */
export function errorText(error: unknown): string {
  if (error instanceof Error) {
    const cause = error.cause === undefined ? '' : ` (${errorText(error.cause)})`;
    return `${error.message}${cause}`;
  }
  return String(error);
}
