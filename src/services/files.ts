import type { Readable } from 'node:stream';
import { type Caller, isAdministrator } from '../core/access.ts';
import { notFound } from '../core/errors.ts';
import { findUpload, listUploads, type NewUpload, type Upload } from '../db/queries/file.ts';
import { isUploadId, type KeptResult, UPLOAD_PREFIX } from '../files/files.ts';
import type { TaskDeps } from './access.ts';
import { readTask } from './read-tasks.ts';

/**
 * Returns the result file of a task.
 *
 * @throws RequestError (notFound) if there is no such task, the caller may not see it, or it has no file
 */
export async function readResultFile(deps: TaskDeps, caller: Caller, taskId: number): Promise<KeptResult> {
  const task = await readTask(deps, caller, taskId);
  const file = await deps.files.findResult(task.id);
  if (file === undefined) throw notFound`Batch task ${task.id} has no result file.`;
  return file;
}

/**
 * Stores an upload of the caller.
 *
 * @param expected the announced length and hash, if there are any
 * @throws RequestError (oversized); (invalid) if the content does not match its hash
 */
export function createUpload(
  { files, serialNumber }: TaskDeps,
  caller: Caller,
  name: string,
  content: Readable,
  expected: { readonly bytes: number; readonly sha256: string | undefined },
): Promise<NewUpload> {
  return files.keepUpload(ownerOf(caller, serialNumber), name, content, expected);
}

/** Lists the caller's own uploads. */
export function readUploads(
  { database, serialNumber, listLimit }: TaskDeps,
  caller: Caller,
): Promise<Upload[]> {
  return listUploads(database.sql, ownerOf(caller, serialNumber), listLimit);
}

/**
 * Deletes an upload of the caller; for administrators, any upload of the tenant or the server.
 *
 * @param file the id, with or without the prefix that parameters have
 * @throws RequestError (notFound)
 */
export async function deleteUpload(
  { database, files }: TaskDeps,
  caller: Caller,
  file: string,
): Promise<void> {
  const id = file.replace(UPLOAD_PREFIX, '');
  const upload = isUploadId(id) ? await findUpload(database.sql, id) : undefined;
  if (upload === undefined || !mayDelete(caller, upload)) throw notFound`You have no upload "${id}".`;
  await files.removeUpload(id);
}

/** True for the caller's own uploads, and for administrators within their tenant. */
export function mayDelete(caller: Caller, upload: Pick<Upload, 'associateId' | 'tenant'>): boolean {
  if (caller.tenant !== null && caller.tenant !== upload.tenant) return false;
  return upload.associateId === caller.associateId || isAdministrator(caller);
}

function ownerOf(
  { associateId, tenant }: Caller,
  serialNumber: string,
): { associateId: number; tenant: string } {
  return { associateId, tenant: tenant ?? serialNumber };
}
