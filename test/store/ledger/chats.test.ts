import { describe, expect, it } from 'vitest';
import { address, confirmedOrder, start, testLedger } from '../fixtures.ts';

describe('a chat that goes on under another id', () => {
  it('takes its tickets, orders and alerts along, and nothing of another', async () => {
    const ledger = await testLedger();
    const alert = {
      account: 'main',
      personId: 'kim',
      symbol: '005930',
      condition: { kind: 'price', direction: 'at-or-above', price: 71_000 },
      hours: 'regular',
      repeats: false,
      until: undefined,
      level: undefined,
      levelDay: '20261123',
      state: 'armed',
      firedAt: undefined,
    } as const;
    const elsewhere = { channel: 'discord', chatId: address.chatId };
    await confirmedOrder(ledger, 'a');
    await ledger.createAlert({ ...alert, id: 'here', address, createdAt: start }, { price: 70_000, volume: 1 });
    await ledger.createAlert(
      { ...alert, id: 'there', address: elsewhere, createdAt: start + 1 },
      { price: 70_000, volume: 1 },
    );
    await ledger.moveChat(address, '-1001');
    const moved = { ...address, chatId: '-1001' };
    expect(await ledger.orderAddress('a')).toEqual(moved);
    expect((await ledger.proposal('p-a'))?.address).toEqual(moved);
    expect((await ledger.openAlerts()).map((one) => one.address)).toEqual([moved, elsewhere]);
  });
});
