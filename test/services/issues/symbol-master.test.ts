import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { zipSync } from 'fflate';
import iconv from 'iconv-lite';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Market } from '../../../src/domain/market/instrument.ts';
import { MasterFiles } from '../../../src/kis/symbols/files.ts';
import { createDirectory } from '../../../src/kis/symbols/search.ts';
import { shippedInstruments } from '../../../src/kis/symbols/shipped.ts';
import { environments } from '../../../src/kis/wire/environment.ts';
import type { LogFields } from '../../../src/log.ts';
import type { Cache } from '../../../src/ports/cache.ts';
import type { SymbolSource } from '../../../src/ports/symbols.ts';
import { SymbolMaster } from '../../../src/services/issues/symbol-master.ts';
import { startSimulator } from '../../../src/simulator/server.ts';
import { eventually, JumpClock } from '../../support/clock.ts';
import { memoryCache } from '../../support/memory-cache.ts';

const hourMs = 60 * 60_000;
const never = new AbortController().signal;

let clock: JumpClock;
let cache: Cache;
let logged: { readonly message: string; readonly fields: LogFields | undefined }[];
const note = (message: string, fields?: LogFields): void => void logged.push({ message, fields });

beforeEach(() => {
  clock = new JumpClock();
  cache = memoryCache();
  logged = [];
});

function masterFrom(source: SymbolSource): SymbolMaster {
  const log = { debug: note, info: note, warn: note, error: note };
  return new SymbolMaster({ source, shipped: shippedInstruments, index: createDirectory, cache, clock, log });
}
const files = (masterUrl: string, timeoutMs?: number): MasterFiles =>
  new MasterFiles({ masterUrl, clock, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
const warnings = (): readonly unknown[] =>
  logged.filter(({ message }) => message === 'symbols not refreshed').map(({ fields }) => fields?.['market']);
const nameOf = (master: SymbolMaster, symbol: string): string | undefined => master.directory.get(symbol)?.name;

/** A master record's beginning, which names the issue, and the rest of it blank. */
function record(symbol: string, name: string): Buffer {
  const line = Buffer.alloc(289, ' ');
  line.write(symbol, 0);
  line.write(`KR7${symbol}001`, 9);
  iconv.encode(name, 'cp949').copy(line, 21);
  line.write('ST', 61);
  line.write('\n', 288);
  return line;
}
const zipped = (file: string, records: readonly Buffer[]): Uint8Array => zipSync({ [file]: Buffer.concat(records) });
const issues = (count: number, first = 100_000): readonly Buffer[] =>
  Array.from({ length: count }, (_, index) => record(String(first + index), `시험${first + index}`));

/** A host of master files whose answers a test sets by path. */
class FileHost {
  readonly answers = new Map<string, Uint8Array | number | 'hang'>();
  readonly asked: string[] = [];
  readonly url: string;

  private constructor(server: Server) {
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/common/master`;
  }

  static async start(): Promise<FileHost> {
    const server = createServer((request, response) => {
      const path = (request.url ?? '').replace('/common/master/', '');
      host.asked.push(path);
      const answer = host.answers.get(path) ?? 404;
      if (answer === 'hang') return;
      if (typeof answer === 'number') response.writeHead(answer).end('<html>no</html>');
      else response.end(answer);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const host = new FileHost(server);
    return host;
  }

  /** All three files, KOSPI's with these records. */
  serve(kospi: readonly Buffer[]): void {
    this.answers.set('kospi_code.mst.zip', zipped('kospi_code.mst', kospi));
    this.answers.set('kosdaq_code.mst.zip', zipped('kosdaq_code.mst', issues(4, 200_000)));
    this.answers.set('konex_code.mst.zip', zipped('konex_code.mst', issues(2, 300_000)));
  }
}

describe('from the simulator', () => {
  const simulated = async (): Promise<string> => {
    const simulator = await startSimulator({ clock, speed: 0 });
    onTestFinished(() => simulator.stop());
    return `${simulator.restUrl}/common/master`;
  };

  test('all three markets take the place of the shipped list, in the one directory', async () => {
    const master = masterFrom(files(await simulated()));
    const { directory } = master;
    expect(nameOf(master, '003550')).toBe('LG');
    expect(nameOf(master, '112190')).toBeUndefined();
    await master.refresh(never);
    expect(nameOf(master, '003550')).toBeUndefined();
    expect(directory.get('112190')).toEqual({ symbol: '112190', name: 'KC산업', market: 'KONEX', kind: 'stock' });
    expect(directory.search('ㅅㅅㅈㅈ', 1).instruments).toMatchObject([{ symbol: '005930', market: 'KOSPI' }]);
    expect(directory.search('에코프로비엠', 1).instruments).toMatchObject([{ symbol: '247540', market: 'KOSDAQ' }]);
    expect(directory.get('069500')).toMatchObject({ kind: 'etf' });
    expect(warnings()).toEqual([]);
  });

  test('another process finds it in the cache, without the network', async () => {
    await masterFrom(files(await simulated())).refresh(never);
    const other = masterFrom(files('http://127.0.0.1:1/common/master'));
    await other.load();
    expect(nameOf(other, '112190')).toBe('KC산업');
    await other.refresh(never);
    expect(warnings()).toEqual([]);
  });

  test('what was traded most comes first, also out of the cache', async () => {
    const master = masterFrom(files(await simulated()));
    await master.refresh(never);
    const other = masterFrom(files('http://127.0.0.1:1/common/master'));
    await other.load();
    const names = (from: SymbolMaster): readonly string[] =>
      from.directory.search('ㅅ', 50).instruments.map(({ name }) => name);
    expect(names(master)[0]).toBe('삼성전자');
    expect(names(other)).toEqual(names(master));
  });

  test('a cache of before figures were kept is read, and ordered by name', async () => {
    const instruments = [
      { symbol: '900010', name: '호가전자부품', market: 'KOSPI', kind: 'stock' },
      { symbol: '900020', name: '호가전자', market: 'KOSPI', kind: 'stock' },
    ];
    await cache.set('symbols:simulator:KOSPI', { day: '20261120', instruments });
    const master = masterFrom(files('http://127.0.0.1:1/common/master'));
    await master.load();
    expect(master.directory.search('호가', 5).instruments.map(({ name }) => name)).toEqual([
      '호가전자',
      '호가전자부품',
    ]);
  });
});

describe('once a trading day', () => {
  test('and no more', async () => {
    const host = await FileHost.start();
    host.serve(issues(5));
    const master = masterFrom(files(host.url));
    await master.refresh(never);
    await master.refresh(never);
    await clock.advance(8 * hourMs);
    await master.refresh(never);
    expect(host.asked).toEqual(['kospi_code.mst.zip', 'kosdaq_code.mst.zip', 'konex_code.mst.zip']);
    await clock.advance(13 * hourMs);
    await master.refresh(never);
    expect(host.asked, 'at seven in the morning: the new files are not there yet').toHaveLength(3);
    await clock.advance(2 * hourMs);
    await master.refresh(never);
    expect(host.asked).toHaveLength(6);
  });

  test.each([
    ['a weekend', '2026-11-20T10:00:00+09:00', '2026-11-22T10:00:00+09:00', '2026-11-23T08:05:00+09:00'],
    ['Chuseok', '2026-09-23T10:00:00+09:00', '2026-09-27T10:00:00+09:00', '2026-09-28T08:05:00+09:00'],
  ])('not over %s', async (_, before, during, after) => {
    clock = new JumpClock(Date.parse(before));
    const host = await FileHost.start();
    host.serve(issues(5));
    const master = masterFrom(files(host.url));
    await master.refresh(never);
    await clock.advance(Date.parse(during) - clock.now());
    await master.refresh(never);
    expect(host.asked).toHaveLength(3);
    await clock.advance(Date.parse(after) - clock.now());
    await master.refresh(never);
    expect(host.asked).toHaveLength(6);
  });
});

describe('a bad file', () => {
  test.each([
    ['is not there', 404],
    ['is a page', Buffer.from('<html>maintenance</html>')],
    ['is cut short', zipped('kospi_code.mst', issues(5)).slice(0, 60)],
    ['holds another file', zipped('other.mst', issues(5))],
    ['holds nothing that reads', zipped('kospi_code.mst', [Buffer.from('no such columns\n')])],
    ['lists less than half of yesterday', zipped('kospi_code.mst', issues(4))],
  ])('that %s keeps what there was, and costs the other markets nothing', async (_, answer) => {
    const host = await FileHost.start();
    host.serve([...issues(8), record('999990', '어제전자')]);
    const master = masterFrom(files(host.url));
    await master.refresh(never);
    await clock.advance(24 * hourMs);
    host.answers.set('kospi_code.mst.zip', answer);
    host.answers.set('kosdaq_code.mst.zip', zipped('kosdaq_code.mst', issues(4, 400_000)));
    await master.refresh(never);
    expect(nameOf(master, '999990')).toBe('어제전자');
    expect(nameOf(master, '400000')).toBe('시험400000');
    expect(nameOf(master, '200000')).toBeUndefined();
    expect(warnings()).toEqual(['KOSPI']);
    // An hour later it is there: that one alone is fetched again.
    host.serve([...issues(8), record('888880', '오늘전자')]);
    host.asked.length = 0;
    await master.refresh(never);
    expect(host.asked).toEqual(['kospi_code.mst.zip']);
    expect(nameOf(master, '888880')).toBe('오늘전자');
  });

  test('on the first day leaves the shipped list', async () => {
    const host = await FileHost.start();
    const master = masterFrom(files(host.url));
    await master.refresh(never);
    expect(nameOf(master, '005930')).toBe('삼성전자');
    expect(warnings()).toEqual(['KOSPI', 'KOSDAQ', 'KONEX']);
  });

  test('half as many as yesterday are still believed', async () => {
    const host = await FileHost.start();
    host.serve(issues(8));
    const master = masterFrom(files(host.url));
    await master.refresh(never);
    await clock.advance(24 * hourMs);
    host.serve(issues(4));
    await master.refresh(never);
    expect(warnings()).toEqual([]);
  });

  test.each([
    ['KOSPI', 99, true],
    ['KOSPI', 100, false],
    ['KOSDAQ', 99, true],
    ['KONEX', 19, true],
    ['KONEX', 20, false],
  ] as const)("at KIS's own host %s with %i issues: refused %s", async (market, count, refused) => {
    const kis = files(environments.live.masterUrl);
    const instrument = (of: Market, index: number) =>
      ({ symbol: `${100_000 + index}`, name: `${of}${index}`, market: of, kind: 'stock' }) as const;
    const source: SymbolSource = {
      name: kis.name,
      leastIssues: (of) => kis.leastIssues(of),
      download: async (of) => Array.from({ length: of === market ? count : 500 }, (_, index) => instrument(of, index)),
    };
    await masterFrom(source).refresh(never);
    expect(warnings()).toEqual(refused ? [market] : []);
  });
});

describe('reading', () => {
  test('names beyond the older standard of 2,350 syllables', async () => {
    const host = await FileHost.start();
    host.serve([record('111110', '뷁똠전자'), record('111120', '햏스닥홀딩스우')]);
    const master = masterFrom(files(host.url));
    await master.refresh(never);
    expect(nameOf(master, '111110')).toBe('뷁똠전자');
    expect(master.directory.search('햏스닥', 1).instruments).toMatchObject([{ symbol: '111120' }]);
  });

  test('an answer that never comes is given up by the clock', async () => {
    const host = await FileHost.start();
    host.serve(issues(3));
    host.answers.set('kospi_code.mst.zip', 'hang');
    const master = masterFrom(files(host.url, 60_000));
    const done = master.refresh(never);
    await eventually('asked', () => host.asked.length === 1);
    await clock.advance(61_000);
    await done;
    expect(warnings()).toEqual(['KOSPI']);
    expect(nameOf(master, '200000')).toBe('시험200000');
  });

  test('the end of the process ends it, without a word', async () => {
    const host = await FileHost.start();
    host.answers.set('kospi_code.mst.zip', 'hang');
    const end = new AbortController();
    const done = masterFrom(files(host.url)).refresh(end.signal);
    await eventually('asked', () => host.asked.length === 1);
    end.abort();
    await done;
    expect(host.asked).toHaveLength(1);
    expect(logged).toEqual([]);
  });

  test('lists of one host are not taken for those of another', () => {
    expect(files('http://127.0.0.1:7777/common/master').name).toBe('simulator');
    expect(files(environments.live.masterUrl).name).toBe('new.real.download.dws.co.kr');
  });
});
