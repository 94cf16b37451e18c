import pg from 'pg';

/** Owners of the tasks that a database is filled with. */
export interface FilledTasks {
  /** Number of tasks. */
  readonly count: number;
  /** The associate who owns 2,000. Another 2,000 are system tasks, and the rest belong to a thousand others. */
  readonly ownerId: number;
}

/**
 * Fills a database with ended tasks of one tenant: twenty definitions and a rare one (one task in 10,000), nearly
 * all Succeeded, one per second back from now. The indexes are rebuilt afterwards, which is faster than maintaining them.
 */
export async function fillTasks(url: string, { count, ownerId }: FilledTasks): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: indexes } = await client.query<{ name: string; definition: string }>(`
      select c.relname as name, pg_get_indexdef(i.indexrelid) as definition
      from pg_index i join pg_class c on c.oid = i.indexrelid
      where i.indrelid = 'batchline.task'::regclass and not i.indisprimary`);
    for (const { name } of indexes)
      await client.query(`drop index batchline.${client.escapeIdentifier(name)}`);
    await client.query(
      `insert into batchline.task (tenant, name, owner_id, is_internal, details_table, details_record, created,
        updated, last_started, start_count, context, result, state, description, response, request,
        progress_percent, file_name, cancellation)
      select 'batchline',
        case when i % 10000 = 77 then 'rare' else 'definition-' || lpad((i % 20)::text, 2, '0') end,
        case i % ($1::int / 2000) when 0 then $2::int when 1 then 0 else 1000 + i % 1009 end,
        false, 0, 0, at, at, at, 1, '', 'Done: ' || i,
        case when i % 50 = 3 then 5 when i % 1000 = 7 then 6 else 4 end,
        'The description of task number ' || i, '', 'A request of some words', 100, '', 0
      from (select i, now() - ($1::int - i) * interval '1 second' as at from generate_series(1, $1::int) as i) as made`,
      [count, ownerId],
    );
    for (const { definition } of indexes) await client.query(definition);
    await client.query('vacuum analyze batchline.task');
  } finally {
    await client.end();
  }
}
