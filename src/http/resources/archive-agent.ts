import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Caller } from '../../core/access.ts';
import { invalid } from '../../core/errors.ts';
import { INT32_MAX } from '../../core/limits.ts';
import { parseOrder } from '../../core/odata/filter.ts';
import { groupingOf } from '../../core/odata/grouping.ts';
import { filterOfRestrictions, type Restriction } from '../../core/odata/restrictions.ts';
import { parseSelection } from '../../core/odata/selection.ts';
import { rightsOn } from '../../core/permissions.ts';
import type { TaskDeps } from '../../services/access.ts';
import { listArchive } from '../../services/task-list.ts';
import type { ArchiveRow } from '../../services/task-list-rows.ts';
import { callerOf } from '../auth/hooks.ts';
import { describe, ObjectReader, readAgentBody } from '../body/object-reader.ts';
import { type Locale, localeOf } from '../i18n/locale.ts';
import { tableRightMask } from './batch-task-codec.ts';
import { ARCHIVE, DEFAULT_TOP, describeColumns } from './batch-task-list.ts';
import { displayOf, ENTITY, RowCounter } from './batch-task-list-codec.ts';
import { archiveAgentOperation } from './batch-task-list-operations.ts';

type Deps = { tasks: TaskDeps };

/** The methods of SuperOffice's Archive agent, `/api/v1/Agents/Archive/<method>`, for batch tasks (contract, section 6). */
export async function archiveAgentRoutes(app: FastifyInstance, { tasks }: Deps): Promise<void> {
  const config = (name: string, summary: string, payload: string) => ({
    config: { payload, operation: archiveAgentOperation(name, summary) },
  });

  app.post(
    '/GetProviderNames',
    config('GetProviderNames', 'Lists the names of the archives.', 'ProviderName'),
    async () => [ARCHIVE],
  );

  app.post(
    '/GetAvailableColumns',
    config('GetAvailableColumns', 'Lists the columns of an archive.', 'ArchiveColumnInfo'),
    async (request) => {
      checkProvider(readAgentBody(request));
      return describeColumns(localeOf(request));
    },
  );

  app.post(
    '/GetArchiveListByColumns',
    config('GetArchiveListByColumns', 'Returns a page of an archive.', 'ArchiveListItem'),
    (request) => list(request, tasks),
  );
}

async function list(request: FastifyRequest, tasks: TaskDeps): Promise<object[]> {
  const caller = callerOf(request);
  const locale = localeOf(request);
  const args = readAgentBody(request);
  checkProvider(args);
  checkEntities(args);
  const context = { associateId: caller.associateId, now: new Date(), zone: locale.timeZone.zone };
  const filter = filterOfRestrictions(readRestrictions(args), context);
  const selection = parseSelection(texts(args, 'Columns').join(), locale.timeZone.iana);
  const sortOrder = readSortOrder(args);
  const grouping = groupingOf(selection, sortOrder);
  const { rows } = await listArchive(tasks, caller, {
    filter,
    selection,
    grouping,
    order: grouping?.order ?? parseOrder(sortOrder),
    after: undefined,
    ...readPaging(args, tasks.listLimit),
    grandTotal: false,
    count: false,
  });
  const counter = new RowCounter();
  return rows.map((row) => writeItem(row, counter, caller, locale));
}

function writeItem(row: ArchiveRow, counter: RowCounter, caller: Caller, locale: Locale): object {
  const { key, entity } = counter.headOf(row);
  const cells = row.cells.map((cell) => [
    cell.item.label,
    { DisplayValue: displayOf(cell, locale), TooltipHint: '', LinkHint: '' },
  ]);
  const rights = row.task && rightsOn(caller, row.task.subject);
  return {
    EntityName: entity,
    PrimaryKey: key,
    ColumnData: Object.fromEntries(cells),
    LinkHint: '',
    StyleHint: '',
    TableRight: rights
      ? { Mask: tableRightMask(rights.table), Reason: rights.reason ? locale.message(rights.reason) : '' }
      : null,
    FieldProperties: null,
  };
}

function checkProvider(args: ObjectReader): void {
  const name = args.text('ProviderName');
  if (name?.trim().toLowerCase() !== ARCHIVE.toLowerCase())
    throw invalid`ProviderName is ${describe(name)}; ${ARCHIVE} is accepted.`;
}

function checkEntities(args: ObjectReader): void {
  const wrong = texts(args, 'Entities').find((name) => name.trim().toLowerCase() !== ENTITY);
  if (wrong !== undefined) throw invalid`Entities has ${describe(wrong)}; ${ENTITY} is accepted.`;
}

/** Reads Page and PageSize. Page 0 is the first; a negative page is the number of tasks to skip. */
function readPaging(args: ObjectReader, listLimit: number): { skip: number; top: number } {
  const page = args.int('Page') ?? 0;
  const size = args.int('PageSize') ?? DEFAULT_TOP;
  if (size < 0) throw invalid`PageSize is ${size}; a whole number from 0 to ${listLimit} is accepted.`;
  const top = Math.min(size === 0 ? DEFAULT_TOP : size, listLimit);
  return { top, skip: Math.min(page < 0 ? -page : page * top, INT32_MAX) };
}

function readSortOrder(args: ObjectReader): string {
  return objects(args, 'SortOrder')
    .map((item) => {
      const direction = String(item.raw('Direction') ?? 'ASC').toUpperCase();
      if (!['ASC', 'DESC', '0', '1'].includes(direction))
        throw invalid`Direction of SortOrder is ${describe(direction)}; ASC or DESC is accepted.`;
      return `${item.text('Name') ?? ''} ${direction === 'DESC' || direction === '1' ? 'desc' : 'asc'}`;
    })
    .join();
}

/** The operators that combine restrictions, by name and by number. */
const COMBINED_BY: ReadonlyMap<string, 'and' | 'or'> = new Map([
  ['none', 'and'],
  ['0', 'and'],
  ['and', 'and'],
  ['1', 'and'],
  ['or', 'or'],
  ['2', 'or'],
]);

function readRestrictions(args: ObjectReader): Restriction[] {
  return objects(args, 'Restriction').map((item) => {
    const operator = item.raw('InterOperator') ?? 'And';
    const combinedBy = COMBINED_BY.get(String(operator).toLowerCase());
    if (combinedBy === undefined)
      throw invalid`InterOperator of Restriction is ${describe(operator)}; None, And or Or is accepted.`;
    return {
      name: item.text('Name') ?? '',
      operator: item.text('Operator') ?? '',
      values: texts(item, 'Values'),
      isActive: item.flag('IsActive') ?? true,
      parenthesis: item.int('InterParenthesis') ?? 0,
      combinedBy,
    };
  });
}

/** Reads a list of strings; numbers and booleans are converted. */
function texts(reader: ObjectReader, name: string): string[] {
  return listOf(reader, name).map((value) => {
    if (['string', 'number', 'boolean'].includes(typeof value)) return String(value);
    if (value === null) return '';
    throw invalid`${name} has ${describe(value)}; a list of strings is accepted.`;
  });
}

function objects(reader: ObjectReader, name: string): ObjectReader[] {
  return listOf(reader, name).map((value) => new ObjectReader(value, name));
}

/** A list, or the only child of an element in XML; empty if it is absent or null. */
function listOf(reader: ObjectReader, name: string): unknown[] {
  const value = reader.raw(name);
  if (value === undefined || value === null || value === '') return [];
  if (Array.isArray(value)) return value;
  const children = typeof value === 'object' ? Object.values(value) : [value];
  if (children.length <= 1) return children.flat();
  throw invalid`${name} is ${describe(value)}; a list is accepted.`;
}
