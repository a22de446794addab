/** A candle as it is packed: `at` is a whole number that says when it begins, prices are whole won. */
export interface PackedCandle {
  readonly at: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
}

/** The bytes of one candle: when it begins and four prices in 4 each, and its volume in 8. */
const candleBytes = 28;

/** Candles as bytes, because as text they would take three times the room and most of the time to read. */
export function packCandles(candles: readonly PackedCandle[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(candles.length * candleBytes));
  candles.forEach(({ at, open, high, low, close, volume }, index) => {
    const from = index * candleBytes;
    for (const [column, value] of [at, open, high, low, close].entries()) view.setUint32(from + column * 4, value);
    view.setFloat64(from + 20, volume);
  });
  return new Uint8Array(view.buffer);
}

/**
 * The candles in a value of the database; undefined where it is none, or does not divide into candles. Such a value is
 * damaged and counts as missing, so the candles are asked for again.
 */
export function unpackCandles(packed: unknown): readonly PackedCandle[] | undefined {
  if (!(packed instanceof Uint8Array) || packed.length % candleBytes !== 0) return undefined;
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  return Array.from({ length: packed.length / candleBytes }, (_, index) => {
    const from = index * candleBytes;
    return {
      at: view.getUint32(from),
      open: view.getUint32(from + 4),
      high: view.getUint32(from + 8),
      low: view.getUint32(from + 12),
      close: view.getUint32(from + 16),
      volume: view.getFloat64(from + 20),
    };
  });
}
