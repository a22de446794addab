import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Channel, ChannelError, type Message } from '../../src/chat/channel.ts';
import { Outbox } from '../../src/chat/outbox.ts';
import { plainText } from '../../src/chat/render.ts';
import type { ChatAddress } from '../../src/domain/people/chat-address.ts';
import { languages } from '../../src/i18n/index.ts';
import { createLog, createRedactor } from '../../src/log.ts';
import type { Ledger } from '../../src/ports/ledger/ledger.ts';
import { openLedger } from '../../src/store/ledger.ts';
import { VirtualClock } from '../chaos/scenario/clock.ts';
import { SeededRandom } from '../chaos/scenario/random.ts';

const redactor = createRedactor([]);
const messageHeader = { venue: 'live', redactor, wordsAt: () => languages.ko } as const;
const log = createLog({ level: 'silent', redactor });

let folder: string;
let clock: VirtualClock;
let random: SeededRandom;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hoga-storm-'));
  clock = new VirtualClock(Date.parse('2026-11-23T09:00:00+09:00'));
  random = new SeededRandom(9);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The limits that the platforms publish; ours must stay within them. */
const published = {
  telegram: {
    chat: { count: 20, perMs: 20_000 },
    group: { count: 20, perMs: 60_000 },
    all: { count: 30, perMs: 1_000 },
  },
  discord: { chat: { count: 5, perMs: 5_000 }, group: undefined, all: { count: 50, perMs: 1_000 } },
} as const;

/** A platform that shows what it is sent, when it is not failing. */
class Platform {
  readonly shown = new Map<string, string[]>();
  readonly complaints: string[] = [];
  /** Messages that were shown though their sender was told otherwise. */
  lostAnswers = 0;
  readonly #name: keyof typeof published;
  readonly #times = new Map<string, number[]>();
  #count = 0;

  constructor(name: keyof typeof published) {
    this.#name = name;
  }

  /** The platform as one process sees it; `isOn` is whether that process still has its power. */
  channel(isOn: () => boolean): Channel {
    const send = async (chatId: string, message: Message): Promise<string> => {
      clock.noteActivity();
      await clock.sleep(random.between(5, 60));
      if (!isOn()) return new Promise(() => undefined);
      const trouble = random.next();
      if (trouble < 0.02) throw new ChannelError('429', 'later', { status: 429, afterMs: random.between(500, 4_000) });
      if (trouble < 0.03) throw new ChannelError('502', 'later', { status: 502 });
      if (trouble < 0.04) throw new ChannelError('connection lost', 'later');
      this.#watch(chatId);
      this.shown.set(chatId, [...(this.shown.get(chatId) ?? []), plainText(message)]);
      if (trouble < 0.045) {
        this.lostAnswers += 1;
        throw new ChannelError('answer lost', 'later');
      }
      this.#count += 1;
      return String(this.#count);
    };
    return {
      name: this.#name,
      start: async () => undefined,
      send,
      edit: async () => undefined,
      stop: async () => undefined,
    };
  }

  #watch(chatId: string): void {
    const { chat, group, all } = published[this.#name];
    const keys: [string, { readonly count: number; readonly perMs: number }][] = [
      [chatId, chat],
      ['all', all],
    ];
    if (group !== undefined && chatId.startsWith('-')) keys.push([`group ${chatId}`, group]);
    for (const [key, { count, perMs }] of keys) {
      const recent = (this.#times.get(key) ?? []).filter((at) => clock.now() - at < perMs);
      // Answers come some milliseconds after their requests, so a window may look fuller than it was by one.
      if (recent.length > count) this.complaints.push(`${key}: ${recent.length + 1} in ${perMs} ms`);
      this.#times.set(key, [...recent, clock.now()]);
    }
  }
}

/** A ledger of a process whose power can go: calls of a dead process never return. */
function powered(ledger: Ledger, isOn: () => boolean, step: () => void): Ledger {
  const never = new Promise<never>(() => undefined);
  return new Proxy(ledger, {
    get(target, name, self) {
      const method: unknown = Reflect.get(target, name, self);
      if (typeof method !== 'function' || name === 'close') return method;
      return async (...args: unknown[]) => {
        step();
        if (!isOn()) return never;
        const result: unknown = await Reflect.apply(method, target, args);
        clock.noteActivity();
        return isOn() ? result : never;
      };
    },
  });
}

describe('ten thousand notices', () => {
  test('arrive through refusals, broken connections and three crashes: each, in order, within the limits', async () => {
    const url = `sqlite:${join(folder, 'hoga.db')}`;
    const platforms = { telegram: new Platform('telegram'), discord: new Platform('discord') };
    const chats: readonly ChatAddress[] = [
      ...Array.from({ length: 18 }, (_, index) => ({ channel: 'telegram', chatId: String(100 + index) })),
      { channel: 'telegram', chatId: '-500' },
      ...Array.from({ length: 12 }, (_, index) => ({ channel: 'discord', chatId: String(900 + index) })),
    ];
    const total = 10_000;
    const queued = new Map<string, string[]>();
    const first = await openLedger({ url });
    for (let number = 1; number <= total; number += 1) {
      // Groups take few messages: they get few.
      const address = chats[number % 50 === 0 ? 18 : number % chats.length] ?? { channel: 'telegram', chatId: '100' };
      const lane = `${address.channel}:${address.chatId}`;
      await first.enqueue({ address, body: { lines: [`체결 ${number}`] } }, clock.now());
      queued.set(lane, [...(queued.get(lane) ?? []), `체결 ${number}`]);
    }
    await first.close();

    let crashes = 0;
    for (;;) {
      const ledger = await openLedger({ url });
      let on = true;
      // Three processes die in the middle of it; the fourth lives.
      let fuse = crashes < 3 ? random.between(2_000, 9_000) : Number.POSITIVE_INFINITY;
      const isOn = (): boolean => on;
      const mortal = powered(ledger, isOn, () => {
        fuse -= 1;
        if (fuse <= 0) on = false;
      });
      const channels = new Map(Object.entries(platforms).map(([name, platform]) => [name, platform.channel(isOn)]));
      const outbox = new Outbox({ ledger: mortal, channels, clock, log, messageHeader });
      outbox.flush();
      for (let seconds = 0; on && seconds < 20_000; seconds += 20) {
        await clock.advance(20_000);
        if (on && (await ledger.outboxPending()) === 0) break;
      }
      if (on) {
        expect(await ledger.outboxPending()).toBe(0);
        await outbox.stop();
        await ledger.close();
        break;
      }
      crashes += 1;
      // A process takes longer than this to start; what the last one sent within a second is forgotten with it.
      await clock.advance(1_000);
      await ledger.close();
    }

    expect(crashes).toBe(3);
    let repeated = 0;
    for (const { channel, chatId } of chats) {
      const shown = platforms[channel as keyof typeof platforms].shown.get(chatId) ?? [];
      const wanted = queued.get(`${channel}:${chatId}`) ?? [];
      const once = shown.filter((text, index) => text !== shown[index - 1]);
      repeated += shown.length - once.length;
      expect(once, `${channel}:${chatId}`).toEqual(wanted);
    }
    const { telegram, discord } = platforms;
    // Every lane may have had one message on its way when the power went.
    expect(repeated).toBeLessThanOrEqual(telegram.lostAnswers + discord.lostAnswers + crashes * chats.length);
    expect([...telegram.complaints, ...discord.complaints]).toEqual([]);
  }, 180_000);
});
