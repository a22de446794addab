import { describe, expect, onTestFinished, test } from 'vitest';
import { offeringWays } from '../../../commands/orders/ways-out.ts';
import { noQualifiers } from '../../../src/chat/arguments/order-arguments.ts';
import type { CommandContext } from '../../../src/chat/command.ts';
import { AppError } from '../../../src/errors.ts';
import { languages } from '../../../src/i18n/index.ts';
import { JumpClock } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

// Every refusal of an order says what would pass, as a button that makes a ticket; a way nobody may take is not offered.
let bot: Harness;
const start = async (options?: HarnessOptions): Promise<void> => {
  bot = await startHarness(options);
  onTestFinished(() => bot.stop());
};

const live = { KIS_APP_KEY: 'test-app-key', KIS_APP_SECRET: 'test-app-secret', KIS_ACCOUNT: '50000000-01' };
const at = (moment: string): HarnessOptions => ({
  clock: new JumpClock(Date.parse(`${moment}:00+09:00`)),
  env: { KIS_ENV: 'live', KIS_HTS_ID: 'hogasim', ...live },
  simulator: { hours: 'live' },
});
const last = () => bot.chat().messages.at(-1);
const labels = (): readonly string[] => last()?.buttons.map(({ label }) => label) ?? [];

/** How a refusal comes about. The code is that of the refusal, the labels those under it. */
interface Refusal {
  readonly options?: HarnessOptions;
  readonly given?: () => unknown;
  readonly line: string;
  readonly meanwhile?: () => unknown;
  readonly offers: readonly string[];
  /** What the first button says; a ticket where it is absent. */
  readonly afterwards?: string;
}

const refusals: Readonly<Record<string, Refusal>> = {
  'rule.tick': { line: '/buy 005930 1 70050', offers: ['70,000원', '70,100원'] },
  'rule.upper-limit': { line: '/buy 005930 1 91100', offers: ['91,000원'] },
  'rule.lower-limit': { line: '/buy 005930 1 48950', offers: ['49,000원'] },
  'rule.limit-only': {
    given: () => bot.simulator.setIssue('005930', { warning: 'liquidation' }),
    line: '/buy 005930 1 시장가',
    offers: ['지정가 70,000원'],
  },
  'rule.empty-book': {
    given: () => bot.simulator.trade('005930', 'sell', 1, 91_000),
    line: '/buy 005930 1 시장가',
    offers: ['지정가 91,000원'],
  },
  'rule.no-price': {
    given: () => bot.simulator.trade('005930', 'sell', 1, 91_000),
    line: '/buy 005930 1',
    offers: ['지정가 91,000원'],
  },
  'rule.thin-book': {
    options: {
      simulator: { cash: 100_000_000_000 },
      env: { HOGA_MAX_ORDER_KRW: '50000000000', HOGA_MAX_DAILY_KRW: '90000000000' },
    },
    given: () => bot.simulator.setPrice('005930', 91_000),
    line: '/buy 005930 1000 시장가',
    offers: ['지정가 91,000원', '466주로'],
  },
  'rule.slippage': {
    options: { env: { HOGA_MAX_SLIPPAGE_PERCENT: '0' } },
    given: () => bot.simulator.setPrice('005930', 69_900),
    line: '/buy 005930 54 시장가',
    offers: ['지정가 69,900원'],
  },
  'rule.max-order': { line: '/buy 005930 72 70000', offers: ['71주로'] },
  'rule.max-daily': {
    options: { env: { HOGA_MAX_DAILY_KRW: '1000000' } },
    line: '/buy 005930 15 70000',
    offers: ['14주로'],
  },
  'rule.buying-power': {
    options: { simulator: { cash: 1_000_000 } },
    line: '/buy 005930 20 70000',
    offers: ['14주로'],
  },
  'rule.sellable': {
    options: { simulator: { holdings: [{ symbol: '005930', quantity: 3, averageCost: 70_000 }] } },
    line: '/sell 005930 4 70000',
    offers: ['3주로'],
  },
  'rule.sum-too-small': { line: '/buy 005930 5만원 70000', offers: ['1주로'] },
  'rule.part-too-small': {
    options: { simulator: { holdings: [{ symbol: '005930', quantity: 3, averageCost: 70_000 }] } },
    line: '/sell 005930 10% 70000',
    offers: ['1주로'],
  },
  'rule.exchange': {
    options: { env: { KIS_ENV: 'paper', KIS_HTS_ID: 'hogasim', ...live }, simulator: { kind: 'paper' } },
    line: '/buy 005930 1 70000 NXT',
    offers: ['KRX 지정가 70,000원'],
  },
  'rule.order-type': {
    options: at('2026-11-23T17:00'),
    line: '/buy 005930 1 70000',
    offers: ['NXT 지정가 70,000원', '애프터마켓 지정가 70,000원', '예약주문 70,000원'],
  },
  'rule.never-taken': {
    options: at('2026-11-23T10:00'),
    line: '/buy 005930 1 시장가 NXT',
    offers: ['KRX 시장가', 'SOR 시장가'],
  },
  'rule.market-closed': {
    options: at('2026-11-22T10:00'),
    line: '/buy 005930 1 70000',
    offers: ['예약주문 70,000원'],
  },
  'rule.shares-only': {
    options: at('2026-11-23T10:00'),
    line: '/buy 069500 1 30000 NXT',
    offers: ['KRX 지정가 30,000원', 'SOR 지정가 30,000원'],
  },
  'rule.stop-reached': {
    options: at('2026-11-23T10:00'),
    line: '/buy 005930 1 70500 스톱 69000',
    offers: ['지정가 70,500원'],
  },
  'rule.drift': {
    line: '/buy 005930 1 69900',
    meanwhile: () => bot.simulator.setPrice('005930', 71_000),
    offers: ['다시 만들기'],
  },
  'orders.halted': {
    given: () => bot.say('/halt'),
    line: '/buy 005930 1 70000',
    offers: ['거래 재개'],
    afterwards: '다시 시작',
  },
  'proposal.expired': {
    line: '/buy 005930 1 70000',
    meanwhile: () => bot.clock.advance(61_000),
    offers: ['다시 만들기'],
  },
};

/** Refusals of an order that nothing can be offered for, and why. */
const withoutWay: Readonly<Record<string, string>> = {
  'rule.halted': 'Nothing passes until the halt is over; KIS takes cancels alone.',
  'orders.not-armed': 'The owner arms live orders, in a test of arming; where the settings forbid it, no button may.',
  'orders.recovering': 'It ends by itself: the same line again (test of recovery).',
  'orders.number-changed': 'The sentence names the command, which is the owner’s alone.',
  'orders.same-number': 'There is nothing to do.',
  'orders.unsettled': 'The list of orders is offered: what it waits for is told by itself.',
  'orders.changed': 'Of /amend and /cancel: the list of orders shows what is left.',
  'orders.not-repriceable': 'Of /amend: the order has to be cancelled first, which is a ticket of its own.',
  'orders.same-price': 'Only the person knows the other price.',
  'orders.not-recorded': 'It was sent. Nothing that makes another ticket may be offered.',
  'orders.paused': 'Of a machine that stood still: the same line again (test of held-up processes).',
  'orders.none-open': 'There is nothing to cancel.',
  'orders.not-open': 'The list of orders says what there is.',
  'proposal.unknown': 'Nobody knows what it was.',
  'proposal.not-yours': 'A ticket is its maker’s.',
  'proposal.taken': 'It was confirmed: nothing that makes another ticket may be offered.',
  'proposal.dropped': 'The person dropped it; a press on it again offers it again.',
};

test('every refusal of an order has a way out, or a reason why it has none', () => {
  const codes = Object.keys(languages.ko.errors).filter((code) => /^(?:rule|orders|proposal)\./.test(code));
  expect([...Object.keys(refusals), ...Object.keys(withoutWay)].toSorted()).toEqual(codes.toSorted());
});

describe('what is refused offers what passes', () => {
  test.each(Object.entries(refusals))('%s', async (code, refusal) => {
    await start(refusal.options);
    await refusal.given?.();
    await bot.say(refusal.line);
    if (refusal.meanwhile !== undefined) {
      await refusal.meanwhile();
      await bot.press('확인');
    }
    expect(last()?.code).toBe(code);
    expect(labels()).toEqual(refusal.offers);
    const ids = last()?.buttons.map(({ id }) => id) ?? [];
    for (const id of ids) {
      expect(await bot.say(id.replace(/^run:/, ''))).toContain(refusal.afterwards ?? '주문표 ·');
    }
  });
});

describe('so do those of a standing and of a scheduled order', () => {
  test('an amendment to a price that is none', async () => {
    await start();
    await bot.say('/buy 005930 2 60000');
    await bot.press('확인');
    const number = bot.simulator.state().orders[0]?.number ?? '';
    await bot.say(`/amend ${number} 60050`);
    expect(last()?.code).toBe('rule.tick');
    expect(labels()).toEqual(['60,000원', '60,100원']);
    expect(await bot.press('60,100원')).toContain('60,000원 → 60,100원');
    await bot.clock.advance(61_000);
    await bot.press('확인');
    expect(last()?.code).toBe('proposal.expired');
    expect(await bot.press('다시 만들기')).toContain('60,000원 → 60,100원');
  });

  test('a scheduled order at a price that is none, and of too many shares', async () => {
    await start(at('2026-11-22T10:00'));
    await bot.say('/schedule 매수 005930 1 70050 까지 20261204');
    expect(labels()).toEqual(['70,000원', '70,100원']);
    expect(await bot.press('70,100원')).toMatch(/70,100원 × 1주[\s\S]*12월 4일/);
    await bot.say('/schedule 매수 005930 72 70000');
    expect(labels()).toEqual(['71주로']);
    expect(await bot.press('71주로')).toContain('70,000원 × 71주');
    await bot.clock.advance(61_000);
    await bot.press('확인');
    expect(await bot.press('다시 만들기')).toContain('70,000원 × 71주');
  });
});

test('an exchange where nobody names a price is not offered to an order without one', async () => {
  await start(at('2026-11-23T17:00'));
  await bot.say('/buy 005930 1');
  expect(labels()).toEqual(['NXT 지정가 70,000원', '애프터마켓 지정가 70,000원', '예약주문 70,000원']);
  bot.simulator.trade('005930', 'sell', 1, 91_000);
  await bot.say('/buy 005930 1');
  expect(labels()).toEqual(['예약주문 70,000원']);
});

test('what fails while ways are looked for leaves the refusal as it is', async () => {
  const refusal = new AppError('rule.market-closed', { reason: 'hours' });
  const context = {
    words: languages.ko,
    broker: { venue: { exchanges: ['KRX', 'NXT'] } },
    calendar: { session: () => Promise.reject(new Error('no calendar')) },
  } as unknown as CommandContext;
  const wanted = {
    side: 'buy',
    instrument: { symbol: '005930', name: '삼성전자', market: 'KOSPI', kind: 'stock' },
    size: { kind: 'shares', shares: 1 },
    price: 70_000,
    how: noQualifiers,
  } as const;
  await expect(offeringWays(context, wanted, () => Promise.reject(refusal))).rejects.toBe(refusal);
});

test('what somebody may not do is not offered to them', async () => {
  await start({ env: { HOGA_TRADERS: 'telegram:2' } });
  await bot.say('/halt');
  await bot.hand({ kind: 'text', text: '/buy 005930 1 70000' }, 'telegram:2');
  await bot.settled();
  expect(last()?.code).toBe('orders.halted');
  expect(labels()).toEqual([]);
});
