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

/**
 * How long one try of the first answer may take. Discord waits three seconds for it, which leaves time for two tries;
 * answering twice does no harm.
 */
const firstAnswerMs = 1_400;
const firstAnswerTries = 2;
/**
 * A deferred answer that the bot does not fill in is deleted after this time. Otherwise Discord would go on showing
 * that the bot is thinking, for example to a stranger who gets no answer.
 */
const unansweredMs = 5_000;
const mostChoices = 25;
const longestChoice = 100;
/**
 * After a broken connection Discord repeats events that may not have arrived. So many ids are remembered, so that each
 * event is handled once.
 */
const rememberedIds = 2_000;

export interface DiscordOptions extends DiscordServer {
  /** The server in which the commands are registered; undefined for all servers. */
  readonly guildId?: string | undefined;
  readonly commands: readonly AnyCommand[];
  /** The bot's own language. */
  readonly words: Words;
  readonly clock: Clock;
  readonly log: Log;
  readonly loginPacing?: LoginPacing | undefined;
}

/** Buttons that decide a ticket change the message they belong to; other buttons are answered by a new message. */
const decidesTicket = (button: string): boolean => !/^(?:run|ask):/.test(button);

/**
 * Discord by its gateway: slash commands, buttons and forms become lines and presses. Every interaction is deferred at
 * once. While the interaction's token is valid, the bot's messages fill in the deferred answer or follow it; later ones
 * are ordinary messages. Each message is one request; the outbox decides whether to repeat it.
 * Chat ids: `@USER` is a person's own chat with the bot, `CHANNEL/USER/INTERACTION` belongs to an interaction, and
 * `CHANNEL` is any other channel.
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
  /** Whether no sign of another program with our token has been seen since the start. */
  #wasAlone = true;

  constructor(options: DiscordOptions) {
    this.#options = options;
    this.#rest = new DiscordRest(options, options.clock);
    this.#interactions = new Interactions(options.clock);
    this.#sender = new DiscordSender({ rest: this.#rest, interactions: this.#interactions, clock: options.clock });
  }

  /** Connects in the background. A problem with the token is logged; the other channels are not affected. */
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

  /**
   * The bot's name at Discord.
   * @throws ChannelError.
   */
  async check(): Promise<string> {
    const { username } = (await this.#rest.call('GET', Routes.user())) as { readonly username: string };
    return username;
  }

  send(chatId: string, message: Message): Promise<string> {
    return this.#sender.send(chatId, message);
  }

  edit(chatId: string, reference: string, message: Message, inPlace?: boolean): Promise<void> {
    return this.#sender.edit(chatId, reference, message, inPlace);
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

  /** The texts in the language that a person chose, or in the bot's own. */
  #wordsOf(user: string): Words {
    const known = this.#channelHost?.people().find(({ identity }) => identity === `discord:${user}`);
    return known?.language === undefined ? this.#options.words : languages[known.language];
  }

  #line(interaction: APIInteraction, text: string, receive: Receive): void {
    const chatId = this.#defer(interaction, isPrivate(this.#options.commands, text));
    this.#take(interaction, chatId, { kind: 'text', text }, receive);
  }

  /** Defers the answer: Discord shows a placeholder, which the first message for this interaction fills in. */
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

  /**
   * Handles a press. A press on a ticket is answered by changing the ticket's message, and belongs to the chat of that
   * message.
   */
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

  /** Sends the first answer to an interaction. Resolves to whether Discord accepted it. */
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
      // 40060: the interaction has been answered already. Either Discord accepted our first try and its reply was lost,
      // or another program answered.
      if (error instanceof DiscordError && error.code === 40060) {
        if (triesLeft === firstAnswerTries) this.#notAlone();
        return true;
      }
      this.#options.log.warn('interaction not answered at once', { error });
      const again = triesLeft > 1 && error instanceof ChannelError && error.retry === 'later';
      return again && this.#callback({ id, token }, body, triesLeft - 1);
    }
  }

  /** Discord sends every event to every program that uses the token, so another program can only be reported. */
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
      hasSeveralAccounts: this.#channelHost?.hasSeveralAccounts() === true,
      rest: this.#rest,
      applicationId,
      stop: this.#stop.signal,
    });
  }

  /** Whether this id has not been seen before, among the ids that are remembered. */
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

/** Whether others may read the place of an interaction: true anywhere but in a person's own chat with the bot. */
function isInServer({ guild_id, context }: APIInteraction): boolean {
  return guild_id !== undefined || context === InteractionContextType.PrivateChannel;
}

function isHidden(message: APIMessage | undefined): boolean {
  return ((message?.flags ?? 0) & MessageFlags.Ephemeral) !== 0;
}
