// @ts-nocheck
import { PassThrough, Writable } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { eventually } from './clock.ts';

const [active, submitted] = ['◆', '◇'];

/** The keys of a terminal. */
export const keys = { enter: '\r', down: '\u001b[B', up: '\u001b[A', interrupt: '\u0003', clear: '\u0015' } as const;

/** As much of a question as is never broken, Hangul being two columns wide. */
const onOneLine = (question: string): string => question.slice(0, 30);

/** Somebody at a terminal: sees what is shown, and types. */
export class FakeTerminal {
  readonly input = new PassThrough();
  readonly output: Writable;
  /** Every byte that was ever shown. */
  shown = '';
  /** The same as it reads, and how much of it was read when the last answer had been given. */
  #plain = '';
  #read = 0;

  constructor() {
    this.output = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.shown += String(chunk);
        this.#plain += stripVTControlCharacters(String(chunk));
        done();
      },
    });
  }

  /** What was shown since the last answer. */
  get fresh(): string {
    return this.#plain.slice(this.#read);
  }

  /** Answers a question once it is asked. */
  async answer(asked: string, typed = ''): Promise<void> {
    const question = onOneLine(asked);
    await this.sees(`${active}  ${question}`);
    if (typed !== '') this.input.write(typed);
    this.input.write(keys.enter);
    const over = `${submitted}  ${question}`;
    await this.sees(over);
    // The next question may stand there already.
    this.#read = this.#plain.indexOf(over, this.#read) + over.length;
  }

  /** Types what is not taken, and takes it back. */
  async refused(asked: string, typed: string, why: string): Promise<void> {
    const question = onOneLine(asked);
    await this.sees(`${active}  ${question}`);
    this.input.write(typed);
    this.input.write(keys.enter);
    await this.sees(why);
    this.input.write(keys.clear);
    this.input.write('x');
    this.input.write(keys.clear);
    await this.sees(`${active}  ${question}`);
  }

  /** Leaves at a question. */
  async leave(question: string): Promise<void> {
    await this.sees(`${active}  ${onOneLine(question)}`);
    this.input.write(keys.interrupt);
  }

  /** Waits until something is shown. */
  async sees(text: string): Promise<void> {
    try {
      await eventually(`'${text}' on the terminal`, () => this.fresh.includes(text), 10_000);
    } catch (error) {
      throw new Error(`there is only:\n${this.fresh}`, { cause: error });
    }
  }
}
