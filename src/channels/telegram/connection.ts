import type { Update } from 'grammy/types';
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import type { Secret } from '../../secret.ts';
import { type ApiRequest, type TelegramApi, toTelegramError } from './api.ts';
import type { TelegramInbox } from './inbox.ts';
import { wantedUpdates } from './updates.ts';

/** How long Telegram holds a poll open when there is nothing to tell. */
const pollSeconds = 25;
const requestMs = 10_000;
/** As many as Telegram tells at once. */
const pageSize = 100;
/** An update that is not confirmed is told again at once, so the next poll waits for it, but not for long. */
const unfinishedMs = 500;
/** How often it is asked whether the webhook is still ours, and whether anything comes through it. */
const webhookCheckMs = 5 * 60_000;
/** The last word at a stop is worth no more: without it the next start is told again what it knows. */
const farewellMs = 2_000;
const firstBackoffMs = 1_000;
const longestBackoffMs = 60_000;
/** Who has polled for so long is not the one who came second. */
const newcomerMs = 60_000;
/** The first of two takes its place back at once, so that the second learns that it has come second. */
const holdPlaceMs = 200;
/** The second leaves it to the first, and looks now and then whether that has gone. */
const stepAsideMs = 30_000;
const longestAsideMs = 5 * 60_000;
/** So long after the last sign of another program a new one is news. */
const conflictNewsMs = 60 * 60_000;

/** Where Telegram is to push to, and what it proves with that it is Telegram. */
export interface TelegramWebhook {
  readonly url: string;
  readonly secret: Secret;
}

export interface TelegramConnectionOptions {
  readonly api: TelegramApi;
  readonly inbox: TelegramInbox;
  /** Undefined where it polls. */
  readonly webhook: TelegramWebhook | undefined;
  /** Another program uses our token; whether we leave it to that one for now. Called once in a while. */
  readonly onConflict: (stepsAside: boolean) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Keeps updates coming, by polls or by a webhook that is set once. Whatever fails is explained in the log and tried
 * again, but for a token that Telegram does not know.
 */
export class TelegramConnection {
  readonly #options: TelegramConnectionOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  /** When it began to poll, or did so again after it had stepped aside. */
  #pollsSince = 0;
  #conflictAt: number | undefined;

  constructor(options: TelegramConnectionOptions) {
    this.#options = options;
  }

  /** `onName` is called with the bot's name before the first update comes. */
  start(onName: (name: string) => void): void {
    this.#running = this.#run(onName);
  }

  /** Aborted when it stops. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** No update comes after this. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Confirms what is finished, so that the next start is not told it again. */
  async farewell(): Promise<void> {
    const { api, inbox, webhook } = this.#options;
    if (webhook !== undefined || inbox.offset === 0) return;
    const last = { offset: inbox.offset, limit: 1, timeout: 0 };
    await api.call((telegram, signal) => telegram.getUpdates(last, signal), { timeoutMs: farewellMs }).catch(() => []);
  }

  async #run(onName: (name: string) => void): Promise<void> {
    const me = await this.#keepTrying('telegram not reached', (api, signal) => api.getMe(signal));
    if (me === undefined) return;
    onName(me.username);
    if (this.#options.webhook === undefined) await this.#poll();
    else await this.#watchWebhook(this.#options.webhook);
  }

  /** Nothing comes through a webhook that somebody else has changed, and nothing tells us so unless it is asked for. */
  async #watchWebhook(webhook: TelegramWebhook): Promise<void> {
    const { clock, log } = this.#options;
    const stop = this.#stop.signal;
    while (await this.#setWebhook(webhook)) {
      for (let url = webhook.url; url === webhook.url; ) {
        await clock.sleep(webhookCheckMs, stop).catch(() => undefined);
        const info = await this.#keepTrying('telegram webhook not checked', (api, signal) =>
          api.getWebhookInfo(signal),
        );
        if (info === undefined) return;
        const { pending_update_count: pending, last_error_message: why } = info;
        if (pending > 0 && why !== undefined) log.error('telegram cannot push to the webhook', { pending, why });
        url = info.url ?? '';
      }
      log.error('another program has changed the telegram webhook: it is set again');
      this.#tellConflict(false);
    }
  }

  /** Whether it is set; not when it stops before. */
  async #setWebhook({ url, secret }: TelegramWebhook): Promise<boolean> {
    const settings = {
      secret_token: secret.reveal(),
      allowed_updates: wantedUpdates,
      drop_pending_updates: false,
      // One after the other: what people typed first is handed over first.
      max_connections: 1,
    };
    const set = await this.#keepTrying('telegram webhook not set', (api, signal) =>
      api.setWebhook(url, settings, signal),
    );
    if (set === true) this.#options.log.info('telegram pushes to the webhook', { url });
    return set === true;
  }

  async #poll(): Promise<void> {
    const { inbox, clock, log } = this.#options;
    this.#pollsSince = clock.now();
    while (!this.#stop.signal.aborted) {
      const asked = { offset: inbox.offset, timeout: pollSeconds, limit: pageSize, allowed_updates: wantedUpdates };
      const updates = await this.#keepTrying(
        'telegram poll failed',
        (api, signal) => api.getUpdates(asked, signal),
        pollSeconds * 1_000 + requestMs,
      );
      if (updates === undefined) return;
      const fresh = updates.filter((update: Update) => inbox.take(update));
      if (updates.length === pageSize && fresh.length === 0) {
        // A halt may stand behind a hundred lines that are slow to answer.
        log.warn('more updates than telegram tells again: these would be lost by a crash', { updates: pageSize });
        inbox.letGo(updates);
      } else if (inbox.isWaiting) {
        const pause = clock.sleep(unfinishedMs, this.#stop.signal).catch(() => undefined);
        await Promise.race([inbox.someFinished(), pause]);
      }
    }
  }

  /** Undefined when it stops, or when no further try would do better. */
  async #keepTrying<T>(failed: string, request: ApiRequest<T>, timeoutMs = requestMs): Promise<T | undefined> {
    const stop = this.#stop.signal;
    for (let failures = 0; !stop.aborted; failures += 1) {
      try {
        return await this.#options.api.call(request, { timeoutMs, stop });
      } catch (error) {
        if (stop.aborted) return undefined;
        const backoffMs = await this.#explain(failed, error, failures);
        if (backoffMs === undefined) return undefined;
        await this.#options.clock.sleep(backoffMs, stop).catch(() => undefined);
      }
    }
    return undefined;
  }

  /** Says why a request failed. How long to wait before the next one; undefined when none would do better. */
  async #explain(failed: string, error: unknown, failures: number): Promise<number | undefined> {
    const { api, log } = this.#options;
    const { status, afterMs, message } = toTelegramError(error);
    if (status === 401 || status === 404) {
      log.error('telegram does not know this token: check TELEGRAM_BOT_TOKEN; the chat is off until the next start', {
        error,
      });
      return undefined;
    }
    if (status === 400 && message.includes('webhook')) {
      log.error('telegram cannot push to this address: check TELEGRAM_WEBHOOK_URL', { error });
      return longestBackoffMs;
    }
    if (status === 409 && message.includes('webhook')) {
      log.warn('telegram pushes to a webhook: it is removed, because this bot polls', { error });
      await api
        .call((telegram, signal) => telegram.deleteWebhook({}, signal))
        .catch((failure: unknown) => log.warn('telegram webhook not removed', { error: failure }));
      return firstBackoffMs;
    }
    if (status === 409) {
      log.error('another program polls with this telegram token: only one may; stop the other', { error });
      return this.#giveWay(failures);
    }
    log.warn(failed, { error });
    return afterMs ?? Math.min(longestBackoffMs, firstBackoffMs * 2 ** failures);
  }

  /**
   * Telegram ends the poll of whoever asked first. That one goes on and the other steps aside: what people type and press
   * comes to one of the two alone. Returns how long to wait.
   */
  #giveWay(failures: number): number {
    const now = this.#options.clock.now();
    const stepsAside = now - this.#pollsSince < newcomerMs;
    this.#tellConflict(stepsAside);
    if (!stepsAside) return Math.min(stepAsideMs, holdPlaceMs * 2 ** failures);
    const asideMs = Math.min(longestAsideMs, stepAsideMs * 2 ** failures);
    this.#pollsSince = now + asideMs;
    return asideMs;
  }

  #tellConflict(stepsAside: boolean): void {
    const now = this.#options.clock.now();
    const isNews = this.#conflictAt === undefined || now - this.#conflictAt > conflictNewsMs;
    this.#conflictAt = now;
    if (isNews) this.#options.onConflict(stepsAside);
  }
}
