import { pino } from 'pino';

/** Fields beside a constant message; never a secret. */
export type LogFields = Readonly<Record<string, unknown>>;

/** What the rooms log with. Messages are constant strings, so that they can be searched and counted. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

const redacted = '[redacted]';

/**
 * Replaces what must not be seen, wherever it stands in a text: the secrets it was given, bearer tokens, JWTs, bot
 * tokens in URLs, and the middle of account numbers as people write them.
 */
export function createRedactor(secrets: readonly string[]): (text: string) => string {
  const known = secrets.filter((secret) => secret.length >= 4).sort((a, b) => b.length - a.length);
  return (text) => {
    let clean = text;
    for (const secret of known) clean = clean.replaceAll(secret, redacted);
    return clean
      .replace(/eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g, redacted)
      .replace(/Bearer\s+[\w.~+/=-]+/gi, `Bearer ${redacted}`)
      .replace(/bot\d+:[\w-]{20,}/g, `bot${redacted}`)
      .replace(/\b(\d{4})\d{4}-(\d{2})\b/g, '$1****-$2');
  };
}

/** JSON lines on stderr: `level,time,msg` and fields. */
export function createLog(options: {
  readonly level: string;
  readonly secrets: readonly string[];
  readonly write?: (line: string) => void;
}): Log {
  const redact = createRedactor(options.secrets);
  const write = options.write ?? ((line: string) => void process.stderr.write(line));
  const logger = pino(
    { level: options.level, base: null, serializers: { error: describe } },
    // Redacting the finished line covers every field, message and stack, also ones nobody thought of.
    { write: (line: string) => write(redact(line)) },
  );
  return {
    debug: (message, fields) => logger.debug(fields ?? {}, message),
    info: (message, fields) => logger.info(fields ?? {}, message),
    warn: (message, fields) => logger.warn(fields ?? {}, message),
    error: (message, fields) => logger.error(fields ?? {}, message),
  };
}

/** An error as a field: what, code, context and cause, with the stack of the innermost. */
function describe(error: unknown): unknown {
  if (!(error instanceof Error)) return String(error);
  const { code, context } = error as Error & { code?: unknown; context?: unknown };
  return {
    message: error.message,
    ...(code === undefined ? {} : { code }),
    ...(context === undefined ? {} : { context }),
    ...(error.cause === undefined ? { stack: error.stack } : { cause: describe(error.cause) }),
  };
}
