import { type ChildProcess, fork } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { commands } from '../../../commands/index.ts';
import type { App } from '../../../src/app.ts';
import { TelegramChannel } from '../../../src/channels/telegram/telegram.ts';
import type { Channel } from '../../../src/chat/channel.ts';
import { systemClock } from '../../../src/clock.ts';
import { ko } from '../../../src/i18n/ko.ts';
import { Secret } from '../../../src/secret.ts';
import { configOf, startRealBot } from '../../support/shared/real-bot.ts';
import type { BotApi, FarAsked, FarTold, Side } from './far-worker.ts';

type Of<Kind extends FarTold['kind']> = Extract<FarTold, { readonly kind: Kind }>;
export type Far = Of<'start'>;

/** People who may do everything, each in a chat of their own, so that no chat comes to Telegram's limit. */
export const users: readonly number[] = Array.from({ length: 60 }, (_, position) => 1_000 + position);

/** KIS and Telegram in a process of their own, the same for the bot and for the bare client. */
export class FarSide {
  readonly #child: ChildProcess = fork(join(import.meta.dirname, 'far-worker.ts'));
  #answered: (told: FarTold) => void = () => undefined;
  #ordered: (atMs: number) => void = () => undefined;

  constructor() {
    this.#child.on('message', (told: FarTold) => {
      if (told.kind === 'order') this.#ordered(told.atMs);
      else this.#answered(told);
    });
  }

  ask<Kind extends FarAsked['kind']>(asked: Extract<FarAsked, { readonly kind: Kind }>): Promise<Of<Kind>> {
    return new Promise((resolve) => {
      this.#answered = (told) => resolve(told as Of<Kind>);
      this.#child.send(asked);
    });
  }

  /** Resolves with the moment at which the next order comes, by the clock that processes share. */
  nextOrder(): Promise<number> {
    return new Promise((resolve) => {
      this.#ordered = resolve;
    });
  }
}

/** The whole bot in this process. `channel`: where it talks, in place of Telegram. */
export async function startBot(far: Far, channel?: Channel): Promise<{ app: App; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'hoga-bench-'));
  const config = configOf({
    KIS_ENV: 'simulator',
    KIS_REST_URL: far.restUrl,
    KIS_WS_URL: far.wsUrl,
    KIS_ACCOUNT: '50000000-01',
    KIS_HTS_ID: 'hogasim',
    KIS_APP_KEY: `PS${'k'.repeat(34)}`,
    KIS_APP_SECRET: 's'.repeat(180),
    KIS_CALLS_PER_SECOND: '1000',
    HOGA_OWNERS: users.map((user) => `telegram:${user}`).join(','),
    HOGA_MAX_DAILY_KRW: '1000000000000',
    STORE_URL: `sqlite:${join(folder, 'hoga.db')}`,
    LOG_LEVEL: 'error',
  });
  const { apiRoot, token } = far.bot;
  const app = await startRealBot(config, (log) => ({
    self: 'bench:1',
    channels: () => [
      channel ??
        new TelegramChannel({ token: new Secret(token), apiRoot, clock: systemClock, log, commands, words: ko }),
    ],
  }));
  const stop = async (): Promise<void> => {
    await app.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { app, stop };
}

/** One request to KIS as it was sent, to be sent again by the bare client. */
export interface SentRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

const agent = new Agent({ connections: 16 });

/** Sends a request, and reads its answer as JSON. */
export async function bare({ method, url, headers, body }: SentRequest): Promise<unknown> {
  const answer = await request(url, { method: method as 'GET', headers, body: body ?? null, dispatcher: agent });
  return answer.body.json();
}

/** Runs something, and returns the requests that it made to KIS. */
export async function requestsOf(far: Far, run: () => Promise<unknown>): Promise<readonly SentRequest[]> {
  const sent: SentRequest[] = [];
  const note = (message: unknown): void => {
    const { request: made } = message as { readonly request: RawRequest };
    if (made.origin !== new URL(far.restUrl).origin) return;
    const headers: Record<string, string> = {};
    for (let at = 0; at < made.headers.length; at += 2) headers[made.headers[at] ?? ''] = made.headers[at + 1] ?? '';
    const body = typeof made.body === 'string' ? made.body : made.body && Buffer.from(made.body).toString();
    sent.push({ method: made.method, url: `${made.origin}${made.path}`, headers, body: body || undefined });
  };
  subscribe('undici:request:create', note);
  await run();
  unsubscribe('undici:request:create', note);
  return sent;
}

interface RawRequest {
  readonly origin: string;
  readonly path: string;
  readonly method: string;
  readonly headers: readonly string[];
  readonly body: string | Uint8Array | null;
}

/** A client that polls Telegram, does `work` for each text and sends what that returns. It does nothing else. */
export class BareClient {
  readonly #api: BotApi;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  work: () => Promise<string> = async () => '';

  constructor(api: BotApi) {
    this.#api = api;
    this.#running = this.#poll();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running.catch(() => undefined);
    await agent.destroy();
  }

  async #poll(): Promise<void> {
    let offset = 0;
    for (;;) {
      const asked = { offset, timeout: 25, limit: 100 };
      const { result } = (await this.#call('getUpdates', asked)) as { readonly result: readonly Update[] };
      for (const { update_id: id, message } of result) {
        offset = id + 1;
        await this.#call('sendMessage', { chat_id: message.chat.id, text: await this.work(), parse_mode: 'HTML' });
      }
    }
  }

  async #call(method: string, body: object): Promise<unknown> {
    const answer = await request(`${this.#api.apiRoot}/bot${this.#api.token}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      dispatcher: agent,
      signal: this.#stop.signal,
    });
    return answer.body.json();
  }
}

interface Update {
  readonly update_id: number;
  readonly message: { readonly chat: { readonly id: number } };
}

export type { Side };
