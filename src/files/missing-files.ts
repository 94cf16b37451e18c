import type { Kysely } from 'kysely';
import { listFileRecords } from '../db/queries/file-records.ts';
import type { Schema } from '../db/schema.ts';
import type { FileStore } from './blob-store.ts';

/** Result of comparing the files that rows name with the store. */
export interface FileCheck {
  /** Files that rows name. */
  readonly named: number;
  /** How many of them are absent from the store, or have a different length there. */
  readonly notFound: number;
  /** The first few of those, by their keys. */
  readonly examples: readonly string[];
}

const EXAMPLES = 3;

/** Checks that every result file and upload that a row names exists, without reading the content. */
export async function checkFiles(db: Kysely<Schema>, store: FileStore): Promise<FileCheck> {
  const examples: string[] = [];
  let [named, notFound] = [0, 0];
  for await (const { key, bytes } of listFileRecords(db)) {
    named += 1;
    if ((await store.stat(key))?.bytes === bytes) continue;
    notFound += 1;
    if (examples.length < EXAMPLES) examples.push(key);
  }
  return { named, notFound, examples };
}
