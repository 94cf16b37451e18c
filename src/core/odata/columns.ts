/** The kind of a column of the archive list, which decides its operators. */
export type ColumnKind =
  | 'int'
  /** An associate: the value is its id, the display value its name. */
  | 'associate'
  /** The id of an associate, displayed as a number. */
  | 'associateId'
  | 'state'
  | 'cancellation'
  | 'flag'
  | 'text'
  | 'date'
  /** `getAllRows` and `getNoRows`: they only restrict the list; tasks have no value for them. */
  | 'restriction';

/** A stored value of a column: states and cancellation behaviours are numbers, a date that was never set is null. */
export type ColumnValue = number | string | boolean | Date | null;

interface Column {
  readonly kind: ColumnKind;
  readonly canOrderBy: boolean;
}

const sorted = (kind: ColumnKind): Column => ({ kind, canOrderBy: true });
const unsorted = (kind: ColumnKind): Column => ({ kind, canOrderBy: false });

/** All columns of the archive list of batch tasks (contract, section 6): SuperOffice's first, then our own. */
const TABLE = {
  getAllRows: unsorted('restriction'),
  getNoRows: unsorted('restriction'),
  DefinitionId: sorted('int'),
  DefinitionName: sorted('text'),
  DefinitionDescription: sorted('text'),
  DefinitionTimeOut: sorted('int'),
  Description: sorted('text'),
  DbTag: sorted('text'),
  State: sorted('state'),
  DetailsTable: sorted('int'),
  DetailsRecord: sorted('int'),
  Request: unsorted('text'),
  Response: unsorted('text'),
  StartCount: sorted('int'),
  LastStarted: sorted('date'),
  ProgressPercent: sorted('int'),
  ProgressDescription: unsorted('text'),
  updatedBy: sorted('associate'),
  updatedDate: sorted('date'),
  registeredBy: sorted('associate'),
  registeredDate: sorted('date'),
  batchTaskId: sorted('int'),
  associateId: sorted('associateId'),
  fileName: sorted('text'),
  result: sorted('text'),
  context: sorted('text'),
  cancellationBehaviour: sorted('cancellation'),
  isSystemTask: sorted('flag'),
  isInternalTask: sorted('flag'),
  parentId: sorted('int'),
  scheduleId: sorted('int'),
  stopped: sorted('flag'),
  dueAt: sorted('date'),
  waitsFor: sorted('text'),
  priority: sorted('int'),
  duration: sorted('int'),
} as const satisfies Record<string, Column>;

/** The name of a column, in the spelling of SuperOffice. */
export type ColumnName = keyof typeof TABLE;

/** All columns by name. */
export const COLUMNS: Readonly<Record<ColumnName, Column>> = TABLE;

/** The names of all columns, in order. */
export const COLUMN_NAMES = Object.keys(TABLE) as ColumnName[];

/** The default of `$select` (contract, section 6). */
export const DEFAULT_COLUMNS: readonly ColumnName[] = [
  ...(['DefinitionName', 'Description', 'State', 'StartCount', 'LastStarted'] as const),
  ...(['ProgressPercent', 'ProgressDescription', 'registeredBy', 'registeredDate'] as const),
];

/** Other names of columns. */
const ALIASES: Readonly<Record<string, ColumnName>> = {
  name: 'DefinitionName',
  databaseSerialNumber: 'DbTag',
};

const byLowerName = new Map<string, ColumnName>([
  ...COLUMN_NAMES.map((name) => [name.toLowerCase(), name] as const),
  ...Object.entries(ALIASES).map(([alias, name]) => [alias.toLowerCase(), name] as const),
]);

/** Returns the column with this name, in any casing; `undefined` if there is none. */
export function findColumn(name: string): ColumnName | undefined {
  return byLowerName.get(name.toLowerCase());
}

/** Returns the kind of value in a column. */
export function kindOf(column: ColumnName): ColumnKind {
  return COLUMNS[column].kind;
}
