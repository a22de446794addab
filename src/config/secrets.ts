import { Secret } from '../secret.ts';
import { webhookUrl } from '../settings/schema.ts';
import { type Environ, present } from './environ.ts';

/** Settings whose values are secrets, of each account too: `KIS_APP_KEY`, `KIS_ISA_APP_KEY`, `KIS_ISA_LIVE_APP_KEY`. */
const keySettings = /^KIS_(?:[A-Z0-9]+_){0,2}APP_(?:KEY|SECRET)$/;
const accountSettings = /^KIS_(?:[A-Z0-9]+_)?ACCOUNT$/;

/** A database on PostgreSQL, and the password in its URL, though that may be none by itself. */
export const postgresUrl = /^postgres(?:ql)?:\/\/(?:[^:@/]*:(.*)@)?/;

/** The secrets among the settings, including those of invalid settings. */
export function secretsIn(environ: Environ): readonly Secret[] {
  const given: Environ = present(environ);
  const valuesOf = (settings: RegExp): readonly string[] =>
    Object.entries(given).flatMap(([name, value]) => (settings.test(name) && value !== undefined ? [value] : []));
  const accounts = valuesOf(accountSettings).map((account) => account.replaceAll(/\D/g, ''));
  // A bot token is its public id, a colon and the secret part. A webhook's URL ends with its token.
  const [, password = ''] = postgresUrl.exec(given['STORE_URL'] ?? '') ?? [];
  const texts = [
    ...new Set([password, decoded(password)]),
    ...valuesOf(keySettings),
    given['TELEGRAM_BOT_TOKEN'],
    given['TELEGRAM_BOT_TOKEN']?.split(':')[1],
    given['TELEGRAM_WEBHOOK_SECRET'],
    given['DISCORD_BOT_TOKEN'],
    webhookUrl.exec(given['DISCORD_WEBHOOK_URL'] ?? '')?.[3],
    webhookUrl.exec(given['DISCORD_WEBHOOK_FILLS_URL'] ?? '')?.[3],
    ...accounts.flatMap((account) => [account, account.slice(0, 8)]),
  ];
  return texts.filter((text) => text !== undefined && text.trim() !== '').map((text) => new Secret(String(text)));
}

/** A password as the server knows it. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
