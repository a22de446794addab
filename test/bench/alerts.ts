import type { Alert } from '../../src/domain/alerts/alert.ts';
import { OpenAlerts } from '../../src/services/alerts/open-alerts.ts';
import { type Benchmark, type Measured, sideBySide } from './bench.ts';

/** Ticks of one call, so that the clock's own time does not count. */
const ticks = 1_000;
const issues = 2_000;
const many = 100_000;

/** A tick against few and many alerts, none of which it fires. The cost of armed orders is the same: they are alerts. */
export const alerts: Benchmark = {
  row: 'alerts',
  async measure() {
    const ten = tickAgainst(10, 1);
    const shared = { baseline: ten, aim: { of: 'ratio', atMost: 2 }, unit: 'µs', per: ticks } as const;
    const lines: Measured[] = [];
    for (const count of [1_000, many]) {
      const work = `a tick against ${count} alerts on one issue`;
      lines.push(...(await sideBySide({ ...shared, work, ours: tickAgainst(count, 1) })));
    }
    const spreadOut = `a tick against ${many} alerts on ${issues} issues`;
    lines.push(...(await sideBySide({ ...shared, work: spreadOut, ours: tickAgainst(many, issues) })));
    const work = 'an alert added and removed, of 100000 on one issue beside 10';
    const change = { baseline: changes(10), aim: { of: 'ratio', atMost: 2 }, unit: 'µs', per: many } as const;
    lines.push(...(await sideBySide({ ...change, work, ours: changes(many), rounds: 3 })));
    return lines;
  },
};

function tickAgainst(count: number, on: number): () => void {
  const open = new OpenAlerts();
  for (const alert of alertsOf(count, on)) open.add(alert);
  let tick = 0;
  return () => {
    for (let index = 0; index < ticks; index += 1) {
      tick += 1;
      const price = 70_000 + (tick % 20) * 100;
      open.meet(symbolOf(tick % on), { price, volume: tick }, tick, {});
    }
  };
}

/** Adds and removes `many` alerts, `atOnce` of which are there at a time. */
function changes(atOnce: number): () => void {
  const all = alertsOf(many, 1);
  return () => {
    const open = new OpenAlerts();
    for (let from = 0; from < many; from += atOnce) {
      const part = all.slice(from, from + atOnce);
      for (const alert of part) open.add(alert);
      for (const alert of part) open.remove(alert);
    }
  };
}

function symbolOf(index: number): string {
  return String(index).padStart(6, '0');
}

function alertsOf(count: number, on: number): readonly Alert[] {
  return Array.from({ length: count }, (_, index): Alert => {
    const isAbove = index % 2 === 0;
    const direction = isAbove ? 'at-or-above' : 'at-or-below';
    const price = isAbove ? 80_000 + (index % 4_001) * 50 : 60_000 - (index % 1_001) * 50;
    return {
      id: `a${index}`,
      personId: `p${index % 200}`,
      address: { channel: 'telegram', chatId: String(index % 200) },
      account: 'main',
      symbol: symbolOf(index % on),
      condition: { kind: 'price', direction, price },
      hours: 'regular',
      repeats: false,
      until: undefined,
      level: { metric: 'price', direction, value: price },
      levelDay: '20261123',
      state: 'armed',
      createdAt: 0,
      firedAt: undefined,
    };
  });
}
