import { issues as ownIssues } from '../../../src/simulator/market/instruments.ts';
import { SeededRandom } from '../scenario/random.ts';
import { World } from '../scenario/world.ts';
import { chatIds, mostPerPerson } from './alerts.ts';
import type { Plan } from './plan.ts';
import { madeUpIssues } from './prices.ts';
import { virtualTimetable } from './timetable.ts';

/** Those who ask for alerts in their chats. */
export const askers = chatIds(230).slice(-20);
/** The owner, and two of them, want the reports of each day. */
export const readers = ['1', ...askers.slice(0, 2)];
const holdings = [{ symbol: '005930', quantity: 10, averageCost: 68_000 }];

/** The issues of a plan: the simulator's own first, and as many more as it takes. */
export function issuesOf({ issues: count, seed }: Plan) {
  const more = madeUpIssues(Math.max(0, count - ownIssues.length), new SeededRandom(seed));
  return { more, all: [...ownIssues, ...more].slice(0, count) };
}

/** The bot, its venue and all its people, before anything has begun. */
export function createWorld(plan: Plan): Promise<World> {
  const people = [...chatIds(Math.ceil(plan.alerts / mostPerPerson)), ...askers];
  return World.create({
    seed: plan.seed,
    startAt: plan.from,
    trace: () => undefined,
    timetable: virtualTimetable,
    accounts: [
      {
        name: 'main',
        title: '주계좌',
        number: '50000000-01',
        dialect: 'live',
        appKey: 'app-key-of-week',
        caps: { order: 800_000, day: 3_000_000 },
        callsPerSecond: 18,
        venueCallsPerSecond: 18,
      },
    ],
    env: {
      HOGA_OWNERS: 'telegram:1',
      HOGA_VIEWERS: people.map((id) => `telegram:${id}`).join(','),
      KIS_MAX_REGISTRATIONS: String(plan.registrations),
    },
    simulator: {
      hours: 'live',
      dayBegins: '0840',
      moreIssues: issuesOf(plan).more,
      closedDays: plan.closedDays,
      holdings,
    },
  });
}
