import { type BarInterval, barIntervals } from '../../domain/market/bars.ts';
import { AppError } from '../../errors.ts';
import { type ArgumentKind, shorten } from '../command.ts';

const longer: Readonly<Record<string, BarInterval>> = {
  일: '1d',
  d: '1d',
  주: '1w',
  w: '1w',
  월: '1mo',
  mo: '1mo',
  년: '1y',
  연: '1y',
  y: '1y',
};

/** The length of candles that a word means: `5m`, `5분`, `5분봉`, `1시간`, `일`, `일봉`, `1d`, `1mo`, `1M`. */
export function intervalOf(token: string): BarInterval | undefined {
  // By custom a capital M means a month and a small m a minute.
  const text = token === '1M' ? '1mo' : token.toLowerCase();
  const minutes = /^(\d+)(?:m|분|분봉)$/.exec(text)?.[1];
  const hour = /^1(?:h|시간|시간봉)$/.test(text);
  const unit = /^1?(일|주|월|년|연|d|w|mo|y)봉?$/.exec(text)?.[1];
  const wanted = minutes === undefined ? (hour ? '60m' : longer[unit ?? '']) : `${minutes}m`;
  return barIntervals.find((known) => known === wanted);
}

/** The length of candles. @throws AppError `args.interval` from `read`. */
export const interval: ArgumentKind<BarInterval> = {
  name: 'interval',
  optional: false,
  read([token = '']) {
    const value = intervalOf(token);
    if (value === undefined) throw new AppError('args.interval', { text: shorten(token) });
    return { value, used: 1 };
  },
};
