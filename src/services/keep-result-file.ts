import type { Readable } from 'node:stream';
import type { Caller } from '../core/caller.ts';
import { RequestError } from '../core/errors.ts';
import { checkText } from '../core/limits.ts';
import { setFileName } from '../db/queries/set-file-name.ts';
import type { Measured } from '../files/files.ts';
import type { TaskDeps } from './context.ts';
import { type Lease, withLease } from './leases.ts';

/**
 * Keeps a task's result file and names it as its FileName. It takes the place of an earlier one of that name only
 * when it is whole and the lease still holds.
 *
 * @param said what the worker says of the content
 * @throws RequestError (invalid) where the name can't be kept or the content is not what was said, (conflict) where the lease is over
 */
export async function keepResultFile(
  parts: TaskDeps,
  caller: Caller,
  lease: Lease,
  name: string,
  content: Readable,
  said: Measured,
): Promise<void> {
  checkText('Name', name, parts.textLimits.fileName);
  await withLease(parts, caller, lease, async () => undefined); // refuse before gigabytes are read
  const part = await parts.files.receiveResult(lease, name, content, said);
  try {
    await withLease(parts, caller, lease, async (trx) => {
      await part.keep(trx);
      await setFileName(trx, lease.taskId, lease.attempt, name);
    });
  } catch (error) {
    // After another error the transaction may have been kept; what it has not kept is swept away later.
    if (error instanceof RequestError) await part.discard();
    throw error;
  }
}
