import { type TSchema, Type } from 'typebox';
import { ACCESS } from '../../core/access.ts';
import { COLUMN_NAMES } from '../../core/odata/columns.ts';
import { CELLS_MISSING } from '../cell-lists.ts';
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
  description: 'The columns by name',
});

/** A row of the list: the columns of $select, in the format of $mode and $output. */
const Row = Type.Unsafe<Record<string, unknown> & { PrimaryKey: string | number; EntityName: string }>({
  title: 'ArchiveRow',
  type: 'object',
  required: ['PrimaryKey', 'EntityName'],
  properties: {
    PrimaryKey: {
      type: ['string', 'integer'],
      description: 'The id of the task: a string in the modes Slim and Wide, a number in Full',
    },
    EntityName: { type: 'string', description: 'batchtask, or the RowType of a row that is not a task' },
    RowType: {
      type: 'string',
      description: 'Of rows that are not tasks: header:1, footer:1 and so on, or grandtotal',
    },
  },
  additionalProperties: true,
  description: `The columns of $select, spelled as in $select: ${COLUMN_NAMES.join(', ')}. In the mode Full they are in Column.`,
});

const ArchivePage = Type.Object(
  {
    'odata.metadata': Type.String(),
    'odata.count': Type.Optional(
      Type.Integer({ description: 'The number of matching tasks, if $inlineCount asks for it' }),
    ),
    CountCut: Type.Optional(
      Type.Boolean({ description: 'With $cells=own: whether counting stopped at its limit' }),
    ),
    'odata.nextLink': nullable(
      Type.String({ description: 'The URL of the next page; null on the last page' }),
    ),
    value: Type.Array(Row),
  },
  { title: 'ArchivePage' },
);

const option = (description: string) => Type.Optional(Type.String({ description }));

const OPTIONS = {
  $select: option('Comma-separated columns, or functions such as Count(State):Footer'),
  $filter: option("A condition such as State eq 5 and registeredDate after '2026-01-01'"),
  $search: option('Texts and qualifiers that tasks must match, such as state:failed created:today C4711'),
  $orderBy: option('Comma-separated columns, each optionally followed by asc or desc'),
  $entities: option('Only batchtask'),
  $top: option('The page size; 100 by default'),
  $skip: option('The number of tasks to skip; the $skiptoken of odata.nextLink is faster'),
  $skiptoken: option('The position of a page, from odata.nextLink'),
  $mode: Type.Optional(Type.Enum(['Slim', 'Wide', 'Full'])),
  $options: option('GrandTotal=true adds a row with the totals of the whole list'),
  $context: option('Accepted and ignored'),
  $format: Type.Optional(Type.Enum(['JSON', 'XML'], { description: 'Overrides Accept' })),
  $jsonSafe: Type.Optional(
    Type.Enum(['true', 'false'], {
      description: 'true replaces characters of names other than letters, digits and underscores',
    }),
  ),
  $output: Type.Optional(Type.Enum(['Logical', 'Display'])),
  $cells: Type.Optional(
    Type.Enum(['own', 'all'], {
      description:
        'all: the tasks of all cells, each with Cell. own: those of the cell that is called, each with its SkipToken',
    }),
  ),
};

const ARCHIVE_OPTIONS = {
  ...OPTIONS,
  $inlineCount: Type.Optional(
    Type.Enum(['False', 'Estimate', 'True', 'AllPages'], {
      description: 'Any value but False adds odata.count',
    }),
  ),
  $metadata: option('ALL returns the columns instead of the tasks'),
};

const COUNT_CUT = {
  ...CELLS_MISSING,
  'Batchline-Count-Cut': 'The limit at which counting stopped, if it did',
};

const PAGE = {
  'odata.metadata': 'http://127.0.0.1:7243/api/v1/archive$metadata',
  'odata.nextLink': null,
  value: [{ PrimaryKey: '274', EntityName: 'batchtask', DefinitionName: 'countdown', State: 3 }],
};

export const listBatchTasksOperation: Operation = {
  id: 'listBatchTasks',
  tag,
  access: ACCESS.read,
  summary: 'Lists the batch tasks that the caller can see, with $filter, $select, $orderBy and paging.',
  description: 'The archive list. Option names are case-insensitive.',
  responses: { 200: ArchivePage },
  headers: CELLS_MISSING,
  reads: { query: Type.Object(OPTIONS) },
  examples: { response: { slim: PAGE } },
};

export const listArchiveOperation: Operation = {
  ...listBatchTasksOperation,
  id: 'listArchive',
  summary: "Lists the same batch tasks under SuperOffice's archive path, optionally with a count.",
  responses: { 200: Type.Union([ArchivePage, Columns]) },
  headers: COUNT_CUT,
  reads: { query: Type.Object(ARCHIVE_OPTIONS) },
};

export const postArchiveOperation: Operation = {
  ...listArchiveOperation,
  id: 'postArchive',
  summary: 'Lists the same batch tasks with the options in the body, for long filters.',
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
  summary: 'Lists the archives.',
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
  summary: 'Returns the columns of each archive, the target of odata.metadata.',
  responses: { 200: Type.Object({ BatchTasks: Columns }) },
};

export const describeArchiveOperation: Operation = {
  id: 'describeArchive',
  tag,
  access: ACCESS.read,
  summary: 'Returns the columns of the list of batch tasks.',
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
  Name: Type.String({ description: 'The column' }),
  Operator: Type.String({ description: 'An operator of $filter' }),
  Values: Type.Optional(Type.Array(Type.String())),
  IsActive: Type.Optional(Type.Boolean()),
  InterParenthesis: Type.Optional(
    Type.Integer({
      description:
        'Positive: the number of parentheses that open before it. Negative: the number that close after it',
    }),
  ),
  InterOperator: Type.Optional(
    Type.Enum(['None', 'And', 'Or'], { description: 'The operator between it and the next restriction' }),
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
const Provider = Type.String({ description: 'Only BatchTasks' });

/** The arguments and results of the methods of the Archive agent (contract, section 6). */
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
      Page: Type.Optional(
        Type.Integer({ description: 'The page number from 0. If negative, the number of tasks to skip' }),
      ),
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
    description: 'Argument names are case-insensitive.',
    responses: { 200: method.returns },
    reads: { body: Type.Object(method.args), bodyIsOptional: true },
    examples: { request: { arguments: method.example } },
  };
}
