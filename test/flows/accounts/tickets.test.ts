import { afterEach, describe, expect, test } from 'vitest';
import type { Environ } from '../../../src/config.ts';
import { type Family, identities, isaAt, numbers, startFamily, type Who } from './family.ts';

let hoga: Family;
afterEach(() => hoga.stop());

const ticketVerbs = ['confirm', 'drop', 'instead'] as const;

/** A ticket of `who` in `isa`: the ids of its buttons, by verb. */
async function ticketInIsa(who: Who): Promise<Readonly<Record<(typeof ticketVerbs)[number], string>>> {
  expect(await hoga.tell(who, '/buy 005930 1 60000 @isa')).toContain('매수 주문표');
  return { confirm: hoga.idOf('확인'), drop: hoga.idOf('취소'), instead: hoga.idOf('+1틱') };
}

const ordersOf = (account: keyof typeof numbers): number =>
  hoga.simulator.state().orders.filter((order) => order.account === numbers[account]).length;

/** What came in at the venue meanwhile, looking at lists aside: orders, and questions that a ticket or a press asks. */
const orderRequests = (): number =>
  Object.entries(hoga.simulator.state().requests.byTr)
    .filter(([tr]) => /^[TV]TTC00(?:11|12|13)U$/.test(tr))
    .reduce((sum, [, count]) => sum + count, 0);

/** What may change between a ticket in `isa` and its press, and what the press of its confirm button then says. */
const changes: readonly {
  readonly what: string;
  readonly who: Who;
  readonly happens: () => Promise<unknown>;
  readonly says: RegExp;
}[] = [
  {
    what: 'the account left HOGA_ACCOUNTS at a restart',
    who: 'owner',
    happens: () => restart({ HOGA_ACCOUNTS: 'main', ...withoutIsa() }),
    says: /주문표를 찾지 못했습니다/,
  },
  {
    what: 'the account was given another name',
    who: 'owner',
    happens: () => restart({ ...renamed('ISA', 'PENSION'), HOGA_ACCOUNTS: 'main,pension' }),
    says: /주문표를 찾지 못했습니다/,
  },
  {
    what: 'the account moved from the simulator to the paper host',
    who: 'owner',
    happens: () => restart({ KIS_ISA_ENV: 'paper' }),
    says: /주문표를 찾지 못했습니다/,
  },
  {
    what: 'the account moved from the simulator to the live host',
    who: 'owner',
    happens: () => restart({ KIS_ISA_ENV: 'live', HOGA_LIVE_TRADING: 'yes' }),
    says: /주문표를 찾지 못했습니다/,
  },
  {
    what: 'the person is named for the account no more',
    who: 'trader',
    happens: () => restart({ KIS_ISA_TRADERS: undefined, HOGA_TRADERS: `telegram:${identities.trader}` }),
    says: /볼 수 있는 계좌가 없습니다|권한/,
  },
  {
    what: 'the person may only look at the account by now',
    who: 'trader',
    happens: () => restart({ KIS_ISA_TRADERS: undefined, KIS_ISA_VIEWERS: `telegram:${identities.trader}` }),
    says: /거래 권한이 있어야 합니다/,
  },
  {
    what: 'trading was halted in the account',
    who: 'trader',
    happens: () => hoga.tell('owner', '/halt @isa'),
    says: /거래가 정지되어 있습니다/,
  },
];

function restart(env: Environ): Promise<void> {
  return hoga.clock.hurried(hoga.restart({ env }));
}

function withoutIsa(): Environ {
  const named = [...Object.keys(isaAt(hoga.simulator)), 'KIS_ISA_OWNERS', 'KIS_ISA_TRADERS'];
  return Object.fromEntries(named.map((name) => [name, undefined]));
}

function renamed(from: string, to: string): Environ {
  const own = { ...isaAt(hoga.simulator), KIS_ISA_OWNERS: `telegram:${identities.owner}` };
  const moved = Object.entries(own).map(([name, value]) => [name.replace(`_${from}_`, `_${to}_`), value] as const);
  return { ...withoutIsa(), ...Object.fromEntries(moved) };
}

describe('a ticket is of the account it was made for', () => {
  test.each(changes)('nothing is sent where $what', async ({ who, happens, says }) => {
    hoga = await startFamily();
    const { confirm } = await ticketInIsa(who);
    await happens();
    const before = orderRequests();
    const said = await hoga.pressed(who, confirm);
    expect(said).toMatch(says);
    expect(orderRequests()).toBe(before);
    expect(hoga.simulator.state().orders).toEqual([]);
  });

  test('whatever account the chat works with by then: it goes to its own', async () => {
    hoga = await startFamily();
    const { confirm } = await ticketInIsa('owner');
    await hoga.tell('owner', '/account main');
    expect(await hoga.pressed('owner', confirm)).toMatch(/^\[노후자금 · [^\]]+\]\n접수됨/);
    expect([ordersOf('main'), ordersOf('isa')]).toEqual([0, 1]);
  });

  test('another ticket in its place is of the same account, whatever the chat works with by then', async () => {
    hoga = await startFamily();
    const { instead } = await ticketInIsa('owner');
    await hoga.tell('owner', '/account main');
    expect(await hoga.pressed('owner', instead)).toMatch(/^\[노후자금 · /);
    await hoga.pressed('owner', hoga.idOf('확인'));
    expect([ordersOf('main'), ordersOf('isa')]).toEqual([0, 1]);
  });

  test('another ticket in its place is of the same account, though the person had only that one when it was made', async () => {
    hoga = await startFamily();
    expect(await hoga.tell('trader', '/buy 005930 1 60000')).toContain('매수 주문표');
    const instead = hoga.idOf('+1틱');
    await restart({ HOGA_TRADERS: `telegram:${identities.trader}` });
    expect(await hoga.pressed('trader', instead)).toMatch(/^\[노후자금 · /);
    await hoga.pressed('trader', hoga.idOf('확인'));
    expect([ordersOf('main'), ordersOf('isa')]).toEqual([0, 1]);
  });

  test('the order of the accounts in the settings says nothing of whose a ticket is', async () => {
    hoga = await startFamily({
      env: { KIS_APP_KEY: 'key-of-main', KIS_APP_SECRET: 'secret-of-main', KIS_ACCOUNT: numbers.main },
    });
    const { confirm } = await ticketInIsa('owner');
    await restart({ HOGA_ACCOUNTS: 'isa,main' });
    expect(await hoga.pressed('owner', confirm)).toMatch(/^\[노후자금 · [^\]]+\]\n접수됨/);
    expect([ordersOf('main'), ordersOf('isa')]).toEqual([0, 1]);
  });
});
