import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { commands } from '../../../commands/index.ts';
import { type App, type AppOptions, startApp } from '../../../src/app.ts';
import type { Incoming } from '../../../src/chat/channel.ts';
import { type Clock, inKorea } from '../../../src/clock.ts';
import { createCluster } from '../../../src/cluster/create-cluster.ts';
import { type Environ, readConfig } from '../../../src/config.ts';
import { mainAccount } from '../../../src/domain/account.ts';
import { openStatuses } from '../../../src/domain/orders/order.ts';
import { dutyOfKey } from '../../../src/kis/remote/key-place.ts';
import { createLog, createRedactor } from '../../../src/log.ts';
import type { ChartRenderer } from '../../../src/ports/charts.ts';
import type { Cluster, DutyName, Fence } from '../../../src/ports/cluster.ts';
import type { Ledger } from '../../../src/ports/ledger/ledger.ts';
import { Secret } from '../../../src/secret.ts';
import { CronScheduler, type Timetable } from '../../../src/services/scheduler.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../../src/simulator/server.ts';
import { openLedger } from '../../../src/store/ledger.ts';
import { MemoryBus } from '../../support/cluster/memory-bus.ts';
import { emptyLedger } from '../../support/shared/ledger-template.ts';
import { folderOfMemory } from '../../support/shared/memory-folder.ts';
import { quickDigest } from '../../support/shared/quick-digest.ts';
import { LeaseWatch } from '../cluster/lease-watch.ts';
import { type AccountSetup, hosts, ledgerNameOf, settingsOf, type TestAccount } from './accounts.ts';
import { Chats, channelNames, type Line } from './chats.ts';
import { VirtualClock } from './clock.ts';
import { connectionTo } from './connection.ts';
import { Disk } from './disk.ts';
import { Journal } from './journal.ts';
import { Process } from './process.ts';
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
  /** How many processes share the ledger; by default it has one, which shares it with no other. */
  readonly processes?: number;
  /** When jobs are due, by the clock of each bot; absent, nothing is done by the hour. */
  readonly timetable?: (clock: Clock) => Timetable;
  readonly trace: (line: string) => void;
}

/** What befalls a process: it dies, or is held up or cut off from the database for so many milliseconds. */
export type Fate =
  | { readonly is: 'dies' }
  | {
      readonly is: 'held-up' | 'cut-off';
      readonly forMs: number;
      /** No other process can take over meanwhile, because none reaches the database. */
      readonly alone?: true;
    };
const dies: Fate = { is: 'dies' };

/** Something that a person did, until a process has taken it from the platform. */
interface Waiting {
  readonly incoming: Incoming;
  readonly by: Set<Process>;
  isTaken: boolean;
}

/** Pictures take the machine's own time, of which a world has none. */
const noPictures: ChartRenderer = {
  render: async () => Uint8Array.of(),
  renderCard: async () => Uint8Array.of(),
  close: async () => undefined,
};

/** How far the clocks of several processes are off at most, in milliseconds: 30 s between any two. */
const mostOffMs = 15_000;

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
  /** The newest of each place; one that is over stands there until the next starts. */
  readonly #processes: Process[] = [];
  #started = 0;
  /** Steps until something befalls the process whose step is the last. */
  #fuse: { left: number; readonly fate: Fate } | undefined;
  /** The step at which something befalls the process that takes it. */
  #fuseAt: { readonly step: string; readonly fate: Fate } | undefined;
  readonly #disk = new Disk((name) => {
    this.journal.failedWrites.push(name);
    this.trace(`  disk full: ${name}`);
  });
  /** The venue that lists no orders. */
  #refusing: Simulator | undefined;
  #ids = 0;
  readonly bus: MemoryBus;
  readonly leases: LeaseWatch;
  /** How often a process was held up, cut off, or lost what it carried. */
  disturbances = 0;
  /** The ledger that several processes share. */
  #shared: Promise<Ledger> | undefined;
  /** What was done while several processes run: a platform keeps it until one has taken it. */
  readonly #inbox: Waiting[] = [];
  readonly #folder: string;
  readonly #options: WorldOptions;

  private constructor(options: WorldOptions) {
    this.#options = options;
    this.clock = new VirtualClock(options.startAt);
    this.random = new SeededRandom(options.seed);
    this.chats = new Chats({ clock: this.clock, random: this.random, trace: (text) => this.trace(text) });
    this.bus = new MemoryBus(this.clock);
    this.leases = new LeaseWatch(this.clock, () => this.#processes.filter(({ on }) => on));
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

  /** Of several processes: that none is over. */
  get isUp(): boolean {
    const { length } = this.#processes;
    if (this.isShared) return length > 0 && this.#processes.every(({ on }) => on);
    return this.#first?.on === true && this.#first.app !== undefined;
  }

  /** Several processes share the ledger. */
  get isShared(): boolean {
    return this.processes > 1;
  }

  get processes(): number {
    return this.#options.processes ?? 1;
  }

  get #first(): Process | undefined {
    return this.#processes[0];
  }

  /** A new process in each place that has none, on the files of the last; it may lose its power while it starts. */
  async start(): Promise<void> {
    for (let place = 0; place < this.processes; place += 1) {
      if (this.isShared && this.#processes[place]?.on === true) continue;
      this.#started += 1;
      const offMs = this.isShared ? this.random.between(-mostOffMs, mostOffMs) : 0;
      const running = new Process(this.clock, `chaos:${this.#started}`, offMs);
      this.#processes[place] = running;
      this.trace(`bot starts: ${running.self}`);
      void this.#run(running);
    }
    await this.clock.advance(200);
    await this.#buryDead();
  }

  /** As src/main.ts does it: what lost what it carried begins anew. */
  async #run(running: Process): Promise<void> {
    try {
      for (;;) {
        const app = await this.#startApp(running);
        if (!running.on) return;
        running.app = app;
        running.soundSince = this.clock.elapsedMs;
        if (!this.isShared) return;
        await app.lost;
        this.trace(`${running.self} lost what it carried`);
        this.leases.near['a process lost what it carried and began anew'] += 1;
        this.disturbances += 1;
        running.soundSince = undefined;
        running.app = undefined;
        await app.stop();
      }
    } catch (error) {
      if (!running.on) return;
      if (this.isShared && /store\.away/.test(String(error))) this.#powerOff(running, `no start: ${String(error)}`);
      else this.complaints.push(`start failed: ${error instanceof Error ? error.stack : String(error)}`);
    }
  }

  #startApp(running: Process): Promise<App> {
    const config = readConfig({
      ...settingsOf(this.accounts),
      STORE_URL: `sqlite:${join(this.#folder, 'hoga.db')}`,
      ...this.#options.env,
    });
    if ('problems' in config) throw new Error(JSON.stringify(config.problems));
    const redactor = createRedactor(config.config.secrets);
    const log = createLog({ level: 'info', redactor, write: (line) => this.#read(running, line) });
    const { timetable } = this.#options;
    const { self, clock } = running;
    const joinCluster = async (ledger: Ledger): Promise<Cluster> =>
      this.#watched(running, createCluster({ ledger, bus: this.bus.join(self), clock, log, self }));
    return startApp({
      config: config.config,
      commands,
      clock,
      ...(timetable === undefined ? {} : { scheduler: new CronScheduler({ log, timetable: timetable(clock) }) }),
      charts: noPictures,
      random: () => this.random.next(),
      digest: quickDigest,
      newId: () => this.#newId().padStart(12, '0'),
      log,
      redactor,
      version: 'chaos',
      self,
      transports: {
        connectRest: (url) => this.#connect(running, (stream) => this.#venueAt(url).acceptRest(stream)),
        connectSocket: (url) => this.#connect(running, (stream) => this.#venueAt(url).acceptSocket(stream)),
      },
      openLedger: (options) => this.#openLedger(running, options),
      ...(this.isShared ? { joinCluster } : {}),
      channels: () => channelNames.map((name) => this.chats.channel(this.#lineOf(running), name)),
    });
  }

  async #openLedger(running: Process, options: Parameters<NonNullable<AppOptions['openLedger']>>[0]): Promise<Ledger> {
    if (this.isShared) {
      // Connections of their own would wait for each other within one thread, for ever.
      this.#shared ??= openLedger({ ...options, now: () => this.clock.now() });
      running.ledger = await this.#shared;
    } else {
      running.ledger = await openLedger(options);
      await this.#noteUnaligned(running, this.accounts);
    }
    return this.#fused(running, running.ledger);
  }

  async #noteUnaligned(running: Process, accounts: readonly TestAccount[]): Promise<void> {
    for (const { ledgerName, simulator } of accounts) {
      const own = running.ledger?.account(ledgerName);
      const doubtful = await own?.ordersByStatus(['submitting', 'outcome-unknown', ...openStatuses]);
      if (simulator === this.#refusing && doubtful?.length !== 0) running.unaligned.add(ledgerName);
      else running.unaligned.delete(ledgerName);
    }
  }

  /** Of several processes each begins when it takes a duty. */
  #watched(running: Process, cluster: Cluster): Cluster {
    const dutyOf = ({ appKey, dialect }: TestAccount): DutyName =>
      dutyOfKey({ appKey: new Secret(appKey) }, { restUrl: hosts[dialect] });
    return {
      ...cluster,
      seek: (duties, handlers) =>
        cluster.seek(duties, {
          ...handlers,
          onTaken: async (duty) => {
            this.trace(`${running.self} takes ${duty}`);
            await this.#noteUnaligned(
              running,
              this.accounts.filter((account) => dutyOf(account) === duty),
            );
            await handlers.onTaken(duty);
          },
        }),
    };
  }

  /** It befalls after so many more steps of the bot: a step is a call of the ledger, a request or a message. */
  lightFuse(steps: number, fate: Fate = dies): void {
    this.#fuse = { left: steps, fate };
  }

  /** It befalls one of the processes. */
  strike(fate: Fate): void {
    const victim = this.random.pick(this.#processes.filter(({ on }) => on));
    if (victim !== undefined) this.#befall(victim, fate, 'now');
  }

  /** No process reaches the database. */
  cutOffAll(forMs: number): void {
    for (const each of this.#processes.filter(({ on }) => on)) this.#befall(each, { is: 'cut-off', forMs }, 'now');
  }

  /** Processes hear nothing of each other for so many milliseconds; each reaches the database. */
  silence(forMs: number): void {
    this.trace(`processes do not hear each other for ${forMs} ms`);
    const cut = this.#processes.filter(({ on }) => on);
    for (const { self } of cut) this.bus.cut(self);
    this.clock.timer(forMs, () => {
      for (const { self, cut: own } of cut) if (!own.isOn) this.bus.heal(self);
    });
  }

  /** One of the processes ends as by SIGTERM. */
  endOne(): void {
    const ending = this.random.pick(this.#processes.filter(({ on, app }) => on && app !== undefined));
    const app = ending?.app;
    if (ending === undefined || app === undefined) return;
    this.trace(`${ending.self} is told to end`);
    ending.soundSince = undefined;
    void app.stop().then(() => {
      if (ending.on) this.#powerOff(ending, 'end');
    });
  }

  /** Nothing holds any process up. */
  goOn(): void {
    for (const each of this.#processes) {
      this.#goOn(each);
      this.#reconnect(each);
      this.bus.heal(each.self);
    }
  }

  /** The power goes at the next step of this name: `after fireAlert`, `message leaves`, `message shown`. */
  crashAt(step: string): void {
    this.strikeAt(step, dies);
  }

  /** It befalls the process that takes the next step of this name. */
  strikeAt(step: string, fate: Fate): void {
    this.#fuseAt = { step, fate };
  }

  /** Writes to the ledger's file while no bot has it. */
  async prepareLedger(fill: (ledger: Ledger) => Promise<void>): Promise<void> {
    const ledger = await openLedger({ url: `sqlite:${join(this.#folder, this.#ledgerFile)}` });
    await fill(ledger);
    await ledger.close();
  }

  /** How many timers the bot has. */
  get timers(): number {
    return this.#first?.clock.timers ?? 0;
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
    for (const { unaligned } of this.#processes) unaligned.clear();
  }

  /** The power stays. */
  putOutFuse(): void {
    this.#fuse = undefined;
    this.#fuseAt = undefined;
  }

  async crash(): Promise<void> {
    const alive = this.#processes.filter(({ on }) => on);
    // What died of the trouble before is enough of that.
    const victim = this.isShared && alive.length < this.processes ? undefined : this.#pickOne(alive);
    if (victim !== undefined) this.#powerOff(victim, 'now');
    await this.#buryDead();
  }

  #pickOne(alive: readonly Process[]): Process | undefined {
    return this.isShared ? this.random.pick(alive) : alive[0];
  }

  /** Lets time go by; a process that lost its power meanwhile leaves only its files. */
  async advance(ms: number): Promise<void> {
    await this.clock.advance(ms);
    await this.#buryDead();
  }

  /** A person types or presses; nothing is waited for. Lost where no bot is up, as a platform's update is not. */
  act(channel: string, identity: string, input: Did['input'], ageMs = 0): void {
    const running = this.#processes.find(({ on, receive }) => on && receive.has(channel));
    const receive = running?.receive.get(channel);
    this.trace(`${identity} in ${channel}: ${input.kind === 'text' ? input.text : `[${input.button}]`}`);
    if (!this.isShared && receive === undefined) {
      this.trace('  nobody hears it');
      return;
    }
    // A platform has a clock of its own, which several processes do not set.
    const botAt = this.clock.now() + (this.isShared ? 0 : (running?.offMs ?? 0));
    this.did.push({ at: this.clock.now(), botAt, ageMs, identity, input });
    if (input.kind === 'press') this.notePrices();
    const chatId = identity === 'console:local' ? 'local' : (identity.split(':')[1] ?? '');
    const incoming = { id: `m${this.#newId()}`, channel, chatId, identity, input, at: botAt - ageMs };
    if (this.isShared) {
      this.#inbox.push({ incoming, by: new Set(), isTaken: false });
      if (running !== undefined) this.#deliver(running, channel);
    } else void receive?.(incoming);
    this.clock.noteActivity();
  }

  /** A platform gives whatever nobody has taken to each process that comes for it, in order. */
  #deliver(running: Process, channel: string): void {
    for (const waiting of this.#inbox) {
      if (waiting.isTaken || waiting.incoming.channel !== channel || waiting.by.has(running)) continue;
      waiting.by.add(running);
      running.hold.pass(() => {
        if (!running.on) return;
        const taken = running.receive.get(channel)?.(waiting.incoming);
        if (taken === undefined) waiting.by.delete(running);
        void taken?.then(
          () => {
            if (running.on) waiting.isTaken = true;
          },
          () => void waiting.by.delete(running),
        );
      });
    }
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
    return this.clock.now() + (this.#first?.offMs ?? 0);
  }

  setNetwork(up: boolean): void {
    this.trace(up ? 'network up' : 'network down');
    this.#networkDown = !up;
    if (!up) for (const { streams } of this.#processes) for (const stream of streams) stream.destroy();
  }

  /** Puts the bot's own clock forward or back against everybody else's. */
  stepClock(ms: number): void {
    this.trace(`the bot's clock steps by ${ms} ms`);
    const one = this.#pickOne(this.#processes);
    if (one !== undefined) one.offMs += ms;
  }

  /** The machine slept: the wall clock is ahead, and no timer ran. */
  jumpClock(ms: number): void {
    this.trace(`the clock jumps by ${ms} ms`);
    this.clock.jump(ms);
  }

  /** What is on the disk. For the end of a scenario. */
  async readLedger<T>(read: (ledger: Ledger) => Promise<T>): Promise<T> {
    const ledger = (await this.#shared) ?? this.#first?.ledger;
    if (ledger === undefined) throw new Error('no ledger is open');
    return read(ledger);
  }

  async end(): Promise<void> {
    for (const running of this.#processes) if (running.on) this.#powerOff(running, 'end');
    await this.clock.rest();
    await (this.isShared ? await this.#shared : this.#first?.ledger)?.close();
    for (const simulator of this.simulators) await simulator.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #read(running: Process, line: string): void {
    if (!running.on) return;
    const { level, msg, ...fields } = JSON.parse(line) as { level: number; msg: string };
    const text = `${msg} ${JSON.stringify({ ...fields, time: undefined })}`;
    const whose = this.isShared ? `${running.self} ` : '';
    if (msg === 'messages lost with this process') this.chats.noteEnd(running.self, running.cutAt);
    if (level >= 40) this.trace(`  log: ${whose}${text.slice(0, 400)}`);
    // That a database which is away is complained of is right; and so that what another process carries is not done.
    // A process that was held up finds done what it was about to write down.
    if (this.isShared && running.wasDisturbed && text.includes('"order.impossible-event"')) return;
    if (this.isShared && /"(?:store\.away|cluster\.[\w-]+)"/.test(text)) return;
    // What a full disk leads to must be seen to be right in the end; that it is complained of is right.
    if (bugs.includes(msg) && !this.#disk.isFull) this.complaints.push(text.slice(0, 1_000));
  }

  /** One step nearer to the end of the fuse. */
  #step(running: Process, what: string): void {
    this.clock.noteActivity();
    if (running.on && what === this.#fuseAt?.step) this.#befall(running, this.#fuseAt.fate, what);
    if (this.#fuse === undefined || !running.on || running.hold.isOn) return;
    this.#fuse.left -= 1;
    if (this.#fuse.left <= 0) this.#befall(running, this.#fuse.fate, what);
  }

  #befall(running: Process, fate: Fate, what: string): void {
    if (fate.is === 'dies') {
      this.#powerOff(running, what);
      return;
    }
    this.#fuse = undefined;
    this.#fuseAt = undefined;
    const way = fate.is === 'held-up' ? running.hold : running.cut;
    if (way.isOn) return;
    this.trace(`${running.self} is ${fate.is} for ${fate.forMs} ms: ${what}`);
    this.disturbances += 1;
    running.wasDisturbed = true;
    running.soundSince = undefined;
    way.begin();
    if (fate.is === 'cut-off') running.cutAt = this.clock.now();
    if (fate.is === 'held-up') {
      this.leases.heldUp(running.self);
      this.bus.pause(running.self);
      this.clock.timer(fate.forMs, () => this.#goOn(running));
      if (fate.alone) this.#cutOffOthers(running, fate.forMs + 1);
    } else {
      this.bus.cut(running.self);
      this.clock.timer(fate.forMs, () => this.#reconnect(running));
    }
  }

  #cutOffOthers(running: Process, forMs: number): void {
    const others = this.#processes.filter((each) => each !== running && each.on);
    for (const each of others) this.#befall(each, { is: 'cut-off', forMs }, 'with another');
  }

  #goOn(running: Process): void {
    if (!running.hold.isOn || !running.on) return;
    this.trace(`${running.self} goes on`);
    running.soundSince = running.cut.isOn ? undefined : this.clock.elapsedMs;
    running.hold.end();
    this.bus.resume(running.self);
    this.clock.noteActivity();
  }

  #reconnect(running: Process): void {
    if (!running.cut.isOn || !running.on) return;
    this.trace(`${running.self} reaches the database`);
    running.soundSince = running.hold.isOn ? undefined : this.clock.elapsedMs;
    running.cut.end();
    this.bus.heal(running.self);
    this.clock.noteActivity();
  }

  #powerOff(running: Process, what: string): void {
    this.#fuse = undefined;
    this.#fuseAt = undefined;
    running.on = false;
    running.clock.end();
    if (what !== 'end') {
      this.crashes += 1;
      this.diedAt = this.clock.now();
      this.trace(`power off: ${this.isShared ? `${running.self} ` : ''}${what}`);
      this.leases.died(running.self);
    }
    if (running.cut.isOn) this.chats.noteEnd(running.self, running.cutAt);
    this.bus.remove(running.self);
    running.soundSince = undefined;
    running.receive.clear();
    for (const stream of running.streams) stream.destroy();
    this.clock.noteActivity();
  }

  /** A dead process holds its file no longer. */
  async #buryDead(): Promise<void> {
    for (const running of this.#processes.filter(({ on, ledger }) => !on && ledger !== undefined)) {
      running.app = undefined;
      await this.clock.rest();
      const { ledger } = running;
      running.ledger = undefined;
      if (!this.isShared) await ledger?.close();
    }
  }

  #connect(running: Process, accept: (stream: Duplex) => void): Duplex {
    if (!running.on || this.#networkDown) {
      throw Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    }
    const ours = connectionTo(
      accept,
      (by) => {
        if (by === 'ours') this.#step(running, 'bytes leave');
        else this.clock.noteActivity();
      },
      running.hold,
    );
    running.streams.add(ours);
    ours.once('close', () => {
      running.streams.delete(ours);
      this.clock.noteActivity();
    });
    return ours;
  }

  /** The ledger of a process that may lose its power before and after every call: what comes then never returns. */
  #fused(running: Process, ledger: Ledger, account: string = mainAccount, fence?: () => Fence | undefined): Ledger {
    const never = new Promise<never>(() => undefined);
    return new Proxy(ledger, {
      get: (target, name, self) => {
        const method: unknown = Reflect.get(target, name, self);
        if (name === 'account') {
          return (other: string, of?: () => Fence | undefined) =>
            this.#fused(running, target.account(other, of), other, of);
        }
        if (name === 'close' && this.isShared) return async () => undefined;
        if (typeof method !== 'function' || name === 'close') return method;
        const operation = String(name);
        return async (...args: unknown[]): Promise<unknown> => {
          this.#step(running, `before ${operation}`);
          if (!running.on) return never;
          if (this.isShared) await running.reach(operation);
          if (!running.on) return never;
          const ended = this.journal.observe(account, operation, args, {
            now: () => this.clock.now(),
            unaligned: () => running.unaligned.has(account),
          });
          if (name === 'claim') this.notePrices();
          const shown = fence?.();
          try {
            this.#disk.requireRoom(operation);
            const value: unknown = await (Reflect.apply(method, target, args) as Promise<unknown>);
            ended({ value });
            if (this.isShared) this.leases.note(running.self, operation, args, { value }, shown);
            return value;
          } catch (error) {
            ended({ error });
            if (this.isShared) this.leases.note(running.self, operation, args, { error }, shown);
            throw error;
          } finally {
            this.#step(running, `after ${operation}`);
            if (!running.on) await never;
            // Where the way back is cut what was done is done, and nobody hears of it.
            if (this.isShared) await running.reach(operation);
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
      self: running.self,
      isOn: () => running.on,
      step: (what) => this.#step(running, what),
      running: async () => {
        if (running.hold.isOn) await running.hold.passed();
      },
      open: (name, receive) => {
        if (receive === undefined) running.receive.delete(name);
        else {
          running.receive.set(name, receive);
          this.#deliver(running, name);
        }
      },
      newId: () => `r${this.#newId()}`,
    };
  }
}
