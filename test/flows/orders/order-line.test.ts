import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { commands } from '../../../commands/index.ts';
import { type AnyCommand, readArguments } from '../../../src/chat/command.ts';
import { AppError } from '../../../src/errors.ts';
import { createDirectory } from '../../../src/kis/symbols/search.ts';
import { shippedInstruments } from '../../../src/kis/symbols/shipped.ts';
import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.ts';

let bot: Harness | undefined;
const start = async (options: HarnessOptions = {}): Promise<Harness> => {
  bot = await startHarness({
    simulator: { holdings: [{ symbol: '035720', quantity: 20, averageCost: 40_000 }] },
    ...options,
  });
  return bot;
};
afterEach(async () => {
  await bot?.stop();
  bot = undefined;
});

describe('the parts of an order may stand in any order that can be read in one way', () => {
  test.each([
    ['/sell 카카오 전량 조건부 49000', '조건부지정가 49,000원 × 20주', { symbol: '035720', type: '02', price: 49_000 }],
    ['/buy 005930 5 스톱 72000 72100', '스톱지정가 72,100원 × 5주', { type: '22', quantity: 5, price: 72_100 }],
    ['/buy 10 삼성전자 70000', '지정가 70,000원 × 10주', { symbol: '005930', quantity: 10, price: 70_000 }],
    ['/buy 7만원 10주 삼성전자', '지정가 70,000원 × 10주', { quantity: 10, price: 70_000 }],
    ['/buy 시장가 삼성전자 10', '시장가 × 10주', { type: '01', quantity: 10 }],
    ['/buy 삼성전자 IOC 70000 3주', '지정가 IOC 70,000원 × 3주', { type: '11', quantity: 3, price: 70_000 }],
    ['/sell 절반 카카오 49000 NXT', '지정가 49,000원 × 10주', { exchange: 'NXT', quantity: 10 }],
    ['매수 10주 삼성전자 7만원', '지정가 70,000원 × 10주', { quantity: 10, price: 70_000 }],
  ])('%s', async (line, ticket, order) => {
    const { say, press, simulator } = await start();
    expect(await say(line)).toContain(ticket);
    await press('확인');
    expect(simulator.state().orders).toMatchObject([order]);
  });

  test('so may those of a scheduled one', async () => {
    const { say } = await start();
    expect(await say('/schedule 매수 까지 20261127 10 삼성전자 70000')).toContain('지정가 70,000원 × 10주');
    expect(await say('/schedule 매도 시장가 카카오 5')).toContain('시장가 × 5주');
  });

  test('one that can be read in more ways is asked about, and each way makes its own ticket', async () => {
    const { say, press, chat, simulator } = await start();
    const answer = await say('/buy 지정가 70000 삼성전자 10');
    expect(answer).toContain('한 가지로 읽히지 않습니다');
    expect(
      chat()
        .messages.at(-1)
        ?.buttons.map(({ label }) => label),
    ).toEqual(['005930 70000주 10 지정가', '005930 10주 70000 지정가']);
    expect(simulator.state().orders).toEqual([]);
    expect(await press('005930 10주 70000 지정가')).toContain('지정가 70,000원 × 10주');
    expect(await say('/schedule 매수 7만원 삼성전자 10')).toContain('한 가지로');
    expect(await press('매수 005930 10주 7만원')).toContain('지정가 70,000원 × 10주');
  });

  test('an issue that is not named wholly is asked about, wherever it stands', async () => {
    const { say, press } = await start();
    expect(await say('/buy 10주 에코 71800')).toContain("'에코'에 맞는 종목이 여럿입니다.");
    expect(await press('에코프로')).toContain('에코프로 086520');
  });

  test.each([
    ['/buy 10 70000', '종목'],
    ['/sell 카카오 조건부 49000', "'조건부'는 수량이 아닙니다"],
    ['/buy 10 없는종목이름 70000', "'없는종목이름' 종목을 찾지 못했습니다"],
    ['/buy 0 삼성전자 70000', '1주 이상'],
    ['/buy 005930 5 72100 스톱', '가격이 아닙니다'],
    ['/buy 005930 스톱 72000 5', '나갈 가격과 조건가격을 모두'],
    ['/buy 005930 10 70000 5', "'5'는 방식이 아닙니다"],
    ['/buy 최유리 10주 005930 70000', '가격을 쓰지 않습니다'],
    ['/buy IOC 10주 005930 FOK', "'FOK'는 앞의 말과"],
  ])('%s is refused', async (line, why) => {
    const { say, simulator } = await start();
    expect(await say(line)).toContain(why);
    expect(simulator.state().orders).toEqual([]);
  });
});

describe('for all orders', () => {
  const directory = createDirectory(shippedInstruments);
  const buy = commands.find(({ name }) => name === 'buy') as AnyCommand;
  /** What is understood, or the code of the refusal. */
  const read = (line: string): unknown => {
    try {
      const { instrument, ...rest } = readArguments(buy, line.split(' '), directory) as Record<string, unknown>;
      return { ...rest, symbol: (instrument as { symbol: string }).symbol };
    } catch (error) {
      if (error instanceof AppError) return error.code;
      throw error;
    }
  };
  const names = shippedInstruments.filter(
    ({ name, symbol }) => directory.search(name, 1).instruments[0]?.symbol === symbol,
  );
  const issue = fc.constantFrom(...names).chain(({ name, symbol }) => fc.constantFrom(name, symbol));
  const number = fc.integer({ min: 1, max: 900_000 });
  const markedSize = fc.oneof(
    number.map((shares) => `${shares}주`),
    fc.integer({ min: 1, max: 100 }).map((part) => `${part}%`),
    fc.constantFrom('전량', '절반', '반', 'all'),
  );
  const price = fc.oneof(
    number.map(String).filter((won) => directory.search(won, 1).fit !== 'whole'),
    number.map((won) => `${won}원`),
    fc.constantFrom('7만원', '7만5천원', '1억 2천만원', '15만 5천원', '70,000'),
  );
  const limitHow = fc.constantFrom([], ['IOC'], ['조건부'], ['NXT'], ['지정가', 'FOK'], ['애프터마켓', 'IOC']);
  const freeHow = fc.constantFrom(
    ['시장가'],
    ['최유리', 'IOC'],
    ['중간가', 'NXT'],
    ['장후시간외'],
    ['애프터', '최우선'],
  );
  const stopHow = number.map((won) => [`스톱 ${won}`]);
  const pieces = fc.oneof(
    fc
      .tuple(issue, markedSize, price, fc.oneof(limitHow, stopHow))
      .map(([one, much, at, how]) => [one, much, at, ...how]),
    fc.tuple(issue, markedSize, freeHow).map(([one, much, how]) => [one, much, ...how]),
  );

  test('each permutation of its parts is the same order', () => {
    fc.assert(
      fc.property(
        pieces.chain((parts) => fc.tuple(fc.constant(parts), fc.shuffledSubarray(parts, { minLength: parts.length }))),
        ([parts, shuffled]) => {
          const straight = read(parts.join(' '));
          expect(typeof straight).toBe('object');
          expect(read(shuffled.join(' ')), shuffled.join(' ')).toEqual(straight);
        },
      ),
      { numRuns: 1_500 },
    );
  });

  test('of two bare numbers the first is the shares, unless it is asked', () => {
    // A number of six digits may name an issue as well.
    const short = fc.integer({ min: 1, max: 99_999 });
    const parts = fc.record({
      one: issue,
      numbers: fc.tuple(short, short),
      how: limitHow,
      places: fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
    });
    fc.assert(
      fc.property(parts, ({ one, numbers: [first, second], how, places }) => {
        // The numbers keep their order; the issue and the words stand anywhere around them.
        const line = [String(first), String(second)];
        for (const place of places.slice(0, 1)) line.splice(place, 0, one);
        line.splice(places[1] ?? 0, 0, ...how);
        const got = read(line.join(' '));
        if (got === 'args.several-ways') expect(line.join(' ')).toMatch(/(?:조건부|지정가) \d/);
        else expect(got, line.join(' ')).toMatchObject({ quantity: { kind: 'shares', shares: first }, price: second });
      }),
      { numRuns: 1_500 },
    );
  });

  test('whatever the words, reading them ends, in an order or a sentence', () => {
    const word = fc.oneof(
      fc.constantFrom(
        '삼성전자',
        '005930',
        '에코',
        'KODEX',
        '200',
        '스톱',
        '지정가',
        'NXT',
        '10',
        '10주',
        '7만',
        '원',
        '%',
        '0',
        '-1',
      ),
      fc.string({ minLength: 1, maxLength: 5 }).filter((text) => !/\s/.test(text)),
    );
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 14 }), (words) => {
        const got = read(words.join(' '));
        if (typeof got === 'string') expect(got).toMatch(/^args\./);
      }),
      { numRuns: 1_500 },
    );
  });

  test('a line that was read as it stood is read as it was', () => {
    fc.assert(
      fc.property(issue, number, number, (one, shares, won) => {
        expect(read(`${one} ${shares} ${won}`)).toMatchObject({ quantity: { kind: 'shares', shares }, price: won });
      }),
      { numRuns: 300 },
    );
  });
});
