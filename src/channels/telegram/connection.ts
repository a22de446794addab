import type { Update } from 'grammy/types';
import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import type { Secret } from '../../secret.ts';
import { type ApiRequest, type TelegramApi, toTelegramError } from './api.ts';
import type { TelegramInbox } from './inbox.ts';
import { wantedUpdates } from './updates.ts';

/** How long Telegram holds a poll open while there are no updates. */
const pollSeconds = 25;
const requestMs = 10_000;
/** The most updates that Telegram returns at once. */
const pageSize = 100;
/** How long the next poll waits for unfinished updates: Telegram returns every unconfirmed update again at once. */
const unfinishedMs = 500;
/** How often we ask Telegram whether the webhook is still ours and updates get through. */
const webhookCheckMs = 5 * 60_000;
/** How long a stop waits for the last confirmation. Without it the next start receives finished updates again. */
const lastConfirmMs = 2_000;
const firstBackoffMs = 1_000;
const longestBackoffMs = 60_000;
/** A process that has polled for this long takes itself for the first of two with the same token. */
const newcomerMs = 60_000;
/** The first of two processes polls again after this time, so that the second one is interrupted and steps aside. */
const holdPlaceMs = 200;
/** The second of two processes polls again after this time, in case the first one has ended. */
const stepAsideMs = 30_000;
const longestAsideMs = 5 * 60_000;
/** Another program is reported again only after this time without a sign of one. */
const conflictNewsMs = 60 * 60_000;

/** The URL that Telegram pushes updates to, and the secret that it must send along. */
export interface TelegramWebhook {
  readonly url: string;
  readonly secret: Secret;
}

export interface TelegramConnectionOptions {
  readonly api: TelegramApi;
  readonly inbox: TelegramInbox;
  /** Undefined when the bot polls. */
  readonly webhook: TelegramWebhook | undefined;
  /**
   * Called when another program uses our token, at most once in a while. `stepsAside`: this process leaves the updates
   * to the other one for now.
   */
  readonly onConflict: (stepsAside: boolean) => void;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Receives updates, by polling or by a webhook that it sets once. Every failure is logged and tried again, except for a
 * token that Telegram does not know.
 */
export class TelegramConnection {
  readonly #options: TelegramConnectionOptions;
  readonly #stop = new AbortController();
  #running: Promise<void> = Promise.resolve();
  /** When polling began, or began again after stepping aside, in milliseconds. */
  #pollsSince = 0;
  #conflictAt: number | undefined;

  constructor(options: TelegramConnectionOptions) {
    this.#options = options;
  }

  /** Starts receiving. `onName` is called with the bot's name before the first update. */
  start(onName: (name: string) => void): void {
    this.#running = this.#run(onName);
  }

  /** The signal that is aborted at a stop. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Stops receiving: no update comes after this resolves. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  /** Confirms the finished updates, so that the next start does not receive them again. */
  async confirmFinished(): Promise<void> {
    const { api, inbox, webhook } = this.#options;
    if (webhook !== undefined || inbox.offset === 0) return;
    const last = { offset: inbox.offset, limit: 1, timeout: 0 };
    await api
      .call((telegram, signal) => telegram.getUpdates(last, signal), { timeoutMs: lastConfirmMs })
      .catch(() => []);
  }

  async #run(onName: (name: string) => void): Promise<void> {
    const me = await this.#keepTrying('telegram not reached', (api, signal) => api.getMe(signal));
    if (me === undefined) return;
    onName(me.username);
    if (this.#options.webhook === undefined) await this.#poll();
    else await this.#watchWebhook(this.#options.webhook);
  }

  /**
   * Checks the webhook from time to time. If somebody else changes it, updates stop coming, and only asking reveals
   * why.
   */
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

  /** Sets the webhook. Resolves to whether it is set, which it is not after a stop. */
  async #setWebhook({ url, secret }: TelegramWebhook): Promise<boolean> {
    const settings = {
      secret_token: secret.reveal(),
      allowed_updates: wantedUpdates,
      drop_pending_updates: false,
      // With one connection Telegram pushes updates one after the other, in the order in which people typed.
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
        // These updates are confirmed before they are finished, because a `/halt` may wait behind a hundred slow ones.
        log.warn('more updates than telegram tells again: these would be lost by a crash', { updates: pageSize });
        inbox.stopWaitingFor(updates);
      } else if (inbox.isWaiting) {
        const pause = clock.sleep(unfinishedMs, this.#stop.signal).catch(() => undefined);
        await Promise.race([inbox.someFinished(), pause]);
      }
    }
  }

  /** Repeats a request until it succeeds. Undefined after a stop, or when another try would not help. */
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

  /**
   * Logs why a request failed. Returns how long to wait before the next try; undefined when another try would not help.
   */
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
      return this.#resolveConflict(failures);
    }
    log.warn(failed, { error });
    return afterMs ?? Math.min(longestBackoffMs, firstBackoffMs * 2 ** failures);
  }

  /**
   * Decides which of two programs with the same token goes on polling. Telegram interrupts the poll that began first.
   * The program that was there first polls again at once, and the newer one steps aside, so that updates reach only one
   * of the two. Returns how long to wait before polling again, in milliseconds.
   */
  #resolveConflict(failures: number): number {
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
