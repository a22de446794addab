import type { ChatAddress } from '../../domain/people/chat-address.ts';
import type { Person } from '../../domain/people/person.ts';
import type { Replies } from './replies.ts';
import type { RouterOptions } from './router-options.ts';

/** Answers people the bot does not know, and lets one of them become the owner by pairing. */
export class Strangers {
  readonly #options: RouterOptions;
  readonly #replies: Replies;
  readonly #answered = new Set<string>();

  constructor(options: RouterOptions, replies: Replies) {
    this.#options = options;
    this.#replies = replies;
  }

  /** Answers a stranger with one polite sentence, and never again after that. */
  async answer(
    identity: string,
    address: ChatAddress,
    why: 'chat.stranger' | 'chat.anonymous' = 'chat.stranger',
  ): Promise<void> {
    if (this.#answered.has(identity)) return;
    this.#answered.add(identity);
    this.#options.log.warn('stranger', { identity });
    const { errors } = this.#options.wordsOf(undefined);
    await this.#replies.say({ address, edits: undefined, person: undefined }, { lines: [errors[why]({})] });
  }

  /**
   * Pairs a stranger, which is the only thing a stranger can do. The answers reveal nothing to somebody who guesses
   * codes.
   */
  async pair(identity: string, code: string, address: ChatAddress, person: Person | undefined): Promise<void> {
    const words = this.#options.wordsOf(person);
    const to = { address, edits: undefined, person };
    try {
      const result = person === undefined ? await this.#options.pair(identity, code) : 'already';
      if (result === 'closed') await this.answer(identity, address);
      else await this.#replies.say(to, { lines: [words.pairing[result]] });
    } catch (error) {
      this.#replies.logFailure(error, undefined);
      await this.#replies.say(to, { lines: [this.#replies.refusals.sentence({ words, address }, error)] });
    }
  }
}

/** The code in `/pair CODE`; undefined for any other text. */
export function pairingCode(text: string): string | undefined {
  return /^\/pair(?:@\w+)?\s+(\S{1,40})\s*$/.exec(text.trim())?.[1];
}
