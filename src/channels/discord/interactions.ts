import type { Clock } from '../../clock.ts';

/** How long Discord accepts answers to an interaction. */
const tokenMs = 15 * 60_000;

/** An interaction whose token is still valid. */
export interface Interaction {
  readonly id: string;
  readonly applicationId: string;
  readonly token: string;
  /** The interaction whose chat id the answers go to: this one, or the one that made the message that was pressed. */
  readonly root: string | undefined;
  /** The id of the pressed message, when Discord's `@original` refers to it. */
  readonly pressed: string | undefined;
  /**
   * Whether it happened in a server. Private messages that cannot be hidden there go to the person's own chat with the
   * bot.
   */
  readonly inServer: boolean;
  /** Whether only this person sees the deferred answer or the pressed message. */
  readonly hidden: boolean;
  /** When the person did it, in milliseconds. */
  readonly at: number;
  /** Resolves to whether Discord accepted the deferral. */
  readonly deferred: Promise<boolean>;
  /** Whether the deferred answer has not been filled in yet. */
  waiting: boolean;
}

/** The interactions whose tokens are still valid. They are kept in memory only. */
export class Interactions {
  readonly #clock: Clock;
  readonly #byId = new Map<string, Interaction>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add(interaction: Interaction): void {
    this.#byId.set(interaction.id, interaction);
  }

  forget({ id }: Interaction): void {
    this.#byId.delete(id);
  }

  get(id: string): Interaction | undefined {
    return this.#living().find((interaction) => interaction.id === id);
  }

  /**
   * The interactions through which a new message can reach a chat id: first those whose deferred answer is empty, then
   * the newest.
   */
  reaching(root: string): readonly Interaction[] {
    const found = this.#living().filter((interaction) => interaction.root === root);
    return found.toReversed().toSorted((a, b) => Number(b.waiting) - Number(a.waiting));
  }

  /** The newest press on a message. */
  pressOn(messageId: string): Interaction | undefined {
    return this.#living().findLast(({ pressed }) => pressed === messageId);
  }

  #living(): readonly Interaction[] {
    const now = this.#clock.now();
    for (const interaction of this.#byId.values()) {
      if (now - interaction.at >= tokenMs) this.#byId.delete(interaction.id);
    }
    return [...this.#byId.values()];
  }
}
