import type { Writable } from 'node:stream';
import type { Channel, Message } from '../../chat/channel.ts';
import { plainText } from '../../chat/render.ts';
import { attachmentFolder, consoleChat } from './console.ts';

/**
 * The way out of one question asked from a shell: the answer alone goes to the output, as text or as one line of JSON,
 * without buttons nobody could press. What is only under way goes to whoever watches, if anybody does.
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
    /** A terminal, where somebody may wonder whether anything happens. */
    readonly watched?: Writable | undefined;
    readonly json: boolean;
  }) {
    this.#output = options.output;
    this.#watched = options.watched;
    this.#json = options.json;
  }

  async start(): Promise<void> {
    // Nothing is read: the question comes with the call.
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
    // Nothing is open.
  }

  /**
   * Prints the answer.
   * @returns the exit code: 0 answered, 1 failed, 2 asked in a way that has no answer.
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
