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
import type { Clock } from '../clock.ts';
import type { Words } from '../i18n/index.ts';
import type { Log } from '../log.ts';
import { type Channel, ChannelError, type Incoming, type Message, type Receive, type Suggest } from './channel.ts';
import type { AnyCommand } from './command.ts';
import { formFor, isPrivate, lineOf, sameCommands, slashCommands } from './discord-commands.ts';
import { DiscordGateway, type LoginPacing } from './discord-gateway.ts';
import { type Interaction, Interactions } from './discord-interactions.ts';
import { cutText, type DiscordBody, discordBodies } from './discord-render.ts';
import { DiscordError, DiscordRest, type DiscordServer } from './discord-rest.ts';

/** Discord waits three seconds for the first answer: time for two tries. A second one does no harm. */
const firstAnswerMs = 1_400;
const firstAnswerTries = 2;
/** A deferred answer that nothing fills in, as for strangers, would go on pretending that somebody thinks. */
const unansweredMs = 5_000;
const firstRegisterRetryMs = 5_000;
const longestRegisterRetryMs = 600_000;
const mostChoices = 25;
const longestChoice = 100;
/** After a broken connection Discord tells again what may not have arrived; so many ids are remembered to do each once. */
const rememberedIds = 2_000;

/**
 * Discord's words for: this message, or this way to it, is no more. Unknown channel, message, webhook, interaction;
 * not ours to edit; the bot may not see or write there; the interaction's token has expired.
 */
const goneCodes: ReadonlySet<number> = new Set([10003, 10008, 10015, 10062, 50001, 50005, 50013, 50027]);

export interface DiscordOptions extends DiscordServer {
  /** Where the commands are registered; everywhere, when it is left out. */
  readonly guildId?: string | undefined;
  readonly commands: readonly AnyCommand[];
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
  readonly #ownChats = new Map<string, string>();
  /** What a chat was to be told and may not have been: its repeat goes on where it broke off, under the same name. */
  readonly #unfinished = new Map<string, Attempt>();
  readonly #stop = new AbortController();
  #gateway: DiscordGateway | undefined;
  #registering = false;
  #attempts = 0;

  constructor(options: DiscordOptions) {
    this.#options = options;
    this.#rest = new DiscordRest(options, options.clock);
    this.#interactions = new Interactions(options.clock);
  }

  /** Connects in the background; what is wrong with the token is said in the log, and leaves the rest alone. */
  async start(receive: Receive, suggest: Suggest): Promise<void> {
    const { loginPacing, token, apiRoot, clock, log } = this.#options;
    this.#gateway = new DiscordGateway({
      token,
      apiRoot,
      clock,
      log,
      loginPacing,
      onReady: (applicationId) => void this.#register(applicationId),
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

  async send(chatId: string, message: Message): Promise<string> {
    return this.#sendBodies(chatId, discordBodies(message), message.private === true);
  }

  async edit(chatId: string, reference: string, message: Message): Promise<void> {
    const [first, ...rest] = discordBodies(message);
    const edited = first !== undefined && (await this.#editInPlace(reference, first));
    // Deleted, or out of reach: what it says must still reach the person.
    if (!edited) await this.send(chatId, message);
    else if (rest.length > 0) await this.#sendBodies(chatId, rest, message.private === true);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#gateway?.stop();
  }

  /** The last one's reference is the message's. */
  async #sendBodies(chatId: string, bodies: readonly DiscordBody[], secret: boolean): Promise<string> {
    const text = JSON.stringify(bodies.map(({ json }) => json));
    const broken = this.#unfinished.get(chatId);
    this.#unfinished.delete(chatId);
    this.#attempts += 1;
    const nonce = `${this.#options.clock.now().toString(36)}-${this.#attempts.toString(36)}`;
    const attempt: Attempt = broken?.text === text ? broken : { text, nonce, sent: 0 };
    let reference = '';
    try {
      for (const body of bodies.slice(attempt.sent)) {
        reference = await this.#sendBody(chatId, body, secret, `${attempt.nonce}-${attempt.sent}`);
        attempt.sent += 1;
      }
    } catch (error) {
      if (!(error instanceof ChannelError) || error.retry === 'later') this.#unfinished.set(chatId, attempt);
      throw error;
    }
    return reference;
  }

  async #sendBody(chatId: string, body: DiscordBody, secret: boolean, nonce: string): Promise<string> {
    const { channel, user, interaction: root } = placeOf(chatId);
    let alone = secret;
    for (const interaction of root === undefined ? [] : this.#interactions.reaching(root)) {
      const reference = await this.#unlessGone(() => this.#answer(interaction, body, secret));
      if (reference !== undefined) return reference;
      alone ||= interaction.hidden;
      this.#interactions.forget(interaction);
    }
    if (channel !== undefined && !(alone && user !== undefined)) {
      const post = async () => this.#post(channel, body, nonce);
      const reference = user === undefined ? await post() : await this.#unlessGone(post);
      if (reference !== undefined) return reference;
    }
    return this.#post(await this.#ownChat(user ?? ''), body, nonce);
  }

  /** Fills the deferred answer in, or follows it. Undefined where Discord never took the deferral. */
  async #answer(interaction: Interaction, body: DiscordBody, secret: boolean): Promise<string | undefined> {
    if (!(await interaction.deferred)) return undefined;
    const { applicationId, token, inServer } = interaction;
    const hidden = inServer && (secret || interaction.hidden);
    // Whether a deferred answer is seen by all was said when it was deferred, and stays so.
    if (interaction.waiting && hidden !== interaction.hidden) await this.#takeBack(interaction);
    if (interaction.waiting) {
      const route = Routes.webhookMessage(applicationId, token);
      const message = await this.#unlessGone(() => this.#ask('PATCH', route, body, { auth: false }));
      interaction.waiting = false;
      if (message !== undefined) return referenceOf(message, interaction.id, hidden);
    }
    const flags = hidden ? { flags: MessageFlags.Ephemeral } : {};
    const message = await this.#ask('POST', Routes.webhook(applicationId, token), body, {
      auth: false,
      query: new URLSearchParams({ wait: 'true' }),
      extra: flags,
    });
    return referenceOf(message, interaction.id, hidden);
  }

  /** Where this does not work nothing may follow: Discord would show it in the place that was deferred. */
  async #takeBack(interaction: Interaction): Promise<void> {
    const route = Routes.webhookMessage(interaction.applicationId, interaction.token);
    await this.#unlessGone(() => this.#rest.call('DELETE', route, { auth: false }));
    interaction.waiting = false;
  }

  async #post(channel: string, body: DiscordBody, nonce: string): Promise<string> {
    // Asked again under the same nonce, Discord says it no second time.
    const extra = { nonce, enforce_nonce: true };
    return referenceOf(await this.#ask('POST', Routes.channelMessages(channel), body, { extra }));
  }

  /** Somebody's own chat with the bot, opened where it is not known. */
  async #ownChat(user: string): Promise<string> {
    const known = this.#ownChats.get(user);
    if (known !== undefined) return known;
    const opened = await this.#rest.call('POST', Routes.userChannels(), { body: { recipient_id: user } });
    const id = idOf(opened);
    this.#ownChats.set(user, id);
    return id;
  }

  /** Whether the message was there to be edited. */
  async #editInPlace(reference: string, body: DiscordBody): Promise<boolean> {
    const [channel = '', message = '', interactionId = '', hidden] = reference.split('/');
    const press = this.#interactions.pressOn(message);
    const source = this.#interactions.get(interactionId);
    const byToken = [
      ...(press === undefined ? [] : [{ interaction: press, name: '@original' }]),
      ...(source === undefined ? [] : [{ interaction: source, name: message }]),
    ];
    for (const { interaction, name } of byToken) {
      if (!(await interaction.deferred)) continue;
      const route = Routes.webhookMessage(interaction.applicationId, interaction.token, name);
      const done = await this.#unlessGone(() => this.#ask('PATCH', route, body, { auth: false }));
      if (done !== undefined) return true;
    }
    if (hidden !== undefined || channel === '') return false;
    const done = await this.#unlessGone(() => this.#ask('PATCH', Routes.channelMessage(channel, message), body));
    return done !== undefined;
  }

  /** Undefined where Discord says that there is no such way, or none any more. */
  async #unlessGone<T>(attempt: () => Promise<T>): Promise<T | undefined> {
    try {
      return await attempt();
    } catch (error) {
      if (error instanceof DiscordError && goneCodes.has(error.code ?? 0)) return undefined;
      throw error;
    }
  }

  async #ask(
    method: 'POST' | 'PATCH',
    route: `/${string}`,
    { json, files }: DiscordBody,
    more: { readonly auth?: false; readonly query?: URLSearchParams; readonly extra?: object } = {},
  ): Promise<unknown> {
    const { extra, ...request } = more;
    return this.#rest.call(method, route, { ...request, body: { ...json, ...extra }, files });
  }

  #onMessage(message: APIMessage & { readonly guild_id?: string }, receive: Receive): void {
    const { id, author, content, channel_id, guild_id } = message;
    if (guild_id !== undefined || author.bot === true || content === '' || !this.#firstTime(id)) return;
    this.#ownChats.set(author.id, channel_id);
    this.#handOver(receive, {
      id,
      channel: this.name,
      chatId: `@${author.id}`,
      identity: `discord:${author.id}`,
      input: { kind: 'text', text: content },
      at: SnowflakeUtil.timestampFrom(id),
    });
  }

  #onInteraction(interaction: APIInteraction, receive: Receive, suggest: Suggest): void {
    if (!this.#firstTime(interaction.id)) return;
    const { commands, words } = this.#options;
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
    const source = message?.interaction_metadata;
    const own = source?.user.id === user;
    const chatId =
      source === undefined
        ? isInServer(interaction)
          ? (channel?.id ?? '')
          : `@${user}`
        : `${channel?.id ?? ''}/${user}/${own ? source.id : interaction.id}`;
    if (!isInServer(interaction) && channel !== undefined) this.#ownChats.set(user, channel.id);
    const deferred = this.#callback(interaction, { type: InteractionResponseType.DeferredMessageUpdate });
    this.#remember(interaction, {
      root: placeOf(chatId).interaction,
      pressed: message?.id,
      hidden: isInServer(interaction) && isHidden(message),
      deferred,
      waiting: false,
    });
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
    const handled = this.#handOver(receive, { id, channel: this.name, chatId, identity, input, at });
    void handled
      .then(() => this.#tidy(id))
      .catch((error: unknown) => {
        if (!this.#stop.signal.aborted) this.#options.log.debug('deferred answer not taken back', { error });
      });
  }

  async #tidy(id: string): Promise<void> {
    await this.#options.clock.sleep(unansweredMs, this.#stop.signal);
    const interaction = this.#interactions.get(id);
    if (interaction?.waiting === true && (await interaction.deferred)) await this.#takeBack(interaction);
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
      // Already answered: the first try was taken, and only Discord's word of it was lost.
      if (error instanceof DiscordError && error.code === 40060) return true;
      this.#options.log.warn('interaction not answered at once', { error });
      const again = triesLeft > 1 && error instanceof ChannelError && error.retry === 'later';
      return again && this.#callback({ id, token }, body, triesLeft - 1);
    }
  }

  /** Tells Discord the commands, where it does not have them as they are. */
  async #register(applicationId: string): Promise<void> {
    if (this.#registering) return;
    this.#registering = true;
    const { commands, words, guildId, clock, log } = this.#options;
    const ours = slashCommands(commands, words, guildId === undefined ? 'everywhere' : 'one-server');
    const route =
      guildId === undefined
        ? Routes.applicationCommands(applicationId)
        : Routes.applicationGuildCommands(applicationId, guildId);
    for (let failures = 0; !this.#stop.signal.aborted; failures += 1) {
      try {
        const query = new URLSearchParams({ with_localizations: 'true' });
        const theirs = await this.#rest.call('GET', route, { query });
        if (!sameCommands(ours, Array.isArray(theirs) ? theirs : []))
          await this.#rest.call('PUT', route, { body: ours });
        return;
      } catch (error) {
        log.warn('discord commands not registered', { error });
        if (!(error instanceof ChannelError) || error.retry === 'never') return;
        const backoffMs = error.afterMs ?? Math.min(longestRegisterRetryMs, firstRegisterRetryMs * 2 ** failures);
        await clock.sleep(backoffMs, this.#stop.signal).catch(() => undefined);
      }
    }
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

interface Attempt {
  readonly text: string;
  readonly nonce: string;
  /** So many parts are out. */
  sent: number;
}

interface Place {
  readonly channel: string | undefined;
  readonly user: string | undefined;
  readonly interaction: string | undefined;
}

function placeOf(chatId: string): Place {
  if (chatId.startsWith('@')) return { channel: undefined, user: chatId.slice(1), interaction: undefined };
  const [channel, user, interaction] = chatId.split('/');
  return { channel, user, interaction };
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

/** @throws ChannelError for what is not Discord's: a proxy's page. */
function idOf(answer: unknown): string {
  const { id } = (answer ?? {}) as { readonly id?: unknown };
  if (typeof id !== 'string') throw new ChannelError('discord gave no id', 'later');
  return id;
}

/** `CHANNEL/MESSAGE`, and by which interaction it was said, and `hidden` where it is the person's alone. */
function referenceOf(message: unknown, interaction?: string, hidden = false): string {
  const id = idOf(message);
  const { channel_id: channel } = message as { readonly channel_id?: string };
  return [channel ?? '', id, ...(interaction === undefined ? [] : [interaction]), ...(hidden ? ['hidden'] : [])].join(
    '/',
  );
}
