import type { Caller } from '../../core/caller.ts';
import { rightsOn } from '../../core/permissions.ts';
import type { ArchiveRow, ListCell } from '../../services/task-list-rows.ts';
import type { Locale } from '../i18n/locale.ts';
import { displayOf, rawOf, slimOf } from './cells.ts';

/** The entity of tasks in the archive list. */
export const ENTITY = 'batchtask';

/** How the rows of an answer look. */
export interface RowStyle {
  readonly mode: 'Slim' | 'Wide' | 'Full';
  readonly output: 'Logical' | 'Display';
  /** Names of letters, digits and underscores only. */
  readonly jsonSafe: boolean;
}

type Row = Record<string, unknown>;

/** The parts of a row beside its columns. */
interface RowHead {
  readonly key: number;
  /** `batchtask`, or the kind of any other row: `header:1`, `grandtotal`. */
  readonly entity: string;
}

/** Numbers the rows of a response that are not tasks, each kind separately. */
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

  /** In this list the mask is a number, unlike in carriers. */
  #rightsOf({ task }: ArchiveRow): Row {
    if (task === undefined) return { Mask: 0, Reason: '' };
    const { table, reason } = rightsOn(this.#caller, task.subject);
    return { Mask: table, Reason: reason === null ? '' : this.#locale.message(reason) };
  }

  #name(name: string): string {
    return this.#style.jsonSafe ? name.replaceAll(/\W/g, '_') : name;
  }
}
