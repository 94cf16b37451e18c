import fc from 'fast-check';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { COLUMN_NAMES, COLUMNS, type ColumnName } from '../../src/core/odata/columns.ts';
import { parseOrder } from '../../src/core/odata/filter.ts';
import { OPERATORS } from '../../src/core/odata/operators.ts';
import { parseFilter } from '../../src/core/odata/parser.ts';
import { filterOfSearch } from '../../src/core/search/filter.ts';
import { wordsOf } from '../../src/core/search/words.ts';
import type { Database } from '../../src/db/database.ts';
import { openDatabase } from '../../src/db/open.ts';
import { deleteTaskRows } from '../../src/db/queries/task-delete.ts';
import { type Cursor, listPage, type Partition } from '../../src/db/queries/task-list.ts';
import { findByWords, removeStaleWords } from '../../src/db/queries/task-search.ts';
import { inTransaction } from '../../src/db/transaction.ts';
import { SearchIndexer } from '../../src/queue/search-indexer.ts';
import {
  type ArchiveTask,
  ASKED,
  FILTERS,
  type FilterCase,
  FUNCTION_CASES,
  OPERATOR_CASES,
  TASKS,
} from '../support/archive-filters.ts';
import { createPlace, DATABASES, type Place as TestPlace } from '../support/databases.ts';
import { fuzzRuns } from '../support/fuzz.ts';

const SORTABLE = COLUMN_NAMES.filter((name) => COLUMNS[name].canOrderBy);
const EVERYTHING: Partition[] = [{ condition: sql`true`, ofOwner: false, isActive: false }];

test('every operator has cases', () => {
  expect(Object.keys(OPERATOR_CASES).sort()).toEqual(OPERATORS.flatMap(({ names }) => names).sort());
});

describe.each(DATABASES)('the archive list on %s', (kind) => {
  let place: TestPlace;
  let database: Database;
  let tasks: ArchiveTask[];
  beforeAll(async () => {
    place = await createPlace(kind);
    database = await openDatabase(readConfig(place.env), pino({ level: 'silent' }));
    tasks = [];
    for (const task of fc.sample(TASKS, { numRuns: 80, seed: 5 })) tasks.push(await insert(database, task));
  });
  afterAll(async () => {
    await database?.close();
    await place?.remove();
  });

  async function expectSame({ text, matches }: FilterCase): Promise<void> {
    const filter = parseFilter(text, ASKED);
    const { rows } = await listPage(database.sql, {
      partitions: EVERYTHING,
      filter,
      columns: [],
      order: parseOrder('batchTaskId'),
      after: undefined,
      skip: 0,
      limit: 1000,
    });
    expect(
      rows.map(({ id }) => id),
      text,
    ).toEqual(tasks.filter(matches).map(({ batchTaskId }) => batchTaskId));
  }

  test.each(Object.entries(OPERATOR_CASES))('%s finds what it means', (_operator, cases) =>
    fc.assert(fc.asyncProperty(cases, expectSame), { numRuns: fuzzRuns(0.05) }),
  );

  test.each(Object.entries(FUNCTION_CASES))('%s(…) finds what it means', (_name, cases) =>
    fc.assert(fc.asyncProperty(cases, expectSame), { numRuns: fuzzRuns(0.05) }),
  );

  test('random filters find what they mean', () =>
    fc.assert(fc.asyncProperty(FILTERS, expectSame), { numRuns: fuzzRuns() }));

  const orders = fc
    .uniqueArray(fc.tuple(fc.constantFrom(...SORTABLE), fc.constantFrom('', ' asc', ' desc')), {
      selector: ([column]) => column,
      maxLength: 4,
    })
    .map((columns) => columns.map(([column, direction]) => column + direction).join());

  test('pages put together are the whole list, in any order', () =>
    fc.assert(
      fc.asyncProperty(orders, fc.integer({ min: 1, max: 30 }), async (text, size) => {
        const order = parseOrder(text);
        const page = { partitions: EVERYTHING, filter: undefined, columns: [], order, after: undefined };
        const { rows: all } = await listPage(database.sql, { ...page, skip: 0, limit: 1000 });
        const whole = all.map(({ id }) => id);
        expect(whole.toSorted((a, b) => a - b)).toEqual(tasks.map(({ batchTaskId }) => batchTaskId));
        const ids: number[] = [];
        let after: Cursor | undefined;
        for (;;) {
          const { rows } = await listPage(database.sql, { ...page, after, skip: 0, limit: size });
          if (rows.length === 0) break;
          ids.push(...rows.map(({ id }) => id));
          after = rows.at(-1)?.place;
        }
        expect(ids).toEqual(whole);
        const { rows: skipped } = await listPage(database.sql, { ...page, skip: size, limit: 7 });
        expect(skipped.map(({ id }) => id)).toEqual(whole.slice(size, size + 7));
      }),
      { numRuns: fuzzRuns(0.1) },
    ));

  test('numbers, dates and flags are sorted by themselves', async () => {
    const sorted: ColumnName[] = ['State', 'associateId', 'DetailsTable', 'LastStarted', 'registeredDate'];
    for (const column of [...sorted, 'isSystemTask'] as const) {
      for (const direction of ['asc', 'desc'] as const) {
        const { rows } = await listPage(database.sql, {
          partitions: EVERYTHING,
          filter: undefined,
          columns: [column],
          order: parseOrder(`${column} ${direction}`),
          after: undefined,
          skip: 0,
          limit: 1000,
        });
        const values = rows.map(({ values }) => Number(values[column] ?? Number.NEGATIVE_INFINITY));
        expect(values).toEqual(values.toSorted((a, b) => (direction === 'asc' ? a - b : b - a)));
      }
    }
  });

  test('a place between partitions is found in each of them', async () => {
    const order = parseOrder('name desc');
    const partitions = [0, 2].map((id) => ({
      condition: sql<boolean>`t.owner_id = ${id}`,
      ofOwner: true,
      isActive: false,
    }));
    const page = { partitions, filter: undefined, columns: [], order, after: undefined, skip: 0 };
    const { rows: whole } = await listPage(database.sql, { ...page, limit: 1000 });
    expect(whole.length).toBe(
      tasks.filter(({ associateId }) => associateId === 0 || associateId === 2).length,
    );
    const middle = Math.floor(whole.length / 2);
    const after = whole[middle - 1]?.place;
    const { rows: second } = await listPage(database.sql, { ...page, after, limit: 1000 });
    expect(second).toEqual(whole.slice(middle));
  });
});

describe.each(DATABASES)('the search index on %s', (kind) => {
  let place: TestPlace;
  let database: Database;
  let indexer: SearchIndexer;
  beforeAll(async () => {
    place = await createPlace(kind);
    database = await openDatabase(readConfig(place.env), pino({ level: 'silent' }));
    indexer = new SearchIndexer(database, pino({ level: 'silent' }));
  });
  afterAll(async () => {
    await database?.close();
    await place?.remove();
  });

  const anyTask = fc.sample(TASKS, { numRuns: 1, seed: 1 })[0] as ArchiveTask;
  const insertWith = (texts: Partial<ArchiveTask>) =>
    insert(database, { ...anyTask, isInternalTask: false, ...texts });
  const find = (search: string) =>
    findByWords(database.sql, filterOfSearch(search, ASKED)).then((ids) =>
      [...new Set(ids)].sort((a, b) => a - b),
    );

  test('finds every word of a text, with any punctuation around it', async () => {
    const unit = fc.constantFrom(...'aZ09eEäß-_.:/@\\\'"<>&+%€', '\u2026', '\u00a0', '\n', ' ');
    const texts = fc.sample(fc.string({ unit, minLength: 5, maxLength: 30 }), { numRuns: 60, seed: 3 });
    const written: { id: unknown; text: string }[] = [];
    // One half is older than the index.
    for (const [index, text] of texts.entries()) {
      if (index === 30) await indexer.catchUp();
      const { batchTaskId: id } = await insertWith({ Description: text });
      if (index >= 30)
        await sql`
        insert into batchline.task_audit (task_id, tenant, actor_id, to_state, attempt, reason)
        values (${id}, '', 0, 1, 0, '')`.execute(database.sql);
      written.push({ id, text });
    }
    await indexer.catchUp();
    for (const { id, text } of written)
      for (const word of new Set(wordsOf(text)))
        expect(await find(`"${word}"`), `${word} in ${text}`).toContain(id);
  });

  test('has parameters, results, and errors with their causes, and follows changes', async () => {
    const { batchTaskId: id } = await insertWith({
      DefinitionName: 'csv-import',
      result: 'Imported 12 rows of Übersicht.csv',
    });
    await sql`
      with object as (
        insert into batchline.binary_object (tenant, content)
        values ('', ${JSON.stringify({ customer: 'C4711', path: 'C:\\new\nline', mail: 'ada@example.com' })}) returning id)
      update batchline.task set parameter_object_id = (select id from object) where id = ${id}`.execute(
      database.sql,
    );
    await sql`
      insert into batchline.task_attempt (task_id, number, outcome, error, progress_percent, progress_description, reason)
      values (${id}, 1, 2, ${JSON.stringify({ class: 'ImportError', message: 'bad row', stack: null, cause: { message: 'ECONNRESET by peer' } })}::text::jsonb, 0, '', '')`.execute(
      database.sql,
    );
    await sql`
      insert into batchline.task_audit (task_id, tenant, actor_id, to_state, attempt, reason)
      values (${id}, '', 0, 4, 1, '')`.execute(database.sql);
    await indexer.catchUp();
    for (const search of [
      'c4711',
      'C47',
      'new line',
      'ada@example',
      'übersicht.CSV',
      '"csv import"',
      'importerror',
      'econnreset',
      `${id}`,
      'rows 12',
    ])
      expect(await find(search), search).toEqual([id]);
    for (const search of ['"C47"', 'mported', '"rows 12"', 'nline', 'zzz'])
      expect(await find(search), search).toEqual([]);

    await sql`update batchline.task set result = 'Exported' where id = ${id}`.execute(database.sql);
    indexer.start();
    database.signals.publish({ kind: 'texts', taskIds: [Number(id)] });
    await indexer.stop();
    expect([await find('übersicht'), await find('exported')]).toEqual([[], [id]]);
    await inTransaction(database, (trx) => deleteTaskRows(trx, [Number(id)], false));
    expect(await find('exported')).toEqual([]);
  });

  test('leaves out internal tasks, and forgets the words of tasks that are gone', async () => {
    const { batchTaskId: internal } = await insertWith({ isInternalTask: true, Description: 'secretive' });
    const { batchTaskId: gone } = await insertWith({ Description: 'secretive' });
    for (const id of [internal, gone])
      await sql`
        insert into batchline.task_audit (task_id, tenant, actor_id, to_state, attempt, reason)
        values (${id}, '', 0, 4, 1, '')`.execute(database.sql);
    await indexer.catchUp();
    expect(await find('secretive')).toEqual([gone]);
    await sql`delete from batchline.task where id = ${gone}`.execute(database.sql);
    expect(await removeStaleWords(database.sql, 0, 1000)).toMatchObject({ removed: 1 });
    expect(await find('secretive')).toEqual([]);
  });
});

/** Inserts a task as it is, dates with microseconds that JavaScript has no room for; returns it with its id. */
async function insert(database: Database, task: ArchiveTask): Promise<ArchiveTask> {
  const date = (column: 'LastStarted' | 'registeredDate' | 'updatedDate'): string | null =>
    (task[column] as Date | null)?.toISOString().replace('Z', '987Z') ?? null;
  const { rows } = await sql<{ id: number }>`
    insert into batchline.task (tenant, name, owner_id, is_internal, details_table, details_record, created,
      updated, last_started, start_count, context, result, state, description, response, request,
      progress_description, progress_percent, file_name, cancellation, updated_by, parent_id,
      schedule_id, stop_note)
    values (${task.DbTag}, ${task.DefinitionName}, ${task.associateId}, ${task.isInternalTask},
      ${task.DetailsTable}, ${task.DetailsRecord}, ${date('registeredDate')}, ${date('updatedDate')},
      ${date('LastStarted')}, ${task.StartCount}, ${task.context}, ${task.result}, ${task.State},
      ${task.Description}, ${task.Response}, ${task.Request}, ${task.ProgressDescription},
      ${task.ProgressPercent}, ${task.fileName}, ${task.cancellationBehaviour}, ${task.updatedBy},
      nullif(${task.parentId}::int, 0), nullif(${task.scheduleId}::int, 0), case when ${task.stopped} then 'Stopped.' end) returning id`.execute(
    database.sql,
  );
  return { ...task, batchTaskId: rows[0]?.id ?? 0, isSystemTask: task.associateId === 0 };
}
