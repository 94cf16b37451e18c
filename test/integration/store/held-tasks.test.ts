import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import { parseOrder } from '../../../src/core/odata/filter.ts';
import { parseFilter } from '../../../src/core/odata/parser.ts';
import { STORED_STATES, type StoredState, TaskState } from '../../../src/core/task-state.ts';
import type { Database } from '../../../src/db/database.ts';
import { openDatabase } from '../../../src/db/open.ts';
import { IS_ACTIVE, listTasks } from '../../../src/db/queries/task.ts';
import { listPage, partitionsFor } from '../../../src/db/queries/task-list.ts';
import { ASKED } from '../../support/archive-filters.ts';
import { IS_CITUS } from '../../support/citus.ts';
import { createPlace, DATABASES, type Place } from '../../support/databases.ts';

const TENANTS = ['one', 'three', 'two'];
const OWNERS = [0, 7, 8];

interface Made {
  readonly id: number;
  readonly tenant: string;
  readonly ownerId: number;
  readonly name: string;
  readonly state: StoredState;
}

describe.each(DATABASES)('every list contains active tasks on %s', (kind) => {
  let place: Place;
  let database: Database;
  const made: Made[] = [];
  beforeAll(async () => {
    place = await createPlace(kind);
    database = await openDatabase(readConfig(place.env), pino({ level: 'silent' }));
    // Every state of every owner in every tenant, mixed; one tenant with only active tasks, and one without any.
    for (const [index, state] of [...STORED_STATES, ...STORED_STATES].entries())
      for (const ownerId of OWNERS)
        for (const tenant of TENANTS) await insert({ tenant, ownerId, state, name: `n${(index * 5) % 7}` });
    await insert({ tenant: 'busy', ownerId: 7, state: 'Started', name: 'n1' });
    await insert({ tenant: 'quiet', ownerId: 7, state: 'Failed', name: 'n1' });
  });
  afterAll(async () => {
    await database?.close();
    await place?.remove();
  });

  async function insert(task: Omit<Made, 'id'>): Promise<void> {
    const { rows } = await sql<{ id: number }>`
      insert into batchline.task (tenant, name, owner_id, is_internal, details_table, details_record, context, state,
        description, response, request, file_name, cancellation)
      values (${task.tenant}, ${task.name}, ${task.ownerId}, false, 0, 0, '', ${TaskState[task.state]}, '', '', '', '', 0)
      returning id`.execute(database.sql);
    made.push({ id: rows[0]?.id ?? 0, ...task });
  }

  test.each([
    undefined,
    'state eq 3',
    'state ne 3',
    'state eq 2 or state eq 5',
    'state ne 2 and state ne 3',
    "state gt 2 and name eq 'n3'",
    'state eq 3 and state eq 4',
  ])('pages of the archive list, $filter %s', async (text) => {
    const filter = text === undefined ? undefined : parseFilter(text, ASKED);
    const holds = (task: Made): boolean => {
      const state = TaskState[task.state];
      if (text === undefined) return true;
      if (text.includes('n3')) return state > 2 && task.name === 'n3';
      if (text.includes('ne 2')) return state !== 2 && state !== 3;
      if (text.includes('or')) return state === 2 || state === 5;
      if (text.includes('and')) return false;
      return text.includes('ne') ? state !== 3 : state === 3;
    };
    for (const tenant of [null, 'one', 'busy', 'quiet'])
      for (const ownerIds of [null, [7, 0]])
        for (const order of ['batchTaskId desc', 'name,batchTaskId', 'state,batchTaskId']) {
          const partitions = await partitionsFor(database.sql, { tenant, ownerIds }, filter);
          const parsed = parseOrder(order);
          const found: number[] = [];
          for (let after: readonly string[] | undefined; ; ) {
            const { rows, following } = await listPage(database.sql, {
              ...{ partitions, filter, columns: [], order: parsed, after, skip: 0, limit: 10 },
            });
            found.push(...rows.map(({ id }) => id));
            if (following === undefined) break;
            after = rows.at(-1)?.place;
          }
          const expected = made
            .filter((task) => tenant === null || task.tenant === tenant)
            .filter((task) => ownerIds === null || ownerIds.includes(task.ownerId))
            .filter(holds)
            .toSorted((a, b) => {
              if (order.startsWith('batchTaskId')) return b.id - a.id;
              const first = order.startsWith('name')
                ? a.name.localeCompare(b.name)
                : TaskState[a.state] - TaskState[b.state];
              return first || a.id - b.id;
            });
          expect(found, `${tenant} ${ownerIds} ${order}`).toEqual(expected.map(({ id }) => id));
        }
  });

  test.each([undefined, ...STORED_STATES])('the lists of the API, state %s', async (state) => {
    for (const tenant of [null, 'two', 'busy', 'quiet']) {
      const wanted = made
        .filter((task) => tenant === null || task.tenant === tenant)
        .filter((task) => task.ownerId !== 8 && (state === undefined || task.state === state))
        .map(({ id }) => id);
      const filter = { tenant, ownerIds: [0, 7], state };
      const { rows: newest } = await listTasks(database.sql, filter, 'newest', 20);
      expect(newest.map(({ id }) => id)).toEqual(wanted.toReversed().slice(0, 20));
      const { rows: oldest } = await listTasks(database.sql, { ...filter, beyondId: 9 }, 'oldest', 20);
      expect(oldest.map(({ id }) => id)).toEqual(wanted.filter((id) => id > 9).slice(0, 20));
    }
  });

  test('a claim writes no index of the lists', async () => {
    const { rows } = await sql<{ name: string; text: string }>`
      select indexname as name, indexdef as text from pg_catalog.pg_indexes
      where schemaname = 'batchline' and tablename = 'task'`.execute(database.sql);
    const ofLists = rows.filter(({ name }) => /^task_by_(owner|name|tenant|state|created)$/.test(name));
    expect(ofLists).toHaveLength(5);
    for (const { text } of ofLists) expect(text).toMatch(/where \(state <> all \(.*2, 3/i);
    // No other index may be over what a claim changes, and hold the row after it.
    const known = [
      'task_pkey',
      'task_by_parent',
      'task_by_child_key',
      'task_running_child',
      'task_held',
      'task_details_189', // empty once the rows of older releases are moved
      'task_by_schedule', // only the tasks of schedules
      'task_of_schedule', // as well
    ];
    const others = rows.filter(({ name }) => !ofLists.some((one) => one.name === name));
    for (const { name, text } of others)
      if (!known.includes(name)) expect(text, name).toMatch(/where .*state = ([15]|any \(.*4, 5, 6)/i);
  });

  // On Citus, the plan is that of a node.
  test.skipIf(IS_CITUS)(
    'active tasks are found by their own index, and the writes of a run by id',
    async () => {
      const planOf = (statement: ReturnType<typeof sql>): Promise<string> =>
        database.sql.transaction().execute(async (trx) => {
          await sql`set local enable_seqscan = off`.execute(trx);
          const { rows } = await sql<{ 'QUERY PLAN': string }>`explain ${statement}`.execute(trx);
          return rows.map((row) => row['QUERY PLAN']).join('\n');
        });
      expect(await planOf(sql`select t.id from batchline.task as t where ${IS_ACTIVE}`)).toContain(
        'task_held',
      );
      const end = sql`
      update batchline.task as t set state = 4 from unnest(${[1, 2]}::int[]) as i (id)
      where t.id = i.id and t.state = 3`;
      expect(await planOf(end)).not.toContain('task_held');
    },
  );

  test('no other table looks through the tasks when a row of it is deleted', async () => {
    const { rows } = await sql<{ name: string }>`
      select conname as name from pg_catalog.pg_constraint
      where contype = 'f' and conrelid = 'batchline.task'::regclass`.execute(database.sql);
    expect(rows).toEqual([]);
  });
});
