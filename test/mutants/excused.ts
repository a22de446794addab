/** Mutants that may live, because nobody could tell them from the original, and why. */
export interface Excuse {
  /** The line in which they begin, without the blanks around it. */
  readonly line: string;
  /** What stands there instead, as the tool writes it, with every run of blanks as one. */
  readonly mutants: readonly string[];
  readonly why: string;
}

export const excused: Readonly<Record<string, readonly Excuse[]>> = {
  'src/domain/orders/order-state.ts': [
    {
      line: "filled: 'by-quantity',",
      mutants: ['""'],
      why: 'that the event is known there is all that is read; its own branch works out the status',
    },
    { line: "cancelled: { filled: 'by-quantity' },", mutants: ['""'], why: 'the same' },
    { line: "replaced: { filled: 'by-quantity' },", mutants: ['""'], why: 'the same' },
    { line: "expired: { filled: 'by-quantity' },", mutants: ['""'], why: 'the same' },
    { line: "'sent-on': 'by-day',", mutants: ['""'], why: 'the same' },
    { line: "'turned-down': 'by-day',", mutants: ['""'], why: 'the same' },
    {
      line: "const falls = event.type === 'filled' && event.filledQuantity <= record.filledQuantity;",
      mutants: ['true'],
      why: 'for the types: no other event has a total, and nothing is no less than a number',
    },
    {
      line: 'if (next === undefined || falls || (part !== undefined && (part <= 0 || part >= restOf(record)))) {',
      mutants: ['true'],
      why: 'for the types: nothing is neither below nor above a number',
    },
    { line: "case 'confirmed':", mutants: ['""'], why: 'no status takes that event, so nobody comes here with it' },
    {
      line: "if (until !== null && event.day < until) return { ...after, status: 'scheduled' };",
      mutants: ['true'],
      why: 'for the types: no day is before nothing',
    },
  ],
  'src/domain/orders/order-rules.ts': [
    {
      line: 'return table.find((row) => price < row.below)?.tick ?? 1_000;',
      mutants: ['table.find(row => price < row.below).tick'],
      why: 'for the types: every number is below the last row',
    },
    {
      line: 'if (stopPrice !== undefined && stopIsReached(side, stopPrice, last)) {',
      mutants: ['true'],
      why: 'for the types: no price has reached nothing',
    },
    { line: 'default:', mutants: ['default:'], why: 'what returns nothing there returns nothing at the end' },
    {
      line: 'return part !== undefined && !tooFar(part);',
      mutants: ['true'],
      why: 'for the types: the book holds all the shares that are tried',
    },
  ],
  'src/kis/wire/throttle.ts': [
    {
      line: '#places: readonly Place[] = [];',
      mutants: ['["Stryker was here"]'],
      why: 'what becomes free at no time is forgotten before anybody counts',
    },
    {
      line: 'if (index >= 0) queue.splice(index, 1);',
      mutants: ['true'],
      why: 'a second net: whoever leaves is in the queue, because its timer and its signal are let go of first',
    },
    {
      line: 'reject(options.signal?.reason);',
      mutants: ['options.signal.reason'],
      why: 'for the types: only a signal calls this',
    },
    { line: 'this.#forget(now);', mutants: [';'], why: 'only memory: calls of long ago block nobody' },
  ],
  'src/domain/orders/order.ts': [
    {
      line: '(one.type === other.type && one.price === other.price))',
      mutants: ['true'],
      why: 'a market order has no price, and a limit order has one: the prices tell them apart',
    },
  ],
  'src/domain/orders/scheduled-order.ts': [
    {
      line: "return state !== 'cancelled' && until !== null && until > today && filledQuantity < quantity;",
      mutants: ['true'],
      why: 'for the types: nothing is after no day',
    },
    {
      line: 'const now = time.slice(0, 4);',
      mutants: ['time'],
      why: 'with its seconds a time sorts as its minute does',
    },
  ],
  'src/domain/market/session.ts': [
    {
      line: 'const minute = time.slice(0, 4);',
      mutants: ['time'],
      why: 'with its seconds a time sorts as its minute does',
    },
    {
      line: "const open = rows.find(({ kind }) => kind === 'regular')?.start ?? '0900';",
      mutants: ["rows.find(({ kind }) => kind === 'regular').start", '""'],
      why: 'for the types: every day has a regular session',
    },
    {
      line: "return { open, close: rows.find(({ kind }) => kind === 'closing-auction')?.end ?? '1530' };",
      mutants: ["rows.find(({ kind }) => kind === 'closing-auction').end", '""'],
      why: 'for the types: every day has a closing auction',
    },
  ],
  'src/domain/orders/order-types.ts': [
    {
      line: 'candidate.exchange === exchange && candidate.session === kind && from <= day && candidate.types.includes(type),',
      mutants: ['true'],
      why: 'a second net: the sessions themselves begin on the day from which the types are taken',
    },
  ],
  'src/kis/wire/order-calls.ts': [
    {
      line: "const kind = refusalKind(refusal, 'order', this.#dialect);",
      mutants: ['""'],
      why: 'all that is read of it is that it is no read',
    },
    {
      line: 'return Promise.race([this.#credentials.token(), late]).finally(() => cancel());',
      mutants: ['() => undefined'],
      why: 'only a timer that wakes nobody: the race is over',
    },
  ],
  'src/store/tables/orders.ts': [
    {
      line: "statuses.length === 0 ? [] : all(orders(db).where('status', 'in', statuses).orderBy('sequence')),",
      mutants: ['false'],
      why: 'SQLite finds nothing in an empty list too',
    },
    {
      line: 'return Number(row?.amount ?? 0);',
      mutants: ['row.amount'],
      why: 'for the types: a sum is always one row',
    },
    {
      line: 'return (last?.position ?? -1) + 1;',
      mutants: ['last.position', '+1'],
      why: 'for the types: the scheduled order itself has a position',
    },
  ],
  'src/store/tables/execution-notices.ts': [
    {
      line: 'return Number(filled?.quantity ?? 0);',
      mutants: ['filled.quantity'],
      why: 'for the types: a sum is always one row',
    },
  ],
  'src/chat/outbox.ts': [
    {
      line: 'const taken = data !== undefined && this.#channels.get(outgoing.address.channel)?.takesData === true;',
      mutants: ['true'],
      why: 'data that is not there is not written down either',
    },
    {
      line: 'if (address === undefined) await this.#release();',
      mutants: ['true'],
      why: 'it only looks more often whether quiet hours are over',
    },
    {
      line: 'if (entry.edits !== undefined && (await this.#ledger.supersede(entry.id))) {',
      mutants: ['true'],
      why: 'the ledger says of itself that what edits nothing is replaced by nothing',
    },
    {
      line: 'this.#forget(entry.id);',
      mutants: [';'],
      why: 'only memory: no other message gets the number of one that is done with',
    },
    { line: 'if (final) this.#forget(entry.id);', mutants: ['false', ';'], why: 'the same' },
    { line: '#forget(id: number): void {', mutants: ['{}'], why: 'the same' },
    { line: 'this.#retries.delete(id);', mutants: [';'], why: 'the same' },
    { line: 'this.#textOnly.delete(id);', mutants: [';'], why: 'the same' },
    {
      line: "const shown = lost.slice(-mostShownLost).map(({ body }) => plainText(body as Message).split('\\n', 1)[0] ?? '');",
      mutants: ['"Stryker was here!"'],
      why: 'for the types: every text has a first line',
    },
  ],
  'src/store/tables/outbox.ts': [
    {
      line: 'const dayMs = 24 * 3_600_000;',
      mutants: ['24 / 3_600_000'],
      why: 'the tool changes a constant of a module after it was read; changed by hand, the thirty days are missed',
    },
    {
      line: 'if (due === undefined || due > now) return due;',
      mutants: ['false', 'due === undefined && due > now'],
      why: 'it only spares a transaction, which would release nothing',
    },
    {
      line: "return write('release-held', async (transaction) => {",
      mutants: ['""'],
      why: 'the name of a statement, for whoever reads the log',
    },
    {
      line: 'outboxHeads: (address, except = []) =>',
      mutants: ['["Stryker was here"]'],
      why: 'for the types: no message has a text for its number',
    },
    {
      line: ".select((min) => min.fn.min('id').as('id'))",
      mutants: ['""'],
      why: 'the name of a column that nobody reads by its name',
    },
    {
      line: "if (row === undefined || row.edits === null || row.state !== 'queued') {",
      mutants: ['false'],
      why: 'of the second: no message edits nothing, so none is found that came later',
    },
    { line: 'return Number(row?.dead ?? 0);', mutants: ['row.dead'], why: 'for the types: a count is always one row' },
    { line: 'return Number(row?.messages ?? 0);', mutants: ['row.messages'], why: 'the same' },
    { line: 'return row?.until ?? undefined;', mutants: ['row.until'], why: 'the same' },
  ],
  'src/store/tables/seen-orders.ts': [
    { line: 'return row?.position ?? 0;', mutants: ['row.position'], why: 'the same' },
  ],
  'src/store/tables/order-rows.ts': [
    {
      line: '.values({ order_id: orderId, sequence: (last?.sequence ?? 0) + 1, at, type: event.type, data: eventData(event) })',
      mutants: ['last.sequence'],
      why: 'for the types: a maximum is always one row',
    },
    {
      line: 'row.order_number === null || row.branch === null ? undefined : { number: row.order_number, branch: row.branch },',
      mutants: ['row.order_number === null && row.branch === null', 'false'],
      why: 'for the types: a number and its branch are written together',
    },
  ],
  'src/services/people.ts': [
    {
      line: "const person: Person = { id: identities[0] ?? '', role };",
      mutants: ['"Stryker was here!"'],
      why: 'for the types: nobody is in the settings without an identity',
    },
    {
      line: "const person: Person = known[0] ?? { id: identities[0] ?? '', role: 'viewer', onlyInAccounts: true };",
      mutants: ['"Stryker was here!"'],
      why: 'the same',
    },
    {
      line: "const rank: readonly Role[] = ['owner', 'trader', 'viewer'];",
      mutants: ['""'],
      why: 'who has no rank is listed first, as the owners are',
    },
  ],
  'src/kis/wire/exchange.ts': [
    { line: 'cancel();', mutants: [';'], why: 'only a timer that gives up what is over' },
    {
      line: 'const onAbort = (): void => abort.abort(signal?.reason);',
      mutants: ['signal.reason'],
      why: 'for the types: only a signal calls this',
    },
    {
      line: "signal?.addEventListener('abort', onAbort, { once: true });",
      mutants: ['{}', 'false'],
      why: 'a signal is aborted once, and the listener is taken off after the answer',
    },
    {
      line: "return (Array.isArray(value) ? value[0] : value)?.trim() ?? '';",
      mutants: ['"Stryker was here!"'],
      why: 'all that is read of it is whether it is M or F',
    },
  ],
  'src/kis/wire/catalogue-check.ts': [
    {
      line: "const { where = '', field = '' } = error instanceof AppError ? error.context : {};",
      mutants: ['"Stryker was here!"'],
      why: 'for the types: whatever does not decode says where, and which field',
    },
    {
      line: "const trId = endpoint.tr[this.#dialect] ?? '';",
      mutants: ['"Stryker was here!"'],
      why: 'for the types: what the host lacks is never called, and so never reported',
    },
  ],
  'src/kis/wire/read-calls.ts': [
    {
      line: "const answered = await this.#lane.enter(options.priority ?? 'interactive', signal === undefined ? {} : { signal });",
      mutants: ['false'],
      why: 'for the types: no signal is the same as none named',
    },
    {
      line: 'if (!(error instanceof KisError)) return false;',
      mutants: ['false'],
      why: 'for the types: what is not of KIS has no kind and no code that could pass',
    },
  ],
  'src/services/orders/orders.ts': [
    {
      line: "if (intent.kind !== 'cancel') continue;",
      mutants: ['false'],
      why: 'for the types: what was claimed to be cancelled are cancels',
    },
    { line: '} finally {', mutants: ['{}'], why: 'only memory: the queue of orders that nobody sends any more' },
    {
      line: 'if (turn.activeCount + turn.pendingCount === 0) this.#turns.delete(key);',
      mutants: ['false', ';'],
      why: 'the same',
    },
  ],
  'src/services/orders/order-sender.ts': [
    {
      line: "const sent = event.type === 'denied' ? record : applyEvent(record, { type: 'submitting' }, at);",
      mutants: ['false', '""'],
      why: 'an order that was about to be sent may be denied as well, and looks the same then',
    },
  ],
  'src/services/orders/trading-gate.ts': [
    {
      line: "if (kind !== undefined && isCancel(kind) && this.#liveTrading === 'daily') return;",
      mutants: ['true'],
      why: 'for the types: nothing is no cancel',
    },
    {
      line: "if (this.#haltUnwritten && intents.some(({ kind }) => !isCancel(kind))) throw new AppError('orders.halted');",
      mutants: ['intents.every(({ kind }) => !isCancel(kind))'],
      why: 'no ticket both cancels and orders',
    },
  ],
  'src/services/orders/order-check.ts': [
    {
      line: '(other) => other !== exchange && checkPlace({ exchange: other, type }, kind) === undefined,',
      mutants: ['true'],
      why: 'of the first half: the exchange itself does not take it, or nobody would ask for others',
    },
    {
      line: 'if (levels === undefined) return undefined;',
      mutants: ['false'],
      why: 'for the types: a book is asked for only where it prices the order',
    },
  ],
};
