import type { Suggestion, SuggestionQuery } from '../channel.ts';
import { mayUse } from './accounts-of.ts';
import type { CommandTable } from './command-table.ts';
import type { RouterOptions } from './router-options.ts';

/** Discord shows at most 25 completions. */
const mostSuggestions = 25;

/** Completions for an argument: issues by name, code or initial consonants. */
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
