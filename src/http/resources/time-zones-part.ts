import type { FastifyInstance } from 'fastify';
import { invalid, notFound } from '../../core/errors.ts';
import { INT32_MAX } from '../../core/limits.ts';
import {
  findListedTimeZone,
  type ListedTimeZone,
  TIME_ZONES,
  type TimeZone,
  yearlyOffsets,
} from '../../core/time-zone.ts';
import { baseUrl } from '../base-url.ts';
import { describe } from '../body/object-reader.ts';
import { localeOf } from '../i18n/locale.ts';
import { QueryOptions } from './query-options.ts';
import {
  getBaseTimeZoneOperation,
  getCurrentTimeZoneOperation,
  getTimeZoneOperation,
  listTimeZonesOperation,
} from './time-zones.ts';
import { writeTimeZoneData } from './time-zones-schema.ts';

const DATA = { answer: 'TimeZoneData' };

interface Column {
  /** The value in the list; offsets are those of the year of `now`. */
  readonly value: (zone: ListedTimeZone, now: Date) => string | number | boolean;
  /** Its sort key, if other than its value. */
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
/** The columns of a list without `$select`, as in the original. */
const USUAL = NAMES.filter((name) => name !== 'ianaName').join();

/** Options of archive lists (contract, section 6) that this one does not have. */
const OTHER_OPTIONS = ['$filter', '$mode', '$options', '$output', '$format', '$skiptoken'] as const;

/** `/api/v1/TimeZone`: the zones that SO-TimeZone accepts, and those in use (contract, section 5). */
export async function timeZoneRoutes(app: FastifyInstance, { base }: { base: TimeZone }): Promise<void> {
  app.get('/', { config: { answer: 'ArchiveList', operation: listTimeZonesOperation } }, async (request) => ({
    'odata.metadata': `${baseUrl(request)}/api/v1/archive$metadata`,
    'odata.nextLink': null,
    value: list(new QueryOptions([request.query as object], false), new Date()),
  }));

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
  for (const option of OTHER_OPTIONS) {
    if (options.text(option) !== '')
      throw invalid`The list of time zones has no option ${option}; $select, $orderBy, $top and $skip are accepted.`;
  }
  const columns = (options.text('$select') || USUAL).split(',').map((name) => columnOf('$select', name));
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

/** A column by its name in any casing, with the spelling that was asked for. */
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

/** Minutes east of UTC as SuperOffice lists them: `+10:00`, `-5:00`, `0`. */
function writeOffset(minutes: number): string {
  if (minutes === 0) return '0';
  const distance = Math.abs(minutes);
  const rest = String(distance % 60).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${Math.floor(distance / 60)}:${rest}`;
}
