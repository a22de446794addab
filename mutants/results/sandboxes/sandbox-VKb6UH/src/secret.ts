// @ts-nocheck
import { inspect } from 'node:util';

/** What stands where a secret would. */
export const redacted = '[redacted]';

/**
 * A text that nobody sees by accident: printing, joining, inspecting, serialising or cloning what holds it shows
 * nothing of it. `reveal` is the one way to it, for the edge that sends it where it belongs.
 */
export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  reveal(): string {
    return this.#text;
  }

  equals(other: Secret): boolean {
    return this.#text === other.#text;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [inspect.custom](): string {
    return redacted;
  }
}
