import { type RequestError, unavailable } from '../core/errors.ts';
import { outOfIds } from '../core/limits.ts';
import { message } from '../core/message.ts';
import { isConnectionError, isDiskFull } from '../db/errors.ts';
import { isOutOfIds } from '../db/queries/ids.ts';
import { isFenced } from '../db/queries/tenant-fence.ts';
import { isRetryableTransactionError } from '../db/transaction.ts';

/**
 * Returns the error for a caller if the database can't do the work at present; other errors are returned unchanged.
 *
 * @param isEmbedded true for the embedded database, which reports a full disk in its own way
 */
export function toRequestError(error: unknown, isEmbedded: boolean): unknown {
  if (isDiskFull(error, isEmbedded)) return diskFull();
  if (isOutOfIds(error)) return outOfIds();
  if (isFenced(error)) return tenantMoving();
  if (isRetryableTransactionError(error)) return databaseBusy();
  return isConnectionError(error) ? databaseUnreachable() : error;
}

const RETRY_SECONDS = 2;

/** The error while the database is unreachable. A failover takes seconds. */
function databaseUnreachable(): RequestError {
  return unavailable(
    message`The database is unreachable; try again in a few seconds. A change may still have been made. A start with an Idempotency-Key can be repeated safely.`,
    RETRY_SECONDS,
  );
}

/** The error after the retries of a serialization failure or deadlock are exhausted. */
function databaseBusy(): RequestError {
  return unavailable(
    message`Too many concurrent changes; nothing has changed. Try again in a few seconds.`,
    RETRY_SECONDS,
  );
}

/** The error of a write to a tenant that moves, by a server that does not know it yet. */
function tenantMoving(): RequestError {
  return unavailable(
    message`This DatabaseSerialNumber is moving to another cell; nothing has changed. Try again in a moment.`,
    RETRY_SECONDS,
  );
}

const DISK_FULL_RETRY_SECONDS = 60;

/** The error while the disk of the database is full. */
function diskFull(): RequestError {
  return unavailable(
    message`The disk of the database is full; nothing has changed.`,
    DISK_FULL_RETRY_SECONDS,
  );
}
