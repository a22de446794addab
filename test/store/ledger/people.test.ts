import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openLedger } from '../../../src/store/ledger.ts';
import { temporaryFolder, testLedger } from '../fixtures.ts';

const kim = { id: 'telegram:1', role: 'trader' } as const;
const lee = { id: 'telegram:3', role: 'viewer' } as const;

describe('people', () => {
  it('come back with all their identities, also from another process', async () => {
    const url = `sqlite:${join(temporaryFolder(), 'hoga.db')}`;
    const ledger = await openLedger({ url });
    await ledger.addIdentity('telegram:3', lee);
    await ledger.addIdentity('telegram:1', kim);
    await ledger.addIdentity('discord:2', kim);
    await ledger.close();
    expect(await (await testLedger(url)).people()).toEqual([
      { identity: 'discord:2', person: kim },
      { identity: 'telegram:1', person: kim },
      { identity: 'telegram:3', person: lee },
    ]);
  });

  it('can become others', async () => {
    const ledger = await testLedger();
    await ledger.addIdentity('telegram:1', kim);
    await ledger.addIdentity('telegram:1', { id: 'telegram:3', role: 'owner' });
    expect(await ledger.people()).toEqual([{ identity: 'telegram:1', person: { id: 'telegram:3', role: 'owner' } }]);
  });

  it('lose one identity at a time, and it is said whether there was one', async () => {
    const url = `sqlite:${join(temporaryFolder(), 'hoga.db')}`;
    const ledger = await openLedger({ url });
    await ledger.addIdentity('telegram:1', kim);
    await ledger.addIdentity('discord:2', kim);
    expect(await ledger.removeIdentity('telegram:1')).toBe(true);
    expect(await ledger.removeIdentity('telegram:1')).toBe(false);
    expect(await ledger.removeIdentity('telegram:9')).toBe(false);
    await ledger.close();
    expect(await (await testLedger(url)).people()).toEqual([{ identity: 'discord:2', person: kim }]);
  });
});
