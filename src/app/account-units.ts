import pLimit from 'p-limit';
import type { Chat } from '../chat/create-chat.ts';
import { type AccessSubject, accessMessage, numberChangeMessage } from '../chat/messages/access.ts';
import { fillNoticesMessage } from '../chat/messages/fill-notices.ts';
import type { Clock } from '../clock.ts';
import type { AccountSettings, Config } from '../config.ts';
import { mainAccount } from '../domain/account.ts';
import { ledgerTrouble } from '../domain/ledger-trouble.ts';
import { seesAlso } from '../domain/people/account-roles.ts';
import { createKisAccounts, type Kis, type KisOptions } from '../kis/kis.ts';
import { withAddresses } from '../kis/wire/environment.ts';
import type { Log } from '../log.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { FeedHandlers, MarketFeed } from '../ports/feed.ts';
import { type IdentifiedAccount, identifyAccount } from '../services/account-numbers.ts';
import type { TradingAccount } from '../services/accounts.ts';
import { AccessWatch } from '../services/health/access-watch.ts';
import { FillNoticeWatch } from '../services/health/fill-notice-watch.ts';
import { type AccountOptions, createAccount } from '../services/orders/account.ts';
import type { People } from '../services/people.ts';
import type { Simulator } from '../simulator/server.ts';

/** An issue that every venue has: 삼성전자. */
const bestKnownIssue = '005930';

/**
 * How many accounts are looked up in the ledger at a time. A thousand at once would wait for a connection for longer
 * than the ledger is given, because each digest of a number takes some milliseconds of this thread.
 */
const identifiedAtOnce = 8;

/** The simulators that the settings ask to start inside this process, by the rules they keep. */
export type Simulators = ReadonlyMap<'live' | 'paper', Simulator>;

/** Starts a simulator for each set of rules that accounts ask for; it serves all accounts of that kind. */
export async function startSimulators({ accounts }: Config, clock: Clock): Promise<Simulators> {
  const kinds = Map.groupBy(
    accounts.filter(({ kis }) => kis.embedded !== undefined),
    ({ kis }) => kis.embedded?.kind ?? 'live',
  );
  const started = new Map<'live' | 'paper', Simulator>();
  if (kinds.size === 0) return started;
  // Loaded only where one is started.
  const { startSimulator } = await import('../simulator/server.ts');
  for (const [kind, [first, ...others]] of kinds) {
    if (first === undefined) continue;
    const hours = first.kis.embedded?.hours ?? 'open';
    const served = [first, ...others].map(({ kis }) => kis.account);
    started.set(kind, await startSimulator({ clock, kind, hours, accounts: served }));
  }
  return started;
}

/** The settings with another environment for each account. */
export function withEnvironments(
  config: Config,
  change: (kis: AccountSettings['kis']) => AccountSettings['kis']['environment'],
): Config {
  const changed = (account: AccountSettings): AccountSettings => ({
    ...account,
    kis: { ...account.kis, environment: change(account.kis) },
  });
  const [first, ...others] = config.accounts;
  return { ...config, accounts: [changed(first), ...others.map(changed)] };
}

/** The settings with the addresses of the simulators that were started for them. */
export function onSimulators(config: Config, simulators: Simulators): Config {
  return withEnvironments(config, ({ environment, embedded }) => {
    const simulator = embedded && simulators.get(embedded.kind);
    return simulator === undefined ? environment : withAddresses(environment, simulator);
  });
}

/** KIS for each account. What names no account may be asked with another's key where all who see the one see the other. */
export function connectAccounts(
  config: Config,
  simulators: Simulators,
  people: People,
  tools: Omit<KisOptions, keyof AccountSettings['kis']>,
): readonly [Kis, ...Kis[]] {
  const options = onSimulators(config, simulators).accounts.map(({ kis }): KisOptions => ({ ...tools, ...kis }));
  const rolesAt = (position: number) => people.rolesIn(config.accounts[position]?.name ?? '');
  const [first, ...others] = createKisAccounts(options, (position, other) =>
    seesAlso(rolesAt(position), rolesAt(other)),
  );
  // The settings hold at least one account.
  return [first as Kis, ...others];
}

/** The settings of an account, and the records of the ledger that are its own. */
interface IdentifiedSettings extends IdentifiedAccount {
  readonly settings: AccountSettings;
}

/** One account with all that is its own: built by `createUnit`, and run by itself. */
export interface AccountUnit {
  readonly account: TradingAccount;
  readonly kis: Kis;
  readonly settings: AccountSettings;
  readonly access: AccessWatch;
  readonly liveReadsAccess: AccessWatch | undefined;
  readonly fillNoticeWatch: FillNoticeWatch;
}

/** Builds one account. Nothing is asked of its venue yet. */
export function createUnit(
  { settings, ledgerName, change }: IdentifiedSettings,
  kis: Kis,
  { chat, people, cluster }: { readonly chat: Chat; readonly people: People; readonly cluster: Cluster },
  tools: Omit<AccountOptions, 'venue' | 'draft' | 'drawCard' | 'ledgerName' | 'numberChange' | keyof AccountSettings>,
): AccountUnit {
  const { clock, log } = tools;
  const { broker } = kis;
  const isWhole = ledgerName === mainAccount && cluster.isAlone;
  const ledger = isWhole ? tools.ledger : tools.ledger.account(ledgerName, () => cluster.fence(kis.duty));
  const account: TradingAccount = {
    ...createAccount({
      ...tools,
      ...settings,
      ledgerName,
      ledger,
      numberChange: change,
      venue: kis,
      draft: chat.draftFor(() => account),
      drawCard: (card) => chat.drawCardsOf(account)(card),
    }),
    label: { name: settings.name, title: settings.title ?? settings.name, venue: broker.venue.kind },
    roles: people.rolesIn(settings.name),
  };
  const watchAccess = (subject: AccessSubject, ask: (signal: AbortSignal) => Promise<unknown>): AccessWatch =>
    new AccessWatch({
      ask,
      tell: (trouble) => chat.tellOwners(undefined, (words) => accessMessage(words, subject, trouble), account),
      clock,
      log,
    });
  return {
    account,
    kis,
    settings,
    // Of all that names the account this is one call on one page, however much is in it.
    access: watchAccess('account', (signal) =>
      broker.buyingPower(bestKnownIssue, undefined, { priority: 'background', signal }),
    ),
    liveReadsAccess: kis.warmUpLiveReads && watchAccess('liveReads', kis.warmUpLiveReads),
    fillNoticeWatch: new FillNoticeWatch({
      status: () => kis.feed.status(),
      tell: (news) => chat.tellOwners('fills', (words) => fillNoticesMessage(words, news), account),
    }),
  };
}

/**
 * The name under which the ledger keeps an account. The file is that of the first account's venue; an order number of
 * another venue means nothing there, so an account that moves to another venue begins anew.
 */
function ledgerNameOf({ name, kis }: AccountSettings, first: AccountSettings): string {
  const { name: venue } = kis.environment;
  return venue === first.kis.environment.name ? name : `${name}-${venue}`;
}

/**
 * Which records of the ledger are each account's, by its name, its venue and its number. An embedded simulator numbers
 * its accounts itself and keeps none of them, so there is nothing to compare.
 */
export function identifyAccounts(
  { accounts }: Config,
  tools: Parameters<typeof identifyAccount>[1],
): Promise<readonly IdentifiedSettings[]> {
  const [first] = accounts;
  const few = pLimit(identifiedAtOnce);
  return Promise.all(
    accounts.map((settings) =>
      few(async (): Promise<IdentifiedSettings> => {
        const { environment, account, embedded } = settings.kis;
        const name = ledgerNameOf(settings, first);
        if (embedded !== undefined) return { settings, ledgerName: name, change: undefined };
        const number = `${environment.name} ${account.number}-${account.product}`;
        const title = settings.title ?? settings.name;
        const setting = numberSetting(settings);
        const command = accounts.length === 1 ? '/renumber' : `/renumber @${settings.name}`;
        const identified = await identifyAccount({ name, title, setting, command, number }, tools);
        return { settings, ...identified };
      }),
    ),
  );
}

/** Of the main account the shorter name is the one that people know. */
function numberSetting({ name }: AccountSettings): string {
  return name === mainAccount ? 'KIS_ACCOUNT' : `KIS_${name.toUpperCase()}_ACCOUNT`;
}

/** Tells the owners of each account whose number was changed what became of it. */
export function tellNumberChanges(units: readonly AccountUnit[], chat: Pick<Chat, 'tellOwners'>): void {
  for (const { account } of units) {
    const change = account.orders.trading.numberChange;
    if (change === undefined) continue;
    chat.tellOwners(undefined, (words) => numberChangeMessage(words, change), account);
  }
}

/** Looks at what the last process left undecided in each account. */
export async function recoverUnits(units: readonly AccountUnit[], log: Log): Promise<void> {
  for (const { account } of units) {
    await account.reconciler.recover().catch((error: unknown) => {
      // Questions can be answered all the same; orders wait until it was done.
      if (ledgerTrouble(error) === undefined) throw error;
      log.error('orders of the last process not looked at', { account: account.label.name, error });
    });
  }
}

/** What of a socket is about no account. */
export type MarketHandlers = Pick<FeedHandlers, 'onTrade' | 'onIssueStatus'> & { readonly onGap: () => void };

/**
 * Listens to the sockets of accounts. A notice of a fill goes to the account that it names and to no other; one of an account that
 * the settings do not have is nobody's.
 */
export async function listen(units: readonly AccountUnit[], market: MarketHandlers): Promise<void> {
  const byFeed = Map.groupBy(units, ({ kis }): MarketFeed => kis.feed);
  await Promise.all(
    [...byFeed].map(([feed, own]) =>
      feed.start({
        ...market,
        onExecution(notice, accountId) {
          for (const { account, kis } of own) if (kis.accountId === accountId) account.reconciler.onNotice(notice);
        },
        onConnected: () => own.forEach(({ fillNoticeWatch }) => void fillNoticeWatch.connected()),
        onInUse: () => own.forEach(({ fillNoticeWatch }) => void fillNoticeWatch.inUse()),
        onResumed() {
          for (const { account } of own) account.reconciler.syncSoon();
          market.onGap();
        },
      }),
    ),
  );
}

/** Ends what an account does by itself; its venue is closed afterwards. */
export function stopUnit({ account, access, liveReadsAccess }: AccountUnit): void {
  account.reconciler.stop();
  access.stop();
  liveReadsAccess?.stop();
}
