import type { FastifyInstance } from 'fastify';
import { type TSchema, Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import { forbidden, invalid, notFound } from '../../core/errors.ts';
import { INT32_MAX } from '../../core/limits.ts';
import {
  findListedTimeZone,
  type ListedTimeZone,
  TIME_ZONES,
  type TimeZone,
  yearlyOffsets,
} from '../../core/time-zone.ts';
import { describe } from '../body/object-reader.ts';
import { type Locale, localeOf } from '../i18n/locale.ts';
import { DateTime, dictionary, Int32, nullable, type Operation } from '../openapi/operation.ts';
import { baseUrl } from '../query.ts';
import { sendValue } from '../respond.ts';
import { QueryOptions } from './batch-task-list.ts';
import {
  PreferredTimeZone,
  TimeZoneData,
  timeZoneIdOf,
  writePreferredTimeZone,
  writeTimeZoneData,
} from './time-zones-schema.ts';

const tag = 'TimeZone';

const TimeZoneList = Type.Object(
  {
    'odata.metadata': Type.String(),
    'odata.nextLink': nullable(Type.String()),
    value: Type.Array(dictionary(Type.Unknown(), { title: 'TimeZoneRow' })),
  },
  { title: 'TimeZoneList' },
);

const listTimeZonesOperation: Operation = {
  id: 'listTimeZones',
  access: ACCESS.readCommon,
  tag,
  summary: 'Lists the time zones that SO-TimeZone accepts, as an archive list.',
  description:
    'The columns are id, timeZone, country, region, offset, daylight and isActive, and ianaName if $select names it. Offsets are those of the current year.',
  responses: { 200: TimeZoneList },
  reads: {
    query: Type.Object({
      $select: Type.Optional(Type.String({ examples: ['id,timeZone'] })),
      $orderBy: Type.Optional(Type.String({ examples: ['country desc,id'] })),
      $top: Type.Optional(Type.Integer({ minimum: 0 })),
      $skip: Type.Optional(Type.Integer({ minimum: 0 })),
    }),
  },
};

const getBaseTimeZoneOperation: Operation = {
  id: 'getBaseTimeZone',
  access: ACCESS.readCommon,
  tag,
  summary: "Returns the server's base time zone, with its rules.",
  responses: { 200: TimeZoneData },
};

const getCurrentTimeZoneOperation: Operation = {
  id: 'getCurrentTimeZone',
  access: ACCESS.readCommon,
  tag,
  summary: 'Returns the time zone of the request (SO-TimeZone, or the base time zone), with its rules.',
  responses: { 200: TimeZoneData },
};

const getTimeZoneOperation: Operation = {
  id: 'getTimeZone',
  access: ACCESS.readCommon,
  tag,
  summary: 'Returns one time zone by id or code, with its rules.',
  responses: { 200: TimeZoneData },
  reads: { params: Type.Object({ name: Type.String({ examples: ['261', 'NO'] }) }) },
};

const Flag = Type.Boolean();

/** The arguments and results of the methods of the TimeZone agent, as in SuperOffice's client. */
const TIME_ZONE_METHODS: Readonly<
  Record<string, { args?: Record<string, TSchema>; returns: TSchema | null }>
> = {
  GetDefaultTimeZoneInformation: { returns: PreferredTimeZone },
  InitializeTimeZoneData: { returns: Type.Array(TimeZoneData) },
  GetBaseTimeZoneId: { returns: Int32 },
  GetDefaultTimeZonePreference: { returns: Int32 },
  CheckNewTimeZoneDataAvailable: { returns: Flag },
  UpdateTimeZoneData: { returns: Flag },
  TimeOfLastTimeZoneUpdate: { returns: DateTime },
  SetBaseTimeZoneId: { args: { TimezoneId: Int32 }, returns: null },
  ToggleActiveTimeZoneRow: { args: { Id: Int32 }, returns: null },
  SetActiveTimeZoneRow: { args: { Id: Int32, Active: Flag }, returns: null },
  SetActiveTimeZonesByFilter: { args: { Filter: Type.String(), Active: Flag }, returns: null },
  DeleteTimeZones: { returns: null },
};

/** The OpenAPI operation of a method of the TimeZone agent. */
function timeZoneAgentOperation(name: string, summary: string): Operation {
  const method = TIME_ZONE_METHODS[name];
  if (method === undefined) throw new Error(`the arguments of ${name} are not described`);
  return {
    id: `TimeZone_${name}`,
    access: method.returns === null ? ACCESS.write : ACCESS.readCommon,
    tag,
    summary,
    responses: method.returns === null ? { 204: null } : { 200: method.returns },
    reads: { body: Type.Object(method.args ?? {}), bodyIsOptional: true },
  };
}

/** A method of the TimeZone agent. */
interface TimeZoneMethod {
  readonly summary: string;
  /** The XML name of the result, or of the items of a list. */
  readonly payload?: string;
  readonly handle: (base: TimeZone, locale: Locale) => unknown;
}

/** Rejects all changes: time zones ship with the runtime, and the base time zone is a setting. */
const refuse = (): never => {
  throw forbidden`Time zones can't be changed through the API: they ship with the server, and BATCHLINE_TIME_ZONE sets the base time zone.`;
};

/** All methods of the agent in SuperOffice's client, by name. */
const METHODS: Readonly<Record<string, TimeZoneMethod>> = {
  GetDefaultTimeZoneInformation: {
    summary: 'Returns the time zone of the caller.',
    payload: 'PreferredTimeZone',
    handle: (_base, { timeZone }) => writePreferredTimeZone(timeZone, new Date()),
  },
  InitializeTimeZoneData: {
    summary: 'Returns all time zones with their rules of the current year.',
    payload: 'TimeZoneData',
    handle: () => {
      const now = new Date();
      return TIME_ZONES.map((zone) => writeTimeZoneData(zone, now));
    },
  },
  GetBaseTimeZoneId: {
    summary: 'Returns the id of the base time zone, or 0 if it is not listed.',
    handle: (base) => timeZoneIdOf(base),
  },
  GetDefaultTimeZonePreference: {
    summary: 'Returns the id of the default time zone, which is the base time zone.',
    handle: (base) => timeZoneIdOf(base),
  },
  CheckNewTimeZoneDataAvailable: {
    summary: 'Returns false: time zone rules ship with the server.',
    handle: () => false,
  },
  UpdateTimeZoneData: {
    summary: 'Returns false: time zone rules ship with the server and are not updated separately.',
    handle: () => false,
  },
  TimeOfLastTimeZoneUpdate: {
    summary: 'Returns the empty date: time zone rules are never updated separately.',
    handle: (_base, locale) => locale.date(null),
  },
  SetBaseTimeZoneId: { summary: 'Not supported (403): the base time zone is a setting.', handle: refuse },
  ToggleActiveTimeZoneRow: { summary: 'Not supported (403): all time zones are active.', handle: refuse },
  SetActiveTimeZoneRow: { summary: 'Not supported (403): all time zones are active.', handle: refuse },
  SetActiveTimeZonesByFilter: { summary: 'Not supported (403): all time zones are active.', handle: refuse },
  DeleteTimeZones: { summary: 'Not supported (403): time zones ship with the server.', handle: refuse },
};

/** The agent `/api/v1/Agents/TimeZone/<method>` (contract, section 6a). */
export async function timeZoneAgentRoutes(app: FastifyInstance, { base }: { base: TimeZone }): Promise<void> {
  for (const [name, { summary, payload, handle }] of Object.entries(METHODS)) {
    const operation = timeZoneAgentOperation(name, summary);
    const config = payload === undefined ? { operation } : { operation, payload };
    app.post(`/${name}`, { config }, async (request, reply) => {
      const result = handle(base, localeOf(request));
      return typeof result === 'string' ? sendValue(request, reply, result) : reply.send(result);
    });
  }
}

const DATA = { payload: 'TimeZoneData' };

interface Column {
  /** The value in the list; offsets are those of the year of `now`. */
  readonly value: (zone: ListedTimeZone, now: Date) => string | number | boolean;
  /** The sort key, if it differs from the value. */
  readonly order?: (zone: ListedTimeZone, now: Date) => number;
}

const COLUMNS: Readonly<Record<string, Column>> = {
  id: { value: ({ id }) => id },
  timeZone: { value: ({ code }) => code },
  country: { value: ({ country }) => country },
  region: { value: ({ region }) => region },
  offset: {
    value: (zone, now) => writeOffset(yearlyOffsets(zone, now).standard),
    order: (zone, now) => yearlyOffsets(zone, now).standard,
  },
  daylight: {
    value: (zone, now) => {
      const { standard, daylight } = yearlyOffsets(zone, now);
      return daylight === standard ? '' : writeOffset(daylight);
    },
    order: (zone, now) => yearlyOffsets(zone, now).daylight,
  },
  isActive: { value: () => true },
  ianaName: { value: ({ iana }) => iana },
};
const NAMES = Object.keys(COLUMNS);
/** The columns of a list without `$select`, as in SuperOffice. */
const DEFAULT_COLUMNS = NAMES.filter((name) => name !== 'ianaName').join();

/** Options of archive lists (contract, section 6) that this list does not support. */
const UNSUPPORTED_OPTIONS = ['$filter', '$mode', '$options', '$output', '$format', '$skiptoken'] as const;

/** `/api/v1/TimeZone`: the time zones that SO-TimeZone accepts, and the base and current ones (contract, section 5). */
export async function timeZoneRoutes(app: FastifyInstance, { base }: { base: TimeZone }): Promise<void> {
  app.get(
    '/',
    { config: { payload: 'ArchiveList', operation: listTimeZonesOperation } },
    async (request) => ({
      'odata.metadata': `${baseUrl(request)}/api/v1/archive$metadata`,
      'odata.nextLink': null,
      value: list(new QueryOptions([request.query as object], false), new Date()),
    }),
  );

  app.get('/base', { config: { ...DATA, operation: getBaseTimeZoneOperation } }, async () =>
    writeTimeZoneData(base, new Date()),
  );

  app.get('/current', { config: { ...DATA, operation: getCurrentTimeZoneOperation } }, async (request) =>
    writeTimeZoneData(localeOf(request).timeZone, new Date()),
  );

  app.get<{ Params: { name: string } }>(
    '/:name',
    { config: { ...DATA, operation: getTimeZoneOperation } },
    async (request) => {
      const timeZone = findListedTimeZone(request.params.name);
      if (timeZone === undefined) {
        throw notFound`There is no time zone ${describe(request.params.name)}; GET /api/v1/TimeZone lists them.`;
      }
      return writeTimeZoneData(timeZone, new Date());
    },
  );
}

function list(options: QueryOptions, now: Date): object[] {
  for (const option of UNSUPPORTED_OPTIONS) {
    if (options.text(option) !== '')
      throw invalid`The list of time zones has no option ${option}; $select, $orderBy, $top and $skip are accepted.`;
  }
  const columns = (options.text('$select') || DEFAULT_COLUMNS)
    .split(',')
    .map((name) => columnOf('$select', name));
  const order = orderOf(options.text('$orderBy'));
  const skip = options.count('$skip', INT32_MAX) ?? 0;
  const top = options.count('$top', INT32_MAX) ?? TIME_ZONES.length;
  const sorted = order.length === 0 ? TIME_ZONES : [...TIME_ZONES].sort(comparing(order, now));
  return sorted.slice(skip, skip + top).map((zone) => ({
    PrimaryKey: String(zone.id),
    EntityName: 'timezone',
    ...Object.fromEntries(columns.map(([name, column]) => [name, column.value(zone, now)])),
  }));
}

/** Finds a column by name, case-insensitively, and returns it with the caller's spelling. */
function columnOf(option: string, text: string): [string, Column] {
  const name = text.trim();
  const found = NAMES.find((one) => one.toLowerCase() === name.toLowerCase());
  if (found === undefined)
    throw invalid`${option} names ${describe(name)}; ${NAMES.join(', ')} are accepted.`;
  return [name, COLUMNS[found] as Column];
}

function orderOf(text: string): { column: Column; sign: number }[] {
  if (text === '') return [];
  return text.split(',').map((part) => {
    const [, name = part, direction = 'asc'] = /^\s*(\S+)(?:\s+(asc|desc))?\s*$/i.exec(part) ?? [];
    return {
      column: columnOf('$orderBy', name)[1],
      sign: direction.toLowerCase() === 'desc' ? -1 : 1,
    };
  });
}

function comparing(order: readonly { column: Column; sign: number }[], now: Date) {
  return (a: ListedTimeZone, b: ListedTimeZone): number => {
    for (const { column, sign } of order) {
      const key = column.order ?? column.value;
      const [left, right] = [key(a, now), key(b, now)];
      if (left !== right) return left < right ? -sign : sign;
    }
    return a.id - b.id;
  };
}

/** Formats minutes east of UTC as SuperOffice does: `+10:00`, `-5:00`, `0`. */
function writeOffset(minutes: number): string {
  if (minutes === 0) return '0';
  const distance = Math.abs(minutes);
  const rest = String(distance % 60).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${Math.floor(distance / 60)}:${rest}`;
}
