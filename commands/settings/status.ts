import type { Line, Message } from '../../src/chat/channel.ts';
import { defineCommand } from '../../src/chat/command.ts';
import { accessLines } from '../../src/chat/messages/access.ts';
import { fillNoticesWhy, socketWhy } from '../../src/chat/messages/fill-notices.ts';
import type { Health } from '../../src/domain/health.ts';
import type { Words } from '../../src/i18n/index.ts';

export const status = defineCommand({
  name: 'status',
  section: 'rest',
  aliases: ['상태'],
  role: 'viewer',
  args: {},
  examples: ['/status'],
  async run({ health, words, now, broker }): Promise<Message> {
    const state = await health();
    const { health: text } = words;
    const lines: Line[] = [
      [{ bold: text.title }, ` Hoga ${state.version} · ${broker.venue.account}`],
      ...accessLines(words, 'account', state.access.account),
      ...accessLines(words, 'liveReads', state.access.liveReads),
      ...(state.ledger === undefined
        ? []
        : [[{ bold: words.ledger.failing(state.ledger.code, text.ago(now - state.ledger.since)) }]]),
      `${text.up} ${text.ago(now - state.startedAt)}`,
      socketLine(words, state, now),
      ...whyLines(words, state),
      `${text.lastTick} ${state.lastTickAt === undefined ? text.none : text.ago(now - state.lastTickAt)}`,
      `${text.lane} ${state.lane.headRoom} / ${state.lane.callsPerSecond} · ${text.waiting} ${state.lane.waiting}`,
      `${text.token} ${state.token === undefined ? text.none : text.ago(now - state.token.issuedAt)}`,
      ...barsLines(words, state),
      `${text.outbox} ${state.outboxPending}${state.outboxHeld > 0 ? ` · ${text.held(state.outboxHeld)}` : ''}`,
      ...(state.deadLetters > 0 ? [[{ bold: text.deadLetters(state.deadLetters) }]] : []),
      `${text.lastLook} ${state.lastLookAt === undefined ? text.none : text.ago(now - state.lastLookAt)}`,
      ...driftLines(words, state, now),
      ...(state.ready ? [] : [[{ bold: words.errors['orders.recovering']({}) }]]),
      ...(state.armed ? [] : [[{ bold: text.notArmed }]]),
      ...(state.halted ? [[{ bold: words.errors['orders.halted']({}) }]] : []),
      ...(state.unknownOrders > 0 ? [[{ bold: text.unknownOrders(state.unknownOrders) }]] : []),
      ...(state.askedOrders > 0 ? [[{ bold: text.askedOrders(state.askedOrders) }]] : []),
    ];
    return { lines, buttons: [[{ id: 'run:/status', label: words.buttons.refresh }]], data: state };
  },
});

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
