import type { Marketplace } from './session.ts';

const ids: Readonly<Record<Marketplace, Map<string, string>>> = { KRX: new Map(), NXT: new Map() };

/**
 * An issue at an exchange as one text: `NXT 005930`. It is the same text every time, because one that is put together
 * anew has to be read through before a map finds it, for every trade.
 */
export function lineId(symbol: string, exchange: Marketplace): string {
  const known = ids[exchange].get(symbol);
  if (known !== undefined) return known;
  const id = `${exchange} ${symbol}`;
  ids[exchange].set(symbol, id);
  return id;
}
