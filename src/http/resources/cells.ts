import { cancellationOf } from '../../core/cancellation.ts';
import { message } from '../../core/message.ts';
import type { ColumnKind, ColumnName } from '../../core/odata/columns.ts';
import { kindOfExpression } from '../../core/odata/expression.ts';
import type { ListCell } from '../../services/task-list-rows.ts';
import type { Locale } from '../i18n/locale.ts';

/** Texts that name or place something and are never translated. */
const VERBATIM: readonly ColumnName[] = ['DefinitionName', 'fileName', 'DbTag'];

/** Times that are in UTC whatever the zone (contract, section 6). */
const IN_UTC: readonly ColumnName[] = ['registeredDate', 'updatedDate'];

/** The kind of a cell: aggregates other than minimum and maximum are numbers. */
function kindOfCell({ item }: ListCell): ColumnKind | 'decimal' {
  const isNumber = !['value', 'group', 'Min', 'Max'].includes(item.role);
  return isNumber ? 'decimal' : kindOfExpression(item.expression);
}

/** A value as it is stored: associates and cancellation behaviours by number, texts in all languages, dates in ISO 8601. */
export function rawOf(cell: ListCell, locale: Locale): unknown {
  const { value, item } = cell;
  if (kindOfCell(cell) !== 'date') return value;
  const isUtc = value !== null && IN_UTC.includes(item.expression.column);
  return isUtc ? locale.utcDate(value as Date) : locale.date(value as Date | null);
}

/**
 * A value as Slim shows it: the names of associates, texts in the caller's language, dates in ISO 8601.
 *
 * @param isDisplayed whether flags are words (`$output=Display`)
 */
export function slimOf(cell: ListCell, locale: Locale, isDisplayed: boolean): unknown {
  const { value, name } = cell;
  if (value === null) return rawOf(cell, locale);
  switch (kindOfCell(cell)) {
    case 'associate':
      return name ?? '';
    case 'cancellation':
      return cancellationOf(value as number);
    case 'text':
      return isTranslated(cell) ? locale.text(value as string, cell.message) : value;
    case 'flag':
      return isDisplayed ? wordOf(value as boolean, locale) : value;
    default:
      return rawOf(cell, locale);
  }
}

/** A value for people, in the caller's language and culture: `DisplayValue`. */
export function displayOf(cell: ListCell, locale: Locale): string {
  const { value } = cell;
  if (value === null) return '';
  if (value instanceof Date) return locale.culture?.dateTime(value) ?? String(rawOf(cell, locale));
  return String(slimOf(cell, locale, true));
}

function isTranslated({ item }: ListCell): boolean {
  return item.expression.part === undefined && !VERBATIM.includes(item.expression.column);
}

function wordOf(flag: boolean, locale: Locale): string {
  return locale.message(flag ? message`Yes` : message`No`);
}
