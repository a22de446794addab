import type { Clock } from '../../clock.ts';
import type { PriceTime } from '../../domain/market/price-time.ts';
import type { IndexQuote } from '../../domain/market/research.ts';
import type { ChatAddress } from '../../domain/people/chat-address.ts';
import { AppError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import type { Broker } from '../../ports/broker.ts';
import type { Research } from '../../ports/research.ts';
import type { Calendar } from '../calendar.ts';
import type { PriceWatch } from '../watching/price-watch.ts';
import {
  type BoardFigures,
  type BoardSource,
  bookSource,
  indexSource,
  type OrderBookSnapshot,
  type WatchFigures,
  watchSource,
} from './board-source.ts';

/** How long a board is live. Nobody watches a chat for longer, and a live board costs calls or registrations. */
const lifeMs = 10 * 60_000;

/** How a board stands: `until` is in milliseconds. */
export type BoardState =
  | { readonly kind: 'live'; readonly until: number }
  | { readonly kind: 'over' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Figures that a chat is to show in the place of the figures before. */
export interface BoardFrame {
  readonly address: ChatAddress;
  /** The message that the figures replace. */
  readonly view: string;
  readonly figures: BoardFigures;
  readonly state: BoardState;
}

interface Board {
  frame: BoardFrame;
  readonly source: BoardSource;
  readonly until: number;
  readonly ended: AbortController;
}

interface LiveBoardsOptions {
  readonly research: Research;
  readonly watch: PriceWatch;
  readonly calendar: Calendar;
  readonly clock: Clock;
  readonly log: Log;
  readonly newId: () => string;
  readonly show: (frame: BoardFrame) => Promise<void>;
  /** Whether the process ends with its answer, as `exec` does: it has no live boards then. */
  readonly readOnly: boolean;
}

/**
 * Boards whose figures change in the chat for ten minutes, one board a chat. A board is lost when the process ends: the
 * message then stays as it was last.
 */
export class LiveBoards {
  readonly #options: LiveBoardsOptions;
  readonly #boards = new Map<string, Board>();

  constructor(options: LiveBoardsOptions) {
    this.#options = options;
  }

  // Each of the `start` methods stops the chat's present board, goes on from the figures given, and returns what to show
  // first. A board asks by the same `broker` as its first figures were asked: the way of the chat's account.
  // @throws AppError `board.read-only`.

  async startWatch(
    broker: Broker,
    address: ChatAddress,
    symbols: readonly string[],
    { quotes, basis }: Pick<WatchFigures, 'quotes' | 'basis'>,
  ): Promise<BoardFrame> {
    await this.stop(address);
    return this.#start(address, {
      figures: { kind: 'watch', symbols, quotes, basis, supply: 'asked' },
      source: watchSource({ ...this.#options, broker }, symbols),
    });
  }

  async startBook(broker: Broker, address: ChatAddress, read: OrderBookSnapshot): Promise<BoardFrame> {
    await this.stop(address);
    return this.#start(address, await bookSource({ ...this.#options, broker }, read));
  }

  async startIndices(address: ChatAddress, quotes: readonly IndexQuote[]): Promise<BoardFrame> {
    await this.stop(address);
    return this.#start(address, await indexSource(this.#options, quotes));
  }

  /** Ends the board of a chat. Returns false where none was live. */
  async stop(address: ChatAddress): Promise<boolean> {
    const board = this.#boards.get(placeOf(address));
    if (board === undefined) return false;
    await this.#end(board, { kind: 'stopped' });
    return true;
  }

  /** Ends all boards without a word, because the process ends. */
  close(): void {
    for (const { ended, source } of this.#boards.values()) {
      ended.abort();
      source.close();
    }
    this.#boards.clear();
  }

  async #start(
    address: ChatAddress,
    { figures, source }: { readonly figures: BoardFigures; readonly source: BoardSource },
  ): Promise<BoardFrame> {
    const { clock, newId, readOnly } = this.#options;
    if (readOnly) throw new AppError('board.read-only');
    const until = clock.now() + lifeMs;
    const frame: BoardFrame = { address, view: newId(), figures, state: { kind: 'live', until } };
    const board = { frame, source, until, ended: new AbortController() };
    const place = placeOf(address);
    // Somebody may have started another board in the chat while this one was made ready.
    const other = this.#boards.get(place);
    this.#boards.set(place, board);
    if (other !== undefined) await this.#end(other, { kind: 'stopped' });
    void this.#run(board);
    return frame;
  }

  async #run(board: Board): Promise<void> {
    const { log, show } = this.#options;
    const { signal } = board.ended;
    try {
      while (await this.#pause(board)) {
        const figures = await board.source.look(signal);
        if (signal.aborted) return;
        if (shownOf(figures) === shownOf(board.frame.figures)) continue;
        board.frame = { ...board.frame, figures };
        await show(board.frame);
      }
      await this.#end(board, { kind: 'over' });
    } catch (error) {
      if (signal.aborted) return;
      log.warn('live board ended', { error });
      await this.#end(board, { kind: 'failed', error }).catch((cause: unknown) =>
        log.error('live board not ended in its chat', { error: cause }),
      );
    }
  }

  /** Waits until figures are due. Returns false where the board has ended. */
  async #pause({ source, until, ended }: Board): Promise<boolean> {
    const { clock } = this.#options;
    const leftMs = until - clock.now();
    if (leftMs <= 0) return false;
    await clock.sleep(Math.min(source.intervalMs, leftMs), ended.signal);
    return clock.now() < until;
  }

  async #end(board: Board, state: BoardState): Promise<void> {
    if (board.ended.signal.aborted) return;
    board.ended.abort();
    board.source.close();
    const place = placeOf(board.frame.address);
    if (this.#boards.get(place) === board) this.#boards.delete(place);
    await this.#options.show({ ...board.frame, state });
  }
}

/** The key of a chat. Discord has an address for every interaction in a chat, and Telegram one for every topic. */
function placeOf({ channel, chatId }: ChatAddress): string {
  return `${channel}:${chatId.split('/')[0]}`;
}

/** The figures that a chat shows. A change of anything else is no reason to edit the message. */
function shownOf(figures: BoardFigures): string {
  switch (figures.kind) {
    case 'watch':
      return JSON.stringify([
        figures.quotes.map(({ symbol, last, change }) => [symbol, last, change]),
        partOf(figures.basis.times.krx),
        figures.basis.extended.map(({ time, quotes }) => [
          partOf(time),
          quotes.map(({ symbol, last }) => [symbol, last]),
        ]),
      ]);
    case 'book': {
      const { quote, book, strength, standing, supply, times } = figures;
      const parts = [partOf(times.krx), partOf(times.nxt)];
      return JSON.stringify([quote.last, quote.change, { ...book, at: undefined }, strength, standing, supply, parts]);
    }
    case 'index':
      return JSON.stringify([figures.quotes.map(({ last, change }) => [last, change]), figures.supply]);
  }
}

/** The part of a day that a price is of, without the minute: time that passes is no change. */
function partOf({ exchange, session, day, isLive }: PriceTime): readonly unknown[] {
  return [exchange, session, day, isLive];
}
