import type { Kysely } from 'kysely';
import type { Caller } from '../core/access.ts';
import { type MessageData, plainOf } from '../core/message.ts';
import type { ColumnName } from '../core/odata/columns.ts';
import { columnsOf } from '../core/odata/filter.ts';
import { visibleTo } from '../core/permissions.ts';
import { type Cursor, partitionsFor, rankTexts as rankTextsIn } from '../db/queries/task-list.ts';
import type { ListedDefinition } from '../db/queries/task-list-filter.ts';
import { countTasks } from '../db/queries/task-list-summary.ts';
import type { Schema } from '../db/schema.ts';
import type { KnownDefinition } from '../queue/definitions.ts';
import type { TaskDeps } from './access.ts';
import {
  type ArchiveRequest,
  type ArchiveRow,
  ArchiveRows,
  type ArchiveSource,
  MAX_SUMMARISED,
} from './task-list-rows.ts';

/** A page of the archive list. */
export interface ArchivePage {
  readonly rows: readonly ArchiveRow[];
  /** Cursor of the next page; `undefined` if there is none. */
  readonly next: Cursor | undefined;
  /** Number of tasks in the whole list, if requested; `cut` if it exceeds MAX_SUMMARISED. */
  readonly total: { readonly count: number; readonly cut: boolean } | undefined;
}

/**
 * Returns a page of the tasks that the caller may see and that match the filter (contract, sections 6 and 7).
 *
 * @throws RequestError (invalid) if there are too many groups, or aggregates over more than MAX_SUMMARISED tasks;
 *   (unavailable) if the query times out
 */
export async function listArchive(
  deps: TaskDeps,
  caller: Caller,
  request: ArchiveRequest,
): Promise<ArchivePage> {
  const { filter, selection, order } = request;
  const columns = [...selection.map(({ expression }) => expression), ...order].map(({ column }) => column);
  const known = await definitionsFor(deps, [...columns, ...columnsOf(filter)]);
  return deps.database.lists.read((db) => readArchive(db, caller, request, known));
}

async function readArchive(
  db: Kysely<Schema>,
  caller: Caller,
  request: ArchiveRequest,
  known: readonly KnownDefinition[],
): Promise<ArchivePage> {
  const { filter } = request;
  const source: ArchiveSource = {
    partitions: await partitionsFor(db, visibleTo(caller), filter),
    definitions: listedDefinitions(known),
  };
  const page = await new ArchiveRows(db, source, request).read();
  const next = page.next;
  const rows = known.length === 0 ? page.rows : page.rows.map((row) => withDescription(row, known));
  if (!request.count) return { rows, next, total: undefined };
  const count = await countTasks(db, { ...source, filter, limit: MAX_SUMMARISED + 1 });
  const cut = count > MAX_SUMMARISED;
  return { rows, next, total: { count: Math.min(count, MAX_SUMMARISED), cut } };
}

const DESCRIPTION: ColumnName = 'DefinitionDescription';

/** Returns the definitions that a list of these columns needs: none without the column DefinitionDescription. */
export async function definitionsFor(
  { definitions }: TaskDeps,
  columns: readonly ColumnName[],
): Promise<KnownDefinition[]> {
  return columns.includes(DESCRIPTION) ? definitions.all() : [];
}

/** Converts definitions for the queries of the list. */
export function listedDefinitions(known: readonly KnownDefinition[]): ListedDefinition[] {
  return known.map(({ name, description }) => ({ name, description: plainOf(description) }));
}

/** Adds the translatable form of the definition's description. */
function withDescription(row: ArchiveRow, known: readonly KnownDefinition[]): ArchiveRow {
  const { description } = known.find(({ name }) => name === row.task?.subject.name) ?? {};
  const message: MessageData | null = typeof description === 'object' ? description : null;
  const cells = row.cells.map((cell) =>
    cell.item.role === 'value' && cell.item.expression.column === DESCRIPTION ? { ...cell, message } : cell,
  );
  return { ...row, cells };
}

/** Returns the ranks of texts in the order of lists. */
export async function rankTexts(
  { database }: TaskDeps,
  texts: readonly string[],
): Promise<Map<string, number>> {
  return texts.length === 0 ? new Map() : database.lists.read((db) => rankTextsIn(db, texts));
}
