import type { Kysely } from 'kysely';
import type { Schema } from '../schema.ts';

/** An input file that a client has sent. */
export interface Upload {
  /** uuid */
  readonly id: string;
  readonly associateId: number;
  readonly tenant: string;
  readonly name: string;
  readonly bytes: number;
  /** in hex */
  readonly sha256: string;
}

/** Notes an upload that is completely on the disk. */
export async function insertUpload(db: Kysely<Schema>, upload: Upload): Promise<void> {
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
export async function getUpload(db: Kysely<Schema>, id: string): Promise<Upload | undefined> {
  const row = await db.selectFrom('batchline.upload').selectAll().where('id', '=', id).executeTakeFirst();
  return (
    row && {
      id: row.id,
      associateId: row.associate_id,
      tenant: row.tenant,
      name: row.name,
      bytes: Number(row.bytes),
      sha256: row.sha256,
    }
  );
}
