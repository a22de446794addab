import type { AnyCommand } from '../command.ts';

/** What a command is called in Korean: the first of its other names that is all Hangul. */
export function koreanName({ aliases }: AnyCommand): string | undefined {
  return aliases.find((alias) => /^[가-힣]+$/.test(alias));
}
