import type pg from 'pg';
import { onDatabase } from './offered-load.ts';

/** Owners of the tasks that a database is filled with. */
export interface FilledTasks {
  /** Number of tasks. */
  readonly count: number;
  /** The associate who owns 2,000. Another 2,000 are system tasks, and the rest belong to a thousand others. */
  readonly ownerId: number;
}

/** Tasks that contain the same rare word, have the same parent, or the same schedule, in every size. */
const TASKS_A_GROUP = 100;

/**
 * Fills a database with ended tasks of one tenant: twenty definitions and a rare one (one task in 10,000), nearly
 * all Succeeded, one per second back from now, and with the search index of their words. The indexes are rebuilt afterwards,
 * which is faster than maintaining them.
 */
export async function fillTasks(url: string, { count, ownerId }: FilledTasks): Promise<void> {
  const groups = Math.ceil(count / TASKS_A_GROUP);
  await onDatabase(url, async (client) => {
    await client.query("set maintenance_work_mem = '1GB'");
    await withoutIndexes(client, 'batchline.task', () =>
      client.query(
        `insert into batchline.task (tenant, name, owner_id, is_internal, details_table, details_record, created,
          updated, last_started, start_count, context, result, state, stop_note, description, response, request,
          progress_percent, file_name, cancellation, parent_id, schedule_id)
        select 'batchline',
          case when i % 10000 = 77 then 'rare' else 'definition-' || lpad((i % 20)::text, 2, '0') end,
          case i % ($1::int / 2000) when 0 then $2::int when 1 then 0 else 1000 + i % 1009 end,
          false, 0, 0, at, at, at, 1, '', 'Done: ' || i,
          case when i % 50 = 3 or i % 100 = 13 then 5 when i % 1000 = 7 then 6 else 4 end,
          case when i % 100 = 13 then 'Stopped by admin (associate 1).' end,
          'The description of task number ' || i, '', 'A request of some words', 100, '', 0,
          case when i % 10 = 5 then 1 + i % $3::int end, case when i % 10 = 6 then 1 + i % $3::int end
        from (select i, now() - ($1::int - i) * interval '1 second' as at from generate_series(1, $1::int) as i) as made`,
        [count, ownerId, groups],
      ),
    );
    // The job that writes the index would take hours. This is what it leaves: all tasks are in the index, up to now.
    await withoutIndexes(client, 'batchline.task_search', () =>
      client.query(
        `insert into batchline.task_search (task_id, document)
        select id, array_to_tsvector(array['description', id::text, 'customer' || id % $1::int])
        from batchline.task on conflict (task_id) do nothing`,
        [groups],
      ),
    );
    await client.query(`
      insert into batchline.task_search_cursor (id, position, backfill)
      select 1, coalesce(max(id), 0), 0 from batchline.task_audit
      on conflict (id) do update set position = excluded.position, backfill = 0`);
    await client.query('vacuum analyze batchline.task, batchline.task_search');
  });
}

async function withoutIndexes(client: pg.Client, table: string, work: () => Promise<unknown>): Promise<void> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `select c.relname as name, pg_get_indexdef(i.indexrelid) as definition
    from pg_index i join pg_class c on c.oid = i.indexrelid
    where i.indrelid = $1::regclass and not i.indisprimary`,
    [table],
  );
  for (const { name } of rows) await client.query(`drop index batchline.${client.escapeIdentifier(name)}`);
  await work();
  for (const { definition } of rows) await client.query(definition);
}
