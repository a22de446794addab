import type { Words } from '../../i18n/index.ts';
import type { TradingAccount } from '../../services/accounts.ts';
import { liveMark } from '../account-tag.ts';
import type { Suggestion, SuggestionQuery } from '../channel.ts';
import type { AnyCommand } from '../command.ts';
import { mayUse } from './accounts-of.ts';
import type { CommandTable } from './command-table.ts';
import type { RouterOptions } from './router-options.ts';

/** Discord shows at most 25 completions. */
const mostSuggestions = 25;

/** Completions for an argument: issues by name, code or initial consonants; accounts by title or name. */
export function suggestionsFor(
  { identity, command: name, argument, text }: SuggestionQuery,
  commands: CommandTable,
  {
    identify,
    directoryIn,
    wordsOf,
    accounts,
  }: Pick<RouterOptions, 'identify' | 'directoryIn' | 'wordsOf' | 'accounts'>,
): readonly Suggestion[] {
  const person = identify(identity);
  const command = commands.get(name);
  if (person === undefined || command === undefined || !mayUse(accounts, person, command)) return [];
  if (command.account === true && argument === 'account') {
    return accountSuggestions(wordsOf(person), text, accounts.allowing(person, command.role), command);
  }
  const kind = command.args[argument]?.name;
  if (kind !== 'instrument' && kind !== 'instruments') return [];
  // When the argument takes several issues, the last one is being typed.
  const words = text.split(/\s+/);
  const [before, typed] = kind === 'instrument' ? [[], text.trim()] : [words.slice(0, -1), words.at(-1) ?? ''];
  return directoryIn(wordsOf(person))
    .search(typed, mostSuggestions)
    .instruments.map(({ symbol, name: label }) => ({
      label: [...before, `${label} ${symbol}`].join(' '),
      value: [...before, symbol].join(' '),
    }));
}

/** Of the accounts in which the person may use the command: `연금 · 시뮬레이터 · @isa`, and all of them where it adds up. */
function accountSuggestions(
  { accounts: words }: Words,
  text: string,
  allowed: readonly TradingAccount[],
  command: AnyCommand,
): readonly Suggestion[] {
  const typed = text.trim().replace(/^@/, '').toLowerCase();
  const each = allowed.map(({ label: { name, title, venue } }): Suggestion => {
    const shown = title === name ? [] : [title];
    return { label: `${liveMark(venue)}${[...shown, words.venue[venue], `@${name}`].join(' · ')}`, value: `@${name}` };
  });
  const addsUp = 'sum' in command && command.sum !== undefined && allowed.length > 1;
  const all: readonly Suggestion[] = addsUp ? [{ label: `${words.all} · @all`, value: '@all' }] : [];
  return [...each, ...all].filter(({ label }) => label.toLowerCase().includes(typed)).slice(0, mostSuggestions);
}
