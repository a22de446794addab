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
import type { AnyCommand, ArgumentKind } from '../../chat/command.ts';
import { languages, type Words } from '../../i18n/index.ts';
import { cutText } from './render.ts';

type SlashCommand = Omit<RESTPutAPIApplicationCommandsJSONBody[number], 'type'> & {
  readonly options: readonly APIApplicationCommandOption[];
};

const longestDescription = 100;
const longestTitle = 45;
/** What Discord takes for the name of a command or an option. */
const properName = /^[-_\p{L}\p{N}]{1,32}$/u;

/** The one thing a stranger can say; it is no command of the bot's, because it must work before anybody may use one. */
const pairing = 'pair';
const pairingCode = 'code';

/** Slash commands for all there is, as Discord wants them told. */
export function slashCommands(
  commands: readonly AnyCommand[],
  words: Words,
  where: 'everywhere' | 'one-server',
): readonly SlashCommand[] {
  // A server's own commands live in that server alone, and Discord does not let them say so.
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
    const options = Object.entries(command.args).map(([key, kind]): APIApplicationCommandOption => {
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

function typeOf({ name, choices }: ArgumentKind<unknown>) {
  if (choices !== undefined) {
    return {
      type: ApplicationCommandOptionType.String,
      choices: choices.map(({ value, korean }) => ({ name: value, name_localizations: { ko: korean }, value })),
    } as const;
  }
  const suggested = name === 'instrument' || name === 'instruments';
  return { type: ApplicationCommandOptionType.String, ...(suggested ? { autocomplete: true } : {}) } as const;
}

/** Whether Discord has these commands already, whatever it adds to them and in whatever order it lists them. */
export function sameCommands(ours: readonly SlashCommand[], theirs: readonly unknown[]): boolean {
  const told = new Map(theirs.map((command) => [(command as { readonly name?: unknown }).name, command]));
  return theirs.length === ours.length && ours.every((command) => holds(told.get(command.name), command));
}

/** Whether `there` says all that `wanted` does; Discord leaves out what is false. */
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

/** What was filled in, as the line that somebody would have typed. */
export function lineOf(
  commands: readonly AnyCommand[],
  name: string,
  options: readonly { readonly name: string; readonly value?: unknown }[],
): string {
  const command = commands.find((one) => one.name === name);
  const keys = command === undefined ? options.map((option) => option.name) : Object.keys(command.args);
  const values = keys.flatMap((key) => options.find((option) => option.name === key)?.value ?? []);
  return [`/${name}`, ...values.map(String)].join(' ').replaceAll(/\s+/g, ' ').trim();
}

/** The command that a line begins with. */
export function commandOf(commands: readonly AnyCommand[], line: string): AnyCommand | undefined {
  const [first = ''] = line.trim().split(/\s+/);
  const name = first.replace(/^\//, '').toLowerCase();
  return commands.find((command) => command.name === name || command.aliases.includes(name));
}

/** A form for what a line lacks; undefined where there is nothing to ask for. */
export function formFor(
  commands: readonly AnyCommand[],
  words: Words,
  button: string,
  line: string,
): APIModalInteractionResponseCallbackData | undefined {
  const command = commandOf(commands, line);
  if (command === undefined) return undefined;
  const given = line.trim().split(/\s+/).length - 1;
  const missing = Object.entries(command.args).slice(given);
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

/** Whether what a line is answered with is the asker's alone: money, tickets, codes. */
export function isPrivate(commands: readonly AnyCommand[], line: string): boolean {
  const command = commandOf(commands, line);
  return command === undefined || command.private === true || 'prepare' in command;
}
