import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { TaskState } from '../../src/core/task-state.ts';
import { MAX_LIST_BYTES } from '../../src/db/list-reads.ts';
import { openDatabase } from '../../src/db/open.ts';
import { createPlace, DATABASES, type Place } from '../support/databases.ts';
import { type ServerProcess, spawnServer } from '../support/server-process.ts';

/** In MB. Without its bounds, each call below would need more. */
const HEAP = 192;
const ROWS = 60;
/** The characters of a text; each is six in JSON, the worst that there is. */
const LONG = 1_000_000;
const SHORT_REFUSAL = 5000;

interface ArchiveAnswer {
  readonly value: readonly { readonly batchTaskId: number; readonly context: string }[];
  readonly 'odata.nextLink': string | null;
}

describe.each(DATABASES)('with a small heap and long texts, on %s', (kind) => {
  let place: Place;
  let server: ServerProcess;
  let parent = 0;

  beforeAll(async () => {
    place = await createPlace(kind);
    const database = await openDatabase(readConfig(place.env), pino({ level: 'silent' }));
    const text = sql`repeat(chr(1), ${LONG}::int)`;
    const columns = sql`tenant, name, owner_id, is_internal, details_table, details_record, context, state, description,
      response, request, file_name, cancellation`;
    const { rows } = await sql<{ id: number }>`
      insert into batchline.task (${columns})
      values ('', 'parent', 1, false, 0, 0, '', ${TaskState.Succeeded}::int, '', '', '', '', 0) returning id`.execute(
      database.sql,
    );
    parent = rows[0]?.id ?? 0;
    await sql`
      insert into batchline.task (${columns}, parent_id, child_key, child_weight)
      select '', 'long', 1, false, 0, 0, ${text}, ${TaskState.Failed}::int, '', '', '', '', 0, ${parent}::int, i::text, 1
      from generate_series(1, ${ROWS}::int) as i`.execute(database.sql);
    await sql`
      insert into batchline.task_log (task_id, attempt, level, message)
      select ${parent}::int, 1, 'info', ${text} from generate_series(1, ${ROWS}::int)`.execute(database.sql);
    await sql`
      insert into batchline.schedule (tenant, name, owner_id, definition, parameters, cron, time_zone, missed_runs,
        missed_limit, priority, paused, updated_by)
      select '', i::text, 1, 'countdown', json_build_object('a', repeat('x', ${LONG}::int))::text, '0 0 * * *', 'UTC',
        'Skip', 1, 0, true, 1 from generate_series(1, ${ROWS}::int) as i`.execute(database.sql);
    await database.close();
    server = await spawnServer(place, { NODE_OPTIONS: `--max-old-space-size=${HEAP}` });
  });
  afterAll(async () => {
    await server?.stop();
    await place?.remove();
  });

  const cut = String(Math.floor(MAX_LIST_BYTES / LONG));
  test.each<[string, () => [method: string, path: string, body?: unknown], string]>([
    ['tasks by state', () => ['GET', '/BatchTask/Failed'], cut],
    [
      'tasks by definition',
      () => ['POST', '/Agents/Batch/GetAllBatchTaskInfosByName', { TaskName: 'long' }],
      cut,
    ],
    ['children', () => ['GET', `/BatchTask/${parent}/Children?Limit=500`], cut],
    ['the log', () => ['GET', `/BatchTask/${parent}/Log`], cut],
    ['schedules', () => ['GET', '/Schedules'], cut],
  ])('%s are cut, and the server lives on', async (_, call, rows) => {
    const [method, path, body] = call();
    const answer = await server.admin.call(method, path, body);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('batchline-list-cut')).toBe(rows);
  });

  test('the archive list is cut into pages that leave out no task', async () => {
    const filter = encodeURIComponent("DefinitionName equals 'long'");
    const skipped = ROWS - 2 * Number(cut) + 1;
    let next: string | undefined =
      `/BatchTask?$select=batchTaskId,context&$filter=${filter}&$orderby=batchTaskId desc&$skip=${skipped}`;
    const sizes: number[] = [];
    const ids: number[] = [];
    while (next !== undefined) {
      const { status, body }: { status: number; body: ArchiveAnswer } = await server.admin.call('GET', next);
      expect(status).toBe(200);
      expect(body.value.every(({ context }) => context.length === LONG)).toBe(true);
      sizes.push(body.value.length);
      ids.push(...body.value.map(({ batchTaskId }) => batchTaskId));
      next = body['odata.nextLink']?.replace(/^.*\/api\/v1/, '');
    }
    expect(sizes).toEqual([Number(cut), Number(cut) - 1]);
    const first = ids[0] ?? 0;
    expect(ids).toEqual(ids.map((_, index) => first - index));
  });

  test('parameters that miss a schema in each value are refused shortly', async () => {
    const columns = Array.from({ length: 90_000 }, (_, i) => `c${i}`);
    for (const wrong of [columns, columns.map((i) => ({ i })).slice(0, 40_000)]) {
      const start = { Name: 'table-export', ParameterObject: { columns: wrong } };
      const answer = await server.admin.call('POST', '/BatchTask', start);
      expect(answer.status, answer.text.slice(0, 1000)).toBe(400);
      expect(answer.text.length).toBeLessThan(SHORT_REFUSAL);
    }
  });

  test('a body that is wrong in each of its bytes is refused shortly', async () => {
    const wrong = { Names: Array.from({ length: 250_000 }, () => 1) };
    for (const path of ['/Workers/Acquire', '/Tokens', '/Webhooks', '/Schedules']) {
      const answer = await server.admin.call('POST', path, wrong);
      expect(answer.status, path).toBe(400);
      expect(answer.text.length, path).toBeLessThan(SHORT_REFUSAL);
    }
  });

  test('a long Context is refused at the start', async () => {
    const task = { Name: 'countdown', ParameterObject: { seconds: 0 }, Context: 'x'.repeat(65_537) };
    const answer = await server.admin.call('POST', '/BatchTask', task);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain('Context is 65537 characters long; at most 65536 are accepted.');
  });
});
