import type { Clock } from '../clock.ts';
import type { Quote } from '../domain/quote.ts';
import type { Log } from '../log.ts';
import type { Broker, ChatAddress } from '../ports.ts';

/** Prices are asked for so long after the last answer came; a chat is not edited more often. */
const intervalMs = 5_000;
/** Nobody watches a chat for longer, and each look costs calls. */
const lifeMs = 10 * 60_000;

/** How a board stands: `until` is in milliseconds. */
export type BoardState =
  | { readonly kind: 'live'; readonly until: number }
  | { readonly kind: 'over' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Prices as a chat is to show them, in the place of those before. */
export interface BoardFrame {
  readonly address: ChatAddress;
  /** The message whose place it takes. */
  readonly view: string;
  readonly symbols: readonly string[];
  readonly quotes: readonly Quote[];
  readonly state: BoardState;
}

interface Board {
  frame: BoardFrame;
  readonly until: number;
  readonly ended: AbortController;
}

/**
 * Boards of prices that change in their chat for ten minutes, one to a chat. They are lost with the process: the message
 * then stands as it was last.
 */
export class LiveBoards {
  readonly #broker: Broker;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #newId: () => string;
  readonly #show: (frame: BoardFrame) => Promise<void>;
  readonly #boards = new Map<string, Board>();

  constructor(options: {
    readonly broker: Broker;
    readonly clock: Clock;
    readonly log: Log;
    readonly newId: () => string;
    readonly show: (frame: BoardFrame) => Promise<void>;
  }) {
    this.#broker = options.broker;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#newId = options.newId;
    this.#show = options.show;
  }

  /** Goes on from these quotes, and gives back what to show first. The board that was there stops. */
  async start(address: ChatAddress, symbols: readonly string[], quotes: readonly Quote[]): Promise<BoardFrame> {
    await this.stop(address);
    const until = this.#clock.now() + lifeMs;
    const frame: BoardFrame = { address, view: this.#newId(), symbols, quotes, state: { kind: 'live', until } };
    const board = { frame, until, ended: new AbortController() };
    this.#boards.set(placeOf(address), board);
    void this.#run(board);
    return frame;
  }

  /** False when none was live in that chat. */
  async stop(address: ChatAddress): Promise<boolean> {
    const board = this.#boards.get(placeOf(address));
    if (board === undefined) return false;
    await this.#end(board, { kind: 'stopped' });
    return true;
  }

  /** Ends them all without a word: the process goes. */
  close(): void {
    for (const { ended } of this.#boards.values()) ended.abort();
    this.#boards.clear();
  }

  async #run(board: Board): Promise<void> {
    const { signal } = board.ended;
    try {
      while (await this.#pause(board)) {
        const { symbols, quotes } = board.frame;
        const fresh = await this.#broker.quotes(symbols, { priority: 'background', signal });
        if (signal.aborted) return;
        if (pricesOf(fresh) === pricesOf(quotes)) continue;
        board.frame = { ...board.frame, quotes: fresh };
        await this.#show(board.frame);
      }
      await this.#end(board, { kind: 'over' });
    } catch (error) {
      if (signal.aborted) return;
      this.#log.warn('live board ended', { error });
      await this.#end(board, { kind: 'failed', error }).catch((cause: unknown) =>
        this.#log.error('live board not ended in its chat', { error: cause }),
      );
    }
  }

  /** Until the next look; false when there is to be none. */
  async #pause({ until, ended }: Board): Promise<boolean> {
    const leftMs = until - this.#clock.now();
    if (leftMs <= 0) return false;
    await this.#clock.sleep(Math.min(intervalMs, leftMs), ended.signal);
    return this.#clock.now() < until;
  }

  async #end(board: Board, state: BoardState): Promise<void> {
    const place = placeOf(board.frame.address);
    if (this.#boards.get(place) !== board) return;
    this.#boards.delete(place);
    board.ended.abort();
    await this.#show({ ...board.frame, state });
  }
}

/** The chat itself: Discord has an address for every interaction in it, Telegram one for every topic. */
function placeOf({ channel, chatId }: ChatAddress): string {
  return `${channel}:${chatId.split('/')[0]}`;
}

function pricesOf(quotes: readonly Quote[]): string {
  return JSON.stringify(quotes.map(({ symbol, last, change }) => [symbol, last, change]));
}
