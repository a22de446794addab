import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Duplex, duplexPair } from 'node:stream';
import { commands } from '../../../commands/index.ts';
import { type App, startApp } from '../../../src/app.ts';
import type { Receive } from '../../../src/chat/channel.ts';
import { inKorea } from '../../../src/clock.ts';
import { type Environ, readConfig } from '../../../src/config.ts';
import { openStatuses } from '../../../src/domain/orders/order.ts';
import { AppError } from '../../../src/errors.ts';
import { createLog, createRedactor } from '../../../src/log.ts';
import type { Ledger } from '../../../src/ports/ledger/ledger.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../../src/simulator/server.ts';
import { openLedger } from '../../../src/store/ledger.ts';
import { Chats, channelNames, type Line } from './chats.ts';
import { ProcessClock, VirtualClock } from './clock.ts';
import { isWrite, Journal } from './journal.ts';
import { emptyLedger, folderOfMemory } from './ledger-template.ts';
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
  readonly env: Environ;
  readonly simulator: Partial<SimulatorOptions>;
  readonly trace: (line: string) => void;
}

/** What ends with a process when its power goes. */
interface Process {
  on: boolean;
  readonly streams: Set<Duplex>;
  ledger: Ledger | undefined;
  /** Its wall clock against the world's, in milliseconds. */
  offMs: number;
  receive: Map<string, Receive>;
  /** It has orders to ask the venue about since its start, and the venue has not answered. */
  unaligned: boolean;
}

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
  simulator!: Simulator;
  crashes = 0;
  /** No connection to the venue can be made, and those there are break. */
  #networkDown = false;
  #app: App | undefined;
  #process: Process | undefined;
  /** Steps until the power goes; undefined while it stays. */
  #fuse: number | undefined;
  /** Writes until the disk is full; undefined while there is room. */
  #room: number | undefined;
  #listsRefused = false;
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
    const venue = options.env['KIS_ENV'] ?? 'live';
    copyFileSync(await emptyLedger(), join(world.#folder, venue === 'live' ? 'hoga.db' : `hoga-${venue}.db`));
    world.simulator = await startSimulator({
      clock: world.clock,
      seed: options.seed,
      speed: 0,
      listen: false,
      ...options.simulator,
    });
    return world;
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
      streams: new Set(),
      ledger: undefined,
      offMs: 0,
      receive: new Map(),
      unaligned: false,
    };
    this.#process = running;
    this.#app = undefined;
    this.trace('bot starts');
    const config = readConfig({
      KIS_REST_URL: 'http://127.0.0.1:1',
      KIS_WS_URL: 'ws://127.0.0.1:1',
      KIS_APP_KEY: 'app-key-of-the-scenario',
      KIS_APP_SECRET: 'app-secret-of-the-scenario',
      KIS_ACCOUNT: '50000000-01',
      KIS_HTS_ID: 'hogasim',
      STORE_URL: `sqlite:${join(this.#folder, 'hoga.db')}`,
      ...this.#options.env,
    });
    if ('problems' in config) throw new Error(JSON.stringify(config.problems));
    const redactor = createRedactor(config.config.secrets);
    const log = createLog({ level: 'info', redactor, write: (line) => this.#read(running, line) });
    const started = startApp({
      config: config.config,
      commands,
      clock: new ProcessClock(
        this.clock,
        () => running.on,
        () => running.offMs,
      ),
      random: () => this.random.next(),
      newId: () => this.#newId().padStart(12, '0'),
      log,
      redactor,
      version: 'chaos',
      self: 'chaos:1',
      transports: {
        connectRest: () => this.#connect(running, (stream) => this.simulator.acceptRest(stream)),
        connectSocket: () => this.#connect(running, (stream) => this.simulator.acceptSocket(stream)),
      },
      openLedger: async (options) => {
        const ledger = await openLedger(options);
        running.ledger = ledger;
        const doubtful = await ledger.ordersByStatus(['submitting', 'outcome-unknown', ...openStatuses]);
        running.unaligned = this.#listsRefused && doubtful.length > 0;
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

  /** The disk is full after so many more writes of the ledger. */
  fillDisk(writes: number): void {
    this.trace(`the disk is full after ${writes} writes`);
    this.#room = writes;
  }

  freeDisk(): void {
    if (this.#room === undefined) return;
    this.trace('the disk has room');
    this.#room = undefined;
  }

  get isDiskFull(): boolean {
    return this.#room !== undefined && this.#room <= 0;
  }

  /** Whether the venue lists orders; while it does not, no bot that starts can be in line with it. */
  refuseLists(refused: boolean): void {
    this.trace(refused ? 'the venue lists no orders' : 'the venue lists orders');
    this.#listsRefused = refused;
    // What else is in force might answer in its place.
    this.simulator.clearFaults();
    if (refused) this.simulator.setFaults([{ on: 'inquire-daily-ccld', fault: 'http', status: 500, times: 1_000 }]);
    if (!refused && this.#process !== undefined) this.#process.unaligned = false;
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

  /** Moves an issue's price, where it can be moved there. */
  setPrice(symbol: string, price: number): void {
    try {
      this.simulator.setPrice(symbol, price);
      this.trace(`${symbol} is at ${price}`);
    } catch (error) {
      this.trace(`no move: ${String(error)}`);
    }
    this.notePrices();
  }

  notePrices(): void {
    this.journal.notePrices(this.clock.now(), this.simulator.state().prices);
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
    await this.simulator.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #read(running: Process, line: string): void {
    if (!running.on) return;
    const { level, msg, ...fields } = JSON.parse(line) as { level: number; msg: string };
    const text = `${msg} ${JSON.stringify({ ...fields, time: undefined })}`;
    if (level >= 40) this.trace(`  log: ${text.slice(0, 400)}`);
    // What a full disk leads to must be seen to be right in the end; that it is complained of is right.
    if (bugs.includes(msg) && !this.isDiskFull) this.complaints.push(text.slice(0, 1_000));
  }

  /** One step nearer to the end of the fuse. */
  #step(running: Process, what: string): void {
    this.clock.noteActivity();
    if (this.#fuse === undefined || !running.on) return;
    this.#fuse -= 1;
    if (this.#fuse <= 0) this.#powerOff(running, what);
  }

  #powerOff(running: Process, what: string): void {
    this.#fuse = undefined;
    running.on = false;
    if (what !== 'end') {
      this.crashes += 1;
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
    const [ours, theirs] = duplexPair();
    for (const end of [ours, theirs]) {
      const write = end.write;
      end.write = ((...args: Parameters<typeof write>) => {
        if (end === ours) this.#step(running, 'bytes leave');
        else this.clock.noteActivity();
        return Reflect.apply(write, end, args) as boolean;
      }) as typeof write;
      end.on('error', () => undefined);
    }
    running.streams.add(ours);
    ours.once('close', () => {
      running.streams.delete(ours);
      this.clock.noteActivity();
    });
    accept(theirs);
    return ours;
  }

  /** The ledger of a process that may lose its power before and after every call: what comes then never returns. */
  #fused(running: Process, ledger: Ledger): Ledger {
    const never = new Promise<never>(() => undefined);
    return new Proxy(ledger, {
      get: (target, name, self) => {
        const method: unknown = Reflect.get(target, name, self);
        if (name === 'account') return (account: string) => this.#fused(running, target.account(account));
        if (typeof method !== 'function' || name === 'close') return method;
        return async (...args: unknown[]): Promise<unknown> => {
          this.#step(running, `before ${String(name)}`);
          if (!running.on) return never;
          const ended = this.journal.observe(String(name), args, {
            now: () => this.clock.now(),
            unaligned: () => running.unaligned,
          });
          if (name === 'claim') this.notePrices();
          try {
            this.#requireRoom(String(name));
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

  /** @throws AppError `store.full`, as the ledger does of a full disk. */
  #requireRoom(name: string): void {
    if (this.#room === undefined || !isWrite(name)) return;
    this.#room -= 1;
    if (this.#room >= 0) return;
    this.journal.failedWrites.push(name);
    this.trace(`  disk full: ${name}`);
    throw new AppError('store.full', { operation: name });
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
