import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** The code broken on purpose in one place; `find` must stand there exactly once. */
interface Mutant {
  readonly name: string;
  readonly edits: readonly { readonly file: string; readonly find: string; readonly replace: string }[];
}

/** Each is a mistake that public trading programs make, or that this one nearly made. */
const mutants: readonly Mutant[] = [
  {
    name: 'an order is sent again on a time-out',
    edits: [
      {
        file: 'src/kis/http.ts',
        find: "answer = await this.#send(endpoint, trId, token, input, '', this.#timeouts.orderMs, undefined);",
        replace:
          "const send = () => this.#send(endpoint, trId, token, input, '', this.#timeouts.orderMs, undefined);\n      answer = await send().catch(send);",
      },
    ],
  },
  {
    name: 'a proposal is taken without the transaction',
    edits: [
      {
        file: 'src/store/proposals.ts',
        find: "claim: (request) => write('claim', (transaction) => claim(transaction, request)),",
        replace: "claim: (request) => read('claim', (db) => claim(db as never, request)),",
      },
    ],
  },
  {
    name: 'fills are told apart by their frames alone',
    edits: [
      {
        file: 'src/services/fills.ts',
        find: 'const { noticedQuantity } = await this.#ledger.recordNotice(notice, koreanDay(notice.at));',
        replace:
          "const { fresh, noticedQuantity } = await this.#ledger.recordNotice(notice, koreanDay(notice.at));\n    const { quantity, price } = notice;\n    if (fresh) await this.#raise(order, order.filledQuantity + quantity, order.filledAmount + quantity * price, 'notice');\n    if (noticedQuantity >= 0) return true;",
      },
    ],
  },
  {
    name: 'the reconciler believes the first look',
    edits: [
      {
        file: 'src/services/reconciler.ts',
        find: 'if ((this.#misses.get(order.id)?.count ?? 0) <= this.#looksToWait) return;',
        replace: '',
      },
    ],
  },
  {
    name: 'orders from elsewhere count as ours',
    edits: [{ file: 'src/domain/attribution.ts', find: 'viaApi !== false && ', replace: '' }],
  },
  {
    name: 'an equal order does not wait for an unknown one',
    edits: [
      {
        file: 'src/store/proposals.ts',
        find: 'sameAtVenue(intent, other.intent)',
        replace: 'false && sameAtVenue(intent, other.intent)',
      },
    ],
  },
  {
    name: 'a start calls an order that was being sent never sent',
    edits: [
      {
        file: 'src/domain/order.ts',
        find: "submitting: { accepted: 'accepted',",
        replace: "submitting: { 'never-sent': 'never-sent', accepted: 'accepted',",
      },
      {
        file: 'src/services/reconciler.ts',
        find: "{ type: 'outcome-unknown', code: 'process-ended', text: '' }, 'outcome-unknown')",
        replace: "{ type: 'never-sent' }, 'never-sent')",
      },
    ],
  },
  {
    name: 'submitting is not written before the request',
    edits: [
      {
        file: 'src/services/orders.ts',
        find: 'outcome = await request(() => this.#ledger.beginSubmit(record.id, this.#clock.now()));',
        replace:
          'outcome = await request(async () => {});\n        await this.#ledger.beginSubmit(record.id, this.#clock.now());',
      },
    ],
  },
  {
    name: 'unmatched notices are not held while a request is under way',
    edits: [
      {
        file: 'src/services/reconciler.ts',
        find: 'if (this.#inFlight > 0 || doubtful.some(({ status }) => isUndecided(status))) this.#held.push(notice);\n    else',
        replace: '',
      },
    ],
  },
];

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '1000' }, only: { type: 'string' }, jobs: { type: 'string' } },
});
const root = join(import.meta.dirname, '..', '..');
const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** A copy of the project with the mutant in it. */
function breakCopy(mutant: Mutant): string {
  const folder = mkdtempSync(join(tmpdir(), 'hoga-mutant-'));
  for (const part of ['src', 'commands', 'test/chaos', 'package.json']) {
    cpSync(join(root, part), join(folder, part), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const { file, find, replace } of mutant.edits) {
    const path = join(folder, file);
    const text = readFileSync(path, 'utf8');
    if (text.split(find).length !== 2) throw new Error(`${mutant.name}: its place in ${file} is not there any more`);
    writeFileSync(
      path,
      text.replace(find, () => replace),
    );
  }
  return folder;
}

/** Runs the scenarios against a broken copy; resolves to the first violation, or undefined when none is seen. */
function firstViolation(folder: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const jobs = values.jobs ?? String(availableParallelism());
    const args = [join(folder, 'test/chaos/run.ts'), '--runs', values.runs, '--jobs', jobs, '--until-first'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += String(chunk);
    });
    child.once('exit', () => resolve(/^seed \d+: .+$/m.exec(output)?.[0]));
  });
}

let survivors = 0;
for (const mutant of mutants.filter(({ name }) => values.only === undefined || name.includes(values.only))) {
  const folder = breakCopy(mutant);
  const beganAt = performance.now();
  const violation = await firstViolation(folder);
  rmSync(folder, { recursive: true, force: true });
  const seconds = Math.round((performance.now() - beganAt) / 1_000);
  if (violation === undefined) survivors += 1;
  print(`${violation === undefined ? 'NOT CAUGHT' : 'caught'}  ${mutant.name} (${seconds} s)`);
  print(`  ${violation ?? `no violation in ${values.runs} runs`}`);
}
process.exitCode = survivors === 0 ? 0 : 1;
