import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { invalid } from '../../core/errors.ts';
import { INT32_MAX } from '../../core/limits.ts';
import { type Message, message } from '../../core/message.ts';
import { COLUMN_NAMES, COLUMNS, type ColumnKind, type ColumnName } from '../../core/odata/columns.ts';
import { parseOrder } from '../../core/odata/filter.ts';
import { groupingOf } from '../../core/odata/grouping.ts';
import { parseFilter } from '../../core/odata/parser.ts';
import { parseSelection } from '../../core/odata/selection.ts';
import { allOf, filterOfSearch } from '../../core/search/filter.ts';
import type { TaskDeps } from '../../services/access.ts';
import { type ArchivePage, listArchive } from '../../services/task-list.ts';
import type { ArchiveRequest } from '../../services/task-list-rows.ts';
import { callerOf } from '../auth/hooks.ts';
import { ObjectReader } from '../body/object-reader.ts';
import { type Locale, localeOf } from '../i18n/locale.ts';
import { baseUrl } from '../query.ts';
import { listAllCells } from './batch-task-list-cells.ts';
import { ENTITY, overrideFormat, PAYLOAD, RowWriter } from './batch-task-list-codec.ts';
import {
  describeArchiveAliasOperation,
  describeArchiveOperation,
  describeArchivesAliasOperation,
  describeArchivesOperation,
  listArchiveOperation,
  listArchivesOperation,
  listBatchTasksOperation,
  postArchiveOperation,
} from './batch-task-list-operations.ts';
import { readSkipToken, writeSkipToken } from './batch-task-list-token.ts';

/** The options of the archive list, spelled as in the contract (section 6). */
const OPTIONS = [
  '$select',
  '$filter',
  '$search',
  '$orderBy',
  '$entities',
  '$top',
  '$skip',
  '$skiptoken',
  '$mode',
  '$options',
  '$context',
  '$format',
  '$jsonSafe',
  '$output',
  '$cells',
] as const;

/** The options that only `/Archive/…` has. */
const ARCHIVE_OPTIONS = ['$inlineCount', '$metadata'] as const;

/** The name of an option of the archive list. */
export type OptionName = (typeof OPTIONS)[number] | (typeof ARCHIVE_OPTIONS)[number];

/** The options of a query string or a form body. Names are case-insensitive. */
export class QueryOptions {
  readonly #values = new Map<OptionName, string>();

  /**
   * @param sources the query that Fastify parsed, and the body if there is one
   * @param isArchive true to accept the options that only `/Archive/…` has
   * @throws RequestError (invalid) if an option is unknown or given more than once
   */
  constructor(sources: readonly object[], isArchive: boolean) {
    const names: readonly OptionName[] = isArchive ? [...OPTIONS, ...ARCHIVE_OPTIONS] : OPTIONS;
    const byLowerName = new Map<string, OptionName>(names.map((name) => [name.toLowerCase(), name]));
    for (const [name, value] of sources.flatMap((source) => Object.entries(source))) {
      const option = byLowerName.get(name.toLowerCase());
      if (option === undefined) {
        throw invalid`"${name.slice(0, 40)}" is not an option of this list; ${names.join(', ')} are accepted.`;
      }
      if (this.#values.has(option) || (typeof value === 'object' && value !== null)) {
        throw invalid`${option} is given more than once; once is accepted.`;
      }
      this.#values.set(option, String(value ?? ''));
    }
  }

  /** The trimmed text of an option; empty if it is absent. */
  text(name: OptionName): string {
    return this.#values.get(name)?.trim() ?? '';
  }

  /** A non-negative integer; `undefined` if the option is absent or empty. */
  count(name: OptionName, max: number): number | undefined {
    const text = this.text(name);
    if (text === '') return undefined;
    if (!/^\d{1,10}$/.test(text) || Number(text) > max) {
      throw this.#wrong(name, `a whole number from 0 to ${max}`);
    }
    return Number(text);
  }

  /** One of several words, case-insensitively; the first if the option is absent or empty. */
  word<Word extends string>(name: OptionName, words: readonly [Word, ...Word[]]): Word {
    const text = this.text(name).toLowerCase();
    if (text === '') return words[0];
    const word = words.find((one) => one.toLowerCase() === text);
    if (word === undefined) throw this.#wrong(name, words.filter((one) => one !== '').join(' or '));
    return word;
  }

  /** A list of words that are all among `accepted`. Ignores spaces and case. */
  words(name: OptionName, separator: string, accepted: readonly string[]): string[] {
    const words = this.text(name)
      .split(separator)
      .map((word) => word.replaceAll(/\s+/g, '').toLowerCase())
      .filter((word) => word !== '');
    const wrong = words.find((word) => !accepted.some((one) => one.toLowerCase() === word));
    if (wrong !== undefined) throw this.#wrong(name, accepted.join(' or '));
    return words;
  }

  /** All options but those for the position and size of a page and its format. */
  withoutPage(): Record<string, string> {
    const left = ['$skip', '$skiptoken', '$top', '$format', '$cells'];
    return Object.fromEntries([...this.#values].filter(([name]) => !left.includes(name)));
  }

  /** The query string of the page at this `$skiptoken`, with all other options unchanged. */
  continuedAt(token: string): string {
    const kept = [...this.#values].filter(([name]) => name !== '$skip' && name !== '$skiptoken');
    return [...kept, ['$skiptoken', token] as const]
      .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      .join('&');
  }

  #wrong(name: OptionName, accepted: string): Error {
    return invalid`${name} is "${this.text(name).slice(0, 40)}"; ${accepted} is accepted.`;
  }
}

/** The name of the list among the archives. */
export const ARCHIVE = 'BatchTasks';

/** The page size without `$top`. */
export const DEFAULT_TOP = 100;

/** The response header with the number at which counting stopped. */
const COUNT_CUT_HEADER = 'Batchline-Count-Cut';

type Deps = { tasks: TaskDeps };

/** `GET /api/v1/BatchTask`: the archive list (contract, section 6). */
export async function batchTaskListRoutes(app: FastifyInstance, { tasks }: Deps): Promise<void> {
  app.get('/', { config: { payload: PAYLOAD, operation: listBatchTasksOperation } }, (request, reply) =>
    sendList(request, reply, tasks, '/BatchTask', new QueryOptions([request.query as object], false)),
  );
}

/** `/api/v1/Archive`: the archives, their columns, and the same list (contract, section 6). */
export async function archiveRoutes(app: FastifyInstance, { tasks }: Deps): Promise<void> {
  const path = `/Archive/${ARCHIVE}`;
  app.get('/Archive', { config: { payload: 'Archives', operation: listArchivesOperation } }, (request) => ({
    value: [{ name: ARCHIVE, url: `${baseUrl(request)}/api/v1${path}` }],
  }));

  for (const [url, operation] of Object.entries({
    '/Archive$metadata': describeArchivesOperation,
    '/Archive/$metadata': describeArchivesAliasOperation,
  })) {
    const config = { payload: 'Archives', operation };
    app.get(url, { config }, (request) => ({ [ARCHIVE]: columnsByName(localeOf(request)) }));
  }

  for (const [url, operation] of Object.entries({
    [`${path}/$metadata`]: describeArchiveOperation,
    [`${path}$metadata`]: describeArchiveAliasOperation,
  })) {
    const config = { payload: 'Columns', operation };
    app.get(url, { config }, (request) => columnsByName(localeOf(request)));
  }

  app.get(path, { config: { payload: PAYLOAD, operation: listArchiveOperation } }, (request, reply) => {
    const options = new QueryOptions([request.query as object], true);
    return sendList(request, reply, tasks, path, options);
  });

  app.post(path, { config: { payload: PAYLOAD, operation: postArchiveOperation } }, (request, reply) => {
    new ObjectReader(request.body ?? {}, 'The body'); // throws unless it is an object
    const sources = [request.query as object, (request.body ?? {}) as object];
    const options = new QueryOptions(sources, true);
    return sendList(request, reply, tasks, path, options);
  });
}

/** Returns a page of the list, or its columns if `$metadata` asks for them. */
async function sendList(
  request: FastifyRequest,
  reply: FastifyReply,
  tasks: TaskDeps,
  path: string,
  options: QueryOptions,
): Promise<object> {
  const caller = callerOf(request);
  const locale = localeOf(request);
  const format = options.word('$format', ['', 'JSON', 'XML']);
  if (format !== '') overrideFormat(reply, format);
  if (options.text('$metadata') !== '') return columnsByName(locale);
  const now = new Date();
  const cells = options.word('$cells', ['', 'own', 'all']);
  const token = options.text('$skiptoken');
  const list = readRequest(options, tasks.listLimit, caller.associateId, now, locale, cells !== 'all');
  const style = {
    mode: options.word('$mode', ['Slim', 'Wide', 'Full']),
    output: options.word('$output', ['Logical', 'Display']),
    jsonSafe: options.word('$jsonSafe', ['false', 'true']) === 'true',
  };
  const writer = new RowWriter(style, locale, caller);
  const write = ({ rows }: ArchivePage) => rows.map((row) => writer.write(row));
  const writePlaced = (page: ArchivePage) =>
    write(page).map((row, index) => ({
      ...row,
      SkipToken: writeSkipToken(list.order, page.rows[index]?.task?.place ?? []),
    }));
  const base = `${baseUrl(request)}/api/v1`;
  const linkTo = (next: string | undefined) =>
    next === undefined ? null : `${base}${path}?${options.continuedAt(next)}`;
  const metadata = { 'odata.metadata': `${base}/archive$metadata` };
  if (cells === 'all') {
    const all = {
      caller,
      list,
      token,
      options: options.withoutPage(),
      limit: tasks.listLimit,
      write: writePlaced,
    };
    const page = await listAllCells(tasks, request, reply, all);
    if (page.total?.cut) reply.header(COUNT_CUT_HEADER, String(page.total.count));
    const count = page.total && { 'odata.count': page.total.count };
    return { ...metadata, ...count, 'odata.nextLink': linkTo(page.next), value: page.rows };
  }
  const page = await listArchive(tasks, caller, list);
  if (page.total?.cut) reply.header(COUNT_CUT_HEADER, String(page.total.count));
  return {
    ...metadata,
    ...(page.total === undefined ? {} : { 'odata.count': page.total.count }),
    ...(cells === 'own' && page.total?.cut ? { CountCut: true } : {}),
    'odata.nextLink': linkTo(page.next && writeSkipToken(list.order, page.next)),
    value: cells === 'own' ? writePlaced(page) : write(page),
  };
}

function readRequest(
  options: QueryOptions,
  listLimit: number,
  associateId: number,
  now: Date,
  { timeZone }: Locale,
  isOfOneCell: boolean,
): ArchiveRequest {
  const context = { associateId, now, zone: timeZone.zone };
  const filter = allOf([
    parseFilter(options.text('$filter'), context),
    filterOfSearch(options.text('$search'), context),
  ]);
  options.words('$entities', ',', [ENTITY]);
  const settings = options.words('$options', '&', ['GrandTotal=true', 'GrandTotal=false']);
  const selection = parseSelection(options.text('$select'), timeZone.iana);
  const grouping = groupingOf(selection, options.text('$orderBy'));
  const order = pagingOrder(grouping) ?? parseOrder(options.text('$orderBy'));
  const token = options.text('$skiptoken');
  const skip = options.count('$skip', INT32_MAX) ?? 0;
  if (token !== '' && skip > 0) throw invalid`Both $skip and $skiptoken are given; one of them is accepted.`;
  return {
    filter,
    selection,
    grouping,
    order,
    after: token === '' || !isOfOneCell ? undefined : readSkipToken(order, token),
    skip,
    top: Math.min(options.count('$top', INT32_MAX) ?? DEFAULT_TOP, listLimit),
    grandTotal: settings.includes('grandtotal=true'),
    count: options.word('$inlineCount', ['False', 'Estimate', 'True', 'AllPages']) !== 'False',
  };
}

/** The order that paging cursors of a grouped list use. Without details, the position of a group replaces the task id. */
function pagingOrder(grouping: ReturnType<typeof groupingOf>): ArchiveRequest['order'] | undefined {
  if (grouping === undefined || grouping.showsDetails) return grouping?.order;
  return [...grouping.groupOrder, ...parseOrder('batchTaskId')];
}

/** Display names of the columns. */
const NAMES: Readonly<Record<ColumnName, Message>> = {
  getAllRows: message`All rows`,
  getNoRows: message`No rows`,
  DefinitionId: message`Definition ID`,
  DefinitionName: message`Definition`,
  DefinitionDescription: message`Definition description`,
  DefinitionTimeOut: message`Time limit in seconds`,
  Description: message`Description`,
  DbTag: message`Database serial number`,
  State: message`State`,
  DetailsTable: message`Details table`,
  DetailsRecord: message`Details record`,
  Request: message`Request`,
  Response: message`Response`,
  StartCount: message`Start count`,
  LastStarted: message`Last started`,
  ProgressPercent: message`Progress (%)`,
  ProgressDescription: message`Progress`,
  updatedBy: message`Updated by`,
  updatedDate: message`Updated`,
  registeredBy: message`Registered by`,
  registeredDate: message`Registered`,
  batchTaskId: message`Task ID`,
  associateId: message`Owner ID`,
  fileName: message`File name`,
  result: message`Result`,
  context: message`Context`,
  cancellationBehaviour: message`Cancellation`,
  isSystemTask: message`System task`,
  isInternalTask: message`Internal task`,
  parentId: message`Parent ID`,
  scheduleId: message`Schedule ID`,
  stopped: message`Stopped`,
  dueAt: message`Due`,
  waitsFor: message`Waits for`,
  priority: message`Priority`,
  duration: message`Duration`,
};

/** The display type, the restriction type and the width in characters of each kind of column. */
const TYPES: Readonly<Record<ColumnKind, { display: string; restriction: string; width: number }>> = {
  int: { display: 'int', restriction: 'int', width: 8 },
  state: { display: 'int', restriction: 'int', width: 8 },
  associateId: { display: 'int', restriction: 'int', width: 8 },
  associate: { display: 'associate', restriction: 'associate', width: 16 },
  cancellation: { display: 'string', restriction: 'int', width: 16 },
  flag: { display: 'bool', restriction: 'bool', width: 6 },
  restriction: { display: 'bool', restriction: 'bool', width: 6 },
  text: { display: 'string', restriction: 'string', width: 24 },
  date: { display: 'datetime', restriction: 'date', width: 16 },
};

/** A column as `$metadata` and the Archive agent describe it (contract, section 6). */
export interface ArchiveColumnInfo {
  readonly DisplayName: string;
  readonly DisplayTooltip: string;
  readonly DisplayType: string;
  readonly CanOrderBy: boolean;
  readonly Name: string;
  readonly CanRestrictBy: boolean;
  readonly RestrictionType: string;
  readonly RestrictionListName: string;
  readonly IsVisible: boolean;
  readonly ExtraInfo: string;
  readonly Width: string;
  readonly IconHint: string;
  readonly HeadingIconHint: string;
}

/** Describes every column, in the caller's language. */
export function describeColumns(locale: Locale): ArchiveColumnInfo[] {
  return COLUMN_NAMES.map((name) => {
    const { kind, canOrderBy } = COLUMNS[name];
    const { display, restriction, width } = TYPES[kind];
    const text = locale.message(NAMES[name]);
    return {
      DisplayName: text,
      DisplayTooltip: text,
      DisplayType: display,
      CanOrderBy: canOrderBy,
      Name: name,
      CanRestrictBy: true,
      RestrictionType: restriction,
      RestrictionListName: '',
      IsVisible: kind !== 'restriction',
      ExtraInfo: '',
      Width: `${width}c`,
      IconHint: '',
      HeadingIconHint: '',
    };
  });
}

/** Describes every column, by name. */
function columnsByName(locale: Locale): Record<string, ArchiveColumnInfo> {
  return Object.fromEntries(describeColumns(locale).map((column) => [column.Name, column]));
}
