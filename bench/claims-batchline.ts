import { sql } from 'kysely';
import { claimBatch } from '../src/queue/claimer.ts';
import { openParts } from './batchline-parts.ts';
import { answerWith } from './processes.ts';

/** Tasks to claim in a database with a history. */
export interface ClaimsJob {
  readonly env: Readonly<Record<string, string>>;
  readonly tasks: number;
  readonly limit: number;
}

await answerWith(async ({ env, tasks, limit }: ClaimsJob): Promise<number> => {
  const { parts, database, close } = await openParts(env);
  const { sql: db } = database;
  const { rows } = await sql<{ last: number }>`select max(id) as last from batchline.task`.execute(db);
  await sql`
    insert into batchline.task (tenant, name, owner_id, is_internal, details_table, details_record, context, state,
      description, response, request, file_name, cancellation)
    select 'batchline', 'bench-noop', 1, false, 0, 0, '', 1, '', '', '', '', 0
    from generate_series(1, ${tasks}::int)`.execute(db);
  const request = { name: 'bench-noop', limit, owner: 'bench', leaseSeconds: 60, tenant: null };
  const started = performance.now();
  for (let left = tasks; left > 0; ) left -= (await claimBatch(parts, request)).claimed.length;
  const rate = tasks / ((performance.now() - started) / 1000);
  await sql`delete from batchline.task where id > ${rows[0]?.last ?? 0}`.execute(db);
  await close();
  return rate;
});
