import fc from 'fast-check';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { COLUMN_NAMES, COLUMNS, type ColumnName } from '../../src/core/odata/columns.ts';
import { parseOrder } from '../../src/core/odata/filter.ts';
import { OPERATORS } from '../../src/core/odata/operators.ts';
import { parseFilter } from '../../src/core/odata/parser.ts';
import type { Database } from '../../src/db/database.ts';
import { openDatabase } from '../../src/db/open.ts';
import { type Cursor, listPage, type Partition } from '../../src/db/queries/task-list.ts';
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

/** Inserts a task as it is, dates with microseconds that JavaScript has no room for; returns it with its id. */
async function insert(database: Database, task: ArchiveTask): Promise<ArchiveTask> {
  const date = (column: 'LastStarted' | 'registeredDate' | 'updatedDate'): string | null =>
    (task[column] as Date | null)?.toISOString().replace('Z', '987Z') ?? null;
  const { rows } = await sql<{ id: number }>`
    insert into batchline.task (tenant, name, owner_id, is_internal, details_table, details_record, created,
      updated, last_started, start_count, context, result, state, description, response, request,
      progress_description, progress_percent, file_name, cancellation, updated_by, parent_id,
      stop_note)
    values (${task.DbTag}, ${task.DefinitionName}, ${task.associateId}, ${task.isInternalTask},
      ${task.DetailsTable}, ${task.DetailsRecord}, ${date('registeredDate')}, ${date('updatedDate')},
      ${date('LastStarted')}, ${task.StartCount}, ${task.context}, ${task.result}, ${task.State},
      ${task.Description}, ${task.Response}, ${task.Request}, ${task.ProgressDescription},
      ${task.ProgressPercent}, ${task.fileName}, ${task.cancellationBehaviour}, ${task.updatedBy},
      nullif(${task.parentId}::int, 0), case when ${task.stopped} then 'Stopped.' end) returning id`.execute(
    database.sql,
  );
  return { ...task, batchTaskId: rows[0]?.id ?? 0, isSystemTask: task.associateId === 0 };
}
