import { randomBytes } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Duplex, duplexPair } from 'node:stream';
import { commands } from '../../commands/index.ts';
import { type App, type AppOptions, startApp } from '../../src/app.ts';
import type { Attachment, Button, Channel, Incoming, Message, Receive, Suggest } from '../../src/chat/channel.ts';
import { plainText } from '../../src/chat/render.ts';
import { type Config, type Environ, readConfig } from '../../src/config.ts';
import { defaultSocketTimings } from '../../src/kis/wire/socket.ts';
import { createLog, createRedactor, type Log } from '../../src/log.ts';
import type { Faults } from '../../src/simulator/control/faults.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/server.ts';
import { eventually, JumpClock } from './clock.ts';
import { TestScheduler } from './scheduler.ts';
import { isListed, listedCache } from './shared/cache-template.ts';
import { sharedCharts } from './shared/charts.ts';
import { emptyLedger } from './shared/ledger-template.ts';
import { quickDigest } from './shared/quick-digest.ts';

/** A message as it stands in the test's chat, edits applied. */
export interface ShownMessage {
  readonly reference: string;
  readonly chatId: string;
  text: string;
  buttons: readonly Button[];
  attachments: readonly Attachment[];
  /** For the person alone. */
  readonly private: boolean;
  /** The error's code, where the message refuses something. */
  code: string | undefined;
  edits: number;
}

/** The terminal's place in a test: a chat whose messages can be read and pressed. */
export class TestChannel implements Channel {
  static #sent = 0;
  readonly name: string;
  readonly messages: ShownMessage[] = [];
  /** Edits in place of messages from before a restart of the bot, as they stand in the chat further up. */
  readonly before: ShownMessage[] = [];
  receive: Receive = async () => undefined;
  suggest: Suggest = () => [];

  constructor(name = 'console') {
    this.name = name;
  }

  async start(receive: Receive, suggest: Suggest): Promise<void> {
    this.receive = receive;
    this.suggest = suggest;
  }

  async send(chatId: string, message: Message): Promise<string> {
    // A platform never uses a reference again, whatever the bot restarts.
    TestChannel.#sent += 1;
    const reference = String(TestChannel.#sent);
    const { buttons = [], attachments = [] } = message;
    const text = plainText(message);
    const isPrivate = message.private === true;
    const code = message.failure?.code;
    const shown = { text, buttons: buttons.flat(), attachments, private: isPrivate, code, edits: 0 };
    this.messages.push({ reference, chatId, ...shown });
    return reference;
  }

  async edit(chatId: string, reference: string, message: Message, inPlace = false): Promise<void> {
    let shown = [...this.messages, ...this.before].find((candidate) => candidate.reference === reference);
    // A message from before a restart of the bot: shown anew, so that the test sees it.
    if (shown === undefined && !inPlace) {
      await this.send(chatId, message);
      return;
    }
    if (shown === undefined) {
      shown = {
        reference,
        chatId,
        text: '',
        buttons: [],
        attachments: [],
        private: message.private === true,
        code: undefined,
        edits: 0,
      };
      this.before.push(shown);
    }
    shown.text = plainText(message);
    shown.buttons = (message.buttons ?? []).flat();
    shown.attachments = message.attachments ?? [];
    shown.code = message.failure?.code;
    shown.edits += 1;
  }

  async stop(): Promise<void> {
    this.receive = async () => undefined;
  }
}

export interface HarnessOptions {
  readonly simulator?: Partial<SimulatorOptions>;
  /** Where it depends on the simulator's addresses, a function of the simulator. */
  readonly env?: Environ | ((simulator: Simulator) => Environ);
  readonly clock?: JumpClock;
  /** What goes wrong from the start on. */
  readonly faults?: Faults;
  readonly timeouts?: AppOptions['timeouts'];
  /** Channels beside the terminal's, made anew at every start of the bot. */
  readonly channels?: (parts: { readonly clock: JumpClock; readonly log: Log }) => readonly Channel[];
  readonly socketTimings?: AppOptions['socketTimings'];
  /**
   * KIS pings once an hour and not every ten seconds: for tests that days go by in and that are not about the socket.
   * The pings of a day cost more than all else in it.
   */
  readonly fewPings?: true;
  /** Time goes by faster while a start or an answer is awaited: for tests of what is repeated or has to wait its turn. */
  readonly hurry?: true;
  /** The first start downloads the lists of issues. Otherwise it finds today's in its cache where it can. */
  readonly downloads?: true;
  /** The bot takes the simulator for this REST host, as far as it can tell: nothing is ever sent there. */
  readonly host?: string;
  /** Other commands than the bot's own. */
  readonly commands?: AppOptions['commands'];
  /** Another way to the ledger's file: for a store that fails. */
  readonly openLedger?: AppOptions['openLedger'];
}

/** The whole bot against the simulator, over real sockets, with a chat in the test's hands. */
export interface Harness {
  readonly simulator: Simulator;
  readonly clock: JumpClock;
  /** Every line the process logged. */
  readonly logs: readonly string[];
  chat(): TestChannel;
  /** All that was ever shown, oldest first. */
  shown(): readonly string[];
  /** Types a line, and gives back the messages that were new or changed by the time it was answered. */
  say(text: string): Promise<string>;
  /** Presses the button with this label on the newest message that has it. */
  press(label: string): Promise<string>;
  /** The id behind a label, for pressing by hand. */
  button(label: string): string;
  /** How an argument that is being typed may go on. */
  readonly suggest: Suggest;
  /** Hands something in without waiting for the answer to be said. */
  hand(input: Incoming['input'], identity?: string): Promise<void>;
  /** Waits until some message contains `text`, and gives it back. */
  told(text: string): Promise<string>;
  app(): App;
  /** Resolves when nothing waits to be said. */
  settled(): Promise<void>;
  /** Does what is done by the hour, whatever the hour. */
  fire(job: string): Promise<void>;
  /** Ends the process as a deploy would, and starts another on the same files; with `env`, on changed settings. */
  restart(how?: { readonly readOnly?: boolean; readonly env?: Environ }): Promise<void>;
  stop(): Promise<void>;
}

const hourMs = 3_600_000;

/** A connection to the simulator's REST side without a network. */
function connectTo(simulator: Simulator): Duplex {
  const [ours, theirs] = duplexPair();
  simulator.acceptRest(theirs);
  return ours;
}

export async function startHarness(options: HarnessOptions = {}): Promise<Harness> {
  const folder = mkdtempSync(join(tmpdir(), 'hoga-'));
  const clock = options.clock ?? new JumpClock();
  const pings = options.fewPings ? { pingIntervalMs: hourMs, pingTimeoutMs: 10 * hourMs } : {};
  const simulator = await startSimulator({ clock, speed: 0, callsPerSecond: 1_000, ...pings, ...options.simulator });
  const patience = options.fewPings ? { ...defaultSocketTimings, idleMs: 10 * hourMs } : undefined;
  if (options.faults !== undefined) simulator.setFaults(options.faults);
  const logs: string[] = [];
  const own = typeof options.env === 'function' ? options.env(simulator) : options.env;
  const configOf = (changed: Environ = {}): Config => {
    const read = readConfig({
      KIS_ENV: 'simulator',
      KIS_REST_URL: options.host ?? simulator.restUrl,
      KIS_WS_URL: simulator.wsUrl,
      KIS_CALLS_PER_SECOND: '1000',
      STORE_URL: `sqlite:${join(folder, 'hoga.db')}`,
      ...own,
      ...changed,
    });
    if ('problems' in read) throw new Error(JSON.stringify(read.problems));
    return read.config;
  };
  let channel = new TestChannel();
  let settled = async (): Promise<void> => undefined;
  const waitFor = <T>(work: Promise<T>): Promise<T> => (options.hurry ? clock.hurried(work) : work);

  let scheduler: TestScheduler;
  const start = async ({ env, ...how }: Parameters<Harness['restart']>[0] = {}): Promise<App> => {
    const config = configOf(env);
    const file = 'ledger' in config.store ? config.store.ledger : undefined;
    if (file?.startsWith(folder) && !existsSync(file)) copyFileSync(await emptyLedger(), file);
    const cache = 'cache' in config.store ? config.store.cache : undefined;
    const listed = !options.downloads && options.host === undefined && isListed(clock.now(), options.simulator);
    if (listed && cache?.startsWith(folder) && !existsSync(cache)) copyFileSync(await listedCache(), cache);
    const redactor = createRedactor(config.secrets);
    const log = createLog({ level: 'debug', redactor, write: (line) => void logs.push(line) });
    scheduler = new TestScheduler(log);
    const started = await startApp({
      config,
      commands: options.commands ?? commands,
      clock,
      log,
      redactor,
      version: '0.0.0-test',
      self: 'test:1',
      random: () => 0.5,
      newId: () => randomBytes(6).toString('hex'),
      digest: quickDigest,
      charts: sharedCharts(config.chartTheme),
      timeouts: options.timeouts,
      socketTimings: options.socketTimings ?? patience,
      transports: options.host === undefined ? undefined : { connectRest: () => connectTo(simulator) },
      scheduler,
      ...(options.openLedger === undefined ? {} : { openLedger: options.openLedger }),
      ...how,
      channels: (whenSettled) => {
        settled = whenSettled;
        return [channel, ...(options.channels?.({ clock, log }) ?? [])];
      },
    });
    // What a start does in the background would otherwise come to an end anywhere in the test.
    await scheduler.idle();
    return started;
  };
  let app = await waitFor(start());
  await waitFor(settled());

  let messageId = 0;
  const hand = async (input: Incoming['input'], identity = 'console:local'): Promise<void> => {
    messageId += 1;
    await channel.receive({
      id: String(messageId),
      channel: 'console',
      chatId: 'local',
      identity,
      input,
      at: clock.now(),
      alone: true,
    });
  };
  const answerTo = async (input: Incoming['input']): Promise<string> => {
    const before = channel.messages.map(({ text }) => text);
    await waitFor(hand(input).then(() => settled()));
    return channel.messages
      .map(({ text }) => text)
      .filter((text, index) => text !== before[index])
      .join('\n---\n');
  };
  const button = (label: string): string => {
    const found = channel.messages.flatMap(({ buttons }) => buttons).findLast((candidate) => candidate.label === label);
    if (found === undefined) throw new Error(`no button ${label}`);
    return found.id;
  };

  return {
    simulator,
    clock,
    logs,
    chat: () => channel,
    shown: () => channel.messages.map(({ text }) => text),
    say: (text) => answerTo({ kind: 'text', text }),
    press: (label) => answerTo({ kind: 'press', button: button(label) }),
    button,
    suggest: (query) => channel.suggest(query),
    hand,
    told: (text) =>
      waitFor(
        eventually(`a message with '${text}'`, () => channel.messages.find((shown) => shown.text.includes(text))?.text),
      ),
    app: () => app,
    settled: () => waitFor(settled()),
    fire: (job) => waitFor(scheduler.fire(job)),
    async restart(how) {
      await app.stop();
      channel = new TestChannel();
      app = await waitFor(start(how));
      await waitFor(settled());
    },
    async stop() {
      await app.stop();
      await simulator.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
