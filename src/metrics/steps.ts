import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import type { StepName, Steps, Telemetry } from '../ports/telemetry.ts';

/** A step that is under way, or was. */
export interface Step {
  readonly name: StepName;
  /** What is told of it, by name. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Milliseconds. */
  readonly startedAt: number;
  /** The step that this one belongs to. */
  readonly parent: Step | undefined;
}

/** Hears of every step as it begins and as it ends. */
export interface StepListener {
  began?(step: Step): void;
  ended(step: Step, result: string, endedAt: number): void;
}

/**
 * Tells `listeners` of every step. Which step another one belongs to is known from what awaits what. A listener that
 * throws is not heard of: what came of an order must not depend on whoever counts it.
 */
export function telemetryFor(clock: Pick<Clock, 'now'>, listeners: readonly StepListener[]): Telemetry {
  const current = new AsyncLocalStorage<Step>();
  const tell = (what: (listener: StepListener) => void): void => {
    for (const listener of listeners) {
      try {
        what(listener);
      } catch {}
    }
  };
  return {
    async step(name, facts, task) {
      const step: Step = { name, facts: { ...facts }, startedAt: clock.now(), parent: current.getStore() };
      tell((listener) => listener.began?.(step));
      let result = 'ok';
      try {
        return await current.run(step, () =>
          task((word) => {
            result = word;
          }),
        );
      } catch (error) {
        // A step that said how it ended knows better: an order may have been accepted and not been written down.
        if (result === 'ok') result = error instanceof AppError ? error.code : 'failed';
        throw error;
      } finally {
        const endedAt = clock.now();
        tell((listener) => listener.ended(step, result, endedAt));
      }
    },
  };
}

/** The step of this name that a step belongs to, however far up. */
export function outer(step: Step, name: keyof Steps): Step | undefined {
  let found: Step | undefined = step;
  while (found !== undefined && found.name !== name) found = found.parent;
  return found;
}
