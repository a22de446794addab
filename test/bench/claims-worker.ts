import { randomUUID } from 'node:crypto';
import { openLedger } from '../../src/store/ledger.ts';
import { claimOf, confirmedOrder } from '../store/samples.ts';

/** What one process is to do: claim, and write what a sent order writes, for so many accounts. */
export interface ClaimWork {
  readonly place: { readonly url: string; readonly schema?: string };
  readonly accounts: number;
  readonly ms: number;
}

/** So many orders of one account and day, as many as an eager person sends. */
const ordersOfDay = 20;
/** How many presses are under way in a process at a time. */
const atATime = 8;

/** Confirms orders for a while, and returns how many and how long each took, in milliseconds. */
export async function claimFor({ place, accounts, ms }: ClaimWork): Promise<readonly number[]> {
  const ledger = await openLedger(place);
  const took: number[] = [];
  const until = performance.now() + ms;
  let next = 0;
  const loop = async (): Promise<void> => {
    while (performance.now() < until) {
      next += 1;
      const account = ledger.account(`a${next % accounts}`);
      const day = `day ${Math.floor(next / accounts / ordersOfDay)}`;
      const id = randomUUID();
      const since = performance.now();
      await confirmedOrder(account, id, { day, amount: 1 });
      await account.beginSubmit(id, claimOf(id).now);
      const reference = { number: id, branch: '06010' };
      await account.appendOrderEvent(id, { type: 'accepted', reference }, claimOf(id).now);
      took.push(performance.now() - since);
    }
  };
  await Promise.all(Array.from({ length: atATime }, loop));
  await ledger.close();
  return took;
}

process.on('message', (work: ClaimWork) => {
  void claimFor(work).then((took) => {
    process.send?.(took);
    process.disconnect();
  });
});
