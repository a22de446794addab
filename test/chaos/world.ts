import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Duplex, duplexPair } from 'node:stream';
import { commands } from '../../commands/index.ts';
import { type App, startApp } from '../../src/app.ts';
import { type Button, type Channel, ChannelError, type Message, type Receive } from '../../src/chat/channel.ts';
import { plainText } from '../../src/chat/render.ts';
import { inKorea } from '../../src/clock.ts';
import { type Environ, readConfig } from '../../src/config.ts';
import { createLog, createRedactor } from '../../src/log.ts';
import type { Ledger } from '../../src/ports.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/server.ts';
import { openLedger } from '../../src/store/ledger.ts';
import { ProcessClock, VirtualClock } from './clock.ts';
import { SeededRandom } from './random.ts';

/** A message as a chat showed it, in the order in which they were shown; an edit is another entry. */
export interface Shown {
  /** Milliseconds, by the world's clock. */
  readonly at: number;
  readonly channel: string;
  readonly chatId: string;
  readonly text: string;
  readonly buttons: readonly Button[];
}

/** Something a person did, as the bot was told it. */
export interface Did {
  readonly at: number;
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
  'update not handled',
];

/** Chats in which people of the scenarios are. */
const channelNames = ['console', 'telegram', 'discord'] as const;

const folderOfMemory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
let template: string | undefined;

/** An empty ledger file, made once: bringing a schema up to date takes longer than most scenarios. */
async function emptyLedger(): Promise<string> {
  if (template !== undefined) return template;
  const path = join(mkdtempSync(join(folderOfMemory, 'hoga-template-')), 'hoga.db');
  process.once('exit', () => rmSync(join(path, '..'), { recursive: true, force: true }));
  const ledger = await openLedger({ url: `sqlite:${path}` });
  await ledger.close();
  template = path;
  return path;
}

/**
 * The whole bot, its venue and its chats in one process: no port, no socket, no time but the one it is given. A bot can
 * lose its power at any step it takes, and another be started on the same files.
 */
export class World {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly shown: Shown[] = [];
  readonly did: Did[] = [];
  /** Log lines that tell of a bug. */
  readonly complaints: string[] = [];
  simulator!: Simulator;
  crashes = 0;
  /** Messages of which a chat was told that they failed though they were shown. */
  lostAcknowledgements = 0;
  /** How often a chat fails, and how often it fails after showing the message. */
  chatFaults = { fails: 0, losesAnswer: 0 };
  /** No connection to the venue can be made, and those there are break. */
  #networkDown = false;
  #app: App | undefined;
  #process: Process | undefined;
  /** Steps until the power goes; undefined while it stays. */
  #fuse: number | undefined;
  #ids = 0;
  readonly #folder: string;
  readonly #options: WorldOptions;

  private constructor(options: WorldOptions) {
    this.#options = options;
    this.clock = new VirtualClock(options.startAt);
    this.random = new SeededRandom(options.seed);
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
    const running: Process = { on: true, streams: new Set(), ledger: undefined, offMs: 0, receive: new Map() };
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
      newId: () => {
        this.#ids += 1;
        return this.#ids.toString(16).padStart(12, '0');
      },
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
        return this.#fused(running, ledger);
      },
      channels: () => channelNames.map((name) => this.#channel(running, name)),
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
    this.did.push({ at: this.clock.now(), identity, input });
    this.#ids += 1;
    const chatId = identity === 'console:local' ? 'local' : (identity.split(':')[1] ?? '');
    const at = this.clock.now() + running.offMs - ageMs;
    void receive({ id: `m${this.#ids}`, channel, chatId, identity, input, at });
    this.clock.noteActivity();
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
    if (bugs.includes(msg)) this.complaints.push(text.slice(0, 1_000));
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
        if (typeof method !== 'function' || name === 'close') return method;
        return async (...args: unknown[]): Promise<unknown> => {
          this.#step(running, `before ${String(name)}`);
          if (!running.on) return never;
          try {
            return await (Reflect.apply(method, target, args) as Promise<unknown>);
          } finally {
            this.#step(running, `after ${String(name)}`);
            if (!running.on) await never;
          }
        };
      },
    });
  }

  #channel(running: Process, name: string): Channel {
    const show = async (chatId: string, message: Message): Promise<void> => {
      this.#step(running, 'message leaves');
      if (!running.on) await new Promise<never>(() => undefined);
      if (this.random.chance(this.chatFaults.fails)) throw new ChannelError('refused', 'later');
      const text = plainText(message);
      const buttons = (message.buttons ?? []).flat();
      this.shown.push({ at: this.clock.now(), channel: name, chatId, text, buttons });
      this.trace(`${name}:${chatId} shows: ${text.replaceAll('\n', ' / ')}`);
      if (this.random.chance(this.chatFaults.losesAnswer)) {
        this.lostAcknowledgements += 1;
        throw new ChannelError('no answer', 'later');
      }
      this.#step(running, 'message shown');
      if (!running.on) await new Promise<never>(() => undefined);
    };
    return {
      name,
      start: async (receive) => void running.receive.set(name, receive),
      send: async (chatId, message) => {
        await show(chatId, message);
        this.#ids += 1;
        return `r${this.#ids}`;
      },
      edit: (chatId, _reference, message) => show(chatId, message),
      stop: async () => void running.receive.delete(name),
    };
  }
}
