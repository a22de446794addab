import type { Line, Message } from '../../src/chat/channel.ts';
import { defineCommand } from '../../src/chat/command.ts';
import { accessLines } from '../../src/chat/messages/access.ts';
import { fillNoticesWhy, socketWhy } from '../../src/chat/messages/fill-notices.ts';
import type { Health } from '../../src/domain/health.ts';
import type { Words } from '../../src/i18n/index.ts';

export const status = defineCommand({
  name: 'status',
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

/** What is kept for searches through the market, where one was made or is being made ready. */
function barsLines(words: Words, { bars: { through, kept, listed, update } }: Health): readonly Line[] {
  const { health: text, grouped } = words;
  if (listed === undefined || (through === undefined && update === undefined)) return [];
  const what = through === undefined ? text.noBars : text.bars(grouped(kept), grouped(listed), through);
  return [update === undefined ? what : `${what} · ${text.barsUpdate(grouped(update.done), grouped(update.total))}`];
}

/** APIs that KIS changed, as far as anybody has met them. */
function driftLines(words: Words, { drifts }: Health, now: number): readonly Line[] {
  const { health: text } = words;
  return drifts.map((drift) => [
    { bold: text.drift(drift.api, `${drift.code} ${drift.field ?? ''}`.trim(), text.ago(now - drift.at)) },
  ]);
}

/** What keeps the connection, or the fills on it, away, and what helps. */
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
