/** A line that somebody types, or a button that they press (`!확인`), and the fewest round trips that its data allows. */
export interface RoundsRow {
  readonly line: string;
  readonly least: number;
  readonly because: string;
  /** What no message but the answer contains. */
  readonly says: string;
}

/** Settings of a live account, whose market keeps the exchange's hours: 10:00 on a Monday. */
export const roundsEnv = {
  KIS_ENV: 'live',
  KIS_APP_KEY: 'test-app-key',
  KIS_APP_SECRET: 'test-app-secret',
  KIS_ACCOUNT: '50000000-01',
  KIS_HTS_ID: 'hogasim',
  HOGA_LIVE_TRADING: 'yes',
};

const own = 'it is in the ledger or in memory';
const oneCall = 'one call';
const atOnce = 'none of its calls needs what another answers';
const ticketOf = 'the price was typed, so nothing depends on another answer';
const press = 'the checks, all at once; then the order, which they decide on';
const list = 'the list; then what is asked about what it names';

const row = (line: string, least: number, because: string, says: string): RoundsRow => ({ line, least, because, says });

/** Every command, in an order in which each finds what it needs. `settles`: the order whose answer was lost. */
export function roundsTable(settles: string): readonly RoundsRow[] {
  return [...ofTheMarket, ...ofOrders, ...ofTheRest(settles)];
}

const ofTheMarket: readonly RoundsRow[] = [
  row('/price 005930', 1, atOnce, '70,000원'),
  row('/price 005930 000660', 1, oneCall, 'SK하이닉스'),
  row('/book 005930', 1, atOnce, '정규장'),
  row('/book 005930 live', 1, atOnce, '정규장'),
  row('/info 005930', 1, atOnce, '전기·전자'),
  row('/fin 005930', 1, atOnce, '재무'),
  row('/opinion 005930', 1, atOnce, '평균 목표가'),
  row('/opinion 005930 증권사별', 1, atOnce, '평균 목표가'),
  row('/flow 005930', 1, atOnce, '수급'),
  row('/flow 외국인', 1, oneCall, '외국인 순매수'),
  row('/news', 1, oneCall, '시장 뉴스'),
  row('/news 005930', 1, oneCall, '삼성전자 뉴스'),
  row('/chart 005930 5m', 1, 'where each page of minutes ends is known beforehand', '5분봉'),
  row('/chart 005930 5m', 1, 'the newest minutes alone; the others are kept', '5분봉'),
  row('/chart 000660 60m', 1, 'where each page of minutes ends is known beforehand', '60분봉'),
  row('/chart 005930', 1, 'where each page of days ends is known beforehand', '일봉'),
  row('/chart 005930', 1, 'the quote alone; the days are kept', '일봉'),
  row('/chart 005930 1w', 1, 'where each page of weeks ends is known beforehand', '주봉'),
  row('/chart 005930 1mo', 1, 'where each page of months ends is known beforehand', '월봉'),
  row('/market', 0, 'the days are asked for at the start, once a day', '정규장'),
  row('/index', 1, atOnce, '코스피'),
  row('/index KOSPI', 1, atOnce, '코스피'),
  row('/index live', 1, atOnce, '코스피'),
  row('/rank', 1, oneCall, '거래량 순위'),
];

const ofOrders: readonly RoundsRow[] = [
  row('/buy 005930 10 71000', 1, ticketOf, '매수 주문표'),
  row('!확인', 2, press, '접수됨'),
  row('/buy 005930 10', 2, 'what can be bought depends on the price, which is that of the book', '매수 주문표'),
  row('/buy 005930 시장가 3', 1, atOnce, '매수 주문표'),
  row('/buy 005930 100만원 69000', 1, ticketOf, '매수 주문표'),
  row('/buy 005930 100만원', 2, 'what can be bought depends on the price, which is that of the book', '매수 주문표'),
  row('/buy 005930 10% 69000', 1, ticketOf, '매수 주문표'),
  row('/sell 005930 50%', 1, 'what can be sold depends on no price', '매도 주문표'),
  row('/sell 005930 5 75000', 1, ticketOf, '매도 주문표'),
  row('!확인', 2, press, '접수됨'),
  row('/orders', 1, oneCall, '미체결'),
  row('/orders 오늘', 0, own, '오늘 주문'),
  row('/amend NUMBER 76000', 2, list, '정정 주문표'),
  row('!확인', 2, press, '접수됨'),
  row('/cancel NUMBER', 1, oneCall, '취소 주문표'),
  row('!확인', 1, 'the cancel, which nothing has to be asked for', '취소'),
  row('/why', 0, own, '최근 주문과 알림'),
  row('/schedule', 1, oneCall, '예약주문이 없습니다'),
  row('/schedule buy 005930 1 60000', 1, ticketOf, '예약 주문표'),
  row('!확인', 2, press, '예약'),
];

const ofTheRest = (settles: string): readonly RoundsRow[] => [
  row('/account', 1, oneCall, '계좌'),
  row('/balance', 1, atOnce, '예수금'),
  row('/balance 자산', 1, oneCall, '자산현황'),
  row('/fills', 1, 'one page; of more, each is asked for with the key in the one before', '체결'),
  row('/pnl', 1, atOnce, '매도 내역이 없습니다'),
  row('/pnl 1개월', 1, atOnce, '매도 내역이 없습니다'),
  row('/export fills csv 1주', 1, oneCall, 'CSV'),
  row('/export holdings csv', 1, oneCall, 'CSV'),
  row('/export quotes csv 삼성전자 SK하이닉스', 1, oneCall, 'CSV'),
  row('/export candles 005930 5m', 1, 'the newest minutes alone; the others are kept', 'CSV'),
  row('/watch add 삼성전자 SK하이닉스', 1, oneCall, '관심종목 2'),
  row('/watch', 1, oneCall, '관심종목 2'),
  row('/watch live', 1, oneCall, '관심종목 2'),
  row('/watch import', 1, oneCall, '관심그룹'),
  row('/screen', 1, oneCall, '조건'),
  row('/screen 0', 1, oneCall, '조건검색 6종목'),
  row('/screen watch 0', 1, oneCall, '지켜봅니다'),
  row('/alert 005930 >= 90000', 1, 'the price that it is set from', '알림을 만들었습니다'),
  row('/alerts', 0, own, '알림 목록'),
  row('/unalert 1', 0, own, '알림'),
  row('/events', 1, 'the balance, for the issues that are held', '종목 이벤트'),
  row('/monitor 005930 5분', 1, atOnce, '모니터'),
  row('/monitor', 1, atOnce, '모니터'),
  row('/digest', 2, 'the accounts; then the issues that are held and traded in them', '요약'),
  row(`/settle ${settles} 없음`, 1, 'the lists, at once, in which the order may stand after all', '확인'),
  row('/halt', 0, own, '정지했습니다'),
  row('/resume', 0, own, '다시 시작합니다'),
  row('/arm', 0, own, '켤 필요가 없습니다'),
  row('/renumber', 0, own, '확인할 것이 없습니다'),
  row('/settings', 0, own, '내 설정'),
  row('/status', 0, own, '상태'),
  row('/who', 0, own, '소유자'),
  row('/start', 0, own, '호가'),
  row('/help', 0, own, '호가'),
  row('/revoke', 0, 'the ticket; nothing is asked before the press', '토큰'),
  row('!확인', 1, oneCall, '토큰'),
  // Its search goes on after the answer, and would be counted among the others.
  row('/screen golden', 0, 'the answer shows that the search has begun', '골든크로스'),
];
