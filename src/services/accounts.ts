import { type AccountRoles, higherRole, roleIn } from '../domain/people/account-roles.ts';
import { type ChatAddress, chatKey } from '../domain/people/chat-address.ts';
import { type Person, type Role, roleAllows } from '../domain/people/person.ts';
import { AppError } from '../errors.ts';
import type { VenueDescription } from '../ports/broker.ts';
import type { Account } from './orders/account.ts';
import type { People } from './people.ts';

/** What an account is called to somebody. */
export interface AccountLabel {
  /** As in the settings: what follows `@` in a line. */
  readonly name: string;
  readonly title: string;
  readonly venue: VenueDescription['kind'];
}

/** An account, with who may do what in it. */
export interface TradingAccount extends Account {
  readonly label: AccountLabel;
  readonly roles: AccountRoles;
}

/** The accounts there are, as somebody may see them: what a person may not see is never named to them. */
export class Accounts {
  readonly all: readonly [TradingAccount, ...TradingAccount[]];
  readonly #people: Pick<People, 'settings'>;

  constructor(all: readonly [TradingAccount, ...TradingAccount[]], people: Pick<People, 'settings'>) {
    this.all = all;
    this.#people = people;
  }

  /** Those that somebody may see, in the order of the settings. */
  visibleTo(person: Person): readonly TradingAccount[] {
    return this.all.filter((account) => this.roleOf(person, account) !== undefined);
  }

  /** What somebody may do in an account; undefined where they must not know of it. */
  roleOf(person: Person, { roles }: Pick<TradingAccount, 'roles'>): Role | undefined {
    return roleIn(roles, person);
  }

  /** Those in which somebody may do what needs this role. */
  allowing(person: Person, needed: Role): readonly TradingAccount[] {
    return this.all.filter((account) => {
      const role = this.roleOf(person, account);
      return role !== undefined && roleAllows(role, needed);
    });
  }

  /** The most that somebody may do in any account or in the bot. */
  highestRole(person: Person): Role {
    return this.all.reduce<Role>(
      (role, account) => higherRole(role, this.roleOf(person, account)) ?? role,
      person.role,
    );
  }

  /** The one that a chat of somebody's works with: the one they chose there, or else the first they may see. */
  chosen(person: Person, address: ChatAddress): TradingAccount | undefined {
    const name = this.#people.settings(person.id).accounts[chatKey(address)];
    const visible = this.visibleTo(person);
    return visible.find(({ label }) => label.name === name) ?? visible[0];
  }

  /** The one whose records these are, for somebody who may see it. */
  visible(person: Person | undefined, ledgerName: string): TradingAccount | undefined {
    const account = this.ofLedger(ledgerName);
    return account && person && this.roleOf(person, account) !== undefined ? account : undefined;
  }

  /** The one whose records these are; undefined where the settings have it no more. */
  ofLedger(ledgerName: string): TradingAccount | undefined {
    return this.all.find((account) => account.ledgerName === ledgerName);
  }

  /** Whether somebody has to be told which account something is about. */
  hasSeveral(person: Person): boolean {
    return this.visibleTo(person).length > 1;
  }
}

/** What of a broker asks about an account, or changes something there. */
const ofAccount: ReadonlySet<string> = new Set([
  'balance',
  'buyingPower',
  'sellableQuantity',
  'openOrders',
  'executions',
  'placeOrder',
  'amendOrder',
  'cancelOrder',
]);

/** An account's way to the market, for somebody who may see no account: whatever is about the account refuses. */
export function marketAlone(account: Account): Account {
  const refuse = (): never => {
    throw new AppError('accounts.none');
  };
  const refusing = <T extends object>(target: T, keeps: (name: string) => boolean): T =>
    new Proxy(target, {
      get: (object, name) => {
        if (!keeps(String(name))) return refuse;
        const value: unknown = Reflect.get(object, name, object);
        return typeof value === 'function' ? value.bind(object) : value;
      },
    });
  const none = (): boolean => false;
  return {
    ...account,
    broker: refusing(account.broker, (name) => !ofAccount.has(name)),
    reports: refusing(account.reports, none),
    orders: refusing(account.orders, none),
    schedules: refusing(account.schedules, none),
    reconciler: refusing(account.reconciler, none),
    timelines: refusing(account.timelines, none),
    revocation: refusing(account.revocation, none),
  };
}
