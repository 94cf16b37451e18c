import { type Message, message } from '../../core/message.ts';
import { COLUMN_NAMES, COLUMNS, type ColumnKind, type ColumnName } from '../../core/odata/columns.ts';
import type { Locale } from '../i18n/locale.ts';

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
export function columnsByName(locale: Locale): Record<string, ArchiveColumnInfo> {
  return Object.fromEntries(describeColumns(locale).map((column) => [column.Name, column]));
}
