import type { Clock } from '../../clock.ts';
import { ledgerTrouble } from '../../domain/ledger-trouble.ts';
import type { ChatAddress } from '../../domain/people/chat-address.ts';
import { AppError } from '../../errors.ts';
import { errorSentence, type Words } from '../../i18n/index.ts';
import type { Button, Line, Message } from '../channel.ts';
import type { AnyCommand } from '../command.ts';

/** How often a chat gets the long explanation of why the ledger cannot be written, and what helps. */
const atLengthMs = 60_000;

/** The language and the chat of the person who is refused. */
export interface Refused {
  readonly words: Words;
  readonly address: ChatAddress;
}

/** Whether the person's words were not understood, rather than not allowed or not possible. */
export function isMistyped({ code }: AppError): boolean {
  return /^(?:args\..*|chat\.not-a-command|chat\.too-long|accounts\.(?:unknown|two))$/.test(code);
}

/** The failure in a form for programs. */
export function failureOf(error: unknown): NonNullable<Message['failure']> {
  if (!(error instanceof AppError)) return { code: 'unexpected', mistyped: false };
  return { code: error.code, mistyped: isMistyped(error) || error.code === 'chat.unknown-command' };
}

/** Turns errors into the sentences that people read. */
export class Refusals {
  readonly #clock: Clock;
  /** By chat: when it last got the long explanation of a ledger that cannot be written, in milliseconds. */
  readonly #saidAt = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The message for an error: one sentence, and for mistyped words an example that works. */
  message(refused: Refused, error: unknown, command: AnyCommand | undefined, choice: Button | undefined): Message {
    const { words } = refused;
    const sentence = this.sentence(refused, error);
    if (!(error instanceof AppError) || command === undefined) return { lines: [sentence] };
    if (choice !== undefined) return { lines: [sentence, words.example(choice.id.replace(/^run:/, ''))] };
    const typed = error.code.startsWith('args.');
    return { lines: [typed ? `${sentence} ${words.example(command.examples[0])}` : sentence] };
  }

  /**
   * The text on a ticket whose confirmation failed. It says that nothing was sent, unless an order was sent and only
   * its outcome could not be recorded.
   */
  press(refused: Refused, error: unknown): readonly Line[] {
    const { outcome } = refused.words;
    const sent = error instanceof AppError && error.code === 'orders.not-recorded';
    return [[{ bold: sent ? outcome.unknown : outcome.denied }], this.sentence(refused, error)];
  }

  /**
   * The sentence for an error. What helps against a ledger that cannot be written is said once a minute in each chat.
   */
  sentence({ words, address }: Refused, error: unknown): string {
    const trouble = ledgerTrouble(error);
    if (trouble === undefined) return errorSentence(words, error);
    const chat = `${address.channel}:${address.chatId.split('/')[0]}`;
    const now = this.#clock.now();
    if (now - (this.#saidAt.get(chat) ?? Number.NEGATIVE_INFINITY) < atLengthMs) return words.ledger.still(trouble);
    this.#saidAt.set(chat, now);
    return errorSentence(words, error);
  }
}
