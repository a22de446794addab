import { DiscordAPIError, HTTPError, RateLimitError } from 'discord.js';
import { GrammyError, HttpError } from 'grammy';
import { toDiscordError } from '../../../src/channels/discord/rest.ts';
import { toTelegramError } from '../../../src/channels/telegram/api.ts';
import { type Button, type Channel, ChannelError, type Message, type Receive } from '../../../src/chat/channel.ts';
import { limitedLane } from '../../../src/chat/rate-limiter.ts';
import { plainText } from '../../../src/chat/render.ts';
import type { Clock } from '../../../src/clock.ts';
import type { SeededRandom } from './random.ts';

/** A message as a chat showed it, in the order in which they were shown; an edit is another entry. */
export interface Shown {
  /** Milliseconds, by the world's clock. */
  readonly at: number;
  readonly channel: string;
  readonly chatId: string;
  readonly text: string;
  readonly buttons: readonly Button[];
  /** What the chat calls the message; an edit has that of the message it changed. */
  readonly reference: string;
}

/** How often, of a hundred messages, a chat does what. */
export interface ChatFaults {
  readonly fails: number;
  /** Shows the message, and its answer is lost. */
  readonly losesAnswer: number;
  /** Says that it is told too much, and for how long it wants to be left alone. */
  readonly limits: number;
  /** The same without a time. */
  readonly limitsWithoutTime: number;
}

export const calmChats: ChatFaults = { fails: 0, losesAnswer: 0, limits: 0, limitsWithoutTime: 0 };

/** A message that a chat would not take. */
export interface Refused extends Omit<Shown, 'buttons' | 'reference'> {
  /** The process that was told. */
  readonly by: string;
}

/** What a process does with a chat, as the world sees it. */
export interface Line {
  /** The name of the process. */
  readonly self: string;
  /** Whether the process still has its power. */
  readonly isOn: () => boolean;
  /** One step nearer to its end. */
  readonly step: (what: string) => void;
  /** Resolves while the process is not held up. */
  readonly running: () => Promise<void>;
  /** Takes up a channel, or lets it go. */
  readonly open: (name: string, receive: Receive | undefined) => void;
  readonly newId: () => string;
}

/** Chats in which people of the scenarios are. */
export const channelNames = ['console', 'telegram', 'discord'] as const;
type ChannelName = (typeof channelNames)[number];

/**
 * Every platform's own errors go through the bot's own reading of them: whether a message is lost or comes again is
 * decided there.
 */
const errors: Readonly<Record<'telegram' | 'discord', Record<'broken' | 'blocked', () => unknown>>> = {
  telegram: {
    broken: () => toTelegramError(new HttpError('Network request failed', systemError('ECONNRESET'))),
    blocked: () => toTelegramError(grammyError(403, 'Forbidden: bot was blocked by the user')),
  },
  discord: {
    broken: () => toDiscordError(systemError('ECONNRESET')),
    blocked: () => {
      const raw = { code: 50007, message: 'Cannot send messages to this user' };
      return toDiscordError(new DiscordAPIError(raw, 50007, 403, 'POST', 'https://discord.invalid', {}));
    },
  },
};

function limited(name: ChannelName, afterMs: number | undefined): unknown {
  if (name === 'console') return new ChannelError('too much', 'later', afterMs === undefined ? {} : { afterMs });
  if (name === 'telegram') {
    const parameters = afterMs === undefined ? {} : { retry_after: afterMs / 1_000 };
    return toTelegramError(grammyError(429, 'Too Many Requests', parameters));
  }
  if (afterMs === undefined)
    return toDiscordError(new HTTPError(429, 'Too Many Requests', 'POST', 'https://discord.invalid', {}));
  return toDiscordError(
    new RateLimitError({
      timeToReset: afterMs,
      limit: 5,
      method: 'POST',
      hash: '',
      url: 'https://discord.invalid',
      route: '/channels/:id/messages',
      majorParameter: '2',
      global: false,
      retryAfter: afterMs,
      sublimitTimeout: 0,
      scope: 'user',
    }),
  );
}

function grammyError(error_code: number, description: string, parameters = {}): GrammyError {
  return new GrammyError('Call failed', { ok: false, error_code, description, parameters }, 'sendMessage', {});
}

function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** The chats of a world, what they showed, and what they turned down. */
export class Chats {
  readonly shown: Shown[] = [];
  /** Messages that a chat would not take, now or later. */
  readonly refused: Refused[] = [];
  /** Those of which only a process knew that ended without reaching the database, so that nobody can tell of them. */
  readonly endedWith = new Set<Refused>();
  /** Messages of which the newest edit in place was turned down: they show something older, for good. */
  readonly outdated = new Set<string>();
  /** Messages of which the bot was told that they failed though they were shown. */
  lostAnswers = 0;
  /** Messages that failed, and may come again. */
  failed = 0;
  /** How often a chat named the time for which it wants to be left alone. */
  timesNamed = 0;
  /** Messages that came before that time was over. */
  readonly tooSoon: string[] = [];
  faults = calmChats;
  /** `telegram:1`: takes nothing, for good as far as it says. */
  readonly blocked = new Set<string>();
  readonly #leaveAlone = new Map<string, { readonly until: number; readonly line: Line }>();
  readonly #clock: Clock;
  readonly #random: SeededRandom;
  readonly #trace: (text: string) => void;

  constructor(options: {
    readonly clock: Clock;
    readonly random: SeededRandom;
    readonly trace: (text: string) => void;
  }) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#trace = options.trace;
  }

  channel(line: Line, name: ChannelName): Channel {
    const never = new Promise<never>(() => undefined);
    const show = async (chatId: string, reference: string, message: Message, inPlace = false): Promise<void> => {
      line.step('message leaves');
      await line.running();
      if (!line.isOn()) await never;
      const text = plainText(message);
      this.#takeOrFail(line, name, chatId, text, inPlace ? reference : undefined);
      this.outdated.delete(reference);
      const buttons = (message.buttons ?? []).flat();
      this.shown.push({ at: this.#clock.now(), channel: name, chatId, text, buttons, reference });
      this.#trace(`${name}:${chatId} shows: ${text.replaceAll('\n', ' / ')}`);
      if (this.#random.chance(this.faults.losesAnswer)) {
        this.lostAnswers += 1;
        throw new ChannelError('no answer', 'later');
      }
      line.step('message shown');
      await line.running();
      if (!line.isOn()) await never;
    };
    return {
      name,
      start: async (receive) => line.open(name, receive),
      send: async (chatId, message) => {
        const reference = line.newId();
        await show(chatId, reference, message);
        return reference;
      },
      edit: show,
      stop: async () => line.open(name, undefined),
    };
  }

  /** A process ends that has not reached the database since a moment. */
  noteEnd(self: string, since: number): void {
    for (const one of this.refused) if (one.by === self && one.at >= since) this.endedWith.add(one);
  }

  /** @throws what the platform's own library would, as the bot reads it. */
  #takeOrFail(line: Line, name: ChannelName, chatId: string, text: string, inPlace: string | undefined): void {
    const chat = `${name}:${chatId}`;
    const lane = limitedLane(name, chat, inPlace !== undefined);
    const wait = this.#leaveAlone.get(lane);
    if (wait !== undefined && wait.line === line && this.#clock.now() < wait.until) {
      this.tooSoon.push(`${chat} was told something ${wait.until - this.#clock.now()} ms too soon: ${text}`);
    }
    this.#leaveAlone.delete(lane);
    const of = name === 'console' ? undefined : errors[name];
    if (of !== undefined && this.blocked.has(chat)) {
      // That an edit in place cannot be made is told to nobody, so it is not among what somebody has to be told of.
      if (inPlace === undefined)
        this.refused.push({ at: this.#clock.now(), channel: name, chatId, text, by: line.self });
      else this.outdated.add(inPlace);
      this.#trace(`${chat} refuses: ${text.replaceAll('\n', ' / ')}`);
      throw of.blocked();
    }
    const { fails, limits, limitsWithoutTime } = this.faults;
    if (this.#random.chance(fails)) {
      this.failed += 1;
      throw of === undefined ? new ChannelError('refused', 'later') : of.broken();
    }
    if (this.#random.chance(limitsWithoutTime)) {
      this.failed += 1;
      throw limited(name, undefined);
    }
    if (this.#random.chance(limits)) {
      this.failed += 1;
      this.timesNamed += 1;
      const seconds = this.#random.between(1, 30);
      this.#leaveAlone.set(lane, { until: this.#clock.now() + seconds * 1_000, line });
      this.#trace(`${chat} wants to be left alone for ${seconds} s`);
      throw limited(name, seconds * 1_000);
    }
  }
}

/** Messages that a chat refused for good and never showed: their person has to be told that there were some. */
export function lostIn({ refused, shown }: Pick<Chats, 'refused' | 'shown'>): readonly Refused[] {
  return refused.filter(
    (lost, index) =>
      refused.findIndex((other) => isSame(other, lost)) === index && !shown.some((later) => isSame(later, lost)),
  );
}

type Text = Pick<Shown, 'channel' | 'chatId' | 'text'>;

function isSame(one: Text, other: Text): boolean {
  return one.channel === other.channel && one.chatId === other.chatId && one.text === other.text;
}
