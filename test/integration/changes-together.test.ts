import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { sql } from 'kysely';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Caller, SCOPES } from '../../src/core/access.ts';
import type { BatchTask, TaskChange, TaskTexts } from '../../src/core/task.ts';
import { TaskState } from '../../src/core/task-state.ts';
import { updateTask } from '../../src/services/change-task.ts';
import { readTask } from '../../src/services/read-tasks.ts';
import { startTask } from '../../src/services/start-task.ts';
import { createPlace, DATABASES, type Place } from '../support/databases.ts';
import { fuzzRuns } from '../support/fuzz.ts';
import { openTestNode, type TestNode } from '../support/test-node.ts';

const HANDLERS = join(import.meta.dirname, 'fixtures/model-handlers.ts');
const ADMIN: Caller = {
  associateId: 1,
  login: 'admin',
  roles: ['administrator'],
  tenant: null,
  scopes: SCOPES,
};
const ANN: Caller = { ...ADMIN, associateId: 2, login: 'ann', roles: [] };
const ELSEWHERE: Caller = { ...ADMIN, associateId: 3, login: 'eve', tenant: 'Cust2' };

/** Checked columns of a row; `xmin` is the transaction that wrote it. */
interface Row extends Record<keyof TaskTexts, string> {
  readonly id: number;
  readonly xmin: string;
  readonly updated_by: number;
  updated_count: number;
}

const NAMES = ['description', 'response', 'request'] as const;
const ALL: TaskTexts = { description: 'd', response: 'r', request: 'q' };
const NONE: TaskTexts = { description: '', response: '', request: '' };

describe.each(DATABASES)('changes at the same moment on %s', (kind) => {
  let place: Place;
  let node: TestNode;
  beforeAll(async () => {
    place = await createPlace(kind);
    node = await openTestNode(place, HANDLERS);
  });
  afterAll(async () => {
    await node?.stop();
    await place?.remove();
  });

  /** Starts a task that never runs: this node has no engine. */
  const start = (caller = ADMIN): Promise<number> =>
    startTask(node.parts, caller, {
      ...{ name: 'waiting', associateId: 0, isSystemTask: false, isInternalTask: false },
      ...{
        detailsTable: 0,
        detailsRecord: 0,
        parameterObject: { folder: place.folder },
        databaseSerialNumber: '',
      },
      ...{ context: '', description: '', response: '', request: '', fileName: '' },
    });
  const started = (count: number): Promise<number[]> =>
    Promise.all(Array.from({ length: count }, () => start()));
  const change = (id: number, what: Partial<TaskChange>, caller = ADMIN): Promise<BatchTask> =>
    updateTask(node.parts, caller, id, { state: undefined, ...what } as TaskChange);
  const rows = async (ids: readonly number[]): Promise<Row[]> => {
    const found = await sql<Row>`
      select t.id, t.xmin::text as xmin, t.description, t.response, t.request, t.updated_by, t.updated_count
      from batchline.task as t where t.id in (${sql.join(ids)})`.execute(node.parts.database.sql);
    return ids.flatMap((id) => found.rows.filter((row) => row.id === id));
  };

  test('tasks that are read together belong to the right callers, and are as new as the last change', async () => {
    const [first = 0, second = 0] = await started(2);
    const own = await start(ANN);
    const read = (id: number, caller = ADMIN): Promise<string> =>
      readTask(node.parts, caller, id).then(
        (task) => `${task.id} ${task.description}`,
        (error: Error) => error.message,
      );
    // More than one statement reads, in an order other than that of the ids.
    const many = Array.from({ length: 60 }, () => read(second));
    expect(await Promise.all([...many, read(own, ANN), read(first, ANN), read(first), read(-1)])).toEqual([
      ...many.map(() => `${second} `),
      `${own} `,
      `There is no batch task ${first}.`,
      `${first} `,
      'There is no batch task -1.',
    ]);
    const reading = read(first);
    await change(first, { description: 'new' });
    expect(await read(first)).toBe(`${first} new`);
    await reading;
  });

  test('they are one transaction, and a refused one does not affect the others', async () => {
    const [one = 0, two = 0, three = 0, illegal = 0, moved = 0, gone = 0, stranger = 0] = await started(7);
    const own = await start(ANN);
    await node.parts.database.sql
      .updateTable('batchline.task')
      .set({ state: TaskState.Succeeded })
      .where('id', '=', illegal)
      .execute();
    await node.parts.database.sql.deleteFrom('batchline.task').where('id', '=', gone).execute();
    const results = await Promise.allSettled([
      change(one, ALL),
      change(illegal, { ...ALL, state: 'New' }),
      change(gone, ALL),
      change(two, { ...ALL, state: 'New' }),
      change(stranger, ALL, ANN),
      change(illegal, ALL, ELSEWHERE),
      change(own, { description: 'by Ann' }, ANN),
      change(moved, { ...ALL, state: 'Failed' }),
      change(three, { response: 'only this' }),
    ]);
    expect(
      results.map((result) => (result.status === 'fulfilled' ? result.value.state : result.reason.kind)),
    ).toEqual(['New', 'conflict', 'notFound', 'New', 'notFound', 'notFound', 'New', 'Failed', 'New']);
    const kept = await rows([one, two, three, own, moved, illegal, stranger]);
    expect(kept).toMatchObject([
      { ...ALL, updated_by: 1 },
      { ...ALL, updated_by: 1 },
      { ...NONE, response: 'only this', updated_by: 1 },
      { ...NONE, description: 'by Ann', updated_by: 2 },
      { ...ALL, updated_by: 1 },
      { ...NONE, updated_count: 0 },
      { ...NONE, updated_count: 0 },
    ]);
    expect(new Set(kept.slice(0, 4).map((row) => row.xmin)).size).toBe(1);
  });

  test('any changes of a few tasks come to what the same ones come to one after the other', async () => {
    const ids = await started(3);
    const text = fc.option(fc.string({ unit: 'grapheme', maxLength: 20 }), { nil: undefined });
    const texts = fc.record({ description: text, response: text, request: text });
    const changes = fc.array(fc.tuple(fc.nat({ max: ids.length - 1 }), texts), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(changes, async (list) => {
        const model = await rows(ids);
        const told = await Promise.all(list.map(([at, what]) => change(ids[at] ?? 0, what)));
        list.forEach(([at, what], n) => {
          const row = model[at];
          if (row === undefined) return;
          for (const name of NAMES) row[name] = what[name] ?? row[name];
          row.updated_count += 1;
          // Each response has the task after its own change.
          const { description, response, request, updated_count: updatedCount } = row;
          expect(told[n]).toMatchObject({ description, response, request, updatedCount });
        });
        expect(await rows(ids)).toMatchObject(model.map(({ xmin, updated_by, ...row }) => row));
      }),
      { numRuns: fuzzRuns(0.05) },
    );
  });

  test.runIf(kind === 'postgres')(
    'a task that another transaction holds waits alone; the others do not',
    async () => {
      const [held = 0, ...others] = await started(4);
      const client = new pg.Client({ connectionString: place.env.DATABASE_URL });
      await client.connect();
      try {
        // In this one nothing can be refused, wherever the test runs.
        await client.query('begin isolation level read committed');
        await client.query("update batchline.task set response = 'mine' where id = $1", [held]);
        const waiting = change(held, { description: 'late' });
        for (const task of await Promise.all(others.map((id) => change(id, ALL))))
          expect(task).toMatchObject(ALL);
        expect(await rows([held])).toMatchObject([NONE]);
        await client.query('commit');
        expect(await waiting).toMatchObject({ ...NONE, description: 'late', response: 'mine' });
      } finally {
        await client.end();
      }
    },
  );

  test.runIf(kind === 'postgres')(
    'where the database is cut off in the middle each gets an error, nothing is half written, and the next goes on',
    async () => {
      const ids = await started(6);
      const client = new pg.Client({ connectionString: place.env.DATABASE_URL });
      await client.connect();
      try {
        await client.query('begin');
        await client.query('lock table batchline.task in access exclusive mode');
        let settled = false;
        const changes = Promise.allSettled(ids.map((id) => change(id, ALL))).finally(() => {
          settled = true;
        });
        // They may come in more than one statement.
        while (!settled) {
          await client.query(
            `select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and wait_event_type = 'Lock' and pid <> pg_backend_pid()`,
          );
          await delay(10);
        }
        expect((await changes).map((result) => result.status)).toEqual(ids.map(() => 'rejected'));
        await client.query('rollback');
        const { rows: kept } = await client.query(
          'select description, response, request, updated_count from batchline.task where id = any($1)',
          [ids],
        );
        expect(kept).toEqual(ids.map(() => ({ ...NONE, updated_count: 0 })));
        // The pool takes a moment to hear that the connection is gone.
        const after = await vi.waitFor(() => Promise.all(ids.map((id) => change(id, ALL))), 10_000);
        expect(after).toMatchObject(ids.map(() => ALL));
      } finally {
        await client.end();
      }
    },
  );
});
