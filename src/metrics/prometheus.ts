import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { OrderIntent } from '../domain/orders/order.ts';
import type { Figures } from './figures.ts';
import { outer, type Step, type StepListener } from './steps.ts';

// What Prometheus reads. No label names a person, a chat, an account or an issue.

/** Figures for Prometheus: counted as steps end, and read when they are asked for. */
export interface Metrics extends StepListener {
  /** In Prometheus' text format. `figures` is undefined where they could not be read. */
  text(figures: Figures | undefined): Promise<{ readonly type: string; readonly text: string }>;
}

/** What is the process's own, whatever runs in it: it goes on while the bot in it begins anew. */
let ofProcess: Registry | undefined;

function processMetrics(): Registry {
  if (ofProcess === undefined) {
    ofProcess = new Registry();
    collectDefaultMetrics({ register: ofProcess });
  }
  return ofProcess;
}

export function createMetrics(version: string): Metrics {
  const register = new Registry();
  const registers = [register];
  const steps = stepMetrics(registers);
  const gauges = gaugesFor(registers);
  new Gauge({ name: 'hoga_info', help: 'The version that runs.', labelNames: ['version'], registers }).set(
    { version },
    1,
  );
  return {
    ...steps,
    async text(figures) {
      gauges(figures);
      const all = Registry.merge([register, processMetrics()]);
      return { type: all.contentType, text: await all.metrics() };
    },
  };
}

type Registers = Registry[];

const orderKinds: readonly OrderIntent['kind'][] = [
  'place',
  'amend',
  'cancel',
  'schedule',
  'amend-schedule',
  'cancel-schedule',
];
const orderOutcomes = ['accepted', 'rejected', 'unknown', 'denied'] as const;

/** What is counted as it happens. */
function stepMetrics(registers: Registers): StepListener {
  const orders = new Counter({
    name: 'hoga_orders_total',
    help: 'Orders by kind and by what came of the one request: accepted, rejected, unknown, or denied (nothing was sent).',
    labelNames: ['kind', 'outcome'],
    registers,
  });
  // Prometheus sees no increase in what was not there before, so each is there from the start.
  for (const kind of orderKinds) for (const outcome of orderOutcomes) orders.inc({ kind, outcome }, 0);
  const pressToPost = new Histogram({
    name: 'hoga_press_to_post_seconds',
    help: 'From the press of a button to the moment an order request leaves.',
    buckets: [0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20],
    registers,
  });
  const claims = new Histogram({
    name: 'hoga_claim_seconds',
    help: 'The transaction that claims a ticket, by result.',
    labelNames: ['result'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers,
  });
  const calls = new Counter({
    name: 'hoga_kis_calls_total',
    help: 'Requests to KIS by API and result.',
    labelNames: ['api', 'result'],
    registers,
  });
  const callTime = new Histogram({
    name: 'hoga_kis_call_seconds',
    help: 'From a request to its answer, by what was asked: read or order.',
    labelNames: ['kind'],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 4, 8, 15],
    registers,
  });
  const laneWait = new Histogram({
    name: 'hoga_lane_wait_seconds',
    help: "How long calls wait for their turn in an app key's lane, by priority.",
    labelNames: ['priority'],
    buckets: [0.001, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30],
    registers,
  });
  const commands = new Histogram({
    name: 'hoga_command_seconds',
    help: 'How long commands take, by command.',
    labelNames: ['command'],
    buckets: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30],
    registers,
  });
  return {
    began(step) {
      if (step.name !== 'venue.call' || step.facts['kind'] !== 'order') return;
      const pressedAt = outer(step, 'press')?.facts['at'];
      // The platform's clock may be ahead of ours.
      if (typeof pressedAt === 'number') pressToPost.observe(Math.max(0, step.startedAt - pressedAt) / 1_000);
    },
    ended(step, result, endedAt) {
      const seconds = Math.max(0, endedAt - step.startedAt) / 1_000;
      const said = (name: string): string => String(step.facts[name]);
      const kept: Partial<Record<Step['name'], () => void>> = {
        order: () => orders.inc({ kind: said('kind'), outcome: result }),
        claim: () => claims.observe({ result }, seconds),
        'lane.wait': () => laneWait.observe({ priority: said('priority') }, seconds),
        command: () => commands.observe({ command: said('command') }, seconds),
        'venue.call': () => {
          calls.inc({ api: said('api'), result });
          callTime.observe({ kind: said('kind') }, seconds);
        },
      };
      kept[step.name]?.();
    },
  };
}

/** What is read when somebody asks. Returns what sets all of it; what could not be read is left out. */
function gaugesFor(registers: Registers): (figures: Figures | undefined) => void {
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]): Gauge<Label> =>
    new Gauge({ name, help, labelNames, registers });
  const ledgerUp = gauge('hoga_ledger_up', '1 while the ledger can be read and written.');
  const ready = gauge('hoga_ready', '1 while this process can take work.');
  const unknown = gauge('hoga_unknown_orders', 'Orders of which nobody knows yet what became, of all accounts.');
  const alerts = gauge('hoga_alerts_open', 'Alerts that are neither fired nor ended.');
  const queued = gauge('hoga_outbox_pending', 'Messages that could be sent now, by channel.', 'channel');
  const oldest = gauge(
    'hoga_outbox_oldest_seconds',
    'Age of the oldest message that is not sent, by channel.',
    'channel',
  );
  const duties = gauge('hoga_duties', 'Duties by kind that some process carries, here or elsewhere.', 'kind', 'held');
  const connected = gauge('hoga_socket_connected', '1 while the socket of an app key stands in this process.', 'key');
  const age = gauge('hoga_socket_age_seconds', 'How long the socket of an app key has stood.', 'key');
  const silence = gauge('hoga_socket_silence_seconds', 'Since the last message of a socket.', 'key');
  const waiting = gauge('hoga_lane_waiting', 'Calls that wait in the lane of an app key.', 'key');
  const gaps = new Counter({
    name: 'hoga_socket_gaps_total',
    help: 'How often a socket may have missed something.',
    labelNames: ['key'],
    registers,
  });
  const trades = new Counter({
    name: 'hoga_trades_total',
    help: 'Trades that a socket brought.',
    labelNames: ['key'],
    registers,
  });
  const perKey = [connected, age, silence, waiting, gaps, trades];
  const ofLedger = [unknown, alerts, queued, oldest, duties];
  return (figures) => {
    for (const one of [...perKey, ...ofLedger]) one.reset();
    // A gauge without labels is 0 after that, which would read as if there were none.
    for (const one of [unknown, alerts]) one.set(Number.NaN);
    ready.set(figures?.ready === true ? 1 : 0);
    ledgerUp.set(figures?.ledger === undefined ? 0 : 1);
    for (const { key, ...one } of figures?.keys ?? []) {
      connected.set({ key }, one.connectedMs === undefined ? 0 : 1);
      if (one.connectedMs !== undefined) age.set({ key }, one.connectedMs / 1_000);
      if (one.connectedMs !== undefined) silence.set({ key }, (one.silentMs ?? one.connectedMs) / 1_000);
      waiting.set({ key }, one.waiting);
      gaps.inc({ key }, one.gaps);
      trades.inc({ key }, one.trades);
    }
    for (const { kind, held, count } of figures?.duties ?? []) duties.inc({ kind, held }, count);
    if (figures?.ledger === undefined) return;
    unknown.set(figures.ledger.unknownOrders);
    alerts.set(figures.ledger.openAlerts);
    for (const { channel, count, oldestMs } of figures.ledger.outbox) {
      queued.set({ channel }, count);
      oldest.set({ channel }, oldestMs / 1_000);
    }
  };
}
