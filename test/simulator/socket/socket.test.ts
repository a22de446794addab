import { expect, test } from 'vitest';
import { type Json, listenForNotices, Outsider, orderNumberOf, RawSocket, start } from '../support.ts';

test('registrations are answered by their codes', async () => {
  const { sim, client } = await start();
  const socket = await new RawSocket(sim.wsUrl).opened();
  const approval = await client.approvalKey();
  const code = async (...args: Parameters<RawSocket['subscribe']>) => {
    const { header, body } = await socket.subscribe(...args);
    return [header['tr_id'], body['rt_cd'], body['msg_cd']];
  };
  expect(await code(approval, 'H0STCNT0', '005930')).toEqual(['H0STCNT0', '0', 'OPSP0000']);
  expect(await code(approval, 'H0STCNT0', '005930')).toEqual(['H0STCNT0', '1', 'OPSP0002']);
  expect(await code(approval, 'H0STASP0', '005930', '2')).toEqual(['H0STASP0', '1', 'OPSP0003']);
  expect(await code(approval, 'H0STCNT0', '005930', '2')).toEqual(['H0STCNT0', '0', 'OPSP0001']);
  expect(await code(approval, 'H0STXXX0', '005930')).toEqual(['H0STXXX0', '1', 'OPSP8991']);
  expect(await code(approval, 'H0STCNI9', 'hogasim')).toEqual(['H0STCNI9', '1', 'OPSP8991']);
  expect(await code(approval, 'H0STCNT0', '999999')).toEqual(['H0STCNT0', '1', 'OPSP8992']);
  expect(await code(approval, 'H0STCNI0', 'someone')).toEqual(['(null)', '9', 'OPSP0017']);
  expect(await code(approval, 'H0STCNT0', '')).toEqual(['H0STCNT0', '1', 'OPSP9990']);
});

test.each([
  ['not json', 'OPSP9999'],
  ['{"body":{}}', 'OPSP9998'],
  ['{"header":{}}', 'OPSP9992'],
  ['{"header":{},"body":{}}', 'OPSP9991'],
  ['{"header":{},"body":{"input":{}}}', 'OPSP8995'],
])('%s is refused with %s', async (message, code) => {
  const { sim } = await start();
  const socket = await new RawSocket(sim.wsUrl).opened();
  socket.socket.send(message);
  const { header, body } = await socket.nextJson();
  expect([header['tr_id'], body['msg_cd']]).toEqual(['(null)', code]);
});

test('an unknown approval key ends the session', async () => {
  const { sim } = await start();
  const socket = await new RawSocket(sim.wsUrl).opened();
  const closed = socket.closed();
  expect((await socket.subscribe('nobody-knows', 'H0STCNT0', '005930')).body['msg_cd']).toBe('OPSP0011');
  expect(await closed).toBe(1006);
});

test('an app key has one session; the second is told and dropped', async () => {
  const { sim, client } = await start();
  const first = await new RawSocket(sim.wsUrl).opened();
  await first.subscribe(await client.approvalKey(), 'H0STCNT0', '005930');
  const second = await new RawSocket(`${sim.wsUrl}/tryitout/H0STCNT0`).opened();
  const closed = second.closed();
  expect(await second.subscribe(await client.approvalKey(), 'H0STCNT0', '000660')).toMatchObject({
    header: { tr_id: '(null)', tr_key: '' },
    body: { rt_cd: '9', msg_cd: 'OPSP8996', msg1: 'ALREADY IN USE appkey' },
  });
  expect(await closed).toBe(1006);
  sim.trade('005930', 'buy', 1);
  expect(await first.next()).toMatch(/^0\|H0STCNT0\|001\|/);

  const gone = first.closed();
  first.socket.close();
  await gone;
  const third = await new RawSocket(sim.wsUrl).opened();
  expect((await third.subscribe(await client.approvalKey(), 'H0STCNT0', '000660')).body['msg_cd']).toBe('OPSP0000');
});

test('forty-one registrations are the most', async () => {
  const { sim, client } = await start();
  const socket = await new RawSocket(sim.wsUrl).opened();
  const approval = await client.approvalKey();
  const symbols = Object.keys(sim.state().prices);
  const keys = [...symbols.map((symbol) => ['H0STCNT0', symbol]), ...symbols.map((symbol) => ['H0STASP0', symbol])];
  const codes: unknown[] = [];
  for (const [trId, trKey] of keys.slice(0, 42)) {
    codes.push((await socket.subscribe(approval, trId ?? '', trKey ?? '')).body['msg_cd']);
  }
  expect(codes.slice(0, 41).every((code) => code === 'OPSP0000')).toBe(true);
  expect(codes[41]).toBe('OPSP0008');
  expect(sim.state().sockets.registrations).toBe(41);
});

test('PINGPONG comes every ten seconds; who answers stays, who is silent for a hundred is dropped', async () => {
  const { sim, clock } = await start();
  const silent = await new RawSocket(sim.wsUrl).opened();
  const echoing = await new RawSocket(sim.wsUrl).opened();
  const ponging = await new RawSocket(sim.wsUrl).opened();
  const dropped = silent.closed();
  clock.advance(9_999);
  expect(silent.received).toEqual([]);
  clock.advance(1);
  for (let round = 0; round < 12; round += 1) {
    const ping = await echoing.next();
    expect(JSON.parse(ping)).toEqual({
      header: { tr_id: 'PINGPONG', datetime: expect.stringMatching(/^20261123\d{6}$/) },
    });
    echoing.socket.send(ping);
    ponging.socket.pong(await ponging.next());
    for (const socket of [echoing, ponging]) {
      // Its refusal shows that all sent before it has been read.
      socket.socket.send('not json');
      expect((await socket.nextJson()).body['msg_cd']).toBe('OPSP9999');
    }
    clock.advance(10_000);
  }
  expect(await dropped).toBe(1006);
  expect(silent.received).toHaveLength(10);
  expect(sim.state().sockets).toMatchObject({ open: 2, opened: 3 });
});

test('trades come several to a frame when they happen at once', async () => {
  const { sim, client } = await start({ tickColumns: 46 });
  const socket = await new RawSocket(sim.wsUrl).opened();
  await socket.subscribe(await client.approvalKey(), 'H0STCNT0', '005930');
  sim.trade('005930', 'buy', 1_500);
  const [flag, trId, count, payload] = (await socket.next()).split('|');
  const fields = payload?.split('^') ?? [];
  expect([flag, trId]).toEqual(['0', 'H0STCNT0']);
  expect(Number(count)).toBeGreaterThan(1);
  expect(fields).toHaveLength(46 * Number(count));
  const volumes = Array.from({ length: Number(count) }, (_, index) => Number(fields[index * 46 + 12]));
  expect(volumes.reduce((sum, volume) => sum + volume, 0)).toBe(1_500);
  expect(fields[21]).toBe('1');
  expect(Number(fields[46 + 13]) - Number(fields[13])).toBe(volumes[1]);
});

test('the book comes whole, with the orders that wait in it', async () => {
  const { sim, client } = await start();
  const socket = await new RawSocket(sim.wsUrl).opened();
  await socket.subscribe(await client.approvalKey(), 'H0STASP0', '005930');
  const nextBook = async () => (await socket.next()).split('|')[3]?.split('^') ?? [];
  const { bid, ask } = sim.state().prices['005930'] ?? { bid: 0, ask: 0 };
  await client.order('buy', { ORD_UNPR: String(bid - 500), ORD_QTY: '10' });
  const before = await nextBook();
  expect(before.length).toBeGreaterThanOrEqual(59);
  expect([before[0], before[2]]).toEqual(['005930', '0']);
  expect([before[3], before[13]]).toEqual([String(ask), String(bid)]);
  await client.order('buy', { ORD_UNPR: String(bid), ORD_QTY: '10' });
  const after = await nextBook();
  expect(Number(after[33]) - Number(before[33])).toBe(10);
  expect(Number(after[44]) - Number(before[44])).toBe(10);
});

test('notices tell of acceptance, fills, amendment, cancellation and refusal', async () => {
  const { sim, client } = await start();
  const next = await listenForNotices(await new RawSocket(sim.wsUrl).opened(), client);
  const facts = async () => {
    const fields = await next();
    // number, original, change, quantity, price, refused, filled, accepted
    return [fields[2], fields[3], fields[5], Number(fields[9]), Number(fields[10]), ...fields.slice(12, 15)];
  };
  const number = orderNumberOf(await client.order('buy'));
  expect(await facts()).toEqual([number, '', '0', 10, 69_000, '0', '1', '1']);
  sim.trade('005930', 'sell', 4, 69_000);
  expect(await facts()).toEqual([number, '', '0', 4, 69_000, '0', '2', '2']);
  const amended = orderNumberOf(await client.change('amend', number, { ORD_UNPR: '68900' }));
  expect(await facts()).toEqual([amended, number, '1', 6, 68_900, '0', '1', '2']);
  const cancelled = orderNumberOf(await client.change('cancel', amended));
  expect(await facts()).toEqual([cancelled, amended, '2', 6, 0, '0', '1', '2']);
  const ioc = orderNumberOf(await client.order('buy', { ORD_DVSN: '11' }));
  expect(await facts()).toEqual([ioc, '', '0', 10, 69_000, '0', '1', '1']);
  expect(await facts()).toEqual([ioc, '', '0', 10, 69_000, '0', '1', '3']);
  sim.setFaults([{ on: 'order', fault: 'exchange-reject' }]);
  const rejected = orderNumberOf(await client.order('buy'));
  expect(await facts()).toEqual([rejected, '', '0', 10, 69_000, '0', '1', '1']);
  expect(await facts()).toEqual([rejected, '', '0', 10, 69_000, '1', '1', '1']);
  expect(sim.state().orders.at(-1)).toMatchObject({ status: 'rejected', remaining: 0 });
});

test('paper’s notices have twenty-three columns', async () => {
  const { sim, client } = await start({ kind: 'paper' });
  const next = await listenForNotices(await new RawSocket(sim.wsUrl).opened(), client);
  const number = orderNumberOf(await client.order('buy', { ORD_UNPR: '70000', ORD_QTY: '2' }));
  const accepted = await next();
  expect(accepted.slice(15)).toEqual(['00950', '000000002', '홍길동', '1Y', '10', '', '삼성전자', '']);
  const filled = await next();
  expect(filled).toHaveLength(23);
  expect([filled[2], filled[9], filled[10], filled[13], filled[22]]).toEqual([
    number,
    '0000000002',
    '000070000',
    '2',
    '000070000',
  ]);
  const waiting = orderNumberOf(await client.order('buy'));
  await next();
  await client.change('cancel', waiting);
  const cancelled = await next();
  expect([cancelled[3], cancelled[5], cancelled[9], cancelled[16]]).toEqual([waiting, '2', '0000000000', '000000000']);
});

test('every session of the HTS id hears of a fill, and of other accounts under it', async () => {
  const { sim, client } = await start();
  const one = await listenForNotices(await new RawSocket(sim.wsUrl).opened(), client);
  const neighbour = await new Outsider(sim.restUrl, { appKey: 'a-neighbour-key' }).login();
  const other = await listenForNotices(await new RawSocket(sim.wsUrl).opened(), neighbour);
  await client.order('buy');
  expect((await one()).slice(0, 3)).toEqual((await other()).slice(0, 3));
  const response = await fetch(`${sim.restUrl}/__sim/notice`, {
    method: 'POST',
    body: JSON.stringify({ symbol: '000660', side: 'sell', quantity: 2, price: 190_000 }),
  });
  expect(response.status).toBe(200);
  expect((await one()).slice(0, 10)).toEqual([
    'hogasim',
    '5999999901',
    '0000900001',
    '',
    '01',
    '0',
    '00',
    '0',
    '000660',
    '0000000002',
  ]);
});

test('the market moves by itself for those who watch', async () => {
  const { sim, client, clock } = await start({ speed: 1, seed: 3 });
  const socket = await new RawSocket(sim.wsUrl).opened();
  await socket.subscribe(await client.approvalKey(), 'H0STCNT0', '005930');
  const before = sim.state().prices;
  clock.advance(60_000);
  const after = sim.state().prices;
  expect(after['005930']).not.toEqual(before['005930']);
  expect(after['000660']).toEqual(before['000660']);
  await socket.next();
  // Nobody watches this one; it moves when it is looked at.
  const { body } = await client.quote('000660');
  expect((body['output'] as Json)['acml_vol']).not.toBe('0');
  expect(sim.state().prices['000660']).not.toEqual(before['000660']);
  for (const { last, upper, lower } of Object.values(sim.state().prices)) {
    expect(last <= upper && last >= lower).toBe(true);
  }
});

test('Nextrade and both together tell the same market in their own columns', async () => {
  const { sim, client } = await start();
  const socket = await new RawSocket(sim.wsUrl).opened();
  const approval = await client.approvalKey();
  for (const trId of ['H0NXCNT0', 'H0UNCNT0', 'H0NXASP0', 'H0UNASP0', 'H0NXMKO0', 'H0UNMKO0']) {
    await socket.subscribe(approval, trId, '005930');
  }
  sim.trade('005930', 'buy', 1);
  sim.setIssue('005930', { halted: true });
  const lengths: Record<string, number> = {};
  for (let frame = 0; frame < 6; frame += 1) {
    const [, trId = '', , payload = ''] = (await socket.next()).split('|');
    const fields = payload.split('^');
    lengths[trId] = fields.length;
    expect(fields[0]).toBe('005930');
    if (trId.endsWith('MKO0')) expect(fields.slice(0, 2)).toEqual(['005930', 'Y']);
  }
  expect(lengths).toEqual({ H0NXCNT0: 47, H0UNCNT0: 47, H0NXASP0: 65, H0UNASP0: 65, H0NXMKO0: 11, H0UNMKO0: 11 });
});

test('an index is told once a second, however much is traded', async () => {
  const { sim, client, clock } = await start();
  const socket = await new RawSocket(sim.wsUrl).opened();
  await socket.subscribe(await client.approvalKey(), 'H0UPCNT0', '0001');
  for (let second = 0; second < 3; second += 1) {
    for (let trade = 0; trade < 20; trade += 1) sim.trade('005930', 'buy', 1);
    clock.advance(1_000);
  }
  for (let pushed = 0; pushed < 3; pushed += 1) {
    const record = await socket.next();
    expect(record).toMatch(/^0\|H0UPCNT0\|001\|0001\^/);
    expect(record.split('^')).toHaveLength(30);
  }
  // And no fourth one came before its refusal.
  socket.socket.send('not json');
  expect((await socket.nextJson()).body['msg_cd']).toBe('OPSP9999');
});
