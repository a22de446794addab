import { pino } from 'pino';
import { redacted, type Secret } from './secret.ts';
import { SecretTexts } from './secret-texts.ts';

/** Fields beside a constant message; never a secret. */
export type LogFields = Readonly<Record<string, unknown>>;

/** What the rooms log with. Messages are constant strings, so that they can be searched and counted. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Takes out of a text what must not be seen in it. */
export interface Redactor {
  redact(text: string): string;
  /** From now on this is taken out too. Of what was learnt so, the newest are kept: tokens last a day. */
  learn(secret: Secret): void;
}

/** So much is kept of what is learnt, and two more for each secret of the settings: every app key has its tokens. */
const mostLearnt = 100;

/**
 * Knows the secrets it was given, in the forms in which they travel, and what looks like one: bearer tokens, JWTs, bot
 * tokens in URLs, and the middle of account numbers as people write them.
 */
export function createRedactor(secrets: readonly Secret[]): Redactor {
  const texts = new SecretTexts();
  for (const secret of secrets) texts.add(secret.reveal());
  const most = mostLearnt + 2 * secrets.length;
  const learnt = new Set<string>();
  return {
    redact: (text) =>
      texts
        .hideIn(text.replace(/\b(\d{4})\d{4}-(\d{2})\b/g, '$1****-$2'))
        .replace(/eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g, redacted)
        .replace(/Bearer\s+[\w.~+/=-]+/gi, `Bearer ${redacted}`)
        .replace(/bot\d+(?::|%3A)[\w-]{20,}/gi, `bot${redacted}`),
    learn(secret) {
      const text = secret.reveal();
      if (learnt.has(text)) return;
      learnt.add(text);
      texts.add(text);
      const [oldest] = learnt;
      if (learnt.size <= most || oldest === undefined) return;
      learnt.delete(oldest);
      texts.remove(oldest);
    },
  };
}

/** JSON lines on stderr: `level,time,msg` and fields. */
export function createLog(options: {
  readonly level: string;
  readonly redactor: Redactor;
  readonly write?: (line: string) => void;
}): Log {
  const { redactor } = options;
  const write = options.write ?? ((line: string) => void process.stderr.write(line));
  const logger = pino(
    { level: options.level, base: null, serializers: { error: describe } },
    // Redacting the finished line covers every field, message and stack, also ones nobody thought of.
    { write: (line: string) => write(redactor.redact(line)) },
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
