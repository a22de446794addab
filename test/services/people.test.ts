import { beforeEach, describe, expect, it, vi } from 'vitest';
import { defaultPersonSettings, type Person, type PersonSettings } from '../../src/domain/people/person.ts';
import type { PeopleStore } from '../../src/ports/ledger/people-store.ts';
import { localIdentity, People, type PeopleSettings } from '../../src/services/people.ts';
import { JumpClock } from '../support/clock.ts';

const boss: Person = { id: localIdentity, role: 'owner' };
const nobodyNamed = { owners: [], traders: [], viewers: [] };

let clock: JumpClock;
/** What the ledger has: who was made known in chat, and what people chose. */
let known: Map<string, Person>;
let chosen: Map<string, PersonSettings>;
/** Until when messages are held, as it was last said. */
let heldUntil: number | undefined;
let ledger: PeopleStore;
let logged: unknown[];
beforeEach(() => {
  // A Monday, at ten past ten in the evening in Korea.
  clock = new JumpClock(Date.parse('2026-11-23T22:10:30+09:00'));
  known = new Map();
  chosen = new Map();
  heldUntil = undefined;
  logged = [];
  ledger = {
    peopleSettings: async () => chosen,
    setPersonSettings: async (personId, settings, until) => {
      chosen.set(personId, settings);
      heldUntil = until;
    },
    addIdentity: async (identity, person) => void known.set(identity, person),
    removeIdentity: async (identity) => known.delete(identity),
    people: async () => [...known].map(([identity, person]) => ({ identity, person })),
    moveChat: async () => undefined,
  };
});

/** The people of a process that has just started. */
async function people(settings: Partial<PeopleSettings> = {}, isa?: Partial<PeopleSettings>): Promise<People> {
  const note = (message: string, fields: object = {}): void => void logged.push([message, fields]);
  const log = { debug: note, info: note, warn: note, error: note };
  const accounts = isa === undefined ? {} : { accounts: [{ name: 'isa', people: { ...nobodyNamed, ...isa } }] };
  const all = new People({ settings: { ...nobodyNamed, ...settings }, ...accounts, ledger, clock, log });
  await all.load();
  return all;
}

/** Everybody in one line each. */
const lines = (all: People): readonly string[] =>
  all.list().map(({ person, identities, from }) => `${person.role} ${person.id} = ${identities.join('+')} (${from})`);

describe('who is known', () => {
  it('are those of the settings, with the highest role that they have there', async () => {
    const all = await people({
      owners: [['telegram:1', 'discord:1']],
      traders: [['telegram:2']],
      viewers: [['telegram:3'], ['telegram:2'], ['telegram:1']],
    });
    expect(lines(all)).toEqual([
      'owner telegram:1 = telegram:1+discord:1 (HOGA_OWNERS)',
      'owner console:local = console:local (terminal)',
      'trader telegram:2 = telegram:2 (HOGA_TRADERS)',
      'viewer telegram:3 = telegram:3 (HOGA_VIEWERS)',
    ]);
    expect(all.identify('discord:1')).toEqual({ id: 'telegram:1', role: 'owner' });
    expect(all.identify('telegram:9')).toBeUndefined();
    expect(all.withId('telegram:3')).toEqual({ id: 'telegram:3', role: 'viewer' });
    expect(all.withId('discord:1')).toBeUndefined();
    expect(all.identitiesOf('telegram:1')).toEqual(['telegram:1', 'discord:1']);
    expect(all.ownerIdentities()).toEqual([localIdentity, 'telegram:1', 'discord:1']);
  });

  it('are those of the ledger too, but the settings win', async () => {
    known.set('telegram:1', { id: 'telegram:1', role: 'owner' });
    known.set('telegram:5', { id: 'telegram:5', role: 'viewer' });
    const all = await people({ traders: [['telegram:1']] });
    expect(lines(all)).toEqual([
      'owner console:local = console:local (terminal)',
      'trader telegram:1 = telegram:1 (HOGA_TRADERS)',
      'viewer telegram:5 = telegram:5 (chat)',
    ]);
    expect(all.ownerIdentities()).toEqual([localIdentity]);
  });

  it('are listed by role, whichever came first', async () => {
    known.set('telegram:4', { id: 'telegram:4', role: 'viewer' });
    known.set('telegram:5', { id: 'telegram:5', role: 'trader' });
    known.set('telegram:6', { id: 'telegram:6', role: 'owner' });
    expect((await people()).list().map(({ person }) => person.role)).toEqual(['owner', 'owner', 'trader', 'viewer']);
  });
});

describe('an account with lists of its own', () => {
  it('has roles of its own, the highest that each is listed with, and the terminal’s', async () => {
    const all = await people(
      { viewers: [['telegram:1']], owners: [['telegram:2']] },
      { viewers: [['telegram:1'], ['telegram:3']], traders: [['telegram:1']], owners: [['telegram:3']] },
    );
    expect(all.rolesIn('isa')).toEqual(
      new Map([
        [localIdentity, 'owner'],
        ['telegram:1', 'trader'],
        ['telegram:3', 'owner'],
      ]),
    );
    expect(all.rolesIn('main')).toBeUndefined();
    expect(all.identify('telegram:1')).toEqual({ id: 'telegram:1', role: 'viewer' });
  });

  it('makes whoever is named there alone somebody who looks at the market elsewhere', async () => {
    const all = await people({ traders: [['telegram:1']] }, { owners: [['telegram:3', 'discord:3']] });
    const person = { id: 'telegram:3', role: 'viewer', onlyInAccounts: true };
    expect([all.identify('telegram:3'), all.identify('discord:3')]).toEqual([person, person]);
    expect(lines(all).at(-1)).toBe('viewer telegram:3 = telegram:3+discord:3 (KIS_ISA_OWNERS)');
    // Whoever is nobody in the account does not read its name.
    const from = (by: Person) => all.list(by).map((known) => known.from);
    expect(from(boss)).toEqual(['terminal', 'HOGA_TRADERS', 'KIS_ISA_OWNERS']);
    expect(from({ id: 'telegram:1', role: 'trader' })).toEqual(['terminal', 'HOGA_TRADERS', '.env']);
    expect(from(person as Person)).toEqual(from(boss));
    await expect(all.assign(['discord:3'], 'owner', boss)).rejects.toMatchObject({
      context: { variable: 'KIS_ISA_OWNERS' },
    });
    await expect(all.assign(['telegram:1'], 'owner', boss)).rejects.toMatchObject({
      context: { variable: 'HOGA_TRADERS' },
    });
  });

  it('knows by a further identity whoever is known by another, and leaves the known as they are', async () => {
    const all = await people(
      { traders: [['telegram:1']], owners: [['telegram:2']] },
      { viewers: [['discord:1', 'telegram:1', 'telegram:2']] },
    );
    const trader = { id: 'telegram:1', role: 'trader' };
    expect([all.identify('discord:1'), all.identify('telegram:1')]).toEqual([trader, trader]);
    expect(all.identify('telegram:2')?.role).toBe('owner');
    expect(all.rolesIn('isa')?.get('telegram:1')).toBe('viewer');
    await expect(all.assign(['telegram:1'], 'owner', boss)).rejects.toMatchObject({
      context: { variable: 'HOGA_TRADERS' },
    });
  });
});

describe('assigning', () => {
  it('makes somebody new known by the first identity, from the next message on and after a restart', async () => {
    const all = await people();
    let told = 0;
    all.onChange(() => {
      told += 1;
    });
    const person = { id: 'telegram:5', role: 'trader' };
    expect(await all.assign(['telegram:5', 'discord:6'], 'trader', boss)).toEqual({
      person,
      identities: ['telegram:5', 'discord:6'],
      from: 'chat',
    });
    expect(told).toBe(1);
    for (const some of [all, await people()]) {
      expect(some.identify('telegram:5')).toEqual(person);
      expect(some.identify('discord:6')).toEqual(person);
    }
    expect(logged).toEqual([
      ['person assigned', { identities: 'telegram:5+discord:6', role: 'trader', by: localIdentity }],
    ]);
  });

  it('of one identity changes the role of all that the person has', async () => {
    const all = await people();
    await all.assign(['telegram:5', 'discord:6'], 'trader', boss);
    expect(await all.assign(['discord:6'], 'viewer', boss)).toMatchObject({ identities: ['telegram:5', 'discord:6'] });
    expect(all.identify('telegram:5')).toEqual({ id: 'telegram:5', role: 'viewer' });
    expect(known.get('telegram:5')).toEqual({ id: 'telegram:5', role: 'viewer' });
  });

  it('of a new identity beside a known one adds it to that person', async () => {
    const all = await people();
    await all.assign(['telegram:5'], 'trader', boss);
    expect(await all.assign(['discord:6', 'telegram:5'], 'trader', boss)).toMatchObject({
      person: { id: 'telegram:5' },
      identities: ['telegram:5', 'discord:6'],
    });
  });

  it('calls nobody as somebody else is called, who lost the identity of that name', async () => {
    const all = await people();
    await all.assign(['telegram:5', 'discord:6'], 'trader', boss);
    await all.remove(['telegram:5'], boss);
    expect((await all.assign(['telegram:5', 'discord:7'], 'viewer', boss)).person.id).toBe('telegram:5/2');
    await all.remove(['telegram:5'], boss);
    expect((await all.assign(['telegram:5'], 'viewer', boss)).person.id).toBe('telegram:5/3');
    expect(all.identify('discord:6')).toEqual({ id: 'telegram:5', role: 'trader' });
  });

  it('leaves those of the settings alone, and then everything', async () => {
    const all = await people({ traders: [['telegram:2']] });
    const variable = 'HOGA_TRADERS';
    for (const identities of [['telegram:2'], ['telegram:8', 'telegram:2']] as const) {
      await expect(all.assign(identities, 'owner', boss)).rejects.toMatchObject({
        code: 'people.from-settings',
        context: { identity: 'telegram:2', variable },
      });
    }
    await expect(all.assign([localIdentity], 'viewer', boss)).rejects.toMatchObject({
      context: { variable: 'terminal' },
    });
    expect(known.size).toBe(0);
    expect(all.identify('telegram:8')).toBeUndefined();
  });

  it('lets nobody change their own role; another identity of their own they may add', async () => {
    const all = await people();
    await all.assign(['telegram:7'], 'owner', boss);
    const self: Person = { id: 'telegram:7', role: 'owner' };
    await expect(all.assign(['telegram:7'], 'viewer', self)).rejects.toMatchObject({ code: 'people.self' });
    await expect(all.assign(['telegram:9', 'telegram:7'], 'viewer', self)).rejects.toMatchObject({
      code: 'people.self',
    });
    expect(all.identify('telegram:7')).toEqual(self);
    await all.assign(['telegram:7', 'discord:8'], 'owner', self);
    expect(all.identify('discord:8')).toEqual(self);
    await all.assign(['telegram:9'], 'viewer', self);
    expect(all.identify('telegram:9')?.role).toBe('viewer');
  });
});

describe('removing', () => {
  it('says of whom nothing is left, and is known at once and after a restart', async () => {
    const all = await people();
    await all.assign(['telegram:5', 'discord:6'], 'trader', boss);
    const told = vi.fn();
    all.onChange(told);
    expect(await all.remove(['telegram:5'], boss)).toEqual([]);
    expect(all.identify('telegram:5')).toBeUndefined();
    expect(await all.remove(['discord:6'], boss)).toEqual([{ id: 'telegram:5', role: 'trader' }]);
    expect(told).toHaveBeenCalledTimes(2);
    expect(lines(await people())).toEqual(['owner console:local = console:local (terminal)']);
    expect(logged.at(-1)).toEqual(['identities removed', { identities: 'discord:6', by: localIdentity }]);
  });

  it('of several is noted as one', async () => {
    const all = await people();
    await all.assign(['telegram:5', 'discord:6'], 'trader', boss);
    await all.remove(['telegram:5', 'discord:6'], boss);
    expect(logged.at(-1)).toEqual(['identities removed', { identities: 'telegram:5+discord:6', by: localIdentity }]);
  });

  it('is all or nothing: not the unknown, not those of the settings, not oneself', async () => {
    const all = await people({ viewers: [['telegram:2']] });
    await all.assign(['telegram:5'], 'owner', boss);
    const self: Person = { id: 'telegram:5', role: 'owner' };
    await all.assign(['telegram:6'], 'viewer', boss);
    const told = vi.fn();
    all.onChange(told);
    await expect(all.remove(['telegram:6', 'telegram:9'], boss)).rejects.toMatchObject({
      code: 'people.unknown',
      context: { identity: 'telegram:9' },
    });
    await expect(all.remove(['telegram:6', 'telegram:2'], boss)).rejects.toMatchObject({
      code: 'people.from-settings',
      context: { identity: 'telegram:2', variable: 'HOGA_VIEWERS' },
    });
    await expect(all.remove(['telegram:6', 'telegram:5'], self)).rejects.toMatchObject({ code: 'people.self' });
    expect(all.identify('telegram:6')).toBeDefined();
    expect(told).not.toHaveBeenCalled();
  });
});

describe('pairing', () => {
  it('makes one stranger an owner, once, and after a restart', async () => {
    const all = await people();
    const told = vi.fn();
    all.onChange(told);
    expect(await all.pair('telegram:1', '123456')).toBe('closed');
    expect(all.openPairing('123456')).toBe(true);
    expect(await all.pair('telegram:1', '123456')).toBe('paired');
    expect(told).toHaveBeenCalledOnce();
    expect(await all.pair('telegram:2', '123456')).toBe('closed');
    expect((await people()).identify('telegram:1')).toEqual({ id: 'telegram:1', role: 'owner' });
    expect(all.identify('telegram:1')).toEqual({ id: 'telegram:1', role: 'owner' });
    expect(all.identify('telegram:2')).toBeUndefined();
    expect(logged).toEqual([['owner paired', { identity: 'telegram:1' }]]);
  });

  it('is not opened where somebody but the terminal is an owner', async () => {
    expect((await people({ owners: [['telegram:1']] })).openPairing('123456')).toBe(false);
    expect((await people({ traders: [['telegram:1']] })).openPairing('123456')).toBe(true);
  });

  it('takes five tries, whoever makes them', async () => {
    const all = await people();
    all.openPairing('123456');
    const tries = ['123457', '12345', '1234567', '', '654321'];
    for (const [index, code] of tries.entries()) expect(await all.pair(`telegram:${index}`, code)).toBe('wrong');
    expect(await all.pair('telegram:1', '123456')).toBe('closed');
    expect(all.identify('telegram:1')).toBeUndefined();
    expect(logged).toEqual(
      [4, 3, 2, 1, 0].map((triesLeft, index) => ['pairing code wrong', { identity: `telegram:${index}`, triesLeft }]),
    );
  });

  it('is right at the fifth try too', async () => {
    const all = await people();
    all.openPairing('123456');
    for (let count = 0; count < 4; count += 1) await all.pair('telegram:2', '000000');
    expect(await all.pair('telegram:1', '123456')).toBe('paired');
  });

  it('ends after ten minutes, to the millisecond', async () => {
    const all = await people();
    const openedAt = clock.now();
    const now = vi.spyOn(clock, 'now').mockReturnValue(openedAt);
    all.openPairing('123456');
    now.mockReturnValue(openedAt + 10 * 60_000 - 1);
    expect(await all.pair('telegram:1', '000000')).toBe('wrong');
    now.mockReturnValue(openedAt + 10 * 60_000);
    expect(await all.pair('telegram:1', '123456')).toBe('closed');
  });

  it('gives nobody the name of somebody else', async () => {
    known.set('discord:6', { id: 'telegram:1', role: 'trader' });
    const all = await people();
    all.openPairing('123456');
    await all.pair('telegram:1', '123456');
    expect(all.identify('telegram:1')).toEqual({ id: 'telegram:1/2', role: 'owner' });
  });
});

describe('what somebody chose', () => {
  it('is kept, and is the default for what they did not choose', async () => {
    const all = await people();
    expect(all.settings('kim')).toEqual(defaultPersonSettings);
    expect(await all.changeSettings('kim', () => ({ fills: 'silent' }))).toEqual({
      ...defaultPersonSettings,
      fills: 'silent',
    });
    await all.changeSettings('kim', () => ({ alerts: 'off' }));
    const wanted = { ...defaultPersonSettings, fills: 'silent', alerts: 'off' };
    expect(all.settings('kim')).toEqual(wanted);
    expect((await people()).settings('kim')).toEqual(wanted);
    expect(all.settings('lee')).toEqual(defaultPersonSettings);
  });

  it('is changed one after the other: of two that come at once neither takes the other back', async () => {
    const all = await people();
    await Promise.all([
      all.changeSettings('kim', () => ({ fills: 'off' })),
      all.changeSettings('kim', ({ mirror }) => ({ mirror: !mirror })),
      all.changeSettings('kim', ({ mirror }) => ({ mirror: !mirror, alerts: 'off' })),
    ]);
    expect(all.settings('kim')).toEqual({ ...defaultPersonSettings, fills: 'off', alerts: 'off' });
  });

  it('is not taken for chosen where it could not be written', async () => {
    const all = await people();
    ledger.setPersonSettings = () => Promise.reject(new Error('disk full'));
    await expect(all.changeSettings('kim', () => ({ fills: 'off' }))).rejects.toThrow('disk full');
    expect(all.settings('kim')).toEqual(defaultPersonSettings);
  });

  it('of the language is told to the channels, and nothing else is', async () => {
    const all = await people();
    const told = vi.fn();
    all.onChange(told);
    await all.changeSettings('kim', () => ({ fills: 'off' }));
    expect(told).not.toHaveBeenCalled();
    await all.changeSettings('kim', () => ({ language: 'en' }));
    expect(told).toHaveBeenCalledOnce();
    await all.changeSettings('kim', () => ({ language: 'en' }));
    expect(told).toHaveBeenCalledOnce();
  });

  it('of quiet hours holds messages until they end, to the minute', async () => {
    const all = await people();
    expect(all.quietUntil('kim')).toBeUndefined();
    const end = Date.parse('2026-11-24T07:30:00+09:00');
    await all.changeSettings('kim', () => ({ quiet: { startMinute: 21 * 60, endMinute: 7 * 60 + 30 } }));
    expect(all.quietUntil('kim')).toBe(end);
    expect(heldUntil).toBe(end);
    // It begins with its minute, and has ended with its own.
    await all.changeSettings('kim', () => ({ quiet: { startMinute: 22 * 60 + 10, endMinute: 22 * 60 + 11 } }));
    expect(all.quietUntil('kim')).toBe(Date.parse('2026-11-23T22:11:00+09:00'));
    await all.changeSettings('kim', () => ({ quiet: { startMinute: 21 * 60, endMinute: 22 * 60 + 10 } }));
    expect(all.quietUntil('kim')).toBeUndefined();
    // What was held goes now.
    expect(Math.abs((heldUntil ?? 0) - clock.now())).toBeLessThan(1_000);
  });

  it('of a place goes along when the chat goes on under another id; other places stay', async () => {
    const all = await people();
    const group = { channel: 'telegram', chatId: '-1' };
    const elsewhere = { channel: 'telegram', chatId: '-2' };
    const sameNumber = { channel: 'discord', chatId: '-1' };
    await all.changeSettings('kim', () => ({ places: { fills: group, alerts: 'everywhere', orders: elsewhere } }));
    await all.changeSettings('lee', () => ({ places: { fills: sameNumber, starts: group } }));
    await all.chatMoved(group, '-100');
    const moved = { channel: 'telegram', chatId: '-100' };
    expect(all.settings('kim').places).toEqual({ fills: moved, alerts: 'everywhere', orders: elsewhere });
    expect(all.settings('lee').places).toEqual({ fills: sameNumber, starts: moved });
    expect(chosen.get('kim')?.places.fills).toEqual(moved);
  });
});
