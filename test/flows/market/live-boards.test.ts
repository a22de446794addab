import { afterEach, describe, expect, test } from 'vitest';
import { eventually } from '../../support/clock.ts';
import { type Harness, type HarnessOptions, type ShownMessage, startHarness } from '../../support/harness.ts';

let bot: Harness;
const start = async (options: HarnessOptions = {}): Promise<void> => {
  bot = await startHarness(options);
};
afterEach(() => bot.stop());

const samsung = '005930';
const notices = 'H0STCNI0|hogasim';
const topics = (): readonly string[] => bot.simulator.state().sockets.topics.toSorted();
const registered = (...wanted: readonly string[]): Promise<unknown> =>
  eventually(wanted.join(), () => topics().join() === [notices, ...wanted].toSorted().join());
const bookOf = (market: 'ST' | 'NX' | 'UN', symbol = samsung): readonly string[] =>
  ['ASP0', 'CNT0', 'MKO0'].map((topic) => `H0${market}${topic}|${symbol}`);
/** Quotations of one issue, and order books. */
const asked = (): number => {
  const { byTr } = bot.simulator.state().requests;
  return (byTr['FHKST01010100'] ?? 0) + (byTr['FHKST01010200'] ?? 0);
};
function board(title = '삼성전자'): ShownMessage {
  const found = bot.chat().messages.findLast(({ text }) => text.includes(title));
  if (found === undefined) throw new Error(`no board of ${title}`);
  return found;
}
/** Lets time pass until the board says so. */
const shows = (text: string, title?: string): Promise<unknown> =>
  eventually(text, async () => {
    await bot.clock.advance(1_000);
    await bot.settled();
    return board(title).text.includes(text);
  });

async function sayElsewhere(chatId: string, text: string): Promise<void> {
  const at = bot.clock.now();
  const chat = { channel: 'console', chatId, identity: 'console:local', alone: true };
  await bot.chat().receive({ id: chatId, ...chat, input: { kind: 'text', text }, at });
  await bot.settled();
}

describe('a live book', () => {
  test('hears of prices, sizes and the strength of buyers, and asks for nothing', async () => {
    await start();
    expect(await bot.say('/book 삼성전자 실시간')).toContain('실시간 · 10:10까지 3초마다 새로 고칩니다');
    await registered(...bookOf('ST'));
    const messages = bot.shown().length;
    const before = asked();
    bot.simulator.setPrice(samsung, 70_700);
    await shows('70,700원');
    expect(board().text).toMatch(
      /^\S* ?삼성전자 005930 · KRX 정규장 · 10:00:\d\d\n70,700원 ▲700 \(\+1\.00%\) · 체결강도 [\d.]+%\n/,
    );
    expect(board().text).toMatch(/[\d,]+ +70,700 +\+1\.00%/);
    expect(asked()).toBe(before);
    expect(bot.shown()).toHaveLength(messages);
  });

  test('is not edited more often than every three seconds, and not without a change', async () => {
    await start();
    await bot.say('/book 005930 live');
    await registered(...bookOf('ST'));
    const before = board().edits;
    for (let second = 1; second <= 12; second += 1) {
      bot.simulator.setPrice(samsung, 70_000 + second * 100);
      await bot.clock.advance(1_000);
      await bot.settled();
    }
    expect(board().edits - before).toBeGreaterThanOrEqual(3);
    expect(board().edits - before).toBeLessThanOrEqual(4);
    await shows('71,200원');
    const { edits } = board();
    await bot.clock.advance(30_000);
    await bot.settled();
    expect(board().edits).toBe(edits);
  });

  test.each([
    ['NXT', 'NX', 'NXT 정규장'],
    ['SOR', 'UN', '통합(SOR)'],
  ] as const)('of %s hears of that exchange', async (exchange, market, name) => {
    await start();
    expect(await bot.say(`/book 삼성전자 ${exchange} live`)).toContain(`삼성전자 005930 · ${name}`);
    await registered(...bookOf(market));
    bot.simulator.setPrice(samsung, 70_700);
    await shows('70,700원');
    await bot.press('멈춤');
    expect(board().text).toContain(name);
    await registered();
  });

  test('says what keeps the issue from trading, until it is over', async () => {
    await start();
    await bot.say('/book 삼성전자 live');
    bot.simulator.setIssue(samsung, { interrupted: true });
    await shows('VI 발동 중');
    bot.simulator.setIssue(samsung, { interrupted: false, halted: true });
    await shows('\n거래정지\n');
    expect(board().text).not.toContain('VI 발동');
    bot.simulator.setIssue(samsung, { halted: false });
    await eventually('all is well', async () => {
      await bot.clock.advance(1_000);
      return !board().text.includes('거래정지');
    });
  });

  test('stops by its button, and lets go of its registrations', async () => {
    await start();
    await bot.say('/book 삼성전자 live');
    await registered(...bookOf('ST'));
    const messages = bot.shown().length;
    await bot.press('멈춤');
    await registered();
    expect(bot.shown()).toHaveLength(messages);
    expect(board().text).not.toContain('초마다');
    expect(board().buttons.map(({ label }) => label)).toEqual(['새로고침', '실시간', '매수', '매도', '알림']);
    const { text } = board();
    bot.simulator.setPrice(samsung, 70_700);
    await bot.clock.advance(60_000);
    expect(board().text).toBe(text);
    expect(await bot.press('실시간')).toContain('실시간 · 10:11까지');
    expect(bot.shown()).toHaveLength(messages);
  });

  test('ends by itself after ten minutes', async () => {
    await start();
    await bot.say('/book 삼성전자 live');
    for (let step = 0; step < 63; step += 1) await bot.clock.advance(10_000);
    await bot.told('10분이 지나 실시간을 마쳤습니다');
    await registered();
    expect(bot.simulator.state().sockets.opened).toBe(1);
  });

  test('is one to a chat, whatever it is of', async () => {
    await start();
    await bot.say('/watch add SK하이닉스');
    await bot.say('/watch live');
    await bot.say('/index live');
    expect(board('관심종목').text).toContain('실시간을 멈췄습니다');
    await bot.say('/book 삼성전자 live');
    expect(board('코스피200').text).toContain('실시간을 멈췄습니다');
    await registered(...bookOf('ST'));
    await bot.say('/book SK하이닉스 live');
    expect(board().text).toContain('실시간을 멈췄습니다');
    await registered(...bookOf('ST', '000660'));
  });

  test('does not come back with a restart, and its button says how things are', async () => {
    await start();
    await bot.say('/book 삼성전자 live');
    const stop = bot.button('멈춤');
    await bot.restart();
    await registered();
    await bot.hand({ kind: 'press', button: stop });
    await bot.settled();
    expect(bot.shown().at(-1)).toContain('삼성전자 005930');
    expect(bot.shown().at(-1)).not.toContain('초마다');
  });
});

describe('a live board and alerts', () => {
  test('share a registration, and neither ends it for the other', async () => {
    await start();
    await bot.say('/alert 삼성전자 >= 71000');
    await bot.say('/book 삼성전자 live');
    await registered(...bookOf('ST'));
    await bot.press('멈춤');
    await registered(`H0STCNT0|${samsung}`);
    bot.simulator.setPrice(samsung, 71_000);
    await bot.told('71,000원 이상');
    await registered();

    await bot.say('/book 삼성전자 live');
    await bot.say('/alert 삼성전자 >= 72000');
    bot.simulator.setPrice(samsung, 72_000);
    await bot.told('72,000원 이상');
    await registered(...bookOf('ST'));
    bot.simulator.setPrice(samsung, 72_100);
    await shows('72,100원', '초마다 새로 고칩니다');
  });

  test('alerts come first: the board gives its registrations up and goes on by asking', async () => {
    await start();
    const others = Object.keys(bot.simulator.state().prices).filter((symbol) => symbol !== samsung);
    for (const symbol of others.slice(3)) await bot.say(`/alert ${symbol} 신고가`);
    await sayElsewhere('one', '/book 삼성전자 NXT live');
    await sayElsewhere('two', '/book 삼성전자 SOR live');
    await sayElsewhere('three', '/index live');
    expect(await bot.say('/book 삼성전자 live')).toContain('3초마다');
    expect(topics()).toHaveLength(41);
    await bot.say(`/alert ${others[0]} 신고가`);
    await eventually('the board has made room', () => topics().length === 39);
    expect(topics()).toContain(`H0STCNT0|${others[0]}`);
    await shows('알림이 먼저입니다');
    expect(board().text).toContain('5초마다 새로 고칩니다');
    bot.simulator.setPrice(samsung, 70_700);
    const before = asked();
    await shows('70,700원');
    expect(asked()).toBeGreaterThan(before);
    // And where there is no room from the start, it takes none.
    expect(await bot.say('/book SK하이닉스 NXT live')).toContain('알림이 먼저입니다');
    expect(topics()).toHaveLength(39);
  });
});

describe('without the socket', () => {
  test('paper does not push all of it: prices are asked for, and Nextrade is refused', async () => {
    await start({
      simulator: { kind: 'paper', callsPerSecond: 1_000 },
      env: {
        KIS_ENV: 'paper',
        KIS_APP_KEY: 'paper-app-key',
        KIS_APP_SECRET: 'paper-app-secret',
        KIS_ACCOUNT: '50000000-01',
        KIS_HTS_ID: 'hogasim',
      },
    });
    const shown = await bot.say('/book 삼성전자 live');
    expect(shown).toContain('5초마다 새로 고칩니다');
    expect(shown).toContain('모의투자에는 이 실시간 자료가 없어');
    expect(topics()).toEqual(['H0STCNI9|hogasim']);
    bot.simulator.setPrice(samsung, 70_700);
    await shows('70,700원');
    bot.simulator.setIssue(samsung, { halted: true });
    await shows('거래정지');
    expect(await bot.say('/book 삼성전자 NXT')).toContain(
      'NXT 호가를 볼 수 없습니다. KRX만 됩니다. 예: /book 삼성전자',
    );
  });

  test('a lost connection is bridged by asking, and the board is heard of again afterwards', async () => {
    await start();
    await bot.say('/book 삼성전자 live');
    await registered(...bookOf('ST'));
    bot.simulator.setFaults({ sockets: { refuse: true }, dropSockets: true });
    await shows('실시간 연결이 끊겨');
    bot.simulator.setPrice(samsung, 70_700);
    await shows('70,700원');
    bot.simulator.clearFaults();
    await shows('3초마다');
    await registered(...bookOf('ST'));
    expect(board().text).not.toContain('끊겨');
    bot.simulator.setPrice(samsung, 70_900);
    await shows('70,900원');
  });

  test('a board is asked for from the start while there is none', async () => {
    await start();
    bot.simulator.setFaults({ sockets: { refuse: true }, dropSockets: true });
    await eventually('gone', () => bot.simulator.state().sockets.open === 0);
    expect(await bot.say('/book 삼성전자 live')).toContain('실시간 연결이 끊겨');
    bot.simulator.setPrice(samsung, 70_700);
    await shows('70,700원');
  });
});

test('where one answer is all there is, nothing goes live', async () => {
  await start();
  await bot.restart({ readOnly: true });
  expect(await bot.say('/book 삼성전자 live')).toContain('한 번만 답해 실시간은 없습니다');
  expect(await bot.say('/book 삼성전자 stop')).toContain('삼성전자 005930');
});

describe('live indices', () => {
  const indices = ['0001', '1001', '2001'].map((code) => `H0UPCNT0|${code}`);

  test('hear of what the market makes of them, as it would be asked for', async () => {
    await start();
    const before = await bot.say('/index');
    expect(await bot.press('실시간')).toContain('3초마다');
    await registered(...indices);
    bot.simulator.setPrice(samsung, 77_000);
    const point = /코스피 ([\d,.]+)/;
    await eventually('a higher index', async () => {
      await bot.clock.advance(1_000);
      return point.exec(board('코스피200').text)?.[1] !== point.exec(before)?.[1];
    });
    const live = board('코스피200').text.split('\n').slice(0, 3);
    expect(live[0]).toContain('▲');
    expect((await bot.press('멈춤')).split('\n').slice(0, 3)).toEqual(live);
    await registered();
  });

  test('are of all three', async () => {
    await start();
    expect(await bot.say('/index 코스피 live')).toContain('세 지수를 함께 봅니다. 예: /index 실시간');
  });
});
