import { Routes } from 'discord.js';
import { ChannelError } from '../../chat/channel.ts';
import type { AnyCommand } from '../../chat/command.ts';
import type { Clock } from '../../clock.ts';
import type { Words } from '../../i18n/index.ts';
import type { Log } from '../../log.ts';
import { sameCommands, slashCommands } from './commands.ts';
import type { DiscordRest } from './rest.ts';

const firstRetryMs = 5_000;
const longestRetryMs = 600_000;

/** Registers the commands at Discord unless it already has them in this form. Repeats until it succeeds. */
export async function registerCommands(options: {
  readonly rest: DiscordRest;
  readonly applicationId: string;
  /** The server in which they are registered; undefined for all servers. */
  readonly guildId: string | undefined;
  readonly commands: readonly AnyCommand[];
  readonly hasSeveralAccounts: boolean;
  readonly words: Words;
  readonly clock: Clock;
  readonly log: Log;
  readonly stop: AbortSignal;
}): Promise<void> {
  const { rest, applicationId, guildId, commands, words, clock, log, stop } = options;
  const where = guildId === undefined ? 'everywhere' : 'one-server';
  const ours = slashCommands(commands, words, where, options.hasSeveralAccounts);
  const route =
    guildId === undefined
      ? Routes.applicationCommands(applicationId)
      : Routes.applicationGuildCommands(applicationId, guildId);
  for (let failures = 0; !stop.aborted; failures += 1) {
    try {
      const query = new URLSearchParams({ with_localizations: 'true' });
      const theirs = await rest.call('GET', route, { query });
      if (!sameCommands(ours, Array.isArray(theirs) ? theirs : [])) await rest.call('PUT', route, { body: ours });
      return;
    } catch (error) {
      log.warn('discord commands not registered', { error });
      if (!(error instanceof ChannelError) || error.retry === 'never') return;
      const backoffMs = error.afterMs ?? Math.min(longestRetryMs, firstRetryMs * 2 ** failures);
      await clock.sleep(backoffMs, stop).catch(() => undefined);
    }
  }
}
