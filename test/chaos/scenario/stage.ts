import type { Button } from '../../../src/chat/channel.ts';
import { koreanDay } from '../../../src/clock.ts';
import type { Proposal } from '../../../src/ports/ledger/proposal-ledger.ts';
import type { SimulatorState } from '../../../src/simulator/control/state.ts';
import { type AccountSetup, accountState, type Caps, type TestAccount } from './accounts.ts';
import type { Shown } from './chats.ts';
import { SeededRandom } from './random.ts';
import type { Trouble } from './troubles.ts';
import { World } from './world.ts';

/** Who there is, and where. The owner has two chats; the stranger none that answers. */
export const owner = { telegram: 'telegram:1', discord: 'discord:2', console: 'console:local' } as const;
export const trader = 'telegram:3';
export const viewer = 'telegram:4';
export const stranger = 'telegram:9';

/** Somebody who may order, where they do it. */
export interface Somebody {
  readonly channel: string;
  readonly identity: string;
}
export const everybody = [
  { channel: 'telegram', identity: owner.telegram },
  { channel: 'discord', identity: owner.discord },
  { channel: 'console', identity: owner.console },
  { channel: 'telegram', identity: trader },
] as const satisfies readonly Somebody[];

export const driftPercent = 5;
export const startHoldings = [
  { symbol: '005930', quantity: 30, averageCost: 68_000 },
  { symbol: '000660', quantity: 10, averageCost: 190_000 },
];
/** Where the prices stand at the start, and their steps there, in won. */
export const market = {
  '005930': { last: 70_000, step: 100 },
  '000660': { last: 200_000, step: 500 },
} as const;
export type IssueCode = keyof typeof market;

/** What every step of a scenario needs: the world, the dice, and what was counted. */
export class Stage {
  readonly counts: Partial<Record<Trouble, number>> = {};
  /** The account that the step under way is about. */
  account: TestAccount;
  /** Every line that anybody typed, without what picks an account for it. */
  readonly typed = new Set<string>();
  /** Whether an order that was checked and taken may have to wait for its turn. */
  readonly isNarrow: boolean;
  readonly world: World;
  readonly random: SeededRandom;

  /** Numbers of orders that did not come from the bot, by the account's name. */
  readonly #elsewhere = new Map<string, Set<string>>();

  private constructor(parts: Pick<Stage, 'world' | 'random' | 'isNarrow'>) {
    this.world = parts.world;
    this.random = parts.random;
    this.isNarrow = parts.isNarrow;
    this.account = parts.world.accounts[0] as TestAccount;
  }

  static async create(seed: number, trace: (line: string) => void, processes = 1): Promise<Stage> {
    const random = new SeededRandom(seed);
    const dialect = random.chance(0.12) ? 'paper' : 'live';
    const nearClose = random.chance(0.15);
    const startAt = Date.parse(nearClose ? '2026-11-23T15:27:30+09:00' : '2026-11-23T10:00:00+09:00');
    const caps = capsOf(random);
    const isNarrow = random.chance(0.25);
    const first = setupOf('main', dialect, caps, isNarrow);
    const accounts = hasTwoAccounts(seed) ? [first, secondOf(first, random, isNarrow)] : [first];
    const world = await World.create({
      seed,
      startAt,
      trace,
      accounts,
      processes,
      env: {
        HOGA_OWNERS: `${owner.telegram}+${owner.discord}`,
        HOGA_TRADERS: trader,
        HOGA_VIEWERS: viewer,
        HOGA_PRICE_DRIFT_PERCENT: String(driftPercent),
      },
      simulator: {
        hours: 'live',
        noticeBeforeAnswer: random.chance(0.3),
        unpaddedOrderNumbers: random.chance(0.2),
        cash: 20_000_000,
        holdings: startHoldings,
      },
    });
    const text = accounts.map((each) => `${each.name} ${each.dialect}, caps ${each.caps.order} and ${each.caps.day}`);
    world.trace(`seed ${seed}: ${text.join('; ')}${processes > 1 ? `; ${processes} processes` : ''}`);
    const stage = new Stage({ world, random, isNarrow });
    if (accounts.length > 1) stage.count(accounts[1]?.dialect === dialect ? 'two-accounts-of-one-key' : 'two-accounts');
    if (nearClose) stage.count('market-close');
    if (isNarrow) stage.count('narrow-lane');
    if (random.chance(0.25)) {
      world.chats.faults = { fails: 0.1, losesAnswer: 0.05, limits: 0.05, limitsWithoutTime: 0.05 };
      for (const kind of ['chat-fails', 'chat-loses-answer', 'chat-names-a-time', 'chat-names-no-time'] as const)
        stage.count(kind);
    }
    return stage;
  }

  get isTight(): boolean {
    return this.caps.day < 1_000_000;
  }

  get caps(): Caps {
    return this.account.caps;
  }

  /** The orders that the account's venue has of it. */
  get orders(): SimulatorState['orders'] {
    return accountState(this.account, this.account.simulator.state()).orders;
  }

  /** The account other than the one that the step is about; the same where there is one. */
  get otherAccount(): TestAccount {
    return this.world.accounts.find(({ name }) => name !== this.account.name) ?? this.account;
  }

  get hasTwo(): boolean {
    return this.world.accounts.length > 1;
  }

  /** The next step is about any of the accounts. */
  turnToAny(): void {
    if (this.hasTwo) this.account = this.random.pick(this.world.accounts) ?? this.account;
  }

  elsewhereIn({ name }: TestAccount): Set<string> {
    const numbers = this.#elsewhere.get(name) ?? new Set();
    this.#elsewhere.set(name, numbers);
    return numbers;
  }

  count(trouble: Trouble): void {
    this.counts[trouble] = (this.counts[trouble] ?? 0) + 1;
  }

  somebody(): Somebody {
    return this.random.pick([everybody[0], ...everybody]);
  }

  advance(least: number, most: number): Promise<void> {
    return this.world.advance(this.random.between(least, most));
  }

  type({ channel, identity }: Somebody, text: string): void {
    this.world.act(channel, identity, { kind: 'text', text });
  }

  /** Asks for a ticket in an account, and gives it the time that it mostly takes. */
  async ask(who: Somebody, text: string, account: TestAccount = this.account): Promise<Button | undefined> {
    this.typed.add(text);
    this.type(who, this.hasTwo ? await this.#inAccount(who, text, account) : text);
    await this.advance(50, 1_500);
    return this.newest(who, 'confirm:');
  }

  /** The line as it is meant for one of two accounts: that names it, or follows the chat's choice of it. */
  async #inAccount(who: Somebody, text: string, { name, title }: TestAccount): Promise<string> {
    const how = this.random.weighted({ name: 4, title: 1, chat: 3 });
    if (how === 'name') return `${text} @${name}`;
    if (how === 'title') return `${text} @${title}`;
    this.type(who, `/account ${name}`);
    await this.advance(0, 200);
    return text;
  }

  /** The chat goes over to an account; whether it has by the time of what follows is a matter of chance. */
  async switchTo(who: Somebody, { name }: TestAccount): Promise<void> {
    this.count('account-switched');
    this.type(who, `/account ${name}`);
    await this.advance(0, 300);
  }

  press({ channel, identity }: Somebody, button: Button, ageMs = 0): void {
    this.world.act(channel, identity, { kind: 'press', button: button.id }, ageMs);
  }

  newest({ channel, identity }: Somebody, verb: string): Button | undefined {
    const chatId = identity === owner.console ? 'local' : identity.split(':')[1];
    const here = (shown: Shown): boolean => shown.channel === channel && shown.chatId === chatId;
    return this.world.chats.shown
      .filter(here)
      .at(-1)
      ?.buttons.find(({ id }) => id.startsWith(verb));
  }

  /** The ticket of a button, as the ledger has it. */
  async ticketOf(button: Button): Promise<Proposal | undefined> {
    if (!this.world.isUp) return undefined;
    return this.world.readLedger((ledger) => ledger.proposal(button.id.replace(/^\w+:/, '')));
  }

  /** Won that may still be ordered today, as the bot counts. */
  async leftOfDay(): Promise<number> {
    if (!this.world.isUp) return this.caps.day;
    const day = koreanDay(this.world.clock.now());
    const { ledgerName } = this.account;
    return this.caps.day - (await this.world.readLedger((ledger) => ledger.account(ledgerName).amountOfDay(day)));
  }

  async restart(): Promise<void> {
    this.world.freeDisk();
    await this.world.crash();
    await this.advance(0, 20_000);
    await this.world.start();
  }
}

/** Of two seeds one: so both ways of running are tried alike. */
const hasTwoAccounts = (seed: number): boolean => seed % 2 === 0;

function capsOf(random: SeededRandom): Caps {
  return random.chance(0.4)
    ? random.pick([
        { order: 300_000, day: 450_000 },
        { order: 220_000, day: 400_000 },
        { order: 300_000, day: 550_000 },
      ] as const)
    : { order: 800_000, day: 3_000_000 };
}

function setupOf(name: 'main' | 'second', dialect: 'live' | 'paper', caps: Caps, isNarrow: boolean): AccountSetup {
  const venueCallsPerSecond = dialect === 'paper' ? 5 : 18;
  return {
    name,
    title: { main: '주계좌', second: '연습' }[name],
    number: { main: '50000000-01', second: '50000001-01' }[name],
    appKey: `app-key-of-${name}`,
    dialect,
    caps,
    callsPerSecond: isNarrow ? 3 : venueCallsPerSecond,
    venueCallsPerSecond,
  };
}

/** Mostly by the other rules, at a venue of its own; now and then beside the first, under the same app key. */
function secondOf(first: AccountSetup, random: SeededRandom, isNarrow: boolean): AccountSetup {
  const caps = capsOf(random);
  const isBeside = random.chance(0.25);
  const dialect = isBeside === (first.dialect === 'live') ? 'live' : 'paper';
  const own = setupOf('second', dialect, caps, isNarrow);
  return isBeside ? { ...own, appKey: first.appKey } : own;
}
