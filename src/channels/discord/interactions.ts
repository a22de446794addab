import type { Clock } from '../../clock.ts';

/** So long Discord takes answers to an interaction. */
const tokenMs = 15 * 60_000;

/** An interaction while its token lives. */
export interface Interaction {
  readonly id: string;
  readonly applicationId: string;
  readonly token: string;
  /** The interaction whose address its answers go to: its own, or that of the message that was pressed. */
  readonly root: string | undefined;
  /** The message that was pressed, where Discord's `@original` means that. */
  readonly pressed: string | undefined;
  /** What is not told in a server at all is told in one's own chat with the bot, where nobody reads along. */
  readonly inServer: boolean;
  /** Whether its deferred answer, or the message that was pressed, is the person's alone. */
  readonly hidden: boolean;
  /** When the person did it, in milliseconds. */
  readonly at: number;
  /** Whether Discord took the deferral. */
  readonly deferred: Promise<boolean>;
  /** Whether the deferred answer waits to be filled in. */
  waiting: boolean;
}

/** The interactions whose tokens live; a restart forgets them. */
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

  /** By which a new message can reach an address: first the one whose answer is awaited, then the newest. */
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
