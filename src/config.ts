import { readFileSync } from 'node:fs';
import { join, parse as parsePath } from 'node:path';
import { z } from 'zod';
import { type Environment, environments, venueOfHost } from './kis/environment.ts';
import { Secret } from './secret.ts';

/** Everything the process was told, read once and frozen. */
export interface Config {
  readonly kis: {
    readonly environment: Environment;
    /** Start a simulator inside this process: none was named, and no keys were given. */
    readonly embedded: boolean;
    /** Undefined for a simulator, which takes any. */
    readonly credentials:
      | {
          readonly appKey: Secret;
          readonly appSecret: Secret;
          readonly account: { readonly number: string; readonly product: string };
          readonly htsId: string | undefined;
        }
      | undefined;
    /** A live key beside paper's, to read what paper lacks; undefined where there is none. */
    readonly liveReads:
      | {
          readonly environment: Environment;
          readonly key: { readonly appKey: Secret; readonly appSecret: Secret };
        }
      | undefined;
    readonly pong: 'echo' | 'frame';
    /** Whether orders carry KIS's hash of their body. */
    readonly hashkey: boolean;
  };
  /** Whether orders may go to a host where real money moves. */
  readonly liveTrading: 'no' | 'yes' | 'daily';
  readonly people: {
    readonly owners: readonly PersonSetting[];
    readonly traders: readonly PersonSetting[];
    readonly viewers: readonly PersonSetting[];
  };
  /** Undefined where Telegram is not used. */
  readonly telegram:
    | {
        readonly token: Secret;
        readonly apiRoot: string | undefined;
        /** Undefined where Telegram is polled. */
        readonly webhook: { readonly url: string; readonly secret: Secret } | undefined;
      }
    | undefined;
  /** Where health is told and webhooks come in; undefined where nothing is served. */
  readonly httpPort: number | undefined;
  /** Undefined where Discord is not used. */
  readonly discord:
    | { readonly token: Secret; readonly guildId: string | undefined; readonly apiRoot: string | undefined }
    | undefined;
  /** A Discord channel that is told what the owners are told; undefined where there is none. */
  readonly discordWebhook: WebhookSetting | undefined;
  readonly rails: {
    /** Won. */
    readonly maxOrder: number;
    /** Won. */
    readonly maxDaily: number;
    readonly driftPercent: number;
    readonly maxSlippagePercent: number;
    readonly confirmMs: number;
  };
  /** A Google Sheet that tables are exported to; undefined where there is none. */
  readonly sheets:
    | {
        readonly spreadsheetId: string;
        readonly email: string;
        readonly privateKey: Secret;
        readonly apiRoot: string | undefined;
      }
    | undefined;
  /** How long the venue's lists may lag behind what they list, in milliseconds. */
  readonly visibilityMs: number;
  /**
   * Paths of the ledger's file and the cache's. Each venue has a ledger of its own, because order numbers of one mean
   * nothing at another; an embedded simulator forgets everything when it stops, and so do the files it needs none of.
   */
  readonly store: { readonly ledger: string; readonly cache: string };
  readonly language: 'ko' | 'en';
  /** What charts look like. */
  readonly chartTheme: 'dark' | 'light';
  readonly logLevel: string;
  /** What must never be seen in a log or a chat. */
  readonly secrets: readonly Secret[];
}

/** A Discord webhook: `apiRoot` is set where its URL names another server than Discord's. */
export interface WebhookSetting {
  readonly id: string;
  readonly token: Secret;
  readonly apiRoot: string | undefined;
}

/** One person, by every identity they have: `['telegram:123', 'discord:456']`. */
export type PersonSetting = readonly string[];

/** One thing wrong with the settings, with the remedy. */
export interface ConfigProblem {
  readonly variable: string;
  readonly problem: string;
}

export type Environ = Readonly<Record<string, string | undefined>>;

/** The process's own environment; the one place that reads it. */
export function processEnviron(): Environ {
  return process.env;
}

const credentialNames = ['KIS_APP_KEY', 'KIS_APP_SECRET', 'KIS_ACCOUNT'] as const;

function wholeNumber(example: number, least: number, unit: string): z.ZodType<number, string> {
  return z
    .string()
    .regex(/^[\d,_]+$/, `a whole number of ${unit}, such as ${example}`)
    .transform((raw) => Number(raw.replaceAll(/[,_]/g, '')))
    .refine((value) => value >= least, `at least ${least} ${unit}`);
}

const longestIdentity = 30;

const people = z
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
      // What is longer than any identity may be a key that landed on the wrong line.
      const shown = wrong.length > longestIdentity ? `an entry of ${wrong.length} characters` : `'${wrong}'`;
      context.addIssue({
        code: 'custom',
        message: `${shown} is not an identity; write telegram:123+discord:456,telegram:789`,
      });
    }
    return identities;
  });

function percentage(example: string, otherwise: string) {
  return z
    .string()
    .regex(/^\d+(?:\.\d+)?$/, `a percentage such as ${example}`)
    .default(otherwise)
    .transform(Number);
}

function url(...protocols: readonly string[]) {
  return z
    .string()
    .refine(
      (raw) => URL.canParse(raw) && protocols.includes(new URL(raw).protocol),
      `a URL starting with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    )
    .transform((raw) => raw.replace(/\/+$/, ''))
    .optional();
}

const serviceAccountShape = z.object({
  client_email: z.string().regex(/^\S+@\S+$/),
  private_key: z.string().startsWith('-----BEGIN PRIVATE KEY-----'),
});

/** The name and key of a Google service account, from the file that Google gives out once. */
const serviceAccount = z
  .string()
  .transform((path, context) => {
    try {
      const found = serviceAccountShape.parse(JSON.parse(readFileSync(path, 'utf8')));
      return { email: found.client_email, privateKey: new Secret(found.private_key) };
    } catch (error) {
      // Neither the path nor what the parser says is repeated: the key itself may have landed in either.
      const isThere = !(error instanceof Error && 'syscall' in error);
      const problem = isThere ? "that is not a service account's key file" : 'there is no such file to be read';
      context.addIssue({
        code: 'custom',
        message: `${problem}; give the path of the JSON from Google Cloud, IAM, Keys`,
      });
      return z.NEVER;
    }
  })
  .optional();

/** Server, id and token. */
const webhookUrl = /^(https?:\/\/[^/]+)\/api(?:\/v\d+)?\/webhooks\/(\d+)\/([\w-]+)\/?$/;

const portWanted = 'a port from 1 to 65535, such as 8080';

const schema = z.object({
  KIS_ENV: z.enum(['simulator', 'paper', 'live'], 'one of simulator, paper, live').optional(),
  KIS_APP_KEY: z.string().min(8, 'the app key from KIS Developers, 8 characters or more').optional(),
  KIS_APP_SECRET: z.string().min(8, 'the app secret from KIS Developers, 8 characters or more').optional(),
  KIS_ACCOUNT: z
    .string()
    .regex(/^\d{8}-?\d{2}$/, 'eight digits and two, such as 12345678-01')
    .optional(),
  KIS_HTS_ID: z.string().optional(),
  KIS_REST_URL: url('http:', 'https:'),
  KIS_WS_URL: url('ws:', 'wss:'),
  KIS_MASTER_URL: url('http:', 'https:'),
  KIS_CALLS_PER_SECOND: wholeNumber(18, 1, 'calls').optional(),
  KIS_LIVE_APP_KEY: z.string().min(8, 'the live app key from KIS Developers, 8 characters or more').optional(),
  KIS_LIVE_APP_SECRET: z.string().min(8, 'the live app secret from KIS Developers, 8 characters or more').optional(),
  KIS_LIVE_REST_URL: url('http:', 'https:'),
  KIS_HASHKEY: z.enum(['on', 'off'], 'on or off').default('off'),
  KIS_PINGPONG: z.enum(['echo', 'frame'], 'echo or frame').default('echo'),
  TELEGRAM_BOT_TOKEN: z
    .string()
    .regex(/^\d+:[\w-]{20,}$/, "the token from Telegram's @BotFather, such as 123456:ABC-DEF…")
    .optional(),
  TELEGRAM_API_ROOT: url('http:', 'https:'),
  TELEGRAM_WEBHOOK_URL: url('https:'),
  TELEGRAM_WEBHOOK_SECRET: z
    .string()
    .regex(/^[\w-]{1,256}$/, '1 to 256 letters, digits, _ or -, such as `openssl rand -hex 32` makes')
    .optional(),
  DISCORD_BOT_TOKEN: z
    .string()
    .regex(
      /^[\w-]{18,}\.[\w-]{4,}\.[\w-]{20,}$/,
      "the bot's token from Discord's developer portal, three parts with dots",
    )
    .optional(),
  DISCORD_GUILD_ID: z
    .string()
    .regex(/^\d{17,20}$/, "a server's id: 17 to 20 digits, by 'Copy Server ID' in Discord's developer mode")
    .optional(),
  DISCORD_API_ROOT: url('http:', 'https:'),
  DISCORD_WEBHOOK_URL: z
    .string()
    .regex(
      webhookUrl,
      "the URL from the channel's settings in Discord, such as https://discord.com/api/webhooks/123/abc…",
    )
    .optional(),
  HOGA_LIVE_TRADING: z.enum(['no', 'yes', 'daily'], 'no, yes or daily').default('no'),
  HOGA_OWNERS: people,
  HOGA_TRADERS: people,
  HOGA_VIEWERS: people,
  HOGA_MAX_ORDER_KRW: wholeNumber(5_000_000, 1, 'won').default(5_000_000),
  HOGA_MAX_DAILY_KRW: wholeNumber(20_000_000, 1, 'won').default(20_000_000),
  HOGA_PRICE_DRIFT_PERCENT: percentage('1 or 0.5', '1'),
  HOGA_MAX_SLIPPAGE_PERCENT: percentage('3 or 0.5', '3'),
  HOGA_CONFIRM_SECONDS: wholeNumber(60, 5, 'seconds').default(60),
  HOGA_VISIBILITY_SECONDS: wholeNumber(30, 10, 'seconds').default(30),
  HTTP_PORT: z
    .string()
    .regex(/^\d+$/, portWanted)
    .transform(Number)
    .refine((port) => port >= 1 && port <= 65_535, portWanted)
    .optional(),
  GOOGLE_SHEETS_ID: z
    .string()
    .regex(/^[\w-]{20,}$/, "what stands after /d/ in the spreadsheet's address")
    .optional(),
  GOOGLE_SERVICE_ACCOUNT_JSON: serviceAccount,
  GOOGLE_API_ROOT: url('http:', 'https:'),
  STORE_URL: z.string().optional(),
  HOGA_LANG: z.enum(['ko', 'en'], 'ko or en').default('ko'),
  HOGA_CHART_THEME: z.enum(['dark', 'light'], 'dark or light').default('dark'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], 'a pino level such as info')
    .default('info'),
});

type SecretSetting =
  | 'KIS_APP_KEY'
  | 'KIS_APP_SECRET'
  | 'KIS_ACCOUNT'
  | 'KIS_LIVE_APP_KEY'
  | 'KIS_LIVE_APP_SECRET'
  | 'TELEGRAM_BOT_TOKEN'
  | 'TELEGRAM_WEBHOOK_SECRET'
  | 'DISCORD_BOT_TOKEN'
  | 'DISCORD_WEBHOOK_URL';

/** What of the settings must never be seen, as far as it is there; also of settings that are wrong otherwise. */
export function secretsIn(environ: Readonly<Partial<Record<SecretSetting, string | undefined>>>): readonly Secret[] {
  const { KIS_APP_KEY, KIS_APP_SECRET, KIS_ACCOUNT, TELEGRAM_BOT_TOKEN, DISCORD_BOT_TOKEN } = environ;
  const account = KIS_ACCOUNT?.replaceAll(/\D/g, '');
  // The part of a bot's token before the colon is its id, which everybody may know; a webhook's token ends its URL.
  const texts = [
    KIS_APP_KEY,
    KIS_APP_SECRET,
    environ.KIS_LIVE_APP_KEY,
    environ.KIS_LIVE_APP_SECRET,
    TELEGRAM_BOT_TOKEN,
    TELEGRAM_BOT_TOKEN?.split(':')[1],
    environ.TELEGRAM_WEBHOOK_SECRET,
    DISCORD_BOT_TOKEN,
    webhookUrl.exec(environ.DISCORD_WEBHOOK_URL ?? '')?.[3],
  ];
  return [...texts, account, account?.slice(0, 8)]
    .filter((text) => text !== undefined && text.trim() !== '')
    .map((text) => new Secret(String(text)));
}

/** Every variable that is read. */
export const settingNames: readonly string[] = Object.keys(schema.shape);

/**
 * Reads the settings. All problems come back at once, each with its variable and what would be right.
 */
export function readConfig(
  environ: Environ,
): { readonly config: Config } | { readonly problems: readonly ConfigProblem[] } {
  // `KEY=` in a file means "not set".
  const present = Object.fromEntries(
    Object.entries(environ).filter(([, value]) => value !== undefined && value.trim() !== ''),
  );
  const parsed = schema.safeParse(present);
  const problems: ConfigProblem[] = parsed.success
    ? []
    : parsed.error.issues.map((issue) => ({ variable: issue.path.join('.'), problem: issue.message }));
  const given = credentialNames.filter((name) => present[name] !== undefined);
  const venue = present['KIS_ENV'] ?? (given.length === 0 ? 'simulator' : 'paper');
  const simulated = venue === 'simulator';
  if (!simulated || given.length > 0) {
    for (const name of credentialNames) {
      if (present[name] === undefined) {
        problems.push({
          variable: name,
          problem: `needed beside ${given[0] ?? 'KIS_ENV'}; take it from KIS Developers, or set KIS_ENV=simulator and no keys to try without`,
        });
      }
    }
  }
  problems.push(...liveReadProblems(present, venue));
  const storeUrl = present['STORE_URL'];
  if (storeUrl?.startsWith('postgres')) {
    problems.push({ variable: 'STORE_URL', problem: 'PostgreSQL is not yet supported; use sqlite:data/hoga.db' });
  } else if (storeUrl !== undefined && !/^sqlite:.+/.test(storeUrl)) {
    problems.push({ variable: 'STORE_URL', problem: 'sqlite: and a path, such as sqlite:data/hoga.db' });
  }
  problems.push(...webhookProblems(present), ...sheetProblems(present));
  if (!parsed.success || problems.length > 0) return { problems };
  return { config: assemble(parsed.data, simulated) };
}

const liveReadNames = ['KIS_LIVE_APP_KEY', 'KIS_LIVE_APP_SECRET'] as const;

/** A live key for reads is both halves of it, and stands beside a paper key. */
function liveReadProblems(present: Environ, venue: string): readonly ConfigProblem[] {
  const given = [...liveReadNames, 'KIS_LIVE_REST_URL'].filter((name) => present[name] !== undefined);
  const [first] = given;
  if (first === undefined) return [];
  if (venue !== 'paper') {
    return given.map((variable) => ({
      variable,
      problem: 'only on paper, to read what paper lacks; leave it out, or set KIS_ENV=paper with its keys',
    }));
  }
  return liveReadNames
    .filter((name) => present[name] === undefined)
    .map((variable) => ({ variable, problem: `needed beside ${first}; take it from KIS Developers, live` }));
}

/** A sheet is of no use without the account that writes to it, nor the other way round. */
function sheetProblems(present: Environ): readonly ConfigProblem[] {
  const remedies = {
    GOOGLE_SHEETS_ID: "what stands after /d/ in the spreadsheet's address",
    GOOGLE_SERVICE_ACCOUNT_JSON: "the path of the service account's JSON key file",
  };
  const missing = Object.entries(remedies).filter(([variable]) => present[variable] === undefined);
  if (missing.length !== 1) return [];
  return missing.map(([variable, remedy]) => ({
    variable,
    problem: `needed for exports to a Google Sheet: ${remedy}`,
  }));
}

/** What a webhook needs beside its URL, and where Telegram can push to at all. */
function webhookProblems(present: Environ): readonly ConfigProblem[] {
  const url = present['TELEGRAM_WEBHOOK_URL'];
  if (url === undefined) return [];
  const remedies = {
    TELEGRAM_BOT_TOKEN: "the token from Telegram's @BotFather",
    TELEGRAM_WEBHOOK_SECRET: 'make one with `openssl rand -hex 32`',
    HTTP_PORT: 'the port that what comes to that URL is passed on to, such as 8080',
  };
  const problems = Object.entries(remedies)
    .filter(([variable]) => present[variable] === undefined)
    .map(([variable, remedy]) => ({ variable, problem: `needed beside TELEGRAM_WEBHOOK_URL: ${remedy}` }));
  if (!URL.canParse(url)) return problems;
  const { port, pathname } = new URL(url);
  const wrong = (problem: string): ConfigProblem => ({ variable: 'TELEGRAM_WEBHOOK_URL', problem });
  if (/^\/health\/*$/.test(pathname)) problems.push(wrong('another path than /health, which tells how the bot is'));
  // A Bot API server of one's own pushes anywhere.
  if (present['TELEGRAM_API_ROOT'] === undefined && !telegramPorts.includes(port)) {
    problems.push(wrong('a port that Telegram pushes to: 443, 80, 88 or 8443'));
  }
  return problems;
}

/** The first is what no port means. */
const telegramPorts: readonly string[] = ['', '443', '80', '88', '8443'];

function assemble(data: z.infer<typeof schema>, simulated: boolean): Config {
  const base: Environment = environments[data.KIS_ENV ?? (simulated ? 'simulator' : 'paper')];
  const restUrl = data.KIS_REST_URL ?? base.restUrl;
  // A stand-in on this machine has master files of its own; nobody should wait for KIS's beside it.
  const besideApi = venueOfHost(restUrl) === 'simulator' ? `${restUrl}/common/master` : base.masterUrl;
  const environment: Environment = {
    ...base,
    restUrl,
    masterUrl: data.KIS_MASTER_URL ?? besideApi,
    wsUrl: data.KIS_WS_URL ?? base.wsUrl,
    callsPerSecond: data.KIS_CALLS_PER_SECOND ?? base.callsPerSecond,
  };
  const embedded = simulated && data.KIS_REST_URL === undefined;
  const { KIS_APP_KEY: appKey, KIS_APP_SECRET: appSecret, KIS_ACCOUNT: account } = data;
  const digits = account?.replace('-', '') ?? '';
  const credentials =
    appKey === undefined || appSecret === undefined
      ? undefined
      : {
          appKey: new Secret(appKey),
          appSecret: new Secret(appSecret),
          account: { number: digits.slice(0, 8), product: digits.slice(8) },
          htsId: data.KIS_HTS_ID,
        };
  return Object.freeze({
    kis: {
      environment,
      embedded,
      credentials,
      liveReads: readLiveReads(data),
      pong: data.KIS_PINGPONG,
      hashkey: data.KIS_HASHKEY === 'on',
    },
    liveTrading: data.HOGA_LIVE_TRADING,
    people: { owners: data.HOGA_OWNERS, traders: data.HOGA_TRADERS, viewers: data.HOGA_VIEWERS },
    telegram:
      data.TELEGRAM_BOT_TOKEN === undefined
        ? undefined
        : {
            token: new Secret(data.TELEGRAM_BOT_TOKEN),
            apiRoot: data.TELEGRAM_API_ROOT,
            webhook: readTelegramWebhook(data),
          },
    httpPort: data.HTTP_PORT,
    discord:
      data.DISCORD_BOT_TOKEN === undefined
        ? undefined
        : {
            token: new Secret(data.DISCORD_BOT_TOKEN),
            guildId: data.DISCORD_GUILD_ID,
            apiRoot: data.DISCORD_API_ROOT,
          },
    discordWebhook: readWebhook(data.DISCORD_WEBHOOK_URL),
    rails: {
      maxOrder: data.HOGA_MAX_ORDER_KRW,
      maxDaily: data.HOGA_MAX_DAILY_KRW,
      driftPercent: data.HOGA_PRICE_DRIFT_PERCENT,
      maxSlippagePercent: data.HOGA_MAX_SLIPPAGE_PERCENT,
      confirmMs: data.HOGA_CONFIRM_SECONDS * 1_000,
    },
    sheets: readSheets(data),
    visibilityMs: data.HOGA_VISIBILITY_SECONDS * 1_000,
    store: storePaths(data.STORE_URL?.slice('sqlite:'.length), environment.name, embedded),
    language: data.HOGA_LANG,
    chartTheme: data.HOGA_CHART_THEME,
    logLevel: data.LOG_LEVEL,
    secrets: [
      ...secretsIn(data),
      ...(data.GOOGLE_SERVICE_ACCOUNT_JSON === undefined ? [] : [data.GOOGLE_SERVICE_ACCOUNT_JSON.privateKey]),
    ],
  });
}

function readLiveReads(data: z.infer<typeof schema>): Config['kis']['liveReads'] {
  const { KIS_LIVE_APP_KEY: appKey, KIS_LIVE_APP_SECRET: appSecret } = data;
  if (appKey === undefined || appSecret === undefined) return undefined;
  const { live } = environments;
  return {
    environment: { ...live, restUrl: data.KIS_LIVE_REST_URL ?? live.restUrl },
    key: { appKey: new Secret(appKey), appSecret: new Secret(appSecret) },
  };
}

function readSheets(data: z.infer<typeof schema>): Config['sheets'] {
  const { GOOGLE_SHEETS_ID: spreadsheetId, GOOGLE_SERVICE_ACCOUNT_JSON: account } = data;
  if (spreadsheetId === undefined || account === undefined) return undefined;
  return { spreadsheetId, ...account, apiRoot: data.GOOGLE_API_ROOT };
}

function readTelegramWebhook(data: z.infer<typeof schema>) {
  const { TELEGRAM_WEBHOOK_URL: url, TELEGRAM_WEBHOOK_SECRET: secret } = data;
  return url === undefined || secret === undefined ? undefined : { url, secret: new Secret(secret) };
}

function readWebhook(url: string | undefined): WebhookSetting | undefined {
  const [, origin = '', id = '', token = ''] = webhookUrl.exec(url ?? '') ?? [];
  if (id === '') return undefined;
  const own = /^https:\/\/(?:\w+\.)?discord(?:app)?\.com$/.test(origin);
  return { id, token: new Secret(token), apiRoot: own ? undefined : `${origin}/api` };
}

/** `data/hoga.db` is live's; paper's and the simulator's names say so. */
function storePaths(path: string | undefined, venue: Environment['name'], embedded: boolean): Config['store'] {
  if (embedded && path === undefined) return { ledger: ':memory:', cache: ':memory:' };
  const { dir, name, ext } = parsePath(path ?? 'data/hoga.db');
  return {
    ledger: join(dir, `${name}${venue === 'live' ? '' : `-${venue}`}${ext}`),
    cache: join(dir, `${name}-cache${ext}`),
  };
}
