import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { commands } from '../../../commands/index.ts';
import { type App, startApp } from '../../../src/app.ts';
import type { Button, Channel, Incoming, Message, Receive } from '../../../src/chat/channel.ts';
import { plainText } from '../../../src/chat/render.ts';
import { type CancelTimer, type Clock, sleepOn } from '../../../src/clock.ts';
import { createCluster } from '../../../src/cluster/create-cluster.ts';
import { readConfig } from '../../../src/config.ts';
import { AppError } from '../../../src/errors.ts';
import { createLog, createRedactor } from '../../../src/log.ts';
import type { Cluster } from '../../../src/ports/cluster.ts';
import type { Ledger } from '../../../src/ports/ledger/ledger.ts';
import { type Simulator, startSimulator } from '../../../src/simulator/server.ts';
import { openLedger } from '../../../src/store/ledger.ts';
import { eventually, JumpClock } from '../clock.ts';
import { TestScheduler } from '../scheduler.ts';
import { MemoryBus } from './memory-bus.ts';

type Method = keyof Ledger;

/** One chat, in which it does not show which process speaks. */
class SharedChat {
  readonly messages: { readonly reference: string; text: string; buttons: readonly Button[] }[] = [];
  /** The process that receives what is written here. */
  holder: AppProcess | undefined;

  show(reference: string | undefined, message: Message): string {
    const known = this.messages.find((shown) => shown.reference === reference);
    const [text, buttons] = [plainText(message), (message.buttons ?? []).flat()];
    if (known !== undefined) {
      known.text = text;
      known.buttons = buttons;
      return known.reference;
    }
    const own = String(this.messages.length + 1);
    this.messages.push({ reference: own, text, buttons });
    return own;
  }
}

/** A whole bot among others, which can be killed, stopped as by SIGSTOP, and cut off from the database. */
export class AppProcess {
  readonly self: string;
  readonly logs: string[] = [];
  readonly clock: Clock;
  app: App | undefined;
  cluster: Cluster | undefined;
  receive: Receive = async () => undefined;
  /** What befalls it right before or after this method of the ledger. */
  fate: { readonly is: 'dies' | 'stops'; readonly at: Method; readonly when: 'before' | 'after' } | undefined;
  away = false;
  isDead = false;
  readonly #world: Apps;
  readonly #sockets = new Set<Socket>();
  #stopped: (() => void)[] | undefined;

  constructor(world: Apps, self: string) {
    this.#world = world;
    this.self = self;
    const timer = (delayMs: number, callback: () => void): CancelTimer => {
      let cancelled = false;
      const fire = (): void => {
        if (this.#stopped !== undefined) this.#stopped.push(fire);
        else if (!cancelled && !this.isDead) callback();
      };
      const cancel = world.clock.timer(delayMs, fire);
      return () => {
        cancelled = true;
        cancel();
      };
    };
    this.clock = { now: () => world.clock.now(), timer, sleep: (ms, signal) => sleepOn({ timer }, ms, signal) };
  }

  async start(): Promise<void> {
    const { config, bus } = this.#world;
    const redactor = createRedactor(config.secrets);
    const log = createLog({ level: 'info', redactor, write: (line) => void this.logs.push(line) });
    this.app = await startApp({
      config,
      commands,
      clock: this.clock,
      log,
      redactor,
      version: '0.0.0-test',
      self: this.self,
      random: () => 0.5,
      newId: () => randomBytes(6).toString('hex'),
      scheduler: new TestScheduler(log),
      openLedger: async (options) => this.#over(await openLedger({ ...options, now: () => this.#world.clock.now() })),
      joinCluster: async (ledger) => {
        this.cluster = createCluster({ ledger, bus: bus.join(this.self), clock: this.clock, log, self: this.self });
        return this.cluster;
      },
      transports: { connectSocket: (url) => this.#connect(url) },
      channels: () => [this.#channel()],
    });
  }

  /** SIGKILL: the machine closes its sockets. */
  kill(): void {
    this.isDead = true;
    this.#world.bus.remove(this.self);
    for (const socket of this.#sockets) socket.destroy();
  }

  /** SIGSTOP. */
  pause(): void {
    this.#stopped = [];
    this.#world.bus.pause(this.self);
  }

  /** SIGCONT. */
  resume(): void {
    const waiting = this.#stopped ?? [];
    this.#stopped = undefined;
    for (const go of waiting) go();
    this.#world.bus.resume(this.self);
  }

  #connect(url: string): Socket {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port) });
    socket.on('error', () => undefined);
    this.#sockets.add(socket);
    return socket;
  }

  get isStopped(): boolean {
    return this.#stopped !== undefined;
  }

  #running(): Promise<void> {
    if (this.isDead) return new Promise(() => undefined);
    const stopped = this.#stopped;
    return stopped === undefined ? Promise.resolve() : new Promise((resolve) => void stopped.push(resolve));
  }

  /** The ledger as this process reaches it: not at all when it is dead or cut off. */
  #over(ledger: Ledger): Ledger {
    const methods = Object.entries(ledger).map(([name, method]) => [
      name,
      async (...given: unknown[]): Promise<unknown> => {
        await this.#running();
        if (this.away && name !== 'close') throw new AppError('store.away', { operation: name });
        const { fate } = this;
        const meets = (when: 'before' | 'after'): void => {
          if (fate?.at !== name || fate.when !== when || this.fate === undefined) return;
          this.fate = undefined;
          if (fate.is === 'dies') this.kill();
          else this.pause();
        };
        meets('before');
        await this.#running();
        const result = await (method as (...all: unknown[]) => Promise<unknown>)(...given);
        meets('after');
        await this.#running();
        return result;
      },
    ]);
    const account: Ledger['account'] = (name, fence) => this.#over(ledger.account(name, fence));
    return { ...(Object.fromEntries(methods) as Ledger), account };
  }

  #channel(): Channel {
    const { chat } = this.#world;
    return {
      name: 'console',
      start: async (receive) => {
        this.receive = receive;
        chat.holder = this;
      },
      send: async (_chatId, message) => {
        await this.#running();
        return chat.show(undefined, message);
      },
      edit: async (_chatId, reference, message) => {
        await this.#running();
        chat.show(reference, message);
      },
      stop: async () => undefined,
    };
  }
}

/** Several whole bots over one ledger and one venue, and a chat with them. */
export class Apps {
  readonly clock: JumpClock;
  readonly bus: MemoryBus;
  readonly chat = new SharedChat();
  readonly processes: AppProcess[] = [];
  readonly simulator: Simulator;
  readonly config: Parameters<typeof startApp>[0]['config'];
  #said = 0;

  private constructor(clock: JumpClock, simulator: Simulator, folder: string) {
    this.clock = clock;
    this.bus = new MemoryBus(clock);
    this.simulator = simulator;
    const settingsOf = (name: string, key: string) => ({
      [`KIS_${name}_ENV`]: 'simulator',
      [`KIS_${name}_REST_URL`]: simulator.restUrl,
      [`KIS_${name}_WS_URL`]: simulator.wsUrl,
      [`KIS_${name}_APP_KEY`]: `PS${key.repeat(34)}`,
      [`KIS_${name}_APP_SECRET`]: key.repeat(180),
    });
    const read = readConfig({
      HOGA_ACCOUNTS: 'main,second',
      ...settingsOf('MAIN', 'm'),
      ...settingsOf('SECOND', 's'),
      KIS_ACCOUNT: '50000000-01',
      KIS_SECOND_ACCOUNT: '50000001-01',
      KIS_HTS_ID: 'hogasim',
      KIS_SECOND_HTS_ID: 'hogasim',
      STORE_URL: `sqlite:${join(folder, 'hoga.db')}`,
    });
    if ('problems' in read) throw new Error(JSON.stringify(read.problems));
    this.config = read.config;
  }

  /** Starts so many processes, one after the other. All of it ends with the test. */
  static async start(count: number): Promise<Apps> {
    const folder = mkdtempSync(join(tmpdir(), 'hoga-'));
    const clock = new JumpClock();
    const accounts = ['50000000', '50000001'].map((number) => ({ number, product: '01' }));
    const simulator = await startSimulator({ clock, speed: 0, callsPerSecond: 1_000, accounts });
    const world = new Apps(clock, simulator, folder);
    onTestFinished(async () => {
      for (const process of world.processes) {
        if (process.isStopped) process.resume();
        if (!process.isDead) await process.app?.stop();
      }
      await simulator.stop();
      rmSync(folder, { recursive: true, force: true });
    });
    for (let number = 1; number <= count; number += 1) await world.add(`p${number}`);
    return world;
  }

  async add(self: string): Promise<AppProcess> {
    const process = new AppProcess(this, self);
    this.processes.push(process);
    await process.start();
    return process;
  }

  /** Resolves when every duty has somebody who carries it; lets time go by meanwhile. */
  async carried(): Promise<void> {
    const sought = 3;
    for (let passed = 0; (await this.holders()).size < sought; passed += 100) {
      if (passed > 10_000) throw new Error(`not taken over: ${[...(await this.holders()).keys()].join()}`);
      await this.clock.advance(100);
    }
  }

  /** By duty, the process that carries it. */
  async holders(): Promise<ReadonlyMap<string, AppProcess>> {
    const alive = this.processes.filter(({ isDead, isStopped }) => !isDead && !isStopped);
    const duties = new Map<string, AppProcess>();
    for (const process of alive) {
      for (const { duty } of (await process.cluster?.holders().catch(() => [])) ?? []) {
        const holder = alive.find(({ cluster }) => cluster?.holds(duty as Parameters<Cluster['holds']>[0]));
        if (holder !== undefined) duties.set(duty, holder);
      }
    }
    return duties;
  }

  /** The process that makes the calls of an account. */
  async carrierOf(account: 'main' | 'second'): Promise<AppProcess> {
    const position = account === 'main' ? 0 : 1;
    const { key, environment } = this.config.accounts[position]?.kis ?? {};
    if (key === undefined || environment === undefined) throw new Error('no such account');
    const { dutyOfKey } = await import('../../../src/kis/remote/key-place.ts');
    const carrier = (await this.holders()).get(dutyOfKey(key, environment));
    if (carrier === undefined) throw new Error(`nobody carries ${account}`);
    return carrier;
  }

  /** Writes or presses in the chat. Does not wait for the answer. */
  async hand(input: Incoming['input']): Promise<void> {
    this.#said += 1;
    const holder = await eventually(
      'somebody to receive',
      () => this.chat.holder?.isDead === false && this.chat.holder,
    );
    const incoming = { id: String(this.#said), channel: 'console', chatId: 'local', identity: 'console:local' };
    await holder.receive({ ...incoming, input, at: this.clock.now(), alone: true });
  }

  say(text: string): Promise<void> {
    return this.hand({ kind: 'text', text });
  }

  async press(label: string): Promise<void> {
    const found = await eventually(`a button ${label}`, () =>
      this.chat.messages.flatMap(({ buttons }) => buttons).findLast((button) => button.label === label),
    );
    await this.hand({ kind: 'press', button: found.id });
  }

  /** Waits until some message contains `text`, and returns it. */
  told(text: string): Promise<string> {
    return eventually(`a message with '${text}'`, () => this.messagesWith(text)[0]);
  }

  messagesWith(text: string): readonly string[] {
    return this.chat.messages.map((shown) => shown.text).filter((shown) => shown.includes(text));
  }

  /** The orders at the venue. */
  get orders() {
    return this.simulator.state().orders;
  }
}
