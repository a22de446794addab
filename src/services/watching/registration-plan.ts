/**
 * Why prices of an issue are wanted, the most urgent first: an armed order waits for a price; an alert may fire, the
 * sooner the smaller its distance; somebody looks at a board; a list that figures seen now and then are enough for.
 */
export type PlannedNeed = 'order' | { readonly distance: number } | 'board' | 'listing';

/** Something that would have registrations on the socket. */
export interface Candidate {
  readonly id: string;
  readonly need: PlannedNeed;
  /** The registrations it takes: all of them or none. Two candidates may share some. */
  readonly topics: readonly string[];
  /** Whether it has them now. */
  readonly held: boolean;
}

/**
 * How much nearer than a registered issue another one has to be in order to take its place: its distance must be below
 * three quarters of the other's, less a tenth of a usual day's movement. Prices that move back and forth between two
 * looks then do not make issues change places.
 */
const keptShare = 0.75;
const keptUnits = 0.1;

/** What is registered and what is left out, by id, the most urgent first. */
export interface RegistrationPlan {
  readonly chosen: readonly string[];
  readonly left: readonly string[];
}

/** Chooses what is registered, with room for so many topics. Whatever is left out has to be asked for. */
export function planRegistrations(candidates: readonly Candidate[], room: number): RegistrationPlan {
  const taken = new Set<string>();
  const chosen: string[] = [];
  const left: string[] = [];
  for (const { id, topics } of candidates.toSorted(moreUrgent)) {
    const missing = topics.filter((topic) => !taken.has(topic));
    if (taken.size + missing.length > room) {
      left.push(id);
      continue;
    }
    for (const topic of missing) taken.add(topic);
    chosen.push(id);
  }
  return { chosen, left };
}

function moreUrgent(a: Candidate, b: Candidate): number {
  return classOf(a) - classOf(b) || distanceOf(a) - distanceOf(b) || Number(b.held) - Number(a.held);
}

function classOf({ need }: Candidate): number {
  return need === 'order' ? 0 : typeof need === 'object' ? 1 : need === 'board' ? 2 : 3;
}

/** The distance that counts in the comparison: what is registered counts as nearer than it is. */
function distanceOf({ need, held }: Candidate): number {
  if (typeof need !== 'object') return 0;
  return held ? need.distance * keptShare - keptUnits : need.distance;
}
