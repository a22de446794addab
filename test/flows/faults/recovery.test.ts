import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { OrderIntent } from '../../../src/domain/orders/order.ts';
import { openLedger } from '../../../src/store/ledger.ts';
import { type Harness, startHarness } from '../../support/harness.ts';

// A process that ends between two steps leaves its ledger at the first of them; here the ledger is put there by hand.
let folder: string;
let bot: Harness | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hoga-recovery-'));
});
afterEach(async () => {
  await bot?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const intent: OrderIntent = {
  kind: 'place',
  request: { symbol: '005930', side: 'buy', type: 'limit', quantity: 3, price: 70_000, exchange: 'KRX' },
};
const now = Date.parse('2026-11-23T09:59:00+09:00');

async function leaveBehind(submitting: boolean): Promise<void> {
  const ledger = await openLedger({ url: `sqlite:${join(folder, 'hoga-simulator.db')}` });
  const address = { channel: 'console', chatId: 'local' };
  await ledger.createProposal({
    id: 'p1',
    personId: 'console:local',
    address,
    command: 'buy',
    plan: {},
    shown: '매수 주문표',
    createdAt: now,
    expiresAt: now + 60_000,
  });
  const claimed = await ledger.claim({
    proposalId: 'p1',
    personId: 'console:local',
    now,
    day: '20261123',
    maxDailyAmount: 1e9,
    intents: [{ id: 'o1', intent, amount: 210_000 }],
  });
  expect(claimed.kind).toBe('claimed');
  if (submitting) await ledger.appendOrderEvent('o1', { type: 'submitting' }, now);
  await ledger.close();
}

const start = async (): Promise<Harness> => {
  bot = await startHarness({ env: { STORE_URL: `sqlite:${join(folder, 'hoga.db')}` } });
  return bot;
};

describe('a process that ended', () => {
  test('between confirm and send: nothing is sent, and it is told once', async () => {
    await leaveBehind(false);
    const { simulator, told, restart, shown } = await start();
    expect(await told('보내지 않은 주문')).toContain('삼성전자 매수 3주 70,000원');
    expect(simulator.state().orders).toHaveLength(0);
    await restart();
    expect(shown().some((text) => text.includes('보내지 않은 주문'))).toBe(false);
    expect(simulator.state().orders).toHaveLength(0);
  });

  test('while sending: not sent again, and called unknown', async () => {
    await leaveBehind(true);
    const { simulator, told, restart, shown, say } = await start();
    expect(await told('결과를 모르는 주문')).toContain('다시 보내지 않고');
    expect(simulator.state().orders).toHaveLength(0);
    expect(await say('/orders')).toContain('결과 모름 · 삼성전자 매수 3주');
    await restart();
    expect(shown().some((text) => text.includes('결과를 모르는 주문'))).toBe(false);
  });

  test('a ticket shown before a restart can still be pressed, once', async () => {
    const { say, button, restart, hand, told, simulator } = await start();
    await say('/buy 005930 1');
    const confirm = button('확인');
    await restart();
    await hand({ kind: 'press', button: confirm });
    await told('접수됨');
    await hand({ kind: 'press', button: confirm });
    await told('이미 확인한 주문표');
    expect(simulator.state().orders).toHaveLength(1);
  });
});

test('an amendment that the venue took is not told as unsent because the order before it could not be closed', async () => {
  bot = await startHarness({
    openLedger: async (options) => {
      const ledger = await openLedger(options);
      return {
        ...ledger,
        appendOrderEvent: async (id, event, at, messages) => {
          if (event.type === 'replaced') throw new Error('disk full');
          return ledger.appendOrderEvent(id, event, at, messages);
        },
      };
    },
  });
  await bot.say('/buy 005930 3 69000');
  await bot.press('확인');
  const number = String(Number(bot.simulator.state().orders[0]?.number));
  await bot.say(`/amend ${number} 68900`);
  const said = await bot.press('확인');
  expect(said).toContain('정정 접수됨');
  expect(said).not.toContain('보내지 않았습니다');
});

test('an order that may have left is told so, also when neither its answer nor its ticket could be written', async () => {
  bot = await startHarness({
    openLedger: async (options) => {
      const ledger = await openLedger(options);
      const full = async (): Promise<never> => {
        throw new Error('disk full');
      };
      return {
        ...ledger,
        appendOrderEvent: (id, event, at, messages) =>
          event.type === 'accepted' ? full() : ledger.appendOrderEvent(id, event, at, messages),
        dropProposal: full,
      };
    },
  });
  await bot.say('/buy 005930 3 69000');
  const said = await bot.press('확인');
  expect(bot.simulator.state().orders).toHaveLength(1);
  expect(said).toContain('결과를 모릅니다');
});

test('of several orders all are cancelled, though what came of one could not be written', async () => {
  let cancels = 0;
  bot = await startHarness({
    openLedger: async (options) => {
      const ledger = await openLedger(options);
      return {
        ...ledger,
        appendOrderEvent: async (id, event, at, messages) => {
          const isCancel = (await ledger.order(id))?.intent.kind === 'cancel';
          if (isCancel && event.type === 'accepted') cancels += 1;
          if (isCancel && event.type === 'accepted' && cancels === 1) throw new Error('disk full');
          return ledger.appendOrderEvent(id, event, at, messages);
        },
      };
    },
  });
  for (const price of [60_000, 60_100, 60_200]) {
    await bot.say(`/buy 005930 3 ${price}`);
    await bot.press('확인');
  }
  await bot.say('/cancel all');
  expect(await bot.press('확인')).toContain('결과를 모릅니다');
  const cancelled = bot.simulator.state().orders.filter(({ action }) => action === 'cancel');
  expect(cancelled).toHaveLength(3);
});

test('an outcome that could not be written is looked for, though nothing else makes the bot look', async () => {
  let full = true;
  bot = await startHarness({
    openLedger: async (options) => {
      const ledger = await openLedger(options);
      return {
        ...ledger,
        appendOrderEvent: async (id, event, at, messages) => {
          if (full && event.type === 'accepted') throw new Error('disk full');
          return ledger.appendOrderEvent(id, event, at, messages);
        },
      };
    },
  });
  await bot.say('/buy 005930 3 69000');
  expect(await bot.press('확인')).toContain('결과를 모릅니다');
  full = false;
  for (let seconds = 0; seconds < 120; seconds += 10) {
    await bot.clock.advance(10_000);
    await bot.settled();
  }
  expect(await bot.told('확인됨: 접수되어 있습니다')).toContain('삼성전자 매수 3주');
});
