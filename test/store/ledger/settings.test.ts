import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { defaultPersonSettings } from '../../../src/domain/people/person.ts';
import { openLedger } from '../../../src/store/ledger.ts';
import { temporaryFolder, testLedger } from '../fixtures.ts';

const chosen = {
  ...defaultPersonSettings,
  fills: 'silent',
  quiet: { startMinute: 1_320, endMinute: 420 },
  language: 'en',
} as const;

describe('what people chose', () => {
  it('comes back from the file, each their own', async () => {
    const url = `sqlite:${join(temporaryFolder(), 'hoga.db')}`;
    const ledger = await openLedger({ url });
    await ledger.setPersonSettings('telegram:1', chosen, 0);
    await ledger.setPersonSettings('telegram:2', defaultPersonSettings, 0);
    await ledger.setPersonSettings('telegram:2', { ...defaultPersonSettings, mirror: true }, 0);
    await ledger.close();
    expect(await (await testLedger(url)).peopleSettings()).toStrictEqual(
      new Map([
        ['telegram:1', chosen],
        ['telegram:2', { ...defaultPersonSettings, mirror: true }],
      ]),
    );
  });

  it.each([
    ['of an older version', '{"mirror":true}', { ...defaultPersonSettings, mirror: true }],
    [
      'of a newer one',
      '{"mirror":true,"fills":"loud","quiet":{"startMinute":1320,"endMinute":420,"days":[1]},"tune":1}',
      { ...defaultPersonSettings, mirror: true, quiet: { startMinute: 1_320, endMinute: 420 } },
    ],
    [
      'that cannot be',
      '{"alerts":"off","quiet":{"startMinute":60,"endMinute":60},"language":"fr"}',
      { ...defaultPersonSettings, alerts: 'off' },
    ],
    ['that is none', '"yes"', defaultPersonSettings],
  ])('a row %s: what is not known is as if it had not been chosen', async (_of, json, expected) => {
    const path = join(temporaryFolder(), 'hoga.db');
    await (await openLedger({ url: `sqlite:${path}` })).close();
    const file = new DatabaseSync(path);
    file.prepare('insert into settings (name, value) values (?, ?)').run('person:telegram:1', json);
    file.close();
    const ledger = await testLedger(`sqlite:${path}`);
    expect((await ledger.peopleSettings()).get('telegram:1')).toStrictEqual(expected);
  });
});
