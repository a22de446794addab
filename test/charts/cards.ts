import type { ReportCard } from '../../src/ports/charts.ts';

/** A line of a month that ends higher or lower. */
const month = (step: number): readonly number[] =>
  Array.from({ length: 30 }, (_, index) => 2_600 + Math.sin(index / 4) * 25 + index * step);
const up = (text: string) => ({ tone: 'up', text }) as const;
const down = (text: string) => ({ tone: 'down', text }) as const;

const close: ReportCard = {
  title: '마감 요약',
  subtitle: '11월 30일(월)',
  headline: { label: '자산', value: '123,456,789원', change: up('▲1,234,567원 (+1.01%)') },
  tiles: [
    { label: '코스피', value: '2,661.66', change: up('+0.44%'), line: month(2) },
    { label: '코스닥', value: '780.00', change: down('-0.31%'), line: month(-1.5) },
  ],
  barsTitle: '오늘 손익',
  bars: [
    { label: 'SK하이닉스', value: 812_000, text: up('+812,000 +2.40%') },
    { label: 'KODEX 미국나스닥100레버리지(합성 H)', value: 421_000, text: up('+421,000 +1.10%') },
    { label: '삼성전자', value: 0, text: { tone: 'even', text: '0 0.00%' } },
    { label: 'NAVER', value: -230_500, text: down('-230,500 -3.20%') },
  ],
  rows: [
    { label: '주거래 · 실전', value: '100,000,000원', change: up('+1.20%') },
    { label: '연금 · 실전', value: '23,456,789원', change: down('-0.10%') },
    { label: '실현손익', value: '+1,203,400원' },
  ],
};

/** The pictures of reports that are kept, by name. */
export const cards = {
  'report-close': { theme: 'dark', card: close },
  'report-light': {
    theme: 'light',
    card: {
      ...close,
      title: '아침 요약',
      headline: undefined,
      barsTitle: '지난 거래일 등락',
      bars: [
        { label: '카카오', value: -1.37, text: down('-1.37%') },
        { label: 'NAVER', value: -0.96, text: down('-0.96%') },
      ],
      rows: [{ label: '기다리는 알림', value: '2건' }],
    },
  },
} as const satisfies Readonly<Record<string, { readonly theme: 'dark' | 'light'; readonly card: ReportCard }>>;
