import { expect, test } from 'vitest';
import type { DigestPlan, Monitor } from '../../src/domain/reports.ts';
import { address, start, testLedger } from './fixtures.ts';

const morning: DigestPlan = { personId: 'kim', target: 'chat', kind: 'morning', minute: 510, address, since: start };
const monitor: Monitor = { address, personId: 'kim', symbols: ['005930', '035720'], minutes: 5, since: start };
const message = { address, body: { lines: ['요약'] } };

test('what somebody gets is replaced as a whole, and what others and other targets get stays', async () => {
  const ledger = await testLedger();
  const close = { ...morning, kind: 'close', minute: 15 } as const;
  const toWebhook = { ...morning, target: 'webhook' } as const;
  await ledger.setDigestPlans('kim', 'chat', [morning, close]);
  await ledger.setDigestPlans('kim', 'webhook', [toWebhook]);
  await ledger.setDigestPlans('lee', 'chat', [{ ...morning, personId: 'lee' }]);
  await ledger.setDigestPlans('kim', 'chat', [{ ...morning, minute: 480 }]);
  expect(await ledger.digestPlans()).toEqual(
    expect.arrayContaining([{ ...morning, minute: 480 }, toWebhook, { ...morning, personId: 'lee' }]),
  );
  await ledger.setDigestPlans('kim', 'chat', []);
  expect(await ledger.digestPlans()).toHaveLength(2);
});

test('a run is told once: the second time neither its mark nor its message is written', async () => {
  const ledger = await testLedger();
  const run = { subject: 'morning kim', slot: '20261123' };
  expect(await ledger.tellReport([run], [message], start)).toBe(true);
  expect(await ledger.tellReport([run], [message], start)).toBe(false);
  expect(await ledger.tellReport([{ ...run, slot: '20261120' }], [message], start)).toBe(false);
  expect(await ledger.outboxPending()).toBe(1);
  expect(await ledger.tellReport([{ ...run, slot: '20261124' }], [message], start)).toBe(true);
  expect(await ledger.reportRuns()).toEqual(new Map([['morning kim', '20261124']]));
});

test('runs that are told together are marked together, and none is set back', async () => {
  const ledger = await testLedger();
  const [close, evening] = ['close kim', 'evening kim'];
  await ledger.tellReport([{ subject: evening, slot: '20261125' }], [], start);
  await ledger.tellReport(
    [
      { subject: close, slot: '20261124' },
      { subject: evening, slot: '20261124' },
    ],
    [],
    start,
  );
  expect(await ledger.reportRuns()).toEqual(
    new Map([
      [evening, '20261125'],
      [close, '20261124'],
    ]),
  );
});

test('a chat has one monitor; it moves with its chat, as what is told there does', async () => {
  const ledger = await testLedger();
  await ledger.setMonitor(monitor);
  await ledger.setMonitor({ ...monitor, symbols: ['000660'], minutes: 10 });
  await ledger.setDigestPlans('kim', 'chat', [morning]);
  await ledger.moveChat(address, '-10042');
  const moved = { ...address, chatId: '-10042' };
  expect(await ledger.monitors()).toEqual([{ ...monitor, symbols: ['000660'], minutes: 10, address: moved }]);
  expect(await ledger.digestPlans()).toEqual([{ ...morning, address: moved }]);
  expect(await ledger.removeMonitor(moved)).toBe(true);
  expect(await ledger.removeMonitor(moved)).toBe(false);
});
