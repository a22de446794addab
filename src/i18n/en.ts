import type { LedgerTrouble } from '../domain/ledger-trouble.ts';
import type { SessionKind } from '../domain/market/session.ts';
import type { OrderType } from '../domain/orders/order.ts';
import type { ErrorContext } from '../errors.ts';
import { englishCandles } from './candle-words.ts';
import { eventWords } from './event-words.ts';
import type { KoreanMoment, Words } from './ko.ts';
import { hoursText, venueCode, venueReason, venueWords } from './venue-words.ts';

const grouped = (value: number): string => value.toLocaleString('en-US');
const signed = (value: number, text: string): string => (value > 0 ? `+${text}` : text);
const groupedSigned = (value: number): string => signed(value, grouped(value));
const won = (amount: number): string => `₩${grouped(amount)}`;
const shares = (count: number): string => (count === 1 ? '1 share' : `${grouped(count)} shares`);

const clockTime: Words['clockTime'] = (at) =>
  [at.hour, at.minute].map((part) => String(part).padStart(2, '0')).join(':');
const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** When the exchange accepts an order that was refused because of the hours, and which exchange accepts it now. */
const takenWhen = (context: ErrorContext): string => {
  const { exchange, hours, elsewhere } = context;
  const type = en.orderType[context['type'] as OrderType];
  const next =
    context['month'] === undefined
      ? ''
      : ` ${exchange} takes ${type} orders ${hoursText(hours)}, next from ${en.moment(context as unknown as KoreanMoment)}.`;
  return elsewhere === '' ? next : `${next} Taken now: ${String(elsewhere).replaceAll(',', ', ')}.`;
};
const insteadOfMarket = (context: ErrorContext): string => {
  const count = Number(context['quantity']);
  const price = won(Number(context['price']));
  return count > 0
    ? `Up to ${shares(count)} at the market, or a limit order at ${price}, would pass.`
    : `Not even one share passes at the market; a limit order at ${price} would.`;
};

/** 20261205 → 5 Dec */
const englishDate = (day: ErrorContext[string]): string =>
  `${Number(String(day).slice(6))} ${months[Number(String(day).slice(4, 6)) - 1]}`;
const reach = { 'at-or-above': 'at or above', 'at-or-below': 'at or below' } as const;
const orBeyond = { 'at-or-above': 'or above', 'at-or-below': 'or below' } as const;

const keys = (context: ErrorContext): string => String(context['settings'] ?? 'KIS');
const said = (context: ErrorContext): string => {
  const words = venueWords(context);
  return words === undefined ? '' : `: ${words}`;
};

const takenNames = (context: ErrorContext): string =>
  String(context['types'])
    .split(',')
    .filter((type) => !/-(?:ioc|fok)$/.test(type))
    .map((type) => en.orderType[type as OrderType])
    .join(', ');

/** English for the Korean words in which brokers give opinions, as far as KIS has been seen to use them. */
const opinionGrades: Readonly<Record<string, string>> = {
  매수: 'Buy',
  강력매수: 'Strong buy',
  적극매수: 'Strong buy',
  단기매수: 'Trading buy',
  중립: 'Neutral',
  보유: 'Hold',
  매도: 'Sell',
  비중확대: 'Overweight',
  비중유지: 'Equal weight',
  비중축소: 'Underweight',
  시장수익률: 'Market perform',
  시장수익률상회: 'Outperform',
  시장수익률하회: 'Underperform',
  투자의견없음: 'Not rated',
  의견없음: 'Not rated',
  NotRated: 'Not rated',
};

const dividendKinds: Readonly<Record<string, string>> = {
  결산: 'final',
  중간: 'interim',
  분기: 'quarterly',
  반기: 'half-year',
};

/** A word without a translation is kept. */
function inEnglish(table: Readonly<Record<string, string>>, text: string): string {
  return table[text.replaceAll(' ', '')] ?? text;
}

/** Why the ledger cannot be written, and what helps. */
const ledgerReason: Readonly<Record<LedgerTrouble, string>> = {
  'store.full': 'The disk is full.',
  'store.read-only': 'The ledger is read-only.',
  'store.locked': 'Another program holds the ledger.',
  'store.io': 'The disk fails.',
  'store.corrupt': 'The ledger file is damaged.',
  'store.away': 'The database server cannot be reached.',
};
const ledgerRemedy: Readonly<Record<LedgerTrouble, string>> = {
  'store.full': 'Free some of the disk the bot runs on; it goes on by itself then.',
  'store.read-only': "Make the ledger's folder and disk writable; it goes on by itself then.",
  'store.locked': 'End the other Hoga or program that uses the same ledger; it goes on by itself then.',
  'store.io': "Check the ledger's disk; it goes on by itself once that works.",
  'store.corrupt': 'Stop the bot, restore the ledger from a backup and start again.',
  'store.away': 'Check the database server and the network in between; it goes on by itself once that works.',
};
const refusedBy = (code: LedgerTrouble): string =>
  `Not done, because it cannot be written down. ${ledgerReason[code]} ${ledgerRemedy[code]} Prices and balance can be asked for all the same.`;

/** The English texts. */
export const en: Words = {
  grouped,
  groupedSigned,
  won,
  wonSigned: (amount) => signed(amount, won(amount)),
  shares,
  clockTime,
  moment: (at) => `${weekdays[at.weekday - 1]} ${at.day} ${months[at.month - 1]} ${clockTime(at)} KST`,
  date: ({ month, day, weekday }) => `${weekdays[weekday - 1]} ${day} ${months[month - 1]}`,
  shortDate: (day) => englishDate(day),
  percentSigned: (value) => signed(value, `${value.toFixed(2)}%`),
  wonShort: (amount) => {
    const size = Math.abs(amount);
    if (size >= 1e12) return `₩${(amount / 1e12).toFixed(1)}tn`;
    if (size >= 1e9) return `₩${(amount / 1e9).toFixed(1)}bn`;
    return size >= 1e8 ? `₩${Math.round(amount / 1e6)}m` : won(amount);
  },
  countShort: (count) => {
    const size = Math.abs(count);
    if (size >= 1e9) return `${(count / 1e9).toFixed(1)}bn`;
    return size >= 1e6 ? `${(count / 1e6).toFixed(1)}m` : grouped(count);
  },

  accounts: {
    title: 'Accounts',
    venue: { live: 'LIVE', paper: 'paper', simulator: 'simulator', 'paper-simulator': 'paper simulator' },
    kind: { brokerage: 'brokerage', pension: 'pension savings', retirement: 'retirement pension (look only)' },
    all: 'All accounts',
    sums: { live: 'Real money', play: 'Play money' },
    inUse: 'in use',
    chosen: (title) => `This chat works with ${title} from now on.`,
    today: 'today',
    unread: (reason) => `Not read: ${reason}`,
    use: (title) => `Use ${title}`,
    hint: (names) => `To use another account once, write it in the line: ${names}.`,
    missing: (titles) => `The sums leave out what could not be read: ${titles}.`,
    haltedIn: (titles) => `Halted: ${titles}`,
    resumedIn: (titles) => `Resumed: ${titles}`,
  },
  venueTag: { simulator: '[simulator]', 'paper-simulator': '[paper simulator]', paper: '[paper]', live: '' },
  side: { buy: 'Buy', sell: 'Sell' },
  orderType: {
    limit: 'limit',
    market: 'market',
    conditional: 'conditional limit',
    best: 'best limit',
    top: 'top priority limit',
    'pre-close': "yesterday's close",
    'post-close': "today's close",
    'limit-ioc': 'limit IOC',
    'limit-fok': 'limit FOK',
    'market-ioc': 'market IOC',
    'market-fok': 'market FOK',
    'best-ioc': 'best IOC',
    'best-fok': 'best FOK',
    mid: 'mid price',
    'mid-ioc': 'mid price IOC',
    'mid-fok': 'mid price FOK',
    stop: 'stop limit',
    'after-limit': 'after-market limit',
    'after-limit-ioc': 'after-market limit IOC',
    'after-limit-fok': 'after-market limit FOK',
    'after-best': 'after-market best',
    'after-best-ioc': 'after-market best IOC',
    'after-best-fok': 'after-market best FOK',
    'after-top': 'after-market top priority',
    other: 'other',
  },
  pricing: {
    'other-best': 'The best price of the other side, as it enters, becomes its limit.',
    'own-best': 'The best price of its own side, as it enters, becomes its limit.',
    middle: 'Fills midway between the best bid and ask.',
    conditional: 'What is not filled goes to the market in the closing auction.',
    'pre-close': "Fills at yesterday's close.",
    'post-close': "Fills at today's close.",
  },
  condition: {
    ioc: 'What does not fill at once is cancelled.',
    fok: 'Unless all of it fills at once, all of it is cancelled.',
  },
  status: {
    confirmed: 'confirmed',
    submitting: 'sending',
    accepted: 'accepted',
    'partly-filled': 'partly filled',
    filled: 'filled',
    cancelled: 'cancelled',
    rejected: 'rejected',
    denied: 'not sent',
    'never-sent': 'not sent',
    'outcome-unknown': 'outcome unknown',
    absent: 'never arrived',
    asked: 'needs your word',
    replaced: 'amended',
    expired: 'ended with the day',
    done: 'accepted',
    scheduled: 'scheduled',
    'sent-on': 'schedule dealt with',
  },
  warnings: {
    halted: 'trading halted',
    administrative: 'administrative issue',
    caution: 'investment caution',
    warning: 'investment warning',
    risk: 'investment risk',
    overheated: 'short-term overheated',
    liquidation: 'liquidation trading',
  },
  warningMeans: {
    halted: 'only cancels pass.',
    administrative: 'it may come to be delisted, and cannot be bought on credit.',
    caution: 'marked for today; orders are not restricted.',
    warning: 'bought with 100% margin. If it rises further, trading may be halted for a day.',
    risk: 'bought with 100% margin. If it rises further, trading may be halted for a day.',
    overheated: 'trades at a single price every 30 minutes.',
    liquidation: 'limit orders only, no price limits, and a single price every 30 minutes.',
  },
  role: { viewer: 'viewer', trader: 'trader', owner: 'owner' },

  buttons: {
    confirm: 'Confirm',
    drop: 'Cancel',
    close: 'Close',
    tickDown: '−1 tick',
    tickUp: '+1 tick',
    buy: 'Buy',
    sell: 'Sell',
    refresh: 'Refresh',
    book: 'Order book',
    info: 'About it',
    alert: 'Alert',
    fin: 'Statements',
    opinion: 'Opinions',
    flow: 'Who buys',
    news: 'News',
    previous: '◀ Back',
    next: 'More ▶',
    price: 'Price',
    chart: 'Chart',
    csv: 'CSV file',
    live: 'Live',
    stopLive: 'Stop',
    stopScreen: 'Stop',
    importGroups: 'Import from HTS',
    amendOrder: (name) => `Amend ${name}`,
    amendAll: (quantity, price) => `All ${quantity} at ${price}`,
    cancelAll: (quantity) => `Cancel all ${quantity}`,
    cancelOrder: (name) => `Cancel ${name}`,
    amend: 'Amend',
    cancel: 'Cancel',
    again: 'Make it again',
    resume: 'Resume trading',
    arm: 'Arm live orders today',
    forShares: (quantity) => `For ${quantity}`,
    schedule: (price) => `Schedule at ${price}`,
  },

  channels: { console: 'the terminal', telegram: 'Telegram', discord: 'Discord' },
  arguments: {
    account: 'account',
    instrument: 'stock',
    instruments: 'stock…',
    quantity: 'quantity',
    price: 'price',
    how: 'how',
    order: 'order number',
    command: 'command',
    condition: 'condition',
    alert: 'alert',
    action: 'add|remove',
    identity: 'person',
    role: 'role',
    intent: 'record',
    scheduleAction: 'buy|sell|amend|cancel',
    record: 'order number or record',
    scheduleTarget: 'stock or schedule number',
    until: 'until date',
    verdict: 'order number or none',
    setting: 'change',
    page: 'page',
    today: 'today',
    assets: 'assets',
    span: 'year|quarter',
    view: 'issue|broker',
    investor: 'foreigners|institutions',
    side: 'bought|sold',
    ranking: 'by',
    market: 'market',
    index: 'index',
    interval: 'interval',
    period: 'period',
    subject: 'subject',
    format: 'csv|sheet',
    watchAction: 'add|remove|import|live|stop',
    exchange: 'KRX|NXT|SOR',
    liveAction: 'live|stop',
    group: 'group',
    screen: 'condition',
    eventKind: 'event',
    onOff: 'on|off',
    criteria: 'criteria',
    digestAction: 'on|off',
    digestKind: 'morning|close|evening',
    time: 'time',
    target: 'webhook',
    monitorAction: 'off',
    monitored: 'issues… minutes webhook',
  },
  commands: {
    start: 'says what there is, to begin with',
    help: 'shows the commands',
    price: 'shows current prices',
    book: 'shows ten levels of the order book, also live',
    info: 'shows what company it is, its dividends and interruptions',
    fin: 'shows statements and ratios',
    opinion: "shows brokers' opinions and targets",
    flow: 'shows what individuals, foreigners and institutions bought',
    news: 'shows headlines',
    index: 'shows the KOSPI and KOSDAQ indices, also live',
    rank: 'shows rankings by turnover, change and more',
    chart: 'draws a chart: minutes, days, weeks, months, years',
    account: 'shows the accounts, and chooses the one this chat works with',
    balance: 'shows cash and holdings',
    buy: 'makes a buy ticket (sent only when confirmed)',
    sell: 'makes a sell ticket (sent only when confirmed)',
    orders: "shows open and today's orders",
    amend: 'changes the price of an open order, or of a part of it (sent only when confirmed)',
    cancel: 'cancels open orders, or a part of one (sent only when confirmed)',
    alert: 'tells you when a price or condition is met',
    alerts: 'lists alerts, to delete them',
    unalert: 'deletes an alert',
    events: 'tells of 52-week highs, VIs, disclosures and more of what you watch or hold',
    halt: 'stops all trading',
    resume: 'lets trading go on',
    arm: 'lets live orders go for today (HOGA_LIVE_TRADING=daily)',
    schedule: 'orders for the next trading day: makes, lists, changes (sent only when confirmed)',
    settle: 'says what became of an order whose outcome is unknown',
    renumber: 'goes on with the account number that was changed in the settings (asks first)',
    why: 'tells the story of an order or an alert, step by step',
    settings: 'shows and changes your own settings',
    status: 'shows connections and health',
    market: 'shows what KRX and NXT trade and take now, and what comes next',
    who: 'lists the people, adds and removes them',
    revoke: 'gives the KIS access token back (only when confirmed)',
    fills: 'shows executions of a period',
    pnl: 'shows realised profit of a period, by day and issue',
    export: 'exports holdings, fills, profit or quotes as CSV or to a Google Sheet',
    watch: 'shows your watchlist with prices, adds and removes issues',
    digest: 'sums up the day before the opening and after the close, by itself if you wish',
    monitor: 'tells you every few minutes of the session how chosen issues do',
    screen: 'runs your HTS conditions, and finds golden crosses',
  },

  pairing: {
    paired: 'Paired. You are the owner now. Try /start.',
    already: 'You are known already.',
    wrong: "That code is wrong. Use the one shown in the bot's terminal. Example: /pair 1a2b3c4d",
    command: 'makes you the owner, with the code from the terminal',
    code: 'code',
    invite: (code) => `To become the owner, send /pair ${code} in a chat with the bot within ten minutes (five tries).`,
  },
  people: {
    title: 'People',
    from: { terminal: 'terminal', settings: (variable) => `settings, ${variable}`, chat: 'added in chat' },
    added: (who, role) => `${who}: ${role} from now on.`,
    removed: (who) => `${who}: no access from now on.`,
  },
  candles: englishCandles,
  alerts: {
    made: 'Alert set',
    list: 'Alerts',
    none: 'No alerts. Example: /alert 삼성전자 >= 71000',
    condition: (condition) => {
      switch (condition.kind) {
        case 'price':
          return `${reach[condition.direction]} ${won(condition.price)}`;
        case 'change':
          return `change ${signed(condition.percent, `${condition.percent}%`)} ${orBeyond[condition.direction]}`;
        case 'volume':
          return `volume ${condition.times} times the 20-day average`;
        case 'year-high':
          return 'new 52-week high';
        case 'year-low':
          return 'new 52-week low';
        case 'average':
          return `${condition.side === 'over' ? 'above' : 'below'} the ${condition.days}-day average`;
        case 'cross':
          return `${condition.cross} cross ${condition.short} and ${condition.long}`;
        case 'candle-close':
        case 'candle-volume':
          return englishCandles.condition(condition);
        case 'cost':
          return `my average cost ${signed(condition.percent, `${condition.percent}%`)} ${orBeyond[condition.direction]}`;
      }
    },
    repeats: 'every time',
    extended: 'extended hours',
    noNextrade: 'Paper has no prices of NXT, so KRX after-market alone is watched.',
    until: (day) => `until ${day}`,
    today: ({ metric, direction, value }, day) =>
      `${day === undefined ? 'today' : englishDate(day)}: ${reach[direction]} ${metric === 'price' ? won(value) : shares(value)}`,
    always: (day) => `Every price fits ${day === undefined ? 'today' : `on ${englishDate(day)}`}.`,
    never: (day) => `No price fits ${day === undefined ? 'today' : `on ${englishDate(day)}`}.`,
    notHeld: 'It is not held now.',
    noLevel: 'What that comes to is not known yet.',
    waiting: 'The price is there already. You will be told when it comes back to it from the other side.',
    waitingVolume: (day) =>
      `So much was traded ${day === undefined ? 'today already' : `on ${englishDate(day)}`}. You will be told from the next trading day on.`,
    waitingOther: 'That is so already. You will be told when it is so again after it was not.',
    polled: (every) => `It is not live now, so it is looked up every ${every}.`,
    off: 'Your settings have price alerts off. To be told: /settings alerts on',
    polledShort: (every, age) => (age === undefined ? `every ${every}` : `every ${every} (${age} old)`),
    touched: (price) => `Between two looks it touched ${price} and went back.`,
    remove: (index) => `Delete ${index}`,
    removeThis: 'Delete alert',
    fired: '🔔 Alert',
    expired: 'Alert over',
    expiredText: (what) => `The alert ${what} has come to its last day.`,
  },
  events: eventWords.en,
  doctor: {
    wire: {
      works: 'works',
      refused: 'refused',
      undecodable: 'not decodable',
      unreachable: 'no answer',
      'not-here': 'not on this host',
      'nothing-to-ask': 'nothing to ask',
    },
    wireProgress: (at, of, api) => `Asking KIS ${at}/${of} ${api}`,
    wireSum: (works, broken) => (broken === 0 ? `${works} reads work` : `${works} reads work, ${broken} do not`),
    settings: 'settings',
    store: 'store',
    clock: 'clock',
    token: 'KIS token',
    liveReads: 'Live key for reads',
    account: 'account',
    socket: 'socket',
    fills: 'fill notices',
    venue: { simulator: 'simulator', 'paper-simulator': 'simulator of paper', paper: 'paper', live: 'live' },
    fine: 'fine',
    socketFine: 'reachable (the session of a running bot was left alone)',
    noHtsId: 'without KIS_HTS_ID fills are looked up every 30 seconds',
    fillsFine: (id) => `${id} · taken by KIS`,
    fillsInUse: (id) =>
      `${id} · not asked: a bot or another program holds the live connection of the same app key; the bot's /status tells`,
    storeNew: 'will be made at the first start',
    storePending: (count) => `fine, ${count} messages to send`,
    clockUnknown: 'KIS does not say its time, so nothing was compared',
    clockOff: (seconds) => `${seconds} seconds off KIS's time; set the clock of this machine`,
  },
  abandoned: {
    typed: (text) =>
      `The server that was working on “${text}” stopped. It may have been done, so it was not done again. Look with /orders, then send it again.`,
    pressed:
      'The server that was working on the button you pressed stopped. It may have been done, so it was not done again. Look with /orders. If an order has left you are told of it.',
  },
  notAlone: {
    title: (channel) => `⚠️ Another program takes messages with the same ${channel} token`,
    stands: (self) =>
      `This Hoga (${self}) was there first and goes on taking them. Stop the other; is there a copy left running on another computer?`,
    aside: (self) =>
      `This Hoga (${self}) came second and steps aside: the other takes what you write here. Stop one of them. When this one is alone it takes over by itself within 5 minutes.`,
    both: (self) =>
      `This Hoga (${self}) and the other both take everything, so answers come twice or overwrite one another. Stop one of them; is there a copy left running on another computer?`,
    ledger: (other, seconds) =>
      `Another Hoga (${other}) has this ledger. With two, orders and messages would go wrong, so this one waits ${seconds} seconds for that one to end.`,
    ledgerStays: (other) =>
      `Another Hoga (${other}) still has this ledger, so this one was not started. Stop that one and start again, or choose another ledger, such as STORE_URL=sqlite:data/second.db`,
    since: (name, time) => `${name}, since ${time}`,
  },
  drift: {
    title: ({ api }) => `⚠️ KIS and Hoga disagree about the API ${api}`,
    said: (what) => `KIS: ${what}`,
    report:
      'KIS seems to have changed this API. See whether there is a newer Hoga; if not, please report the name and code above to its developers. Whether other calls still work: npm start -- doctor --wire.',
  },
  health: {
    drift: (api, code, ago) => `KIS API ${api} disagrees${code === '' ? '' : ` (${code})`}, ${ago} ago`,
    title: 'Status',
    up: 'Up for',
    socket: 'Socket',
    socketState: { stopped: 'off', connecting: 'connecting', connected: 'connected', waiting: 'waiting to reconnect' },
    socketReason: (reason) => {
      const again = 'It connects again by itself.';
      switch (reason) {
        case 'in-use':
          return `Another program holds the live connection with the same app key. Please end it. ${again}`;
        case 'approval':
          return `KIS did not take the key for the live connection; a new one is asked for. ${again}`;
        case 'idle':
          return `Nothing came from KIS, so the connection was ended. ${again}`;
        default:
          return `KIS's live server cannot be connected to (${reason}). ${again} If it goes on, KIS may keep out a computer that connected too often: stop the bot and start it much later.`;
      }
    },
    fillsOn: 'fill notices on',
    fillsOff: 'no fill notices (looked up every 30 seconds)',
    lastTick: 'Last tick',
    pricesLive: (live, of) => (live === of ? `Prices: all ${of} issues live` : `Prices: ${live} of ${of} issues live`),
    pricesAsked: (issues, every, bound, oldest) =>
      `the other ${issues} looked up every ${every} (never older than ${bound}; the oldest now: ${oldest})`,
    lane: 'KIS calls left this second',
    waiting: 'waiting',
    token: 'Token age',
    bars: (kept, listed, day) => `Daily candles of ${kept} of ${listed} stocks (through ${englishDate(day)})`,
    noBars: 'No daily candles',
    barsUpdate: (done, total) => `being fetched ${done}/${total}`,
    outbox: 'Messages to send',
    held: (count) => `${count} held for quiet hours`,
    deadLetters: (count) => `${count} messages could not be delivered`,
    none: 'none',
    lastLook: 'Orders last compared',
    notArmed: 'Live trading is off.',
    unknownOrders: (count) => `${count} orders whose outcome is being looked up`,
    askedOrders: (count) => `${count} orders whose outcome only you can tell`,
    brief: {
      calls: (room, most) => `calls left ${room}/${most}`,
      noFills: 'no fill notices',
      recovering: 'orders being compared',
      halted: 'halted',
      notArmed: 'live trading off',
      numberChanged: 'account number changed',
      unknown: (count) => `${count} outcomes being looked up`,
      asked: (count) => `${count} outcomes only you can tell`,
    },
    within: (ms) => (ms <= 120_000 ? `${Math.ceil(ms / 1_000)} s` : `${Math.ceil(ms / 60_000)} min`),
    ago: (ms) => {
      const minutes = Math.floor(ms / 60_000);
      if (minutes < 1) return `${Math.max(0, Math.floor(ms / 1_000))} s`;
      return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
    },
  },
  access: {
    account: {
      title: 'The account cannot be reached',
      working: 'The account can be reached again. Look-ups and orders work now.',
    },
    liveReads: {
      title: 'The live key for reads cannot be used',
      working: 'The live key for reads works again.',
    },
    goesOn: 'It is tried again and again, and you will be told when it works. If you changed a setting, restart.',
  },
  fillNotices: {
    title: 'Fills are not pushed',
    noPrices: 'Prices are not pushed, and looked up instead',
    lookUp: 'While an order is open, fills are looked up every 30 seconds and told then.',
    tellFill: 'Fills are not pushed: they are looked up every 30 seconds, and you will be told then.',
    working: 'Fills are pushed again. You will be told at once.',
    why: {
      'hts-id': (code) =>
        `KIS knows no such HTS login (${code}). Set KIS_HTS_ID to the id with which you log in at Korea Investment & Securities, and restart.`,
      'no-answer': () => 'KIS did not answer the subscription of fills. If it goes on, check KIS_HTS_ID and restart.',
      other: (code) =>
        `KIS turned the subscription of fills down (${code}). Check that KIS_HTS_ID is the login that the app key was issued to, and restart.`,
    },
  },
  market: {
    session: {
      'pre-market': 'Pre-market',
      'opening-auction': 'Opening auction',
      regular: 'Regular session',
      'closing-auction': 'Closing auction',
      'post-close': 'After hours at the close',
      'after-opening': 'Before the after-market',
      'after-market': 'After-market',
      closed: 'Closed',
    },
    until: (time) => `until ${time} KST`,
    takes: (types) => `Takes: ${types}`,
    takesNone: 'no orders are taken now',
    weekend: 'weekend',
    holiday: 'market holiday',
    holidays: {
      'new-year': "New Year's Day",
      seollal: 'Seollal',
      'independence-movement-day': 'Independence Movement Day',
      'labour-day': 'Labour Day',
      'childrens-day': "Children's Day",
      'buddhas-birthday': "Buddha's Birthday",
      'election-day': 'election day',
      'constitution-day': 'Constitution Day',
      'liberation-day': 'Liberation Day',
      chuseok: 'Chuseok',
      'foundation-day': 'National Foundation Day',
      'hangul-day': 'Hangul Day',
      christmas: 'Christmas',
      'year-end': 'year-end closing',
    },
    unknown: 'Not known',
    unknownWhy: 'It could not be found out whether the market opens today. No order is sent until it is known.',
    always: "The simulator's market never closes.",
    shifted: (open, close, why) => `Today's regular session is ${open}–${close} (${why}).`,
    shiftedWhy: {
      'first-trading-day': 'first trading day of the year',
      'entrance-exam': 'university entrance exam',
      told: 'as KIS tells',
    },
    next: (when, session) => `Next: ${when}, ${session}`,
    byTable:
      'KIS cannot be asked about holidays here, so the built-in table of 2026–2027 decides. It may lack temporary holidays.',
  },
  settings: {
    title: 'Your settings',
    topics: {
      fills: 'Fills',
      alerts: 'Alerts',
      events: 'Events',
      orders: 'Orders',
      reports: 'Digest',
      starts: 'Starts',
    },
    topicLines: {
      fills: 'Fills',
      alerts: 'Price alerts',
      events: 'Events of issues (52 weeks, VI, disclosures)',
      orders: 'Orders (cancelled, amended, ended)',
      reports: 'Digests and monitors',
      starts: 'Starts of the bot',
    },
    notificationLevel: { on: 'on', silent: 'silent', off: 'off' },
    turn: { on: 'on', silent: 'silent', off: 'off' },
    fillsOff: 'You are not told of fills. Look for them yourself with /orders.',
    alwaysOn: 'What puts money in doubt (outcome unknown, refused, your word needed) always comes at once.',
    quiet: 'Quiet hours',
    quietHow: 'Notices of those hours come after them, in order. To change them:',
    exchange: 'Usual exchange',
    alertHours: 'New alerts are on',
    alertHoursLine: { regular: 'the regular session', extended: 'extended hours too (NXT, after-market)' },
    alertHoursButton: (next) => (next === 'extended' ? 'Alerts: extended hours' : 'Alerts: regular session'),
    here: 'in this chat',
    everywhere: 'in all your chats',
    inChat: (channel) => `in another chat (${channel})`,
    placeHow: 'Notices go to the chat that asked. To have them in this one:',
    placeButton: (isHere) => (isHere ? 'All where I asked' : 'All in this chat'),
    seenByOthers: 'Everybody in this chat sees those notices. To take it back: /settings all asked',
    languageLine: 'Language',
    language: 'English',
    otherLanguage: { code: 'ko', name: '한국어' },
    mirror: 'Show tickets in your other chats too',
    mirrorHow: 'A press in one place settles the ticket in all.',
    mirrorButton: (on) => (on ? 'Show them here only' : 'Show them in all'),
  },
  arming: {
    armed: 'Live orders may leave for today. Real money moves. /halt stops them.',
    'not-needed': 'Nothing to arm: orders can leave already.',
    off: 'The settings allow no live orders. With HOGA_LIVE_TRADING=daily and a restart, /arm works.',
  },
  revoke: {
    title: 'Revoke the KIS access token',
    what: 'Nobody can use the present access token any more. For when it may have leaked.',
    stops:
      'What stops: look-ups and orders, until there is a new token. Other programs that use the same token stop too.',
    stays: 'What stays: open and scheduled orders at KIS, and the live connection, which has a key of its own.',
    back: 'How it comes back: a new token is asked for by itself with the next question to KIS. One is issued a minute, so it may take a minute.',
    forGood: 'To be done with KIS, stop the bot and run npm start -- revoke.',
    outcome: {
      revoked: 'The access token is revoked.',
      none: 'No access token is held, so there is none to revoke.',
      failed: 'The access token was not revoked. It is as it was.',
      unknown: 'Whether the access token was revoked is unknown. It can be revoked once more.',
    },
    next: (seconds) =>
      seconds === 0
        ? 'The bot gets a new one by itself when it next asks KIS.'
        : `The bot gets a new one by itself when it next asks KIS, in ${seconds} seconds at the soonest; look-ups and orders stop until then.`,
  },
  settle: {
    found: 'Settled: it was accepted',
    foundCancel: 'Settled: the cancel was accepted',
    absent: 'Settled: it never arrived',
    absentText: "It did not show in KIS's lists. Nothing was ordered; make a new ticket if you still want it.",
    moot: 'Settled: nothing changed',
    mootText: 'The order had been filled or was over already.',
    late: 'Caution: an order that was called absent has shown up',
    lateText: "KIS's list was late. If you ordered the same again, cancel one of them.",
    asked: 'Please check:',
    askedNone: "KIS did not answer, and its lists don't show it either.",
    askedSome: 'KIS did not answer, and it is unclear which of these orders it is.',
    askedHow: 'Look in your broker app and press. Until then no order like it is sent.',
    typed: 'To give a number',
    isNumber: (number) => `It is ${number}`,
    isNone: 'It never arrived',
    stillAsked: 'Still unknown. Please choose again.',
  },
  why: {
    by: (person, channel) => `${person}${channel === '' ? '' : ` (${channel})`}`,
    shown: 'ticket shown',
    confirmed: 'confirmed',
    submitting: 'sent to KIS',
    'never-sent': 'not sent: the program ended',
    accepted: (number, how) => `accepted${number === '' ? '' : ` ${number}`}${how === undefined ? '' : ` (${how})`}`,
    settledBy: {
      list: 'found in the list',
      notice: 'told by a notice',
      person: 'said by a person',
      schedule: 'from a scheduled order',
    },
    push: 'notice',
    rejected: (text, code) => `rejected ${venueReason({ text, code }) ?? '(no reason given)'}`,
    moot: 'nothing was left to change',
    denied: (why) => `not sent: ${why}`,
    'outcome-unknown': (code) => `outcome unknown${code === '' ? '' : ` (${code})`}`,
    absent: (how) => `never arrived (${how})`,
    asked: (numbers) => `owner asked${numbers === '' ? '' : `: ${numbers}`}`,
    filled: (quantity, price, how) => `filled ${quantity} × ${price} (${how})`,
    cancelled: (quantity) => `remaining ${quantity} cancelled`,
    'part-cancelled': (quantity) => `${quantity} cancelled, the others stand`,
    'part-replaced': (quantity, number) => `${quantity} → order ${number}, the others stand`,
    expired: (quantity) => `remaining ${quantity} ended with the day`,
    replaced: (quantity, number) => `remaining ${quantity} → order ${number}`,
    'sent-on': (number) => `sent by KIS as order ${number}`,
    'turned-down': (text) => `not sent by KIS${text.trim() === '' ? ' (no reason given)' : `: ${text}`}`,
    overdue: 'not dealt with when the market had opened',
    id: 'Record',
    title: 'Latest orders and alerts',
    none: 'There were no orders and no alerts yet. For example: /buy 005930 1 70000, /alert 005930 >= 71000',
    alertStatus: {
      armed: 'waiting for it',
      waiting: 'it holds already; waiting until it does not',
      fired: 'fired',
      expired: 'ended: its last day is over',
      deleted: 'deleted',
    },
    alertMade: 'made',
    alertHolds: 'it held already, and waits until it does not',
    alertDay: (day) => `for ${day}`,
    alertArmed: 'armed',
    alertFired: 'fired',
    earlier: (count) => `(${count} earlier ones left out)`,
    level: ({ metric, direction, value }) =>
      `level ${reach[direction]} ${metric === 'price' ? won(value) : shares(value)}`,
    noLevel: 'no level',
    told: (channel, at) => `told on ${channel} ${at}`,
    held: (channel, until) => `held for quiet hours until ${until} (${channel})`,
    queued: (channel) => `not told yet (${channel})`,
    lost: (channel) => `could not be told (${channel})`,
    attempts: (count, error) => ` · failed ${count === 1 ? 'once' : `${count} times`}: ${error}`,
    notWanted: 'not told: alerts are switched off in your settings',
    messageForgotten: 'who was told is kept for 30 days only',
    seenLast: 'Last seen:',
    seenNothing: 'Nothing was seen of this issue since the bot started.',
    seenLive: 'live',
    touched: (price) => `touched ${price}`,
    waitsForDay: 'So much was traded on that day already; it waits for the next trading day.',
    notReached: (level) => `Not reached yet: ${level}`,
    away: (level, amount, percent) =>
      `Not reached yet: ${level}, ${amount} to go${percent === '' ? '' : ` (${percent})`}`,
  },
  webhook: {
    listOf: (kinds) => kinds.join(', '),
    told: (kinds) => `The Discord webhook's channel is told of: ${kinds}`,
    toldMore: (kinds) => `The channel of the webhook for fills is told of: ${kinds}`,
  },
  outbox: {
    maybeAgain: '※ The server that was sending this stopped, so it is sent again. You may have it already.',
    notTold: (count) => `You were not told of ${count} messages.`,
    left: (kind, edited) =>
      edited && kind === 'photo'
        ? 'The new picture could not be sent. One that you see may be old.'
        : `The ${kind === 'photo' ? 'picture' : 'file'} could not be sent; this is the text alone. Ask again for it.`,
  },
  ledger: {
    reason: ledgerReason,
    remedy: ledgerRemedy,
    still: (code) => `Not done: it still cannot be written down. ${ledgerReason[code]}`,
    failing: (code, ago) => `The ledger cannot be written, for ${ago}. ${ledgerReason[code]}`,
    down: 'The ledger cannot be written',
    downText:
      'No orders and no settings are taken; questions are answered. Fills and alerts are told once it can be written again.',
    back: 'The ledger can be written again',
    backText: (ago) => `It could not be for ${ago}. Orders and settings are taken again.`,
    caughtUp: ({ outcomes, pushes, alerts }) => {
      const parts = [
        ...(outcomes > 0 ? [`outcomes of orders: ${grouped(outcomes)}`] : []),
        ...(pushes > 0 ? [`pushes of KIS: ${grouped(pushes)}`] : []),
        ...(alerts > 0 ? [`records of price alerts: ${grouped(alerts)}`] : []),
      ];
      return parts.length === 0 ? '' : `Written down now: ${parts.join(', ')}.`;
    },
    nothingLost: 'Nothing is lost.',
    lost: (count) =>
      `Messages that could not be told and are lost: ${grouped(count)}. Please check /orders and /alerts.`,
    haltUnwritten: 'That could not be written down yet. If the bot restarts before it is, trading goes on.',
  },
  numberChange: {
    title: 'The account number was changed',
    begunAnew: ({ account, setting }) =>
      `${setting} names another number for the account ${account}. No order of the old number was open, so its records begin anew. With the old number put back, the old records are there again.`,
    restingAlerts: (count) =>
      `${count === 1 ? 'One alert' : `${grouped(count)} alerts`} on average costs of the old number will not fire. Make them again if you want them.`,
    look: 'Orders of the old number',
    ticket: (account) => `${account} · go on with the new number`,
    stillOpen: (count) =>
      `${count === 1 ? 'One order' : `${grouped(count)} orders`} of the old number had not ended, as far as the records know.`,
    check:
      "Look in KIS's app or HTS whether all were filled or cancelled, then confirm. After that nobody here watches these orders.",
    putBack: (setting) =>
      `If one still stands, press Cancel, put the old number back into ${setting}, and start again.`,
    accepted: 'Going on with the new number. Orders can be made in this account.',
  },
  trading: {
    halted: 'Trading is halted. No new order leaves. Cancels still do.',
    resumed: 'Trading goes on.',
    cancelAll: 'Cancel all open orders',
    schedulesStand: (count) =>
      `KIS will still send ${grouped(count)} scheduled order${count === 1 ? '' : 's'} that it has. Cancel in /schedule to stop that.`,
  },
  help: {
    greeting: 'Hoga · Korean stocks from chat',
    sections: { look: 'Look', trade: 'Orders', tell: 'Alerts', account: 'Account', rest: 'Settings' },
    entry: (name) => `/${name}`,
    role: (role) => `Your role: ${role}`,
    usage: 'Usage',
    aliases: 'Also',
    examples: 'Examples',
    sentences:
      'Korean sentences work too: 삼성전자 10주 7만원에 매수 · 하이닉스 절반 팔아 · 네이버 20만원 넘으면 알려줘 · 카카오 얼마야',
    more: 'For more press a button, or send /help buy.',
    unknown: (name) => `There is no command '${name}'.`,
  },

  progress: {
    digest: 'Putting the digest together…',
    token: (seconds) => `Waiting: KIS issues one token a minute. It goes on by itself in about ${seconds} seconds.`,
    revoking: 'Revoking the access token…',
    info: 'Looking the issue up…',
    fin: 'Getting the statements…',
    opinion: 'Getting the opinions…',
    flow: 'Looking who buys…',
    news: 'Getting the news…',
    index: 'Getting the index…',
    rank: 'Getting the ranking…',
    price: 'Fetching the price…',
    chart: 'Drawing the chart…',
    balance: 'Fetching the balance…',
    orders: 'Fetching orders…',
    schedules: 'Fetching scheduled orders…',
    ticket: 'Making the ticket…',
    sending: 'Confirmed. Sending to KIS…',
    fills: 'Fetching executions…',
    pnl: 'Fetching realised profit…',
    exporting: 'Collecting what is exported…',
    groups: 'Fetching the HTS watchlists…',
    screens: 'Fetching the HTS conditions…',
  },

  quote: {
    unchanged: 'unchanged',
    range: 'Open/high/low',
    volume: 'Volume',
    turnover: 'Turnover',
    strength: 'Buy/sell volume',
    limits: 'Limits',
    session: {
      'pre-market': 'pre-market',
      regular: 'regular session',
      'closing-auction': 'closing auction',
      'post-close': 'after-hours close',
      'after-market': 'after-market',
    },
    close: 'close',
    sinceClose: (percent) => `${percent} since the close`,
  },

  book: {
    asks: 'asks',
    price: 'price',
    bids: 'bids',
    total: 'total',
    expected: (price, size) => `Expected ${price} · ${size}`,
    empty: 'The order book is empty.',
    exchange: { KRX: 'KRX', NXT: 'Nextrade (NXT)', SOR: 'combined (SOR)' },
    strength: (percent) => `buys over sells ${percent}%`,
    halted: (reason) => (reason === undefined ? 'Halted' : `Halted · ${reason}`),
    interrupted: 'Volatility interruption: two minutes of auction.',
    circuitBreaker: 'Circuit breaker: the whole market stands still.',
  },
  info: {
    marketValue: 'Market value',
    listed: 'Listed',
    sharesUnit: ' shares',
    yearHigh: '52-week high',
    yearLow: '52-week low',
    previousClose: 'Previous close',
    volumePercent: "Volume against yesterday's",
    foreign: 'Foreign holding',
    margin: 'Margin rate',
    credit: 'On credit',
    yes: 'yes',
    no: 'no',
    listedOn: 'Listed on',
    viNow: 'now',
    viKind: { static: 'static', dynamic: 'dynamic', both: 'static and dynamic', unknown: '' },
    dividend: 'Dividend',
    perShare: (amount) => `${amount} a share`,
    noCash: 'no cash',
    dividendKind: (kind) => inEnglish(dividendKinds, kind),
    ofFace: 'on face value',
  },
  fin: {
    title: { year: 'by year', quarter: 'by quarter' },
    sinceJanuary: "A quarter's revenue and profits are summed from the start of its year.",
    none: (name) => `${name}: no statements (it may be an ETF or ETN).`,
    unit: 'In ₩bn',
    amount: (value) => grouped(Math.round(value / 1e9)),
    revenue: 'revenue',
    operatingProfit: 'op.',
    netIncome: 'net',
    debt: 'debt%',
    growth: 'rev%',
    latest: (period) => `As of ${period}`,
    assets: 'assets',
    liabilities: 'liabilities',
    equity: 'equity',
    grossMargin: 'gross margin',
    netMargin: 'net margin',
    current: 'current ratio',
    quick: 'quick ratio',
    borrowing: 'borrowing',
    retention: 'retention',
    operatingGrowth: 'op. growth',
    netGrowth: 'net growth',
    equityGrowth: 'equity growth',
    assetGrowth: 'asset growth',
    payout: 'payout',
  },
  opinion: {
    title: (name) => `Opinions on ${name}`,
    none: (name, months) => `${name}: no opinions in the last ${months} months.`,
    average: (target, away, count) =>
      `Average target ${target} (${away}) · ${count} ${count === 1 ? 'broker' : 'brokers'}`,
    grade: (text) => inEnglish(opinionGrades, text),
    view: { issue: 'by issue', broker: 'by broker' },
  },
  flow: {
    title: (name) => `Who bought ${name}`,
    none: (name) => `${name}: nothing is known of who bought it.`,
    estimate: (foreigners, institutions) =>
      `Estimate for today: foreigners ${foreigners} · institutions ${institutions} shares`,
    unit: 'Bought less sold, shares',
    individuals: 'individ.',
    foreigners: 'foreign',
    institutions: 'instit.',
    holding: (percent, change, days) => `Foreign holding ${percent}% (${change} points in ${days} days)`,
    volume: (day, bought, sold, strength) => `${day} bought ${bought} · sold ${sold} (${strength}%)`,
    top: (who, side) =>
      `${who === 'foreigners' ? 'Foreigners' : 'Institutions'} ${side === 'bought' ? 'bought' : 'sold'} most`,
    reported: 'Today so far (amount, shares, change), as gathered a few times a day: not final.',
    noneToday: 'Nothing was reported yet today. It begins at about 09:30.',
  },
  news: {
    title: (name) => (name === undefined ? 'Market news' : `News of ${name}`),
    none: (name) => `${name === undefined ? '' : `${name}: `}no news.`,
  },
  index: {
    KOSPI: 'KOSPI',
    KOSDAQ: 'KOSDAQ',
    KOSPI200: 'KOSPI 200',
    breadth: (rising, unchanged, falling) => `${rising} rise · ${unchanged} stand · ${falling} fall`,
  },
  rank: {
    title: (by, where) => `By ${by} · ${where}`,
    none: 'The ranking is empty. It fills when the market opens.',
    markets: { all: 'all', KOSPI: 'KOSPI', KOSDAQ: 'KOSDAQ' },
    kinds: {
      volume: 'volume',
      turnover: 'turnover',
      rise: 'rise',
      fall: 'fall',
      'market-value': 'market value',
      'after-hours': 'after-hours size',
      bids: 'net bids',
      asks: 'net asks',
      'new-high': 'near a new high',
      'new-low': 'near a new low',
    },
  },

  chart: {
    interval: {
      '1m': '1 minute',
      '3m': '3 minutes',
      '5m': '5 minutes',
      '10m': '10 minutes',
      '15m': '15 minutes',
      '30m': '30 minutes',
      '60m': '60 minutes',
      '1d': 'daily',
      '1w': 'weekly',
      '1mo': 'monthly',
      '1y': 'yearly',
    },
    short: { '1m': '1m', '5m': '5m', '1d': 'Day', '1w': 'Week', '1mo': 'Month' },
    averages: 'Averages',
    volume: 'Volume',
    high: 'High',
    low: 'Low',
    cost: 'Your cost',
    alert: 'Alert',
    noCost: 'Your average cost is not drawn: the balance was not to be had.',
  },

  balance: {
    margin: 'Orderable',
    unpaid: 'Unpaid',
    summary: 'Assets',
    total: 'All assets',
    net: 'Net assets',
    marketValue: 'Stocks',
    costBasis: 'Their cost',
    overseas: 'Overseas stocks',
    loans: 'Loans',
    title: 'Balance',
    deposit: 'Cash deposit',
    settled: 'After settlement (D+2)',
    orderable: 'Orderable',
    assets: 'Total assets',
    pnl: 'Unrealized P&L',
    none: 'No holdings.',
    position: (quantity, sellable) => `${quantity} (${sellable} sellable)`,
    onCredit: (quantity) => `${quantity} on credit`,
    average: 'avg',
    last: 'last',
    truncated: 'There are more holdings than are shown here.',
  },

  ticket: {
    title: (side) => `${side === 'buy' ? 'Buy' : 'Sell'} ticket`,
    cancelTitle: 'Cancel ticket',
    amendTitle: 'Amend ticket',
    amendNote: 'All that is left is amended, and gets a new order number.',
    amendPartNote: (part, rest, number) => `A new order number for ${part}; order ${number} keeps ${rest} as before.`,
    cancelPartNote: (part, rest) => `Cancels ${part} and keeps ${rest} as before.`,
    chosen: {
      buy: 'No price given: a limit order at the best ask.',
      sell: 'No price given: a limit order at the best bid.',
    },
    market: 'Market order: the fill price is open.',
    atUpperLimit: 'The amount is reckoned at the upper limit.',
    stop: (price) => `Becomes a limit order when the last price reaches ${price}.`,
    exchange: (name) => `Exchange: ${name}`,
    usualExchange: (name) => `No exchange was named: it goes to ${name}, your usual one.`,
    usualNotHere: (name) => `Your usual exchange ${name} is not to be had here: it goes to KRX.`,
    sizedBySum: (sum, price, count) => `${sum} ÷ ${price} = ${count}`,
    sizedByPercent: (of, percent, count) => `${of}: ${percent}% = ${count}`,
    last: 'Last',
    cost: (commission, tax) => `Commission about ${commission}${tax === undefined ? '' : `, tax about ${tax}`}`,
    reckoned: { buy: (amount) => `at most ${amount}`, sell: (amount) => `about ${amount}` },
    available: { buy: 'Can buy', sell: 'Can sell' },
    orderableCash: 'orderable',
    until: (seconds) => `Please confirm within ${seconds} seconds.`,
    dropped: 'Ticket dropped. Nothing was sent.',
    replaced: 'A new ticket took its place.',
    decidedIn: (place) => `Pressed in ${place}.`,
    live: 'This order goes to a LIVE account.',
    warning: (text) => `Caution: ${text}`,
    estimate: (average, percent, worst) => `Expected fill about ${average} (${percent}), ${worst} at worst`,
    noEstimate: 'It trades in an auction now, so the fill price cannot be estimated.',
  },

  outcome: {
    accepted: 'Accepted',
    cancelAccepted: 'Cancel accepted',
    amendAccepted: 'Amendment accepted',
    rejected: 'KIS rejected it',
    denied: 'Not sent',
    unknown: 'Outcome unknown',
    number: 'Order no.',
    tellFill: 'You will be told when it fills.',
    unknownNext: "KIS did not answer. It is not sent again but looked up in KIS's lists; you will be told.",
    newTicket: 'Make a new ticket if you still want it.',
    reason: 'Reason',
    noReason: 'KIS gave no reason.',
  },

  card: {
    filled: (filled, all) => `${filled} of ${all} filled`,
    filledSoFar: (filled, average) => `${filled} filled at ${average} on average`,
    average: (price) => `average ${price}`,
    left: (quantity) => `${quantity} left`,
    cancelled: (quantity) => `${quantity} cancelled`,
    expired: (quantity) => `${quantity} ended with the day`,
    replaced: (quantity) => `${quantity} amended`,
    earlier: 'Order before',
    moot: 'Nothing was changed',
    movedOn: 'What becomes of it is shown on the message of the first order.',
    lookUp: 'Look up orders',
    untilWhen: 'This message changes for 15 minutes after your press. Later news comes in your chat with the bot.',
  },
  notices: {
    filled: 'Filled',
    filledTotal: (filled, all) => `${filled} of ${all} so far`,
    cancelled: 'Cancel confirmed',
    cancelledRest: (quantity) => `The remaining ${quantity} were cancelled.`,
    partCancelled: 'Part cancelled',
    partCancelledText: (quantity, left) => `${quantity} cancelled, ${left} left as before.`,
    expired: 'Market closed',
    expiredRest: (quantity) => `${quantity} went unfilled and ended with the day.`,
    replaced: 'Amended',
    replacedElsewhere: 'It was amended elsewhere. It is now',
    partReplaced: 'Part amended',
    partReplacedElsewhere: (quantity, left) =>
      `${quantity} amended elsewhere, ${left} left as before. The amended part is`,
    rejected: 'Rejected',
    rejectedText: 'KIS rejected it after accepting it.',
    foreignFill: 'Fill of an order placed elsewhere',
    foreignMaybe: 'It may belong to the order whose outcome is unknown. Please check /orders.',
    foreignText: 'It was not placed through Hoga.',
    neverSent: 'An order that was not sent',
    neverSentText:
      'The program ended after you confirmed and before anything was sent. Make a new ticket if you still want it.',
    unknown: 'An order with unknown outcome',
    unknownText:
      "The program ended while sending, so it may or may not have been accepted. It is not sent again but looked up in KIS's lists; you will be told.",
  },

  schedule: {
    title: 'Scheduled orders',
    none: 'No scheduled orders. Example: /schedule buy 005930 10 70000',
    recent: 'Dealt with',
    ticket: (side) => `Schedule ticket · ${side}`,
    amendTicket: 'Ticket to amend a scheduled order',
    cancelTicket: 'Ticket to cancel a scheduled order',
    once: (day) => `scheduled for ${day}`,
    daily: (day, until) => `scheduled every trading day ${day}–${until}`,
    number: 'Schedule no.',
    onceNote: (day) => `KIS sends it as an order on ${day}.`,
    dailyNote: (day, until) => `KIS sends what is unfilled as an order on every trading day from ${day} to ${until}.`,
    alwaysNote: 'The simulator never closes; it sends it as an order one minute after taking it.',
    bandNote: "The price was checked against today's limits only. KIS rejects it if it is outside those of its day.",
    marketNote: 'Market order: it fills near the opening of its day; the price is open.',
    short: 'There is too little cash for it now. KIS rejects it if that is still so in the morning.',
    twin: (number) => `The same is scheduled already: ${number}`,
    outsideHours: (from) =>
      `⚠️ KIS documents that it takes scheduled orders from 15:40 to 07:30 of the next trading day (not 23:40–00:10; today from ${from}). Confirmed now, it is sent all the same, and KIS may refuse it.`,
    haltNote: 'Once KIS has it, /halt does not stop it; cancel the scheduled order to do so.',
    cancelNote: 'What has already left as an order is not cancelled. Cancel that in /orders.',
    accepted: 'Scheduled',
    amendAccepted: 'Scheduled order amended',
    cancelAccepted: 'Scheduled order cancelled',
    tellResult: 'You will be told when it leaves as an order, or is rejected.',
    sentAs: (number) => `order ${number}`,
    refusedAs: (reason) => (reason.trim() === '' ? 'rejected (no reason given)' : `rejected: ${reason}`),
    elsewhere: 'scheduled elsewhere',
    amendOf: (number) => `amends schedule ${number}`,
    cancelOf: (number) => `cancel of schedule ${number}`,
    sent: 'A scheduled order has left',
    refused: 'A scheduled order was rejected',
    refusedAgain: 'It stays scheduled for the days left.',
    overdue: 'A scheduled order was not dealt with',
    overdueText:
      'The market opened and KIS has not sent it as an order. It is being watched; please check your broker app too.',
    ended: 'A scheduled order has ended',
    endedText: (quantity) => `${quantity} went unfilled until its last day was over.`,
    unlisted: "KIS's list does not show it. Unless you cancelled it elsewhere, please check your broker app.",
  },

  orders: {
    title: 'Open orders',
    none: 'No open orders.',
    today: "Today's orders",
    noneToday: 'No orders today.',
    allToday: (count) => `All ${count} orders of today`,
    count: (count) => String(count),
    remaining: 'remaining',
    marketPrice: 'market',
    unknownNote: "An order with unknown outcome is being looked up in KIS's lists. You will be told.",
    askedNote: 'An order needs your word. Please press a button of the message that asks.',
    elsewhere: 'placed elsewhere',
    amendOf: (number) => `amends order ${number}`,
    cancelOf: (number) => `cancel of order ${number}`,
    partOf: (all, part) => `${part} of ${all}`,
    partCancelled: (quantity) => `${quantity} cancelled`,
    partAmended: (quantity) => `${quantity} amended`,
    partRefused: (number, asked, left) =>
      `Order ${number} has ${shares(left)} left, so ${asked} cannot be. ${left === 1 ? 'The one' : `From 1 share to ${shares(left)}`} can.`,
    partOfAll:
      'Cancelling all takes no quantity. For a part of one order write its number and how many: /cancel 1234 3.',
  },

  fills: {
    title: 'Executions',
    none: (period) => `Nothing was filled in ${period}. For another period write /fills 3months.`,
    total: (count, bought, sold) => `${count} orders · bought ${bought} · sold ${sold}`,
  },

  pnl: {
    title: 'Realised profit',
    none: (period) => `Nothing was sold in ${period}. For another period write /pnl 3months.`,
    costs: (commission, tax) => `Commission ${commission} · tax ${tax}`,
    byDay: 'By day',
    byIssue: 'By issue',
    moreIssues: (count) => `The CSV file has ${count} more.`,
    truncated: 'There are too many rows to show all; the totals are of all. A shorter period shows every row.',
    reckoned:
      'Paper has no report of profits: this is reckoned from your executions and average costs. Commission and tax are estimates, so the HTS may differ a little.',
    unpriced: (sales) => `Left out, because what the shares cost is not known: ${sales}`,
  },

  export: {
    subjects: { holdings: 'Holdings', fills: 'Fills', pnl: 'Profit', quotes: 'Quotes', candles: 'candles' },
    account: 'Account',
    columns: {
      holdings: [
        'Code',
        'Name',
        'Quantity',
        'Sellable',
        'Average cost',
        'Last',
        'Cost',
        'Value',
        'Profit',
        'Profit (%)',
      ],
      fills: ['Day', 'Time', 'Order', 'Code', 'Name', 'Side', 'Filled', 'Average price', 'Amount'],
      pnl: [
        'Day',
        'Code',
        'Name',
        'Bought (shares)',
        'Bought',
        'Sold (shares)',
        'Sold',
        'Realised',
        'Realised (%)',
        'Commission',
        'Tax',
      ],
      quotes: [
        'Code',
        'Name',
        'Last',
        'Change',
        'Change (%)',
        'Open',
        'High',
        'Low',
        'Volume',
        'Turnover',
        'Looked up at',
      ],
      candles: ['Code', 'Name', 'Exchange', 'Date', 'Time', 'Open', 'High', 'Low', 'Close', 'Volume'],
    },
    minutesReach: 'Minutes reach back six trading days; of earlier days there is what was kept.',
    file: (name, rows) => `${name}: ${rows} ${rows === 1 ? 'row' : 'rows'} as a CSV file.`,
    written: (tab, rows) => `${rows} ${rows === 1 ? 'row' : 'rows'} written to the tab '${tab}' of the Google Sheet.`,
  },

  watch: {
    title: (count) => `Watchlist ${count}`,
    empty: 'Your watchlist is empty. Example: /watch add 005930',
    noPrice: 'no price',
    chooseGroup: 'Choose the HTS watchlist to import.',
    moreGroups: (count) => `There are ${count} more. Import one by its number: /watch import 002`,
    noGroups: 'You keep no watchlist in the HTS. Make one there or in the app, and try again.',
    emptyGroup: 'That watchlist is empty.',
    leftOut: (count, limit) =>
      `A watchlist holds ${limit}, so ${count} ${count === 1 ? 'issue was' : 'issues were'} left out. /watch remove makes room.`,
  },

  board: {
    liveUntil: (time, seconds) => `Live: renewed every ${seconds} seconds until ${time}.`,
    over: 'Ten minutes are over; no longer live.',
    stopped: 'No longer live.',
    failed: 'No longer live.',
    why: {
      unsupported: 'Looked up: paper trading does not push it.',
      full: 'Looked up: all registrations of the socket are taken, and alerts come first.',
      refused: 'Looked up: KIS did not take the registrations.',
      down: 'Looked up: the socket is not connected.',
    },
  },

  screen: {
    title: 'Conditions',
    choose: 'Choose a condition you keep in the HTS.',
    noneSaved: 'You keep no condition in the HTS. Make one there, save it on the server, and it is listed here.',
    matches: (count) => `${count} ${count === 1 ? 'issue meets' : 'issues meet'} the condition`,
    none: 'No issue meets it.',
    golden: 'Golden cross',
    within: (days) => `50-day average rose above 200-day within ${days} trading ${days === 1 ? 'day' : 'days'}`,
    marketValue: (amount) => `market cap at least ${amount}`,
    turnover: (amount) => `turnover (20-day mean) at least ${amount}`,
    gathering: 'Choosing which issues to look through…',
    running: (done, total, found) => `${done}/${total} looked through… ${found} found`,
    asking: (issues, minutes) =>
      `Asking KIS for the daily candles of ${issues} more (${minutes < 1 ? 'within a minute' : `about ${minutes} min`}). What people wait for goes first, and what came is kept when you stop it.`,
    nothing:
      'Paper takes one look-up a second, so only your watchlist and holdings are looked through, and both are empty. Add with /watch add 005930.',
    stopping: 'The search is being stopped.',
    stopped: 'Stopped; this was found until then.',
    noneRunning: 'No search is running. Start one with /screen golden.',
    scanned: {
      market: (count, listed) => (listed === undefined ? `all ${count} stocks` : `${count} of all ${listed} stocks`),
      own: (count) => `not the whole market: ${count} of your watchlist and holdings`,
    },
    skipped: (count) => `${count} could not be read`,
    at: (time) => `as of ${time}`,
    asOf: (day) => `as of ${englishDate(day)}`,
    daysAgo: (days, day) => {
      if (days > 0) return `${days} trading ${days === 1 ? 'day' : 'days'} ago`;
      return day === undefined ? 'today' : englishDate(day);
    },
  },

  digest: {
    titles: { morning: 'Before the opening', close: 'After the close', evening: 'The evening' },
    midday: 'The day so far',
    kinds: { morning: 'morning', close: 'close', evening: 'evening' },
    late: (time) => `Due at ${time}; the bot was down, so it comes now.`,
    missedToday: (what) => `Missed while the bot was down: ${what}. See it now with /digest`,
    missedBefore: (count, from, to) =>
      `${count} ${count === 1 ? 'digest' : 'digests'} of ${from === to ? from : `${from} to ${to}`} missed while the bot was down.`,
    closedToday: 'The market is closed today.',
    hours: (open, close) => `Today it opens at ${open} and closes at ${close}.`,
    nextHours: (date, open, close) => `${date}: opens at ${open}, closes at ${close}.`,
    next: (date) => `Next trading day ${date}`,
    indices: (date) => `Indices · ${date}`,
    lastDay: (date) => `Your issues · ${date}`,
    today: 'Your issues today',
    watched: 'Issues',
    assets: 'Assets',
    fills: 'Filled today',
    noFills: 'Nothing filled today',
    realized: 'Realized',
    orders: 'Open orders',
    scheduled: 'Scheduled orders',
    alerts: 'Alerts',
    waiting: 'Waiting',
    nothingWaits: 'No alerts and no orders are waiting.',
    news: 'News',
    noNews: 'No news of your issues since the last close.',
    exDays: 'Ex-dividend and ex-rights days',
    exRights: (date, name, kind) => `${date} ${name} ex-rights (${kind === 'paid' ? 'paid-in' : 'bonus'} issue)`,
    exDay: (date, name, kind, cash) => `${date} ${name} ${kind}${cash === undefined ? '' : ` ${cash} a share`}`,
    flows: 'Net buying, shares',
    flow: (name, foreigners, institutions, estimated) =>
      `${name} foreigners ${foreigners} · institutions ${institutions}${estimated ? ' (estimate)' : ''}`,
    after: 'After-market, against the close',
    noAfter: 'None of your issues moved in the after-market.',
    nothingHeld: 'Nothing held and nothing on the watchlist. /watch add 삼성전자 adds an issue.',
    notHere: 'Others read this chat, so the accounts are left out.',
    missing: (parts) => `Left out: ${parts} (no answer from KIS)`,
    unsupported: (parts) => `Not offered for this account: ${parts}`,
    parts: {
      indices: 'indices',
      balance: 'balance',
      fills: 'fills',
      realized: 'realized profit',
      orders: 'open orders',
      scheduled: 'scheduled orders',
      issues: 'prices',
      news: 'news',
      exDays: 'dividends',
      flows: 'net buying',
      after: 'after-market',
    },
    noPicture: 'The picture could not be drawn.',
    gets: (times) => `Digests on every trading day: ${times}`,
    getsNone: 'No digest comes by itself. Switch them on: /digest on',
    time: (kind, time) => `${kind} ${time}`,
    shiftNote: 'When the market closes late, the close digest comes as much later.',
    topicOff: 'Digests are switched off in your settings. Switch on: /settings reports on',
    on: 'Get it every day',
    see: 'See it now',
    off: 'Stop it',
    toWebhook: 'It goes to the webhook’s channel.',
    card: {
      lastDay: 'Change on the last trading day',
      today: 'Change today',
      profit: 'Gain or loss today',
      alerts: 'Alerts waiting',
      orders: 'Orders waiting',
      exDays: 'Ex-days ahead',
      count: (count) => `${count}`,
    },
  },
  exec: {
    needsWebhook: 'exec --to webhook needs DISCORD_WEBHOOK_URL, in .env or among the secrets of the CI.',
    needsReports: 'No webhook takes reports. Name reports in DISCORD_WEBHOOK_KINDS.',
    needsToken: 'exec --to telegram needs TELEGRAM_BOT_TOKEN, in .env or among the secrets of the CI.',
    needsOwner: 'exec --to telegram sends to an owner. Set HOGA_OWNERS=telegram:NUMBER.',
    noAnswer: 'There was no answer, and nothing was sent.',
    nothingToday: 'The market is closed today, so nothing was sent.',
    isPrivate:
      'These are figures of an account, which a webhook that others read is not sent. Use --to telegram, or name fills in DISCORD_WEBHOOK_KINDS.',
    sentToWebhook: 'Sent to the webhook’s channel.',
    sentToTelegram: 'Sent by Telegram.',
    notSent: (why) => `Not sent: ${why}`,
  },
  monitor: {
    title: (minutes) => `${minutes}-minute monitor`,
    since: (minutes, percent) => `${minutes} min ${percent}`,
    volume: (count) => `volume ${count}`,
    usual: (percent) => `${percent} of a usual day`,
    strength: (percent) => `strength ${percent}`,
    flow: (foreigners, institutions) => `foreigners ${foreigners} · institutions ${institutions}`,
    noPrice: 'no price',
    goesOn: (minutes) => `Edited every ${minutes} minutes while the market is open. Stop: /monitor off`,
    later: (minutes) => `It comes every ${minutes} minutes once the market opens. Stop: /monitor off`,
    toWebhook: (minutes) =>
      `The webhook’s channel is told every ${minutes} minutes while the market is open. Stop: /monitor off webhook`,
    over: 'The market has closed.',
    ended: 'The monitor is off.',
    none: 'There is no monitor here. Example: /monitor 삼성전자 카카오 5m',
    stop: 'Stop the monitor',
    topicOff: 'Digests are switched off in your settings. Switch on: /settings reports on',
    missing: (parts) => `Left out: ${parts} (no answer from KIS)`,
    unsupported: (parts) => `Not offered for this account: ${parts}`,
    parts: { price: 'prices', usual: 'usual volume', strength: 'strength', flows: 'net buying' },
  },

  welcome: {
    venue: {
      simulator: 'This is the KIS simulator. Prices are made up and no money moves.',
      'paper-simulator': "This is the KIS simulator on paper's rules. Prices are made up and no money moves.",
      paper: 'This is KIS paper trading. No real money moves.',
      live: 'This is a LIVE account. Real money moves.',
    },
    may: {
      viewer: 'You are a viewer: look at prices and holdings, and be alerted.',
      trader: 'You are a trader: look and order.',
      owner: 'You are an owner: look, order, and say who else may.',
    },
    tryThese: 'Try one of these:',
    price: '/price 005930',
    buy: '/buy 005930 1',
    chart: '/chart 005930',
    alert: '/alert 005930 >= 100000',
    confirm: 'An order leaves only when you press confirm on its ticket.',
    priceButton: 'Samsung Elec.',
    helpButton: 'Commands',
  },
  start: {
    simulator: 'Started on the KIS simulator. Prices are made up and no money moves.',
    'paper-simulator': "Started on the KIS simulator on paper's rules. Prices are made up and no money moves.",
    paper: 'Started on KIS paper trading.',
    live: 'Started LIVE. Real money moves.',
    hint: 'Try /start.',
    noHtsId: 'Without KIS_HTS_ID there are no fill notices. Fills are looked up every 30 seconds.',
  },

  sentences: {
    questions: {
      side: (name) => `Buy or sell ${name}?`,
      size: (side) => `How many shares? Example: 삼성전자 10주 7만원에 ${side === 'buy' ? '매수' : '매도'}`,
      stock: (side) => `Which stock? Example: 삼성전자 10주 7만원에 ${side === 'buy' ? '매수' : '매도'}`,
      stocks: () => 'One stock at a time. Which one?',
      which: (text) => `No stock is called '${text}' wholly. Which one?`,
      numbers: () => 'Which number is the shares? You can also write units: 10주, 70,000원.',
      number: (value) =>
        `Is ${value} the shares? If it is the price, give the shares too. Example: 삼성전자 10주 7만원에 매수`,
      sum: (text) =>
        `Is ${text} what it may cost in all? If it is the price of a share, give the shares too. Example: 삼성전자 10주 7만원에 매수`,
      condition: (name) => `Orders that wait for a condition are not taken. Shall I tell you when ${name} gets there?`,
      direction: () => 'From which side?',
      unclear: () =>
        'That reads in more than one way, so no ticket was made. Give stock, shares and price once each. Example: 삼성전자 10주 7만원에 매수',
    },
    forSum: (text) => `for ${text}`,
    direction: { above: (price) => `at or above ${price}`, below: (price) => `at or below ${price}` },
  },
  example: (example) => `Example: ${example}`,
  more: (count) => `and ${count} more`,
  goOn: 'Go on with:',

  errors: {
    unexpected: () => 'That did not work. Please try again in a moment.',
    'chat.unknown-command': (c) => `There is no command '${c['text']}'. See /help.`,
    'chat.not-a-command': () =>
      'Commands start with a slash; sentences read like 삼성전자 10주 7만원에 매수. See /help.',
    'chat.too-long': (c) => `That message is too long (${c['length']} characters). Please keep it under ${c['limit']}.`,
    'chat.not-allowed': (c) => `This command needs the ${c['role']} role.`,
    'accounts.retirement': () =>
      "A retirement pension (IRP, DC) can only be looked at through KIS's API. Use KIS's app or HTS for orders and their history; /balance shows what it holds.",
    'accounts.none': () => 'There is no account that you may see. Please ask the owner for one.',
    'accounts.not-here': () =>
      'There is no account that you may use in this chat, which others read. Please write to the bot alone.',
    'accounts.unknown': (c) => `There is no account ${c['text']}. Write one of ${c['choices']}.`,
    'accounts.two': () => 'Name one account in a line, such as /balance @main.',
    'accounts.one-only': () => 'This command is for one account. Name one instead of @all.',
    'chat.anonymous': () =>
      'What is written anonymously is not taken, because nobody can tell whose it is. Turn anonymity off in the rights of the group, or write in your own name.',
    'chat.stranger': () => 'This bot serves registered people only.',
    'chat.read-only': () => 'Only look-ups work here. Please order in the chat of the bot.',
    'chat.too-old': () => 'That request is too old and was not carried out. Send it again if you still want it.',
    'chat.no-such-button': () => 'This button can no longer be used.',

    'args.missing': (c) =>
      `The ${en.arguments[c['argument'] as keyof Words['arguments']].replace('…', '')} is missing.`,
    'args.extra': (c) => `'${c['text']}' does not belong here. Leave it out.`,
    'args.several-ways': (c) =>
      `This can be read in more than one way: ${String(c['lines']).replaceAll('\n', ' or ')}. Please write one of them, or mark the shares (10주).`,
    'args.order': () => 'The order is off: the stock comes first.',
    'args.instrument-unknown': (c) => `No stock found for '${c['text']}'. Use its name or six-character code.`,
    'args.instrument-ambiguous': (c) => `Several stocks fit '${c['text']}'.`,
    'args.instrument-guess': (c) => `No stock is called exactly '${c['text']}'. Did you mean ${c['name']}?`,
    'args.instrument-near': (c) => `No stock is called exactly '${c['text']}'. Did you mean one of these?`,
    'args.quantity': (c) => `'${c['text']}' is not a quantity. Use a whole number from 1.`,
    'args.page': (context) => `'${context['text']}' is not a page number.`,
    'args.choice': (c) => `'${c['text']}' is none of ${c['english']}.`,
    'args.period': (c) => `'${c['text']}' is no period. Write today, yesterday, 1week, 3months or 20261101-20261120.`,
    'args.period-reversed': (c) =>
      `The period ends before it begins (${c['from']} ~ ${c['to']}). Write the earlier day first.`,
    'args.period-future': (c) => `Nothing is known beyond today (${c['today']}). Write a period up to today.`,
    'args.period-long': () => 'A period is a year at most. Ask for parts of it.',
    'args.screen': (c) =>
      `'${c['text']}' is no condition. Write golden, a number from the list of /screen, or watch and a name.`,
    'args.criteria': (c) => `'${c['text']}' could not be read. Write cap>=1tn, turnover>=10bn or 5d (20 days at most).`,
    'args.quantity-zero': () => 'The quantity must be at least one share.',
    'args.quantity-whole': (c) => `The quantity must be a whole number from 1 ('${c['text']}').`,
    'args.quantity-large': (c) => `That quantity is too large ('${c['text']}'). 100,000,000 shares are the most.`,
    'args.sum': (c) => `The sum '${c['text']}' does not fit. It may be from ₩1 to ₩1,000,000,000,000.`,
    'args.percent': (c) => `A share is above 0 and at most 100 percent ('${c['text']}%').`,
    'args.limit-price': (c) => `'${c['text']}' is not a price. Write 70000 or 7만원.`,
    'args.price': (c) => `'${c['text']}' is not a price. Write 70000 or 7만원, or 'market'.`,
    'args.how': (c) =>
      `'${c['text']}' is no way to trade. Use market, best, top, mid, conditional, stop, IOC, FOK, pre-close, post-close, after, NXT or SOR.`,
    'args.how-twice': (c) => `'${c['text']}' does not go with what stands before it.`,
    'args.how-together': () => 'IOC and FOK go with limit, market, best and mid; after goes with limit, best and top.',
    'args.how-price': (c) =>
      `An order of the type '${en.orderType[c['type'] as OrderType]}' takes no price. Leave it out, or make it a limit order.`,
    'args.stop-price': () => 'A stop needs the price it goes out at and the one it fires at (72500 stop 72000).',
    'args.condition': (c) =>
      `'${c['text']}' is not a condition. Use a price (>= 71000), a change (+3%), volume 3 times, new high, new low, above the 20-day average, golden cross, or my cost -5%.`,
    'args.alert-until': (c) =>
      `'${c['text']}' has no last day that could be read. Write it like 30 days or until 2026-12-31.`,
    'args.setting': (c) =>
      `'${c['text']}' is not a setting. Press a button of /settings, or write it like fills silent.`,
    'args.quiet-hours': (c) => `'${c['text']}' is not a stretch of time. Write start-end by the 24-hour clock, or off.`,
    'args.quiet-hours-empty': () =>
      'Start and end are the same, which leaves no quiet hours. Make them differ, or write off.',
    'args.interval': (c) =>
      `'${c['text']}' is no interval. Use one of 1m, 3m, 5m, 10m, 15m, 30m, 60m, 1d, 1w, 1mo, 1y.`,
    'args.verdict': (c) => `'${c['text']}' is not an order number. Use the order number, or none.`,
    'args.order-number': (c) => `'${c['text']}' is not an order number. Use one from /orders.`,
    'args.order-choice': (c) => `'${c['text']}' is not an order number. Use one from /orders, or all.`,
    'args.who-action': (c) => `Use add or remove in place of '${c['text']}'.`,
    'args.identity': (c) => `'${c['text']}' is not a person. Use telegram: or discord: and a number.`,
    'args.schedule-action': (c) => `Use buy, sell, amend or cancel in place of '${c['text']}'.`,
    'args.schedule-number': (c) => `'${c['text']}' is not the number of a scheduled order. Use one from /schedule.`,
    'args.until': (c) => `'${c['text']}' is not a date. Write it like until 2026-12-05.`,
    'args.role': (c) => `There is no role '${c['text']}'. Use viewer, trader or owner.`,

    'rule.tick': (c) =>
      `The tick size is ${won(Number(c['tick']))}, so ${won(Number(c['price']))} is off the grid. ${won(Number(c['below']))} or ${won(Number(c['above']))} would pass.`,
    'rule.upper-limit': (c) =>
      `${won(Number(c['price']))} is above the upper limit. Up to ${won(Number(c['limit']))} would pass.`,
    'rule.lower-limit': (c) =>
      `${won(Number(c['price']))} is below the lower limit. ${won(Number(c['limit']))} and above would pass.`,
    'rule.halted': () =>
      'Trading in this stock is halted; only cancels pass. Please make a new ticket when it goes on.',
    'rule.limit-only': (c) =>
      `${c['reason'] === 'liquidation' ? 'This stock is in liquidation trading' : 'This stock has no upper limit'}, so market orders do not pass. A limit order would: give a price (last ${won(Number(c['last']))}).`,
    'rule.empty-book': (c) =>
      `Nobody ${c['side'] === 'buy' ? 'offers' : 'bids'}, so a market order could not fill. A limit order would pass: give a price (last ${won(Number(c['last']))}).`,
    'rule.thin-book': (c) => `The visible book holds only ${shares(Number(c['visible']))}. ${insteadOfMarket(c)}`,
    'rule.slippage': (c) =>
      `The expected fill of about ${won(Math.round(Number(c['average'])))} is ${Math.abs(Number(c['percent'])).toFixed(2)}% from the last price, over the limit of ${c['limit']}%. ${insteadOfMarket(c)} The limit is HOGA_MAX_SLIPPAGE_PERCENT.`,
    'rule.max-order': (c) =>
      `${won(Number(c['amount']))} is over the cap of ${won(Number(c['limit']))} an order. ${Number(c['quantity']) > 0 ? `Up to ${shares(Number(c['quantity']))} would pass.` : 'Not even one share fits at this price.'} The cap is HOGA_MAX_ORDER_KRW.`,
    'rule.max-daily': (c) =>
      `This would go over the daily cap of ${won(Number(c['limit']))}: ${won(Number(c['used']))} used today, ${won(Number(c['amount']))} now. ${Number(c['limit']) > Number(c['used']) ? `Up to ${won(Number(c['limit']) - Number(c['used']))} would pass.` : 'Nothing more passes today.'} The cap is HOGA_MAX_DAILY_KRW.`,
    'rule.buying-power': (c) =>
      `Not enough buying power. ${Number(c['available']) > 0 ? `You can buy up to ${shares(Number(c['available']))} now` : 'Not even one share fits at this price'} (${won(Number(c['cash']))} orderable).`,
    'rule.sellable': (c) =>
      Number(c['available']) > 0
        ? `You can sell up to ${shares(Number(c['available']))}.`
        : 'There is nothing to sell. See /balance for what is held and /orders for what is offered already.',
    'rule.sum-too-small': (c) => `${won(Number(c['sum']))} does not buy one share at ${won(Number(c['price']))}.`,
    'rule.part-too-small': (c) =>
      Number(c['available']) > 0
        ? `${c['percent']}% is less than one share. Up to ${shares(Number(c['available']))} can be ${c['side'] === 'buy' ? 'bought' : 'sold'} now.`
        : c['side'] === 'buy'
          ? 'There is not enough cash for one share. See /balance.'
          : 'There is nothing to sell. See /balance for holdings and /orders for sell orders that hold them.',
    'rule.exchange': (c) =>
      `Orders for ${c['exchange']} are not taken here, only for ${c['takes']}. Leave ${c['exchange']} out.`,
    'rule.order-type': (c) =>
      `${c['exchange']} (${en.market.session[c['session'] as SessionKind]}) takes no ${en.orderType[c['type'] as OrderType]} orders now. It takes: ${takenNames(c)}.${takenWhen(c)}`,
    'rule.never-taken': (c) =>
      `${c['exchange']} takes no ${en.orderType[c['type'] as OrderType]} orders. It takes: ${takenNames(c)}.${takenWhen(c)}`,
    'rule.shares-only': (c) =>
      `Funds and notes are not traded ${c['where'] === 'NXT' ? 'on NXT' : 'in the after-market'}. KRX takes them in its regular session.`,
    'rule.stop-reached': (c) =>
      `${won(Number(c['stop']))} has been reached already (last ${won(Number(c['last']))}). A price ${c['side'] === 'buy' ? 'above' : 'below'} the last would pass.`,
    'rule.drift': (c) =>
      `The price moved ${Number(c['percent']).toFixed(2)}% since the ticket (${won(Number(c['shown']))} → ${won(Number(c['now']))}). Please make a new ticket.`,
    'rule.market-closed': (c) =>
      c['reason'] === 'weekend' || c['reason'] === 'holiday'
        ? `The market is closed today (${c['reason']}).${takenWhen(c) || ' /market tells when it opens next.'}`
        : c['reason'] === 'hours'
          ? `${c['exchange']} takes no orders at this hour.${takenWhen(c)}`
          : 'It is not known whether the market is open today, so nothing is sent. Please try again in a moment.',
    'rule.no-price': () => 'The book is empty, so there is no price to take. Please give one.',

    'chart.no-bars': (c) =>
      c['minutes'] === true
        ? `There was no trade of late, so there are no minutes to draw (paper has today's alone). Example: /chart ${c['symbol']} 1d`
        : 'It has never traded, so there is nothing to draw. If it is newly listed, try again after its first trade.',
    'chart.failed': () => 'The chart could not be drawn. Please try again in a moment; /price shows the price.',

    'people.unknown': (c) => `${c['identity']}: nobody of that name was added. See /who.`,
    'people.from-settings': (c) =>
      `${c['identity']}: comes from the settings and cannot be changed here. Edit ${c['variable']} there and restart.`,
    'people.self': () =>
      'You cannot remove yourself or change your own role. Ask another owner, or do it in the terminal.',
    'store.cannot-open': (c) =>
      `${c['path']} cannot be opened. See that the folder and the file may be read and written, or set STORE_URL to another path, such as sqlite:data/hoga.db.`,
    'store.not-a-database': (c) =>
      `${c['path']} is not a database. ${c['expendable'] === true ? 'If nothing else needs it, delete it: it is made again.' : 'Restore it from a backup, or set STORE_URL to another path, such as sqlite:data/hoga.db.'}`,
    'store.damaged': (c) =>
      `${c['path']} is damaged. ${c['expendable'] === true ? 'Delete it: it is made again, and what was in it is fetched again.' : 'Restore it from a backup. Without one, move it away: a new one is begun, whose caps know nothing of the orders of today.'}`,
    'store.newer': (c) =>
      `${c['path']} was written by a newer Hoga (${c['migration']}). Upgrade Hoga, or restore the backup from before the upgrade.`,
    'store.migration-failed': (c) =>
      `${c['path']} could not be brought to this version (${c['migration'] ?? '?'}); nothing in it was changed. Start the version that wrote it, or restore a backup.`,
    'store.older': (c) =>
      `${c['path']} was written by an older Hoga (without ${c['migration']}). Start the bot of this version once, which brings it up to date.`,
    'store.cannot-connect': (c) =>
      `The database ${c['path']} cannot be reached. See that the server runs, and that the address, the user and the password in STORE_URL are right, such as postgres://hoga:password@db.example.com/hoga.`,
    'store.not-durable': (c) =>
      c['server'] === true
        ? `What is written might not be kept by the database server (${c['pragma']}: ${c['actual']} instead of ${c['expected']}). Set ${c['pragma']} = on there.`
        : `What is written might not be kept where the store lies (${c['pragma']}: ${c['actual']} instead of ${c['expected']}). Set STORE_URL to a path on a disk of this machine, such as sqlite:data/hoga.db.`,
    'store.bad-url': () =>
      'A store is written as sqlite: and a path, such as sqlite:data/hoga.db, or as postgres://hoga@db.example.com/hoga',
    'store.nothing-there': (c) =>
      `There is no ledger at ${c['path']}. Those of paper and the simulator have -paper and -simulator in the names of their files, such as sqlite:data/hoga-paper.db, and _paper and _simulator in those of their schemas.`,
    'store.not-a-ledger': (c) => `${c['path']} is no ledger of Hoga. Please check the path.`,
    'store.in-use': (c) =>
      `A Hoga (${c['holder']}) is using ${c['store']}. If orders left meanwhile, the two ledgers would differ, so nothing was copied. Stop that one and try again. Beside a running bot, npm start -- store backup makes a backup.`,
    'store.not-empty': (c) =>
      `Nothing is copied to where records are: ${c['store']} (${c['tables']}). Name an empty database or a file that is not there yet, such as sqlite:data/moved.db`,
    'store.copy-onto-itself': () =>
      'A ledger cannot be copied onto itself. Name another place that is empty, such as sqlite:data/moved.db',
    'store.copy-failed': (c) =>
      `Rows ${c['first']} to ${c['last']} of ${c['table']} could not be written. Everything was taken back, so the target is empty. Remove the cause and try again.`,
    'store.copy-cut': (c) =>
      `The connection to the database was lost. The target (${c['store']}) has nothing or everything. Try again: it is copied if there is nothing, and you are told if there is something.`,
    'store.copy-differs': (c) =>
      `Row ${c['key']} of ${c['table']} reads otherwise than in the source. Everything was taken back, so the target is empty. Check the target's disk and try again.`,
    'store.backup-there': (c) =>
      `${c['path']} is there already, and a backup overwrites nothing. Give another name, or a folder.`,
    'store.backup-failed': (c) =>
      `The backup ${c['path']} could not be written. See that the folder may be written to and has room.`,
    'http.cannot-listen': (c) => `Nothing can be served at HTTP_PORT=${c['port']}. Choose another port, such as 8080.`,
    'settings.exchange': (c) =>
      `No orders for ${c['exchange']} are taken here, only for ${c['takes']}. Example: /settings exchange ${String(c['takes']).split(',')[0]}`,
    'settings.always-on': () =>
      'What puts money in doubt (an outcome unknown, a refusal, your word needed, messages that never came) can be neither silent nor off. Other notices can. Example: /settings orders silent',
    'alerts.too-many': (c) => `${c['limit']} alerts a person are the most. Delete some in /alerts.`,
    'alerts.candle': (c) =>
      `I could not read '${c['text']}'. Use the close or the volume of 1, 3, 5, 10, 15, 30 or 60 minute candles. Example: /alert 삼성전자 5m close >= 71000`,
    'alerts.hours': () =>
      'Prices outside the regular session count for alerts on a price or a change alone. Example: /alert 삼성전자 >= 71000 extended hours',
    'alerts.until-past': () => 'That day is past. Use today or a later one. Example: /alert 삼성전자 +3% 30 days',
    'alerts.no-holding': () =>
      'You do not hold it, so it has no average cost. A price or a change would pass. Example: /alert 삼성전자 -5%',
    'alerts.no-figures': () =>
      'It was listed too lately, or not traded, for that to be reckoned. A price would pass. Example: /alert 삼성전자 >= 71000',
    'alerts.not-found': () => 'There is no such alert. See /alerts.',
    'export.no-period': () => 'Holdings and quotes are exported as they are now. Leave the period out.',
    'export.no-issue': () => 'Which issue? For example: /export candles 005930 5m',
    'export.no-sheet': () =>
      'No Google Sheet is set. Put GOOGLE_SHEETS_ID and GOOGLE_SERVICE_ACCOUNT_JSON into .env and start again. CSV files work without.',
    'export.empty': () => 'There is nothing to export. Try another period or issue.',
    'export.truncated': () => 'There are too many rows to read them all. Export shorter periods.',
    'export.nothing-watched': () => 'Your watchlist is empty. Name the issues: /export quotes csv 005930.',
    'sheets.unauthorised': () =>
      "Google did not take the service account's key. Download a new key file for GOOGLE_SERVICE_ACCOUNT_JSON.",
    'sheets.not-shared': (c) => `The Google Sheet may not be edited. Share it with ${c['email']} as an editor.`,
    'sheets.api-off': () => 'The Google Sheets API is off. Turn it on in the Google Cloud project.',
    'sheets.not-found': () =>
      "The Google Sheet was not found. GOOGLE_SHEETS_ID is what stands after /d/ in the sheet's address.",
    'sheets.throttled': () => 'Too many requests to the Google Sheet. Try again in a minute.',
    'sheets.unreachable': () => 'The Google Sheet could not be written. Try again in a moment.',
    'index.all-live': () => 'Live are the three indices together. Example: /index live',
    'board.read-only': () => 'One answer is all there is here; go live in the chat of the bot. Example: /book 005930',
    'book.exchange': (c) =>
      `The book of ${c['exchange']} is not to be had here, only that of ${c['takes']}. Example: /book 005930`,
    'watch.too-many': (c) =>
      `A watchlist holds ${c['limit']} issues (room for ${c['left']} more). Make room with /watch remove.`,
    'reports.time': (c) =>
      `No digest is due at '${c['text']}'. Morning is 05:00 to 08:59, close 15:35 to 19:59, evening from 20:01. Example: /digest on 08:30`,
    'reports.time-alone': () => 'A time goes with on or off. Example: /digest on 08:30',
    'reports.time-of-another': () =>
      'That time belongs to another digest. Write the time alone. Example: /digest on 08:30',
    'reports.minutes': (c) => `Not every ${c['minutes']} minutes (${c['allowed']}). Example: /monitor 삼성전자 5m`,
    'reports.too-many': (c) => `A monitor takes ${c['limit']} issues. Example: /monitor 삼성전자 카카오 5m`,
    'reports.webhook-owner': () => 'Only an owner sends to the webhook. Leave the webhook out. Example: /digest on',
    'reports.no-webhook': () => 'There is no webhook for reports. Set DISCORD_WEBHOOK_URL and start again.',
    'watch.not-watched': (c) => `${c['name']} is not on your watchlist. See /watch.`,
    'screen.running': () => 'A search is running already. Wait for it, or stop it with /screen stop.',
    'screen.too-many-watched': (c) =>
      `${c['limit']} conditions can be watched at most. Stop watching one and try again. Example: /screen unwatch ${c['example']}`,
    'screen.no-such': (c) =>
      `No condition '${c['text']}' is saved in the HTS. Write a name from the list of /screen. Example: /screen watch 거래량 급증`,
    'screen.not-watched': (c) =>
      `'${c['text']}' is not watched; /screen watch lists what is. Example: /screen unwatch 거래량 급증`,
    'screen.golden-only': () => 'Criteria go with the golden cross alone. Example: /screen golden cap>=1tn',
    'orders.halted': () => 'Trading is halted. The owner can /resume it.',
    'orders.not-armed': (c) =>
      c['setting'] === 'daily'
        ? 'Live trading is not armed today. Orders leave after an owner sends /arm.'
        : 'Live trading is off. Orders leave only with HOGA_LIVE_TRADING=yes (or daily) in the settings.',
    'orders.recovering': () =>
      "After a start the orders are being compared with KIS's lists. Orders leave once that is done; cancels leave now.",
    'orders.number-changed': (c) =>
      `${c['setting']} names another number for the account ${c['account']}, and ${Number(c['orders']) === 1 ? 'one order' : `${grouped(Number(c['orders']))} orders`} of the old number had not ended, so no new order leaves in this account. Put the old number back and start again, or, if those orders are all done with, an owner confirms it with ${c['command']}.`,
    'orders.same-number': () => 'No account number was changed, so there is nothing to confirm.',
    'orders.unsettled': () =>
      'Not sent: the outcome of an equal order is not known yet. Make a new ticket once you are told.',
    'orders.changed': (c) =>
      Number(c['left']) === 0
        ? `Nothing is left of order ${c['number']}. See /orders.`
        : `${shares(Number(c['left']))} are left of order ${c['number']} now. Please make a new ticket.`,
    'orders.not-repriceable': (c) =>
      `The price of an order of the type '${en.orderType[c['type'] as OrderType | 'other']}' cannot be amended. Cancel it and make a new one.`,
    'orders.same-price': (c) => `It stands at ${won(Number(c['price']))} already. Give another price.`,
    'schedule.until': (c) =>
      `The last day may be from ${englishDate(c['first'])} to ${englishDate(c['last'])}. Example: /schedule buy 005930 10 70000 until ${c['last']}`,
    'schedule.changed': (c) => `Schedule ${c['number']} has changed or was dealt with. See /schedule.`,
    'schedule.not-waiting': (c) => `No scheduled order ${c['number']} is waiting. See /schedule for the numbers.`,
    'schedule.other-type': (c) =>
      `Schedule ${c['number']} has an order type that is not dealt with here. You can cancel it, or amend it in your broker app.`,
    'schedule.same': () => 'It has that quantity and price already. Give another quantity or price.',
    'schedule.other-day': () => 'The day on which it is sent has changed since the ticket. Please make a new ticket.',
    'settle.unknown': () => 'There is no order of that record. Press a button of the message that asks.',
    'settle.not-asked': () => 'Nobody asks about that order. See /orders.',
    'settle.taken': (c) => `${c['number']} is the number of another order. Give another number, or none.`,
    'settle.other-order': (c) => `${c['number']} is an order of another issue or side. Please check the number.`,
    'why.unknown': (c) =>
      `Nothing is recorded of an order or alert '${c['text']}'. Send /why alone to choose one of the latest.`,
    'store.full': () => refusedBy('store.full'),
    'store.read-only': () => refusedBy('store.read-only'),
    'store.locked': () => refusedBy('store.locked'),
    'store.io': () => refusedBy('store.io'),
    'store.corrupt': () => refusedBy('store.corrupt'),
    'store.away': () => refusedBy('store.away'),
    'orders.not-recorded': () =>
      'It was sent to KIS but the outcome could not be recorded. Do not send it again; check /orders and your broker app.',
    'orders.paused': () =>
      'Not sent: this computer or its connection stood still just as the order was to leave. Please make a new ticket.',
    'orders.none-open': () => 'There is no open order to cancel.',
    'orders.not-open': (c) => `No open order ${c['number']}. See /orders for the numbers.`,

    'proposal.unknown': () => 'This ticket is not known. Please make a new one.',
    'proposal.not-yours': () => 'Only the person it was made for can press this ticket.',
    'proposal.taken': () => 'This ticket was confirmed already. It is sent once.',
    'proposal.dropped': () => 'This ticket was dropped. Please make a new one.',
    'proposal.expired': () => 'This ticket has expired. Nothing was sent. Please make a new one.',

    'cluster.not-ours': () =>
      'Another server has just taken over. Nothing was sent. Press again, or order again, in a moment.',
    'cluster.nobody': () => 'No server is in charge of that right now. Please try again in a moment.',
    'cluster.no-answer': () => 'The server in charge of that does not answer. Please try again in a moment.',

    'lane.waited-too-long': (c) =>
      `Requests to KIS are queued up, and ${Math.round(Number(c['maxWaitMs'] ?? 10_000) / 1_000)} seconds went by. Nothing was sent.`,
    'venue.rejected': (c) => {
      const reason = venueWords(c);
      return reason === undefined
        ? 'KIS did not take it and gave no reason. Please try again in a moment.'
        : `KIS did not take it: ${reason}`;
    },
    'venue.unauthorised': (c) => {
      const reason = venueWords(c);
      return `KIS refused the credentials${reason === undefined ? '' : `: ${reason}`}. Please check ${keys(c)}_APP_KEY and ${keys(c)}_APP_SECRET.`;
    },
    'venue.key-unknown': (c) =>
      `KIS does not know the app key${venueCode(c)}. Compare ${keys(c)}_APP_KEY with the one at KIS Developers, and get a new one if it has expired. Live and paper keys differ.`,
    'venue.secret-wrong': (c) =>
      `The app secret does not belong to the app key${venueCode(c)}. Copy ${keys(c)}_APP_SECRET from KIS Developers again.`,
    'venue.wrong-host': (c) =>
      `Key and server are not of the same kind${venueCode(c)}. Use a live key with KIS_ENV=live and a paper key with KIS_ENV=paper, check KIS_REST_URL if you set it, and restart.`,
    'venue.not-registered': (c) =>
      `This key may not use the service${venueCode(c)}. Check at KIS Developers that the account is registered for the Open API.`,
    'venue.persons-only': (c) =>
      `Corporate accounts have no paper trading${venueCode(c)}. Use the key of a personal account.`,
    'venue.token-refused': (c) =>
      `KIS does not take the access token${venueCode(c)}. A new one is being asked for: please try again in a minute. If it goes on, check whether another program uses the same app key.`,
    'venue.token-wait': (c) =>
      `KIS issues one token a minute. Please try again in ${c['waitSeconds'] === undefined ? 'a minute' : `${c['waitSeconds']} seconds`}.`,
    'venue.account-wrong': (c) =>
      `This key does not go with the account${venueCode(c)}. Check that KIS_ACCOUNT (8 digits, 2 digits) is the one registered for the key at KIS Developers.`,
    'venue.paper-not-joined': (c) =>
      `The paper account is not, or no longer, signed up${venueCode(c)}. Sign up for paper trading again at Korea Investment & Securities and put the new account number into KIS_ACCOUNT.`,
    'venue.paper-of-another': (c) =>
      `The paper account belongs to somebody else than the key${venueCode(c)}. Check that KIS_ACCOUNT and KIS_APP_KEY are of the same login.`,
    'venue.account-restricted': (c) =>
      `KIS restricts this account${said(c)}. Ask Korea Investment & Securities, or look in its app, for what lifts that.`,
    'venue.address-blocked': (c) =>
      `KIS keeps this computer out${venueCode(c)}: it connected too often within a short time, or its IP address is not allowed. Stop every program that uses the key, try again much later, and ask KIS if it goes on.`,
    'venue.hash-refused': (c) =>
      `The hash of the order does not fit${venueCode(c)}. Set KIS_HASHKEY=off in the settings and restart.`,
    'venue.throttled': () => 'Too many requests at KIS right now. Please try again in a moment.',
    'venue.unreachable': () => 'KIS does not answer. Check the internet connection and try again in a moment.',
    'venue.stand-in-silent': () =>
      'The simulator does not answer. Please see that it runs (npm start -- simulator) and try again.',
    'venue.server-fault': (c) => `KIS's server is failing${venueCode(c)}. Please try again in a moment.`,
    'venue.listing-changed': (c) =>
      `KIS's list went on changing while it was read, so it could not be read to its end${venueCode(c)}. Please try again in a moment; if it goes on, look in the broker app.`,
    'venue.outcome-unknown': () => 'KIS did not say whether it was done. Do not send it again; check /orders.',
    'venue.unknown-issue': (c) => `KIS does not know that stock${venueCode(c)}. Please check the code.`,
    'venue.period-wrong': (c) =>
      `KIS does not take that period${venueCode(c)}. Please give a shorter one that ends today at the latest.`,
    'venue.schedule-hours': (c) =>
      `KIS takes no scheduled orders at this hour${said(c)}. Please make a new ticket when it does.`,
    'venue.before-open': (c) => `The market is not open yet${venueCode(c)}. Please try again once it is.`,
    'venue.closed': (c) =>
      `No orders are taken at this hour${venueCode(c)}. See /market for the next opening, or use /schedule to order ahead.`,
    'venue.holiday': (c) => `No orders are taken today${venueCode(c)}. See /market for the next trading day.`,
    'venue.short-of-cash': (c) =>
      `There is not enough cash${venueCode(c)}. See /balance and order fewer shares. A market buy needs the money for the upper limit price.`,
    'venue.short-of-shares': (c) =>
      `That is more than can be sold${venueCode(c)}. See /balance for what is held and /orders for what is offered already.`,
    'venue.quantity': (c) => `KIS does not take that quantity${venueCode(c)}. Use a whole number of shares from 1.`,
    'venue.tick': (c) => `The price is off the tick grid${venueCode(c)}. Use a price that is on it.`,
    'venue.price-limits': (c) =>
      `The price is outside the limits of the day${venueCode(c)}. See /price for them and use one in between.`,
    'venue.halted': (c) => `The stock is halted; only cancels pass${venueCode(c)}. Please try again when it trades.`,
    'venue.not-tradable': (c) => `Paper trading does not have that stock${venueCode(c)}. Use another one.`,
    'venue.retirement-account': (c) =>
      `KIS's API gives no orders of a retirement pension (IRP, DC), and no list of those of the last three months${venueCode(c)}. Use KIS's app or HTS.`,
    'venue.order-type': (c) =>
      `That type of order is not taken for this stock, or not at this hour${venueCode(c)}. Use a limit order: give a price.`,
    'venue.nothing-left': (c) =>
      `Nothing is left to amend or cancel${venueCode(c)}. See /orders and /fills for whether it has filled.`,
    'venue.more-than-left': (c) =>
      `That is more than is left${venueCode(c)}. Part of it filled meanwhile: see /orders for the rest.`,
    'venue.no-such-order': (c) => `KIS has no order of that number${venueCode(c)}. See /orders for the numbers.`,
    'venue.unsupported': (c) =>
      c['account'] === undefined
        ? 'KIS does not offer this here. Use its app or trading program.'
        : c['account'] === true
          ? 'Paper accounts do not offer this; a live account (KIS_ENV=live) does.'
          : 'Paper trading lacks this. Put a live key for reads into .env (KIS_LIVE_APP_KEY, KIS_LIVE_APP_SECRET) and restart to see it.',
    'venue.no-hts-id': () =>
      "Conditions and lists kept in KIS's program need your HTS login. Put it into .env as KIS_HTS_ID and restart.",
    'venue.drift': (c) =>
      `${apiName(c)} seems to have changed, and no longer agrees with Hoga${venueCode(c)}. Nothing is wrong with what you wrote. Please update Hoga, or report it to its developers.`,
    'venue.malformed': (c) =>
      c['endpoint'] === undefined
        ? "KIS's answer could not be read. Please try again in a moment."
        : `The answer of ${apiName(c)} could not be read: KIS seems to have changed it. Please update Hoga, or report it to its developers.`,
  },
};

/** A KIS API under the last part of its path. */
function apiName({ endpoint }: ErrorContext): string {
  return endpoint === undefined ? "One of KIS's APIs" : `KIS's API ${endpoint}`;
}
