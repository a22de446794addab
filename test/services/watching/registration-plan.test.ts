import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type Candidate,
  type PlannedNeed,
  planRegistrations,
} from '../../../src/services/watching/registration-plan.ts';

const distance = fc.double({ min: 0, max: 40, noNaN: true });
const need: fc.Arbitrary<PlannedNeed> = fc.oneof(
  fc.constantFrom('order' as const, 'board' as const, 'listing' as const),
  distance.map((units) => ({ distance: units })),
);
/** Issues take one registration, and boards three, of which they may share one with an issue. */
const candidates: fc.Arbitrary<readonly Candidate[]> = fc
  .array(fc.record({ need, held: fc.boolean(), issue: fc.nat(400) }), { maxLength: 320 })
  .map((all) =>
    all.map(({ issue, ...one }, index): Candidate => {
      const own = one.need === 'board' ? [`book ${issue}`, `status ${issue}`] : [];
      return { ...one, id: String(index), topics: [`trades ${issue}`, ...own] };
    }),
  );
const room = fc.integer({ min: 0, max: 90 });

function topicsOf(all: readonly Candidate[], chosen: readonly string[]): ReadonlySet<string> {
  const ids = new Set(chosen);
  return new Set(all.filter(({ id }) => ids.has(id)).flatMap(({ topics }) => topics));
}

test('never takes more than there is room for, and leaves no room that somebody could use', () => {
  fc.assert(
    fc.property(candidates, room, (all, most) => {
      const { chosen } = planRegistrations(all, most);
      const taken = topicsOf(all, chosen);
      expect(taken.size).toBeLessThanOrEqual(most);
      for (const { id, topics } of all) {
        if (chosen.includes(id)) continue;
        expect(taken.size + topics.filter((topic) => !taken.has(topic)).length).toBeGreaterThan(most);
      }
    }),
  );
});

test('every issue is chosen once or left to be asked for', () => {
  fc.assert(
    fc.property(candidates, room, (all, most) => {
      const { chosen, left } = planRegistrations(all, most);
      expect([...chosen, ...left].toSorted()).toEqual(all.map(({ id }) => id).toSorted());
    }),
  );
});

test('orders come first, then alerts, the nearest first, then boards and lists', () => {
  const single = fc
    .array(fc.record({ need, held: fc.constant(false) }), { maxLength: 120 })
    .map((all) => all.map((one, index): Candidate => ({ ...one, id: String(index), topics: [String(index)] })));
  const rankOf = ({ need: one }: Candidate): number =>
    one === 'order' ? -1 : typeof one === 'object' ? one.distance : one === 'board' ? 1_000 : 2_000;
  fc.assert(
    fc.property(single, room, (all, most) => {
      const chosen = new Set(planRegistrations(all, most).chosen);
      const worst = Math.max(...all.filter(({ id }) => chosen.has(id)).map(rankOf));
      const best = Math.min(...all.filter(({ id }) => !chosen.has(id)).map(rankOf));
      expect(worst).toBeLessThanOrEqual(best);
    }),
  );
});

/** As many alerts on issues as there are distances; those of `held` are registered. */
function alertsAt(distances: readonly number[], held: ReadonlySet<string> = new Set()): readonly Candidate[] {
  return distances.map((units, index) => {
    const id = String(index);
    return { id, need: { distance: units }, topics: [id], held: held.has(id) };
  });
}

test('stays as it is while prices move a little', () => {
  const moved = fc.array(fc.tuple(distance, fc.double({ min: 0.9, max: 1.1, noNaN: true })), { maxLength: 300 });
  fc.assert(
    fc.property(moved, room, (all, most) => {
      const before = new Set(planRegistrations(alertsAt(all.map(([units]) => units)), most).chosen);
      const { chosen: after } = planRegistrations(
        alertsAt(
          all.map(([units, factor]) => units * factor),
          before,
        ),
        most,
      );
      expect(new Set(after)).toEqual(before);
    }),
  );
});

test('changes when one is much nearer, and comes to rest at once', () => {
  expect(planRegistrations(alertsAt([12, 12.5, 1.5], new Set(['0', '1'])), 2)).toEqual({
    chosen: ['2', '0'],
    left: ['1'],
  });
  fc.assert(
    fc.property(fc.array(distance, { maxLength: 300 }), fc.array(fc.nat(299)), room, (all, held, most) => {
      const first = new Set(planRegistrations(alertsAt(all, new Set(held.slice(0, most).map(String))), most).chosen);
      expect(new Set(planRegistrations(alertsAt(all, first), most).chosen)).toEqual(first);
    }),
  );
});

test('a board that does not fit leaves its room to a smaller one', () => {
  const board = (id: string, topics: readonly string[]): Candidate => ({ id, need: 'board', topics, held: false });
  const near: Candidate = { id: 'near', need: { distance: 1 }, topics: ['trades A'], held: true };
  expect(planRegistrations([board('wide', ['a', 'b', 'c']), board('narrow', ['d', 'e']), near], 3).chosen).toEqual([
    'near',
    'narrow',
  ]);
  // One that shares a registration takes no more than its others.
  expect(planRegistrations([near, board('book', ['trades A', 'book A', 'status A'])], 3).chosen).toEqual([
    'near',
    'book',
  ]);
});
