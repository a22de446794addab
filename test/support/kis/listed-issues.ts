import type { ListedIssue } from '../../../src/domain/market/instrument.ts';
import { shippedInstruments } from '../../../src/kis/symbols/shipped.ts';
import { SeededRandom } from '../../chaos/scenario/random.ts';

const houses = [
  ...[
    '삼성',
    '현대',
    'LG',
    'SK',
    '롯데',
    '한화',
    'GS',
    '포스코',
    '신세계',
    'KT',
    'CJ',
    '두산',
    'DL',
    'LS',
    '효성',
    '코오롱',
  ],
  ...[
    '대한',
    '한국',
    '동아',
    '동양',
    '대신',
    '유진',
    '한미',
    '일진',
    '태광',
    '세아',
    '동국',
    '고려',
    '삼양',
    '대상',
    '풍산',
  ],
  ...[
    '서울',
    '부산',
    '경남',
    '신라',
    '백제',
    '우리',
    '하나',
    '미래',
    '키움',
    '메리츠',
    '이수',
    '원익',
    '솔브',
    '테크',
    '디지털',
  ],
  ...[
    '에코',
    '바이오',
    '셀',
    '지노',
    '휴먼',
    '넥스',
    '아이',
    '네오',
    '제이',
    '케이',
    '에스',
    '엔',
    '유니',
    '코스',
    '메디',
  ],
] as const;
const trades = [
  ...[
    '전자',
    '화학',
    '제약',
    '건설',
    '증권',
    '생명',
    '화재',
    '물산',
    '중공업',
    '조선',
    '철강',
    '에너지',
    '솔루션',
    '홀딩스',
  ],
  ...[
    '바이오',
    '사이언스',
    '시스템',
    '테크',
    '로보틱스',
    '반도체',
    '머티리얼즈',
    '소재',
    '산업',
    '상사',
    '식품',
    '제지',
  ],
  ...[
    '엔터테인먼트',
    '게임즈',
    '소프트',
    '네트웍스',
    '텔레콤',
    '모빌리티',
    '오토모티브',
    '정밀',
    '전기',
    '기계',
    '유통',
  ],
  ...[
    '백화점',
    '항공',
    '해운',
    '물류',
    '리츠',
    '인베스트먼트',
    '캐피탈',
    '메디칼',
    '헬스케어',
    '파마',
    '젠',
    '로직스',
    '팜',
  ],
] as const;
const brands = ['KODEX', 'TIGER', 'ACE', 'SOL', 'RISE', 'PLUS', 'HANARO', '신한', '삼성', 'KB'] as const;
const themes = [
  ...[
    '200',
    '코스닥150',
    '미국S&P500',
    '미국나스닥100',
    '반도체',
    '2차전지',
    '바이오',
    '배당성장',
    '고배당',
    '은행',
    '증권',
  ],
  ...[
    '자동차',
    '조선',
    '방산',
    '원자력',
    '로봇',
    'AI반도체',
    '미국빅테크TOP7',
    '미국배당다우존스',
    '인도Nifty50',
    '일본니케이225',
  ],
  ...[
    '차이나항셍테크',
    '국고채10년',
    '미국채30년',
    '단기통안채',
    'CD금리',
    'KOFR금리',
    '금현물',
    '원유선물',
    '은선물',
    '천연가스',
  ],
] as const;
const shapes = [
  '',
  '액티브',
  '레버리지',
  '인버스',
  '선물인버스2X',
  '(H)',
  'TR',
  '커버드콜',
  '커버드콜액티브',
  ' ETN',
] as const;

/**
 * About as many issues as Korea lists, and named as they are; the same for the same seed. The shipped ones are among
 * them, so that nicknames have something to point at.
 */
export function listedIssues(count = 4_000, seed = 1): readonly ListedIssue[] {
  const random = new SeededRandom(seed);
  const byName = new Map(shippedInstruments.map((issue) => [issue.name, issue]));
  const codes = new Set(shippedInstruments.map(({ symbol }) => symbol));
  while (byName.size < count) {
    const fund = random.chance(0.35);
    const name = fund
      ? `${random.pick(brands)} ${random.pick(themes)}${random.pick(shapes)}`
      : `${random.pick(houses)}${random.chance(0.3) ? random.pick(houses) : ''}${random.pick(trades)}${random.chance(0.06) ? '우' : ''}`;
    const etn = name.endsWith(' ETN');
    const digits = String(random.between(0, 49_999) * 10 + (name.endsWith('우') ? 5 : 0)).padStart(6, '0');
    const symbol = etn
      ? `Q${digits}`
      : random.chance(0.1)
        ? `${digits.slice(0, 4)}${random.pick(['A', 'G', 'Z'])}0`
        : digits;
    if (byName.has(name) || codes.has(symbol)) continue;
    codes.add(symbol);
    const market = fund || random.chance(0.35) ? 'KOSPI' : random.chance(0.95) ? 'KOSDAQ' : 'KONEX';
    // A few issues trade most of what is traded.
    const turnover = random.chance(0.02) ? undefined : Math.round(10 ** (6 + 6 * random.next() ** 2));
    byName.set(name, { symbol, name, market, kind: etn ? 'etn' : fund ? 'etf' : 'stock', turnover });
  }
  return [...byName.values()];
}
