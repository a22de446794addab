import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { alerts } from './alerts.ts';
import { command } from './answers/command.ts';
import { fills } from './answers/fills.ts';
import { press } from './answers/press.ts';
import { quotes } from './answers/quotes.ts';
import { rounds } from './answers/rounds.ts';
import { aimedAt, type Benchmark, isHeld, type Measured } from './bench.ts';
import { charts } from './charts.ts';
import { frames } from './frames.ts';
import { lane } from './lane.ts';
import { scale } from './scale.ts';
import { start } from './start.ts';
import { searches } from './symbols.ts';
import { soak } from './ticks/soak.ts';
import { socket } from './ticks/socket.ts';

// `npm run bench`: what the product exists for beside a baseline in the same run. No figure fails it; a bench that
// cannot run does.

const benchmarks: readonly Benchmark[] = [
  frames,
  socket,
  alerts,
  lane,
  quotes,
  rounds,
  charts,
  searches,
  start,
  scale,
  soak,
  fills,
  command,
  press,
];

const usage = `npm run bench -- [ROW ...]     ${benchmarks.map(({ row }) => row).join(' · ')}
`;

interface Row extends Measured {
  readonly row: string;
}

const head = ['row', 'work', 'unit', 'figure', 'baseline', 'ratio', 'spread', 'aim', 'held'];

function cellsOf(measured: Row): readonly string[] {
  const { row, work, unit, figure, baseline, spread, aim } = measured;
  const sign = aim.atMost === undefined ? `≥ ${aim.atLeast}` : `≤ ${aim.atMost}`;
  const kind = { ratio: '×', times: '× as quick', difference: ` ${unit} more`, figure: ` ${unit}` }[aim.of];
  return [
    row,
    work,
    unit,
    written(figure),
    baseline === undefined ? '' : written(baseline),
    baseline === undefined ? '' : written(aimedAt(measured)),
    spread === undefined ? '' : `${written(spread[0])}–${written(spread[1])}`,
    `${sign}${kind}`,
    isHeld(measured) ? 'yes' : 'NO',
  ];
}

function written(value: number): string {
  return value.toLocaleString('en', { maximumSignificantDigits: 3, useGrouping: false });
}

function print(rows: readonly (readonly string[])[]): void {
  const widths = head.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  for (const row of rows) {
    const line = row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
    process.stdout.write(`${line.trimEnd()}\n`);
  }
}

const { values, positionals } = parseArgs({ options: { help: { type: 'boolean' } }, allowPositionals: true });
const chosen = benchmarks.filter(({ row, long }) =>
  positionals.length === 0 ? long !== true : positionals.includes(row),
);
if (values.help === true || chosen.length === 0) {
  process.stdout.write(usage);
  process.exitCode = values.help === true ? 0 : 2;
} else {
  const rows: Row[] = [];
  for (const { row, measure } of chosen) {
    if (process.stderr.isTTY) process.stderr.write(`measuring ${row}\n`);
    for (const measured of await measure()) rows.push({ row, ...measured });
  }
  print([head, ...rows.map(cellsOf)]);
  const results = rows.map((row) => ({ ...row, ratio: aimedAt(row), held: isHeld(row) }));
  writeFileSync(new URL('../../bench-results.json', import.meta.url), `${JSON.stringify(results, null, 2)}\n`);
}
