/**
 * What exactly one process does at a time, of all that share a ledger:
 * `key:ID` an app key of KIS, with its calls, its socket, and the orders of its accounts. The first account's key
 * brings along what belongs to no account: alerts, reports, events, and what is done by the hour;
 * `chat:NAME` a chat platform, its messages in and out, because a bot has one limit for both.
 */
export type DutyName = `key:${string}` | `chat:${string}` | 'front';

/**
 * Proof that a duty was this process's when it was taken. The token rises whenever the duty changes hands, so a write
 * that names an older one comes from a process that has lost the duty and may not know it yet.
 */
export interface Fence {
  readonly duty: DutyName;
  readonly token: number;
  /**
   * The process. A standby that took over without the newest lease would give a token a second time, and this tells the
   * two apart.
   */
  readonly holder: string;
}

/** What a process is told of its duties. */
export interface DutyHandlers {
  /**
   * The duty is this process's from now on. A failure gives the duty back, so that another process, or this one later,
   * tries it.
   */
  onTaken(duty: DutyName): Promise<void>;
  /**
   * The lease has run out and could not be renewed: another process may have the duty. Whatever only one process may do
   * has to end at once, such as a socket. `onResumed` follows where nobody else took the duty meanwhile.
   */
  onLapsed(duty: DutyName): void;
  onResumed(duty: DutyName): Promise<void>;
  /** Another process has carried the duty since. What this process knows of it is out of date: it has to begin anew. */
  onLost(duty: DutyName): void;
}

/** Something that a person did, as it waits for the process that has to act on it. */
export interface Handed {
  /** What the platform called it; the same thing handed over twice is done once. */
  readonly id: string;
  readonly duty: DutyName;
  /** What is in one lane is done one after the other, such as what was said in one chat. */
  readonly lane: string;
  /** JSON. */
  readonly body: string;
}

/** The processes that share a ledger, as one of them sees them. */
export interface Cluster {
  /** This process, as somebody would look for it: `macbook:4711`. */
  readonly self: string;
  /** No other process can share the ledger: every duty is this one's, and nothing needs to be handed over. */
  readonly isAlone: boolean;
  /** Whether this process carries the duty, as far as it knows. Whether it still may write is decided by the fence. */
  holds(duty: DutyName): boolean;
  /** Undefined where no other process can have the duty, so that there is nothing to check. */
  fence(duty: DutyName): Fence | undefined;
  /** Seeks these duties from now on, and shares them with the other processes. */
  seek(duties: readonly DutyName[], handlers: DutyHandlers): Promise<void>;
  /**
   * Asks the process that carries a duty, and returns its answer. What is asked changes nothing, because nobody knows
   * whether a lost question was answered.
   * @param question Plain JSON, as is the answer.
   * @throws AppError `cluster.nobody` while no process carries the duty, `cluster.no-answer` after `timeoutMs`, and the
   * AppError or other error that was thrown there, by its code and context.
   */
  ask(
    duty: DutyName,
    subject: string,
    question: unknown,
    options: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
  ): Promise<unknown>;
  /** Answers what other processes ask about a subject. */
  answer(subject: string, give: (question: unknown, signal: AbortSignal) => Promise<unknown>): void;
  /** Tells the other processes something that needs no answer and may get lost: that there is something to look at. */
  tell(subject: string, text?: string): void;
  /**
   * `listener` hears what other processes tell about a subject, and is called with an empty text where something may
   * have got lost. Returns what ends that.
   */
  hear(subject: string, listener: (text: string) => void): () => void;
  /** Writes down what a person did for the process that carries the duty. Nothing is done where it was handed before. */
  handOver(handed: Handed): Promise<void>;
  /**
   * Does what was handed over, oldest first, as long as this process carries the duty. What a process that died had
   * begun is not begun again, because it may have been done: it is given to `abandoned`.
   */
  takeHanded(act: (handed: Handed) => Promise<void>, abandoned: (handed: Handed) => Promise<void>): void;
  /** Who carries what, for those who look. */
  holders(): Promise<readonly { readonly duty: string; readonly holder: string }[]>;
  /** Seeks no more duties, and begins nothing more of what is handed over; what is under way goes on. */
  withdraw(): void;
  /** Gives all duties back, so that others need not wait for them to lapse. Nothing may be done for them after this. */
  stop(): Promise<void>;
}
