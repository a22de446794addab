import type { AnyCommand, ArgumentKind } from '../command.ts';

/** The arguments that a line lacks, in their order. A word that picks an account (`@isa`) is none of them. */
export function missingArguments(
  command: AnyCommand,
  line: string,
): readonly (readonly [string, ArgumentKind<unknown>])[] {
  const [, ...given] = line.trim().split(/\s+/);
  return Object.entries(command.args).slice(given.filter((word) => !word.startsWith('@')).length);
}
