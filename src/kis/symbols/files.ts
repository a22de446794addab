import type { Duplex } from 'node:stream';
import { unzipSync } from 'fflate';
import { Agent, request } from 'undici';
import type { Clock } from '../../clock.ts';
import type { ListedIssue, Market } from '../../domain/market/instrument.ts';
import { AppError } from '../../errors.ts';
import type { SymbolSource } from '../../ports/symbols.ts';
import { venueOfHost } from '../wire/environment.ts';
import { connectorOver } from '../wire/transports.ts';
import { parseMaster } from './symbols.ts';

/** KIS's names of the files. Each is a zip with one file of the same name in it. */
const fileNames: Readonly<Record<Market, string>> = {
  KOSPI: 'kospi_code.mst',
  KOSDAQ: 'kosdaq_code.mst',
  KONEX: 'konex_code.mst',
};

/**
 * How many issues a file must have at least to be taken for whole. KONEX lists little more than a hundred, and fewer
 * every year.
 */
const leastIssues: Readonly<Record<Market, number>> = { KOSPI: 100, KOSDAQ: 100, KONEX: 20 };

/** The most bytes of a file. The largest file, that of KOSPI, has a few megabytes unpacked. */
const largestZip = 16 * 1024 * 1024;
const largestFile = 64 * 1024 * 1024;

/** Reads the issues from the stock master files. Those of a simulator may be short, because its market is. */
export class MasterFiles implements SymbolSource {
  readonly name: string;
  readonly #url: string;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #simulated: boolean;
  readonly #connect: (() => Duplex) | undefined;

  /** `connect`: makes a connection to the host in place of the network. */
  constructor(options: {
    readonly masterUrl: string;
    readonly clock: Clock;
    readonly timeoutMs?: number;
    readonly connect?: (() => Duplex) | undefined;
  }) {
    this.#url = options.masterUrl;
    this.#connect = options.connect;
    this.#clock = options.clock;
    this.#timeoutMs = options.timeoutMs ?? 60_000;
    this.#simulated = venueOfHost(options.masterUrl) === 'simulator';
    // The host would change at every start of a simulator, because its port does.
    this.name = this.#simulated ? 'simulator' : new URL(options.masterUrl).host;
  }

  leastIssues(market: Market): number {
    return this.#simulated ? 1 : leastIssues[market];
  }

  async download(market: Market, signal: AbortSignal): Promise<readonly ListedIssue[]> {
    const name = fileNames[market];
    return parseMaster(market, unpack(name, await this.#fetch(`${this.#url}/${name}.zip`, signal)));
  }

  async #fetch(url: string, signal: AbortSignal): Promise<Buffer> {
    // A dispatcher of its own that is closed again: the files are read once a day, which is too seldom to keep a
    // connection open.
    const connect = this.#connect === undefined ? { timeout: 5_000 } : connectorOver(this.#connect);
    const dispatcher = new Agent({ connect, maxResponseSize: largestZip });
    const abort = new AbortController();
    const cancel = this.#clock.timer(this.#timeoutMs, () => abort.abort(new AppError('symbols.timeout')));
    try {
      const response = await request(url, { dispatcher, signal: AbortSignal.any([signal, abort.signal]) });
      if (response.statusCode !== 200) throw new AppError('symbols.status', { status: response.statusCode });
      return Buffer.from(await response.body.arrayBuffer());
    } catch (cause) {
      throw new AppError('symbols.unavailable', { url }, { cause });
    } finally {
      cancel();
      await dispatcher.destroy();
    }
  }
}

function unpack(name: string, zip: Buffer): Buffer {
  try {
    const files = unzipSync(zip, { filter: (entry) => entry.name === name && entry.originalSize <= largestFile });
    const file = files[name];
    if (file === undefined) throw new AppError('symbols.missing-file', { name });
    return Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  } catch (cause) {
    throw new AppError('symbols.unreadable', { name }, { cause });
  }
}
