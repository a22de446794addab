import {
  type APIApplicationCommandInteractionDataBasicOption,
  type APIInteraction,
  type APIMessage,
  ApplicationCommandType,
  ComponentType,
  InteractionContextType,
  InteractionResponseType,
  InteractionType,
  MessageFlags,
  Routes,
  SnowflakeUtil,
} from 'discord.js';
import {
  type Channel,
  ChannelError,
  type ChannelHost,
  type Incoming,
  type Message,
  type Receive,
  type Suggest,
} from '../../chat/channel.ts';
import type { AnyCommand } from '../../chat/command.ts';
import type { Clock } from '../../clock.ts';
import { languages, type Words } from '../../i18n/index.ts';
import type { Log } from '../../log.ts';
import { formFor, isPrivate, lineOf } from './commands.ts';
import { DiscordGateway, type LoginPacing } from './gateway.ts';
import { type Interaction, Interactions } from './interactions.ts';
import { registerCommands } from './registry.ts';
import { cutText } from './render.ts';
import { DiscordError, DiscordRest, type DiscordServer } from './rest.ts';
import { DiscordSender } from './sender.ts';

/** Discord waits three seconds for the first answer: time for two tries. A second one does no harm. */
const firstAnswerMs = 1_400;
const firstAnswerTries = 2;
/** A deferred answer that nothing fills in, as for strangers, would go on pretending that somebody thinks. */
const unansweredMs = 5_000;
const mostChoices = 25;
const longestChoice = 100;
/** After a broken connection Discord tells again what may not have arrived; so many ids are remembered to do each once. */
const rememberedIds = 2_000;

export interface DiscordOptions extends DiscordServer {
  /** Where the commands are registered; everywhere, when it is left out. */
  readonly guildId?: string | undefined;
  readonly commands: readonly AnyCommand[];
  /** The bot's own language. */
  readonly words: Words;
  readonly clock: Clock;
  readonly log: Log;
  readonly loginPacing?: LoginPacing | undefined;
}

/** Buttons that decide a ticket change the message they stand on; what the others ask for is answered by a new one. */
const decidesTicket = (button: string): boolean => !/^(?:run|ask):/.test(button);

/**
 * Discord by its gateway: slash commands, buttons and forms become lines and presses. Every interaction is deferred at
 * once, and what the bot says later fills the deferred answer in, or follows it, as long as its token lives; after that
 * it is an ordinary message. One request per message: whether to repeat is the outbox's to decide.
 *
 * Chats: `@USER` is somebody's own chat with the bot, `CHANNEL/USER/INTERACTION` what belongs to an interaction, and
 * `CHANNEL` any other.
 */
export class DiscordChannel implements Channel {
  readonly name = 'discord';
  readonly #options: DiscordOptions;
  readonly #rest: DiscordRest;
  readonly #interactions: Interactions;
  readonly #seen = new Set<string>();
  readonly #sender: DiscordSender;
  readonly #stop = new AbortController();
  #gateway: DiscordGateway | undefined;
  #channelHost: ChannelHost | undefined;
  #registered = false;
  /** As far as anybody could see since the start. */
  #wasAlone = true;

  constructor(options: DiscordOptions) {
    this.#options = options;
    this.#rest = new DiscordRest(options, options.clock);
    this.#interactions = new Interactions(options.clock);
    this.#sender = new DiscordSender({ rest: this.#rest, interactions: this.#interactions, clock: options.clock });
  }

  /** Connects in the background; what is wrong with the token is said in the log, and leaves the rest alone. */
  async start(receive: Receive, suggest: Suggest, channelHost: ChannelHost): Promise<void> {
    this.#channelHost = channelHost;
    const { loginPacing, token, apiRoot, clock, log } = this.#options;
    this.#gateway = new DiscordGateway({
      token,
      apiRoot,
      clock,
      log,
      loginPacing,
      onReady: (applicationId) => this.#register(applicationId),
      onInteraction: (interaction) => this.#onInteraction(interaction, receive, suggest),
      onMessage: (message) => this.#onMessage(message, receive),
    });
    this.#gateway.start();
  }

  /** Who the bot is at Discord. @throws ChannelError. */
  async check(): Promise<string> {
    const { username } = (await this.#rest.call('GET', Routes.user())) as { readonly username: string };
    return username;
  }

  send(chatId: string, message: Message): Promise<string> {
    return this.#sender.send(chatId, message);
  }

  edit(chatId: string, reference: string, message: Message): Promise<void> {
    return this.#sender.edit(chatId, reference, message);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#gateway?.stop();
  }

  #onMessage(message: APIMessage & { readonly guild_id?: string }, receive: Receive): void {
    const { id, author, content, channel_id, guild_id } = message;
    if (guild_id !== undefined || author.bot === true || content === '' || !this.#firstTime(id)) return;
    this.#sender.learnOwnChat(author.id, channel_id);
    this.#handOver(receive, {
      id,
      channel: this.name,
      chatId: `@${author.id}`,
      identity: `discord:${author.id}`,
      input: { kind: 'text', text: content },
      at: SnowflakeUtil.timestampFrom(id),
      alone: true,
    });
  }

  #onInteraction(interaction: APIInteraction, receive: Receive, suggest: Suggest): void {
    if (!this.#firstTime(interaction.id)) return;
    const { commands } = this.#options;
    if (interaction.type === InteractionType.ApplicationCommandAutocomplete) {
      this.#propose(interaction, suggest);
      return;
    }
    if (interaction.type === InteractionType.ApplicationCommand) {
      const { data } = interaction;
      if (data.type !== ApplicationCommandType.ChatInput) return;
      const options = (data.options ?? []) as readonly APIApplicationCommandInteractionDataBasicOption[];
      this.#line(interaction, lineOf(commands, data.name, options), receive);
    } else if (interaction.type === InteractionType.ModalSubmit) {
      const { custom_id, components } = interaction.data;
      const values = components.flatMap((part) =>
        part.type === ComponentType.Label && part.component.type === ComponentType.TextInput
          ? part.component.value
          : [],
      );
      this.#line(interaction, [lineIn(custom_id), ...values].join(' ').trim(), receive);
    } else if (interaction.type === InteractionType.MessageComponent) {
      const { custom_id: button } = interaction.data;
      const words = this.#wordsOf(userOf(interaction));
      const form = button.startsWith('ask:') ? formFor(commands, words, button, lineIn(button)) : undefined;
      if (form !== undefined) {
        void this.#callback(interaction, { type: InteractionResponseType.Modal, data: form });
      } else if (decidesTicket(button)) {
        this.#press(interaction, button, receive);
      } else {
        const chatId = this.#defer(interaction, isPrivate(commands, lineIn(button)));
        this.#take(interaction, chatId, { kind: 'press', button }, receive);
      }
    }
  }

  /** The language that somebody chose, or the bot's own. */
  #wordsOf(user: string): Words {
    const known = this.#channelHost?.people().find(({ identity }) => identity === `discord:${user}`);
    return known?.language === undefined ? this.#options.words : languages[known.language];
  }

  #line(interaction: APIInteraction, text: string, receive: Receive): void {
    const chatId = this.#defer(interaction, isPrivate(this.#options.commands, text));
    this.#take(interaction, chatId, { kind: 'text', text }, receive);
  }

  /** The deferred answer is a message of its own, which the first one said fills in. */
  #defer(interaction: APIInteraction, secret: boolean): string {
    const pressedHidden = isHidden(interaction.message);
    const inServer = isInServer(interaction);
    const hidden = inServer && (secret || pressedHidden);
    const { id, channel } = interaction;
    const deferred = this.#callback(interaction, {
      type: InteractionResponseType.DeferredChannelMessageWithSource,
      ...(hidden ? { data: { flags: MessageFlags.Ephemeral } } : {}),
    });
    this.#remember(interaction, { root: id, pressed: undefined, hidden, deferred, waiting: true });
    return `${channel?.id ?? ''}/${userOf(interaction)}/${id}`;
  }

  /** A press on a ticket is answered in the ticket's place, and belongs where the ticket was said. */
  #press(interaction: APIInteraction, button: string, receive: Receive): void {
    const { message, channel } = interaction;
    const user = userOf(interaction);
    const inServer = isInServer(interaction);
    const source = message?.interaction_metadata;
    const root = source?.user.id === user ? source.id : interaction.id;
    const ordinary = inServer ? (channel?.id ?? '') : `@${user}`;
    if (!inServer && channel !== undefined) this.#sender.learnOwnChat(user, channel.id);
    this.#remember(interaction, {
      root: source === undefined ? undefined : root,
      pressed: message?.id,
      hidden: inServer && isHidden(message),
      deferred: this.#callback(interaction, { type: InteractionResponseType.DeferredMessageUpdate }),
      waiting: false,
    });
    const chatId = source === undefined ? ordinary : `${channel?.id ?? ''}/${user}/${root}`;
    this.#take(interaction, chatId, { kind: 'press', button }, receive);
  }

  #remember(
    interaction: APIInteraction,
    state: Pick<Interaction, 'root' | 'pressed' | 'hidden' | 'deferred' | 'waiting'>,
  ): void {
    this.#interactions.add({
      ...state,
      id: interaction.id,
      applicationId: interaction.application_id,
      token: interaction.token,
      inServer: isInServer(interaction),
      at: SnowflakeUtil.timestampFrom(interaction.id),
    });
  }

  #take(interaction: APIInteraction, chatId: string, input: Incoming['input'], receive: Receive): void {
    const { id } = interaction;
    const identity = `discord:${userOf(interaction)}`;
    const at = SnowflakeUtil.timestampFrom(id);
    const alone = !isInServer(interaction);
    const handled = this.#handOver(receive, { id, channel: this.name, chatId, identity, input, at, alone });
    void handled
      .then(() => this.#tidy(id))
      .catch((error: unknown) => {
        if (!this.#stop.signal.aborted) this.#options.log.debug('deferred answer not taken back', { error });
      });
  }

  async #tidy(id: string): Promise<void> {
    await this.#options.clock.sleep(unansweredMs, this.#stop.signal);
    const interaction = this.#interactions.get(id);
    if (interaction?.waiting === true && (await interaction.deferred)) await this.#sender.takeBack(interaction);
  }

  async #handOver(receive: Receive, incoming: Incoming): Promise<void> {
    await receive(incoming).catch((error: unknown) => this.#options.log.error('interaction not handled', { error }));
  }

  #propose(
    interaction: Extract<APIInteraction, { type: InteractionType.ApplicationCommandAutocomplete }>,
    suggest: Suggest,
  ): void {
    const { name: command, options } = interaction.data;
    const typed = options.find((option) => 'focused' in option && option.focused === true);
    const text = typed !== undefined && 'value' in typed ? String(typed.value) : '';
    const identity = `discord:${userOf(interaction)}`;
    const proposals = typed === undefined ? [] : suggest({ identity, command, argument: typed.name, text });
    const choices = proposals
      .filter(({ value }) => value.length <= longestChoice)
      .slice(0, mostChoices)
      .map(({ label, value }) => ({ name: cutText(label, longestChoice), value }));
    void this.#callback(interaction, {
      type: InteractionResponseType.ApplicationCommandAutocompleteResult,
      data: { choices },
    });
  }

  /** The first answer. Whether Discord took it. */
  async #callback(
    { id, token }: { readonly id: string; readonly token: string },
    body: object,
    triesLeft = firstAnswerTries,
  ): Promise<boolean> {
    try {
      const request = { body, auth: false, timeoutMs: firstAnswerMs };
      await this.#rest.call('POST', Routes.interactionCallback(id, token), request);
      return true;
    } catch (error) {
      // Already answered: an earlier try was taken, and only Discord's word of it was lost; else it was not us.
      if (error instanceof DiscordError && error.code === 40060) {
        if (triesLeft === firstAnswerTries) this.#notAlone();
        return true;
      }
      this.#options.log.warn('interaction not answered at once', { error });
      const again = triesLeft > 1 && error instanceof ChannelError && error.retry === 'later';
      return again && this.#callback({ id, token }, body, triesLeft - 1);
    }
  }

  /** Discord hands everything to everybody who has the token. */
  #notAlone(): void {
    this.#options.log.error('another program answers with this discord token: only one may; stop the other');
    if (this.#wasAlone) this.#channelHost?.notAlone(this.name, false);
    this.#wasAlone = false;
  }

  #register(applicationId: string): void {
    if (this.#registered) return;
    this.#registered = true;
    void registerCommands({
      ...this.#options,
      guildId: this.#options.guildId,
      rest: this.#rest,
      applicationId,
      stop: this.#stop.signal,
    });
  }

  /** Whether this id was not seen before, as far back as is remembered. */
  #firstTime(id: string): boolean {
    if (this.#seen.has(id)) return false;
    this.#seen.add(id);
    const [oldest] = this.#seen;
    if (this.#seen.size > rememberedIds && oldest !== undefined) this.#seen.delete(oldest);
    return true;
  }
}

/** `run:/price 005930` → `/price 005930` */
function lineIn(button: string): string {
  return button.slice(button.indexOf(':') + 1);
}

function userOf({ member, user }: APIInteraction): string {
  return (member?.user ?? user)?.id ?? '';
}

/** Where others may read along: anywhere but in somebody's own chat with the bot. */
function isInServer({ guild_id, context }: APIInteraction): boolean {
  return guild_id !== undefined || context === InteractionContextType.PrivateChannel;
}

function isHidden(message: APIMessage | undefined): boolean {
  return ((message?.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
}
