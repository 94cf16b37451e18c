import { readFileSync } from 'node:fs';
import { type Logger, pino, stdSerializers } from 'pino';

/** Request headers with secrets. */
const SECRET_HEADERS = ['authorization', 'cookie', 'so-apptoken', 'x-xsrf-token'].map(
  (name) => `req.headers["${name}"]`,
);

/** Properties in which errors of databases and clients repeat input: values of statements, addresses with passwords. */
const INPUT_PROPERTIES = ['params', 'parameters', 'input', 'config', 'options', 'detail', 'where'];

/** The fields of a log line. */
export interface LogFields {
  /** Names the event, as `area.what_happened`. Never changes; docs/reference/log-events.md lists them. */
  readonly event: string;
  readonly [field: string]: unknown;
}

/** Opens the log of this process on standard error. Secrets are redacted. */
export function openLog(level: string): Logger {
  return pino({ level, redact: SECRET_HEADERS, ...LOG_FORMAT }, pino.destination(2));
}

/** Returns the stack of an unexpected error and of its causes, without properties that repeat input. */
export function stackOf(error: unknown): string {
  return error instanceof Error ? stdSerializers.err(error).stack : String(error);
}

/** Serializes an error without the properties that repeat input. */
function serializeError(error: unknown): unknown {
  const serialized = stdSerializers.err(error as Error) as unknown;
  if (!(error instanceof Error) || typeof serialized !== 'object' || serialized === null) return serialized;
  return Object.fromEntries(Object.entries(serialized).filter(([name]) => !INPUT_PROPERTIES.includes(name)));
}

/** Gives lines of libraries, such as Fastify, an event: they have none. */
function addEvent(fields: object): object {
  return 'event' in fields ? {} : { event: 'library.log' };
}

/** Pino options that serialize errors and add missing events. */
export const LOG_FORMAT = { serializers: { err: serializeError }, mixin: addEvent };

/** The version of this package. */
export const VERSION: string = JSON.parse(
  readFileSync(new URL('../package.json', import.meta.url), 'utf8'),
).version;
