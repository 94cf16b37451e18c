/** A page of a list of one cell. */
export interface CellPage<Row> {
  readonly cell: string;
  /** In the order of the list. */
  readonly rows: readonly Row[];
  /** True if the cell has more rows behind these. */
  readonly hasMore: boolean;
}

/** A page of the list over all cells. */
export interface MergedPage<Row> {
  readonly rows: readonly (readonly [cell: string, row: Row])[];
  /** The last row of each cell that this page or the skipped rows have reached. */
  readonly last: ReadonlyMap<string, Row>;
  /** The number of rows that were skipped. */
  readonly skipped: number;
  readonly hasMore: boolean;
}

/**
 * Merges pages of several cells into a page of their common list. The page ends early when the rows of a cell are used up and it
 * has more: its next row may be smaller than those of the others.
 *
 * @param skip rows to leave out at the beginning
 * @param top maximum number of rows
 */
export function mergePages<Row>(
  pages: readonly CellPage<Row>[],
  compare: (a: Row, b: Row) => number,
  skip: number,
  top: number,
): MergedPage<Row> {
  const heads = pages.map(() => 0);
  const rows: [string, Row][] = [];
  const last = new Map<string, Row>();
  let skipped = 0;
  for (;;) {
    const isUncertain = pages.some((page, index) => page.hasMore && heads[index] === page.rows.length);
    const next = smallest(pages, heads, compare);
    if (next === undefined) return { rows, last, skipped, hasMore: top > 0 && isUncertain };
    if (isUncertain || rows.length === top) return { rows, last, skipped, hasMore: top > 0 };
    const { cell, row, index } = next;
    heads[index] = (heads[index] ?? 0) + 1;
    last.set(cell, row);
    if (skipped < skip) skipped += 1;
    else rows.push([cell, row]);
  }
}

/** Returns the smallest of the first unused rows; of equal ones, that of the first page. */
function smallest<Row>(
  pages: readonly CellPage<Row>[],
  heads: readonly number[],
  compare: (a: Row, b: Row) => number,
): { readonly cell: string; readonly row: Row; readonly index: number } | undefined {
  let found: { cell: string; row: Row; index: number } | undefined;
  for (const [index, page] of pages.entries()) {
    const row = page.rows[heads[index] ?? 0];
    if (row !== undefined && (found === undefined || compare(row, found.row) < 0))
      found = { cell: page.cell, row, index };
  }
  return found;
}
