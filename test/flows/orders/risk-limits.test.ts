import { afterEach, describe, expect, test } from 'vitest';
import type { Channel, Message } from '../../../src/chat/channel.ts';
import { JumpClock } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

let bot: Harness;
afterEach(async () => {
  await bot.stop();
});

const live = {
  KIS_ENV: 'live',
  KIS_APP_KEY: 'test-app-key',
  KIS_APP_SECRET: 'test-app-secret',
  KIS_ACCOUNT: '50000000-01',
  KIS_HTS_ID: 'hogasim',
};
/** At a moment in Korea, where the exchange's hours decide. */
const at = (moment: string): HarnessOptions => ({
  clock: new JumpClock(Date.parse(`${moment}:00+09:00`)),
  env: live,
  simulator: { hours: 'live' },
});
const rich = {
  simulator: { cash: 100_000_000_000 },
  env: { HOGA_MAX_ORDER_KRW: '50000000000', HOGA_MAX_DAILY_KRW: '90000000000' },
};
const holding = { simulator: { holdings: [{ symbol: '005930', quantity: 20_000, averageCost: 70_000 }] } };
/** Nobody offers any more: the last trade took the last share at the upper limit. */
const lockedUp = (): void => bot.simulator.trade('005930', 'sell', 1, 91_000);

interface Rail {
  readonly name: string;
  readonly options?: HarnessOptions;
  /** Before the line is typed. */
  readonly given?: () => unknown;
  readonly line: string;
  /** Where it is the press that is refused: what happened since the ticket. */
  readonly meanwhile?: () => unknown;
  /** What is said: why, and what would pass. */
  readonly says: readonly string[];
  /** The labels of the buttons for what would pass; each makes a ticket. Absent where nothing would. */
  readonly offers?: readonly string[];
}

const riskLimits: readonly Rail[] = [
  {
    name: 'tick size',
    line: '/buy 005930 1 70050',
    says: ['호가단위가 100원이라 70,050원은 안 됩니다', '70,000원 또는 70,100원이 됩니다'],
    offers: ['70,000원', '70,100원'],
  },
  {
    name: 'upper limit',
    line: '/buy 005930 1 91100',
    says: ['상한가 91,000원을 넘습니다(91,100원)', '91,000원까지 됩니다'],
    offers: ['91,000원'],
  },
  {
    name: 'lower limit',
    line: '/buy 005930 1 48950',
    says: ['하한가 49,000원보다 낮습니다(48,950원)', '49,000원부터 됩니다'],
    offers: ['49,000원'],
  },
  { name: 'no shares', line: '/buy 005930 0 70000', says: ['1주 이상', '예: /buy'] },
  { name: 'part of a share', line: '/buy 005930 0.5 70000', says: ['1 이상의 정수', '예: /buy'] },
  { name: 'more shares than anybody means', line: '/buy 005930 100000001 70000', says: ['너무 큽니다', '1억 주까지'] },
  {
    name: 'buying power',
    options: { simulator: { cash: 1_000_000 } },
    line: '/buy 005930 20 70000',
    says: ['주문가능금액이 모자랍니다', '14주까지 살 수 있습니다'],
    offers: ['14주로'],
  },
  {
    name: 'buying power for not even one',
    options: { simulator: { cash: 50_000 } },
    line: '/buy 005930 1 70000',
    says: ['한 주도 살 수 없습니다', '주문가능 50,000원'],
  },
  {
    name: 'buying power, spent since the ticket',
    options: { simulator: { cash: 1_000_000 } },
    line: '/buy 005930 10 60000',
    meanwhile: () => bot.simulator.placeElsewhere({ symbol: '000660', side: 'buy', quantity: 5, price: 150_000 }),
    says: ['주문가능금액이 모자랍니다', '4주까지'],
    offers: ['4주로'],
  },
  {
    name: 'sellable quantity',
    options: { simulator: { holdings: [{ symbol: '005930', quantity: 3, averageCost: 70_000 }] } },
    line: '/sell 005930 4 70000',
    says: ['매도가능수량은 3주입니다'],
    offers: ['3주로'],
  },
  {
    name: 'nothing to sell',
    line: '/sell 005930 1 70000',
    says: ['매도할 수 있는 수량이 없습니다', '/balance', '/orders'],
  },
  {
    name: 'cap of an order',
    line: '/buy 005930 72 70000',
    says: ['1회 한도 5,000,000원을 넘습니다(5,040,000원)', '71주까지 됩니다', 'HOGA_MAX_ORDER_KRW'],
    offers: ['71주로'],
  },
  {
    name: 'cap of an order, a market one at the upper limit',
    line: '/buy 005930 55 시장가',
    says: ['1회 한도 5,000,000원을 넘습니다(5,005,000원)', '54주까지 됩니다'],
    offers: ['54주로'],
  },
  {
    name: 'cap of a day',
    options: { env: { HOGA_MAX_DAILY_KRW: '1000000' } },
    line: '/buy 005930 15 70000',
    says: ['하루 한도 1,000,000원을 넘습니다', '1,000,000원까지 됩니다', 'HOGA_MAX_DAILY_KRW'],
    offers: ['14주로'],
  },
  {
    name: 'price drift',
    line: '/buy 005930 1 69900',
    meanwhile: () => bot.simulator.setPrice('005930', 71_000),
    says: ['1.43% 움직였습니다(70,000원 → 71,000원)', '주문표를 새로 만들어 주세요'],
    offers: ['다시 만들기'],
  },
  {
    name: 'weekend',
    options: at('2026-11-22T10:00'),
    line: '/buy 005930 1 70000',
    says: ['오늘은 주말이라', 'KRX 지정가는 08:30–15:30에 받으며, 다음은 11월 23일(월) 08:30부터입니다'],
    offers: ['예약주문 70,000원'],
  },
  {
    name: 'holiday',
    options: at('2026-09-24T10:00'),
    line: '/buy 005930 1 70000',
    says: ['오늘은 휴장일이라', '다음은 9월 28일(월) 08:30부터입니다'],
    offers: ['예약주문 70,000원'],
  },
  {
    name: 'night',
    options: at('2026-11-23T22:00'),
    line: '/sell 005930 1 70000',
    says: ['KRX 주문 시간이 아닙니다', '다음은 11월 24일(화) 08:30부터입니다'],
  },
  {
    name: 'closed since the ticket',
    options: at('2026-11-23T15:29'),
    given: () => bot.clock.advance(30_000),
    line: '/buy 005930 1 70000',
    meanwhile: () => bot.clock.advance(45_000),
    says: [
      'KRX 장후 시간외에서는 지정가를 받지 않습니다',
      '다음은 11월 24일(화) 08:30부터입니다',
      '지금 NXT에서는 받습니다',
    ],
    offers: ['NXT 지정가 70,000원', '장후시간외'],
  },
  {
    name: 'halted',
    given: () => bot.simulator.setIssue('005930', { halted: true }),
    line: '/buy 005930 1 70000',
    says: ['거래정지 종목이라', '취소만 됩니다', '정지가 풀린 뒤'],
  },
  {
    name: 'halted since the ticket',
    line: '/buy 005930 1 70000',
    meanwhile: () => bot.simulator.setIssue('005930', { halted: true }),
    says: ['거래정지 종목이라', '취소만 됩니다'],
  },
  {
    name: 'liquidation trading',
    given: () => bot.simulator.setIssue('005930', { warning: 'liquidation' }),
    line: '/buy 005930 1 시장가',
    says: ['정리매매 종목이라 시장가는 안 됩니다', '지정가로 됩니다(현재가 70,000원)'],
    offers: ['지정가 70,000원'],
  },
  {
    name: 'slippage',
    options: { env: { HOGA_MAX_SLIPPAGE_PERCENT: '0' } },
    line: '/buy 005930 54 시장가',
    given: () => bot.simulator.setPrice('005930', 69_900),
    says: [
      '벗어나 한도 0%를 넘습니다',
      '시장가는 한 주도 안 되고',
      '지정가는 69,900원으로 됩니다',
      'HOGA_MAX_SLIPPAGE_PERCENT',
    ],
    offers: ['지정가 69,900원'],
  },
  {
    name: 'slippage of a large order',
    options: { ...rich, env: { ...rich.env, HOGA_MAX_SLIPPAGE_PERCENT: '0.1' } },
    line: '/buy 005930 5000 시장가',
    says: ['벗어나 한도 0.1%를 넘습니다', '시장가는 1,103주까지', '지정가는 70,000원으로 됩니다'],
    offers: ['지정가 70,000원', '1,103주로'],
  },
  {
    name: 'slippage of a sale',
    options: { ...holding, env: { ...rich.env, HOGA_MAX_SLIPPAGE_PERCENT: '0.3' } },
    line: '/sell 005930 5000 시장가',
    says: ['벗어나 한도 0.3%를 넘습니다', '시장가는 1,247주까지', '지정가는 69,800원으로 됩니다'],
    offers: ['지정가 69,800원', '1,247주로'],
  },
  {
    name: 'slippage since the ticket',
    options: { ...rich, env: { ...rich.env, HOGA_MAX_SLIPPAGE_PERCENT: '0.4' } },
    line: '/buy 005930 3000 시장가',
    meanwhile: () => bot.simulator.trade('005930', 'sell', 1),
    says: ['0.45% 벗어나 한도 0.4%를 넘습니다', '지정가는 70,100원으로 됩니다'],
    offers: ['지정가 70,100원', '2,496주로'],
  },
  {
    name: 'a thin book',
    options: rich,
    given: () => bot.simulator.setPrice('005930', 91_000),
    line: '/buy 005930 1000 시장가',
    says: ['보이는 호가를 모두 합쳐도 466주뿐입니다', '시장가는 466주까지, 지정가는 91,000원으로 됩니다'],
    offers: ['지정가 91,000원', '466주로'],
  },
  {
    name: 'an empty book',
    given: lockedUp,
    line: '/buy 005930 1 시장가',
    says: ['매도호가가 없어', '지정가로 됩니다(현재가 91,000원)'],
    offers: ['지정가 91,000원'],
  },
  {
    name: 'an empty book, and no price',
    given: lockedUp,
    line: '/buy 005930 1',
    says: ['호가가 없어', '가격을 써 주세요'],
    offers: ['지정가 91,000원'],
  },
];

describe('nothing reaches the venue', () => {
  test.each(riskLimits.map((rail) => [rail.name, rail] as const))('%s', async (_name, rail) => {
    bot = await startHarness(rail.options);
    await rail.given?.();
    let said = await bot.say(rail.line);
    if (rail.meanwhile !== undefined) {
      expect(said).toContain('주문표 ·');
      await rail.meanwhile();
      said = await bot.press('확인');
      expect(said).toContain('보내지 않았습니다');
    }
    for (const part of rail.says) expect(said).toContain(part);
    const offered = bot.chat().messages.at(-1)?.buttons ?? [];
    expect(offered.map(({ label }) => label)).toEqual(rail.offers ?? []);
    const { byTr } = bot.simulator.state().requests;
    expect([byTr['TTTC0012U'], byTr['TTTC0011U']]).toEqual([undefined, undefined]);
    for (const { id } of offered) expect(await bot.say(id.replace(/^run:/, ''))).toContain('주문표 ·');
  });

  test('cap of a day, part of it used: the rest would pass', async () => {
    bot = await startHarness({ env: { HOGA_MAX_DAILY_KRW: '1000000' } });
    await bot.say('/buy 005930 10 60000');
    await bot.press('확인');
    expect(await bot.say('/buy 005930 7 60000')).toMatch(/600,000원을 썼고[\s\S]* 400,000원까지 됩니다/);
    await bot.say('/buy 005930 5 80000');
    await bot.press('확인');
    expect(await bot.say('/buy 005930 1 60000')).toContain('오늘은 더 주문할 수 없습니다');
    expect(bot.simulator.state().orders).toHaveLength(2);
  });

  test('in English too', async () => {
    bot = await startHarness({ ...rich, env: { ...rich.env, HOGA_LANG: 'en', HOGA_MAX_SLIPPAGE_PERCENT: '0.1' } });
    const shown = [
      await bot.say('/buy 005930 5000 market'),
      await bot.say('/buy 005930 90000 market'),
      await bot.say('/buy 005930 1 91100'),
      await bot.say('/buy 005930 1 48950'),
    ];
    expect(shown[0]).toContain('Up to 1,103 shares at the market, or a limit order at ₩70,000, would pass.');
    expect(shown[1]).toContain('The visible book holds only');
    expect(shown[2]).toContain('Up to ₩91,000 would pass.');
    expect(shown[3]).toContain('₩49,000 and above would pass.');
  });
});

describe('what would pass does', () => {
  test.each([
    ['/buy 005930 1103 시장가', '시장가 × 1,103주'],
    ['/buy 005930 5000 70000', '지정가 70,000원 × 5,000주'],
  ])('%s, beside one that slips', async (line, ticket) => {
    bot = await startHarness({ ...rich, env: { ...rich.env, HOGA_MAX_SLIPPAGE_PERCENT: '0.1' } });
    expect(await bot.say('/buy 005930 1104 시장가')).toContain('시장가는 1,103주까지');
    expect(await bot.say(line)).toContain(ticket);
    expect(await bot.press('확인')).toContain('접수됨');
  });

  test('a limit order for an issue in liquidation trading', async () => {
    bot = await startHarness();
    bot.simulator.setIssue('005930', { warning: 'liquidation' });
    expect(await bot.say('/buy 005930 1 70000')).toContain('매수 주문표');
    expect(await bot.press('확인')).toContain('접수됨');
  });

  test('an order after the halt', async () => {
    bot = await startHarness();
    bot.simulator.setIssue('005930', { halted: true });
    await bot.say('/buy 005930 1 70000');
    bot.simulator.setIssue('005930', { halted: false });
    await bot.say('/buy 005930 1 70000');
    expect(await bot.press('확인')).toContain('접수됨');
  });
});

describe('the ticket of a market order', () => {
  test('says what it would trade at', async () => {
    bot = await startHarness({ ...rich, ...{ simulator: { ...rich.simulator, ...holding.simulator } } });
    expect(await bot.say('/buy 005930 1 시장가')).toContain('예상 체결 약 70,000원 (0.00%), 최악 70,000원');
    expect(await bot.say('/buy 005930 3000 시장가')).toMatch(/예상 체결 약 70,\d{3}원 \(\+0\.\d\d%\), 최악 70,400원/);
    expect(await bot.say('/sell 005930 1 시장가')).toContain('예상 체결 약 69,900원 (-0.14%), 최악 69,900원');
    expect(await bot.say('/buy 005930 1 70000')).not.toContain('예상 체결');
  });

  test('does not put a sign before nothing', async () => {
    bot = await startHarness({ ...rich, env: { ...rich.env, HOGA_MAX_SLIPPAGE_PERCENT: '0.004' } });
    const atTheBest = Number(/시장가는 ([\d,]+)주까지/.exec(await bot.say('/buy 005930 1000 시장가'))?.[1]);
    expect(await bot.say(`/buy 005930 ${atTheBest} 시장가`)).toContain('(0.00%), 최악 70,100원');
  });

  test.each(['2026-11-23T08:40', '2026-11-23T15:25'])(
    'in an auction (%s) cannot, says so, and passes though the book is empty',
    async (moment) => {
      bot = await startHarness({ ...at(moment), env: { ...live, HOGA_MAX_SLIPPAGE_PERCENT: '0' } });
      lockedUp();
      expect(await bot.say('/buy 005930 1 시장가')).toContain('단일가 매매 중이라 체결가격을 예상할 수 없습니다');
      expect(await bot.press('확인')).toContain('접수됨');
    },
  );

  test('nor of an issue that trades at a single price all day', async () => {
    bot = await startHarness({ env: { HOGA_MAX_SLIPPAGE_PERCENT: '0' } });
    bot.simulator.setPrice('005930', 69_900);
    bot.simulator.setIssue('005930', { warning: 'overheated' });
    expect(await bot.say('/buy 005930 1 시장가')).toContain('체결가격을 예상할 수 없습니다');
    expect(await bot.press('확인')).toContain('접수됨');
  });
});

describe('a warned stock', () => {
  const warned = [
    ['administrative', '관리종목', '상장폐지'],
    ['caution', '투자주의', '제한이 없습니다'],
    ['warning', '투자경고', '증거금 100%'],
    ['risk', '투자위험', '증거금 100%'],
    ['overheated', '단기과열', '30분마다 단일가'],
    ['liquidation', '정리매매', '지정가만'],
  ] as const;

  test.each(warned)('%s is said in bold on the ticket, with what it means', async (warning, name, means) => {
    const sent: Message[] = [];
    const chat: Channel = {
      name: 'telegram',
      start: async () => undefined,
      send: async (_chatId, message) => String(sent.push(message)),
      edit: async () => undefined,
      stop: async () => undefined,
    };
    bot = await startHarness({ channels: () => [chat], env: { HOGA_TRADERS: 'telegram:1' } });
    bot.simulator.setIssue('005930', { warning });
    await bot.app().receive({
      id: '1',
      channel: 'telegram',
      chatId: '1',
      identity: 'telegram:1',
      input: { kind: 'text', text: '/buy 005930 1 70000' },
      at: bot.clock.now(),
    });
    await bot.settled();
    const lines = sent.at(-1)?.lines ?? [];
    expect(lines).toContainEqual([{ bold: `주의: ${name}` }, expect.stringContaining(means)]);
  });

  test('has no such line where nothing is to be said', async () => {
    bot = await startHarness();
    expect(await bot.say('/buy 005930 1 70000')).not.toContain('주의');
  });
});
