import { createTask } from 'node-cron';
import { KST } from '../clock.ts';
import type { Log } from '../log.ts';
import type { ScheduledTask, Scheduler } from '../ports/scheduler.ts';

/** Calls `due` whenever the cron expression of a job falls due. Returns the function that ends that. */
export type Timetable = (job: { readonly name: string; readonly expression: string }, due: () => void) => () => void;

interface Job {
  readonly name: string;
  readonly expression: string;
  readonly task: ScheduledTask;
  readonly atStart: boolean;
}

/**
 * Runs jobs by the hour in Korea. A job does not start while it is still running, and a job that fails does not end the
 * process.
 */
export class CronScheduler implements Scheduler {
  readonly #log: Log;
  readonly #timetable: Timetable;
  readonly #jobs: Job[] = [];
  readonly #running = new Map<string, Promise<void>>();
  readonly #stopped = new AbortController();
  #cancels: (() => void)[] = [];
  #started = false;

  constructor(options: { readonly log: Log; readonly timetable?: Timetable }) {
    this.#log = options.log;
    this.#timetable = options.timetable ?? nodeCron(options.log);
  }

  cron(name: string, expression: string, task: ScheduledTask, options: { readonly atStart?: boolean } = {}): void {
    const job = { name, expression, task, atStart: options.atStart ?? false };
    if (this.#started) this.#begin([job]);
    else this.#jobs.push(job);
  }

  once(name: string, task: ScheduledTask): void {
    this.#run({ name, task });
  }

  start(): void {
    this.#started = true;
    this.#begin(this.#jobs);
  }

  #begin(jobs: readonly Job[]): void {
    if (this.#stopped.signal.aborted) return;
    for (const job of jobs) this.#cancels.push(this.#timetable(job, () => this.#run(job)));
    for (const job of jobs) if (job.atStart) this.#run(job);
  }

  async stop(): Promise<void> {
    for (const cancel of this.#cancels) cancel();
    this.#cancels = [];
    this.#stopped.abort();
    await this.idle();
  }

  /** Resolves when no run is under way. */
  async idle(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running.values());
  }

  #run(job: Pick<Job, 'name' | 'task'>): void {
    if (this.#stopped.signal.aborted) return;
    if (this.#running.has(job.name)) {
      this.#log.warn('scheduled task still running', { task: job.name });
      return;
    }
    const run = this.#attempt(job).finally(() => this.#running.delete(job.name));
    this.#running.set(job.name, run);
  }

  async #attempt({ name, task }: Pick<Job, 'name' | 'task'>): Promise<void> {
    try {
      await task(this.#stopped.signal);
      this.#log.debug('scheduled task done', { task: name });
    } catch (error) {
      if (!this.#stopped.signal.aborted) this.#log.error('scheduled task failed', { task: name, error });
    }
  }
}

/** Timing by node-cron. It reads the machine's clock itself. */
function nodeCron(log: Log): Timetable {
  // Without a logger node-cron would write to the terminal.
  const logger = {
    info: () => undefined,
    debug: () => undefined,
    warn: (text: string) => log.warn('scheduler', { text }),
    error: (error: string | Error) => log.error('scheduler', { error }),
  };
  return ({ name, expression }, due) => {
    const task = createTask(expression, due, { name, timezone: KST, logger });
    // A machine that slept through the hour runs the job when it wakes.
    task.on('execution:missed', due);
    void task.start();
    return () => void task.destroy();
  };
}
