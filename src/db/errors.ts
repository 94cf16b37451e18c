import { OperatorError } from '../core/errors.ts';

/**
 * SQLSTATEs of a database that is temporarily unavailable: connection failures (08), too many connections (53300), a
 * server that is shutting down, starting or has terminated the connection (57P01 to 57P05, 25P03), and a read-only
 * standby (25006).
 */
const UNAVAILABLE_STATES = /^(08...|53300|57P0[1-5]|25P03|25006)$/;
/** Network errors of the operating system. */
const NETWORK_ERRORS = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
]);
/** Connection errors of pg that have no code. */
const CONNECTION_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Client has encountered a connection error|Client was closed|PostgreSQL has not responded)/;

/** Returns true if the database is temporarily unavailable, so that a retry may succeed. */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && (UNAVAILABLE_STATES.test(code) || NETWORK_ERRORS.has(code))) return true;
  return code === undefined && CONNECTION_MESSAGES.test(error.message);
}

/** SQLSTATE of a write to a tenant that is moving to another cell, or has moved (`tenant-fence.ts`). */
export const FENCED = 'BL001';

/** SQLSTATEs of data exceptions (22), constraint violations (23), exceeded program limits (54), and of fenced tenants. */
const BAD_DATA = /^(?:22|23|54|BL001$)/;

/** Citus reports a violated constraint of a row that it copies to another node as an internal error. */
const VIOLATION = { code: 'XX000', message: /\bviolates .*\bconstraint\b/ };

/** Returns true if the database rejects the data, so that a retry would fail too. */
export function isDataException(error: unknown): boolean {
  const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
  return (
    BAD_DATA.test(String(code ?? '')) || (code === VIOLATION.code && VIOLATION.message.test(String(message)))
  );
}

/**
 * Returns the error for a PostgreSQL server that can't be used.
 *
 * @param setting the setting with its address
 */
export function databaseUnreachable(cause: unknown, setting = 'DATABASE_URL'): OperatorError {
  // If several addresses failed, the error has only their code.
  const { message, code } = cause as { message?: string; code?: string };
  const reason = (message || code || String(cause)).replace(/\.$/, '');
  return new OperatorError(
    'DATABASE_UNREACHABLE',
    `${setting}: PostgreSQL can't be used there: ${reason}.`,
    cause,
  );
}

const DISK_FULL_STATES = /^(53100|ENOSPC|EDQUOT)$/;
/** SQLSTATE of the embedded database while its disk is full (`DiskGuard`); in PostgreSQL, of a standby. */
const READ_ONLY = '25006';

/** Returns true if a statement failed because the disk of the database is full. */
export function isDiskFull(error: unknown, isEmbedded: boolean): boolean {
  if (!(error instanceof Error)) return false;
  const code = String((error as { code?: unknown }).code ?? '');
  return DISK_FULL_STATES.test(code) || (isEmbedded && code === READ_ONLY);
}
