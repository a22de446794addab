import { afterEach, describe, expect, test } from 'vitest';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

// Codes with letters, and issues that were listed this morning: no list has them, and KIS trades them.

const listedToday = [
  { symbol: '0039P0', name: '새봄바이오', kind: 'stock', base: 20_000 },
  { symbol: '0001A0', name: '한결정밀', kind: 'stock', base: 8_000 },
  { symbol: '487240', name: '푸른소재', kind: 'stock', base: 15_000 },
  { symbol: 'Q530036', name: '새날 인버스 2X WTI원유 선물 ETN', kind: 'etn', base: 1_000 },
] as const;
const newIssues = listedToday.map((issue) => ({
  ...issue,
  market: 'KOSDAQ' as const,
  listedThousands: 10_000,
  industry: '제약',
  english: 'NEW ISSUE',
}));
const paper = {
  KIS_ENV: 'paper',
  KIS_APP_KEY: 'test-app-key',
  KIS_APP_SECRET: 'test-app-secret',
  KIS_ACCOUNT: '50000000-01',
};

let bot: Harness;
afterEach(async () => {
  await bot.stop();
});
const start = async (options: HarnessOptions = {}): Promise<void> => {
  bot = await startHarness({ ...options, simulator: { newIssues, ...options.simulator } });
};
const asked = (tr = 'CTPF1002R'): number => bot.simulator.state().requests.byTr[tr] ?? 0;

describe('an issue that no list has yet', () => {
  test.each(listedToday)('$symbol is asked of KIS, once, and known from then on', async ({ symbol, name }) => {
    await start();
    expect(await bot.say(`/price ${symbol}`)).toContain(`${name} ${symbol}`);
    expect(await bot.say(`/price ${symbol.toLowerCase()}`)).toContain(name);
    expect(await bot.say(`/price ${name}`)).toContain(symbol);
    expect(asked()).toBe(1);
    await bot.restart();
    expect(await bot.say(`/price ${symbol}`)).toContain(name);
    expect(asked()).toBe(1);
  });

  test.each([
    ['/buy 0039P0 3 20000', '새봄바이오'],
    ['0039P0 3주 20000원에 사줘', '새봄바이오'],
    ['0001A0 얼마', '한결정밀'],
    ['q530036 현재가', '새날 인버스 2X WTI원유 선물 ETN'],
    ['/price 삼성전자 0039P0 0001A0', '한결정밀'],
    ['/price 삼성전자 487240', '푸른소재'],
    ['/alert 0039P0 >= 21000', '새봄바이오'],
    ['/watch add 0039P0', '새봄바이오'],
    ['/chart 487240', '푸른소재'],
  ])('%s reads like any other line', async (line, name) => {
    await start();
    expect(await bot.say(line)).toContain(name);
  });

  test('it is ordered, and its fill told by name', async () => {
    await start();
    expect(await bot.say('/buy 0039P0 3 20000')).toContain('매수 주문표');
    await bot.press('확인');
    bot.simulator.setPrice('0039P0', 19_900);
    expect(await bot.told('체결 새봄바이오')).toContain('3주');
  });

  test('on paper, which tells prices alone, it is called by its code', async () => {
    await start({ env: paper, simulator: { kind: 'paper', hours: 'live', callsPerSecond: 1_000 } });
    expect(await bot.say('/price 0039P0')).toContain('0039P0 0039P0\n20,000원');
  });

  test('a code that KIS does not know either is unknown, and is not asked about again and again', async () => {
    await start();
    for (const code of ['9999Z9', '999998']) {
      expect(await bot.say(`/price ${code}`)).toContain(`'${code}' 종목을 찾지 못했습니다`);
      expect(await bot.say(`/price ${code}`)).toContain('찾지 못했습니다');
    }
    expect(asked()).toBe(2);
  });

  test.each([
    '9999Z9 얼마야',
    '999998 현재가',
    '9999Z9 3주 매수',
    '3주 매수 9999z9',
    '９９９９Ｚ９ 2만원 넘으면 알려줘',
  ])('in a sentence it is named, and not the slash: %s', async (line) => {
    await start();
    expect(await bot.say(line)).toMatch(/'9999[zZ]9|'999998/);
    expect(await bot.say(line)).toContain('종목을 찾지 못했습니다');
  });

  test('KIS not answering is not the same as not knowing', async () => {
    await start();
    bot.simulator.setFaults({
      rules: [{ on: 'search-stock-info', fault: 'refuse', code: 'EGW00002', text: '오류', times: 9, rtCd: '1' }],
    });
    let answer = '';
    const said = bot.say('/price 0039P0').then((text) => {
      answer = text;
    });
    for (let second = 0; second < 10 && answer === ''; second += 1) await bot.clock.advance(1_000);
    await said;
    expect(answer).not.toContain('찾지 못했습니다');
    expect(answer).toContain('EGW00002');
  });

  test('a price of six digits is no code', async () => {
    await start();
    expect(await bot.say('/buy 005930 1 700000')).not.toContain('찾지 못했습니다');
    expect(asked()).toBe(0);
  });
});

describe('full-width digits and letters', () => {
  test.each([
    ['／ｂｕｙ　００５９３０　１０　７００００', '10주'],
    ['/buy 005930 １０ ７００００', '70,000원'],
    ['삼성전자 １０주 ７００００원에 사줘', '10주'],
    ['/alert 삼성전자 ＞＝ ７１０００', '71,000원'],
    ['/price ００５９３０', '삼성전자'],
    ['/price ＮＡＶＥＲ', 'NAVER'],
  ])('%s', async (line, shown) => {
    await start();
    expect(await bot.say(line)).toContain(shown);
  });

  test('initial consonants stay what they are', async () => {
    await start();
    expect(await bot.say('/price ㅅㅅㅈㅈ')).toContain('삼성전자');
  });
});

describe('several issues, one of which is not found', () => {
  test('those found are shown and the other is named', async () => {
    await start();
    const answer = await bot.say('/price 카카오 삼성전자 없는종목');
    expect(answer).toMatch(/카카오 [\d,]+원/);
    expect(answer).toMatch(/삼성전자 [\d,]+원/);
    expect(answer).toContain("'없는종목' 종목을 찾지 못했습니다");
  });

  test('one of them alone is shown in full', async () => {
    await start();
    const answer = await bot.say('/price 없는종목 삼성전자');
    expect(answer).toContain('상한/하한');
    expect(answer).toContain("'없는종목' 종목을 찾지 못했습니다");
  });

  test('what may mean several is asked about, with a button for each', async () => {
    await start();
    const answer = await bot.say('/price 카카오 신한');
    expect(answer).toContain('카카오 035720');
    expect(answer).toContain("'신한'");
    expect(await bot.press('신한지주')).toMatch(/카카오 [\d,]+원[\s\S]*신한지주 [\d,]+원/);
  });

  test('none of them found is one sentence', async () => {
    await start();
    expect(await bot.say('/price 없는종목 이것도없음')).toContain("'없는종목' 종목을 찾지 못했습니다");
  });

  test('the watchlist takes those found; a file lacks none', async () => {
    await start();
    const board = await bot.say('/watch add 카카오 없는종목');
    expect(board).toContain('카카오');
    expect(board).toContain("'없는종목' 종목을 찾지 못했습니다");
    expect(await bot.say('/export quotes csv 카카오 없는종목')).toContain("'없는종목' 종목을 찾지 못했습니다");
  });
});
