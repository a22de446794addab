import { describe, expect, it, vi } from 'vitest';
import { required, text } from '../../../src/kis/codecs/fields.ts';
import { defineEndpoints, one } from '../../../src/kis/endpoints/endpoint.ts';
import { anyText, oneOf } from '../../../src/kis/endpoints/inputs.ts';
import { Secret } from '../../../src/secret.ts';
import { eventually, turns } from '../../support/clock.ts';
import { type HostAnswer, type RestHost, type RestHostOptions, startRestHost } from '../../support/kis/rest-host.ts';

const { buy } = defineEndpoints({
  buy: {
    id: 'order-cash-buy',
    title: '주식주문(현금)',
    method: 'POST',
    path: '/order-cash',
    tr: { live: 'TTTC0012U', paper: 'VTTC0012U' },
    kind: 'order',
    account: true,
    paging: null,
    input: { PDNO: anyText, SIDE: oneOf('B', 'S') },
    output: { output: one(required(text, 'ODNO')) },
  },
});
const input = { PDNO: '005930', SIDE: 'B' } as const;
const accepted: HostAnswer = {
  says: { rt_cd: '0', msg_cd: 'APBK0013', msg1: '주문 전송 완료', output: { ODNO: '77' } },
};
const refused = (code: string, words = '안 됩니다', status = 200): HostAnswer => ({
  status,
  says: { rt_cd: '7', msg_cd: code, msg1: words },
});

/** The host with one order under way; `written` is called when the order is to be written down. */
async function order(answers: readonly HostAnswer[], options: Partial<RestHostOptions> = {}, written = vi.fn()) {
  const host = await startRestHost({ answers, ...options });
  const said = host.http.order(buy, input, async () => {
    host.events.push('written');
    await written();
    return Number.MAX_SAFE_INTEGER;
  });
  // Where it is refused before anybody looks.
  said.catch(() => undefined);
  return { host, said };
}
/** What it failed with; undefined where it still waits, because the clock goes on by itself as well. */
async function failedAlready(said: Promise<unknown>): Promise<unknown> {
  let failure: unknown;
  said.catch((error: unknown) => {
    failure = error;
  });
  await turns(50);
  return failure;
}
/** How many orders reached the host. */
const orders = ({ received }: RestHost): number => received.filter(({ path }) => path === '/order-cash').length;

describe('an order', () => {
  it('is written down before it leaves, and leaves once, with the account and by the TR id of the host', async () => {
    const { host, said } = await order([accepted]);
    expect(await said).toEqual({ kind: 'accepted', output: { output: { ODNO: '77' } }, text: '주문 전송 완료' });
    expect(host.events).toEqual([
      expect.stringMatching(/^lane \["order",\{"maxWaitMs":(?:9\d{3}|10000)\}\]$/),
      'written',
      'POST /order-cash',
    ]);
    const [sent] = host.received;
    expect(sent).toMatchObject({
      body: { CANO: '50000000', ACNT_PRDT_CD: '01', PDNO: '005930', SIDE: 'B' },
      query: {},
      headers: {
        authorization: 'Bearer token-1',
        appkey: 'an-app-key',
        appsecret: 'an-app-secret',
        tr_id: 'TTTC0012U',
        tr_cont: '',
        custtype: 'P',
        'content-type': 'application/json; charset=utf-8',
        accept: 'application/json',
      },
    });
    expect(sent?.headers).not.toHaveProperty('hashkey');
  });

  it('goes to the paper host by its own TR id', async () => {
    const { host, said } = await order([accepted], { dialect: 'paper' });
    await said;
    expect(host.received[0]?.headers['tr_id']).toBe('VTTC0012U');
  });

  it.each([
    ['of a code that nobody knows', refused('APBK9999'), 'rejected', 'APBK9999'],
    ['of a known code', refused('APBK0919'), 'rejected', 'APBK0919'],
    ['of the API, which helps nobody', refused('OPSQ2001'), 'rejected', 'OPSQ2001'],
    ['of the gateway, at its door', refused('EGW00105', 'x', 500), 'rejected', 'EGW00105'],
    ['of the gateway, for the key', refused('EGW00303', 'x', 500), 'rejected', 'EGW00303'],
    ['of the gateway, for the secret', refused('EGW00304', 'x', 500), 'rejected', 'EGW00304'],
    ['of the gateway, for the limits', refused('EGW00310', 'x', 500), 'rejected', 'EGW00310'],
    ['of a code of the gateway that nobody knows', refused('EGW00999'), 'rejected', 'EGW00999'],
    ['of the same code, with a fault', refused('EGW00999', 'x', 500), 'unknown', 'EGW00999'],
    ['of a code that nobody knows, with a fault', refused('APBK9999', 'x', 503), 'unknown', 'APBK9999'],
    ['of a code that only looks like the gateway’s', refused('XEGW00105', 'x', 500), 'unknown', 'XEGW00105'],
    ['of a gateway that failed behind its door', refused('EGW00305', 'x', 500), 'unknown', 'EGW00305'],
    ['of a server that failed', refused('EGW00202'), 'unknown', 'EGW00202'],
    ['that was seen to pass', refused('IGW00001'), 'unknown', 'IGW00001'],
    ['without a code', { says: { rt_cd: '7', msg1: 'x' } }, 'unknown', ''],
  ] as const)('whose answer is a refusal %s: %s', async (_what, answer, kind, code) => {
    const { host, said } = await order([answer]);
    expect(await said).toMatchObject({ kind, code });
    expect(orders(host)).toBe(1);
  });

  it('that is refused says why, without what is secret', async () => {
    expect(await (await order([refused('APBK0919', '장운영일자 canary')])).said).toEqual({
      kind: 'rejected',
      code: 'APBK0919',
      text: '장운영일자 [redacted]',
    });
  });

  it.each([
    ['EGW00201', 'pause 1100'],
    ['EGW00215', 'pause 2000'],
  ])('that was one too many (%s) is refused, and the lane rests', async (code, pause) => {
    const { host, said } = await order([refused(code, 'x', 500)]);
    expect(await said).toMatchObject({ kind: 'rejected', code });
    expect(host.events.at(-1)).toBe(pause);
  });

  it('refused for its token is not sent again; the token is thrown away', async () => {
    const { host, said } = await order([refused('EGW00123', 'x', 500), accepted]);
    expect(await said).toMatchObject({ kind: 'rejected', code: 'EGW00123' });
    expect(host.events.at(-1)).toBe('invalid token-1');
    expect(orders(host)).toBe(1);
  });

  it('refused for anything else leaves the token, the lane and the catalogue alone', async () => {
    const { host, said } = await order([refused('APBK0919')]);
    await said;
    expect(host.events.at(-1)).toBe('POST /order-cash');
    expect(host.drifts).toEqual([]);
  });

  it('that KIS does not know as it was sent is reported', async () => {
    const { host, said } = await order([refused('OPSQ2001', 'ERROR INPUT FIELD NOT FOUND')]);
    await said;
    const what = { code: 'OPSQ2001', text: 'ERROR INPUT FIELD NOT FOUND' };
    expect(host.drifts).toMatchObject([{ api: 'order-cash-buy', title: '주식주문(현금)', trId: 'TTTC0012U', ...what }]);
  });

  it.each([
    ['a page', { status: 502, says: '<html>Bad Gateway</html>' }, 'http-502'],
    ['a body of blanks', { says: { rt_cd: '', msg_cd: '', msg1: '' } }, 'http-200'],
    ['JSON that is no object', { says: 'null' }, 'http-200'],
  ] as const)('answered with %s: nobody knows', async (_what, answer, code) => {
    const { host, said } = await order([answer]);
    expect(await said).toEqual({ kind: 'unknown', code, text: '' });
    const status = Number(code.slice(5));
    expect(host.logged).toContainEqual(['order answer unreadable', { trId: 'TTTC0012U', status }]);
  });

  it('taken without a number: nobody knows which it is, and it is reported', async () => {
    const { host, said } = await order([{ says: { rt_cd: '0', msg_cd: 'APBK0013', msg1: '완료', output: {} } }]);
    expect(await said).toEqual({ kind: 'unknown', code: 'no-number', text: '완료' });
    expect(host.drifts).toMatchObject([{ api: 'order-cash-buy', code: '', text: '', field: 'output ODNO' }]);
    expect(host.logged).toContainEqual(['order answer without number', { trId: 'TTTC0012U' }]);
  });

  it('taken without a word is taken', async () => {
    const { said } = await order([{ says: { rt_cd: '0', output: { ODNO: '77' } } }]);
    expect(await said).toEqual({ kind: 'accepted', output: { output: { ODNO: '77' } }, text: '' });
  });

  it('whose connection is cut: nobody knows, and it is not sent again', async () => {
    const { host, said } = await order(['cut', accepted]);
    expect(await said).toEqual({ kind: 'unknown', code: 'no-answer', text: '' });
    expect(orders(host)).toBe(1);
    expect(host.logged).toContainEqual(['order answer lost', { trId: 'TTTC0012U' }]);
  });

  it('that is not answered in fifteen seconds: nobody knows', async () => {
    const { host, said } = await order(['hang']);
    await eventually('the order', () => orders(host) === 1);
    let ended = false;
    void said.then(() => {
      ended = true;
    });
    await host.clock.advance(14_500);
    expect(ended).toBe(false);
    await host.clock.advance(600);
    expect(await said).toEqual({ kind: 'unknown', code: 'no-answer', text: '' });
  });

  it('for which no connection stood was not sent', async () => {
    const host = await startRestHost({ answers: [accepted] });
    await host.close();
    await expect(host.http.order(buy, input, async () => Number.MAX_SAFE_INTEGER)).rejects.toMatchObject({
      kind: 'unreachable',
      context: { trId: 'TTTC0012U' },
    });
  });

  it('that cannot be written down does not leave', async () => {
    const { host, said } = await order([accepted], {}, vi.fn().mockRejectedValue(new Error('disk full')));
    await expect(said).rejects.toThrow('disk full');
    expect(orders(host)).toBe(0);
  });

  it('with an input that KIS is known to refuse does not leave', async () => {
    const host = await startRestHost({ answers: [accepted] });
    const written = vi.fn();
    await expect(host.http.order(buy, { ...input, SIDE: 'X' as 'B' }, written)).rejects.toMatchObject({
      kind: 'drift',
    });
    expect(written).not.toHaveBeenCalled();
    expect(host.events).toEqual([]);
  });
});

describe('an order that may leave until a moment', () => {
  const paused = (lateMs: number) => ({ code: 'orders.paused', context: { lateMs } });
  /** The host with an order that may leave for `mayLeaveMs`, on a clock that stands still while it is written down. */
  async function orderUntil(mayLeaveMs: number, takesMs: number) {
    const host = await startRestHost({ answers: [accepted] });
    const now = host.clock.now();
    const said = host.http.order(buy, input, async () => {
      vi.spyOn(host.clock, 'now').mockReturnValue(now + takesMs);
      return now + mayLeaveMs;
    });
    said.catch(() => undefined);
    return { host, said };
  }

  it('leaves in its last millisecond', async () => {
    const { host, said } = await orderUntil(2_000, 2_000);
    expect(await said).toMatchObject({ kind: 'accepted' });
    expect(orders(host)).toBe(1);
  });

  it('does not leave a millisecond later, because the process was stopped for so long', async () => {
    const { host, said } = await orderUntil(2_000, 2_001);
    await expect(said).rejects.toMatchObject(paused(1));
    expect(orders(host)).toBe(0);
  });

  it('does not leave where the process was stopped while the connection was made', async () => {
    const host = await startRestHost({
      answers: [accepted],
      connecting: async (clock) => {
        const now = clock.now();
        vi.spyOn(clock, 'now').mockReturnValue(now + 60_000);
      },
    });
    const until: number[] = [];
    const said = host.http.order(buy, input, async () => {
      until.push(host.clock.now() + 2_000);
      return until[0] ?? 0;
    });
    await expect(said).rejects.toMatchObject({ code: 'orders.paused' });
    expect(until).toHaveLength(1);
    expect(orders(host)).toBe(0);
    expect(host.logged).toEqual([]);
  });

  it('leaves the connection as it was: the next one goes over it', async () => {
    const host = await startRestHost({ answers: [accepted] });
    await expect(host.http.order(buy, input, async () => 0)).rejects.toMatchObject({ code: 'orders.paused' });
    expect(await host.http.order(buy, input, async () => Number.MAX_SAFE_INTEGER)).toMatchObject({ kind: 'accepted' });
    expect(orders(host)).toBe(1);
  });
});

describe('an order that waits', () => {
  const tooLong = { code: 'lane.waited-too-long', context: { maxWaitMs: 10_000 } };

  it('for its token for ten seconds is refused, and does not ask for a turn', async () => {
    const { host, said } = await order([accepted], { credentials: { token: () => new Promise(() => undefined) } });
    await host.clock.advance(9_500);
    await host.clock.advance(600);
    await expect(said).rejects.toMatchObject(tooLong);
    expect(host.events).toEqual([]);
  });

  it('for its token has the less time for its turn', async () => {
    let give: (token: Secret) => void = () => undefined;
    let asked = 0;
    const token = (): Promise<Secret> => {
      asked += 1;
      return asked > 1 ? Promise.resolve(new Secret('token-1')) : new Promise((resolve) => (give = resolve));
    };
    const { host, said } = await order([accepted], { credentials: { token } });
    await host.clock.advance(4_000);
    give(new Secret('token-1'));
    await said;
    const [turn = ''] = host.events;
    const waits = Number(/"maxWaitMs":(\d+)/.exec(turn)?.[1]);
    expect(waits).toBeLessThanOrEqual(6_000);
    expect(waits).toBeGreaterThan(5_000);
  });

  it('for its turn leaves with the token of then', async () => {
    const tokens = ['token-1', 'token-2'];
    const token = async (): Promise<Secret> => new Secret(tokens.shift() ?? 'none');
    const { host, said } = await order([accepted], { credentials: { token } });
    await said;
    expect(host.received[0]?.headers['authorization']).toBe('Bearer token-2');
  });

  it('for a new token after its turn is refused when its time is over, before it is written down', async () => {
    let asked = 0;
    const token = (): Promise<Secret> => {
      asked += 1;
      return asked === 1 ? Promise.resolve(new Secret('token-1')) : new Promise(() => undefined);
    };
    const { host, said } = await order([accepted], { credentials: { token } });
    await turns(5);
    await host.clock.advance(10_100);
    await expect(said).rejects.toMatchObject(tooLong);
    expect(host.events.filter((event) => !event.startsWith('lane'))).toEqual([]);
  });

  it('longer than it may for its turn is refused as the lane says', async () => {
    const enter = (): Promise<never> => Promise.reject(new Error('waited too long'));
    const { host, said } = await order([accepted], { lane: { enter } });
    await expect(said).rejects.toThrow('waited too long');
    expect(host.events).toEqual([]);
  });
});

describe("an order with KIS's hash of its body", () => {
  const hashed: HostAnswer = { says: { BODY: {}, HASH: 'a-hash' } };

  it('asks for the hash in a turn of its own, without a token, and carries it', async () => {
    const { host, said } = await order([hashed, accepted], { hashkey: true });
    expect(await said).toMatchObject({ kind: 'accepted' });
    expect(host.events.map((event) => event.split(',')[0])).toEqual([
      'lane ["order"',
      'POST /uapi/hashkey',
      'lane ["order"',
      'written',
      'POST /order-cash',
    ]);
    const [hash, sent] = host.received;
    expect(hash?.body).toEqual(sent?.body);
    expect(hash?.headers).toMatchObject({ appkey: 'an-app-key', appsecret: 'an-app-secret' });
    for (const name of ['authorization', 'tr_id', 'custtype']) expect(hash?.headers).not.toHaveProperty(name);
    expect(sent?.headers['hashkey']).toBe('a-hash');
  });

  it.each([
    ['a fault', refused('EGW00202'), { kind: 'unreachable', venueCode: 'EGW00202' }],
    [
      'a refusal',
      refused('EGW00105', 'x'),
      { kind: 'unauthorised', venueCode: 'EGW00105', context: { path: '/uapi/hashkey', status: 200 } },
    ],
    ['a page', { status: 502, says: '<html>' }, { kind: 'unreachable', venueCode: 'http-502' }],
    [
      'an empty hash',
      { says: { HASH: '' } },
      { kind: 'unreachable', venueCode: 'http-200', context: { path: '/uapi/hashkey' } },
    ],
    ['a hash that is no text', { says: { HASH: 7 } }, { kind: 'unreachable' }],
    ['nothing', 'cut', { kind: 'unreachable', venueCode: '', venueText: '', context: { path: '/uapi/hashkey' } }],
  ] as const)('answered with %s does not leave', async (_what, answer, error) => {
    const { host, said } = await order([answer, accepted], { hashkey: true });
    await expect(said).rejects.toMatchObject(error);
    expect(orders(host)).toBe(0);
    expect(host.events).not.toContain('written');
  });

  it('waits no longer for it than for any read', async () => {
    const { host, said } = await order(['hang', accepted], { hashkey: true });
    await eventually('the call', () => host.received.length === 1);
    await host.clock.advance(8_100);
    const timeout = { code: 'venue.timeout', context: { timeoutMs: 8_000 } };
    expect(await failedAlready(said)).toMatchObject({ kind: 'unreachable', cause: timeout });
    expect(orders(host)).toBe(0);
  });

  it('waits no longer for it than the order may wait in all', async () => {
    let give: () => void = () => undefined;
    const enter = (): Promise<() => void> => new Promise((resolve) => (give = () => resolve(() => undefined)));
    const { host, said } = await order(['hang', accepted], { hashkey: true, lane: { enter } });
    await turns(5);
    await host.clock.advance(7_000);
    give();
    await eventually('the call', () => host.received.length === 1);
    await host.clock.advance(3_100);
    expect(await failedAlready(said)).toMatchObject({ kind: 'unreachable' });
    expect(orders(host)).toBe(0);
  });

  it('waits for its turns as long as is left of its time', async () => {
    const { host, said } = await order([hashed, accepted], { hashkey: true });
    await said;
    const turnsTaken = host.events.filter((event) => event.startsWith('lane'));
    for (const turn of turnsTaken) {
      const waits = Number(/"maxWaitMs":(\d+)/.exec(turn)?.[1]);
      expect(waits).toBeGreaterThan(9_000);
      expect(waits).toBeLessThanOrEqual(10_000);
    }
    expect(turnsTaken).toHaveLength(2);
  });
});
