import { type Kysely, sql, type Transaction } from 'kysely';
import type { Schema, UploadTable } from '../schema.ts';

/** An upload that has just come. */
export interface NewUpload {
  /** uuid */
  readonly id: string;
  readonly associateId: number;
  readonly tenant: string;
  readonly name: string;
  readonly bytes: number;
  /** in hex */
  readonly sha256: string;
}

/** An input file that a client has sent. */
export interface Upload extends NewUpload {
  readonly created: Date;
  /** When a run last read it, within an hour; at first when it came. */
  readonly lastUsed: Date;
}

/** Notes an upload that is completely in the store of files. */
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

/** The upload with this id, or `undefined`. */
export async function findUpload(db: Kysely<Schema>, id: string): Promise<Upload | undefined> {
  const row = await db.selectFrom('batchline.upload').selectAll().where('id', '=', id).executeTakeFirst();
  return row && toUpload(row);
}

/** An associate's uploads, the newest first. */
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

/** Total bytes of the uploads of a tenant. */
export async function sumUploads(db: Kysely<Schema>, tenant: string): Promise<number> {
  const { rows } = await sql<{ bytes: string | number }>`
    select coalesce(sum(bytes), 0)::bigint as bytes from batchline.upload where tenant = ${tenant}`.execute(
    db,
  );
  return Number(rows[0]?.bytes ?? 0);
}

/** Notes that a run reads the upload, at most once an hour. */
export async function noteUse(db: Kysely<Schema>, id: string): Promise<void> {
  await sql`
    update batchline.upload set last_used = now()
    where id = ${id} and last_used < now() - interval '1 hour'`.execute(db);
}

/** Removes an upload; its content is the caller's business. */
export async function deleteUpload(db: Kysely<Schema>, id: string): Promise<void> {
  await db.deleteFrom('batchline.upload').where('id', '=', id).execute();
}

/**
 * Removes uploads that no run has read since then; those that another process is just removing are passed over.
 *
 * @returns their ids
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

/** Which of these ids, uuids, are those of uploads. */
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
