import { AppError } from '../errors.ts';
import type { Cluster, DutyName } from '../ports/cluster.ts';

/** A process that shares its ledger with no other: every duty is its own from the start, and stays so. */
export function alone(self: string): Cluster {
  let sought: readonly DutyName[] = [];
  return {
    self,
    isAlone: true,
    holds: () => true,
    fence: () => undefined,
    async seek(duties, { onTaken }) {
      sought = duties;
      // People may speak once every account was looked at.
      const [keys, others] = [duties.filter(isKey), duties.filter((duty) => !isKey(duty))];
      await Promise.all(keys.map((duty) => onTaken(duty)));
      for (const duty of others) await onTaken(duty);
    },
    ask: async (duty) => {
      throw new AppError('cluster.nobody', { duty });
    },
    answer: () => undefined,
    tell: () => undefined,
    hear: () => () => undefined,
    handOver: async ({ duty }) => {
      throw new AppError('cluster.nobody', { duty });
    },
    takeHanded: () => undefined,
    holders: async () => sought.map((duty) => ({ duty, holder: self })),
    withdraw: () => undefined,
    stop: async () => undefined,
  };
}

function isKey(duty: DutyName): boolean {
  return duty.startsWith('key:');
}
