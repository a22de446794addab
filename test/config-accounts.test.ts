import { describe, expect, test } from 'vitest';
import { type Config, type Environ, readConfig, secretsIn } from '../src/config.ts';

const main = { KIS_APP_KEY: 'main-app-key', KIS_APP_SECRET: 'main-app-secret', KIS_ACCOUNT: '12345678-01' };
const isa = { KIS_ISA_APP_KEY: 'isa-app-key', KIS_ISA_APP_SECRET: 'isa-app-secret', KIS_ISA_ACCOUNT: '87654321-22' };
const both = { HOGA_ACCOUNTS: 'main,isa', ...main, ...isa };

function config(environ: Environ): Config {
  const result = readConfig(environ);
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.config;
}

const problems = (environ: Environ): readonly (readonly [string, string])[] => {
  const result = readConfig({ HOGA_LANG: 'en', ...environ });
  return 'problems' in result ? result.problems.map(({ variable, problem }) => [variable, problem] as const) : [];
};
const variables = (environ: Environ): readonly string[] => problems(environ).map(([variable]) => variable);

describe('names of accounts', () => {
  test.each(['main', 'isa', 'a', 'practice', 'wife2', 'abcdefghijkl'])('%s is one', (name) => {
    expect(problems({ HOGA_ACCOUNTS: name, [`KIS_${name.toUpperCase()}_ENV`]: 'simulator' })).toEqual([]);
  });

  test.each(['all', 'live', 'rest', 'ws', 'app', 'calls', 'account', 'hts', 'env', 'master', 'hashkey', 'pingpong'])(
    '%s would read as another setting',
    (name) => {
      const [[variable, problem] = ['', '']] = problems({ HOGA_ACCOUNTS: `main,${name}` });
      expect(variable).toBe('HOGA_ACCOUNTS');
      expect(problem).toMatch(
        new RegExp(`'${name}' would read as another setting; take another name, such as ${name}1`),
      );
    },
  );

  test.each(['ISA', 'Isa', '1st', 'my_isa', 'my-isa', 'my isa', '연금', 'abcdefghijklm', 'isa.'])(
    '%s is none',
    (name) => {
      const found = problems({ HOGA_ACCOUNTS: `main,${name}` });
      expect(found[0]?.[0]).toBe('HOGA_ACCOUNTS');
      expect(found[0]?.[1]).toContain(`'${name}' is no name for an account`);
    },
  );

  test.each(['main,', ',main', 'main,,isa'])('%j has an empty one', (names) => {
    expect(problems({ ...both, HOGA_ACCOUNTS: names })[0]?.[1]).toContain('no name for an account');
  });

  test('one that is named twice is refused', () => {
    expect(problems({ HOGA_ACCOUNTS: 'main,isa,main', ...main, ...isa })).toContainEqual([
      'HOGA_ACCOUNTS',
      "'main' is named twice; keep one",
    ]);
  });
});

describe('an .env without HOGA_ACCOUNTS', () => {
  test.each<Environ>([
    {},
    main,
    { ...main, KIS_ENV: 'live', HOGA_LIVE_TRADING: 'yes', KIS_HTS_ID: 'me', HOGA_OWNERS: 'telegram:1' },
    { ...main, KIS_LIVE_APP_KEY: 'live-app-key', KIS_LIVE_APP_SECRET: 'live-app-secret', HOGA_MAX_ORDER_KRW: '1000' },
    { KIS_ENV: 'simulator', HOGA_SIMULATOR: 'paper', HOGA_SIMULATOR_CLOCK: 'live' },
    { KIS_ENV: 'simulator', KIS_REST_URL: 'http://127.0.0.1:9443', KIS_CALLS_PER_SECOND: '7' },
  ])('means the account main, and nothing else: %j', (environ) => {
    const plain = config(environ);
    expect(plain.accounts).toHaveLength(1);
    expect(plain.accounts[0]).toMatchObject({ name: 'main', title: undefined, people: undefined });
    // The same as with the account named.
    const named = config({ ...environ, HOGA_ACCOUNTS: 'main' });
    expect(JSON.stringify(named)).toBe(JSON.stringify(plain));
    expect(named.accounts[0].kis.key.appKey.reveal()).toBe(plain.accounts[0].kis.key.appKey.reveal());
  });

  test('the settings of main by their long names mean the same', () => {
    const long = Object.fromEntries(
      Object.entries(main).map(([name, value]) => [name.replace('KIS_', 'KIS_MAIN_'), value]),
    );
    const named = config({ HOGA_ACCOUNTS: 'main', ...long });
    expect(JSON.stringify(named.accounts)).toBe(JSON.stringify(config(main).accounts));
    expect(named.accounts[0].kis.key.appSecret.reveal()).toBe(main.KIS_APP_SECRET);
  });
});

describe('settings of several accounts', () => {
  test('each is read for its own account', () => {
    const { accounts } = config({ ...both, KIS_ISA_ENV: 'live', KIS_ISA_TITLE: '연금', KIS_ISA_MAX_ORDER_KRW: '5000' });
    expect(accounts.map(({ name, title }) => [name, title])).toEqual([
      ['main', undefined],
      ['isa', '연금'],
    ]);
    expect(accounts.map(({ kis }) => kis.environment.name)).toEqual(['paper', 'live']);
    expect(accounts.map(({ kis }) => kis.key.appKey.reveal())).toEqual(['main-app-key', 'isa-app-key']);
    expect(accounts.map(({ kis }) => kis.account)).toEqual([
      { number: '12345678', product: '01' },
      { number: '87654321', product: '22' },
    ]);
    expect(accounts[1]?.riskLimits.maxOrder).toBe(5_000);
    expect(accounts[0].riskLimits.maxOrder).not.toBe(5_000);
  });

  test('main by both its names is refused', () => {
    expect(problems({ ...both, KIS_MAIN_APP_KEY: 'another-key' })).toContainEqual([
      'KIS_MAIN_APP_KEY',
      'the same as KIS_APP_KEY; keep one of them',
    ]);
  });

  test('of main where HOGA_ACCOUNTS does not name it is refused', () => {
    const found = problems({ HOGA_ACCOUNTS: 'isa', ...isa, KIS_APP_KEY: 'main-app-key' });
    expect(found).toEqual([['KIS_APP_KEY', expect.stringContaining('HOGA_ACCOUNTS=main,isa')]]);
  });

  test.each([
    ['KIS_ISA_APPKEY', 'KIS_ISA_APP_KEY'],
    ['KIS_ISA_ACOUNT', 'KIS_ISA_ACCOUNT'],
    ['KIS_ISA_TRADER', 'KIS_ISA_TRADERS'],
    ['KIS_ISA_MAX_ORDER', 'KIS_ISA_MAX_ORDER_KRW'],
    ['KIS_ISA_TITEL', 'KIS_ISA_TITLE'],
    ['HOGA_ACCOUNT', 'HOGA_ACCOUNTS'],
  ])('%s is unknown, and %s is named', (wrong, right) => {
    const found = problems({ ...both, [wrong]: 'x' });
    expect(found).toContainEqual([wrong, `there is no such setting; did you mean ${right}?`]);
  });

  test('of an account that HOGA_ACCOUNTS does not name are unknown', () => {
    expect(variables({ ...main, ...isa }).toSorted()).toEqual(Object.keys(isa).toSorted());
  });

  test.each([
    ['KIS_ISA_ENV', 'real'],
    ['KIS_ISA_APP_KEY', 'short'],
    ['KIS_ISA_ACCOUNT', '123'],
    ['KIS_ISA_REST_URL', 'ftp://x'],
    ['KIS_ISA_CALLS_PER_SECOND', '-1'],
    ['KIS_ISA_MAX_ORDER_KRW', 'much'],
    ['KIS_ISA_OWNERS', 'somebody'],
    ['KIS_ISA_LIVE_TRADING', 'perhaps'],
  ])('a wrong %s is told under its own name, and once', (variable, value) => {
    expect(variables({ ...both, [variable]: value })).toEqual([variable]);
  });

  test('what one lacks is told under its own name', () => {
    expect(variables({ ...both, KIS_ISA_APP_SECRET: undefined })).toEqual(['KIS_ISA_APP_SECRET']);
    expect(variables({ ...both, KIS_APP_SECRET: undefined })).toEqual(['KIS_APP_SECRET']);
  });

  test('a title that could mean another account is refused', () => {
    for (const title of ['main', 'MAIN', 'all', '전체', '생활비']) {
      const found = problems({ ...both, KIS_MAIN_TITLE: '생활비', KIS_ISA_TITLE: title });
      expect(
        found.map(([variable]) => variable),
        title,
      ).toContain('KIS_ISA_TITLE');
    }
    expect(problems({ ...both, KIS_MAIN_TITLE: '생활비', KIS_ISA_TITLE: '연금' })).toEqual([]);
    expect(problems({ ...both, KIS_ISA_TITLE: 'isa' })).toEqual([]);
  });

  test('one account by two names is refused, as it would have its caps twice', () => {
    expect(problems({ ...both, KIS_ISA_ACCOUNT: '1234567801' })).toEqual([
      ['KIS_ISA_ACCOUNT', 'the same account as KIS_ACCOUNT; name each account once'],
    ]);
    // On paper and live the same number is two accounts, and so are two products of one number.
    expect(problems({ ...both, KIS_ISA_ACCOUNT: main.KIS_ACCOUNT, KIS_ISA_ENV: 'live' })).toEqual([]);
    expect(problems({ ...both, KIS_ISA_ACCOUNT: '12345678-22' })).toEqual([]);
  });

  test('people that are named for one account are its alone; where it names any, the lists of the bot are not its', () => {
    const lists = { HOGA_OWNERS: 'telegram:1', HOGA_VIEWERS: 'telegram:3' };
    const { people, accounts } = config({ ...both, ...lists, KIS_ISA_TRADERS: 'telegram:2' });
    expect(people.owners).toEqual([['telegram:1']]);
    expect(accounts[0].people).toBeUndefined();
    expect(accounts[1]?.people).toEqual({ owners: [], traders: [['telegram:2']], viewers: [] });
  });
});

test('the keys and numbers of every account are secrets, those of its live key too, and its mistakes too', () => {
  const canaries = {
    KIS_ISA_APP_KEY: 'canary-of-key',
    KIS_ISA_APP_SECRET: 'canary-of-secret',
    KIS_ISA_LIVE_APP_KEY: 'canary-of-live-key',
    KIS_ISA_LIVE_APP_SECRET: 'canary-of-live-secret',
    KIS_MAIN_APP_KEY: 'canary-of-main-key',
    KIS_LIVE_APP_KEY: 'canary-of-own-live-key',
  };
  const hidden = secretsIn({ ...canaries, KIS_ISA_ACCOUNT: '87654321-22' }).map((secret) => secret.reveal());
  expect(hidden).toEqual(expect.arrayContaining([...Object.values(canaries), '8765432122', '87654321']));
  const text = JSON.stringify(
    problems({ ...both, ...canaries, KIS_ISA_ENV: 'canary-of-key', KIS_ISA_ACCOUNT: '87654321-2' }),
  );
  expect(text).not.toMatch(/canary|87654321/);
});
