import { stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline';
import { openLedger } from '../../../src/store/ledger.ts';
import { address, buyIntentOf, claimOf, proposalOf, start } from '../samples.ts';

// A process of its own over the file it is told. `claim NAME COUNT` waits for a line, then claims p0, p1, … and prints
// what came of each. `die` writes one thing of each kind and kills itself without closing anything.
const [, , url = '', task, name, count] = process.argv;
const ledger = await openLedger({ url });

if (task === 'claim') {
  stdout.write('ready\n');
  await createInterface(stdin)[Symbol.asyncIterator]().next();
  const results: string[] = [];
  for (let index = 0; index < Number(count); index += 1) {
    const intents = [{ id: `${name}-${index}`, intent: buyIntentOf(`${name}-${index}`), amount: 1 }];
    const result = await ledger.claim(claimOf(`p${index}`, { intents }));
    results.push(result.kind === 'refused' ? result.reason : result.kind);
  }
  await ledger.close();
  stdout.write(`${JSON.stringify(results)}\n`, () => process.exit(0));
} else {
  await ledger.createProposal(proposalOf('p'));
  await ledger.claim(claimOf('p'));
  await ledger.appendOrderEvent('p-1', { type: 'submitting' }, start + 2_000);
  await ledger.setHalted(true);
  await ledger.enqueue({ address, key: 'k', body: 'told' }, start);
  process.kill(process.pid, 'SIGKILL');
}
