import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Static, Type } from 'typebox';
import { invalid } from '../../core/errors.ts';
import {
  MAX_DELAY_SECONDS,
  MAX_IDEMPOTENCY_KEY_LENGTH,
  PRIORITY,
  type StartOptions,
} from '../../core/task.ts';
import { describe, isInt32, type ObjectReader } from '../body/object-reader.ts';
import { localeOf } from '../i18n/locale.ts';
import { queryValue } from '../query.ts';
import { traceOf } from '../request-telemetry.ts';
import { BATCH_TASK_PROPERTIES, type BatchTaskInfo } from './batch-task-codec.ts';

/**
 * Reads a task id from a path or a query: digits with an optional sign (contract, section 2).
 *
 * @throws RequestError (invalid) if it is not an int32
 */
export function readTaskId(text: string): number {
  if (/^[+-]?\d+$/.test(text) && isInt32(Number(text))) return Number(text);
  throw invalid`"${text.slice(0, 40)}" is not the id of a batch task; a 32-bit integer is accepted.`;
}

/** The properties that `$select` names, in lower case, each with its nested selection; `'all'` selects everything. */
type Selection = 'all' | ReadonlyMap<string, Selection>;

/** Dictionaries. Entries that are not selected are left out, because null would be a value. */
const DICTIONARIES: ReadonlySet<string> = new Set(['ParameterObject', 'FieldProperties']);

const known: ReadonlySet<string> = new Set(BATCH_TASK_PROPERTIES.map((name) => name.toLowerCase()));

/** Limits of `$select`. Anything beyond them is ignored. */
const MAX_PATHS = 1000;
const MAX_DEPTH = 64;

/**
 * Returns a function that applies `$select` to the payloads of a response (contract, sections 2 and 3): properties that
 * are not selected become null, including numbers and booleans. Names are case-insensitive; `TableRight/Mask` selects
 * inside a property; unknown names are ignored.
 *
 * @param query the query of the request; without `$select`, or with a blank one, payloads are returned unchanged
 */
export function selector(query: unknown): (payload: BatchTaskInfo) => BatchTaskInfo {
  const selection = readSelection(query);
  return (payload) => (selection === 'all' ? payload : pick(payload, selection, false));
}

function readSelection(query: unknown): Selection {
  const option = Object.entries(query as Record<string, unknown>).find(
    ([name]) => name.toLowerCase() === '$select',
  );
  const paths = String(option?.[1] ?? '')
    .split(',', MAX_PATHS)
    .map((path) => path.trim().toLowerCase())
    .filter((path) => path !== '');
  if (paths.length === 0) return 'all';
  const selection = new Map<string, Selection>();
  for (const path of paths) {
    const names = path.split('/', MAX_DEPTH).map((name) => name.trim());
    if (known.has(names[0] ?? '')) select(selection, names);
  }
  return selection;
}

/** Adds a path. A property that is already selected as a whole stays selected. */
function select(selection: Map<string, Selection>, [name = '', ...inner]: readonly string[]): void {
  const present = selection.get(name);
  if (inner.length === 0 || present === 'all') {
    selection.set(name, 'all');
    return;
  }
  const within = new Map(present);
  select(within, inner);
  selection.set(name, within);
}

function pick(
  object: Record<string, unknown>,
  selection: ReadonlyMap<string, Selection>,
  isDictionary: boolean,
) {
  const picked: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(object)) {
    const selected = selection.get(name.toLowerCase());
    if (selected === undefined) {
      if (!isDictionary) picked[name] = null;
    } else if (selected === 'all' || typeof value !== 'object' || value === null || Array.isArray(value)) {
      picked[name] = value;
    } else {
      picked[name] = pick(value as Record<string, unknown>, selected, DICTIONARIES.has(name));
    }
  }
  return picked;
}

const OPTIONS = {
  StartAt: "When the task is due. A time without an offset is in the caller's time zone",
  DelaySeconds: 'Seconds until the task is due',
  Priority: `${PRIORITY.min} to ${PRIORITY.max}; tasks with a higher priority run first`,
} as const;

/** The start options in the query (contract, section 8). Names are case-insensitive. */
export const StartQuery = Type.Object({
  StartAt: Type.Optional(Type.String({ description: OPTIONS.StartAt })),
  DelaySeconds: Type.Optional(Type.String({ description: OPTIONS.DelaySeconds })),
  Priority: Type.Optional(Type.String({ description: OPTIONS.Priority })),
});

/** The start options in the body. */
export const StartBody = Type.Object({
  StartAt: Type.Optional(Type.String({ description: OPTIONS.StartAt })),
  DelaySeconds: Type.Optional(Type.Number({ description: OPTIONS.DelaySeconds })),
  Priority: Type.Optional(Type.Integer({ description: OPTIONS.Priority })),
});

/** The headers of a start. */
export const StartHeaders = Type.Object({
  'idempotency-key': Type.Optional(
    Type.String({
      description: 'Makes retries safe: requests with the same key and body within a day start only one task',
    }),
  ),
});

/** The route type of calls that start tasks. */
export type StartRoute = { Querystring: Static<typeof StartQuery> & Record<string, string | string[]> };

/**
 * Reads the start options: due time, priority and idempotency key. Options in the body take precedence over the query.
 *
 * @param payloads the body, and the payload inside it
 * @throws RequestError (invalid) if an option is invalid
 */
export function readStartOptions(
  request: FastifyRequest,
  ...payloads: readonly ObjectReader[]
): StartOptions {
  return startOptionsReader(request)(...payloads);
}

/** Returns a `readStartOptions` for the bodies of this request, which reads the query and the headers only once. */
export function startOptionsReader(
  request: FastifyRequest,
): (...payloads: readonly ObjectReader[]) => StartOptions {
  const inQuery = {
    StartAt: queryValue(request, 'StartAt'),
    DelaySeconds: queryValue(request, 'DelaySeconds'),
    Priority: queryValue(request, 'Priority'),
  };
  const idempotencyKey = readKey(request.headers['idempotency-key']);
  const trace = traceOf(request);
  return (...payloads) => {
    const option = (name: keyof typeof OPTIONS): string | undefined =>
      payloads.map((payload) => payload.text(name)).find((text) => text) ?? inQuery[name];
    const startAt = option('StartAt');
    const delay = option('DelaySeconds');
    if (startAt !== undefined && delay !== undefined) {
      throw invalid`Both StartAt and DelaySeconds are given; one of them is accepted.`;
    }
    return {
      due: startAt === undefined ? readDelay(delay) : readStartAt(startAt, request),
      priority: readPriority(option('Priority')),
      idempotencyKey,
      trace,
    };
  };
}

function readStartAt(text: string, request: FastifyRequest): Date {
  const due = localeOf(request).readDate(text, 'StartAt');
  if (due.getTime() - Date.now() <= MAX_DELAY_SECONDS * 1000) return due;
  throw invalid`StartAt is ${describe(text)}; a time in the next ten years is accepted.`;
}

function readDelay(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = /^\d{1,9}(?:\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (seconds <= MAX_DELAY_SECONDS) return seconds;
  throw invalid`DelaySeconds is ${describe(text)}; a number from 0 to ${MAX_DELAY_SECONDS} is accepted.`;
}

function readPriority(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const priority = /^-?\d{1,4}$/.test(text) ? Number(text) : Number.NaN;
  if (priority >= PRIORITY.min && priority <= PRIORITY.max) return priority;
  throw invalid`Priority is ${describe(text)}; a whole number from ${PRIORITY.min} to ${PRIORITY.max} is accepted.`;
}

function readKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const key = String(header);
  if (/^[\x21-\x7e]+$/.test(key) && key.length <= MAX_IDEMPOTENCY_KEY_LENGTH) return key;
  throw invalid`The header Idempotency-Key is ${describe(key)}; 1 to ${MAX_IDEMPOTENCY_KEY_LENGTH} visible ASCII characters are accepted.`;
}

/** The response header that lists unknown properties of a start body. */
const IGNORED_HEADER = 'Batchline-Ignored';

/** The same header in the OpenAPI document. */
export const IGNORED = { [IGNORED_HEADER]: 'Unknown properties of the body, which were ignored' };

/** Maximum number of names in the header, and of characters of each. */
const MAX_IGNORED = 10;
const MAX_IGNORED_LENGTH = 40;

/** The properties of the body of a copy, in lower case. */
export const COPY_PROPERTIES = withOptions('ParameterObject');
/** The properties of a start body, in lower case. */
const START_PROPERTIES = withOptions('BatchTaskInfo', ...BATCH_TASK_PROPERTIES);

function withOptions(...properties: readonly string[]): ReadonlySet<string> {
  return new Set([...properties, ...Object.keys(OPTIONS)].map((name) => name.toLowerCase()));
}

/**
 * Lists the properties of a body that are not `known` in a response header. They are ignored,
 * as in SuperOffice, but the caller should notice a misspelled name. Characters that are invalid in headers are
 * percent-encoded.
 */
export function listIgnored(reply: FastifyReply, names: Iterable<string>, known = START_PROPERTIES): void {
  const ignored = new Set<string>();
  for (const name of names) if (!known.has(name.toLowerCase())) ignored.add(name);
  if (ignored.size === 0) return;
  const shown = [...ignored]
    .slice(0, MAX_IGNORED)
    .map((name) => encodeURIComponent(name.slice(0, MAX_IGNORED_LENGTH).toWellFormed()));
  reply.header(IGNORED_HEADER, shown.join(', '));
}
