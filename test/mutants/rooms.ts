/** A file where money is decided, and the tests that have to notice whatever is changed in it. */
export interface Room {
  readonly file: string;
  readonly judgedBy: readonly string[];
}

/** Tests of the domain, by name. */
const domain = (...names: readonly string[]): readonly string[] => names.map((name) => `test/domain/${name}.test.ts`);
const orderCheck = 'test/services/orders/order-check.test.ts';
const ledger = ['test/store/ledger-*.test.ts'];
const orderFlows = [
  orderCheck,
  'test/flows/orders.test.ts',
  'test/flows/rails.test.ts',
  'test/flows/order-parts.test.ts',
  'test/flows/arming.test.ts',
  'test/flows/recovery.test.ts',
  'test/flows/reconcile.test.ts',
];

/** In the order in which they are best run: the quickest first. */
export const rooms: readonly Room[] = [
  { file: 'src/domain/orders/order-state.ts', judgedBy: domain('order') },
  { file: 'src/domain/orders/order-rules.ts', judgedBy: [...domain('order-rules', 'order-types'), orderCheck] },
  { file: 'src/domain/orders/order-size.ts', judgedBy: [...domain('order-types', 'order-rules'), orderCheck] },
  { file: 'src/domain/orders/order-types.ts', judgedBy: domain('order-types', 'order-rules', 'session') },
  { file: 'src/domain/orders/order.ts', judgedBy: domain('order', 'scheduled-order', 'order-types') },
  { file: 'src/domain/orders/scheduled-order.ts', judgedBy: domain('scheduled-order') },
  {
    file: 'src/domain/orders/attribution.ts',
    judgedBy: ['test/flows/reconcile.test.ts', 'test/flows/order-parts.test.ts'],
  },
  { file: 'src/domain/market/session.ts', judgedBy: domain('session', 'order-types') },
  { file: 'src/kis/wire/throttle.ts', judgedBy: ['test/kis/wire/throttle.test.ts'] },
  { file: 'src/store/tables/proposals.ts', judgedBy: ledger },
  { file: 'src/store/tables/orders.ts', judgedBy: ledger },
  { file: 'src/store/tables/outbox.ts', judgedBy: [...ledger, 'test/chat/outbox.test.ts'] },
  { file: 'src/chat/outbox.ts', judgedBy: ['test/chat/outbox.test.ts', 'test/chat/outbox-storm.test.ts'] },
  {
    file: 'src/kis/wire/http.ts',
    judgedBy: [
      'test/kis/listing.test.ts',
      'test/kis/wire/credentials.test.ts',
      'test/kis/catalogue.test.ts',
      ...orderFlows,
    ],
  },
  { file: 'src/services/people.ts', judgedBy: ['test/flows/people.test.ts', 'test/flows/authorisation.test.ts'] },
  { file: 'src/services/orders/order-check.ts', judgedBy: [orderCheck, 'test/flows/rails.test.ts'] },
  { file: 'src/services/orders/amendment-check.ts', judgedBy: orderFlows },
  {
    file: 'src/services/orders/orders.ts',
    judgedBy: [...orderFlows, 'test/flows/full-disk.test.ts', 'test/flows/schedule.test.ts'],
  },
];
