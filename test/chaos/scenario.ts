import type { Button } from '../../src/chat/channel.ts';
import type { FaultRule, Faults } from '../../src/simulator/faults.ts';
import { judge, type Verdict } from './invariants.ts';
import { SeededRandom } from './random.ts';
import { type Shown, World } from './world.ts';

/** Who there is, and where. The owner has two chats; the stranger none that answers. */
const owner = { telegram: 'telegram:1', discord: 'discord:2', console: 'console:local' } as const;
const trader = 'telegram:3';
const viewer = 'telegram:4';
const stranger = 'telegram:9';

export const capOfDay = 3_000_000;
export const capOfOrder = 800_000;
const startHoldings = [
  { symbol: '005930', quantity: 30, averageCost: 68_000 },
  { symbol: '000660', quantity: 10, averageCost: 190_000 },
];

/** Kinds of trouble, counted so that a run can show that each has struck. */
export const troubles = [
  'answer-cut-after',
  'answer-cut-before',
  'answer-hangs',
  'answer-late',
  'gateway-502',
  'gateway-says-check',
  'over-limit',
  'exchange-reject',
  'token-expired',
  'token-revoked',
  'half-an-answer',
  'reads-fail',
  'notices-dropped',
  'notices-doubled',
  'notices-delayed',
  'notices-reordered',
  'list-lags',
  'socket-drop',
  'socket-silent',
  'socket-refused',
  'network-down',
  'crash',
  'crash-at-a-step',
  'clock-step',
  'clock-jump',
  'chat-fails',
  'chat-loses-answer',
  'double-press',
  'press-in-another-chat',
  'press-by-another',
  'late-press',
  'old-press',
  'halt',
  'order-elsewhere',
  'equal-order-elsewhere',
  'change-elsewhere',
  'part-cancelled',
  'part-amended',
  'part-elsewhere',
  'equal-fills',
  'market-close',
] as const;
export type Trouble = (typeof troubles)[number];

const lostAfter = { on: 'order', fault: 'cut', when: 'after' } as const;

/** What one scenario came to. */
export interface Outcome extends Verdict {
  readonly seed: number;
  readonly dialect: 'live' | 'paper';
  readonly troubles: Readonly<Partial<Record<Trouble, number>>>;
}

/** Runs the scenario of a seed from its start to its judgement; `trace` gets a line for everything that happens. */
export async function runScenario(seed: number, trace: (line: string) => void = () => undefined): Promise<Outcome> {
  const scenario = await Scenario.create(seed, trace);
  try {
    await scenario.play();
    await scenario.heal();
    const verdict = await judge(scenario.world, scenario.elsewhere, startHoldings);
    return { seed, dialect: scenario.dialect, troubles: scenario.counts, ...verdict };
  } finally {
    await scenario.world.end();
  }
}

class Scenario {
  readonly counts: Partial<Record<Trouble, number>> = {};
  /** Numbers of orders that did not come from the bot. */
  readonly elsewhere = new Set<string>();
  readonly dialect: 'live' | 'paper';
  readonly world: World;
  readonly #random: SeededRandom;

  private constructor(world: World, dialect: 'live' | 'paper', random: SeededRandom) {
    this.world = world;
    this.dialect = dialect;
    this.#random = random;
  }

  static async create(seed: number, trace: (line: string) => void): Promise<Scenario> {
    const random = new SeededRandom(seed);
    const dialect = random.chance(0.12) ? 'paper' : 'live';
    const nearClose = random.chance(0.15);
    const startAt = Date.parse(nearClose ? '2026-11-23T15:27:30+09:00' : '2026-11-23T10:00:00+09:00');
    const world = await World.create({
      seed,
      startAt,
      trace,
      env: {
        KIS_ENV: dialect,
        HOGA_OWNERS: `${owner.telegram}+${owner.discord}`,
        HOGA_TRADERS: trader,
        HOGA_VIEWERS: viewer,
        HOGA_MAX_DAILY_KRW: String(capOfDay),
        HOGA_MAX_ORDER_KRW: String(capOfOrder),
        HOGA_PRICE_DRIFT_PERCENT: '5',
        KIS_CALLS_PER_SECOND: dialect === 'paper' ? '5' : '18',
      },
      simulator: {
        kind: dialect,
        hours: 'live',
        callsPerSecond: dialect === 'paper' ? 5 : 18,
        noticeBeforeAnswer: random.chance(0.3),
        unpaddedOrderNumbers: random.chance(0.2),
        cash: 20_000_000,
        holdings: startHoldings,
      },
    });
    world.trace(`seed ${seed}, ${dialect}`);
    const scenario = new Scenario(world, dialect, random);
    if (nearClose) scenario.#count('market-close');
    if (random.chance(0.2)) {
      world.chatFaults = { fails: 0.15, losesAnswer: 0.05 };
      scenario.#count('chat-fails');
      scenario.#count('chat-loses-answer');
    }
    return scenario;
  }

  async play(): Promise<void> {
    await this.world.start();
    const steps = this.#random.between(4, 10);
    for (let step = 0; step < steps; step += 1) {
      if (!this.world.isUp && this.#random.chance(0.8)) await this.#restart();
      await this.#oneStep();
    }
  }

  /** All trouble ends, and the bot is given the time to find out what happened. */
  async heal(): Promise<void> {
    const { world } = this;
    world.trace('all trouble ends');
    world.putOutFuse();
    world.simulator.clearFaults();
    world.chatFaults = { fails: 0, losesAnswer: 0 };
    world.setNetwork(true);
    if (!world.isUp) await this.#restart();
    // Held pushes may be on their way for 20 s, a socket in back-off for 75 s; then come the looks.
    await world.advance(200_000);
  }

  async #restart(): Promise<void> {
    await this.world.crash();
    await this.world.advance(this.#random.between(0, 20_000));
    await this.world.start();
  }

  #count(trouble: Trouble): void {
    this.counts[trouble] = (this.counts[trouble] ?? 0) + 1;
  }

  async #oneStep(): Promise<void> {
    const random = this.#random;
    switch (
      random.weighted({
        order: 10,
        change: 7,
        trade: 4,
        elsewhere: 2,
        halt: 0.4,
        wait: 2,
        socket: 1,
        clock: 0.6,
        crash: 1,
        intruder: 0.5,
      })
    ) {
      case 'order':
        return this.#order();
      case 'change':
        return this.#change();
      case 'trade':
        return this.#trade();
      case 'elsewhere':
        return this.#elsewhereOrder();
      case 'halt':
        return this.#halt();
      case 'wait':
        return this.world.advance(random.between(100, 25_000));
      case 'socket':
        return this.#socketTrouble();
      case 'clock':
        return this.#clockTrouble();
      case 'crash':
        this.#count('crash');
        return this.#restart();
      case 'intruder':
        return this.#intrude();
    }
  }

  /** Somebody asks for a ticket; then, in whatever weather, something becomes of it. */
  async #order(): Promise<void> {
    const random = this.#random;
    const symbol = random.chance(0.8) ? '005930' : '000660';
    const side = random.chance(0.65) ? 'buy' : 'sell';
    // Mostly so few that orders are alike, now and then enough to be taken apart.
    const quantity = random.chance(0.25) ? random.between(5, 9) : random.between(1, 4);
    const base = symbol === '005930' ? 70_000 : 200_000;
    const step = symbol === '005930' ? 100 : 500;
    const towards = side === 'buy' ? -1 : 1;
    // Few prices and few quantities: equal orders are what makes attribution hard.
    const price = random.weighted({ rest: 5, cross: 3, market: 1 });
    const text =
      price === 'market' ? '시장가' : String(base + (price === 'rest' ? towards * 3 * step : -towards * 3 * step));
    const { channel, identity } = this.#somebody();
    if (random.chance(0.25)) this.#brewWeather('reads');
    this.world.act(channel, identity, { kind: 'text', text: `/${side} ${symbol} ${quantity} ${text}` });
    await this.world.advance(random.between(50, 1_500));
    await this.#decide(channel, identity);
  }

  /** A ticket to amend or cancel an order that a chat knows of. */
  async #change(): Promise<void> {
    const random = this.#random;
    const { channel, identity } = this.#somebody();
    const open = this.world.simulator.state().orders.filter(({ remaining }) => remaining > 0);
    const target = random.pick(open);
    if (target === undefined) return;
    const step = target.symbol === '005930' ? 100 : 500;
    // A part may be all there is, and now and then more.
    const part = random.between(1, random.chance(0.1) ? target.remaining + 1 : Math.max(1, target.remaining - 1));
    const line = random.weighted({ amend: 3, cancel: 2, all: 1, partCancel: 3, partAmend: 2 });
    const price = (target.price || 70_000) + step * random.pick([-2, -1, 1, 2] as const);
    const number = Number(target.number);
    const text = {
      amend: `/amend ${number} ${price}`,
      cancel: `/cancel ${number}`,
      all: '/cancel all',
      partCancel: `/cancel ${number} ${part}`,
      partAmend: `/amend ${number} ${price} ${part}`,
    }[line];
    if (line === 'partCancel' && part < target.remaining) this.#count('part-cancelled');
    if (line === 'partAmend' && part < target.remaining) this.#count('part-amended');
    this.world.act(channel, identity, { kind: 'text', text });
    await this.world.advance(random.between(50, 1_500));
    await this.#decide(channel, identity);
  }

  #somebody(): { readonly channel: string; readonly identity: string } {
    return this.#random.pick([
      { channel: 'telegram', identity: owner.telegram },
      { channel: 'telegram', identity: owner.telegram },
      { channel: 'discord', identity: owner.discord },
      { channel: 'console', identity: owner.console },
      { channel: 'telegram', identity: trader },
    ] as const);
  }

  async #decide(channel: string, identity: string): Promise<void> {
    const random = this.#random;
    const button = this.#newest(channel, identity, 'confirm:');
    if (button === undefined) return;
    const press = (by = identity, where = channel, ageMs = 0): void =>
      this.world.act(where, by, { kind: 'press', button: button.id }, ageMs);
    if (random.chance(0.55)) this.#brewWeather('orders');
    if (random.chance(0.25)) {
      this.#count('crash-at-a-step');
      this.world.lightFuse(random.between(1, 70));
    }
    switch (
      random.weighted({ once: 12, double: 3, elsewhere: 2, another: 1, late: 0.7, old: 0.5, drop: 1, leave: 0.7 })
    ) {
      case 'once':
        press();
        break;
      case 'double':
        this.#count('double-press');
        press();
        if (random.chance(0.5)) await this.world.advance(random.between(0, 300));
        press();
        break;
      case 'elsewhere':
        this.#count('press-in-another-chat');
        press();
        if (identity === owner.telegram) press(owner.discord, 'discord');
        else if (identity === owner.discord) press(owner.telegram, 'telegram');
        else press();
        break;
      case 'another':
        this.#count('press-by-another');
        press(identity === trader ? owner.telegram : trader, 'telegram');
        if (random.chance(0.5)) press();
        break;
      case 'late':
        this.#count('late-press');
        await this.world.advance(61_000);
        press();
        break;
      case 'old':
        this.#count('old-press');
        press(identity, channel, 90_000);
        break;
      case 'drop':
        this.world.act(channel, identity, { kind: 'press', button: button.id.replace('confirm:', 'drop:') });
        if (random.chance(0.5)) press();
        break;
      case 'leave':
        break;
    }
    await this.world.advance(random.chance(0.5) ? random.between(0, 800) : random.between(800, 22_000));
    // Sometimes the same is wanted again at once, which must wait while the first is unknown.
    if (random.chance(0.3)) await this.#again(channel, identity);
  }

  async #again(channel: string, identity: string): Promise<void> {
    const last = this.world.did.findLast(({ input, identity: who }) => input.kind === 'text' && who === identity);
    if (last?.input.kind !== 'text' || !/^\/(?:buy|sell|cancel \d+ \d|amend \d+ \d+ \d)/.test(last.input.text)) return;
    this.world.act(channel, identity, last.input);
    await this.world.advance(this.#random.between(200, 1_500));
    const button = this.#newest(channel, identity, 'confirm:');
    if (button !== undefined) this.world.act(channel, identity, { kind: 'press', button: button.id });
    await this.world.advance(this.#random.between(200, 5_000));
  }

  #newest(channel: string, identity: string, verb: string): Button | undefined {
    const chatId = identity === owner.console ? 'local' : identity.split(':')[1];
    const here = (shown: Shown): boolean => shown.channel === channel && shown.chatId === chatId;
    return this.world.shown
      .filter(here)
      .at(-1)
      ?.buttons.find(({ id }) => id.startsWith(verb));
  }

  /** What goes wrong around the next order, or the next reads. */
  #brewWeather(around: 'orders' | 'reads'): void {
    const random = this.#random;
    const set = (trouble: Trouble, faults: Faults | readonly FaultRule[]): void => {
      this.#count(trouble);
      this.world.trace(`weather: ${trouble}`);
      this.world.simulator.setFaults(faults);
    };
    if (around === 'reads') {
      const trouble = random.weighted({ fail: 2, slow: 2, limit: 1, token: 1 });
      if (trouble === 'fail')
        set('reads-fail', [{ on: 'read', fault: 'http', status: 500, times: random.between(1, 5) }]);
      else if (trouble === 'slow')
        set('reads-fail', [{ on: 'read', fault: 'delay', when: 'before', ms: random.between(500, 9_000) }]);
      else if (trouble === 'limit') set('over-limit', [{ on: 'read', fault: 'throttle', times: random.between(1, 3) }]);
      else set('token-expired', [{ on: 'read', fault: 'token', state: 'expired' }]);
      return;
    }
    // The next order may fare no better, which is when two that are alike could be mixed up.
    const times = random.chance(0.25) ? 2 : 1;
    switch (
      random.weighted({
        cutAfter: 5,
        cutBefore: 4,
        hang: 2,
        late: 2,
        http: 2,
        check: 1.5,
        limit: 1,
        reject: 1,
        token: 1,
        half: 1,
        none: 2,
      })
    ) {
      case 'cutAfter':
        set('answer-cut-after', [{ on: 'order', fault: 'cut', when: 'after', times }]);
        break;
      case 'cutBefore':
        set('answer-cut-before', [{ on: 'order', fault: 'cut', when: 'before' }, ...(times === 2 ? [lostAfter] : [])]);
        break;
      case 'hang':
        set('answer-hangs', [{ on: 'order', fault: 'hang', when: random.pick(['before', 'after'] as const) }]);
        break;
      case 'late': {
        const when = random.pick(['before', 'after'] as const);
        set('answer-late', [{ on: 'order', fault: 'delay', when, ms: random.between(1_000, 18_000) }]);
        break;
      }
      case 'http': {
        const when = random.pick(['before', 'after'] as const);
        set('gateway-502', [{ on: 'order', fault: 'http', status: random.pick([500, 502, 504] as const), when }]);
        break;
      }
      case 'check': {
        const code = random.pick(['EGW00302', 'EGW00316', 'IGW00009', 'APBK1630'] as const);
        set('gateway-says-check', [{ on: 'order', fault: 'refuse', when: 'after', code, text: '', status: 500 }]);
        break;
      }
      case 'limit':
        set('over-limit', [{ on: 'order', fault: 'throttle' }]);
        break;
      case 'reject':
        set('exchange-reject', [{ on: 'order', fault: 'exchange-reject' }]);
        break;
      case 'token':
        set('token-revoked', [{ on: random.pick(['order', 'read'] as const), fault: 'token', state: 'unknown' }]);
        break;
      case 'half':
        set('half-an-answer', [{ on: 'order', fault: 'malformed' }]);
        break;
      case 'none':
        break;
    }
    if (random.chance(0.5)) {
      switch (random.weighted({ drop: 3, double: 3, delay: 2, hold: 2 })) {
        case 'drop':
          set('notices-dropped', { notices: { drop: random.between(1, 3) } });
          break;
        case 'double':
          set('notices-doubled', { notices: { duplicate: random.between(1, 3) } });
          break;
        case 'delay':
          set('notices-delayed', { notices: { delayMs: random.between(100, 20_000) } });
          break;
        case 'hold':
          set('notices-reordered', { notices: { hold: true } });
          this.world.clock.timer(random.between(500, 15_000), () =>
            this.world.simulator.setFaults({ notices: { hold: false, reorder: true } }),
          );
          break;
      }
    }
    if (random.chance(0.4)) set('list-lags', { executionsLagMs: random.between(500, 20_000) });
    else this.world.simulator.setFaults({ executionsLagMs: 0 });
  }

  /** The market reaches an order that rests; now and then twice alike, within the same second. */
  async #trade(): Promise<void> {
    const random = this.#random;
    const resting = this.world.simulator.state().orders.filter(({ remaining }) => remaining > 0);
    const order = random.pick(resting);
    if (order === undefined) return;
    const against = order.side === 'buy' ? 'sell' : 'buy';
    const twice = order.remaining >= 2 && random.chance(0.6);
    const quantity = twice ? 1 : random.between(1, order.remaining);
    for (let times = twice ? 2 : 1; times > 0; times -= 1) {
      try {
        this.world.simulator.trade(order.symbol, against, quantity, order.price || undefined);
      } catch (error) {
        this.world.trace(`no trade: ${String(error)}`);
      }
    }
    if (twice) this.#count('equal-fills');
    this.world.trace(`the market trades ${quantity} of ${Number(order.number)}${twice ? ' twice' : ''}`);
    await this.world.advance(random.between(0, 3_000));
  }

  /** The owner's own hand in the HTS, sometimes with the very order that the bot was asked for. */
  async #elsewhereOrder(): Promise<void> {
    const random = this.#random;
    const { simulator } = this.world;
    const state = simulator.state();
    const target = random.pick(state.orders.filter(({ remaining }) => remaining > 0));
    try {
      if (target !== undefined && random.chance(0.35)) {
        const step = target.symbol === '005930' ? 100 : 500;
        const price = (target.price || 70_000) + step * random.pick([-1, 1] as const);
        const quantity =
          target.remaining > 1 && random.chance(0.4) ? random.between(1, target.remaining - 1) : undefined;
        if (quantity !== undefined) this.#count('part-elsewhere');
        const number = random.chance(0.5)
          ? simulator.cancelElsewhere(target.number, { quantity })
          : simulator.amendElsewhere(target.number, price, { quantity });
        this.elsewhere.add(number);
        this.#count('change-elsewhere');
        this.world.trace(`elsewhere: ${number} changes ${target.number}`);
      } else {
        const twin = random.pick(state.orders.filter(({ action, price }) => action === 'new' && price > 0));
        const equal = twin !== undefined && random.chance(0.7);
        const { symbol, side, quantity, price } = equal
          ? twin
          : ({ symbol: '005930', side: 'buy', quantity: 2, price: 69_700 } as const);
        this.elsewhere.add(simulator.placeElsewhere({ symbol, side, quantity, price }));
        this.#count(equal ? 'equal-order-elsewhere' : 'order-elsewhere');
        this.world.trace(`elsewhere: ${side} ${symbol} ${quantity} at ${price}`);
      }
    } catch (error) {
      this.world.trace(`elsewhere refused: ${String(error)}`);
    }
    await this.world.advance(random.between(0, 4_000));
  }

  async #halt(): Promise<void> {
    this.#count('halt');
    this.world.act('telegram', trader, { kind: 'text', text: '/halt' });
    await this.world.advance(this.#random.between(100, 2_000));
    await this.#order();
    this.world.act('discord', owner.discord, { kind: 'text', text: '/resume' });
    await this.world.advance(500);
  }

  async #socketTrouble(): Promise<void> {
    const { simulator } = this.world;
    const lastsMs = this.#random.between(500, 60_000);
    switch (this.#random.weighted({ drop: 3, silent: 2, refuse: 2, network: 1 })) {
      case 'drop':
        this.#count('socket-drop');
        simulator.setFaults({ dropSockets: true });
        break;
      case 'silent':
        this.#count('socket-silent');
        simulator.setFaults({ sockets: { silent: true } });
        this.world.clock.timer(lastsMs, () => simulator.setFaults({ sockets: {} }));
        break;
      case 'refuse':
        this.#count('socket-refused');
        simulator.setFaults({ sockets: { refuse: true }, dropSockets: true });
        this.world.clock.timer(lastsMs, () => simulator.setFaults({ sockets: {} }));
        break;
      case 'network':
        this.#count('network-down');
        this.world.setNetwork(false);
        this.world.clock.timer(lastsMs, () => this.world.setNetwork(true));
        break;
    }
    await this.world.advance(this.#random.between(0, 5_000));
  }

  async #clockTrouble(): Promise<void> {
    if (this.#random.chance(0.5)) {
      this.#count('clock-step');
      this.world.stepClock(this.#random.between(-4_000, 4_000));
    } else {
      this.#count('clock-jump');
      this.world.jumpClock(this.#random.between(5_000, 55_000));
    }
    await this.world.advance(this.#random.between(0, 2_000));
  }

  /** Somebody who may not: a viewer who orders, a stranger who presses. */
  async #intrude(): Promise<void> {
    this.world.act('telegram', viewer, { kind: 'text', text: '/buy 005930 1 69700' });
    this.world.act('telegram', stranger, { kind: 'text', text: '/buy 005930 1 69700' });
    const button = this.#newest('telegram', owner.telegram, 'confirm:');
    if (button !== undefined) {
      this.world.act('telegram', viewer, { kind: 'press', button: button.id });
      this.world.act('telegram', stranger, { kind: 'press', button: button.id });
    }
    await this.world.advance(500);
  }
}
