import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { Incoming } from '../../../src/chat/channel.ts';
import { systemClock } from '../../../src/clock.ts';
import { localIdentity } from '../../../src/services/people.ts';
import { configOf, startRealBot } from '../../support/shared/real-bot.ts';
import type { VenueAsked, VenueTold } from './frame-venue.ts';

type Of<Kind extends VenueTold['kind']> = Extract<VenueTold, { readonly kind: Kind }>;

/** The venue that sends trades, in a process of its own. */
export class FrameVenue {
  readonly #child: ChildProcess = fork(join(import.meta.dirname, 'frame-venue.ts'));

  ask<Kind extends VenueAsked['kind']>(asked: Extract<VenueAsked, { readonly kind: Kind }>): Promise<Of<Kind>> {
    return new Promise((resolve, reject) => {
      this.#child.once('message', (told) => resolve(told as Of<Kind>));
      this.#child.once('exit', (code) => reject(new Error(`the venue ended with ${code}`)));
      this.#child.send(asked);
    });
  }
}

export interface TickingBot {
  /** Messages that were sent or edited so far. */
  shown(): number;
  say(text: string): Promise<void>;
  stop(): Promise<void>;
}

/** The whole bot in this process, its ledger in a file, at the addresses of a venue. */
export async function startTickingBot(
  { restUrl, wsUrl }: { readonly restUrl: string; readonly wsUrl: string },
  folder: string,
): Promise<TickingBot> {
  const config = configOf({
    KIS_ENV: 'simulator',
    KIS_REST_URL: restUrl,
    KIS_WS_URL: wsUrl,
    KIS_APP_KEY: `PS${'k'.repeat(34)}`,
    KIS_APP_SECRET: 's'.repeat(180),
    KIS_ACCOUNT: '50000000-01',
    STORE_URL: `sqlite:${join(folder, 'hoga.db')}`,
    LOG_LEVEL: 'error',
  });
  let shown = 0;
  const channel = {
    name: 'console',
    start: async () => undefined,
    send: async () => {
      shown += 1;
      return String(shown);
    },
    edit: async () => {
      shown += 1;
    },
    stop: async () => undefined,
  };
  const app = await startRealBot(config, () => ({ channels: () => [channel] }));
  let said = 0;
  return {
    shown: () => shown,
    async say(text) {
      said += 1;
      const from = { channel: 'console', chatId: 'local', identity: localIdentity, alone: true } as const;
      const input: Incoming['input'] = { kind: 'text', text };
      await app.receive({ ...from, id: String(said), input, at: systemClock.now() });
    },
    stop: () => app.stop(),
  };
}
