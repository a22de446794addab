import type { Clock } from '../clock.ts';
import { AppError, type ErrorContext } from '../errors.ts';
import type { Cluster, DutyName } from '../ports/cluster.ts';
import type { DutyKeeper } from './duty-keeper.ts';
import type { BusMessage, ProcessBus } from './process-bus.ts';

/** What processes send each other about questions. */
interface Ask {
  readonly id: string;
  readonly duty: DutyName;
  readonly subject: string;
  readonly question: unknown;
}

type Reply =
  | { readonly id: string; readonly answer: unknown }
  /** An AppError by its code and context; another error by its message alone. */
  | { readonly id: string; readonly message: string; readonly code?: string; readonly context?: ErrorContext };

type Give = Parameters<Cluster['answer']>[1];
type AskOptions = Parameters<Cluster['ask']>[3];

interface Waiting {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The subjects on the bus. */
const ask = 'ask';
const reply = 'reply';
const cancel = 'cancel';

/** Questions between processes, and their answers. A question goes to the one process that carries the duty. */
export class Questions {
  readonly #keeper: DutyKeeper;
  readonly #bus: ProcessBus;
  readonly #clock: Clock;
  readonly #self: string;
  readonly #givers = new Map<string, Give>();
  /** What this process asked, by id. */
  readonly #waiting = new Map<string, Waiting>();
  /** What this process is answering, by who asked and the id. */
  readonly #answering = new Map<string, AbortController>();
  readonly #run: string;
  #asked = 0;

  constructor(options: {
    readonly keeper: DutyKeeper;
    readonly bus: ProcessBus;
    readonly clock: Clock;
    readonly self: string;
  }) {
    this.#keeper = options.keeper;
    this.#bus = options.bus;
    this.#clock = options.clock;
    this.#self = options.self;
    // A process that was started again must not take answers to the one before it for its own.
    this.#run = options.clock.now().toString(36);
  }

  answer(subject: string, give: Give): void {
    this.#givers.set(subject, give);
  }

  /** @throws AppError `cluster.nobody`, `cluster.no-answer`, and what was thrown there. */
  async ask(duty: DutyName, subject: string, question: unknown, { timeoutMs, signal }: AskOptions): Promise<unknown> {
    signal?.throwIfAborted();
    const ended = new AbortController();
    const late = this.#clock.timer(timeoutMs, () => ended.abort(new AppError('cluster.no-answer', { duty, subject })));
    const either = signal === undefined ? ended.signal : AbortSignal.any([signal, ended.signal]);
    try {
      return await this.#askHolder(duty, subject, question, either);
    } finally {
      late();
    }
  }

  /** Whether a message of the bus was about questions. */
  receive({ from, subject, text }: BusMessage): boolean {
    if (subject === ask) void this.#giveTo(from, JSON.parse(text) as Ask);
    else if (subject === reply) this.#take(JSON.parse(text) as Reply);
    else if (subject === cancel) this.#answering.get(`${from} ${text}`)?.abort(new AppError('cluster.cancelled'));
    else return false;
    return true;
  }

  stop(): void {
    for (const { reject } of this.#waiting.values()) reject(new AppError('cluster.no-answer'));
    for (const answering of this.#answering.values()) answering.abort(new AppError('cluster.cancelled'));
  }

  async #askHolder(duty: DutyName, subject: string, question: unknown, signal: AbortSignal): Promise<unknown> {
    const nobody = new AppError('cluster.nobody', { duty });
    if (this.#keeper.holds(duty)) return unlessAborted(this.#give(subject, question, signal), signal);
    const known = await unlessAborted(this.#keeper.holderOf(duty), signal);
    if (known !== undefined && known !== this.#self) {
      try {
        return await this.#send(known, { duty, subject, question }, signal);
      } catch (error) {
        if (!(error instanceof AppError) || error.code !== nobody.code) throw error;
      }
    }
    // The duty may have passed on within the second for which the holder is remembered.
    const now = await unlessAborted(this.#keeper.holderOf(duty, true), signal);
    if (now === undefined || now === this.#self || now === known) throw nobody;
    return this.#send(now, { duty, subject, question }, signal);
  }

  #send(to: string, asked: Omit<Ask, 'id'>, signal: AbortSignal): Promise<unknown> {
    this.#asked += 1;
    const id = `${this.#run}-${this.#asked}`;
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const giveUp = (): void => {
      this.#bus.send(cancel, id, to);
      reject(signal.reason);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    this.#waiting.set(id, { resolve, reject });
    this.#bus.send(ask, JSON.stringify({ id, ...asked } satisfies Ask), to);
    return promise.finally(() => {
      this.#waiting.delete(id);
      signal.removeEventListener('abort', giveUp);
    });
  }

  #take(answered: Reply): void {
    const waiting = this.#waiting.get(answered.id);
    if (waiting === undefined) return;
    if ('answer' in answered) waiting.resolve(answered.answer);
    else waiting.reject(errorOf(answered));
  }

  async #giveTo(from: string, { id, duty, subject, question }: Ask): Promise<void> {
    const key = `${from} ${id}`;
    const cancelled = new AbortController();
    this.#answering.set(key, cancelled);
    let answered: string;
    try {
      if (!this.#keeper.holds(duty)) throw new AppError('cluster.nobody', { duty });
      const answer = (await this.#give(subject, question, cancelled.signal)) ?? null;
      answered = JSON.stringify({ id, answer } satisfies Reply);
    } catch (error) {
      answered = JSON.stringify({ id, ...sent(error) } satisfies Reply);
    }
    this.#answering.delete(key);
    if (!cancelled.signal.aborted) this.#bus.send(reply, answered, from);
  }

  async #give(subject: string, question: unknown, signal: AbortSignal): Promise<unknown> {
    const give = this.#givers.get(subject);
    // A process of an older version may not know the subject.
    if (give === undefined) throw new AppError('cluster.no-answer', { subject });
    return give(question, signal);
  }
}

function sent(error: unknown): Omit<Extract<Reply, { message: string }>, 'id'> {
  if (error instanceof AppError) return { message: error.message, code: error.code, context: error.context };
  return { message: error instanceof Error ? error.message : String(error) };
}

function errorOf({ message, code, context = {} }: Extract<Reply, { message: string }>): Error {
  return code === undefined ? new Error(message) : new AppError(code, context, { message });
}

function unlessAborted<T>(asked: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  return Promise.race([asked, promise]).finally(() => signal.removeEventListener('abort', onAbort));
}
