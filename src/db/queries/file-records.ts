import { type Kysely, sql } from 'kysely';
import type { Schema } from '../schema.ts';

/** A file that a row names. */
export interface FileRecord {
  /** Of the content, in the store of files. */
  readonly key: string;
  readonly bytes: number;
}

const PAGE = 500;

/** Every result file and upload, by key, page by page. None if the database is older than its tables. */
export async function* listFileRecords(db: Kysely<Schema>): AsyncGenerator<FileRecord> {
  const tables = await sql<{ there: boolean }>`
    select to_regclass('batchline.upload') is not null and to_regclass('batchline.result_file') is not null as there`.execute(
    db,
  );
  if (tables.rows[0]?.there !== true) return;
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
