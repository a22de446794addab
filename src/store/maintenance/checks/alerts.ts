import { isDeepStrictEqual } from 'node:util';
import type { Selectable } from 'kysely';
import type { AlertEvent } from '../../../domain/alerts/alert.ts';
import { historyKeptMs } from '../../../domain/retention.ts';
import { alertEventFromJson, levelFromJson } from '../../json.ts';
import type { AlertEventsTable, AlertsTable } from '../../schema.ts';
import { openAlertStates } from '../../tables/alert-events.ts';
import type { Check } from './check.ts';
import { Findings, type Looked, rowsOf } from './check.ts';

interface Happened {
  readonly at: number;
  readonly event: AlertEvent;
}

/**
 * Whether the events of each alert lead to the state that its row has. Events are forgotten after a while, so what only
 * a forgotten one could tell is not judged.
 */
export const checkAlerts: Check = async (looked) => {
  const findings = new Findings();
  for await (const rows of rowsOf(looked, 'alerts')) {
    findings.count(rows.length);
    const events = Map.groupBy(await eventsOf(looked, rows), ({ alert_id }) => alert_id);
    for (const row of rows) checkAlert(row, events.get(row.id) ?? [], looked.now, findings);
    await checkMessages(looked, rows, events, findings);
  }
  return findings.result;
};

function eventsOf(
  { db }: Looked,
  rows: readonly Pick<AlertsTable, 'id'>[],
): Promise<readonly Selectable<AlertEventsTable>[]> {
  const ids = rows.map(({ id }) => id);
  return db.selectFrom('alert_events').selectAll().where('alert_id', 'in', ids).orderBy('sequence').execute();
}

function checkAlert(
  row: Selectable<AlertsTable>,
  kept: readonly Selectable<AlertEventsTable>[],
  now: number,
  findings: Findings,
): void {
  const alert = row.id;
  const events = kept.flatMap(({ at, data }) => readable(at, data));
  // What cannot be read is found by the check of values.
  if (events.length < kept.length) return;
  const last = events.at(-1);
  if (last === undefined) {
    if (row.created_at >= now - historyKeptMs) findings.add('alert-without-events', { alert });
    return;
  }
  const isOpen = openAlertStates.includes(row.state);
  // Of an open alert nothing is forgotten but old levels. Of one that is over the latest events are forgotten last.
  const isWhole = !isOpen || last.at >= now - historyKeptMs;
  const ended = events.findIndex(({ event }) => endsAlert(event, row)) + 1;
  const state = stateAfter(last.event, row);
  if ((isWhole && state !== row.state) || (ended !== 0 && ended < events.length)) {
    findings.add('alert-state', { alert, state: row.state, events: state });
  }
  if (isWhole && !hasLevelOf(row, events)) findings.add('alert-level', { alert });
  const fired = events.findLast(({ event }) => event.type === 'fired');
  const isLate = fired === undefined && row.fired_at !== null && row.fired_at >= now - historyKeptMs;
  if ((fired !== undefined && fired.at !== row.fired_at) || isLate) findings.add('alert-fired-at', { alert });
}

function readable(at: number, data: string): readonly Happened[] {
  try {
    return [{ at, event: alertEventFromJson(data) }];
  } catch {
    return [];
  }
}

function endsAlert(event: AlertEvent, { repeats }: Pick<AlertsTable, 'repeats'>): boolean {
  return event.type === 'expired' || event.type === 'deleted' || (event.type === 'fired' && repeats !== 1);
}

function stateAfter(event: AlertEvent, { repeats }: Pick<AlertsTable, 'repeats'>): AlertsTable['state'] {
  switch (event.type) {
    case 'created':
    case 'level':
      return event.state;
    case 'fired':
      return repeats === 1 ? 'waiting' : 'fired';
    default:
      return event.type;
  }
}

/** Whether the row's level is that of the latest event which set one. Where that is of another day, it was forgotten. */
function hasLevelOf(row: Selectable<AlertsTable>, events: readonly Happened[]): boolean {
  const event = events.findLast(({ event: { type } }) => type === 'level')?.event;
  if (event?.type !== 'level' || event.day !== row.level_day) return true;
  try {
    return isDeepStrictEqual(row.level === null ? undefined : levelFromJson(row.level), event.level);
  } catch {
    return true;
  }
}

/** An alert that fired has as many messages as were written with that, as long as they are kept. */
async function checkMessages(
  { db, now }: Looked,
  rows: readonly Pick<AlertsTable, 'id'>[],
  events: ReadonlyMap<string, readonly Selectable<AlertEventsTable>[]>,
  findings: Findings,
): Promise<void> {
  const ids = rows.map(({ id }) => id);
  const written = await db
    .selectFrom('outbox')
    .select((of) => ['alert_id', 'created_at', of.fn.countAll().as('many')])
    .where('alert_id', 'in', ids)
    .groupBy(['alert_id', 'created_at'])
    .execute();
  const counts = new Map(written.map(({ alert_id, created_at, many }) => [`${alert_id} ${created_at}`, Number(many)]));
  for (const { alert_id, at, data } of [...events.values()].flat()) {
    const [happened] = readable(at, data);
    if (happened?.event.type !== 'fired' || at < now - historyKeptMs) continue;
    const there = counts.get(`${alert_id} ${at}`) ?? 0;
    if (there < happened.event.messages) {
      findings.add('alert-messages', { alert: alert_id, messages: happened.event.messages, there });
    }
  }
}
