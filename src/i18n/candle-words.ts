import type { AlertDirection, Seen } from '../domain/alerts/alert.ts';
import type { CandleCondition } from '../domain/alerts/candle-alert.ts';

/** Digits in threes, as everywhere in the texts. */
const grouped = (value: number): string => value.toLocaleString('en-US');
/** When a candle began: `09:05`. */
const timeOf = (candle = ''): string => `${candle.slice(9, 11)}:${candle.slice(11, 13)}`;

interface CandleWords {
  /** Each of these can be typed after /alert. */
  readonly condition: (condition: CandleCondition) => string;
  /** The candle that was looked at last. */
  readonly seen: (seen: Seen) => string;
  readonly rule: (condition: CandleCondition) => string;
  /** How candles come of an issue without a live registration. */
  readonly polled: string;
  /** Why an alert waits. */
  readonly next: string;
  readonly missing: string;
}

const koreanReach: Readonly<Record<AlertDirection, string>> = { 'at-or-above': '이상', 'at-or-below': '이하' };

export const koreanCandles: CandleWords = {
  condition: (condition) =>
    condition.kind === 'candle-close'
      ? `${condition.minutes}분봉 종가 ${grouped(condition.price)}원 ${koreanReach[condition.direction]}`
      : `${condition.minutes}분봉 거래량 20봉 평균의 ${condition.times}배 이상`,
  seen: ({ price, volume, candle, usual }) =>
    [
      `${timeOf(candle)} 봉 종가 ${grouped(price)}원`,
      `거래량 ${grouped(volume)}주`,
      ...(usual === undefined ? [] : [`직전 20봉 평균 ${grouped(usual)}주`]),
    ].join(' · '),
  rule: ({ kind }) =>
    kind === 'candle-close'
      ? '봉이 끝날 때마다 확인합니다.'
      : '봉이 끝날 때마다 바로 앞 20개 봉의 평균과 비교합니다. 거래가 없던 봉은 세지 않습니다.',
  polled: '지금은 실시간이 아니라 봉이 끝나고 몇 초 뒤에 확인합니다.',
  next: '다음 봉이 끝날 때 확인합니다.',
  missing: '방금 끝난 봉에 빠진 체결을 아직 채우지 못해, 채워질 때까지 울리지 않습니다.',
};

const englishReach: Readonly<Record<AlertDirection, string>> = {
  'at-or-above': 'at or above',
  'at-or-below': 'at or below',
};

export const englishCandles: CandleWords = {
  condition: (condition) =>
    condition.kind === 'candle-close'
      ? `${condition.minutes}-minute close ${englishReach[condition.direction]} ₩${grouped(condition.price)}`
      : `${condition.minutes}-minute volume ${condition.times} times the 20-candle average`,
  seen: ({ price, volume, candle, usual }) =>
    [
      `${timeOf(candle)} candle closed at ₩${grouped(price)}`,
      `volume ${grouped(volume)}`,
      ...(usual === undefined ? [] : [`average of the 20 before ${grouped(usual)}`]),
    ].join(' · '),
  rule: ({ kind }) =>
    kind === 'candle-close'
      ? 'Looked at whenever a candle closes.'
      : 'Whenever a candle closes it is compared with the average of the 20 before it. A stretch without a trade has no candle.',
  polled: 'It is not live now, so a candle is looked at some seconds after its end.',
  next: 'The next candle is looked at when it closes.',
  missing: 'Trades of the candle that just closed are missing still. Until they are filled in, it does not fire.',
};
