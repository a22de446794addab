import type { Stage } from '../scenario/stage.ts';
import type { Fate } from '../scenario/world.ts';

/** Longer than a lease runs, or not, or until about its end, when nobody else may have taken it yet. */
function lasts({ random }: Stage): number {
  switch (random.weighted({ long: 5, aboutALease: 3, short: 2 })) {
    case 'long':
      return random.between(6_500, 70_000);
    case 'aboutALease':
      return random.between(4_000, 7_500);
    case 'short':
      return random.between(500, 4_000);
  }
}

/** Something befalls processes that share a ledger, now. */
export async function processTrouble(stage: Stage): Promise<void> {
  const { random, world } = stage;
  switch (random.weighted({ heldUp: 3, cutOff: 3, away: 1.5, silent: 1, ends: 1.5 })) {
    case 'heldUp':
      stage.count('process-held-up');
      world.strike({ is: 'held-up', forMs: lasts(stage) });
      break;
    case 'cutOff':
      stage.count('process-cut-off');
      world.strike({ is: 'cut-off', forMs: lasts(stage) });
      break;
    case 'away':
      stage.count('database-away');
      world.cutOffAll(lasts(stage));
      break;
    case 'silent':
      stage.count('processes-silent');
      world.silence(lasts(stage));
      break;
    case 'ends':
      stage.count('process-ended');
      world.endOne();
      break;
  }
  await (random.chance(0.5) ? stage.advance(0, 2_000) : stage.advance(2_000, 25_000));
}

/** The same at a step of what is about to be done. */
export function troubleAtAStep(stage: Stage): void {
  const { random, world } = stage;
  if (random.chance(0.2)) {
    // The lease ends, and is nobody's when the process goes on.
    stage.count('process-held-up-at-a-step');
    const step = random.pick(['before claim', 'before beginSubmit'] as const);
    world.strikeAt(step, { is: 'held-up', forMs: random.between(6_100, 12_000), alone: true });
    return;
  }
  const forMs = lasts(stage);
  const fate: Fate = random.chance(0.6) ? { is: 'held-up', forMs } : { is: 'cut-off', forMs };
  stage.count(fate.is === 'held-up' ? 'process-held-up-at-a-step' : 'process-cut-off-at-a-step');
  if (random.chance(0.5)) world.lightFuse(random.between(1, 70), fate);
  else
    world.strikeAt(
      random.pick(['before claim', 'after claim', 'before beginSubmit', 'after beginSubmit'] as const),
      fate,
    );
}
