import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type WebhookKind, webhookKinds } from '../domain/people/webhooks.ts';
import type { SettingWords } from '../i18n/setting-words.ts';
import { Secret } from '../secret.ts';

/** One person, as the list of their identities: `['telegram:123', 'discord:456']`. */
export type PersonSetting = readonly string[];

/** All settings after validation. */
export type Settings = z.infer<ReturnType<typeof settingsSchema>>;

const longestIdentity = 30;
const longestKind = 20;

const serviceAccountShape = z.object({
  client_email: z.string().regex(/^\S+@\S+$/),
  private_key: z.string().startsWith('-----BEGIN PRIVATE KEY-----'),
});

/** A Discord webhook's URL, split into server, id and token. */
export const webhookUrl = /^(https?:\/\/[^/]+)\/api(?:\/v\d+)?\/webhooks\/(\d+)\/([\w-]+)\/?$/;

/**
 * Validates the settings, with a message for each invalid one. `redact` removes secrets from values that a message
 * quotes, because a key may stand on the wrong line.
 */
export function settingsSchema(words: SettingWords, redact: (text: string) => string) {
  const kinds = settingKinds(words, redact);
  const { oneOf, wholeNumber, percentage, url, people, text } = kinds;
  return z.object({
    HOGA_ACCOUNTS: z.string().optional(),
    KIS_ENV: oneOf('simulator', 'paper', 'live').optional(),
    KIS_APP_KEY: text(/^\S{8,}$/, words.kisKey).optional(),
    KIS_APP_SECRET: text(/^\S{8,}$/, words.kisSecret).optional(),
    KIS_ACCOUNT: text(/^\d{8}-?\d{2}$/, words.account).optional(),
    KIS_HTS_ID: text(/^\S+$/, words.htsId).optional(),
    KIS_REST_URL: url('http:', 'https:'),
    KIS_WS_URL: url('ws:', 'wss:'),
    KIS_MASTER_URL: url('http:', 'https:'),
    KIS_CALLS_PER_SECOND: wholeNumber(18, 1, words.unit.calls).optional(),
    KIS_MAX_REGISTRATIONS: wholeNumber(41, 1, words.unit.registrations).optional(),
    KIS_LIVE_APP_KEY: text(/^\S{8,}$/, words.kisKey).optional(),
    KIS_LIVE_APP_SECRET: text(/^\S{8,}$/, words.kisSecret).optional(),
    KIS_LIVE_REST_URL: url('http:', 'https:'),
    KIS_HASHKEY: oneOf('on', 'off').default('off'),
    KIS_PINGPONG: oneOf('echo', 'frame').default('echo'),
    HOGA_SIMULATOR: oneOf('live', 'paper').default('live'),
    HOGA_SIMULATOR_CLOCK: oneOf('open', 'live').default('open'),
    TELEGRAM_BOT_TOKEN: text(/^\d+:[\w-]{20,}$/, words.telegramToken).optional(),
    TELEGRAM_API_ROOT: url('http:', 'https:'),
    TELEGRAM_WEBHOOK_URL: url('https:'),
    TELEGRAM_WEBHOOK_SECRET: text(/^[\w-]{1,256}$/, words.webhookSecret).optional(),
    DISCORD_BOT_TOKEN: text(/^[\w-]{18,}\.[\w-]{4,}\.[\w-]{20,}$/, words.discordToken).optional(),
    DISCORD_GUILD_ID: text(/^\d{17,20}$/, words.guild).optional(),
    DISCORD_API_ROOT: url('http:', 'https:'),
    DISCORD_WEBHOOK_URL: text(webhookUrl, words.discordWebhook).optional(),
    DISCORD_WEBHOOK_KINDS: kinds.webhookKinds,
    DISCORD_WEBHOOK_FILLS_URL: text(webhookUrl, words.discordWebhook).optional(),
    HOGA_LIVE_TRADING: oneOf('no', 'yes', 'daily').default('no'),
    HOGA_OWNERS: people,
    HOGA_TRADERS: people,
    HOGA_VIEWERS: people,
    HOGA_MAX_ORDER_KRW: wholeNumber(5_000_000, 1, words.unit.won).default(5_000_000),
    HOGA_MAX_DAILY_KRW: wholeNumber(20_000_000, 1, words.unit.won).default(20_000_000),
    HOGA_PRICE_DRIFT_PERCENT: percentage('1 or 0.5', '1'),
    HOGA_MAX_SLIPPAGE_PERCENT: percentage('3 or 0.5', '3'),
    HOGA_CONFIRM_SECONDS: wholeNumber(60, 5, words.unit.seconds).default(60),
    HOGA_VISIBILITY_SECONDS: wholeNumber(30, 10, words.unit.seconds).default(30),
    HTTP_PORT: text(/^\d+$/, words.port)
      .transform(Number)
      .refine((port) => port >= 1 && port <= 65_535, words.port)
      .optional(),
    OTEL_EXPORTER_OTLP_ENDPOINT: url('http:', 'https:'),
    GOOGLE_SHEETS_ID: text(/^[\w-]{20,}$/, words.sheet).optional(),
    GOOGLE_SERVICE_ACCOUNT_JSON: kinds.serviceAccount,
    GOOGLE_API_ROOT: url('http:', 'https:'),
    STORE_URL: z.string().optional(),
    HOGA_LANG: oneOf('ko', 'en').default('ko'),
    HOGA_CHART_THEME: oneOf('dark', 'light').default('dark'),
    LOG_LEVEL: oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent').default('info'),
  });
}

/** Kinds of values that several settings use. */
function settingKinds(words: SettingWords, redact: (text: string) => string) {
  const text = (shape: RegExp, otherwise: string) => z.string().regex(shape, otherwise);
  return {
    text,
    oneOf: <const Value extends string>(...values: readonly Value[]) => z.enum(values, words.oneOf(values)),
    wholeNumber: (example: number, least: number, unit: string): z.ZodType<number, string> =>
      text(/^[\d,_]+$/, words.wholeNumber(unit, example))
        .transform((raw) => Number(raw.replaceAll(/[,_]/g, '')))
        .refine((value) => value >= least, words.atLeast(least, unit)),
    percentage: (example: string, otherwise: string) =>
      text(/^\d+(?:\.\d+)?$/, words.percentage(example))
        .default(otherwise)
        .transform(Number),
    url: (...protocols: readonly string[]) =>
      z
        .string()
        .refine((raw) => URL.canParse(raw) && protocols.includes(new URL(raw).protocol), words.url(protocols))
        .transform((raw) => raw.replace(/\/+$/, ''))
        .optional(),
    people: z
      .string()
      .default('')
      .transform((raw, context): readonly PersonSetting[] => {
        const persons = raw
          .split(',')
          .map((part) => part.trim())
          .filter((part) => part !== '');
        const identities = persons.map((person) => person.split('+').map((identity) => identity.trim()));
        const wrong = identities.flat().find((identity) => !/^(?:telegram|discord):\d+$/.test(identity));
        if (wrong !== undefined) {
          const isLong = wrong.length > longestIdentity;
          const message = isLong ? words.longIdentity(wrong.length) : words.notIdentity(redact(wrong));
          context.addIssue({ code: 'custom', message });
        }
        return identities;
      }),
    /** What a webhook is told of, separated by commas. */
    webhookKinds: z
      .string()
      .default('alerts,reports')
      .transform((raw, context): readonly WebhookKind[] => {
        const named = raw
          .split(',')
          .map((part) => part.trim().toLowerCase())
          .filter((part) => part !== '');
        const wrong = named.find((kind) => !webhookKinds.some((known) => known === kind));
        // A token on the wrong line is longer than any kind, and must not be shown.
        const shown = wrong !== undefined && wrong.length > longestKind ? undefined : wrong && redact(wrong);
        if (wrong !== undefined || named.length === 0)
          context.addIssue({ code: 'custom', message: words.webhookKinds(shown, webhookKinds) });
        return webhookKinds.filter((kind) => named.includes(kind));
      }),
    /** The name and key of a Google service account, read from the key file downloaded from Google. */
    serviceAccount: z
      .string()
      .transform((path, context) => {
        try {
          const found = serviceAccountShape.parse(JSON.parse(readFileSync(path, 'utf8')));
          return { email: found.client_email, privateKey: new Secret(found.private_key) };
        } catch (error) {
          // The message quotes neither the path nor the parser's error, because the key itself may be in either.
          const isThere = !(error instanceof Error && 'syscall' in error);
          context.addIssue({ code: 'custom', message: isThere ? words.notKeyFile : words.noKeyFile });
          return z.NEVER;
        }
      })
      .optional(),
  };
}
