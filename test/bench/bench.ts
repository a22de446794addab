/** Something whose speed was promised. */
export interface Benchmark {
  readonly name: string;
  /** Half of the times must be under this. */
  readonly targetMs: number;
  /** Makes it ready, outside of what is measured, and gives back what is. */
  prepare(): Promise<{ run(): unknown; close?(): Promise<void> }>;
}
