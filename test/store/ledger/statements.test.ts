import { expect, it } from 'vitest';
import { openLedger } from '../../../src/store/ledger.ts';

/** By method, what is named otherwise: it looks first whether there is anything to do. */
const others: Readonly<Record<string, string>> = { releaseHeld: 'next-held' };

it('a call that fails says which it was', async () => {
  const ledger = await openLedger({ url: 'sqlite::memory:' });
  await ledger.close();
  for (const [name, method] of Object.entries(ledger)) {
    // These two ask the database nothing.
    if (name === 'close' || name === 'account') continue;
    // Nothing gets as far as to its arguments.
    const call = async (): Promise<unknown> => (method as (...args: object[]) => Promise<unknown>)({}, {}, {});
    const operation = others[name] ?? name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    await expect.soft(call(), name).rejects.toMatchObject({ code: 'store.failed', context: { operation } });
  }
});
