// @ts-nocheck
import { pino } from 'pino';
import { redacted, type Secret } from './secret.ts';

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
  /** From now on this is taken out too. Of what was learnt so, the newest hundred are kept: tokens last a day. */
  learn(secret: Secret): void;
}

const mostLearnt = 100;
/** Taking out anything shorter would leave nothing to read. */
const shortestSecret = 4;
/** A text that was cut short may end within a secret: so much of one is told by its beginning. */
const tellingStart = 12;

/**
 * Knows the secrets it was given, in the forms in which they travel, and what looks like one: bearer tokens, JWTs, bot
 * tokens in URLs, and the middle of account numbers as people write them.
 */
export function createRedactor(secrets: readonly Secret[]): Redactor {
  let learnt: readonly Secret[] = [];
  let known = patternOf(secrets);
  return {
    redact: (text) =>
      text
        .replace(/\b(\d{4})\d{4}-(\d{2})\b/g, '$1****-$2')
        .replace(known, redacted)
        .replace(/eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?/g, redacted)
        .replace(/Bearer\s+[\w.~+/=-]+/gi, `Bearer ${redacted}`)
        .replace(/bot\d+(?::|%3A)[\w-]{20,}/gi, `bot${redacted}`),
    learn(secret) {
      if (learnt.some((other) => other.equals(secret))) return;
      learnt = [...learnt, secret].slice(-mostLearnt);
      known = patternOf([...secrets, ...learnt]);
    },
  };
}

function patternOf(secrets: readonly Secret[]): RegExp {
  const texts = secrets.map((secret) => secret.reveal().trim().toWellFormed());
  const forms = new Set(texts.filter(({ length }) => length >= shortestSecret).flatMap(formsOf));
  // Of two that begin alike the longer must be tried first, or its end would stay.
  const whole = [...forms].sort((a, b) => b.length - a.length).map(wherever);
  const long = texts.filter(({ length }) => length > tellingStart);
  const cutShort = long.map((text) => `${literally(text.slice(0, tellingStart))}[\\w+/=~.-]*`);
  return forms.size === 0 ? /(?!)/g : new RegExp([...whole, ...cutShort].join('|'), 'g');
}

/** A text as it stands in plain, in JSON, in JSON within JSON, in URLs and forms, and in base64. */
function formsOf(text: string): readonly string[] {
  const inJson = (plain: string): string => JSON.stringify(plain).slice(1, -1);
  const inUrl = encodeURIComponent(text);
  return [
    text,
    inJson(text),
    inJson(inJson(text)),
    inUrl,
    inUrl.replaceAll(/%../g, (part) => part.toLowerCase()),
    new URLSearchParams([['', text]]).toString().slice(1),
    ...inBase64(text),
  ];
}

/** The part of a text's base64 that is the same whatever stands before and after it, in both alphabets. */
function inBase64(text: string): readonly string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.from(`${' '.repeat(before)}${text}`);
    const first = Math.ceil((before * 8) / 6);
    const end = Math.floor((bytes.length * 8) / 6);
    return [bytes.toString('base64').slice(first, end), bytes.toString('base64url').slice(first, end)];
  });
}

/** Digits alone are only meant where the number ends too: the time of day may well hold somebody's account number. */
function wherever(form: string): string {
  const literal = literally(form);
  return /^\d+$/.test(form) ? `(?:(?<!\\d)|(?<=%[\\dA-Fa-f]{2}))${literal}(?!\\d)` : literal;
}

function literally(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
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
