/** Returns numbers from 0 up to 1, the same ones for the same seed. */
export interface Random {
  (): number;
  /** Another generator that goes on as this one would. */
  copy(): Random;
}

/** Mulberry32: small, fast and good enough for made-up prices. */
export function mulberry32(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return Object.assign(next, { copy: () => mulberry32(state) });
}

/** A generator for one thing, by name, so that what one thing draws does not depend on others (FNV-1a). */
export function randomFor(seed: number, name: string): Random {
  let hash = 0x811c9dc5 ^ seed;
  for (const character of name) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return mulberry32(hash);
}

/** A whole number from `low` to `high`, both included. */
export function between(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

/** `length` characters out of `alphabet`. */
export function randomText(random: Random, length: number, alphabet: string): string {
  return Array.from({ length }, () => alphabet.charAt(between(random, 0, alphabet.length - 1))).join('');
}
