import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../clock.ts';
import { ledgerTrouble } from '../../domain/ledger-trouble.ts';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Cluster } from '../../ports/cluster.ts';
import type { ReadOptions } from '../../ports/read-options.ts';
import { catalogue } from '../endpoints/catalogue.ts';
import type { Endpoint } from '../endpoints/endpoint.ts';
import { KisError } from '../wire/error.ts';
import type { RawAnswer } from '../wire/exchange.ts';
import type { KeyPlace } from './key-place.ts';
import { fromSentError, sentError, toSentError } from './sent-error.ts';

/** One page of a read, as `ReadCalls` asks for it. */
export interface PageQuestion {
  readonly endpoint: Endpoint;
  readonly input: Readonly<Record<string, string>>;
  readonly trCont: string;
}

type Page = (question: PageQuestion, options: ReadOptions) => Promise<RawAnswer>;

const questionShape = z.object({
  /** Told from other questions by this, when it is asked whether it is still in hand. */
  id: z.string(),
  row: z.string(),
  input: z.record(z.string(), z.string()),
  trCont: z.string(),
  priority: z.enum(['urgent', 'interactive', 'background']),
});
const replyShape = z.union([
  z.object({
    answer: z.object({ status: z.number(), trCont: z.string(), body: z.unknown() }),
  }),
  z.object({ failure: sentError }),
]);

/** `asked` is false where no process answered. */
type Reply = { readonly answer: RawAnswer } | { readonly failure: unknown; readonly asked: boolean };

/** The rows that may be asked across: never an order. */
const readRows: ReadonlyMap<string, Endpoint> = new Map(
  catalogue.filter(({ kind }) => kind === 'read').map((row) => [row.id, row]),
);

/** How long a page may take, its turn in the lane and a minute's wait for a token included. */
const answerMs = 120_000;
/** How often a page that is not there yet is asked after, and how long that may take. */
const askAfterMs = 2_000;
const askAfterTimeoutMs = 1_000;
/** How long a read for which a person waits looks for a process that carries the key: a take-over is done by then. */
const patienceMs = 8_000;
const againMs = 400;

/** What is thrown while a duty passes from one process to another: where it is asked for, and by the one that loses it. */
const betweenHolders: ReadonlySet<string> = new Set([
  'cluster.nobody',
  'cluster.no-answer',
  'cluster.not-ours',
  'cluster.cancelled',
]);

/**
 * Has the pages of an app key read by the process that carries the key, in its lane and with its token, and reads them
 * for other processes where this one carries it. What crosses is KIS's answer as it came, so that it is decoded, and its
 * drift is reported, where it was asked for.
 */
export class RemotePages {
  readonly #cluster: Cluster;
  readonly #place: KeyPlace;
  readonly #subject: string;
  readonly #clock: Clock;
  readonly #log: Log;
  /** Questions of other processes that are being answered. */
  readonly #inHand = new Set<string>();

  /** `reader` tells the account, or the live key for reads, in every process the same. */
  constructor(options: {
    readonly cluster: Cluster;
    readonly place: KeyPlace;
    readonly reader: string;
    readonly clock: Clock;
    readonly log: Log;
  }) {
    this.#cluster = options.cluster;
    this.#place = options.place;
    this.#subject = `kis-page:${options.reader}`;
    this.#clock = options.clock;
    this.#log = options.log;
  }

  /** @throws AppError `cluster.not-ours` where this process does not carry the key. */
  requireHere(): void {
    this.#place.requireHere();
  }

  /** Answers the questions of other processes with `readHere`, for as long as this process carries the key. */
  serve(readHere: Page): void {
    this.#cluster.answer(this.#subject, async (asked, signal) => {
      const { id, row, input, trCont, priority } = questionShape.parse(asked);
      this.#inHand.add(id);
      try {
        this.#place.requireHere();
        const endpoint = readRows.get(row);
        // A process of another version may know rows that this one lacks. It will soon carry the key itself, or be gone.
        if (endpoint === undefined) throw this.#place.notOurs();
        return { answer: await readHere({ endpoint, input, trCont }, { priority, signal }) };
      } catch (error) {
        return { failure: toSentError(error) };
      } finally {
        this.#inHand.delete(id);
      }
    });
    this.#cluster.answer(`${this.#subject}:in-hand`, async (id) => this.#inHand.has(String(id)));
  }

  /**
   * Reads a page where the key is: with `readHere` in this process, or by asking the one that carries it. While none
   * does, a read for which a person waits is asked again for some seconds; one in the background fails at once.
   * @throws AppError `cluster.nobody` or `cluster.no-answer`, or the error of the read.
   */
  async read(question: PageQuestion, options: ReadOptions, readHere: Page): Promise<RawAnswer> {
    const until = this.#clock.now() + (options.priority === 'background' ? 0 : patienceMs);
    for (;;) {
      if (this.#place.isHere) return readHere(question, options);
      options.signal?.throwIfAborted();
      const reply = await this.#ask(question, options);
      if ('answer' in reply) return reply.answer;
      const { failure, asked } = reply;
      // With the database away nobody can be asked. The process that carried the key until then has its token still, and
      // goes on reading. One that has none is issued none.
      if (!asked && ledgerTrouble(failure) !== undefined) {
        return readHere(question, options).catch((error: unknown) => {
          throw isBetweenHolders(error) ? failure : error;
        });
      }
      if (!isBetweenHolders(failure)) throw failure;
      // What the other process says of orders is not true of a read.
      if (this.#clock.now() + againMs > until) throw asked ? this.#nobody(failure) : failure;
      this.#log.debug('read asked of another process again', { row: question.endpoint.id, error: failure });
      await this.#clock.sleep(againMs, options.signal);
    }
  }

  #nobody(cause: unknown): AppError {
    return new AppError('cluster.nobody', { duty: this.#place.duty }, { cause });
  }

  /** Asks once. Gives up when the other process is found to have forgotten the question, which it does by dying. */
  async #ask(
    { endpoint, input, trCont }: PageQuestion,
    { priority = 'interactive', signal }: ReadOptions,
  ): Promise<Reply> {
    const { duty } = this.#place;
    const question: z.infer<typeof questionShape> = { id: randomUUID(), row: endpoint.id, input, trCont, priority };
    const forgotten = new AbortController();
    const stopWatching = this.#watch(question.id, () => forgotten.abort(new AppError('cluster.no-answer', { duty })));
    const either = signal === undefined ? forgotten.signal : AbortSignal.any([signal, forgotten.signal]);
    try {
      const reply = replyShape.parse(
        await this.#cluster.ask(duty, this.#subject, question, { timeoutMs: answerMs, signal: either }),
      );
      if ('failure' in reply) return { failure: fromSentError(reply.failure), asked: true };
      const { status, trCont: more, body } = reply.answer;
      return { answer: { status, trCont: more, body: body as RawAnswer['body'] } };
    } catch (error) {
      // As a call of this process that was given up fails.
      if (signal?.aborted) {
        const context = { endpoint: endpoint.id };
        return { failure: new KisError('unreachable', { code: '', text: '' }, context, signal.reason), asked: false };
      }
      return { failure: forgotten.signal.aborted ? forgotten.signal.reason : error, asked: false };
    } finally {
      stopWatching();
    }
  }

  /** Asks after a question again and again. Calls `onForgotten` when nobody has it in hand. Returns what ends that. */
  #watch(id: string, onForgotten: () => void): () => void {
    let cancel = (): void => undefined;
    let stopped = false;
    const again = (): void => {
      cancel = this.#clock.timer(askAfterMs, () => {
        const subject = `${this.#subject}:in-hand`;
        void this.#cluster.ask(this.#place.duty, subject, id, { timeoutMs: askAfterTimeoutMs }).then(
          (inHand) => {
            if (!stopped) inHand === true ? again() : onForgotten();
          },
          () => {
            if (!stopped) onForgotten();
          },
        );
      });
    };
    again();
    return () => {
      stopped = true;
      cancel();
    };
  }
}

function isBetweenHolders(error: unknown): boolean {
  return error instanceof AppError && betweenHolders.has(error.code);
}
