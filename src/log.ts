import { type Logger, pino, stdSerializers } from 'pino';

/** Headers that hold secrets, wherever a request is logged. */
const SECRET_HEADERS = ['authorization', 'cookie', 'so-apptoken', 'x-xsrf-token'].map(
  (name) => `req.headers["${name}"]`,
);

/** What errors of databases and clients carry of what was sent: the values of a statement, an address with its password. */
const VALUES = ['params', 'parameters', 'input', 'config', 'options', 'detail', 'where'];

/** The log of this process, on standard error. No secret stands in it. */
export function openLog(level: string): Logger {
  return pino({ level, redact: SECRET_HEADERS, serializers: LOG_SERIALIZERS }, pino.destination(2));
}

/** An error as it is told where nobody expected one: its stack and those of its causes, without the values it carries. */
export function stackOf(error: unknown): string {
  return error instanceof Error ? stdSerializers.err(error).stack : String(error);
}

/** An error as the log holds it, without the values that it carries. */
function writeError(error: unknown): unknown {
  const written = stdSerializers.err(error as Error) as unknown;
  if (!(error instanceof Error) || typeof written !== 'object' || written === null) return written;
  return Object.fromEntries(Object.entries(written).filter(([name]) => !VALUES.includes(name)));
}

/** How the log writes what it is given. */
export const LOG_SERIALIZERS = { err: writeError };
