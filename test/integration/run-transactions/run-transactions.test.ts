import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DATABASES } from '../../support/databases.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

const REFUSED = /A transaction of "use-database" is open; inside ctx\.services\.transaction/;
const EXPIRED =
  /^"use-database" has held a database connection for 1 s \(BATCHLINE_RUN_TRANSACTION_SECONDS\); its transaction is rolled back\.$/;

describe.each(DATABASES)('connections of runs on %s', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(kind, {
      env: {
        BATCHLINE_HANDLERS: join(import.meta.dirname, 'handlers.ts'),
        BATCHLINE_RUN_TRANSACTION_SECONDS: '1',
        BATCHLINE_DATABASE_POOL_SIZE: '5',
        BATCHLINE_CONCURRENCY: '20',
      },
    });
  });
  afterAll(() => server?.stop());

  const ended = async (how: string) =>
    server.admin.ended(await server.admin.start({ Name: 'use-database', ParameterObject: { how } }));

  test.each([
    ['ctx.checkpoint', 'Succeeded', /^joined$/],
    ['ctx.checkpoint, then a failure', 'Succeeded', /^\{"checkpoint":\{"step":"before"\}\}$/],
    ['ctx.log and ctx.progress', 'Succeeded', /^fine$/],
    ['ctx.children.start', 'Failed', REFUSED],
    ['ctx.children.wait', 'Failed', REFUSED],
    ['ctx.children.summary', 'Failed', REFUSED],
    ['ctx.services.database', 'Failed', REFUSED],
    ['ctx.services.tasks', 'Failed', REFUSED],
    ['ctx.services.transaction', 'Failed', REFUSED],
    ['a transaction that never ends', 'Failed', EXPIRED],
    ['a transaction that is used after its time', 'Failed', /^Transaction is already rolled back$/],
  ])('inside a transaction: %s', async (how, State, result) => {
    expect(await ended(how)).toMatchObject({ State, Result: expect.stringMatching(result) });
  });

  test('runs that hold connections and ask for more leave the API its own', async () => {
    const hows = [
      ...Array<string>(20).fill('a second connection'),
      'a connection that is never given back',
      'a transaction that never ends',
    ];
    const ids = await Promise.all(
      hows.map((how) => server.admin.start({ Name: 'use-database', ParameterObject: { how } })),
    );
    const asking = ids.slice(0, 20);
    const answered = Promise.all(asking.map((id) => server.admin.ended(id)));
    const began = performance.now();
    let calls = 0;
    let isOver = false;
    void answered.finally(() => {
      isOver = true;
    });
    while (!isOver) {
      await server.admin.task(asking[0] ?? 0);
      calls += 1;
    }
    expect(calls).toBeGreaterThan(performance.now() - began > 1000 ? 5 : 0);
    for (const task of await answered) if (task.State === 'Failed') expect(task.Result).toMatch(EXPIRED);
    expect(await server.admin.ended(ids.at(-1) ?? 0)).toMatchObject({
      State: 'Failed',
      Result: expect.stringMatching(EXPIRED),
    });
  });
});
