import type { Dividend, NewsTitle, VolatilityInterruption } from './research.ts';

/**
 * The kinds of events that a person can be told of: a 52-week high or low, a volatility interruption, a halt or a
 * resumption, a price limit that was reached, an ex-dividend day, a news title or disclosure, and foreigners or
 * institutions that turn from selling to buying or the other way.
 */
export const eventKinds = ['year', 'vi', 'halt', 'limit', 'dividend', 'news', 'flow'] as const;
export type EventKind = (typeof eventKinds)[number];

/** What is the same for all events. */
interface EventOf<Kind extends EventKind> {
  readonly kind: Kind;
  readonly symbol: string;
  /** The Korean day of the event: `20261123`. */
  readonly day: string;
  /** What makes it the same event when it is seen again on that day. */
  readonly key: string;
}

/** Something that happened to an issue. Prices are whole won, shares are counted. */
export type MarketEvent =
  /** `before`: the high or low until now; undefined where the venue tells the new one alone. */
  | (EventOf<'year'> & { readonly side: 'high' | 'low'; readonly price: number; readonly before: number | undefined })
  | (EventOf<'vi'> & { readonly interruption: VolatilityInterruption })
  /** `reason`: in the exchange's words. */
  | (EventOf<'halt'> & { readonly halted: boolean; readonly reason: string | undefined })
  | (EventOf<'limit'> & { readonly side: 'upper' | 'lower'; readonly price: number })
  /** `day` is the one on which it is told; who buys on `exDay` or later does not get the dividend. */
  | (EventOf<'dividend'> & { readonly when: 'tomorrow' | 'today'; readonly exDay: string; readonly dividend: Dividend })
  | (EventOf<'news'> & { readonly title: NewsTitle })
  /** `net`: shares bought less sold on the day, and on the last day before it with any. */
  | (EventOf<'flow'> & {
      readonly who: 'foreigners' | 'institutions';
      readonly net: number;
      readonly before: number;
    });
