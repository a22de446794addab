import { expect, test } from 'vitest';
import type { Ledger } from '../../../src/ports/ledger/ledger.ts';
import { eventually } from '../../support/clock.ts';
import { type AppProcess, Apps } from '../../support/cluster/apps.ts';

/** Three processes that share everything out, and an order ticket for the account whose key `carrier` carries. */
async function withTicket(line = '/buy 005930 1 69700 @second') {
  const apps = await Apps.start(3);
  await apps.carried();
  const carrier = await apps.carrierOf('second');
  const front = apps.chat.holder as AppProcess;
  await apps.say(line);
  await apps.told('매수 주문표');
  return { apps, carrier, front };
}

test('an order for an account leaves once, by the process that carries its key, and its fill is told once', async () => {
  const { apps, carrier, front } = await withTicket('/buy 005930 1 시장가 @second');
  expect(carrier).not.toBe(front);
  await apps.press('확인');
  await apps.told('체결 삼성전자');
  expect(apps.orders).toHaveLength(1);
  expect(carrier.logs.some((line) => line.includes('order answered'))).toBe(true);
  expect(front.logs.some((line) => line.includes('order answered'))).toBe(false);
  await apps.clock.advance(40_000);
  expect(apps.messagesWith('체결 삼성전자')).toHaveLength(1);
  // A second press, wherever it is done, is told that it was pressed already.
  await apps.say('/orders @second');
  await apps.told('오늘 주문');
  expect(apps.orders).toHaveLength(1);
});

const deaths: readonly { readonly at: keyof Ledger; readonly when: 'before' | 'after'; readonly left: number }[] = [
  { at: 'claim', when: 'before', left: 0 },
  { at: 'claim', when: 'after', left: 0 },
  { at: 'beginSubmit', when: 'before', left: 0 },
  { at: 'beginSubmit', when: 'after', left: 0 },
  { at: 'appendOrderEvent', when: 'before', left: 1 },
  { at: 'appendOrderEvent', when: 'after', left: 1 },
];

test.each(deaths)(
  'a process that dies $when $at is taken over: $left orders, none sent again, and people are told',
  async (death) => {
    const { apps, carrier } = await withTicket();
    carrier.fate = { is: 'dies', ...death };
    await apps.press('확인');
    await eventually('the death', () => carrier.isDead);
    const diedAt = apps.clock.now();
    await apps.carried();
    expect(apps.clock.now() - diedAt).toBeLessThan(10_000);
    expect((await apps.carrierOf('second')).self).not.toBe(carrier.self);
    const before = apps.chat.messages.length;
    for (let passed = 0; passed < 60_000; passed += 2_000) await apps.clock.advance(2_000);
    expect(apps.orders).toHaveLength(death.left);
    await apps.say('/orders @second');
    await eventually('an answer', () => apps.chat.messages.length > before);
    const all = apps.chat.messages.map(({ text }) => text).join('\n');
    expect(all).toMatch(death.left === 1 ? /접수|체결/ : /멈췄습니다|보내지 않|보내지지 않|나가지 않|없습니다/);
    expect(apps.orders).toHaveLength(death.left);
  },
);

test.each([
  { at: 'claim', when: 'before' },
  { at: 'claim', when: 'after' },
  { at: 'beginSubmit', when: 'before' },
  { at: 'beginSubmit', when: 'after' },
] as const)(
  'a process that is held up $when $at for longer than its leases sends nothing when it goes on',
  async (moment) => {
    const { apps, carrier } = await withTicket();
    carrier.fate = { is: 'stops', ...moment };
    await apps.press('확인');
    await eventually('the stop', () => carrier.isStopped);
    await apps.clock.advance(7_000);
    await apps.carried();
    expect((await apps.carrierOf('second')).self).not.toBe(carrier.self);
    carrier.resume();
    for (let passed = 0; passed < 20_000; passed += 1_000) await apps.clock.advance(1_000);
    await eventually('that it knows', () => carrier.logs.some((line) => line.includes('duty lost')));
    expect(apps.orders).toEqual([]);
    expect(carrier.logs.filter((line) => line.includes('order answered'))).toEqual([]);
  },
);

test('while one process cannot reach the database it sends nothing, and another carries on', async () => {
  const { apps, carrier } = await withTicket();
  carrier.away = true;
  apps.bus.cut(carrier.self);
  await apps.clock.advance(7_000);
  await apps.carried();
  await apps.press('확인');
  await apps.told('접수');
  expect(apps.orders).toHaveLength(1);
  expect(carrier.logs.filter((line) => line.includes('order answered'))).toEqual([]);
});

test('a process that ends gives everything back at once', async () => {
  const { apps, carrier } = await withTicket();
  const at = apps.clock.now();
  await carrier.app?.stop();
  carrier.isDead = true;
  await apps.carried();
  expect(apps.clock.now() - at).toBeLessThan(4_000);
  await apps.press('확인');
  await apps.told('접수');
  expect(apps.orders).toHaveLength(1);
});

test('while nobody can reach the database nothing is sent, questions are answered, and people are told once', async () => {
  const { apps } = await withTicket();
  for (const process of apps.processes) process.away = true;
  await apps.clock.advance(12_000);
  await apps.press('확인');
  await apps.clock.advance(2_000);
  await apps.say('/price 005930');
  await apps.told('현재가');
  expect(apps.orders).toEqual([]);
  for (const process of apps.processes) process.away = false;
  for (let passed = 0; passed < 20_000; passed += 1_000) await apps.clock.advance(1_000);
  await apps.carried();
  expect(apps.orders).toEqual([]);
  expect(apps.messagesWith('장부에 쓸 수 없습니다')).toHaveLength(1);
  expect(apps.messagesWith('장부에 다시 쓸 수 있습니다')).toHaveLength(1);
});
