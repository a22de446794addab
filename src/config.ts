import { join, parse as parsePath } from 'node:path';
import {
  type AccountSettings,
  accountProblems,
  isSimulated,
  type PeopleSettings,
  readAccount,
  readPeople,
} from './config/account.ts';
import { accountVariables, type NamedAccount, namedAccounts } from './config/account-names.ts';
import { type ConfigProblem, type Environ, present } from './config/environ.ts';
import { postgresUrl, secretsIn } from './config/secrets.ts';
import { fillsWebhookChat, webhookChat } from './domain/people/chat-address.ts';
import type { NoticeWebhook } from './domain/people/webhooks.ts';
import { type SettingWords, settingWords } from './i18n/setting-words.ts';
import type { Environment } from './kis/wire/environment.ts';
import { createRedactor } from './log.ts';
import { Secret } from './secret.ts';
import { unknownSettings } from './settings/nearest.ts';
import { type PersonSetting, type Settings, settingsSchema, webhookUrl } from './settings/schema.ts';

export type { AccountSettings, ConfigProblem, Environ, PersonSetting };
export { secretsIn };

/** All settings of the process, read once and frozen. */
export interface Config {
  /** At least one; the first is the one that a chat works with until it chooses another. */
  readonly accounts: readonly [AccountSettings, ...AccountSettings[]];
  /** Who may do what in the accounts that have no lists of their own. */
  readonly people: PeopleSettings;
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
  /** Where traces are sent by OTLP over HTTP, without a slash at its end; undefined where nobody collects them. */
  readonly tracesTo: string | undefined;
  /** Undefined when Discord is not used. */
  readonly discord:
    | { readonly token: Secret; readonly guildId: string | undefined; readonly apiRoot: string | undefined }
    | undefined;
  /** The webhooks of Discord channels that are told of some kinds of notices. */
  readonly webhooks: readonly WebhookSetting[];
  /** How long a ticket may be pressed, in milliseconds. */
  readonly confirmMs: number;
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
   * Where the ledger and the cache are. Each venue has a ledger of its own, because an order number means nothing at
   * another venue.
   */
  readonly store: FileSettings | PostgresSettings;
  readonly language: 'ko' | 'en';
  /** The colours of charts. */
  readonly chartTheme: 'dark' | 'light';
  readonly logLevel: string;
  /** The texts that must never appear in a log or a chat. */
  readonly secrets: readonly Secret[];
}

/** The paths of two files. With the embedded simulator both are `:memory:`, because it forgets everything when it stops. */
export interface FileSettings {
  readonly ledger: string;
  readonly cache: string;
}

/** A database on PostgreSQL, which several processes may share, and the schema of the venue's ledger in it. */
export interface PostgresSettings {
  /** With the password. */
  readonly url: Secret;
  readonly schema: string;
}

/** A Discord webhook. `apiRoot` is set when its URL names a server other than Discord's. */
export interface WebhookSetting extends NoticeWebhook {
  /** The setting that holds its URL. */
  readonly setting: string;
  readonly id: string;
  readonly token: Secret;
  readonly apiRoot: string | undefined;
}

/** The environment of this process. No other place reads it. */
export function processEnviron(): Environ {
  return process.env;
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
  const schema = settingsSchema(words, redact);
  const { accounts, problems: nameProblems } = namedAccounts(given, words);
  // The settings of KIS are those of an account, and are read with it.
  const shared = schema.safeParse(
    Object.fromEntries(Object.entries(given).filter(([name]) => !name.startsWith('KIS_'))),
  );
  const parsed = accounts.map((account) => ({ account, result: schema.safeParse(account.given) }));
  const problems = [
    ...nameProblems,
    ...parsed.flatMap(({ account, result }) => issuesOf(result, account.variableOf)),
    ...issuesOf(shared, (setting) => setting),
    ...sameAccounts(accounts, words),
    ...accounts.flatMap(({ given: own, variableOf }) =>
      accountProblems(own, words).map(({ variable, problem }) => ({
        variable: variableOf(variable),
        // The remedy names settings as well, and they are this account's.
        problem: problem.replaceAll(/\bKIS_[A-Z_]+/g, variableOf),
      })),
    ),
    ...storeProblems(given, words),
    ...webhookProblems(given, words),
    ...kindProblems(given, words),
    ...sheetProblems(given, words),
    // With this variable Node would accept any certificate as KIS's.
    ...(given[tlsOff] === '0' ? [{ variable: tlsOff, problem: words.tlsOff }] : []),
    ...unknownSettings(Object.keys(given), [...settingNames, ...accountVariables(given)]).map(({ name, nearest }) => ({
      variable: redact(name),
      problem: words.unknown(nearest),
    })),
  ];
  const [first, ...others] = parsed.flatMap(({ account, result }, position) =>
    result.success ? [readAccount(account, result.data, position)] : [],
  );
  // What all accounts share is wrong once, however many read it.
  if (!shared.success || first === undefined || problems.length > 0) return { problems: withoutDoubles(problems) };
  return { config: assemble(shared.data, [first, ...others], secrets) };
}

const tlsOff = 'NODE_TLS_REJECT_UNAUTHORIZED';

function issuesOf(
  { error }: ReturnType<ReturnType<typeof settingsSchema>['safeParse']>,
  variableOf: (setting: string) => string,
): readonly ConfigProblem[] {
  return (error?.issues ?? []).map(({ path, message }) => ({ variable: variableOf(path.join('.')), problem: message }));
}

/** One account by two names would have its caps twice, and its fills told twice. */
function sameAccounts(accounts: readonly NamedAccount[], words: SettingWords): readonly ConfigProblem[] {
  const idOf = ({ given }: NamedAccount): string | undefined => {
    const number = given['KIS_ACCOUNT']?.replaceAll(/\D/g, '');
    const isEmbedded = isSimulated(given) && given['KIS_REST_URL'] === undefined;
    return number === undefined || isEmbedded ? undefined : `${given['KIS_ENV']} ${given['KIS_REST_URL']} ${number}`;
  };
  return accounts.flatMap((account, position) => {
    const other = accounts.slice(0, position).find((earlier) => idOf(earlier) === idOf(account));
    if (other === undefined || idOf(account) === undefined) return [];
    const problem = words.accountNumberTwice(other.variableOf('KIS_ACCOUNT'));
    return [{ variable: account.variableOf('KIS_ACCOUNT'), problem }];
  });
}

function withoutDoubles(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  return [...new Map(problems.map((it) => [`${it.variable} ${it.problem}`, it])).values()];
}

function storeProblems(given: Environ, words: SettingWords): readonly ConfigProblem[] {
  const url = given['STORE_URL'];
  if (url === undefined || /^sqlite:.+/.test(url)) return [];
  if (!postgresUrl.test(url)) return [{ variable: 'STORE_URL', problem: words.store }];
  // What is wrong with it must not be shown, because it holds a password.
  const names = URL.canParse(url) && new URL(url).pathname.length > 1;
  return names ? [] : [{ variable: 'STORE_URL', problem: words.postgres }];
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

/** Kinds without a webhook would tell nobody anything, though somebody expects to be told. */
function kindProblems(given: Environ, { kindsNeed }: SettingWords): readonly ConfigProblem[] {
  if (given['DISCORD_WEBHOOK_KINDS'] === undefined || given['DISCORD_WEBHOOK_URL'] !== undefined) return [];
  return [{ variable: 'DISCORD_WEBHOOK_KINDS', problem: kindsNeed }];
}

/** Checks that a Telegram webhook has its secret and HTTP port, and a URL that Telegram can push to. */
function webhookProblems(given: Environ, words: SettingWords): readonly ConfigProblem[] {
  const url = given['TELEGRAM_WEBHOOK_URL'];
  if (url === undefined) return [];
  const problems = [...missingOf(words.webhookNeeds, given)];
  if (!URL.canParse(url)) return problems;
  const { port, pathname } = new URL(url);
  const wrong = (problem: string): ConfigProblem => ({ variable: 'TELEGRAM_WEBHOOK_URL', problem });
  if (/^\/(?:health|ready|metrics)\/*$/.test(pathname)) problems.push(wrong(words.webhookPath));
  // A self-hosted Bot API server can push to any port.
  if (given['TELEGRAM_API_ROOT'] === undefined && !telegramPorts.includes(port)) {
    problems.push(wrong(words.webhookPort));
  }
  return problems;
}

/** The ports that Telegram pushes to; the empty text is the default port. */
const telegramPorts: readonly string[] = ['', '443', '80', '88', '8443'];

/** The frozen settings, once nothing is wrong with any of them. */
function assemble(data: Settings, accounts: Config['accounts'], secrets: readonly Secret[]): Config {
  const [{ kis }] = accounts;
  const isEmbedded = accounts.every((account) => account.kis.embedded !== undefined);
  const sheetKey = data.GOOGLE_SERVICE_ACCOUNT_JSON?.privateKey;
  return Object.freeze({
    accounts,
    people: readPeople(data),
    telegram: readTelegram(data),
    httpPort: data.HTTP_PORT,
    tracesTo: data.OTEL_EXPORTER_OTLP_ENDPOINT,
    discord: readDiscord(data),
    webhooks: readWebhooks(data),
    confirmMs: data.HOGA_CONFIRM_SECONDS * 1_000,
    sheets: readSheets(data),
    visibilityMs: data.HOGA_VISIBILITY_SECONDS * 1_000,
    store: readStore(data.STORE_URL, kis.environment.name, isEmbedded),
    language: data.HOGA_LANG,
    chartTheme: data.HOGA_CHART_THEME,
    logLevel: data.LOG_LEVEL,
    secrets: sheetKey === undefined ? secrets : [...secrets, sheetKey],
  });
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

function readWebhooks(data: Settings): readonly WebhookSetting[] {
  const { DISCORD_WEBHOOK_URL: url, DISCORD_WEBHOOK_FILLS_URL: fillsUrl, DISCORD_WEBHOOK_KINDS: kinds } = data;
  return [
    ...readWebhook(url, { setting: 'DISCORD_WEBHOOK_URL', address: webhookChat, kinds }),
    ...readWebhook(fillsUrl, {
      setting: 'DISCORD_WEBHOOK_FILLS_URL',
      address: fillsWebhookChat,
      kinds: ['fills', 'orders'],
    }),
  ];
}

function readWebhook(
  url: string | undefined,
  use: Pick<WebhookSetting, 'setting' | 'address' | 'kinds'>,
): readonly WebhookSetting[] {
  const [, origin = '', id = '', token = ''] = webhookUrl.exec(url ?? '') ?? [];
  if (id === '') return [];
  const own = /^https:\/\/(?:\w+\.)?discord(?:app)?\.com$/.test(origin);
  return [{ ...use, id, token: new Secret(token), apiRoot: own ? undefined : `${origin}/api` }];
}

function readStore(url: string | undefined, venue: Environment['name'], embedded: boolean): Config['store'] {
  if (url !== undefined && postgresUrl.test(url)) {
    return { url: new Secret(url), schema: schemaFor(venue) };
  }
  return storePaths(url?.slice('sqlite:'.length), venue, embedded);
}

/** The schema of a venue's ledger on PostgreSQL. */
export function schemaFor(venue: Environment['name']): string {
  return venue === 'live' ? 'hoga' : `hoga_${venue}`;
}

/** `data/hoga.db` is the live ledger; the files of paper and the simulator carry the venue in their names. */
function storePaths(path: string | undefined, venue: Environment['name'], embedded: boolean): FileSettings {
  if (embedded && path === undefined) return { ledger: ':memory:', cache: ':memory:' };
  const { dir, name, ext } = parsePath(path ?? 'data/hoga.db');
  return {
    ledger: join(dir, `${name}${venue === 'live' ? '' : `-${venue}`}${ext}`),
    cache: join(dir, `${name}-cache${ext}`),
  };
}
