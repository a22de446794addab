import type { InstrumentMatches } from '../../ports/symbols.ts';
import { numberCharacters, readNumber } from '../arguments/numbers.ts';
import { type Choice, mostChoices, type Reading, type ReadingContext } from './reading.ts';

/** Words that people add to a query (보여줘, 알려줘, 얼마야 …). */
const show =
  '(?: ?(?:좀|지금|한번|다|전부|얼마나|얼마(?:야|예요|에요|지|니|임|인가요|입니까|냐)?|어때요?|어떻게 돼요?|어떻게 되나요|알려 ?줘요?|알려 ?주세요|보여 ?줘요?|보여 ?주세요|보자|봐 ?줘|조회(?:해 ?줘|해 ?주세요)?|확인(?:해 ?줘|해 ?주세요)?|줘|주세요|뭐야|뭐가 있어|뭐 ?있어요?|뭐 ?있지|있어요?|있나요?|있니|남았어|궁금해))*';
const topic = '(?:은|는|이|가|을|를|의)?';
const whole = (source: string): RegExp => new RegExp(`^(?:${source})$`, 'i');

/** Queries that name no issue. */
const queries: readonly { readonly pattern: RegExp; readonly line: string }[] = [
  {
    pattern: whole(
      `(?:내|제|나의|우리)? ?(?:계좌 ?)?(?:잔고|잔액|예수금|보유 ?(?:종목|주식)?|계좌|주식 계좌)${topic}${show}`,
    ),
    line: '/balance',
  },
  {
    pattern: whole(
      `(?:내|오늘|지금)? ?(?:미체결 ?(?:주문|내역)?|주문 ?(?:내역|목록|현황)?|걸어 ?둔 주문|안 ?팔린 주문|체결 ?내역)${topic}${show}`,
    ),
    line: '/orders',
  },
  {
    pattern: whole(
      `(?:오늘|지금|내일|언제)? ?(?:주식 ?)?(?:장|시장|증시|주식시장)(?:은|는|이|도)? ?(?:오늘|지금|내일|언제|몇 ?시에)? ?(?:열려요?|열리나요?|열리니|열렸어요?|열려 ?있어요?|열어요?|여나요?|하나요?|하니|중이야|닫혔어|닫아|끝났어|끝나|마감했어|마감이야|쉬어|쉬나|언제 (?:열려|끝나))`,
    ),
    line: '/market',
  },
  { pattern: whole('(?:오늘|내일)(?:은)? ?(?:휴장(?:일)?|쉬는 ?날)(?:이야|이에요|인가요|이지)?'), line: '/market' },
  { pattern: whole(`(?:내 |오늘 )?(?:실현 ?손익|손익)${topic}${show}`), line: '/pnl' },
  { pattern: whole(`(?:내 )?관심 ?종목${topic}${show}`), line: '/watch' },
  { pattern: whole(`(?:오늘 |지금 )?코스피 ?(?:지수)?${topic}${show}`), line: '/index 코스피' },
  { pattern: whole(`(?:오늘 |지금 )?코스닥 ?(?:지수)?${topic}${show}`), line: '/index 코스닥' },
  { pattern: whole(`(?:오늘 )?(?:시장|증시) ?뉴스${topic}${show}`), line: '/news' },
  { pattern: whole(`(?:내 ?)?알림 ?(?:목록)?${topic}(?=.* |.*목록)${show}`), line: '/alerts' },
  {
    pattern: whole('도움말|사용법(?: 알려 ?줘)?|(?:뭐|뭘) ?할 수 있(?:어|니|나요)|어떻게 (?:써|쓰는 거야|사용해)'),
    line: '/help',
  },
];

const please = "(?:please |show(?: me)? |what(?:'s| is| are) |how(?:'s| is| are) |give me |get |check )*(?:my |the )?";
const now = '(?: now| today| right now| please)*';
/** Queries that name no issue, in English. */
const englishQueries: readonly { readonly pattern: RegExp; readonly line: string }[] = [
  { pattern: whole(`${please}(?:account )?(?:balance|holdings|portfolio|positions)${now}`), line: '/balance' },
  { pattern: whole(`${please}(?:open )?orders${now}`), line: '/orders' },
  {
    pattern: whole(`(?:is |when (?:does|is) )?(?:the )?(?:stock )?market (?:open|opening|closed|close|hours)${now}`),
    line: '/market',
  },
  { pattern: whole(`${please}(?:realised |realized )?(?:p&l|pnl|profit(?: and loss)?)${now}`), line: '/pnl' },
  { pattern: whole(`${please}watchlist${now}`), line: '/watch' },
  { pattern: whole(`${please}kospi(?: index)?${now}`), line: '/index 코스피' },
  { pattern: whole(`${please}kosdaq(?: index)?${now}`), line: '/index 코스닥' },
  { pattern: whole(`${please}(?:market )news${now}`), line: '/news' },
  { pattern: whole(`${please}alerts${now}`), line: '/alerts' },
  {
    pattern: whole('cancel (?:all|every)(?: of)?(?: my| the)?(?: open)?(?: orders?)?(?: please)?'),
    line: '/cancel all',
  },
];

const englishTopics = {
  price: '(?:stock |share |current )?(?:price|quote|trading at|worth)',
  book: 'order ?book|bids and asks',
  chart: '(?:daily |weekly |minute )?chart',
  news: '(?:latest )?news|headlines|filings',
  fin: 'financials|earnings|results',
  flow: 'investor flow|flow',
  opinion: '(?:analyst )?(?:opinions?|ratings?)|targets?(?: price)?|price targets?',
} as const;

/** `samsung electronics price`, `the price of samsung electronics`, `how much is samsung electronics`. */
const ofEnglishStock: readonly { readonly pattern: RegExp; readonly command: string }[] = [
  { pattern: whole(`how much (?:is|does) (.+?)(?: cost| worth| trading at)?${now}`), command: 'price' },
  ...Object.entries(englishTopics).flatMap(([command, topicWords]) => [
    { pattern: whole(`${please}(?:${topicWords}) (?:of|for|on|about) (.+?)${now}`), command },
    { pattern: whole(`${please}(.+?)(?:'s)? (?:${topicWords})${now}`), command },
  ]),
];

/** `거래대금 순위`, `시총 상위 보여줘` */
const ranking = whole(
  `(거래량|거래대금|상승|상승률|급등|하락|하락률|급락|시가총액|시총|신고가|신저가) ?(?:종목 )?(?:순위|상위|랭킹) ?(?:종목)?${topic}${show}`,
);
const cancelAll = whole(
  '(?:내 )?(?:(?:미체결|주문|미체결 주문)(?:을|은)? ?(?:전부|모두|다|전체|싹 ?다)|(?:전부|모두|전체) ?(?:미체결|주문|미체결 주문)?) ?취소(?: ?해 ?줘요?| ?해 ?주세요| ?해)?',
);
const cancelOne = whole('#?(\\d{1,10})번? ?(?:주문)?(?:을|은)? ?취소(?: ?해 ?줘요?| ?해 ?주세요| ?해)?');
const cancelPart = whole(
  '#?(\\d{1,10})번? ?(?:주문)?(?:에서|의|을|은|중)? ?(\\d[\\d,]*주|절반)(?:만|를|을)? ?취소(?: ?해 ?줘요?| ?해 ?주세요| ?해)?',
);

/** Queries that begin with the name of an issue. */
const ofStock: readonly { readonly pattern: RegExp; readonly command: string }[] = [
  {
    pattern: whole(
      `(.+?)${topic} ?(?:지금 |현재 |오늘 )?(?:현재가|시세|주가|가격|얼마(?:야|예요|에요|지|니|임|인가요|입니까|냐|쯤|나 해|해)?(?: ?됐어| ?하니)?)${topic}${show}`,
    ),
    command: 'price',
  },
  { pattern: whole(`(.+?)${topic} ?호가(?:창)?${topic}${show}`), command: 'book' },
  { pattern: whole(`(.+?)${topic} ?(?:일봉 |분봉 |주봉 )?차트${topic}${show}`), command: 'chart' },
  { pattern: whole(`(.+?)${topic} (?:오늘 |최근 )?(?:뉴스|공시)${topic}${show}`), command: 'news' },
  { pattern: whole(`(.+?)${topic} (?:재무(?:제표)?|실적)${topic}${show}`), command: 'fin' },
  { pattern: whole(`(.+?)${topic} 수급${topic}${show}`), command: 'flow' },
  { pattern: whole(`(.+?)${topic} (?:투자 ?의견|목표 ?(?:주가|가))${topic}${show}`), command: 'opinion' },
];

/** Reads a sentence that asks for something to be shown, or for orders to be cancelled. */
export function readQuery(
  text: string,
  reader: ReadingContext,
  isCommand: (name: string) => boolean,
): Reading | undefined {
  const query = [...queries, ...englishQueries].find(({ pattern }) => pattern.test(text));
  if (query !== undefined) return { kind: 'line', line: query.line };
  const by = ranking.exec(text)?.[1];
  if (by !== undefined) return { kind: 'line', line: `/rank ${by}` };
  if (cancelAll.test(text)) return { kind: 'line', line: '/cancel all' };
  const number = cancelOne.exec(text)?.[1];
  if (number !== undefined) return { kind: 'line', line: `/cancel ${number}` };
  const part = cancelPart.exec(text);
  if (part !== null) return { kind: 'line', line: `/cancel ${part[1]} ${part[2]}` };
  for (const { pattern, command } of [...ofStock, ...ofEnglishStock]) {
    const typed = pattern.exec(text)?.[1];
    if (typed === undefined || !isCommand(command)) continue;
    const found = findStocks(typed, reader);
    if (found.instruments.length > 0) return about(found, typed, (symbol) => `/${command} ${symbol}`);
  }
  return undefined;
}

/** Issues by their complete name, or by a part of it that is too long to be an ordinary word. */
export function findStocks(typed: string, { directory }: ReadingContext): InstrumentMatches {
  const exact = directory.named(typed);
  if (exact !== undefined) return { instruments: [exact], fit: 'whole' };
  const chatter = typed.length < 2 || typed.split(' ').length > 3 || /^[ㄱ-ㅎ]{1,2}$|^[\d,. ]+$/.test(typed);
  return chatter ? { instruments: [], fit: 'near' } : directory.search(typed, mostChoices);
}

function about(found: InstrumentMatches, typed: string, lineOf: (symbol: string) => string): Reading {
  const [only] = found.instruments;
  if (only !== undefined && found.fit === 'whole') return { kind: 'line', line: lineOf(only.symbol) };
  const choices = found.instruments.map(
    ({ symbol, name }): Choice => ({ label: name, verb: 'run', line: lineOf(symbol) }),
  );
  return { kind: 'question', about: 'which', subject: typed, choices };
}

const up =
  '(?:을|를)? ?(?:넘으면|넘기면|넘어가면|돌파하면|뚫으면|뚫리면|오르면|올라가면|이상 ?(?:이면|이 되면|되면|일 때|이 되는 순간)?|위로 가면)';
const down =
  '(?:을|를)? ?(?:내리면|떨어지면|내려가면|내려오면|빠지면|깨지면|밑돌면|이하 ?(?:이면|면|가 되면|되면|일 때)?|아래로 (?:가면|내려가면|떨어지면)|밑으로 (?:가면|내려가면|떨어지면))';
const there = '(?:이|가|에)? ?(?:되면|이면|면|오면|도달하면|닿으면|찍으면|가면|될 때)';
const amount = `(${numberCharacters}+(?:(?<=[조억만]) \\d${numberCharacters}*)*) ?(?:원|선)?(?:까지|에|으로|로|선)?`;
const crossing = new RegExp(`^(.+?)${topic} ?(?:가격이 |주가가 )?${amount}(?:(${up})|(${down})|(${there})) ?(.*)$`);
const byPercent = new RegExp(
  `^(.+?)${topic} ?(\\d+(?:\\.\\d+)?) ?(?:%|퍼센트|프로)(?:나|만|까지)?(?:(${up})|(${down})) ?(.*)$`,
);
const ofCandle = `(\\d{1,3} ?분 ?봉|1 ?시간 ?봉)(?:의|이)?`;
const candleClose = new RegExp(
  `^(.+?)${topic} ?${ofCandle} ?(?:종가|마감가?)?(?:가|이|는|은)? ?${amount}(?:(${up})|(${down})) ?(.*)$`,
);
const candleVolume = new RegExp(
  `^(.+?)${topic} ?${ofCandle} ?거래량(?:이|은)? ?(?:평균의 |평소의 )?(\\d+(?:\\.\\d+)?) ?배(?:(?:이상)?(${up})|(?:가|를)? ?(?:되면|넘으면|이면|면)) ?(.*)$`,
);
const tell =
  /^(?:좀 )?(?:나한테 |저한테 )?(?:알려 ?줘요?|알려 ?주세요|알려 ?주라|말해 ?줘|얘기해 ?줘|불러 ?줘|알림(?: ?(?:설정|등록))?(?: ?(?:해 ?줘|해 ?주세요|줘|부탁해))?)$/;
/** Verbs of trading after a condition. Whatever their form, no order is made of them. */
const trade = /사|살|매수|매도|팔|담|던|구매|처분/;
const notWanted = /마|말|안 |못 |않|까$|을까|나$|텐데|했|었/;

/**
 * Reads a sentence about a price that is to be reached. A wish to be told makes an alert. A wish to trade then is
 * offered as an alert too, because no order is sent unless somebody confirms it.
 */
export function readCondition(text: string, reader: ReadingContext): Reading | undefined {
  const candle = readCandle(text, reader);
  if (candle !== undefined) return candle;
  const change = byPercent.exec(text);
  if (change !== null) return readChange(change, reader);
  const [, typed = '', digits = '', above, below, reached, rest = ''] = crossing.exec(text) ?? [];
  const won = readNumber(digits);
  if (typed === '' || won === undefined || won === 0) return undefined;
  const toTell = tell.test(rest);
  if (!toTell && !isTrade(rest)) return undefined;
  const { instruments: found, fit } = findStocks(typed, reader);
  const signs = above !== undefined ? ['>='] : below !== undefined ? ['<='] : ['>=', '<='];
  const lines = found.flatMap(({ symbol, name }) =>
    signs.map((sign): Choice => {
      const direction = reader.words.sentences.direction[sign === '>=' ? 'above' : 'below'](reader.words.won(won));
      return {
        label: fit === 'whole' ? direction : `${name} ${direction}`,
        verb: 'run',
        line: `/alert ${symbol} ${sign} ${won}`,
      };
    }),
  );
  const [only, ...others] = lines;
  if (only === undefined) return undefined;
  if (toTell && others.length === 0 && reached === undefined && fit === 'whole')
    return { kind: 'line', line: only.line };
  const asked = toTell ? (fit === 'whole' ? 'direction' : 'which') : 'condition';
  return {
    kind: 'question',
    about: asked,
    subject: toTell ? typed : (found[0]?.name ?? typed),
    choices: lines.slice(0, mostChoices),
  };
}

/** Reads `5분봉 종가 71000 넘으면 알려줘` and `5분봉 거래량 3배 되면 알려줘`. Nobody trades by a candle, so it is told alone. */
function readCandle(text: string, reader: ReadingContext): Reading | undefined {
  const [, issue, length = '', digits = '', above, , wish = ''] = candleClose.exec(text) ?? [];
  const [, other, otherLength = '', times = '', , otherWish = ''] = candleVolume.exec(text) ?? [];
  const won = readNumber(digits);
  const typed = won === undefined ? other : issue;
  if (typed === undefined || !tell.test(won === undefined ? otherWish : wish)) return undefined;
  const condition =
    won === undefined
      ? `${otherLength} 거래량 ${times}배`
      : `${length} 종가 ${above === undefined ? '<=' : '>='} ${won}`;
  const { instruments, fit } = findStocks(typed, reader);
  const choices = instruments.map(
    ({ symbol, name }): Choice => ({ label: name, verb: 'run', line: `/alert ${symbol} ${condition}` }),
  );
  const [only] = choices;
  if (only === undefined) return undefined;
  if (fit === 'whole') return { kind: 'line', line: only.line };
  return { kind: 'question', about: 'which', subject: typed, choices };
}

/** Reads `3% 오르면`, which, as in alerts, compares with the previous close. */
function readChange(
  [, typed = '', percent, rises, , rest = '']: RegExpExecArray,
  reader: ReadingContext,
): Reading | undefined {
  const toTell = tell.test(rest);
  if (!toTell && !isTrade(rest)) return undefined;
  const { instruments, fit } = findStocks(typed, reader);
  const change = `${rises === undefined ? '-' : '+'}${percent}%`;
  const choices = instruments.map(
    ({ symbol, name }): Choice => ({ label: `${name} ${change}`, verb: 'run', line: `/alert ${symbol} ${change}` }),
  );
  const [only] = choices;
  if (only === undefined) return undefined;
  if (toTell && fit === 'whole') return { kind: 'line', line: only.line };
  return { kind: 'question', about: toTell ? 'which' : 'condition', subject: instruments[0]?.name ?? typed, choices };
}

function isTrade(text: string): boolean {
  return trade.test(text) && !notWanted.test(text);
}
