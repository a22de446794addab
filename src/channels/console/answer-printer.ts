import type { Writable } from 'node:stream';
import type { Channel, Message } from '../../chat/channel.ts';
import { plainText } from '../../chat/render.ts';
import { consoleChat } from '../../domain/people/chat-address.ts';
import { attachmentFolder } from './console.ts';

/**
 * The channel of `exec`, which asks one question from a shell. Only the answer is printed, as text or as one line of
 * JSON, without buttons. Progress goes to the terminal of a person who watches, if there is one.
 */
export class AnswerPrinter implements Channel {
  readonly name = consoleChat.channel;
  readonly takesData = true;
  readonly #output: Writable;
  readonly #watched: Writable | undefined;
  readonly #json: boolean;
  readonly #save = attachmentFolder();
  #answer: Message | undefined;

  constructor(options: {
    readonly output: Writable;
    /** The terminal that shows progress; undefined when nobody watches. */
    readonly watched?: Writable | undefined;
    readonly json: boolean;
  }) {
    this.#output = options.output;
    this.#watched = options.watched;
    this.#json = options.json;
  }

  async start(): Promise<void> {
    // There is nothing to read: the question is an argument of the command line.
  }

  async send(_chatId: string, message: Message): Promise<string> {
    if (message.passing === true) this.#watched?.write(`${plainText(message)}\n`);
    else this.#answer = message;
    return '';
  }

  async edit(chatId: string, _reference: string, message: Message): Promise<void> {
    await this.send(chatId, message);
  }

  async stop(): Promise<void> {
    // There is nothing to close.
  }

  /**
   * Prints the answer.
   * @returns the exit code: 0 for an answer, 1 for a failure, 2 for a question that has no answer.
   */
  print(): 0 | 1 | 2 {
    const answer = this.#answer;
    if (answer === undefined) {
      if (this.#json) this.#write({ ok: false, code: 'unexpected', text: '' });
      return 1;
    }
    const { failure, data = null } = answer;
    const text = plainText(answer);
    const files = this.#save(answer.attachments);
    if (this.#json) {
      const outcome = failure === undefined ? { ok: true, data } : { ok: false, code: failure.code };
      this.#write({ ...outcome, text, ...(files.length === 0 ? {} : { files }) });
    } else {
      this.#output.write(`${[text, ...files].join('\n')}\n`);
    }
    if (failure === undefined) return 0;
    return failure.mistyped ? 2 : 1;
  }

  #write(value: unknown): void {
    this.#output.write(`${JSON.stringify(value)}\n`);
  }
}
