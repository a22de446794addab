import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Message } from '../../../src/chat/channel.ts';
import { plainText } from '../../../src/chat/render.ts';
import type { Harness, TestChannel } from '../harness.ts';

/** From when a request was handed to the HTTP client until its answer was read, in milliseconds. */
interface Trip {
  readonly from: number;
  to: number;
}

/** What one line took. */
export interface Taken {
  /** Round trips that the answer waited for, one after the other. */
  readonly rounds: number;
  /** Requests that were made, those after the answer included. */
  readonly calls: number;
  readonly answer: string;
}

/** How long the simulator takes for each answer: longer than anything takes that a command does by itself. */
const answerMs = 60;

/**
 * Counts the round trips to KIS that a command waits for in sequence. Every answer of the simulator takes a while; trips
 * of which each begins after the one before has ended are counted, as many as such a chain can have. What ended after the
 * answer was shown is not among them.
 */
export class RoundTrips {
  readonly #bot: Harness;
  readonly #open = new Map<object, Trip>();
  #trips: Trip[] = [];
  #shownAt = Number.POSITIVE_INFINITY;
  #says = '';

  constructor(bot: Harness) {
    this.#bot = bot;
    bot.simulator.setFaults({
      rules: [{ on: 'any', fault: 'delay', ms: answerMs, when: 'before', times: 1_000_000, skip: 0 }],
    } as Parameters<Harness['simulator']['setFaults']>[0]);
    this.#watch(bot.chat());
    subscribe('undici:request:create', this.#begins);
    for (const name of ends) subscribe(name, this.#ends);
  }

  /**
   * Types a line, or presses the button whose label follows an exclamation mark. `says`: what the answer contains, which
   * no message before it does.
   */
  async of(line: string, says: string): Promise<Taken> {
    this.#trips = [];
    this.#says = says;
    this.#shownAt = Number.POSITIVE_INFINITY;
    const answer = line.startsWith('!') ? await this.#bot.press(line.slice(1)) : await this.#bot.say(line);
    const waited = this.#trips.filter(({ to }) => to <= this.#shownAt);
    return { rounds: longestChain(waited), calls: this.#trips.length, answer };
  }

  stop(): void {
    unsubscribe('undici:request:create', this.#begins);
    for (const name of ends) unsubscribe(name, this.#ends);
  }

  readonly #begins = (message: unknown): void => {
    const trip = { from: performance.now(), to: Number.POSITIVE_INFINITY };
    this.#open.set((message as { readonly request: object }).request, trip);
    this.#trips.push(trip);
  };

  readonly #ends = (message: unknown): void => {
    const { request } = message as { readonly request: object };
    const trip = this.#open.get(request);
    if (trip !== undefined) trip.to = performance.now();
    this.#open.delete(request);
  };

  #watch(chat: TestChannel): void {
    const { send, edit } = chat;
    const note = (message: Message): void => {
      if (plainText(message).includes(this.#says)) this.#shownAt = Math.min(this.#shownAt, performance.now());
    };
    chat.send = async (chatId, message) => {
      note(message);
      return send.call(chat, chatId, message);
    };
    chat.edit = async (chatId, reference, message, inPlace) => {
      note(message);
      return edit.call(chat, chatId, reference, message, inPlace);
    };
  }
}

const ends = ['undici:request:trailers', 'undici:request:error'] as const;

function longestChain(trips: readonly Trip[]): number {
  let [count, until] = [0, 0];
  for (const { from, to } of trips.toSorted((one, other) => one.to - other.to)) {
    if (from < until) continue;
    count += 1;
    until = to;
  }
  return count;
}
