import { parseArgs } from 'node:util';
import { morning, shortWeek, wholeWeek } from './week/plan.ts';
import { report } from './week/report.ts';
import { runWeek } from './week/week.ts';

const usage = `npm run chaos:week -- [--seed 1]             two weeks of the market in some minutes
npm run chaos:week -- --short [--seed 1]     the same days with few issues, an hour a day
npm run chaos:week -- --morning [--seed 1]   the part of them that every run of the tests has
`;

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    short: { type: 'boolean', default: false },
    morning: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) print(usage);
else {
  const seed = Number(values.seed);
  const plan = values.morning ? morning : values.short ? shortWeek : wholeWeek;
  const outcome = await runWeek(plan(seed), print);
  print(report(outcome));
  process.exitCode = outcome.violations.length === 0 ? 0 : 1;
}
