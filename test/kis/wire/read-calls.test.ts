import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { required, text } from '../../../src/kis/codecs/fields.ts';
import { defineEndpoints, many, one } from '../../../src/kis/endpoints/endpoint.ts';
import { anyText, oneOf } from '../../../src/kis/endpoints/inputs.ts';
import { KisError } from '../../../src/kis/wire/error.ts';
import { Secret } from '../../../src/secret.ts';
import { eventually } from '../../support/clock.ts';
import { type HostAnswer, type RestHost, type RestHostOptions, startRestHost } from '../../support/kis/rest-host.ts';

const row = { method: 'GET', kind: 'read', account: false, paging: null } as const;
const { price, list, lacking } = defineEndpoints({
  price: {
    ...row,
    id: 'inquire-price',
    title: '주식현재가 시세',
    path: '/price',
    tr: { live: 'FHKST01', paper: 'VFHKST01' },
    input: { CODE: anyText, MARKET: oneOf('J', 'NX') },
    output: { output: one(required(text, 'name')) },
  },
  list: {
    ...row,
    id: 'inquire-balance',
    title: '주식잔고조회',
    path: '/list',
    tr: { live: 'TTTC84', paper: 'VTTC84' },
    account: true,
    paging: { keys: ['CTX_FK', 'CTX_NK'], rows: { live: 50, paper: 20 } },
    input: { KIND: anyText },
    output: { output1: many(required(text, 'name')) },
  },
  lacking: {
    ...row,
    id: 'intgr-margin',
    title: '통합증거금',
    path: '/margin',
    tr: { live: 'TTTC08', paper: null },
    account: true,
    input: {},
    output: { output: one(required(text, 'name')) },
  },
});
const input = { CODE: '005930', MARKET: 'J' } as const;
const ok: HostAnswer = { says: { rt_cd: '0', output: { name: '삼성전자' } } };
const refused = (code: string, words = '안 됩니다', status = 200): HostAnswer => ({
  status,
  says: { rt_cd: '1', msg_cd: code, msg1: words },
});
const over = refused('EGW00201', '초당 거래건수를 초과하였습니다.', 500);

let host: RestHost;
const start = async (answers: readonly HostAnswer[], options: Partial<RestHostOptions> = {}): Promise<void> => {
  host = await startRestHost({ answers, ...options });
};
const read = (options = {}) => host.http.read(price, input, options);
/** Credentials whose tokens are `token-1`, `token-2` and so on, each good until it is thrown away. */
const renewing = () => {
  let count = 1;
  return {
    token: async () => new Secret(`token-${count}`),
    invalidate: async () => {
      count += 1;
    },
  };
};
const tokenWait = (): KisError => new KisError('token-wait', { code: 'EGW00133', text: '' });
afterEach(() => vi.restoreAllMocks());

describe('a read', () => {
  it('is a question with the TR id of the host, in a turn of its own', async () => {
    await start([ok]);
    expect(await read()).toEqual({ output: { name: '삼성전자' } });
    expect(host.events).toEqual(['lane ["interactive",{}]', 'GET /price']);
    expect(host.received[0]).toMatchObject({
      query: { CODE: '005930', MARKET: 'J' },
      body: undefined,
      headers: { authorization: 'Bearer token-1', appkey: 'an-app-key', tr_id: 'FHKST01', tr_cont: '', custtype: 'P' },
    });
    expect([host.http.supports(price), host.http.supports(lacking)]).toEqual([true, true]);
  });

  it('takes its turn by its priority, and leaves the queue when nobody wants it any more', async () => {
    const entered: unknown[] = [];
    let answered = 0;
    const enter = async (...args: unknown[]): Promise<() => void> => {
      entered.push(args);
      return () => {
        answered += 1;
      };
    };
    await start([ok], { lane: { enter } });
    const { signal } = new AbortController();
    await read({ priority: 'background', signal });
    expect(entered).toEqual([['background', { signal }]]);
    expect(answered, 'told that the answer is there').toBe(1);
  });

  it('of the account carries the account; without one it is not sent', async () => {
    await start([{ says: { rt_cd: '0', output1: [] } }]);
    await host.http.read(list, { KIND: '1' });
    expect(host.received[0]?.query).toMatchObject({ CANO: '50000000', ACNT_PRDT_CD: '01', KIND: '1' });
    await start([ok], { account: undefined });
    await expect(host.http.read(list, { KIND: '1' })).rejects.toMatchObject({
      kind: 'unsupported',
      context: { endpoint: 'inquire-balance', account: true },
    });
    expect(host.events).toEqual([]);
    expect(await read()).toEqual({ output: { name: '삼성전자' } });
  });

  it('of what the paper host lacks is not sent', async () => {
    await start([ok], { dialect: 'paper' });
    expect([host.http.supports(price), host.http.supports(lacking)]).toEqual([true, false]);
    await expect(host.http.read(lacking, {})).rejects.toMatchObject({
      kind: 'unsupported',
      context: { endpoint: 'intgr-margin', account: true },
    });
    expect(host.events).toEqual([]);
    await read();
    expect(host.received[0]?.headers['tr_id']).toBe('VFHKST01');
  });

  it('with an input that KIS is known to refuse is not sent, and reported by name', async () => {
    await start([ok]);
    await expect(host.http.read(price, { ...input, MARKET: 'X' as 'J' })).rejects.toMatchObject({
      kind: 'drift',
      context: { endpoint: 'inquire-price', title: '주식현재가 시세', field: 'MARKET' },
    });
    expect(host.events).toEqual([]);
    const drift = { code: '', text: '', field: 'MARKET' };
    expect(host.drifts).toEqual([{ api: 'inquire-price', title: '주식현재가 시세', trId: 'FHKST01', ...drift }]);
    expect(host.logged).toEqual([
      [
        'KIS does not agree with the catalogue about an API',
        { api: 'inquire-price', trId: 'FHKST01', path: '/price', parameters: 'CODE MARKET', ...drift },
      ],
    ]);
  });

  it('whose answer lacks a field is refused and reported, once', async () => {
    await start([{ says: { rt_cd: '0', output: {} } }]);
    await expect(read()).rejects.toMatchObject({
      kind: 'malformed',
      context: { endpoint: 'inquire-price', title: '주식현재가 시세', field: 'output name' },
    });
    expect(host.drifts).toMatchObject([{ api: 'inquire-price', field: 'output name' }]);
    expect(host.received).toHaveLength(1);
  });

  it('that has no rows is answered', async () => {
    for (const rt_cd of ['0', '7']) {
      await start([{ says: { rt_cd, msg_cd: 'KIOK0560', msg1: '조회할 내용이 없습니다' } }]);
      expect(await host.http.readAll(list, { KIND: '1' })).toEqual({ pages: [{ output1: [] }], truncated: false });
    }
  });
});

describe('a read that fails', () => {
  it.each([
    ['the connection is cut', 'cut', 'unreachable', ''],
    ['a page comes', { status: 502, says: '<html>' }, 'unreachable', 'http-502'],
    ['blanks come', { says: { rt_cd: '', msg_cd: '', msg1: '' } }, 'unreachable', 'http-200'],
    ['a server failed without a code', { status: 500, says: { rt_cd: '1', msg1: 'x' } }, 'unreachable', 'http-500'],
    ['it was one too many', over, 'throttled', 'EGW00201'],
    ['KIS’s servers failed', refused('EGW00202'), 'unreachable', 'EGW00202'],
    ['KIS said what was seen to pass', refused('IGW00001'), 'drift', 'IGW00001'],
  ] as const)('is sent four times, with longer and longer pauses, where %s', async (_what, answer, kind, code) => {
    await start([answer]);
    await expect(read()).rejects.toMatchObject({ kind, venueCode: code });
    expect(host.received).toHaveLength(4);
    expect(host.clock.sleeps).toEqual([125, 250, 500]);
    const repeated = host.logged.filter(([message]) => message === 'read repeated').map(([, fields]) => fields);
    expect(repeated).toEqual(
      [125, 250, 500].map((backoffMs, index) => ({ endpoint: 'inquire-price', attempt: index + 1, backoffMs })),
    );
  });

  it('is answered as soon as it is; the pauses are a little different for everybody', async () => {
    await start(['cut', 'cut', ok], { random: () => 0.5 });
    expect(await read()).toEqual({ output: { name: '삼성전자' } });
    expect(host.clock.sleeps).toEqual([250, 500]);
    expect(host.received).toHaveLength(3);
  });

  it.each([
    ['KIS refused it', refused('APBK0919'), 'rejected', 'APBK0919'],
    ['KIS refused the key', refused('EGW00105'), 'unauthorised', 'EGW00105'],
    ['KIS does not know it', refused('OPSQ2001'), 'drift', 'OPSQ2001'],
    ['KIS gave no code', refused('', 'x'), 'rejected', ''],
    ['the address is blocked', { status: 403, says: '<html>' }, 'unauthorised', 'http-403'],
  ] as const)('is not sent again where %s', async (_what, answer, kind, code) => {
    await start([answer, ok]);
    await expect(read()).rejects.toMatchObject({ kind, venueCode: code });
    expect(host.received).toHaveLength(1);
    expect(host.clock.sleeps).toEqual([]);
  });

  it('says what KIS said of which API', async () => {
    await start([refused('APBK0919', '장운영일자 canary', 500)]);
    const error = await read().catch((thrown: unknown) => thrown as KisError);
    expect(error).toMatchObject({ venueText: '장운영일자 [redacted]' });
    expect((error as KisError).context).toEqual({
      endpoint: 'inquire-price',
      title: '주식현재가 시세',
      status: 500,
      venueCode: 'APBK0919',
      venueText: '장운영일자 [redacted]',
    });
    await start([{ status: 403, says: '' }]);
    await expect(read()).rejects.toMatchObject({ context: { endpoint: 'inquire-price' } });
    await start(['cut']);
    await expect(read()).rejects.toMatchObject({ venueText: '', context: { endpoint: 'inquire-price' } });
  });

  it('on paper says whether another key would help', async () => {
    await start([refused('EGW02006')], { dialect: 'paper' });
    await expect(read()).rejects.toMatchObject({ kind: 'unsupported', context: { account: false } });
    await start([refused('EGW02006')]);
    await expect(read()).rejects.toMatchObject({ kind: 'unauthorised' });
  });

  it('for the limit gives the lane a rest before each further try, and none after the last', async () => {
    await start([over]);
    await expect(read()).rejects.toMatchObject({ kind: 'throttled' });
    expect(host.events.filter((event) => event.startsWith('pause'))).toEqual(Array(3).fill('pause 1100'));
    await start([refused('EGW00215'), ok]);
    await read();
    expect(host.events.filter((event) => event.startsWith('pause'))).toEqual(['pause 2000']);
    await start(['cut', ok]);
    await read();
    expect(host.events.some((event) => event.startsWith('pause'))).toBe(false);
  });

  it('because the API changed is reported once; because nobody answered, never', async () => {
    for (const code of ['IGW00001', 'OPSQ2001']) {
      await start([refused(code, 'x')]);
      await expect(read()).rejects.toMatchObject({ kind: 'drift' });
      expect(host.drifts).toMatchObject([{ api: 'inquire-price', code, text: 'x', field: undefined }]);
    }
    for (const answer of ['cut', refused('APBK0919')] as const) {
      await start([answer]);
      await expect(read()).rejects.toThrow();
      expect(host.drifts).toEqual([]);
    }
  });

  it('because nobody answered in time', async () => {
    await start(['hang', ok]);
    const said = read();
    await eventually('the call', () => host.received.length === 1);
    await host.clock.advance(7_500);
    expect(host.clock.sleeps).toEqual([]);
    await host.clock.advance(600);
    expect(await said).toEqual({ output: { name: '삼성전자' } });
    expect(host.received).toHaveLength(2);
  });

  it('or does not, leaves nothing on the signal that it was given', async () => {
    const { signal } = new AbortController();
    await start(['cut', ok]);
    await read({ signal });
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('because nobody wants it any more is not sent again', async () => {
    await start(['hang', ok]);
    const controller = new AbortController();
    const said = read({ signal: controller.signal });
    await eventually('the call', () => host.received.length === 1);
    controller.abort(new Error('nobody'));
    await expect(said).rejects.toMatchObject({ kind: 'unreachable', cause: { message: 'nobody' } });
    expect(host.received).toHaveLength(1);
  });
});

describe('the token of a read', () => {
  it('that KIS does not know any more is renewed, and the read sent again at once', async () => {
    await start([refused('EGW00123', 'x', 500), ok], { credentials: renewing() });
    expect(await read()).toEqual({ output: { name: '삼성전자' } });
    expect(host.received.map(({ headers }) => headers['authorization'])).toEqual(['Bearer token-1', 'Bearer token-2']);
    expect(host.clock.sleeps).toEqual([]);
  });

  it('is renewed once a read, however it goes on', async () => {
    await start([refused('EGW00123')], { credentials: renewing() });
    await expect(read()).rejects.toMatchObject({ kind: 'unauthorised', venueCode: 'EGW00123' });
    expect(host.received).toHaveLength(2);
    await start([refused('EGW00121'), 'cut', refused('EGW00121'), ok], { credentials: renewing() });
    await expect(read()).rejects.toMatchObject({ venueCode: 'EGW00121' });
    expect(host.received).toHaveLength(3);
  });

  it('stays where KIS refused something else', async () => {
    const invalidate = vi.fn();
    await start([refused('EGW00105')], { credentials: { invalidate } });
    await expect(read()).rejects.toThrow();
    expect(invalidate).not.toHaveBeenCalled();
  });

  it('is waited for, once, by a read that a person waits for', async () => {
    const { signal } = new AbortController();
    const untilIssuable = vi.fn(async () => undefined);
    const token = vi.fn().mockRejectedValueOnce(tokenWait()).mockResolvedValue(new Secret('token-1'));
    await start([ok], { credentials: { token, untilIssuable } });
    expect(await read({ signal })).toEqual({ output: { name: '삼성전자' } });
    expect(untilIssuable.mock.calls).toEqual([[signal]]);

    const never = vi.fn().mockRejectedValue(tokenWait());
    await start([ok], { credentials: { token: never, untilIssuable } });
    await expect(read()).rejects.toMatchObject({ kind: 'token-wait' });
    expect(never).toHaveBeenCalledTimes(2);
    expect(host.received).toEqual([]);
  });

  it.each([
    ['of housekeeping', { priority: 'background' }, tokenWait()],
    ['of a press', { priority: 'urgent' }, tokenWait()],
    ['that nobody wants any more', { signal: AbortSignal.abort() }, tokenWait()],
    ['of a wrong key', {}, new KisError('unauthorised', { code: 'EGW00105', text: '' })],
    ['of a failure that is not KIS’s', {}, new Error('disk full')],
  ])('is not waited for by a read %s', async (_what, options, error) => {
    const untilIssuable = vi.fn();
    await start([ok], { credentials: { token: () => Promise.reject(error), untilIssuable } });
    await expect(read(options)).rejects.toBe(error);
    expect(untilIssuable).not.toHaveBeenCalled();
    expect(host.clock.sleeps).toEqual([]);
  });
});

describe('a listing', () => {
  const page = (name: string, trCont?: string, position: object = {}): HostAnswer => ({
    ...(trCont === undefined ? {} : { headers: { tr_cont: trCont } }),
    says: { rt_cd: '0', output1: [{ name }], ...position },
  });
  const changed = refused('SYDB0050', '조회이후에 자료가 변경되었습니다.');
  const all = (options = {}) => host.http.readAll(list, { KIND: '1' }, options);
  const asked = () => host.received.map(({ query, headers }) => [query['CTX_FK'], query['CTX_NK'], headers['tr_cont']]);

  it('is read page by page, from where the last page ended', async () => {
    await start([
      page('a', 'F', { ctx_fk: 'f1', ctx_nk: 'n1' }),
      page('b', ' M ', { CTX_FK: 'f2', CTX_NK: 'n2' }),
      page('c', 'D', { ctx_fk: 'f3', ctx_nk: 'n3' }),
    ]);
    const { pages, truncated } = await all();
    expect(pages.map(({ output1 }) => output1[0]?.name)).toEqual(['a', 'b', 'c']);
    expect(truncated).toBe(false);
    expect(asked()).toEqual([
      ['', '', ''],
      ['f1', 'n1', 'N'],
      ['f2', 'n2', 'N'],
    ]);
  });

  it('whose last page is full, and has nothing after it, is complete', async () => {
    const nothing: HostAnswer = { says: { rt_cd: '0', msg_cd: 'KIOK0560', msg1: '조회할 내용이 없습니다' } };
    await start([page('a', 'F'), nothing]);
    expect(await all()).toEqual({ pages: [{ output1: [{ name: 'a' }] }], truncated: false });
    expect(host.received).toHaveLength(2);
  });

  it('goes on by header alone where KIS names no position', async () => {
    await start([page('a', 'M'), page('b')]);
    expect((await all()).pages).toHaveLength(2);
    expect(asked()[1]).toEqual(['', '', 'N']);
  });

  it('is cut off after as many pages as were asked for, or twenty', async () => {
    await start([page('a', 'M')]);
    expect(await all({ maxPages: 2 })).toMatchObject({ pages: [{}, {}], truncated: true });
    expect(host.received).toHaveLength(2);
    await start([page('a', 'M')]);
    const { pages, truncated } = await all();
    expect([pages.length, truncated]).toEqual([20, true]);
  });

  it('that has one page by nature has one, whatever its header says', async () => {
    await start([{ ...(ok as object), headers: { tr_cont: 'M' }, says: { rt_cd: '0', output: { name: 'a' } } }]);
    expect(await host.http.readAll(price, input)).toMatchObject({ pages: [{}], truncated: false });
    expect(host.received).toMatchObject([{ query: input }]);
    expect(Object.keys(host.received[0]?.query ?? {})).toEqual(['CODE', 'MARKET']);
  });

  it('is begun again where it changed meanwhile, four times in all', async () => {
    await start([page('a', 'M'), changed, page('b', 'M'), page('c')]);
    const { pages } = await all();
    expect(pages.map(({ output1 }) => output1[0]?.name)).toEqual(['b', 'c']);
    expect(host.clock.sleeps).toEqual([125]);
    expect(host.logged).toEqual([['listing begun again', { endpoint: 'inquire-balance', attempt: 1, backoffMs: 125 }]]);
    await start([changed]);
    await expect(all()).rejects.toMatchObject({ kind: 'listing-changed' });
    expect(host.received).toHaveLength(4);
    expect(host.clock.sleeps).toEqual([125, 250, 500]);
  });

  it('is not begun again for any other failure, or when nobody wants it any more', async () => {
    await start([page('a', 'M'), refused('APBK0919')]);
    await expect(all()).rejects.toMatchObject({ kind: 'rejected' });
    expect(host.received).toHaveLength(2);
    const controller = new AbortController();
    await start([changed], {
      lane: {
        enter: async () => {
          if (host.received.length > 0) throw new Error('a second try');
          return () => undefined;
        },
      },
    });
    // While it waits for the second try nobody wants it any more.
    host.clock.sleep = async (_ms, signal) => {
      controller.abort();
      throw signal?.reason;
    };
    await expect(all({ signal: controller.signal })).rejects.toThrow();
    expect(host.received).toHaveLength(1);
  });

  it('of which a header comes twice is read by the first', async () => {
    await start([{ headers: { tr_cont: ['M', 'D'] }, says: { rt_cd: '0', output1: [] } }, page('b')]);
    expect((await all()).pages).toHaveLength(2);
  });
});
