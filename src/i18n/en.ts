import type { ErrorContext } from '../errors.ts';
import type { Words } from './ko.ts';

const grouped = (value: number): string => value.toLocaleString('en-US');
const signed = (value: number, text: string): string => (value > 0 ? `+${text}` : text);
const won = (amount: number): string => `₩${grouped(amount)}`;
const shares = (count: number): string => (count === 1 ? '1 share' : `${grouped(count)} shares`);

const clockTime: Words['clockTime'] = (at) =>
  [at.hour, at.minute].map((part) => String(part).padStart(2, '0')).join(':');
const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const venueWords = (context: ErrorContext): string => `${context['venueText'] ?? ''} (${context['venueCode'] ?? ''})`;

/** English, sentence for sentence. */
export const en: Words = {
  grouped,
  won,
  wonSigned: (amount) => signed(amount, won(amount)),
  shares,
  clockTime,
  moment: (at) => `${weekdays[at.weekday - 1]} ${at.day} ${months[at.month - 1]} ${clockTime(at)} KST`,
  percentSigned: (value) => signed(value, `${value.toFixed(2)}%`),
  wonShort: (amount) => (amount >= 1e9 ? `₩${(amount / 1e9).toFixed(1)}bn` : won(amount)),

  venueTag: { simulator: '[simulator]', paper: '[paper]', live: '' },
  side: { buy: 'Buy', sell: 'Sell' },
  orderType: { limit: 'limit', market: 'market' },
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
    price: 'Price',
    cancelOrder: (name) => `Cancel ${name}`,
  },

  arguments: {
    instrument: 'stock',
    instruments: 'stock…',
    quantity: 'quantity',
    price: 'price',
    order: 'order number',
    command: 'command',
    condition: 'condition',
    alert: 'alert',
  },
  commands: {
    help: 'shows the commands',
    price: 'shows current prices',
    balance: 'shows cash and holdings',
    buy: 'makes a buy ticket (sent only when confirmed)',
    sell: 'makes a sell ticket (sent only when confirmed)',
    orders: "shows open and today's orders",
    cancel: 'cancels open orders (sent only when confirmed)',
    alert: 'tells you when a price is reached',
    alerts: 'lists alerts, to delete them',
    unalert: 'deletes an alert',
    halt: 'stops all trading',
    resume: 'lets trading go on',
    status: 'shows connections and health',
    market: 'shows whether the market is open, and when it opens next',
  },

  pairing: {
    paired: 'Paired. You are the owner now. Try /help.',
    already: 'You are known already.',
    wrong: "That code is wrong. Use the one shown in the bot's terminal. Example: /pair 1a2b3c4d",
    invite: (code) => `To become the owner, send /pair ${code} in a chat with the bot within ten minutes (five tries).`,
  },
  alerts: {
    made: 'Alert set',
    list: 'Alerts',
    none: 'No alerts. Example: /alert 삼성전자 >= 71000',
    condition: (name, price, direction) =>
      `${name} ${direction === 'at-or-above' ? 'at or above' : 'at or below'} ${price}`,
    waiting: 'The price is there already. You will be told when it comes back to it from the other side.',
    polled: 'No live slot is left, so it is looked up every 15 seconds.',
    polledShort: 'every 15 s',
    remove: (index) => `Delete ${index}`,
    fired: '🔔 Alert',
  },
  doctor: {
    settings: 'settings',
    store: 'store',
    clock: 'clock',
    token: 'KIS token',
    account: 'account',
    socket: 'socket',
    fills: 'fill notices',
    venue: { simulator: 'simulator', paper: 'paper', live: 'live' },
    fine: 'fine',
    socketFine: 'reachable (the session of a running bot was left alone)',
    noHtsId: 'without KIS_HTS_ID fills are looked up every 30 seconds',
    storeNew: 'will be made at the first start',
    storePending: (count) => `fine, ${count} messages to send`,
    clockUnknown: 'KIS does not say its time, so nothing was compared',
    clockOff: (seconds) => `${seconds} seconds off KIS's time; set the clock of this machine`,
  },
  health: {
    title: 'Status',
    up: 'Up for',
    socket: 'Socket',
    socketState: { stopped: 'off', connecting: 'connecting', connected: 'connected', waiting: 'waiting to reconnect' },
    fillsOn: 'fill notices on',
    fillsOff: 'no fill notices',
    lastTick: 'Last tick',
    lane: 'Calls left',
    waiting: 'waiting',
    token: 'Token age',
    outbox: 'Messages to send',
    none: 'none',
    unknownOrders: (count) => `${count} orders with unknown outcome`,
    ago: (ms) => {
      const minutes = Math.floor(ms / 60_000);
      if (minutes < 1) return `${Math.max(0, Math.floor(ms / 1_000))} s`;
      return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h`;
    },
  },
  market: {
    session: {
      'opening-auction': 'Opening auction',
      regular: 'Regular session',
      'closing-auction': 'Closing auction',
      'post-close': 'After hours at the close',
      'after-market': 'After-market',
      closed: 'Closed',
    },
    until: (time) => `until ${time} KST`,
    takesOrders: 'Orders are taken.',
    takesNone: 'Limit and market orders are not taken now.',
    closed: 'Closed',
    hours: 'It is outside trading hours.',
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
    shiftedWhy: { 'first-trading-day': 'first trading day of the year', 'entrance-exam': 'university entrance exam' },
    next: (when) => `Next opening: ${when}`,
    byTable:
      'KIS cannot be asked about holidays here, so the built-in table of 2026–2027 decides. It may lack temporary holidays.',
  },
  trading: {
    halted: 'Trading is halted. No new order leaves. Cancels still do.',
    resumed: 'Trading goes on.',
    cancelAll: 'Cancel all open orders',
  },
  help: {
    greeting: 'Hoga · Korean stocks from chat',
    role: (role) => `Your role: ${role}`,
    usage: 'Usage',
    aliases: 'Also',
    examples: 'Examples',
    more: 'More: /help buy',
    unknown: (name) => `There is no command '${name}'.`,
  },

  progress: {
    price: 'Fetching the price…',
    balance: 'Fetching the balance…',
    orders: 'Fetching orders…',
    ticket: 'Making the ticket…',
    sending: 'Confirmed. Sending to KIS…',
  },

  quote: { unchanged: 'unchanged', range: 'Open/high/low', volume: 'Volume', turnover: 'Turnover', limits: 'Limits' },

  balance: {
    title: 'Balance',
    deposit: 'Cash deposit',
    settled: 'After settlement (D+2)',
    orderable: 'Orderable',
    assets: 'Total assets',
    pnl: 'Unrealized P&L',
    none: 'No holdings.',
    position: (quantity, sellable) => `${quantity} (${sellable} sellable)`,
    average: 'avg',
    last: 'last',
    truncated: 'There are more holdings than are shown here.',
  },

  ticket: {
    title: (side) => `${side === 'buy' ? 'Buy' : 'Sell'} ticket`,
    cancelTitle: 'Cancel ticket',
    bestAsk: 'No price given: a limit order at the best ask.',
    bestBid: 'No price given: a limit order at the best bid.',
    market: 'Market order: the fill price is open. The amount is reckoned at the upper limit.',
    marketSell: 'Market order: the fill price is open.',
    last: 'Last',
    cost: (commission, tax) => `Commission about ${commission}, tax about ${tax}`,
    available: { buy: 'Can buy', sell: 'Can sell' },
    orderableCash: 'orderable',
    until: (seconds) => `Please confirm within ${seconds} seconds.`,
    dropped: 'Ticket dropped. Nothing was sent.',
    replaced: 'A new ticket took its place.',
    live: 'This order goes to a LIVE account.',
    warning: (text) => `Caution: ${text}`,
  },

  outcome: {
    accepted: 'Accepted',
    cancelAccepted: 'Cancel accepted',
    rejected: 'KIS rejected it',
    denied: 'Not sent',
    unknown: 'Outcome unknown',
    number: 'Order no.',
    tellFill: 'You will be told when it fills.',
    unknownNext:
      'KIS did not answer, so it may or may not have been accepted. It is not sent again. Please check /orders.',
    newTicket: 'Make a new ticket if you still want it.',
    reason: 'Reason',
  },

  notices: {
    filled: 'Filled',
    filledTotal: (filled, all) => `${filled} of ${all} so far`,
    cancelled: 'Cancel confirmed',
    cancelledRest: (quantity) => `The remaining ${quantity} were cancelled.`,
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
      'The program ended while sending, so it may or may not have been accepted. It is not sent again. Please check /orders.',
  },

  orders: {
    title: 'Open orders',
    none: 'No open orders.',
    today: "Today's orders",
    remaining: 'remaining',
    marketPrice: 'market',
    unknownNote: 'The outcome of an order is unknown. Please check the list above and your broker app.',
    cancelOf: (number) => `cancel of order ${number}`,
  },

  start: {
    simulator: 'Started on the KIS simulator. Prices are made up and no money moves.',
    paper: 'Started on KIS paper trading.',
    live: 'Started LIVE. Real money moves.',
    hint: 'Try /help.',
    noHtsId: 'Without KIS_HTS_ID there are no fill notices. Fills are looked up every 30 seconds.',
  },

  example: (example) => `Example: ${example}`,

  errors: {
    unexpected: () => 'That did not work. Please try again in a moment.',
    'chat.unknown-command': (c) => `There is no command '${c['text']}'. See /help.`,
    'chat.not-a-command': () => 'Commands start with a slash. See /help.',
    'chat.too-long': (c) => `That message is too long (${c['length']} characters). Please keep it under ${c['limit']}.`,
    'chat.not-allowed': (c) => `This command needs the ${c['role']} role.`,
    'chat.stranger': () => 'This bot serves registered people only.',
    'chat.read-only': () => 'Only look-ups work here. Please order in the chat of the bot.',
    'chat.too-old': () => 'That request is too old and was not carried out. Send it again if you still want it.',
    'chat.no-such-button': () => 'This button can no longer be used.',

    'args.missing': (c) => `The ${en.arguments[c['argument'] as keyof Words['arguments']]} is missing.`,
    'args.extra': (c) => `There is no place for '${c['text']}'.`,
    'args.order': () => 'The order is off: the stock comes first.',
    'args.instrument-unknown': (c) => `No stock found for '${c['text']}'. Use its name or six-character code.`,
    'args.instrument-ambiguous': (c) => `Several stocks fit '${c['text']}'.`,
    'args.quantity': (c) => `'${c['text']}' is not a quantity. Use a whole number from 1.`,
    'args.quantity-zero': () => 'The quantity must be at least one share.',
    'args.quantity-whole': (c) => `The quantity must be a whole number from 1 ('${c['text']}').`,
    'args.quantity-large': (c) => `That quantity is too large ('${c['text']}').`,
    'args.price': (c) => `'${c['text']}' is not a price. Use whole won, or 'market'.`,
    'args.condition': (c) => `'${c['text']}' is not a condition. Use >= or <= and a price.`,
    'args.order-number': (c) => `'${c['text']}' is not an order number. Use one from /orders, or all.`,

    'rule.tick': (c) =>
      `The tick size is ${won(Number(c['tick']))}, so ${won(Number(c['price']))} is off the grid. ${won(Number(c['below']))} or ${won(Number(c['above']))} would pass.`,
    'rule.upper-limit': (c) => `${won(Number(c['price']))} is above the upper limit of ${won(Number(c['limit']))}.`,
    'rule.lower-limit': (c) => `${won(Number(c['price']))} is below the lower limit of ${won(Number(c['limit']))}.`,
    'rule.halted': () => 'Trading in this stock is halted; only cancels pass.',
    'rule.max-order': (c) =>
      `${won(Number(c['amount']))} is over the cap of ${won(Number(c['limit']))} an order. ${Number(c['quantity']) > 0 ? `Up to ${shares(Number(c['quantity']))} would pass.` : 'Not even one share fits at this price.'} The cap is HOGA_MAX_ORDER_KRW.`,
    'rule.max-daily': (c) =>
      `This would go over the daily cap of ${won(Number(c['limit']))}: ${won(Number(c['used']))} used today, ${won(Number(c['amount']))} now. The cap is HOGA_MAX_DAILY_KRW.`,
    'rule.buying-power': (c) =>
      `Not enough buying power. You can buy up to ${shares(Number(c['available']))} now (${won(Number(c['cash']))} orderable).`,
    'rule.sellable': (c) =>
      Number(c['available']) > 0
        ? `You can sell up to ${shares(Number(c['available']))}.`
        : 'There is nothing to sell. See /balance.',
    'rule.drift': (c) =>
      `The price moved ${Number(c['percent']).toFixed(2)}% since the ticket (${won(Number(c['shown']))} → ${won(Number(c['now']))}). Please make a new ticket.`,
    'rule.market-closed': (c) =>
      c['reason'] === 'weekend' || c['reason'] === 'holiday'
        ? `The market is closed today (${c['reason']}). /market tells when it opens next.`
        : c['reason'] === 'hours'
          ? 'The regular market is closed now (orders are normally taken 08:30–15:30).'
          : 'It is not known whether the market is open today, so nothing is sent. Please try again in a moment.',
    'rule.no-price': () => 'The book is empty, so there is no price to take. Please give one.',

    'alerts.too-many': (c) => `${c['limit']} alerts a person are the most. Delete some in /alerts.`,
    'alerts.not-found': () => 'There is no such alert. See /alerts.',
    'orders.halted': () => 'Trading is halted. The owner can /resume it.',
    'orders.not-armed': () => 'Live trading is off. Orders leave only with HOGA_LIVE_TRADING=yes in the settings.',
    'orders.not-recorded': () =>
      'It was sent to KIS but the outcome could not be recorded. Do not send it again; check /orders and your broker app.',
    'orders.none-open': () => 'There is no open order to cancel.',
    'orders.not-open': (c) => `No open order ${c['number']}. See /orders for the numbers.`,

    'proposal.unknown': () => 'This ticket is not known. Please make a new one.',
    'proposal.not-yours': () => 'Only the person it was made for can press this ticket.',
    'proposal.taken': () => 'This ticket was confirmed already. It is sent once.',
    'proposal.dropped': () => 'This ticket was dropped. Please make a new one.',
    'proposal.expired': () => 'This ticket has expired. Nothing was sent. Please make a new one.',

    'lane.waited-too-long': () => 'Requests to KIS are queued up, and ten seconds went by. Nothing was sent.',
    'venue.rejected': (c) => `KIS did not take it: ${venueWords(c)}`,
    'venue.unauthorised': (c) =>
      `KIS refused the credentials${c['venueCode'] === undefined ? '' : `: ${venueWords(c)}`}. Please check KIS_APP_KEY and KIS_APP_SECRET.`,
    'venue.throttled': (c) =>
      c['waitSeconds'] === undefined
        ? 'Too many requests at KIS right now. Please try again in a moment.'
        : `KIS issues one token a minute. Please try again in ${c['waitSeconds']} seconds.`,
    'venue.unreachable': () => 'KIS does not answer. Please try again in a moment.',
    'venue.unsupported': () => 'Paper trading does not offer this.',
    'venue.malformed': () => "KIS's answer could not be read. Please try again in a moment.",
  },
};
