import type { promises } from './promises.ts';

/** The code broken on purpose; `find` must stand in its file exactly once. */
export interface Mutant {
  readonly name: string;
  /** The promise that it breaks. */
  readonly breaks: keyof typeof promises;
  /** Where a test that is no scenario sees it as well. */
  readonly test: string;
  /** Only scenarios of several processes come near it. */
  readonly ofSeveralProcesses?: true;
  /** No scenario comes near it, because their ledger is in SQLite: it is left to its test. */
  readonly ofPostgres?: true;
  readonly edits: readonly { readonly file: string; readonly find: string; readonly replace: string }[];
}

/** Each is a mistake that public trading programs make, or that this one nearly made. */
export const mutants: readonly Mutant[] = [
  {
    name: 'an order is sent again on a time-out',
    breaks: 'one order for each confirmation',
    test: 'test/flows/orders/orders.test.ts',
    edits: [
      {
        file: 'src/kis/wire/order-calls.ts',
        find: 'answer = await this.#exchange.send(endpoint, trId, token, fields, { timeoutMs, headers, beforeBytes });',
        replace:
          'const send = () =>\n        this.#exchange.send(endpoint, trId, token, fields, { timeoutMs, headers, beforeBytes });\n      answer = await send().catch(send);',
      },
    ],
  },
  {
    name: 'a proposal is taken without the transaction',
    breaks: 'one order for each confirmation',
    test: 'test/store/ledger/proposals.test.ts',
    edits: [
      {
        file: 'src/store/tables/proposals.ts',
        find: "write('claim', async (transaction) => {",
        replace: "read('claim', async (transaction) => {",
      },
    ],
  },
  {
    name: 'fills are told apart by their frames alone',
    breaks: 'each filled share told once',
    test: 'test/flows/orders/orders.test.ts',
    edits: [
      {
        file: 'src/services/orders/reconciliation/fills.ts',
        find: 'const { noticedQuantity } = await this.#ledger.recordNotice(notice, koreanDay(notice.at));',
        replace:
          "const { fresh, noticedQuantity } = await this.#ledger.recordNotice(notice, koreanDay(notice.at));\n    const { quantity, price } = notice;\n    if (fresh) await this.#raise(order, order.filledQuantity + quantity, order.filledAmount + quantity * price, 'notice');\n    if (noticedQuantity >= 0) return true;",
      },
    ],
  },
  {
    name: 'the reconciler believes the first look',
    breaks: 'each order tied to its own confirmation',
    test: 'test/flows/orders/reconcile.test.ts',
    edits: [
      {
        file: 'src/services/orders/reconciliation/lost-answers.ts',
        find: 'if (misses <= this.#missesToWait) return;',
        replace: '',
      },
    ],
  },
  {
    name: 'orders from elsewhere count as ours',
    breaks: 'each order tied to its own confirmation',
    test: 'test/flows/orders/reconcile.test.ts',
    edits: [{ file: 'src/domain/orders/attribution.ts', find: 'viaApi !== false && ', replace: '' }],
  },
  {
    name: 'an equal order does not wait for an unknown one',
    breaks: 'each order tied to its own confirmation',
    test: 'test/flows/orders/reconcile.test.ts',
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
    breaks: 'every outcome known, or asked',
    test: 'test/flows/faults/recovery.test.ts',
    edits: [
      {
        file: 'src/domain/orders/order-state.ts',
        find: "submitting: { accepted: 'accepted',",
        replace: "submitting: { 'never-sent': 'never-sent', accepted: 'accepted',",
      },
      {
        file: 'src/services/orders/reconciliation/reconciler.ts',
        find: "{ type: 'outcome-unknown', code: 'process-ended', text: '' }, 'outcome-unknown')",
        replace: "{ type: 'never-sent' }, 'never-sent')",
      },
    ],
  },
  {
    name: 'submitting is not written before the request',
    breaks: 'nothing leaves before it is written down',
    test: 'test/flows/orders/last-guards.test.ts',
    edits: [
      {
        file: 'src/services/orders/order-sender.ts',
        find: 'await this.#ledger.beginSubmit(record.id, at);\n          return at + mayLeaveMs;\n        });',
        replace:
          'return at + mayLeaveMs;\n        });\n        await this.#ledger.beginSubmit(record.id, this.#clock.now());',
      },
    ],
  },
  {
    name: 'unmatched notices are not held while a request is under way',
    breaks: 'each filled share told once',
    test: 'test/flows/orders/orders.test.ts',
    edits: [
      {
        file: 'src/services/orders/reconciliation/notice-intake.ts',
        find: 'if (scheduled || this.#isSubmitting() || doubtful.some(isUndecided)) {',
        replace: 'if (scheduled) {',
      },
    ],
  },
  {
    name: 'a part is sent as all that is left',
    breaks: 'each order tied to its own confirmation',
    test: 'test/flows/orders/order-parts.test.ts',
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
    breaks: 'positions equal',
    test: 'test/flows/orders/order-parts.test.ts',
    edits: [
      {
        file: 'src/services/orders/reconciliation/lost-answers.ts',
        find: 'await this.#fills.replace(target, reference.number, partOf(intent));',
        replace: 'await this.#fills.replace(target, reference.number);',
      },
    ],
  },
  {
    name: 'a part that an amendment took is taken again at the next look',
    breaks: 'positions equal',
    test: 'test/flows/orders/order-parts.test.ts',
    edits: [
      {
        file: 'src/services/orders/reconciliation/fills.ts',
        find: "return events.some(({ event }) => event.type === 'part-replaced' && event.number === number);",
        replace: 'return events.length < 0 && number === undefined;',
      },
    ],
  },
  {
    name: "the price at the press is not compared with the ticket's",
    breaks: 'no order after the price has moved',
    test: 'test/flows/orders/risk-limits.test.ts',
    edits: [
      {
        file: 'src/services/orders/orders.ts',
        find: 'if (drifted !== undefined) throw violation(drifted);',
        replace: '',
      },
    ],
  },
  {
    name: 'the claim does not look at the halt',
    breaks: 'nothing new after a halt',
    test: 'test/flows/orders/last-guards.test.ts',
    edits: [
      {
        file: 'src/store/tables/proposals.ts',
        find: 'if (!onlyCancels && (await isHalted(transaction, account))) {',
        replace: 'if (!onlyCancels && (await isHalted(transaction, account)) && request.now < 0) {',
      },
    ],
  },
  {
    name: 'the send does not look at the halt',
    breaks: 'nothing new after a halt',
    test: 'test/flows/orders/last-guards.test.ts',
    edits: [
      {
        file: 'src/store/tables/orders.ts',
        find: 'if (!isCancel(row.kind) && (await isHalted(db, account))) {',
        replace: 'if (!isCancel(row.kind) && (await isHalted(db, account)) && at < 0) {',
      },
    ],
  },
  {
    name: 'a ticket is taken a second after its end',
    breaks: 'no ticket after its time',
    test: 'test/flows/orders/last-guards.test.ts',
    edits: [
      {
        file: 'src/store/tables/proposals.ts',
        find: 'if (request.now >= proposal.expiresAt) {',
        replace: 'if (request.now >= proposal.expiresAt + 1_000) {',
      },
      {
        file: 'src/chat/router/tickets.ts',
        find: 'if (proposal.expiresAt <= this.#options.clock.now())',
        replace: 'if (proposal.expiresAt + 1_000 <= this.#options.clock.now())',
      },
    ],
  },
  {
    name: "the day's cap is never added up",
    breaks: 'no day above its cap',
    test: 'test/flows/orders/risk-limits.test.ts',
    edits: [
      {
        file: 'src/store/tables/orders.ts',
        find: 'return Number(row?.amount ?? 0);',
        replace: 'return Number(row?.amount ?? 0) * 0;',
      },
    ],
  },
  {
    name: "the claim does not look at the day's cap",
    breaks: 'no day above its cap',
    test: 'test/flows/orders/last-guards.test.ts',
    edits: [
      {
        file: 'src/store/tables/proposals.ts',
        find: 'if (!withinCap && !(onlyCancels && added === 0)) {',
        replace: 'if (!withinCap && request.now < 0) {',
      },
    ],
  },
  {
    name: 'no order has a cap',
    breaks: 'no order above its cap',
    test: 'test/flows/orders/risk-limits.test.ts',
    edits: [
      {
        file: 'src/services/orders/order-check.ts',
        find: 'if (tooLarge !== undefined) throw violation(tooLarge);',
        replace: '',
      },
    ],
  },
  {
    name: "Telegram's 429 is taken for final",
    breaks: 'each message shown, or told to be lost',
    test: 'test/channels/telegram/telegram.test.ts',
    edits: [
      {
        file: 'src/channels/telegram/api.ts',
        find: "status === 400 || status === 403 ? 'never'",
        replace: "status === 400 || status === 403 || status === 429 ? 'never'",
      },
    ],
  },
  {
    name: "Discord's 429 is taken for final",
    breaks: 'each message shown, or told to be lost',
    test: 'test/channels/discord/discord.test.ts',
    edits: [
      {
        file: 'src/channels/discord/rest.ts',
        find: "new DiscordError('discord 429: rate limited', 'later',",
        replace: "new DiscordError('discord 429: rate limited', 'never',",
      },
    ],
  },
  {
    name: 'lost messages are not told of',
    breaks: 'each message shown, or told to be lost',
    test: 'test/chat/outbox.test.ts',
    edits: [{ file: 'src/chat/outbox.ts', find: 'await this.#tellOfLost(entry.address);', replace: '' }],
  },
  {
    name: 'a platform that names a time is asked again before it is over',
    breaks: 'a platform is left alone for as long as it says',
    test: 'test/chat/outbox.test.ts',
    edits: [
      {
        file: 'src/chat/outbox.ts',
        find: 'const backoffMs = known?.afterMs ?? Math',
        replace: 'const backoffMs = Math',
      },
    ],
  },
  {
    name: 'somebody else may press a ticket',
    breaks: 'nothing unconfirmed',
    test: 'test/flows/people/people.test.ts',
    edits: [
      {
        file: 'src/chat/router/tickets.ts',
        find: "if (proposal.personId !== person.id) throw new AppError('proposal.not-yours');",
        replace: '',
      },
      {
        file: 'src/store/tables/proposals.ts',
        find: 'if (proposal.personId !== request.personId) {',
        replace: 'if (proposal.personId !== request.personId && request.now < 0) {',
      },
    ],
  },
  {
    name: 'whoever is known may order',
    breaks: 'nothing unconfirmed',
    test: 'test/flows/people/people.test.ts',
    edits: [
      {
        file: 'src/chat/router/gate.ts',
        find: "if (!roleAllows(role, command.role)) throw new AppError('chat.not-allowed', { role: command.role });",
        replace: '',
      },
    ],
  },
  {
    name: 'a press of a minute ago is carried out',
    breaks: 'nothing unconfirmed',
    test: 'test/flows/chat/telegram.test.ts',
    edits: [
      {
        file: 'src/chat/router/router.ts',
        find: "throw new AppError('chat.no-such-button');\n      this.#gate.requireFreshPress(turn.at);",
        replace: "throw new AppError('chat.no-such-button');",
      },
    ],
  },
  {
    name: 'orders leave before a start is aligned',
    breaks: 'nothing new before a start has asked what became of the old',
    test: 'test/flows/orders/reconcile.test.ts',
    edits: [
      {
        file: 'src/services/orders/orders.ts',
        find: "if (!this.#reconciler.ready) throw new AppError('orders.recovering');",
        replace: '',
      },
    ],
  },
  {
    name: 'the search for a lost order is blind to buy and sell',
    breaks: 'each order tied to its own confirmation',
    test: 'test/flows/orders/reconcile.test.ts',
    edits: [{ file: 'src/domain/orders/attribution.ts', find: '    seen.side === request.side &&\n', replace: '' }],
  },
  {
    name: "a gateway's page is taken for a refusal",
    breaks: 'one order for each confirmation',
    test: 'test/kis/wire/order-calls.test.ts',
    edits: [
      {
        file: 'src/kis/wire/order-calls.ts',
        find: "this.#log.error('order answer unreadable', { trId, status: answer.status });",
        replace: "return { kind: 'rejected', code: 'http', text: '' };",
      },
    ],
  },
  {
    name: 'what no list shows is never settled',
    breaks: 'every outcome known, or asked',
    test: 'test/flows/orders/reconcile.test.ts',
    edits: [
      {
        file: 'src/services/orders/reconciliation/lost-answers.ts',
        find: 'if (misses <= this.#missesToWait) return;',
        replace: 'if (misses >= 0) return;',
      },
    ],
  },
  {
    name: 'fills are known by pushes alone',
    breaks: 'positions equal',
    test: 'test/flows/orders/orders.test.ts',
    edits: [
      {
        file: 'src/services/orders/reconciliation/reconciler.ts',
        find: 'const current = row === undefined ? order : await this.#fills.follow(order, row, rows);',
        replace: 'const current = order;',
      },
    ],
  },
  {
    name: 'orders are looked up without their account',
    breaks: "nothing of one account is taken for the other's",
    test: 'test/store/ledger/accounts.test.ts',
    edits: [
      {
        file: 'src/store/tables/orders.ts',
        find: "return db.selectFrom('orders').selectAll().where('account', '=', account);",
        replace: "return db.selectFrom('orders').selectAll();",
      },
    ],
  },
  {
    name: 'the number of a lost order counts as seen before where another account has it',
    breaks: "nothing of one account is taken for the other's",
    test: 'test/store/ledger/accounts.test.ts',
    edits: [
      {
        file: 'src/store/tables/seen-orders.ts',
        find: ".onRef('seen_orders.account', '=', 'orders.account'),",
        replace: ',',
      },
      {
        file: 'src/store/tables/seen-orders.ts',
        find: ".where('account', '=', account)\n    .where('day', '=', day)",
        replace: ".where('day', '=', day)",
      },
    ],
  },
  {
    name: 'a push of one account is handed to every account',
    breaks: "nothing of one account is taken for the other's",
    test: 'test/flows/accounts/pushes.test.ts',
    edits: [
      {
        file: 'src/app/account-units.ts',
        find: 'for (const { account, kis } of own) if (kis.accountId === accountId) account.reconciler.onNotice(notice);',
        replace: "for (const { account } of accountId === '' ? own : units) account.reconciler.onNotice(notice);",
      },
    ],
  },
  {
    name: 'a ticket is carried out in the account that the chat works with by then',
    breaks: 'an order only in the account it was confirmed for',
    test: 'test/flows/accounts/tickets.test.ts',
    edits: [
      {
        file: 'src/chat/router/router.ts',
        find: 'const account = this.#options.accounts.ofLedger(proposal.account);',
        replace: 'const account = this.#options.accounts.chosen(turn.person, turn.chat);',
      },
      {
        file: 'src/store/tables/proposals.ts',
        find: 'if (proposal === undefined || proposal.account !== account) {',
        replace: 'if (proposal === undefined) {',
      },
      {
        file: 'src/store/tables/proposals.ts',
        find: "return { kind: 'claimed', orders: await writeOrders(transaction, proposal, request) };",
        replace:
          "return { kind: 'claimed', orders: await writeOrders(transaction, { ...proposal, account }, request) };",
      },
    ],
  },
  {
    name: "a day's sum is that of all accounts",
    breaks: 'caps and halts of each account are its own',
    test: 'test/store/ledger/accounts.test.ts',
    edits: [
      {
        file: 'src/store/tables/orders.ts',
        find: "    .where('account', '=', account)\n    .where('day', '=', day)\n    .where('status', 'not in', spendingNothing)",
        replace: "    .where('day', '=', day)\n    .where('status', 'not in', spendingNothing)",
      },
    ],
  },
  {
    name: 'every account is halted by the halt of the first',
    breaks: 'caps and halts of each account are its own',
    test: 'test/store/ledger/accounts.test.ts',
    edits: [
      {
        file: 'src/store/tables/settings.ts',
        find: 'const value = await get(db, haltedOf(account));',
        replace: 'const value = await get(db, haltedOf(account === mainAccount ? account : mainAccount));',
      },
    ],
  },
  {
    name: 'orders of an old account number are looked up in the new account',
    breaks: "nothing of one account is taken for the other's",
    test: 'test/flows/accounts/number-change.test.ts',
    edits: [
      {
        file: 'src/services/account-numbers.ts',
        find: 'const ledgerName = recordsOfNumber(account.name, current);',
        replace: 'const ledgerName = account.name;',
      },
    ],
  },
  {
    name: 'new orders leave while those of an old account number stand',
    breaks: "nothing of one account is taken for the other's",
    test: 'test/flows/accounts/number-change.test.ts',
    edits: [
      {
        file: 'src/services/orders/orders.ts',
        find: 'await this.trading.requireSameNumber();',
        replace: '',
      },
    ],
  },
  {
    name: 'the fence is not checked where a ticket is taken',
    breaks: 'one order for each confirmation',
    test: 'test/store/cluster/leases.test.ts',
    ofSeveralProcesses: true,
    edits: [
      {
        file: 'src/store/tables/proposals.ts',
        find: 'await checkFence(transaction, transactions, fence?.());',
        replace: 'await checkFence(transaction, transactions, false ? fence?.() : undefined);',
      },
    ],
  },
  {
    name: 'the fence is not checked where an order is about to leave',
    breaks: 'one order for each confirmation',
    test: 'test/store/cluster/leases.test.ts',
    ofSeveralProcesses: true,
    edits: [
      {
        file: 'src/store/tables/orders.ts',
        find: 'await checkFence(transaction, transactions, fence?.());',
        replace: 'await checkFence(transaction, transactions, false ? fence?.() : undefined);',
      },
    ],
  },
  {
    name: 'the fence is not checked',
    breaks: 'one order for each confirmation',
    test: 'test/store/cluster/leases.test.ts',
    ofSeveralProcesses: true,
    edits: [
      {
        file: 'src/store/tables/cluster/leases.ts',
        find: 'if (fence !== undefined && !(await holdsFence(db, traits, fence))) {',
        replace: 'if (fence !== undefined && fence.token < 0 && !(await holdsFence(db, traits, fence))) {',
      },
    ],
  },
  {
    name: 'a lease is renewed after it has run out',
    breaks: 'one order for each confirmation',
    test: 'test/store/cluster/leases.test.ts',
    ofSeveralProcesses: true,
    edits: [
      {
        file: 'src/store/tables/cluster/leases.ts',
        find: ".where(isOneOf(fences))\n            .where('expires_at', '>', now())",
        replace: '.where(isOneOf(fences))',
      },
    ],
  },
  {
    name: 'a duty can be taken while what has passed its fence is being written',
    breaks: 'one order for each confirmation',
    test: 'test/store/postgres/fence.test.ts',
    ofPostgres: true,
    edits: [
      {
        file: 'src/store/tables/cluster/leases.ts',
        find: '(traits.locksRows ? lease.forShare() : lease)',
        replace: 'lease',
      },
    ],
  },
  {
    name: 'claims on PostgreSQL do not take turns',
    breaks: 'no day above its cap',
    test: 'test/store/postgres/turns.test.ts',
    ofPostgres: true,
    edits: [
      {
        file: 'src/store/postgres/marks.ts',
        find: 'await (turn === undefined ? leave :',
        replace: "await (turn === undefined || turn !== '' ? leave :",
      },
    ],
  },
  {
    name: 'a process that was held up sends what it had written down',
    breaks: 'one order for each confirmation',
    test: 'test/kis/wire/order-calls.test.ts',
    ofSeveralProcesses: true,
    edits: [
      {
        file: 'src/kis/wire/order-calls.ts',
        find: 'if (lateMs <= 0) return;',
        replace: 'if (lateMs <= 0 || lateMs > 0) return;',
      },
    ],
  },
];
