import type { Environ } from '../../../src/config.ts';
import type { SimulatorState } from '../../../src/simulator/control/state.ts';
import type { Simulator } from '../../../src/simulator/server.ts';

/** Won, by the bot's settings. */
export interface Caps {
  readonly order: number;
  readonly day: number;
}

/** An account as the settings have it, and the venue that it is at. */
export interface AccountSetup {
  /** What follows `@` in a line. */
  readonly name: string;
  readonly title: string;
  /** `50000000-01` */
  readonly number: string;
  /** Accounts of one dialect are at one venue, and meet in one book. */
  readonly dialect: 'live' | 'paper';
  readonly appKey: string;
  readonly caps: Caps;
  /** By the settings, and as its venue has it. */
  readonly callsPerSecond: number;
  readonly venueCallsPerSecond: number;
}

/** An account of a world, with the venue that it is at. */
export interface TestAccount extends AccountSetup {
  /** The name under which the ledger keeps it. */
  readonly ledgerName: string;
  readonly simulator: Simulator;
}

/** Nothing listens there: the world takes connections by these addresses to its simulators. */
export const hosts = { live: 'http://127.0.0.1:1', paper: 'http://127.0.0.1:2' } as const;

/** The settings of the accounts; those of the first have no account in their names. */
export function settingsOf(setups: readonly AccountSetup[]): Environ {
  const all = setups.map((setup, position): Environ => {
    const { name, title, number, dialect, appKey, caps, callsPerSecond } = setup;
    const isFirst = position === 0;
    const kis = isFirst ? 'KIS_' : `KIS_${name.toUpperCase()}_`;
    const hoga = isFirst ? 'HOGA_' : kis;
    return {
      [`${kis}ENV`]: dialect,
      [`${kis}REST_URL`]: hosts[dialect],
      [`${kis}WS_URL`]: hosts[dialect].replace('http', 'ws'),
      [`${kis}APP_KEY`]: appKey,
      [`${kis}APP_SECRET`]: `secret-of-${appKey}`,
      [`${kis}ACCOUNT`]: number,
      [`${kis}HTS_ID`]: 'hogasim',
      [`${kis}CALLS_PER_SECOND`]: String(callsPerSecond),
      [`${hoga}MAX_DAILY_KRW`]: String(caps.day),
      [`${hoga}MAX_ORDER_KRW`]: String(caps.order),
      ...(setups.length > 1 ? { [`KIS_${name.toUpperCase()}_TITLE`]: title } : {}),
    };
  });
  const names = setups.map(({ name }) => name).join(',');
  return Object.assign({}, ...all, setups.length > 1 ? { HOGA_ACCOUNTS: names } : {}) as Environ;
}

/** As src/app/account-units.ts names them: the ledger's file is that of the first account's venue. */
export function ledgerNameOf({ name, dialect }: AccountSetup, [first]: readonly AccountSetup[]): string {
  return dialect === first?.dialect ? name : `${name}-${dialect}`;
}

/** What the venue knows of one account. */
export function accountState(
  { number }: Pick<AccountSetup, 'number'>,
  { accounts }: SimulatorState,
): SimulatorState['accounts'][number] {
  const own = accounts.find(({ account }) => account === number);
  if (own === undefined) throw new Error(`the venue has no account ${number}`);
  return own;
}

/** The messages that name an account; with one account none does, and all are about it. */
export function textsAbout(
  texts: readonly string[],
  { title }: Pick<AccountSetup, 'title'>,
  all: readonly unknown[],
): readonly string[] {
  return all.length < 2 ? texts : texts.filter((text) => text.startsWith(`[${title} · `));
}
