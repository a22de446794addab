import { expect, test } from 'vitest';
import type { Ledger } from '../../../src/ports/ledger/ledger.ts';
import { testLedger } from '../fixtures.ts';

/**
 * Every method of the ledger: whether what it reads and writes is one account's, or the same in all. A method that is
 * not here fails the first test. One that is an account's is tried with two accounts in accounts.test.ts.
 */
const methods: Readonly<Record<keyof Ledger, 'account' | 'shared'>> = {
  account: 'account',
  // Tickets: one is found by its id alone, because a press knows no account; it says whose it is.
  createProposal: 'account',
  claim: 'account',
  proposal: 'account',
  dropProposal: 'account',
  appendOrderEvent: 'account',
  beginSubmit: 'account',
  orderFromSchedule: 'account',
  showCard: 'account',
  order: 'account',
  orderByNumber: 'account',
  latestByNumber: 'account',
  ordersByStatus: 'account',
  ordersOfDay: 'account',
  latestOrders: 'account',
  orderEvents: 'account',
  orderAddress: 'account',
  amountOfDay: 'account',
  recordNotice: 'account',
  noteSeen: 'account',
  seenBefore: 'account',
  setHalted: 'account',
  halted: 'account',
  armDay: 'account',
  armedDay: 'account',
  accountNumbers: 'account',
  setAccountNumbers: 'account',
  takeLease: 'shared',
  renewLeases: 'shared',
  releaseLeases: 'shared',
  leases: 'shared',
  putHanded: 'shared',
  handedHeads: 'shared',
  beginHanded: 'shared',
  endHanded: 'shared',
  createAlert: 'shared',
  openAlerts: 'shared',
  armAlert: 'shared',
  setAlertLevels: 'shared',
  fireAlert: 'shared',
  expireAlert: 'shared',
  deleteAlert: 'shared',
  alert: 'shared',
  latestAlerts: 'shared',
  alertEvents: 'shared',
  messagesOfAlert: 'shared',
  enqueue: 'shared',
  releaseHeld: 'shared',
  outboxHeld: 'shared',
  beginSending: 'shared',
  endSending: 'shared',
  outboxHeads: 'shared',
  outboxLine: 'shared',
  outboxEntry: 'shared',
  markSent: 'shared',
  markFailed: 'shared',
  dropEdit: 'shared',
  supersede: 'shared',
  sumUpDead: 'shared',
  untoldDead: 'shared',
  showCardAgain: 'shared',
  sentSince: 'shared',
  deadLetters: 'shared',
  sentReference: 'shared',
  outboxPending: 'shared',
  figures: 'shared',
  peopleSettings: 'shared',
  setPersonSettings: 'shared',
  addIdentity: 'shared',
  removeIdentity: 'shared',
  people: 'shared',
  moveChat: 'shared',
  watchlist: 'shared',
  watchIssues: 'shared',
  unwatchIssues: 'shared',
  tryWriting: 'shared',
  prune: 'shared',
  digestPlans: 'shared',
  setDigestPlans: 'shared',
  reportRuns: 'shared',
  tellReport: 'shared',
  monitors: 'shared',
  setMonitor: 'shared',
  removeMonitor: 'shared',
  eventChoices: 'shared',
  setEventChoices: 'shared',
  eventStates: 'shared',
  toldEvents: 'shared',
  recordEvents: 'shared',
  screenWatches: 'shared',
  addScreenWatch: 'shared',
  removeScreenWatch: 'shared',
  close: 'shared',
};

test('every method says whether it is about one account', async () => {
  expect(Object.keys(await testLedger()).toSorted()).toEqual(Object.keys(methods).toSorted());
});

test('what is about one account is another function for another account, and what is shared is the same', async () => {
  const main = await testLedger();
  const isa = main.account('isa');
  for (const [name, kind] of Object.entries(methods) as [keyof Ledger, string][]) {
    // The function that makes these, and the settings of people beside the switches, differ in no account.
    if (name === 'account' || name === 'peopleSettings' || name === 'setPersonSettings') continue;
    expect(main[name] === isa[name], name).toBe(kind === 'shared');
  }
});
