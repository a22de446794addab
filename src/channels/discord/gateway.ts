import {
  type APIInteraction,
  type APIMessage,
  Client,
  type ClientOptions,
  Events,
  GatewayDispatchEvents,
  GatewayIntentBits,
} from 'discord.js';
import type { Clock } from '../../clock.ts';
import { errorText } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { type DiscordServer, restOptions } from './rest.ts';

const firstBackoffMs = 1_000;
const longestBackoffMs = 60_000;

/** The option of discord.js that spaces out logins. */
export type LoginPacing = NonNullable<NonNullable<ClientOptions['ws']>['buildIdentifyThrottler']>;

export interface GatewayEvents {
  readonly onReady: (applicationId: string) => void;
  readonly onInteraction: (interaction: APIInteraction) => void;
  readonly onMessage: (message: APIMessage & { readonly guild_id?: string }) => void;
}

export interface GatewayOptions extends DiscordServer, GatewayEvents {
  readonly clock: Clock;
  readonly log: Log;
  readonly loginPacing?: LoginPacing | undefined;
}

/** Problems that another try would not solve, each with what to do about it. */
const remedies = {
  token: 'discord does not know this token: check DISCORD_BOT_TOKEN; the chat is off until the next start',
  intents:
    'discord does not let this bot read direct messages: check its intents; the chat is off until the next start',
  other: 'discord closed the connection for good; the chat is off until the next start',
} as const;
const remedyOf: Readonly<Record<string, keyof typeof remedies>> = {
  TokenInvalid: 'token',
  'Authentication failed': 'token',
  4004: 'token',
  'Used invalid intents': 'intents',
  'Used disallowed intents': 'intents',
  4013: 'intents',
  4014: 'intents',
  'Invalid shard': 'other',
  'Sharding is required': 'other',
  'Used an invalid API version': 'other',
};

/**
 * Receives Discord's events. discord.js reconnects and resumes sessions by itself, but gives up when the first login
 * fails; this class repeats the login.
 */
export class DiscordGateway {
  readonly #options: GatewayOptions;
  readonly #stop = new AbortController();
  #client: Client | undefined;

  constructor(options: GatewayOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#run();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#client?.destroy();
  }

  async #run(): Promise<void> {
    const { token, clock, log } = this.#options;
    for (let failures = 0; !this.#stop.signal.aborted; failures += 1) {
      this.#client = this.#createClient();
      try {
        await this.#client.login(token.reveal());
        return;
      } catch (error) {
        if (this.#stop.signal.aborted || this.#isFinal(error)) return;
        // An error of discord.js may quote a URL. The token is never in it, because it is sent in a header.
        log.warn('discord not reached', { error: errorText(error) });
        const backoffMs = Math.min(longestBackoffMs, firstBackoffMs * 2 ** failures);
        await clock.sleep(backoffMs, this.#stop.signal).catch(() => undefined);
      }
    }
  }

  /** Logs a problem that another try would not solve. Returns whether the error is one. */
  #isFinal(error: unknown): boolean {
    const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
    const remedy = remedyOf[String(code)] ?? remedyOf[String(message)];
    if (remedy !== undefined) this.#options.log.error(remedies[remedy]);
    return remedy !== undefined;
  }

  #createClient(): Client {
    const { log, loginPacing } = this.#options;
    const client = new Client({
      // Interactions need no intent, and direct messages to the bot are readable without the intent for message
      // content.
      intents: [GatewayIntentBits.DirectMessages],
      rest: restOptions(this.#options),
      ...(loginPacing === undefined ? {} : { ws: { buildIdentifyThrottler: loginPacing } }),
    });
    client.on(Events.Error, (error) => log.warn('discord client failed', { error: errorText(error) }));
    client.on(Events.ShardError, ({ message }) => {
      if (remedyOf[message] === undefined) log.warn('discord connection failed', { error: message });
    });
    client.on(Events.ShardReconnecting, () => {
      if (!this.#stop.signal.aborted) log.info('discord reconnecting');
    });
    client.on(Events.ShardDisconnect, ({ code }) => {
      if (!this.#stop.signal.aborted && client.isReady()) log.error(remedies[remedyOf[code] ?? 'other'], { code });
    });
    const { onReady, onInteraction, onMessage } = this.#options;
    this.#on<{ readonly application: { readonly id: string } }>(
      client,
      GatewayDispatchEvents.Ready,
      ({ application }) => onReady(application.id),
    );
    this.#on(client, GatewayDispatchEvents.InteractionCreate, onInteraction);
    this.#on(client, GatewayDispatchEvents.MessageCreate, onMessage);
    return client;
  }

  /** Listens to events in Discord's own form: the objects that discord.js makes of them come later and lack fields. */
  #on<T>(client: Client, event: GatewayDispatchEvents, take: (data: T) => void): void {
    client.ws.on(event, (data: T) => {
      if (this.#stop.signal.aborted) return;
      try {
        take(data);
      } catch (error) {
        this.#options.log.error('discord event not handled', { event, error });
      }
    });
  }
}
