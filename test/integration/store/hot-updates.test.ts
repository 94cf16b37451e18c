import { sql, type Transaction } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config.ts';
import type { Database } from '../../../src/db/database.ts';
import { openDatabase } from '../../../src/db/open.ts';
import { renewLeases, writeCheckpoint } from '../../../src/db/queries/queue.ts';
import { changeManyTexts } from '../../../src/db/queries/task-write.ts';
import type { Schema } from '../../../src/db/schema.ts';
import { IS_CITUS } from '../../support/citus.ts';
import { createPlace, DATABASES, type Place } from '../../support/databases.ts';

const STARTED = 3;
const SUCCEEDED = 4;

// On Citus, only a node has these counters.
describe.skipIf(IS_CITUS).each(DATABASES)('updates that write no index on %s', (kind) => {
  let place: Place;
  let database: Database;
  beforeAll(async () => {
    place = await createPlace(kind);
    database = await openDatabase(readConfig(place.env), pino({ level: 'silent' }));
  });
  afterAll(async () => {
    await database?.close();
    await place?.remove();
  });

  /** The updates of tasks by this connection that are not in the statistics yet. */
  async function counted(trx: Transaction<Schema>): Promise<{ all: number; hot: number }> {
    const { rows } = await sql<{ all: number; hot: number }>`
      select pg_stat_get_xact_tuples_updated('batchline.task'::regclass)::int as all,
        pg_stat_get_xact_tuples_hot_updated('batchline.task'::regclass)::int as hot`.execute(trx);
    return rows[0] ?? { all: 0, hot: 0 };
  }

  /** The updates of a new task in a transaction of its own, and how many of them were HOT. */
  async function updates(state: number, work: (trx: Transaction<Schema>, id: number) => Promise<unknown>) {
    return database.sql.transaction().execute(async (trx) => {
      const { rows } = await sql<{ id: number }>`
        insert into batchline.task (tenant, name, owner_id, is_internal, details_table, details_record, context,
          state, description, response, request, file_name, cancellation, attempt)
        values ('one', 'n', 1, false, 0, 0, '', ${state}, '', '', '', '', 0, 1) returning id`.execute(trx);
      const before = await counted(trx);
      await work(trx, rows[0]?.id ?? 0);
      const after = await counted(trx);
      return { all: after.all - before.all, hot: after.hot - before.hot };
    });
  }

  test('a heartbeat with progress', async () => {
    const progress = { leaseSeconds: 30, progressPercent: 5, progressDescription: 'on its way' };
    expect(
      await updates(STARTED, (trx, taskId) => renewLeases(trx, [{ taskId, attempt: 1, ...progress }])),
    ).toEqual({ all: 1, hot: 1 });
  });

  test('a checkpoint', async () => {
    expect(await updates(STARTED, (trx, id) => writeCheckpoint(trx, id, 1, '{"at":7}'))).toEqual({
      all: 1,
      hot: 1,
    });
  });

  test('a change of the texts of an ended task', async () => {
    const change = { texts: { description: 'new' }, actorId: 1, state: undefined };
    const scope = { tenant: null, ownerId: null };
    expect(await updates(SUCCEEDED, (trx, id) => changeManyTexts(trx, [{ id, ...change, scope }]))).toEqual({
      all: 1,
      hot: 1,
    });
  });
});
