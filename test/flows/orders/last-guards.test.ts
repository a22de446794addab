import { afterEach, expect, test } from 'vitest';
import type { Ledger } from '../../../src/ports/ledger/ledger.ts';
import { openLedger } from '../../../src/store/ledger.ts';
import { eventually } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

// What passed every check at the press may be wrong by the moment at which it is taken or sent: the last guards.
let bot: Harness;
/** What happens while a press is checked, once it has passed, and once its ticket is taken. */
let whileChecked: () => Promise<void>;
let beforeClaim: () => Promise<void>;
let beforeSend: () => Promise<void>;
let results: string[];

const start = async (options: HarnessOptions = {}): Promise<void> => {
  whileChecked = async () => undefined;
  beforeClaim = async () => undefined;
  beforeSend = async () => undefined;
  results = [];
  bot = await startHarness({
    openLedger: async (where): Promise<Ledger> => {
      const ledger = await openLedger(where);
      return {
        ...ledger,
        amountOfDay: async (day) => {
          await whileChecked();
          return ledger.amountOfDay(day);
        },
        claim: async (request) => {
          await beforeClaim();
          const result = await ledger.claim(request);
          results.push(result.kind === 'refused' ? result.reason : result.kind);
          return result;
        },
        beginSubmit: async (id, at) => {
          await beforeSend();
          await ledger.beginSubmit(id, at);
        },
      };
    },
    ...options,
  });
};
afterEach(async () => {
  await bot.stop();
});

const orders = () => bot.simulator.state().orders;
const halt = (): Promise<void> => bot.hand({ kind: 'text', text: '/halt' });

test('halted between press and claim: the ticket is not taken', async () => {
  await start();
  await bot.say('/buy 005930 3 69000');
  beforeClaim = halt;
  expect(await bot.press('확인')).toMatch(/보내지 않았습니다[\s\S]*거래가 정지되어 있습니다/);
  expect(results).toEqual(['halted']);
  expect(orders()).toEqual([]);
});

test('halted between claim and send: nothing leaves, and nothing counts against the day', async () => {
  await start({ env: { HOGA_MAX_DAILY_KRW: '300000' } });
  await bot.say('/buy 005930 3 69000');
  beforeSend = halt;
  expect(await bot.press('확인')).toMatch(/보내지 않았습니다[\s\S]*거래가 정지되어 있습니다/);
  expect(results).toEqual(['claimed']);
  expect(orders()).toEqual([]);
  beforeSend = async () => undefined;
  await bot.say('/resume');
  await bot.say('/buy 005930 4 69000');
  expect(await bot.press('확인')).toContain('접수됨');
});

test('what is about to leave is written down first, and an order that cannot be written down does not leave', async () => {
  await start();
  const requested = () => bot.simulator.state().requests.byTr['TTTC0012U'] ?? 0;
  const before: number[] = [];
  await bot.say('/buy 005930 3 69000');
  beforeSend = async () => void before.push(requested());
  await bot.press('확인');
  expect([before, requested()]).toEqual([[0], 1]);
  await bot.say('/buy 005930 4 69000');
  beforeSend = async () => {
    throw new Error('the disk failed');
  };
  expect(await bot.press('확인')).toContain('보내지 않았습니다');
  expect(requested()).toBe(1);
});

test('a cancel that waits for its turn is sent though trading was halted meanwhile', async () => {
  await start();
  await bot.say('/buy 005930 3 69000');
  await bot.press('확인');
  await bot.say('/cancel all');
  beforeClaim = halt;
  beforeSend = halt;
  expect(await bot.press('확인')).toContain('취소 접수됨');
});

test('pressed in time and checked for too long: the ticket is not taken', async () => {
  await start();
  await bot.say('/buy 005930 3 69000');
  await bot.clock.advance(59_200);
  whileChecked = () => bot.clock.advance(900);
  expect(await bot.press('확인')).toContain('시간이 지난 주문표입니다. 보내지 않았습니다');
  expect(results).toEqual(['expired']);
  expect(orders()).toEqual([]);
});

test('pressed in the first second after its time: nothing is even asked', async () => {
  await start();
  await bot.say('/buy 005930 3 69000');
  await bot.clock.advance(60_000);
  expect(await bot.press('확인')).toContain('시간이 지난 주문표입니다');
  expect(results).toEqual([]);
  expect(orders()).toEqual([]);
});

test('two tickets that each fit into the day, pressed at once: one is sent, and the other is told the rest', async () => {
  await start({ env: { HOGA_MAX_DAILY_KRW: '500000' } });
  await bot.say('/buy 005930 4 69000');
  const first = bot.button('확인');
  await bot.say('/buy 005930 5 68900');
  const second = bot.button('확인');
  let waiting = 0;
  // Both have passed their checks before either is taken.
  beforeClaim = async () => {
    waiting += 1;
    await eventually('both are there', () => waiting === 2);
  };
  await Promise.all([first, second].map((button) => bot.hand({ kind: 'press', button })));
  await bot.settled();
  expect(results.sort()).toEqual(['claimed', 'over-daily-cap']);
  expect(orders()).toHaveLength(1);
  await bot.told('하루 한도 500,000원을 넘습니다');
});
