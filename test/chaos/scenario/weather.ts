import type { FaultRule, Faults } from '../../../src/simulator/control/faults.ts';
import type { Stage } from './stage.ts';
import type { Trouble } from './troubles.ts';

const lostAfter = { on: 'order', fault: 'cut', when: 'after' } as const;

/** What goes wrong around the next order, or the next reads. */
export function brewWeather(stage: Stage, around: 'orders' | 'reads'): void {
  const { random } = stage;
  const set = (trouble: Trouble, faults: Faults | readonly FaultRule[]): void => {
    stage.count(trouble);
    stage.world.trace(`weather: ${trouble}`);
    stage.account.simulator.setFaults(faults);
  };
  if (around === 'reads') {
    const trouble = random.weighted({ fail: 2, slow: 2, limit: 1, token: 1 });
    if (trouble === 'fail')
      set('reads-fail', [{ on: 'read', fault: 'http', status: 500, times: random.between(1, 5) }]);
    else if (trouble === 'slow')
      set('reads-fail', [{ on: 'read', fault: 'delay', when: 'before', ms: random.between(500, 9_000) }]);
    else if (trouble === 'limit') set('over-limit', [{ on: 'read', fault: 'throttle', times: random.between(1, 3) }]);
    else set('token-expired', [{ on: 'read', fault: 'token', state: 'expired' }]);
    return;
  }
  // The next order may fare no better, which is when two that are alike could be mixed up.
  const times = random.chance(0.25) ? 2 : 1;
  switch (
    random.weighted({
      cutAfter: 5,
      cutBefore: 4,
      hang: 2,
      late: 2,
      http: 2,
      check: 1.5,
      limit: 1,
      reject: 1,
      token: 1,
      half: 1,
      none: 2,
    })
  ) {
    case 'cutAfter':
      set('answer-cut-after', [{ on: 'order', fault: 'cut', when: 'after', times }]);
      break;
    case 'cutBefore':
      set('answer-cut-before', [{ on: 'order', fault: 'cut', when: 'before' }, ...(times === 2 ? [lostAfter] : [])]);
      break;
    case 'hang':
      set('answer-hangs', [{ on: 'order', fault: 'hang', when: random.pick(['before', 'after'] as const) }]);
      break;
    case 'late': {
      const when = random.pick(['before', 'after'] as const);
      set('answer-late', [{ on: 'order', fault: 'delay', when, ms: random.between(1_000, 18_000) }]);
      break;
    }
    case 'http': {
      const when = random.pick(['before', 'after'] as const);
      set('gateway-502', [{ on: 'order', fault: 'http', status: random.pick([500, 502, 504] as const), when }]);
      break;
    }
    case 'check': {
      const code = random.pick(['EGW00302', 'EGW00316', 'IGW00009', 'APBK1630'] as const);
      set('gateway-says-check', [{ on: 'order', fault: 'refuse', when: 'after', code, text: '', status: 500 }]);
      break;
    }
    case 'limit':
      set('over-limit', [{ on: 'order', fault: 'throttle' }]);
      break;
    case 'reject':
      set('exchange-reject', [{ on: 'order', fault: 'exchange-reject' }]);
      break;
    case 'token':
      set('token-revoked', [{ on: random.pick(['order', 'read'] as const), fault: 'token', state: 'unknown' }]);
      break;
    case 'half':
      set('half-an-answer', [{ on: 'order', fault: 'malformed' }]);
      break;
    case 'none':
      break;
  }
  if (random.chance(0.5)) brewNotices(stage, set);
  if (random.chance(0.4)) set('list-lags', { executionsLagMs: random.between(500, 20_000) });
  else stage.account.simulator.setFaults({ executionsLagMs: 0 });
}

function brewNotices({ random, world, account }: Stage, set: (trouble: Trouble, faults: Faults) => void): void {
  switch (random.weighted({ drop: 3, double: 3, delay: 2, hold: 2 })) {
    case 'drop':
      set('notices-dropped', { notices: { drop: random.between(1, 3) } });
      break;
    case 'double':
      set('notices-doubled', { notices: { duplicate: random.between(1, 3) } });
      break;
    case 'delay':
      set('notices-delayed', { notices: { delayMs: random.between(100, 20_000) } });
      break;
    case 'hold':
      set('notices-reordered', { notices: { hold: true } });
      world.clock.timer(random.between(500, 15_000), () =>
        account.simulator.setFaults({ notices: { hold: false, reorder: true } }),
      );
      break;
  }
}

/** The way to the venue breaks, or falls silent. */
export async function socketTrouble(stage: Stage): Promise<void> {
  const { world, random } = stage;
  const { simulator } = stage.account;
  const lastsMs = random.between(500, 60_000);
  switch (random.weighted({ drop: 3, silent: 2, refuse: 2, network: 1 })) {
    case 'drop':
      stage.count('socket-drop');
      simulator.setFaults({ dropSockets: true });
      break;
    case 'silent':
      stage.count('socket-silent');
      simulator.setFaults({ sockets: { silent: true } });
      world.clock.timer(lastsMs, () => simulator.setFaults({ sockets: {} }));
      break;
    case 'refuse':
      stage.count('socket-refused');
      simulator.setFaults({ sockets: { refuse: true }, dropSockets: true });
      world.clock.timer(lastsMs, () => simulator.setFaults({ sockets: {} }));
      break;
    case 'network':
      stage.count('network-down');
      world.setNetwork(false);
      world.clock.timer(lastsMs, () => world.setNetwork(true));
      break;
  }
  await stage.advance(0, 5_000);
}

/** The machine's clock is put right, or the machine has slept. */
export async function clockTrouble(stage: Stage): Promise<void> {
  const { world, random } = stage;
  if (random.chance(0.5)) {
    stage.count('clock-step');
    world.stepClock(random.between(-4_000, 4_000));
  } else {
    stage.count('clock-jump');
    world.jumpClock(random.between(5_000, 55_000));
  }
  await stage.advance(0, 2_000);
}
