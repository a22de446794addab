import { describe, expect, test } from 'vitest';
import { AppError } from '../../../src/errors.ts';
import type { Kis } from '../../../src/kis/kis.ts';
import { checkedRows, checkWire, type WireReads } from '../../../src/kis/wire-check.ts';
import { readFaults } from '../../../src/simulator/control/faults.ts';
import type { Simulator } from '../../../src/simulator/server.ts';
import { eventually, turns } from '../../support/clock.ts';
import type { ClusterPair } from '../../support/kis/cluster-pair.ts';
import { keyOf, startTwo } from '../../support/kis/two-processes.ts';

const buying = { symbol: '005930', side: 'buy', type: 'limit', quantity: 1, price: 69_000, exchange: 'KRX' } as const;
const sendable = async (): Promise<number> => Number.MAX_SAFE_INTEGER;
/** The pages that were asked of another process, by their row. */
const pagesOf = ({ asked }: ClusterPair): readonly string[] =>
  asked.flatMap(([subject, question]) => (subject.endsWith(':in-hand') ? [] : [(question as { row: string }).row]));

const fault = (simulator: Simulator, rule: object): void => simulator.setFaults(readFaults([rule]));

/** All of an answer or of an error that anybody looks at. */
const outcome = (asked: Promise<unknown>) =>
  asked.then(
    (answer) => ({ answer }),
    ({ name, message, code, kind, context, venueCode, venueText }) => ({
      failure: { name, message, code, kind, context, venueCode, venueText },
    }),
  );

describe('a read in a process that does not carry the key', () => {
  test.each(['live', 'paper'] as const)(
    'gives what it gives where the key is: every read of the catalogue, answered or refused, on %s',
    async (kind) => {
      const { a, b, pair, clock, tokens } = await startTwo({
        kind,
        holdings: [{ symbol: '005930', quantity: 5, averageCost: 65_000 }],
      });
      await a.broker.placeOrder(buying, sendable);
      const compared: string[] = [];
      const reads: WireReads = {
        // Those that the host lacks are compared too.
        supports: () => true,
        read: async (row, input) => {
          expect(b.reads.supports(row)).toBe(a.reads.supports(row));
          const here = a.reads.read(row, input);
          expect(await outcome(b.reads.read(row, input)), row.id).toStrictEqual(await outcome(here));
          compared.push(row.id);
          return here;
        },
      };
      const findings = await checkWire({ reads, now: clock.now(), htsId: 'hogasim', onProgress: () => undefined });
      const works = findings.flatMap((found) => (found.outcome.kind === 'works' ? [found.api] : []));
      expect(works.length).toBeGreaterThan(kind === 'live' ? 55 : 10);
      expect(pagesOf(pair)).toEqual(expect.arrayContaining(works));
      expect(compared.length).toBeGreaterThan(checkedRows.length - 5);
      expect(tokens()).toBe(1);
    },
    60_000,
  );

  test('of several pages is whole, and asked for page by page', async () => {
    const { a, b, pair } = await startTwo({ kind: 'paper' });
    for (let price = 69_000; price < 71_000; price += 100) await a.broker.placeOrder({ ...buying, price }, sendable);
    const day = { from: '20261123', to: '20261123' };
    const here = await a.broker.executions(day);
    expect(here).toHaveLength(20);
    expect(await b.broker.executions(day)).toStrictEqual(here);
    expect(pagesOf(pair)).toHaveLength(2);
  });

  test('is about the account that asks, which nobody who reads along can tell, nor the key', async () => {
    const accounts = [
      { number: '50000000', product: '01' },
      { number: '50000001', product: '01' },
    ];
    const { start, pair, a } = await startTwo({
      accounts: [
        { number: '50000000', product: '01', cash: 1_000_000 },
        { number: '50000001', product: '01', cash: 2_000_000 },
      ],
    });
    start(
      'a',
      accounts.map((account) => ({ account })),
    );
    const made = start(
      'c',
      accounts.map((account) => ({ account })),
    );
    expect(made.map(({ duty }) => duty)).toEqual([a.duty, a.duty]);
    expect(await Promise.all(made.map(async ({ broker }) => (await broker.balance()).cash.deposit))).toEqual([
      1_000_000, 2_000_000,
    ]);
    expect(new Set(pair.asked.map(([subject]) => subject)).size).toBe(2);
    const text = JSON.stringify([pair.asked, a.duty]);
    for (const secret of ['50000000', '50000001', 'one-app-key', 'an-app-secret']) expect(text).not.toContain(secret);
  });

  test('that fails in a way that may pass is asked again', async () => {
    const { b, pair, simulator, clock } = await startTwo();
    fault(simulator, { on: 'inquire-price', fault: 'cut', when: 'before', times: 2 });
    expect((await clock.hurried(b.broker.quote('005930'))).symbol).toBe('005930');
    expect(pagesOf(pair)).toEqual(['inquire-price', 'inquire-price', 'inquire-price']);
  });

  test('over the limit lets the lane rest where it is', async () => {
    const { a, b, simulator, clock } = await startTwo();
    await b.broker.quote('005930');
    fault(simulator, { on: 'inquire-price', fault: 'throttle', times: 4 });
    await expect(clock.hurried(b.broker.quote('005930', { priority: 'background' }))).rejects.toMatchObject({
      kind: 'throttled',
    });
    expect(a.lane().pausedUntil).toBeDefined();
  });

  test('renews a token that KIS refuses where it is', async () => {
    const { b, simulator, tokens, clock } = await startTwo();
    await b.broker.quote('005930');
    await clock.advance(62_000);
    fault(simulator, { on: 'inquire-price', fault: 'token', state: 'expired' });
    expect((await b.broker.quote('005930')).symbol).toBe('005930');
    expect(tokens()).toBe(2);
  });

  test('that is given up fails as it does where the key is, and is given up there too', async () => {
    const { a, b, simulator, pair } = await startTwo();
    await b.broker.quote('005930');
    pair.asked.length = 0;
    const before = AbortSignal.abort(new Error('never begun'));
    for (const kis of [a, b]) await expect(kis.broker.quote('005930', { signal: before })).rejects.toBe(before.reason);
    expect(pair.asked).toEqual([]);
    fault(simulator, { on: 'inquire-price', fault: 'hang', when: 'before', times: 2 });
    const failures = [];
    for (const kis of [a, b]) {
      const abort = new AbortController();
      const asked = outcome(kis.broker.quote('005930', { signal: abort.signal }));
      await eventually('the call', () => simulator.state().requests.byTr['FHKST01010100'] === failures.length + 2);
      abort.abort(new Error('given up'));
      failures.push(await asked);
    }
    expect(failures[1]).toStrictEqual(failures[0]);
    expect(pair.givenUp).toHaveLength(1);
  });
});

describe('while the key passes from one process to another', () => {
  test('a read in the background is refused at once, with what to do', async () => {
    const { b, pair } = await startTwo();
    pair.carry(b.duty, undefined);
    await expect(b.broker.quote('005930', { priority: 'background' })).rejects.toMatchObject({
      code: 'cluster.nobody',
    });
  });

  test.each(['interactive', 'urgent'] as const)('an %s one is answered as soon as one has it', async (priority) => {
    const { b, pair, clock } = await startTwo();
    pair.carry(b.duty, undefined);
    const asked = b.broker.quote('005930', { priority });
    await clock.advance(6_000);
    pair.carry(b.duty, 'a');
    await clock.advance(500);
    expect((await asked).symbol).toBe('005930');
  });

  test('an interactive one is refused after eight seconds', async () => {
    const { b, pair, clock } = await startTwo();
    pair.carry(b.duty, undefined);
    let failure: unknown;
    const asked = b.broker.quote('005930').catch((error: unknown) => {
      failure = error;
    });
    await clock.advance(7_000);
    expect(failure).toBeUndefined();
    await clock.advance(1_500);
    await asked;
    expect(failure).toMatchObject({ code: 'cluster.nobody', context: { duty: b.duty } });
  });

  test('one that was asked of a process that died is asked of the next, and takes the token from it', async () => {
    const { a, b, pair, clock, tokens } = await startTwo();
    await a.broker.quote('005930');
    pair.dead.add('a');
    const asked = b.broker.quote('005930');
    await clock.advance(2_500);
    pair.carry(b.duty, 'b');
    await clock.advance(1_500);
    expect((await asked).symbol).toBe('005930');
    expect(tokens()).toBe(1);
  });

  test('one that is long in the making is waited for', async () => {
    const { b, pair, clock, simulator } = await startTwo();
    await b.broker.quote('005930');
    pair.asked.length = 0;
    fault(simulator, { on: 'inquire-price', fault: 'hang', when: 'before' });
    const asked = b.broker.quote('005930', { priority: 'background' });
    await turns(50);
    for (let seconds = 0; seconds < 9; seconds += 1) {
      await clock.advance(1_000);
      await turns(20);
    }
    // The first try timed out where the key is, and was asked once; the second was answered.
    expect((await asked).symbol).toBe('005930');
    expect(pagesOf(pair)).toHaveLength(2);
    expect(pair.asked.length).toBeGreaterThan(4);
  });

  test('the process that had it reads on where the database is away, with the token that it has', async () => {
    const { a, b, pair, tokens } = await startTwo();
    await a.broker.quote('005930');
    pair.carry(a.duty, undefined);
    pair.trouble = new AppError('store.io', {});
    expect((await a.broker.quote('005930')).symbol).toBe('005930');
    expect(tokens()).toBe(1);
    await expect(b.broker.quote('005930')).resolves.toMatchObject({ symbol: '005930' });
    expect(tokens()).toBe(1);
  });

  test('one that never had it is told of the database, and is issued no token', async () => {
    const { b, pair, tokens } = await startTwo();
    pair.trouble = new AppError('store.io', {});
    await expect(b.broker.quote('005930')).rejects.toBe(pair.trouble);
    expect(tokens()).toBe(0);
  });

  test('a process that loses the key while it reads for another refuses as if nobody had it', async () => {
    const { a, b, pair } = await startTwo();
    await a.broker.quote('005930');
    // It carries the key as the bus sees it, and knows better by itself.
    pair.unaware.add('a');
    await expect(b.broker.quote('005930', { priority: 'background' })).rejects.toMatchObject({
      code: 'cluster.nobody',
      context: { duty: b.duty },
    });
  });
});

describe('a process that does not carry the key', () => {
  test.each([
    ['never carried it', false],
    ['carried it until now, and has a token still', true],
  ])('sends no order, and writes none down as sent, where it %s', async (_what, carried) => {
    const { a, b, simulator, pair } = await startTwo();
    if (carried) {
      await a.broker.quote('005930');
      pair.carry(a.duty, 'b');
    }
    let written = 0;
    const order = (carried ? a : b).broker.placeOrder(buying, async () => {
      written += 1;
      return Number.MAX_SAFE_INTEGER;
    });
    await expect(order).rejects.toMatchObject({ code: 'cluster.not-ours', context: { duty: b.duty } });
    expect([written, simulator.state().orders, pair.asked]).toEqual([0, [], []]);
  });

  test('answers no other process, and nobody has an order sent by asking', async () => {
    const { a, b, pair, simulator } = await startTwo();
    await b.broker.quote('005930');
    const [[subject] = ['']] = pair.asked;
    const question = { id: 'x', input: {}, trCont: '', priority: 'urgent' };
    const from = pair.process('d');
    const ask = (row: string) => from.ask(a.duty, subject, { ...question, row }, { timeoutMs: 1_000 });
    const refused = { failure: { code: 'cluster.not-ours' } };
    expect(await ask('order-cash-buy')).toMatchObject(refused);
    expect(await ask('a-row-of-tomorrow')).toMatchObject(refused);
    pair.carry(a.duty, 'b');
    expect(await ask('inquire-price')).not.toMatchObject(refused);
    expect(simulator.state().orders).toEqual([]);
  });

  test('has no token issued and no socket opened', async () => {
    const { b, tokens, pair } = await startTwo();
    const refused = { code: 'cluster.not-ours' };
    await b.warmUp();
    await expect(b.checkSocket()).rejects.toMatchObject(refused);
    await expect(b.tryFeed()).rejects.toMatchObject(refused);
    expect(await b.revokeTokens()).toMatchObject([{ settings: 'KIS', outcome: 'failed', failure: refused }]);
    expect([tokens(), b.token(), pair.asked]).toEqual([0, undefined, []]);
  });

  test('asks another before its own lane is empty only', async () => {
    const { a, b } = await startTwo();
    expect(a.keyReads.headRoom()).toBe(1_000);
    expect(b.keyReads.headRoom()).toBeGreaterThan(0);
    expect(b.keyReads.headRoom()).toBeLessThan(1);
  });
});

describe('the duty of a key', () => {
  test('is that of the key and its host, in every process', async () => {
    const { a, b, start, environment } = await startTwo();
    const [other, elsewhere] = start('c', [
      { key: keyOf('two') },
      { environment: { ...environment, restUrl: 'http://127.0.0.1:1' } },
    ]);
    expect(a.duty).toMatch(/^key:[0-9a-f]{12}$/);
    expect(b.duty).toBe(a.duty);
    expect(new Set([a.duty, other?.duty, elsewhere?.duty]).size).toBe(3);
  });

  test('of a live key for reads is that of the first account that names it', async () => {
    const { pair, start, environment, tokens } = await startTwo();
    const paper = { ...environment, dialect: 'paper' as const };
    const liveReads = { key: keyOf('live'), environment };
    const named = [
      { environment: paper, key: keyOf('three'), liveReads },
      { environment: paper, key: keyOf('four'), liveReads },
    ];
    const here = start('e', named);
    const there = start('f', named);
    pair.carry(here[0]?.duty ?? 'front', 'e');
    pair.carry(here[1]?.duty ?? 'front', 'f');
    for (const kis of [...here, ...there]) await kis.warmUpLiveReads?.();
    expect(tokens()).toBe(1);
    for (const kis of [...here, ...there]) expect(await rankingOf(kis)).toHaveLength((await rankingOf(here[0])).length);
    expect(tokens()).toBe(1);
  });

  test('of a live key for reads that is the own key of an account is the duty of that account', async () => {
    const { pair, start, environment, tokens, a } = await startTwo();
    const paper = { ...environment, dialect: 'paper' as const };
    const liveReads = { key: keyOf('one'), environment };
    const [kis] = start('e', [{ environment: paper, key: keyOf('three'), liveReads }, {}]);
    pair.carry(kis?.duty ?? 'front', 'e');
    start('a', [{ environment: paper, key: keyOf('three'), liveReads }, {}]);
    expect((await rankingOf(kis)).length).toBeGreaterThan(0);
    expect(tokens()).toBe(1);
    expect(pagesOf(pair)).toEqual(['volume-rank']);
    expect(a.duty).not.toBe(kis?.duty);
  });
});

const rankingOf = async (kis: Kis | undefined): Promise<readonly unknown[]> =>
  (await kis?.research.ranking('volume', 'all')) ?? [];
