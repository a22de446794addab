import { createChartRenderer } from './charts/renderer.ts';
import type { Channel, Receive } from './chat/channel.ts';
import type { AnyCommand } from './chat/command.ts';
import { type Chat, createChat } from './chat/create-chat.ts';
import { type AccessSubject, accessMessage } from './chat/messages/access.ts';
import { fillNoticesMessage } from './chat/messages/fill-notices.ts';
import { ledgerBackMessage, ledgerDownMessage } from './chat/messages/ledger-notices.ts';
import { driftMessage } from './chat/messages/notices.ts';
import { Router } from './chat/router/router.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Health } from './domain/health.ts';
import { ledgerTrouble } from './domain/ledger-trouble.ts';
import { startHttpServer } from './http-server.ts';
import { languages } from './i18n/index.ts';
import { createKis, type KisOptions } from './kis/kis.ts';
import { MasterFiles } from './kis/symbols/files.ts';
import { latinNameOf } from './kis/symbols/latin.ts';
import { createDirectory } from './kis/symbols/search.ts';
import { shippedInstruments } from './kis/symbols/shipped.ts';
import { withAddresses } from './kis/wire/environment.ts';
import type { Log, Redactor } from './log.ts';
import type { Scheduler } from './ports/scheduler.ts';
import { Secret } from './secret.ts';
import { Alerts } from './services/alerts/alerts.ts';
import { LiveBoards } from './services/boards/live-boards.ts';
import { Screens } from './services/boards/screens.ts';
import { Calendar } from './services/calendar.ts';
import { DailyBars } from './services/daily-bars.ts';
import { AccessWatch } from './services/health/access-watch.ts';
import { catchUp } from './services/health/catch-up.ts';
import { DriftWatch } from './services/health/drift-watch.ts';
import { FillNoticeWatch } from './services/health/fill-notice-watch.ts';
import { LedgerWatch } from './services/health/ledger-watch.ts';
import { readHealth, readLiveness } from './services/health/read-health.ts';
import { createIssues } from './services/issues/issues.ts';
import { createAccount } from './services/orders/account.ts';
import { People } from './services/people.ts';
import { scheduleJobs } from './services/scheduled-jobs.ts';
import { GoogleSheets } from './sheets/google-sheets.ts';
import { startSimulator } from './simulator/server.ts';
import type { openLedger } from './store/ledger.ts';
import { openStore } from './store/open-store.ts';
import { spillToMemory } from './store/spill.ts';

/** Longer than an order may take to be answered. */
const stopWaitMs = 20_000;
/** How long a start waits for the venue's lists before people may speak; orders wait for them in any case. */
const alignWaitMs = 3_000;
/** One that no venue lacks: 삼성전자. */
const bestKnownIssue = '005930';

/** All that comes from outside the process, or differs in a test. */
export interface AppOptions {
  readonly config: Config;
  readonly commands: readonly AnyCommand[];
  readonly clock: Clock;
  /** Between 0 and 1. */
  readonly random: () => number;
  /** Short, unguessable, never twice. */
  readonly newId: () => string;
  readonly log: Log;
  /** The log's own, so that what is learnt on the way is hidden everywhere. */
  readonly redactor: Redactor;
  readonly version: string;
  /** This process, as somebody would look for it: `macbook:4711`. */
  readonly self: string;
  /** Made once the app can say when all that was to be said is said. */
  readonly channels: (settled: () => Promise<void>) => readonly Channel[];
  /** Without a socket and without orders: for one question beside a running bot. */
  readonly readOnly?: boolean;
  /** Absent, nothing is done by the hour. */
  readonly scheduler?: Scheduler;
  readonly timeouts?: KisOptions['timeouts'];
  readonly socketTimings?: KisOptions['socketTimings'];
  readonly transports?: KisOptions['transports'];
  /** Another way to the ledger's file: for a test that cuts the power. */
  readonly openLedger?: typeof openLedger;
}

export interface App {
  /** The way in for a channel that is not one of `channels`. */
  readonly receive: Receive;
  /** Resolves when no order is open, nothing is under way and nothing waits to be said, or after `atMostMs`. */
  settle(atMostMs: number): Promise<void>;
  stop(): Promise<void>;
}

/** What the simulator takes for credentials; it takes any, and these are told apart in its state. */
const simulatorAccess = {
  appKey: new Secret('hoga-simulator-app-key'),
  appSecret: new Secret('hoga-simulator-app-secret'),
  account: { number: '50000000', product: '01' },
  htsId: 'hogasim',
} as const;

/** All that runs, built and not begun. */
interface Parts extends Records, Edges, Services {
  readonly router: Router;
}

type Records = Awaited<ReturnType<typeof openRecords>>;
type Edges = Awaited<ReturnType<typeof createEdges>>;
type Services = ReturnType<typeof createServices>;

/**
 * Wires everything and starts it. Starting is recovering: what the ledger holds is looked at first, then the venue is
 * listened to and its lists are read, then people may speak. Where the venue does not answer they may speak all the
 * same, and what would send an order says that it waits.
 */
export async function startApp(options: AppOptions): Promise<App> {
  const { clock, log } = options;
  const records = await openRecords(options);
  const edges = await createEdges(options, records);
  const services = createServices(options, records, edges);
  const router = createRouter(options, records, edges, services);
  const parts: Parts = { ...records, ...edges, ...services, router };
  const { chat, account, screens } = parts;
  const http = await startHttp(options, parts);
  if (options.readOnly === true) {
    await parts.issues.symbols.load();
    await parts.alerts.restore();
  } else await begin(options, parts);
  const receive: Receive = (incoming) => router.receive(incoming);
  for (const channel of chat.channels.values()) {
    await channel.start(receive, (query) => router.suggest(query), chat.channelHost);
  }
  chat.outbox.flush();
  log.info('started', { venue: account.broker.venue.kind, channels: [...chat.channels.keys()] });
  return {
    receive,
    async settle(atMostMs) {
      const deadline = clock.now() + atMostMs;
      while (clock.now() < deadline) {
        await account.reconciler.idle();
        await chat.outbox.settled();
        const expecting = await account.reconciler.isExpecting();
        if (!expecting && !screens.isRunning && (await chat.outbox.pending()) === 0) return;
        await clock.sleep(50);
      }
    },
    async stop() {
      await http?.stop();
      await stop(options, parts);
    },
  };
}

/** What is kept, on disk or in an embedded simulator. */
async function openRecords({ config, clock, log, readOnly = false, openLedger }: AppOptions) {
  const simulator = config.kis.embedded && (await startSimulator({ clock, ...config.kis.embedded }));
  const { ledger: stored, cache, barStore } = await openStore({ paths: config.store, readOnly, openLedger });
  const ledgerWatch = new LedgerWatch({ ledger: stored, clock, log });
  const spill = spillToMemory(ledgerWatch.ledger);
  return { simulator, cache, barStore, ledger: spill.ledger, ledgerWatch, spill };
}

/** The two edges: the venue that is asked, and the chat in which people are answered. */
async function createEdges(options: AppOptions, { simulator, ledger, cache }: Records) {
  const { config, clock, log, redactor, random, readOnly = false } = options;
  const tools = { ledger, cache, clock, log, redactor };
  const environment = simulator ? withAddresses(config.kis.environment, simulator) : config.kis.environment;
  const access = accessOf(config);
  const drifts = new DriftWatch({
    ...tools,
    tell: (drift) => chat.tellOwners(undefined, (words) => driftMessage(words, drift)),
  });
  await drifts.load();
  const { timeouts, socketTimings, transports } = options;
  const kis = createKis({
    ...tools,
    ...config.kis,
    environment,
    key: access,
    account: access.account,
    htsId: access.htsId,
    random,
    onDrift: (drift) => drifts.notice(drift),
    timeouts,
    socketTimings,
    transports,
  });
  const issues = createIssues({
    ...tools,
    ...kis,
    source: new MasterFiles({ masterUrl: environment.masterUrl, clock }),
    shipped: shippedInstruments,
    index: createDirectory,
    latinName: latinNameOf,
  });
  await issues.load();
  const people = new People({ ...tools, settings: config.people });
  await people.load();
  const chat: Chat = createChat({
    ...tools,
    channels: options.channels,
    people,
    directories: { ko: issues.directory, en: issues.englishDirectory },
    venue: kis.broker.venue.kind,
    language: config.language,
    fillNotices: () => kis.feed.status().fillNotices,
    self: options.self,
    readOnly,
  });
  return { kis, access, drifts, issues, people, chat };
}

/** What is done for people, with the venue and the records. */
function createServices(options: AppOptions, records: Records, { kis, issues, chat, drifts }: Edges) {
  const { config, clock, log, newId, redactor, readOnly = false } = options;
  const { ledger, ledgerWatch, cache, barStore } = records;
  const { broker, research, feed } = kis;
  const { directory, symbols } = issues;
  const { draft, tellOwners } = chat;
  const queued = (): void => chat.outbox.flush();
  const tools = { broker, research, feed, ledger, cache, directory, clock, log, newId, draft, queued };
  const calendar = new Calendar(tools);
  const alerts = new Alerts({ ...tools, calendar });
  const account = createAccount({
    ...tools,
    ...config,
    venue: kis,
    calendar,
    filled: (symbol) => alerts.onFill(symbol),
  });
  const bars = new DailyBars({
    ...tools,
    source: kis.barSource,
    store: barStore,
    calendar,
    issues: () => symbols.issues,
  });
  const watchAccess = (subject: AccessSubject, ask: (signal: AbortSignal) => Promise<unknown>): AccessWatch =>
    new AccessWatch({
      ...tools,
      ask,
      tell: (trouble) => tellOwners(undefined, (words) => accessMessage(words, subject, trouble)),
    });
  // Of all that names the account this is one call on one page, however much is in it.
  const accountAccess = watchAccess('account', (signal) =>
    broker.buyingPower(bestKnownIssue, undefined, { priority: 'background', signal }),
  );
  const liveReadsAccess = kis.warmUpLiveReads && watchAccess('liveReads', kis.warmUpLiveReads);
  const ticks: { lastAt: number | undefined } = { lastAt: undefined };
  const startedAt = clock.now();
  return {
    calendar,
    alerts,
    account,
    bars,
    accountAccess,
    liveReadsAccess,
    ticks,
    fillNoticeWatch: new FillNoticeWatch({
      status: () => feed.status(),
      tell: (news) => tellOwners('fills', (words) => fillNoticesMessage(words, news)),
    }),
    liveBoards: new LiveBoards({ ...tools, show: chat.showBoard, readOnly }),
    screens: new Screens({ ...tools, watchlists: ledger, bars, show: chat.showScreen }),
    charts: createChartRenderer({ theme: config.chartTheme }),
    sheets: config.sheets === undefined ? undefined : new GoogleSheets(config.sheets, { clock, redactor }),
    health: (): Promise<Health> =>
      readHealth({
        version: options.version,
        startedAt,
        feed,
        lastTickAt: ticks.lastAt,
        lane: kis.lane(),
        token: kis.token(),
        limits: config.kis.environment,
        accountAccess,
        liveReadsAccess,
        bars,
        outboxPending: () => chat.outbox.pending(),
        ledger,
        ledgerWatch,
        drifts,
        account,
        now: clock.now(),
      }),
  };
}

/** From what people write and press to what is done. */
function createRouter(options: AppOptions, { ledger }: Records, edges: Edges, services: Services): Router {
  const { kis, issues, people, chat } = edges;
  const { recipients } = chat;
  const { config, readOnly = false } = options;
  return new Router({
    ...options,
    readOnly,
    services: {
      ...services,
      ...services.account,
      research: kis.research,
      watchlists: ledger,
      people,
      directory: issues.directory,
      fillNotices: () => kis.feed.status().fillNotices,
    },
    wordsOf: (person) => recipients.wordsOf(person),
    identify: (identity) => people.identify(identity),
    pair: (identity, code) => people.pair(identity, code),
    ledger,
    outbox: chat.outbox,
    confirmMs: config.riskLimits.confirmMs,
    mirrors: chat.mirrors,
    venueWaitsUntil: kis.waitsUntil,
    learnIssues: (words) => issues.unlisted.learn(words),
    directoryIn: chat.directoryIn,
    learnNames: async (words, wanted) => words === languages.en && issues.learnEnglishNames(wanted),
  });
}

/** Looks at what the last process left, listens to the venue, reads its lists, and tells the owners that it started. */
async function begin(options: AppOptions, parts: Parts): Promise<void> {
  const { clock, log, scheduler } = options;
  const { kis, access, issues, chat, account, alerts, fillNoticeWatch, ledgerWatch, spill, ticks } = parts;
  const { reconciler } = account;
  await reconciler.recover().catch((error: unknown) => {
    // Questions can be answered all the same; orders wait until it was done.
    if (ledgerTrouble(error) === undefined) throw error;
    log.error('orders of the last process not looked at', { error });
  });
  ledgerWatch.begin({
    onDown: (state) => chat.tellOwners(undefined, (words) => ledgerDownMessage(words, state)),
    async onBack(state, told) {
      const caughtUp = await catchUp(spill, account, alerts);
      const forMs = clock.now() - state.since;
      if (told || caughtUp.lost > 0) chat.tellOwners(undefined, (words) => ledgerBackMessage(words, forMs, caughtUp));
      chat.outbox.flush();
    },
  });
  await kis.feed.start({
    onTrade(trade) {
      ticks.lastAt = trade.at;
      alerts.onTrade(trade);
    },
    onExecution: (notice) => reconciler.onNotice(notice),
    onConnected: () => fillNoticeWatch.connected(),
    onInUse: () => fillNoticeWatch.inUse(),
    onResumed() {
      reconciler.syncSoon();
      void alerts.resync();
    },
  });
  await Promise.race([reconciler.align(), clock.sleep(alignWaitMs)]);
  await alerts.load();
  await chat.tellStart(access.htsId !== undefined);
  fillNoticeWatch.begin();
  await chat.invite(options.newId().slice(0, 8));
  if (scheduler !== undefined) scheduleJobs(scheduler, { ...parts, clock, symbols: issues.symbols, reconciler });
}

/** Serves `/health` and the webhooks of channels, where a port is set. */
async function startHttp({ config, clock, log, version, readOnly }: AppOptions, parts: Parts) {
  const { account, chat } = parts;
  if (config.httpPort === undefined || readOnly === true) return undefined;
  return startHttpServer({
    port: config.httpPort,
    health: async () => ({ ...(await readLiveness(parts)), venue: account.broker.venue.kind, version }),
    hooks: [...chat.channels.values()].flatMap(({ hook }) => hook ?? []),
    clock,
    log,
  });
}

/** Ends everything, the way in first and the stores last. */
async function stop({ clock, log, scheduler, readOnly }: AppOptions, parts: Parts): Promise<void> {
  const { kis, chat, account, alerts } = parts;
  for (const channel of chat.channels.values()) await channel.stop();
  kis.endWaits();
  // An order under way is waited for: cutting it off would make its outcome unknown.
  await Promise.race([parts.router.idle(), clock.sleep(stopWaitMs)]);
  parts.ledgerWatch.stop();
  account.reconciler.stop();
  parts.accountAccess.stop();
  parts.liveReadsAccess?.stop();
  alerts.stop();
  parts.issues.stop();
  parts.liveBoards.close();
  parts.screens.close();
  const scheduled = readOnly === true ? undefined : scheduler?.stop();
  await kis.close();
  await parts.charts.close();
  await account.reconciler.idle();
  await alerts.idle();
  await scheduled;
  await chat.outbox.stop();
  await parts.ledger.close();
  await parts.barStore.close();
  await parts.cache.close();
  await parts.simulator?.stop();
  log.info('stopped');
}

/** What the simulator takes for credentials, or the settings' own. */
export function accessOf(config: Config): NonNullable<Config['kis']['credentials']> {
  return config.kis.credentials ?? simulatorAccess;
}
