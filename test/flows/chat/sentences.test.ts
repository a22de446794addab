import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { commands } from '../../../commands/index.ts';
import { TelegramChannel } from '../../../src/channels/telegram/telegram.ts';
import { ko } from '../../../src/i18n/ko.ts';
import { Secret } from '../../../src/secret.ts';
import { eventually, JumpClock } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';
import { startTelegram, type TelegramStandIn } from '../../support/telegram/telegram.ts';

let bot: Harness;
const start = async (options: HarnessOptions = {}): Promise<Harness> => {
  bot = await startHarness(options);
  return bot;
};
afterEach(async () => {
  await bot.stop();
});
const venueOrders = () => bot.simulator.state().orders;

describe('a sentence in the terminal', () => {
  test('makes the ticket that the command would, and only the press sends it', async () => {
    await start();
    const ticket = await bot.say('삼성전자 10주 7만원에 매수');
    expect(ticket).toContain('매수 주문표 · 삼성전자 005930');
    expect(ticket).toContain('지정가 70,000원 × 10주 = 700,000원');
    expect(venueOrders()).toHaveLength(0);
    expect(await bot.press('확인')).toContain('접수됨');
    await bot.told('체결 삼성전자 매수');
    expect(venueOrders()).toMatchObject([{ symbol: '005930', side: 'buy', type: '00', quantity: 10, price: 70_000 }]);
  });

  test('what is confirmed is what was shown, though the holding changes in between', async () => {
    await start({ simulator: { holdings: [{ symbol: '000660', quantity: 7, averageCost: 150_000 }] } });
    const ticket = await bot.say('하이닉스 시장가로 절반 팔아');
    expect(ticket).toContain('시장가 × 3주');
    expect(ticket).toContain('매도가능 7주의 50% = 3주');
    bot.simulator.placeElsewhere({ symbol: '000660', side: 'sell', quantity: 4, price: 230_000 });
    await bot.press('확인');
    await bot.told('체결 SK하이닉스 매도');
    expect(venueOrders().filter(({ type }) => type === '01')).toMatchObject([{ side: 'sell', quantity: 3 }]);
  });

  test('a question has a button for each answer, and the answer makes a ticket', async () => {
    await start();
    expect(await bot.say('삼성 10주 7만원에 사줘')).toContain("'삼성'에 꼭 맞는 종목은 없습니다");
    expect(venueOrders()).toHaveLength(0);
    expect(await bot.press('삼성전자')).toContain('지정가 70,000원 × 10주 = 700,000원');
    await bot.press('확인');
    await eventually('sent', () => venueOrders().length === 1);
  });

  test('which side, which number, which sum', async () => {
    await start();
    expect(await bot.say('삼성전자 10주 7만원')).toContain('살까요, 팔까요?');
    expect(await bot.press('매수')).toContain('매수 주문표');
    await bot.press('취소');
    expect(await bot.say('삼성전자 10 70000 매수')).toContain('어느 쪽이 수량인가요?');
    expect(await bot.press('10주 · 70,000원')).toContain('× 10주 = 700,000원');
    await bot.press('취소');
    expect(await bot.say('삼성전자 100만원 사줘')).toContain('1,000,000원어치인가요?');
    expect(await bot.press('1,000,000원어치')).toMatch(/× 14주 = 9\d\d,\d00원[\s\S]*1,000,000원 ÷ \d+,\d00원 = 14주/);
    expect(await bot.say('삼성전자 7만원에 사줘')).toContain('몇 주를 살까요? 예: 삼성전자 10주');
    expect(bot.chat().messages.at(-1)?.buttons).toEqual([]);
    expect(venueOrders()).toHaveLength(0);
  });

  test('a condition is no order: an alert is offered, and made when pressed', async () => {
    await start();
    expect(await bot.say('삼성전자 6만원 되면 10주 사줘')).toContain('조건이 되면 나가는 주문은 받지 않습니다');
    expect(await bot.press('60,000원 이하')).toContain('알림을 만들었습니다');
    expect(await bot.say('네이버 20만원 넘으면 알려줘')).toContain('NAVER 200,000원 이상');
    expect(await bot.say('알림 목록 보여줘')).toContain('삼성전자 60,000원 이하');
    await bot.simulator.setPrice('005930', 60_000);
    await bot.told('🔔 알림');
    expect(venueOrders()).toHaveLength(0);
  });

  test('what is no order makes no ticket, and is told what would', async () => {
    await start();
    const texts = [
      '삼성전자 10주 사지 마',
      '삼성전자 10주 샀어',
      '삼성전자 10주 살까?',
      '외국인이 삼성전자 10주 매수',
      '안녕하세요',
    ];
    for (const text of texts) {
      const answer = await bot.say(text);
      expect(answer, text).toContain("문장은 '삼성전자 10주 7만원에 매수'처럼");
      expect(bot.chat().messages.at(-1)?.buttons, text).toEqual([]);
    }
    expect(bot.shown().join()).not.toContain('주문표');
  });

  test('queries', async () => {
    await start();
    expect(await bot.say('카카오 얼마야?')).toContain('카카오 035720');
    expect(await bot.say('내 잔고 보여줘')).toContain('예수금');
    expect(await bot.say('미체결 뭐 있어')).toContain('미체결 주문이 없습니다');
    expect(await bot.say('오늘 장 열려?')).toContain('시뮬레이터의 장은 닫히지 않습니다');
  });

  test('commands without a slash mean what they meant', async () => {
    await start();
    expect(await bot.say('매수 삼성전자 10 70000')).toContain('× 10주 = 700,000원');
    expect(await bot.say('현재가 삼성전자')).toContain('삼성전자 005930');
  });

  test('a line full of names is answered at once', async () => {
    await start();
    const startedAt = performance.now();
    for (const text of [
      '삼성 '.repeat(33),
      '삼성전자10주'.repeat(14),
      '반 다 '.repeat(25),
      '1만 '.repeat(33),
      '가나다라 '.repeat(12),
    ]) {
      await bot.say(text);
    }
    expect(performance.now() - startedAt).toBeLessThan(2_000);
  });

  test.each([
    ['HOGA_VIEWERS', '거래 권한이 있어야 합니다'],
    ['', '등록된 사람만 쓸 수 있습니다'],
  ])('of somebody who may not: %s', async (role, sentence) => {
    await start(role === '' ? {} : { env: { [role]: 'telegram:9' } });
    for (const text of ['삼성전자 10주 7만원에 매수', '하이닉스 전량 매도']) {
      await bot.hand({ kind: 'text', text }, 'telegram:9');
      await bot.settled();
    }
    const said = bot.shown().filter((text) => text.includes(sentence));
    expect(said).toHaveLength(role === '' ? 1 : 2);
    expect(bot.shown().join()).not.toContain('주문표');
    expect(venueOrders()).toHaveLength(0);
  });
});

describe('a sentence in a group on Telegram', () => {
  const [owner, viewer, stranger, group] = [111, 333, 444, -100];
  let telegram: TelegramStandIn;
  beforeEach(async () => {
    const clock = new JumpClock();
    telegram = await startTelegram(clock);
    const { token, apiRoot } = telegram;
    await start({
      clock,
      env: { HOGA_OWNERS: `telegram:${owner}`, HOGA_VIEWERS: `telegram:${viewer}` },
      channels: ({ log }) => [
        new TelegramChannel({ token: new Secret(token), apiRoot, clock, log, commands, words: ko }),
      ],
    });
    await telegram.told(owner, '시작했습니다');
  });
  afterEach(async () => {
    await telegram.stop();
    expect(telegram.violations).toEqual([]);
  });
  const inGroup = (userId: number, text: string): void => void telegram.say(userId, text, { chatId: group });

  test('one that plainly orders makes a ticket there; one that lacks a choice asks', async () => {
    inGroup(owner, '삼성 10주 7만원에 사줘');
    await telegram.told(group, '어느 종목인가요?');
    telegram.press(owner, '삼성전자', group);
    await telegram.told(group, '700,000원');
    telegram.press(owner, '확인', group);
    await telegram.told(group, '체결 삼성전자 매수 10주');
    expect(venueOrders()).toMatchObject([{ symbol: '005930', quantity: 10, price: 70_000 }]);
  });

  test('chatter is let be, unless the bot is spoken to', async () => {
    for (const text of [
      '삼성전자 샀어',
      '삼성전자 사줘',
      '장 좋네',
      '매도 고민이다',
      'ㅋㅋㅋ',
      '잔고',
      '주문',
      '예약',
      '삼성전자 10주',
      '7만원',
    ]) {
      inGroup(owner, text);
    }
    inGroup(owner, '@hoga_test_bot 안녕');
    await telegram.told(group, "문장은 '삼성전자 10주");
    expect(telegram.messages(group)).toHaveLength(1);
    inGroup(owner, '@hoga_test_bot 삼성전자 10주 7만원에 사줘');
    await telegram.told(group, '주문표');
  });

  test('whoever wants to stop is heard', async () => {
    inGroup(owner, '정지');
    await telegram.told(group, '거래를 정지했습니다');
  });

  test('a viewer is told what is missing, a stranger once who may', async () => {
    inGroup(viewer, '삼성전자 10주 7만원에 매수');
    await telegram.told(group, '거래 권한이 있어야 합니다');
    inGroup(stranger, '삼성전자 10주 7만원에 매수');
    await telegram.told(group, '등록된 사람만');
    inGroup(stranger, '삼성전자 10주 7만원에 매수');
    inGroup(viewer, '카카오 얼마야');
    await telegram.told(group, '카카오');
    expect(telegram.messages(group)).toHaveLength(3);
    expect(venueOrders()).toHaveLength(0);
  });
});
