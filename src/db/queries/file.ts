import { type Kysely, sql, type Transaction } from 'kysely';
import type { Schema } from '../schema.ts';

/** Whose result file a kept content is. */
export interface ResultFileRecord {
  readonly taskId: number;
  /** The attempt that has written it. */
  readonly attempt: number;
  readonly name: string;
  /** Of the content, in the store of files. */
  readonly key: string;
  readonly bytes: number;
  /** in hex */
  readonly sha256: string;
}

/** Makes contents the result files of their tasks, in the place of earlier ones. */
export async function writeResultFiles(
  trx: Transaction<Schema>,
  files: readonly ResultFileRecord[],
): Promise<void> {
  if (files.length === 0) return;
  await sql`
    insert into batchline.result_file (task_id, attempt, name, key, bytes, sha256)
    select "taskId", attempt, name, key, bytes, sha256
    from json_to_recordset(${JSON.stringify(files)}::text::json) as d (
      "taskId" int, attempt int, name text, key text, bytes bigint, sha256 text
    )
    on conflict (task_id) do update set
      attempt = excluded.attempt, name = excluded.name, key = excluded.key,
      bytes = excluded.bytes, sha256 = excluded.sha256, created = now()`.execute(trx);
}

/** The result file of a task, or `undefined`. */
export async function findResultFile(
  db: Kysely<Schema>,
  taskId: number,
): Promise<ResultFileRecord | undefined> {
  const row = await db
    .selectFrom('batchline.result_file')
    .selectAll()
    .where('task_id', '=', taskId)
    .executeTakeFirst();
  return (
    row && {
      taskId: row.task_id,
      attempt: row.attempt,
      name: row.name,
      key: row.key,
      bytes: Number(row.bytes),
      sha256: row.sha256,
    }
  );
}

/** The keys of the result files of these tasks. */
export async function findResultKeys(db: Kysely<Schema>, taskIds: readonly number[]): Promise<string[]> {
  if (taskIds.length === 0) return [];
  const { rows } = await sql<{ key: string }>`
    select key from batchline.result_file
    where task_id in (select value::int from json_array_elements_text(${JSON.stringify(taskIds)}::text::json))`.execute(
    db,
  );
  return rows.map((row) => row.key);
}

/** Which of these keys are those of result files. */
export async function knownResultKeys(db: Kysely<Schema>, keys: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ key: string }>`
    select key from batchline.result_file
    where key in (select value from json_array_elements_text(${JSON.stringify(keys)}::text::json))`.execute(
    db,
  );
  return new Set(rows.map((row) => row.key));
}
