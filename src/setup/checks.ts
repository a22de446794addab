import { fillNoticesWhy, socketWhy } from '../chat/messages/fill-notices.ts';
import type { Clock } from '../clock.ts';
import { type Config, type Environ, readConfig } from '../config.ts';
import type { ChatCheck } from '../doctor.ts';
import type { Words } from '../i18n/index.ts';
import { createKis, type Kis } from '../kis/kis.ts';
import type { Log, Redactor } from '../log.ts';
import { openCache } from '../store/cache.ts';
import { cachePlaceOf } from '../store/open-store.ts';

/**
 * The settings of KIS's main key, and the store that keeps its access token: with the same store, the first start uses
 * the token of the check.
 */
const kisSettings = /^(?:KIS_(?!LIVE_)\w+|STORE_URL)$/;
const liveReadSettings = /^(?:KIS_\w+|STORE_URL)$/;
/** Stands in for the account while only the key has been asked for. */
const noAccount = '00000000-01';

interface CheckOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly redactor: Redactor;
  readonly random: () => number;
  /** Makes the chats that the settings name. */
  readonly chats: (config: Config) => Promise<readonly ChatCheck[]>;
}

/** Checks answers with KIS, Telegram and Discord. Each check rejects with the reason when a service refuses. */
export class SetupChecks {
  readonly #options: CheckOptions;

  constructor(options: CheckOptions) {
    this.#options = options;
  }

  /** Checks that KIS issues an access token for the keys. */
  keys(environ: Environ): Promise<void> {
    return this.#withKis(settingsOf({ KIS_ACCOUNT: noAccount, ...environ }, kisSettings), (kis) => kis.warmUp());
  }

  /** Returns the masked account number and the account's total assets in won. */
  account(environ: Environ): Promise<{ readonly masked: string; readonly assets: number }> {
    return this.#withKis(settingsOf(environ, kisSettings), async ({ broker }) => {
      const { totals } = await broker.balance({ priority: 'background' });
      return { masked: broker.venue.account, assets: totals.assets };
    });
  }

  /** Checks that KIS pushes fills for the HTS id; `in-use` when another program has the socket session. */
  fills(environ: Environ, words: Words): Promise<'working' | 'in-use'> {
    return this.#withKis(settingsOf(environ, kisSettings), async (kis) => {
      const { fillNotices, reason } = await kis.tryFeed();
      if (fillNotices.state === 'working') return 'working';
      if (reason === 'in-use') return reason;
      throw new Error(fillNoticesWhy(words, fillNotices) ?? socketWhy(words, reason ?? ''));
    });
  }

  /** Checks that KIS issues an access token for the live key for reads. */
  liveReads(environ: Environ): Promise<void> {
    return this.#withKis(settingsOf(environ, liveReadSettings), async (kis) => kis.warmUpLiveReads?.());
  }

  /** Returns the bot's name on a chat platform. */
  async chat(environ: Environ, settings: RegExp): Promise<string> {
    const names = await Promise.all((await this.#options.chats(settingsOf(environ, settings))).map((it) => it.check()));
    return names.join(', ');
  }

  async #withKis<T>(config: Config, task: (kis: Kis) => Promise<T>): Promise<T> {
    const [{ kis: settings }] = config.accounts;
    const cache = await openCache(cachePlaceOf(config.store));
    const kis = createKis({
      ...this.#options,
      ...settings,
      environment: { ...settings.environment, callsPerSecond: 1 },
      cache,
    });
    try {
      return await task(kis);
    } finally {
      await kis.close();
      await cache.close();
    }
  }
}

/** The settings that a check needs, and no others: those may not have been asked for yet. */
function settingsOf(environ: Environ, wanted: RegExp): Config {
  const chosen = Object.entries(environ).filter(([name]) => wanted.test(name) || name === 'HOGA_LANG');
  const read = readConfig(Object.fromEntries(chosen));
  if ('config' in read) return read.config;
  throw new Error(read.problems.map(({ variable, problem }) => `${variable}: ${problem}`).join('\n'));
}
