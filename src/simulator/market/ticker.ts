import type { Marketplace } from '../../domain/market/session.ts';
import { type ChannelName, channels } from '../../kis/endpoints/channels.ts';
import { statusCode, yesNo } from '../quotations/figures.ts';
import type { World } from '../rest/answer.ts';
import { bookRecord, line, tradeRecord } from '../rest/records.ts';
import type { SocketServer } from '../socket/socket.ts';
import { indexRecord } from './indices.ts';
import type { Listing, MarketListener, Print } from './market.ts';

const indexEveryMs = 1_000;

/** Whose trades a channel of trades pushes. */
const tradeChannels = [
  ['trades', ['KRX']],
  ['nextradeTrades', ['NXT']],
  ['combinedTrades', ['KRX', 'NXT']],
] as const satisfies readonly (readonly [ChannelName, readonly Marketplace[]])[];

/**
 * Pushes what happens in the market over the socket. All exchanges share one book here, so the channels of books push
 * the same; those of trades push what was traded at their exchange.
 */
export class Ticker implements Pick<MarketListener, 'printed' | 'bookChanged'> {
  readonly #sockets: SocketServer;
  readonly #world: Pick<World, 'market' | 'clock'>;
  readonly #tickColumns: 46 | 47;
  #indicesToldAt = Number.NEGATIVE_INFINITY;
  #cancelIndices: (() => void) | undefined;

  constructor(sockets: SocketServer, world: Pick<World, 'market' | 'clock'>, tickColumns: 46 | 47) {
    this.#sockets = sockets;
    this.#world = world;
    this.#tickColumns = tickColumns;
  }

  printed(listing: Listing, prints: readonly Print[]): void {
    const { clock } = this.#world;
    for (const [name, exchanges] of tradeChannels) {
      const told = prints.filter((print) => exchanges.some((exchange) => print.exchanges.includes(exchange)));
      if (told.length === 0) continue;
      this.#tell([name], listing, () => told.map((print) => tradeRecord(listing, print, clock, this.#tickColumns)));
    }
    this.#tellIndicesSoon();
  }

  bookChanged(listing: Listing): void {
    const { clock } = this.#world;
    for (const name of ['orderBook', 'nextradeOrderBook', 'combinedOrderBook'] as const) {
      this.#tell([name], listing, () => [bookRecord(listing, clock, channels[name].columns)]);
    }
  }

  marked(listing: Listing): void {
    this.#tell(['issueStatus', 'nextradeIssueStatus', 'combinedIssueStatus'], listing, () => [statusRecord(listing)]);
  }

  stop(): void {
    this.#cancelIndices?.();
  }

  #tell(names: readonly ChannelName[], { issue }: Listing, records: () => readonly string[]): void {
    for (const name of names) {
      if (this.#sockets.keys(name).has(issue.symbol)) this.#sockets.push(name, issue.symbol, records());
    }
  }

  /** Pushes the indices a little later, because the issues of an index may be in the middle of a move. */
  #tellIndicesSoon(): void {
    const { clock } = this.#world;
    if (this.#cancelIndices !== undefined || this.#sockets.keys('index').size === 0) return;
    const dueMs = Math.max(0, this.#indicesToldAt + indexEveryMs - clock.now());
    this.#cancelIndices = clock.timer(dueMs, () => {
      this.#cancelIndices = undefined;
      this.#indicesToldAt = clock.now();
      for (const code of this.#sockets.keys('index')) {
        const record = indexRecord(this.#world, code);
        if (record !== undefined) this.#sockets.push('index', code, [record]);
      }
    });
  }
}

/** One record of the status of an issue. */
function statusRecord({ issue, marks }: Listing): string {
  return line(channels.issueStatus.columns, {
    MKSC_SHRN_ISCD: issue.symbol,
    TRHT_YN: yesNo(marks.halted),
    TR_SUSP_REAS_CNTT: '(null)',
    ANTC_MKOP_CLS_CODE: '112',
    ISCD_STAT_CLS_CODE: statusCode(marks),
    VI_CLS_CODE: yesNo(marks.interrupted),
    OVTM_VI_CLS_CODE: 'N',
  }).join('^');
}
