import { onTestFinished } from 'vitest';
import { type CancelTimer, type Clock, sleepOn } from '../../../src/clock.ts';
import { createCluster } from '../../../src/cluster/create-cluster.ts';
import { AppError } from '../../../src/errors.ts';
import type { Log, LogFields } from '../../../src/log.ts';
import type { Cluster, DutyHandlers, DutyName } from '../../../src/ports/cluster.ts';
import type { Ledger } from '../../../src/ports/ledger/ledger.ts';
import { openLedger } from '../../../src/store/ledger.ts';
import { VirtualClock } from '../../chaos/scenario/clock.ts';
import { MemoryBus } from './memory-bus.ts';

export const worldStart = Date.parse('2026-11-23T10:00:00+09:00');

/** Several simulated processes over one ledger, and time that goes on when it is told to. */
export class ClusterWorld {
  readonly clock = new VirtualClock(worldStart);
  readonly bus = new MemoryBus(this.clock);
  readonly ledger: Ledger;
  readonly processes: SimulatedProcess[] = [];

  /** The ledger's time is the world's: the database is a machine of its own. */
  static async open(): Promise<ClusterWorld> {
    let world: ClusterWorld | undefined;
    const ledger = await openLedger({ url: 'sqlite::memory:', now: () => world?.clock.now() ?? worldStart });
    world = new ClusterWorld(ledger);
    onTestFinished(() => ledger.close());
    return world;
  }

  private constructor(ledger: Ledger) {
    this.ledger = ledger;
  }

  /** @param offMs How far the clock of the process is ahead of the database's. */
  start(self: string, options: { readonly offMs?: number; readonly onTaken?: DutyHandlers['onTaken'] } = {}) {
    const process = new SimulatedProcess(this, self, options);
    this.processes.push(process);
    return process;
  }

  advance(ms: number): Promise<void> {
    return this.clock.advance(ms);
  }

  /** Those that say that they carry the duty. */
  holdersOf(duty: DutyName): readonly string[] {
    return this.processes.filter(({ alive, cluster }) => alive && cluster.holds(duty)).map(({ self }) => self);
  }
}

/** A process that can be stopped as by SIGSTOP, cut off from the database, and killed. */
export class SimulatedProcess {
  readonly self: string;
  readonly cluster: Cluster;
  readonly clock: Clock;
  /** What its handlers were told, in order: `taken key:a`. */
  readonly told: string[] = [];
  readonly complaints: string[] = [];
  alive = true;
  readonly #world: ClusterWorld;
  readonly #onTaken: DutyHandlers['onTaken'];
  /** What goes on when a stopped process is continued; undefined while it runs. */
  #stopped: (() => void)[] | undefined;
  /** Calls of the database wait for ever, or until it is there again; undefined while it is. */
  #away: (() => void)[] | undefined;
  /** Answers of the database get lost. */
  deaf = false;
  /** How long the database's answers are under way, in milliseconds. */
  answerMs = 0;
  /** How far its clock is ahead of the database's. */
  offMs: number;

  constructor(
    world: ClusterWorld,
    self: string,
    { offMs = 0, onTaken }: { readonly offMs?: number; readonly onTaken?: DutyHandlers['onTaken'] },
  ) {
    this.self = self;
    this.#world = world;
    this.#onTaken = onTaken ?? (async () => undefined);
    this.offMs = offMs;
    this.clock = this.#clockOf(world.clock);
    const note = (message: string, fields: LogFields = {}): void => {
      if (fields['error'] !== undefined) this.complaints.push(message);
    };
    const log: Log = { debug: note, info: note, warn: note, error: note };
    const bus = world.bus.join(self);
    this.cluster = createCluster({ ledger: this.#ledgerOf(world.ledger), bus, clock: this.clock, log, self });
  }

  /** The fence that a claim of this process would carry, as its ledger asks for it. */
  ledgerFor(duty: DutyName): Ledger {
    return this.#world.ledger.account('main', () => this.cluster.fence(duty));
  }

  seek(...duties: readonly DutyName[]): Promise<void> {
    return this.cluster.seek(duties, {
      onTaken: async (duty) => {
        this.told.push(`taken ${duty}`);
        await this.#onTaken(duty);
      },
      onLapsed: (duty) => void this.told.push(`lapsed ${duty}`),
      onResumed: async (duty) => void this.told.push(`resumed ${duty}`),
      onLost: (duty) => void this.told.push(`lost ${duty}`),
    });
  }

  /** SIGKILL. */
  kill(): void {
    this.alive = false;
    this.#stopped = [];
    this.#world.bus.remove(this.self);
  }

  /** SIGSTOP: no timer, no message and no answer gets through to it. */
  pause(): void {
    this.#stopped ??= [];
    this.#world.bus.pause(this.self);
  }

  /** SIGCONT. */
  continue(): void {
    if (!this.alive) return;
    const waiting = this.#stopped ?? [];
    this.#stopped = undefined;
    for (const go of waiting) go();
    this.#world.bus.resume(this.self);
  }

  /** The network between it and the database is cut, and so the one to other processes, which leads through it. */
  cut(): void {
    this.#away ??= [];
    this.#world.bus.cut(this.self);
  }

  heal(): void {
    const waiting = this.#away ?? [];
    this.#away = undefined;
    for (const go of waiting) go();
    this.#world.bus.heal(this.self);
  }

  #running(): Promise<void> {
    const stopped = this.#stopped;
    return stopped === undefined ? Promise.resolve() : new Promise((resolve) => void stopped.push(resolve));
  }

  #clockOf(world: VirtualClock): Clock {
    const timer = (delayMs: number, callback: () => void): CancelTimer => {
      let cancelled = false;
      const cancel = world.timer(delayMs, () => {
        const fire = (): void => {
          if (!cancelled) callback();
        };
        if (this.#stopped === undefined) fire();
        else this.#stopped.push(fire);
      });
      return () => {
        cancelled = true;
        cancel();
      };
    };
    return { now: () => world.now() + this.offMs, timer, sleep: (ms, signal) => sleepOn({ timer }, ms, signal) };
  }

  #ledgerOf(ledger: Ledger): Ledger {
    const over = (method: (...given: unknown[]) => Promise<unknown>) => {
      return async (...given: unknown[]): Promise<unknown> => {
        await this.#running();
        const away = this.#away;
        // A connection that is cut tells of it late, or never.
        if (away !== undefined) await new Promise<void>((resolve) => void away.push(resolve));
        if (away !== undefined) throw new AppError('store.io');
        const answer = await method(...given).then(
          (value) => () => value,
          (error: unknown) => () => {
            throw error;
          },
        );
        if (this.answerMs > 0) await this.#world.clock.sleep(this.answerMs);
        await this.#running();
        if (this.deaf) throw new AppError('store.io');
        return answer();
      };
    };
    const methods = Object.entries(ledger).map(([name, method]) => [name, over(method)]);
    return Object.fromEntries(methods) as Ledger;
  }
}
