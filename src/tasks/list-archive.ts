import type { Filter } from '../domain/archive/filter.ts';
import type { OrderColumn } from '../domain/archive/order.ts';
import type { Aggregate, Selection } from '../domain/archive/selection.ts';
import type { Caller } from '../domain/caller.ts';
import { invalid } from '../domain/errors.ts';
import { visibleTo } from '../domain/rights.ts';
import { type PageRow, type Place, readPage } from '../store/archive/read-page.ts';
import { slicesOf } from '../store/archive/scope.ts';
import { summarise } from '../store/archive/summarise.ts';
import type { TaskParts } from './task-parts.ts';

/** The most tasks that a total counts and an aggregate sums up. */
export const MOST_SUMMARISED = 1_000_000;

/** What a caller asks of the archive list. */
export interface ArchiveRequest {
  readonly filter: Filter | undefined;
  readonly selection: Selection;
  /** A total order. */
  readonly order: readonly OrderColumn[];
  /** Where the last page ended; `undefined` for the first. */
  readonly after: Place | undefined;
  readonly skip: number;
  /** The most tasks of a page. */
  readonly top: number;
  readonly grandTotal: boolean;
}

/** An aggregate and what it comes to. */
export interface AggregateValue {
  readonly aggregate: Aggregate;
  /** null for the average of nothing. */
  readonly value: number | null;
}

/** A page of the archive list. */
export interface ArchivePage {
  readonly rows: readonly PageRow[];
  /** Where the next page begins; `undefined` where there is none. */
  readonly next: Place | undefined;
  /** Before the tasks of the first page. */
  readonly header: readonly AggregateValue[];
  /** Behind the tasks of the last page. */
  readonly footer: readonly AggregateValue[];
  /** How many tasks the whole list has, no more than MOST_SUMMARISED, where it was asked for. */
  readonly total: { readonly count: number; readonly cut: boolean } | undefined;
}

/**
 * A page of the tasks that the caller may see and the filter lets through (contract, sections 6 and 7).
 *
 * @throws Refusal (invalid) where aggregates would have to sum up more than MOST_SUMMARISED tasks
 */
export async function listArchive(
  { database }: TaskParts,
  caller: Caller,
  request: ArchiveRequest,
): Promise<ArchivePage> {
  const { filter, selection, order, after, skip, top } = request;
  const slices = await slicesOf(database.sql, visibleTo(caller), filter);
  const page = { slices, filter, columns: selection.columns, order, after, skip, limit: top + 1 };
  const found = selection.hideDetail || top === 0 ? [] : await readPage(database.sql, page);
  const rows = found.slice(0, top);
  const next = found.length > top ? rows.at(-1)?.place : undefined;
  const isFirst = after === undefined && skip === 0;
  const shown = selection.aggregates.filter(
    ({ header, footer }) => (header && isFirst) || (footer && next === undefined),
  );
  if (shown.length === 0 && !request.grandTotal) {
    return { rows, next, header: [], footer: [], total: undefined };
  }
  const { count, values } = await summarise(
    database.sql,
    { slices, filter, limit: MOST_SUMMARISED + 1 },
    shown,
  );
  const cut = count > MOST_SUMMARISED;
  if (cut && shown.length > 0) {
    throw invalid`$select has aggregates, but there are more than ${MOST_SUMMARISED} tasks to sum up; a narrower $filter is accepted.`;
  }
  const summed = shown.map((aggregate, index) => ({ aggregate, value: values[index] ?? null }));
  return {
    rows,
    next,
    header: isFirst ? summed.filter(({ aggregate }) => aggregate.header) : [],
    footer: next === undefined ? summed.filter(({ aggregate }) => aggregate.footer) : [],
    total: request.grandTotal ? { count: Math.min(count, MOST_SUMMARISED), cut } : undefined,
  };
}
