import type { SettingWords } from '../i18n/setting-words.ts';
import { type Environment, environments, simulatorEnvironment, venueOfHost } from '../kis/wire/environment.ts';
import { Secret } from '../secret.ts';
import type { PersonSetting, Settings } from '../settings/schema.ts';
import type { ConfigProblem, Environ } from './environ.ts';

/** Who may do what. */
export interface PeopleSettings {
  readonly owners: readonly PersonSetting[];
  readonly traders: readonly PersonSetting[];
  readonly viewers: readonly PersonSetting[];
}

/** The settings of one account. */
export interface AccountSettings {
  /** As in HOGA_ACCOUNTS: `main`. */
  readonly name: string;
  /** What people see instead of the name; undefined for the name itself. */
  readonly title: string | undefined;
  /** How its venue is reached, and as whom. */
  readonly kis: {
    readonly environment: Environment;
    /** The simulator to start inside this process, which needs no keys; undefined when the settings name a host. */
    readonly embedded: { readonly kind: 'live' | 'paper'; readonly hours: 'open' | 'live' } | undefined;
    readonly key: { readonly appKey: Secret; readonly appSecret: Secret };
    readonly account: { readonly number: string; readonly product: string };
    /** Fills are pushed under it; undefined when they have to be looked up. */
    readonly htsId: string | undefined;
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
  readonly riskLimits: {
    /** Won. */
    readonly maxOrder: number;
    /** Won. */
    readonly maxDaily: number;
    readonly driftPercent: number;
    readonly maxSlippagePercent: number;
    readonly confirmMs: number;
  };
  /** The account's own lists of people; undefined where the lists of the bot count. */
  readonly people: PeopleSettings | undefined;
}

const credentialNames = ['KIS_APP_KEY', 'KIS_APP_SECRET', 'KIS_ACCOUNT'] as const;

/** Whether the settings ask for a simulator: they say so, or hold no key. */
export function isSimulated(given: Environ): boolean {
  return venueOf(given) === 'simulator';
}

function venueOf(given: Environ): string {
  return given['KIS_ENV'] ?? (keysIn(given).length === 0 ? 'simulator' : 'paper');
}

function keysIn(given: Environ): readonly string[] {
  return credentialNames.filter((name) => given[name] !== undefined);
}

/** What is wrong with the settings of one account as a whole; each by itself was validated before. */
export function accountProblems(given: Environ, words: SettingWords): readonly ConfigProblem[] {
  const keys = keysIn(given);
  const simulated = isSimulated(given);
  // The embedded simulator ignores KIS keys, so that a rehearsal works with the same .env.
  const embedded = simulated && given['KIS_REST_URL'] === undefined;
  if (embedded) return [];
  const missing = !simulated || keys.length > 0 ? credentialNames.filter((name) => given[name] === undefined) : [];
  return [
    ...missing.map((variable) => ({ variable, problem: words.credential(keys[0] ?? 'KIS_ENV') })),
    ...liveReadProblems(given, venueOf(given), words),
    ...simulatorProblems(given, simulated, words),
    ...(simulated ? [] : plainTextProblems(given, words)),
  ];
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

/** The settings of one account, once nothing is wrong with any of them; `position` is its place in HOGA_ACCOUNTS. */
export function readAccount(
  {
    name,
    title,
    ownPeople,
  }: { readonly name: string; readonly title: string | undefined; readonly ownPeople: boolean },
  data: Settings,
  position: number,
): AccountSettings {
  const simulated = data.KIS_ENV === 'simulator' || (data.KIS_ENV === undefined && !hasKey(data));
  const isEmbedded = simulated && data.KIS_REST_URL === undefined;
  return {
    name,
    title,
    kis: {
      environment: readEnvironment(data, simulated),
      embedded: isEmbedded ? { kind: data.HOGA_SIMULATOR, hours: data.HOGA_SIMULATOR_CLOCK } : undefined,
      ...readAccess(data, simulated, isEmbedded, position),
      liveReads: isEmbedded ? undefined : readLiveReads(data),
      pong: data.KIS_PINGPONG,
      hashkey: data.KIS_HASHKEY === 'on',
    },
    liveTrading: data.HOGA_LIVE_TRADING,
    riskLimits: {
      maxOrder: data.HOGA_MAX_ORDER_KRW,
      maxDaily: data.HOGA_MAX_DAILY_KRW,
      driftPercent: data.HOGA_PRICE_DRIFT_PERCENT,
      maxSlippagePercent: data.HOGA_MAX_SLIPPAGE_PERCENT,
      confirmMs: data.HOGA_CONFIRM_SECONDS * 1_000,
    },
    people: ownPeople ? readPeople(data) : undefined,
  };
}

export function readPeople(data: Settings): PeopleSettings {
  return { owners: data.HOGA_OWNERS, traders: data.HOGA_TRADERS, viewers: data.HOGA_VIEWERS };
}

function hasKey(data: Settings): boolean {
  return credentialNames.some((name) => data[name] !== undefined);
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
    maxRegistrations: data.KIS_MAX_REGISTRATIONS ?? base.maxRegistrations,
  };
}

/** KIS_ACCOUNT holds ten digits: eight of the account and two of the product (`12345678-01`). */
function readAccess(
  data: Settings,
  simulated: boolean,
  embedded: boolean,
  position: number,
): Pick<AccountSettings['kis'], 'key' | 'account' | 'htsId'> {
  const { KIS_APP_KEY: appKey, KIS_APP_SECRET: appSecret, KIS_ACCOUNT: account, KIS_HTS_ID: htsId } = data;
  const digits = account?.replace('-', '') ?? '';
  if (!embedded && appKey !== undefined && appSecret !== undefined) {
    const key = { appKey: new Secret(appKey), appSecret: new Secret(appSecret) };
    return { key, account: { number: digits.slice(0, 8), product: digits.slice(8) }, htsId };
  }
  // A simulator takes any key and opens any account, so each account gets a key and a number of its own.
  const suffix = position === 0 ? '' : `-${position + 1}`;
  return {
    key: {
      appKey: new Secret(`hoga-simulator-app-key${suffix}`),
      appSecret: new Secret(`hoga-simulator-app-secret${suffix}`),
    },
    account: { number: String(50_000_000 + position), product: embedded && digits !== '' ? digits.slice(8) : '01' },
    htsId: simulated ? 'hogasim' : htsId,
  };
}

function readLiveReads(data: Settings): AccountSettings['kis']['liveReads'] {
  const { KIS_LIVE_APP_KEY: appKey, KIS_LIVE_APP_SECRET: appSecret } = data;
  if (appKey === undefined || appSecret === undefined) return undefined;
  const { live } = environments;
  return {
    environment: { ...live, restUrl: data.KIS_LIVE_REST_URL ?? live.restUrl },
    key: { appKey: new Secret(appKey), appSecret: new Secret(appSecret) },
  };
}
