import { accessOf } from '../app.ts';
import { fillNoticesWhy, socketWhy } from '../chat/messages/fill-notices.ts';
import type { Clock } from '../clock.ts';
import { type Config, type Environ, readConfig } from '../config.ts';
import type { ChatCheck } from '../doctor.ts';
import type { Words } from '../i18n/index.ts';
import { createKis, type Kis } from '../kis/kis.ts';
import type { Log, Redactor } from '../log.ts';
import { openCache } from '../store/cache.ts';

/** All that names KIS's main key, and where its token is kept, so that the first start needs no other. */
const kisSettings = /^(?:KIS_(?!LIVE_)\w+|STORE_URL)$/;
const liveReadSettings = /^(?:KIS_\w+|STORE_URL)$/;
/** For a key that is asked for before its account. */
const noAccount = '00000000-01';

interface CheckOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly redactor: Redactor;
  readonly random: () => number;
  /** The chats that the settings name. */
  readonly chats: (config: Config) => Promise<readonly ChatCheck[]>;
}

/** Asks KIS, Telegram and Discord whether they take what was answered so far. Each rejects with the reason. */
export class SetupChecks {
  readonly #options: CheckOptions;

  constructor(options: CheckOptions) {
    this.#options = options;
  }

  /** A token is to be had for the keys. */
  keys(environ: Environ): Promise<void> {
    return this.#withKis(settingsOf({ KIS_ACCOUNT: noAccount, ...environ }, kisSettings), (kis) => kis.warmUp());
  }

  /** The account, masked, and what is in it, in won. */
  account(environ: Environ): Promise<{ readonly masked: string; readonly assets: number }> {
    return this.#withKis(settingsOf(environ, kisSettings), async ({ broker }) => {
      const { totals } = await broker.balance({ priority: 'background' });
      return { masked: broker.venue.account, assets: totals.assets };
    });
  }

  /** Whether fills are pushed under the HTS login; `in-use` where another program has the session. */
  fills(environ: Environ, words: Words): Promise<'working' | 'in-use'> {
    return this.#withKis(settingsOf(environ, kisSettings), async (kis) => {
      const { fillNotices, reason } = await kis.tryFeed();
      if (fillNotices.state === 'working') return 'working';
      if (reason === 'in-use') return reason;
      throw new Error(fillNoticesWhy(words, fillNotices) ?? socketWhy(words, reason ?? ''));
    });
  }

  /** A token is to be had for the live key for reads. */
  liveReads(environ: Environ): Promise<void> {
    return this.#withKis(settingsOf(environ, liveReadSettings), async (kis) => kis.warmUpLiveReads?.());
  }

  /** The bot's name in a chat. */
  async chat(environ: Environ, settings: RegExp): Promise<string> {
    const names = await Promise.all((await this.#options.chats(settingsOf(environ, settings))).map((it) => it.check()));
    return names.join(', ');
  }

  async #withKis<T>(config: Config, task: (kis: Kis) => Promise<T>): Promise<T> {
    const access = accessOf(config);
    const cache = await openCache({ path: config.store.cache });
    const kis = createKis({
      ...this.#options,
      environment: { ...config.kis.environment, callsPerSecond: 1 },
      key: access,
      account: access.account,
      htsId: access.htsId,
      cache,
      liveReads: config.kis.liveReads,
    });
    try {
      return await task(kis);
    } finally {
      await kis.close();
      await cache.close();
    }
  }
}

/** Only what a check is about: other settings may wait for their own question. */
function settingsOf(environ: Environ, wanted: RegExp): Config {
  const chosen = Object.entries(environ).filter(([name]) => wanted.test(name) || name === 'HOGA_LANG');
  const read = readConfig(Object.fromEntries(chosen));
  if ('config' in read) return read.config;
  throw new Error(read.problems.map(({ variable, problem }) => `${variable}: ${problem}`).join('\n'));
}
