import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DATABASES } from '../../support/databases.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

const HANDLERS = join(import.meta.dirname, 'fixtures/handlers.ts');

describe.each(DATABASES)('pausing a definition on %s', (kind) => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(kind, { env: { BATCHLINE_HANDLERS: HANDLERS } });
  });
  afterAll(() => server?.stop());

  test('new tasks are queued while it is paused, running ones and other definitions continue, and a resume starts all', async () => {
    const running = await server.admin.start({ Name: 'hold' });
    await server.admin.until(running, (task) => task.State === 'Started');
    const paused = await server.admin.json('POST', '/Definitions/HOLD/Pause');
    expect(paused).toMatchObject({ Name: 'hold', Paused: true, PausedBy: server.admin.associateId });
    const waiting = await server.admin.start({ Name: 'hold' });
    await server.admin.ended(await server.admin.start({ Name: 'quick' }));
    expect((await server.admin.task(waiting)).State).toBe('New');
    expect((await server.admin.task(running)).State).toBe('Started');
    expect(await server.admin.json('GET', '/Definitions/hold')).toMatchObject({ Paused: true });

    expect(await server.admin.json('POST', '/Definitions/hold/Resume')).toMatchObject({
      Paused: false,
      PausedBy: null,
      PausedAt: null,
    });
    await server.admin.until(waiting, (task) => task.State === 'Started');
    for (const id of [running, waiting]) await server.admin.json('POST', `/BatchTask/${id}/Stop`);
  });

  test('the audit log has one entry with the administrator who paused it', async () => {
    for (const action of ['Pause', 'Pause', 'Resume', 'Resume'])
      await server.admin.json('POST', `/Definitions/work/${action}`);
    const audit = await server.admin.json('GET', '/Definitions/work/Audit');
    expect(audit).toEqual([
      { At: expect.any(String), ActorId: server.admin.associateId, Action: 'Pause', Limits: null },
      { At: expect.any(String), ActorId: server.admin.associateId, Action: 'Resume', Limits: null },
    ]);
  });

  test('it is for administrators of every tenant, and of definitions that exist', async () => {
    const ann = await server.associate('ann');
    const bound = await server.associate('bound', { roles: ['administrator'], tenant: 'T1' });
    for (const client of [ann, bound]) {
      expect((await client.call('POST', '/Definitions/quick/Pause')).status).toBe(403);
      expect((await client.call('PUT', '/Definitions/quick/Limits', {})).status).toBe(403);
      expect((await client.call('GET', '/Definitions/quick/Audit')).status).toBe(403);
    }
    expect((await server.admin.call('POST', '/Definitions/nothing/Pause')).status).toBe(404);
    expect((await server.admin.json('GET', '/Definitions/quick')).Paused).toBe(false);
  });
});
