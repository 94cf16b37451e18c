import { readFileSync } from 'node:fs';
import { type Logger, pino, stdSerializers } from 'pino';

/** Headers that hold secrets, wherever a request is logged. */
const SECRET_HEADERS = ['authorization', 'cookie', 'so-apptoken', 'x-xsrf-token'].map(
  (name) => `req.headers["${name}"]`,
);

/** What errors of databases and clients carry of what was sent: the values of a statement, an address with its password. */
const VALUES = ['params', 'parameters', 'input', 'config', 'options', 'detail', 'where'];

/** The fields of a log line. */
export interface LogFields {
  /** What happened, as `area.what_happened`. Never changes; docs/reference/log-events.md lists them. */
  readonly event: string;
  readonly [field: string]: unknown;
}

/** Opens the log of this process, on standard error. Secrets are redacted. */
export function openLog(level: string): Logger {
  return pino({ level, redact: SECRET_HEADERS, ...LOG_FORMAT }, pino.destination(2));
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

/** Lines of libraries, such as Fastify, have no event of their own. */
function addEvent(fields: object): object {
  return 'event' in fields ? {} : { event: 'library.log' };
}

/** How a line is written. */
export const LOG_FORMAT = { serializers: { err: writeError }, mixin: addEvent };

/** The version of this package. */
export const VERSION: string = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
).version;
