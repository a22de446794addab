import type { AnyCommand } from '../command.ts';

/** The Korean name of a command: its first alias that is written in Hangul alone. */
export function koreanName({ aliases }: AnyCommand): string | undefined {
  return aliases.find((alias) => /^[가-힣]+$/.test(alias));
}
