import type { Kysely } from 'kysely';
import { knownResultKeys, knownUploads, listFileRecords } from '../db/queries/file.ts';
import { liveTasks } from '../db/queries/task.ts';
import type { Schema } from '../db/schema.ts';
import type { FileStore } from './blob-store.ts';
import { type Files, isUploadId } from './files.ts';

const BATCH = 500;
/** Minimum age of deleted files: the row of a newer one may not be committed yet. */
const MIN_AGE_MS = 24 * 60 * 60 * 1000;

/** Numbers of deleted files. */
export interface Swept {
  /** Contents without a row. */
  readonly contents: number;
  /** Tasks whose scratch files were deleted, and copies of input files. */
  readonly scratch: number;
}

/**
 * Deletes orphans from the store and the scratch folder. Content is written before its row and deleted after it, so a crash
 * in between leaves content without a row. Only files older than a day are deleted, so that several processes can sweep
 * concurrently.
 */
export async function sweepFiles(db: Kysely<Schema>, files: Files, now: Date): Promise<Swept> {
  const before = new Date(now.getTime() - MIN_AGE_MS);
  const results = await sweepContents(files, 'results/', before, (keys) => knownResultKeys(db, keys));
  const uploads = await sweepContents(files, 'uploads/', before, (keys) => knownUploadKeys(db, keys));
  return { contents: results + uploads, scratch: await sweepScratch(db, files, before) };
}

async function sweepContents(
  files: Files,
  prefix: string,
  before: Date,
  known: (keys: readonly string[]) => Promise<ReadonlySet<string>>,
): Promise<number> {
  let removed = 0;
  let batch: string[] = [];
  const sweep = async (): Promise<void> => {
    if (batch.length === 0) return;
    const named = await known(batch);
    const orphans = batch.filter((key) => !named.has(key));
    await files.store.delete(orphans);
    removed += orphans.length;
    batch = [];
  };
  for await (const file of files.store.list(prefix)) {
    if (file.modified >= before) continue;
    batch.push(file.key);
    if (batch.length === BATCH) await sweep();
  }
  await sweep();
  return removed;
}

async function knownUploadKeys(db: Kysely<Schema>, keys: readonly string[]): Promise<Set<string>> {
  const ids = keys.map((key) => key.slice('uploads/'.length)).filter(isUploadId);
  return new Set([...(await knownUploads(db, ids))].map((id) => `uploads/${id}`));
}

async function sweepScratch(db: Kysely<Schema>, { scratch }: Files, before: Date): Promise<number> {
  let removed = await scratch.removeInputs(before);
  const ids = await scratch.tasksBefore(before);
  for (let from = 0; from < ids.length; from += BATCH) {
    const batch = ids.slice(from, from + BATCH);
    const live = await liveTasks(db, batch);
    for (const id of batch) {
      if (live.has(id)) continue;
      await scratch.remove(id);
      removed += 1;
    }
  }
  return removed;
}

/** The result of comparing rows with the store. */
export interface FileCheck {
  /** Files with a row. */
  readonly named: number;
  /** Number of them that are missing in the store, or have a different length there. */
  readonly missing: number;
  /** The keys of the first few of those. */
  readonly examples: readonly string[];
}

const EXAMPLES = 3;

/** Checks that the files of all rows exist in the store, without reading their content. */
export async function checkFiles(db: Kysely<Schema>, store: FileStore): Promise<FileCheck> {
  const examples: string[] = [];
  let [named, missing] = [0, 0];
  for await (const { key, bytes } of listFileRecords(db)) {
    named += 1;
    if ((await store.stat(key))?.bytes === bytes) continue;
    missing += 1;
    if (examples.length < EXAMPLES) examples.push(key);
  }
  return { named, missing, examples };
}
