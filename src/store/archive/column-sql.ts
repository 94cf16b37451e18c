import { type RawBuilder, sql } from 'kysely';
import { COLUMNS, type ColumnName, type ColumnValue } from '../../domain/archive/columns.ts';
import type { MessageData } from '../../domain/message.ts';

/** Where the value of each column of the archive list is, in `batchline.task as t`. */
export const COLUMN_SQL: Readonly<Record<ColumnName, RawBuilder<ColumnValue>>> = {
  batchTaskId: sql`t.id`,
  name: sql`t.name`,
  state: sql`t.state`,
  associateId: sql`t.owner_id`,
  description: sql`t.description`,
  request: sql`t.request`,
  response: sql`t.response`,
  startCount: sql`t.start_count`,
  lastStarted: sql`t.last_started`,
  registeredDate: sql`t.created`,
  updatedDate: sql`t.updated`,
  progressPercent: sql`t.progress_percent`,
  progressDescription: sql`t.progress_description`,
  fileName: sql`t.file_name`,
  context: sql`t.context`,
  result: sql`t.result`,
  detailsTable: sql`t.details_table`,
  detailsRecord: sql`t.details_record`,
  databaseSerialNumber: sql`t.tenant`,
  cancellationBehaviour: sql`t.cancellation`,
  isSystemTask: sql`(t.owner_id = 0)`,
  isInternalTask: sql`t.is_internal`,
  parentId: sql`coalesce(t.parent_id, 0)`,
};

/** Where the message is that a text was told by, for the columns whose texts may be of our own. */
export const MESSAGE_SQL: Readonly<Partial<Record<ColumnName, RawBuilder<MessageData | null>>>> = {
  progressDescription: sql`t.progress_message`,
  result: sql`t.result_message`,
};

/** That a column has a value, by its kind. */
export function isSet(column: ColumnName): RawBuilder<boolean> {
  const value = COLUMN_SQL[column];
  switch (COLUMNS[column]) {
    case 'text':
      return sql`${value} <> ''`;
    case 'date':
      return sql`${value} is not null`;
    case 'flag':
      return sql`${value}`;
    default:
      return sql`${value} <> 0`;
  }
}
