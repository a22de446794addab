import { randomUUID } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Attachment, Button, Channel, Message, Receive } from '../../chat/channel.ts';
import { terminalLine } from '../../chat/render.ts';
import type { Clock } from '../../clock.ts';
import { consoleChat } from '../../domain/people/chat-address.ts';

/**
 * The terminal as a chat: each line is a message, and a number presses that button of the newest message with buttons.
 * When the input is not a terminal, the next line is read only after all answers to the line before it have been shown.
 */
export class ConsoleChannel implements Channel {
  readonly name = consoleChat.channel;
  readonly #input: Readable & { readonly isTTY?: boolean };
  readonly #output: Writable & { readonly isTTY?: boolean };
  readonly #clock: Clock;
  readonly #identity: string;
  readonly #settled: () => Promise<void>;
  readonly #ended: () => void;
  readonly #save = attachmentFolder();
  #buttons: readonly Button[] = [];
  #close: () => void = () => undefined;
  #prompt: () => void = () => undefined;

  constructor(options: {
    readonly input: Readable & { readonly isTTY?: boolean };
    readonly output: Writable & { readonly isTTY?: boolean };
    readonly clock: Clock;
    readonly identity: string;
    /** Resolves when all answers have been sent. */
    readonly settled: () => Promise<void>;
    /** Called once when the input ends. */
    readonly ended: () => void;
  }) {
    this.#input = options.input;
    this.#output = options.output;
    this.#clock = options.clock;
    this.#identity = options.identity;
    this.#settled = options.settled;
    this.#ended = options.ended;
  }

  async start(receive: Receive): Promise<void> {
    const interactive = this.#input.isTTY === true;
    const lines = createInterface({
      input: this.#input,
      ...(interactive ? { output: this.#output, prompt: '> ' } : {}),
      terminal: interactive,
    });
    this.#close = () => lines.close();
    if (interactive) {
      this.#prompt = () => lines.prompt(true);
      lines.on('line', (line) => void this.#take(line, receive).finally(this.#prompt));
      lines.once('close', this.#ended);
    } else {
      void this.#takeInTurn(lines, receive).finally(this.#ended);
    }
    this.#prompt();
  }

  async #takeInTurn(lines: AsyncIterable<string>, receive: Receive): Promise<void> {
    for await (const line of lines) {
      await this.#take(line, receive);
      await this.#settled();
    }
  }

  async #take(line: string, receive: Receive): Promise<void> {
    const text = line.trim();
    if (text === '') return;
    const pressed = /^\d{1,2}$/.test(text) ? this.#buttons[Number(text) - 1] : undefined;
    await receive({
      // Of no other terminal either: several processes do once what has one id.
      id: randomUUID(),
      ...consoleChat,
      identity: this.#identity,
      input: pressed === undefined ? { kind: 'text', text } : { kind: 'press', button: pressed.id },
      at: this.#clock.now(),
      alone: true,
    });
  }

  async send(_chatId: string, message: Message): Promise<string> {
    const colours = this.#output.isTTY === true;
    const text = message.lines.map((line) => terminalLine(line, colours)).join('\n');
    const buttons = (message.buttons ?? []).flat();
    // The numbers now mean the buttons of this message; older buttons can no longer be pressed.
    if (buttons.length > 0) this.#buttons = buttons;
    const menu = buttons.map(({ label }, index) => `[${index + 1}] ${label}`).join('  ');
    const below = [...this.#save(message.attachments), ...(menu === '' ? [] : [menu])].map((line) => `\n${line}`);
    this.#output.write(`${colours ? '\r\u001b[K' : ''}${text}${below.join('')}\n\n`);
    this.#prompt();
    return '';
  }

  /**
   * What a terminal has printed cannot be changed: an edit prints the message again, and replaces the old buttons. One in
   * place prints a line, and leaves the buttons of the message that somebody is looking at.
   */
  async edit(chatId: string, _reference: string, message: Message, inPlace = false): Promise<void> {
    if (inPlace) {
      const colours = this.#output.isTTY === true;
      const line = message.lines.map((part) => terminalLine(part, colours)).join(' · ');
      this.#output.write(`${colours ? '\r\u001b[K' : ''}${line}\n\n`);
      this.#prompt();
      return;
    }
    this.#buttons = [];
    await this.send(chatId, message);
  }

  async stop(): Promise<void> {
    this.#prompt = () => undefined;
    this.#close();
  }
}

/** Returns a function that writes attachments into a folder only this user can read, and returns their paths. */
export function attachmentFolder(): (attachments?: readonly Attachment[]) => readonly string[] {
  let folder: string | undefined;
  return (attachments = []) =>
    attachments.map(({ name, data }) => {
      folder ??= mkdtempSync(join(tmpdir(), 'hoga-'));
      const path = join(folder, basename(name));
      writeFileSync(path, Buffer.from(data, 'base64'), { mode: 0o600 });
      return path;
    });
}
