import type { OrderIntent } from '../domain/orders/order.ts';
import type { ReadPriority } from './read-options.ts';

/**
 * The steps that are watched from outside, with what may be told of each. None of it names a person, a chat, an account
 * or an issue, because it leaves the process: every value is one of a list that is known beforehand.
 */
export interface Steps {
  /** Somebody pressed a button. `at`: when, in milliseconds; the platform's clock where it says so, else ours. */
  readonly press: { readonly at: number };
  /** A command runs. `command`: its name in the list of commands. */
  readonly command: { readonly command: string };
  /** A ticket is claimed in the ledger. */
  readonly claim: object;
  /** A claimed order is sent, and what came of it is written down. */
  readonly order: { readonly kind: OrderIntent['kind'] };
  /** A call waits for its turn in the lane of its app key. */
  readonly 'lane.wait': { readonly priority: 'order' | ReadPriority };
  /** One request to the venue. `api`: its row in the catalogue. */
  readonly 'venue.call': { readonly api: string; readonly kind: 'read' | 'order' };
  /** An answer is put into the outbox. */
  readonly answer: object;
}

export type StepName = keyof Steps;

/** Says how a step ended, by a word of a short list; the last one said counts. */
export type EndedAs = (result: string) => void;

/** What the process tells of its work to whoever looks at its figures. */
export interface Telemetry {
  /**
   * Runs `task`, and notes how long it took and how it ended: as `task` says, else `ok`, or the code of the AppError that
   * it threw. Steps within `task` belong to this one.
   */
  step<Name extends StepName, T>(name: Name, facts: Steps[Name], task: (endedAs: EndedAs) => Promise<T>): Promise<T>;
}

const ignore: EndedAs = () => undefined;

/** Nobody looks. */
export const noTelemetry: Telemetry = { step: (_name, _facts, task) => task(ignore) };
