import type { Duplex } from 'node:stream';
import type { App } from '../../../src/app.ts';
import type { Receive } from '../../../src/chat/channel.ts';
import { AppError } from '../../../src/errors.ts';
import type { Ledger } from '../../../src/ports/ledger/ledger.ts';
import { Hold } from '../cluster/hold.ts';
import { ProcessClock, type VirtualClock } from './clock.ts';

/** How long a process waits for a database that it cannot reach, in milliseconds. */
const awayAfterMs = 5_000;

/** What ends with a process when its power goes. */
export class Process {
  /** No other process of a world is called so. */
  readonly self: string;
  readonly clock: ProcessClock;
  readonly streams = new Set<Duplex>();
  readonly receive = new Map<string, Receive>();
  /** The accounts, by their names in the ledger, of whose orders the venue has been asked since the start in vain. */
  readonly unaligned = new Set<string>();
  /** As by SIGSTOP: no timer, no answer and no message gets through to it. */
  readonly hold = new Hold();
  /** The network to the database is cut. */
  readonly cut = new Hold();
  /** When that was cut last, by the world's clock. */
  cutAt = 0;
  on = true;
  wasDisturbed = false;
  app: App | undefined;
  ledger: Ledger | undefined;
  /** Its wall clock against the world's, in milliseconds. */
  offMs: number;
  /** Since when nothing has kept it from its work, in milliseconds of the world; undefined while something does. */
  soundSince: number | undefined;

  constructor(world: VirtualClock, self: string, offMs: number) {
    this.self = self;
    this.offMs = offMs;
    this.clock = new ProcessClock(
      world,
      () => this.on,
      () => this.offMs,
      this.hold,
    );
  }

  /** To be awaited around each call of the ledger. @throws AppError `store.away` where the way there is cut. */
  async reach(operation: string): Promise<void> {
    if (this.hold.isOn) await this.hold.passed();
    if (!this.cut.isOn) return;
    await Promise.race([this.cut.passed(), this.clock.sleep(awayAfterMs)]);
    throw new AppError('store.away', { operation });
  }
}
