import type { Instrument } from '../../domain/market/instrument.ts';

/** An issue as the simulator trades it. */
export interface Issue extends Instrument {
  /** The close of the day before the simulator starts, which is the base price. */
  readonly base: number;
  /** Listed shares, in thousands. */
  readonly listedThousands: number;
  readonly industry: string;
  /** The English name, as in KIS's product information. */
  readonly english: string;
  /** True for an issue that was listed this morning: it trades, and no master file has it yet. */
  readonly isNew?: true;
}

/** The warnings of the exchange about an issue. */
export const issueWarnings = [
  'none',
  'administrative',
  'caution',
  'warning',
  'risk',
  'overheated',
  'liquidation',
] as const;

/** The marks of an issue. They keep nobody from trading it. */
export interface IssueMarks {
  readonly halted: boolean;
  /** Whether a volatility interruption is under way. */
  readonly interrupted: boolean;
  readonly warning: (typeof issueWarnings)[number];
}

const kospi = { market: 'KOSPI', kind: 'stock' } as const;
const kosdaq = { market: 'KOSDAQ', kind: 'stock' } as const;
const etf = { market: 'KOSPI', kind: 'etf', industry: '' } as const;

/** Real codes and names, so that people can try them; prices and share counts are made up. */
export const issues: readonly Issue[] = [
  {
    symbol: '005930',
    name: '삼성전자',
    english: 'SAMSUNG ELECTRONICS CO.,LTD.',
    ...kospi,
    base: 70_000,
    listedThousands: 5_919_638,
    industry: '전기·전자',
  },
  {
    symbol: '005935',
    name: '삼성전자우',
    english: 'SAMSUNG ELECTRONICS CO.,LTD.(1P)',
    ...kospi,
    base: 56_800,
    listedThousands: 815_975,
    industry: '전기·전자',
  },
  {
    symbol: '000660',
    name: 'SK하이닉스',
    english: 'SK HYNIX INC.',
    ...kospi,
    base: 192_000,
    listedThousands: 728_002,
    industry: '전기·전자',
  },
  {
    symbol: '373220',
    name: 'LG에너지솔루션',
    english: 'LG ENERGY SOLUTION, LTD.',
    ...kospi,
    base: 381_000,
    listedThousands: 234_000,
    industry: '전기·전자',
  },
  {
    symbol: '207940',
    name: '삼성바이오로직스',
    english: 'SAMSUNG BIOLOGICS CO.,LTD.',
    ...kospi,
    base: 1_012_000,
    listedThousands: 71_174,
    industry: '제약',
  },
  {
    symbol: '005380',
    name: '현대차',
    english: 'HYUNDAI MOTOR COMPANY',
    ...kospi,
    base: 241_500,
    listedThousands: 204_758,
    industry: '운송장비·부품',
  },
  {
    symbol: '000270',
    name: '기아',
    english: 'KIA CORPORATION',
    ...kospi,
    base: 104_900,
    listedThousands: 393_489,
    industry: '운송장비·부품',
  },
  {
    symbol: '068270',
    name: '셀트리온',
    english: 'CELLTRION, INC.',
    ...kospi,
    base: 178_300,
    listedThousands: 217_000,
    industry: '제약',
  },
  {
    symbol: '105560',
    name: 'KB금융',
    english: 'KB FINANCIAL GROUP INC.',
    ...kospi,
    base: 95_200,
    listedThousands: 381_462,
    industry: '금융',
  },
  {
    symbol: '055550',
    name: '신한지주',
    english: 'SHINHAN FINANCIAL GROUP CO.,LTD.',
    ...kospi,
    base: 61_900,
    listedThousands: 485_494,
    industry: '금융',
  },
  {
    symbol: '035420',
    name: 'NAVER',
    english: 'NAVER CORPORATION',
    ...kospi,
    base: 209_500,
    listedThousands: 158_437,
    industry: 'IT 서비스',
  },
  {
    symbol: '035720',
    name: '카카오',
    english: 'KAKAO CORP.',
    ...kospi,
    base: 48_250,
    listedThousands: 442_000,
    industry: 'IT 서비스',
  },
  {
    symbol: '051910',
    name: 'LG화학',
    english: 'LG CHEM, LTD.',
    ...kospi,
    base: 298_000,
    listedThousands: 70_592,
    industry: '화학',
  },
  {
    symbol: '006400',
    name: '삼성SDI',
    english: 'SAMSUNG SDI CO.,LTD.',
    ...kospi,
    base: 229_000,
    listedThousands: 80_585,
    industry: '전기·전자',
  },
  {
    symbol: '005490',
    name: 'POSCO홀딩스',
    english: 'POSCO HOLDINGS INC.',
    ...kospi,
    base: 312_000,
    listedThousands: 80_932,
    industry: '금속',
  },
  {
    symbol: '012330',
    name: '현대모비스',
    english: 'HYUNDAI MOBIS CO.,LTD.',
    ...kospi,
    base: 258_500,
    listedThousands: 91_795,
    industry: '운송장비·부품',
  },
  {
    symbol: '028260',
    name: '삼성물산',
    english: 'SAMSUNG C&T CORPORATION',
    ...kospi,
    base: 141_200,
    listedThousands: 169_976,
    industry: '유통',
  },
  {
    symbol: '066570',
    name: 'LG전자',
    english: 'LG ELECTRONICS INC.',
    ...kospi,
    base: 87_600,
    listedThousands: 163_648,
    industry: '전기·전자',
  },
  {
    symbol: '015760',
    name: '한국전력',
    english: 'KOREA ELECTRIC POWER CORPORATION',
    ...kospi,
    base: 32_150,
    listedThousands: 641_964,
    industry: '전기·가스',
  },
  {
    symbol: '017670',
    name: 'SK텔레콤',
    english: 'SK TELECOM CO.,LTD.',
    ...kospi,
    base: 55_300,
    listedThousands: 214_790,
    industry: '통신',
  },
  {
    symbol: '033780',
    name: 'KT&G',
    english: 'KT&G CORPORATION',
    ...kospi,
    base: 109_500,
    listedThousands: 120_000,
    industry: '음식료·담배',
  },
  {
    symbol: '034020',
    name: '두산에너빌리티',
    english: 'DOOSAN ENERBILITY CO.,LTD.',
    ...kospi,
    base: 27_400,
    listedThousands: 640_561,
    industry: '기계·장비',
  },
  {
    symbol: '003490',
    name: '대한항공',
    english: 'KOREAN AIR LINES CO.,LTD.',
    ...kospi,
    base: 22_850,
    listedThousands: 368_220,
    industry: '운송·창고',
  },
  {
    symbol: '247540',
    name: '에코프로비엠',
    english: 'ECOPRO BM CO.,LTD.',
    ...kosdaq,
    base: 131_400,
    listedThousands: 97_801,
    industry: '전기·전자',
  },
  {
    symbol: '086520',
    name: '에코프로',
    english: 'ECOPRO CO.,LTD.',
    ...kosdaq,
    base: 71_800,
    listedThousands: 135_000,
    industry: '금융',
  },
  {
    symbol: '196170',
    name: '알테오젠',
    english: 'ALTEOGEN INC.',
    ...kosdaq,
    base: 342_500,
    listedThousands: 53_316,
    industry: '제약',
  },
  {
    symbol: '028300',
    name: 'HLB',
    english: 'HLB CO.,LTD.',
    ...kosdaq,
    base: 61_700,
    listedThousands: 131_000,
    industry: '제약',
  },
  {
    symbol: '293490',
    name: '카카오게임즈',
    english: 'KAKAO GAMES CORP.',
    ...kosdaq,
    base: 16_340,
    listedThousands: 82_000,
    industry: 'IT 서비스',
  },
  {
    symbol: '035900',
    name: 'JYP Ent.',
    english: 'JYP ENTERTAINMENT CORPORATION',
    ...kosdaq,
    base: 68_200,
    listedThousands: 35_532,
    industry: '오락·문화',
  },
  {
    symbol: '069500',
    name: 'KODEX 200',
    english: 'SAMSUNG KODEX200 SECURITIES ETF',
    ...etf,
    base: 36_445,
    listedThousands: 190_000,
  },
  {
    symbol: '360750',
    name: 'TIGER 미국S&P500',
    english: 'MIRAE ASSET TIGER S&P500 ETF',
    ...etf,
    base: 21_030,
    listedThousands: 250_000,
  },
  {
    symbol: '112190',
    name: 'KC산업',
    english: 'KC INDUSTRY CO.,LTD.',
    market: 'KONEX',
    kind: 'stock',
    base: 1_835,
    listedThousands: 20_000,
    industry: '비금속',
  },
];

/** The issue's ISIN: country, kind, short code, issue number and the check digit of ISO 6166. */
export function standardCode(issue: Instrument): string {
  const body = `KR7${issue.symbol}00`;
  const digits = [...body].map((character) => String(Number.parseInt(character, 36))).join('');
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 2 : 1);
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  return `${body}${(10 - (sum % 10)) % 10}`;
}
