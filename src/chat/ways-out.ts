import { AppError } from '../errors.ts';
import { type Button, longestButtonId } from './channel.ts';

/** A command line that would pass where another was refused, and the words on its button. */
export interface WayOut {
  readonly label: string;
  readonly line: string;
}

/** A refusal that says by itself what would pass. Its sentence is that of its cause. */
export class RefusalWithWays extends AppError {
  readonly ways: readonly WayOut[];

  constructor(cause: AppError, ways: readonly WayOut[]) {
    super(cause.code, cause.context, { cause });
    this.ways = ways;
  }
}

/** A button for each way out of a refusal, one a row. A line that is too long for a button is left out. */
export function buttonsOf(error: unknown): readonly (readonly Button[])[] {
  if (!(error instanceof RefusalWithWays)) return [];
  return error.ways
    .map(({ label, line }): Button => ({ id: `run:${line}`, label }))
    .filter(({ id }) => Buffer.byteLength(id) <= longestButtonId)
    .map((button) => [button]);
}
