import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Caller } from '../../core/access.ts';
import { type CellPage, mergePages } from '../../core/cell-pages.ts';
import { invalid } from '../../core/errors.ts';
import { kindOfExpression, type OrderColumn } from '../../core/odata/filter.ts';
import type { Cursor } from '../../db/queries/task-list.ts';
import type { TaskDeps } from '../../services/access.ts';
import { type ArchivePage, listArchive, rankTexts } from '../../services/task-list.ts';
import type { ArchiveRequest } from '../../services/task-list-rows.ts';
import { askOtherCells } from '../cell-lists.ts';
import { readCellsToken, readSkipToken, writeCellsToken, writeSkipToken } from './batch-task-list-token.ts';

/** The path of the list at other cells. Its options are in the body, because a filter may be long. */
const PATH = '/api/v1/Archive/BatchTasks';

/** A row of the list on the wire. */
type WireRow = Record<string, unknown>;

/** A row of a cell, and its position in the order of the list. */
interface Placed {
  readonly row: WireRow;
  readonly place: Cursor;
}

/** A page of the list over all cells. */
interface AllCellsPage {
  readonly rows: readonly WireRow[];
  /** The `$skiptoken` of the next page; undefined if there is none. */
  readonly next: string | undefined;
  readonly total: ArchivePage['total'];
}

/** A request for a page of the list over all cells. */
export interface AllCellsRequest {
  readonly caller: Caller;
  /** The request for the rows of one cell. */
  readonly list: ArchiveRequest;
  /** The `$skiptoken`; empty for the first page. */
  readonly token: string;
  /** The options for another cell, without those for paging. */
  readonly options: Readonly<Record<string, string>>;
  /** Maximum number of tasks in a page of a cell. */
  readonly limit: number;
  /** Writes the rows of this cell. */
  readonly write: (page: ArchivePage) => WireRow[];
}

/** Checks that a list can cover all cells. @throws RequestError (invalid) */
function checkForAllCells({ grouping, grandTotal }: ArchiveRequest): void {
  if (grouping !== undefined || grandTotal)
    throw invalid`Groups, aggregates and GrandTotal are for the list of one cell; leave out $cells.`;
}

/**
 * Returns a page of the tasks of all cells, in the order asked for. Each cell continues after its own last task of the page, so
 * that a cell that was down loses no task: its tasks follow when it responds again.
 *
 * @throws RequestError (invalid) if the list has groups, or the token is of another list
 */
export async function listAllCells(
  tasks: TaskDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  { caller, list, token, options, limit, write }: AllCellsRequest,
): Promise<AllCellsPage> {
  checkForAllCells(list);
  const { order, top } = list;
  const { skip, positions } = token === '' ? { skip: list.skip, positions: {} } : readCellsToken(token);
  const name = tasks.cells?.name ?? '';
  const after = positions[name];
  const size = Math.min(skip + top, limit);
  const own = {
    ...list,
    skip: 0,
    top: size,
    after: after === undefined ? undefined : readSkipToken(order, after),
  };
  const asked = askOtherCells(request, reply, caller, ({ name: other }) => {
    const token = positions[other] === undefined ? {} : { $skiptoken: positions[other] };
    return { path: PATH, body: { ...options, $cells: 'own', $top: String(size), ...token } };
  });
  const [page, answers] = await Promise.all([listArchive(tasks, caller, own), asked]);
  const pages: CellPage<Placed>[] = [
    { cell: name, rows: placed(write(page), order), hasMore: page.next !== undefined },
  ];
  let count = page.total?.count ?? 0;
  let cut = page.total?.cut ?? false;
  for (const { cell, body } of answers) {
    const found = body as Partial<Record<string, unknown>> & { readonly value: WireRow[] };
    pages.push({
      cell,
      rows: placed(found.value, order),
      hasMore: typeof found['odata.nextLink'] === 'string',
    });
    count += Number(found['odata.count'] ?? 0);
    cut ||= found.CountCut === true;
  }
  const compare = await comparing(tasks, order, pages);
  const merged = mergePages(pages, compare, skip, top);
  const passed = [...merged.last].map(([cell, { place }]) => [cell, writeSkipToken(order, place)]);
  const next = { skip: skip - merged.skipped, positions: { ...positions, ...Object.fromEntries(passed) } };
  return {
    rows: merged.rows.map(([cell, { row }]) => ({ ...row, Cell: cell })),
    next: merged.hasMore ? writeCellsToken(next) : undefined,
    total: page.total && { count, cut },
  };
}

/** Separates the rows of a cell from their positions. */
function placed(rows: readonly WireRow[], order: readonly OrderColumn[]): Placed[] {
  return rows.map(({ SkipToken, ...row }) => ({ row, place: readSkipToken(order, String(SkipToken)) }));
}

/** Returns the order of the list. Texts are compared by the database, whose collation JavaScript doesn't have. */
async function comparing(
  tasks: TaskDeps,
  order: readonly OrderColumn[],
  pages: readonly CellPage<Placed>[],
): Promise<(a: Placed, b: Placed) => number> {
  const kinds = order.map((column) => kindOfExpression(column));
  const isText = kinds.map((kind) => kind === 'text' || kind === 'associate');
  const all = pages
    .flatMap(({ rows }) => rows)
    .flatMap(({ place }) => place.filter((_, index) => isText[index]));
  const ranks = await rankTexts(tasks, all);
  const keyOf = (place: Cursor, index: number): number | string => {
    const text = place[index] ?? '';
    if (isText[index]) return ranks.get(text) ?? 0;
    // Dates are ISO 8601 in UTC; -infinity is before all others.
    return kinds[index] === 'date' ? text : Number(text);
  };
  return (a, b) => {
    for (const [index, { descending }] of order.entries()) {
      const [one, other] = [keyOf(a.place, index), keyOf(b.place, index)];
      if (one !== other) return one < other === descending ? 1 : -1;
    }
    return 0;
  };
}
