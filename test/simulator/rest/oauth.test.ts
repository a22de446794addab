import { expect, test } from 'vitest';
import { monday, Outsider, start } from '../support.ts';

const credentials = { grant_type: 'client_credentials', appkey: 'another-app-key', appsecret: 'another-secret' };

test('a token lives a day, comes again for six hours, and is given once a minute', async () => {
  const { client, clock } = await start();
  const first = await client.post('/oauth2/tokenP', credentials);
  expect(first.body).toEqual({
    access_token: expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/),
    access_token_token_expired: '2026-11-24 10:00:00',
    token_type: 'Bearer',
    expires_in: 86_400,
  });
  const claims = JSON.parse(
    Buffer.from(String(first.body['access_token']).split('.')[1] ?? '', 'base64url').toString(),
  );
  expect(claims.jti).toBe('another-app-key');

  clock.advance(59_000);
  expect(await client.post('/oauth2/tokenP', credentials)).toEqual({
    status: 403,
    trCont: null,
    body: { error_description: '접근토큰 발급 잠시 후 다시 시도하세요(1분당 1회)', error_code: 'EGW00133' },
  });
  clock.advance(1_000);
  const again = await client.post('/oauth2/tokenP', credentials);
  expect(again.body).toMatchObject({ access_token: first.body['access_token'], expires_in: 86_340 });
  clock.advance(6 * 3_600_000);
  const later = await client.post('/oauth2/tokenP', credentials);
  expect(later.body['access_token']).not.toBe(first.body['access_token']);
});

test.each([
  [{ appkey: '' }, 'EGW00102'],
  [{ appkey: 'short' }, 'EGW00103'],
  [{ appsecret: undefined }, 'EGW00104'],
  [{ appsecret: 'short' }, 'EGW00105'],
  [{ grant_type: undefined }, 'EGW00115'],
  [{ grant_type: 'password' }, 'EGW00116'],
])('token requests with %j are refused with %s', async (change, code) => {
  const { client } = await start();
  const answer = await client.post('/oauth2/tokenP', { ...credentials, ...change });
  expect([answer.status, answer.body['error_code']]).toEqual([403, code]);
});

test('the secret is called secretkey on the way to an approval key', async () => {
  const { client } = await start();
  expect((await client.post('/oauth2/Approval', credentials)).body['error_code']).toBe('EGW00104');
  expect(await client.approvalKey()).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
});

test('calls need a token that lives', async () => {
  const { client, clock } = await start();
  const quoteWith = (headers: Record<string, string>) =>
    client.get(
      '/uapi/domestic-stock/v1/quotations/inquire-price',
      { FID_COND_MRKT_DIV_CODE: 'J', FID_INPUT_ISCD: '005930' },
      { appkey: client.appKey, appsecret: 'outsider-app-secret', tr_id: 'FHKST01010100', ...headers },
    );
  const codeWith = async (headers: Record<string, string>) => {
    const { status, body } = await quoteWith(headers);
    return [status, body['rt_cd'], body['msg_cd']];
  };
  expect(await codeWith({})).toEqual([500, '1', 'EGW00122']);
  expect(await codeWith({ authorization: client.token })).toEqual([500, '1', 'EGW00205']);
  expect(await codeWith({ authorization: 'Bearer nonsense' })).toEqual([500, '1', 'EGW00121']);
  expect(await codeWith({ Authorization: `Bearer ${client.token}`, appsecret: 'quite-another' })).toEqual([
    500,
    '1',
    'EGW00304',
  ]);
  expect((await quoteWith({ AUTHORIZATION: `Bearer ${client.token}` })).status).toBe(200);
  clock.advance(86_400_000);
  expect(await codeWith({ authorization: `Bearer ${client.token}` })).toEqual([500, '1', 'EGW00123']);
});

test('a revoked token is unknown, and the next one is new', async () => {
  const { client, clock } = await start();
  const body = { appkey: client.appKey, appsecret: 'outsider-app-secret', token: client.token };
  expect((await client.post('/oauth2/revokeP', body)).body).toEqual({
    code: 200,
    message: '접근토큰 폐기에 성공하였습니다',
  });
  expect((await client.quote()).body['msg_cd']).toBe('EGW00121');
  const revoked = client.token;
  clock.advance(61_000);
  await client.login();
  expect(client.token).not.toBe(revoked);
  expect((await client.quote()).status).toBe(200);
});

test('a hash key is the hash of the body, and must fit it', async () => {
  const { client, sim } = await start();
  const body = {
    CANO: '50000000',
    ACNT_PRDT_CD: '01',
    PDNO: '005930',
    ORD_DVSN: '00',
    ORD_QTY: '1',
    ORD_UNPR: '69000',
  };
  const { HASH, BODY } = (await client.post('/uapi/hashkey', body)).body;
  expect(BODY).toEqual(body);
  expect(HASH).toMatch(/^[0-9a-f]{64}$/);
  const path = '/uapi/domestic-stock/v1/trading/order-cash';
  const order = (hashkey: string, qty: string) =>
    client.post(path, { ...body, ORD_QTY: qty }, client.headers('TTTC0012U', { hashkey }));
  expect((await order(String(HASH), '2')).body['msg_cd']).toBe('EGW00131');
  expect((await order(String(HASH), '1')).body['msg_cd']).toBe('APBK0013');
  expect(sim.state().orders).toHaveLength(1);
});

test('the time told is the simulator’s own', async () => {
  const { client, sim } = await start();
  sim.setClock({ now: monday + 86_400_000 });
  const other = new Outsider(sim.restUrl, { appKey: 'a-third-app-key' });
  const answer = await other.post('/oauth2/tokenP', { ...credentials, appkey: 'a-third-app-key' });
  expect(answer.body['access_token_token_expired']).toBe('2026-11-25 10:00:00');
  expect((await client.quote()).body['msg_cd']).toBe('EGW00123');
});
