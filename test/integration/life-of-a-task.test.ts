import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DATABASES } from '../support/databases.ts';
import { startTestServer, type TestServer } from '../support/test-server.ts';

describe.each(DATABASES)('the life of a task on %s', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(kind);
  });
  afterAll(() => server?.stop());

  test('a countdown runs to its end and its record tells the whole story', async () => {
    const id = await server.admin.start({ Name: 'countdown', ParameterObject: { seconds: '0' } });
    const task = await server.admin.ended(id);
    expect(task).toMatchObject({ Id: id, State: 'Succeeded', StartCount: 1, ProgressPercent: 100 });
    const audit = await server.admin.json('GET', `/BatchTask/${id}/Audit`);
    expect(audit.map((entry: { From: string; To: string }) => [entry.From, entry.To])).toEqual([
      [null, 'New'],
      ['New', 'Aquired'],
      ['Aquired', 'Started'],
      ['Started', 'Succeeded'],
    ]);
  });
});
