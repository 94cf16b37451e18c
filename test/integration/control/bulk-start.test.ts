import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Answer, ApiClient } from '../../support/api-client.ts';
import { DATABASES } from '../../support/databases.ts';
import { fuzzRuns } from '../../support/fuzz.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';
import { HandWorker } from '../workers/protocol-client.ts';

const HANDLERS = join(import.meta.dirname, 'fixtures/handlers.ts');
const LINES = { 'Content-Type': 'application/x-ndjson' };

type Carrier = Record<string, unknown>;

/** Carriers with everything that a start accepts. */
const CARRIERS = fc.array(
  fc.record(
    {
      Name: fc.constantFrom('work', 'WORK', 'hold'),
      Description: fc.string({ maxLength: 30, unit: 'grapheme' }),
      Context: fc.constantFrom('', 'line 1\nline 2 "quoted" \\'),
      ParameterObject: fc.constantFrom(null, {}, { text: '😀', list: [1, null, { deep: true }] }),
      DetailsTable: fc.constantFrom(0, 7),
      DetailsRecord: fc.integer({ min: 0, max: 9 }),
      IsInternalTask: fc.boolean(),
      IsSystemTask: fc.boolean(),
      DatabaseSerialNumber: fc.constantFrom('', 'Cust99'),
      FileName: fc.constantFrom('', 'a.csv'),
      Priority: fc.integer({ min: -1000, max: 1000 }),
      StartAt: fc.constantFrom('2031-05-06T07:08:09', '2001-01-01'),
    },
    { requiredKeys: ['Name'] },
  ),
  { minLength: 1, maxLength: 12 },
);

describe.each(DATABASES)('a bulk start on %s', (kind) => {
  let server: TestServer;
  let ann: ApiClient;
  beforeAll(async () => {
    server = await startTestServer(kind, {
      env: { BATCHLINE_HANDLERS: HANDLERS, BATCHLINE_BULK_LIMIT_BYTES: '2000000' },
    });
    ann = await server.associate('ann');
    for (const name of ['work', 'hold']) await server.admin.json('POST', `/Definitions/${name}/Pause`);
  });
  afterAll(() => server?.stop());

  const bulk = (Tasks: unknown, more: object = {}, client = server.admin, headers = {}): Promise<Answer> =>
    client.call('POST', '/BatchTask/Bulk', { Action: 'Start', Tasks, ...more }, headers);
  const lines = (text: string, query = '', headers = {}, client = server.admin): Promise<Answer> =>
    client.call('POST', `/BatchTask/Bulk${query}`, text, { ...LINES, ...headers });
  const inLines = (carriers: readonly Carrier[]): string =>
    carriers.map((one) => JSON.stringify(one)).join('\n');
  const count = async (): Promise<unknown> => {
    const { rows } = await sql`
      select (select count(*)::int from batchline.task) as tasks,
        (select count(*)::int from batchline.binary_object) as objects,
        (select count(*)::int from batchline.task_audit) as audits,
        (select count(*)::int from batchline.idempotency_key) as keys`.execute(server.database.sql);
    return rows;
  };

  /** Everything that starts wrote after this task, without ids, and with times relative to the start. */
  const written = async (afterId: number): Promise<unknown[]> => {
    const { rows } = await sql`
      select (to_jsonb(t) - 'id' - 'created' - 'updated' - 'parameter_object_id' - 'details_record' - 'job_id'
          - 'run_after') as task,
        t.details_record = t.parameter_object_id as linked,
        case when t.parameter_object_id is null then t.details_record end as record,
        case when t.run_after > t.created then t.run_after end as due,
        case when t.run_after > t.created then t.job_id is not null end as waits,
        o.content, o.tenant as object_tenant,
        (select jsonb_agg(to_jsonb(a) - 'id' - 'task_id' - 'at' order by a.id) from batchline.task_audit as a
          where a.task_id = t.id) as audit
      from batchline.task as t left join batchline.binary_object as o on o.id = t.parameter_object_id
      where t.id > ${afterId} order by t.id`.execute(server.database.sql);
    return rows;
  };
  const lastId = async (): Promise<number> => {
    const { rows } = await sql<{ id: number }>`select coalesce(max(id), 0) as id from batchline.task`.execute(
      server.database.sql,
    );
    return rows[0]?.id ?? 0;
  };
  // biome-ignore lint/suspicious/noExplicitAny: the test compares whatever the events have
  const eventsAfter = async (after: number): Promise<any[]> =>
    (await server.admin.json('GET', `/Events?After=${after}`)).Events;

  test('writes what as many single starts write', async () => {
    await fc.assert(
      fc.asyncProperty(CARRIERS, fc.boolean(), async (carriers, asLines) => {
        const before = await lastId();
        const singles: number[] = [];
        for (const carrier of carriers) singles.push(await server.admin.start(carrier));
        const between = await lastId();
        const one = (await written(before)).slice(0, carriers.length);
        const answer = await (asLines ? lines(inLines(carriers)) : bulk(carriers));
        expect(answer).toMatchObject({ status: 200, body: { Done: carriers.length, DryRun: false } });
        const { Ids } = answer.body;
        expect(Ids.map((id: number) => id === 0)).toEqual(singles.map((id) => id === 0));
        const ordered = Ids.filter((id: number) => id > 0);
        expect(ordered).toEqual(ordered.toSorted((a: number, b: number) => a - b));
        expect(await written(between)).toEqual(one);
      }),
      { numRuns: fuzzRuns(0.2) },
    );
  });

  test('runs its tasks, each of which has its events and its place in the order', async () => {
    const answer = await bulk(
      [{ Name: 'quick' }, { Name: 'quick', DelaySeconds: 0.3 }, { Name: 'quick' }],
      {},
      ann,
    );
    expect(answer.body).toEqual({
      Action: 'Start',
      DryRun: false,
      Done: 3,
      Ids: expect.any(Array),
      Refused: [],
    });
    for (const id of answer.body.Ids)
      expect(await ann.ended(id)).toMatchObject({ Id: id, State: 'Succeeded', AssociateId: ann.associateId });
    const [first] = answer.body.Ids;
    const audit = await ann.json('GET', `/BatchTask/${first}/Audit`);
    expect(audit[0]).toMatchObject({ From: null, To: 'New', Reason: 'Started by a caller.' });
  });

  test('with an invalid task starts nothing, and says which it is', async () => {
    const good = { Name: 'work', ParameterObject: { a: '1' } };
    const before = await count();
    for (const [bad, status, says] of [
      [{ Name: 'nothing' }, 400, 'There is no definition called "nothing"'],
      [{ Name: 'work', Priority: 1001 }, 400, 'Priority is "1001"'],
      [{ Name: 'work', StartAt: 'soon' }, 400, 'StartAt is "soon"'],
      [{ Name: 'work', StartAt: '2030-01-01', DelaySeconds: 1 }, 400, 'Both StartAt and DelaySeconds'],
      [{ Description: 'no name' }, 400, 'Name of BatchTaskInfo is missing'],
      [{ Name: 'work', Description: 'x'.repeat(255) }, 400, 'Description is 255 characters long'],
      [{ Name: 'work', Context: 'a\u0000' }, 400, 'Context contains a NUL character'],
      [{ Name: 'work', DetailsTable: 'many' }, 400, 'DetailsTable of BatchTaskInfo is "many"'],
      [{ Name: 'work', AssociateId: 99_999 }, 400, 'AssociateId is 99999'],
      ['work', 400, 'BatchTaskInfo is "work"; an object is accepted'],
    ] as const) {
      for (const [at, Tasks] of [
        [0, [bad, good]],
        [2, [good, good, bad, good]],
      ] as const) {
        const answer = await bulk(Tasks);
        expect(answer).toMatchObject({ status, body: { Message: expect.stringContaining(says) } });
        expect(answer.body.Message).toMatch(new RegExp(`^Tasks\\[${at}\\]: `));
        const inJsonLines = await lines(`\n${inLines(Tasks as never)}`, '?FirstLine=500');
        expect(inJsonLines.status).toBe(status);
        expect(inJsonLines.body.Message).toBe(
          answer.body.Message.replace(/^Tasks\[\d+\]/, `Line ${501 + at}`),
        );
      }
    }
    expect(await count()).toEqual(before);
  });

  test('that the database refuses in a later statement starts nothing', async () => {
    const db = server.database.sql;
    await sql`alter table batchline.task add constraint refused check (description <> 'never stored')`.execute(
      db,
    );
    try {
      const before = await count();
      const Tasks = Array.from({ length: 1500 }, () => ({ Name: 'work', ParameterObject: {} }));
      const answer = await bulk([...Tasks, { Name: 'work', Description: 'never stored' }], {}, server.admin, {
        'Idempotency-Key': 'refused-by-the-database',
      });
      expect(answer.status).toBe(500);
      expect(await count()).toEqual(before);
    } finally {
      await sql`alter table batchline.task drop constraint refused`.execute(db);
    }
  });

  test('of several statements returns the ids in the order of the tasks', async () => {
    const carriers = Array.from({ length: 2300 }, (_, index) => ({
      Name: 'work',
      Description: `${index}`,
      ...(index % 7 === 0 ? { ParameterObject: { index } } : {}),
    }));
    const { status, body } = await lines(inLines(carriers));
    expect([status, body.Done]).toEqual([200, 2300]);
    const { rows } = await sql<{ id: number; description: string; content: string | null; moments: number }>`
      select t.id, t.description, o.content, count(t.created) over (partition by t.created)::int as moments
      from batchline.task as t left join batchline.binary_object as o on o.id = t.parameter_object_id
      where t.id = any (${body.Ids}::int[])`.execute(server.database.sql);
    const byId = new Map(rows.map((row) => [row.id, row]));
    for (const [index, id] of body.Ids.entries())
      expect(byId.get(id)).toEqual({
        id,
        description: `${index}`,
        content: index % 7 === 0 ? JSON.stringify({ index }) : null,
        moments: 2300, // one transaction
      });
  });

  test('has an event for each of its tasks, in order', async () => {
    const [latest] = (await eventsAfter(0)).slice(-1);
    let after = latest?.Id ?? 0;
    for (let page = await eventsAfter(after); page.length > 0; page = await eventsAfter(after))
      after = page.at(-1).Id;
    const { Ids } = (await bulk(Array.from({ length: 5 }, () => ({ Name: 'work' })))).body;
    const events = await eventsAfter(after);
    expect(events.map(({ TaskId }) => TaskId)).toEqual(Ids);
  });

  test('takes start options of the query for tasks without their own', async () => {
    const { body } = await lines(
      inLines([{ Name: 'work' }, { Name: 'work', Priority: 7 }]),
      '?Priority=3&StartAt=2031-01-01',
    );
    const { rows } = await sql`
      select priority, run_after > now() + interval '1 year' as later from batchline.task
      where id = any (${body.Ids}::int[]) order by id`.execute(server.database.sql);
    expect(rows).toEqual([
      { priority: 3, later: true },
      { priority: 7, later: true },
    ]);
    expect((await lines('{"Name":"work"}', '?Priority=high')).body.Message).toMatch(/^Priority is "high"/);
  });

  test('lists unknown properties of all tasks', async () => {
    const { headers } = await bulk([
      { Name: 'work', Colour: 1 },
      { BatchTaskInfo: { Name: 'work', Size: 2 } },
    ]);
    expect(headers.get('batchline-ignored')).toBe('Colour, Size');
  });

  test('as a dry run starts nothing, and lists what would be refused', async () => {
    const before = await count();
    const Tasks = [{ Name: 'work' }, { Name: 'nothing' }, { Name: 'work', Priority: 'x' }, { Name: 'work' }];
    const outcome = { Action: 'Start', DryRun: true, Done: 2, Ids: [] };
    expect((await bulk(Tasks, { DryRun: true })).body).toEqual({
      ...outcome,
      Refused: [
        { Index: 1, Reason: expect.stringMatching(/^Tasks\[1\]: There is no definition/) },
        { Index: 2, Reason: expect.stringMatching(/^Tasks\[2\]: Priority is "x"/) },
      ],
    });
    expect((await lines(inLines(Tasks), '?dryrun=true')).body).toMatchObject(outcome);
    const many = Array.from({ length: 300 }, () => ({ Name: 'nothing' }));
    const { body } = await bulk(many, { DryRun: true });
    expect([body.Done, body.Refused.length]).toEqual([0, 100]);
    expect(await count()).toEqual(before);
  });

  test('with an idempotency key starts its tasks once, even if the calls are concurrent', async () => {
    const key = { 'Idempotency-Key': 'bulk' };
    const Tasks = [{ Name: 'work' }, { Name: 'work', IsInternalTask: true }, { Name: 'work', Priority: 2 }];
    const answers = await Promise.all([1, 2, 3].map(() => bulk(Tasks, {}, server.admin, key)));
    const ids = answers.map(({ body }) => body.Ids);
    expect(ids[0]).toEqual([expect.any(Number), 0, expect.any(Number)]);
    expect(ids).toEqual([ids[0], ids[0], ids[0]]);
    expect((await lines(inLines(Tasks), '', key)).body.Ids).toEqual(ids[0]);

    const before = await count();
    for (const other of [Tasks.slice(1), Tasks.toReversed(), [...Tasks, Tasks[0]]])
      expect(await bulk(other, {}, server.admin, key)).toMatchObject({
        status: 409,
        body: { Code: 'idempotency_key_reused' },
      });
    expect(await server.admin.call('POST', '/BatchTask', Tasks[0], key)).toMatchObject({ status: 409 });
    const single = { 'Idempotency-Key': 'single' };
    await server.admin.call('POST', '/BatchTask', Tasks[0], single);
    expect(await bulk([Tasks[0]], {}, server.admin, single)).toMatchObject({ status: 409 });
    expect((await bulk(Tasks, {}, ann, key)).body.Ids).not.toEqual(ids[0]);

    await server.admin.json('DELETE', `/BatchTask/${ids[0][0]}`);
    expect((await bulk(Tasks, {}, server.admin, key)).body.Ids).toEqual(ids[0]);
    await server.admin.json('DELETE', `/BatchTask/${ids[0][2]}`);
    expect(await bulk([{ Name: 'nothing' }], {}, server.admin, { 'Idempotency-Key': 'bad' })).toMatchObject({
      status: 400,
    });
    expect(await bulk([{ Name: 'work' }], {}, server.admin, { 'Idempotency-Key': 'bad' })).toMatchObject({
      status: 200,
    });
    expect(before).not.toEqual(await count());
  });

  test('whose tasks have all been deleted is 410 when it is repeated', async () => {
    const key = { 'Idempotency-Key': 'all-deleted' };
    const { Ids } = (await bulk([{ Name: 'work' }, { Name: 'work' }], {}, server.admin, key)).body;
    await server.admin.json('POST', '/Agents/Batch/DeleteBatchTasks', { BatchTaskIds: Ids });
    expect(await bulk([{ Name: 'work' }, { Name: 'work' }], {}, server.admin, key)).toMatchObject({
      status: 410,
      body: { Code: 'idempotency_key_gone' },
    });
  });

  test('has the rights of a single start', async () => {
    const before = await count();
    expect(await bulk([{ Name: 'work' }, { Name: 'work', IsSystemTask: true }], {}, ann)).toMatchObject({
      status: 403,
      body: { Message: expect.stringMatching(/^Tasks\[1\]: You may not start system tasks/) },
    });
    const bea = await server.associate('bea', { tenant: 'Cust7' });
    expect(
      await bulk([{ Name: 'work' }, { Name: 'work', DatabaseSerialNumber: 'Cust8' }], {}, bea),
    ).toMatchObject({
      status: 403,
      body: { Message: expect.stringMatching(/^Tasks\[1\]: .*"Cust8"; yours is "Cust7"/) },
    });
    const reader = await server.admin.withToken(['read']);
    expect((await bulk([{ Name: 'work' }], {}, reader)).status).toBe(403);
    expect((await lines('{"Name":"work"}', '', {}, reader)).status).toBe(403);
    expect(await count()).toEqual(before);
    const [id] = (await bulk([{ Name: 'work', AssociateId: 1 }], {}, bea)).body.Ids;
    expect(await bea.task(id)).toMatchObject({ DatabaseSerialNumber: 'Cust7', AssociateId: bea.associateId });
    const [hers] = (await bulk([{ Name: 'work', AssociateId: ann.associateId }])).body.Ids;
    expect(await ann.task(hers)).toMatchObject({ AssociateId: ann.associateId });
  });

  test('checks the schemas that workers declare, and starts their tasks', async () => {
    const worker = new HandWorker(await server.admin.withToken(['worker'], { Definitions: ['remote'] }));
    const Parameters = { type: 'object', properties: { size: { type: 'integer' } }, required: ['size'] };
    await worker.declare({ Name: 'remote', Parameters });
    const task = (size: unknown): Carrier => ({ Name: 'remote', ParameterObject: { size } });
    const refused = await bulk([task('1'), task(2), task('many')]);
    expect(refused.status).toBe(400);
    expect(refused.body.Message).toMatch(/^Tasks\[2\]: .*size/);
    const { Ids } = (await bulk([task('1'), task(2)])).body;
    expect((await worker.next('remote')).Task.Id).toBe(Ids[0]);
    expect((await worker.next('remote')).Task.Id).toBe(Ids[1]);
  });

  test('reads XML, and a list that a form has as JSON is refused', async () => {
    const xml = `<Bulk><Action>Start</Action><Tasks>
      <BatchTaskInfo><Name>work</Name><ParameterObject><a>1</a></ParameterObject><Priority>3</Priority></BatchTaskInfo>
      <BatchTaskInfo><Name>work</Name></BatchTaskInfo></Tasks></Bulk>`;
    const { status, body } = await server.admin.call('POST', '/BatchTask/Bulk', xml, {
      'Content-Type': 'application/xml',
    });
    expect(status).toBe(200);
    expect(await server.admin.task(body.Ids[0])).toMatchObject({ ParameterObject: { a: '1' } });
    const form = `Action=Start&Tasks=${encodeURIComponent('[{"Name":"work"}]')}`;
    expect(
      (
        await server.admin.call('POST', '/BatchTask/Bulk', form, {
          'Content-Type': 'application/x-www-form-urlencoded',
        })
      ).status,
    ).toBe(400);
  });

  test('is bounded', async () => {
    const before = await count();
    const many = Array.from({ length: 10_001 }, () => ({ Name: 'work' }));
    expect(await bulk(many)).toMatchObject({ status: 413, body: { Code: 'content_too_large' } });
    expect(await lines(inLines(many))).toMatchObject({ status: 413 });
    expect(await lines(' '.repeat(2_000_001))).toMatchObject({
      status: 413,
      body: { Message: 'The body is larger than 2000000 bytes, which is the maximum of this call.' },
    });
    const long = { Name: 'work', Context: 'x'.repeat(1_100_000) };
    expect(await bulk([long])).toMatchObject({ status: 413 });
    const inLine = await lines(inLines([{ Name: 'work' }, long]));
    expect(inLine).toMatchObject({
      status: 413,
      body: { Message: expect.stringMatching(/^Line 2 is 11\d+ char/) },
    });
    const packed = (size: number): Promise<Response> =>
      fetch(`${server.url}/api/v1/BatchTask/Bulk?DryRun=true`, {
        method: 'POST',
        headers: { Authorization: ann.authorization, 'Content-Encoding': 'gzip', ...LINES },
        body: gzipSync(`{"Name":"work"}${' \n'.repeat(size / 2)}`),
      });
    expect((await packed(1_900_000)).status).toBe(200);
    expect((await packed(2_000_000)).status).toBe(413);
    expect(await count()).toEqual(before);
  });

  test('that is wrong is refused', async () => {
    for (const [body, says] of [
      [{ Action: 'Start' }, 'Tasks is missing'],
      [{ Action: 'Start', Tasks: [] }, 'The call has no tasks; 1 to 10000 are accepted'],
      [{ Action: 'Start', Tasks: 'work' }, 'must be array'],
      [{ Action: 'Start', Tasks: [{ Name: 'work' }], Limit: 1 }, 'Limit is given, but Action is Start'],
      [{ Action: 'Stop', Tasks: [{ Name: 'work' }] }, 'Tasks is given, but Action is Stop'],
      [{ Action: 'Stop' }, 'Neither Filter nor Search'],
    ] as const) {
      const answer = await server.admin.call('POST', '/BatchTask/Bulk', body);
      expect(answer).toMatchObject({ status: 400, body: { Message: expect.stringContaining(says) } });
    }
    expect(await lines('')).toMatchObject({ status: 400 });
    expect(await lines('{"Name":"work"}\n{"Name"')).toMatchObject({
      status: 400,
      body: { Code: 'malformed_body', Message: expect.stringMatching(/^Line 2 is not JSON/) },
    });
    expect(await lines('{}', '?FirstLine=0')).toMatchObject({ status: 400 });
    const elsewhere = await server.admin.call('POST', '/BatchTask', '{"Name":"work"}', LINES);
    expect(elsewhere.status).toBe(415);
  });
});
