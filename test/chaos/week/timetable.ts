import { mock } from 'node:test';
import { createTask } from 'node-cron';
import { type Clock, KST } from '../../../src/clock.ts';
import type { Timetable } from '../../../src/services/scheduler.ts';

/** Jobs by the hour of a clock: node-cron says when, as it does for the bot, and the clock's timers wait for it. */
export function virtualTimetable(clock: Clock): Timetable {
  return ({ expression }, due) => {
    const task = createTask(expression, () => undefined, { timezone: KST });
    let cancel: () => void;
    const wait = (): void => {
      cancel = clock.timer(nextRun(task, clock.now()) - clock.now(), () => {
        wait();
        due();
      });
    };
    wait();
    return () => {
      cancel();
      void task.destroy();
    };
  };
}

/** When a task is due next after a moment; both in milliseconds. node-cron asks the machine for the present. */
function nextRun(task: ReturnType<typeof createTask>, now: number): number {
  mock.timers.enable({ apis: ['Date'], now });
  try {
    const [next] = task.getNextRuns(1);
    if (next === undefined) throw new Error('a task that is never due');
    return next.getTime();
  } finally {
    mock.timers.reset();
  }
}
