import { type Kysely, type RawBuilder, sql, type Transaction } from 'kysely';
import type { Filter } from '../../core/odata/filter.ts';
import { TaskState } from '../../core/task-state.ts';
import type { Schema } from '../schema.ts';

/** Maximum number of characters of a task's parameters, and of its result, in the index. */
const MAX_INDEXED = 20_000;
/** The number of attempts of a task whose errors are in the index: the last ones. */
const INDEXED_ATTEMPTS = 5;

type Words = Extract<Filter, { kind: 'words' }>;

/** Matches tasks that contain all sequences of words, or have the id. Looks up each task: for tasks in another order. */
export function containsWords({ sequences, id }: Words): RawBuilder<boolean> {
  const contains = sql`exists (
    select from batchline.task_search as s
    where s.task_id = t.id
      and s.document @@ (select to_tsquery('simple', batchline.fold(${queryOf(sequences)}))) offset 0)`;
  return id === undefined ? sql`${contains}` : sql`(t.id = ${id}::int or ${contains})`;
}

/** A query of text search. Words have no punctuation, so that they need no escapes. */
function queryOf(sequences: Words['sequences']): string {
  return sequences
    .map(({ words, isPrefix }) => {
      const operands = words.map(
        (word, index) => `'${word}'${isPrefix && index === words.length - 1 ? ':*' : ''}`,
      );
      return `(${operands.join(' <-> ')})`;
    })
    .join(' & ');
}

/** Maximum number of tasks that are read by their ids. Words of more tasks are found soon in any order of the list. */
const MAX_FOUND = 10_000;

/**
 * Returns the ids of the tasks that contain the words which a filter requires, by the search index.
 *
 * @returns `undefined` if it requires none, or there are more than `MAX_FOUND`
 */
export async function findByWords(
  db: Kysely<Schema>,
  filter: Filter | undefined,
): Promise<readonly number[] | undefined> {
  const parts = filter?.kind === 'and' ? filter.parts : [filter];
  const words = parts.find((part): part is Words => part?.kind === 'words');
  if (words === undefined) return undefined;
  const { rows } = await sql<{ id: number }>`
    select id from batchline.search_tasks(${queryOf(words.sequences)}, ${MAX_FOUND + 1}) as id`.execute(db);
  if (rows.length > MAX_FOUND) return undefined;
  return [...rows.map(({ id }) => id), ...(words.id === undefined ? [] : [words.id])];
}

/** The progress of the index. */
export interface SearchCursor {
  /** The state changes up to this event are in the index. */
  readonly position: number;
  /** Of the tasks that are older than the index, those with smaller ids are not in it yet. */
  readonly backfill: number;
}

/** The only row of the cursor. */
const CURSOR = 1;

/** Reads the cursor, and the largest id of an event; `undefined` until `startIndex`. */
export async function readSearchCursor(
  db: Kysely<Schema>,
): Promise<(SearchCursor & { readonly lastEvent: number }) | undefined> {
  const result = await sql<CursorRow & { readonly last: string | number }>`
    select c.position, c.backfill, (select coalesce(max(a.id), 0) from batchline.task_audit as a) as last
    from batchline.task_search_cursor as c where c.id = ${CURSOR}`.execute(db);
  const cursor = toCursor(result);
  return cursor && { ...cursor, lastEvent: Number(result.rows[0]?.last ?? 0) };
}

/** Locks the cursor, so that one process at a time writes the index; `undefined` if another one has locked it. */
export async function lockSearchCursor(trx: Transaction<Schema>): Promise<SearchCursor | undefined> {
  return toCursor(
    await sql<CursorRow>`
      select c.position, c.backfill from batchline.task_search_cursor as c
      where c.id = ${CURSOR} for update skip locked`.execute(trx),
  );
}

interface CursorRow {
  readonly position: string | number;
  readonly backfill: number;
}

function toCursor({ rows: [row] }: { readonly rows: readonly CursorRow[] }): SearchCursor | undefined {
  return row && { position: Number(row.position), backfill: row.backfill };
}

/**
 * Starts the index: changes after the position are indexed from there, and the existing tasks beside them, newest first.
 *
 * @returns whether there are existing tasks
 */
export async function startIndex(db: Kysely<Schema>, position: number): Promise<boolean> {
  const { rows } = await sql<{ backfill: number }>`
    with newest as materialized (select coalesce(max(t.id) + 1, 0) as backfill from batchline.task as t)
    insert into batchline.task_search_cursor (id, position, backfill)
    select ${CURSOR}::int, ${position}::bigint, n.backfill from newest as n
    on conflict (id) do nothing
    returning backfill`.execute(db);
  return rows[0]?.backfill !== 0;
}

/** Moves the locked cursor. */
export async function moveSearchCursor(
  trx: Transaction<Schema>,
  { position, backfill }: SearchCursor,
): Promise<void> {
  await sql`
    update batchline.task_search_cursor set position = ${position}, backfill = ${backfill}
    where id = ${CURSOR}`.execute(trx);
}

/** Tasks whose words have changed, and the event up to which this is known. */
export interface ChangedTasks {
  readonly ids: readonly number[];
  readonly position: number;
}

/** Reads which tasks have been started or have ended a run in a range of events. A running task changes only its progress. */
export async function readChangedTasks(
  trx: Transaction<Schema>,
  after: number,
  upTo: number,
  limit: number,
): Promise<ChangedTasks> {
  const { rows } = await sql<{ id: string | number; task_id: number; to_state: number }>`
    select a.id, a.task_id, a.to_state from batchline.task_audit as a
    where a.id > ${after} and a.id <= ${upTo} order by a.id limit ${limit}`.execute(trx);
  const changed = rows.filter(
    ({ to_state }) => to_state !== TaskState.Aquired && to_state !== TaskState.Started,
  );
  return {
    ids: [...new Set(changed.map(({ task_id }) => task_id))],
    position: rows.length < limit ? upTo : Number(rows.at(-1)?.id ?? upTo),
  };
}

/** Reads the ids of the newest tasks with ids below `before`. */
export async function readOlderTasks(
  trx: Transaction<Schema>,
  before: number,
  limit: number,
): Promise<number[]> {
  const { rows } = await sql<{ id: number }>`
    select t.id from batchline.task as t where t.id < ${before} order by t.id desc limit ${limit}`.execute(
    trx,
  );
  return rows.map(({ id }) => id);
}

/** JSON as text, without the escape sequences of its strings. */
const unescaped = (json: RawBuilder<unknown>): RawBuilder<string> =>
  sql`regexp_replace(left(${json}, ${sql.lit(MAX_INDEXED)}), '\\\\(u[0-9a-f]{4}|.)', ' ', 'g')`;

/**
 * Writes the words of tasks to the index: their id, names, texts, ParameterObject, Result, and the errors of their last
 * attempts. Call it with the cursor locked. Internal tasks leave no trace.
 */
export async function indexTasks(trx: Transaction<Schema>, ids: readonly number[]): Promise<void> {
  if (ids.length === 0) return;
  // In a common table expression, because Citus reads nothing from the outer joins of an `insert … select`.
  await sql`
    with words as materialized (
      select t.id, to_tsvector('simple', batchline.search_text(concat_ws(' ',
        t.id, t.name, t.description, t.request, t.response, t.context, t.file_name,
        left(t.result, ${sql.lit(MAX_INDEXED)}), ${unescaped(sql`o.content`)}, e.errors))) as document
      from batchline.task as t
      left join batchline.binary_object as o on o.id = t.parameter_object_id
      left join lateral (
        select string_agg(concat_ws(' ', a.error ->> 'class', left(a.error ->> 'message', 4000),
          left(a.error ->> 'stack', 2000), left(a.error -> 'cause' ->> 'message', 2000)), ' ') as errors
        from (
          select a.error from batchline.task_attempt as a
          where a.task_id = t.id and a.error is not null
          order by a.number desc limit ${sql.lit(INDEXED_ATTEMPTS)}
        ) as a
      ) as e on true
      where t.id = any (${ids}::int[]) and not t.is_internal
    )
    insert into batchline.task_search as s (task_id, document)
    select w.id, w.document from words as w
    on conflict (task_id) do update set document = excluded.document
    where s.document is distinct from excluded.document`.execute(trx);
  // Tasks that were deleted since the statement began.
  await sql`
    delete from batchline.task_search as s
    where s.task_id = any (${ids}::int[]) and not exists (select from batchline.task as t where t.id = s.task_id)`.execute(
    trx,
  );
}

/** A step of `removeStaleWords`. */
export interface StaleStep {
  readonly removed: number;
  /** The last id that was checked; `undefined` at the end. */
  readonly to: number | undefined;
}

/** Deletes the words of tasks that no longer exist, among the next `limit` rows after an id: servers of 0.2.0 leave them. */
export async function removeStaleWords(db: Kysely<Schema>, after: number, limit: number): Promise<StaleStep> {
  const { rows } = await sql<{ removed: number; last: number | null }>`
    with page as (
      select s.task_id from batchline.task_search as s where s.task_id > ${after} order by s.task_id limit ${limit}
    ), stale as (
      delete from batchline.task_search as s using page
      where s.task_id = page.task_id and not exists (select from batchline.task as t where t.id = page.task_id)
      returning 1
    )
    select (select count(*)::int from stale) as removed, (select max(task_id) from page) as last`.execute(db);
  return { removed: rows[0]?.removed ?? 0, to: rows[0]?.last ?? undefined };
}
