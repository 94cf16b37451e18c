import type { FastifyReply } from 'fastify';
import type { Caller } from '../../core/access.ts';
import { message } from '../../core/message.ts';
import type { ColumnKind, ColumnName } from '../../core/odata/columns.ts';
import { kindOfExpression } from '../../core/odata/filter.ts';
import { rightsOn } from '../../core/permissions.ts';
import { cancellationOf } from '../../core/task.ts';
import type { ArchiveRow, ListCell } from '../../services/task-list-rows.ts';
import type { Locale } from '../i18n/locale.ts';
import { preferredFormat, setContentType } from '../respond.ts';

/** Text columns that are identifiers and are never translated. */
const VERBATIM: readonly ColumnName[] = ['DefinitionName', 'fileName', 'DbTag', 'waitsFor'];

/** Columns whose times are in UTC regardless of the caller's time zone (contract, section 6). */
const IN_UTC: readonly ColumnName[] = ['registeredDate', 'updatedDate'];

/** The kind of a cell. Aggregates other than minimum and maximum are numbers. */
function kindOfCell({ item }: ListCell): ColumnKind | 'decimal' {
  const isNumber = !['value', 'group', 'Min', 'Max'].includes(item.role);
  return isNumber ? 'decimal' : kindOfExpression(item.expression);
}

/** A raw value: numbers for associates and cancellation behaviours, texts in all languages, dates in ISO 8601. */
function rawOf(cell: ListCell, locale: Locale): unknown {
  const { value, item } = cell;
  if (kindOfCell(cell) !== 'date') return value;
  const isUtc = value !== null && IN_UTC.includes(item.expression.column);
  return isUtc ? locale.utcDate(value as Date) : locale.date(value as Date | null);
}

/**
 * A value for Slim: names of associates, texts in the caller's language, dates in ISO 8601.
 *
 * @param isDisplayed true to write booleans as words (`$output=Display`)
 */
function slimOf(cell: ListCell, locale: Locale, isDisplayed: boolean): unknown {
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

/** A display value, in the caller's language and culture (`DisplayValue`). */
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

/** The entity of tasks in the archive list. */
export const ENTITY = 'batchtask';

/** The row format that the caller chose. */
export interface RowStyle {
  readonly mode: 'Slim' | 'Wide' | 'Full';
  readonly output: 'Logical' | 'Display';
  /** Replaces characters of names other than letters, digits and underscores. */
  readonly jsonSafe: boolean;
}

type Row = Record<string, unknown>;

/** The key and the entity of a row. */
interface RowHead {
  readonly key: number;
  /** `batchtask`, or the kind of a row that is not a task: `header:1`, `grandtotal`. */
  readonly entity: string;
}

/** Numbers the rows that are not tasks, each kind separately. */
export class RowCounter {
  readonly #counts = new Map<string, number>();

  headOf({ kind, level, task }: ArchiveRow): RowHead {
    if (task !== undefined) return { key: task.id, entity: ENTITY };
    const key = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, key);
    return { key, entity: kind === 'grandtotal' ? kind : `${kind}:${level}` };
  }
}

/** Writes the rows of the archive list (contract, section 6). */
export class RowWriter {
  readonly #style: RowStyle;
  readonly #locale: Locale;
  readonly #caller: Caller;
  readonly #counter = new RowCounter();

  constructor(style: RowStyle, locale: Locale, caller: Caller) {
    this.#style = style;
    this.#locale = locale;
    this.#caller = caller;
  }

  write(row: ArchiveRow): Row {
    const { key, entity } = this.#counter.headOf(row);
    const rowType = row.task === undefined ? { RowType: entity } : {};
    if (this.#style.mode !== 'Full') {
      const written: Row = { PrimaryKey: String(key), EntityName: entity, ...rowType };
      for (const cell of row.cells) this.#add(written, cell);
      return written;
    }
    return {
      PrimaryKey: key,
      EntityName: entity,
      ...rowType,
      StyleHint: '',
      LinkHint: '',
      TableRight: this.#rightsOf(row),
      Column: Object.fromEntries(row.cells.map((cell) => [this.#name(cell.item.label), this.#full(cell)])),
    };
  }

  #add(row: Row, cell: ListCell): void {
    const slim = slimOf(cell, this.#locale, this.#style.output === 'Display');
    row[this.#name(cell.item.label)] = slim;
    if (this.#style.mode !== 'Wide') return;
    const raw = rawOf(cell, this.#locale);
    if (raw !== slim) row[this.#name(`${cell.item.label}:raw`)] = raw;
  }

  #full(cell: ListCell): Row {
    return {
      RawValue: rawOf(cell, this.#locale),
      DisplayValue: displayOf(cell, this.#locale),
      LinkHint: '',
      TooltipHint: '',
    };
  }

  /** The mask is a number here, unlike in BatchTaskInfo. */
  #rightsOf({ task }: ArchiveRow): Row {
    if (task === undefined) return { Mask: 0, Reason: '' };
    const { table, reason } = rightsOn(this.#caller, task.subject);
    return { Mask: table, Reason: reason === null ? '' : this.#locale.message(reason) };
  }

  #name(name: string): string {
    return this.#style.jsonSafe ? name.replaceAll(/\W/g, '_') : name;
  }
}

/** The name of the list in XML. */
export const PAYLOAD = 'ArchiveList';

const MEDIA_TYPES = { JSON: 'application/json', XML: 'application/xml' } as const;

/** Sets the response format to that of `$format`, which overrides Accept (contract, section 6). */
export function overrideFormat(reply: FastifyReply, name: 'JSON' | 'XML'): void {
  const format = preferredFormat(MEDIA_TYPES[name]);
  if (format !== undefined) setContentType(format, reply, PAYLOAD);
}
