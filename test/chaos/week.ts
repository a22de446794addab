import { parseArgs } from 'node:util';
import { morning, wholeWeek } from './week/plan.ts';
import { report, runWeek } from './week/week.ts';

const usage = `npm run chaos:week -- [--seed 1]             two weeks of the market in some minutes
npm run chaos:week -- --morning [--seed 1]   the part of them that every run of the tests has
`;

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    morning: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) print(usage);
else {
  const seed = Number(values.seed);
  const outcome = await runWeek(values.morning ? morning(seed) : wholeWeek(seed), print);
  print(report(outcome));
  process.exitCode = outcome.violations.length === 0 ? 0 : 1;
}
