// @ts-nocheck
import type { Log } from '../../src/log.ts';
import { CronScheduler } from '../../src/services/scheduler.ts';

/** The scheduler with its hours taken away: a job falls due when a test says so. */
export class TestScheduler extends CronScheduler {
  readonly #due: Map<string, () => void>;

  constructor(log: Log) {
    const due = new Map<string, () => void>();
    super({
      log,
      timetable: ({ name }, run) => {
        due.set(name, run);
        return () => void due.delete(name);
      },
    });
    this.#due = due;
  }

  /** The jobs there are. */
  get names(): readonly string[] {
    return [...this.#due.keys()];
  }

  /** Lets a job fall due; resolves when it has run. */
  async fire(name: string): Promise<void> {
    const run = this.#due.get(name);
    if (run === undefined) throw new Error(`no job ${name}; there are ${this.names.join(', ')}`);
    run();
    await this.idle();
  }
}
