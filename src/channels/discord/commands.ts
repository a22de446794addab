import {
  type APIApplicationCommandOption,
  type APIModalInteractionResponseCallbackData,
  ApplicationCommandOptionType,
  ApplicationIntegrationType,
  ComponentType,
  InteractionContextType,
  type RESTPutAPIApplicationCommandsJSONBody,
  TextInputStyle,
} from 'discord.js';
import { koreanName } from '../../chat/arguments/korean-name.ts';
import { missingArguments } from '../../chat/arguments/missing-arguments.ts';
import type { AnyCommand, ArgumentKind } from '../../chat/command.ts';
import { languages, type Words } from '../../i18n/index.ts';
import { cutText } from './render.ts';

type SlashCommand = Omit<RESTPutAPIApplicationCommandsJSONBody[number], 'type'> & {
  readonly options: readonly APIApplicationCommandOption[];
};

const longestDescription = 100;
const longestTitle = 45;
/** The names of commands and options that Discord accepts. */
const properName = /^[-_\p{L}\p{N}]{1,32}$/u;

/** `/pair` is no command of the bot's list, because it must work for strangers, who may use none of those. */
const pairing = 'pair';
const pairingCode = 'code';

/** The option by which somebody says which account a command is about; offered where there are several. */
const accountOption = 'account';

/** What of an argument Discord is told. */
type Described = Pick<ArgumentKind<unknown>, 'name' | 'optional' | 'choices'>;

/** A slash command's options by their names: the arguments, and last the account. */
function optionsOf(command: AnyCommand, hasSeveralAccounts: boolean): readonly (readonly [string, Described])[] {
  const own = Object.entries(command.args).filter(([key]) => key !== accountOption);
  const asksWhich = command.account === true && hasSeveralAccounts;
  return asksWhich ? [...own, [accountOption, { name: 'account', optional: true }]] : own;
}

/**
 * All commands in the form in which Discord registers slash commands. `hasSeveralAccounts`: commands that are about an
 * account have an option for which.
 */
export function slashCommands(
  commands: readonly AnyCommand[],
  words: Words,
  where: 'everywhere' | 'one-server',
  hasSeveralAccounts: boolean,
): readonly SlashCommand[] {
  // Commands registered for one server work only there, and Discord rejects a list of contexts for them.
  const reach =
    where === 'one-server'
      ? {}
      : {
          integration_types: [ApplicationIntegrationType.GuildInstall],
          contexts: [InteractionContextType.Guild, InteractionContextType.BotDM],
        };
  const described = (text: (of: Words) => string) => ({
    description: cutText(text(words), longestDescription),
    description_localizations: {
      'en-GB': cutText(text(languages.en), longestDescription),
      'en-US': cutText(text(languages.en), longestDescription),
      ko: cutText(text(languages.ko), longestDescription),
    },
  });
  const own = commands.map((command): SlashCommand => {
    const korean = koreanName(command);
    const options = optionsOf(command, hasSeveralAccounts).map(([key, kind]): APIApplicationCommandOption => {
      const name = languages.ko.arguments[kind.name].replace('…', '');
      return {
        name: key,
        ...(properName.test(name) ? { name_localizations: { ko: name } } : {}),
        ...described(({ arguments: names }) => names[kind.name]),
        required: !kind.optional,
        ...typeOf(kind),
      };
    });
    return {
      name: command.name,
      ...(korean === undefined ? {} : { name_localizations: { ko: korean } }),
      ...described((of) => of.commands[command.name]),
      options: options.toSorted((a, b) => Number(b.required) - Number(a.required)),
      ...reach,
    };
  });
  const pair: SlashCommand = {
    name: pairing,
    ...described((of) => of.pairing.command),
    options: [
      {
        name: pairingCode,
        ...described((of) => of.pairing.code),
        type: ApplicationCommandOptionType.String,
        required: true,
      },
    ],
    ...reach,
  };
  return [...own, pair];
}

function typeOf({ name, choices }: Described) {
  if (choices !== undefined) {
    return {
      type: ApplicationCommandOptionType.String,
      choices: choices.map(({ value, korean }) => ({ name: value, name_localizations: { ko: korean }, value })),
    } as const;
  }
  const suggested = name === 'instrument' || name === 'instruments' || name === 'account';
  return { type: ApplicationCommandOptionType.String, ...(suggested ? { autocomplete: true } : {}) } as const;
}

/** Whether Discord already has these commands. Discord adds fields of its own and lists the commands in any order. */
export function sameCommands(ours: readonly SlashCommand[], theirs: readonly unknown[]): boolean {
  const told = new Map(theirs.map((command) => [(command as { readonly name?: unknown }).name, command]));
  return theirs.length === ours.length && ours.every((command) => holds(told.get(command.name), command));
}

/** Whether `there` contains everything in `wanted`; Discord leaves out fields that are false. */
function holds(there: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    if (wanted.length === 0) return there === undefined || (Array.isArray(there) && there.length === 0);
    return Array.isArray(there) && there.length === wanted.length && wanted.every((item, at) => holds(there[at], item));
  }
  if (typeof wanted === 'object' && wanted !== null) {
    if (typeof there !== 'object' || there === null) return false;
    return Object.entries(wanted).every(([key, value]) => holds((there as Record<string, unknown>)[key], value));
  }
  return there === wanted || (wanted === false && there === undefined);
}

/** A slash command with its options as the line that a person would type; an account follows as `@name`. */
export function lineOf(
  commands: readonly AnyCommand[],
  name: string,
  options: readonly { readonly name: string; readonly value?: unknown }[],
): string {
  const command = commands.find((one) => one.name === name);
  const given = (key: string) => options.find((option) => option.name === key)?.value ?? [];
  const keys = command === undefined ? options.map((option) => option.name) : Object.keys(command.args);
  const values = keys.filter((key) => key !== accountOption).flatMap(given);
  // Discord lets people type something else than it offers: a title, or a name without its mark.
  const account = [given(accountOption)].flat().map((value) => `@${String(value).trim().replace(/^@/, '')}`);
  return [`/${name}`, ...values.map(String), ...account].join(' ').replaceAll(/\s+/g, ' ').trim();
}

/** The command that a line begins with. */
export function commandOf(commands: readonly AnyCommand[], line: string): AnyCommand | undefined {
  const [first = ''] = line.trim().split(/\s+/);
  const name = first.replace(/^\//, '').toLowerCase();
  return commands.find((command) => command.name === name || command.aliases.includes(name));
}

/** A form for the arguments that a line lacks; undefined when it lacks none. */
export function formFor(
  commands: readonly AnyCommand[],
  words: Words,
  button: string,
  line: string,
): APIModalInteractionResponseCallbackData | undefined {
  const command = commandOf(commands, line);
  if (command === undefined) return undefined;
  const missing = missingArguments(command, line);
  if (missing.length === 0) return undefined;
  return {
    custom_id: button,
    title: cutText(words.commands[command.name], longestTitle),
    components: missing.map(([key, kind]) => ({
      type: ComponentType.Label,
      label: words.arguments[kind.name],
      component: {
        type: ComponentType.TextInput,
        custom_id: key,
        style: TextInputStyle.Short,
        required: !kind.optional,
        max_length: longestDescription,
      },
    })),
  };
}

/** Whether the answer to a line may be seen by the asker alone: money, tickets, pairing codes. */
export function isPrivate(commands: readonly AnyCommand[], line: string): boolean {
  const command = commandOf(commands, line);
  return command === undefined || command.private === true || 'prepare' in command;
}
