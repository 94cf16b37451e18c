import type { Caller } from './caller.ts';

/** What the lease owners of workers outside the server begin with; those of the server's own processes never do. */
export const WORKER_OWNER = 'worker:';

/** Who holds the leases of a caller's workers, or of one of them: the associate counts, the name is for people. */
export function workerOwner(caller: Caller, workerName = ''): string {
  return `${WORKER_OWNER}${caller.associateId}:${workerName}`;
}
