import type { PlannedNeed } from './registration-plan.ts';

/**
 * Why prices are wanted, the most urgent first: an armed order waits for them; an alert, whose distance from firing is
 * asked for whenever the plan is made, in units of a usual day's movement; somebody looks at a board; a list, for which
 * figures seen now and then are enough.
 */
export type Need = 'order' | { readonly distance: () => number } | 'board' | 'listing';

/** The most urgent of several needs, as it stands now. */
export function mostUrgent(needs: readonly Need[]): PlannedNeed {
  if (needs.includes('order')) return 'order';
  const distances = needs.flatMap((need) => (typeof need === 'object' ? [need.distance()] : []));
  if (distances.length > 0) return { distance: Math.min(...distances) };
  return needs.includes('board') ? 'board' : 'listing';
}
