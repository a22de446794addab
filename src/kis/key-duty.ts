import { createHash } from 'node:crypto';
import type { DutyName } from '../ports/cluster.ts';
import type { AppKey } from './wire/credentials.ts';
import type { Environment } from './wire/environment.ts';

/**
 * The duty of an app key: the same in every process, and nothing that tells the key. A key has 36 random characters, so
 * nobody finds it by trying.
 */
export function dutyOfKey(key: AppKey, { restUrl }: Pick<Environment, 'restUrl'>): DutyName {
  const digest = createHash('sha256').update(`${restUrl} ${key.appKey.reveal()}`).digest('hex');
  return `key:${digest.slice(0, 12)}`;
}
