/** A file where money is decided, and the tests that have to notice whatever is changed in it. */
export interface Room {
  readonly file: string;
  readonly judgedBy: readonly string[];
}

/** Tests of the domain, by folder and name. */
const domain = (...names: readonly string[]): readonly string[] => names.map((name) => `test/domain/${name}.test.ts`);
const orderCheck = 'test/services/orders/order-check.test.ts';
const ledger = ['orders', 'outbox', 'proposals', 'submits', 'accounts', 'statements', 'alerts'].map(
  (name) => `test/store/ledger/${name}.test.ts`,
);
const restCalls = ['test/kis/wire/order-calls.test.ts', 'test/kis/wire/read-calls.test.ts'];

/** In the order in which they are best run: the quickest first. */
export const rooms: readonly Room[] = [
  { file: 'src/domain/orders/order-state.ts', judgedBy: domain('orders/order') },
  {
    file: 'src/domain/orders/order-rules.ts',
    judgedBy: [...domain('orders/order-rules', 'orders/order-types'), orderCheck],
  },
  {
    file: 'src/domain/orders/order-size.ts',
    judgedBy: [...domain('orders/order-types', 'orders/order-rules'), orderCheck],
  },
  {
    file: 'src/domain/orders/order-types.ts',
    judgedBy: domain('orders/order-types', 'orders/order-rules', 'market/session'),
  },
  {
    file: 'src/domain/orders/order.ts',
    judgedBy: domain('orders/order', 'orders/scheduled-order', 'orders/order-types'),
  },
  { file: 'src/domain/orders/scheduled-order.ts', judgedBy: domain('orders/scheduled-order') },
  {
    file: 'src/domain/orders/attribution.ts',
    judgedBy: domain('orders/attribution'),
  },
  { file: 'src/domain/market/session.ts', judgedBy: domain('market/session', 'orders/order-types') },
  { file: 'src/kis/wire/throttle.ts', judgedBy: ['test/kis/wire/throttle.test.ts'] },
  { file: 'src/store/tables/proposals.ts', judgedBy: ledger },
  ...['orders', 'order-rows', 'execution-notices', 'seen-orders', 'outbox', 'outbox-rows'].map((name) => ({
    file: `src/store/tables/${name}.ts`,
    judgedBy: ledger,
  })),
  {
    file: 'src/chat/outbox.ts',
    judgedBy: ['outbox', 'outbox-promises', 'outbox-timing', 'outbox-stuck'].map((name) => `test/chat/${name}.test.ts`),
  },
  { file: 'src/kis/wire/exchange.ts', judgedBy: restCalls },
  { file: 'src/kis/wire/catalogue-check.ts', judgedBy: restCalls },
  { file: 'src/kis/wire/read-calls.ts', judgedBy: restCalls },
  { file: 'src/kis/wire/order-calls.ts', judgedBy: restCalls },
  ...['key-place', 'remote-pages', 'sent-error'].map((name) => ({
    file: `src/kis/remote/${name}.ts`,
    judgedBy: ['test/kis/remote/sent-error.test.ts', 'test/kis/remote/remote-reads.test.ts'],
  })),
  {
    file: 'src/services/people.ts',
    judgedBy: ['test/services/people.test.ts'],
  },
  { file: 'src/services/orders/order-check.ts', judgedBy: [orderCheck] },
  { file: 'src/services/orders/amendment-check.ts', judgedBy: ['test/services/orders/amendment-check.test.ts'] },
  ...['orders', 'order-sender', 'trading-gate'].map((name) => ({
    file: `src/services/orders/${name}.ts`,
    judgedBy: ['test/services/orders/orders.test.ts', 'test/services/orders/orders-switches.test.ts'],
  })),
];
