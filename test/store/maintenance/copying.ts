import { stdout } from 'node:process';
import { copyLedger } from '../../../src/store/maintenance/copy.ts';

// A process of its own that copies from one ledger to another, and says how far it is: somebody else may kill it there.
const [, , from = '', to = '', schema = 'hoga'] = process.argv;
await copyLedger({
  from: { url: from, schema },
  to: { url: to, schema },
  self: `copying:${process.pid}`,
  now: Number.MAX_SAFE_INTEGER,
  progress: ({ step, table, rows }) => void stdout.write(`${step} ${table} ${rows}\n`),
});
stdout.write('copied\n');
