import type { Button } from '../../../src/chat/channel.ts';
import { koreanDay } from '../../../src/clock.ts';
import type { Proposal } from '../../../src/ports/ledger/proposal-ledger.ts';
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

/** Won, by the bot's settings. */
export interface Caps {
  readonly order: number;
  readonly day: number;
}

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
  /** Numbers of orders that did not come from the bot. */
  readonly elsewhere = new Set<string>();
  /** Every line that anybody typed. */
  readonly typed = new Set<string>();
  readonly dialect: 'live' | 'paper';
  readonly caps: Caps;
  /** Whether an order that was checked and taken may have to wait for its turn. */
  readonly isNarrow: boolean;
  readonly world: World;
  readonly random: SeededRandom;

  private constructor(parts: Pick<Stage, 'world' | 'dialect' | 'random' | 'caps' | 'isNarrow'>) {
    this.world = parts.world;
    this.dialect = parts.dialect;
    this.random = parts.random;
    this.caps = parts.caps;
    this.isNarrow = parts.isNarrow;
  }

  static async create(seed: number, trace: (line: string) => void): Promise<Stage> {
    const random = new SeededRandom(seed);
    const dialect = random.chance(0.12) ? 'paper' : 'live';
    const nearClose = random.chance(0.15);
    const startAt = Date.parse(nearClose ? '2026-11-23T15:27:30+09:00' : '2026-11-23T10:00:00+09:00');
    const caps = random.chance(0.4)
      ? random.pick([
          { order: 300_000, day: 450_000 },
          { order: 220_000, day: 400_000 },
          { order: 300_000, day: 550_000 },
        ] as const)
      : { order: 800_000, day: 3_000_000 };
    const isNarrow = random.chance(0.25);
    const callsPerSecond = dialect === 'paper' ? 5 : 18;
    const world = await World.create({
      seed,
      startAt,
      trace,
      env: {
        KIS_ENV: dialect,
        HOGA_OWNERS: `${owner.telegram}+${owner.discord}`,
        HOGA_TRADERS: trader,
        HOGA_VIEWERS: viewer,
        HOGA_MAX_DAILY_KRW: String(caps.day),
        HOGA_MAX_ORDER_KRW: String(caps.order),
        HOGA_PRICE_DRIFT_PERCENT: String(driftPercent),
        KIS_CALLS_PER_SECOND: String(isNarrow ? 3 : callsPerSecond),
      },
      simulator: {
        kind: dialect,
        hours: 'live',
        callsPerSecond,
        noticeBeforeAnswer: random.chance(0.3),
        unpaddedOrderNumbers: random.chance(0.2),
        cash: 20_000_000,
        holdings: startHoldings,
      },
    });
    world.trace(`seed ${seed}, ${dialect}, caps ${caps.order} and ${caps.day}`);
    const stage = new Stage({ world, dialect, random, caps, isNarrow });
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
    this.typed.add(text);
    this.world.act(channel, identity, { kind: 'text', text });
  }

  /** Asks for a ticket, and gives it the time that it mostly takes. */
  async ask(who: Somebody, text: string): Promise<Button | undefined> {
    this.type(who, text);
    await this.advance(50, 1_500);
    return this.newest(who, 'confirm:');
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
    return this.caps.day - (await this.world.readLedger((ledger) => ledger.amountOfDay(day)));
  }

  async restart(): Promise<void> {
    this.world.freeDisk();
    await this.world.crash();
    await this.advance(0, 20_000);
    await this.world.start();
  }
}
