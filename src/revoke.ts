import { revocationLines } from './chat/messages/revocation.ts';
import { plainLine } from './chat/render.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import { languages } from './i18n/index.ts';
import { createKisAccounts } from './kis/kis.ts';
import type { Log, Redactor } from './log.ts';
import { openCache } from './store/cache.ts';
import { cachePlaceOf } from './store/open-store.ts';

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
  const cache = await openCache(cachePlaceOf(config.store));
  const all = createKisAccounts(
    config.accounts.map(({ kis }) => ({ ...options, ...kis, cache })),
    () => false,
  );
  try {
    // Accounts of one app key have one token, and it is given back once.
    const tokens = new Map(all.map((kis) => [kis.feed, kis]));
    const results = (await Promise.all([...tokens.values()].map((kis) => kis.revokeTokens()))).flat();
    for (const line of revocationLines(words, results)) options.print(redactor.redact(plainLine(line)));
    return results.every(({ outcome }) => outcome === 'revoked' || outcome === 'none');
  } finally {
    for (const kis of all) await kis.close();
    await cache.close();
  }
}
