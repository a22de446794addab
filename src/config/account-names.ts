import { everyAccount, mainAccount } from '../domain/account.ts';
import type { SettingWords } from '../i18n/setting-words.ts';
import type { ConfigProblem, Environ } from './environ.ts';

/** Settings of KIS that every account has: `KIS_APP_KEY` is `KIS_ISA_APP_KEY` for the account `isa`. */
const kisSettings = [
  'ENV',
  'APP_KEY',
  'APP_SECRET',
  'ACCOUNT',
  'HTS_ID',
  'REST_URL',
  'WS_URL',
  'MASTER_URL',
  'CALLS_PER_SECOND',
  'MAX_REGISTRATIONS',
  'LIVE_APP_KEY',
  'LIVE_APP_SECRET',
  'LIVE_REST_URL',
  'HASHKEY',
  'PINGPONG',
] as const;
/** Settings of the bot that an account may have for itself: `HOGA_OWNERS` is `KIS_ISA_OWNERS` for the account `isa`. */
const ownSettings = [
  'OWNERS',
  'TRADERS',
  'VIEWERS',
  'MAX_ORDER_KRW',
  'MAX_DAILY_KRW',
  'LIVE_TRADING',
  'SIMULATOR',
] as const;
/** Of these none is inherited where an account has any: a list for one account says who is meant for all three. */
const peopleSettings = ['OWNERS', 'TRADERS', 'VIEWERS'] as const;

/** Names that the chat gives to several accounts, or that would read as another setting: `KIS_LIVE_APP_KEY`. */
const takenNames: ReadonlySet<string> = new Set([
  'all',
  ...kisSettings.map((name) => (name.split('_')[0] ?? '').toLowerCase()),
]);

/** One account of HOGA_ACCOUNTS, with its settings under the names that they have without an account. */
export interface NamedAccount {
  readonly name: string;
  readonly title: string | undefined;
  /** Whether the account has lists of people of its own. */
  readonly ownPeople: boolean;
  readonly given: Environ;
  /** The variable that the setting comes from: `KIS_ISA_APP_KEY` for `KIS_APP_KEY`. */
  variableOf(setting: string): string;
}

/** The accounts in their order, and what is wrong with their names. */
export function namedAccounts(
  given: Environ,
  words: SettingWords,
): { readonly accounts: readonly NamedAccount[]; readonly problems: readonly ConfigProblem[] } {
  const listed = given['HOGA_ACCOUNTS'];
  const names = listed === undefined ? [mainAccount] : listed.split(',').map((name) => name.trim());
  const wrong = (problem: string): ConfigProblem => ({ variable: 'HOGA_ACCOUNTS', problem });
  const problems = names.flatMap((name, position): readonly ConfigProblem[] => {
    if (!/^[a-z][a-z0-9]{0,11}$/.test(name)) return [wrong(words.accountName(name))];
    if (takenNames.has(name)) return [wrong(words.accountNameTaken(name))];
    return names.indexOf(name) === position ? [] : [wrong(words.accountTwice(name))];
  });
  if (problems.length > 0) return { accounts: [], problems };
  return {
    accounts: names.map((name) => accountOf(name, given, names.length === 1)),
    problems: [
      ...doubled(names, given, words),
      ...withoutAccount(names, given, words),
      ...titleProblems(names, given, words),
    ],
  };
}

/** All variables that accounts of these names may have. */
export function accountVariables(given: Environ): readonly string[] {
  const names = given['HOGA_ACCOUNTS']?.split(',').map((name) => name.trim()) ?? [];
  return names.flatMap((name) =>
    ['TITLE', ...kisSettings, ...ownSettings].map((setting) => `${prefixOf(name)}${setting}`),
  );
}

const prefixOf = (name: string): string => `KIS_${name.toUpperCase()}_`;

function accountOf(name: string, given: Environ, alone: boolean): NamedAccount {
  const prefix = prefixOf(name);
  // Beside a simulated account, the simulator's settings say nothing about the others.
  const isSimulatedHere = alone || given[`${prefix}ENV`] === 'simulator';
  const ownPeople = peopleSettings.some((setting) => given[`${prefix}${setting}`] !== undefined);
  const inherited = Object.entries(given).filter(([variable]) => {
    if (variable.startsWith('KIS_')) return name === mainAccount && kisSettings.some((it) => variable === `KIS_${it}`);
    if (variable.startsWith('HOGA_SIMULATOR') && !isSimulatedHere) return false;
    return !(ownPeople && peopleSettings.some((setting) => variable === `HOGA_${setting}`));
  });
  const variables = new Map<string, string>();
  for (const setting of kisSettings) variables.set(`KIS_${setting}`, `${prefix}${setting}`);
  for (const setting of ownSettings) variables.set(`HOGA_${setting}`, `${prefix}${setting}`);
  const own = [...variables].flatMap(([setting, variable]) => {
    const value = given[variable];
    return value === undefined ? [] : [[setting, value] as const];
  });
  return {
    name,
    title: given[`${prefix}TITLE`],
    ownPeople,
    given: Object.fromEntries([...inherited, ...own]),
    variableOf(setting) {
      const variable = variables.get(setting) ?? setting;
      // Of the main account the shorter name is the one that people know.
      return name === mainAccount && given[variable] === undefined ? setting : variable;
    },
  };
}

/** A setting of the main account has two names; given by both, nobody could tell which is meant. */
function doubled(names: readonly string[], given: Environ, words: SettingWords): readonly ConfigProblem[] {
  if (!names.includes(mainAccount)) return [];
  return kisSettings
    .filter(
      (setting) => given[`KIS_${setting}`] !== undefined && given[`${prefixOf(mainAccount)}${setting}`] !== undefined,
    )
    .map((setting) => ({
      variable: `${prefixOf(mainAccount)}${setting}`,
      problem: words.accountSettingTwice(`KIS_${setting}`),
    }));
}

/** A title that is another account's, or means all of them, would send an order where nobody meant it. */
function titleProblems(names: readonly string[], given: Environ, words: SettingWords): readonly ConfigProblem[] {
  const titles = names.map((name) => (given[`${prefixOf(name)}TITLE`] ?? name).toLowerCase());
  return names.flatMap((name, position) => {
    const title = titles[position] ?? '';
    const others = [...names, ...titles].filter((_, at) => at % names.length !== position);
    const isTaken = others.includes(title) || everyAccount.test(title);
    return isTaken ? [{ variable: `${prefixOf(name)}TITLE`, problem: words.accountTitleTwice(title) }] : [];
  });
}

/** Settings of the main account are of no use where HOGA_ACCOUNTS does not name it. */
function withoutAccount(names: readonly string[], given: Environ, words: SettingWords): readonly ConfigProblem[] {
  if (names.includes(mainAccount)) return [];
  return kisSettings
    .filter((setting) => given[`KIS_${setting}`] !== undefined)
    .map((setting) => ({ variable: `KIS_${setting}`, problem: words.noMainAccount(names[0] ?? '') }));
}
