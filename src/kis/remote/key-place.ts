import { createHash } from 'node:crypto';
import { AppError } from '../../errors.ts';
import type { Cluster, DutyName } from '../../ports/cluster.ts';
import type { AppKey } from '../wire/credentials.ts';
import type { Environment } from '../wire/environment.ts';

/**
 * The duty of an app key: the same in every process with this key, and another one for the same key at another host.
 * Nothing in it tells the key, which has 36 random characters, so that nobody finds it by trying.
 */
export function dutyOfKey(key: Pick<AppKey, 'appKey'>, environment: Pick<Environment, 'restUrl'>): DutyName {
  return `key:${digestOf(key, environment)}`;
}

/**
 * Twelve hex digits that stand for a key at a host, or for something of that key, such as an account number. A number
 * of eight digits could be guessed from a digest of its own, but not from one that it shares with the key.
 */
export function digestOf(
  { appKey }: Pick<AppKey, 'appKey'>,
  { restUrl }: Pick<Environment, 'restUrl'>,
  ...of: readonly string[]
): string {
  const text = [restUrl, appKey.reveal(), ...of].join(' ');
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/** Which process makes the calls of an app key: the one that carries its duty. */
export class KeyPlace {
  readonly duty: DutyName;
  readonly #cluster: Pick<Cluster, 'holds'> | undefined;

  /** Without a cluster there is one process, which makes all calls. */
  constructor(duty: DutyName, cluster: Pick<Cluster, 'holds'> | undefined) {
    this.duty = duty;
    this.#cluster = cluster;
  }

  /** Whether it is this process. */
  get isHere(): boolean {
    return this.#cluster === undefined || this.#cluster.holds(this.duty);
  }

  /** @throws AppError `cluster.not-ours` where another process makes the calls, or none does. */
  requireHere(): void {
    if (!this.isHere) throw this.notOurs();
  }

  notOurs(): AppError {
    return new AppError('cluster.not-ours', { duty: this.duty });
  }
}
