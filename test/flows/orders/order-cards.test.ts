import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commands } from '../../../commands/index.ts';
import { TelegramChannel } from '../../../src/channels/telegram/telegram.ts';
import { ko } from '../../../src/i18n/ko.ts';
import { Secret } from '../../../src/secret.ts';
import { eventually, JumpClock } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';
import { startTelegram, type TelegramMessage, type TelegramStandIn } from '../../support/telegram/telegram.ts';

// The message of a ticket shows how its order stands, for as long as that changes: over Telegram's own HTTP.
const owner = 111;
let clock: JumpClock;
let telegram: TelegramStandIn;
let bot: Harness;

beforeEach(async () => {
  clock = new JumpClock();
  telegram = await startTelegram(clock);
});
afterEach(async () => {
  await bot.stop();
  await telegram.stop();
  expect(telegram.violations).toEqual([]);
});

const start = async (options: HarnessOptions = {}): Promise<void> => {
  const time = options.clock ?? clock;
  bot = await startHarness({
    clock: time,
    channels: ({ log }) => [
      new TelegramChannel({
        token: new Secret(telegram.token),
        apiRoot: telegram.apiRoot,
        clock: time,
        log,
        commands,
        words: ko,
      }),
    ],
    ...options,
    env: { HOGA_OWNERS: `telegram:${owner}`, ...options.env },
  });
  await telegram.told(owner, '시작했습니다');
};

const labels = ({ keyboard }: TelegramMessage): readonly string[] => keyboard.flat().map(({ text }) => text);
/** The newest message that shows a ticket, as it goes on. */
const ticketFor = async (line: string): Promise<TelegramMessage> => {
  const before = new Set(telegram.messages(owner));
  telegram.say(owner, line);
  return eventually(`a ticket for ${line}`, () =>
    telegram.messages(owner).find((one) => !before.has(one) && labels(one).includes('확인')),
  );
};
const press = async (ticket: TelegramMessage, label = '확인'): Promise<void> => {
  const button = ticket.keyboard.flat().find(({ text }) => text === label);
  telegram.pressData(owner, button?.callback_data ?? 'none', ticket);
  await eventually('pressed', () => !labels(ticket).includes(label) || label !== '확인');
};
const shows = (card: TelegramMessage, text: string | RegExp): Promise<unknown> =>
  eventually(`the card shows ${text}; it is: ${card.text}`, () =>
    typeof text === 'string' ? card.text.includes(text) : text.test(card.text),
  ).catch((error: Error) => {
    throw new Error(`${error.message}; in the end: ${card.text}`);
  });
/** A buy of ten at 69,000 won, which rests. */
const resting = async (line = '/buy 005930 10 69000'): Promise<TelegramMessage> => {
  const card = await ticketFor(line);
  await press(card);
  await shows(card, '접수됨');
  return card;
};
const fill = (quantity: number, price = 69_000): void => bot.simulator.trade('005930', 'sell', quantity, price);
const number = (position = 0): string => String(Number(bot.simulator.state().orders[position]?.number));
const told = (text: string): number => telegram.messages(owner).filter((one) => one.text.includes(text)).length;
const edits = (card: TelegramMessage): number =>
  telegram.requests.filter(({ method, body }) => method === 'editMessageText' && body['message_id'] === card.id).length;

describe('the card of an order', () => {
  test('goes from accepted over partly filled to filled, and each fill comes as a message of its own, once', async () => {
    await start();
    const card = await resting();
    expect(card.text).toMatch(/접수됨\n삼성전자 매수 10주 69,000원\n주문번호 \d+\n체결되면 알려 드립니다\.$/);
    expect(labels(card)).toEqual(['정정', '취소']);
    fill(4);
    await shows(card, '일부 체결');
    expect(card.text).toContain(`체결 4주 / 10주 · 평균 69,000원 · 남은 6주\n주문번호 ${number()}`);
    expect(card.text).not.toContain('알려 드립니다');
    expect(labels(card)).toEqual(['정정', '취소']);
    fill(6);
    await shows(card, '체결 완료\n삼성전자 매수 10주 69,000원\n체결 10주 / 10주 · 평균 69,000원');
    expect(labels(card)).toEqual([]);
    await telegram.told(owner, '누적 10주 / 10주');
    expect([told('체결 삼성전자 매수 4주'), told('체결 삼성전자 매수 6주')]).toEqual([1, 1]);
    // The edits have no sound; the fills have.
    const sent = telegram.requests.filter(({ method }) => method === 'sendMessage');
    expect(sent.some(({ body }) => body['disable_notification'] === true)).toBe(false);
  });

  test('filled at once, it never falls back to accepted', async () => {
    await start();
    const card = await ticketFor('/buy 005930 3 70000');
    await press(card);
    await shows(card, '체결 완료');
    await telegram.told(owner, '누적 3주 / 3주');
    await bot.settled();
    expect(card.text).toContain('체결 완료');
  });

  test('has buttons that make the usual tickets; a part that is cancelled and the rest are shown', async () => {
    await start();
    const card = await resting();
    telegram.press(owner, '정정');
    await telegram.told(owner, `/amend ${number()} `);
    const part = await ticketFor(`/cancel ${number()} 3`);
    await press(part);
    await shows(card, '3주 취소 · 남은 7주');
    expect(labels(card)).toEqual(['정정', '취소']);
    fill(2);
    await shows(card, '체결 2주 / 7주 · 평균 69,000원 · 3주 취소 · 남은 5주');
    telegram.pressData(owner, card.keyboard.flat()[1]?.callback_data ?? '', card);
    const rest = await telegram.told(owner, '취소 주문표');
    await press(rest);
    await shows(card, '취소됨');
    expect(card.text).toContain('체결 2주 / 7주 · 평균 69,000원 · 3주 취소 · 5주 취소');
    expect(labels(card)).toEqual([]);
    await shows(rest, '취소 접수됨');
    await telegram.told(owner, '취소 확인');
  });

  test('goes on with the new number after an amendment, and the other ticket says so', async () => {
    await start();
    const card = await resting();
    fill(4);
    await shows(card, '일부 체결');
    const amendment = await ticketFor(`/amend ${number()} 68500`);
    await press(amendment);
    await shows(card, '정정 접수됨');
    const [before, now] = [number(0), number(1)];
    expect(card.text).toMatch(
      new RegExp(`6주 68,500원.*\n주문번호 ${now}\n[\\s\\S]*앞 주문 · 주문번호 ${before} · 체결 4주 · 평균 69,000원`),
    );
    expect(card.keyboard.flat().map(({ callback_data }) => callback_data)).toEqual([
      `ask:/amend ${now}`,
      `run:/cancel ${now}`,
    ]);
    await shows(amendment, '이어지는 상황은 처음 주문의 메시지에 나옵니다');
    expect(labels(amendment)).toEqual([]);
    fill(6, 68_500);
    await shows(card, '체결 6주 / 6주 · 평균 68,500원');
    expect(card.text).toContain('앞 주문');
    expect(labels(card)).toEqual([]);
    expect(amendment.text).toContain('정정 접수됨');
  });

  test('a part that is amended has a card of its own, on its own ticket', async () => {
    await start();
    const card = await resting();
    const amendment = await ticketFor(`/amend ${number()} 68500 4`);
    await press(amendment);
    await shows(card, '4주 정정 · 남은 6주');
    await shows(amendment, '정정 접수됨');
    expect(labels(amendment)).toEqual(['정정', '취소']);
    // The better price goes first: six at 69,000 won, then four at 68,500.
    fill(8, 68_500);
    await shows(card, '체결 6주 / 6주 · 평균 69,000원 · 4주 정정');
    await shows(amendment, '체결 2주 / 4주 · 평균 68,500원 · 남은 2주');
    expect([labels(card), labels(amendment)]).toEqual([[], ['정정', '취소']]);
  });

  test('amended elsewhere it ends, with the new number; an order of another place has none', async () => {
    await start();
    const card = await resting();
    bot.simulator.amendElsewhere(bot.simulator.state().orders[0]?.number ?? '', 68_300);
    await shows(card, '정정됨');
    expect(card.text).toContain('10주 정정');
    expect(labels(card)).toEqual([]);
    const before = edits(card);
    fill(10, 68_300);
    await telegram.told(owner, '다른 곳 주문의 체결');
    await bot.settled();
    expect(edits(card)).toBe(before);
  });

  test('turned down by the exchange after it was accepted', async () => {
    await start();
    bot.simulator.setFaults([{ on: 'order', fault: 'exchange-reject' }]);
    const card = await ticketFor('/buy 005930 10 69000');
    await press(card);
    await shows(card, '거부됨');
    expect(card.text).toContain('KIS가 접수 뒤에 거부했습니다');
    expect(labels(card)).toEqual([]);
    await eventually('told', () => told('거부됨') === 2);
  });

  test('refused by KIS at once: as before, without buttons', async () => {
    await start();
    bot.simulator.setFaults([{ on: 'order', fault: 'refuse', code: 'APBK0919' }]);
    const card = await ticketFor('/buy 005930 10 69000');
    await press(card);
    await shows(card, 'KIS가 거부했습니다');
    expect(labels(card)).toEqual([]);
  });

  test('an unknown outcome offers to look, and is settled on the card; a late fill goes on from there', async () => {
    await start();
    bot.simulator.setFaults([{ on: 'order', fault: 'hang', when: 'after' }]);
    const card = await ticketFor('/buy 005930 10 69000');
    const button = card.keyboard.flat().find(({ text }) => text === '확인');
    telegram.pressData(owner, button?.callback_data ?? '', card);
    await eventually('unknown', async () => {
      if (card.text.includes('결과를 모릅니다')) return true;
      await clock.advance(500);
      return false;
    });
    expect(labels(card)).toEqual(['주문 확인']);
    await clock.advance(60_000);
    await shows(card, '접수됨');
    expect(labels(card)).toEqual(['정정', '취소']);
    expect(told('확인됨: 접수되어 있습니다')).toBe(1);
    fill(10);
    await shows(card, '체결 완료');
  });

  test('an unknown outcome that never was an order', async () => {
    await start();
    bot.simulator.setFaults([{ on: 'order', fault: 'hang', when: 'before' }]);
    const card = await ticketFor('/buy 005930 10 69000');
    telegram.pressData(owner, card.keyboard.flat()[0]?.callback_data ?? '', card);
    await clock.advance(20_000);
    await shows(card, '결과를 모릅니다');
    await clock.advance(120_000);
    await shows(card, '접수 안 됨');
    expect(labels(card)).toEqual([]);
  });

  test('ends with the day', async () => {
    const evening = new JumpClock(Date.parse('2026-11-23T15:15:00+09:00'));
    await telegram.stop();
    telegram = await startTelegram(evening);
    clock = evening;
    await start({
      clock: evening,
      simulator: { hours: 'live' },
      env: {
        KIS_ENV: 'live',
        KIS_APP_KEY: 'key-of-live',
        KIS_APP_SECRET: 'secret-of-live',
        KIS_ACCOUNT: '50000000-01',
        KIS_HTS_ID: 'hogasim',
        HOGA_LIVE_TRADING: 'yes',
      },
    });
    const card = await resting();
    fill(1);
    await shows(card, '일부 체결');
    await evening.advance(15 * 60_000);
    await bot.fire('close-krx');
    await shows(card, '장 마감 소멸');
    expect(card.text).toContain('체결 1주 / 10주 · 평균 69,000원 · 9주 소멸');
    expect(labels(card)).toEqual([]);
  });
});

describe('in bad weather', () => {
  test('fifty fills in a burst are told, each share once, and are few edits, the newest of which stands', async () => {
    await start();
    const card = await resting('/buy 005930 50 69000');
    const before = edits(card);
    for (let count = 0; count < 50; count += 1) fill(1);
    await eventually('all told', async () => {
      await clock.advance(5_000);
      return told('누적 50주 / 50주') === 1;
    });
    await shows(card, '체결 완료');
    const shares = telegram
      .messages(owner)
      .map(({ text }) => Number(/체결 삼성전자 매수 (\d+)주 × /.exec(text)?.[1] ?? 0))
      .filter((count) => count > 0);
    expect(shares.reduce((sum, count) => sum + count, 0)).toBe(50);
    expect(edits(card) - before).toBeLessThanOrEqual(Math.max(3, shares.length / 4));
    expect(card.text).toContain('체결 50주 / 50주');
  });

  test('a restart in the middle: what happened meanwhile is on the same card', async () => {
    await start();
    const card = await resting();
    fill(4);
    await shows(card, '일부 체결');
    await bot.app().stop();
    fill(6);
    await bot.restart();
    await shows(card, '체결 완료');
    expect(labels(card)).toEqual([]);
    expect(told('누적 10주 / 10주')).toBe(1);
  });

  test('while Telegram is away the newest state waits alone, and what is older is never shown after it', async () => {
    await start();
    const card = await resting();
    telegram.fail('editMessageText', { status: 502, times: 1_000 });
    telegram.fail('sendMessage', { status: 502, times: 1_000 });
    for (const [quantity, total] of [
      [1, 1],
      [2, 3],
      [3, 6],
      [4, 10],
    ] as const) {
      fill(quantity);
      await eventually('filled', () => bot.simulator.state().orders[0]?.filled === total);
      await clock.advance(2_000);
    }
    expect(card.text).toContain('접수됨');
    telegram.heal();
    const seen = new Set<string>();
    await eventually('shown', async () => {
      await clock.advance(20_000);
      seen.add(card.text);
      return card.text.includes('체결 완료');
    });
    await bot.settled();
    expect(seen.size).toBeLessThanOrEqual(2);
    expect(card.text).toContain('체결 10주 / 10주');
    expect(telegram.messages(owner).filter(({ text }) => text.includes('누적'))).toHaveLength(4);
  });

  test('told to wait, it waits, and then shows the newest', async () => {
    await start();
    const card = await resting();
    telegram.fail('editMessageText', { status: 429, description: 'Too Many Requests', retryAfter: 30 });
    fill(4);
    await telegram.told(owner, '누적 4주');
    await eventually('refused', () => edits(card) >= 2);
    fill(6);
    await clock.advance(10_000);
    expect(card.text).toContain('접수됨');
    const tried = edits(card);
    await clock.advance(25_000);
    await shows(card, '체결 완료');
    expect(edits(card)).toBe(tried + 1);
  });

  test('a deleted card is tried once, and nothing comes in its stead; the fills are told as ever', async () => {
    await start();
    const card = await resting();
    telegram.remove(card);
    const before = edits(card);
    fill(4);
    await telegram.told(owner, '누적 4주');
    await eventually('tried', () => edits(card) === before + 1);
    await bot.settled();
    fill(6);
    await telegram.told(owner, '누적 10주');
    await bot.settled();
    expect(edits(card)).toBe(before + 1);
    expect(told('일부 체결') + told('체결 완료')).toBe(0);
    // Nobody is told that an edit could not be made.
    await clock.advance(60_000);
    expect(told('전해 드리지 못한')).toBe(0);
    expect(await bot.say('/status')).not.toContain('전해 드리지 못한');
  });

  test('blocked and let in again: edits are not made up for, and later ones are made', async () => {
    await start();
    const card = await resting();
    telegram.blocked.add(owner);
    fill(4);
    await eventually('written', () => bot.simulator.state().orders[0]?.filled === 4);
    await clock.advance(5_000);
    telegram.blocked.delete(owner);
    fill(6);
    await shows(card, '체결 완료');
  });
});

describe('the card of a scheduled order', () => {
  test('waits with buttons of its own, and becomes the card of the order that KIS makes of it', async () => {
    await start({ clock, simulator: { hours: 'open' } });
    const card = await ticketFor('/schedule 매수 005930 10 69000');
    await press(card);
    await shows(card, '예약 접수됨');
    const schedule = /예약번호 (R?\d+)/.exec(card.text)?.[1] ?? '';
    expect(card.keyboard.flat().map(({ callback_data }) => callback_data)).toEqual([
      `ask:/schedule amend ${schedule}`,
      `run:/schedule cancel ${schedule}`,
    ]);
    await clock.advance(90_000);
    await bot.fire('schedules');
    await shows(card, `주문번호 ${number()}`);
    expect(card.keyboard.flat().map(({ callback_data }) => callback_data)).toEqual([
      `ask:/amend ${number()}`,
      `run:/cancel ${number()}`,
    ]);
    fill(10);
    await shows(card, '체결 완료');
    expect(labels(card)).toEqual([]);
  });

  test('amended it goes on, cancelled it ends', async () => {
    await start();
    const card = await ticketFor('/schedule 매수 005930 10 69000');
    await press(card);
    await shows(card, '예약 접수됨');
    const schedule = /예약번호 (R?\d+)/.exec(card.text)?.[1] ?? '';
    const amendment = await ticketFor(`/schedule 정정 ${schedule} 10 69500`);
    await press(amendment);
    await shows(card, '69,500원');
    await shows(amendment, '이어지는 상황은');
    const cancel = await ticketFor(`/schedule 취소 ${schedule}`);
    await press(cancel);
    await shows(card, '취소됨');
    expect(labels(card)).toEqual([]);
  });
});
