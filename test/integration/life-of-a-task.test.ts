import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DATABASES } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';
import { ODD_ENDS } from './fixtures/odd-ends.ts';

const HANDLERS = join(import.meta.dirname, 'fixtures/handlers.ts');

describe.each(DATABASES)('the life of a task on %s', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(kind, {
      env: { BATCHLINE_HANDLERS: HANDLERS, BATCHLINE_SHUTDOWN_GRACE_SECONDS: '1' },
    });
  });
  afterAll(() => server?.stop());

  const moves = async (id: number): Promise<string[]> => {
    const audit: { From: string | null; To: string }[] = await server.admin.json(
      'GET',
      `/BatchTask/${id}/Audit`,
    );
    return audit.map((entry) => `${entry.From ?? ''}>${entry.To}`);
  };
  const running = (name: string, parameters?: object): Promise<{ Id: number }> =>
    server.admin
      .start({ Name: name, ParameterObject: parameters })
      .then((id) => server.admin.until(id, (task) => task.State === 'Started'));

  test('a countdown completes, and its history has every transition', async () => {
    const id = await server.admin.start({ Name: 'countdown', ParameterObject: { seconds: '0' } });
    const task = await server.admin.ended(id);
    expect(task).toMatchObject({ Id: id, State: 'Succeeded', StartCount: 1, ProgressPercent: 100 });
    expect(await moves(id)).toEqual(['>New', 'New>Aquired', 'Aquired>Started', 'Started>Succeeded']);
  });

  test('a failed run is tried again with what it last kept, and each run counts', async () => {
    const id = await server.admin.start({ Name: 'flaky', ParameterObject: { succeedAt: '3' } });
    const task = await server.admin.ended(id);
    expect(task).toMatchObject({ State: 'Succeeded', StartCount: 3, Result: 'attempt 3, checkpoint 3' });
    expect((await moves(id)).filter((move) => move === 'Started>New')).toHaveLength(2);
  });

  test('when the retries are used up it is Failed with the last message', async () => {
    const id = await server.admin.start({ Name: 'flaky', ParameterObject: { succeedAt: '9' } });
    expect(await server.admin.ended(id)).toMatchObject({
      State: 'Failed',
      StartCount: 3,
      Result: 'attempt 3 had no luck',
      ProgressDescription: 'Attempt 3',
      ProgressPercent: 60,
    });
  });

  test('a permanent error is not tried again, and a NUL in its message can be kept', async () => {
    const id = await server.admin.start({ Name: 'permanent' });
    expect(await server.admin.ended(id)).toMatchObject({
      State: 'Failed',
      StartCount: 1,
      Result: 'nothing helps\uFFFDhere',
    });
  });

  test('a failed task that is set to New runs again under its id, and StartCount continues', async () => {
    const id = await server.admin.start({ Name: 'flaky', ParameterObject: { succeedAt: '4' } });
    expect(await server.admin.ended(id)).toMatchObject({ State: 'Failed', StartCount: 3 });
    await server.admin.json('PUT', `/BatchTask/${id}`, { State: 'New' });
    const task = await server.admin.ended(id);
    expect(task).toMatchObject({
      Id: id,
      State: 'Succeeded',
      StartCount: 4,
      Result: 'attempt 4, checkpoint 4',
    });
  });

  test('a stop is heard at once and ends the task as Failed, saying who did it', async () => {
    const { Id } = await running('wait');
    expect(await server.admin.json('POST', `/BatchTask/${Id}/Stop`)).toBe(true);
    const task = await server.admin.ended(Id);
    expect(task.State).toBe('Failed');
    expect(task.Result).toMatch(/^Stopped by admin \(associate 1\) at \d{4}-/);
    const audit = await server.admin.json('GET', `/BatchTask/${Id}/Audit`);
    expect(audit.at(-1)).toMatchObject({ From: 'Started', To: 'Failed', Reason: task.Result });
    expect(await server.admin.json('POST', `/BatchTask/${Id}/Stop`)).toBe(false);
  });

  test('a run that ignores its signal is abandoned after the grace period', async () => {
    const { Id } = await running('stubborn');
    expect(await server.admin.json('POST', `/BatchTask/${Id}/Stop`)).toBe(true);
    expect(await server.admin.ended(Id)).toMatchObject({
      State: 'Failed',
      Result: expect.stringContaining('Stopped by'),
    });
  });

  test('a thread computes without holding up the server, and its file can be fetched', async () => {
    const id = await server.admin.start({ Name: 'compute', ParameterObject: { rounds: '1000' } });
    const task = await server.admin.ended(id);
    let hash = 'seed';
    for (let round = 0; round < 1000; round += 1) hash = createHash('sha256').update(hash).digest('hex');
    expect(task).toMatchObject({
      State: 'Succeeded',
      Result: JSON.stringify({ hash }),
      FileName: 'hash.txt',
    });
    const file = await server.admin.call('GET', `/BatchTask/${id}/File`);
    expect(file.text).toBe(hash);
    expect(file.headers.get('content-disposition')).toContain('filename=hash.txt');
    const lines = await server.admin.json('GET', `/BatchTask/${id}/Log`);
    expect(lines).toMatchObject([{ Level: 'info', Message: 'computing', Attempt: 1 }]);
  });

  test('a thread that never yields is terminated after the grace period', async () => {
    const { Id } = await running('compute', { rounds: 1, forever: true });
    await server.admin.until(Id, (task) => task.ProgressDescription === 'Hashing');
    expect(await server.admin.json('POST', `/BatchTask/${Id}/Stop`)).toBe(true);
    expect((await server.admin.ended(Id)).State).toBe('Failed');
    // Its thread is free again.
    const next = await server.admin.start({ Name: 'compute', ParameterObject: { rounds: '1' } });
    expect((await server.admin.ended(next)).State).toBe('Succeeded');
  });

  test('features missing in threads throw a clear error', async () => {
    const id = await server.admin.start({ Name: 'thread-error' });
    expect((await server.admin.ended(id)).Result).toContain('isolate: inline');
  });

  test('progress, log and checkpoint that can not be stored as they are never fail the run', async () => {
    const id = await server.admin.start({ Name: 'bad-progress' });
    expect(await server.admin.ended(id)).toMatchObject({
      State: 'Succeeded',
      ProgressDescription: expect.stringMatching(/^x{253}…$/),
    });
    const log: { Level: string; Message: string }[] = await server.admin.json('GET', `/BatchTask/${id}/Log`);
    expect(log.filter(({ Level }) => Level === 'warn')).toMatchObject([
      { Message: expect.stringContaining('the percentage is NaN; the previous value is kept') },
    ]);
    expect(log.at(-1)?.Message).toBe('NUL \uFFFD');
  });

  test.each(['odd-end', 'odd-end-in-thread'])(
    'any value that a run of %s returns or throws ends it immediately, with a description',
    async (Name) => {
      const started = await Promise.all(
        Object.entries(ODD_ENDS).map(async ([how, { state, result }]) => {
          const id = await server.admin.start({ Name, ParameterObject: { how } });
          return { how, id, state, result };
        }),
      );
      for (const { how, id, state, result } of started) {
        const ended = await server.admin.ended(id);
        expect({ how, State: ended.State, StartCount: ended.StartCount }).toEqual({
          how,
          State: state,
          StartCount: 1,
        });
        expect({ how, Result: ended.Result.slice(-200) }).toEqual({
          how,
          Result: expect.stringMatching(result),
        });
      }
    },
  );

  test('what can not be cancelled is left alone', async () => {
    const { Id } = await running('cannot-cancel');
    expect(await server.admin.json('POST', `/BatchTask/${Id}/Stop`)).toBe(false);
    expect(await server.admin.task(Id)).toMatchObject({
      State: 'Started',
      CancellationBehaviour: 'CannotCancel',
    });
  });

  test('a PUT of State ends the run, and its late end is refused', async () => {
    const { Id } = await running('wait');
    const put = await server.admin.json('PUT', `/BatchTask/${Id}`, {
      State: 'Succeeded',
      Response: 'done by hand',
    });
    expect(put).toMatchObject({ State: 'Succeeded', Response: 'done by hand' });
    // Its slot is free again when another task of the same kind runs and ends; by then the first run is over.
    const other = await running('wait');
    await server.admin.json('POST', `/BatchTask/${other.Id}/Stop`);
    await server.admin.ended(other.Id);
    expect(await server.admin.task(Id)).toMatchObject({
      State: 'Succeeded',
      Result: '',
      Response: 'done by hand',
    });
    expect(await moves(Id)).toEqual(['>New', 'New>Aquired', 'Aquired>Started', 'Started>Succeeded']);
  });

  test('an internal task runs and leaves nothing behind', async () => {
    const before = await server.admin.start({ Name: 'countdown', ParameterObject: { seconds: 0 } });
    expect(
      await server.admin.start({ Name: 'flaky', IsInternalTask: true, ParameterObject: { succeedAt: '2' } }),
    ).toBe(0);
    const id = before + 1;
    for (;;) {
      const answer = await server.admin.call('GET', `/BatchTask/${id}`);
      if (answer.status === 404) break;
      expect(answer.body.IsInternalTask).toBe(true);
    }
    const traces = await sql<{ n: number }>`
      select (select count(*) from batchline.task_audit where task_id = ${id})::int
        + (select count(*) from batchline.task where is_internal)::int as n`.execute(server.database.sql);
    expect(traces.rows[0]?.n).toBe(0);
  });

  test('ParameterObject is kept as a binary object that DetailsTable and DetailsRecord link to', async () => {
    const parameters = { seconds: '0' };
    const id = await server.admin.start({
      Name: 'countdown',
      ParameterObject: parameters,
      DetailsTable: 7,
      DetailsRecord: 8,
    });
    const task = await server.admin.task(id);
    expect(task.ParameterObject).toEqual(parameters);
    const { rows } = await sql<{ content: string }>`
      select content from batchline.binary_object where id = ${task.DetailsRecord}`.execute(
      server.database.sql,
    );
    expect(JSON.parse(rows[0]?.content ?? '')).toEqual(parameters);
    await server.admin.ended(id);
    await server.admin.call('DELETE', `/BatchTask/${id}`);
    const after = await sql`select 1 from batchline.binary_object where id = ${task.DetailsRecord}`.execute(
      server.database.sql,
    );
    expect(after.rows).toEqual([]);
  });

  test('a task that a server left before its time came is promoted when it is due', async () => {
    const id = await server.admin.start({ Name: 'countdown', ParameterObject: { seconds: 0 } });
    await server.admin.ended(id);
    await sql`update batchline.task set state = 1, job_id = ${randomUUID()}::uuid, run_after = now() - interval '1 hour' where id = ${id}`.execute(
      server.database.sql,
    );
    expect(await server.admin.ended(id)).toMatchObject({ State: 'Succeeded', StartCount: 2 });
  });
});
