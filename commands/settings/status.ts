import { liveMark } from '../../src/chat/account-tag.ts';
import type { Line, Message } from '../../src/chat/channel.ts';
import { defineCommand } from '../../src/chat/command.ts';
import { accessLines } from '../../src/chat/messages/access.ts';
import { fillNoticesWhy, socketWhy } from '../../src/chat/messages/fill-notices.ts';
import type { Health } from '../../src/domain/health.ts';
import type { Words } from '../../src/i18n/index.ts';
import type { TradingAccount } from '../../src/services/accounts.ts';

export const status = defineCommand({
  name: 'status',
  section: 'rest',
  aliases: ['상태'],
  role: 'viewer',
  args: {},
  examples: ['/status'],
  async run(context): Promise<Message> {
    const { words, account, accounts, visibleAccounts, now } = context;
    const others = visibleAccounts.filter((one) => one !== account);
    const [state, ...rest] = await Promise.all([context.health(account), ...others.map((one) => context.health(one))]);
    const { health: text } = words;
    const title: Line = [
      { bold: text.title },
      ` Hoga ${state.version}`,
      ...(account === undefined ? [] : [` · ${nameOf(words, account, others.length > 0)}`]),
    ];
    // Of an account that somebody may not see nothing is said, not even that it is well.
    const aboutAccount = account === undefined ? [] : accountLines(words, state, now);
    const lines: Line[] = [
      title,
      ...(account === undefined ? [] : troubleLines(words, state)),
      ...(state.ledger === undefined
        ? []
        : [[{ bold: words.ledger.failing(state.ledger.code, text.ago(now - state.ledger.since)) }]]),
      `${text.up} ${text.ago(now - state.startedAt)}`,
      ...aboutAccount,
      ...pricesLines(words, state),
      ...barsLines(words, state),
      `${text.outbox} ${state.outboxPending}${state.outboxHeld > 0 ? ` · ${text.held(state.outboxHeld)}` : ''}`,
      ...(state.deadLetters > 0 ? [[{ bold: text.deadLetters(state.deadLetters) }]] : []),
      ...(account === undefined
        ? []
        : [`${text.lastLook} ${state.lastLookAt === undefined ? text.none : text.ago(now - state.lastLookAt)}`]),
      ...driftLines(words, state, now),
      ...(account === undefined ? [] : orderLines(words, state)),
      ...others.map((one, index) => briefLine(words, one, rest[index] ?? state)),
    ];
    const isNamed = account !== undefined && others.length > 0 && accounts.length === 1;
    const id = isNamed ? `run:/status @${account.label.name}` : 'run:/status';
    const data = account === undefined ? {} : state;
    return { lines, buttons: [[{ id, label: words.buttons.refresh }]], data };
  },
});

/** The account's number; its title and venue as well for somebody who knows of several. */
function nameOf(words: Words, { label, broker }: TradingAccount, several: boolean): string {
  const { account } = broker.venue;
  return several ? `${label.title} · ${words.accounts.venue[label.venue]} · ${account}` : account;
}

function troubleLines(words: Words, { access }: Health): readonly Line[] {
  return [...accessLines(words, 'account', access.account), ...accessLines(words, 'liveReads', access.liveReads)];
}

/** How the account's connections are. */
function accountLines(words: Words, state: Health, now: number): readonly Line[] {
  const { health: text } = words;
  return [
    socketLine(words, state, now),
    ...whyLines(words, state),
    `${text.lastTick} ${state.lastTickAt === undefined ? text.none : text.ago(now - state.lastTickAt)}`,
    `${text.lane} ${state.lane.headRoom} / ${state.lane.callsPerSecond} · ${text.waiting} ${state.lane.waiting}`,
    `${text.token} ${state.token === undefined ? text.none : text.ago(now - state.token.issuedAt)}`,
  ];
}

/** Whether the account's orders leave, and which of them nobody knows the outcome of. */
function orderLines(words: Words, state: Health): readonly Line[] {
  const { health: text } = words;
  return [
    ...(state.ready ? [] : [[{ bold: words.errors['orders.recovering']({}) }]]),
    ...(state.numberChange === undefined
      ? []
      : [[{ bold: words.errors['orders.number-changed'](state.numberChange) }]]),
    ...(state.armed ? [] : [[{ bold: text.notArmed }]]),
    ...(state.halted ? [[{ bold: words.errors['orders.halted']({}) }]] : []),
    ...(state.unknownOrders > 0 ? [[{ bold: text.unknownOrders(state.unknownOrders) }]] : []),
    ...(state.askedOrders > 0 ? [[{ bold: text.askedOrders(state.askedOrders) }]] : []),
  ];
}

/** An account that the chat does not work with, on one line: its connections, and in bold what needs somebody. */
function briefLine(words: Words, { label }: TradingAccount, state: Health): Line {
  const { health: text, access } = words;
  const { socket, lane } = state;
  const well = [
    ` ${words.accounts.venue[label.venue]}`,
    `${text.socket} ${text.socketState[socket.state]} ${socket.registrations}/${socket.maxRegistrations}`,
    text.brief.calls(lane.headRoom, lane.callsPerSecond),
    ...(socket.fillNotices.state === 'working' ? [] : [text.brief.noFills]),
    ...(state.ready ? [] : [text.brief.recovering]),
  ].join(' · ');
  const amiss = [
    ...(state.access.account === undefined ? [] : [access.account.title]),
    ...(state.access.liveReads === undefined ? [] : [access.liveReads.title]),
    ...(state.numberChange === undefined ? [] : [text.brief.numberChanged]),
    ...(state.armed ? [] : [text.brief.notArmed]),
    ...(state.halted ? [text.brief.halted] : []),
    ...(state.unknownOrders > 0 ? [text.brief.unknown(state.unknownOrders)] : []),
    ...(state.askedOrders > 0 ? [text.brief.asked(state.askedOrders)] : []),
  ];
  return [{ bold: `${liveMark(label.venue)}${label.title}` }, well, ...amiss.flatMap((bold) => [' · ', { bold }])];
}

/** How the prices come that alerts and boards are on; no line where none are watched. */
function pricesLines({ health: text }: Words, { prices }: Health): readonly Line[] {
  const { wanted, live, everyMs, boundMs, oldestMs } = prices;
  if (wanted === 0) return [];
  const pushed = text.pricesLive(live, wanted);
  if (live === wanted) return [pushed];
  const oldest = oldestMs === undefined ? text.none : text.ago(oldestMs);
  return [`${pushed} · ${text.pricesAsked(wanted - live, text.within(everyMs), text.within(boundMs), oldest)}`];
}

/** The daily bars stored for searches through the market; no line before the first search. */
function barsLines(words: Words, { bars: { through, kept, listed, update } }: Health): readonly Line[] {
  const { health: text, grouped } = words;
  if (listed === undefined || (through === undefined && update === undefined)) return [];
  const what = through === undefined ? text.noBars : text.bars(grouped(kept), grouped(listed), through);
  return [update === undefined ? what : `${what} · ${text.barsUpdate(grouped(update.done), grouped(update.total))}`];
}

/** The KIS APIs whose answers had an unexpected form. */
function driftLines(words: Words, { drifts }: Health, now: number): readonly Line[] {
  const { health: text } = words;
  return drifts.map((drift) => [
    { bold: text.drift(drift.api, `${drift.code} ${drift.field ?? ''}`.trim(), text.ago(now - drift.at)) },
  ]);
}

/** Why the socket is not connected, or why fills do not arrive on it, and what helps. */
function whyLines(words: Words, { socket: { reason, fillNotices } }: Health): readonly Line[] {
  const fills = fillNoticesWhy(words, fillNotices);
  return [...(reason === undefined ? [] : [socketWhy(words, reason)]), ...(fills === undefined ? [] : [fills])];
}

function socketLine(words: Words, { socket }: Health, now: number): Line {
  const { health: text } = words;
  const since = socket.connectedAt === undefined ? '' : ` ${text.ago(now - socket.connectedAt)}`;
  const fills = socket.fillNotices.state === 'working' ? text.fillsOn : text.fillsOff;
  return `${text.socket} ${text.socketState[socket.state]}${since} · ${fills} · ${socket.registrations}/${socket.maxRegistrations}`;
}
