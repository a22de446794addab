import { z } from 'zod';
import type { ExecutionNotice } from '../../../domain/orders/order.ts';
import type { Role } from '../../../domain/people/person.ts';
import {
  alertEventFromJson,
  conditionFromJson,
  eventFromRow,
  fromJson,
  intentFromJson,
  levelFromJson,
} from '../../json.ts';
import type { AlertsTable, OutboxTable, ProposalsTable, Tables } from '../../schema.ts';
import { numbersName, numbersShape } from '../../tables/settings.ts';
import { keyText, type LedgerTable, type Row } from '../tables.ts';
import type { Check } from './check.ts';
import { Findings, rowsOf } from './check.ts';

/** Throws for a row whose column cannot be read. */
type Reading<Table extends LedgerTable> = Readonly<Record<string, (row: Tables[Table]) => unknown>>;

const ticketStates: readonly ProposalsTable['status'][] = ['open', 'taken', 'dropped'];
const messageStates: readonly OutboxTable['state'][] = [
  'held',
  'queued',
  'sent',
  'superseded',
  'dropped',
  'dead',
  'dead-told',
];
const alertStates: readonly AlertsTable['state'][] = ['armed', 'waiting', 'fired', 'expired', 'deleted'];
const roles: readonly Role[] = ['viewer', 'trader', 'owner'];
const noticeKinds: readonly ExecutionNotice['kind'][] = ['accepted', 'rejected', 'filled', 'amended', 'cancelled'];
const symbols = z.array(z.string());

/** By table and column, how a value is read that could be unreadable. */
const readings: { readonly [Table in LedgerTable]?: Reading<Table> } = {
  proposals: { plan: ({ plan }) => fromJson(plan), status: ({ status }) => requireOneOf(ticketStates, status) },
  orders: { intent: ({ intent, kind }) => requireOneOf([intentFromJson(intent).kind], kind) },
  order_events: { data: eventFromRow },
  execution_notices: { kind: ({ kind }) => requireOneOf(noticeKinds, kind) },
  outbox: { body: ({ body }) => fromJson(body), state: ({ state }) => requireOneOf(messageStates, state) },
  settings: { value: readSetting },
  people: { role: ({ role }) => requireOneOf(roles, role) },
  alerts: {
    condition: ({ condition }) => conditionFromJson(condition),
    level: ({ level }) => (level === null ? undefined : levelFromJson(level)),
    state: ({ state }) => requireOneOf(alertStates, state),
  },
  alert_events: { data: ({ data, type }) => requireOneOf([alertEventFromJson(data).type], type) },
  monitors: { symbols: (row) => symbols.parse(fromJson(row.symbols)) },
  screen_watches: { members: ({ members }) => (members === null ? undefined : symbols.parse(fromJson(members))) },
};

/** Whether all that is kept as text can be read as what it is. */
export const checkValues: Check = async (looked) => {
  const findings = new Findings();
  for (const [table, columns] of Object.entries(readings) as [LedgerTable, Reading<LedgerTable>][]) {
    for await (const rows of rowsOf(looked, table)) {
      findings.count(rows.length);
      for (const row of rows) {
        for (const [column, read] of Object.entries(columns)) {
          if (throws(() => read(row))) {
            findings.add('unreadable', { table, column, key: keyText(table, row as unknown as Row) });
          }
        }
      }
    }
  }
  return findings.result;
};

/** The numbers of accounts alone are no good where they can be read in part: one would be taken for another. */
function readSetting({ name, value }: Tables['settings']): unknown {
  const read = fromJson(value);
  return name === numbersName || name.startsWith(`${numbersName}:`) ? numbersShape.parse(read) : read;
}

function requireOneOf(known: readonly string[], value: string): void {
  if (!known.includes(value)) throw new Error('unknown');
}

function throws(read: () => unknown): boolean {
  try {
    read();
    return false;
  } catch {
    return true;
  }
}
