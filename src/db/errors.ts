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
