/** What a column of the archive list holds, which decides what operators it has. */
export type ColumnKind = 'int' | 'associate' | 'state' | 'cancellation' | 'flag' | 'text' | 'date';

/** A value of a column as it is stored: states and cancellation behaviours by number, a date that was never set as null. */
export type ColumnValue = number | string | boolean | Date | null;

/** Every column of the archive list of batch tasks and what it holds (contract, section 6). */
export const COLUMNS = {
  batchTaskId: 'int',
  name: 'text',
  state: 'state',
  associateId: 'associate',
  description: 'text',
  request: 'text',
  response: 'text',
  startCount: 'int',
  lastStarted: 'date',
  registeredDate: 'date',
  updatedDate: 'date',
  progressPercent: 'int',
  progressDescription: 'text',
  fileName: 'text',
  context: 'text',
  result: 'text',
  detailsTable: 'int',
  detailsRecord: 'int',
  databaseSerialNumber: 'text',
  cancellationBehaviour: 'cancellation',
  isSystemTask: 'flag',
  isInternalTask: 'flag',
  parentId: 'int',
} as const satisfies Record<string, ColumnKind>;

/** The name of a column. */
export type ColumnName = keyof typeof COLUMNS;

/** The names of all columns, in their order. */
export const COLUMN_NAMES = Object.keys(COLUMNS) as ColumnName[];

/** The columns of an answer where `$select` names none: those that the contract lists. */
export const DEFAULT_COLUMNS: readonly ColumnName[] = COLUMN_NAMES.slice(0, COLUMN_NAMES.indexOf('context'));

const byLowerName = new Map(COLUMN_NAMES.map((name) => [name.toLowerCase(), name]));

/** The column of this name in any casing, or `undefined`. */
export function findColumn(name: string): ColumnName | undefined {
  return byLowerName.get(name.toLowerCase());
}
