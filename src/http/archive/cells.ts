import { COLUMNS, type ColumnName, type ColumnValue } from '../../domain/archive/columns.ts';
import { type CancellationBehaviourName, cancellationOf } from '../../domain/cancellation.ts';
import { type Message, type MessageData, message } from '../../domain/message.ts';
import { type StoredState, storedStateOf } from '../../domain/task-state.ts';
import type { Locale } from '../localization/locale.ts';

/** Texts that name or place something and are never translated. */
const VERBATIM: readonly ColumnName[] = ['name', 'fileName', 'databaseSerialNumber'];

const STATE_TEXTS: Readonly<Record<StoredState, Message>> = {
  New: message`New`,
  Aquired: message`Acquired`,
  Started: message`Started`,
  Succeeded: message`Succeeded`,
  Failed: message`Failed`,
  SucceededManualCleanup: message`Succeeded, to be cleaned up by hand`,
};

const CANCELLATION_TEXTS: Readonly<Record<CancellationBehaviourName, Message>> = {
  CanCancel: message`Can be cancelled`,
  CancelWithWarning: message`Can be cancelled, with a warning`,
  CannotCancel: message`Can not be cancelled`,
};

/** A value of a task, with the message that it was told by where it is a text of our own. */
export interface Cell {
  readonly column: ColumnName;
  readonly value: ColumnValue;
  readonly message: MessageData | null;
}

/** A value as programs read it: numbers, flags, enums by name, and dates in ISO 8601 (contract, sections 1 and 4). */
export function logicalOf({ column, value, message: ownText }: Cell, locale: Locale): unknown {
  switch (COLUMNS[column]) {
    case 'state':
      return storedStateOf(value as number);
    case 'cancellation':
      return cancellationOf(value as number);
    case 'date':
      return column === 'registeredDate' ? locale.utcDate(value as Date) : locale.date(value as Date | null);
    case 'text':
      return VERBATIM.includes(column) ? value : locale.text(value as string, ownText);
    default:
      return value;
  }
}

/** A value as people read it, in the caller's language: `$output=Display`, and DisplayValue in the wider modes. */
export function displayOf(cell: Cell, locale: Locale): string {
  const { column, value } = cell;
  switch (COLUMNS[column]) {
    case 'state':
      return locale.message(STATE_TEXTS[storedStateOf(value as number)]);
    case 'cancellation':
      return locale.message(CANCELLATION_TEXTS[cancellationOf(value as number)]);
    case 'flag':
      return locale.message(value ? message`Yes` : message`No`);
    case 'date':
      if (value === null) return '';
      return locale.culture?.dateTime(value as Date) ?? String(logicalOf(cell, locale));
    default:
      return String(logicalOf(cell, locale));
  }
}
