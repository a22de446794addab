/** Work done by the hour. `signal` is aborted when the process ends. */
export type ScheduledTask = (signal: AbortSignal) => Promise<void>;

/** Time of day, as a port: what starts work at an hour in Korea. */
export interface Scheduler {
  /**
   * Runs `task` by a cron expression (`5 8 * * 1-5`), and with `atStart` also once when scheduling starts, in the
   * background. A run that falls due while the last one of that name is under way is left out; a failed one is logged.
   */
  cron(name: string, expression: string, task: ScheduledTask, options?: { readonly atStart?: boolean }): void;
  /** Runs `task` once, in the background. A failure is logged. */
  once(name: string, task: ScheduledTask): void;
  /** Jobs that are added later start at once. */
  start(): void;
  /** No run begins after this; resolves when those under way have ended. */
  stop(): Promise<void>;
}
