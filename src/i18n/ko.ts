import { josa } from 'es-hangul';
import type { AlertCondition, AlertDirection, AlertHours, AlertLevel, AlertStatus } from '../domain/alerts/alert.ts';
import type { LedgerTrouble } from '../domain/ledger-trouble.ts';
import type { BarInterval } from '../domain/market/bars.ts';
import type { HolidayName, ShiftedHours } from '../domain/market/krx-holidays.ts';
import type { PriceTime } from '../domain/market/price-time.ts';
import type { IssueWarning } from '../domain/market/quote.ts';
import type { RankingKind, RankingMarket, VolatilityInterruption } from '../domain/market/research.ts';
import type { SessionKind } from '../domain/market/session.ts';
import type { Exchange, OrderStatus, OrderType, Side } from '../domain/orders/order.ts';
import type { NoticeTopic } from '../domain/people/notice.ts';
import type { Language, NotificationLevel, Role } from '../domain/people/person.ts';
import type { WebhookKind } from '../domain/people/webhooks.ts';
import type { DigestKind, DigestPart, MonitorPart } from '../domain/reports.ts';
import type { ErrorContext } from '../errors.ts';
import { koreanCandles } from './candle-words.ts';
import { eventWords } from './event-words.ts';
import { hoursText, venueCode, venueReason, venueWords } from './venue-words.ts';

const grouped = (value: number): string => value.toLocaleString('en-US');
const number = (value: ErrorContext[string]): string => grouped(Number(value));
const signed = (value: number, text: string): string => (value > 0 ? `+${text}` : text);
/** The form of a Korean particle that fits the last sound of a text; digits are taken as they are read in Korean. */
const particleOf = (text: string, particle: '은/는' | '을/를'): string =>
  josa.pick(
    text.replace(/\d$/, (digit) => '영일이삼사오육칠팔구'.charAt(Number(digit))),
    particle,
  );
/** What the person typed, in quotes and with the fitting particle. */
const quoted = (context: ErrorContext, particle: '은/는'): string => {
  const text = String(context['text']);
  return `'${text}'${particleOf(text, particle)}`;
};
const groupedSigned = (value: number): string => signed(value, grouped(value));
const won = (amount: number): string => `${grouped(amount)}원`;
const shares = (count: number): string => `${grouped(count)}주`;

/** A date and time in Korea; `weekday` 1 is Monday. */
export interface KoreanMoment {
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
}
const clockTime = ({ hour, minute }: Pick<KoreanMoment, 'hour' | 'minute'>): string =>
  [hour, minute].map((part) => String(part).padStart(2, '0')).join(':');

/** When the exchange accepts an order that was refused because of the hours, and which exchange accepts it now. */
const takenWhen = (context: ErrorContext): string => {
  const { exchange, hours, elsewhere } = context;
  const next =
    context['month'] === undefined
      ? ''
      : ` ${exchange} ${josa(typeName(context), '은/는')} ${hoursText(hours)}에 받으며, 다음은 ${ko.moment(context as unknown as KoreanMoment)}부터입니다.`;
  return elsewhere === '' ? next : `${next} 지금 ${String(elsewhere).replaceAll(',', ', ')}에서는 받습니다.`;
};
/** What would be accepted instead of a refused market order. */
const insteadOfMarket = (context: ErrorContext): string => {
  const count = Number(context['quantity']);
  const fewer = count > 0 ? `시장가는 ${shares(count)}까지,` : '시장가는 한 주도 안 되고,';
  return `${fewer} 지정가는 ${won(Number(context['price']))}으로 됩니다.`;
};

/** 20261205 → 12월 5일 */
const koreanDate = (day: ErrorContext[string]): string =>
  `${Number(String(day).slice(4, 6))}월 ${Number(String(day).slice(6))}일`;
const reach: Readonly<Record<AlertDirection, string>> = { 'at-or-above': '이상', 'at-or-below': '이하' };

/** The prefix of the settings of the refused key. */
const keys = (context: ErrorContext): string => String(context['settings'] ?? 'KIS');
/** KIS's reason, added to our own sentence. */
const said = (context: ErrorContext): string => {
  const words = venueWords(context);
  return words === undefined ? '' : `: ${words}`;
};

/** Keeps the codes as a type and lets every sentence be any text. */
function sentences<Code extends string>(
  table: Readonly<Record<Code, (context: ErrorContext) => string>>,
): Readonly<Record<Code, (context: ErrorContext) => string>> {
  return table;
}

const argumentNames = {
  account: '계좌',
  instrument: '종목',
  instruments: '종목…',
  quantity: '수량',
  price: '가격',
  how: '방식',
  order: '주문번호',
  record: '주문번호/기록번호',
  command: '명령',
  condition: '조건',
  alert: '알림',
  action: '추가|삭제',
  identity: '사람',
  role: '권한',
  intent: '기록번호',
  scheduleAction: '매수|매도|정정|취소',
  scheduleTarget: '종목/예약번호',
  until: '까지 날짜',
  verdict: '주문번호/없음',
  setting: '바꿀 것',
  page: '쪽',
  assets: '자산',
  today: '오늘',
  span: '연간|분기',
  view: '종목별|증권사별',
  investor: '외국인|기관',
  side: '순매수|순매도',
  ranking: '기준',
  market: '시장',
  index: '지수',
  interval: '봉',
  period: '기간',
  subject: '대상',
  format: 'csv|시트',
  watchAction: '추가|삭제|가져오기|실시간|멈춤',
  exchange: 'KRX|NXT|SOR',
  liveAction: '실시간|멈춤',
  group: '그룹번호',
  screen: '조건식',
  eventKind: '이벤트',
  onOff: '켜기|끄기',
  criteria: '기준',
  digestAction: '켬|끔',
  digestKind: '아침|마감|저녁',
  time: '시각',
  target: '웹훅',
  monitorAction: '끔',
  monitored: '종목… 간격 웹훅',
};

const orderTypeNames = {
  limit: '지정가',
  market: '시장가',
  conditional: '조건부지정가',
  best: '최유리지정가',
  top: '최우선지정가',
  'pre-close': '장전시간외',
  'post-close': '장후시간외',
  'limit-ioc': '지정가 IOC',
  'limit-fok': '지정가 FOK',
  'market-ioc': '시장가 IOC',
  'market-fok': '시장가 FOK',
  'best-ioc': '최유리 IOC',
  'best-fok': '최유리 FOK',
  mid: '중간가',
  'mid-ioc': '중간가 IOC',
  'mid-fok': '중간가 FOK',
  stop: '스톱지정가',
  'after-limit': '애프터마켓 지정가',
  'after-limit-ioc': '애프터마켓 지정가 IOC',
  'after-limit-fok': '애프터마켓 지정가 FOK',
  'after-best': '애프터마켓 최유리',
  'after-best-ioc': '애프터마켓 최유리 IOC',
  'after-best-fok': '애프터마켓 최유리 FOK',
  'after-top': '애프터마켓 최우선',
  other: '기타',
} satisfies Record<OrderType | 'other', string>;
const typeName = (context: ErrorContext): string => orderTypeNames[context['type'] as keyof typeof orderTypeNames];

const sessionNames = {
  'pre-market': '프리마켓',
  'opening-auction': '장전 동시호가',
  regular: '정규장',
  'closing-auction': '장마감 동시호가',
  'post-close': '장후 시간외',
  'after-opening': '애프터마켓 개장 전',
  'after-market': '애프터마켓',
  closed: '휴장',
} satisfies Record<SessionKind, string>;

/**
 * The order types that are accepted instead, as they can be typed. IOC and FOK can be combined with most types and are
 * not listed.
 */
const takenNames = (context: ErrorContext): string =>
  String(context['types'])
    .split(',')
    .filter((type) => !/-(?:ioc|fok)$/.test(type))
    .map((type) => typeName({ type }))
    .join(', ');

/** Why the ledger cannot be written, and what helps. */
const ledgerReason: Readonly<Record<LedgerTrouble, string>> = {
  'store.full': '디스크가 가득 찼습니다.',
  'store.read-only': '장부가 읽기 전용입니다.',
  'store.locked': '다른 프로그램이 장부를 붙잡고 있습니다.',
  'store.io': '디스크가 오류를 냅니다.',
  'store.corrupt': '장부 파일이 손상됐습니다.',
  'store.away': '데이터베이스 서버에 닿지 않습니다.',
};
const ledgerRemedy: Readonly<Record<LedgerTrouble, string>> = {
  'store.full': '봇이 도는 컴퓨터의 디스크를 비우면 저절로 다시 됩니다.',
  'store.read-only': '장부가 있는 폴더와 디스크를 쓸 수 있게 하면 저절로 다시 됩니다.',
  'store.locked': '같은 장부를 쓰는 다른 Hoga나 프로그램을 끄면 저절로 다시 됩니다.',
  'store.io': '장부가 있는 디스크를 확인해 주세요. 나아지면 저절로 다시 됩니다.',
  'store.corrupt': '봇을 멈추고 백업한 장부로 되돌린 뒤 다시 시작해 주세요.',
  'store.away': '데이터베이스 서버와 그 사이의 네트워크를 확인해 주세요. 나아지면 저절로 다시 됩니다.',
};
const refusedBy = (code: LedgerTrouble): string =>
  `장부에 적을 수 없어 하지 않았습니다. ${ledgerReason[code]} ${ledgerRemedy[code]} 시세와 잔고 조회는 지금도 됩니다.`;

const webhookKindNames: Readonly<Record<WebhookKind, string>> = {
  alerts: '알림',
  reports: '리포트',
  events: '종목 소식',
  fills: '체결',
  orders: '주문',
  starts: '시작',
};

/**
 * The Korean texts, whose type the other languages must match. Sentences are short, because they are read on a phone.
 */
export const ko = {
  grouped,
  groupedSigned,
  won,
  wonSigned: (amount: number): string => signed(amount, won(amount)),
  shares,
  /** 09:00 */
  clockTime,
  /** 11월 23일(월) 09:00 */
  moment: (at: KoreanMoment): string =>
    `${at.month}월 ${at.day}일(${'월화수목금토일'[at.weekday - 1]}) ${clockTime(at)}`,
  /** 11월 23일(월) */
  date: ({ month, day, weekday }: Pick<KoreanMoment, 'month' | 'day' | 'weekday'>): string =>
    `${month}월 ${day}일(${'월화수목금토일'[weekday - 1]})`,
  /** 20261205 → 12월 5일 */
  shortDate: (day: string): string => koreanDate(day),
  percentSigned: (value: number): string => signed(value, `${value.toFixed(2)}%`),
  /** 123,456,789,000 → 1,235억원; 1,234,567,890 → 12.3억원 */
  wonShort: (amount: number): string => {
    const size = Math.abs(amount);
    if (size >= 1e12) return `${grouped(Math.round(amount / 1e11) / 10)}조원`;
    if (size >= 1e10) return `${grouped(Math.round(amount / 1e8))}억원`;
    return size >= 1e8 ? `${(amount / 1e8).toFixed(1)}억원` : won(amount);
  },
  /** 12,345,678 → 1,235만 */
  countShort: (count: number): string => {
    const size = Math.abs(count);
    if (size >= 1e8) return `${grouped(Math.round(count / 1e7) / 10)}억`;
    return size >= 1e5 ? `${grouped(Math.round(count / 1e4))}만` : grouped(count);
  },

  venueTag: { simulator: '[시뮬레이터]', 'paper-simulator': '[모의투자 시뮬레이터]', paper: '[모의투자]', live: '' },
  accounts: {
    title: '계좌',
    venue: { live: '실전', paper: '모의', simulator: '시뮬레이터', 'paper-simulator': '모의 시뮬레이터' },
    /** By product code: 01, 22 and 29. */
    kind: { brokerage: '위탁', pension: '연금저축', retirement: '퇴직연금(보기만)' },
    all: '모든 계좌',
    /** Of the sums of real money, and of money that is not. */
    sums: { live: '실전 합계', play: '모의·시뮬레이터 합계' },
    inUse: '쓰는 중',
    chosen: (title: string) => `이 대화에서는 이제 ${title} 계좌를 씁니다.`,
    today: '오늘',
    unread: (reason: string) => `읽지 못했습니다. ${reason}`,
    use: (title: string) => `${title} 쓰기`,
    hint: (names: string) => `한 번만 다른 계좌로 하려면 줄에 ${names}처럼 적습니다.`,
    missing: (titles: string) => `${titles} 계좌는 읽지 못해 합계에 없습니다.`,
    haltedIn: (titles: string) => `정지한 계좌: ${titles}`,
    resumedIn: (titles: string) => `재개한 계좌: ${titles}`,
  },
  side: { buy: '매수', sell: '매도' } satisfies Record<Side, string>,
  orderType: orderTypeNames,
  /** What each pricing and time in force means for an order. */
  pricing: {
    'other-best': '들어가는 순간 상대편의 가장 좋은 호가가 지정가가 됩니다.',
    'own-best': '들어가는 순간 같은 편의 가장 좋은 호가가 지정가가 됩니다.',
    middle: '매수호가와 매도호가의 가운데 가격으로 체결됩니다.',
    conditional: '체결되지 않은 수량은 장마감 동시호가에 시장가로 바뀝니다.',
    'pre-close': '전일 종가로 체결됩니다.',
    'post-close': '오늘 종가로 체결됩니다.',
  },
  condition: {
    ioc: '바로 체결되지 않은 수량은 취소됩니다.',
    fok: '전부 바로 체결되지 않으면 모두 취소됩니다.',
  },
  status: {
    confirmed: '확인됨',
    submitting: '보내는 중',
    accepted: '접수',
    'partly-filled': '일부 체결',
    filled: '체결 완료',
    cancelled: '취소됨',
    rejected: '거부됨',
    denied: '보내지 않음',
    'never-sent': '보내지 않음',
    'outcome-unknown': '결과 모름',
    absent: '접수 안 됨',
    asked: '확인 필요',
    replaced: '정정됨',
    expired: '장 마감 소멸',
    done: '접수',
    scheduled: '예약됨',
    'sent-on': '예약 처리됨',
  } satisfies Record<OrderStatus, string>,
  warnings: {
    halted: '거래정지',
    administrative: '관리종목',
    caution: '투자주의',
    warning: '투자경고',
    risk: '투자위험',
    overheated: '단기과열',
    liquidation: '정리매매',
  } satisfies Record<IssueWarning, string>,
  /** What each warning about an issue means for an order. */
  warningMeans: {
    halted: '취소만 됩니다.',
    administrative: '상장폐지로 이어질 수 있는 종목이고, 신용으로는 살 수 없습니다.',
    caution: '오늘 하루 지정된 종목이고, 주문에는 제한이 없습니다.',
    warning: '증거금 100%로 삽니다. 더 오르면 하루 거래가 정지될 수 있습니다.',
    risk: '증거금 100%로 삽니다. 더 오르면 하루 거래가 정지될 수 있습니다.',
    overheated: '30분마다 단일가로 체결됩니다.',
    liquidation: '지정가만 됩니다. 가격제한폭이 없고 30분마다 단일가로 체결됩니다.',
  } satisfies Record<IssueWarning, string>,
  role: { viewer: '조회', trader: '거래', owner: '소유자' },

  buttons: {
    confirm: '확인',
    drop: '취소',
    close: '닫기',
    tickDown: '−1틱',
    tickUp: '+1틱',
    buy: '매수',
    sell: '매도',
    refresh: '새로고침',
    book: '호가',
    info: '정보',
    alert: '알림',
    fin: '재무',
    opinion: '의견',
    flow: '수급',
    news: '뉴스',
    previous: '◀ 이전',
    next: '다음 ▶',
    price: '현재가',
    chart: '차트',
    csv: 'CSV 파일',
    live: '실시간',
    stopLive: '멈춤',
    stopScreen: '그만',
    importGroups: 'HTS에서 가져오기',
    amendOrder: (name: string): string => `${name} 정정`,
    amendAll: (quantity: string, price: string): string => `${quantity} 모두 ${price}으로`,
    cancelAll: (quantity: string): string => `${quantity} 모두 취소`,
    cancelOrder: (name: string): string => `${name} 취소`,
    amend: '정정',
    cancel: '취소',
    again: '다시 만들기',
    resume: '거래 재개',
    arm: '오늘 실전 주문 켜기',
    forShares: (quantity: string): string => `${quantity}로`,
    schedule: (price: string): string => `예약주문 ${price}`,
  },

  channels: { console: '터미널', telegram: '텔레그램', discord: '디스코드' } as Readonly<Record<string, string>>,
  arguments: argumentNames,
  commands: {
    start: '무엇을 할 수 있는지 보고 시작합니다',
    help: '명령을 알려 드립니다',
    price: '현재가를 봅니다',
    book: '호가 열 단계를 보거나, 실시간으로 지켜봅니다',
    info: '종목이 어떤 회사인지, 배당과 VI를 봅니다',
    fin: '재무제표와 비율을 봅니다',
    opinion: '증권사 투자의견과 목표가를 봅니다',
    flow: '개인·외국인·기관이 얼마나 샀는지 봅니다',
    news: '뉴스와 공시 제목을 봅니다',
    index: '코스피·코스닥 지수를 보거나, 실시간으로 지켜봅니다',
    rank: '거래대금·등락률 같은 순위를 봅니다',
    chart: '차트를 봅니다 (분·일·주·월·년봉)',
    account: '계좌를 보고, 이 대화에서 쓸 계좌를 고릅니다',
    balance: '예수금과 보유종목을 봅니다',
    buy: '매수 주문표를 만듭니다 (확인해야 나갑니다)',
    sell: '매도 주문표를 만듭니다 (확인해야 나갑니다)',
    orders: '미체결과 오늘 주문을 봅니다',
    amend: '미체결 주문의 전부나 일부를 다른 가격으로 정정합니다 (확인해야 나갑니다)',
    cancel: '미체결 주문의 전부나 일부를 취소합니다 (확인해야 나갑니다)',
    alert: '가격·등락률·거래량·이평선 조건에 맞으면 알려 드립니다',
    alerts: '알림을 보고 지웁니다',
    unalert: '알림을 지웁니다',
    events: '관심·보유 종목의 52주 신고가, VI, 공시 같은 일을 알려 드립니다',
    halt: '모든 거래를 정지합니다',
    resume: '정지한 거래를 다시 시작합니다',
    arm: '실전 주문을 오늘 하루 켭니다 (HOGA_LIVE_TRADING=daily)',
    schedule: '다음 거래일에 나갈 예약주문을 내고, 보고, 바꿉니다 (확인해야 나갑니다)',
    settle: '결과를 모르는 주문이 어떻게 되었는지 알려 줍니다',
    renumber: '설정에서 바꾼 계좌번호로 거래를 시작합니다 (확인해야 합니다)',
    why: '주문이나 알림이 어떻게 되었는지 처음부터 보여 드립니다',
    settings: '내 설정을 보고 바꿉니다',
    status: '연결과 상태를 봅니다',
    market: 'KRX와 NXT가 열렸는지, 지금 무엇을 받는지, 다음은 언제인지 봅니다',
    who: '쓸 수 있는 사람을 보고, 더하고, 뺍니다',
    revoke: 'KIS 접근토큰을 폐기합니다 (확인해야 합니다)',
    fills: '체결 내역을 기간별로 봅니다',
    pnl: '실현손익을 기간별, 종목별로 봅니다',
    export: '잔고, 체결, 손익, 시세를 CSV나 구글 시트로 내보냅니다',
    watch: '관심종목의 현재가를 보고, 더하고, 뺍니다',
    digest: '장 전·마감 뒤 요약을 보고, 정해진 시각에 받습니다',
    monitor: '고른 종목을 장중에 몇 분마다 알려 드립니다',
    screen: 'HTS 조건검색과 골든크로스 종목을 찾습니다',
  },

  pairing: {
    paired: '등록되었습니다. 이제 소유자입니다. /start 로 시작해 보세요.',
    already: '이미 등록되어 있습니다.',
    wrong: '등록 코드가 다릅니다. 봇이 실행 중인 터미널에 나온 코드를 써 주세요. 예: /pair 1a2b3c4d',
    command: '터미널에 나온 코드로 소유자로 등록합니다',
    code: '코드',
    invite: (code: string): string =>
      `처음이시면 10분 안에 봇과의 채팅에서 /pair ${code} 를 보내 소유자로 등록하세요(5번까지).`,
  },
  people: {
    title: '쓸 수 있는 사람',
    from: {
      terminal: '터미널',
      settings: (variable: string): string => `설정 ${variable}`,
      chat: '채팅에서 등록',
    },
    added: (who: string, role: string): string => `${who}: 이제 ${role} 권한이 있습니다.`,
    removed: (who: string): string => `${who}: 이제 쓸 수 없습니다.`,
  },
  candles: koreanCandles,
  alerts: {
    made: '알림을 만들었습니다',
    list: '알림 목록',
    none: '알림이 없습니다. 예: /alert 삼성전자 >= 71000',
    /** Each of these can be typed after /alert. */
    condition: (condition: AlertCondition): string => {
      switch (condition.kind) {
        case 'price':
          return `${won(condition.price)} ${reach[condition.direction]}`;
        case 'change':
          return `등락률 ${signed(condition.percent, `${condition.percent}%`)} ${reach[condition.direction]}`;
        case 'volume':
          return `거래량 20일 평균의 ${condition.times}배 이상`;
        case 'year-high':
          return '52주 신고가';
        case 'year-low':
          return '52주 신저가';
        case 'average':
          return `${condition.days}일선 ${condition.side === 'over' ? '위' : '아래'}`;
        case 'cross':
          return `${condition.cross === 'golden' ? '골든크로스' : '데드크로스'} ${condition.short}·${condition.long}일선`;
        case 'candle-close':
        case 'candle-volume':
          return koreanCandles.condition(condition);
        case 'cost':
          return `내 평단 대비 ${signed(condition.percent, `${condition.percent}%`)} ${reach[condition.direction]}`;
      }
    },
    repeats: '매번',
    /** Can be typed after a condition as well. */
    extended: '장외 포함',
    noNextrade: '모의투자에는 NXT 시세가 없어 KRX 애프터마켓만 봅니다.',
    until: (day: string): string => `${day}까지`,
    /** `day` (`20261120`) is given when the figures are not today's. */
    today: ({ metric, direction, value }: AlertLevel, day?: string): string =>
      `${day === undefined ? '오늘' : koreanDate(day)} 기준 ${metric === 'price' ? won(value) : shares(value)} ${reach[direction]}`,
    always: (day?: string): string =>
      `${day === undefined ? '오늘' : koreanDate(day)}은 모든 가격이 이 조건에 맞습니다.`,
    never: (day?: string): string =>
      `${day === undefined ? '오늘' : koreanDate(day)}은 어떤 가격도 이 조건에 맞지 않습니다.`,
    notHeld: '지금은 보유하지 않습니다.',
    noLevel: '기준을 아직 계산하지 못했습니다.',
    waiting: '지금 이미 그 가격입니다. 반대쪽으로 갔다가 다시 닿으면 알려 드립니다.',
    waitingVolume: (day?: string): string =>
      `${day === undefined ? '오늘' : koreanDate(day)}은 이미 그만큼 거래되었습니다. 다음 거래일부터 알려 드립니다.`,
    waitingOther: '지금 이미 조건에 맞습니다. 벗어났다가 다시 맞으면 알려 드립니다.',
    polled: (every: string): string => `지금은 실시간이 아니라 ${every}마다 확인합니다.`,
    off: '내 설정에서 가격 알림을 꺼 두셨습니다. 켜려면 /settings alerts on',
    polledShort: (every: string, age: string | undefined): string =>
      age === undefined ? `${every}마다 확인` : `${every}마다 확인(${age} 전 값)`,
    /** The price of an alert was there for a moment between two looks. */
    touched: (price: string): string => `확인하는 사이에 ${price}에 닿았다가 돌아왔습니다.`,
    remove: (index: number): string => `${index}번 지우기`,
    removeThis: '알림 지우기',
    fired: '🔔 알림',
    expired: '알림 종료',
    expiredText: (what: string): string => `${what} 알림의 기한이 지났습니다.`,
  },
  events: eventWords.ko,
  doctor: {
    wire: {
      works: '정상',
      refused: '거절',
      undecodable: '답을 읽지 못함',
      unreachable: '답 없음',
      'not-here': '이 서버에 없음',
      'nothing-to-ask': '물어볼 것 없음',
    },
    wireProgress: (at: number, of: number, api: string): string => `KIS 조회 확인 ${at}/${of} ${api}`,
    wireSum: (works: number, broken: number): string =>
      broken === 0 ? `조회 ${works}개 정상` : `조회 ${works}개 정상, ${broken}개 이상`,
    settings: '설정',
    store: '저장소',
    clock: '시계',
    token: 'KIS 토큰',
    liveReads: '조회용 실전 키',
    account: '계좌',
    socket: '소켓',
    fills: '체결통보',
    venue: { simulator: '시뮬레이터', 'paper-simulator': '모의투자 시뮬레이터', paper: '모의투자', live: '실전' },
    fine: '정상',
    socketFine: '연결할 수 있습니다 (봇이 쓰는 소켓은 건드리지 않았습니다)',
    noHtsId: 'KIS_HTS_ID가 없어 30초마다 조회로 확인합니다',
    fillsFine: (id: string): string => `${id} · KIS가 받아 주었습니다`,
    fillsInUse: (id: string): string =>
      `${id} · 같은 앱키로 봇이나 다른 프로그램이 실시간에 접속해 있어 확인하지 못했습니다. 봇의 /status 에서 볼 수 있습니다`,
    storeNew: '처음 실행할 때 만들어집니다',
    storePending: (count: number): string => `정상, 보낼 메시지 ${count}건`,
    clockUnknown: 'KIS가 시각을 알려 주지 않아 비교하지 못했습니다',
    clockOff: (seconds: number): string => `KIS 시각과 ${seconds}초 다릅니다. 컴퓨터 시계를 맞춰 주세요`,
  },
  /** Another program uses the same token or ledger. `self` and `other` name processes: `macbook:4711`. */
  /** 서버 하나가 하다가 멈춘 일. */
  abandoned: {
    typed: (text: string): string =>
      `‘${text}’을(를) 처리하던 서버가 멈췄습니다. 되었는지 알 수 없어 다시 하지 않았습니다. /orders 로 확인한 뒤 다시 보내 주세요.`,
    pressed:
      '누르신 버튼을 처리하던 서버가 멈췄습니다. 되었는지 알 수 없어 다시 하지 않았습니다. /orders 로 확인해 주세요. 나간 주문이 있으면 따로 알려 드립니다.',
  },
  notAlone: {
    title: (channel: string): string => `⚠️ 다른 프로그램이 같은 ${channel} 토큰으로 메시지를 받고 있습니다`,
    stands: (self: string): string =>
      `먼저 켜진 이 호가(${self})가 계속 받습니다. 다른 쪽을 꺼 주세요. 다른 컴퓨터에 켜 둔 호가는 없는지 봐 주세요.`,
    aside: (self: string): string =>
      `나중에 켜진 이 호가(${self})가 비켜서고, 여기 쓴 것은 다른 쪽이 받습니다. 한쪽을 꺼 주세요. 이쪽만 남으면 5분 안에 저절로 이어받습니다.`,
    both: (self: string): string =>
      `이 호가(${self})와 다른 쪽이 모든 것을 함께 받아, 답이 두 번 오거나 서로 덮습니다. 한쪽을 꺼 주세요. 다른 컴퓨터에 켜 둔 호가는 없는지 봐 주세요.`,
    ledger: (other: string, seconds: number): string =>
      `다른 호가(${other})가 이 장부를 쓰고 있습니다. 둘이 쓰면 주문과 메시지가 어긋나므로, 그쪽이 끝나기를 ${seconds}초까지 기다립니다.`,
    ledgerStays: (other: string): string =>
      `다른 호가(${other})가 이 장부를 계속 쓰고 있어 시작하지 않았습니다. 그쪽을 끄고 다시 시작하거나, 다른 장부를 정해 주세요. 예: STORE_URL=sqlite:data/second.db`,
    since: (name: string, time: string): string => `${name}, ${time}부터`,
  },
  /** An answer of KIS did not have the expected form. Nothing that a person types would help. */
  drift: {
    title: ({ title, api }: { readonly title: string; readonly api: string }): string =>
      `⚠️ KIS API '${title}'(${api})가 호가와 맞지 않습니다`,
    said: (what: string): string => `KIS: ${what}`,
    report:
      'KIS가 이 API를 바꾼 것 같습니다. 호가에 새 판이 있는지 보고, 없으면 위 이름과 코드를 개발자에게 알려 주세요. 다른 조회도 괜찮은지는 npm start -- doctor --wire 로 확인할 수 있습니다.',
  },
  health: {
    drift: (api: string, code: string, ago: string): string =>
      `KIS API ${api} 맞지 않음${code === '' ? '' : ` (${code})`} · ${ago} 전`,
    title: '상태',
    up: '실행한 지',
    socket: '실시간',
    socketState: { stopped: '꺼짐', connecting: '연결 중', connected: '연결됨', waiting: '다시 연결 대기' },
    /** Why the socket is not connected, or brings no fills, and what helps. */
    socketReason: (reason: string): string => {
      const again = '저절로 다시 연결합니다.';
      switch (reason) {
        case 'in-use':
          return `같은 앱키로 다른 곳에서 실시간에 접속해 있습니다. 그 프로그램을 꺼 주세요. ${again}`;
        case 'approval':
          return `KIS가 실시간 접속 키를 받아 주지 않아 새로 받습니다. ${again}`;
        case 'idle':
          return `KIS에서 아무것도 오지 않아 끊었습니다. ${again}`;
        default:
          return `KIS의 실시간 서버에 연결되지 않습니다 (${reason}). ${again} 오래 계속되면 거듭된 접속으로 KIS가 이 컴퓨터를 막았을 수 있으니, 봇을 멈추고 한참 뒤에 다시 시작해 주세요.`;
      }
    },
    fillsOn: '체결통보 받음',
    fillsOff: '체결통보 없음(30초마다 조회)',
    lastTick: '마지막 체결가',
    pricesLive: (live: number, of: number): string =>
      live === of ? `시세 ${of}종목 실시간` : `시세 ${of}종목 중 ${live}종목 실시간`,
    pricesAsked: (issues: number, every: string, bound: string, oldest: string): string =>
      `나머지 ${issues}종목은 ${every}마다 확인(늦어도 ${bound}, 지금 가장 오래된 값 ${oldest} 전)`,
    lane: '1초에 보낼 수 있는 KIS 요청',
    waiting: '대기',
    token: 'KIS 토큰 받은 지',
    bars: (kept: string, listed: string, day: string): string =>
      `일봉 ${listed}종목 중 ${kept}종목(${koreanDate(day)}까지)`,
    noBars: '일봉 없음',
    barsUpdate: (done: string, total: string): string => `받는 중 ${done}/${total}`,
    outbox: '보낼 메시지',
    held: (count: number): string => `방해 금지로 대기 ${count}`,
    deadLetters: (count: number): string => `보내지 못한 메시지 ${count}건`,
    none: '없음',
    lastLook: '주문을 KIS와 맞춰 본 지',
    notArmed: '실전 주문이 꺼져 있습니다.',
    unknownOrders: (count: number): string => `결과를 확인하는 주문 ${count}건`,
    askedOrders: (count: number): string => `결과를 알려 주셔야 하는 주문 ${count}건`,
    /** On the line of an account that the chat does not work with. */
    brief: {
      calls: (room: number, most: number): string => `요청 여유 ${room}/${most}`,
      noFills: '체결통보 없음',
      recovering: '주문을 맞춰 보는 중',
      halted: '정지됨',
      notArmed: '실전 주문 꺼짐',
      numberChanged: '계좌번호 바뀜',
      unknown: (count: number): string => `결과 확인 중 ${count}건`,
      asked: (count: number): string => `결과를 알려 주셔야 함 ${count}건`,
    },
    /** A period that is not exceeded: 15.2 s → 16초. */
    within: (ms: number): string => (ms <= 120_000 ? `${Math.ceil(ms / 1_000)}초` : `${Math.ceil(ms / 60_000)}분`),
    /** 90 s → 1분 */
    ago: (ms: number): string => {
      const minutes = Math.floor(ms / 60_000);
      if (minutes < 1) return `${Math.max(0, Math.floor(ms / 1_000))}초`;
      return minutes < 120 ? `${minutes}분` : `${Math.floor(minutes / 60)}시간`;
    },
  },
  /** Whether KIS accepts the account and the keys; the reasons are in `errors`. */
  access: {
    account: {
      title: '계좌에 닿지 않습니다',
      working: '계좌에 다시 닿습니다. 이제 조회와 주문이 됩니다.',
    },
    liveReads: {
      title: '조회용 실전 키를 쓸 수 없습니다',
      working: '조회용 실전 키가 다시 됩니다.',
    },
    goesOn: '저절로 계속 다시 해 보고, 되면 알려 드립니다. 설정을 고쳤으면 다시 시작해 주세요.',
  },
  /** Whether KIS pushes fills, and why it does not. */
  fillNotices: {
    title: '체결통보가 오지 않습니다',
    noPrices: '실시간 시세가 오지 않아 조회로 확인합니다',
    lookUp: '주문이 열려 있는 동안 체결을 30초마다 조회로 확인해 알려 드립니다.',
    tellFill: '체결통보가 오지 않아 30초마다 조회로 확인합니다. 체결되면 그때 알려 드립니다.',
    working: '체결통보가 다시 옵니다. 체결되면 바로 알려 드립니다.',
    why: {
      'hts-id': (code: string): string =>
        `KIS에 그런 HTS 아이디가 없습니다(${code}). KIS_HTS_ID를 한국투자증권에 로그인하는 아이디로 고치고 다시 시작해 주세요.`,
      'no-answer': (): string =>
        'KIS가 체결통보 등록에 답하지 않았습니다. 계속되면 KIS_HTS_ID를 확인하고 다시 시작해 주세요.',
      other: (code: string): string =>
        `KIS가 체결통보 등록을 받아 주지 않았습니다(${code}). KIS_HTS_ID가 이 앱키를 받은 아이디인지 확인하고 다시 시작해 주세요.`,
    },
  },
  market: {
    session: sessionNames,
    until: (time: string): string => `${time}까지`,
    takes: (types: string): string => `받는 주문: ${types}`,
    takesNone: '지금은 주문을 받지 않음',
    weekend: '주말',
    holiday: '휴장일',
    holidays: {
      'new-year': '신정',
      seollal: '설날',
      'independence-movement-day': '삼일절',
      'labour-day': '노동절',
      'childrens-day': '어린이날',
      'buddhas-birthday': '부처님오신날',
      'election-day': '선거일',
      'constitution-day': '제헌절',
      'liberation-day': '광복절',
      chuseok: '추석',
      'foundation-day': '개천절',
      'hangul-day': '한글날',
      christmas: '성탄절',
      'year-end': '연말 휴장',
    } satisfies Record<HolidayName, string>,
    unknown: '알 수 없음',
    unknownWhy: '오늘이 개장일인지 확인하지 못했습니다. 확인될 때까지 주문을 보내지 않습니다.',
    always: '시뮬레이터의 장은 닫히지 않습니다.',
    shifted: (open: string, close: string, why: string): string => `오늘 정규장은 ${open}–${close}입니다(${why}).`,
    shiftedWhy: { 'first-trading-day': '새해 첫 거래일', 'entrance-exam': '수능일', told: 'KIS 안내' } satisfies Record<
      ShiftedHours['why'] | 'told',
      string
    >,
    next: (when: string, session: string): string => `다음 ${when} ${session}`,
    byTable: 'KIS에 휴장일을 물어볼 수 없어 내장된 휴장표(2026–2027년)로 봅니다. 임시 휴장일은 없을 수 있습니다.',
  },
  settings: {
    title: '내 설정',
    topics: {
      fills: '체결',
      alerts: '알림',
      events: '이벤트',
      orders: '주문',
      reports: '요약',
      starts: '시작',
    } satisfies Record<NoticeTopic, string>,
    topicLines: {
      fills: '체결',
      alerts: '가격 알림',
      events: '종목 이벤트(52주·VI·공시 등)',
      orders: '주문(취소·정정·마감)',
      reports: '요약·모니터',
      starts: '봇 시작',
    } satisfies Record<NoticeTopic, string>,
    notificationLevel: { on: '켬', silent: '무음', off: '끔' } satisfies Record<NotificationLevel, string>,
    turn: { on: '켜기', silent: '무음', off: '끄기' } satisfies Record<NotificationLevel, string>,
    fillsOff: '체결이 되어도 알려 드리지 않습니다. /orders 에서 직접 확인하셔야 합니다.',
    alwaysOn: '돈이 걸린 알림(결과 모름, 거부, 확인 요청)은 언제나 바로 갑니다.',
    quiet: '방해 금지',
    quietHow: '그 시간의 알림은 끝나면 차례로 보냅니다. 시간 바꾸기:',
    exchange: '기본 거래소',
    alertHours: '새 알림이 보는 가격',
    alertHoursLine: { regular: '정규장만', extended: '장외 포함(NXT·애프터마켓)' } satisfies Record<AlertHours, string>,
    alertHoursButton: (next: AlertHours): string => (next === 'extended' ? '알림에 장외 포함' : '알림은 정규장만'),
    here: '이 채팅으로',
    everywhere: '내 채팅 모두로',
    inChat: (channel: string): string => `다른 채팅(${channel})으로`,
    placeHow: '알림은 물어본 채팅으로 갑니다. 이 채팅으로 모으기:',
    placeButton: (isHere: boolean): string => (isHere ? '물어본 채팅으로 받기' : '모두 여기로 받기'),
    seenByOthers: '이 채팅에 있는 사람은 누구나 그 알림을 봅니다. 되돌리려면 /settings all asked',
    languageLine: '언어',
    language: '한국어',
    otherLanguage: { code: 'en' as Language, name: 'English' },
    mirror: '주문표를 내 다른 채팅에도 보이기',
    mirrorHow: '한 곳에서 누르면 다른 곳의 주문표도 끝납니다.',
    mirrorButton: (on: boolean): string => (on ? '다른 채팅에 보이지 않기' : '다른 채팅에도 보이기'),
  },
  arming: {
    armed: '오늘 하루 실전 주문을 켰습니다. 진짜 돈이 움직입니다. /halt 로 멈출 수 있습니다.',
    'not-needed': '켤 필요가 없습니다. 주문은 이미 나갈 수 있습니다.',
    off: '설정에서 실전 주문이 꺼져 있습니다. HOGA_LIVE_TRADING=daily로 바꾸고 다시 시작하면 /arm 을 쓸 수 있습니다.',
  },
  revoke: {
    title: 'KIS 접근토큰 폐기',
    what: '지금 쓰는 접근토큰을 아무도 못 쓰게 합니다. 새어 나갔을지 모를 때 쓰세요.',
    stops: '멈추는 것: 새 토큰을 받을 때까지 조회와 주문. 같은 토큰을 쓰는 다른 프로그램도 멈춥니다.',
    stays: '그대로인 것: KIS에 있는 미체결·예약 주문, 그리고 다른 키를 쓰는 실시간.',
    back: '돌아오는 법: KIS에 다음에 물어볼 때 새 토큰을 저절로 받습니다. 1분에 한 번만 받을 수 있어 길면 1분 걸립니다.',
    forGood: 'KIS를 더 쓰지 않으시려면 봇을 멈추고 npm start -- revoke 를 실행하세요.',
    outcome: {
      revoked: '접근토큰을 폐기했습니다.',
      none: '가지고 있는 접근토큰이 없어 폐기할 것이 없습니다.',
      failed: '접근토큰을 폐기하지 못했습니다. 토큰은 그대로입니다.',
      unknown: '접근토큰이 폐기되었는지 모릅니다. 다시 폐기해도 괜찮습니다.',
    },
    next: (seconds: number): string =>
      seconds === 0
        ? '봇이 KIS에 다음에 물어볼 때 새 토큰을 저절로 받습니다.'
        : `봇이 KIS에 다음에 물어볼 때 새 토큰을 저절로 받습니다. ${seconds}초 뒤부터 받을 수 있고, 그때까지 조회와 주문이 멈춥니다.`,
  },
  settle: {
    found: '확인됨: 접수되어 있습니다',
    foundCancel: '확인됨: 취소가 접수되어 있습니다',
    absent: '확인됨: 접수되지 않았습니다',
    absentText: 'KIS 목록에 나타나지 않았습니다. 나간 주문이 없으니 필요하면 주문표를 새로 만들어 주세요.',
    moot: '확인됨: 바뀐 것이 없습니다',
    mootText: '이미 체결됐거나 끝난 주문이었습니다.',
    late: '주의: 접수되지 않았다고 알려 드린 주문이 나타났습니다',
    lateText: 'KIS 목록이 늦었습니다. 같은 주문을 다시 내셨다면 하나를 취소해 주세요.',
    asked: '확인해 주세요:',
    askedNone: 'KIS의 답을 받지 못했고 목록에서도 찾지 못했습니다.',
    askedSome: 'KIS의 답을 받지 못했고 아래 주문 가운데 무엇인지 알 수 없습니다.',
    askedHow: 'HTS나 앱에서 보시고 눌러 주세요. 그때까지 같은 주문은 나가지 않습니다.',
    typed: '번호를 쓰려면',
    isNumber: (number: string): string => `${number}번입니다`,
    isNone: '접수되지 않았습니다',
    stillAsked: '아직 모릅니다. 다시 골라 주세요.',
  },
  why: {
    by: (person: string, channel: string): string => `${person}${channel === '' ? '' : ` (${channel})`}`,
    shown: '주문표를 보여 드림',
    confirmed: '확인 누름',
    submitting: 'KIS로 보냄',
    'never-sent': '프로그램이 끝나 보내지 않음',
    accepted: (number: string, how: string | undefined): string =>
      `접수${number === '' ? '' : ` ${number}`}${how === undefined ? '' : ` (${how})`}`,
    settledBy: { list: '목록에서 확인', notice: '통보로 확인', person: '사람이 확인', schedule: '예약주문에서' },
    push: '통보',
    rejected: (text: string, code: string): string =>
      `거부 ${venueReason({ text, code }) ?? '(이유를 알려 주지 않음)'}`,
    moot: '바꿀 것이 남아 있지 않았음',
    denied: (why: string): string => `보내지 않음: ${why}`,
    'outcome-unknown': (code: string): string => `결과를 모름${code === '' ? '' : ` (${code})`}`,
    absent: (how: string): string => `접수되지 않음 (${how})`,
    asked: (numbers: string): string => `소유자에게 물음${numbers === '' ? '' : `: ${numbers}`}`,
    filled: (quantity: string, price: string, how: string): string => `체결 ${quantity} × ${price} (${how})`,
    cancelled: (quantity: string): string => `남은 ${quantity} 취소`,
    'part-cancelled': (quantity: string): string => `${quantity} 취소, 나머지는 그대로`,
    'part-replaced': (quantity: string, number: string): string => `${quantity} → 주문 ${number}, 나머지는 그대로`,
    expired: (quantity: string): string => `남은 ${quantity} 장 마감으로 소멸`,
    replaced: (quantity: string, number: string): string => `남은 ${quantity} → 주문 ${number}`,
    'sent-on': (number: string): string => `KIS가 주문으로 보냄: ${number}`,
    'turned-down': (text: string): string =>
      `KIS가 보내지 않음${text.trim() === '' ? '(이유를 알려 주지 않음)' : `: ${text}`}`,
    overdue: '장이 열린 뒤에도 처리되지 않음',
    id: '기록번호',
    title: '최근 주문과 알림',
    none: '아직 주문도 알림도 없습니다. 예: /buy 삼성전자 1 70000, /alert 삼성전자 >= 71000',
    alertStatus: {
      armed: '기다리는 중',
      waiting: '이미 맞아서 벗어나기를 기다리는 중',
      fired: '울림',
      expired: '기한이 지나 끝남',
      deleted: '지움',
    } satisfies Record<AlertStatus, string>,
    alertMade: '만듦',
    alertHolds: '이미 맞는 값이라 벗어나기를 기다림',
    alertDay: (day: string): string => `${day} 기준`,
    alertArmed: '울릴 준비 됨',
    alertFired: '울림',
    earlier: (count: number): string => `(앞선 ${count}건 줄임)`,
    level: ({ metric, direction, value }: AlertLevel): string =>
      `기준 ${metric === 'price' ? won(value) : shares(value)} ${reach[direction]}`,
    noLevel: '기준 없음',
    told: (channel: string, at: string): string => `${channel}(으)로 전함 ${at}`,
    held: (channel: string, until: string): string => `방해 금지 시간이라 ${until}까지 기다림 (${channel})`,
    queued: (channel: string): string => `아직 전하지 못함 (${channel})`,
    lost: (channel: string): string => `전하지 못했음 (${channel})`,
    attempts: (count: number, error: string): string => ` · ${count}번 실패: ${error}`,
    notWanted: '내 설정에서 가격 알림이 꺼져 있어 전하지 않음',
    messageForgotten: '전한 기록은 30일이 지나 지워짐',
    seenLast: '마지막으로 본 값:',
    seenNothing: '봇이 시작한 뒤로 이 종목의 값을 아직 보지 못했습니다.',
    seenLive: '실시간',
    touched: (price: string): string => `${price}에 닿음`,
    waitsForDay: '그날은 이미 그만큼 거래되어 다음 거래일을 기다립니다.',
    notReached: (level: string): string => `아직 닿지 않았습니다: ${level}`,
    away: (level: string, amount: string, percent: string): string =>
      `아직 닿지 않았습니다: ${level}, ${amount} 남음${percent === '' ? '' : ` (${percent})`}`,
  },
  webhook: {
    listOf: (kinds: readonly WebhookKind[]): string => kinds.map((kind) => webhookKindNames[kind]).join(', '),
    /** A line of the start message: what is told to a channel that others read. */
    told: (kinds: string): string => `디스코드 웹훅 채널로 보내는 것: ${kinds}`,
    toldMore: (kinds: string): string => `체결용 웹훅 채널로 보내는 것: ${kinds}`,
  },
  outbox: {
    /** 메시지 끝에 붙는 말. */
    maybeAgain: '※ 보내던 서버가 멈춰 다시 보냅니다. 같은 메시지가 이미 갔을 수 있습니다.',
    notTold: (count: number): string => `전해 드리지 못한 메시지가 ${count}건 있었습니다.`,
    /** Replaces a picture or file that could not be sent. `edited`: the message may still show an older one. */
    left: (kind: 'photo' | 'file', edited: boolean): string => {
      const what = kind === 'photo' ? '그림을' : '파일을';
      return edited && kind === 'photo'
        ? '새 그림을 보내지 못했습니다. 보이는 그림은 예전 것일 수 있습니다.'
        : `${what} 보내지 못해 글만 보냅니다. 필요하면 다시 물어봐 주세요.`;
    },
  },
  /** The ledger cannot be written, or can be written again. */
  ledger: {
    reason: ledgerReason,
    remedy: ledgerRemedy,
    still: (code: LedgerTrouble): string => `아직 장부에 적을 수 없어 하지 않았습니다. ${ledgerReason[code]}`,
    failing: (code: LedgerTrouble, ago: string): string => `장부에 쓸 수 없습니다(${ago}째). ${ledgerReason[code]}`,
    down: '장부에 쓸 수 없습니다',
    downText: '주문과 설정은 받지 않고 조회는 됩니다. 체결과 알림은 다시 쓸 수 있게 되면 전해 드립니다.',
    back: '장부에 다시 쓸 수 있습니다',
    backText: (ago: string): string => `${ago} 동안 쓰지 못했습니다. 주문과 설정을 다시 받습니다.`,
    /** Empty when there is nothing to say. */
    caughtUp: ({ outcomes, pushes, alerts }: { outcomes: number; pushes: number; alerts: number }): string => {
      const parts = [
        ...(outcomes > 0 ? [`주문 결과 ${grouped(outcomes)}건`] : []),
        ...(pushes > 0 ? [`KIS 통보 ${grouped(pushes)}건`] : []),
        ...(alerts > 0 ? [`가격 알림 기록 ${grouped(alerts)}건`] : []),
      ];
      return parts.length === 0 ? '' : `그동안의 ${parts.join(', ')}을 이제 적었습니다.`;
    },
    nothingLost: '잃은 것은 없습니다.',
    lost: (count: number): string =>
      `전하지 못하고 잃은 메시지가 ${grouped(count)}건 있습니다. /orders 와 /alerts 를 확인해 주세요.`,
    haltUnwritten: '장부에 아직 적지 못했습니다. 적히기 전에 봇이 다시 시작하면 정지가 풀립니다.',
  },
  /** The settings name another number for an account than before. */
  numberChange: {
    title: '계좌번호가 바뀌었습니다',
    begunAnew: ({ account, setting }: ErrorContext): string =>
      `${account} 계좌의 번호가 ${setting}에서 바뀌었습니다. 이전 번호에 끝나지 않은 주문이 없어 새 번호로 기록을 새로 시작합니다. 이전 번호로 되돌리면 그 기록이 다시 보입니다.`,
    restingAlerts: (count: number): string =>
      `이전 번호에서 만든 평단 알림 ${grouped(count)}개는 쉽니다. 필요하면 다시 만들어 주세요.`,
    look: '이전 번호의 주문 보기',
    ticket: (account: string): string => `${account} 계좌 · 새 번호로 시작`,
    stillOpen: (count: number): string => `이전 번호로 낸 주문 ${grouped(count)}건이 기록에서 끝나지 않았습니다.`,
    check:
      '한국투자 앱이나 HTS에서 모두 체결되었거나 취소되었는지 보고 확인해 주세요. 확인하면 이 주문들은 더 지켜보지 않습니다.',
    putBack: (setting: string): string =>
      `남아 있는 주문이 있으면 취소를 누르고, ${setting}에 이전 번호를 다시 적어 시작해 주세요.`,
    accepted: '새 번호로 시작합니다. 이제 이 계좌에서 주문할 수 있습니다.',
  },
  trading: {
    halted: '거래를 정지했습니다. 새 주문은 나가지 않습니다. 취소는 됩니다.',
    resumed: '거래를 다시 시작합니다.',
    cancelAll: '미체결 모두 취소',
    schedulesStand: (count: number): string =>
      `KIS가 이미 받은 예약주문 ${grouped(count)}건은 정지해도 나갑니다. 막으려면 /schedule 에서 취소해 주세요.`,
  },
  help: {
    greeting: '호가(Hoga) · 채팅으로 하는 국내주식',
    sections: { look: '보기', trade: '주문', tell: '알림', account: '계좌', rest: '설정' },
    /** `/price 현재가` */
    entry: (name: string, korean: string | undefined): string => `/${name}${korean === undefined ? '' : ` ${korean}`}`,
    role: (role: string): string => `권한: ${role}`,
    usage: '사용법',
    aliases: '같은 말',
    examples: '예',
    sentences:
      '문장도 됩니다: 삼성전자 10주 7만원에 매수 · 하이닉스 절반 팔아 · 네이버 20만원 넘으면 알려줘 · 카카오 얼마야',
    more: '자세히 보려면 아래 버튼을 누르거나 /help buy 처럼 써 주세요.',
    unknown: (name: string): string => `'${name}' 명령은 없습니다.`,
  },

  progress: {
    digest: '요약을 만드는 중…',
    token: (seconds: number): string =>
      `KIS 토큰은 1분에 한 번만 받을 수 있어 기다리는 중입니다. 약 ${seconds}초 뒤에 저절로 이어집니다.`,
    revoking: '접근토큰을 폐기하는 중…',
    info: '종목 정보를 가져오는 중…',
    fin: '재무제표를 가져오는 중…',
    opinion: '투자의견을 가져오는 중…',
    flow: '수급을 가져오는 중…',
    news: '뉴스를 가져오는 중…',
    index: '지수를 가져오는 중…',
    rank: '순위를 가져오는 중…',
    price: '현재가를 가져오는 중…',
    chart: '차트를 그리는 중…',
    balance: '잔고를 가져오는 중…',
    orders: '주문을 가져오는 중…',
    schedules: '예약주문을 가져오는 중…',
    ticket: '주문표를 만드는 중…',
    sending: '확인했습니다. KIS로 보내는 중…',
    fills: '체결을 가져오는 중…',
    pnl: '실현손익을 가져오는 중…',
    exporting: '내보낼 자료를 모으는 중…',
    groups: 'HTS 관심그룹을 가져오는 중…',
    screens: '조건검색을 가져오는 중…',
  },

  quote: {
    unchanged: '보합',
    range: '시가/고가/저가',
    volume: '거래량',
    turnover: '대금',
    strength: '체결강도',
    limits: '상한/하한',
    /** Beside a price: of which part of an exchange's day it is. */
    session: {
      'pre-market': '프리마켓',
      regular: '정규장',
      'closing-auction': '장마감 동시호가',
      'post-close': '시간외 종가',
      'after-market': '애프터마켓',
    } satisfies Record<PriceTime['session'], string>,
    close: '종가',
    sinceClose: (percent: string): string => `종가보다 ${percent}`,
  },

  book: {
    asks: '매도',
    price: '가격',
    bids: '매수',
    total: '합계',
    expected: (price: string, size: string): string => `예상체결 ${price} · ${size}`,
    empty: '호가가 없습니다.',
    exchange: { KRX: 'KRX', NXT: '넥스트레이드(NXT)', SOR: '통합(SOR)' } satisfies Record<Exchange, string>,
    strength: (percent: string): string => `체결강도 ${percent}%`,
    halted: (reason: string | undefined): string => (reason === undefined ? '거래정지' : `거래정지 · ${reason}`),
    interrupted: 'VI 발동 중: 2분 동안 단일가로 매매합니다.',
    circuitBreaker: '서킷브레이커 발동: 시장 전체의 매매가 멈췄습니다.',
  },
  info: {
    marketValue: '시가총액',
    listed: '상장주식',
    sharesUnit: '주',
    yearHigh: '52주 최고',
    yearLow: '52주 최저',
    previousClose: '전일 종가',
    volumePercent: '전일 대비 거래량',
    foreign: '외국인 소진율',
    margin: '증거금률',
    credit: '신용',
    yes: '가능',
    no: '불가',
    listedOn: '상장일',
    viNow: '발동 중',
    viKind: { static: '정적', dynamic: '동적', both: '정적·동적', unknown: '' } satisfies Record<
      VolatilityInterruption['kind'],
      string
    >,
    dividend: '배당',
    perShare: (amount: string): string => `1주당 ${amount}`,
    noCash: '현금 없음',
    /** The kinds of dividends, as KIS names them. */
    dividendKind: (kind: string): string => kind,
    ofFace: '액면배당률',
  },
  fin: {
    title: { year: '연간 재무', quarter: '분기 재무' },
    sinceJanuary: '분기 매출과 이익은 그해 초부터 더한 값입니다.',
    none: (name: string): string => `${name}: 재무제표가 없습니다(ETF나 ETN일 수 있습니다).`,
    unit: '단위: 억원',
    /** Hundreds of millions of won. */
    amount: (value: number): string => grouped(Math.round(value / 1e8)),
    revenue: '매출',
    operatingProfit: '영업익',
    netIncome: '순이익',
    debt: '부채%',
    growth: '성장%',
    latest: (period: string): string => `${period} 기준`,
    assets: '자산',
    liabilities: '부채',
    equity: '자본',
    grossMargin: '총이익률',
    netMargin: '순이익률',
    current: '유동비율',
    quick: '당좌비율',
    borrowing: '차입금의존도',
    retention: '유보율',
    operatingGrowth: '영업익 증가',
    netGrowth: '순이익 증가',
    equityGrowth: '자본 증가',
    assetGrowth: '자산 증가',
    payout: '배당성향',
  },
  opinion: {
    title: (name: string): string => `${name} 투자의견`,
    none: (name: string, months: number): string => `${name}: 최근 ${months}개월 투자의견이 없습니다.`,
    average: (target: string, away: string, count: number): string => `평균 목표가 ${target} (${away}) · ${count}곳`,
    /** A broker's opinion in its own words. */
    grade: (text: string): string => text,
    view: { issue: '종목별', broker: '증권사별' },
  },
  flow: {
    title: (name: string): string => `${name} 수급`,
    none: (name: string): string => `${name}: 투자자별 매매가 없습니다.`,
    estimate: (foreigners: string, institutions: string): string =>
      `오늘 추정(가집계) 외국인 ${foreigners}주 · 기관 ${institutions}주`,
    unit: '순매수, 주',
    individuals: '개인',
    foreigners: '외국인',
    institutions: '기관',
    holding: (percent: string, change: string, days: number): string =>
      `외국인 소진율 ${percent}% (${days}일 동안 ${change}%p)`,
    volume: (day: string, bought: string, sold: string, strength: string): string =>
      `${day} 매수체결 ${bought}주 · 매도체결 ${sold}주 (${strength}%)`,
    top: (who: 'foreigners' | 'institutions', side: 'bought' | 'sold'): string =>
      `${who === 'foreigners' ? '외국인' : '기관'} ${side === 'bought' ? '순매수' : '순매도'}`,
    reported: '오늘 가집계(금액, 수량, 등락률). 장중에 몇 번 모은 값이라 확정이 아닙니다.',
    noneToday: '오늘 가집계가 아직 없습니다. 09:30쯤부터 나옵니다.',
  },
  news: {
    title: (name: string | undefined): string => (name === undefined ? '시장 뉴스' : `${name} 뉴스`),
    none: (name: string | undefined): string => `${name === undefined ? '' : `${name}: `}뉴스가 없습니다.`,
  },
  index: {
    KOSPI: '코스피',
    KOSDAQ: '코스닥',
    KOSPI200: '코스피200',
    breadth: (rising: string, unchanged: string, falling: string): string =>
      `상승 ${rising} · 보합 ${unchanged} · 하락 ${falling}`,
  },
  rank: {
    title: (by: string, where: string): string => `${by} 순위 · ${where}`,
    none: '순위가 비어 있습니다. 장이 열리면 나옵니다.',
    markets: { all: '전체', KOSPI: '코스피', KOSDAQ: '코스닥' } satisfies Record<RankingMarket, string>,
    kinds: {
      volume: '거래량',
      turnover: '거래대금',
      rise: '상승률',
      fall: '하락률',
      'market-value': '시가총액',
      'after-hours': '시간외 잔량',
      bids: '순매수잔량',
      asks: '순매도잔량',
      'new-high': '신고가 근접',
      'new-low': '신저가 근접',
    } satisfies Record<RankingKind, string>,
  },
  chart: {
    interval: {
      '1m': '1분봉',
      '3m': '3분봉',
      '5m': '5분봉',
      '10m': '10분봉',
      '15m': '15분봉',
      '30m': '30분봉',
      '60m': '60분봉',
      '1d': '일봉',
      '1w': '주봉',
      '1mo': '월봉',
      '1y': '년봉',
    } satisfies Record<BarInterval, string>,
    /** On buttons, five to a row. */
    short: { '1m': '1분', '5m': '5분', '1d': '일', '1w': '주', '1mo': '월' },
    averages: '이동평균',
    volume: '거래량',
    high: '최고',
    low: '최저',
    cost: '평균 단가',
    alert: '알림',
    noCost: '잔고를 가져오지 못해 평균 단가는 그리지 않았습니다.',
  },

  balance: {
    margin: '주문가능',
    unpaid: '미수금',
    summary: '자산현황',
    total: '총자산',
    net: '순자산',
    marketValue: '주식평가',
    costBasis: '매입금액',
    overseas: '해외주식',
    loans: '대출',
    title: '잔고',
    deposit: '예수금',
    settled: 'D+2 정산 후',
    orderable: '주문가능',
    assets: '총평가',
    pnl: '평가손익',
    none: '보유종목이 없습니다.',
    position: (quantity: string, sellable: string): string => `${quantity} (매도가능 ${sellable})`,
    onCredit: (quantity: string): string => `신용 ${quantity} 포함`,
    average: '평균',
    last: '현재',
    truncated: '보유종목이 많아 일부만 보입니다.',
  },

  ticket: {
    title: (side: Side): string => `${side === 'buy' ? '매수' : '매도'} 주문표`,
    cancelTitle: '취소 주문표',
    amendTitle: '정정 주문표',
    amendNote: '남은 수량 전부를 정정하며 주문번호가 새로 나옵니다.',
    amendPartNote: (part: string, rest: string, number: string): string =>
      `${part}만 정정해 새 주문번호가 나오고, ${rest}는 ${number}번으로 그대로 남습니다.`,
    cancelPartNote: (part: string, rest: string): string => `${part}만 취소하고 ${rest}는 그대로 둡니다.`,
    chosen: {
      buy: '가격이 없어 최우선 매도호가 지정가로 정했습니다.',
      sell: '가격이 없어 최우선 매수호가 지정가로 정했습니다.',
    } satisfies Record<Side, string>,
    market: '시장가: 체결가격은 정해지지 않습니다.',
    atUpperLimit: '금액은 상한가로 잡습니다.',
    stop: (price: string): string => `현재가가 ${price}에 닿으면 지정가 주문이 됩니다.`,
    exchange: (name: string): string => `거래소: ${name}`,
    usualExchange: (name: string): string => `거래소를 쓰지 않아 내 기본 거래소 ${name}로 보냅니다.`,
    usualNotHere: (name: string): string => `내 기본 거래소(${name})가 여기에 없어 KRX로 보냅니다.`,
    sizedBySum: (sum: string, price: string, count: string): string => `${sum} ÷ ${price} = ${count}`,
    sizedByPercent: (of: string, percent: number, count: string): string => `${of}의 ${percent}% = ${count}`,
    last: '현재가',
    cost: (commission: string, tax: string | undefined): string =>
      `수수료 약 ${commission}${tax === undefined ? '' : `, 세금 약 ${tax}`}`,
    /** The sum to reserve for a buy without a limit price, and the sum to expect from such a sell. */
    reckoned: {
      buy: (amount: string): string => `최대 ${amount}`,
      sell: (amount: string): string => `약 ${amount}`,
    } satisfies Record<Side, (amount: string) => string>,
    available: { buy: '매수가능', sell: '매도가능' } satisfies Record<Side, string>,
    orderableCash: '주문가능',
    until: (seconds: number): string => `${seconds}초 안에 확인해 주세요.`,
    dropped: '주문표를 취소했습니다. 보낸 것은 없습니다.',
    replaced: '주문표를 새로 만들었습니다.',
    decidedIn: (place: string): string => `${place}에서 눌렀습니다.`,
    live: '실전 계좌 주문입니다.',
    warning: (text: string): string => `주의: ${text}`,
    estimate: (average: string, percent: string, worst: string): string =>
      `예상 체결 약 ${average} (${percent}), 최악 ${worst}`,
    noEstimate: '단일가 매매 중이라 체결가격을 예상할 수 없습니다.',
  },

  outcome: {
    accepted: '접수됨',
    cancelAccepted: '취소 접수됨',
    amendAccepted: '정정 접수됨',
    rejected: 'KIS가 거부했습니다',
    denied: '보내지 않았습니다',
    unknown: '결과를 모릅니다',
    number: '주문번호',
    tellFill: '체결되면 알려 드립니다.',
    unknownNext: 'KIS의 답을 받지 못했습니다. 다시 보내지 않고 KIS 목록에서 찾아 알려 드립니다.',
    newTicket: '필요하면 주문표를 새로 만들어 주세요.',
    reason: '이유',
    noReason: 'KIS가 이유를 알려 주지 않았습니다.',
  },

  /** The message of a ticket once it shows how its orders stand. */
  card: {
    filled: (filled: string, all: string): string => `체결 ${filled} / ${all}`,
    filledSoFar: (filled: string, average: string): string => `체결 ${filled} · 평균 ${average}`,
    average: (price: string): string => `평균 ${price}`,
    left: (quantity: string): string => `남은 ${quantity}`,
    cancelled: (quantity: string): string => `${quantity} 취소`,
    expired: (quantity: string): string => `${quantity} 소멸`,
    replaced: (quantity: string): string => `${quantity} 정정`,
    /** Of an order that goes on under another number. */
    earlier: '앞 주문',
    moot: '바뀐 것이 없습니다',
    movedOn: '이어지는 상황은 처음 주문의 메시지에 나옵니다.',
    lookUp: '주문 확인',
    untilWhen: '이 메시지는 누르신 뒤 15분까지만 바뀝니다. 그 뒤의 소식은 봇과의 채팅으로 알려 드립니다.',
  },
  notices: {
    filled: '체결',
    filledTotal: (filled: string, all: string): string => `누적 ${filled} / ${all}`,
    cancelled: '취소 확인',
    cancelledRest: (quantity: string): string => `남은 ${quantity}가 취소되었습니다.`,
    partCancelled: '일부 취소 확인',
    partCancelledText: (quantity: string, left: string): string =>
      `${quantity}가 취소되었습니다. 남은 ${left}는 그대로입니다.`,
    expired: '장 마감',
    expiredRest: (quantity: string): string => `체결되지 않은 ${quantity}는 장 마감으로 없어졌습니다.`,
    replaced: '정정됨',
    replacedElsewhere: '다른 곳에서 정정되었습니다. 이제',
    partReplaced: '일부 정정됨',
    partReplacedElsewhere: (quantity: string, left: string): string =>
      `다른 곳에서 ${quantity}가 정정되었습니다. 남은 ${left}는 그대로입니다. 정정된 것은`,
    rejected: '거부됨',
    rejectedText: 'KIS가 접수 뒤에 거부했습니다.',
    foreignFill: '다른 곳 주문의 체결',
    foreignMaybe: '결과를 모르는 주문의 체결일 수 있습니다. /orders 에서 확인해 주세요.',
    foreignText: 'Hoga에서 낸 주문이 아닙니다.',
    neverSent: '보내지 않은 주문',
    neverSentText: '확인하신 뒤 프로그램이 끝나 KIS로 보내지 않았습니다. 필요하면 주문표를 새로 만들어 주세요.',
    unknown: '결과를 모르는 주문',
    unknownText:
      '보내는 중에 프로그램이 끝나 접수됐는지 알 수 없습니다. 다시 보내지 않고 KIS 목록에서 찾아 알려 드립니다.',
  },

  orders: {
    title: '미체결',
    none: '미체결 주문이 없습니다.',
    today: '오늘 주문',
    noneToday: '오늘 낸 주문이 없습니다.',
    allToday: (count: number): string => `오늘 주문 ${count}건 모두 보기`,
    count: (count: number): string => `${count}건`,
    remaining: '남은',
    marketPrice: '시장가',
    unknownNote: '결과를 모르는 주문을 KIS 목록에서 찾고 있습니다. 알게 되면 알려 드립니다.',
    askedNote: '확인이 필요한 주문이 있습니다. 확인 요청 메시지에서 골라 주세요.',
    elsewhere: '다른 곳 주문',
    amendOf: (number: string): string => `주문 ${number} 정정`,
    cancelOf: (number: string): string => `주문 ${number} 취소`,
    partOf: (all: string, part: string): string => `${all} 중 ${part}`,
    partCancelled: (quantity: string): string => `${quantity} 취소`,
    partAmended: (quantity: string): string => `${quantity} 정정`,
    partRefused: (number: string, asked: string, left: number): string =>
      `${number}번 주문에 남은 수량은 ${shares(left)}라 ${asked}는 안 됩니다. ${left === 1 ? '1주만' : `1주부터 ${shares(left)}까지`} 됩니다.`,
    partOfAll: '모두 취소할 때는 수량을 쓰지 않습니다. 한 주문의 일부는 /cancel 1234 3 처럼 번호와 수량을 써 주세요.',
  },

  fills: {
    title: '체결',
    none: (period: string): string => `${period}에는 체결이 없습니다. 다른 기간은 /fills 3개월 처럼 써 주세요.`,
    total: (count: number, bought: string, sold: string): string => `${count}건 · 매수 ${bought} · 매도 ${sold}`,
  },

  pnl: {
    title: '실현손익',
    none: (period: string): string => `${period}에는 매도 내역이 없습니다. 다른 기간은 /pnl 3개월 처럼 써 주세요.`,
    costs: (commission: string, tax: string): string => `수수료 ${commission} · 세금 ${tax}`,
    byDay: '날짜별',
    byIssue: '종목별',
    moreIssues: (count: number): string => `그 밖에 ${count}종목은 CSV 파일에 있습니다.`,
    truncated: '내역이 많아 일부만 보입니다. 합계는 전체입니다. 기간을 줄이면 다 보입니다.',
    reckoned:
      '모의투자에는 손익 조회가 없어 체결 내역과 평균단가로 계산한 값입니다. 수수료와 세금은 어림이라 HTS와 조금 다를 수 있습니다.',
    unpriced: (sales: string): string => `산 값을 알 수 없어 빠진 매도: ${sales}`,
  },

  export: {
    subjects: { holdings: '잔고', fills: '체결', pnl: '손익', quotes: '시세', candles: '봉' },
    /** The heading of the column with the account. */
    account: '계좌',
    columns: {
      holdings: [
        '종목코드',
        '종목명',
        '수량',
        '매도가능',
        '평균단가',
        '현재가',
        '매입금액',
        '평가금액',
        '평가손익',
        '수익률(%)',
      ],
      fills: ['일자', '시각', '주문번호', '종목코드', '종목명', '구분', '체결수량', '평균단가', '체결금액'],
      pnl: [
        '일자',
        '종목코드',
        '종목명',
        '매수수량',
        '매수금액',
        '매도수량',
        '매도금액',
        '실현손익',
        '수익률(%)',
        '수수료',
        '세금',
      ],
      quotes: [
        '종목코드',
        '종목명',
        '현재가',
        '전일대비',
        '등락률(%)',
        '시가',
        '고가',
        '저가',
        '거래량',
        '거래대금',
        '조회시각',
      ],
      candles: ['종목코드', '종목명', '거래소', '일자', '시각', '시가', '고가', '저가', '종가', '거래량'],
    } as Readonly<Record<'holdings' | 'fills' | 'pnl' | 'quotes' | 'candles', readonly string[]>>,
    minutesReach: '지난 분봉은 최근 6거래일까지 가져옵니다. 그보다 앞은 전에 받아 둔 것만 있습니다.',
    file: (name: string, rows: number): string => `${name} ${rows}행을 CSV 파일로 보냅니다.`,
    written: (tab: string, rows: number): string => `구글 시트의 '${tab}' 탭에 ${rows}행을 썼습니다.`,
  },

  watch: {
    title: (count: number): string => `관심종목 ${count}`,
    empty: '관심종목이 없습니다. 예: /watch add 삼성전자',
    noPrice: '가격 없음',
    chooseGroup: '가져올 HTS 관심그룹을 골라 주세요.',
    moreGroups: (count: number): string =>
      `그 밖에 ${count}개가 더 있습니다. /watch import 002 처럼 그룹 번호로 가져올 수 있습니다.`,
    noGroups: 'HTS에 저장한 관심그룹이 없습니다. HTS나 앱에서 만든 뒤 다시 해 주세요.',
    emptyGroup: '그 관심그룹에는 종목이 없습니다.',
    leftOut: (count: number, limit: number): string =>
      `관심종목은 ${limit}개까지라 ${count}종목은 넣지 못했습니다. /watch remove 로 빼면 자리가 납니다.`,
  },

  board: {
    liveUntil: (time: string, seconds: number): string => `실시간 · ${time}까지 ${seconds}초마다 새로 고칩니다.`,
    over: '10분이 지나 실시간을 마쳤습니다.',
    stopped: '실시간을 멈췄습니다.',
    failed: '실시간을 멈췄습니다.',
    /** Why a board asks for figures that could be pushed. */
    why: {
      unsupported: '모의투자에는 이 실시간 자료가 없어 조회합니다.',
      full: '실시간 등록이 다 차서 조회합니다. 알림이 먼저입니다.',
      refused: 'KIS가 실시간 등록을 받지 않아 조회합니다.',
      down: '실시간 연결이 끊겨 있어 조회합니다.',
    },
  },

  screen: {
    title: '조건검색',
    choose: 'HTS에 저장한 조건을 골라 주세요.',
    noneSaved: 'HTS에 저장한 조건이 없습니다. HTS의 조건검색에서 만들어 서버에 저장하면 여기 나옵니다.',
    matches: (count: number): string => `조건검색 ${count}종목`,
    none: '조건에 맞는 종목이 없습니다.',
    golden: '골든크로스',
    within: (days: number): string => `최근 ${days}거래일 안에 50일선이 200일선을 넘음`,
    marketValue: (amount: string): string => `시총 ${amount} 이상`,
    turnover: (amount: string): string => `거래대금(20일 평균) ${amount} 이상`,
    gathering: '살펴볼 종목을 고르는 중…',
    running: (done: string, total: string, found: number): string => `${done}/${total} 살펴보는 중… ${found}종목 찾음`,
    /** Daily bars that are not stored yet. */
    asking: (issues: string, minutes: number): string =>
      `일봉이 없는 ${issues}종목을 KIS에 묻습니다(${minutes < 1 ? '1분 안' : `약 ${minutes}분`}). 사람이 기다리는 요청이 먼저이고, 멈춰도 받은 일봉은 남습니다.`,
    nothing:
      '모의투자는 조회가 1초에 한 번이라 관심종목과 보유종목만 살펴보는데, 둘 다 없습니다. /watch add 삼성전자 로 넣어 주세요.',
    stopping: '검색을 멈추는 중입니다.',
    stopped: '검색을 멈췄습니다. 여기까지 찾은 종목입니다.',
    noneRunning: '진행 중인 검색이 없습니다. /screen golden 으로 시작할 수 있습니다.',
    scanned: {
      /** `listed` is given when not all issues were searched. */
      market: (count: string, listed?: string): string =>
        listed === undefined ? `전체 ${count}종목` : `전체 ${listed}종목 중 ${count}종목`,
      own: (count: string): string => `전 종목은 볼 수 없어 관심·보유 ${count}종목`,
    },
    skipped: (count: number): string => `${count}종목은 읽지 못함`,
    at: (time: string): string => `${time} 기준`,
    asOf: (day: string): string => `${koreanDate(day)} 기준`,
    /** `day` (`20261120`) is given when the latest bar is not today's. */
    daysAgo: (days: number, day?: string): string =>
      days > 0 ? `${days}거래일 전` : day === undefined ? '오늘' : koreanDate(day),
  },

  schedule: {
    title: '예약주문',
    none: '예약주문이 없습니다. 예: /schedule 매수 삼성전자 10 70000',
    recent: '처리된 예약',
    ticket: (side: Side): string => `${side === 'buy' ? '매수' : '매도'} 예약 주문표`,
    amendTicket: '예약 정정 주문표',
    cancelTicket: '예약 취소 주문표',
    /** When a scheduled order is sent, in lists and in messages about one. */
    once: (day: string): string => `${day} 예약`,
    daily: (day: string, until: string): string => `${day}–${until} 거래일마다 예약`,
    number: '예약번호',
    onceNote: (day: string): string => `${day}에 KIS가 주문으로 보냅니다.`,
    dailyNote: (day: string, until: string): string =>
      `${day}부터 ${until}까지 거래일마다, 체결되지 않은 수량을 KIS가 주문으로 보냅니다.`,
    alwaysNote: '시뮬레이터는 장이 닫히지 않으므로 1분 뒤에 주문으로 보냅니다.',
    bandNote: '가격은 오늘 상·하한가로만 확인했습니다. 보내는 날의 상·하한가를 벗어나면 KIS가 거부합니다.',
    marketNote: '시장가: 보내는 날의 시가 근처에서 체결되며 가격은 정해지지 않습니다.',
    short: '지금 주문가능금액으로는 모자랍니다. 그날 아침에도 모자라면 KIS가 거부합니다.',
    twin: (number: string): string => `같은 예약이 이미 있습니다: ${number}`,
    outsideHours: (from: string): string =>
      `⚠️ KIS 안내로는 예약주문을 15:40부터 다음 거래일 07:30까지 받습니다(23:40–00:10 제외, 오늘은 ${from}부터). 지금 확인하면 그대로 보내지만 KIS가 거절할 수 있습니다.`,
    haltNote: 'KIS가 받은 뒤에는 /halt 로도 막을 수 없고 예약을 취소해야 합니다.',
    cancelNote: '이미 주문으로 나간 것은 취소되지 않습니다. 그 주문은 /orders 에서 취소해 주세요.',
    accepted: '예약 접수됨',
    amendAccepted: '예약 정정됨',
    cancelAccepted: '예약 취소됨',
    tellResult: '주문으로 나가거나 거부되면 알려 드립니다.',
    sentAs: (number: string): string => `주문 ${number}`,
    refusedAs: (reason: string): string => (reason.trim() === '' ? '거부(이유를 알려 주지 않음)' : `거부: ${reason}`),
    elsewhere: '다른 곳 예약',
    amendOf: (number: string): string => `예약 ${number} 정정`,
    cancelOf: (number: string): string => `예약 ${number} 취소`,
    sent: '예약주문이 나갔습니다',
    refused: '예약주문이 거부되었습니다',
    refusedAgain: '남은 기간의 예약은 그대로입니다.',
    overdue: '예약주문이 처리되지 않았습니다',
    overdueText: '장이 열렸는데 KIS가 아직 주문으로 보내지 않았습니다. 계속 확인하니 HTS나 앱에서도 봐 주세요.',
    ended: '예약주문이 끝났습니다',
    endedText: (quantity: string): string => `${quantity}가 체결되지 않은 채 예약 기간이 지났습니다.`,
    unlisted: 'KIS의 예약 목록에 없습니다. 다른 곳에서 취소하지 않으셨다면 HTS나 앱에서 확인해 주세요.',
  },

  /** The greeting for `/start`. */
  welcome: {
    venue: {
      simulator: 'KIS 시뮬레이터입니다. 가격은 지어낸 것이고 돈은 움직이지 않습니다.',
      'paper-simulator': '모의투자 규칙의 KIS 시뮬레이터입니다. 가격은 지어낸 것이고 돈은 움직이지 않습니다.',
      paper: '모의투자입니다. 진짜 돈은 움직이지 않습니다.',
      live: '실전 계좌입니다. 진짜 돈이 움직입니다.',
    },
    may: {
      viewer: '조회 권한: 시세와 잔고를 보고 알림을 받습니다.',
      trader: '거래 권한: 조회와 주문을 합니다.',
      owner: '소유자 권한: 조회와 주문을 하고, 쓸 사람을 정합니다.',
    } satisfies Record<Role, string>,
    tryThese: '이렇게 써 보세요:',
    price: '삼성전자 얼마야',
    buy: '삼성전자 1주 매수',
    chart: '삼성전자 차트',
    alert: '삼성전자 10만원 넘으면 알려줘',
    confirm: '주문은 주문표의 확인을 눌러야 나갑니다.',
    priceButton: '삼성전자',
    helpButton: '명령 보기',
  },

  start: {
    simulator: 'KIS 시뮬레이터로 시작했습니다. 가격은 지어낸 것이고 돈은 움직이지 않습니다.',
    'paper-simulator': '모의투자 규칙의 KIS 시뮬레이터로 시작했습니다. 가격은 지어낸 것이고 돈은 움직이지 않습니다.',
    paper: '모의투자로 시작했습니다.',
    live: '실전으로 시작했습니다. 진짜 돈이 움직입니다.',
    hint: '/start 로 시작해 보세요.',
    noHtsId: 'KIS_HTS_ID가 없어 체결통보를 받지 못합니다. 체결은 30초마다 조회로 확인합니다.',
  },

  digest: {
    titles: { morning: '아침 요약', close: '마감 요약', evening: '저녁 요약' } satisfies Record<DigestKind, string>,
    midday: '장중 요약',
    kinds: { morning: '아침', close: '마감', evening: '저녁' } satisfies Record<DigestKind, string>,
    late: (time: string): string => `${time}에 드릴 것을 봇이 꺼져 있어 지금 드립니다.`,
    missedToday: (what: string): string =>
      `${what}은 그때 봇이 꺼져 있어 드리지 못했습니다. 지금 보려면 /digest 를 써 주세요.`,
    missedBefore: (count: number, from: string, to: string): string =>
      `봇이 꺼져 있던 ${from === to ? from : `${from}~${to}`}의 요약 ${count}건은 드리지 못했습니다.`,
    closedToday: '오늘은 장이 열리지 않습니다.',
    hours: (open: string, close: string): string => `오늘은 ${open}에 열고 ${close}에 닫습니다.`,
    nextHours: (date: string, open: string, close: string): string => `${date}: ${open}에 열고 ${close}에 닫습니다.`,
    next: (date: string): string => `다음 거래일 ${date}`,
    indices: (date: string): string => `지수 · ${date}`,
    lastDay: (date: string): string => `내 종목 · ${date}`,
    today: '오늘 내 종목',
    watched: '종목',
    assets: '자산',
    fills: '오늘 체결',
    noFills: '오늘 체결 없음',
    realized: '실현손익',
    orders: '미체결',
    scheduled: '예약주문',
    alerts: '알림',
    waiting: '기다리는 것',
    nothingWaits: '기다리는 알림과 주문이 없습니다.',
    news: '뉴스',
    noNews: '어제 마감 뒤 내 종목 뉴스가 없습니다.',
    exDays: '배당락·권리락',
    exRights: (date: string, name: string, kind: 'paid' | 'free'): string =>
      `${date} ${name} 권리락 (${kind === 'paid' ? '유상증자' : '무상증자'})`,
    exDay: (date: string, name: string, kind: string, cash: string | undefined): string =>
      `${date} ${name} ${kind} 배당락${cash === undefined ? '' : ` 주당 ${cash}`}`,
    flows: '수급(순매수, 주)',
    flow: (name: string, foreigners: string, institutions: string, estimated: boolean): string =>
      `${name} 외국인 ${foreigners} · 기관 ${institutions}${estimated ? ' (추정)' : ''}`,
    after: '애프터마켓(종가 대비)',
    noAfter: '애프터마켓에서 움직인 내 종목이 없습니다.',
    nothingHeld: '보유종목과 관심종목이 없습니다. /watch add 삼성전자 로 넣어 두면 여기에 나옵니다.',
    notHere: '다른 사람이 보는 곳이라 계좌 내용은 뺐습니다.',
    missing: (parts: string): string => `빠진 것: ${parts} (KIS가 답하지 않음)`,
    unsupported: (parts: string): string => `이 계좌에서 볼 수 없는 것: ${parts}`,
    parts: {
      indices: '지수',
      balance: '잔고',
      fills: '체결',
      realized: '실현손익',
      orders: '미체결',
      scheduled: '예약주문',
      issues: '종목 시세',
      news: '뉴스',
      exDays: '배당 일정',
      flows: '수급',
      after: '애프터마켓',
    } satisfies Record<DigestPart, string>,
    noPicture: '그림은 그리지 못했습니다.',
    gets: (times: string): string => `거래일마다 받는 요약: ${times}`,
    getsNone: '정해진 시각에 받는 요약이 없습니다. 켜기: /digest on',
    time: (kind: string, time: string): string => `${kind} ${time}`,
    shiftNote: '마감 요약은 장이 늦게 끝나는 날에는 그만큼 늦게 갑니다.',
    topicOff: '요약을 꺼 두셔서 가지 않습니다. 켜기: /settings 요약 켬',
    on: '정해진 시각에 받기',
    see: '지금 보기',
    off: '그만 받기',
    toWebhook: '웹훅 채널로 보냅니다.',
    card: {
      lastDay: '지난 거래일 등락',
      today: '오늘 등락',
      profit: '오늘 손익',
      alerts: '기다리는 알림',
      orders: '기다리는 주문',
      exDays: '다가오는 배당락·권리락',
      count: (count: number): string => `${count}건`,
    },
  },
  /** What `npm start -- exec … --to …` says at the end. */
  exec: {
    needsWebhook: 'exec --to webhook 에는 DISCORD_WEBHOOK_URL이 필요합니다. .env나 CI의 비밀 값에 넣어 주세요.',
    needsReports: 'exec --to webhook 으로 보낼 웹훅이 없습니다. DISCORD_WEBHOOK_KINDS에 reports를 넣어 주세요.',
    needsToken: 'exec --to telegram 에는 TELEGRAM_BOT_TOKEN이 필요합니다. .env나 CI의 비밀 값에 넣어 주세요.',
    needsOwner: 'exec --to telegram 은 소유자에게 보냅니다. HOGA_OWNERS=telegram:숫자 를 설정해 주세요.',
    noAnswer: '답이 없습니다. 보내지 않았습니다.',
    nothingToday: '오늘은 장이 열리지 않아 보내지 않았습니다.',
    isPrivate:
      '계좌 내용이라 여럿이 보는 웹훅에는 보내지 않았습니다. --to telegram 을 쓰거나 DISCORD_WEBHOOK_KINDS에 fills를 넣어 주세요.',
    sentToWebhook: '웹훅 채널로 보냈습니다.',
    sentToTelegram: '텔레그램으로 보냈습니다.',
    notSent: (why: string): string => `보내지 못했습니다: ${why}`,
  },
  monitor: {
    title: (minutes: number): string => `${minutes}분 모니터`,
    since: (minutes: number, percent: string): string => `${minutes}분 ${percent}`,
    volume: (count: string): string => `거래량 ${count}`,
    usual: (percent: string): string => `평소 하루의 ${percent}`,
    strength: (percent: string): string => `체결강도 ${percent}`,
    flow: (foreigners: string, institutions: string): string => `외국인 ${foreigners} · 기관 ${institutions}`,
    noPrice: '시세 없음',
    goesOn: (minutes: number): string => `장중 ${minutes}분마다 이 메시지를 고칩니다. 그만 보려면 /monitor off`,
    later: (minutes: number): string => `장이 열리면 ${minutes}분마다 알려 드립니다. 그만 보려면 /monitor off`,
    toWebhook: (minutes: number): string => `웹훅 채널에 장중 ${minutes}분마다 알립니다. 그만두려면 /monitor off 웹훅`,
    over: '장이 끝났습니다.',
    ended: '모니터를 껐습니다.',
    none: '모니터가 없습니다. 예: /monitor 삼성전자 카카오 5분',
    stop: '모니터 끄기',
    topicOff: '요약을 꺼 두셔서 가지 않습니다. 켜기: /settings 요약 켬',
    missing: (parts: string): string => `빠진 것: ${parts} (KIS가 답하지 않음)`,
    unsupported: (parts: string): string => `이 계좌에서 볼 수 없는 것: ${parts}`,
    parts: { price: '시세', usual: '평소 거래량', strength: '체결강도', flows: '수급' } satisfies Record<
      MonitorPart,
      string
    >,
  },

  /** The questions about a sentence that is not clear. */
  sentences: {
    questions: {
      side: (name: string): string => `${name} 주문을 살까요, 팔까요?`,
      size: (side: string): string =>
        `몇 주를 ${side === 'buy' ? '살' : '팔'}까요? 예: 삼성전자 10주 7만원에 ${side === 'buy' ? '매수' : '매도'}`,
      stock: (side: string): string =>
        `어떤 종목을 ${side === 'buy' ? '살' : '팔'}까요? 예: 삼성전자 10주 7만원에 ${side === 'buy' ? '매수' : '매도'}`,
      stocks: (): string => '한 번에 한 종목만 됩니다. 어느 종목인가요?',
      which: (text: string): string => `'${text}'에 꼭 맞는 종목은 없습니다. 어느 종목인가요?`,
      numbers: (): string => '어느 쪽이 수량인가요? 10주, 70,000원처럼 단위를 붙여 쓰셔도 됩니다.',
      number: (value: string): string => `${value}주인가요? 가격이면 수량도 써 주세요. 예: 삼성전자 10주 7만원에 매수`,
      sum: (text: string): string =>
        `${text}어치인가요? 한 주의 가격이면 수량도 써 주세요. 예: 삼성전자 10주 7만원에 매수`,
      condition: (name: string): string =>
        `조건이 되면 나가는 주문은 받지 않습니다. ${name} 가격이 닿으면 알려 드릴까요?`,
      direction: (): string => '어느 쪽에서 닿으면 알려 드릴까요?',
      unclear: (): string =>
        '한 가지로 읽히지 않아 주문표를 만들지 않았습니다. 종목, 수량, 가격을 한 번씩 써 주세요. 예: 삼성전자 10주 7만원에 매수',
    },
    forSum: (text: string): string => `${text}어치`,
    direction: {
      above: (price: string): string => `${price} 이상`,
      below: (price: string): string => `${price} 이하`,
    },
  },
  example: (example: string): string => `예: ${example}`,
  /** Ends a list that is cut short. */
  more: (count: number): string => `그 밖에 ${count}개 더 있습니다.`,
  /** Stands before a command line that the person completes. */
  goOn: '이어서 써 주세요:',

  /** By error code. The sentence says what the person can do; an example of the command is added after it. */
  errors: sentences({
    unexpected: () => '처리하지 못했습니다. 잠시 뒤에 다시 해 주세요.',
    'chat.unknown-command': (c) => `'${c['text']}' 명령을 모릅니다. /help 에서 찾아보세요.`,
    'chat.not-a-command': () =>
      "명령은 /로 시작합니다. 문장은 '삼성전자 10주 7만원에 매수'처럼 써 주세요. /help 에서 찾아보세요.",
    'chat.too-long': (c) => `메시지가 너무 깁니다(${number(c['length'])}자). ${number(c['limit'])}자 안으로 써 주세요.`,
    'chat.not-allowed': (c) => `이 명령은 ${c['role'] === 'owner' ? '소유자' : '거래'} 권한이 있어야 합니다.`,
    'accounts.retirement': () =>
      '퇴직연금(IRP·DC) 계좌는 KIS API로 볼 수만 있습니다. 주문과 주문 내역은 한국투자 앱이나 HTS를 써 주세요. 잔고는 /balance 로 볼 수 있습니다.',
    'accounts.none': () => '볼 수 있는 계좌가 없습니다. 소유자에게 계좌 권한을 요청해 주세요.',
    'accounts.not-here': () =>
      '다른 사람도 보는 이 대화에서는 쓸 수 있는 계좌가 없습니다. 봇과 둘만의 대화에서 해 주세요.',
    'accounts.unknown': (c) => `${c['text']}라는 계좌는 없습니다. ${c['choices']} 가운데 하나로 적어 주세요.`,
    'accounts.two': () => '한 줄에는 계좌를 하나만 적어 주세요. 예: 잔고 @main',
    'accounts.one-only': () => '이 명령은 계좌 하나로만 할 수 있습니다. @all 대신 계좌 이름을 적어 주세요.',
    'chat.anonymous': () =>
      '익명으로 쓴 메시지는 누구 것인지 알 수 없어 받지 않습니다. 그룹 관리자 설정에서 익명을 끄거나, 본인 이름으로 써 주세요.',
    'chat.stranger': () => '이 봇은 등록된 사람만 쓸 수 있습니다.',
    'chat.read-only': () => '여기서는 조회만 됩니다. 주문은 봇의 채팅에서 해 주세요.',
    'chat.too-old': () => '너무 오래된 요청이라 하지 않았습니다. 필요하면 다시 보내 주세요.',
    'chat.no-such-button': () => '이 버튼은 더 쓸 수 없습니다.',

    'args.missing': (c) =>
      `${josa(argumentNames[c['argument'] as keyof typeof argumentNames].replace('…', ''), '이/가')} 빠졌습니다.`,
    'args.extra': (c) => `${quoted(c, '은/는')} 여기에 쓰지 않는 말입니다. 빼고 써 주세요.`,
    'args.several-ways': (c) =>
      `한 가지로 읽히지 않습니다: ${String(c['lines']).replaceAll('\n', ' 또는 ')}. 이 가운데 하나로, 또는 수량에 '주'를 붙여 써 주세요.`,
    'args.order': () => '순서가 다릅니다. 종목을 먼저 써 주세요.',
    'args.instrument-unknown': (c) => `'${c['text']}' 종목을 찾지 못했습니다. 이름이나 6자리 코드로 써 주세요.`,
    'args.instrument-ambiguous': (c) => `'${c['text']}'에 맞는 종목이 여럿입니다.`,
    'args.instrument-guess': (c) => `'${c['text']}'에 꼭 맞는 종목은 없습니다. ${c['name']} 종목을 찾으셨나요?`,
    'args.instrument-near': (c) => `'${c['text']}'에 꼭 맞는 종목은 없습니다. 이 가운데 하나를 찾으셨나요?`,
    'args.quantity': (c) => `${quoted(c, '은/는')} 수량이 아닙니다. 1 이상의 정수로 써 주세요.`,
    'args.page': (context) => `${quoted(context, '은/는')} 쪽 번호가 아닙니다.`,
    'args.choice': (c) =>
      String(c['korean']).includes(',')
        ? `'${c['text']}' 대신 ${c['korean']} 가운데 하나를 써 주세요.`
        : `'${c['text']}' 대신 '${c['korean']}'만 쓸 수 있습니다.`,
    'args.period': (c) =>
      `'${c['text']}' 기간을 읽지 못했습니다. 오늘, 어제, 1주, 3개월이나 20261101-20261120처럼 써 주세요.`,
    'args.period-reversed': (c) => `기간의 앞뒤가 바뀌었습니다(${c['from']} ~ ${c['to']}). 이른 날짜를 먼저 써 주세요.`,
    'args.period-future': (c) => `오늘(${c['today']})보다 뒤는 아직 없습니다. 오늘까지로 써 주세요.`,
    'args.period-long': () => '기간은 1년까지 됩니다. 나누어 봐 주세요.',
    'args.screen': (c) =>
      `'${c['text']}' 조건식을 모릅니다. golden이나 /screen 목록의 번호를, 지켜보려면 watch 뒤에 이름을 써 주세요.`,
    'args.criteria': (c) =>
      `'${c['text']}' 기준을 읽지 못했습니다. 시총≥1조, 거래대금≥100억, 5일처럼 써 주세요(20일까지).`,
    'args.quantity-zero': () => '수량은 1주 이상이어야 합니다.',
    'args.quantity-whole': (c) => `수량은 1 이상의 정수여야 합니다('${c['text']}').`,
    'args.quantity-large': (c) => `수량이 너무 큽니다('${c['text']}'). 1억 주까지 쓸 수 있습니다.`,
    'args.sum': (c) => `금액이 맞지 않습니다('${c['text']}'). 1원부터 1조원까지 쓸 수 있습니다.`,
    'args.percent': (c) => `비율은 0보다 크고 100 이하여야 합니다('${c['text']}%').`,
    'args.limit-price': (c) => `${quoted(c, '은/는')} 가격이 아닙니다. 70000이나 7만원처럼 써 주세요.`,
    'args.price': (c) => `${quoted(c, '은/는')} 가격이 아닙니다. 70000이나 7만원처럼, 또는 '시장가'로 써 주세요.`,
    'args.how': (c) =>
      `${quoted(c, '은/는')} 방식이 아닙니다. 시장가, 최유리, 최우선, 중간가, 조건부, 스톱, IOC, FOK, 장전시간외, 장후시간외, 애프터마켓, NXT, SOR 가운데서 써 주세요.`,
    'args.how-twice': (c) => `${quoted(c, '은/는')} 앞의 말과 함께 쓸 수 없습니다.`,
    'args.how-together': () =>
      'IOC와 FOK는 지정가·시장가·최유리·중간가에, 애프터마켓은 지정가·최유리·최우선에 붙일 수 있습니다.',
    'args.how-price': (c) => `${typeName(c)} 주문은 가격을 쓰지 않습니다. 가격을 빼거나 지정가로 써 주세요.`,
    'args.stop-price': () => '스톱지정가는 나갈 가격과 조건가격을 모두 써 주세요(72500 스톱 72000).',
    'args.condition': (c) =>
      `'${c['text']}' 조건을 읽지 못했습니다. 가격, 등락률(+3%), 거래량 3배, 신고가, 신저가, 20일선 위, 골든크로스, 평단 -5% 가운데 하나를 써 주세요.`,
    'args.alert-until': (c) => `'${c['text']}' 기한을 읽지 못했습니다. 30일이나 까지 2026-12-31처럼 써 주세요.`,
    'args.setting': (c) =>
      `'${c['text']}' 설정을 읽지 못했습니다. /settings 의 버튼을 누르거나 '체결 무음'처럼 써 주세요.`,
    'args.quiet-hours': (c) => `'${c['text']}' 시간을 읽지 못했습니다. 시작-끝을 24시간으로 쓰거나 off로 써 주세요.`,
    'args.quiet-hours-empty': () => '시작과 끝이 같아 방해 금지 시간이 없습니다. 서로 다르게 쓰거나 off로 써 주세요.',
    'args.interval': (c) =>
      `'${c['text']}' 봉은 없습니다. 1분, 3분, 5분, 10분, 15분, 30분, 60분, 일, 주, 월, 년 가운데 하나를 써 주세요.`,
    'args.verdict': (c) => `${quoted(c, '은/는')} 주문번호가 아닙니다. 주문번호나 '없음'을 써 주세요.`,
    'args.order-number': (c) => `${quoted(c, '은/는')} 주문번호가 아닙니다. /orders 의 번호로 써 주세요.`,
    'args.order-choice': (c) => `${quoted(c, '은/는')} 주문번호가 아닙니다. /orders 의 번호나 '전부'로 써 주세요.`,
    'args.who-action': (c) => `'${c['text']}' 대신 추가(add)나 삭제(remove)를 써 주세요.`,
    'args.identity': (c) =>
      `${quoted(c, '은/는')} 누구인지 알 수 없습니다. telegram:이나 discord: 뒤에 숫자로 써 주세요.`,
    'args.schedule-action': (c) => `'${c['text']}' 대신 매수, 매도, 정정, 취소 가운데 하나를 써 주세요.`,
    'args.schedule-number': (c) => `${quoted(c, '은/는')} 예약번호가 아닙니다. /schedule 의 번호로 써 주세요.`,
    'args.until': (c) => `${quoted(c, '은/는')} 날짜가 아닙니다. 까지 20261205처럼 써 주세요.`,
    'args.role': (c) =>
      `'${c['text']}' 권한은 없습니다. 조회(viewer), 거래(trader), 소유자(owner) 가운데 하나를 써 주세요.`,

    'rule.tick': (c) =>
      `호가단위가 ${won(Number(c['tick']))}이라 ${won(Number(c['price']))}은 안 됩니다. ${won(Number(c['below']))} 또는 ${won(Number(c['above']))}이 됩니다.`,
    'rule.upper-limit': (c) =>
      `상한가 ${won(Number(c['limit']))}을 넘습니다(${won(Number(c['price']))}). ${won(Number(c['limit']))}까지 됩니다.`,
    'rule.lower-limit': (c) =>
      `하한가 ${won(Number(c['limit']))}보다 낮습니다(${won(Number(c['price']))}). ${won(Number(c['limit']))}부터 됩니다.`,
    'rule.halted': () =>
      '거래정지 종목이라 주문할 수 없습니다. 취소만 됩니다. 정지가 풀린 뒤 주문표를 새로 만들어 주세요.',
    'rule.limit-only': (c) =>
      `${c['reason'] === 'liquidation' ? '정리매매 종목이라' : '상한가가 없는 종목이라'} 시장가는 안 됩니다. 가격을 쓰면 지정가로 됩니다(현재가 ${won(Number(c['last']))}).`,
    'rule.empty-book': (c) =>
      `${c['side'] === 'buy' ? '매도' : '매수'}호가가 없어 시장가로는 체결될 수 없습니다. 가격을 쓰면 지정가로 됩니다(현재가 ${won(Number(c['last']))}).`,
    'rule.thin-book': (c) => `보이는 호가를 모두 합쳐도 ${shares(Number(c['visible']))}뿐입니다. ${insteadOfMarket(c)}`,
    'rule.slippage': (c) =>
      `예상 체결가 약 ${won(Math.round(Number(c['average'])))}이 현재가에서 ${Math.abs(Number(c['percent'])).toFixed(2)}% 벗어나 한도 ${c['limit']}%를 넘습니다. ${insteadOfMarket(c)} 한도는 HOGA_MAX_SLIPPAGE_PERCENT입니다.`,
    'rule.max-order': (c) =>
      `1회 한도 ${won(Number(c['limit']))}을 넘습니다(${won(Number(c['amount']))}). ${Number(c['quantity']) > 0 ? `${shares(Number(c['quantity']))}까지 됩니다.` : '이 가격으로는 한 주도 안 됩니다.'} 한도는 HOGA_MAX_ORDER_KRW입니다.`,
    'rule.max-daily': (c) =>
      `하루 한도 ${won(Number(c['limit']))}을 넘습니다. 오늘 ${won(Number(c['used']))}을 썼고 이번 주문은 ${won(Number(c['amount']))}입니다. ${Number(c['limit']) > Number(c['used']) ? `${won(Number(c['limit']) - Number(c['used']))}까지 됩니다.` : '오늘은 더 주문할 수 없습니다.'} 한도는 HOGA_MAX_DAILY_KRW입니다.`,
    'rule.buying-power': (c) =>
      `주문가능금액이 모자랍니다. ${Number(c['available']) > 0 ? `지금 ${shares(Number(c['available']))}까지 살 수 있습니다` : '이 가격으로는 한 주도 살 수 없습니다'}(주문가능 ${won(Number(c['cash']))}).`,
    'rule.sellable': (c) =>
      Number(c['available']) > 0
        ? `매도가능수량은 ${shares(Number(c['available']))}입니다.`
        : '매도할 수 있는 수량이 없습니다. /balance 에서 보유를, /orders 에서 걸어 둔 매도를 확인해 주세요.',
    'rule.sum-too-small': (c) =>
      `${won(Number(c['sum']))}으로는 한 주도 안 됩니다. 한 주에 ${won(Number(c['price']))}입니다.`,
    'rule.part-too-small': (c) =>
      Number(c['available']) > 0
        ? `${c['percent']}%는 한 주가 안 됩니다. 지금 ${shares(Number(c['available']))}까지 ${c['side'] === 'buy' ? '살' : '팔'} 수 있습니다.`
        : c['side'] === 'buy'
          ? '지금 주문가능금액으로는 한 주도 살 수 없습니다. /balance 에서 확인해 주세요.'
          : '매도할 수 있는 수량이 없습니다. /balance 에서 보유를, /orders 에서 걸어 둔 매도를 확인해 주세요.',
    'rule.exchange': (c) =>
      `여기서는 ${c['exchange']} 주문을 받지 않습니다. ${c['takes']}만 됩니다. ${josa(String(c['exchange']), '을/를')} 빼고 써 주세요.`,
    'rule.order-type': (c) =>
      `지금 ${c['exchange']} ${sessionNames[c['session'] as SessionKind]}에서는 ${josa(typeName(c), '을/를')} 받지 않습니다. 되는 것: ${takenNames(c)}.${takenWhen(c)}`,
    'rule.never-taken': (c) =>
      `${c['exchange']}에서는 ${josa(typeName(c), '을/를')} 받지 않습니다. ${c['exchange']}에서 되는 것: ${takenNames(c)}.${takenWhen(c)}`,
    'rule.shares-only': (c) =>
      `ETF와 ETN은 ${c['where'] === 'NXT' ? 'NXT' : '애프터마켓'}에서 거래되지 않습니다. KRX 정규장에서는 됩니다.`,
    'rule.stop-reached': (c) =>
      `조건가격 ${won(Number(c['stop']))}에 이미 닿았습니다(현재가 ${won(Number(c['last']))}). 현재가보다 ${c['side'] === 'buy' ? '높은' : '낮은'} 가격이 됩니다.`,
    'rule.drift': (c) =>
      `주문표를 만든 뒤 가격이 ${Number(c['percent']).toFixed(2)}% 움직였습니다(${won(Number(c['shown']))} → ${won(Number(c['now']))}). 주문표를 새로 만들어 주세요.`,
    'rule.market-closed': (c) =>
      c['reason'] === 'weekend' || c['reason'] === 'holiday'
        ? `오늘은 ${c['reason'] === 'weekend' ? '주말' : '휴장일'}이라 주문할 수 없습니다.${takenWhen(c) || ' 다음 개장은 /market 에서 볼 수 있습니다.'}`
        : c['reason'] === 'hours'
          ? `지금은 ${c['exchange']} 주문 시간이 아닙니다.${takenWhen(c)}`
          : '오늘이 개장일인지 확인하지 못해 주문을 보내지 않습니다. 잠시 뒤에 다시 해 주세요.',
    'rule.no-price': () => '호가가 없어 가격을 정할 수 없습니다. 가격을 써 주세요.',

    'chart.no-bars': (c) =>
      c['minutes'] === true
        ? `최근 거래가 없어 그릴 분봉이 없습니다(모의투자에는 오늘 분봉만 있습니다). 예: /chart ${c['symbol']} 일봉`
        : '거래된 적이 없어 그릴 것이 없습니다. 새로 상장한 종목이면 첫 거래 뒤에 다시 해 주세요.',
    'chart.failed': () => '차트를 그리지 못했습니다. 잠시 뒤에 다시 해 주세요. 가격은 /price 로 볼 수 있습니다.',

    'people.unknown': (c) => `${c['identity']}: 등록된 사람이 아닙니다. /who 에서 확인해 주세요.`,
    'people.from-settings': (c) =>
      `${c['identity']}: 설정에 적힌 사람이라 여기서 바꿀 수 없습니다. 설정의 ${c['variable']}를 고치고 다시 시작해 주세요.`,
    'people.self': () =>
      '자신을 빼거나 자신의 권한을 바꿀 수는 없습니다. 다른 소유자에게 부탁하거나 터미널에서 해 주세요.',
    'store.cannot-open': (c) =>
      `기록 파일을 열 수 없습니다: ${c['path']}. 폴더와 파일을 읽고 쓸 수 있는지 확인하거나, STORE_URL에 다른 경로를 적어 주세요. 예: sqlite:data/hoga.db`,
    'store.not-a-database': (c) =>
      `데이터베이스가 아닌 파일입니다: ${c['path']}. ${c['expendable'] === true ? '다른 데서 쓰는 파일이 아니면 지워 주세요. 새로 만들어집니다.' : '백업에서 되돌리거나, STORE_URL에 다른 경로를 적어 주세요. 예: sqlite:data/hoga.db'}`,
    'store.damaged': (c) =>
      `파일이 손상되었습니다: ${c['path']}. ${c['expendable'] === true ? '지우면 새로 만들어지고, 들어 있던 것은 다시 받아 옵니다.' : '백업에서 되돌려 주세요. 백업이 없으면 다른 곳으로 옮겨 주세요. 새로 시작하며, 오늘 쓴 한도는 잊습니다.'}`,
    'store.newer': (c) =>
      `더 새로운 Hoga가 쓴 파일입니다(${c['migration']}): ${c['path']}. Hoga를 새 버전으로 올리거나, 올리기 전의 백업으로 되돌려 주세요.`,
    'store.migration-failed': (c) =>
      `파일을 이 버전에 맞게 바꾸지 못했습니다(${c['migration'] ?? '?'}): ${c['path']}. 파일은 그대로입니다. 파일을 쓴 버전으로 시작하거나 백업에서 되돌려 주세요.`,
    'store.older': (c) =>
      `이 버전보다 오래된 Hoga가 쓴 장부입니다(${c['migration']}까지 되지 않음): ${c['path']}. 봇을 이 버전으로 한 번 시작하면 맞춰집니다.`,
    'store.cannot-connect': (c) =>
      `데이터베이스에 연결할 수 없습니다: ${c['path']}. 서버가 켜져 있는지, STORE_URL의 주소, 사용자와 비밀번호가 맞는지 확인해 주세요. 예: postgres://hoga:비밀번호@db.example.com/hoga`,
    'store.not-durable': (c) =>
      c['server'] === true
        ? `쓴 것이 남는다고 믿을 수 없는 데이터베이스 서버입니다(${c['pragma']}: ${c['expected']} 대신 ${c['actual']}). 서버 설정에서 ${c['pragma']} = on 으로 바꿔 주세요.`
        : `쓴 것이 남는다고 믿을 수 없는 곳입니다(${c['pragma']}: ${c['expected']} 대신 ${c['actual']}). STORE_URL에 이 컴퓨터 디스크의 경로를 적어 주세요. 예: sqlite:data/hoga.db`,
    'store.bad-url': () =>
      '저장소는 sqlite: 뒤에 경로를 적거나, postgres:// 로 시작하는 주소를 적어 주세요. 예: sqlite:data/hoga.db, postgres://hoga@db.example.com/hoga',
    'store.nothing-there': (c) =>
      `장부가 없습니다: ${c['path']}. 모의투자와 시뮬레이터의 장부는 파일 이름에 -paper, -simulator가, 데이터베이스에서는 스키마 이름에 _paper, _simulator가 붙습니다. 예: sqlite:data/hoga-paper.db`,
    'store.not-a-ledger': (c) => `Hoga의 장부가 아닙니다: ${c['path']}. 경로를 다시 확인해 주세요.`,
    'store.in-use': (c) =>
      `쓰고 있는 Hoga(${c['holder']})가 있습니다: ${c['store']}. 옮기는 동안 주문이 나가면 두 장부가 달라지므로 복사하지 않았습니다. 그 Hoga를 끄고 다시 해 주세요. 켜 둔 채로는 npm start -- store backup 으로 백업할 수 있습니다.`,
    'store.not-empty': (c) =>
      `이미 기록이 있는 곳에는 복사하지 않습니다: ${c['store']} (${c['tables']}). 비어 있는 데이터베이스나 아직 없는 파일을 적어 주세요. 예: sqlite:data/moved.db`,
    'store.copy-onto-itself': () =>
      '같은 장부로 복사할 수는 없습니다. 비어 있는 다른 곳을 적어 주세요. 예: sqlite:data/moved.db',
    'store.copy-failed': (c) =>
      `${c['table']} 표의 ${c['first']} ~ ${c['last']} 행을 쓰지 못했습니다. 복사한 것은 모두 되돌려, 받는 쪽은 비어 있습니다. 원인을 고치고 다시 해 주세요.`,
    'store.copy-cut': (c) =>
      `데이터베이스와 연결이 끊겼습니다. 받는 쪽(${c['store']})은 비어 있거나 모두 들어 있습니다. 다시 하면, 비어 있으면 복사하고 들어 있으면 그렇다고 말합니다.`,
    'store.copy-differs': (c) =>
      `${c['table']} 표의 ${c['key']} 행이 원본과 다르게 읽힙니다. 복사한 것은 모두 되돌려, 받는 쪽은 비어 있습니다. 받는 쪽 디스크를 확인하고 다시 해 주세요.`,
    'store.backup-there': (c) =>
      `이미 있는 파일입니다: ${c['path']}. 백업은 덮어쓰지 않습니다. 다른 이름이나 폴더를 적어 주세요.`,
    'store.backup-failed': (c) =>
      `백업을 쓰지 못했습니다: ${c['path']}. 쓸 수 있는 폴더인지, 자리가 남았는지 확인해 주세요.`,
    'http.cannot-listen': (c) => `HTTP_PORT=${c['port']}에서는 응답할 수 없습니다. 다른 포트를 적어 주세요. 예: 8080`,
    'settings.exchange': (c) =>
      `여기서는 ${c['exchange']} 주문을 받지 않습니다. ${c['takes']}만 됩니다. 예: /settings exchange ${String(c['takes']).split(',')[0]}`,
    'settings.always-on': () =>
      '돈이 걸린 알림(결과를 모르는 주문, 거부, 확인 요청, 전해 드리지 못한 메시지)은 끄거나 무음으로 할 수 없습니다. 다른 알림은 됩니다. 예: /settings orders silent',
    'alerts.too-many': (c) => `알림은 한 사람에 ${number(c['limit'])}개까지입니다. /alerts 에서 지워 주세요.`,
    'alerts.candle': (c) =>
      `'${c['text']}' 조건을 읽지 못했습니다. 1, 3, 5, 10, 15, 30, 60분봉의 종가나 거래량으로 써 주세요. 예: /alert 삼성전자 5분봉 종가 71000 이상`,
    'alerts.hours': () =>
      '장외 가격은 가격이나 등락률 알림에만 쓸 수 있습니다. 예: /alert 삼성전자 71000 이상 장외포함',
    'alerts.until-past': () =>
      '기한이 이미 지났습니다. 오늘이나 그 뒤의 날짜를 써 주세요. 예: /alert 삼성전자 +3% 30일',
    'alerts.no-holding': () =>
      '보유하지 않은 종목이라 평단이 없습니다. 가격이나 등락률로는 됩니다. 예: /alert 삼성전자 -5%',
    'alerts.no-figures': () =>
      '상장한 지 얼마 안 되었거나 거래가 없어 기준을 계산할 수 없습니다. 가격으로는 됩니다. 예: /alert 삼성전자 >= 71000',
    'alerts.not-found': () => '그 알림은 없습니다. /alerts 에서 확인해 주세요.',
    'export.no-period': () => '잔고와 시세는 지금 것만 내보냅니다. 기간을 빼고 써 주세요.',
    'export.no-issue': () => '종목을 써 주세요. 예: /export candles 삼성전자 5m',
    'export.no-sheet': () =>
      '구글 시트가 설정되어 있지 않습니다. .env에 GOOGLE_SHEETS_ID와 GOOGLE_SERVICE_ACCOUNT_JSON을 적고 다시 시작해 주세요. CSV 파일은 지금도 됩니다.',
    'export.empty': () => '내보낼 것이 없습니다. 기간이나 종목을 바꿔 보세요.',
    'export.truncated': () => '내역이 많아 다 읽지 못했습니다. 기간을 줄여 나누어 내보내 주세요.',
    'export.nothing-watched': () => '관심종목이 없습니다. /export quotes csv 삼성전자 처럼 종목을 써 주세요.',
    'sheets.unauthorised': () =>
      '구글이 서비스 계정의 키를 받아 주지 않았습니다. GOOGLE_SERVICE_ACCOUNT_JSON의 키 파일을 새로 받아 주세요.',
    'sheets.not-shared': (c) => `구글 시트를 고칠 권한이 없습니다. 시트를 ${c['email']}에 편집자로 공유해 주세요.`,
    'sheets.api-off': () =>
      'Google Sheets API가 꺼져 있습니다. Google Cloud 프로젝트에서 Google Sheets API를 켜 주세요.',
    'sheets.not-found': () =>
      '구글 시트를 찾지 못했습니다. 시트 주소의 /d/ 뒤에 있는 값을 GOOGLE_SHEETS_ID에 적어 주세요.',
    'sheets.throttled': () => '구글 시트 요청이 몰려 있습니다. 1분 뒤에 다시 해 주세요.',
    'sheets.unreachable': () => '구글 시트에 쓰지 못했습니다. 잠시 뒤에 다시 해 주세요.',
    'index.all-live': () => '실시간은 세 지수를 함께 봅니다. 예: /index 실시간',
    'board.read-only': () => '여기서는 한 번만 답해 실시간은 없습니다. 봇의 채팅에서 해 주세요. 예: /book 삼성전자',
    'book.exchange': (c) =>
      `여기서는 ${c['exchange']} 호가를 볼 수 없습니다. ${c['takes']}만 됩니다. 예: /book 삼성전자`,
    'watch.too-many': (c) =>
      `관심종목은 ${number(c['limit'])}개까지입니다(${number(c['left'])}개 더 넣을 수 있습니다). /watch remove 로 빼 주세요.`,
    'reports.time': (c) =>
      `'${c['text']}'에 드리는 요약은 없습니다. 아침은 05:00~08:59, 마감은 15:35~19:59, 저녁은 20:01부터입니다. 예: /digest on 08:30`,
    'reports.time-alone': () => '시각은 켜거나 끌 때 써 주세요. 예: /digest on 08:30',
    'reports.time-of-another': () => '그 시각은 다른 요약의 시각입니다. 시각만 써 주세요. 예: /digest on 08:30',
    'reports.minutes': (c) => `${c['minutes']}분마다는 안 됩니다(${c['allowed']}분). 예: /monitor 삼성전자 5분`,
    'reports.too-many': (c) => `모니터는 ${number(c['limit'])}종목까지입니다. 예: /monitor 삼성전자 카카오 5분`,
    'reports.webhook-owner': () => '웹훅 채널로는 소유자만 보낼 수 있습니다. 웹훅을 빼고 써 주세요. 예: /digest on',
    'reports.no-webhook': () => '요약을 보낼 웹훅이 없습니다. DISCORD_WEBHOOK_URL을 설정하고 다시 시작해 주세요.',
    'watch.not-watched': (c) => `${c['name']} 종목은 관심종목에 없습니다. /watch 에서 확인해 주세요.`,
    'screen.running': () => '이미 찾고 있습니다. 끝나기를 기다리거나 그만(/screen stop)을 눌러 주세요.',
    'screen.too-many-watched': (c) =>
      `조건은 ${number(c['limit'])}개까지 지켜볼 수 있습니다. 하나를 그만 보고 다시 해 주세요. 예: /screen unwatch ${c['example']}`,
    'screen.no-such': (c) =>
      `HTS에 저장한 조건 가운데 '${c['text']}' 조건이 없습니다. /screen 목록의 이름으로 써 주세요. 예: /screen watch 거래량 급증`,
    'screen.not-watched': (c) =>
      `'${c['text']}' 조건은 지켜보고 있지 않습니다. 무엇을 보는지는 /screen watch 로 봅니다. 예: /screen unwatch 거래량 급증`,
    'screen.golden-only': () => '기준은 골든크로스에만 씁니다. 예: /screen golden 시총≥1조',
    'orders.halted': () => '거래가 정지되어 있습니다. 소유자가 /resume 으로 다시 시작할 수 있습니다.',
    'orders.not-armed': (c) =>
      c['setting'] === 'daily'
        ? '오늘은 아직 실전 주문을 켜지 않았습니다. 소유자가 /arm 을 보내면 오늘 하루 나갑니다.'
        : '실전 주문이 꺼져 있습니다. 설정에서 HOGA_LIVE_TRADING=yes(또는 daily)로 켜야 주문이 나갑니다.',
    'orders.recovering': () =>
      '다시 시작하면서 KIS의 주문 목록과 맞춰 보는 중입니다. 끝나면 주문할 수 있습니다. 취소는 지금도 됩니다.',
    'orders.number-changed': (c) =>
      `${c['account']} 계좌의 번호가 ${c['setting']}에서 바뀌었는데 이전 번호에 끝나지 않은 주문 ${grouped(Number(c['orders']))}건이 있어 이 계좌의 새 주문을 막았습니다. 이전 번호로 되돌려 다시 시작하거나, 그 주문이 모두 끝났으면 소유자가 ${c['command']} 로 확인해 주세요.`,
    'orders.same-number': () => '바뀐 계좌번호가 없어 확인할 것이 없습니다.',
    'orders.unsettled': () =>
      '같은 주문의 결과를 아직 몰라 보내지 않았습니다. 결과를 알려 드린 뒤에 주문표를 새로 만들어 주세요.',
    'orders.changed': (c) =>
      Number(c['left']) === 0
        ? `${c['number']}번 주문은 남은 것이 없습니다. /orders 에서 확인해 주세요.`
        : `${c['number']}번 주문의 남은 수량이 ${shares(Number(c['left']))}로 바뀌었습니다. 주문표를 새로 만들어 주세요.`,
    'orders.not-repriceable': (c) => `${typeName(c)} 주문은 가격을 정정할 수 없습니다. 취소하고 새로 내 주세요.`,
    'orders.same-price': (c) => `이미 ${won(Number(c['price']))}인 주문입니다. 다른 가격을 써 주세요.`,
    'schedule.until': (c) =>
      `예약 마지막 날은 ${koreanDate(c['first'])}부터 ${koreanDate(c['last'])}까지 됩니다. 예: /schedule 매수 005930 10 70000 까지 ${c['last']}`,
    'schedule.changed': (c) =>
      `예약 ${c['number']} 내용이 바뀌었거나 이미 처리되었습니다. /schedule 에서 확인해 주세요.`,
    'schedule.not-waiting': (c) =>
      `${c['number']} 예약을 찾지 못했거나 이미 처리되었습니다. /schedule 에서 번호를 확인해 주세요.`,
    'schedule.other-type': (c) =>
      `여기서 다루지 않는 주문 유형의 예약입니다(${c['number']}). 취소는 됩니다. 정정은 HTS나 앱에서 해 주세요.`,
    'schedule.same': () => '이미 그 수량과 가격입니다. 다른 수량이나 가격을 써 주세요.',
    'schedule.other-day': () => '주문표를 만든 뒤 보내는 날이 바뀌었습니다. 주문표를 새로 만들어 주세요.',
    'settle.unknown': () => '그 기록번호의 주문이 없습니다. 확인 요청 메시지의 버튼을 눌러 주세요.',
    'settle.not-asked': () => '결과를 묻고 있는 주문이 아닙니다. /orders 에서 상태를 볼 수 있습니다.',
    'settle.taken': (c) => `${c['number']}번은 이미 다른 주문의 번호입니다. 다른 번호를 쓰거나 '없음'을 써 주세요.`,
    'settle.other-order': (c) => `${c['number']}번은 다른 종목이나 반대 방향의 주문입니다. 번호를 확인해 주세요.`,
    'why.unknown': (c) =>
      `'${c['text']}' 주문이나 알림의 기록이 없습니다. /why 만 보내면 최근 것을 골라 볼 수 있습니다.`,
    'store.full': () => refusedBy('store.full'),
    'store.read-only': () => refusedBy('store.read-only'),
    'store.locked': () => refusedBy('store.locked'),
    'store.io': () => refusedBy('store.io'),
    'store.corrupt': () => refusedBy('store.corrupt'),
    'store.away': () => refusedBy('store.away'),
    'orders.not-recorded': () =>
      'KIS로 보냈지만 결과를 기록하지 못했습니다. 다시 보내지 말고 /orders 와 HTS에서 확인해 주세요.',
    'orders.paused': () =>
      '주문이 나가려는 순간 컴퓨터나 연결이 잠시 멈추어 보내지 않았습니다. 주문표를 새로 만들어 주세요.',
    'orders.none-open': () => '취소할 미체결 주문이 없습니다.',
    'orders.not-open': (c) => `${c['number']}번 미체결 주문을 찾지 못했습니다. /orders 에서 번호를 확인해 주세요.`,

    'proposal.unknown': () => '이 주문표를 찾지 못했습니다. 새로 만들어 주세요.',
    'proposal.not-yours': () => '이 주문표는 만든 사람만 누를 수 있습니다.',
    'proposal.taken': () => '이미 확인한 주문표입니다. 한 번만 나갑니다.',
    'proposal.dropped': () => '취소한 주문표입니다. 새로 만들어 주세요.',
    'proposal.expired': () => '시간이 지난 주문표입니다. 보내지 않았습니다. 새로 만들어 주세요.',

    'cluster.not-ours': () =>
      '처리하던 서버가 방금 다른 서버로 바뀌었습니다. 보내지 않았습니다. 잠시 후 버튼을 다시 누르거나 다시 주문해 주세요.',
    'cluster.nobody': () => '맡은 서버가 지금 없습니다. 잠시 후 다시 해 주세요.',
    'cluster.no-answer': () => '맡은 서버가 답하지 않습니다. 잠시 후 다시 해 주세요.',

    'lane.waited-too-long': (c) =>
      `KIS 요청이 밀려 ${Math.round(Number(c['maxWaitMs'] ?? 10_000) / 1_000)}초 안에 보내지 못했습니다. 보내지 않았습니다.`,
    'venue.rejected': (c) => {
      const reason = venueWords(c);
      return reason === undefined
        ? 'KIS가 이유를 알려 주지 않고 받아 주지 않았습니다. 잠시 뒤에 다시 해 주세요.'
        : `KIS가 받아 주지 않았습니다: ${reason}`;
    },
    'venue.unauthorised': (c) => {
      const reason = venueWords(c);
      return `KIS 인증에 실패했습니다${reason === undefined ? '' : `: ${reason}`}. ${keys(c)}_APP_KEY와 ${keys(c)}_APP_SECRET을 확인해 주세요.`;
    },
    'venue.key-unknown': (c) =>
      `KIS가 모르는 앱키입니다${venueCode(c)}. ${keys(c)}_APP_KEY를 KIS Developers의 앱키와 맞춰 보고, 기간이 지났으면 새로 받아 주세요. 실전 키와 모의투자 키는 서로 다릅니다.`,
    'venue.secret-wrong': (c) =>
      `앱 시크릿이 앱키와 맞지 않습니다${venueCode(c)}. KIS Developers에서 ${keys(c)}_APP_SECRET을 다시 복사해 주세요.`,
    'venue.wrong-host': (c) =>
      `키와 서버가 서로 다른 쪽입니다${venueCode(c)}. 실전 키는 KIS_ENV=live, 모의투자 키는 KIS_ENV=paper로 쓰고 다시 시작해 주세요. KIS_REST_URL을 적어 두었으면 그것도 확인해 주세요.`,
    'venue.not-registered': (c) =>
      `이 키로는 이 서비스를 쓸 수 없습니다${venueCode(c)}. KIS Developers에서 이 계좌로 Open API 서비스를 신청했는지 확인해 주세요.`,
    'venue.persons-only': (c) => `법인 계좌는 모의투자를 쓸 수 없습니다${venueCode(c)}. 개인 계좌의 키로 바꿔 주세요.`,
    'venue.token-refused': (c) =>
      `KIS가 접근 토큰을 받아 주지 않습니다${venueCode(c)}. 새 토큰을 받으니 1분 뒤에 다시 해 주세요. 계속되면 다른 프로그램이 같은 앱키를 쓰는지 확인해 주세요.`,
    'venue.token-wait': (c) =>
      `KIS 토큰은 1분에 한 번만 받을 수 있습니다. ${c['waitSeconds'] === undefined ? '1분' : `${c['waitSeconds']}초`} 뒤에 다시 해 주세요.`,
    'venue.account-wrong': (c) =>
      `이 키로 쓸 수 있는 계좌가 아닙니다${venueCode(c)}. KIS_ACCOUNT(8자리-2자리)가 KIS Developers에서 이 키에 등록한 계좌인지 확인해 주세요.`,
    'venue.paper-not-joined': (c) =>
      `모의투자 참가 기간이 끝났거나 신청되지 않은 계좌입니다${venueCode(c)}. 한국투자증권에서 모의투자를 다시 신청하고, 새 계좌번호를 KIS_ACCOUNT에 적어 주세요.`,
    'venue.paper-of-another': (c) =>
      `모의투자 계좌와 키의 주인이 다릅니다${venueCode(c)}. 같은 아이디로 받은 계좌와 키인지 KIS_ACCOUNT와 KIS_APP_KEY를 확인해 주세요.`,
    'venue.account-restricted': (c) =>
      `KIS가 이 계좌의 거래를 제한하고 있습니다${said(c)}. 풀려면 한국투자증권 고객센터나 앱에서 확인해 주세요.`,
    'venue.address-blocked': (c) =>
      `KIS가 이 컴퓨터의 접속을 막고 있습니다${venueCode(c)}. 짧은 사이에 거듭 접속했거나 허용되지 않은 IP입니다. 같은 키를 쓰는 프로그램을 멈추고 한참 뒤에 다시 하고, 계속되면 KIS에 문의해 주세요.`,
    'venue.hash-refused': (c) =>
      `주문의 해시가 맞지 않습니다${venueCode(c)}. 설정의 KIS_HASHKEY를 off로 바꾸고 다시 시작해 주세요.`,
    'venue.throttled': () => 'KIS 요청이 몰려 있습니다. 잠시 뒤에 다시 해 주세요.',
    'venue.unreachable': () => 'KIS가 답하지 않습니다. 인터넷 연결을 확인하고 잠시 뒤에 다시 해 주세요.',
    'venue.stand-in-silent': () =>
      '시뮬레이터가 답하지 않습니다. 떠 있는지 확인하고(npm start -- simulator) 다시 해 주세요.',
    'venue.server-fault': (c) => `KIS 서버에 문제가 있습니다${venueCode(c)}. 잠시 뒤에 다시 해 주세요.`,
    'venue.listing-changed': (c) =>
      `KIS의 목록이 읽는 사이에 계속 바뀌어 끝까지 읽지 못했습니다${venueCode(c)}. 잠시 뒤에 다시 하고, 계속되면 한국투자 앱이나 HTS에서 확인해 주세요.`,
    'venue.outcome-unknown': () =>
      'KIS가 되었는지를 알려 주지 않았습니다. 다시 보내지 말고 /orders 에서 확인해 주세요.',
    'venue.unknown-issue': (c) => `KIS가 모르는 종목입니다${venueCode(c)}. 종목 코드를 확인해 주세요.`,
    'venue.period-wrong': (c) =>
      `KIS가 받지 않는 조회 기간입니다${venueCode(c)}. 기간을 더 짧게, 오늘까지로 써 주세요.`,
    'venue.schedule-hours': (c) =>
      `지금은 KIS가 예약주문을 받는 시간이 아닙니다${said(c)}. 받는 시간에 주문표를 새로 만들어 주세요.`,
    'venue.before-open': (c) => `아직 장이 열리지 않았습니다${venueCode(c)}. 열린 뒤에 다시 해 주세요.`,
    'venue.closed': (c) =>
      `지금은 주문을 받는 시간이 아닙니다${venueCode(c)}. 다음 개장은 /market 에서 보고, 미리 내려면 /schedule 로 예약해 주세요.`,
    'venue.holiday': (c) =>
      `오늘은 주문을 받는 날이 아닙니다${venueCode(c)}. 다음 거래일은 /market 에서 확인해 주세요.`,
    'venue.short-of-cash': (c) =>
      `주문가능금액이 모자랍니다${venueCode(c)}. /balance 에서 확인하고 수량을 줄여 주세요. 시장가 매수는 상한가만큼의 돈이 있어야 합니다.`,
    'venue.short-of-shares': (c) =>
      `매도할 수 있는 수량보다 많습니다${venueCode(c)}. /balance 에서 보유를, /orders 에서 걸어 둔 매도를 확인해 주세요.`,
    'venue.quantity': (c) => `KIS가 받지 않는 수량입니다${venueCode(c)}. 1주 이상의 정수로 다시 써 주세요.`,
    'venue.tick': (c) => `가격이 호가단위에 맞지 않습니다${venueCode(c)}. 호가단위에 맞는 가격으로 다시 써 주세요.`,
    'venue.price-limits': (c) =>
      `상한가와 하한가 사이의 가격이 아닙니다${venueCode(c)}. /price 에서 두 값을 보고 그 안의 가격을 써 주세요.`,
    'venue.halted': (c) => `거래정지 종목이라 취소만 됩니다${venueCode(c)}. 정지가 풀린 뒤에 다시 해 주세요.`,
    'venue.not-tradable': (c) => `모의투자에서 거래할 수 없는 종목입니다${venueCode(c)}. 다른 종목으로 해 주세요.`,
    'venue.retirement-account': (c) =>
      `퇴직연금(IRP·DC) 계좌의 주문과 최근 3개월의 주문 내역은 KIS가 API로 주지 않습니다${venueCode(c)}. 한국투자 앱이나 HTS를 써 주세요.`,
    'venue.order-type': (c) =>
      `이 종목이나 시간에는 되지 않는 주문 방식입니다${venueCode(c)}. 가격을 쓰고 지정가로 다시 해 주세요.`,
    'venue.nothing-left': (c) =>
      `정정하거나 취소할 것이 남아 있지 않습니다${venueCode(c)}. 이미 체결되었는지 /orders 와 /fills 에서 확인해 주세요.`,
    'venue.more-than-left': (c) =>
      `남은 수량보다 많이 바꾸려 했습니다${venueCode(c)}. 그사이 일부가 체결되었으니 /orders 에서 남은 수량을 확인해 주세요.`,
    'venue.no-such-order': (c) => `KIS에 그 번호의 주문이 없습니다${venueCode(c)}. /orders 에서 번호를 확인해 주세요.`,
    'venue.unsupported': (c) =>
      c['account'] === undefined
        ? 'KIS가 여기에 제공하지 않는 기능입니다. 한국투자 앱이나 HTS를 써 주세요.'
        : c['account'] === true
          ? '모의투자 계좌에서는 제공되지 않는 기능입니다. 실전 계좌(KIS_ENV=live)에서만 됩니다.'
          : '모의투자에는 없는 정보입니다. .env에 조회용 실전 키(KIS_LIVE_APP_KEY, KIS_LIVE_APP_SECRET)를 적고 다시 시작하면 볼 수 있습니다.',
    'venue.no-hts-id': () =>
      'HTS에 저장한 조건과 관심그룹을 보려면 설정에 HTS 아이디가 있어야 합니다. .env의 KIS_HTS_ID에 적고 다시 시작해 주세요.',
    'venue.drift': (c) =>
      `${apiName(c)}가 호가와 맞지 않게 바뀐 것 같습니다${venueCode(c)}. 입력이 틀린 것은 아닙니다. 호가를 새 판으로 바꾸거나 개발자에게 알려 주세요.`,
    'venue.malformed': (c) =>
      c['endpoint'] === undefined
        ? 'KIS의 답을 읽지 못했습니다. 잠시 뒤에 다시 해 주세요.'
        : `${apiName(c)}의 답을 읽지 못했습니다. KIS가 답의 모양을 바꾼 것 같으니, 호가를 새 판으로 바꾸거나 개발자에게 알려 주세요.`,
  }),
};

/** The type of the texts, which every language has. */
export type Words = typeof ko;

/** A KIS API under the name in KIS's documents. */
function apiName({ title, endpoint }: ErrorContext): string {
  if (endpoint === undefined) return 'KIS API';
  return title === undefined ? `KIS API ${endpoint}` : `KIS API '${title}'(${endpoint})`;
}
