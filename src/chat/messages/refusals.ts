import type { Clock } from '../../clock.ts';
import { ledgerTrouble } from '../../domain/ledger-trouble.ts';
import type { ChatAddress } from '../../domain/people/chat-address.ts';
import { AppError } from '../../errors.ts';
import { errorSentence, type Words } from '../../i18n/index.ts';
import type { Button, Line, Message } from '../channel.ts';
import type { AnyCommand } from '../command.ts';

/** So often a chat is told at length why nothing can be written down, and what helps. */
const atLengthMs = 60_000;

/** Who is refused, and where. */
export interface Refused {
  readonly words: Words;
  readonly address: ChatAddress;
}

/** Whether it was not understood, as against not allowed or not possible. */
export function isMistyped({ code }: AppError): boolean {
  return code.startsWith('args.') || code === 'chat.not-a-command' || code === 'chat.too-long';
}

/** What went wrong, for a program. */
export function failureOf(error: unknown): NonNullable<Message['failure']> {
  if (!(error instanceof AppError)) return { code: 'unexpected', mistyped: false };
  return { code: error.code, mistyped: isMistyped(error) || error.code === 'chat.unknown-command' };
}

/** What people are told of what went wrong. */
export class Refusals {
  readonly #clock: Clock;
  /** By chat, when it was told at length of a ledger that cannot be written; milliseconds. */
  readonly #saidAt = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** One sentence; for what was typed wrongly an example of what works. */
  message(refused: Refused, error: unknown, command: AnyCommand | undefined, choice: Button | undefined): Message {
    const { words } = refused;
    const sentence = this.sentence(refused, error);
    if (!(error instanceof AppError) || command === undefined) return { lines: [sentence] };
    if (choice !== undefined) return { lines: [sentence, words.example(choice.id.replace(/^run:/, ''))] };
    const typed = error.code.startsWith('args.');
    return { lines: [typed ? `${sentence} ${words.example(command.examples[0])}` : sentence] };
  }

  /** What stands on a ticket whose press failed. Only an outcome that could not be written down is no refusal of ours. */
  press(refused: Refused, error: unknown): readonly Line[] {
    const { outcome } = refused.words;
    const sent = error instanceof AppError && error.code === 'orders.not-recorded';
    return [[{ bold: sent ? outcome.unknown : outcome.denied }], this.sentence(refused, error)];
  }

  /** Of a ledger that cannot be written what helps is said once a minute in a chat. */
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
