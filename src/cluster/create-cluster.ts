import type { Clock } from '../clock.ts';
import type { Log } from '../log.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { HandedStore, LeaseStore } from '../ports/ledger/lease-store.ts';
import { DutyKeeper } from './duty-keeper.ts';
import { HandedWork } from './handed-work.ts';
import type { ProcessBus } from './process-bus.ts';
import { Questions } from './questions.ts';

export interface ClusterOptions {
  readonly ledger: LeaseStore & HandedStore;
  readonly bus: ProcessBus;
  readonly clock: Clock;
  readonly log: Log;
  /** This process, as somebody would look for it. No two that are alive have the same name. */
  readonly self: string;
  /** How long a lease runs, in milliseconds. What a process carried that died is taken over after that. */
  readonly ttlMs?: number | undefined;
}

const usualTtlMs = 6_000;

/** What processes tell each other of their own accord; others' subjects have a prefix. */
const leasesFreed = 'leases';
const handedOver = 'handed';
const told = 'tell:';

/**
 * One of several processes that share a ledger. The database decides who carries what; the bus only makes it quick:
 * without it duties are still taken over, and what is handed over is still done, within a second or so.
 */
export function createCluster(options: ClusterOptions): Cluster {
  const { ledger, bus, clock, log, self, ttlMs = usualTtlMs } = options;
  const listeners = new Map<string, Set<(text: string) => void>>();
  const keeper = new DutyKeeper({
    ledger,
    clock,
    log,
    self,
    ttlMs,
    onFreed: () => bus.send(leasesFreed, ''),
    onReady: () => work.look(),
  });
  const work = new HandedWork({ ledger, keeper, clock, log });
  const questions = new Questions({ keeper, bus, clock, self });
  bus.listen((message) => {
    if (message.subject === leasesFreed) void keeper.look();
    else if (message.subject === handedOver) work.look();
    else if (!questions.receive(message)) {
      for (const listener of listeners.get(message.subject.slice(told.length)) ?? []) listener(message.text);
    }
  });
  bus.onGap(() => {
    void keeper.look();
    work.look();
    for (const [, heard] of listeners) for (const listener of heard) listener('');
  });
  return {
    self,
    isAlone: false,
    holds: (duty) => keeper.holds(duty),
    fence: (duty) => keeper.fence(duty),
    seek: (duties, handlers) => keeper.seek(duties, handlers),
    ask: (duty, subject, question, asking) => questions.ask(duty, subject, question, asking),
    answer: (subject, give) => questions.answer(subject, give),
    tell: (subject, text = '') => bus.send(`${told}${subject}`, text),
    hear(subject, listener) {
      const heard = listeners.get(subject) ?? new Set();
      listeners.set(subject, heard.add(listener));
      return () => void heard.delete(listener);
    },
    async handOver(handed) {
      if (!(await ledger.putHanded(handed))) return;
      work.look();
      if (!keeper.holds(handed.duty)) bus.send(handedOver, handed.duty);
    },
    takeHanded: (act, abandoned) => work.take(act, abandoned),
    holders: async () => (await keeper.leases()).map(({ duty, holder }) => ({ duty, holder })),
    withdraw() {
      keeper.withdraw();
      work.end();
    },
    async stop() {
      work.end();
      questions.stop();
      await keeper.stop();
      await bus.close();
    },
  };
}
