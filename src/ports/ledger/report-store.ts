import type { ChatAddress } from '../../domain/people/chat-address.ts';
import type { DigestPlan, Monitor, ReportTarget } from '../../domain/reports.ts';
import type { OutboxDraft } from './outbox-store.ts';

/** A run of a report: what reports (`subject`), and for which moment (`slot`); later slots sort after earlier ones. */
export interface ReportRun {
  readonly subject: string;
  /** `20261130` for a report of a day, `202611301005` for one of a minute. */
  readonly slot: string;
}

/** Who gets which reports, and which was told last. */
export interface ReportStore {
  digestPlans(): Promise<readonly DigestPlan[]>;
  /** In the place of those that the person has for this target. */
  setDigestPlans(personId: string, target: ReportTarget, plans: readonly DigestPlan[]): Promise<void>;
  /** By subject, the slot of the last run that was told, or said to be missed. */
  reportRuns(): Promise<ReadonlyMap<string, string>>;
  /**
   * Writes down in one transaction that runs were told, and the messages that tell them. False, and nothing is written,
   * where the first of them, or a later one of its subject, is written down already.
   */
  tellReport(
    runs: readonly [ReportRun, ...ReportRun[]],
    messages: readonly OutboxDraft[],
    now: number,
  ): Promise<boolean>;
  monitors(): Promise<readonly Monitor[]>;
  /** In the place of the one that its chat had. */
  setMonitor(monitor: Monitor): Promise<void>;
  /** False where the chat had none. */
  removeMonitor(address: ChatAddress): Promise<boolean>;
}
