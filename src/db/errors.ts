import { OperatorError } from '../core/operator-error.ts';

/**
 * SQLSTATEs of a database that is away for now: connections that break (08), too many of them (53300), a server that is
 * shutting down, starting or has ended us (57P01 to 57P05, 25P03), and a standby that only reads (25006).
 */
const STATES = /^(08...|53300|57P0[1-5]|25P03|25006)$/;
/** Codes of the operating system, from connecting to answering. */
const FAULTS = new Set([
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
/** What pg says without a code. */
const SAID =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Client has encountered a connection error|Client was closed|PostgreSQL has not answered)/;

/** Whether an error of the database means that it can't be used now, and may be soon: not that a statement is wrong. */
export function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && (STATES.test(code) || FAULTS.has(code))) return true;
  return code === undefined && SAID.test(error.message);
}

/** SQLSTATEs of data exceptions (22), violated constraints (23) and exceeded program limits (54). */
const BAD_DATA = /^(?:22|23|54)/;

/** Returns whether the database rejects the data, so that no retry helps. */
export function isDataException(error: unknown): boolean {
  return BAD_DATA.test(String((error as { code?: unknown }).code ?? ''));
}

/**
 * The error of a PostgreSQL that can't be used.
 *
 * @param setting the one that names the address
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
/** What the embedded database says while its disk is full (`DiskGuard`); elsewhere it is said by a standby. */
const READ_ONLY = '25006';

/** Whether an error of the database means that its disk is full: what was asked has not been done. */
export function isDiskFull(error: unknown, isEmbedded: boolean): boolean {
  if (!(error instanceof Error)) return false;
  const code = String((error as { code?: unknown }).code ?? '');
  return DISK_FULL_STATES.test(code) || (isEmbedded && code === READ_ONLY);
}
