import { randomBytes, scryptSync } from 'node:crypto';
import { recordsOfNumber } from '../domain/account.ts';
import { ledgerTrouble } from '../domain/ledger-trouble.ts';
import { type OrderRecord, openStatuses, unsettledStatuses } from '../domain/orders/order.ts';
import { AppError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { AccountNumbers } from '../ports/ledger/account-numbers.ts';
import type { Ledger } from '../ports/ledger/ledger.ts';

/** An account as the settings name it. */
export interface NumberedAccount {
  /** The name under which the ledger keeps the account with its first number. */
  readonly name: string;
  /** What people call it. */
  readonly title: string;
  /** The setting that holds the number: `KIS_ISA_ACCOUNT`. */
  readonly setting: string;
  /** What an owner types to accept another number: `/renumber @isa`. */
  readonly command: string;
  /** The number with its product and its venue. */
  readonly number: string;
}

/** An account number as it is written down, with its salt. */
export type NumberDigest = (number: string, salt: string) => string;

/** What a start finds out about the number of an account. */
export interface IdentifiedAccount {
  /**
   * The name under which the ledger keeps the account with this number. Each number has records of its own, so no order
   * of one number is ever looked up under another.
   */
  readonly ledgerName: string;
  /** Undefined where the number is the one of the last start. */
  readonly change: NumberChange | undefined;
}

/**
 * The settings name another number for an account than at the last start. As long as orders of the old number may still
 * stand at the venue, and no owner has said that they are done with, no new order leaves.
 */
export class NumberChange {
  readonly title: string;
  readonly setting: string;
  readonly command: string;
  /** Orders of the old number that may still stand at the venue, newest first, as far as the ledger knows. */
  readonly open: readonly OrderRecord[];
  /** Alerts on average costs that were made under the old number: they rest, as they are about its holdings. */
  readonly restingAlerts: number;
  readonly #write: () => Promise<void>;
  #accepted = false;

  constructor(options: {
    readonly account: NumberedAccount;
    readonly open: readonly OrderRecord[];
    readonly restingAlerts: number;
    /** Writes down that trading goes on with the new number. */
    readonly write: () => Promise<void>;
  }) {
    this.title = options.account.title;
    this.setting = options.account.setting;
    this.command = options.account.command;
    this.open = options.open;
    this.restingAlerts = options.restingAlerts;
    this.#write = options.write;
  }

  /** Whether trading goes on with the new number. */
  get accepted(): boolean {
    return this.#accepted;
  }

  /** Trading goes on with the new number. @throws AppError `LedgerTrouble`: it does not. */
  async accept(): Promise<void> {
    if (this.#accepted) return;
    await this.#write();
    this.#accepted = true;
  }

  /** @throws AppError `orders.number-changed` while trading does not go on. */
  async requireAccepted(): Promise<void> {
    if (this.#accepted) return;
    // Nothing is open and nobody has to be asked: the ledger could not be written at the start.
    if (this.open.length === 0) return this.accept();
    throw new AppError('orders.number-changed', this.context);
  }

  /** What the sentences about the change name. */
  get context() {
    const { title: account, setting, command } = this;
    return { account, setting, command, orders: this.open.length };
  }
}

/**
 * Compares the number of an account with the one of the last start, and begins records of its own for a number that is
 * new. Where orders of the old number are open, unknown or scheduled, the change waits for an owner (`NumberChange`).
 * `readOnly` writes nothing. `digest` takes the place of the slow one. @throws AppError where the ledger cannot be read.
 */
export async function identifyAccount(
  account: NumberedAccount,
  {
    ledger,
    log,
    readOnly,
    digest: digestOf = slowDigest,
  }: {
    readonly ledger: Ledger;
    readonly log: Log;
    readonly readOnly: boolean;
    readonly digest?: NumberDigest | undefined;
  },
): Promise<IdentifiedAccount> {
  const records = ledger.account(account.name);
  const known = await records.accountNumbers();
  if (known === undefined) {
    const salt = randomBytes(16).toString('hex');
    const first = { salt, digests: [digestOf(account.number, salt)], current: 0 };
    // A ledger that cannot be written now is asked again at the next start: until then nothing is compared.
    if (!readOnly) await records.setAccountNumbers(first).catch(onlyTrouble(log));
    return { ledgerName: account.name, change: undefined };
  }
  const digest = digestOf(account.number, known.salt);
  const isNew = !known.digests.includes(digest);
  const digests = isNew ? [...known.digests, digest] : known.digests;
  const current = digests.indexOf(digest);
  const ledgerName = recordsOfNumber(account.name, current);
  if (current === known.current) return { ledgerName, change: undefined };

  const before = recordsOfNumber(account.name, known.current);
  const open = await mayStand(ledger.account(before));
  const costAlerts = (await ledger.openAlerts()).filter(({ condition }) => condition.kind === 'cost');
  const change = new NumberChange({
    account,
    open,
    restingAlerts: costAlerts.filter((alert) => alert.account === before).length,
    write: () => records.setAccountNumbers({ ...known, digests, current } satisfies AccountNumbers),
  });
  log.warn('account number changed', { account: account.name, open: open.length });
  if (readOnly) return { ledgerName, change };
  if (open.length === 0) await change.accept().catch(onlyTrouble(log));
  // While it waits the number has records already, of cancels and alerts: whatever number comes next gets others.
  else if (isNew) await records.setAccountNumbers({ ...known, digests }).catch(onlyTrouble(log));
  return { ledgerName, change };
}

async function mayStand(records: Ledger): Promise<readonly OrderRecord[]> {
  const orders = await records.ordersByStatus([...openStatuses, ...unsettledStatuses, 'scheduled']);
  return [...orders].sort((one, other) => other.confirmedAt - one.confirmedAt);
}

/** Slow on purpose: an account number is short enough for all to be tried against a quick digest. */
function slowDigest(number: string, salt: string): string {
  return scryptSync(number, salt, 32, { N: 2 ** 12 }).toString('hex');
}

function onlyTrouble(log: Log): (error: unknown) => void {
  return (error) => {
    if (ledgerTrouble(error) === undefined) throw error;
    log.error('account number not written down', { error });
  };
}
