import { sql } from 'kysely';
import { startTasks } from '../src/services/bulk-start.ts';
import { CALLER, openParts, startsOf } from './batchline-parts.ts';
import { answerWith } from './processes.ts';

/** Bulk starts by the service, without HTTP. */
export interface BulkJob {
  readonly env: Readonly<Record<string, string>>;
  /** Tasks per call. */
  readonly tasks: number;
  readonly calls: number;
}

await answerWith(async ({ env, tasks, calls }: BulkJob) => {
  const { parts, database, close } = await openParts(env);
  const items = startsOf(tasks);
  await startTasks(parts, CALLER, items);
  await sql`truncate batchline.task, batchline.binary_object, batchline.task_audit cascade`.execute(
    database.sql,
  );
  const began = performance.now();
  for (let call = 0; call < calls; call += 1) await startTasks(parts, CALLER, items);
  const rate = (tasks * calls) / ((performance.now() - began) / 1000);
  await close();
  return rate;
});
