import { existsSync } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import stringWidth from 'string-width';
import { fillNoticesWhy, socketWhy } from './chat/messages/fill-notices.ts';
import type { Clock } from './clock.ts';
import type { AccountSettings, Config } from './config.ts';
import { errorText } from './errors.ts';
import { errorSentence, languages, type Words } from './i18n/index.ts';
import { storeWords } from './i18n/store-words.ts';
import { createKis, type Kis } from './kis/kis.ts';
import { checkWire, type WireOutcome } from './kis/wire-check.ts';
import type { Log, Redactor } from './log.ts';
import { openCache } from './store/cache.ts';
import { countFaults } from './store/maintenance/check.ts';
import { cachePlaceOf, ledgerPlaceOf, openRecordsOf } from './store/open-store.ts';

/**
 * The largest accepted difference between this machine's clock and KIS's. With more, the expiry of tickets and tokens
 * and the trading hours would be judged by a wrong time.
 */
const mostClockDriftMs = 5_000;

/** What the check of KIS's API needs: settings, and where to print the results. */
export interface WireCheckOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly redactor: Redactor;
  readonly random: () => number;
  readonly print: (line: string) => void;
  /** Shows the progress on one line; each call replaces the line. */
  readonly progress: (line: string) => void;
}

/** A chat platform that can be checked: `check` returns the bot's name there. */
export interface ChatCheck {
  readonly name: string;
  check(): Promise<string>;
}

/** What the check-up needs: settings, the chats to check, and where to print the results. */
export interface DoctorOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly redactor: Redactor;
  readonly random: () => number;
  readonly chats: readonly ChatCheck[];
  readonly print: (line: string) => void;
}

/**
 * Checks everything that the bot needs and prints one line for each check. The check-up only reads. It asks KIS at most
 * once a second, so that it can run beside a bot; KIS allows one socket session a key, which the bot keeps.
 * @returns whether everything is fine.
 */
export async function runDoctor(options: DoctorOptions): Promise<boolean> {
  const { config } = options;
  const words = languages[config.language];
  const { doctor: text } = words;
  const cache = await openCache(cachePlaceOf(config.store));
  const checklist = new Checklist(options);
  await checklist.check(text.store, () => checkStore(config, options.clock.now(), text));
  for (const [position, account] of config.accounts.entries()) {
    const title = config.accounts.length === 1 ? '' : `${account.title ?? account.name} · `;
    const kis = createKis({
      ...options,
      ...account.kis,
      environment: { ...account.kis.environment, callsPerSecond: 1 },
      cache,
    });
    const check: Checklist['check'] = (name, look) => checklist.check(`${title}${name}`, look);
    await checkAccount(kis, account, words, check);
    if (position === 0) await checklist.check(text.clock, () => checkClock(kis, options.clock, text));
    await kis.close();
  }
  for (const chat of options.chats) await checklist.check(chat.name, () => chat.check());
  for (const { setting, kinds } of config.webhooks) {
    await checklist.check(setting, async () => words.webhook.listOf(kinds));
  }
  await cache.close();
  return checklist.allFine;
}

/** Whether KIS takes the keys, the account and the HTS id of one account. */
async function checkAccount(
  kis: Kis,
  { kis: { environment, htsId } }: AccountSettings,
  words: Words,
  check: Checklist['check'],
): Promise<void> {
  const { doctor: text } = words;
  // Without a token the line about the token has already said so, with the seconds to wait: this check does not wait.
  const noWait = { priority: 'background' } as const;
  const { venue } = kis.broker;
  await check(text.settings, async () => `${environment.name} · ${text.venue[venue.kind]} · ${venue.account}`);
  await check(text.token, () => kis.warmUp().then(() => text.fine));
  const { warmUpLiveReads } = kis;
  if (warmUpLiveReads !== undefined) await check(text.liveReads, () => warmUpLiveReads().then(() => text.fine));
  await check(text.account, () => kis.broker.balance(noWait).then(({ totals }) => words.won(totals.assets)));
  await check(text.socket, () => kis.checkSocket().then(() => text.socketFine));
  await check(text.fills, () => checkFillNotices(kis, htsId, words));
}

/** Prints a line for each check, and remembers whether all of them passed. */
class Checklist {
  readonly #words: Words;
  readonly #print: (line: string) => void;
  allFine = true;

  constructor({ config, redactor, print }: DoctorOptions) {
    this.#words = languages[config.language];
    this.#print = (line) => print(redactor.redact(line));
  }

  /** `look` returns what to say of something that works, and throws where it does not. */
  async check(name: string, look: () => Promise<string>): Promise<void> {
    try {
      this.#print(`✓ ${name}: ${await look()}`);
    } catch (error) {
      this.allFine = false;
      const sentence = errorSentence(this.#words, error);
      this.#print(`✗ ${name}: ${sentence === this.#words.errors.unexpected({}) ? errorText(error) : sentence}`);
    }
  }
}

/** @throws Error when this machine's clock is too far from KIS's. */
async function checkClock(kis: Kis, clock: Clock, text: Words['doctor']): Promise<string> {
  const serverTime = await kis.serverTime();
  if (serverTime === undefined) return text.clockUnknown;
  const driftMs = clock.now() - serverTime;
  if (Math.abs(driftMs) > mostClockDriftMs) throw new Error(text.clockOff(Math.round(driftMs / 1_000)));
  return text.fine;
}

/** @throws Error when KIS does not take the HTS id, or its socket says nothing. */
async function checkFillNotices(kis: Kis, htsId: string | undefined, words: Words): Promise<string> {
  const { doctor: text } = words;
  if (htsId === undefined) return text.noHtsId;
  const { fillNotices, reason } = await kis.tryFeed();
  const masked = htsId.replace(/.(?=.{2})/g, '*');
  if (fillNotices.state === 'working') return text.fillsFine(masked);
  if (reason === 'in-use') return text.fillsInUse(masked);
  throw new Error(fillNoticesWhy(words, fillNotices) ?? socketWhy(words, reason ?? ''));
}

/** @throws Error when the records do not agree with one another, as far as that can be seen in a moment. */
async function checkStore(
  { store, language }: Config,
  now: number,
  text: { readonly storeNew: string; readonly storePending: (count: number) => string },
): Promise<string> {
  const ledger = await openRecordsOf(store);
  if (ledger === undefined) {
    if ('ledger' in store) await checkFolderOf(resolve(store.ledger));
    return text.storeNew;
  }
  try {
    const wrong = await countFaults(ledgerPlaceOf(store), now);
    if (wrong > 0) throw new Error(storeWords[language].doctor(wrong));
    return text.storePending(await ledger.outboxPending());
  } finally {
    await ledger.close();
  }
}

/** @throws Error where a file could not be made. */
async function checkFolderOf(path: string): Promise<void> {
  const folder = dirname(path);
  await access(existsSync(folder) ? folder : dirname(folder), constants.W_OK);
}

/** The share of the calls per second allowed by KIS that the check uses; a running bot needs the rest. */
const shareOfRate = 0.25;

/**
 * Sends every read request of the catalogue once, with the user's own keys, and prints a table of the results. Orders
 * are never sent.
 * @returns whether everything that this host offers works.
 */
export async function runWireCheck(options: WireCheckOptions): Promise<boolean> {
  const { config, clock, redactor, progress } = options;
  const print = (line: string): void => options.print(redactor.redact(line));
  const { doctor: text } = languages[config.language];
  // Every host offers the same to each key, so the first account's stands for all.
  const [{ kis: settings }] = config.accounts;
  const { environment } = settings;
  const callsPerSecond = Math.max(1, Math.floor(environment.callsPerSecond * shareOfRate));
  const cache = await openCache(cachePlaceOf(config.store));
  const kis = createKis({ ...options, ...settings, environment: { ...environment, callsPerSecond }, cache });
  try {
    const found = await checkWire({
      reads: kis.reads,
      now: clock.now(),
      htsId: settings.htsId,
      onProgress: (done, of, api) => progress(text.wireProgress(done + 1, of, api)),
    });
    const rows = found.map(({ api, title, trId, outcome }) => [
      `${wireMarks[outcome.kind]} ${api}`,
      trId,
      text.wire[outcome.kind],
      `${title}${detailOf(outcome)}`,
    ]);
    for (const line of inColumns(rows)) print(line);
    const broken = found.filter(({ outcome }) => wireMarks[outcome.kind] === '✗').length;
    print(text.wireSum(found.filter(({ outcome }) => outcome.kind === 'works').length, broken));
    return broken === 0;
  } finally {
    await kis.close();
    await cache.close();
  }
}

const wireMarks = {
  works: '✓',
  refused: '✗',
  undecodable: '✗',
  unreachable: '✗',
  'not-here': '–',
  'nothing-to-ask': '–',
} as const satisfies Record<WireOutcome['kind'], string>;

/** Lines with aligned columns. Hangul is two columns wide. */
function inColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((cells) => stringWidth(cells[column] ?? ''))));
  const padded = (cell: string, column: number): string => cell + ' '.repeat((widths[column] ?? 0) - stringWidth(cell));
  return rows.map((cells) => cells.map(padded).join('  ').trimEnd());
}

function detailOf(outcome: WireOutcome): string {
  switch (outcome.kind) {
    case 'refused':
      return ` · ${outcome.code} ${outcome.text}`;
    case 'undecodable':
      return ` · ${outcome.field}`;
    case 'unreachable':
      return ` · ${outcome.text}`;
    default:
      return '';
  }
}
