/** The code broken on purpose in one place; `find` must stand there exactly once. */
export interface Mutant {
  readonly name: string;
  readonly edits: readonly { readonly file: string; readonly find: string; readonly replace: string }[];
}

/** Each is a mistake that public trading programs make, or that this one nearly made. */
export const mutants: readonly Mutant[] = [
  {
    name: 'an order is sent again on a time-out',
    edits: [
      {
        file: 'src/kis/wire/http.ts',
        find: 'answer = await this.#send(endpoint, trId, token, fields, { timeoutMs: this.#timeouts.orderMs, headers: hashed });',
        replace:
          'const send = () => this.#send(endpoint, trId, token, fields, { timeoutMs: this.#timeouts.orderMs, headers: hashed });\n      answer = await send().catch(send);',
      },
    ],
  },
  {
    name: 'a proposal is taken without the transaction',
    edits: [
      {
        file: 'src/store/tables/proposals.ts',
        find: "claim: (request) => write('claim', (transaction) => claim(transaction, request)),",
        replace: "claim: (request) => read('claim', (db) => claim(db as never, request)),",
      },
    ],
  },
  {
    name: 'fills are told apart by their frames alone',
    edits: [
      {
        file: 'src/services/orders/fills.ts',
        find: 'const { noticedQuantity } = await this.#ledger.recordNotice(notice, koreanDay(notice.at));',
        replace:
          "const { fresh, noticedQuantity } = await this.#ledger.recordNotice(notice, koreanDay(notice.at));\n    const { quantity, price } = notice;\n    if (fresh) await this.#raise(order, order.filledQuantity + quantity, order.filledAmount + quantity * price, 'notice');\n    if (noticedQuantity >= 0) return true;",
      },
    ],
  },
  {
    name: 'the reconciler believes the first look',
    edits: [
      {
        file: 'src/services/orders/reconciler.ts',
        find: 'if ((this.#misses.get(order.id)?.count ?? 0) <= this.#looksToWait) return;',
        replace: '',
      },
    ],
  },
  {
    name: 'orders from elsewhere count as ours',
    edits: [{ file: 'src/domain/orders/attribution.ts', find: 'viaApi !== false && ', replace: '' }],
  },
  {
    name: 'an equal order does not wait for an unknown one',
    edits: [
      {
        file: 'src/store/tables/proposals.ts',
        find: 'sameAtVenue(intent, other.intent)',
        replace: 'false && sameAtVenue(intent, other.intent)',
      },
    ],
  },
  {
    name: 'a start calls an order that was being sent never sent',
    edits: [
      {
        file: 'src/domain/orders/order-state.ts',
        find: "submitting: { accepted: 'accepted',",
        replace: "submitting: { 'never-sent': 'never-sent', accepted: 'accepted',",
      },
      {
        file: 'src/services/orders/reconciler.ts',
        find: "{ type: 'outcome-unknown', code: 'process-ended', text: '' }, 'outcome-unknown')",
        replace: "{ type: 'never-sent' }, 'never-sent')",
      },
    ],
  },
  {
    name: 'submitting is not written before the request',
    edits: [
      {
        file: 'src/services/orders/orders.ts',
        find: 'await this.#ledger.beginSubmit(record.id, this.#clock.now());\n        });',
        replace: '});\n        await this.#ledger.beginSubmit(record.id, this.#clock.now());',
      },
    ],
  },
  {
    name: 'unmatched notices are not held while a request is under way',
    edits: [
      {
        file: 'src/services/orders/reconciler.ts',
        find: 'if (scheduled || this.#inFlight > 0 || doubtful.some(({ status }) => isUndecided(status))) {',
        replace: 'if (scheduled) {',
      },
    ],
  },
  {
    name: 'a part is sent as all that is left',
    edits: [
      {
        file: 'src/kis/broker.ts',
        find: "QTY_ALL_ORD_YN: part === undefined ? 'Y' : 'N',",
        replace: "QTY_ALL_ORD_YN: 'Y',",
      },
    ],
  },
  {
    name: 'an amended part ends the order it was a part of',
    edits: [
      {
        file: 'src/services/orders/reconciler.ts',
        find: 'await this.#fills.replace(target, reference.number, partOf(intent));',
        replace: 'await this.#fills.replace(target, reference.number);',
      },
    ],
  },
  {
    name: 'a part that an amendment took is taken again at the next look',
    edits: [
      {
        file: 'src/services/orders/fills.ts',
        find: "return events.some(({ event }) => event.type === 'part-replaced' && event.number === number);",
        replace: 'return events.length < 0 && number === undefined;',
      },
    ],
  },
];
