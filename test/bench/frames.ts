import { readExecutionNotices, readOrderBooks, readTrades } from '../../src/kis/codecs/decode-pushes.ts';
import { type Channel, channels } from '../../src/kis/endpoints/channels.ts';
import { type DataFrame, decrypt, encrypt, parseFrame, serialiseData } from '../../src/kis/wire/frames.ts';
import { SeededRandom } from '../chaos/scenario/random.ts';
import { type Benchmark, type Side, sideBySide } from './bench.ts';

const cipher = { key: 'abcdefghijklmnopqrstuvwxyzabcdef', iv: '0123456789abcdef' };
/** So many different frames, so that nothing is decoded from a cache of one. */
const different = 500;

/** From the bytes that a socket hands over to what alerts, candles and boards need; the aim is on one core. */
export const frames: Benchmark = {
  row: 'frames',
  async measure() {
    const random = new SeededRandom(3);
    const trades = (count: number) => framesOf(channels.trades, 'H0STCNT0', count, () => tradeFields(random));
    const books = framesOf(channels.orderBook, 'H0STASP0', 1, () => bookFields(random));
    const notices = framesOf(channels.executions, 'H0STCNI0', 1, () => noticeFields(random));
    const aim = { of: 'times', atLeast: 8 } as const;
    const shared = { aim, unit: 'µs', per: different } as const;
    const read = (frame: DataFrame): unknown => readTrades('trades', frame, 0);
    return [
      ...(await sideBySide({ ...shared, work: 'a frame of 1 trade', ...sidesOf(trades(1), channels.trades, read) })),
      ...(await sideBySide({ ...shared, work: 'a frame of 20 trades', ...sidesOf(trades(20), channels.trades, read) })),
      ...(await sideBySide({
        ...shared,
        work: 'a frame of 1 order book',
        ...sidesOf(books, channels.orderBook, (frame) => readOrderBooks('orderBook', frame, 0)),
      })),
      ...(await sideBySide({
        ...shared,
        work: 'an encrypted notice',
        ...sidesOf(notices, channels.executions, (frame) => {
          const payload = decrypt(frame.payload, cipher);
          return readExecutionNotices({ count: frame.count, payload }, 0);
        }),
      })),
      // What no reader can do without: how near the row before is to it.
      ...(await sideBySide({
        ...shared,
        work: 'an encrypted notice that is only decrypted',
        ...sidesOf(notices, channels.executions, (frame) => decrypt(frame.payload, cipher)),
      })),
    ];
  },
};

function sidesOf(
  all: readonly Buffer[],
  channel: Channel,
  read: (frame: DataFrame) => unknown,
): Record<'ours' | 'baseline', Side> {
  let kept: unknown;
  return {
    ours() {
      for (const raw of all) {
        const frame = parseFrame(raw);
        if (frame.kind === 'data') kept = read(frame);
      }
      return kept;
    },
    baseline() {
      for (const raw of all) kept = splitAll(raw, channel);
      return kept;
    },
  };
}

/** What most programs do: a text, cut at every separator, into an object with all columns. */
function splitAll(raw: Buffer, { columns, encrypted }: Channel): readonly Record<string, string | undefined>[] {
  const [, , count, body = ''] = String(raw).split('|');
  const payload = encrypted ? String(decrypt(Buffer.from(body), cipher)) : body;
  const fields = payload.split('^');
  const length = fields.length / Number(count);
  return Array.from({ length: Number(count) }, (_, record) => {
    const named: Record<string, string | undefined> = {};
    columns.forEach((name, column) => {
      named[name] = fields[record * length + column];
    });
    return named;
  });
}

function framesOf(
  channel: Channel,
  trId: string,
  count: number,
  fieldsOf: () => Readonly<Record<string, string | number>>,
): readonly Buffer[] {
  return Array.from({ length: different }, () => {
    const records = Array.from({ length: count }, () => {
      const fields = fieldsOf();
      return channel.columns.map((name) => fields[name] ?? '0').join('^');
    });
    const plain = records.join('^');
    const { encrypted } = channel;
    const payload = encrypted ? encrypt(plain, cipher) : plain;
    return Buffer.from(serialiseData({ encrypted, trId, count, payload }));
  });
}

const symbols = Array.from({ length: 41 }, (_, index) => String(5_930 + index * 37).padStart(6, '0'));

function tradeFields(random: SeededRandom): Readonly<Record<string, string | number>> {
  const price = random.between(100, 3_000) * 100;
  const figures = Object.fromEntries(channels.trades.columns.map((name) => [name, random.between(0, 20_000_000)]));
  return {
    ...figures,
    MKSC_SHRN_ISCD: random.pick(symbols) ?? '',
    STCK_CNTG_HOUR: `${random.between(10, 14)}${random.between(10, 59)}${random.between(10, 59)}`,
    STCK_PRPR: price,
    PRDY_VRSS_SIGN: random.pick(['2', '5']) ?? '',
    PRDY_VRSS: random.between(-5_000, 5_000),
    PRDY_CTRT: `${random.between(-9, 9)}.${random.between(10, 99)}`,
    ASKP1: price + 100,
    BIDP1: price,
    CNTG_VOL: random.between(1, 5_000),
    CTTR: `${random.between(50, 150)}.${random.between(10, 99)}`,
    BSOP_DATE: '20261123',
    MARKET_CLS_CODE: '2',
  };
}

function bookFields(random: SeededRandom): Readonly<Record<string, string | number>> {
  const figures = Object.fromEntries(channels.orderBook.columns.map((name) => [name, random.between(0, 300_000)]));
  // Ten prices a side, a tick apart, as every book has them.
  const price = random.between(500, 3_000) * 100;
  for (let rank = 1; rank <= 10; rank += 1) {
    figures[`ASKP${rank}`] = price + rank * 100;
    figures[`BIDP${rank}`] = price - (rank - 1) * 100;
  }
  return { ...figures, MKSC_SHRN_ISCD: random.pick(symbols) ?? '', BSOP_HOUR: '101112', HOUR_CLS_CODE: '0' };
}

function noticeFields(random: SeededRandom): Readonly<Record<string, string | number>> {
  const values = ['hogasim', '5000000001', random.between(1, 99_999), '', '02', '0', '00', '', random.pick(symbols), 3];
  const rest = [70_000, '101112', '0', '2', '1', '06010', 3, '홍길동', '', '', '', '', '', '', '삼성전자', 70_000];
  return Object.fromEntries(
    channels.executions.columns.map((name, column) => [name, [...values, ...rest][column] ?? '']),
  );
}
