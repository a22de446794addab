import { afterEach, describe, expect, test } from 'vitest';
import { eventually } from '../../support/clock.ts';
import { type AccountName, type Family, numbers, startFamily } from './family.ts';

// KIS pushes the fills of every account under one HTS id, and each account counts its order numbers by itself, so two
// orders that are alike in all but their account have equal numbers.

let hoga: Family;
afterEach(() => hoga.stop());

const accounts: readonly AccountName[] = ['main', 'isa'];
const tags: Readonly<Record<AccountName, string>> = { main: '[생활비 · ', isa: '[노후자금 · ' };

async function order(account: AccountName, line: string): Promise<string> {
  expect(await hoga.tell('owner', `${line} @${account}`)).toContain('주문표');
  const said = await hoga.pressed('owner', hoga.idOf('확인'));
  expect(said).toContain('접수됨');
  return /주문번호 (\d+)/.exec(said)?.[1] ?? '';
}

/** What was told of fills of an account, by the mark that a message begins with. */
const fillsTold = (account: AccountName): readonly string[] =>
  hoga
    .messages('owner')
    .map(({ text }) => text)
    .filter((text) => text.startsWith(tags[account]) && /체결 삼성전자/.test(text));

const statusOf = async (account: AccountName, number: string): Promise<string> => {
  await hoga.clock.advance(5_000);
  return (await hoga.tell('owner', `/why ${number} @${account}`)).split('\n')[2] ?? '';
};

describe('fills of two accounts under one HTS id', () => {
  test('alike orders of equal numbers: each fill is told once, for its account', async () => {
    hoga = await startFamily();
    const [one = '', other = ''] = [
      await order('main', '/buy 005930 3 60000'),
      await order('isa', '/buy 005930 3 60000'),
    ];
    expect(one).toBe(other);
    hoga.simulator.setFaults({ notices: { duplicate: 2 } });
    hoga.simulator.setPrice('005930', 60_000);
    await eventually('both told', () => accounts.every((account) => fillsTold(account).length > 0));
    await hoga.clock.advance(120_000);
    for (const account of accounts) {
      expect(fillsTold(account), account).toHaveLength(1);
      expect(fillsTold(account)[0]).toContain('3주');
      expect(await statusOf(account, one)).toContain('체결 완료');
    }
    expect(
      hoga.simulator
        .state()
        .fills.map((fill) => fill.account)
        .toSorted(),
    ).toEqual(Object.values(numbers).toSorted());
  });

  test.each(accounts)('a fill in %s is nothing to the alike order of the other', async (filled) => {
    hoga = await startFamily();
    const other: AccountName = filled === 'main' ? 'isa' : 'main';
    const number = await order(filled, '/buy 005930 3 61000');
    expect(await order(other, '/buy 005930 3 60000')).toBe(number);
    hoga.simulator.setPrice('005930', 61_000);
    await eventually('told', () => fillsTold(filled).length > 0);
    await hoga.clock.advance(120_000);
    expect(fillsTold(filled)).toHaveLength(1);
    expect(fillsTold(other)).toEqual([]);
    expect(await statusOf(filled, number)).toContain('체결 완료');
    expect(await statusOf(other, number)).toContain('접수');
  });

  test('of which no notice arrives: each is found in the list of its own account', async () => {
    hoga = await startFamily();
    const number = await order('main', '/buy 005930 3 60000');
    await order('isa', '/buy 005930 3 59000');
    hoga.simulator.setFaults({ notices: { drop: 10 } });
    hoga.simulator.setPrice('005930', 60_000);
    hoga.simulator.setFaults({ dropSockets: true });
    await eventually('told', async () => {
      await hoga.clock.advance(10_000);
      return fillsTold('main').length > 0;
    });
    await hoga.clock.advance(120_000);
    expect(fillsTold('main')).toHaveLength(1);
    expect(fillsTold('isa')).toEqual([]);
    expect(await statusOf('isa', number)).toContain('접수');
  });

  test('of an account that the settings do not have: nobody is told', async () => {
    hoga = await startFamily();
    const number = await order('isa', '/buy 005930 3 60000');
    const before = hoga.messages().length;
    hoga.simulator.pushForeignNotice({
      symbol: '005930',
      side: 'buy',
      quantity: 3,
      price: 60_000,
      account: '1111222201',
      number,
    });
    await hoga.clock.advance(60_000);
    expect(hoga.messages()).toHaveLength(before);
    expect(await statusOf('isa', number)).toContain('접수');
  });

  test('an order from elsewhere in one account is of that account', async () => {
    hoga = await startFamily();
    const number = await order('main', '/buy 005930 3 60000');
    hoga.simulator.placeElsewhere({ account: numbers.isa, symbol: '005930', side: 'buy', quantity: 3 });
    await hoga.clock.advance(120_000);
    expect(fillsTold('main')).toEqual([]);
    expect(await statusOf('main', number)).toContain('접수');
  });
});

describe('what KIS gives an app key', () => {
  /** Requests that came in by the path of a token or an approval key, and the sockets that were opened. */
  const counts = () => {
    const { requests, sockets } = hoga.simulator.state();
    const byPath = (path: RegExp): number =>
      Object.entries(requests.byTr).reduce((sum, [name, count]) => sum + (path.test(name) ? count : 0), 0);
    return { tokens: byPath(/tokenP/), approvals: byPath(/Approval/), sockets: sockets.opened, open: sockets.open };
  };
  const key = {
    KIS_APP_KEY: 'key-of-main',
    KIS_APP_SECRET: 'secret-of-main',
    KIS_ACCOUNT: numbers.main,
    KIS_HTS_ID: 'hogasim',
  };
  const sameKey = { KIS_ISA_APP_KEY: key.KIS_APP_KEY, KIS_ISA_APP_SECRET: key.KIS_APP_SECRET };
  const askBoth = async (): Promise<void> => {
    for (const account of accounts) expect(await hoga.tell('owner', `/balance @${account}`)).toContain(tags[account]);
  };

  test('two accounts of one key share its token, its approval key and its socket', async () => {
    hoga = await startFamily({ env: { ...key, ...sameKey } });
    await askBoth();
    expect(counts()).toEqual({ tokens: 1, approvals: 1, sockets: 1, open: 1 });
  });

  test('two keys share none', async () => {
    hoga = await startFamily({ env: key });
    await askBoth();
    expect(counts()).toEqual({ tokens: 2, approvals: 2, sockets: 2, open: 2 });
  });

  test('two accounts of one key share its lane, so that no call is throttled', async () => {
    hoga = await startFamily({
      simulator: { callsPerSecond: 4 },
      env: { ...key, ...sameKey, KIS_CALLS_PER_SECOND: '3', KIS_ISA_CALLS_PER_SECOND: '3' },
    });
    await Promise.all(
      [...accounts, ...accounts, ...accounts].map((account) => hoga.tell('owner', `/orders @${account}`)),
    );
    expect(hoga.simulator.state().requests.throttled).toBe(0);
  });

  test('a fill comes to its own account by the socket that both share', async () => {
    hoga = await startFamily({ env: { ...key, ...sameKey } });
    const number = await order('isa', '/buy 005930 3 61000');
    expect(await order('main', '/buy 005930 3 60000')).toBe(number);
    hoga.simulator.setPrice('005930', 61_000);
    await eventually('told', () => fillsTold('isa').length > 0);
    await hoga.clock.advance(60_000);
    expect(fillsTold('isa')).toHaveLength(1);
    expect(fillsTold('main')).toEqual([]);
    expect(await statusOf('main', number)).toContain('접수');
  });
});
