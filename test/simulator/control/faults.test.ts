import { expect, test } from 'vitest';
import { block, listenForNotices, orderNumberOf, RawSocket, rows, start } from '../support.ts';

test('an answer can be lost after the order was taken, or before', async () => {
  const { client, sim } = await start();
  sim.setFaults([
    { on: 'order', fault: 'cut', when: 'before' },
    { on: 'order', fault: 'cut', when: 'after' },
  ]);
  await expect(client.order('buy')).rejects.toThrow('fetch failed');
  expect(sim.state().orders).toEqual([]);
  await expect(client.order('buy')).rejects.toThrow('fetch failed');
  expect(sim.state().orders).toMatchObject([{ status: 'accepted' }]);
  expect((await client.order('buy')).body['rt_cd']).toBe('0');
});

test('a proxy’s page, half a body, a code of choice', async () => {
  const { client, sim } = await start();
  sim.setFaults({
    rules: [
      { on: 'order', fault: 'http', status: 502, when: 'after' },
      { on: 'inquire-price', fault: 'malformed' },
      { on: 'TTTC8434R', fault: 'refuse', code: 'EGW00316', text: '다시', status: 500 },
      { on: '/oauth2/tokenP', fault: 'refuse', code: 'EGW00002', status: 403 },
    ],
  });
  await expect(client.order('buy')).rejects.toThrow('JSON');
  expect(sim.state().orders).toHaveLength(1);
  await expect(client.quote()).rejects.toThrow('JSON');
  expect(await client.balance()).toMatchObject({ status: 500, body: { msg_cd: 'EGW00316', msg1: '다시' } });
  expect((await client.post('/oauth2/tokenP', {})).body).toEqual({ error_description: '', error_code: 'EGW00002' });
  expect((await client.balance()).status).toBe(200);
  expect(sim.state().faultsLeft).toBe(0);
});

test('a rule counts its calls, and may let some pass first', async () => {
  const { client, sim } = await start();
  sim.setFaults([{ on: 'read', fault: 'throttle', times: 2, skip: 1 }]);
  const statuses = [];
  for (let call = 0; call < 4; call += 1) statuses.push((await client.quote()).status);
  expect(statuses).toEqual([200, 500, 500, 200]);
  expect((await client.order('buy')).status).toBe(200);
});

test('a token can die at once, and a new one be had', async () => {
  const { client, sim } = await start();
  for (const [state, code] of [
    ['expired', 'EGW00123'],
    ['unknown', 'EGW00121'],
  ] as const) {
    sim.setFaults([{ on: 'any', fault: 'token', state }]);
    expect((await client.quote()).body['msg_cd']).toBe(code);
    expect((await client.quote()).body['msg_cd']).toBe(code);
    await client.login();
    expect((await client.quote()).status).toBe(200);
  }
});

test('an answer can be late, by the clock, or never come', async () => {
  const { client, sim, clock } = await start();
  sim.setFaults([{ on: 'order', fault: 'delay', ms: 3_000, when: 'after' }]);
  let answered = false;
  const late = client.order('buy').then((answer) => {
    answered = true;
    return answer;
  });
  while (sim.state().orders.length === 0) await new Promise(setImmediate);
  expect(answered).toBe(false);
  clock.advance(3_000);
  expect((await late).body['rt_cd']).toBe('0');

  sim.setFaults([{ on: 'read', fault: 'hang', when: 'before' }]);
  const never = client.quote();
  expect((await client.quote()).status).toBe(200);
  await sim.stop();
  await expect(never).rejects.toThrow('fetch failed');
});

test('executions may be seen late', async () => {
  const { client, sim, clock } = await start();
  sim.setFaults({ executionsLagMs: 2_000 });
  const number = orderNumberOf(await client.order('buy', { ORD_UNPR: '70000' }));
  expect(rows(await client.executions())).toEqual([]);
  clock.advance(1_000);
  await client.order('buy');
  clock.advance(1_000);
  expect(rows(await client.executions())).toMatchObject([{ odno: number, tot_ccld_qty: '10' }]);
  sim.clearFaults();
  expect(rows(await client.executions())).toHaveLength(2);
});

test('notices can be dropped, doubled, delayed, held and turned round', async () => {
  const { client, sim, clock } = await start();
  const socket = await new RawSocket(sim.wsUrl).opened();
  const next = await listenForNotices(socket, client);
  /** Number, and whether it is a fill. */
  const facts = async () => {
    const fields = await next();
    return [fields[2], fields[13] === '2'];
  };
  sim.setFaults({ notices: { drop: 1, duplicate: 1 } });
  const first = orderNumberOf(await client.order('buy', { ORD_UNPR: '70000' }));
  expect([await facts(), await facts()]).toEqual([
    [first, true],
    [first, true],
  ]);

  sim.setFaults({ notices: { delayMs: 500 } });
  const second = orderNumberOf(await client.order('buy'));
  await client.quote();
  expect(socket.received).toHaveLength(3);
  clock.advance(500);
  expect(await facts()).toEqual([second, false]);

  sim.setFaults({ notices: { hold: true } });
  const third = orderNumberOf(await client.order('buy', { ORD_UNPR: '70000' }));
  await client.quote();
  expect(socket.received).toHaveLength(4);
  sim.setFaults({ notices: { reorder: true } });
  expect([await facts(), await facts()]).toEqual([
    [third, true],
    [third, false],
  ]);
});

test('sockets can be dropped, silenced and turned away', async () => {
  const { client, sim, clock } = await start();
  const socket = await new RawSocket(sim.wsUrl).opened();
  await listenForNotices(socket, client);
  sim.setFaults({ sockets: { silent: true } });
  await client.order('buy');
  clock.advance(30_000);
  await client.quote();
  expect(socket.received).toHaveLength(1);
  const closed = socket.closed();
  sim.setFaults({ sockets: { silent: false, refuse: true }, dropSockets: true });
  expect(await closed).toBe(1006);
  await expect(new RawSocket(sim.wsUrl).opened()).rejects.toThrow();
  sim.clearFaults();
  await new RawSocket(sim.wsUrl).opened();
  expect(sim.state().sockets).toMatchObject({ open: 1, opened: 2 });
});

test('notices come after the answer, or before it when asked to', async () => {
  for (const noticeBeforeAnswer of [false, true]) {
    const { client, sim } = await start({ noticeBeforeAnswer });
    const socket = await new RawSocket(sim.wsUrl).opened();
    await listenForNotices(socket, client);
    const heard: string[] = [];
    socket.socket.on('message', () => heard.push('notice'));
    const ordered = await client.order('buy');
    heard.push('answer');
    await socket.next();
    expect(block(ordered)['ODNO']).toBeDefined();
    if (noticeBeforeAnswer) expect(heard[0]).toBe('notice');
  }
});
