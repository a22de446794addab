import {
  type AccountUnit,
  connectAccounts,
  createUnit,
  identifyAccounts,
  startSimulators,
  stopUnit,
} from './app/account-units.ts';
import { ofAlertAccounts } from './app/alert-accounts.ts';
import { createDuties, watchLedger } from './app/begin.ts';
import { chatDuty } from './app/duties.ts';
import { createEvents } from './app/events.ts';
import { receiveOver } from './app/hand-over.ts';
import { startHttp } from './app/http.ts';
import { createMarketCandles } from './app/market-candles.ts';
import { observe } from './app/observe.ts';
import { createReports } from './app/reports.ts';
import { settle } from './app/settle.ts';
import { createChartRenderer } from './charts/renderer.ts';
import type { Channel, Receive } from './chat/channel.ts';
import type { AnyCommand } from './chat/command.ts';
import { type Chat, createChat } from './chat/create-chat.ts';
import { driftMessage } from './chat/messages/notices.ts';
import { Router } from './chat/router/router.ts';
import type { Clock } from './clock.ts';
import { alone } from './cluster/alone.ts';
import type { Config } from './config.ts';
import type { Health } from './domain/health.ts';
import { languages } from './i18n/index.ts';
import { feedOver } from './kis/feed-pool.ts';
import type { Kis, KisOptions } from './kis/kis.ts';
import { MasterFiles } from './kis/symbols/files.ts';
import { latinNameOf } from './kis/symbols/latin.ts';
import { createDirectory } from './kis/symbols/search.ts';
import { shippedInstruments } from './kis/symbols/shipped.ts';
import { isSameMarket } from './kis/wire/environment.ts';
import type { Log, Redactor } from './log.ts';
import type { ChartRenderer } from './ports/charts.ts';
import type { Cluster } from './ports/cluster.ts';
import type { Ledger } from './ports/ledger/ledger.ts';
import type { Scheduler } from './ports/scheduler.ts';
import type { NumberDigest } from './services/account-numbers.ts';
import { Accounts, type TradingAccount } from './services/accounts.ts';
import { Alerts } from './services/alerts/alerts.ts';
import { LiveBoards } from './services/boards/live-boards.ts';
import { Screens } from './services/boards/screens.ts';
import { Calendar } from './services/calendar.ts';
import { DailyBars } from './services/daily-bars.ts';
import { DriftWatch } from './services/health/drift-watch.ts';
import { LedgerWatch } from './services/health/ledger-watch.ts';
import { readHealth } from './services/health/read-health.ts';
import { createIssues } from './services/issues/issues.ts';
import { People } from './services/people.ts';
import { scheduleOwnJobs } from './services/scheduled-jobs.ts';
import { PriceWatch } from './services/watching/price-watch.ts';
import { GoogleSheets } from './sheets/google-sheets.ts';
import type { openLedger } from './store/ledger.ts';
import { openStore } from './store/open-store.ts';
import { spillToMemory } from './store/spill.ts';

/** Longer than an order may take to be answered. */
const stopWaitMs = 20_000;
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
  /** Joins the processes that share the ledger; absent, there is no other. */
  readonly joinCluster?: (ledger: Ledger) => Promise<Cluster>;
  /** Made once the app can say when all that was to be said is said. */
  readonly channels: (settled: () => Promise<void>) => readonly Channel[];
  /** Without a socket and without orders: for one question beside a running bot. */
  readonly readOnly?: boolean;
  /** Absent, nothing is done by the hour. */
  readonly scheduler?: Scheduler;
  readonly timeouts?: KisOptions['timeouts'];
  readonly socketTimings?: KisOptions['socketTimings'];
  readonly transports?: KisOptions['transports'];
  /** In place of the bot's own pictures: for a test that cannot wait for them. */
  readonly charts?: ChartRenderer;
  /** In place of the slow digest of account numbers: for tests, which start thousands of bots. */
  readonly digest?: NumberDigest;
  /** Another way to the ledger's file: for a test that cuts the power. */
  readonly openLedger?: typeof openLedger;
}

export interface App {
  /** The way in for a channel that is not one of `channels`. */
  readonly receive: Receive;
  /** Resolves when no order is open, nothing is under way and nothing waits to be said, or after `atMostMs`. */
  settle(atMostMs: number): Promise<void>;
  /** Resolves when another process has taken over what this one did, so that this one has to be stopped and begun anew. */
  readonly lost: Promise<void>;
  stop(): Promise<void>;
}

/** All that runs, built and not begun. */
interface Parts extends Records, Edges, Services {
  readonly router: Router;
  readonly cluster: Cluster;
}

type Records = Awaited<ReturnType<typeof openRecords>>;
type Edges = Awaited<ReturnType<typeof createEdges>>;
type Services = ReturnType<typeof createServices>;

/** Wires everything and starts it: what this process carries of what only one of several may do is begun by `Duties`. */
export async function startApp(options: AppOptions): Promise<App> {
  const { clock, log, self, joinCluster } = options;
  let cluster = alone(self);
  const records = await openRecords(options, (channel) => cluster.holds(chatDuty(channel)));
  if (joinCluster !== undefined) cluster = await joinCluster(records.ledger);
  const edges = await createEdges(options, records, cluster);
  const { digest, readOnly = false } = options;
  const identified = await identifyAccounts(options.config, { ...records, log, readOnly, digest });
  const services = createServices(options, records, edges, identified);
  const router = createRouter(options, records, edges, services);
  const parts: Parts = { ...records, ...edges, ...services, router, cluster };
  const { chat, units } = parts;
  const http = await startHttp(options, parts);
  const duties = createDuties(options, parts, (name) => openChannel(name));
  const receive = receiveOver({ ...parts, duties, log });
  const openChannel = async (name: string): Promise<void> => {
    await chat.open(name, receive, (query) => router.suggest(query));
  };
  if (options.readOnly === true) {
    await parts.issues.symbols.load();
    await Promise.all([parts.alerts.restore(), parts.digests.load()]);
    for (const name of chat.channels.keys()) await openChannel(name);
  } else {
    watchLedger({ ...parts, clock });
    await duties.seek();
    if (options.scheduler !== undefined) {
      scheduleOwnJobs(options.scheduler, { ...parts, begun: () => duties.begun, symbols: parts.issues.symbols });
      options.scheduler.start();
    }
  }
  http?.begun();
  const venues = units.map(({ account: { label } }) => `${label.name}:${label.venue}`);
  const webhooks = Object.fromEntries(options.config.webhooks.map(({ setting, kinds }) => [setting, kinds.join()]));
  log.info('started', { accounts: venues, channels: [...chat.channels.keys()], webhooks });
  return {
    receive,
    settle: (atMostMs) => settle(parts, clock, atMostMs),
    lost: duties.lost,
    async stop() {
      await http?.stop();
      await stop(options, parts);
    },
  };
}

function unbuilt(): never {
  throw new Error('the accounts are not built yet');
}

/** What is kept, on disk or in an embedded simulator. */
async function openRecords(options: AppOptions, sends: (channel: string) => boolean) {
  const { config, clock, log, readOnly = false, openLedger } = options;
  const simulators = await startSimulators(config, clock);
  const { ledger: stored, ...stores } = await openStore({ settings: config.store, readOnly, openLedger });
  const ledgerWatch = new LedgerWatch({ ledger: stored, clock, log });
  const onLost = (messages: number): void => log.error('messages lost with this process', { messages });
  const spill = spillToMemory(ledgerWatch.ledger, sends, onLost);
  const observed = await observe(options);
  return { simulators, ...stores, ledger: spill.ledger, ledgerWatch, spill, ...observed };
}

/** The two edges: the venues that are asked, and the chat in which people are answered. */
async function createEdges(options: AppOptions, { simulators, ledger, cache, telemetry }: Records, cluster: Cluster) {
  const { config, clock, log, redactor, random, readOnly = false } = options;
  const tools = { ledger, cache, clock, log, redactor, telemetry };
  const drifts = new DriftWatch({
    ...tools,
    tell: (drift) => chat.tellOwners(undefined, (words) => driftMessage(words, drift)),
  });
  await drifts.load();
  const ownLists = config.accounts.flatMap(({ name, people: own }) =>
    own === undefined ? [] : [{ name, people: own }],
  );
  const onWritten = (): void => cluster.tell('people');
  const people = new People({ ...tools, settings: config.people, accounts: ownLists, onWritten });
  await people.load();
  cluster.hear('people', () => void people.load().catch((error: unknown) => log.warn('people not read', { error })));
  const { timeouts, socketTimings, transports } = options;
  const onDrift: KisOptions['onDrift'] = (drift) => drifts.notice(drift);
  const venues = connectAccounts(config, simulators, people, {
    ...tools,
    random,
    onDrift,
    timeouts,
    socketTimings,
    transports,
    cluster,
  });
  const [kis] = venues;
  const issues = createIssues({
    ...tools,
    ...kis,
    source: masterFiles(kis.environment, options),
    shipped: shippedInstruments,
    index: createDirectory,
    latinName: latinNameOf,
  });
  await issues.load();
  // What is told to people names accounts, and what is done in accounts tells people.
  const late: { accounts: Accounts | undefined } = { accounts: undefined };
  const kinds = new Set(venues.map(({ broker }) => broker.venue.kind));
  const chat: Chat = createChat({
    ...tools,
    channels: options.channels,
    people,
    accounts: () => late.accounts ?? unbuilt(),
    directories: { ko: issues.directory, en: issues.englishDirectory },
    venue: kinds.size === 1 ? kis.broker.venue.kind : undefined,
    webhooks: config.webhooks,
    language: config.language,
    fillNotices: () => kis.feed.status().fillNotices,
    cluster,
    readOnly,
  });
  return { venues, drifts, issues, people, chat, late, cluster };
}

/** The stock master files, which come from the venue of the first account, or from where a test has them. */
function masterFiles({ masterUrl }: Kis['environment'], { clock, transports }: AppOptions): MasterFiles {
  const connectRest = transports?.connectRest;
  return new MasterFiles({ masterUrl, clock, connect: connectRest && (() => connectRest(masterUrl)) });
}

/** What is done for people, with the venues and the records. */
function createServices(
  options: AppOptions,
  records: Records,
  edges: Edges,
  identified: Awaited<ReturnType<typeof identifyAccounts>>,
) {
  const { venues, issues, chat, drifts, late, cluster } = edges;
  const { config, clock, log, newId, redactor, readOnly = false } = options;
  const { ledger, ledgerWatch, cache, barStore, minuteStore, telemetry } = records;
  const [{ broker, research, barSource }] = venues;
  const { directory, symbols } = issues;
  const queued = (): void => chat.outbox.flush();
  // The first account's market is the one that alerts and boards watch: another may be a simulator's, of made-up prices.
  const [{ environment }] = venues;
  const sameMarket = venues.filter((kis) => isSameMarket(kis.environment, environment));
  const feed = feedOver(sameMarket.map((kis) => kis.feed));
  const draft = chat.draftFor(() => undefined);
  const tools = { broker, research, feed, ledger, cache, directory, clock, log, newId, draft, queued, telemetry };
  const calendar = new Calendar(tools);
  const bars = new DailyBars({ ...tools, source: barSource, store: barStore, calendar, issues: () => symbols.issues });
  const watch = new PriceWatch({ ...tools, calendar, source: barSource, keptBars: (symbol) => bars.kept(symbol) });
  const candles = createMarketCandles({ ...tools, venues, minuteStore, days: bars, calendar });
  const alerts = new Alerts({ ...tools, watch, candles: candles.watched, calendar, ...ofAlertAccounts(edges) });
  const shared = { ...tools, calendar, visibilityMs: config.visibilityMs };
  const events = createEvents({ ...edges, ...tools, watch, calendar, accounts: () => late.accounts ?? unbuilt() });
  const filled = toldEverywhere(cluster, 'filled', (symbol) => {
    alerts.onFill(symbol);
    events.onFill();
  });
  const units = identified.flatMap((one, position) => {
    const kis = venues[position];
    return kis === undefined ? [] : [createUnit(one, kis, edges, { ...shared, filled, candles: candles.of(kis) })];
  });
  const [first, ...others] = units.map(({ account }) => account);
  const accounts = new Accounts([first as TradingAccount, ...others], edges.people);
  late.accounts = accounts;
  const ticks: { lastAt: number | undefined } = { lastAt: undefined };
  const startedAt = clock.now();
  const charts = options.charts ?? createChartRenderer({ theme: config.chartTheme });
  const reportTools = { ...tools, people: edges.people, accounts: () => accounts, alerts, calendar, bars, readOnly };
  return {
    ...createReports(chat, charts, reportTools),
    calendar,
    watch,
    alerts,
    accounts,
    units,
    bars,
    ticks,
    watchedCandles: candles.watched,
    liveBoards: new LiveBoards({ ...tools, watch, calendar, show: chat.showBoard, readOnly }),
    events,
    screens: new Screens({ ...tools, watchlists: ledger, bars, show: chat.showScreen }),
    charts,
    sheets: config.sheets === undefined ? undefined : new GoogleSheets(config.sheets, { clock, redactor }),
    health: (account: TradingAccount): Promise<Health> =>
      readHealth({
        version: options.version,
        startedAt,
        lastTickAt: ticks.lastAt,
        unit: units.find((unit) => unit.account === account) ?? (units[0] as AccountUnit),
        bars,
        watch,
        outboxPending: () => chat.outbox.pending(),
        ledgerWatch,
        drifts,
        now: clock.now(),
      }),
  };
}

/** `act` in every process, wherever what it is about happened. */
function toldEverywhere(cluster: Cluster, subject: string, act: (text: string) => void): (text: string) => void {
  cluster.hear(subject, act);
  return (text) => {
    act(text);
    cluster.tell(subject, text);
  };
}

/** From what people write and press to what is done. */
function createRouter(options: AppOptions, { ledger, telemetry }: Records, edges: Edges, services: Services): Router {
  const { venues, issues, people, chat } = edges;
  const [kis] = venues;
  const { config, readOnly = false } = options;
  return new Router({
    ...options,
    readOnly,
    accounts: services.accounts,
    services: {
      ...services,
      research: kis.research,
      watchlists: ledger,
      people,
      directory: issues.directory,
    },
    wordsOf: (person) => chat.recipients.wordsOf(person),
    identify: (identity) => people.identify(identity),
    pair: (identity, code) => people.pair(identity, code),
    ledger,
    telemetry,
    outbox: chat.outbox,
    showCard: (ticketId, account) => account.ledger.showCard(ticketId, options.clock.now(), chat.drawCardsOf(account)),
    confirmMs: config.confirmMs,
    mirrors: chat.mirrors,
    venueWaitsUntil: () => venues.map((venue) => venue.waitsUntil()).find((until) => until !== undefined),
    learnIssues: (words) => issues.unlisted.learn(words),
    directoryIn: chat.directoryIn,
    learnNames: async (words, wanted) => words === languages.en && issues.learnEnglishNames(wanted),
  });
}

/** Ends everything, the way in first and the stores last. */
async function stop({ clock, log, scheduler, readOnly }: AppOptions, parts: Parts): Promise<void> {
  const { venues, chat, units, alerts, cluster } = parts;
  cluster.withdraw();
  for (const channel of chat.channels.values()) await channel.stop();
  for (const kis of venues) kis.endWaits();
  // An order under way is waited for: cutting it off would make its outcome unknown.
  await Promise.race([parts.router.idle(), clock.sleep(stopWaitMs)]);
  parts.ledgerWatch.stop();
  for (const unit of units) stopUnit(unit);
  alerts.stop();
  parts.events.stop();
  await parts.watch.stop();
  parts.issues.stop();
  parts.liveBoards.close();
  parts.screens.close();
  const scheduled = readOnly === true ? undefined : scheduler?.stop();
  await Promise.all(venues.map((kis) => kis.close()));
  await parts.charts.close();
  for (const { account } of units) await account.reconciler.idle();
  await alerts.idle();
  await parts.events.idle();
  await scheduled;
  await chat.outbox.stop();
  await cluster.stop();
  await parts.ledger.close();
  await parts.barStore.close();
  await parts.minuteStore.close();
  await parts.cache.close();
  await parts.stopObserving();
  for (const simulator of parts.simulators.values()) await simulator.stop();
  log.info('stopped');
}
