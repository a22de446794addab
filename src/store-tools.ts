import { type Config, schemaFor } from './config.ts';
import { type LedgerCheckResult, mayBeRight } from './domain/ledger-check.ts';
import { type StoreWords, storeWords } from './i18n/store-words.ts';
import { backupLedger } from './store/maintenance/backup.ts';
import { checkLedger } from './store/maintenance/check.ts';
import { type CopyProgress, copyLedger } from './store/maintenance/copy.ts';
import { type LedgerPlace, openToRead } from './store/maintenance/ends.ts';
import { ledgerPlaceOf } from './store/open-store.ts';

/** What the store's tools need beside their words. */
export interface StoreToolOptions {
  /** This process, as somebody would look for it. */
  readonly self: string;
  /** Milliseconds. */
  readonly now: number;
  readonly redact: (text: string) => string;
  readonly print: (line: string) => void;
  /** Where progress goes; at a terminal one line is rewritten. */
  readonly errors: { readonly isTTY?: boolean; write(text: string): unknown };
}

/** What one tool is given. */
interface Task extends StoreToolOptions {
  readonly words: StoreWords;
}

/** Stands for the ledger of the settings: a password in a command line could be seen by others. */
const own = 'STORE_URL';
/** At most so many things that are wrong are listed of each check. */
const mostListed = 10;

/**
 * `copy FROM TO`, `backup [PATH]` and `check [STORE]` of the ledger, where a store is a URL or the word STORE_URL.
 * @returns the exit code, 1 where the check found something; undefined for words that it does not know.
 * @throws AppError `store.*` where nothing could be done, or nothing was.
 */
export async function runStore(
  [tool, ...rest]: readonly string[],
  config: Config,
  options: StoreToolOptions,
): Promise<0 | 1 | undefined> {
  const { redact, print } = options;
  const task: Task = { ...options, words: storeWords[config.language], print: (line) => print(redact(line)) };
  const placeOf = (word: string): LedgerPlace => placeIn(config, word);
  const [first, second] = rest;
  if (tool === 'copy' && first !== undefined && second !== undefined && rest.length === 2) {
    return copy(task, placeOf(first), placeOf(second));
  }
  if (tool === 'backup' && rest.length <= 1) return backup(task, placeOf(own), first);
  if (tool === 'check' && rest.length <= 1) return check(task, placeOf(first ?? own));
  return undefined;
}

/** The ledger that a word names. On PostgreSQL it is the schema of the settings' venue, as it is for a bot. */
function placeIn({ store, accounts }: Config, word: string): LedgerPlace {
  return word === own ? ledgerPlaceOf(store) : { url: word, schema: schemaFor(accounts[0].kis.environment.name) };
}

async function copy(task: Task, from: LedgerPlace, to: LedgerPlace): Promise<0> {
  const { words, print, self, now } = task;
  const report = await copyLedger({ from, to, self, now, progress: progressOf(task) });
  if (report.behind !== undefined) print(words.behind(report.from, report.behind));
  for (const { table, rows, digest } of report.tables) {
    if (rows > 0) print(`✓ ${table}: ${words.rows(rows)} · sha256 ${digest.slice(0, 16)}`);
  }
  if (report.undone > 0) print(`✗ ${words.undone(report.undone)}`);
  const rows = report.tables.reduce((sum, table) => sum + table.rows, 0);
  print(words.copied(report.from, report.to, rows));
  for (const line of words.goOn) print(line);
  return 0;
}

async function backup(task: Task, from: LedgerPlace, to: string | undefined): Promise<0 | 1> {
  const { words, print, now } = task;
  const { path, bytes, results } = await backupLedger({ from, to, now });
  const allFine = tell(task, results);
  print(words.backedUp(path, `${Math.ceil(bytes / 1_024)} kB`));
  return allFine ? 0 : 1;
}

async function check(task: Task, place: LedgerPlace): Promise<0 | 1> {
  const { words, print, now } = task;
  await using ends = new AsyncDisposableStack();
  const end = ends.adopt(await openToRead(place), (opened) => opened.close());
  if (end.behind !== undefined) print(words.behind(end.title, end.behind));
  return tell(task, await checkLedger(end, { now })) ? 0 : 1;
}

/**
 * A line for each check, as the check-up has them, and below it what is wrong. Returns whether all is fine, which it is
 * also where something may be right.
 */
function tell({ words, print }: Task, results: readonly LedgerCheckResult[]): boolean {
  const wrongIn = ({ findings }: LedgerCheckResult): number =>
    findings.filter(({ fault }) => !mayBeRight.has(fault)).length;
  for (const result of results) {
    const { name, looked, findings } = result;
    const wrong = wrongIn(result);
    print(`${wrong === 0 ? '✓' : '✗'} ${words.checks[name]}: ${wrong === 0 ? words.fine(looked) : words.wrong(wrong)}`);
    for (const { fault, facts } of findings.slice(0, mostListed)) print(`    ${words.faults[fault](facts)}`);
    if (findings.length > mostListed) print(`    ${words.more(findings.length - mostListed)}`);
  }
  const allFine = results.every((result) => wrongIn(result) === 0);
  if (!allFine) for (const line of words.whatToDo) print(line);
  return allFine;
}

function progressOf({ words, errors }: Task): (progress: CopyProgress) => void {
  const lineOf = ({ step, table, rows }: CopyProgress): string => `${words[step]} ${table}: ${words.rows(rows)}`;
  return (progress) => {
    if (errors.isTTY === true) errors.write(`\r\u001b[K${lineOf(progress)}${progress.done ? '\r\u001b[K' : ''}`);
    else if (progress.done && progress.rows > 0) errors.write(`${lineOf(progress)}\n`);
  };
}
