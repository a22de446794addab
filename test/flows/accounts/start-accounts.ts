import type { Environ } from '../../../src/config.ts';
import type { StartAccount } from '../../../src/simulator/server.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

/** An account beside the first, all at one simulator. */
export interface TestAccount extends Partial<Omit<StartAccount, 'number'>> {
  /** As in HOGA_ACCOUNTS. */
  readonly name: string;
  /** Its settings by what follows `KIS_ISA_`: `TITLE`, `OWNERS`. */
  readonly settings?: Environ;
}

const numberAt = (position: number): string => String(50_000_000 + position);

/** The bot with several accounts at the simulator, each with a key of its own; the first is 50000000-01 and main. */
export function startAccounts(
  others: readonly TestAccount[],
  { env, simulator, main = {}, ...options }: HarnessOptions & { env?: Environ; main?: Partial<StartAccount> } = {},
): Promise<Harness> {
  const accounts = [
    { number: numberAt(0), product: '01', ...main },
    ...others.map(({ name: _, settings: __, ...account }, index) => ({
      product: '01',
      ...account,
      number: numberAt(index + 1),
    })),
  ];
  return startHarness({
    ...options,
    simulator: { accounts, ...simulator },
    env: ({ restUrl, wsUrl }) => {
      const own = others.flatMap(
        ({ name, settings = {} }, index): readonly (readonly [string, string | undefined])[] => {
          const account = accounts[index + 1];
          return Object.entries({
            ENV: 'live',
            REST_URL: restUrl,
            WS_URL: wsUrl,
            APP_KEY: `key-of-${name}-0000000000000000000000`,
            APP_SECRET: `secret-of-${name}-000000000000000000000`,
            ACCOUNT: `${account?.number}-${account?.product}`,
            HTS_ID: 'hogasim',
            CALLS_PER_SECOND: '1000',
            ...settings,
          }).map(([setting, value]) => [`KIS_${name.toUpperCase()}_${setting}`, value]);
        },
      );
      return {
        HOGA_ACCOUNTS: ['main', ...others.map(({ name }) => name)].join(','),
        ...Object.fromEntries(own),
        ...env,
      };
    },
  });
}
