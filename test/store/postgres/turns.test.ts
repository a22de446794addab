import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import type { ClaimRequest, ClaimResult } from '../../../src/ports/ledger/proposal-ledger.ts';
import { openLedger } from '../../../src/store/ledger.ts';
import { openPool } from '../../../src/store/postgres/pool.ts';
import type { Tables } from '../../../src/store/schema.ts';
import { createProposalMethods } from '../../../src/store/tables/proposals.ts';
import { createTransactions, sqliteTraits } from '../../../src/store/tables/transactions.ts';
import { describeOnPostgres, emptyPlace, type Place } from '../../support/postgres/database.ts';
import { buyIntent, claimOf, day, proposalOf, start } from '../fixtures.ts';

type Claim = (request: ClaimRequest) => Promise<ClaimResult>;

/** The ledgers of two processes at one place, and what is claimed without taking turns. */
async function processes(): Promise<{
  readonly place: Place;
  readonly claims: readonly Claim[];
  readonly unordered: Claim;
}> {
  const place = await emptyPlace();
  const ledgers = [await openLedger(place), await openLedger(place)];
  const db = new Kysely<Tables>({
    dialect: new PostgresDialect({ pool: openPool({ ...place, durability: 'full' }) }),
  });
  onTestFinished(async () => {
    await Promise.all([...ledgers, { close: () => db.destroy() }].map((one) => one.close()));
  });
  for (const id of ['p', 'q']) await ledgers[0]?.createProposal(proposalOf(id));
  // Transactions at PostgreSQL's default isolation, and nothing else.
  const plain = createTransactions(
    db,
    sqliteTraits(() => start),
  );
  return {
    place,
    claims: ledgers.map(({ claim }) => claim),
    unordered: createProposalMethods(plain, 'main').claim,
  };
}

/**
 * Makes both claims at once. Each can read all that it goes by, and then comes to a stop at its ticket, until both have
 * come as far as they get.
 */
async function atOnce(place: Place, one: Claim, other: Claim, requests: readonly [ClaimRequest, ClaimRequest]) {
  const [first, second] = requests;
  const holder = await holdTickets(place);
  const claims = Promise.all([one(first), other(second)]);
  await new Promise((resolve) => setTimeout(resolve, 500));
  await holder.release();
  return (await claims).map((result) => result.kind).toSorted();
}

async function holdTickets({ url, schema }: Place): Promise<{ release(): Promise<void> }> {
  const client = new pg.Client(url);
  await client.connect();
  await client.query(`set search_path to ${schema}`);
  await client.query('begin');
  await client.query('select id from proposals for update');
  return {
    release: async () => {
      await client.query('commit');
      await client.end();
    },
  };
}

const halfOfTheDay: readonly [ClaimRequest, ClaimRequest] = [
  claimOf('p', { maxDailyAmount: 1_000_000 }),
  claimOf('q', { maxDailyAmount: 1_000_000 }),
];
const alike: readonly [ClaimRequest, ClaimRequest] = [
  claimOf('p', { intents: [{ id: 'p-1', intent: buyIntent, amount: 1 }] }),
  claimOf('q', { intents: [{ id: 'q-1', intent: buyIntent, amount: 1 }] }),
];

describeOnPostgres('two processes that claim at once', () => {
  test('do not exceed the day together', async () => {
    const { place, claims } = await processes();
    const [one, other] = claims as [Claim, Claim];
    expect(await atOnce(place, one, other, halfOfTheDay)).toEqual(['claimed', 'over-daily-cap']);
  });

  test('do not both take orders that the venue could not tell apart', async () => {
    const { place, claims } = await processes();
    const [one, other] = claims as [Claim, Claim];
    expect(await atOnce(place, one, other, alike)).toEqual(['claimed', 'refused']);
  });

  test('would do both without taking turns', async () => {
    for (const requests of [halfOfTheDay, alike]) {
      const { place, unordered } = await processes();
      expect(await atOnce(place, unordered, unordered, requests)).toEqual(['claimed', 'claimed']);
    }
  });

  test('do not wait for each other in different accounts', async () => {
    const place = await emptyPlace();
    const ledger = await openLedger(place);
    onTestFinished(() => ledger.close());
    const isa = ledger.account('isa');
    await ledger.createProposal(proposalOf('p'));
    await isa.createProposal(proposalOf('q'));
    const holder = await holdTickets(place);
    const held = ledger.claim(claimOf('p'));
    // The other account's ticket is its own; only that of the main account is held.
    await isa.createProposal(proposalOf('r'));
    expect(await isa.claim(claimOf('r'))).toMatchObject({ kind: 'claimed' });
    await holder.release();
    expect(await held).toMatchObject({ kind: 'claimed' });
  });

  test('a hundred tickets of ten accounts, pressed in four processes: each once, and none past its day', async () => {
    const place = await emptyPlace();
    const ledgers = await Promise.all([1, 2, 3, 4].map(() => openLedger(place)));
    onTestFinished(async () => {
      await Promise.all(ledgers.map((ledger) => ledger.close()));
    });
    const tickets = Array.from({ length: 100 }, (_, index) => ({ id: `t${index}`, account: `a${index % 10}` }));
    for (const { id, account } of tickets) await ledgers[0]?.account(account).createProposal(proposalOf(id));
    const results = await Promise.all(
      tickets.flatMap(({ id, account }) =>
        ledgers.map((ledger, which) => {
          const request = claimOf(id, { maxDailyAmount: 3_500_000 });
          const intents = request.intents.map((intent) => ({ ...intent, id: `${id}-${which}` }));
          return ledger.account(account).claim({ ...request, intents });
        }),
      ),
    );
    expect(results.filter(({ kind }) => kind === 'claimed')).toHaveLength(50);
    for (let account = 0; account < 10; account += 1) {
      expect(await ledgers[0]?.account(`a${account}`).amountOfDay(day)).toBe(3_500_000);
    }
  });
});
