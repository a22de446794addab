import { consoleChat } from './channels/console/console.ts';
import { createChartRenderer } from './charts/renderer.ts';
import type { Channel, ChannelHost, Message, Receive, Suggest } from './chat/channel.ts';
import type { AnyCommand } from './chat/command.ts';
import { type AccessSubject, accessMessage } from './chat/messages/access.ts';
import { boardMessage } from './chat/messages/boards.ts';
import { fillNoticesMessage } from './chat/messages/fill-notices.ts';
import { ledgerBackMessage, ledgerDownMessage } from './chat/messages/ledger-notices.ts';
import { driftMessage, notAloneMessage } from './chat/messages/notices.ts';
import { screenMessage } from './chat/messages/screens.ts';
import { type MessageHeader, Outbox } from './chat/outbox.ts';
import { Recipients } from './chat/recipients.ts';
import { Router } from './chat/router/router.ts';
import { asView, viewKey } from './chat/views.ts';
import { type Clock, koreanDay } from './clock.ts';
import type { Config } from './config.ts';
import type { FillNotices } from './domain/fill-notices.ts';
import type { Health } from './domain/health.ts';
import { ledgerTrouble } from './domain/ledger-trouble.ts';
import type { ChatAddress } from './domain/people/chat-address.ts';
import type { NoticeTopic } from './domain/people/notice.ts';
import { startHttpServer } from './http-server.ts';
import { languages, type Words } from './i18n/index.ts';
import { createKis, type KisOptions } from './kis/kis.ts';
import { MasterFiles } from './kis/symbols/files.ts';
import { latinNameOf } from './kis/symbols/latin.ts';
import { createDirectory } from './kis/symbols/search.ts';
import { shippedInstruments } from './kis/symbols/shipped.ts';
import type { Log, Redactor } from './log.ts';
import type { Scheduler } from './ports/scheduler.ts';
import type { InstrumentDirectory } from './ports/symbols.ts';
import { Secret } from './secret.ts';
import { Alerts } from './services/alerts/alerts.ts';
import { LiveBoards } from './services/boards/live-boards.ts';
import { Screens } from './services/boards/screens.ts';
import { Calendar } from './services/calendar.ts';
import { DailyBars } from './services/daily-bars.ts';
import { AccessWatch } from './services/health/access-watch.ts';
import { DriftWatch } from './services/health/drift-watch.ts';
import { FillNoticeWatch } from './services/health/fill-notice-watch.ts';
import { LedgerWatch } from './services/health/ledger-watch.ts';
import { EnglishDirectory, EnglishNames } from './services/issues/english-names.ts';
import { SymbolMaster } from './services/issues/symbol-master.ts';
import { UnlistedIssues } from './services/issues/unlisted-issues.ts';
import { OrderTimelines } from './services/order-timelines.ts';
import { type DraftNotice, Fills } from './services/orders/fills.ts';
import { Orders } from './services/orders/orders.ts';
import { Reconciler } from './services/orders/reconciler.ts';
import { ScheduleWatch } from './services/orders/schedule-watch.ts';
import { ScheduledOrders } from './services/orders/scheduled-orders.ts';
import { People } from './services/people.ts';
import { ReckonedReports } from './services/reckoned-reports.ts';
import { Revocation } from './services/revocation.ts';
import { scheduleJobs } from './services/scheduled-jobs.ts';
import { GoogleSheets } from './sheets/google-sheets.ts';
import { type Simulator, startSimulator } from './simulator/server.ts';
import { openCache } from './store/cache.ts';
import { openBarStore } from './store/daily-bars.ts';
import { openLedger } from './store/ledger.ts';
import { openForReading } from './store/open-for-reading.ts';
import { spillToMemory } from './store/spill.ts';

/** Longer than an order may take to be answered. */
const stopWaitMs = 20_000;
/** How long sent messages and pushes of the venue are kept. */
const keptMs = 30 * 24 * 3_600_000;
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

/**
 * Wires everything and starts it. Starting is recovering: what the ledger holds is looked at first, then the venue is
 * listened to and its lists are read, then people may speak. Where the venue does not answer they may speak all the
 * same, and what would send an order says that it waits.
 */
export async function startApp(options: AppOptions): Promise<App> {
  const { config, clock, random, newId, log, redactor } = options;
  const readOnly = options.readOnly ?? false;

  // The venue, or its stand-in.
  const simulator = config.kis.embedded && (await startSimulator({ clock, ...config.kis.embedded }));
  const cache = await openCache({ path: config.store.cache });
  const barStore = await openBarStore({ path: config.store.cache });
  const stored = readOnly
    ? await openForReading(config.store.ledger)
    : await (options.openLedger ?? openLedger)({ url: `sqlite:${config.store.ledger}` });
  const ledgerWatch = new LedgerWatch({
    ledger: stored,
    clock,
    log,
    onDown: (state) => tellOwners(undefined, (words) => ledgerDownMessage(words, state)),
    onBack: async (state, told) => {
      await spill.catchUp();
      const outcomes = await orders.catchUp();
      const late = { outcomes, pushes: await reconciler.catchUp(), alerts: await alerts.catchUp() };
      const caughtUp = { ...late, lost: spill.takeLost() };
      const forMs = clock.now() - state.since;
      if (told || caughtUp.lost > 0) tellOwners(undefined, (words) => ledgerBackMessage(words, forMs, caughtUp));
      outbox.flush();
    },
  });
  const spill = spillToMemory(ledgerWatch.ledger);
  const { ledger } = spill;
  /** Says something to each owner on every channel, in the background. */
  const tellOwners = (topic: NoticeTopic | undefined, say: (words: Words) => Message): void => {
    if (readOnly) return;
    for (const outgoing of recipients.tellOwners(topic, say)) {
      void outbox
        .post({ ...outgoing, about: 'house' })
        .catch((error: unknown) => log.error('owner not told', { error }));
    }
  };
  const drifts = new DriftWatch({
    cache,
    clock,
    log,
    tell: (drift) => tellOwners(undefined, (words) => driftMessage(words, drift)),
  });
  await drifts.load();
  const access = accessOf(config);
  const environment = simulatedEnvironment(config, simulator);
  const kis = createKis({
    environment,
    key: access,
    account: access.account,
    htsId: access.htsId,
    cache,
    clock,
    random,
    log,
    redactor,
    pong: config.kis.pong,
    liveReads: config.kis.liveReads,
    hashkey: config.kis.hashkey,
    onDrift: (drift) => drifts.notice(drift),
    timeouts: options.timeouts,
    socketTimings: options.socketTimings,
    transports: options.transports,
  });
  const { broker, research, schedules: scheduleBroker, feed } = kis;

  const people = new People({ settings: config.people, ledger, clock, log });
  await people.load();

  // The chat's way out.
  const channels = new Map<string, Channel>();
  const fillNotices = (): FillNotices => feed.status().fillNotices;
  const recipients = new Recipients({ people, channels, language: config.language, fillNotices });
  const { kind: venue } = broker.venue;
  const messageHeader: MessageHeader = { venue, redactor, wordsAt: (address) => recipients.wordsAt(address) };
  const outbox = new Outbox({ ledger, channels, clock, log, messageHeader });
  for (const channel of options.channels(() => outbox.settled())) channels.set(channel.name, channel);
  const source = new MasterFiles({ masterUrl: environment.masterUrl, clock });
  const symbols = new SymbolMaster({ source, shipped: shippedInstruments, index: createDirectory, cache, clock, log });
  const { directory } = symbols;
  const unlisted = new UnlistedIssues({ broker, directory, cache, clock, log });
  await unlisted.load();
  const englishNames = new EnglishNames({ research: kis.research, latinName: latinNameOf, cache, clock, log });
  await englishNames.load();
  const inEnglish = new EnglishDirectory(directory, englishNames);
  const directoryIn = (words: Words): InstrumentDirectory => (words === languages.en ? inEnglish : directory);
  const nameOf = (symbol: string, words: Words): string => directoryIn(words).get(symbol)?.name ?? symbol;
  const draft: DraftNotice = (notice, wanted) => recipients.draft(notice, wanted, nameOf, messageHeader);

  // What is done with it all.
  const calendar = new Calendar({ broker, cache, clock, log });
  const queued = (): void => outbox.flush();
  const alerts = new Alerts({ broker, feed, ledger, directory, calendar, clock, log, newId, draft, queued });
  const fills = new Fills({ ledger, directory, clock, draft, queued, filled: (symbol) => alerts.onFill(symbol) });
  const { riskLimits, liveTrading, visibilityMs } = config;
  const watch = new ScheduleWatch({ broker, schedules: scheduleBroker, ledger, fills, clock, log, newId });
  const reconciler = new Reconciler({ broker, ledger, fills, schedules: watch, clock, log, visibilityMs });
  const orders = new Orders({ broker, ledger, calendar, reconciler, riskLimits, liveTrading, clock, log, newId });
  const schedules = new ScheduledOrders({
    broker,
    schedules: scheduleBroker,
    ledger,
    calendar,
    orders,
    riskLimits,
    clock,
  });
  const reports = new ReckonedReports({ reports: kis.reports, broker, directory, clock });
  const fillNoticeWatch = new FillNoticeWatch({
    status: () => feed.status(),
    tell: (news) => tellOwners('fills', (words) => fillNoticesMessage(words, news)),
  });
  const watchAccess = (subject: AccessSubject, ask: (signal: AbortSignal) => Promise<unknown>): AccessWatch =>
    new AccessWatch({
      ask,
      tell: (trouble) => tellOwners(undefined, (words) => accessMessage(words, subject, trouble)),
      clock,
      log,
    });
  // Of all that names the account this is one call on one page, however much is in it.
  const askAccount = (signal: AbortSignal): Promise<unknown> =>
    broker.buyingPower(bestKnownIssue, undefined, { priority: 'background', signal });
  const account = watchAccess('account', askAccount);
  const { warmUpLiveReads } = kis;
  const liveReads = warmUpLiveReads && watchAccess('liveReads', warmUpLiveReads);
  const timelines = new OrderTimelines({ ledger });
  const revocation = new Revocation({ ledger, clock, revoke: () => kis.revokeTokens() });
  const charts = createChartRenderer({ theme: config.chartTheme });
  /** What takes the place of an answer, as often as it comes. */
  const showView = (address: ChatAddress, view: string, message: Message): Promise<void> =>
    outbox.post({ address, message: asView(view, message), edits: viewKey(view) });
  const liveBoards = new LiveBoards({
    broker,
    research,
    feed,
    clock,
    log,
    newId,
    show: (frame) =>
      showView(
        frame.address,
        frame.view,
        boardMessage(recipients.wordsAt(frame.address), directoryIn(recipients.wordsAt(frame.address)), frame),
      ),
    readOnly,
  });
  const issues = () => symbols.issues;
  const bars = new DailyBars({ source: kis.barSource, store: barStore, calendar, issues, clock, log });
  const screens = new Screens({
    broker,
    research,
    watchlists: ledger,
    directory,
    bars,
    cache,
    clock,
    log,
    newId,
    show: (frame) => {
      const words = recipients.wordsAt(frame.address);
      return showView(frame.address, frame.view, screenMessage(words, directoryIn(words), frame));
    },
  });
  const sheets = config.sheets === undefined ? undefined : new GoogleSheets(config.sheets, { clock, redactor });
  const startedAt = clock.now();
  let lastTickAt: number | undefined;
  const health = async (): Promise<Health> => ({
    version: options.version,
    startedAt,
    socket: { ...feed.status(), maxRegistrations: config.kis.environment.maxRegistrations },
    lastTickAt,
    access: { account: account.trouble, liveReads: liveReads?.trouble },
    lane: { ...kis.lane(), callsPerSecond: config.kis.environment.callsPerSecond },
    token: kis.token(),
    bars: await bars.status(),
    outboxPending: await outbox.pending(),
    // Of a ledger that cannot even be read that is what is said, and not that nothing can be said.
    outboxHeld: await ledger.outboxHeld().catch(() => 0),
    deadLetters: await ledger.deadLetters(clock.now()).catch(() => 0),
    halted: await orders.halted().catch(() => false),
    armed: await orders.armed().catch(() => true),
    ready: reconciler.ready,
    lastLookAt: reconciler.lastLookAt,
    drifts: drifts.seen(),
    unknownOrders: (await ledger.ordersByStatus(['outcome-unknown']).catch(() => [])).length,
    askedOrders: (await ledger.ordersByStatus(['asked']).catch(() => [])).length,
    // Last, because reading the others is how it is found out.
    ledger: ledgerWatch.trouble,
  });
  const router = new Router({
    commands: options.commands,
    services: {
      broker,
      research,
      reports,
      watchlists: ledger,
      liveBoards,
      screens,
      sheets,
      orders,
      schedules,
      reconciler,
      timelines,
      revocation,
      fillNotices,
      alerts,
      people,
      calendar,
      directory,
      charts,
      health,
    },
    wordsOf: (person) => recipients.wordsOf(person),
    identify: (identity) => people.identify(identity),
    pair: (identity, code) => people.pair(identity, code),
    ledger,
    outbox,
    clock,
    log,
    newId,
    confirmMs: riskLimits.confirmMs,
    mirrors: (person, { channel }) => {
      const theirs = people.settings(person.id).mirror ? recipients.chatsOf(person) : [];
      return theirs.filter((address) => address.channel !== channel);
    },
    readOnly,
    venueWaitsUntil: kis.waitsUntil,
    learnIssues: (words) => unlisted.learn(words),
    directoryIn,
    learnNames: async (words, wanted) =>
      words === languages.en && englishNames.learn(wanted.flatMap((symbol) => directory.get(symbol) ?? [])),
  });
  /** Where nobody else is known yet, the terminal shows how to become known in a chat. */
  const invite = async (): Promise<void> => {
    const code = newId().slice(0, 8);
    if (channels.size < 2 || !channels.has(consoleChat.channel) || !people.openPairing(code)) return;
    const { pairing } = recipients.wordsAt(consoleChat);
    await outbox.post({ address: consoleChat, message: { lines: [pairing.invite(code)] } });
  };
  const receive: Receive = (incoming) => router.receive(incoming);
  const suggest: Suggest = (query) => router.suggest(query);
  const channelHost: ChannelHost = {
    people: () =>
      people.list().flatMap(({ person: { id, role }, identities }) => {
        const { language } = people.settings(id);
        return identities.map((identity) => ({ identity, role, language }));
      }),
    onPeopleChange: (listener) => people.onChange(listener),
    chatMoved: async (from, toChatId) => {
      await ledger.moveChat(from, toChatId);
      await people.chatMoved(from, toChatId);
    },
    notAlone: (channel, stepsAside) => {
      const said = recipients.tellOwners(undefined, (words) =>
        notAloneMessage(words, channel, stepsAside, options.self),
      );
      for (const outgoing of said) void outbox.post(outgoing);
    },
  };
  const http =
    config.httpPort === undefined || readOnly
      ? undefined
      : await startHttpServer({
          port: config.httpPort,
          health: async () => {
            const readable = await ledger.halted().then(
              () => true,
              () => false,
            );
            const { trouble } = ledgerWatch;
            const reason = trouble === undefined ? {} : { reason: trouble.code };
            return {
              ok: readable && trouble === undefined,
              venue: broker.venue.kind,
              version: options.version,
              ...reason,
            };
          },
          hooks: [...channels.values()].flatMap(({ hook }) => hook ?? []),
          clock,
          log,
        });

  const prune = (): Promise<void> => {
    const before = clock.now() - keptMs;
    return ledger.prune(before, koreanDay(before));
  };

  if (!readOnly) {
    await reconciler.recover().catch((error: unknown) => {
      // Questions can be answered all the same; orders wait until it was done.
      if (ledgerTrouble(error) === undefined) throw error;
      log.error('orders of the last process not looked at', { error });
    });
    ledgerWatch.begin();
    await feed.start({
      onTrade: (trade) => {
        lastTickAt = trade.at;
        alerts.onTrade(trade);
      },
      onExecution: (notice) => reconciler.onNotice(notice),
      onConnected: () => fillNoticeWatch.connected(),
      onInUse: () => fillNoticeWatch.inUse(),
      onResumed: () => {
        reconciler.syncSoon();
        void alerts.resync();
      },
    });
    await Promise.race([reconciler.align(), clock.sleep(alignWaitMs)]);
    await alerts.load();
    const start = ({ start: text }: Words): Message => ({
      lines: [text[venue], ...(access.htsId === undefined ? [text.noHtsId] : []), text.hint],
    });
    for (const outgoing of recipients.tellOwners('starts', start)) await outbox.post(outgoing);
    fillNoticeWatch.begin();
    await invite();
    if (options.scheduler !== undefined)
      scheduleJobs(options.scheduler, { account, liveReads, calendar, symbols, alerts, reconciler, bars, prune });
  } else {
    await symbols.load();
    await alerts.restore();
  }
  for (const channel of channels.values()) await channel.start(receive, suggest, channelHost);
  outbox.flush();
  log.info('started', { venue: broker.venue.kind, channels: [...channels.keys()] });

  return {
    receive,
    async settle(atMostMs) {
      const deadline = clock.now() + atMostMs;
      while (clock.now() < deadline) {
        await reconciler.idle();
        await outbox.settled();
        const busy = (await reconciler.isExpecting()) || screens.isRunning || (await outbox.pending()) > 0;
        if (!busy) return;
        await clock.sleep(50);
      }
    },
    async stop() {
      await http?.stop();
      for (const channel of channels.values()) await channel.stop();
      kis.endWaits();
      // An order under way is waited for: cutting it off would make its outcome unknown.
      await Promise.race([router.idle(), clock.sleep(stopWaitMs)]);
      ledgerWatch.stop();
      reconciler.stop();
      account.stop();
      liveReads?.stop();
      alerts.stop();
      englishNames.stop();
      liveBoards.close();
      screens.close();
      const scheduled = readOnly ? undefined : options.scheduler?.stop();
      await kis.close();
      await charts.close();
      await reconciler.idle();
      await alerts.idle();
      await scheduled;
      await outbox.stop();
      await ledger.close();
      await barStore.close();
      await cache.close();
      await simulator?.stop();
      log.info('stopped');
    },
  };
}

/** What the simulator takes for credentials, or the settings' own. */
export function accessOf(config: Config): NonNullable<Config['kis']['credentials']> {
  return config.kis.credentials ?? simulatorAccess;
}

function simulatedEnvironment(config: Config, simulator: Simulator | undefined): Config['kis']['environment'] {
  if (simulator === undefined) return config.kis.environment;
  const { restUrl, wsUrl } = simulator;
  const masterUrl = `${restUrl}/common/master`;
  return { ...config.kis.environment, restUrl, masterUrl, wsUrl: `${wsUrl}/tryitout` };
}
