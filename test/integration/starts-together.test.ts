import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DATABASES } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

const STARTS = 40;

describe.each(DATABASES)('starts of the same moment on %s', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(kind);
    await server.admin.json('POST', '/Definitions/countdown/Pause');
  });
  afterAll(() => server?.stop());

  test('each has its own row, parameters, due time and audit row', async () => {
    const starts = Array.from({ length: STARTS }, (_, index) => ({
      Name: 'countdown',
      Description: `Number ${index}: "quoted" \\ 😀`,
      Priority: index % 3,
      ...(index % 2 === 0 ? { ParameterObject: { seconds: String(index) } } : { DetailsTable: 7 }),
      ...(index % 5 === 0 ? { DelaySeconds: 3600 } : {}),
    }));
    const ids = await Promise.all(starts.map((start) => server.admin.start(start)));
    expect(new Set(ids).size).toBe(STARTS);
    for (const [index, id] of ids.entries()) {
      const task = await server.admin.task(id);
      expect(task).toMatchObject({ Id: id, State: 'New', Description: starts[index]?.Description });
      const hasParameters = index % 2 === 0;
      expect(task.ParameterObject ?? null).toEqual(hasParameters ? { seconds: String(index) } : null);
      expect(task.DetailsTable).toBe(hasParameters ? 205 : 7);
      expect(await server.admin.json('GET', `/BatchTask/${id}/Audit`)).toMatchObject([
        {
          From: null,
          To: 'New',
          Attempt: 0,
          ActorId: server.admin.associateId,
          Reason: 'Started by a caller.',
        },
      ]);
    }
    const { rows } = await sql<{ id: number; delayed: boolean; priority: number; owns: boolean }>`
      select t.id, t.job_id is not null and t.run_after > now() + interval '59 minutes' as delayed, t.priority,
        t.parameter_object_id is null or b.id is not null and b.tenant = t.tenant as owns
      from batchline.task as t left join batchline.binary_object as b on b.id = t.parameter_object_id
      where t.id = any (${ids}::int[])`.execute(server.database.sql);
    for (const row of rows) {
      const index = ids.indexOf(row.id);
      expect(row).toEqual({ id: row.id, delayed: index % 5 === 0, priority: index % 3, owns: true });
    }
  });

  test('those of one moment are committed together', async () => {
    await Promise.all(
      Array.from({ length: STARTS }, (_, index) =>
        server.admin.start({ Name: 'countdown', Description: `together ${index}` }),
      ),
    );
    // Rows of one statement have its time.
    const { rows } = await sql<{ moments: number }>`
      select count(distinct created)::int as moments from batchline.task
      where description like 'together %'`.execute(server.database.sql);
    expect(rows[0]?.moments).toBeLessThan(STARTS);
  });

  test('one that the database refuses fails alone', async () => {
    const refusal = 'never stored';
    await sql`alter table batchline.task
      add constraint refused check (description <> ${sql.lit(refusal)})`.execute(server.database.sql);
    const results = await Promise.allSettled(
      ['good', refusal, 'good', 'good'].map((Description) =>
        server.admin.start({ Name: 'countdown', Description }),
      ),
    );
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
  });
});
