import { sql } from 'kysely';
import type { Check } from './check.ts';
import { Findings } from './check.ts';

/** At most so many damages are listed: a damaged page spoils many rows. */
const mostDamages = 20;

/** Whether the database itself is whole, and its rules are in force. */
export const checkFile: Check = async ({ db, database }) => {
  const findings = new Findings();
  findings.count(1);
  if (database === 'sqlite') {
    const damages = await sql<{ integrity_check: string }>`pragma integrity_check(${sql.lit(mostDamages)})`.execute(db);
    for (const { integrity_check: what } of damages.rows) if (what !== 'ok') findings.add('damaged', { what });
  } else {
    // A rule that was added for rows to come alone, and an index whose making failed, are of no force.
    const rules = await sql<{ name: string }>`
      select conname as name from pg_constraint
        where not convalidated and connamespace = current_schema()::regnamespace
      union all
      select relname as name from pg_index join pg_class on pg_class.oid = indexrelid
        where not indisvalid and relnamespace = current_schema()::regnamespace`.execute(db);
    for (const { name } of rules.rows) findings.add('no-rule', { name });
  }
  const events = await db
    .selectFrom('order_events')
    .select(['order_id', 'sequence'])
    .where('order_id', 'not in', db.selectFrom('orders').select('id'))
    .execute();
  for (const { order_id, sequence } of events) {
    findings.add('orphan', { table: 'order_events', key: `${order_id} ${sequence}` });
  }
  const orders = await db
    .selectFrom('orders')
    .select('id')
    .where('proposal_id', 'not in', db.selectFrom('proposals').select('id'))
    .execute();
  for (const { id } of orders) findings.add('orphan', { table: 'orders', key: id });
  const alertEvents = await db
    .selectFrom('alert_events')
    .select(['alert_id', 'sequence'])
    .where('alert_id', 'not in', db.selectFrom('alerts').select('id'))
    .execute();
  for (const { alert_id, sequence } of alertEvents) {
    findings.add('orphan', { table: 'alert_events', key: `${alert_id} ${sequence}` });
  }
  return findings.result;
};
