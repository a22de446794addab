import { scryptSync } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { recordsOfNumber } from '../../src/domain/account.ts';
import { AppError } from '../../src/errors.ts';
import { createLog, createRedactor } from '../../src/log.ts';
import type { Ledger } from '../../src/ports/ledger/ledger.ts';
import { identifyAccount } from '../../src/services/account-numbers.ts';
import { confirmedOrder, testLedger } from '../store/fixtures.ts';

const log = createLog({ level: 'silent', redactor: createRedactor([]) });
const numbered = (number: string, name = 'main') => ({
  name,
  title: name,
  setting: 'KIS_ACCOUNT',
  command: '/renumber',
  number,
});
const [first, second, third] = ['live 12345678-01', 'live 87654321-01', 'paper 12345678-01'] as const;

describe('the number of an account', () => {
  test('is kept as a digest with a salt of its own, and never itself', async () => {
    const ledger = await testLedger();
    for (const name of ['main', 'isa']) {
      await identifyAccount(numbered(first, name), { ledger, log, readOnly: false });
    }
    const kept = await Promise.all(['main', 'isa'].map((name) => ledger.account(name).accountNumbers()));
    expect(JSON.stringify(kept)).not.toMatch(/12345678|live/);
    expect(kept[0]?.salt).not.toBe(kept[1]?.salt);
    expect(kept[0]?.digests).not.toEqual(kept[1]?.digests);
    // Made by the slow function, as all numbers could be tried against a quick one.
    const slow = scryptSync(first, kept[0]?.salt ?? '', 32, { N: 4_096 }).toString('hex');
    expect(kept[0]?.digests).toEqual([slow]);
  });

  test('is of its venue: the same digits elsewhere are another account', async () => {
    const ledger = await testLedger();
    const names: string[] = [];
    for (const number of [first, second, third, first, second]) {
      const { ledgerName } = await identifyAccount(numbered(number), { ledger, log, readOnly: false });
      names.push(ledgerName);
    }
    expect(names).toEqual(['main', 'main#2', 'main#3', 'main', 'main#2']);
    expect(names.slice(0, 3)).toEqual([0, 1, 2].map((position) => recordsOfNumber('main', position)));
  });

  test('has records of its own even while it waits: corrected to a third number, those are not taken for it', async () => {
    const ledger = await testLedger();
    await identifyAccount(numbered(first), { ledger, log, readOnly: false });
    await confirmedOrder(ledger, 'stands');
    const names: (string | undefined)[] = [];
    for (const number of [second, third, second, first]) {
      const { ledgerName, change } = await identifyAccount(numbered(number), { ledger, log, readOnly: false });
      names.push(ledgerName);
      expect(change?.open.length, number).toBe(number === first ? undefined : 1);
    }
    expect(names).toEqual(['main#2', 'main#3', 'main#2', 'main']);
    // One question beside the bot writes nothing down, and so the bot gives the number the same place.
    const beside = await identifyAccount(numbered('live 11111111-01'), { ledger, log, readOnly: true });
    expect([beside.ledgerName, (await ledger.accountNumbers())?.digests.length]).toEqual(['main#4', 3]);
  });

  test('that could not be written down lets no order leave until it is', async () => {
    const ledger = await testLedger();
    await identifyAccount(numbered(first), { ledger, log, readOnly: false });
    let full = true;
    const failing: Ledger = {
      ...ledger,
      account: (name) => ({
        ...ledger.account(name),
        setAccountNumbers: async (numbers) => {
          if (full) throw new AppError('store.full');
          await ledger.account(name).setAccountNumbers(numbers);
        },
      }),
    };
    const { ledgerName, change } = await identifyAccount(numbered(second), { ledger: failing, log, readOnly: false });
    expect([ledgerName, change?.accepted]).toEqual(['main#2', false]);
    await expect(change?.requireAccepted()).rejects.toMatchObject({ code: 'store.full' });
    full = false;
    await change?.requireAccepted();
    expect(change?.accepted).toBe(true);
    expect((await ledger.accountNumbers())?.current).toBe(1);
  });

  test('that cannot be read stops the start instead of passing for the same', async () => {
    const ledger = await testLedger();
    const failing: Ledger = {
      ...ledger,
      account: (name) => ({ ...ledger.account(name), accountNumbers: () => Promise.reject(new Error('damaged')) }),
    };
    await expect(identifyAccount(numbered(first), { ledger: failing, log, readOnly: false })).rejects.toThrow(
      'damaged',
    );
  });
});
