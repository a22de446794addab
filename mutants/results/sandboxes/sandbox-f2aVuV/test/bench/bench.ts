/** Something whose speed was promised. */
// @ts-nocheck

export interface Benchmark {
  readonly name: string;
  readonly targetMs: number;
  /** Which of the times must be under it: the middle one, or all but one of a hundred. */
  readonly of: 'p50' | 'p99';
  /** Makes it ready, outside of what is measured, and gives back what is. */
  prepare(): Promise<{ run(): unknown; close?(): Promise<void> }>;
}
