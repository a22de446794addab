/** What differs between KIS's hosts. */
export interface Environment {
  readonly name: 'live' | 'paper' | 'simulator';
  /** Whose TR ids, columns and texts the host uses. */
  readonly dialect: 'live' | 'paper';
  readonly restUrl: string;
  /** With the path; KIS has no TLS here. */
  readonly wsUrl: string;
  /** The folder with the stock master files. */
  readonly masterUrl: string;
  /** Calls a second for one app key, since 2026-04-20. */
  readonly callsPerSecond: number;
  /** Registrations on one socket, all products together. */
  readonly maxRegistrations: number;
  readonly hours: 'exchange' | 'own';
}

/** Where KIS publishes its stock master files, for live and paper alike. */
const masterUrl = 'https://new.real.download.dws.co.kr/common/master';

/** KIS's own hosts (its sample repository of 2026-07) and limits (its notice of 2026-04-20). */
export const environments = {
  live: {
    name: 'live',
    dialect: 'live',
    restUrl: 'https://openapi.koreainvestment.com:9443',
    wsUrl: 'ws://ops.koreainvestment.com:21000/tryitout',
    masterUrl,
    callsPerSecond: 18,
    maxRegistrations: 41,
    hours: 'exchange',
  },
  paper: {
    name: 'paper',
    dialect: 'paper',
    restUrl: 'https://openapivts.koreainvestment.com:29443',
    wsUrl: 'ws://ops.koreainvestment.com:31000/tryitout',
    masterUrl,
    callsPerSecond: 1,
    maxRegistrations: 41,
    hours: 'exchange',
  },
  /** It uses the live dialect. Its addresses are known once it listens; its hours are read from it. */
  simulator: {
    name: 'simulator',
    dialect: 'live',
    restUrl: 'http://127.0.0.1:9443',
    wsUrl: 'ws://127.0.0.1:21000/tryitout',
    masterUrl: 'http://127.0.0.1:9443/common/master',
    callsPerSecond: 18,
    maxRegistrations: 41,
    hours: 'own',
  },
} as const satisfies Record<string, Environment>;

/**
 * The simulator's environment by live or paper rules. By paper's it lacks the APIs that paper lacks and takes one call
 * a second.
 */
export function simulatorEnvironment(rules: Environment['dialect']): Environment {
  const { dialect, callsPerSecond } = environments[rules];
  return { ...environments.simulator, dialect, callsPerSecond };
}

/** KIS's paper host. No real money moves there or on this machine; every other host counts as live. */
export const paperHost = new URL(environments.paper.restUrl).hostname;

/**
 * Where orders to this REST host end up. It goes by the host, not by the name of the environment, because that can be
 * set wrongly.
 */
export function venueOfHost(restUrl: string): 'live' | 'paper' | 'simulator' {
  const host = new URL(restUrl).hostname;
  // The whole host is compared: anybody may own 127.0.0.1.example.com.
  if (host === 'localhost' || host === '[::1]' || /^127(?:\.\d+){3}$/.test(host)) return 'simulator';
  return host === paperHost ? 'paper' : 'live';
}

/**
 * Whether two hosts tell of the same market. KIS's own do, paper's and live's; a simulator makes up prices of its own.
 */
export function isSameMarket(one: Pick<Environment, 'restUrl'>, other: Pick<Environment, 'restUrl'>): boolean {
  const isMadeUp = [one, other].some(({ restUrl }) => venueOfHost(restUrl) === 'simulator');
  return isMadeUp ? one.restUrl === other.restUrl : true;
}

/** An environment that is served at other addresses, as by a simulator in this process. */
export function withAddresses(
  environment: Environment,
  { restUrl, wsUrl }: { readonly restUrl: string; readonly wsUrl: string },
): Environment {
  return { ...environment, restUrl, masterUrl: `${restUrl}/common/master`, wsUrl: `${wsUrl}/tryitout` };
}
