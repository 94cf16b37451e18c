import { type Kysely, sql, type Transaction } from 'kysely';
import type { Schema, UploadTable } from '../schema.ts';

/** The result file of a task. Its content is in the blob store. */
export interface ResultFileRecord {
  readonly taskId: number;
  /** The attempt that wrote it. */
  readonly attempt: number;
  readonly name: string;
  /** Key of the content in the blob store. */
  readonly key: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** Sets the result files of tasks, replacing earlier ones. */
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
      bytes = excluded.bytes, sha256 = excluded.sha256, created = excluded.created`.execute(trx);
}

/** Returns the result file of a task, or `undefined`. */
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

/** Returns the keys of the result files of these tasks. */
export async function findResultKeys(db: Kysely<Schema>, taskIds: readonly number[]): Promise<string[]> {
  if (taskIds.length === 0) return [];
  const { rows } = await sql<{ key: string }>`
    select key from batchline.result_file
    where task_id in (select value::int from json_array_elements_text(${JSON.stringify(taskIds)}::text::json))`.execute(
    db,
  );
  return rows.map((row) => row.key);
}

/** Returns the keys that belong to result files. */
export async function knownResultKeys(db: Kysely<Schema>, keys: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ key: string }>`
    select key from batchline.result_file
    where key in (select value from json_array_elements_text(${JSON.stringify(keys)}::text::json))`.execute(
    db,
  );
  return new Set(rows.map((row) => row.key));
}

/** A content that a result file or an upload refers to. */
export interface FileRecord {
  /** Key of the content in the blob store. */
  readonly key: string;
  readonly bytes: number;
}

const PAGE = 500;

/** Yields all result files and uploads by key; none if the database has no such tables yet. */
export async function* listFileRecords(db: Kysely<Schema>): AsyncGenerator<FileRecord> {
  const tables = await sql<{ found: boolean }>`
    select to_regclass('batchline.upload') is not null and to_regclass('batchline.result_file') is not null as found`.execute(
    db,
  );
  if (tables.rows[0]?.found !== true) return;
  for (let after = ''; ; ) {
    const { rows } = await sql<{ key: string; bytes: string | number }>`
      select key, bytes from (
        select key, bytes from batchline.result_file
        union all
        select 'uploads/' || id::text, bytes from batchline.upload
      ) as file where key > ${after} order by key limit ${PAGE}::int`.execute(db);
    for (const { key, bytes } of rows) yield { key, bytes: Number(bytes) };
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.key;
  }
}

/** An upload to insert. */
export interface NewUpload {
  /** A UUID. */
  readonly id: string;
  readonly associateId: number;
  readonly tenant: string;
  readonly name: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** An input file that a client uploaded. */
export interface Upload extends NewUpload {
  readonly created: Date;
  /** When a run last read it, within an hour; initially the time of the upload. */
  readonly lastUsed: Date;
}

/** Inserts an upload whose content is complete in the blob store. */
export async function insertUpload(db: Kysely<Schema>, upload: NewUpload): Promise<void> {
  await db
    .insertInto('batchline.upload')
    .values({
      id: upload.id,
      associate_id: upload.associateId,
      tenant: upload.tenant,
      name: upload.name,
      bytes: String(upload.bytes),
      sha256: upload.sha256,
    })
    .execute();
}

/** Returns the upload with this id, or `undefined`. */
export async function findUpload(db: Kysely<Schema>, id: string): Promise<Upload | undefined> {
  const row = await db.selectFrom('batchline.upload').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toUpload(row);
}

/** Lists the uploads of an associate, newest first. */
export async function listUploads(
  db: Kysely<Schema>,
  owner: { readonly associateId: number; readonly tenant: string },
  limit: number,
): Promise<Upload[]> {
  const rows = await db
    .selectFrom('batchline.upload')
    .selectAll()
    .where('tenant', '=', owner.tenant)
    .where('associate_id', '=', owner.associateId)
    .orderBy('created', 'desc')
    .orderBy('id')
    .limit(limit)
    .execute();
  return rows.map(toUpload);
}

/** Returns the total size of the uploads of a tenant, in bytes. */
export async function sumUploads(db: Kysely<Schema>, tenant: string): Promise<number> {
  const { rows } = await sql<{ bytes: string | number }>`
    select coalesce(sum(bytes), 0)::bigint as bytes from batchline.upload where tenant = ${tenant}`.execute(
    db,
  );
  return Number(rows[0]?.bytes ?? 0);
}

/** Records that a run reads the upload; writes at most once an hour. */
export async function recordUse(db: Kysely<Schema>, id: string): Promise<void> {
  await sql`
    update batchline.upload set last_used = now()
    where id = ${id} and last_used < now() - interval '1 hour'`.execute(db);
}

/** Deletes an upload. The caller deletes its content. */
export async function deleteUpload(db: Kysely<Schema>, id: string): Promise<void> {
  await db.deleteFrom('batchline.upload').where('id', '=', id).execute();
}

/**
 * Deletes uploads that no run has read since `before`. Skips those that another process is deleting.
 *
 * @returns the ids of the deleted uploads
 */
export async function deleteUnusedUploads(
  trx: Transaction<Schema>,
  before: Date,
  limit: number,
): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    delete from batchline.upload where id in (
      select id from batchline.upload where last_used < ${before}
      order by last_used limit ${limit} for update skip locked
    )
    returning id`.execute(trx);
  return rows.map((row) => row.id);
}

/** Returns the ids (UUIDs) that belong to uploads. */
export async function knownUploads(db: Kysely<Schema>, ids: readonly string[]): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select id from batchline.upload
    where id in (select value::uuid from json_array_elements_text(${JSON.stringify(ids)}::text::json))`.execute(
    db,
  );
  return new Set(rows.map((row) => row.id));
}

type UploadRow = { [K in keyof UploadTable]: K extends 'created' | 'last_used' ? Date : UploadTable[K] };

function toUpload(row: UploadRow): Upload {
  return {
    id: row.id as string,
    associateId: row.associate_id as number,
    tenant: row.tenant as string,
    name: row.name as string,
    bytes: Number(row.bytes),
    sha256: row.sha256 as string,
    created: row.created,
    lastUsed: row.last_used,
  };
}
