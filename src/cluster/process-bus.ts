/** A text on its way between processes. */
export interface BusMessage {
  /** The process that sent it. */
  readonly from: string;
  readonly subject: string;
  readonly text: string;
}

/**
 * Carries texts between processes. One may get lost, come late or find nobody; none comes twice, and those of one
 * process to another come in the order in which they were sent. What has to survive is written to the ledger before.
 */
export interface ProcessBus {
  /** Sends to one process, or to all others. Never throws and never waits. @param text Of any length. */
  send(subject: string, text: string, to?: string): void;
  /** Hears what other processes send. To be called once, before the first message. */
  listen(listener: (message: BusMessage) => void): void;
  /** `listener` is called when messages may have got lost, so that everything has to be looked at. */
  onGap(listener: () => void): void;
  close(): Promise<void>;
}
