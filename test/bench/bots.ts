import { type ChildProcess, fork } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.ts';
import type { Environ } from '../../src/config.ts';
import { type Simulator, startSimulator } from '../../src/simulator/server.ts';
import type { Asked, Told, Usage } from './bot-worker.ts';
import { sharedMs } from './shared-clock.ts';

const orderPath = '/uapi/domestic-stock/v1/trading/order-cash';

/** How long an account is left alone after an order, so that no press waits for the venue's limit of calls a second. */
const restMs = 1_000;

type Of<Kind extends Told['kind']> = Extract<Told, { readonly kind: Kind }>;

/** A whole bot in a process of its own. */
class Bot {
  readonly #child: ChildProcess;
  readonly #onButton: (id: string) => void;
  readonly #waiting = new Map<Told['kind'], (told: Told) => void>();
  #fail: (error: Error) => void = () => undefined;

  constructor(onButton: (id: string) => void) {
    this.#onButton = onButton;
    this.#child = fork(join(import.meta.dirname, 'bot-worker.ts'), { execArgv: ['--expose-gc'] });
    this.#child.on('message', (told) => this.#take(told as Told));
    this.#child.on('exit', (code) => this.#fail(new Error(`a bot ended with ${code}`)));
  }

  ask<Kind extends Asked['kind']>(asked: Extract<Asked, { readonly kind: Kind }>): Promise<Of<Kind>> {
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      this.#waiting.set(asked.kind, (told) => resolve(told as Of<Kind>));
      this.#child.send(asked);
    });
  }

  #take(told: Told): void {
    if (told.kind === 'buttons') {
      const confirm = told.buttons.find(({ label }) => label === '확인');
      if (confirm !== undefined) this.#onButton(confirm.id);
    } else this.#waiting.get(told.kind)?.(told);
  }
}

/** Equal bots over one ledger, and a venue with so many accounts, each with an app key of its own. */
export class Bots {
  readonly startMs: number[] = [];
  readonly #simulator: Simulator;
  readonly #bots: Bot[] = [];
  readonly #accounts: number;
  #onButton: (id: string) => void = () => undefined;
  #said = 0;

  private constructor(simulator: Simulator, accounts: number) {
    this.#simulator = simulator;
    this.#accounts = accounts;
  }

  /** Starts so many processes at once. Resolves when each key is carried by one of them. */
  static async start(storeUrl: string, accounts: number, processes: number): Promise<Bots> {
    const numbers = Array.from({ length: accounts }, (_, position) => String(50_000_000 + position));
    const simulator = await startSimulator({
      clock: systemClock,
      speed: 0,
      accounts: numbers.map((number) => ({ number, product: '01', cash: 1e12 })),
    });
    const bots = new Bots(simulator, accounts);
    const environ = environOf(storeUrl, simulator, numbers);
    await Promise.all(
      Array.from({ length: processes }, async (_, position) => {
        const bot = new Bot((id) => bots.#onButton(id));
        bots.#bots.push(bot);
        const { readMs, ms } = await bot.ask({ kind: 'start', environ, self: `p${position + 1}` });
        bots.startMs.push(readMs + ms);
      }),
    );
    while ((await bots.usage()).flatMap(({ carries }) => carries).length < accounts) await systemClock.sleep(200);
    return bots;
  }

  usage(): Promise<readonly Usage[]> {
    return Promise.all(this.#bots.map((bot) => bot.ask({ kind: 'usage' })));
  }

  /**
   * Orders one share after the other, in the accounts by turns, and returns how long each took from the press to the
   * request's arrival at the venue, in milliseconds. `at`: whether the press comes to the process that carries the
   * account's key, or to another one.
   */
  async press(forMs: number, at: 'carrier' | 'other'): Promise<readonly number[]> {
    const carried = (await this.usage()).map(({ carries }) => new Set(carries));
    const took: number[] = [];
    const usedAt = new Map<number, number>();
    const until = performance.now() + forMs;
    for (let position = 0; performance.now() < until; position = (position + 1) % this.#accounts) {
      await systemClock.sleep(Math.max(0, (usedAt.get(position) ?? 0) + restMs - performance.now()));
      const carrier = carried.findIndex((carries) => carries.has(position));
      const bot = this.#bots[at === 'carrier' ? carrier : (carrier + 1) % this.#bots.length];
      if (bot !== undefined) took.push(await this.#order(bot, nameOf(position)));
      usedAt.set(position, performance.now());
    }
    // The first of them compile what they run.
    return took.slice(Math.min(10, Math.floor(took.length / 4)));
  }

  async stop(): Promise<void> {
    await Promise.all(this.#bots.map((bot) => bot.ask({ kind: 'stop' })));
    await this.#simulator.stop();
  }

  async #order(bot: Bot, account: string): Promise<number> {
    const button = new Promise<string>((resolve) => {
      this.#onButton = resolve;
    });
    const suffix = this.#accounts === 1 ? '' : ` @${account}`;
    await this.#hand(bot, { kind: 'text', text: `/buy 005930 1 ${69_000 + 100 * (this.#said % 9)}${suffix}` });
    const arrival = orderArrives();
    const pressedAt = await this.#hand(bot, { kind: 'press', button: await button });
    return (await arrival) - pressedAt;
  }

  async #hand(bot: Bot, input: Extract<Asked, { readonly kind: 'hand' }>['input']): Promise<number> {
    this.#said += 1;
    return (await bot.ask({ kind: 'hand', id: String(this.#said), input })).atMs;
  }
}

function nameOf(position: number): string {
  return position === 0 ? 'main' : `a${position}`;
}

function environOf(storeUrl: string, simulator: Simulator, numbers: readonly string[]): Environ {
  const own = numbers.map((number, position): Environ => {
    const name = nameOf(position).toUpperCase();
    const key = String(position).padStart(34, 'k');
    return {
      [`KIS_${name}_ENV`]: 'simulator',
      [`KIS_${name}_REST_URL`]: simulator.restUrl,
      [`KIS_${name}_WS_URL`]: simulator.wsUrl,
      [`KIS_${name}_APP_KEY`]: `PS${key}`,
      [`KIS_${name}_APP_SECRET`]: `s${key}`.padEnd(180, 's'),
      [position === 0 ? 'KIS_ACCOUNT' : `KIS_${name}_ACCOUNT`]: `${number}-01`,
      [position === 0 ? 'KIS_HTS_ID' : `KIS_${name}_HTS_ID`]: 'hogasim',
    };
  });
  return Object.assign(
    {
      HOGA_ACCOUNTS: numbers.map((_, position) => nameOf(position)).join(','),
      HOGA_MAX_DAILY_KRW: '1000000000000',
      STORE_URL: storeUrl,
      LOG_LEVEL: 'error',
    },
    ...own,
  );
}

/** Resolves with the moment at which the next order comes to the venue, which runs in this process. */
function orderArrives(): Promise<number> {
  return new Promise((resolve) => {
    const seen = (message: unknown): void => {
      const { request } = message as { readonly request: IncomingMessage };
      if (!request.url?.startsWith(orderPath)) return;
      unsubscribe('http.server.request.start', seen);
      resolve(sharedMs());
    };
    subscribe('http.server.request.start', seen);
  });
}
