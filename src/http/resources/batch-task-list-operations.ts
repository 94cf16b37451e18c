import { type TSchema, Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import { COLUMN_NAMES } from '../../core/odata/columns.ts';
import type { Operation } from '../openapi/operation.ts';
import { dictionary, Int32, nullable } from '../openapi/operation.ts';

const tag = 'Archive';

const ColumnInfo = Type.Object(
  {
    DisplayName: Type.String(),
    DisplayTooltip: Type.String(),
    DisplayType: Type.String(),
    CanOrderBy: Type.Boolean(),
    Name: Type.String(),
    CanRestrictBy: Type.Boolean(),
    RestrictionType: Type.String(),
    RestrictionListName: Type.String(),
    IsVisible: Type.Boolean(),
    ExtraInfo: Type.String(),
    Width: Type.String(),
    IconHint: Type.String(),
    HeadingIconHint: Type.String(),
  },
  { title: 'ArchiveColumnInfo' },
);
const Columns = dictionary<object>(ColumnInfo, {
  title: 'ArchiveColumns',
  description: 'The columns by their names',
});

/** A row of the list: the columns that $select names, as $mode and $output want them. */
const Row = Type.Unsafe<Record<string, unknown> & { PrimaryKey: string | number; EntityName: string }>({
  title: 'ArchiveRow',
  type: 'object',
  required: ['PrimaryKey', 'EntityName'],
  properties: {
    PrimaryKey: {
      type: ['string', 'integer'],
      description: 'The id of the task: a string in Slim and Wide, a number in Full',
    },
    EntityName: { type: 'string', description: 'batchtask, or the RowType of a row that is no task' },
    RowType: { type: 'string', description: 'header:1, footer:1 and so on, or grandtotal' },
  },
  additionalProperties: true,
  description: `The columns that $select names, as it spells them. There are ${COLUMN_NAMES.join(', ')}. In Full they are in Column.`,
});

const ArchivePage = Type.Object(
  {
    'odata.metadata': Type.String(),
    'odata.count': Type.Optional(Type.Integer({ description: 'With $inlineCount' })),
    'odata.nextLink': nullable(Type.String({ description: 'The next page' })),
    value: Type.Array(Row),
  },
  { title: 'ArchivePage' },
);

const option = (description: string) => Type.Optional(Type.String({ description }));

const OPTIONS = {
  $select: option('Columns, separated by commas; functions such as Count(State):Footer'),
  $filter: option("A condition such as State eq 5 and registeredDate after '2026-01-01'"),
  $orderBy: option('Columns, each with an optional asc or desc'),
  $entities: option('batchtask, the only one'),
  $top: option('The size of a page; 100 by default'),
  $skip: option('How many tasks to pass over; $skiptoken of odata.nextLink is faster'),
  $skiptoken: option('From odata.nextLink'),
  $mode: Type.Optional(Type.Enum(['Slim', 'Wide', 'Full'])),
  $options: option('GrandTotal=true adds a row with the sums of the whole list'),
  $context: option('Accepted, not used'),
  $format: Type.Optional(Type.Enum(['JSON', 'XML'], { description: 'Overrides Accept' })),
  $jsonSafe: Type.Optional(
    Type.Enum(['true', 'false'], { description: 'Names of letters, digits and underscores only' }),
  ),
  $output: Type.Optional(Type.Enum(['Logical', 'Display'])),
};

const ARCHIVE_OPTIONS = {
  ...OPTIONS,
  $inlineCount: Type.Optional(
    Type.Enum(['False', 'Estimate', 'True', 'AllPages'], { description: 'Adds odata.count; not with False' }),
  ),
  $metadata: option('ALL answers the columns in place of the tasks'),
};

const COUNT_CUT = { 'Batchline-Count-Cut': 'The count, if counting stopped there' };

const PAGE = {
  'odata.metadata': 'http://127.0.0.1:7243/api/v1/archive$metadata',
  'odata.nextLink': null,
  value: [{ PrimaryKey: '274', EntityName: 'batchtask', DefinitionName: 'countdown', State: 3 }],
};

export const listBatchTasksOperation: Operation = {
  id: 'listBatchTasks',
  tag,
  access: ACCESS.read,
  summary: 'The batch tasks that the caller may see: $filter, $select, $orderBy, $top, $skip and more.',
  description: 'The archive list. Names of options match in any casing.',
  responses: { 200: ArchivePage },
  reads: { query: Type.Object(OPTIONS) },
  examples: { response: { slim: PAGE } },
};

export const listArchiveOperation: Operation = {
  ...listBatchTasksOperation,
  id: 'listArchive',
  summary: 'The same list among the archives, also with a count.',
  responses: { 200: Type.Union([ArchivePage, Columns]) },
  headers: COUNT_CUT,
  reads: { query: Type.Object(ARCHIVE_OPTIONS) },
};

export const postArchiveOperation: Operation = {
  ...listArchiveOperation,
  id: 'postArchive',
  summary: 'The same list, with the options in the body, for long ones.',
  reads: { body: Type.Object(ARCHIVE_OPTIONS), bodyIsOptional: true },
  examples: {
    request: { options: { $select: 'DefinitionName,State', $filter: 'State eq 3' } },
    response: { slim: PAGE },
  },
};

export const listArchivesOperation: Operation = {
  id: 'listArchives',
  tag,
  access: ACCESS.read,
  summary: 'The archives that there are.',
  responses: {
    200: Type.Object(
      { value: Type.Array(Type.Object({ name: Type.String(), url: Type.String() })) },
      { title: 'Archives' },
    ),
  },
  examples: {
    response: {
      all: { value: [{ name: 'BatchTasks', url: 'http://127.0.0.1:7243/api/v1/Archive/BatchTasks' }] },
    },
  },
};

export const describeArchivesOperation: Operation = {
  id: 'describeArchives',
  tag,
  access: ACCESS.read,
  summary: 'The columns of each archive; odata.metadata of a list leads here.',
  responses: { 200: Type.Object({ BatchTasks: Columns }) },
};

export const describeArchiveOperation: Operation = {
  id: 'describeArchive',
  tag,
  access: ACCESS.read,
  summary: 'The columns of the list of batch tasks.',
  responses: { 200: Columns },
};

/** The same operations under their second paths. */
export const describeArchivesAliasOperation: Operation = {
  ...describeArchivesOperation,
  id: 'describeArchivesToo',
};
export const describeArchiveAliasOperation: Operation = {
  ...describeArchiveOperation,
  id: 'describeArchiveToo',
};

const Restriction = Type.Object({
  Name: Type.String({ description: 'A column' }),
  Operator: Type.String({ description: 'As in $filter' }),
  Values: Type.Optional(Type.Array(Type.String())),
  IsActive: Type.Optional(Type.Boolean()),
  InterParenthesis: Type.Optional(
    Type.Integer({ description: 'How many open before it, or if negative close behind it' }),
  ),
  InterOperator: Type.Optional(
    Type.Enum(['None', 'And', 'Or'], { description: 'How the next one is combined with it' }),
  ),
});
const ListItem = Type.Object(
  {
    EntityName: Type.String(),
    PrimaryKey: Int32,
    ColumnData: dictionary<object>(
      Type.Object({ DisplayValue: Type.String(), TooltipHint: Type.String(), LinkHint: Type.String() }),
    ),
    LinkHint: Type.String(),
    StyleHint: Type.String(),
    TableRight: nullable(Type.Object({ Mask: Type.String(), Reason: Type.String() })),
    FieldProperties: Type.Null(),
  },
  { title: 'ArchiveListItem' },
);
const Provider = Type.String({ description: 'BatchTasks, the only one' });

/** Arguments and answers of the methods of the Archive agent, by their names (contract, section 6). */
const AGENT_METHODS: Readonly<
  Record<string, { args: Record<string, TSchema>; returns: TSchema; example: object }>
> = {
  GetProviderNames: { args: {}, returns: Type.Array(Type.String()), example: {} },
  GetAvailableColumns: {
    args: { ProviderName: Provider, Context: Type.Optional(Type.String()) },
    returns: Type.Array(ColumnInfo),
    example: { ProviderName: 'BatchTasks', Context: '' },
  },
  GetArchiveListByColumns: {
    args: {
      ProviderName: Provider,
      Columns: Type.Optional(Type.Array(Type.String())),
      SortOrder: Type.Optional(
        Type.Array(Type.Object({ Name: Type.String(), Direction: Type.Enum(['ASC', 'DESC']) })),
      ),
      Restriction: Type.Optional(Type.Array(Restriction)),
      Entities: Type.Optional(Type.Array(Type.String())),
      Page: Type.Optional(Type.Integer({ description: 'From 0; if negative how many tasks to pass over' })),
      PageSize: Type.Optional(Type.Integer()),
    },
    returns: Type.Array(ListItem),
    example: {
      ProviderName: 'BatchTasks',
      Columns: ['DefinitionName', 'State'],
      SortOrder: [{ Name: 'registeredDate', Direction: 'DESC' }],
      Restriction: [{ Name: 'State', Operator: 'oneOf', Values: ['1', '3'] }],
      Entities: ['batchtask'],
      Page: 0,
      PageSize: 50,
    },
  },
};

/** The OpenAPI operation of a method of the Archive agent. */
export function archiveAgentOperation(name: string, summary: string): Operation {
  const method = AGENT_METHODS[name];
  if (method === undefined) throw new Error(`the arguments of ${name} are not described`);
  return {
    id: `Archive_${name}`,
    tag,
    access: ACCESS.read,
    summary,
    description: 'Names of arguments may be in any casing.',
    responses: { 200: method.returns },
    reads: { body: Type.Object(method.args), bodyIsOptional: true },
    examples: { request: { arguments: method.example } },
  };
}
