import { accessOf } from './app.ts';
import { revocationLines } from './chat/messages/revocation.ts';
import { plainLine } from './chat/render.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import { languages } from './i18n/index.ts';
import { createKis } from './kis/kis.ts';
import type { Log, Redactor } from './log.ts';
import { openCache } from './store/cache.ts';

/**
 * Gives the stored access tokens back to KIS, for whoever is done with it. A bot that runs beside is issued another at its
 * next question.
 * @returns whether none of them is left.
 */
export async function runRevoke(options: {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly redactor: Redactor;
  readonly random: () => number;
  readonly print: (line: string) => void;
}): Promise<boolean> {
  const { config, redactor } = options;
  const words = languages[config.language];
  const access = accessOf(config);
  const cache = await openCache({ path: config.store.cache });
  const { environment, liveReads } = config.kis;
  const kis = createKis({
    ...options,
    environment,
    key: access,
    account: access.account,
    htsId: access.htsId,
    cache,
    liveReads,
  });
  try {
    const results = await kis.revokeTokens();
    for (const line of revocationLines(words, results)) options.print(redactor.redact(plainLine(line)));
    return results.every(({ outcome }) => outcome === 'revoked' || outcome === 'none');
  } finally {
    await kis.close();
    await cache.close();
  }
}
