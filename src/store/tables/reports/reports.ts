import type { Kysely } from 'kysely';
import { digestKinds } from '../../../domain/reports.ts';
import type { ReportRun, ReportStore } from '../../../ports/ledger/report-store.ts';
import { fromJson, toJson } from '../../json.ts';
import type { Tables } from '../../schema.ts';
import { insertMessages } from '../outbox-rows.ts';
import type { Transactions } from '../transactions.ts';

export function createReportMethods({ read, write }: Transactions): ReportStore {
  return {
    digestPlans: () =>
      read('digest-plans', async (db) => {
        const rows = await db.selectFrom('digest_plans').selectAll().orderBy('since').execute();
        return (
          rows
            .map(({ person_id: personId, channel, chat_id: chatId, target, kind, minute, since }) => {
              return { personId, target, kind, minute, since, address: { channel, chatId } };
            })
            // What a later version may know besides is not this one's to send.
            .filter(({ kind }) => digestKinds.includes(kind))
        );
      }),

    setDigestPlans: (personId, target, plans) =>
      write('set-digest-plans', async (transaction) => {
        await transaction
          .deleteFrom('digest_plans')
          .where('person_id', '=', personId)
          .where('target', '=', target)
          .execute();
        const rows = plans.map(({ kind, minute, since, address: { channel, chatId } }) => {
          return { person_id: personId, target, kind, minute, since, channel, chat_id: chatId };
        });
        if (rows.length > 0) await transaction.insertInto('digest_plans').values(rows).execute();
      }),

    reportRuns: () =>
      read('report-runs', async (db) => {
        const rows = await db.selectFrom('report_runs').select(['subject', 'slot']).execute();
        return new Map(rows.map(({ subject, slot }) => [subject, slot]));
      }),

    tellReport: (runs, messages, now) =>
      write('tell-report', async (transaction) => {
        const [first] = runs;
        const told = await lastSlot(transaction, first.subject);
        if (told !== undefined && told >= first.slot) return false;
        for (const run of runs) await markRun(transaction, run, now);
        await insertMessages(transaction, messages, now);
        return true;
      }),

    monitors: () =>
      read('monitors', async (db) => {
        const rows = await db.selectFrom('monitors').selectAll().orderBy('since').execute();
        return rows.map(({ channel, chat_id: chatId, person_id: personId, symbols, minutes, since }) => {
          return { address: { channel, chatId }, personId, symbols: fromJson(symbols) as string[], minutes, since };
        });
      }),

    setMonitor: (monitor) =>
      write('set-monitor', async (transaction) => {
        const { address, personId, symbols, minutes, since } = monitor;
        const { channel, chatId } = address;
        const change = { person_id: personId, symbols: toJson(symbols), minutes, since };
        await transaction
          .insertInto('monitors')
          .values({ channel, chat_id: chatId, ...change })
          .onConflict((conflict) => conflict.columns(['channel', 'chat_id']).doUpdateSet(change))
          .execute();
      }),

    removeMonitor: (address) =>
      write('remove-monitor', async (transaction) => {
        const { channel, chatId } = address;
        const result = await transaction
          .deleteFrom('monitors')
          .where('channel', '=', channel)
          .where('chat_id', '=', chatId)
          .executeTakeFirst();
        return result.numDeletedRows > 0n;
      }),
  };
}

async function lastSlot(db: Kysely<Tables>, subject: string): Promise<string | undefined> {
  const row = await db.selectFrom('report_runs').select('slot').where('subject', '=', subject).executeTakeFirst();
  return row?.slot;
}

/** A run that is older than the one written down leaves that one as it is. */
async function markRun(db: Kysely<Tables>, { subject, slot }: ReportRun, now: number): Promise<void> {
  const told = await lastSlot(db, subject);
  if (told !== undefined && told >= slot) return;
  const change = { slot, told_at: now };
  await db
    .insertInto('report_runs')
    .values({ subject, ...change })
    .onConflict((conflict) => conflict.column('subject').doUpdateSet(change))
    .execute();
}
