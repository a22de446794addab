import { koreanDay, previousDay } from '../../../src/clock.ts';
import { nearestTicks } from '../../../src/domain/orders/order-rules.ts';
import type { Simulator } from '../../../src/simulator/server.ts';
import { SeededRandom } from '../scenario/random.ts';
import type { World } from '../scenario/world.ts';
import { keepAlerts, makeAlerts, nameOf } from './alerts.ts';
import { type JudgeOptions, judgeAlert, type NearMiss, nearMisses, timeOf } from './judge.ts';
import type { Plan, PlannedEvent } from './plan.ts';
import { PriceRecord } from './price-record.ts';
import { PriceWalk, type Standing } from './prices.ts';
import { grown, heapNow, type Measure, measureText, type Outcome } from './report.ts';
import { ReportsTruth } from './reports.ts';
import { AlertTruth, type Extremes, type MadeAlert, type Span } from './truth.ts';
import { askers, createWorld, issuesOf, readers } from './world-of.ts';

/** How many issues trade in the evening. */
const eveningIssues = 40;
/** How often prices are moved, and messages read. */
const tickMs = 1_000;
/** How long a message may be on its way after its price was seen: a chat takes one a second, and a start needs some. */
const onTheWayMs = 10_000;
/** Of what trades in the evening, the day's own high and low tell nothing. */
const noExtremes: Extremes = { high: Number.POSITIVE_INFINITY, low: Number.NEGATIVE_INFINITY };
/** The longest wait for the step at which the power is to go. */
const fuseMs = 120_000;

/** Runs a plan from its start to its judgement; `tell` gets a line about each day and each end of the bot. */
export async function runWeek(plan: Plan, tell: (line: string) => void = () => undefined): Promise<Outcome> {
  const week = await Week.create(plan, tell);
  try {
    await week.play();
    return await week.judge();
  } finally {
    await week.world.end();
  }
}

class Week {
  readonly world: World;
  readonly #plan: Plan;
  readonly #tell: (line: string) => void;
  readonly #walk: PriceWalk;
  readonly #random: SeededRandom;
  readonly #standings = new Map<string, Standing>();
  readonly #names = new Map<string, string>();
  /** By the chat and the words by which a message names it. */
  readonly #byName = new Map<string, AlertTruth>();
  readonly #bySymbol = new Map<string, AlertTruth[]>();
  readonly #all: AlertTruth[] = [];
  readonly #reports = new ReportsTruth(readers);
  readonly #prices = new PriceRecord();
  readonly #downs: Span[] = [];
  readonly #violations: string[] = [];
  readonly #measures: Measure[] = [];
  readonly #counts: Record<string, number> = {};
  readonly #near = Object.fromEntries(nearMisses.map((name) => [name, 0])) as Record<NearMiss, number>;
  readonly #beganAt = performance.now();
  #restartAt: number | undefined;
  #askedForReportsAt = 0;
  /** How old a price may be at most, as /status says. */
  #boundMs = 0;

  private constructor(plan: Plan, world: World, tell: (line: string) => void) {
    this.#plan = plan;
    this.world = world;
    this.#tell = tell;
    this.#random = new SeededRandom(plan.seed + 2);
    this.#walk = new PriceWalk({
      random: new SeededRandom(plan.seed + 3),
      meanMs: plan.meanMoveMs,
      spikesPercent: 2,
    });
  }

  static async create(plan: Plan, tell: (line: string) => void): Promise<Week> {
    const world = await createWorld(plan);
    const week = new Week(plan, world, tell);
    await week.#begin();
    return week;
  }

  get #now(): number {
    return this.world.clock.now();
  }

  get #venue(): Simulator {
    const [first] = this.world.simulators;
    return first as Simulator;
  }

  async #begin(): Promise<void> {
    const { prices } = this.#venue.state();
    for (const { symbol, kind, name } of issuesOf(this.#plan).all) {
      const price = prices[symbol];
      if (price === undefined) throw new Error(`the venue has no ${symbol}`);
      this.#standings.set(symbol, { symbol, kind, ...price });
      this.#names.set(symbol, name);
    }
    const standings = [...this.#standings.values()];
    const alerts = makeAlerts({
      random: this.#random,
      count: this.#plan.alerts,
      standings,
      now: this.#now,
      mostDays: 10,
    });
    await this.world.prepareLedger((ledger) =>
      keepAlerts(ledger, alerts, this.#standings, previousDay(koreanDay(this.#now))),
    );
    for (const made of alerts) this.#watch(made);
    await this.#start();
    for (const chatId of readers) {
      for (const text of ['/watch add 005930', '/digest on']) {
        this.world.act('telegram', `telegram:${chatId}`, { kind: 'text', text });
        await this.#tick(2_000);
      }
    }
    this.#askedForReportsAt = this.#now;
  }

  #watch(made: MadeAlert): void {
    const truth = new AlertTruth(made, this.#standings.get(made.symbol)?.base ?? 0);
    this.#all.push(truth);
    const ofIssue = this.#bySymbol.get(made.symbol) ?? [];
    ofIssue.push(truth);
    this.#bySymbol.set(made.symbol, ofIssue);
    // Before a list of issues is there, a message has the code in place of the name.
    for (const issue of [made.symbol, this.#names.get(made.symbol) ?? '']) {
      this.#byName.set(`${made.chatId} ${nameOf(made, issue)}`, truth);
    }
  }

  async play(): Promise<void> {
    const events = [...this.#plan.events];
    while (this.#now < this.#plan.to) {
      for (let next = events[0]; next !== undefined && next.at <= this.#now; next = events[0]) {
        events.shift();
        await this.#do(next);
      }
      if (this.#isTrading()) await this.#tick();
      else await this.#tick(Math.max(tickMs, this.#nextAt(events) - this.#now));
    }
    if (!this.world.isUp) await this.#start();
    await this.#tick(120_000);
  }

  #isTrading(): boolean {
    return this.#plan.trading.some(({ from, to }) => from <= this.#now && this.#now < to);
  }

  /** When something is to be done next. */
  #nextAt(events: readonly PlannedEvent[]): number {
    const starts = this.#plan.trading.map(({ from }) => from).filter((start) => start > this.#now);
    return Math.min(
      this.#plan.to,
      events[0]?.at ?? Number.POSITIVE_INFINITY,
      this.#restartAt ?? Number.POSITIVE_INFINITY,
      ...starts,
    );
  }

  /** Prices move, time goes by, and what was said meanwhile is read. */
  async #tick(ms = tickMs): Promise<void> {
    if (this.#isTrading()) for (const standing of this.#standings.values()) this.#move(standing);
    await this.world.advance(ms);
    this.#read();
    this.#noteEnd();
    if (this.#restartAt !== undefined && this.#restartAt <= this.#now) await this.#start();
  }

  #move(standing: Standing): void {
    const price = this.#walk.move(standing, this.#now);
    if (price === undefined || price === standing.last) return;
    this.#venue.setPrice(standing.symbol, price);
    this.#standings.set(standing.symbol, { ...standing, last: price });
    const before = this.#prices.take(standing.symbol, price, standing.base, this.#now);
    for (const truth of this.#bySymbol.get(standing.symbol) ?? []) truth.see(price, this.#now, before);
    this.#count('moves');
  }

  async #do(event: PlannedEvent): Promise<void> {
    switch (event.kind) {
      case 'crash':
        return this.#crash(event.step, event.downMs);
      case 'cut':
        this.#venue.setFaults({ dropSockets: true, sockets: { refuse: event.refusedMs > 0 } });
        this.world.clock.timer(event.refusedMs, () => this.#venue.setFaults({ sockets: {} }));
        return this.#count('sockets cut');
      case 'ask':
        return this.#ask();
      case 'day':
        return this.#beginDay();
      case 'evening':
        return this.#tradeInTheEvening();
      case 'status':
        return this.#askStatus();
      case 'measure':
        return this.#measure(event.calm);
    }
  }

  async #crash(step: string | undefined, downMs: number): Promise<void> {
    if (!this.world.isUp) return;
    if (step === undefined) await this.world.crash();
    else {
      this.world.crashAt(step);
      for (let waited = 0; waited < fuseMs && this.#restartAt === undefined; waited += tickMs) await this.#tick();
      if (this.#restartAt === undefined) await this.world.crash();
      else this.#count(`ended ${step}`);
    }
    this.#noteEnd();
    this.#restartAt = this.#now + downMs;
  }

  /** A bot that lost its power is down from then on. */
  #noteEnd(): void {
    if (this.world.isUp || this.#restartAt !== undefined || this.world.diedAt === undefined) return;
    this.#downs.push({ from: this.world.diedAt, to: undefined });
    this.#restartAt = Number.POSITIVE_INFINITY;
    this.#count('ends of the bot');
  }

  async #start(): Promise<void> {
    this.#restartAt = undefined;
    await this.world.start();
    for (let waited = 0; !this.world.isUp && waited < 10_000; waited += tickMs) await this.#tick();
    if (!this.world.isUp) this.#violations.push(`no start at ${timeOf(this.#now)}`);
    const down = this.#downs.at(-1);
    if (down !== undefined) down.to ??= this.#now;
  }

  #beginDay(): void {
    this.#prices.beginDay();
    const { prices } = this.#venue.state();
    for (const standing of this.#standings.values()) {
      this.#standings.set(standing.symbol, { ...standing, ...prices[standing.symbol] });
    }
    for (const truth of this.#all) truth.beginDay(this.#standings.get(truth.made.symbol)?.base ?? 0, this.#now);
  }

  /** Some issues change hands at Nextrade: who wants to hear of the evening does, and nobody else. */
  async #tradeInTheEvening(): Promise<void> {
    for (const { symbol, kind, last } of [...this.#standings.values()].slice(0, eveningIssues)) {
      if (kind !== 'stock') continue;
      const away = 1 + (this.#random.chance(0.5) ? 1 : -1) * (0.005 + this.#random.next() * 0.06);
      const price = nearestTicks(Math.round(last * away), kind).below;
      this.#venue.setPrice(symbol, price, 'NXT');
      this.#prices.takeEvening(symbol, price);
      for (const truth of this.#bySymbol.get(symbol) ?? []) {
        if (truth.made.hours === 'extended') truth.see(price, this.#now, noExtremes);
        else if (truth.isOpen && truth.wouldReach(price)) {
          this.#near['an evening price reached an alert on the day alone, and was not told'] += 1;
        }
      }
    }
  }

  /** The owner asks how old a price may be. The longest answer of the run is what it is held to. */
  async #askStatus(): Promise<void> {
    if (!this.world.isUp) return;
    this.#read();
    this.world.act('telegram', 'telegram:1', { kind: 'text', text: '/status' });
    await this.world.advance(2_500);
    const answer = this.world.chats.shown.find(({ chatId, text }) => chatId === '1' && text.includes('종목은'));
    const seconds = Number(/늦어도 (\d+)초/.exec(answer?.text ?? '')?.[1] ?? Number.NaN);
    if (Number.isNaN(seconds)) this.#violations.push(`/status says no bound at ${timeOf(this.#now)}: ${answer?.text}`);
    else this.#boundMs = Math.max(this.#boundMs, seconds * 1_000);
    this.#tell(`${timeOf(this.#now)}: a price is ${seconds} s old at most`);
    this.#read();
  }

  /** Somebody asks for an alert that no one of their chat has. */
  async #ask(): Promise<void> {
    if (!this.world.isUp) return;
    const standing = this.#random.pick([...this.#standings.values()]) as Standing;
    const [sketch] = makeAlerts({
      random: this.#random,
      count: 1,
      standings: [standing],
      now: this.#now,
      mostDays: 0,
    });
    const { condition, held } = sketch as MadeAlert;
    if (condition.kind !== 'price') return;
    const chatId = this.#random.pick(askers) ?? '';
    const made = {
      chatId,
      symbol: standing.symbol,
      condition,
      held,
      hours: 'regular',
      repeats: false,
      until: undefined,
    } as const;
    if (this.#byName.has(`${chatId} ${nameOf(made, standing.symbol)}`)) return;
    const sign = condition.direction === 'at-or-above' ? '>=' : '<=';
    const text = `/alert ${standing.symbol} ${sign} ${condition.price}`;
    const createdAt = this.#now;
    this.world.act('telegram', `telegram:${chatId}`, { kind: 'text', text });
    await this.world.advance(2_500);
    const answer = this.world.chats.shown.find((shown) => shown.chatId === chatId && !shown.text.includes('🔔'));
    if (answer?.text.includes('알림을 만들었습니다') !== true) {
      this.#violations.push(`${text} at ${timeOf(createdAt)} got: ${answer?.text ?? 'no answer'}`);
      return;
    }
    this.#watch({ ...made, createdAt });
    this.#count('alerts asked for in a chat');
    this.#read();
  }

  /** Reads what the chats showed since. */
  #read(): void {
    for (const { at, chatId, text } of this.world.chats.shown.splice(0)) {
      this.#reports.read(chatId, { at, text });
      const [, what, name = ''] = /(🔔 알림|알림 종료) (.+)/.exec(text) ?? [];
      if (what === undefined) continue;
      const truth = this.#byName.get(`${chatId} ${name.replace(/ 알림의 기한이 지났습니다\.$/, '')}`);
      if (truth === undefined) {
        this.#violations.push(`told in ${chatId} of an alert that is not there: ${text}`);
        continue;
      }
      (what === '알림 종료' ? truth.expiries : truth.tellings).push({ at, text });
      if (what !== '알림 종료') this.#checkPrice(truth, at, text);
    }
  }

  /** What a message calls the price, or a touch, was that within the last hour of trading. */
  #checkPrice({ made: { symbol } }: AlertTruth, at: number, text: string): void {
    for (const [, now = '', touch = now] of text.matchAll(/현재가 ([\d,]+)원|([\d,]+)원에 닿/g)) {
      const won = Number(touch.replaceAll(',', ''));
      if (!this.#prices.wasAt(symbol, won))
        this.#violations.push(`${symbol} was not at ${won} before ${timeOf(at)}: ${text}`);
    }
  }

  /** What is in use at the end of a day. Between two days without an end of the bot it must not have grown. */
  #measure(calm: boolean): void {
    if (!this.world.isUp) return;
    const { sockets, requests } = this.#venue.state();
    const measure: Measure = {
      at: this.#now,
      heap: heapNow(),
      candles: this.#prices.candles,
      timers: this.world.timers,
      registrations: sockets.registrations,
      requests: requests.total,
      wallMs: performance.now() - this.#beganAt,
    };
    const before = this.#measures.at(-1);
    this.#measures.push(measure);
    this.#tell(measureText(measure));
    if (calm && before !== undefined) this.#violations.push(...grown(before, measure));
  }

  async judge(): Promise<Outcome> {
    const { world } = this;
    const near = this.#near;
    const lateMs: number[] = [];
    const options: JudgeOptions = {
      downs: this.#downs,
      boundMs: this.#boundMs + onTheWayMs,
      endAt: this.#now,
      count: (name) => {
        near[name] += 1;
      },
      late: (ms) => void lateMs.push(ms),
    };
    const pending = await world.readLedger((ledger) => ledger.outboxPending());
    const violations = [
      ...this.#violations,
      ...world.complaints.map((line) => `the log complains: ${line}`),
      ...(pending > 0 ? [`${pending} messages were never shown`] : []),
      ...this.#reports.judge(this.#plan.days, this.#askedForReportsAt, options),
      ...this.#all.flatMap((truth) =>
        judgeAlert(truth, options).map(
          (what) => `${truth.made.chatId} ${nameOf(truth.made, truth.made.symbol)}: ${what}`,
        ),
      ),
    ];
    this.#counts['alerts'] = this.#all.length;
    const never = this.#plan.isWhole ? nearMisses.filter((name) => near[name] === 0) : [];
    violations.push(...never.map((name) => `NEVER: ${name}`));
    return { violations, near, measures: this.#measures, counts: this.#counts, lateMs: lateMs.sort((a, b) => a - b) };
  }

  #count(name: string): void {
    this.#counts[name] = (this.#counts[name] ?? 0) + 1;
  }
}
