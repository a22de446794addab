import type { Clock } from '../../../src/clock.ts';
import { AppError } from '../../../src/errors.ts';
import type { Cluster, DutyName } from '../../../src/ports/cluster.ts';

type Give = (question: unknown, signal: AbortSignal) => Promise<unknown>;

const throughJson = (value: unknown): unknown =>
  value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);

/** Processes that share keys, in one: who carries what is told by the test, and all that crosses is JSON. */
export class ClusterPair {
  readonly #clock: Clock;
  readonly #processes = new Map<string, Map<string, Give>>();
  readonly #holders = new Map<DutyName, string>();
  /** Processes that do not answer any more. */
  readonly dead = new Set<string>();
  /** Processes that do not think that they carry anything, though the others do. */
  readonly unaware = new Set<string>();
  /** What was asked of whom, in order. */
  readonly asked: (readonly [string, unknown])[] = [];
  /** Questions that were given up while they were being answered. */
  readonly givenUp: unknown[] = [];
  /** What `ask` throws while it is set: the database is away. */
  trouble: AppError | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  carry(duty: DutyName, process: string | undefined): void {
    if (process === undefined) this.#holders.delete(duty);
    else this.#holders.set(duty, process);
  }

  /** The cluster as this process sees it. */
  process(self: string): Cluster {
    const answers = new Map<string, Give>();
    this.#processes.set(self, answers);
    const part: Pick<Cluster, 'self' | 'isAlone' | 'holds' | 'ask' | 'answer'> = {
      self,
      isAlone: false,
      holds: (duty) => this.#holders.get(duty) === self && !this.unaware.has(self),
      ask: (duty, subject, question, options) => this.#ask(duty, subject, question, options),
      answer: (subject, give) => void answers.set(subject, give),
    };
    return part as Cluster;
  }

  async #ask(
    duty: DutyName,
    subject: string,
    question: unknown,
    { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
  ): Promise<unknown> {
    if (this.trouble !== undefined) throw this.trouble;
    const holder = this.#holders.get(duty);
    if (holder === undefined) throw new AppError('cluster.nobody', { duty });
    this.asked.push([subject, throughJson(question)]);
    const give = this.#processes.get(holder)?.get(subject);
    const there = new AbortController();
    there.signal.addEventListener('abort', () => void this.givenUp.push(question));
    return new Promise((resolve, reject) => {
      const giveUp = (reason: unknown): void => {
        cancel();
        there.abort(reason);
        reject(reason);
      };
      const cancel = this.#clock.timer(timeoutMs, () => giveUp(new AppError('cluster.no-answer', { duty })));
      signal?.addEventListener('abort', () => giveUp(signal.reason), { once: true });
      if (give === undefined || this.dead.has(holder)) return;
      give(throughJson(question), there.signal).then(
        (answer) => {
          if (this.dead.has(holder)) return;
          cancel();
          resolve(throughJson(answer));
        },
        (error: unknown) => {
          cancel();
          reject(error instanceof AppError ? new AppError(error.code, error.context) : new Error(String(error)));
        },
      );
    });
  }
}
