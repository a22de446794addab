import type { BarInterval } from '../../domain/market/bars.ts';
import type { Marketplace } from '../../domain/market/session.ts';
import { type ArgumentKind, instruments, type NamedIssues } from '../command.ts';
import { intervalOf } from './interval.ts';
import { looksLikePeriod, period, type RelativePeriod } from './period.ts';

/** A word for a stretch of time. `5m` is five months of fills, and candles of five minutes: the table decides. */
export interface Span {
  readonly days: RelativePeriod | undefined;
  /** The length of candles in a table of candles, which are of minutes or of days. */
  readonly interval: BarInterval | undefined;
}

function tableInterval(token: string): BarInterval | undefined {
  const interval = intervalOf(token);
  return interval === '1d' || interval?.endsWith('m') ? interval : undefined;
}

/** Whether a word is meant as a stretch of time, even when it is not a valid one. */
export function looksLikeSpan(token: string): boolean {
  return looksLikePeriod(token) || tableInterval(token) !== undefined;
}

/** A period, or the length of candles. @throws AppError `args.period-*` from `read`. */
export const span: ArgumentKind<Span> = {
  name: 'period',
  optional: false,
  read(tokens, context) {
    const interval = tableInterval(tokens[0] ?? '');
    if (interval !== undefined && !looksLikePeriod(tokens[0] ?? ''))
      return { value: { days: undefined, interval }, used: 1 };
    const { value, used } = period.read(tokens, context);
    return { value: { days: value, interval }, used };
  },
};

/** The issues of a table, with what people write behind their names. */
export interface TableIssues {
  readonly named: NamedIssues | undefined;
  readonly spans: readonly Span[];
  readonly exchange: Marketplace;
}

/** Names of issues, and in any place between them lengths of candles, periods and an exchange. */
export const tableIssues: ArgumentKind<TableIssues> = {
  name: 'instruments',
  optional: false,
  read(tokens, context) {
    const spans: Span[] = [];
    const names: string[] = [];
    let exchange: Marketplace = 'KRX';
    for (let position = 0; position < tokens.length; ) {
      const token = tokens[position] ?? '';
      if (/^(?:krx|nxt)$/i.test(token)) exchange = token.toUpperCase() === 'NXT' ? 'NXT' : 'KRX';
      else if (looksLikeSpan(token)) {
        const { value, used } = span.read(tokens.slice(position), context);
        spans.push(value);
        position += used - 1;
      } else names.push(token);
      position += 1;
    }
    const named = names.length === 0 ? undefined : instruments.read(names, context).value;
    return { value: { named, spans, exchange }, used: tokens.length };
  },
};
