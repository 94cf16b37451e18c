import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiClient } from '../../support/api-client.ts';
import { DATABASES } from '../../support/databases.ts';
import { startTestServer, type TestServer } from '../../support/test-server.ts';

const HANDLERS = join(import.meta.dirname, 'fixtures/handlers.ts');

describe.each(DATABASES)('restart and copy on %s', (kind) => {
  let server: TestServer;
  let ann: ApiClient;
  beforeAll(async () => {
    server = await startTestServer(kind, { env: { BATCHLINE_HANDLERS: HANDLERS } });
    ann = await server.associate('ann');
  });
  afterAll(() => server?.stop());

  const failed = async (client: ApiClient, steps: number, more: object = {}): Promise<number> => {
    const id = await client.start({ Name: 'stumble', ParameterObject: { steps: String(steps) }, ...more });
    expect((await client.ended(id)).State).toBe('Failed');
    return id;
  };

  test('a failed task runs again under its id, from its checkpoint', async () => {
    const id = await failed(ann, 2);
    const restarted = await ann.call('POST', `/BatchTask/${id}/Restart`);
    expect(restarted).toMatchObject({ status: 200, body: { Id: id, State: 'New', StartCount: 1 } });
    expect(await ann.ended(id)).toMatchObject({ State: 'Succeeded', StartCount: 2, Result: 'step 2' });
    const audit = await ann.json('GET', `/BatchTask/${id}/Audit`);
    expect(audit.map((entry: { Reason: string }) => entry.Reason)).toContain('Restarted by ann.');
  });

  test('or from its start, without checkpoint and progress', async () => {
    const id = await failed(ann, 2);
    const restarted = await ann.json('POST', `/BatchTask/${id}/Restart?fromstart=TRUE`);
    expect(restarted).toMatchObject({ ProgressPercent: 0, ProgressDescription: '' });
    expect(await ann.ended(id)).toMatchObject({ State: 'Failed', StartCount: 2, Result: 'fell at step 1' });
  });

  test('a restart is refused if the task has not failed, does not exist, or belongs to another associate', async () => {
    const done = await ann.start({ Name: 'quick' });
    await ann.ended(done);
    expect(await ann.call('POST', `/BatchTask/${done}/Restart`)).toMatchObject({
      status: 409,
      body: { Message: expect.stringContaining('is Succeeded') },
    });
    expect((await ann.call('POST', '/BatchTask/999999/Restart')).status).toBe(404);
    const system = await failed(server.admin, 9, { IsSystemTask: true });
    expect((await ann.call('POST', `/BatchTask/${system}/Restart`)).status).toBe(403);
    expect((await server.admin.task(system)).State).toBe('Failed');
    expect((await ann.call('POST', `/BatchTask/${done}/Restart?FromStart=maybe`)).status).toBe(400);
  });

  test('a copy is a new task with the same or other parameters', async () => {
    const id = await failed(ann, 2, { Description: 'first', Context: 'c', Request: 'r' });
    const same = await ann.json('POST', `/BatchTask/${id}/Copy`);
    expect(await ann.ended(same)).toMatchObject({ State: 'Failed', StartCount: 1, Result: 'fell at step 1' });
    const other = await ann.json('POST', `/BatchTask/${id}/Copy?Priority=1`, {
      parameterObject: { steps: '1' },
    });
    expect(await ann.ended(other)).toMatchObject({
      State: 'Succeeded',
      ParameterObject: { steps: '1' },
      Description: 'first',
      Context: 'c',
      Request: 'r',
      AssociateId: ann.associateId,
    });
    const audit = await ann.json('GET', `/BatchTask/${other}/Audit`);
    expect(audit[0].Reason).toBe(`Started by a caller as a copy of batch task ${id}.`);
    expect((await server.admin.task(id)).State).toBe('Failed');
  });

  test('a copy is checked as a start is, and belongs to its caller unless an administrator makes it', async () => {
    const id = await failed(ann, 2);
    const wrong = await ann.call('POST', `/BatchTask/${id}/Copy`, { ParameterObject: { steps: 'many' } });
    expect(wrong.status).toBe(400);
    const bob = await server.associate('bob');
    expect((await bob.call('POST', `/BatchTask/${id}/Copy`)).status).toBe(404);
    const reader = await ann.withToken(['read']);
    expect((await reader.call('POST', `/BatchTask/${id}/Copy`)).status).toBe(403);
    const copy = await server.admin.json('POST', `/BatchTask/${id}/Copy`);
    expect((await server.admin.task(copy)).AssociateId).toBe(ann.associateId);
    const system = await failed(server.admin, 9, { IsSystemTask: true });
    const mine = await ann.json('POST', `/BatchTask/${system}/Copy`);
    expect((await ann.task(mine)).AssociateId).toBe(ann.associateId);
  });
});
