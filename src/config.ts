import { join, parse as parsePath } from 'node:path';
import { type SettingWords, settingWords } from './i18n/setting-words.ts';
import { type Environment, environments, simulatorEnvironment, venueOfHost } from './kis/wire/environment.ts';
import { createRedactor } from './log.ts';
import { Secret } from './secret.ts';
import { unknownSettings } from './settings/nearest.ts';
import { type PersonSetting, type Settings, settingsSchema, webhookUrl } from './settings/schema.ts';

export type { PersonSetting };

/** All settings of the process, read once and frozen. */
export interface Config {
  readonly kis: {
    readonly environment: Environment;
    /** The simulator to start inside this process, which needs no keys; undefined when the settings name a host. */
    readonly embedded: { readonly kind: 'live' | 'paper'; readonly hours: 'open' | 'live' } | undefined;
    /** Undefined for the embedded simulator, which accepts any key. */
    readonly credentials:
      | {
          readonly appKey: Secret;
          readonly appSecret: Secret;
          readonly account: { readonly number: string; readonly product: string };
          readonly htsId: string | undefined;
        }
      | undefined;
    /** A live key that reads what the paper host does not offer; undefined without one. */
    readonly liveReads:
      | {
          readonly environment: Environment;
          readonly key: { readonly appKey: Secret; readonly appSecret: Secret };
        }
      | undefined;
    readonly pong: 'echo' | 'frame';
    /** Whether orders are sent with KIS's hash of their body (`hashkey`). */
    readonly hashkey: boolean;
  };
  /** Whether orders may go to a host where real money moves. */
  readonly liveTrading: 'no' | 'yes' | 'daily';
  readonly people: {
    readonly owners: readonly PersonSetting[];
    readonly traders: readonly PersonSetting[];
    readonly viewers: readonly PersonSetting[];
  };
  /** Undefined when Telegram is not used. */
  readonly telegram:
    | {
        readonly token: Secret;
        readonly apiRoot: string | undefined;
        /** Undefined when the bot polls Telegram. */
        readonly webhook: { readonly url: string; readonly secret: Secret } | undefined;
      }
    | undefined;
  /** The port of the HTTP server for health checks and webhooks; undefined for no server. */
  readonly httpPort: number | undefined;
  /** Undefined when Discord is not used. */
  readonly discord:
    | { readonly token: Secret; readonly guildId: string | undefined; readonly apiRoot: string | undefined }
    | undefined;
  /** The webhook of a Discord channel that receives the owners' notices; undefined without one. */
  readonly discordWebhook: WebhookSetting | undefined;
  readonly riskLimits: {
    /** Won. */
    readonly maxOrder: number;
    /** Won. */
    readonly maxDaily: number;
    readonly driftPercent: number;
    readonly maxSlippagePercent: number;
    readonly confirmMs: number;
  };
  /** The Google Sheet that tables are exported to; undefined without one. */
  readonly sheets:
    | {
        readonly spreadsheetId: string;
        readonly email: string;
        readonly privateKey: Secret;
        readonly apiRoot: string | undefined;
      }
    | undefined;
  /** How long KIS's lists of orders may lag behind the orders themselves, in milliseconds. */
  readonly visibilityMs: number;
  /**
   * The paths of the ledger's and the cache's file. Each venue has a ledger of its own, because an order number means
   * nothing at another venue. With the embedded simulator both are `:memory:`, because the simulator forgets everything
   * when it stops.
   */
  readonly store: { readonly ledger: string; readonly cache: string };
  readonly language: 'ko' | 'en';
  /** The colours of charts. */
  readonly chartTheme: 'dark' | 'light';
  readonly logLevel: string;
  /** The texts that must never appear in a log or a chat. */
  readonly secrets: readonly Secret[];
}

/** A Discord webhook. `apiRoot` is set when its URL names a server other than Discord's. */
export interface WebhookSetting {
  readonly id: string;
  readonly token: Secret;
  readonly apiRoot: string | undefined;
}

/** A problem with a setting, and what to do about it. */
export interface ConfigProblem {
  readonly variable: string;
  readonly problem: string;
}

export type Environ = Readonly<Record<string, string | undefined>>;

/** The environment of this process. No other place reads it. */
export function processEnviron(): Environ {
  return process.env;
}

const credentialNames = ['KIS_APP_KEY', 'KIS_APP_SECRET', 'KIS_ACCOUNT'] as const;

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

/** The secrets among the settings, including those of invalid settings. */
export function secretsIn(given: Readonly<Partial<Record<SecretSetting, string | undefined>>>): readonly Secret[] {
  const environ: Readonly<Partial<Record<SecretSetting, string>>> = present(given);
  const { KIS_APP_KEY, KIS_APP_SECRET, KIS_ACCOUNT, TELEGRAM_BOT_TOKEN, DISCORD_BOT_TOKEN } = environ;
  const account = KIS_ACCOUNT?.replaceAll(/\D/g, '');
  // A bot token is its public id, a colon and the secret part. A webhook's URL ends with its token.
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

/**
 * The settings that have a value, without surrounding quotes: `docker --env-file` passes quotes on that a shell would
 * remove.
 */
function present(environ: Environ): Readonly<Record<string, string>> {
  const given = Object.entries(environ).map(([name, value = '']): [string, string] => {
    const text = value.trim();
    return [name, (/^(["'`])(.*)\1$/s.exec(text)?.[2] ?? text).trim()];
  });
  return Object.fromEntries(given.filter(([, value]) => value !== ''));
}

/** The names of all settings. */
export const settingNames: readonly string[] = Object.keys(settingsSchema(settingWords.ko, String).shape);

/** The language of the settings, read before they are validated. */
export function languageOf(environ: Environ): Config['language'] {
  return present(environ)['HOGA_LANG'] === 'en' ? 'en' : 'ko';
}

/**
 * Reads the settings. All problems are returned at once, each with its variable and a valid example, in the language of
 * HOGA_LANG. They contain no secrets and must be shown without the redactor, which would remove the examples.
 */
export function readConfig(
  environ: Environ,
): { readonly config: Config } | { readonly problems: readonly ConfigProblem[] } {
  const words = settingWords[languageOf(environ)];
  const secrets = secretsIn(environ);
  const { redact } = createRedactor(secrets);
  const given = present(environ);
  const parsed = settingsSchema(words, redact).safeParse(given);
  const problems: ConfigProblem[] = parsed.success
    ? []
    : parsed.error.issues.map((issue) => ({ variable: issue.path.join('.'), problem: issue.message }));
  const keys = credentialNames.filter((name) => given[name] !== undefined);
  const venue = given['KIS_ENV'] ?? (keys.length === 0 ? 'simulator' : 'paper');
  const simulated = venue === 'simulator';
  // The embedded simulator ignores KIS keys, so that a rehearsal works with the same .env.
  const embedded = simulated && given['KIS_REST_URL'] === undefined;
  if (!embedded && (!simulated || keys.length > 0)) {
    const missing = credentialNames.filter((name) => given[name] === undefined);
    problems.push(...missing.map((variable) => ({ variable, problem: words.credential(keys[0] ?? 'KIS_ENV') })));
  }
  if (!embedded) problems.push(...liveReadProblems(given, venue, words), ...simulatorProblems(given, simulated, words));
  problems.push(...storeProblems(given, words));
  if (!simulated) problems.push(...plainTextProblems(given, words));
  problems.push(...webhookProblems(given, words), ...sheetProblems(given, words));
  // With this variable Node would accept any certificate as KIS's.
  const tlsOff = 'NODE_TLS_REJECT_UNAUTHORIZED';
  if (given[tlsOff] === '0') problems.push({ variable: tlsOff, problem: words.tlsOff });
  const unknown = unknownSettings(Object.keys(given), settingNames);
  problems.push(...unknown.map(({ name, nearest }) => ({ variable: redact(name), problem: words.unknown(nearest) })));
  if (!parsed.success || problems.length > 0) return { problems };
  return { config: assemble(parsed.data, simulated, secrets) };
}

/**
 * Refuses URLs over which keys would be sent unencrypted. KIS's socket has no TLS, but receives only the approval key
 * that the REST API issued for it, never the app key.
 */
function plainTextProblems(given: Environ, words: SettingWords): readonly ConfigProblem[] {
  return ['KIS_REST_URL', 'KIS_LIVE_REST_URL']
    .filter((variable) => {
      const url = given[variable] ?? '';
      return URL.canParse(url) && new URL(url).protocol === 'http:' && venueOfHost(url) !== 'simulator';
    })
    .map((variable) => ({ variable, problem: words.plainText }));
}

function storeProblems(given: Environ, words: SettingWords): readonly ConfigProblem[] {
  const url = given['STORE_URL'];
  if (url === undefined || /^sqlite:.+/.test(url)) return [];
  return [{ variable: 'STORE_URL', problem: url.startsWith('postgres') ? words.postgres : words.store }];
}

const liveReadNames = ['KIS_LIVE_APP_KEY', 'KIS_LIVE_APP_SECRET'] as const;

/** A live key for reads needs both its parts, and is only used beside a paper key. */
function liveReadProblems(given: Environ, venue: string, words: SettingWords): readonly ConfigProblem[] {
  const named = [...liveReadNames, 'KIS_LIVE_REST_URL'].filter((name) => given[name] !== undefined);
  const [first] = named;
  if (first === undefined) return [];
  if (venue !== 'paper') return named.map((variable) => ({ variable, problem: words.paperOnly }));
  return liveReadNames
    .filter((name) => given[name] === undefined)
    .map((variable) => ({ variable, problem: words.liveKey(first) }));
}

/**
 * Settings of the simulator are refused with KIS's own hosts. A simulator in a process of its own is given its clock
 * there.
 */
function simulatorProblems(given: Environ, simulated: boolean, words: SettingWords): readonly ConfigProblem[] {
  const names = simulated ? ['HOGA_SIMULATOR_CLOCK'] : ['HOGA_SIMULATOR', 'HOGA_SIMULATOR_CLOCK'];
  const problem = simulated ? words.clockElsewhere : words.simulatorOnly;
  return names.filter((name) => given[name] !== undefined).map((variable) => ({ variable, problem }));
}

/** The sheet and the service account that writes to it must be set together. */
function sheetProblems(given: Environ, { sheetNeeds }: SettingWords): readonly ConfigProblem[] {
  const missing = missingOf(sheetNeeds, given);
  return missing.length === 1 ? missing : [];
}

function missingOf(needs: Readonly<Record<string, string>>, given: Environ): readonly ConfigProblem[] {
  return Object.entries(needs)
    .filter(([variable]) => given[variable] === undefined)
    .map(([variable, problem]) => ({ variable, problem }));
}

/** Checks that a Telegram webhook has its secret and HTTP port, and a URL that Telegram can push to. */
function webhookProblems(given: Environ, words: SettingWords): readonly ConfigProblem[] {
  const url = given['TELEGRAM_WEBHOOK_URL'];
  if (url === undefined) return [];
  const problems = [...missingOf(words.webhookNeeds, given)];
  if (!URL.canParse(url)) return problems;
  const { port, pathname } = new URL(url);
  const wrong = (problem: string): ConfigProblem => ({ variable: 'TELEGRAM_WEBHOOK_URL', problem });
  if (/^\/health\/*$/.test(pathname)) problems.push(wrong(words.webhookPath));
  // A self-hosted Bot API server can push to any port.
  if (given['TELEGRAM_API_ROOT'] === undefined && !telegramPorts.includes(port)) {
    problems.push(wrong(words.webhookPort));
  }
  return problems;
}

/** The ports that Telegram pushes to; the empty text is the default port. */
const telegramPorts: readonly string[] = ['', '443', '80', '88', '8443'];

/** The frozen settings, once nothing is wrong with any of them. */
function assemble(data: Settings, simulated: boolean, secrets: readonly Secret[]): Config {
  const kis = readKis(data, simulated);
  const isEmbedded = kis.embedded !== undefined;
  const sheetKey = data.GOOGLE_SERVICE_ACCOUNT_JSON?.privateKey;
  return Object.freeze({
    kis,
    liveTrading: data.HOGA_LIVE_TRADING,
    people: { owners: data.HOGA_OWNERS, traders: data.HOGA_TRADERS, viewers: data.HOGA_VIEWERS },
    telegram: readTelegram(data),
    httpPort: data.HTTP_PORT,
    discord: readDiscord(data),
    discordWebhook: readWebhook(data.DISCORD_WEBHOOK_URL),
    riskLimits: {
      maxOrder: data.HOGA_MAX_ORDER_KRW,
      maxDaily: data.HOGA_MAX_DAILY_KRW,
      driftPercent: data.HOGA_PRICE_DRIFT_PERCENT,
      maxSlippagePercent: data.HOGA_MAX_SLIPPAGE_PERCENT,
      confirmMs: data.HOGA_CONFIRM_SECONDS * 1_000,
    },
    sheets: readSheets(data),
    visibilityMs: data.HOGA_VISIBILITY_SECONDS * 1_000,
    store: storePaths(data.STORE_URL?.slice('sqlite:'.length), kis.environment.name, isEmbedded),
    language: data.HOGA_LANG,
    chartTheme: data.HOGA_CHART_THEME,
    logLevel: data.LOG_LEVEL,
    secrets: sheetKey === undefined ? secrets : [...secrets, sheetKey],
  });
}

function readKis(data: Settings, simulated: boolean): Config['kis'] {
  const isEmbedded = simulated && data.KIS_REST_URL === undefined;
  return {
    environment: readEnvironment(data, simulated),
    embedded: isEmbedded ? { kind: data.HOGA_SIMULATOR, hours: data.HOGA_SIMULATOR_CLOCK } : undefined,
    credentials: isEmbedded ? undefined : readCredentials(data),
    liveReads: isEmbedded ? undefined : readLiveReads(data),
    pong: data.KIS_PINGPONG,
    hashkey: data.KIS_HASHKEY === 'on',
  };
}

function readEnvironment(data: Settings, simulated: boolean): Environment {
  const base: Environment = simulated
    ? simulatorEnvironment(data.HOGA_SIMULATOR)
    : environments[data.KIS_ENV ?? 'paper'];
  const restUrl = data.KIS_REST_URL ?? base.restUrl;
  // A simulator serves master files of its own; with them a test or a rehearsal does not wait for KIS's download host.
  const masterUrl = venueOfHost(restUrl) === 'simulator' ? `${restUrl}/common/master` : base.masterUrl;
  return {
    ...base,
    restUrl,
    masterUrl: data.KIS_MASTER_URL ?? masterUrl,
    wsUrl: data.KIS_WS_URL ?? base.wsUrl,
    callsPerSecond: data.KIS_CALLS_PER_SECOND ?? base.callsPerSecond,
  };
}

/** KIS_ACCOUNT holds ten digits: eight of the account and two of the product (`12345678-01`). */
function readCredentials(data: Settings): Config['kis']['credentials'] {
  const { KIS_APP_KEY: appKey, KIS_APP_SECRET: appSecret, KIS_ACCOUNT: account } = data;
  if (appKey === undefined || appSecret === undefined) return undefined;
  const digits = account?.replace('-', '') ?? '';
  return {
    appKey: new Secret(appKey),
    appSecret: new Secret(appSecret),
    account: { number: digits.slice(0, 8), product: digits.slice(8) },
    htsId: data.KIS_HTS_ID,
  };
}

function readLiveReads(data: Settings): Config['kis']['liveReads'] {
  const { KIS_LIVE_APP_KEY: appKey, KIS_LIVE_APP_SECRET: appSecret } = data;
  if (appKey === undefined || appSecret === undefined) return undefined;
  const { live } = environments;
  return {
    environment: { ...live, restUrl: data.KIS_LIVE_REST_URL ?? live.restUrl },
    key: { appKey: new Secret(appKey), appSecret: new Secret(appSecret) },
  };
}

function readSheets(data: Settings): Config['sheets'] {
  const { GOOGLE_SHEETS_ID: spreadsheetId, GOOGLE_SERVICE_ACCOUNT_JSON: account } = data;
  if (spreadsheetId === undefined || account === undefined) return undefined;
  return { spreadsheetId, ...account, apiRoot: data.GOOGLE_API_ROOT };
}

function readTelegram(data: Settings): Config['telegram'] {
  const { TELEGRAM_BOT_TOKEN: token, TELEGRAM_WEBHOOK_URL: url, TELEGRAM_WEBHOOK_SECRET: secret } = data;
  if (token === undefined) return undefined;
  const webhook = url === undefined || secret === undefined ? undefined : { url, secret: new Secret(secret) };
  return { token: new Secret(token), apiRoot: data.TELEGRAM_API_ROOT, webhook };
}

function readDiscord(data: Settings): Config['discord'] {
  const { DISCORD_BOT_TOKEN: token, DISCORD_GUILD_ID: guildId, DISCORD_API_ROOT: apiRoot } = data;
  return token === undefined ? undefined : { token: new Secret(token), guildId, apiRoot };
}

function readWebhook(url: string | undefined): WebhookSetting | undefined {
  const [, origin = '', id = '', token = ''] = webhookUrl.exec(url ?? '') ?? [];
  if (id === '') return undefined;
  const own = /^https:\/\/(?:\w+\.)?discord(?:app)?\.com$/.test(origin);
  return { id, token: new Secret(token), apiRoot: own ? undefined : `${origin}/api` };
}

/** `data/hoga.db` is the live ledger; the files of paper and the simulator carry the venue in their names. */
function storePaths(path: string | undefined, venue: Environment['name'], embedded: boolean): Config['store'] {
  if (embedded && path === undefined) return { ledger: ':memory:', cache: ':memory:' };
  const { dir, name, ext } = parsePath(path ?? 'data/hoga.db');
  return {
    ledger: join(dir, `${name}${venue === 'live' ? '' : `-${venue}`}${ext}`),
    cache: join(dir, `${name}-cache${ext}`),
  };
}
