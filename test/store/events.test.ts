import { expect, test } from 'vitest';
import type { ScreenWatch } from '../../src/ports/ledger/event-store.ts';
import { address, start, testLedger } from './fixtures.ts';

const mark = { personId: 'kim', day: '20261123', key: '005930 limit upper' };
const message = { address, body: { lines: ['상한가'] } };
const watch = (id: string, name: string): ScreenWatch => {
  return { id, personId: 'kim', address, name, members: undefined, createdAt: start + Number(id) };
};

test('kinds are switched on and off for one person, and move with their chat', async () => {
  const ledger = await testLedger();
  await ledger.setEventChoices('kim', ['vi', 'news'], address, start);
  await ledger.setEventChoices('lee', ['vi'], address, start);
  await ledger.setEventChoices('kim', ['vi'], undefined, start);
  await ledger.moveChat(address, '-10042');
  const moved = { ...address, chatId: '-10042' };
  expect(await ledger.eventChoices()).toEqual([
    { personId: 'kim', kind: 'news', address: moved, since: start },
    { personId: 'lee', kind: 'vi', address: moved, since: start },
  ]);
});

test('what was seen and who was told are one write: a message whose mark is there already is not queued', async () => {
  const ledger = await testLedger();
  const states = new Map([['halted 005930', 'true 1']]);
  await ledger.recordEvents({ states, told: [{ marks: [mark], messages: [message] }] }, start);
  await ledger.recordEvents({ states: new Map(), told: [{ marks: [mark], messages: [message] }] }, start);
  expect(await ledger.outboxPending()).toBe(1);
  expect(await ledger.eventStates()).toEqual(states);
  expect(await ledger.toldEvents('20261123')).toEqual([mark]);
  expect(await ledger.toldEvents('20261124')).toEqual([]);
  // Another person is told of the same.
  const other = { ...mark, personId: 'lee' };
  await ledger.recordEvents({ states: new Map(), told: [{ marks: [other], messages: [message] }] }, start);
  expect(await ledger.outboxPending()).toBe(2);
});

test('a message that cannot be queued leaves no mark and nothing that was seen', async () => {
  const ledger = await testLedger();
  const broken = { address, body: { lines: [1n] } };
  const seen = { states: new Map([['halted 005930', 'true 1']]), told: [{ marks: [mark], messages: [broken] }] };
  await expect(ledger.recordEvents(seen, start)).rejects.toThrow();
  expect(await ledger.toldEvents('20261123')).toEqual([]);
  expect(await ledger.eventStates()).toEqual(new Map());
});

test('what is old is forgotten, the choices are not', async () => {
  const ledger = await testLedger();
  await ledger.setEventChoices('kim', ['vi'], address, start);
  await ledger.recordEvents(
    { states: new Map([['news 005930', '1']]), told: [{ marks: [mark], messages: [] }] },
    start,
  );
  await ledger.prune(start, '20261123');
  expect([await ledger.toldEvents(''), (await ledger.eventStates()).size]).toEqual([[mark], 1]);
  await ledger.prune(start + 1, '20261124');
  expect([await ledger.toldEvents(''), (await ledger.eventStates()).size]).toEqual([[], 0]);
  expect(await ledger.eventChoices()).toHaveLength(1);
});

test('a person has so many watched conditions; one of the same name is replaced, and its members begin anew', async () => {
  const ledger = await testLedger();
  await ledger.addScreenWatch(watch('1', '급증'), 2);
  await ledger.recordEvents({ states: new Map(), members: new Map([['1', ['005930']]]), told: [] }, start);
  expect((await ledger.screenWatches())[0]?.members).toEqual(['005930']);
  await ledger.addScreenWatch(watch('2', '상한가'), 2);
  await expect(ledger.addScreenWatch(watch('3', '하한가'), 2)).rejects.toMatchObject({
    code: 'screen.too-many-watched',
    context: { limit: 2, example: '급증' },
  });
  await ledger.addScreenWatch(watch('4', '급증'), 2);
  expect(await ledger.screenWatches()).toEqual([watch('2', '상한가'), watch('4', '급증')]);
  expect(await ledger.removeScreenWatch('lee', '4')).toBe(false);
  expect(await ledger.removeScreenWatch('kim', '4')).toBe(true);
});
