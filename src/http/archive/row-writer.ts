import { COLUMNS, type ColumnName, type ColumnValue } from '../../domain/archive/columns.ts';
import type { PageRow } from '../../store/archive/read-page.ts';
import type { AggregateValue } from '../../tasks/list-archive.ts';
import type { Locale } from '../localization/locale.ts';
import { type Cell, displayOf, logicalOf } from './cells.ts';

/** How the rows of an answer look. */
export interface RowStyle {
  readonly mode: 'Slim' | 'Wide' | 'Full';
  readonly output: 'Logical' | 'Display';
  /** Names of letters, digits and underscores only. */
  readonly jsonSafe: boolean;
}

type Row = Record<string, unknown>;

/** Writes the rows of the archive list (contract, section 6). */
export class RowWriter {
  readonly #style: RowStyle;
  readonly #locale: Locale;

  constructor(style: RowStyle, locale: Locale) {
    this.#style = style;
    this.#locale = locale;
  }

  /** A task. */
  task({ id, values, messages }: PageRow): Row {
    const row: Row = { PrimaryKey: id, EntityName: 'batchTask' };
    for (const [column, value] of Object.entries(values) as [ColumnName, ColumnValue][]) {
      const cell = { column, value, message: messages[column] ?? null };
      this.#cell(row, column, this.#slim(cell), () => displayOf(cell, this.#locale));
    }
    return row;
  }

  /** A row of aggregates; it is no task, and its PrimaryKey is 0. */
  aggregates(entity: 'header' | 'footer', values: readonly AggregateValue[]): Row {
    const row: Row = { PrimaryKey: 0, EntityName: entity };
    for (const { aggregate, value } of values) {
      this.#cell(row, aggregate.label, value, () => (value === null ? '' : String(value)));
    }
    return row;
  }

  /** What the Slim mode writes: Display changes what people would not understand, and leaves numbers and dates. */
  #slim(cell: Cell): unknown {
    const shown = this.#style.output === 'Display' && this.#style.mode === 'Slim';
    return shown && ['state', 'cancellation', 'flag'].includes(COLUMNS[cell.column])
      ? displayOf(cell, this.#locale)
      : logicalOf(cell, this.#locale);
  }

  #cell(row: Row, name: string, value: unknown, display: () => string): void {
    switch (this.#style.mode) {
      case 'Slim':
        row[this.#name(name)] = value;
        return;
      case 'Wide':
        row[this.#name(name)] = value;
        row[this.#name(`${name}:DisplayValue`)] = display();
        return;
      case 'Full':
        row[this.#name(name)] = { DisplayValue: display(), TooltipHint: '', LinkHint: '', RawValue: value };
    }
  }

  #name(name: string): string {
    return this.#style.jsonSafe ? name.replaceAll(/\W/g, '_') : name;
  }
}
