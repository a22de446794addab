import type { LedgerCheckName, LedgerFault } from '../domain/ledger-check.ts';
import type { Language } from '../domain/people/person.ts';
import type { ErrorContext } from '../errors.ts';

/** The texts of `npm start -- store`. */
export interface StoreWords {
  readonly copying: string;
  readonly comparing: string;
  copied(from: string, to: string, rows: number): string;
  rows(rows: number): string;
  behind(store: string, migration: string): string;
  undone(count: number): string;
  readonly goOn: readonly string[];
  backedUp(path: string, size: string): string;
  readonly checks: Readonly<Record<LedgerCheckName, string>>;
  fine(looked: number): string;
  wrong(count: number): string;
  more(count: number): string;
  readonly faults: Readonly<Record<LedgerFault, (c: ErrorContext) => string>>;
  readonly whatToDo: readonly string[];
  /** For the line of the check-up. */
  doctor(wrong: number): string;
}

const ko: StoreWords = {
  copying: '복사',
  comparing: '대조',
  copied: (from, to, rows) => `${from} → ${to}: ${rows}행을 복사하고 한 행씩 대조했습니다.`,
  rows: (rows) => `${rows}행`,
  behind: (store, migration) =>
    `${store}: 이전 버전의 장부(${migration})라, 임시 사본을 이 버전에 맞게 바꿔 읽었습니다. 원본은 그대로입니다.`,
  undone: (count) =>
    `다른 프로세스에 넘겨졌지만 처리되지 않은 메시지 ${count}건은 옮기지 않았습니다. 보낸 사람이 다시 보내야 합니다.`,
  goOn: [
    '이제 STORE_URL에 새 주소를 적고 시작하세요. 이전 장부로는 봇을 켜지 마세요. 두 봇이 같은 계좌로 주문하게 됩니다.',
    '접근토큰과 시세 캐시는 옮기지 않습니다. 첫 시작 때 KIS가 앱키마다 토큰을 내주며 알림톡을 보내고, 시세는 다시 받아 옵니다.',
  ],
  backedUp: (path, size) => `백업했습니다: ${path} (${size})`,
  checks: {
    file: '데이터베이스',
    values: '값',
    orders: '주문과 기록',
    tickets: '주문표',
    amounts: '금액',
    messages: '메시지',
    alerts: '알림',
  },
  fine: (looked) => `정상 (${looked}건 확인)`,
  wrong: (count) => `${count}건이 맞지 않습니다`,
  more: (count) => `그 밖에 ${count}건`,
  faults: {
    damaged: (c) => `파일이 손상되었습니다: ${c['what']}`,
    orphan: (c) => `${c['table']} ${c['key']}: 딸린 곳이 없는 행입니다`,
    'no-rule': (c) => `${c['name']}: 지켜지지 않는 제약이나 색인입니다`,
    unreadable: (c) => `${c['table']} ${c['key']}: ${c['column']} 값을 읽을 수 없습니다`,
    'order-without-events': (c) => `주문 ${c['order']}: 기록이 하나도 없습니다`,
    'order-events-gap': (c) => `주문 ${c['order']}: 기록의 번호가 이어지지 않습니다 (${c['events']})`,
    'order-impossible-event': (c) => `주문 ${c['order']}: ${c['status']} 상태에서 있을 수 없는 기록 ${c['event']}`,
    'order-state': (c) => `주문 ${c['order']} (${c['status']}): ${c['column']} 값이 기록에서 나온 값과 다릅니다`,
    'ticket-without-orders': (c) => `주문표 ${c['ticket']}: 확인했는데 주문이 없습니다`,
    'ticket-not-taken': (c) => `주문표 ${c['ticket']} (${c['status']}): 확인하지 않았는데 주문 ${c['order']} 있음`,
    'ticket-of-another': (c) => `주문 ${c['order']}: 주문표 ${c['ticket']}의 사람이나 계좌와 다릅니다`,
    'ticket-positions': (c) => `주문표 ${c['ticket']}: 주문의 순번이 이어지지 않습니다`,
    'card-missing': (c) => `주문 ${c['order']}: 보여 줄 주문표 ${c['ticket']} 없음`,
    'card-of-another': (c) => `주문 ${c['order']}: 보여 줄 수 없는 주문표 ${c['ticket']}에 있습니다`,
    'order-amount': (c) => `주문 ${c['order']}: 금액 ${c['amount']}원, 가격과 수량으로는 ${c['due']}원`,
    'order-fills': (c) => `주문 ${c['order']}: 체결 ${c['filled']}주, 체결 기록의 합은 ${c['inSum']}주`,
    'day-amount': (c) => `${c['account']} ${c['day']}: 한도에 드는 금액 ${c['counted']}원, 기록으로는 ${c['spent']}원`,
    'message-state': (c) => `메시지 ${c['message']}: ${c['state']} 상태와 맞지 않는 값이 있습니다`,
    'message-card': (c) => `메시지 ${c['message']}: 보여 줄 주문이나 고칠 메시지가 없습니다`,
    'message-twice': (c) => `메시지 ${c['message']}: 같은 주문표를 고치는 메시지가 또 기다립니다`,
    'message-alert': (c) => `메시지 ${c['message']}: 없는 알림의 메시지입니다`,
    'card-behind': (c) =>
      `주문 ${c['order']}: 주문표 메시지가 마지막 기록을 보여 주지 않습니다 (계좌를 볼 수 없게 된 사람이면 괜찮습니다)`,
    'alert-without-events': (c) => `알림 ${c['alert']}: 기록이 하나도 없습니다`,
    'alert-state': (c) => `알림 ${c['alert']}: 상태 ${c['state']}, 기록으로는 ${c['events']}`,
    'alert-level': (c) => `알림 ${c['alert']}: 기준값이 마지막 기록과 다릅니다`,
    'alert-fired-at': (c) => `알림 ${c['alert']}: 울린 시각이 기록과 다릅니다`,
    'alert-messages': (c) =>
      `알림 ${c['alert']}: 울릴 때 쓴 메시지 ${c['messages']}건 가운데 ${c['there']}건만 있습니다`,
  },
  whatToDo: [
    '봇을 끄고 이 장부를 따로 보관한 뒤, 점검을 통과한 가장 새 백업으로 되돌려 주세요. 그 뒤의 주문은 /orders 와 KIS 앱에서 맞춰 보세요.',
    '통과한 백업이 없거나 원인을 모르겠으면, 위의 줄을 개발자에게 알려 주세요. 주문 번호와 상태만 있고 계좌번호는 없습니다.',
  ],
  doctor: (wrong) => `장부의 ${wrong}건이 서로 맞지 않습니다. npm start -- store check 에서 볼 수 있습니다`,
};

const en: StoreWords = {
  copying: 'copying',
  comparing: 'comparing',
  copied: (from, to, rows) => `${from} → ${to}: ${rows} rows copied, and compared one by one.`,
  rows: (rows) => `${rows} rows`,
  behind: (store, migration) =>
    `${store} is a ledger of an older version (${migration}): a copy for the time being was brought to this one and read. The file is as it was.`,
  undone: (count) =>
    `${count} messages that waited for another process were left behind. Whoever sent them has to send them again.`,
  goOn: [
    'Now set STORE_URL to the new place and start. Start no bot on the old ledger any more: two would order for one account.',
    'Access tokens and cached prices were not copied. At the first start KIS issues a token for each app key, of which it sends its usual notice, and prices are fetched again.',
  ],
  backedUp: (path, size) => `Backed up to ${path} (${size})`,
  checks: {
    file: 'database',
    values: 'values',
    orders: 'orders and events',
    tickets: 'tickets',
    amounts: 'amounts',
    messages: 'messages',
    alerts: 'alerts',
  },
  fine: (looked) => `fine (${looked} looked at)`,
  wrong: (count) => `${count} do not agree`,
  more: (count) => `and ${count} more`,
  faults: {
    damaged: (c) => `the file is damaged: ${c['what']}`,
    orphan: (c) => `${c['table']} ${c['key']}: belongs to nothing`,
    'no-rule': (c) => `${c['name']}: a constraint or index that is not in force`,
    unreadable: (c) => `${c['table']} ${c['key']}: ${c['column']} cannot be read`,
    'order-without-events': (c) => `order ${c['order']}: has no events`,
    'order-events-gap': (c) => `order ${c['order']}: the numbers of its events have a gap (${c['events']})`,
    'order-impossible-event': (c) => `order ${c['order']}: ${c['event']} cannot come after ${c['status']}`,
    'order-state': (c) => `order ${c['order']} (${c['status']}): its events lead to another ${c['column']}`,
    'ticket-without-orders': (c) => `ticket ${c['ticket']}: was confirmed and has no order`,
    'ticket-not-taken': (c) => `ticket ${c['ticket']} (${c['status']}): was not confirmed and has order ${c['order']}`,
    'ticket-of-another': (c) => `order ${c['order']}: of another person or account than its ticket ${c['ticket']}`,
    'ticket-positions': (c) => `ticket ${c['ticket']}: its orders are not numbered without a gap`,
    'card-missing': (c) => `order ${c['order']}: the ticket ${c['ticket']} that shows it is not there`,
    'card-of-another': (c) => `order ${c['order']}: shown on ticket ${c['ticket']}, where it may not be`,
    'order-amount': (c) => `order ${c['order']}: counts as ${c['amount']} won, by price and quantity ${c['due']}`,
    'order-fills': (c) => `order ${c['order']}: ${c['filled']} shares filled, its fills add up to ${c['inSum']}`,
    'day-amount': (c) =>
      `${c['account']} ${c['day']}: ${c['counted']} won count towards the cap, by the events ${c['spent']}`,
    'message-state': (c) => `message ${c['message']}: is ${c['state']}, and something in it says otherwise`,
    'message-card': (c) => `message ${c['message']}: has no order to show, or no message to edit`,
    'message-twice': (c) => `message ${c['message']}: another edit of the same ticket waits too`,
    'message-alert': (c) => `message ${c['message']}: of an alert that is not there`,
    'card-behind': (c) =>
      `order ${c['order']}: its ticket's message does not show the last event (as it should be where the person may see the account no more)`,
    'alert-without-events': (c) => `alert ${c['alert']}: has no events`,
    'alert-state': (c) => `alert ${c['alert']}: is ${c['state']}, by its events ${c['events']}`,
    'alert-level': (c) => `alert ${c['alert']}: its latest event has another level`,
    'alert-fired-at': (c) => `alert ${c['alert']}: its events say that it fired at another time`,
    'alert-messages': (c) =>
      `alert ${c['alert']}: of the ${c['messages']} messages of its firing ${c['there']} are there`,
  },
  whatToDo: [
    'Stop the bot, keep this ledger aside, and restore the newest backup that passes the check. Orders since then are to be compared by /orders and in the app of KIS.',
    'Where no backup passes, or the cause is not known, please send the lines above to the developers. They hold ids and states, and no account number.',
  ],
  doctor: (wrong) => `${wrong} things in the ledger do not agree; npm start -- store check lists them`,
};

export const storeWords: Readonly<Record<Language, StoreWords>> = { ko, en };
