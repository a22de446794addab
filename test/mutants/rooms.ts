/** A file where money is decided, and the tests that have to notice whatever is changed in it. */
export interface Room {
  readonly file: string;
  readonly judgedBy: readonly string[];
}

/** Tests of the domain, by name. */
const domain = (...names: readonly string[]): readonly string[] => names.map((name) => `test/domain/${name}.test.ts`);
const orderCheck = 'test/services/order-check.test.ts';
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
  { file: 'src/domain/order-state.ts', judgedBy: domain('order') },
  { file: 'src/domain/order-rules.ts', judgedBy: [...domain('order-rules', 'order-types'), orderCheck] },
  { file: 'src/domain/order-size.ts', judgedBy: [...domain('order-types', 'order-rules'), orderCheck] },
  { file: 'src/domain/order-types.ts', judgedBy: domain('order-types', 'order-rules', 'session') },
  { file: 'src/domain/order.ts', judgedBy: domain('order', 'scheduled-order', 'order-types') },
  { file: 'src/domain/scheduled-order.ts', judgedBy: domain('scheduled-order') },
  { file: 'src/domain/attribution.ts', judgedBy: ['test/flows/reconcile.test.ts', 'test/flows/order-parts.test.ts'] },
  { file: 'src/domain/session.ts', judgedBy: domain('session', 'order-types') },
  { file: 'src/kis/throttle.ts', judgedBy: ['test/kis/throttle.test.ts'] },
  { file: 'src/store/proposals.ts', judgedBy: ledger },
  { file: 'src/store/orders.ts', judgedBy: ledger },
  { file: 'src/store/outbox.ts', judgedBy: [...ledger, 'test/chat/outbox.test.ts'] },
  { file: 'src/chat/outbox.ts', judgedBy: ['test/chat/outbox.test.ts', 'test/chat/outbox-storm.test.ts'] },
  {
    file: 'src/kis/http.ts',
    judgedBy: ['test/kis/listing.test.ts', 'test/kis/credentials.test.ts', 'test/kis/catalogue.test.ts', ...orderFlows],
  },
  { file: 'src/services/people.ts', judgedBy: ['test/flows/people.test.ts', 'test/flows/authorisation.test.ts'] },
  { file: 'src/services/order-check.ts', judgedBy: orderFlows },
  { file: 'src/services/amendment-check.ts', judgedBy: orderFlows },
  {
    file: 'src/services/orders.ts',
    judgedBy: [...orderFlows, 'test/flows/full-disk.test.ts', 'test/flows/schedule.test.ts'],
  },
];
