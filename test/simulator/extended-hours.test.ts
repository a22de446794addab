import { describe, expect, test } from 'vitest';
import { block, ManualClock, type Outsider, RawSocket, start } from './support.ts';

const symbol = '005930';
const at = (day: string, time: string): ManualClock => new ManualClock(Date.parse(`${day}T${time}:00+09:00`));

async function prices(client: Outsider): Promise<Readonly<Record<string, number>>> {
  const lastAt = async (division: string): Promise<number> => {
    const query = { FID_COND_MRKT_DIV_CODE: division, FID_INPUT_ISCD: symbol };
    return Number(block(await client.quotation('inquire-price', 'FHKST01010100', query))['stck_prpr']);
  };
  const query = { FID_COND_MRKT_DIV_CODE: 'J', FID_INPUT_ISCD: symbol };
  const late = block(await client.quotation('inquire-overtime-price', 'FHPST02300000', query));
  return { J: await lastAt('J'), NX: await lastAt('NX'), UN: await lastAt('UN'), late: Number(late['ovtm_untp_prpr']) };
}

test("in the evening each exchange has a price of its own, and KRX's close stands", async () => {
  const clock = at('2026-11-30', '17:20');
  const { sim, client } = await start({ clock, hours: 'live' });
  const { J: close = 0, late } = await prices(client);
  expect(late).toBe(0);
  sim.setPrice(symbol, close + 300, 'NXT');
  clock.advance(1_000);
  sim.setPrice(symbol, close + 100);
  expect(await prices(client)).toEqual({ J: close, NX: close + 300, UN: close + 100, late: close + 100 });
  expect(sim.state().prices[symbol]).toMatchObject({ last: close, extended: { KRX: close + 100, NXT: close + 300 } });
});

test('the evening is over with its day', async () => {
  const clock = at('2026-11-27', '19:00');
  const { sim, client } = await start({ clock, hours: 'live' });
  const { J: close = 0 } = await prices(client);
  sim.setPrice(symbol, close + 300, 'NXT');
  clock.advance(48 * 3_600_000);
  await client.login();
  expect(await prices(client)).toMatchObject({ J: close, NX: close + 300 });
  clock.advance(12 * 3_600_000);
  expect(await prices(client)).toMatchObject({ J: close, NX: close, late: 0 });
});

describe('trades over the socket say where and when they were made', () => {
  test.each([
    ['08:10', 'NXT', ['H0NXCNT0 1', 'H0UNCNT0 1']],
    ['10:00', 'KRX', ['H0NXCNT0 2', 'H0STCNT0 2', 'H0UNCNT0 2']],
    ['15:25', 'KRX', ['H0STCNT0 2', 'H0UNCNT0 2']],
    ['15:45', 'NXT', ['H0NXCNT0 3', 'H0UNCNT0 3']],
    ['17:20', 'KRX', ['H0STCNT0 3', 'H0UNCNT0 3']],
    ['17:20', 'NXT', ['H0NXCNT0 3', 'H0UNCNT0 3']],
  ] as const)('at %s at %s', async (time, exchange, expected) => {
    const { sim, client } = await start({ clock: at('2026-11-30', time), hours: 'live' });
    const socket = await new RawSocket(sim.wsUrl).opened();
    const approval = await client.approvalKey();
    for (const trId of ['H0STCNT0', 'H0NXCNT0', 'H0UNCNT0']) await socket.subscribe(approval, trId, symbol);
    const { last = 0 } = sim.state().prices[symbol] ?? {};
    sim.setPrice(symbol, last, exchange);
    const heard = new Set<string>();
    for (let frames = 0; frames < expected.length; frames += 1) {
      const [, trId = '', , payload = ''] = (await socket.next()).split('|');
      const fields = payload.split('^');
      expect(fields).toHaveLength(47 * (payload.match(/005930/g)?.length ?? 0));
      heard.add(`${trId} ${fields[46]}`);
    }
    expect([...heard].toSorted()).toEqual(expected);
    // Nothing else came before the refusal.
    socket.socket.send('not json');
    const next = await socket.next();
    expect(next).toContain('OPSP');
  });
});

test('where the market moves by itself it moves in the evening too, at both exchanges, and funds stand still', async () => {
  const clock = at('2026-11-30', '17:00');
  const { sim, client } = await start({ clock, hours: 'live', speed: 1, seed: 3 });
  const socket = await new RawSocket(sim.wsUrl).opened();
  const approval = await client.approvalKey();
  for (const key of [symbol, '069500']) await socket.subscribe(approval, 'H0UNCNT0', key);
  const before = sim.state().prices;
  clock.advance(120_000);
  const after = sim.state().prices;
  expect(after[symbol]?.last).toBe(before[symbol]?.last);
  expect(after[symbol]?.extended.KRX).not.toBeNull();
  expect(after[symbol]?.extended.NXT).not.toBeNull();
  expect(after['069500']).toEqual(before['069500']);
});

test.each([
  ['2026-11-30', '084500', '154500', '20261130'],
  ['2026-11-19', '094500', '164500', '20261119'],
  ['2026-11-29', '084500', '154500', '20261129'],
])('market-time of %s', async (day, start_, end, today) => {
  const { client } = await start({ clock: at(day, '08:35'), hours: 'live' });
  const answer = await client.quotation('market-time', 'HHMCM000002C0', {});
  expect(block(answer, 'output1')).toMatchObject({ today, time: '083500', s_time: start_, e_time: end });
});
