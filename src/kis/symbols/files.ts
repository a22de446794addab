import { unzipSync } from 'fflate';
import { Agent, request } from 'undici';
import type { Clock } from '../../clock.ts';
import type { ListedIssue, Market } from '../../domain/market/instrument.ts';
import { AppError } from '../../errors.ts';
import type { SymbolSource } from '../../ports/symbols.ts';
import { venueOfHost } from '../wire/environment.ts';
import { parseMaster } from './symbols.ts';

/** KIS's names for the files; each is a zip with one file of the same name. */
const fileNames: Readonly<Record<Market, string>> = {
  KOSPI: 'kospi_code.mst',
  KOSDAQ: 'kosdaq_code.mst',
  KONEX: 'konex_code.mst',
};

/** KONEX lists little more than a hundred issues, and fewer every year. */
const leastIssues: Readonly<Record<Market, number>> = { KOSPI: 100, KOSDAQ: 100, KONEX: 20 };

/** The largest, KOSPI's, unpacks to a few megabytes; what is larger is not a master file. */
const largestZip = 16 * 1024 * 1024;
const largestFile = 64 * 1024 * 1024;

/** The stock master files as a source of issues; a simulator's are as short as its market. */
export class MasterFiles implements SymbolSource {
  readonly name: string;
  readonly #url: string;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  readonly #simulated: boolean;

  constructor(options: { readonly masterUrl: string; readonly clock: Clock; readonly timeoutMs?: number }) {
    this.#url = options.masterUrl;
    this.#clock = options.clock;
    this.#timeoutMs = options.timeoutMs ?? 60_000;
    this.#simulated = venueOfHost(options.masterUrl) === 'simulator';
    // A simulator has another port at every start.
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
    // One of its own, closed again: once a day is too seldom to keep a connection for.
    const dispatcher = new Agent({ connect: { timeout: 5_000 }, maxResponseSize: largestZip });
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
