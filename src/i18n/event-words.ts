import type { EventKind } from '../domain/market/market-event.ts';
import type { VolatilityInterruption } from '../domain/market/research.ts';

/** The words about events of issues. Amounts and times come as they are shown. */
export interface EventWords {
  readonly title: string;
  readonly intro: string;
  /** On how many issues it works. */
  issues(watched: number, held: number): string;
  readonly noIssues: string;
  /** Short names, for buttons and lists. */
  readonly kinds: Readonly<Record<EventKind, string>>;
  /** What each kind tells. */
  readonly about: Readonly<Record<EventKind, string>>;
  readonly missing: string;
  readonly allOn: string;
  readonly allOff: string;
  /** The topic is off or silent in the settings. */
  readonly topicOff: string;
  readonly private: string;
  readonly year: Readonly<Record<'high' | 'low', string>>;
  before(price: string): string;
  readonly vi: string;
  readonly viKind: Readonly<Record<VolatilityInterruption['kind'], string>>;
  viPrice(price: string, percent: string): string;
  readonly halt: Readonly<Record<'halted' | 'resumed', string>>;
  readonly limit: Readonly<Record<'upper' | 'lower', string>>;
  readonly dividend: Readonly<Record<'tomorrow' | 'today', string>>;
  readonly dividendText: Readonly<Record<'tomorrow' | 'today', string>>;
  /** `cash`: undefined where it is not decided. */
  dividendWhat(kind: string, cash: string | undefined, recordDay: string): string;
  readonly news: string;
  readonly flow: string;
  flowText(who: 'foreigners' | 'institutions', bought: boolean, net: string, before: string): string;
  /** Several events of one kind. */
  count(kind: string, count: number): string;
  more(count: number): string;
  readonly screen: string;
  readonly watched: string;
  watchedScreens(limit: number): string;
  readonly noneWatched: string;
  watching(name: string, minutes: number): string;
  unwatched(name: string): string;
  readonly watch: string;
  unwatch(name: string): string;
}

const ko: EventWords = {
  title: '종목 이벤트',
  intro: '관심종목과 보유종목에 생긴 일을 알려 드립니다. 켤 것을 골라 주세요.',
  issues: (watched, held) => `관심 ${watched}종목 · 보유 ${held}종목`,
  noIssues: '아직 관심종목도 보유종목도 없습니다. /watch add 삼성전자 로 넣어 주세요.',
  kinds: {
    year: '52주',
    vi: 'VI',
    halt: '거래정지',
    limit: '상하한가',
    dividend: '배당락',
    news: '공시·뉴스',
    flow: '수급 전환',
  },
  about: {
    year: '52주 신고가·신저가',
    vi: '변동성 완화장치 발동',
    halt: '거래정지와 재개',
    limit: '상한가·하한가 도달',
    dividend: '배당락 전날과 당일 아침',
    news: '새 공시와 뉴스 제목',
    flow: '외국인·기관의 순매수·순매도 전환(장 마감 뒤)',
  },
  missing: '모의투자는 이 자료가 없습니다',
  allOn: '모두 켜기',
  allOff: '모두 끄기',
  topicOff: '내 설정에서 종목 이벤트를 꺼 두셨습니다. 켜려면 /settings events on',
  private: '보유만 하는 종목은 다른 사람이 보는 채팅에는 알리지 않고, 나와의 채팅으로 보냅니다.',
  year: { high: '📈 52주 신고가', low: '📉 52주 신저가' },
  before: (price) => `이전 ${price}`,
  vi: '⚡ VI 발동',
  viKind: { static: '정적', dynamic: '동적', both: '정적·동적', unknown: '' },
  viPrice: (price, percent) => `발동가 ${price}${percent === '' ? '' : ` (${percent})`}`,
  halt: { halted: '⛔ 거래정지', resumed: '▶️ 거래재개' },
  limit: { upper: '🔺 상한가', lower: '🔻 하한가' },
  dividend: { tomorrow: '💰 내일 배당락', today: '💰 오늘 배당락' },
  dividendText: {
    tomorrow: '오늘 장 마감까지 산 주식은 배당을 받습니다.',
    today: '오늘부터 사면 이번 배당을 받지 못합니다.',
  },
  dividendWhat: (kind, cash, recordDay) =>
    `${kind === '' ? '' : `${kind}배당 `}${cash === undefined ? '배당금 미정' : `주당 ${cash}`} · 기준일 ${recordDay}`,
  news: '📰 새 공시·뉴스',
  flow: '🔁 수급 전환',
  flowText: (who, bought, net, before) =>
    `${who === 'foreigners' ? '외국인' : '기관'} ${bought ? '순매도 → 순매수' : '순매수 → 순매도'} ${net} (직전 ${before})`,
  count: (kind, count) => `${kind} ${count}건`,
  more: (count) => `그 밖에 ${count}건`,
  screen: '🔎 조건 편입',
  watched: '지켜보는 조건',
  watchedScreens: (limit) => `지켜보는 조건검색(${limit}개까지)`,
  noneWatched: '지켜보는 조건이 없습니다. 예: /screen watch 거래량 급증',
  watching: (name, minutes) =>
    `'${name}' 조건을 지켜봅니다. 장중에 ${minutes}분마다 확인해, 새로 들어온 종목을 하루에 한 번 알려 드립니다. 지금 있는 종목은 알리지 않습니다.`,
  unwatched: (name) => `'${name}' 조건을 더 지켜보지 않습니다.`,
  watch: '이 조건 지켜보기',
  unwatch: (name) => `${name} 그만 보기`,
};

const en: EventWords = {
  title: 'Events of issues',
  intro: 'You are told what happens to the issues that you watch or hold. Choose what to switch on.',
  issues: (watched, held) => `${watched} watched · ${held} held`,
  noIssues: 'You neither watch nor hold an issue yet. Add one with /watch add 삼성전자',
  kinds: {
    year: '52 weeks',
    vi: 'VI',
    halt: 'Halts',
    limit: 'Limits',
    dividend: 'Ex-dividend',
    news: 'News',
    flow: 'Flows',
  },
  about: {
    year: '52-week highs and lows',
    vi: 'volatility interruptions',
    halt: 'halts and resumptions',
    limit: 'upper and lower price limits',
    dividend: 'ex-dividend days: the day before, and that morning',
    news: 'new disclosures and headlines',
    flow: 'foreigners or institutions turning to buying or selling (after the close)',
  },
  missing: 'paper trading does not offer it',
  allOn: 'All on',
  allOff: 'All off',
  topicOff: 'You switched events off in your settings. Switch them on with /settings events on',
  private: 'What you only hold is not told where others read along, but in your own chat with the bot.',
  year: { high: '📈 52-week high', low: '📉 52-week low' },
  before: (price) => `before ${price}`,
  vi: '⚡ Volatility interruption',
  viKind: { static: 'static', dynamic: 'dynamic', both: 'static and dynamic', unknown: '' },
  viPrice: (price, percent) => `at ${price}${percent === '' ? '' : ` (${percent})`}`,
  halt: { halted: '⛔ Halted', resumed: '▶️ Trading again' },
  limit: { upper: '🔺 Upper limit', lower: '🔻 Lower limit' },
  dividend: { tomorrow: '💰 Ex-dividend tomorrow', today: '💰 Ex-dividend today' },
  dividendText: {
    tomorrow: 'Shares bought until today’s close get the dividend.',
    today: 'Shares bought from today on do not get this dividend.',
  },
  dividendWhat: (kind, cash, recordDay) =>
    `${kind === '' ? '' : `${kind}: `}${cash === undefined ? 'amount not decided' : `${cash} a share`} · record day ${recordDay}`,
  news: '📰 News',
  flow: '🔁 Flow turned',
  flowText: (who, bought, net, before) =>
    `${who === 'foreigners' ? 'Foreigners' : 'Institutions'} ${bought ? 'sold → bought' : 'bought → sold'} ${net} (before ${before})`,
  count: (kind, count) => `${kind}: ${count}`,
  more: (count) => `and ${count} more`,
  screen: '🔎 Meets the condition',
  watched: 'Watched conditions',
  watchedScreens: (limit) => `Watched conditions (${limit} at most)`,
  noneWatched: 'No condition is watched. Example: /screen watch 거래량 급증',
  watching: (name, minutes) =>
    `'${name}' is watched: it is looked at every ${minutes === 1 ? 'minute' : `${minutes} minutes`} in market hours, and an issue that newly meets it is told once a day. What meets it now is not told.`,
  unwatched: (name) => `'${name}' is not watched any more.`,
  watch: 'Watch this condition',
  unwatch: (name) => `Stop watching ${name}`,
};

export const eventWords = { ko, en } as const;
