import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Harness, startHarness } from '../../support/harness.ts';

let bot: Harness;
beforeAll(async () => {
  bot = await startHarness();
});
afterAll(async () => {
  await bot.stop();
});

const newest = () => bot.chat().messages.at(-1);
const labels = (): readonly string[] => newest()?.buttons.map(({ label }) => label) ?? [];

describe('what names an issue wholly runs', () => {
  test.each(['005930', '삼성전자', '삼성 전자', '삼전', 'samsung electronics', 'ㅅㅅㅈㅈ', '삼ㅅㅈㅈ'])(
    '%s',
    async (typed) => {
      expect(await bot.say(`/price ${typed}`)).toMatch(/삼성전자 005930\n70,000원/);
      expect(await bot.say(`/buy ${typed} 10 69000`)).toContain('매수 주문표 · 삼성전자 005930');
    },
  );
});

describe('anything less is asked, though one issue alone fits', () => {
  test.each([
    ['a typo', '삼성젼자', '삼성전자', '005930'],
    ['a typo in a nickname', '하이닉수', 'SK하이닉스', '000660'],
    ['the wrong keyboard layout', 'zkzkdh', '카카오', '035720'],
    ['an unfinished syllable behind a name', '삼성전자ㅇ', '삼성전자우', '005935'],
    ['the end of a name', '에너빌리티', '두산에너빌리티', '034020'],
    ['the beginning of a name', '두산에너', '두산에너빌리티', '034020'],
  ])('%s', async (_, typed, name, symbol) => {
    const orders = bot.simulator.state().orders.length;
    const answer = await bot.say(`/buy ${typed} 10`);
    expect(answer).toMatch(new RegExp(`'${typed}'에 꼭 맞는 종목은 없습니다\\. ${name} 종목을 찾으셨나요\\?`));
    expect(answer).toContain(`예: /buy ${symbol}`);
    expect(labels()).toEqual([name]);
    expect(bot.button(name)).toBe(`run:/buy ${symbol} 10`);
    expect(await bot.press(name)).toContain(`매수 주문표 · ${name} ${symbol}`);
    expect(bot.simulator.state().orders).toHaveLength(orders);
  });

  test('and where several do, all are shown', async () => {
    expect(await bot.say('/buy 전자 10')).toMatch(/'전자'에 맞는 종목이 여럿입니다\.\n예: \/buy \d{6} 10$/m);
    expect(labels()).toEqual(expect.arrayContaining(['삼성전자', 'LG전자']));
    expect(await bot.say('/buy 삼성전자유 10')).toContain("'삼성전자유'에 꼭 맞는 종목은 없습니다. 이 가운데");
    expect(labels()).toEqual(['삼성전자우', '삼성전자']);
  });

  test('by /price and /alert as well', async () => {
    expect(await bot.say('/price 카카외')).toContain('카카오 종목을 찾으셨나요?');
    expect(await bot.press('카카오')).toContain('카카오 035720');
    expect(await bot.say('/price 삼전 하이닉수')).toContain('SK하이닉스 종목을 찾으셨나요?');
    expect(await bot.press('SK하이닉스')).toMatch(/삼성전자[\s\S]*SK하이닉스/);
    expect(await bot.say('/alert 삼성젼자 >=80000')).toContain('삼성전자 종목을 찾으셨나요?');
  });

  test('a code with a wrong digit is no typo of another', async () => {
    for (const typed of ['005931', '005939', '0059300', '00593', 'Q500059'])
      expect(await bot.say(`/buy ${typed} 10`)).toMatch(/찾지 못했습니다|순서가 다릅니다/);
    expect(labels()).toEqual([]);
  });

  test('a number behind a name is a quantity before it is part of a longer name', async () => {
    expect(await bot.say('/buy 삼성전자 1 69000')).toContain('지정가 69,000원 × 1주');
    expect(await bot.say('/buy KODEX 200 1 36000')).toContain('KODEX 200 069500');
    expect(await bot.say('/buy 삼성전 1 69000')).toContain("'삼성전'에");
    await bot.press('삼성전자');
    expect(newest()?.text).toContain('지정가 69,000원 × 1주');
  });
});

describe('while it is typed', () => {
  const suggested = (text: string): readonly string[] =>
    bot
      .suggest({ identity: 'console:local', command: 'buy', argument: 'instrument', text })
      .map(({ label, value }) => `${label} → ${value}`);

  test('names and codes are proposed, what is traded most first, and typos are forgiven', () => {
    expect(suggested('삼성')[0]).toBe('삼성전자 005930 → 005930');
    expect(suggested('삼성젼자')).toEqual(['삼성전자 005930 → 005930']);
    expect(suggested('00066')).toEqual(['SK하이닉스 000660 → 000660']);
    expect(suggested('samsung').length).toBeGreaterThan(3);
    expect(suggested('뷁뷁뷁뷁')).toEqual([]);
  });
});
