import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { commands } from '../../../commands/index.ts';
import { type App, startApp } from '../../../src/app.ts';
import type { Receive } from '../../../src/chat/channel.ts';
import { type Clock, inKorea } from '../../../src/clock.ts';
import { type Environ, readConfig } from '../../../src/config.ts';
import { mainAccount } from '../../../src/domain/account.ts';
import { openStatuses } from '../../../src/domain/orders/order.ts';
import { createLog, createRedactor } from '../../../src/log.ts';
import type { ChartRenderer } from '../../../src/ports/charts.ts';
import type { Ledger } from '../../../src/ports/ledger/ledger.ts';
import { CronScheduler, type Timetable } from '../../../src/services/scheduler.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../../src/simulator/server.ts';
import { openLedger } from '../../../src/store/ledger.ts';
import { emptyLedger } from '../../support/shared/ledger-template.ts';
import { folderOfMemory } from '../../support/shared/memory-folder.ts';
import { quickDigest } from '../../support/shared/quick-digest.ts';
import { type AccountSetup, hosts, ledgerNameOf, settingsOf, type TestAccount } from './accounts.ts';
import { Chats, channelNames, type Line } from './chats.ts';
import { ProcessClock, VirtualClock } from './clock.ts';
import { connectionTo } from './connection.ts';
import { Disk } from './disk.ts';
import { Journal } from './journal.ts';
import { SeededRandom } from './random.ts';

/** Something a person did, as the bot was told it. */
export interface Did {
  readonly at: number;
  /** The same by the bot's clock. */
  readonly botAt: number;
  /** How long ago it was done, as the platform says. */
  readonly ageMs: number;
  readonly identity: string;
  readonly input:
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'press'; readonly button: string };
}

export interface WorldOptions {
  readonly seed: number;
  /** Milliseconds. */
  readonly startAt: number;
  /** Beside the settings of the accounts. */
  readonly env: Environ;
  readonly accounts: readonly AccountSetup[];
  readonly simulator: Partial<SimulatorOptions>;
  /** When jobs are due, by the clock of each bot; absent, nothing is done by the hour. */
  readonly timetable?: (clock: Clock) => Timetable;
  readonly trace: (line: string) => void;
}

/** What ends with a process when its power goes. */
interface Process {
  on: boolean;
  readonly clock: ProcessClock;
  readonly streams: Set<Duplex>;
  ledger: Ledger | undefined;
  /** Its wall clock against the world's, in milliseconds. */
  offMs: number;
  receive: Map<string, Receive>;
  /** The accounts, by their names in the ledger, of whose orders the venue has been asked since the start in vain. */
  readonly unaligned: Set<string>;
}

/** Pictures take the machine's own time, of which a world has none. */
const noPictures: ChartRenderer = {
  render: async () => Uint8Array.of(),
  renderCard: async () => Uint8Array.of(),
  close: async () => undefined,
};

/** What a log must not say: each is a bug, whatever went wrong outside. */
const bugs: readonly string[] = [
  'message not handled',
  'command failed',
  'notice not taken',
  'order not compared',
  'order outcome not recorded',
  'ledger not read',
  'outbox stuck',
  'message not concluded',
  'ledger not caught up',
  'update not handled',
  'card not drawn',
];

/**
 * The whole bot, its venue and its chats in one process: no port, no socket, no time but the one it is given. A bot can
 * lose its power at any step it takes, and another be started on the same files.
 */
export class World {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly chats: Chats;
  readonly journal = new Journal();
  readonly did: Did[] = [];
  /** Log lines that tell of a bug. */
  readonly complaints: string[] = [];
  /** Those of the settings, in their order. */
  readonly accounts: TestAccount[] = [];
  crashes = 0;
  /** When the power last went, in milliseconds. */
  diedAt: number | undefined;
  /** No connection to the venue can be made, and those there are break. */
  #networkDown = false;
  #app: App | undefined;
  #process: Process | undefined;
  /** Steps until the power goes; undefined while it stays. */
  #fuse: number | undefined;
  /** The step at which the power goes; undefined while it stays. */
  #fuseAt: string | undefined;
  readonly #disk = new Disk((name) => {
    this.journal.failedWrites.push(name);
    this.trace(`  disk full: ${name}`);
  });
  /** The venue that lists no orders. */
  #refusing: Simulator | undefined;
  #ids = 0;
  readonly #folder: string;
  readonly #options: WorldOptions;

  private constructor(options: WorldOptions) {
    this.#options = options;
    this.clock = new VirtualClock(options.startAt);
    this.random = new SeededRandom(options.seed);
    this.chats = new Chats({ clock: this.clock, random: this.random, trace: (text) => this.trace(text) });
    this.#folder = mkdtempSync(join(folderOfMemory, 'hoga-chaos-'));
  }

  static async create(options: WorldOptions): Promise<World> {
    const world = new World(options);
    const { accounts } = options;
    copyFileSync(await emptyLedger(), join(world.#folder, world.#ledgerFile));
    for (const [kind, setups] of Map.groupBy(accounts, ({ dialect }) => dialect)) {
      const simulator = await startSimulator({
        clock: world.clock,
        seed: options.seed,
        speed: 0,
        listen: false,
        kind,
        callsPerSecond: setups[0]?.venueCallsPerSecond ?? 1,
        accounts: setups.map(({ number }) => ({ number: number.slice(0, 8), product: number.slice(9) })),
        ...options.simulator,
      });
      for (const setup of setups) {
        world.accounts.push({ ...setup, ledgerName: ledgerNameOf(setup, accounts), simulator });
      }
    }
    return world;
  }

  /** As the bot names it after the venue of its first account. */
  get #ledgerFile(): string {
    const venue = this.#options.accounts[0]?.dialect ?? 'live';
    return venue === 'live' ? 'hoga.db' : `hoga-${venue}.db`;
  }

  /** One line for whoever replays the scenario. */
  trace(text: string): void {
    this.#options.trace(`${inKorea(this.clock.now()).toFormat('HH:mm:ss.SSS')} ${text}`);
  }

  get isUp(): boolean {
    return this.#process?.on === true && this.#app !== undefined;
  }

  /** A new process on the files of the last; it may lose its power while it starts. */
  async start(): Promise<void> {
    const running: Process = {
      on: true,
      clock: new ProcessClock(
        this.clock,
        () => running.on,
        () => running.offMs,
      ),
      streams: new Set(),
      ledger: undefined,
      offMs: 0,
      receive: new Map(),
      unaligned: new Set(),
    };
    this.#process = running;
    this.#app = undefined;
    this.trace('bot starts');
    const config = readConfig({
      ...settingsOf(this.accounts),
      STORE_URL: `sqlite:${join(this.#folder, 'hoga.db')}`,
      ...this.#options.env,
    });
    if ('problems' in config) throw new Error(JSON.stringify(config.problems));
    const redactor = createRedactor(config.config.secrets);
    const log = createLog({ level: 'info', redactor, write: (line) => this.#read(running, line) });
    const { timetable } = this.#options;
    const started = startApp({
      config: config.config,
      commands,
      clock: running.clock,
      ...(timetable === undefined
        ? {}
        : { scheduler: new CronScheduler({ log, timetable: timetable(running.clock) }) }),
      charts: noPictures,
      random: () => this.random.next(),
      digest: quickDigest,
      newId: () => this.#newId().padStart(12, '0'),
      log,
      redactor,
      version: 'chaos',
      self: 'chaos:1',
      transports: {
        connectRest: (url) => this.#connect(running, (stream) => this.#venueAt(url).acceptRest(stream)),
        connectSocket: (url) => this.#connect(running, (stream) => this.#venueAt(url).acceptSocket(stream)),
      },
      openLedger: async (options) => {
        const ledger = await openLedger(options);
        running.ledger = ledger;
        for (const { ledgerName, simulator } of this.accounts) {
          const own = ledger.account(ledgerName);
          const doubtful = await own.ordersByStatus(['submitting', 'outcome-unknown', ...openStatuses]);
          if (simulator === this.#refusing && doubtful.length > 0) running.unaligned.add(ledgerName);
        }
        return this.#fused(running, ledger);
      },
      channels: () => channelNames.map((name) => this.chats.channel(this.#lineOf(running), name)),
    });
    void started.then(
      (app) => {
        if (running.on) this.#app = app;
      },
      (error: unknown) => {
        if (running.on) this.complaints.push(`start failed: ${String(error)}`);
      },
    );
    await this.clock.advance(200);
    await this.#buryIfDead();
  }

  /** The power goes after so many more steps of the bot: a step is a call of the ledger, a request or a message. */
  lightFuse(steps: number): void {
    this.#fuse = steps;
  }

  /** The power goes at the next step of this name: `after fireAlert`, `message leaves`, `message shown`. */
  crashAt(step: string): void {
    this.#fuseAt = step;
  }

  /** Writes to the ledger's file while no bot has it. */
  async prepareLedger(fill: (ledger: Ledger) => Promise<void>): Promise<void> {
    const ledger = await openLedger({ url: `sqlite:${join(this.#folder, this.#ledgerFile)}` });
    await fill(ledger);
    await ledger.close();
  }

  /** How many timers the bot has. */
  get timers(): number {
    return this.#process?.clock.timers ?? 0;
  }

  /** The disk is full after so many more writes of the ledger. */
  fillDisk(writes: number): void {
    this.trace(`the disk is full after ${writes} writes`);
    this.#disk.fill(writes);
  }

  freeDisk(): void {
    if (this.#disk.free()) this.trace('the disk has room');
  }

  /** A venue lists no orders until it is told to; while it does not, no bot that starts can be in line with it. */
  refuseLists({ name, simulator }: TestAccount): void {
    this.trace(`the venue of ${name} lists no orders`);
    this.#refusing = simulator;
    // What else is in force might answer in its place.
    simulator.clearFaults();
    simulator.setFaults([{ on: 'inquire-daily-ccld', fault: 'http', status: 500, times: 1_000 }]);
  }

  /** All venues list orders, and nothing else of theirs fails. */
  allowLists(): void {
    this.trace('all venues list orders');
    this.#refusing = undefined;
    for (const simulator of this.simulators) simulator.clearFaults();
    this.#process?.unaligned.clear();
  }

  /** The power stays. */
  putOutFuse(): void {
    this.#fuse = undefined;
  }

  async crash(): Promise<void> {
    const running = this.#process;
    if (running?.on === true) this.#powerOff(running, 'now');
    await this.#buryIfDead();
  }

  /** Lets time go by; a process that lost its power meanwhile leaves only its files. */
  async advance(ms: number): Promise<void> {
    await this.clock.advance(ms);
    await this.#buryIfDead();
  }

  /** A person types or presses; nothing is waited for. Lost where no bot is up, as a platform's update is not. */
  act(channel: string, identity: string, input: Did['input'], ageMs = 0): void {
    const running = this.#process;
    const receive = running?.receive.get(channel);
    this.trace(`${identity} in ${channel}: ${input.kind === 'text' ? input.text : `[${input.button}]`}`);
    if (running?.on !== true || receive === undefined) {
      this.trace('  nobody hears it');
      return;
    }
    const botAt = this.clock.now() + running.offMs;
    this.did.push({ at: this.clock.now(), botAt, ageMs, identity, input });
    if (input.kind === 'press') this.notePrices();
    const chatId = identity === 'console:local' ? 'local' : (identity.split(':')[1] ?? '');
    void receive({ id: `m${this.#newId()}`, channel, chatId, identity, input, at: botAt - ageMs });
    this.clock.noteActivity();
  }

  /** Moves an issue's price at every venue, where it can be moved there. */
  setPrice(symbol: string, price: number): void {
    for (const simulator of this.simulators) {
      try {
        simulator.setPrice(symbol, price);
        this.trace(`${symbol} is at ${price}`);
      } catch (error) {
        this.trace(`no move: ${String(error)}`);
      }
    }
    this.notePrices();
  }

  notePrices(): void {
    const states = [...this.simulators].map((simulator) => simulator.state());
    this.journal.notePrices(this.clock.now(), states);
  }

  /** The venues, each once. */
  get simulators(): ReadonlySet<Simulator> {
    return new Set(this.accounts.map(({ simulator }) => simulator));
  }

  #venueAt(url: string): Simulator {
    const found = this.accounts.find(({ dialect }) => new URL(hosts[dialect]).port === new URL(url).port);
    if (found === undefined) throw new Error(`no venue at ${url}`);
    return found.simulator;
  }

  /** Milliseconds, by the clock of the bot that runs. */
  get botNow(): number {
    return this.clock.now() + (this.#process?.offMs ?? 0);
  }

  setNetwork(up: boolean): void {
    this.trace(up ? 'network up' : 'network down');
    this.#networkDown = !up;
    if (!up) for (const stream of this.#process?.streams ?? []) stream.destroy();
  }

  /** Puts the bot's own clock forward or back against everybody else's. */
  stepClock(ms: number): void {
    this.trace(`the bot's clock steps by ${ms} ms`);
    if (this.#process !== undefined) this.#process.offMs += ms;
  }

  /** The machine slept: the wall clock is ahead, and no timer ran. */
  jumpClock(ms: number): void {
    this.trace(`the clock jumps by ${ms} ms`);
    this.clock.jump(ms);
  }

  /** What is on the disk. For the end of a scenario. */
  async readLedger<T>(read: (ledger: Ledger) => Promise<T>): Promise<T> {
    const ledger = this.#process?.ledger;
    if (ledger === undefined) throw new Error('no ledger is open');
    return read(ledger);
  }

  async end(): Promise<void> {
    const running = this.#process;
    if (running?.on === true) this.#powerOff(running, 'end');
    await this.clock.rest();
    await running?.ledger?.close();
    for (const simulator of this.simulators) await simulator.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #read(running: Process, line: string): void {
    if (!running.on) return;
    const { level, msg, ...fields } = JSON.parse(line) as { level: number; msg: string };
    const text = `${msg} ${JSON.stringify({ ...fields, time: undefined })}`;
    if (level >= 40) this.trace(`  log: ${text.slice(0, 400)}`);
    // What a full disk leads to must be seen to be right in the end; that it is complained of is right.
    if (bugs.includes(msg) && !this.#disk.isFull) this.complaints.push(text.slice(0, 1_000));
  }

  /** One step nearer to the end of the fuse. */
  #step(running: Process, what: string): void {
    this.clock.noteActivity();
    if (running.on && what === this.#fuseAt) this.#powerOff(running, what);
    if (this.#fuse === undefined || !running.on) return;
    this.#fuse -= 1;
    if (this.#fuse <= 0) this.#powerOff(running, what);
  }

  #powerOff(running: Process, what: string): void {
    this.#fuse = undefined;
    this.#fuseAt = undefined;
    running.on = false;
    running.clock.end();
    if (what !== 'end') {
      this.crashes += 1;
      this.diedAt = this.clock.now();
      this.trace(`power off: ${what}`);
    }
    running.receive.clear();
    for (const stream of running.streams) stream.destroy();
    this.clock.noteActivity();
  }

  /** A dead process holds its file no longer. */
  async #buryIfDead(): Promise<void> {
    const running = this.#process;
    if (running === undefined || running.on) return;
    this.#app = undefined;
    await this.clock.rest();
    const { ledger } = running;
    running.ledger = undefined;
    await ledger?.close();
  }

  #connect(running: Process, accept: (stream: Duplex) => void): Duplex {
    if (!running.on || this.#networkDown) {
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    }
    const ours = connectionTo(accept, (by) => {
      if (by === 'ours') this.#step(running, 'bytes leave');
      else this.clock.noteActivity();
    });
    running.streams.add(ours);
    ours.once('close', () => {
      running.streams.delete(ours);
      this.clock.noteActivity();
    });
    return ours;
  }

  /** The ledger of a process that may lose its power before and after every call: what comes then never returns. */
  #fused(running: Process, ledger: Ledger, account: string = mainAccount): Ledger {
    const never = new Promise<never>(() => undefined);
    return new Proxy(ledger, {
      get: (target, name, self) => {
        const method: unknown = Reflect.get(target, name, self);
        if (name === 'account') return (other: string) => this.#fused(running, target.account(other), other);
        if (typeof method !== 'function' || name === 'close') return method;
        return async (...args: unknown[]): Promise<unknown> => {
          this.#step(running, `before ${String(name)}`);
          if (!running.on) return never;
          const ended = this.journal.observe(account, String(name), args, {
            now: () => this.clock.now(),
            unaligned: () => running.unaligned.has(account),
          });
          if (name === 'claim') this.notePrices();
          try {
            this.#disk.requireRoom(String(name));
            const value: unknown = await (Reflect.apply(method, target, args) as Promise<unknown>);
            ended({ value });
            return value;
          } catch (error) {
            ended({ error });
            throw error;
          } finally {
            this.#step(running, `after ${String(name)}`);
            if (!running.on) await never;
          }
        };
      },
    });
  }

  #newId(): string {
    this.#ids += 1;
    return this.#ids.toString(16);
  }

  #lineOf(running: Process): Line {
    return {
      isOn: () => running.on,
      step: (what) => this.#step(running, what),
      receive: running.receive,
      newId: () => `r${this.#newId()}`,
    };
  }
}
